with

routes as (

    select * from {{ ref('flight_route_months') }}

),

airports as (

    select * from {{ ref('dim_airport') }}

),

-- a code is in force once on any day: the joins multiply no route
final as (

    select
        routes.source_key,
        routes.month,
        routes.origin,
        routes.destination,
        origins.airport_id as origin_airport_id,
        destinations.airport_id as destination_airport_id,
        origins.country_id as origin_id,
        destinations.country_id as destination_id,
        routes.callsign_prefix,
        routes.n_legs
    from routes
    left join airports as origins
        on
            routes.origin = origins.icao
            and routes.last_day >= coalesce(origins.valid_from, date '1900-01-01')
            and routes.last_day < coalesce(origins.valid_to, date '9999-12-31')
    left join airports as destinations
        on
            routes.destination = destinations.icao
            and routes.last_day >= coalesce(destinations.valid_from, date '1900-01-01')
            and routes.last_day < coalesce(destinations.valid_to, date '9999-12-31')

)

select * from final
