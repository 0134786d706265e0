{# Schemas are named as they are in dbt_project.yml, without the target's prefix: marts stand in main, alone. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name | trim if custom_schema_name else target.schema }}
{%- endmacro %}
