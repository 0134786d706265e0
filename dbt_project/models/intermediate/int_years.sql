{{ config(materialized='table') }}

with

migration as (

    select year from {{ ref('fct_migration_dyad_year') }}

),

dyad_months as (

    select month from {{ ref('int_dyad_months') }}

),

ties as (

    select
        period_start,
        period_end
    from {{ ref('stg_ties') }}

),

memberships as (

    select
        period_start,
        period_end
    from {{ ref('stg_memberships') }}
    where organisation not in ('COW', 'GW')

),

votes as (

    select voted_on from {{ ref('stg_votes') }}

),

seen as (

    select
        min(year) as first_year,
        max(year) as last_year
    from migration
    union all
    select
        year(min(month)) as first_year,
        year(max(month)) as last_year
    from dyad_months
    union all
    select
        year(min(period_start)) as first_year,
        year(max(coalesce(period_end - 1, period_start))) as last_year
    from ties
    union all
    select
        year(min(period_start)) as first_year,
        year(max(coalesce(period_end - 1, period_start))) as last_year
    from memberships
    union all
    select
        year(min(voted_on)) as first_year,
        year(max(voted_on)) as last_year
    from votes

),

span as (

    select
        greatest(min(first_year), year(date '{{ var("first_month") }}')) as first_year,
        max(last_year) as last_year
    from seen

),

final as (

    select unnest(range(first_year, last_year + 1))::integer as year
    from span

)

select * from final
