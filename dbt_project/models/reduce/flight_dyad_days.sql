with

flights as (

    select * from {{ ref('stg_flights') }}

),

airports as (

    select * from {{ ref('dim_airport') }}

),

-- first fewer rows, then the joins
route_days as (

    select
        source_key,
        vintage,
        day,
        origin,
        destination,
        count(*) as n_legs
    from flights
    group by
        source_key,
        vintage,
        day,
        origin,
        destination

),

-- a code is in force once on any day: the joins multiply no route-day
located as (

    select
        route_days.source_key,
        route_days.vintage,
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
        route_days.n_legs
    from route_days
    left join airports as origins
        on
            route_days.origin = origins.icao
            and route_days.day >= coalesce(origins.valid_from, date '1900-01-01')
            and route_days.day < coalesce(origins.valid_to, date '9999-12-31')
    left join airports as destinations
        on
            route_days.destination = destinations.icao
            and route_days.day >= coalesce(destinations.valid_from, date '1900-01-01')
            and route_days.day < coalesce(destinations.valid_to, date '9999-12-31')

),

final as (

    select
        source_key,
        vintage,
        day,
        origin_id,
        destination_id,
        origin_end,
        destination_end,
        cast(sum(n_legs) as bigint) as n_legs
    from located
    group by
        source_key,
        vintage,
        day,
        origin_id,
        destination_id,
        origin_end,
        destination_end

)

select * from final
