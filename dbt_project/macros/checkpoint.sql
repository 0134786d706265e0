{# Everything into the one file at the end of a run, so that a copy of it is whole. #}
{% macro checkpoint() -%}
    {% if execute and target.type == 'duckdb' and flags.WHICH in ('build', 'run', 'seed') %}
        {% do run_query('checkpoint') %}
    {% endif %}
{%- endmacro %}
