with

countries as (

    select * from {{ ref('countries') }}

),

years as (

    select * from {{ ref('int_years') }}

),

systems as (

    select * from {{ ref('int_state_systems') }}

),

states as (

    select
        country_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from countries
    where kind = 'state'

),

-- grouped, because a state may leave a system and come back within the year
system_years as (

    select
        years.year,
        systems.country_id,
        bool_or(systems.system = 'cow') as is_cow,
        bool_or(systems.system = 'gw') as is_gw
    from years
    inner join systems
        on
            make_date(years.year, 1, 1) < systems.valid_to
            and make_date(years.year + 1, 1, 1) > systems.valid_from
    group by
        years.year,
        systems.country_id

),

-- every year with the states of that year; system_years has one row per state and year
state_years as (

    select
        years.year,
        states.country_id,
        states.valid_from,
        states.valid_to,
        coalesce(system_years.is_cow, false) as is_cow,
        coalesce(system_years.is_gw, false) as is_gw
    from years
    inner join states
        on
            make_date(years.year, 1, 1) < states.valid_to
            and make_date(years.year + 1, 1, 1) > states.valid_from
    left join system_years
        on
            years.year = system_years.year
            and states.country_id = system_years.country_id

),

-- multiplies on purpose: each state with each other one that it coexists with in the year
final as (

    select
        {{ directed_dyad('origins.country_id', 'destinations.country_id') }} as directed_dyad,
        {{ dyad('origins.country_id', 'destinations.country_id') }} as dyad,
        origins.country_id as origin_id,
        destinations.country_id as destination_id,
        origins.year,
        origins.is_cow and destinations.is_cow as is_cow_dyad,
        origins.is_gw and destinations.is_gw as is_gw_dyad
    from state_years as origins
    inner join state_years as destinations
        on
            origins.year = destinations.year
            and origins.country_id != destinations.country_id
            and origins.valid_from < destinations.valid_to
            and origins.valid_to > destinations.valid_from

)

select * from final
