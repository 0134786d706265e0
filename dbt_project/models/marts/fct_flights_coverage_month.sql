with

flight_days as (

    select * from {{ ref('flight_dyad_days') }}

),

routes as (

    select * from {{ ref('int_flight_routes') }}

),

official as (

    select * from {{ ref('int_air_traffic') }}

),

-- what receivers saw: a repaired end was not seen
seen as (

    select
        source_key,
        month,
        case when origin_status = 'observed' then origin_id end as origin_id,
        case when destination_status = 'observed' then destination_id end as destination_id,
        case when origin_status = 'observed' then origin_end else 'unseen' end as origin_end,
        case when destination_status = 'observed' then destination_end else 'unseen' end as destination_end,
        n_legs
    from flight_days

),

months as (

    select
        source_key,
        month,
        coalesce(origin_id, 'UNK') as origin_id,
        coalesce(destination_id, 'UNK') as destination_id,
        origin_end,
        destination_end,
        sum(n_legs)::bigint as n_legs
    from seen
    group by
        source_key,
        month,
        coalesce(origin_id, 'UNK'),
        coalesce(destination_id, 'UNK'),
        origin_end,
        destination_end

),

-- a leg stands once at its origin and, where that is another country, once at its destination
ends as (

    select
        source_key,
        month,
        origin_id as country_id,
        n_legs as n_legs_departing,
        case when destination_id = origin_id then n_legs else 0 end as n_legs_arriving,
        n_legs,
        origin_end = 'known' and destination_end = 'known' as is_both_ends,
        origin_end = 'unknown_code' or destination_end = 'unknown_code' as is_unknown_airport
    from months
    union all
    select
        source_key,
        month,
        destination_id as country_id,
        0 as n_legs_departing,
        n_legs as n_legs_arriving,
        n_legs,
        origin_end = 'known' and destination_end = 'known' as is_both_ends,
        origin_end = 'unknown_code' or destination_end = 'unknown_code' as is_unknown_airport
    from months
    where destination_id != origin_id

),

counted as (

    select
        source_key,
        month,
        country_id,
        sum(n_legs_departing)::bigint as n_legs_departing,
        sum(n_legs_arriving)::bigint as n_legs_arriving,
        sum(n_legs)::bigint as n_legs_touching,
        coalesce(sum(n_legs) filter (where is_both_ends), 0)::bigint as n_legs_both_ends,
        coalesce(sum(n_legs) filter (where is_unknown_airport), 0)::bigint as n_unknown_airport
    from ends
    group by
        source_key,
        month,
        country_id

),

-- a state that nobody saw in a month that the source covers was seen no times, which is told
states as (

    select
        country_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('countries') }}
    where kind = 'state'

),

unseen as (

    select
        months_landed.source_key,
        months_landed.month,
        states.country_id
    from (
        select distinct
            source_key,
            month
        from months
    ) as months_landed
    inner join states
        on
            months_landed.month >= states.valid_from
            and months_landed.month < states.valid_to
    anti join counted using (source_key, month, country_id)

),

told as (

    select * from counted
    union all
    select
        source_key,
        month,
        country_id,
        0 as n_legs_departing,
        0 as n_legs_arriving,
        0 as n_legs_touching,
        0 as n_legs_both_ends,
        0 as n_unknown_airport
    from unseen

),

-- multiplies on purpose: a route stands at its origin and at its destination
route_ends as (

    select
        source_key,
        month,
        coalesce(origin_id, 'UNK') as country_id,
        origin as airport,
        n_chained,
        n_chain_breaks,
        0 as n_legs_repaired
    from routes
    where origin_status = 'observed'
    union all
    select
        source_key,
        month,
        coalesce(destination_id, 'UNK') as country_id,
        destination as airport,
        0 as n_chained,
        0 as n_chain_breaks,
        0 as n_legs_repaired
    from routes
    where destination_status = 'observed'
    union all
    select
        source_key,
        month,
        coalesce(origin_id, 'UNK') as country_id,
        null as airport,
        0 as n_chained,
        0 as n_chain_breaks,
        n_legs as n_legs_repaired
    from routes
    where origin_status in ('repaired_route', 'repaired_chain')
    union all
    select
        source_key,
        month,
        coalesce(destination_id, 'UNK') as country_id,
        null as airport,
        0 as n_chained,
        0 as n_chain_breaks,
        n_legs as n_legs_repaired
    from routes
    where destination_status in ('repaired_route', 'repaired_chain')

),

