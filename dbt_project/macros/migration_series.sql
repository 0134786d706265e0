{# What one figure and its later editions share, but for the period: who counts whom, and how. Of UN DESA the concept
   stays out: it tells by destination whom it counts, and an edition may correct that. 128 bits of a hash, which windows
   sort faster than a dozen texts. #}
{% macro migration_series() -%}
    md5_number(concat_ws(
        chr(31), migration.source_key, dataset, origin, destination, measure, unit, sex, age, purpose,
        coalesce(breakdown, ''), method, grain, reporter_side,
        case when method = 'un_desa' then '' else concept end
    ))
{%- endmacro %}
