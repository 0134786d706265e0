{{ config(materialized='by_month', months='flight_repaired_months') }}

-- depends_on: {{ ref('flight_repaired_months') }}
with

legs as (

    select * from {{ ref('int_flight_legs') }}
    where {{ one_month('source_key', 'month') }}

),

final as (

    select
        source_key,
        month,
        origin,
        destination,
        origin_status,
        destination_status,
        callsign_prefix,
        typecode,
        max(day) as last_day,
        count(*) as n_legs,
        count(*) filter (where is_diversion) as n_diversions,
        count(*) filter (where is_origin_corrected or is_destination_corrected) as n_corrected,
        count(*) filter (where is_circuit) as n_circuits,
        count(*) filter (where chain_origin is not null and origin_seen is not null) as n_chained,
        count(*) filter (where chain_origin != origin_seen) as n_chain_breaks
    from legs
    group by
        source_key,
        month,
        origin,
        destination,
        origin_status,
        destination_status,
        callsign_prefix,
        typecode

)

select * from final
