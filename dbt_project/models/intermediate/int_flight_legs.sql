{{ config(materialized='view') }}

with

legs as (

    select
        *,
        case
            when origin_seen is null then {{ repair_method('route_origin', 'chain_origin') }}
        end as origin_method,
        case
            when origin_seen is null
                then {{ repair_stratum('route_origin', 'chain_origin', 'callsign_prefix', 'hours_before') }}
        end as origin_stratum,
        case
            when destination_seen is null then {{ repair_method('route_destination', 'chain_destination') }}
        end as destination_method,
        case
            when destination_seen is null
                then {{ repair_stratum('route_destination', 'chain_destination', 'callsign_prefix', 'hours_after') }}
        end as destination_stratum
    from {{ ref('flight_legs') }}

),

strata as (

    select * from {{ ref('int_flight_repair_strata') }}
    where is_used

),

-- one row per source, month, end and group on each right side: the joins multiply no leg
final as (

    select
        legs.*,
        case
            when legs.origin_seen is not null then legs.origin_seen
            when origins.is_used then coalesce(legs.route_origin, legs.chain_origin)
        end as origin,
        case
            when legs.destination_seen is not null then legs.destination_seen
            when destinations.is_used then coalesce(legs.route_destination, legs.chain_destination)
        end as destination,
        case
            when legs.origin_seen is not null then 'observed'
            when origins.method = 'chain' then 'repaired_chain'
            when origins.is_used then 'repaired_route'
            else 'unknown'
        end as origin_status,
        case
            when legs.destination_seen is not null then 'observed'
            when destinations.method = 'chain' then 'repaired_chain'
            when destinations.is_used then 'repaired_route'
            else 'unknown'
        end as destination_status
    from legs
    left join strata as origins
        on
            origins.hidden_end = 'origin'
            and legs.source_key = origins.source_key
            and legs.month = origins.month
            and legs.origin_method = origins.method
            and legs.origin_stratum = origins.stratum
    left join strata as destinations
        on
            destinations.hidden_end = 'destination'
            and legs.source_key = destinations.source_key
            and legs.month = destinations.month
            and legs.destination_method = destinations.method
            and legs.destination_stratum = destinations.stratum

)

select * from final
