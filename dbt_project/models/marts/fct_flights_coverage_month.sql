with

flight_days as (

    select * from {{ ref('flight_dyad_days') }}

),

routes as (

    select * from {{ ref('int_flight_routes') }}

),

months as (

    select
        source_key,
        date_trunc('month', day)::date as month,
        coalesce(origin_id, 'UNK') as origin_id,
        coalesce(destination_id, 'UNK') as destination_id,
        origin_end,
        destination_end,
        sum(n_legs)::bigint as n_legs
    from flight_days
    group by
        source_key,
        date_trunc('month', day),
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

route_ends as (

    select
        source_key,
        month,
        coalesce(origin_id, 'UNK') as country_id,
        coalesce(origin_airport_id, origin) as airport
    from routes
    union all
    select
        source_key,
        month,
        coalesce(destination_id, 'UNK') as country_id,
        coalesce(destination_airport_id, destination) as airport
    from routes

),

airports_seen as (

    select
        source_key,
        month,
        country_id,
        count(distinct airport) as n_airports_seen
    from route_ends
    group by
        source_key,
        month,
        country_id

),

-- one row per source, month and country on each side: the join multiplies none
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
            when counted.country_id != 'UNK' then counted.n_legs_both_ends / counted.n_legs_touching
        end as share_both_ends,
        airports_seen.n_airports_seen,
        counted.source_key
    from counted
    left join airports_seen using (source_key, month, country_id)

)

select * from final
order by country_id, month, source_key
