{# The unordered pair as one key: alphabetical, 'KGZ-RUS'. #}
{% macro dyad(one, other) -%}
    least({{ one }}, {{ other }}) || '-' || greatest({{ one }}, {{ other }})
{%- endmacro %}

{# The ordered pair as one key: origin or actor first, 'KGZ>RUS'. #}
{% macro directed_dyad(origin, destination) -%}
    {{ origin }} || '>' || {{ destination }}
{%- endmacro %}