airports_seen as (

    select
        source_key,
        month,
        country_id,
        count(distinct airport) as n_airports_seen,
        sum(n_chain_breaks) / nullif(sum(n_chained), 0) as share_chain_breaks,
        sum(n_legs_repaired)::bigint as n_ends_repaired
    from route_ends
    group by
        source_key,
        month,
        country_id

),

airport_months as (

    select distinct
        source_key,
        month,
        country_id,
        airport
    from route_ends
    where airport is not null

),

-- one row per source, airport and month on each side: the join multiplies none
panel as (

    select
        this_month.source_key,
        this_month.month,
        this_month.country_id,
        count(*) as n_airports_panel
    from airport_months as this_month
    inner join airport_months as year_before
        on
            this_month.source_key = year_before.source_key
            and this_month.country_id = year_before.country_id
            and this_month.airport = year_before.airport
            and this_month.month = (year_before.month + interval 1 year)::date
    group by
        this_month.source_key,
        this_month.month,
        this_month.country_id

),

-- departures to abroad and arrivals from abroad that an authority counts, a state as a whole, where it counts every day
mirrors as (

    select
        reporter as country_id,
        date_trunc('month', period_start)::date as month,
        min(source_key) as mirror_source_key,
        sum(value)::bigint as n_flights_mirror
    from official
    where
        measure = 'flights'
        and is_monadic
        and reporter_side in ('origin', 'destination')
        and grain in ('D', 'M')
    group by
        reporter,
        date_trunc('month', period_start)
    having
        count(distinct source_key || dataset || grain) = 1
        and (
            min(grain) = 'M'
            or count(*) = 2 * day(last_day(date_trunc('month', min(period_start))))
        )

),

abroad as (

    select
        source_key,
        month,
        country_id,
        sum(n_legs)::bigint as n_legs_abroad
    from (
        select
            source_key,
            month,
            origin_id as country_id,
            n_legs
        from months
        where
            destination_id != origin_id
            and origin_end = 'known'
            and destination_end = 'known'
        union all
        select
            source_key,
            month,
            destination_id as country_id,
            n_legs
        from months
        where
            destination_id != origin_id
            and origin_end = 'known'
            and destination_end = 'known'
    ) as ends_abroad
    group by
        source_key,
        month,
        country_id

),

-- one row per source, month and country on each side: the joins multiply none
final as (

    select
        counted.country_id,
        counted.month,
        counted.n_legs_departing,
        counted.n_legs_arriving,
        counted.n_legs_touching,
        counted.n_legs_both_ends,
        counted.n_unknown_airport,
        case
            when counted.country_id != 'UNK' then counted.n_legs_both_ends / nullif(counted.n_legs_touching, 0)
        end as share_both_ends,
        coalesce(airports_seen.n_airports_seen, 0) as n_airports_seen,
        coalesce(panel.n_airports_panel, 0) as n_airports_panel,
        airports_seen.share_chain_breaks,
        coalesce(airports_seen.n_ends_repaired, 0) as n_ends_repaired,
        mirrors.n_flights_mirror,
        coalesce(abroad.n_legs_abroad, 0) / nullif(mirrors.n_flights_mirror, 0) as share_of_mirror,
        mirrors.mirror_source_key,
        counted.country_id != 'UNK'
        and counted.n_legs_touching >= {{ var('flight_min_legs') }}
        and counted.n_legs_both_ends
        >= {{ var('flight_min_share_both_ends') }} * counted.n_legs_touching as is_observable,
        counted.source_key
    from told as counted
    left join airports_seen using (source_key, month, country_id)
    left join panel using (source_key, month, country_id)
    left join abroad using (source_key, month, country_id)
    left join mirrors using (month, country_id)

)

select * from final
order by country_id, month, source_key
