{{ config(materialized='table') }}

with

memberships as (

    select * from {{ ref('stg_memberships') }}

),

ties as (

    select * from {{ ref('int_tie_years') }}

),

editions as (

    select
        source_key,
        dataset,
        arg_max(vintage, (known_on, vintage)) as vintage
    from memberships
    where organisation not in ('COW', 'GW')
    group by
        source_key,
        dataset

),

state_years as (

    select
        memberships.country,
        memberships.organisation,
        memberships.status,
        year(memberships.period_start)::integer as year
    from memberships
    inner join editions using (source_key, dataset, vintage)
    where memberships.period_start >= date '{{ var("first_month") }}'

),

looked_at as (

    select distinct
        country,
        year
    from state_years

),

insiders as (

    select distinct
        country,
        organisation,
        year
    from state_years
    where status in ('member', 'associate')

),

-- multiplies on purpose: each pair of the states that the publisher looked at in the year
pairs as (

    select
        {{ dyad('one.country', 'other.country') }} as dyad,
        one.year
    from looked_at as one
    inner join looked_at as other
        on
            one.year = other.year
            and one.country < other.country

),

-- multiplies on purpose: each pair of the members and associates of an organisation
joint as (

    select
        {{ dyad('one.country', 'other.country') }} as dyad,
        one.year,
        count(*)::integer as n_joint_igos
    from insiders as one
    inner join insiders as other
        on
            one.organisation = other.organisation
            and one.year = other.year
            and one.country < other.country
    group by
        one.country,
        other.country,
        one.year

),

counted as (

    select
        pairs.dyad,
        pairs.year,
        coalesce(joint.n_joint_igos, 0) as n_joint_igos
    from pairs
    left join joint using (dyad, year)

),

-- the publisher's own count of pairs, where the states' memberships are not at hand
published as (

    select
        dyad,
        year,
        max(value)::integer as n_joint_igos
    from ties
    where measure = 'joint_igos'
    group by
        dyad,
        year

),

final as (

    select
        dyad,
        year,
        coalesce(counted.n_joint_igos, published.n_joint_igos) as n_joint_igos
    from counted
    full join published using (dyad, year)

)

select * from final
