with

flight_days as (

    select * from {{ ref('flight_dyad_days') }}

),

routes as (

    select * from {{ ref('int_flight_routes') }}

),

coverage as (

    select * from {{ ref('fct_flights_coverage_month') }}

),

-- only legs between airports that were seen in this month and in the same of the year before
panel as (

    select * from {{ ref('int_flight_panels') }}
    where against = 'year before'

),

vintages as (

    select
        source_key,
        origin_id,
        destination_id,
        month,
        max(vintage) as vintage
    from flight_days
    where origin_id != destination_id
    group by
        source_key,
        origin_id,
        destination_id,
        month

),

flown as (

    select
        source_key,
        origin_id,
        destination_id,
        month,
        coalesce(sum(n_legs) filter (where origin_status = 'observed' and destination_status = 'observed'), 0)::bigint
            as n_flights,
        coalesce(sum(n_legs) filter (where origin_status != 'observed' or destination_status != 'observed'), 0)::bigint
            as n_flights_repaired,
        coalesce(sum(n_legs) filter (where service_kind = 'passenger'), 0)::bigint as n_passenger_flights,
        coalesce(sum(n_legs) filter (where service_kind = 'cargo'), 0)::bigint as n_cargo_flights,
        coalesce(sum(n_legs) filter (where service_kind = 'business'), 0)::bigint as n_business_flights,
        coalesce(sum(n_legs) filter (where service_kind = 'military'), 0)::bigint as n_military_flights,
        -- legs whose type is not told are taken to carry what the dyad's other passenger legs of the month carry
        sum(n_legs * seats_per_leg) filter (where service_kind = 'passenger')
        / sum(n_legs) filter (where service_kind = 'passenger' and seats_per_leg is not null)
        * sum(n_legs) filter (where service_kind = 'passenger') as seats_estimated,
        sum(n_legs * seats_per_leg * km) filter (where service_kind = 'passenger')
        / sum(n_legs) filter (where service_kind = 'passenger' and seats_per_leg is not null)
        * sum(n_legs) filter (where service_kind = 'passenger') as seat_km_estimated,
        round(sum(n_legs * km) / sum(n_legs), 3) as mean_km,  -- the last digits of a sum depend on its order
        count(distinct origin || '>' || destination) as n_routes,
        count(distinct callsign_prefix) as n_callsign_prefixes,
        count(distinct carrier_country_id) as n_carrier_countries,
        coalesce(sum(n_legs) filter (where carrier_country_id = origin_id), 0)::bigint as n_flights_origin_carriers,
        coalesce(sum(n_legs) filter (where carrier_country_id = destination_id), 0)::bigint
            as n_flights_destination_carriers
    from routes
    where origin_id != destination_id
    group by
        source_key,
        origin_id,
        destination_id,
        month

),

-- one row per source, dyad and month, or source, state and month, on each right side: the joins multiply none
joined as (

    select
        flown.*,
        vintages.vintage,
        coalesce(origins.is_observable and destinations.is_observable, false) as is_observable,
        least(origins.share_both_ends, destinations.share_both_ends) as share_both_ends,
        panel.n_flights_panel,
        panel.n_flights_panel_then as n_flights_panel_year_before,
        year_before.n_flights as n_flights_year_before,
        coalesce(origins_before.is_observable and destinations_before.is_observable, false)
            as is_observable_year_before
    from flown
    left join vintages using (source_key, origin_id, destination_id, month)
    left join coverage as origins
        on
            flown.source_key = origins.source_key
            and flown.origin_id = origins.country_id
            and flown.month = origins.month
    left join coverage as destinations
        on
            flown.source_key = destinations.source_key
            and flown.destination_id = destinations.country_id
            and flown.month = destinations.month
    left join coverage as origins_before
        on
            flown.source_key = origins_before.source_key
            and flown.origin_id = origins_before.country_id
            and flown.month = (origins_before.month + interval 1 year)::date
    left join coverage as destinations_before
        on
            flown.source_key = destinations_before.source_key
            and flown.destination_id = destinations_before.country_id
            and flown.month = (destinations_before.month + interval 1 year)::date
    left join flown as year_before
        on
            flown.source_key = year_before.source_key
            and flown.origin_id = year_before.origin_id
            and flown.destination_id = year_before.destination_id
            and flown.month = (year_before.month + interval 1 year)::date
    left join panel
        on
            flown.source_key = panel.source_key
            and flown.origin_id = panel.origin_id
            and flown.destination_id = panel.destination_id
            and flown.month = panel.month

),

final as (

    select
        origin_id,
        destination_id,
        month,
        {{ directed_dyad('origin_id', 'destination_id') }} as directed_dyad,
        {{ dyad('origin_id', 'destination_id') }} as dyad,
        case when is_observable then 'observable' else 'not observable' end as observability,
        share_both_ends,
        n_flights,
        n_flights_repaired,
        n_passenger_flights,
        n_cargo_flights,
        n_business_flights,
        n_military_flights,
        round(seats_estimated, 0) as seats_estimated,
        round(seat_km_estimated, 0) as seat_km_estimated,
        mean_km,
        n_routes,
        n_callsign_prefixes,
        n_carrier_countries,
        n_flights_origin_carriers,
        n_flights_destination_carriers,
        case when is_observable and is_observable_year_before then n_flights / nullif(n_flights_year_before, 0) - 1 end
            as growth_year,
        n_flights_panel,
        n_flights_panel_year_before,
        case
            when is_observable and is_observable_year_before
                then n_flights_panel / nullif(n_flights_panel_year_before, 0) - 1
        end as growth_year_panel,
        source_key,
        vintage
    from joined

)

select * from final
order by directed_dyad, month, source_key
