with

months as (

    select * from {{ ref('dyad_month') }}
    where flights_observability != 'no source' or air_passengers is not null

),

figures as (

    select * from {{ ref('fct_migration') }}
    where
        grain = 'M'
        and purpose = 'all'
        and sex = 'both'
        and age = 'all'
        and breakdown is null
        and is_latest_vintage
        and measure in ('registrations', 'remittances')

),

observations as (

    select * from {{ ref('observations') }}
    where grain = 'A' and not is_interpolated

),

rules as (

    select * from {{ ref('followthrough_rules') }}

),

flight_source as (

    select source_key from {{ ref('indicators') }}
    where indicator = 'n_flights'

),

promised as (

    select distinct dyad from {{ ref('fct_commitment_parties') }}

),

-- both directions together, and only where both are told
flown as (

    select
        'n_flights' as indicator,
        'M' as grain,
        months.dyad,
        months.month as period_start,
        case when count(months.n_flights) = 2 then sum(months.n_flights) end as value,
        case when bool_and(months.flights_observability = 'observable') then 1 else 0 end as status,
        max(flight_source.source_key) as source_key,
        null::varchar as vintage
    from months
    cross join flight_source
    where months.flights_observability != 'no source'
    group by
        months.dyad,
        months.month

),

carried as (

    select
        'air_passengers' as indicator,
        'M' as grain,
        dyad,
        month as period_start,
        sum(air_passengers) as value,
        1 as status,
        max(air_passengers_source_key) as source_key,
        null::varchar as vintage
    from months
    where air_passengers is not null
    group by
        dyad,
        month
    having count(*) = 2

),

-- what one end tells of the other: as many directions as the dyad is ever told in
moved as (

    select
        case measure when 'registrations' then 'registrations_events' else 'remittances_usd' end as indicator,
        'M' as grain,
        dyad,
        period_start,
        sum(value) as value,
        count(*) as n_directions,
        max(source_key) as source_key,
        max(vintage) as vintage
    from figures
    where value is not null
    group by
        measure,
        dyad,
        period_start
    union all by name
    select
        observations.indicator,
        'A' as grain,
        observations.dyad,
        observations.period_start,
        sum(observations.value) as value,
        count(*) as n_directions,
        max(observations.source_key) as source_key,
        max(observations.vintage) as vintage
    from observations
    semi join rules using (indicator, grain)
    group by
        observations.indicator,
        observations.dyad,
        observations.period_start

),

whole as (

    select
        * exclude (n_directions),
        1 as status
    from moved
    qualify n_directions = max(n_directions) over (partition by indicator, grain, dyad)

),

told as (

    select * from flown
    union all by name
    select * from carried
    union all by name
    select * from whole

),

-- a dyad in which nothing was ever counted stands for no chance of anything
final as (

    select
        indicator,
        grain,
        dyad,
        period_start,
        value::double as value,
        status::integer as status,
        source_key,
        vintage
    from told
    qualify
        max(value) over (partition by indicator, grain, dyad) > 0
        or dyad in (select promised.dyad from promised)

)

select * from final
