with

routes as (

    select * from {{ ref('stg_routes') }}
    where
        callsign is not null
        and airport_codes = 'icao'

),

airports as (

    select * from {{ ref('dim_airport') }}

),

-- a published table of routes tells no days: its codes are read as today's, and those no longer in force as they were
codes as (

    select
        icao,
        arg_max(airport_id, coalesce(valid_to, date '9999-12-31')) as airport_id
    from airports
    group by icao

),

places as (

    select
        airport_id,
        min(latitude_deg) as latitude_deg,
        min(longitude_deg) as longitude_deg
    from airports
    group by airport_id

),

-- one row per code on each right side: the joins multiply no leg
legs as (

    select distinct
        upper(routes.callsign) as callsign,
        origins.airport_id as origin,
        destinations.airport_id as destination
    from routes
    inner join codes as origins
        on routes.origin = origins.icao
    inner join codes as destinations
        on routes.destination = destinations.icao
    where origins.airport_id != destinations.airport_id

),

-- one row per airport on each right side: the joins multiply no leg
final as (

    select
        legs.callsign,
        legs.origin,
        legs.destination,
        {{ distance_km('origins', 'destinations') }} as km,
        count(*) over (partition by legs.callsign, legs.origin) as n_destinations,
        count(*) over (partition by legs.callsign, legs.destination) as n_origins
    from legs
    left join places as origins
        on legs.origin = origins.airport_id
    left join places as destinations
        on legs.destination = destinations.airport_id

)

select * from final
