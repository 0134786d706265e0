{# Marks where a model that is built by month (materializations/by_month.sql) may be cut to one month of one source, and
   so many days around it; as it stands it is true, and the SQL says everything. #}
{% macro one_month(source_key, day, days_around=0) -%}
    true /* one month: {{ source_key }} {{ day }} {{ days_around }} */
{%- endmacro %}

{# What each month of such a model was built from: source_key, month, built_from. #}
{% macro months_of(relation) -%}
    {{ return(relation.incorporate(path={'identifier': relation.identifier ~ '__months'}, type='table')) }}
{%- endmacro %}
