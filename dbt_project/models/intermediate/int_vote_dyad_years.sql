{{ config(materialized='table') }}

with

votes as (

    select * from {{ ref('stg_votes') }}

),

editions as (

    select
        source_key,
        dataset,
        arg_max(vintage, (known_on, vintage)) as vintage
    from votes
    group by
        source_key,
        dataset

),

-- yes, abstain and no as 2, 1 and 0; who was absent took no stand; a vote that two files tell is one
stands as (

    select
        votes.source_key,
        votes.dataset,
        votes.roll_call,
        votes.country,
        year(votes.voted_on)::integer as year,
        case votes.vote when 'yes' then 2 when 'abstain' then 1 when 'no' then 0 end as stand
    from votes
    inner join editions using (source_key, dataset, vintage)
    where
        votes.vote != 'absent'
        and votes.voted_on >= date '{{ var("first_month") }}'
    qualify
        row_number() over (
            partition by votes.source_key, votes.dataset, votes.roll_call, votes.country
            order by votes.known_on desc, votes.raw_sha256 desc
        ) = 1

),

-- multiplies on purpose: each pair of those who took a stand in a roll call, once
final as (

    select
        {{ dyad('one.country', 'other.country') }} as dyad,
        one.year,
        count(*)::integer as n_joint_votes,
        1 - sum(abs(one.stand - other.stand)) / (2.0 * count(*)) as vote_agreement
    from stands as one
    inner join stands as other
        on
            one.source_key = other.source_key
            and one.dataset = other.dataset
            and one.roll_call = other.roll_call
            and one.country < other.country
    group by
        one.country,
        other.country,
        one.year

)

select * from final
