with

events as (

    select * from {{ ref('int_events') }}

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
    from events

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
        coder,
        coder_version,
        review,
        reviewed_by,
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
