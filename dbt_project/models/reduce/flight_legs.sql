{{ config(materialized='by_month', months='flight_months') }}

-- depends_on: {{ ref('flight_months') }}
with

-- With the month come the three days around it, for what an airframe did up to 36 hours before and after: a leg takes
-- no longer than that, and counts by the day on which it ended.
flights as (

    select * from {{ ref('stg_flights') }}
    where {{ one_month('source_key', 'day', 3) }}

),

airports as (

    select * from {{ ref('dim_airport') }}

),

routes as (

    select * from {{ ref('int_callsign_routes') }}

),

aircraft_types as (

    select
        typecode,
        category in ('airliner', 'freighter') as is_airliner
    from {{ ref('dim_aircraft_type') }}

),

-- only codes that stand for another airport, or lie beside a big one: all others are what they say
codes as (

    select
        icao,
        airport_id,
        beside_airport_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from airports
    where
        icao != airport_id
        or beside_airport_id is not null

),

-- a code is in force once on any day and a type stands once: the joins multiply no leg
coded as (

    select
        flights.source_key,
        flights.vintage,
        flights.raw_sha256,
        flights.raw_row,
        flights.day,
        flights.icao24,
        flights.first_seen,
        flights.last_seen,
        flights.typecode,
        upper(flights.callsign) as callsign,
        coalesce(origins.airport_id, flights.origin) as origin_seen,
        coalesce(destinations.airport_id, flights.destination) as destination_seen,
        case when aircraft_types.is_airliner then origins.beside_airport_id end as origin_beside,
        case when aircraft_types.is_airliner then destinations.beside_airport_id end as destination_beside,
        flights.first_latitude_deg,
        flights.first_longitude_deg,
        flights.last_latitude_deg,
        flights.last_longitude_deg
    from flights
    left join aircraft_types using (typecode)
    left join codes as origins
        on
            flights.origin = origins.icao
            and flights.day >= origins.valid_from
            and flights.day < origins.valid_to
    left join codes as destinations
        on
            flights.destination = destinations.icao
            and flights.day >= destinations.valid_from
            and flights.day < destinations.valid_to

),

-- the legs of the same airframe before and after, as the same source saw them; a leg stands once, so that none tie
neighbours as (

    select
        *,
        lag(destination_seen) over airframe as before_destination,
        lag(last_seen) over airframe as before_last_seen,
        lag(last_latitude_deg) over airframe as before_latitude_deg,
        lag(last_longitude_deg) over airframe as before_longitude_deg,
        lead(origin_seen) over airframe as after_origin,
        lead(destination_seen) over airframe as after_destination,
        lead(first_seen) over airframe as after_first_seen,
        lead(first_latitude_deg) over airframe as after_latitude_deg,
        lead(first_longitude_deg) over airframe as after_longitude_deg
    from coded
    window
        airframe as (
            partition by source_key, icao24
            order by first_seen, last_seen
        )

),

chained as (

    select
        * exclude (before_destination, after_origin),
        case
            when date_diff('second', before_last_seen, first_seen) between 0 and 36 * 3600
                then date_diff('second', before_last_seen, first_seen) / 3600
        end as hours_before,
        case
            when date_diff('second', last_seen, after_first_seen) between 0 and 36 * 3600
                then date_diff('second', last_seen, after_first_seen) / 3600
        end as hours_after,
        case when date_diff('second', before_last_seen, first_seen) between 0 and 36 * 3600 then before_destination end
            as before_destination,
        case when date_diff('second', last_seen, after_first_seen) between 0 and 36 * 3600 then after_origin end
            as after_origin
    from neighbours

),

-- one route from an airport onwards, or to it, per callsign on each right side: the joins multiply no leg
routed as (

    select
        chained.*,
        onwards.destination as route_destination,
        onwards.km as km_onwards,
        inwards.origin as route_origin,
        inwards.km as km_inwards
    from chained
    left join routes as onwards
        on
            chained.callsign = onwards.callsign
            and chained.origin_seen = onwards.origin
            and onwards.n_destinations = 1
    left join routes as inwards
        on
            chained.callsign = inwards.callsign
            and chained.destination_seen = inwards.destination
            and inwards.n_origins = 1

),

-- An airliner that seems to end at a small field is taken to the big airport beside it where its callsign's route says
-- so too: the nearest big airport alone is the wrong one as often as not (OpenSky's sample of 2019).
corrected as (

    select
        * exclude (origin_seen, destination_seen),
        case when origin_beside = route_origin then origin_beside else origin_seen end as origin_seen,
        case when destination_beside = route_destination then destination_beside else destination_seen end
            as destination_seen,
        coalesce(origin_beside = route_origin, false) as is_origin_corrected,
        coalesce(destination_beside = route_destination, false) as is_destination_corrected
    from routed

),

-- A candidate that the leg's own time or place contradicts is none. A leg lasts no longer than its way at 650 km/h and
-- 72 minutes more; what was last seen of the airframe lies within reach at 900 km/h. Where the end was seen, its place
-- is not asked, or the test of the candidates would be told the answer.
final as (

    select
        source_key,
        vintage,
        date_trunc('month', day)::date as month,
        day,
        nullif(regexp_extract(callsign, '^([A-Z]{3})[0-9]', 1), '') as callsign_prefix,
        typecode,
        origin_seen,
        destination_seen,
        is_origin_corrected,
        is_destination_corrected,
        case
            when date_diff('second', first_seen, last_seen) / 3600 <= km_inwards / 650 + 1.2 then route_origin
        end as route_origin,
        case
            when date_diff('second', first_seen, last_seen) / 3600 <= km_onwards / 650 + 1.2 then route_destination
        end as route_destination,
        case
            when before_destination is null or origin_seen is not null then before_destination
            when
                coalesce(
                    {{ great_circle_km(
                        'before_latitude_deg', 'before_longitude_deg', 'first_latitude_deg', 'first_longitude_deg'
                    ) }} <= 900 * hours_before + 50,
                    true
                )
                then before_destination
        end as chain_origin,
        case
            when after_origin is null or destination_seen is not null then after_origin
            when
                coalesce(
                    {{ great_circle_km(
                        'last_latitude_deg', 'last_longitude_deg', 'after_latitude_deg', 'after_longitude_deg'
                    ) }} <= 900 * hours_after + 50,
                    true
                )
                then after_origin
        end as chain_destination,
        floor(hours_before)::tinyint as hours_before,
        floor(hours_after)::tinyint as hours_after,
        origin_seen = destination_seen as is_circuit,
        coalesce(
            destination_seen != route_destination
            and after_origin = destination_seen
            and after_destination = route_destination
            and hours_after <= 12,
            false
        ) as is_diversion,
        raw_sha256,
        raw_row
    from corrected
    where {{ one_month('source_key', 'day') }}

)

select * from final
