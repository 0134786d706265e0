with

dyad_months as (

    select * from {{ ref('int_dyad_months') }}

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

    select * from {{ ref('int_flight_recovery') }}

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

recovered as (

    select recovery.*
    from recovery
    semi join flight_source using (source_key)

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
        official.value,
        official.basis,
        official.source_key
    from official
    inner join passenger_basis using (origin_id, destination_id, basis)
    where
        official.measure = 'passengers'
        and official.grain = 'M'
        and not official.is_partial

),

-- what a state's own acts are about: all that it does towards anybody in the month
attention as (

    select
        country_id,
        month,
        sum(n_events) as n_events
    from (
        select
            split_part(dyad, '-', 1) as country_id,
            month,
            n_events_a_to_b as n_events
        from statement_dyads
        union all
        select
            split_part(dyad, '-', 2) as country_id,
            month,
            n_events_b_to_a as n_events
        from statement_dyads
    ) as acts
    group by
        country_id,
        month

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

-- one row per dyad and month, or per state and month, on each right side: the joins multiply none
joined as (

    select
        dyad_months.directed_dyad,
        dyad_months.dyad,
        dyad_months.origin_id,
        dyad_months.destination_id,
        dyad_months.month,
        origin_parties.country_id is not null
        and destination_parties.country_id is not null
        and dyad_months.month between statement_span.first_month and statement_span.last_month
            as is_statement_covered,
        coalesce(origins_seen.is_observable and destinations_seen.is_observable, false) as is_flight_covered,
        origins_seen.country_id is not null and destinations_seen.country_id is not null as is_flight_month_landed,
        statement_dyads.n_statements,
        statement_dyads.n_events,
        case
            when dyad_months.origin_id < dyad_months.destination_id then statement_dyads.n_events_a_to_b
            else statement_dyads.n_events_b_to_a
        end as n_events_directed,
        statement_dyads.cooperation_balance,
        statement_dyads.n_requests,
        statement_dyads.n_consults,
        statement_dyads.n_verbal_cooperation,
        statement_dyads.n_material_cooperation,
        statement_dyads.n_verbal_conflict,
        statement_dyads.n_material_conflict,
        statement_dyads.n_meetings_heads,
        statement_dyads.n_meetings_ministers,
        statement_dyads.n_meetings_deputies,
        statement_dyads.n_commitments,
        attention.n_events as n_events_of_origin,
        flight_dyads.n_flights,
        flight_dyads.n_routes,
        flight_dyads.n_carriers,
        flight_dyads.seats_estimated,
        flight_dyads.flights_share_of_origin,
        recovered.n_flights_undisturbed,
        recovered.n_flights_panel,
        recovered.n_flights_panel_undisturbed,
        coalesce(origins_undisturbed.is_observable and destinations_undisturbed.is_observable, false)
            as is_undisturbed_covered,
        passengers.value as air_passengers,
        passengers.basis as air_passengers_basis,
        passengers.source_key as air_passengers_source_key,
        least(origins_seen.share_both_ends, destinations_seen.share_both_ends) as flights_coverage
    from dyad_months
    cross join statement_span
    left join statement_parties as origin_parties
        on dyad_months.origin_id = origin_parties.country_id
    left join statement_parties as destination_parties
        on dyad_months.destination_id = destination_parties.country_id
    left join statement_dyads
        on
            dyad_months.dyad = statement_dyads.dyad
            and dyad_months.month = statement_dyads.month
    left join states_seen as origins_seen
        on
            dyad_months.origin_id = origins_seen.country_id
            and dyad_months.month = origins_seen.month
    left join states_seen as destinations_seen
        on
            dyad_months.destination_id = destinations_seen.country_id
            and dyad_months.month = destinations_seen.month
    left join flight_dyads
        on
            dyad_months.origin_id = flight_dyads.origin_id
            and dyad_months.destination_id = flight_dyads.destination_id
            and dyad_months.month = flight_dyads.month
    left join attention
        on
            dyad_months.origin_id = attention.country_id
            and dyad_months.month = attention.month
    left join recovered
        on
            dyad_months.origin_id = recovered.origin_id
            and dyad_months.destination_id = recovered.destination_id
            and dyad_months.month = recovered.month
    left join states_seen as origins_undisturbed
        on
            recovered.origin_id = origins_undisturbed.country_id
            and origins_undisturbed.month = make_date({{ var('undisturbed_year') }}, month(recovered.month), 1)
    left join states_seen as destinations_undisturbed
        on
            recovered.destination_id = destinations_undisturbed.country_id
            and destinations_undisturbed.month = make_date({{ var('undisturbed_year') }}, month(recovered.month), 1)
    left join passengers
        on
            dyad_months.origin_id = passengers.origin_id
            and dyad_months.destination_id = passengers.destination_id
            and dyad_months.month = passengers.month

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
                then coalesce(n_flights, 0) / nullif(n_flights_undisturbed, 0)
        end as flights_recovery,
        case
            when is_flight_covered and is_undisturbed_covered
                then n_flights_panel / nullif(n_flights_panel_undisturbed, 0)
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
        coalesce(is_statement_covered, false) as is_statement_covered,
        is_flight_covered
    from joined

)

select * from final
order by directed_dyad, month
