{# What speaks for a missing end: a route and a neighbouring leg that agree, one of them alone, or nothing. Where the two
   contradict each other nothing does. #}
{% macro repair_method(route, chain) -%}
    case
        when {{ route }} = {{ chain }} then 'both'
        when {{ route }} is not null and {{ chain }} is not null then 'contradicted'
        when {{ route }} is not null then 'route'
        when {{ chain }} is not null then 'chain'
        else 'none'
    end
{%- endmacro %}

{# The group within which a candidate's reliability is measured: routes by operator, for some publish callsigns that
   change daily; neighbouring legs by the hours between, for an airframe may have flown unseen meanwhile. #}
{% macro repair_stratum(route, chain, callsign_prefix, hours) -%}
    case
        when {{ route }} = {{ chain }} then 'both'
        when {{ route }} is not null and {{ chain }} is not null then 'contradicted'
        when {{ route }} is not null then coalesce({{ callsign_prefix }}, 'none')
        when {{ chain }} is null then 'none'
        when {{ hours }} < 1 then '0-1 h'
        when {{ hours }} < 2 then '1-2 h'
        when {{ hours }} < 4 then '2-4 h'
        when {{ hours }} < 8 then '4-8 h'
        when {{ hours }} < 16 then '8-16 h'
        else '16-36 h'
    end
{%- endmacro %}
