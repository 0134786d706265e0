{# The raw files of flights that a table does not tell of, or that newer code has read anew; as constants, so that DuckDB
   opens no other file. #}
{% macro files_not_in(relation) -%}
    {%- set new = [] -%}
    {%- if execute -%}
        {%- set new = run_query(
            'select raw_sha256 from ' ~ ref('stg_deliveries') ~ ' anti join ' ~ relation
            ~ " using (source_key, raw_sha256, code_version) where canonical_table = 'flights' and rows_landed > 0"
        ).columns[0].values() -%}
    {%- endif -%}
    '{{ new | join("', '") }}'
{%- endmacro %}
