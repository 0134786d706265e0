{{ config(materialized='by_month', months='int_panel_months', at_once=true) }}

-- depends_on: {{ ref('int_panel_months') }}
with

dyad_months as (

    select * from {{ ref('int_dyad_months') }}
    where {{ one_month("'panel'", 'month') }}

),

indicators as (

    select * from {{ ref('indicators') }}

),

statements as (

    select published_on from {{ ref('stg_statements') }}

),

statement_events as (

    select
        actors,
        recipients
    from {{ ref('fct_statement_events') }}

),

commitments as (

    select
        committed_by,
        beneficiaries
    from {{ ref('fct_commitments') }}

),

statement_dyads as (

    select * from {{ ref('int_statement_dyad_months') }}

),

flights as (

    select * from {{ ref('fct_flights_dyad_month') }}

),

recovery as (

    select * from {{ ref('int_flight_panels') }}
    where against = 'undisturbed year'

),

official as (

    select * from {{ ref('fct_air_traffic_dyad') }}

),

coverage as (

    select * from {{ ref('fct_flights_coverage_month') }}

),

-- statements are covered from the first month landed to the last, for states that are party in any
statement_span as (

    select
        date_trunc('month', min(published_on)) as first_month,
        date_trunc('month', max(published_on)) as last_month
    from statements

),

statement_parties as (

    select distinct unnest(list_concat(actors, recipients)) as country_id
    from statement_events
    union
    select distinct unnest(list_concat(committed_by, beneficiaries)) as country_id
    from commitments

),

-- the one source that the indicator names, for legs of two sources are the same legs
flight_source as (

    select source_key from indicators
    where indicator = 'n_flights'

),

flight_dyads as (

    select
        flights.origin_id,
        flights.destination_id,
        flights.month,
        flights.n_flights,
        flights.n_routes,
        flights.n_callsign_prefixes as n_carriers,
        flights.seats_estimated,
        flights.n_flights
        / nullif(sum(flights.n_flights) over (partition by flights.origin_id, flights.month), 0)
            as flights_share_of_origin
    from flights
    semi join flight_source using (source_key)

),

-- flights are covered in a month that landed, for states that receivers saw well enough to take silence for none
states_seen as (

    select
        coverage.country_id,
        coverage.month,
        coalesce(coverage.share_both_ends, 0) as share_both_ends,
        coverage.is_observable
    from coverage
    semi join flight_source using (source_key)
    where coverage.country_id != 'UNK'

),

-- whether the undisturbed year's month is to be compared with; one row per state and month on each right side
recovered as (

    select
        recovery.origin_id,
        recovery.destination_id,
        recovery.month,
        recovery.n_flights_then,
        recovery.n_flights_panel,
        recovery.n_flights_panel_then,
        coalesce(origins.is_observable and destinations.is_observable, false) as is_undisturbed_covered
    from recovery
    semi join flight_source using (source_key)
    left join states_seen as origins
        on
            recovery.origin_id = origins.country_id
            and origins.month = make_date({{ var('undisturbed_year') }}, month(recovery.month), 1)
    left join states_seen as destinations
        on
            recovery.destination_id = destinations.country_id
            and destinations.month = make_date({{ var('undisturbed_year') }}, month(recovery.month), 1)

),

-- of a dyad's official figures those on one basis, or a change of basis would look like one of traffic
passenger_basis as (

    select
        origin_id,
        destination_id,
        min_by(basis, case basis when 'stage' then 1 when 'flight' then 2 else 3 end) as basis
    from official
    where measure = 'passengers' and grain = 'M'
    group by
        origin_id,
        destination_id

),

passengers as (

    select
        official.origin_id,
        official.destination_id,
        official.period_start as month,
        official.value as air_passengers,
        official.basis as air_passengers_basis,
        official.source_key as air_passengers_source_key
    from official
    inner join passenger_basis using (origin_id, destination_id, basis)
    where
        official.measure = 'passengers'
        and official.grain = 'M'
        and not official.is_partial

),

-- multiplies on purpose: what is undirected stands in both directions, and what one side does in its own
directed as (

    select
        split_part(dyad, '-', 1) as origin_id,
        split_part(dyad, '-', 2) as destination_id,
        n_events_a_to_b as n_events_directed,
        * exclude (dyad, n_events_a_to_b, n_events_b_to_a)
    from statement_dyads
    union all by name
    select
        split_part(dyad, '-', 2) as origin_id,
        split_part(dyad, '-', 1) as destination_id,
        n_events_b_to_a as n_events_directed,
        * exclude (dyad, n_events_a_to_b, n_events_b_to_a)
    from statement_dyads

),

told as (

    select * from directed
    union all by name
    select * from flight_dyads
    union all by name
    select * from recovered
    union all by name
    select * from passengers

),

-- one row per ordered pair and month of which anything is told: each column is told by one of the four
facts as (

    select
        origin_id,
        destination_id,
        month,
        max(columns(* exclude (origin_id, destination_id, month)))
    from told
    group by
        origin_id,
        destination_id,
        month

),

