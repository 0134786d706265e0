{{ config(materialized='by_month', months='flight_repaired_months') }}

-- depends_on: {{ ref('flight_repaired_months') }}
with

legs as (

    select * from {{ ref('int_flight_legs') }}
    where {{ one_month('source_key', 'month') }}

),

-- the codes of a leg's airports are those of today: which airport a code meant that day is settled in flight_legs
airports as (

    select
        airport_id,
        min(country_id) as country_id
    from {{ ref('dim_airport') }}
    group by airport_id

),

-- first fewer rows, then the joins
route_days as (

    select
        source_key,
        vintage,
        month,
        day,
        origin,
        destination,
        origin_status,
        destination_status,
        count(*) as n_legs
    from legs
    group by
        source_key,
        vintage,
        month,
        day,
        origin,
        destination,
        origin_status,
        destination_status

),

-- one row per airport on each right side: the joins multiply no route-day
located as (

    select
        route_days.source_key,
        route_days.vintage,
        route_days.month,
        route_days.day,
        origins.country_id as origin_id,
        destinations.country_id as destination_id,
        case
            when origins.country_id is not null then 'known'
            when route_days.origin is not null then 'unknown_code'
            else 'unseen'
        end as origin_end,
        case
            when destinations.country_id is not null then 'known'
            when route_days.destination is not null then 'unknown_code'
            else 'unseen'
        end as destination_end,
        route_days.origin_status,
        route_days.destination_status,
        route_days.n_legs
    from route_days
    left join airports as origins
        on route_days.origin = origins.airport_id
    left join airports as destinations
        on route_days.destination = destinations.airport_id

),

final as (

    select
        source_key,
        vintage,
        month,
        day,
        origin_id,
        destination_id,
        origin_end,
        destination_end,
        origin_status,
        destination_status,
        cast(sum(n_legs) as bigint) as n_legs
    from located
    group by
        source_key,
        vintage,
        month,
        day,
        origin_id,
        destination_id,
        origin_end,
        destination_end,
        origin_status,
        destination_status

)

select * from final
