with

codings as (

    select * from {{ ref('stg_statement_events') }}
    where is_chosen

),

decisions as (

    select * from {{ ref('int_review_decisions') }}
    where item_kind = 'event' and status = 'stands'

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
        unnest(matched_ids) as event_id
    from decisions

),

-- what is rejected or corrected in one text is so in the others that tell the same story
withdrawn as (

    select distinct
        told.story_id,
        told.event_type,
        told.actors,
        told.recipients,
        told.is_future,
        told.is_hypothetical,
        told.is_negated,
        told.is_historical
    from told
    inner join matches using (event_id)
    where matches.verdict != 'accept'

),

coded as (

    select
        told.event_id,
        told.statement_id,
        told.story_id,
        told.published_on,
        told.event_type,
        told.quad_class,
        told.event_scale,
        told.actors,
        told.recipients,
        told.is_future,
        told.is_hypothetical,
        told.is_negated,
        told.is_historical,
        told.topics,
        told.speaker,
        told.trigger,
        told.trigger_start,
        told.trigger_end,
        told.outlet,
        told.url,
        told.title,
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
    anti join matches using (event_id)
    anti join withdrawn
        on
            told.story_id is not distinct from withdrawn.story_id
            and told.event_type is not distinct from withdrawn.event_type
            and told.actors is not distinct from withdrawn.actors
            and told.recipients is not distinct from withdrawn.recipients
            and told.is_future is not distinct from withdrawn.is_future
            and told.is_hypothetical is not distinct from withdrawn.is_hypothetical
            and told.is_negated is not distinct from withdrawn.is_negated
            and told.is_historical is not distinct from withdrawn.is_historical
    where told.event_id not in (
        select decisions.item_id from decisions
        where decisions.item_id is not null
    )

),

-- two decisions that come to the same content are one row: the later
decided as (

    select
        decisions.item_id as event_id,
        decisions.statement_id,
        stories.story_id,
        statements.published_on,
        decisions.event_type,
        decisions.quad_class,
        decisions.event_scale,
        decisions.actors,
        decisions.recipients,
        decisions.is_future,
        decisions.is_hypothetical,
        decisions.is_negated,
        decisions.is_historical,
        decisions.topics,
        null::varchar as speaker,
        decisions.evidence as trigger,
        decisions.span_start as trigger_start,
        decisions.span_end as trigger_end,
        statements.outlet,
        statements.url,
        statements.title,
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
