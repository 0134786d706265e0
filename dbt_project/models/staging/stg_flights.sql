-- Not materialized: DuckDB keeps what is named more than once, and who asks for a month would have all of it read.
with

flights as not materialized (

    select * from {{ source('landing', 'flights') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as not materialized (

    select
        flights.*,
        deliveries.file
    from flights
    inner join deliveries using (source_key, raw_sha256)

),

-- lists by airport tell a leg twice, in the departures of one end and in the arrivals of the other, with another end of
-- sight or none: the start is taken from the departures, the end from the arrivals
listed as (

    select
        * exclude (is_arrival) replace (
            coalesce(max(case when not is_arrival then origin end) over leg, origin, max(origin) over leg) as origin,
            coalesce(destination, max(destination) over leg) as destination,
            coalesce(callsign, max(callsign) over leg) as callsign
        )
    from (
        select
            *,
            contains(file, '_arrival_') as is_arrival
        from delivered
        where source_key = 'opensky_api'
    ) as marked
    window leg as (partition by source_key, icao24, first_seen)
    qualify row_number() over (
        partition by source_key, icao24, first_seen
        order by is_arrival desc, file desc, raw_sha256 asc, raw_row asc
    ) = 1

),

-- a day stands in one file, unless two files overlap: only there are legs compared, for that is what costs
shared_days as (

    select
        file_days.source_key,
        file_days.day
    from {{ ref('stg_flight_days') }} as file_days
    semi join deliveries using (source_key, raw_sha256)
    where file_days.source_key != 'opensky_api'
    group by file_days.source_key, file_days.day
    having count(*) > 1

),

once as (

    select delivered.*
    from delivered
    anti join shared_days using (source_key, day)
    where source_key != 'opensky_api'

),

ranked as (

    select
        delivered.*,
        row_number() over (
            partition by
                delivered.source_key, delivered.day, delivered.icao24, delivered.first_seen, delivered.last_seen
            order by delivered.file desc, delivered.raw_sha256 asc, delivered.raw_row asc
        ) as copy_no
    from delivered
    semi join shared_days using (source_key, day)

),

final as (

    select * exclude (file) from listed
    union all
    select * exclude (file) from once
    union all
    select * exclude (file, copy_no) from ranked
    where copy_no = 1

)

select * from final
