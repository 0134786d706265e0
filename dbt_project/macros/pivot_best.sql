{# Of the best estimates a column each, and beside it the source and the edition that it is from: `columns` is a name and
   the measure, family of concepts, grain, purpose and unit that it holds. #}
{% macro pivot_best(columns) -%}
    {%- for column, of in columns.items() -%}
        {%- set told = "(measure, concept_family, grain, purpose, unit) = ('" ~ of | join("', '") ~ "')" -%}
        max(best_estimate) filter (where {{ told }}) as {{ column }},
        max(best_source_key || ' ' || best_vintage) filter (where {{ told }}) as {{ column }}_from
        {%- if not loop.last %}, {% endif -%}
    {%- endfor -%}
{%- endmacro %}
