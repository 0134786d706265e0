with

memberships as (

    select
        country_id,
        org_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('memberships') }}
    where status = 'member'

),

years as (

    select * from {{ ref('int_years') }}

),

-- multiplies on purpose: each pair of members of an organisation, in each year in which both are at once
pairs as (

    select
        {{ dyad('one.country_id', 'other.country_id') }} as dyad,
        years.year,
        one.org_id
    from memberships as one
    inner join memberships as other
        on
            one.org_id = other.org_id
            and one.country_id < other.country_id
            and one.valid_from < other.valid_to
            and one.valid_to > other.valid_from
    inner join years
        on
            make_date(years.year, 1, 1) < least(one.valid_to, other.valid_to)
            and make_date(years.year + 1, 1, 1) > greatest(one.valid_from, other.valid_from)

),

final as (

    select
        dyad,
        year,
        list_sort(list(distinct org_id)) as shared_memberships
    from pairs
    group by
        dyad,
        year

)

select * from final
