with

flight_days as (

    select * from {{ ref('flight_dyad_days') }}

),

routes as (

    select * from {{ ref('int_flight_routes') }}

),

flown as (

    select
        source_key,
        origin_id,
        destination_id,
        date_trunc('month', day)::date as month,
        sum(n_legs)::bigint as n_flights,
        max(vintage) as vintage
    from flight_days
    where
        origin_end = 'known'
        and destination_end = 'known'
        and origin_id != destination_id
    group by
        source_key,
        origin_id,
        destination_id,
        date_trunc('month', day)

),

served as (

    select
        source_key,
        origin_id,
        destination_id,
        month,
        count(distinct origin_airport_id || '>' || destination_airport_id) as n_routes,
        count(distinct callsign_prefix) as n_callsign_prefixes
    from routes
    where origin_id != destination_id
    group by
        source_key,
        origin_id,
        destination_id,
        month

),

-- one row per source, dyad and month on each side: the join multiplies none
final as (

    select
        flown.origin_id,
        flown.destination_id,
        flown.month,
        {{ directed_dyad('flown.origin_id', 'flown.destination_id') }} as directed_dyad,
        {{ dyad('flown.origin_id', 'flown.destination_id') }} as dyad,
        flown.n_flights,
        served.n_routes,
        served.n_callsign_prefixes,
        flown.source_key,
        flown.vintage
    from flown
    left join served using (source_key, origin_id, destination_id, month)

)

select * from final
order by directed_dyad, month, source_key