-- what a state's own acts are about: all that it does towards anybody in the month
attention as (

    select
        origin_id as country_id,
        month,
        sum(n_events_directed) as n_events_of_state
    from directed
    group by
        origin_id,
        month

),

party_months as (

    select
        statement_parties.country_id,
        unnest(generate_series(statement_span.first_month, statement_span.last_month, interval 1 month))::date as month,
        true as is_party
    from statement_parties
    cross join statement_span

),

-- one row per state and month of which anything is known
states as (

    select
        coalesce(party_months.country_id, states_seen.country_id) as country_id,
        coalesce(party_months.month, states_seen.month) as month,
        coalesce(party_months.is_party, false) as is_party,
        attention.n_events_of_state,
        states_seen.share_both_ends,
        states_seen.is_observable
    from party_months
    full join states_seen using (country_id, month)
    left join attention
        on
            party_months.country_id = attention.country_id
            and party_months.month = attention.month

),

-- one row per dyad and month, or per state and month, on each right side: the joins multiply none
joined as (

    select
        dyad_months.directed_dyad,
        dyad_months.dyad,
        dyad_months.origin_id,
        dyad_months.destination_id,
        dyad_months.month,
        coalesce(origins.is_party and destinations.is_party, false) as is_statement_covered,
        coalesce(origins.is_observable and destinations.is_observable, false) as is_flight_covered,
        origins.is_observable is not null and destinations.is_observable is not null as is_flight_month_landed,
        origins.n_events_of_state as n_events_of_origin,
        -- the worse seen of the two, where both are known: least() would take the one that is
        case
            when origins.share_both_ends is not null and destinations.share_both_ends is not null
                then least(origins.share_both_ends, destinations.share_both_ends)
        end as flights_coverage,
        facts.* exclude (facts.origin_id, facts.destination_id, facts.month)
    from dyad_months
    left join states as origins
        on
            dyad_months.origin_id = origins.country_id
            and dyad_months.month = origins.month
    left join states as destinations
        on
            dyad_months.destination_id = destinations.country_id
            and dyad_months.month = destinations.month
    left join facts
        on
            dyad_months.origin_id = facts.origin_id
            and dyad_months.destination_id = facts.destination_id
            and dyad_months.month = facts.month

),

-- zero inside coverage, null outside
final as (

    select
        directed_dyad,
        dyad,
        origin_id,
        destination_id,
        month,
        case when is_statement_covered then coalesce(n_statements, 0) end as n_statements,
        case when is_statement_covered then coalesce(n_events, 0) end as n_events,
        case when is_statement_covered then coalesce(n_events_directed, 0) end as n_events_directed,
        case when is_statement_covered then coalesce(cooperation_balance, 0) end as cooperation_balance,
        case when is_statement_covered then coalesce(n_requests, 0) end as n_requests,
        case when is_statement_covered then coalesce(n_consults, 0) end as n_consults,
        case when is_statement_covered then coalesce(n_verbal_cooperation, 0) end as n_verbal_cooperation,
        case when is_statement_covered then coalesce(n_material_cooperation, 0) end as n_material_cooperation,
        case when is_statement_covered then coalesce(n_verbal_conflict, 0) end as n_verbal_conflict,
        case when is_statement_covered then coalesce(n_material_conflict, 0) end as n_material_conflict,
        case when is_statement_covered then coalesce(n_meetings_heads, 0) end as n_meetings_heads,
        case when is_statement_covered then coalesce(n_meetings_ministers, 0) end as n_meetings_ministers,
        case when is_statement_covered then coalesce(n_meetings_deputies, 0) end as n_meetings_deputies,
        case when is_statement_covered then coalesce(n_commitments, 0) end as n_commitments,
        -- of a state that did nothing in the month there is no share
        case when is_statement_covered then round(coalesce(n_events_directed, 0) / nullif(n_events_of_origin, 0), 9) end
            as attention_share,
        case when is_flight_covered then coalesce(n_flights, 0) end as n_flights,
        case when is_flight_covered then coalesce(n_routes, 0) end as n_routes,
        case when is_flight_covered then coalesce(n_carriers, 0) end as n_carriers,
        -- the estimate of a month whose types are all untold is null
        case when is_flight_covered then if(coalesce(n_flights, 0) = 0, 0, seats_estimated) end as seats_estimated,
        case when is_flight_covered then coalesce(flights_share_of_origin, 0) end as flights_share_of_origin,
        case
            when is_flight_covered and is_undisturbed_covered
                then coalesce(n_flights, 0) / nullif(n_flights_then, 0)
        end as flights_recovery,
        case
            when is_flight_covered and is_undisturbed_covered
                then n_flights_panel / nullif(n_flights_panel_then, 0)
        end as flights_recovery_panel,
        air_passengers,
        air_passengers_basis,
        air_passengers_source_key,
        case
            when is_flight_covered then 'observable'
            when is_flight_month_landed then 'not observable'
            else 'no source'
        end as flights_observability,
        flights_coverage,
        is_statement_covered,
        is_flight_covered
    from joined

)

select * from final
order by month, directed_dyad
