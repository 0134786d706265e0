with

dyad_years as (

    select * from {{ ref('int_dyad_years') }}

),

dyad_months as (

    select * from {{ ref('dyad_month') }}

),

indicators as (

    select * from {{ ref('indicators') }}

),

stocks as (

    select * from {{ ref('fct_migration') }}

),

-- a sum over no covered month is null, as it must be
year_sums as (

    select
        directed_dyad,
        year(month)::integer as year,
        sum(n_statements)::bigint as n_statements,
        sum(n_events) as n_events,
        sum(cooperation_balance) as cooperation_balance,
        sum(n_requests) as n_requests,
        sum(n_commitments) as n_commitments,
        sum(n_flights)::bigint as n_flights,
        count(*) filter (where is_statement_covered)::integer as statement_months_covered,
        count(*) filter (where is_flight_covered)::integer as flight_months_covered
    from dyad_months
    group by
        directed_dyad,
        year(month)

),

stock_source as (

    select source_key from indicators
    where indicator = 'migrant_stock_persons'

),

both_sexes as (

    select stocks.*
    from stocks
    semi join stock_source using (source_key)
    where
        stocks.measure = 'stock'
        and stocks.sex = 'both'
        and stocks.age = 'all'
        and stocks.purpose = 'all'
        and stocks.breakdown is null

),

editions as (

    select
        directed_dyad,
        year,
        max(value) filter (where is_latest_vintage)::bigint as migrant_stock_persons,
        max(vintage) filter (where is_latest_vintage) as migrant_stock_vintage,
        count(distinct vintage)::integer as migrant_stock_editions,
        min(value)::bigint as migrant_stock_min,
        max(value)::bigint as migrant_stock_max
    from both_sexes
    group by
        directed_dyad,
        year

),

-- one row per dyad and year on each side: the joins multiply none
final as (

    select
        dyad_years.directed_dyad,
        dyad_years.dyad,
        dyad_years.origin_id,
        dyad_years.destination_id,
        dyad_years.year,
        year_sums.n_statements,
        round(year_sums.n_events, 9) as n_events,
        round(year_sums.cooperation_balance, 9) as cooperation_balance,
        round(year_sums.n_requests, 9) as n_requests,
        round(year_sums.n_commitments, 9) as n_commitments,
        coalesce(year_sums.statement_months_covered, 0) as statement_months_covered,
        year_sums.n_flights,
        coalesce(year_sums.flight_months_covered, 0) as flight_months_covered,
        editions.migrant_stock_persons,
        editions.migrant_stock_vintage,
        coalesce(editions.migrant_stock_editions, 0) as migrant_stock_editions,
        editions.migrant_stock_min,
        editions.migrant_stock_max
    from dyad_years
    left join year_sums using (directed_dyad, year)
    left join editions using (directed_dyad, year)

)

select * from final
order by directed_dyad, year
