with

countries as (

    select * from {{ ref('countries') }}

),

statements as (

    select published_on from {{ ref('stg_statements') }}

),

flight_days as (

    select day from {{ ref('flight_dyad_days') }}

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

seen as (

    select
        min(published_on) as first_day,
        max(published_on) as last_day
    from statements
    union all
    select
        min(day) as first_day,
        max(day) as last_day
    from flight_days

),

span as (

    select
        greatest(
            date_trunc('month', min(first_day)),
            date '{{ var("first_month") }}'
        ) as first_month,
        date_trunc('month', max(last_day)) as last_month
    from seen

),

months as (

    select unnest(generate_series(first_month, last_month, interval 1 month))::date as month
    from span

),

-- grouped, because a state may leave a system and come back within the month
system_months as (

    select
        months.month,
        systems.country_id,
        bool_or(systems.system = 'cow') as is_cow,
        bool_or(systems.system = 'gw') as is_gw
    from months
    inner join systems
        on
            months.month < systems.valid_to
            and months.month + interval 1 month > systems.valid_from
    group by
        months.month,
        systems.country_id

),

-- every month with the states of that month; system_months has one row per state and month
state_months as (

    select
        months.month,
        states.country_id,
        states.valid_from,
        states.valid_to,
        coalesce(system_months.is_cow, false) as is_cow,
        coalesce(system_months.is_gw, false) as is_gw
    from months
    inner join states
        on
            months.month < states.valid_to
            and months.month + interval 1 month > states.valid_from
    left join system_months
        on
            months.month = system_months.month
            and states.country_id = system_months.country_id

),

-- multiplies on purpose: each state with each other one that it coexists with in the month
final as (

    select
        {{ directed_dyad('origins.country_id', 'destinations.country_id') }} as directed_dyad,
        {{ dyad('origins.country_id', 'destinations.country_id') }} as dyad,
        origins.country_id as origin_id,
        destinations.country_id as destination_id,
        origins.month,
        origins.is_cow and destinations.is_cow as is_cow_dyad,
        origins.is_gw and destinations.is_gw as is_gw_dyad
    from state_months as origins
    inner join state_months as destinations
        on
            origins.month = destinations.month
            and origins.country_id != destinations.country_id
            and origins.valid_from < destinations.valid_to
            and origins.valid_to > destinations.valid_from

)

select * from final
