with

events as (

    select * from {{ ref('fct_statement_events') }}
    where is_first_telling and review is null and confidence < {{ var('review_below') }}

),

commitments as (

    select * from {{ ref('fct_commitments') }}
    where is_first_telling and review is null and confidence < {{ var('review_below') }}

),

final as (

    select
        'event' as item_kind,
        event_id as item_id,
        statement_id,
        published_on,
        outlet,
        url,
        sentence,
        trigger as evidence,
        trigger_start as span_start,
        trigger_end as span_end,
        event_type,
        actors,
        recipients,
        list_filter(
            [
                case when is_future then 'future' end,
                case when is_hypothetical then 'hypothetical' end,
                case when is_negated then 'negated' end,
                case when is_historical then 'historical' end
            ],
            lambda flag: flag is not null
        ) as flags,
        topics,
        null::varchar as kind,
        null::varchar as direction,
        null::double as amount_min,
        null::double as amount_max,
        null::varchar as currency,
        null::varchar as instrument,
        null::boolean as is_concessional,
        null::varchar as stage,
        null::varchar as condition,
        null::varchar as deadline,
        confidence,
        rule_id,
        coder,
        coder_version
    from events
    union all
    select
        'commitment' as item_kind,
        commitment_id as item_id,
        statement_id,
        published_on,
        outlet,
        url,
        sentence,
        evidence,
        span_start,
        span_end,
        null::varchar as event_type,
        committed_by as actors,
        beneficiaries as recipients,
        []::varchar[] as flags,
        [topic] as topics,
        kind,
        direction,
        amount_min,
        amount_max,
        currency,
        instrument,
        is_concessional,
        stage,
        condition,
        deadline,
        confidence,
        rule_id,
        coder,
        coder_version
    from commitments

)

select * from final
order by confidence asc, published_on desc, statement_id asc, span_start asc, item_id asc
