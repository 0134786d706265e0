{#- What partners are ranked by: indicators of the year. -#}
{%- set ranked = [
    'n_events_directed', 'cooperation_balance', 'n_commitments', 'n_flights', 'seats_estimated', 'air_passengers',
    'migrant_stock_filled_persons', 'flow_residence_persons', 'refugees_persons', 'remittances_usd',
] -%}
with

observations as (

    select * from {{ ref('observations') }}
    where
        grain = 'A'
        and value != 0
        and indicator in ('{{ ranked | join("', '") }}')

),

final as (

    select
        split_part(directed_dyad, '>', 1) as country_id,
        split_part(directed_dyad, '>', 2) as partner_id,
        year(period_start)::integer as year,
        indicator,
        value,
        unit,
        rank() over (partition by indicator, period_start, split_part(directed_dyad, '>', 1) order by value desc)
            as partner_rank,
        count(*) over (partition by indicator, period_start, split_part(directed_dyad, '>', 1)) as n_partners,
        case
            when min(value) over (partition by indicator, period_start, split_part(directed_dyad, '>', 1)) > 0
                then
                    value
                    / sum(value) over (partition by indicator, period_start, split_part(directed_dyad, '>', 1))
        end as share,
        coverage,
        is_interpolated,
        source_key,
        vintage
    from observations

)

select * from final
order by country_id, year, indicator, partner_rank, partner_id
