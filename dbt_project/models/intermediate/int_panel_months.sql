{#- A model, and the column of its rows that tells the month: what of it stands in a month of the panel. -#}
{%- set by_month = {
    'int_statement_dyad_months': 'month',
    'fct_flights_dyad_month': 'month',
    'int_flight_panels': 'month',
    'fct_flights_coverage_month': 'month',
    'fct_air_traffic_dyad': 'period_start',
} -%}
with

months as (

    select distinct month from {{ ref('int_dyad_months') }}

),

countries as (

    select * from {{ ref('countries') }}

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

facts as (

    {{ hashes_by_month(by_month) }}

),

hashed as (

    select
        month,
        bit_xor(row_hash) as row_hashes
    from facts
    group by month

),

-- flights are compared with the same month of the undisturbed year
undisturbed as (

    select
        month(month) as calendar_month,
        row_hashes
    from hashed
    where year(month) = {{ var('undisturbed_year') }}

),

-- what every month rests on: the states, the choice of sources, and the states that are party in any statement
beside as (

    select bit_xor(row_hash) as row_hashes
    from (
        select hash(country_id, kind, valid_from, valid_to) as row_hash
        from countries
        union all
        select hash(indicator, source_key) as row_hash
        from indicators
        union all
        select hash(party) as row_hash
        from (
            select unnest(list_concat(actors, recipients)) as party
            from statement_events
            union
            select unnest(list_concat(committed_by, beneficiaries)) as party
            from commitments
        ) as parties
    ) as rows_beside

),

span as (

    select
        date_trunc('month', min(published_on)) as first_month,
        date_trunc('month', max(published_on)) as last_month
    from statements

),

-- one row per month on each right side: the joins multiply none
final as (

    select
        'panel' as source_key,
        months.month,
        md5(concat_ws(
            ' ', hashed.row_hashes, undisturbed.row_hashes, beside.row_hashes,
            coalesce(months.month between span.first_month and span.last_month, false)
        )) as built_from
    from months
    cross join beside
    cross join span
    left join hashed using (month)
    left join undisturbed on month(months.month) = undisturbed.calendar_month

)

select * from final
