with

events as (

    select * from {{ ref('stg_statement_events') }}

),

stories as (

    select * from {{ ref('int_statement_stories') }}

),

-- one story per statement: the join multiplies none
told as (

    select
        events.*,
        stories.story_id
    from events
    inner join stories using (statement_id)

),

-- near-duplicate texts tell the same event again; the earliest telling is the one that counts
ranked as (

    select
        *,
        row_number() over (
            partition by
                story_id, event_type, actors, recipients,
                is_future, is_hypothetical, is_negated, is_historical
            order by published_on, statement_id, trigger_start, event_id
        ) as telling_no
    from told

),

final as (

    select
        event_id,
        statement_id,
        story_id,
        published_on,
        event_type,
        quad_class,
        event_scale,
        actors,
        recipients,
        is_future,
        is_hypothetical,
        is_negated,
        is_historical,
        telling_no = 1 as is_first_telling,
        topics,
        speaker,
        trigger,
        trigger_start,
        trigger_end,
        sentence,
        confidence,
        rule_id,
        coder_version,
        outlet,
        url,
        title,
        source_key,
        vintage,
        raw_sha256,
        raw_row
    from ranked

)

select * from final
order by published_on, statement_id, trigger_start, event_id
