{# '1.10.2' as [1, 10, 2], so that versions order as numbers; a part that is no number orders first. #}
{% macro version_key(column) -%}
    list_transform(string_split({{ column }}, '.'), lambda part: coalesce(try_cast(part as integer), -1))
{%- endmacro %}
