with

codings as (

    select * from {{ ref('stg_statement_commitments') }}
    where is_chosen

),

decisions as (

    select * from {{ ref('int_review_decisions') }}
    where item_kind = 'commitment' and status = 'stands'

),

statements as (

    select * from {{ ref('stg_statements') }}

),

stories as (

    select * from {{ ref('int_statement_stories') }}

),

-- one story per statement: the join multiplies none
told as (

    select
        codings.*,
        stories.story_id
    from codings
    inner join stories using (statement_id)

),

matches as (

    select
        verdict,
        unnest(matched_ids) as commitment_id
    from decisions

),

-- what is rejected or corrected in one text is so in the others that tell the same story
withdrawn as (

    select distinct
        told.story_id,
        told.committed_by,
        told.beneficiaries,
        told.kind,
        told.topic,
        told.direction,
        told.amount_min,
        told.amount_max,
        told.currency,
        told.instrument,
        told.stage,
        told.deadline
    from told
    inner join matches using (commitment_id)
    where matches.verdict != 'accept'

),

coded as (

    select
        told.commitment_id,
        told.statement_id,
        told.story_id,
        told.published_on,
        told.committed_by,
        told.beneficiaries,
        told.kind,
        told.topic,
        told.direction,
        told.amount_min,
        told.amount_max,
        told.currency,
        told.instrument,
        told.is_concessional,
        told.stage,
        told.condition,
        told.deadline,
        told.evidence,
        told.span_start,
        told.span_end,
        told.outlet,
        told.url,
        told.source_key,
        told.vintage,
        told.raw_sha256,
        told.raw_row,
        told.sentence,
        told.confidence,
        told.rule_id,
        told.coder,
        told.coder_version,
        null::varchar as review,
        null::varchar as reviewed_by
    from told
    anti join matches using (commitment_id)
    anti join withdrawn
        on
            told.story_id is not distinct from withdrawn.story_id
            and told.committed_by is not distinct from withdrawn.committed_by
            and told.beneficiaries is not distinct from withdrawn.beneficiaries
            and told.kind is not distinct from withdrawn.kind
            and told.topic is not distinct from withdrawn.topic
            and told.direction is not distinct from withdrawn.direction
            and told.amount_min is not distinct from withdrawn.amount_min
            and told.amount_max is not distinct from withdrawn.amount_max
            and told.currency is not distinct from withdrawn.currency
            and told.instrument is not distinct from withdrawn.instrument
            and told.stage is not distinct from withdrawn.stage
            and told.deadline is not distinct from withdrawn.deadline
    where told.commitment_id not in (
        select decisions.item_id from decisions
        where decisions.item_id is not null
    )

),

-- two decisions that come to the same content are one row: the later
decided as (

    select
        decisions.item_id as commitment_id,
        decisions.statement_id,
        stories.story_id,
        statements.published_on,
        decisions.actors as committed_by,
        decisions.recipients as beneficiaries,
        decisions.kind,
        decisions.topics[1] as topic,
        decisions.direction,
        decisions.amount_min,
        decisions.amount_max,
        decisions.currency,
        decisions.instrument,
        decisions.is_concessional,
        decisions.stage,
        decisions.condition,
        decisions.deadline,
        decisions.evidence,
        decisions.span_start,
        decisions.span_end,
        statements.outlet,
        statements.url,
        statements.source_key,
        statements.vintage,
        statements.raw_sha256,
        statements.raw_row,
        trim(
            regexp_extract(substr(statements.text, 1, decisions.span_start), '[^.!?\n]*$')
            || decisions.evidence
            || regexp_extract(substr(statements.text, decisions.span_end + 1), '^[^.!?\n]*[.!?]?')
        ) as sentence,
        1.0::double as confidence,
        'review' as rule_id,
        decisions.coder,
        decisions.coder_version,
        case decisions.verdict
            when 'accept' then 'accepted'
            when 'correct' then 'corrected'
            else 'added'
        end as review,
        decisions.reviewer as reviewed_by
    from decisions
    inner join statements using (statement_id)
    inner join stories using (statement_id)
    where decisions.verdict != 'reject'
    qualify row_number() over (partition by decisions.item_id order by decisions.decision_no desc) = 1

),

final as (

    select * from coded
    union all by name
    select * from decided

)

select * from final
