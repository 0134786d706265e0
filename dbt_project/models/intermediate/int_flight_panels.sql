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

landed as (

    select distinct
        source_key,
        month
    from airport_months

),

-- what a month is compared with, where both have landed
comparisons as (

    select
        landed.source_key,
        landed.month,
        'year before' as against,
        (landed.month - interval 1 year)::date as then_month
    from landed
    union all
    select
        landed.source_key,
        landed.month,
        'undisturbed year' as against,
        make_date({{ var('undisturbed_year') }}, month(landed.month), 1) as then_month
    from landed
    where year(landed.month) > {{ var('undisturbed_year') }}

),

both_landed as (

    select comparisons.*
    from comparisons
    semi join landed
        on
            comparisons.source_key = landed.source_key
            and comparisons.then_month = landed.month

),

-- the airports that were seen in both months; one row per source, month and airport on each right side
panel_airports as (

    select
        both_landed.source_key,
        both_landed.month,
        both_landed.against,
        now_seen.airport
    from both_landed
    inner join airport_months as now_seen
        on
            both_landed.source_key = now_seen.source_key
            and both_landed.month = now_seen.month
    inner join airport_months as then_seen
        on
            both_landed.source_key = then_seen.source_key
            and both_landed.then_month = then_seen.month
            and now_seen.airport = then_seen.airport

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

-- multiplies on purpose: a route's month counts as its own, and as what others are compared with
compared as (

    select
        both_landed.month,
        both_landed.against,
        route_months.* exclude (route_months.month),
        0 as n_legs_then
    from route_months
    inner join both_landed
        on
            route_months.source_key = both_landed.source_key
            and route_months.month = both_landed.month
    union all by name
    select
        both_landed.month,
        both_landed.against,
        route_months.* exclude (route_months.month, route_months.n_legs),
        0 as n_legs,
        route_months.n_legs as n_legs_then
    from route_months
    inner join both_landed
        on
            route_months.source_key = both_landed.source_key
            and route_months.month = both_landed.then_month

),

-- one row per source, month, comparison and airport on each right side, or none: then the leg is of no panel airport
flagged as (

    select
        compared.*,
        origins.airport is not null and destinations.airport is not null as is_panel
    from compared
    left join panel_airports as origins
        on
            compared.source_key = origins.source_key
            and compared.month = origins.month
            and compared.against = origins.against
            and compared.origin = origins.airport
    left join panel_airports as destinations
        on
            compared.source_key = destinations.source_key
            and compared.month = destinations.month
            and compared.against = destinations.against
            and compared.destination = destinations.airport

),

final as (

    select
        source_key,
        origin_id,
        destination_id,
        month,
        against,
        sum(n_legs_then)::bigint as n_flights_then,
        coalesce(sum(n_legs) filter (where is_panel), 0)::bigint as n_flights_panel,
        coalesce(sum(n_legs_then) filter (where is_panel), 0)::bigint as n_flights_panel_then
    from flagged
    group by
        source_key,
        origin_id,
        destination_id,
        month,
        against

)

select * from final
