{{ config(materialized='table') }}

with

countries as (

    select * from {{ ref('countries') }}

),

exceptions as (

    select * from {{ ref('state_systems') }}

),

numbered as (

    select
        'cow' as system,
        country_id,
        valid_from,
        valid_to
    from countries
    where cow_code is not null and kind = 'state'
    union all
    select
        'gw' as system,
        country_id,
        valid_from,
        valid_to
    from countries
    where gw_code is not null and kind = 'state'

),

-- a state with exceptions is a member in these spans and in no other
as_numbered as (

    select numbered.*
    from numbered
    anti join exceptions using (system, country_id)

),

spans as (

    select
        system,
        country_id,
        valid_from,
        valid_to
    from as_numbered
    union all
    select
        system,
        country_id,
        valid_from,
        valid_to
    from exceptions
    where is_member and country_id is not null and system in ('cow', 'gw')

),

final as (

    select
        system,
        country_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from spans

)

select * from final
