with

file_days as (

    select * from {{ ref('stg_flight_days') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- what else a leg depends on: all of it, for any row may matter to any leg
beside as (

    select bit_xor(row_hash) as row_hashes
    from (
        select hash(callsign, origin, destination, km, n_destinations, n_origins) as row_hash
        from {{ ref('int_callsign_routes') }}
        union all
        select hash(icao, airport_id, beside_airport_id, valid_from, valid_to) as row_hash
        from {{ ref('dim_airport') }}
        union all
        select hash(typecode, category) as row_hash
        from {{ ref('dim_aircraft_type') }}
    ) as rows_beside

),

-- multiplies on purpose: a file matters to the months of its days, and to that which starts or ends 3 days from one
touched as (

    select
        file_days.source_key,
        file_days.raw_sha256 || file_days.code_version as reading,
        date_trunc('month', file_days.day + days_away.days)::date as month,
        days_away.days = 0 as is_of_month
    from file_days
    semi join deliveries using (source_key, raw_sha256)
    cross join (values (-3), (0), (3)) as days_away (days)

),

final as (

    select
        touched.source_key,
        touched.month,
        md5(
            string_agg(distinct touched.reading, ' ' order by touched.reading) || any_value(beside.row_hashes)
        ) as built_from
    from touched
    cross join beside
    group by
        touched.source_key,
        touched.month
    having bool_or(touched.is_of_month)

)

select * from final
