with

routes as (

    select * from {{ ref('int_flight_routes') }}

),

airport_months as (

    select
        source_key,
        month,
        origin as airport
    from routes
    where origin_id is not null
    union
    select
        source_key,
        month,
        destination as airport
    from routes
    where destination_id is not null

),

undisturbed_airports as (

    select
        source_key,
        airport,
        month(month) as calendar_month
    from airport_months
    where year(month) = {{ var('undisturbed_year') }}

),

-- one row per source, airport and calendar month on the right side
panel_airports as (

    select airport_months.*
    from airport_months
    inner join undisturbed_airports
        on
            airport_months.source_key = undisturbed_airports.source_key
            and airport_months.airport = undisturbed_airports.airport
            and month(airport_months.month) = undisturbed_airports.calendar_month

),

route_months as (

    select
        source_key,
        month,
        origin,
        destination,
        origin_id,
        destination_id,
        sum(n_legs)::bigint as n_legs
    from routes
    where
        origin_id != destination_id
        and origin_status = 'observed'
        and destination_status = 'observed'
    group by
        source_key,
        month,
        origin,
        destination,
        origin_id,
        destination_id

),

landed_months as (

    select distinct
        source_key,
        month
    from routes
    where year(month) > {{ var('undisturbed_year') }}

),

-- multiplies on purpose: the undisturbed year's routes stand again in the same month of each later year that landed
compared as (

    select
        source_key,
        month,
        origin,
        destination,
        origin_id,
        destination_id,
        n_legs,
        0 as n_legs_undisturbed
    from route_months
    where year(month) > {{ var('undisturbed_year') }}
    union all
    select
        route_months.source_key,
        landed_months.month,
        route_months.origin,
        route_months.destination,
        route_months.origin_id,
        route_months.destination_id,
        0 as n_legs,
        route_months.n_legs as n_legs_undisturbed
    from route_months
    inner join landed_months
        on
            route_months.source_key = landed_months.source_key
            and month(route_months.month) = month(landed_months.month)
    where year(route_months.month) = {{ var('undisturbed_year') }}

),

-- each join has one row per source, month and airport on the right side, or none: then the leg is of no panel airport
flagged as (

    select
        compared.*,
        origins.airport is not null and destinations.airport is not null as is_panel
    from compared
    left join panel_airports as origins
        on
            compared.source_key = origins.source_key
            and compared.month = origins.month
            and compared.origin = origins.airport
    left join panel_airports as destinations
        on
            compared.source_key = destinations.source_key
            and compared.month = destinations.month
            and compared.destination = destinations.airport

),

final as (

    select
        source_key,
        origin_id,
        destination_id,
        month,
        sum(n_legs_undisturbed)::bigint as n_flights_undisturbed,
        coalesce(sum(n_legs) filter (where is_panel), 0)::bigint as n_flights_panel,
        coalesce(sum(n_legs_undisturbed) filter (where is_panel), 0)::bigint as n_flights_panel_undisturbed
    from flagged
    group by
        source_key,
        origin_id,
        destination_id,
        month

)

select * from final
