with

countries as (

    select * from {{ ref('countries') }}

),

structure as (

    select * from {{ ref('fct_structure_dyad_year') }}

),

capitals as (

    select
        country_id,
        latitude_deg,
        longitude_deg
    from {{ ref('capitals') }}
    qualify row_number() over (partition by country_id order by valid_from desc nulls last) = 1

),

memberships as (

    select
        country_id,
        org_id
    from {{ ref('memberships') }}
    where valid_to is null and status = 'member'

),

states as (

    select
        countries.country_id,
        countries.name,
        countries.name_ru,
        countries.valid_from,
        countries.valid_to,
        capitals.latitude_deg,
        capitals.longitude_deg
    from countries
    left join capitals using (country_id)
    where countries.kind = 'state'

),

-- multiplies on purpose: each state with each other one that it has ever coexisted with, once
pairs as (

    select
        {{ dyad('one.country_id', 'other.country_id') }} as dyad,
        one.country_id as state_1,
        other.country_id as state_2,
        one.name as name_1,
        other.name as name_2,
        one.name_ru as name_ru_1,
        other.name_ru as name_ru_2,
        round({{ distance_km('one', 'other') }}, 1) as capital_distance_km,
        date_trunc('month', greatest(one.valid_from, other.valid_from))::date as first_month,
        date_trunc('month', least(one.valid_to, other.valid_to) - 1)::date as last_month
    from states as one
    inner join states as other
        on
            one.country_id < other.country_id
            and coalesce(one.valid_from, date '1900-01-01') < coalesce(other.valid_to, date '9999-12-31')
            and coalesce(one.valid_to, date '9999-12-31') > coalesce(other.valid_from, date '1900-01-01')

),

-- the last year in which somebody looked
contiguity as (

    select
        dyad,
        arg_max(is_contiguous, year) as is_contiguous,
        arg_max(struct_pack(kind := contiguity_type), year).kind as contiguity_type,
        max(year) as contiguity_year
    from structure
    where is_contiguous is not null
    group by dyad

),

shared as (

    select
        {{ dyad('one.country_id', 'other.country_id') }} as dyad,
        list_sort(list(distinct one.org_id)) as shared_memberships
    from memberships as one
    inner join memberships as other
        on
            one.org_id = other.org_id
            and one.country_id < other.country_id
    group by
        one.country_id,
        other.country_id

),

-- one row per dyad on each side: the joins multiply none
final as (

    select
        dyad,
        pairs.state_1,
        pairs.state_2,
        pairs.name_1,
        pairs.name_2,
        pairs.name_ru_1,
        pairs.name_ru_2,
        pairs.capital_distance_km,
        pairs.first_month,
        pairs.last_month,
        contiguity.is_contiguous,
        contiguity.contiguity_type,
        contiguity.contiguity_year,
        case when pairs.last_month is null then coalesce(shared.shared_memberships, []) else [] end
            as shared_memberships
    from pairs
    left join contiguity using (dyad)
    left join shared using (dyad)

)

select * from final
order by dyad
