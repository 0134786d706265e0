{# What one figure and its later editions share, but for the period: who counts whom, and how. The concept stays out: an
   edition may correct it. 128 bits of a hash, which windows sort faster than twelve texts. #}
{% macro migration_series() -%}
    md5_number(concat_ws(
        chr(31), source_key, dataset, origin, destination, measure, unit, sex, age, purpose,
        coalesce(breakdown, ''), method, grain
    ))
{%- endmacro %}
