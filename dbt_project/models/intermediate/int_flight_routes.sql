with

routes as (

    select * from {{ ref('flight_route_months') }}

),

airports as (

    select
        airport_id,
        min(country_id) as country_id,
        min(latitude_deg) as latitude_deg,
        min(longitude_deg) as longitude_deg
    from {{ ref('dim_airport') }}
    group by airport_id

),

aircraft_types as (

    select * from {{ ref('dim_aircraft_type') }}

),

carriers as (

    select
        *,
        coalesce(valid_from, date '1900-01-01') as first_day,
        coalesce(valid_to, date '9999-12-31') as day_after
    from {{ ref('dim_carrier') }}

),

-- one row per airport, type, and designator in force on each right side: the joins multiply no route
final as (

    select
        routes.source_key,
        routes.month,
        routes.origin,
        routes.destination,
        routes.origin_status,
        routes.destination_status,
        origins.country_id as origin_id,
        destinations.country_id as destination_id,
        routes.callsign_prefix,
        carriers.country_id as carrier_country_id,
        routes.typecode,
        case
            when carriers.service = 'military' or aircraft_types.category = 'military' then 'military'
            when carriers.service = 'cargo' or aircraft_types.category = 'freighter' then 'cargo'
            when
                carriers.service = 'business' or aircraft_types.category in ('business', 'light', 'helicopter')
                then 'business'
            when
                carriers.service = 'passenger' or (aircraft_types.category = 'airliner' and carriers.icao is null)
                then 'passenger'
            else 'unknown'
        end as service_kind,
        {{ distance_km('origins', 'destinations') }} as km,
        case when aircraft_types.category = 'airliner' then aircraft_types.seats_typical end as seats_per_leg,
        routes.n_legs,
        routes.n_diversions,
        routes.n_corrected,
        routes.n_circuits,
        routes.n_chained,
        routes.n_chain_breaks
    from routes
    left join airports as origins
        on routes.origin = origins.airport_id
    left join airports as destinations
        on routes.destination = destinations.airport_id
    left join aircraft_types
        on routes.typecode = aircraft_types.typecode
    left join carriers
        on
            routes.callsign_prefix = carriers.icao
            and routes.last_day >= carriers.first_day
            and routes.last_day < carriers.day_after

)

select * from final
