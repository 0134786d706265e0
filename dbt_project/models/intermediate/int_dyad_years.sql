with

countries as (

    select * from {{ ref('countries') }}

),

migration as (

    select year from {{ ref('fct_migration_dyad_year') }}

),

dyad_months as (

    select month from {{ ref('int_dyad_months') }}

),

states as (

    select
        country_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from countries
    where kind = 'state'

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

),

span as (

    select
        greatest(min(first_year), year(date '{{ var("first_month") }}')) as first_year,
        max(last_year) as last_year
    from seen

),

years as (

    select unnest(range(first_year, last_year + 1))::integer as year
    from span

),

-- every year with the states of that year
state_years as (

    select
        years.year,
        states.country_id,
        states.valid_from,
        states.valid_to
    from years
    inner join states
        on
            make_date(years.year, 1, 1) < states.valid_to
            and make_date(years.year + 1, 1, 1) > states.valid_from

),

-- multiplies on purpose: each state with each other one that it coexists with in the year
final as (

    select
        {{ directed_dyad('origins.country_id', 'destinations.country_id') }} as directed_dyad,
        {{ dyad('origins.country_id', 'destinations.country_id') }} as dyad,
        origins.country_id as origin_id,
        destinations.country_id as destination_id,
        origins.year
    from state_years as origins
    inner join state_years as destinations
        on
            origins.year = destinations.year
            and origins.country_id != destinations.country_id
            and origins.valid_from < destinations.valid_to
            and origins.valid_to > destinations.valid_from

)

select * from final
