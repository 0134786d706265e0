with

events as (

    select * from {{ ref('stg_statement_events') }}
    where coder = '{{ var("coder") }}' and coding_no <= 2

),

readings as (

    select * from {{ ref('stg_statement_codings') }}
    where coder = '{{ var("coder") }}' and coding_no <= 2

),

-- one row per statement that two versions have read, with or without finding anything
pairs as (

    select
        statement_id,
        max(coder_version) filter (where coding_no = 1) as coder_version,
        max(coder_version) filter (where coding_no = 2) as coder_version_before
    from readings
    group by statement_id
    having count(*) = 2

),

-- one pair per statement: the join drops events of statements that one version alone has read and multiplies none
compared as (

    select
        events.*,
        pairs.coder_version as version_after,
        pairs.coder_version_before
    from events
    inner join pairs using (statement_id)

),

-- the same event is one of the same type, parties and flags, whatever words it rests on
marked as (

    select
        *,
        count(*) over (
            partition by
                statement_id, event_type, actors, recipients,
                is_future, is_hypothetical, is_negated, is_historical, coding_no
        ) as n_mine,
        count(*) over (
            partition by
                statement_id, event_type, actors, recipients,
                is_future, is_hypothetical, is_negated, is_historical
        ) as n_both
    from compared

),

final as (

    select
        event_id,
        case coding_no when 1 then 'added' else 'dropped' end as change,
        statement_id,
        published_on,
        coder,
        version_after as coder_version,
        coder_version_before,
        event_type,
        actors,
        recipients,
        is_future,
        is_hypothetical,
        is_negated,
        is_historical,
        trigger,
        sentence,
        rule_id,
        confidence,
        outlet,
        url
    from marked
    where n_mine = n_both

)

select * from final
order by published_on, statement_id, change, event_id
