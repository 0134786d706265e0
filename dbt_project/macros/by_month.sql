{# Marks where a model that is built by month (materializations/by_month.sql) may be cut to one month of one source, and
   so many days around it; as it stands it is true, and the SQL says everything. #}
{% macro one_month(source_key, day, days_around=0) -%}
    true /* one month: {{ source_key }} {{ day }} {{ days_around }} */
{%- endmacro %}

{# What each month of such a model was built from: source_key, month, built_from. #}
{% macro months_of(relation) -%}
    {{ return(relation.incorporate(path={'schema': 'reduce', 'identifier': relation.identifier ~ '__months'}, type='table')) }}
{%- endmacro %}

{# A hash of each row of each model, and the month that the model's column tells. #}
{% macro hashes_by_month(models) -%}
    {%- for name, column in models.items() %}
        select
            date_trunc('month', {{ column }})::date as month,
            hash('{{ name }}', facts) as row_hash
        from {{ ref(name) }} as facts
        {%- if not loop.last %}
            union all
        {%- endif %}
    {%- endfor %}
{%- endmacro %}
