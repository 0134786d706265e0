-- Flights between two states stand in the panel wherever it calls the month covered.
with

states as (

    select country_id from {{ ref('countries') }}
    where kind = 'state'

),

flight_source as (

    select source_key from {{ ref('indicators') }}
    where indicator = 'n_flights'

),

flown as (

    select coalesce(sum(flights.n_flights), 0) as n_flights
    from {{ ref('fct_flights_dyad_month') }} as flights
    -- one row per dyad and month on the right side
    inner join {{ ref('dyad_month') }} as panel_months
        on
            flights.directed_dyad = panel_months.directed_dyad
            and flights.month = panel_months.month
            and panel_months.is_flight_covered
    where
        flights.source_key in (select flight_source.source_key from flight_source)
        and flights.origin_id in (select states.country_id from states)
        and flights.destination_id in (select states.country_id from states)

),

panel as (

    select coalesce(sum(n_flights), 0) as n_flights
    from {{ ref('dyad_month') }}

)

select
    flown.n_flights as n_flown,
    panel.n_flights as n_in_panel
from flown
cross join panel
where flown.n_flights != panel.n_flights
