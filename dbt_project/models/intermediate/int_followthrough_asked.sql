with

commitments as (

    select * from {{ ref('fct_commitments') }}
    where is_first_telling

),

parties as (

    select * from {{ ref('fct_commitment_parties') }}

),

rules as (

    select * from {{ ref('followthrough_rules') }}

),

-- multiplies on purpose: a commitment is held against each of its dyads and each series of its topic
final as (

    select distinct
        commitments.commitment_id,
        parties.dyad,
        commitments.published_on,
        commitments.topic,
        commitments.direction,
        rules.indicator,
        rules.grain,
        rules.sign_of_decrease
    from commitments
    inner join parties using (commitment_id)
    inner join rules using (topic)

)

select * from final
