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

levels as (

    select * from {{ ref('int_event_levels') }}

),

-- one row per event and dyad: an event of n dyads weighs 1/n in each. A decision keeps the event that it accepts under
-- its id; what a person corrected or added has no office
event_dyads as (

    select
        event_parties.dyad,
        date_trunc('month', statement_events.published_on)::date as month,
        statement_events.story_id,
        event_parties.weight,
        event_parties.a_acts,
        event_parties.b_acts,
        statement_events.event_type,
        statement_events.quad_class,
        levels.office_level,
        statement_events.is_first_telling
        and not statement_events.is_historical
        and not statement_events.is_negated as is_counted,
        statement_events.event_type != 'REQUEST'
        and not statement_events.is_hypothetical as is_scored,
        statement_events.event_scale
    from event_parties
    inner join statement_events using (event_id)
    left join levels using (event_id)

),

commitment_dyads as (

    select
        commitment_parties.dyad,
        date_trunc('month', commitments.published_on)::date as month,
        commitments.story_id,
        commitment_parties.weight,
        commitments.is_first_telling
    from commitment_parties
    inner join commitments using (commitment_id)

),

tellings as (

    select
        dyad,
        story_id,
        month
    from event_dyads
    union all
    select
        dyad,
        story_id,
        month
    from commitment_dyads

),

-- a story stands in the month in which it was first told
story_dyads as (

    select
        dyad,
        story_id,
        min(month) as month
    from tellings
    group by dyad, story_id

),

stories as (

    select
        dyad,
        month,
        count(*) as n_statements
    from story_dyads
    group by dyad, month

),

events as (

    select
        dyad,
        month,
        sum(weight) as n_events,
        coalesce(sum(weight) filter (where a_acts), 0) as n_events_a_to_b,
        coalesce(sum(weight) filter (where b_acts), 0) as n_events_b_to_a,
        coalesce(sum(event_scale * weight) filter (where is_scored), 0) as cooperation_balance,
        coalesce(sum(weight) filter (where event_type = 'REQUEST'), 0) as n_requests,
        coalesce(sum(weight) filter (where event_type = 'CONSULT'), 0) as n_consults,
        coalesce(sum(weight) filter (where quad_class = 1), 0) as n_verbal_cooperation,
        coalesce(sum(weight) filter (where quad_class = 2), 0) as n_material_cooperation,
        coalesce(sum(weight) filter (where quad_class = 3 and event_type != 'REQUEST'), 0) as n_verbal_conflict,
        coalesce(sum(weight) filter (where quad_class = 4), 0) as n_material_conflict,
        coalesce(sum(weight) filter (where event_type = 'CONSULT' and office_level = 'head'), 0) as n_meetings_heads,
        coalesce(sum(weight) filter (where event_type = 'CONSULT' and office_level = 'minister'), 0)
            as n_meetings_ministers,
        coalesce(sum(weight) filter (where event_type = 'CONSULT' and office_level = 'deputy'), 0)
            as n_meetings_deputies
    from event_dyads
    where is_counted
    group by dyad, month

),

promises as (

    select
        dyad,
        month,
        sum(weight) as n_commitments
    from commitment_dyads
    where is_first_telling
    group by dyad, month

),

-- one row per dyad and month on each side: the joins multiply none; rounded, for sums of fractions depend on
-- the order in which threads add them
final as (

    select
        dyad,
        month,
        coalesce(stories.n_statements, 0) as n_statements,
        round(coalesce(events.n_events, 0), 9) as n_events,
        round(coalesce(events.n_events_a_to_b, 0), 9) as n_events_a_to_b,
        round(coalesce(events.n_events_b_to_a, 0), 9) as n_events_b_to_a,
        round(coalesce(events.cooperation_balance, 0), 9) as cooperation_balance,
        round(coalesce(events.n_requests, 0), 9) as n_requests,
        round(coalesce(events.n_consults, 0), 9) as n_consults,
        round(coalesce(events.n_verbal_cooperation, 0), 9) as n_verbal_cooperation,
        round(coalesce(events.n_material_cooperation, 0), 9) as n_material_cooperation,
        round(coalesce(events.n_verbal_conflict, 0), 9) as n_verbal_conflict,
        round(coalesce(events.n_material_conflict, 0), 9) as n_material_conflict,
        round(coalesce(events.n_meetings_heads, 0), 9) as n_meetings_heads,
        round(coalesce(events.n_meetings_ministers, 0), 9) as n_meetings_ministers,
        round(coalesce(events.n_meetings_deputies, 0), 9) as n_meetings_deputies,
        round(coalesce(promises.n_commitments, 0), 9) as n_commitments
    from stories
    full join events using (dyad, month)
    full join promises using (dyad, month)

)

select * from final
