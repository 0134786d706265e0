{{ config(materialized='by_month', months='flight_legs') }}

with

legs as (

    select * from {{ ref('flight_legs') }}
    where
        {{ one_month('source_key', 'month') }}
        and origin_seen is not null
        and destination_seen is not null
        and origin_seen != destination_seen

),

-- multiplies on purpose: each leg seen at both ends is asked twice, with its origin hidden and with its destination
hidden as (

    select
        source_key,
        month,
        'origin' as hidden_end,
        callsign_prefix,
        hours_before as hours,
        origin_seen as truth,
        route_origin as route_candidate,
        chain_origin as chain_candidate,
        raw_row % 2 as half
    from legs
    union all
    select
        source_key,
        month,
        'destination' as hidden_end,
        callsign_prefix,
        hours_after as hours,
        destination_seen as truth,
        route_destination as route_candidate,
        chain_destination as chain_candidate,
        raw_row % 2 as half
    from legs

),

final as (

    select
        source_key,
        month,
        hidden_end,
        {{ repair_method('route_candidate', 'chain_candidate') }} as method,
        {{ repair_stratum('route_candidate', 'chain_candidate', 'callsign_prefix', 'hours') }} as stratum,
        truth,
        coalesce(route_candidate, chain_candidate) as candidate,
        count(*) filter (where half = 0) as n_calibration,
        count(*) filter (where half = 1) as n_test
    from hidden
    group by
        source_key,
        month,
        hidden_end,
        {{ repair_method('route_candidate', 'chain_candidate') }},
        {{ repair_stratum('route_candidate', 'chain_candidate', 'callsign_prefix', 'hours') }},
        truth,
        coalesce(route_candidate, chain_candidate)

)

select * from final
