with

observations as (

    select * from {{ ref('observations') }}

),

index_indicators as (

    select * from {{ ref('index_indicators') }}

),

index_method as (

    select * from {{ ref('index_method') }}

),

-- an indicator stands once in the seed: the join multiplies none
asked as (

    select
        observations.directed_dyad,
        observations.dyad,
        observations.period_start,
        observations.indicator,
        observations.value,
        observations.coverage,
        observations.source_key,
        observations.vintage,
        index_indicators.grain,
        index_indicators.over_year,
        index_indicators.both_ways
    from observations
    inner join index_indicators
        on
            observations.indicator = index_indicators.indicator
            and observations.grain = index_indicators.grain

),

by_direction as (

    select
        dyad,
        directed_dyad,
        year(period_start)::integer as year,
        indicator,
        any_value(grain) as grain,
        any_value(both_ways) as both_ways,
        case any_value(over_year)
            when 'mean' then avg(value)
            when 'sum' then sum(value)
            when 'last' then arg_max(value, period_start)
        end as value,
        count(*) as n_periods,
        min(coverage) as coverage,
        min(source_key) as first_source,
        max(source_key) as last_source,
        min(vintage) as first_vintage,
        max(vintage) as last_vintage
    from asked
    group by
        dyad,
        directed_dyad,
        year(period_start),
        indicator

),

-- a year of which too few months are covered has no value
long_enough as (

    select by_direction.*
    from by_direction
    where
        by_direction.grain = 'A'
        or by_direction.n_periods >= (
            select index_method.value::integer
            from index_method
            where index_method.parameter = 'min_months'
        )

),

both_directions as (

    select
        dyad,
        year,
        indicator,
        any_value(both_ways) as both_ways,
        sum(value order by directed_dyad) as sum_value,
        avg(value order by directed_dyad) as mean_value,
        count(*)::integer as n_directions,
        min(n_periods)::integer as n_periods,
        min(coverage) as coverage,
        min(first_source) as first_source,
        max(last_source) as last_source,
        min(first_vintage) as first_vintage,
        max(last_vintage) as last_vintage
    from long_enough
    group by
        dyad,
        year,
        indicator

),

-- a sum or mean of both directions needs both; sum_known takes the one that is told
final as (

    select
        dyad,
        year,
        indicator,
        round(case when both_ways in ('sum', 'sum_known') then sum_value else mean_value end, 9) as value,
        n_directions,
        n_periods,
        coverage,
        first_source,
        last_source,
        first_vintage,
        last_vintage
    from both_directions
    where
        both_ways in ('sum_known', 'same')
        or n_directions = 2

)

select * from final
