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

migration as (

    select * from {{ ref('int_migration_dyad_years') }}

),

structure as (

    select * from {{ ref('fct_structure_dyad_year') }}

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
        sum(n_consults) as n_consults,
        sum(n_verbal_cooperation) as n_verbal_cooperation,
        sum(n_material_cooperation) as n_material_cooperation,
        sum(n_verbal_conflict) as n_verbal_conflict,
        sum(n_material_conflict) as n_material_conflict,
        sum(n_meetings_heads) as n_meetings_heads,
        sum(n_meetings_ministers) as n_meetings_ministers,
        sum(n_meetings_deputies) as n_meetings_deputies,
        sum(n_commitments) as n_commitments,
        sum(n_events_directed) as n_events_directed,
        sum(n_flights)::bigint as n_flights,
        sum(seats_estimated) as seats_estimated,
        sum(air_passengers) as air_passengers,
        count(air_passengers)::integer as air_passenger_months,
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
        round(year_sums.n_events_directed, 9) as n_events_directed,
        round(year_sums.n_requests, 9) as n_requests,
        round(year_sums.n_consults, 9) as n_consults,
        round(year_sums.n_verbal_cooperation, 9) as n_verbal_cooperation,
        round(year_sums.n_material_cooperation, 9) as n_material_cooperation,
        round(year_sums.n_verbal_conflict, 9) as n_verbal_conflict,
        round(year_sums.n_material_conflict, 9) as n_material_conflict,
        round(year_sums.n_meetings_heads, 9) as n_meetings_heads,
        round(year_sums.n_meetings_ministers, 9) as n_meetings_ministers,
        round(year_sums.n_meetings_deputies, 9) as n_meetings_deputies,
        round(year_sums.n_commitments, 9) as n_commitments,
        coalesce(year_sums.statement_months_covered, 0) as statement_months_covered,
        year_sums.n_flights,
        round(year_sums.seats_estimated, 3) as seats_estimated,
        coalesce(year_sums.flight_months_covered, 0) as flight_months_covered,
        case when year_sums.air_passenger_months = 12 then year_sums.air_passengers end as air_passengers,
        editions.migrant_stock_persons,
        editions.migrant_stock_vintage,
        coalesce(editions.migrant_stock_editions, 0) as migrant_stock_editions,
        editions.migrant_stock_min,
        editions.migrant_stock_max,
        structure.is_contiguous,
        structure.capital_distance_km,
        structure.n_joint_igos,
        structure.has_defense_pact,
        structure.has_trade_agreement,
        structure.vote_agreement,
        migration.migrant_stock_filled_persons,
        migration.migrant_stock_filled_vintage,
        coalesce(migration.is_interpolated, false) as is_interpolated,
        migration.migrant_stock_share_of_origin,
        migration.migrant_stock_share_of_destination,
        migration.stock_birth_persons,
        migration.stock_birth_persons_from,
        migration.stock_citizenship_persons,
        migration.stock_citizenship_persons_from,
        migration.refugees_persons,
        migration.refugees_persons_from,
        migration.asylum_seekers_persons,
        migration.asylum_seekers_persons_from,
        migration.flow_residence_persons,
        migration.flow_residence_persons_from,
        migration.flow_citizenship_persons,
        migration.flow_citizenship_persons_from,
        migration.flow_birth_persons,
        migration.flow_birth_persons_from,
        migration.asylum_applications_persons,
        migration.asylum_applications_persons_from,
        migration.permits_persons,
        migration.permits_persons_from,
        migration.returns_persons,
        migration.returns_persons_from,
        migration.entries_events,
        migration.entries_events_from,
        migration.registrations_events,
        migration.registrations_events_from,
        migration.remittances_usd,
        migration.remittances_usd_from
    from dyad_years
    left join year_sums using (directed_dyad, year)
    left join editions using (directed_dyad, year)
    left join migration using (directed_dyad, year)
    left join structure
        on
            dyad_years.dyad = structure.dyad
            and dyad_years.year = structure.year

)

select * from final
order by directed_dyad, year
