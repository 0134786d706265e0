{# What a publisher covers together: where it lists one of the measures for a year, it has looked for all of them. #}
{% macro tie_family(measure) -%}
    case
        when starts_with({{ measure }}, 'alliance_') then 'alliance'
        when starts_with({{ measure }}, 'trade_agreement') then 'trade_agreement'
        when {{ measure }} in ('vote_agreement', 'ideal_point_distance') then 'votes'
        else {{ measure }}
    end
{%- endmacro %}
