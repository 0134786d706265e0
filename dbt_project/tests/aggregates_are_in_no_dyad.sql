-- 'World' and 'Sub-Saharan Africa' are no party to a dyad, whatever the source calls them.
with

parties as (

    select
        origin_id as party,
        'fct_migration' as found_in
    from {{ ref('fct_migration') }}
    union all
    select
        destination_id as party,
        'fct_migration' as found_in
    from {{ ref('fct_migration') }}
    union all
    select
        country_a_id as party,
        'fct_event_parties' as found_in
    from {{ ref('fct_event_parties') }}
    union all
    select
        country_b_id as party,
        'fct_event_parties' as found_in
    from {{ ref('fct_event_parties') }}
    union all
    select
        origin_id as party,
        'fct_flights_dyad_month' as found_in
    from {{ ref('fct_flights_dyad_month') }}

),

countries as (

    select country_id from {{ ref('countries') }}
    where kind in ('state', 'territory')

)

select distinct
    party,
    found_in
from parties
where party not in (select countries.country_id from countries)
