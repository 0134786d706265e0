with

dyads as (

    select * from {{ ref('dim_dyad') }}

),

months as (

    select * from {{ ref('dyad_month') }}

),

years as (

    select * from {{ ref('dyad_year') }}

),

cooperation_index as (

    select * from {{ ref('fct_cooperation_index') }}

),

followthrough as (

    select * from {{ ref('fct_commitment_followthrough') }}

),

-- what is undirected is taken from one direction, flights from both
spoken as (

    select
        dyad,
        sum(n_statements)::bigint as n_statements,
        max(month) filter (where n_statements > 0) as last_statement_month,
        sum(n_events) as n_events,
        sum(cooperation_balance) as cooperation_balance,
        sum(n_commitments) as n_commitments,
        max(month) filter (where is_statement_covered) as last_covered_month
    from months
    where origin_id < destination_id and is_statement_covered
    group by dyad

),

-- the last twelve months that statements cover, and the twelve before
spoken_of_late as (

    select
        months.dyad,
        sum(months.n_events) filter (where months.month > spoken.last_covered_month - interval 12 months)
            as n_events_12_months,
        sum(months.n_events) filter (where months.month <= spoken.last_covered_month - interval 12 months)
            as n_events_12_months_before
    from months
    inner join spoken using (dyad)
    where
        months.origin_id < months.destination_id
        and months.month > spoken.last_covered_month - interval 24 months
        and months.month <= spoken.last_covered_month
        and months.is_statement_covered
    group by months.dyad

),

flown as (

    select
        dyad,
        month,
        sum(n_flights)::bigint as n_flights
    from months
    where is_flight_covered
    group by
        dyad,
        month
    having count(*) = 2

),

last_flown as (

    select
        dyad,
        max(month) as last_flight_month,
        arg_max(n_flights, month) as n_flights_last_month
    from flown
    group by dyad

),

-- of each direction the last year that the source tells
stocks as (

    select
        dyad,
        max(year) filter (where origin_id < destination_id) as year_a_to_b,
        arg_max(migrant_stock_persons, year) filter (where origin_id < destination_id) as migrants_a_to_b,
        arg_max(migrant_stock_vintage, year) filter (where origin_id < destination_id) as vintage_a_to_b,
        max(year) filter (where origin_id > destination_id) as year_b_to_a,
        arg_max(migrant_stock_persons, year) filter (where origin_id > destination_id) as migrants_b_to_a,
        arg_max(migrant_stock_vintage, year) filter (where origin_id > destination_id) as vintage_b_to_a
    from years
    where migrant_stock_persons is not null
    group by dyad

),

ranked as (

    select
        dyad,
        max(year) as index_year,
        arg_max(score, year) as index_score,
        arg_max(rank, year) as index_rank,
        arg_max(rank_low, year) as index_rank_low,
        arg_max(rank_high, year) as index_rank_high,
        arg_max(n_ranked, year) as index_n_ranked
    from cooperation_index
    where score is not null
    group by dyad

),

kept as (

    select
        dyad,
        count(distinct commitment_id) as n_commitments_asked,
        count(distinct commitment_id) filter (where verdict = 'followed') as n_followed,
        count(distinct commitment_id) filter (where verdict in ('partly', 'not seen', 'contrary')) as n_not_followed,
        count(distinct commitment_id) filter (where verdict = 'not observable') as n_not_observable
    from followthrough
    group by dyad

),

-- one row per dyad on each right side: the joins multiply none
final as (

    select
        dyads.dyad,
        dyads.name_1,
        dyads.name_2,
        dyads.capital_distance_km,
        dyads.is_contiguous,
        dyads.shared_memberships,
        spoken.n_statements,
        spoken.last_statement_month,
        round(spoken.n_events, 9) as n_events,
        round(spoken.cooperation_balance, 9) as cooperation_balance,
        round(spoken.n_commitments, 9) as n_commitments,
        round(spoken_of_late.n_events_12_months, 9) as n_events_12_months,
        round(spoken_of_late.n_events_12_months - spoken_of_late.n_events_12_months_before, 9) as n_events_change,
        kept.n_commitments_asked,
        kept.n_followed,
        kept.n_not_followed,
        kept.n_not_observable,
        last_flown.last_flight_month,
        last_flown.n_flights_last_month,
        year_before.n_flights as n_flights_year_before,
        stocks.migrants_a_to_b,
        stocks.year_a_to_b,
        stocks.vintage_a_to_b,
        stocks.migrants_b_to_a,
        stocks.year_b_to_a,
        stocks.vintage_b_to_a,
        ranked.index_year,
        ranked.index_score,
        ranked.index_rank,
        ranked.index_rank_low,
        ranked.index_rank_high,
        ranked.index_n_ranked
    from dyads
    left join spoken on dyads.dyad = spoken.dyad
    left join spoken_of_late on dyads.dyad = spoken_of_late.dyad
    left join kept on dyads.dyad = kept.dyad
    left join last_flown on dyads.dyad = last_flown.dyad
    left join flown as year_before
        on
            last_flown.dyad = year_before.dyad
            and last_flown.last_flight_month = (year_before.month + interval 1 year)::date
    left join stocks on dyads.dyad = stocks.dyad
    left join ranked on dyads.dyad = ranked.dyad
    where
        coalesce(spoken.n_events, 0) > 0
        or coalesce(spoken.n_statements, 0) > 0
        or kept.dyad is not null
        or last_flown.n_flights_last_month > 0
        or stocks.dyad is not null

)

select * from final
order by dyad
