with

air_traffic as (

    select * from {{ ref('stg_air_traffic') }}
    where
        is_latest_vintage
        -- a week that a source tells in part, where its files begin or end, is no week's figure
        and (grain != 'W' or period_end - period_start = 7)

),

-- what flies: all, or what carries passengers, which some publishers split into scheduled and charter
services as (

    select
        *,
        case
            when measure != 'flights' then measure
            when service = 'all' then 'flights'
            when service in ('passenger', 'scheduled', 'charter') then 'passenger_flights'
            else service || '_flights'
        end as series
    from air_traffic

),

-- one publisher's figures for a dyad and period: airports, carriers and aircraft types added up, never grains, bases,
-- reporters or datasets
final as (

    select
        source_key,
        dataset,
        reporter,
        reporter_side,
        origin as origin_id,
        destination as destination_id,
        origin_kind = 'aggregate' or destination_kind = 'aggregate' as is_monadic,
        grain,
        period_start,
        max(period_end) as period_end,
        series as measure,
        basis,
        sum(value) as value,
        count(*) as n_figures,
        count(*) filter (where value is null) as n_figures_missing,
        case when count(*) filter (where value_before is null) = 0 then sum(value_before) end as value_before,
        nullif(list_aggregate(list_sort(list_distinct(list(flag))), 'string_agg', ''), '') as flags,
        max(vintage) as vintage
    from services
    group by
        source_key,
        dataset,
        reporter,
        reporter_side,
        origin,
        destination,
        origin_kind = 'aggregate' or destination_kind = 'aggregate',
        grain,
        period_start,
        series,
        basis

)

select * from final
