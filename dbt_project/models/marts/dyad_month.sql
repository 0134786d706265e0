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
        flights.n_flights
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
        statement_dyads.n_commitments,
        flight_dyads.n_flights,
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
        case when is_statement_covered then coalesce(n_commitments, 0) end as n_commitments,
        case when is_flight_covered then coalesce(n_flights, 0) end as n_flights,
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
