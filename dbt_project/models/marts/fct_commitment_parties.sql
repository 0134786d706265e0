with

commitments as (

    select * from {{ ref('fct_commitments') }}

),

countries as (

    select * from {{ ref('countries') }}

),

committing as (

    select
        commitment_id,
        published_on,
        unnest(committed_by) as country_id
    from commitments

),

-- a mutual commitment is for those who make it
benefiting as (

    select
        commitment_id,
        unnest(case when len(beneficiaries) > 0 then beneficiaries else committed_by end) as country_id
    from commitments

),

states as (

    select
        country_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from countries
    where kind = 'state'

),

-- multiplies on purpose: every committing state with every other state that it is for
directed as (

    select
        committing.commitment_id,
        committing.country_id as committed_by,
        benefiting.country_id as beneficiary
    from committing
    inner join benefiting
        on
            committing.commitment_id = benefiting.commitment_id
            and committing.country_id != benefiting.country_id
    -- of states that existed on the day, and of nothing else: a country stands once in the seed
    inner join states as these
        on
            committing.country_id = these.country_id
            and committing.published_on >= these.valid_from
            and committing.published_on < these.valid_to
    inner join states as those
        on
            benefiting.country_id = those.country_id
            and committing.published_on >= those.valid_from
            and committing.published_on < those.valid_to

),

-- both ways round is one dyad; the committing side that comes first in the alphabet then stands first
unordered as (

    select
        commitment_id,
        {{ dyad('committed_by', 'beneficiary') }} as dyad,
        min(committed_by) as committed_by,
        case when count(*) = 2 then max(beneficiary) else min(beneficiary) end as beneficiary,
        count(*) = 2 as is_mutual
    from directed
    group by
        commitment_id,
        least(committed_by, beneficiary),
        greatest(committed_by, beneficiary)

),

final as (

    select
        commitment_id,
        committed_by,
        beneficiary,
        dyad,
        is_mutual,
        1.0::double / count(*) over (partition by commitment_id) as weight
    from unordered

)

select * from final
order by commitment_id, dyad
