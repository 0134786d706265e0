with

statement_events as (

    select * from {{ ref('fct_statement_events') }}

),

event_parties as (

    select * from {{ ref('fct_event_parties') }}

),

commitments as (

    select * from {{ ref('fct_commitments') }}

),

commitment_parties as (

    select * from {{ ref('fct_commitment_parties') }}

),

-- multiplies on purpose: an event of two topics counts whole in each, so that topics are never added up
events as (

    select
        event_parties.dyad,
        date_trunc('month', statement_events.published_on)::date as month,
        unnest(statement_events.topics) as topic,
        statement_events.story_id,
        event_parties.weight as n_events,
        case
            when statement_events.event_type = 'REQUEST' or statement_events.is_hypothetical then 0
            else statement_events.event_scale * event_parties.weight
        end as cooperation_balance,
        case when statement_events.event_type = 'REQUEST' then event_parties.weight else 0 end as n_requests,
        0 as n_commitments
    from statement_events
    inner join event_parties using (event_id)
    where
        statement_events.is_first_telling
        and not statement_events.is_historical
        and not statement_events.is_negated

),

promises as (

    select
        commitment_parties.dyad,
        date_trunc('month', commitments.published_on)::date as month,
        commitments.topic,
        commitments.story_id,
        0 as n_events,
        0 as cooperation_balance,
        0 as n_requests,
        commitment_parties.weight as n_commitments
    from commitments
    inner join commitment_parties using (commitment_id)
    where commitments.is_first_telling

),

told as (

    select * from events
    union all by name
    select * from promises

),

final as (

    select
        dyad,
        month,
        topic,
        count(distinct story_id) as n_statements,
        round(sum(n_events), 9) as n_events,
        round(sum(cooperation_balance), 9) as cooperation_balance,
        round(sum(n_requests), 9) as n_requests,
        round(sum(n_commitments), 9) as n_commitments
    from told
    group by
        dyad,
        month,
        topic

)

select * from final
order by dyad, month, topic
