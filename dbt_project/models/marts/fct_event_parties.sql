with

events as (

    select * from {{ ref('fct_statement_events') }}

),

countries as (

    select * from {{ ref('countries') }}

),

-- who acts and who is acted upon; between equals every actor is both
acting as (

    select
        event_id,
        published_on,
        unnest(actors) as country_id
    from events

),

acted_upon as (

    select
        event_id,
        unnest(case when len(recipients) > 0 then recipients else actors end) as country_id
    from events

),

states as (

    select
        country_id,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from countries
    where kind = 'state'

),

-- multiplies on purpose: every acting state with every other state acted upon
directed as (

    select
        acting.event_id,
        acting.country_id as actor_id,
        acted_upon.country_id as recipient_id
    from acting
    inner join acted_upon
        on
            acting.event_id = acted_upon.event_id
            and acting.country_id != acted_upon.country_id
    -- of states that existed on the day, and of nothing else: a country stands once in the seed
    inner join states as these
        on
            acting.country_id = these.country_id
            and acting.published_on >= these.valid_from
            and acting.published_on < these.valid_to
    inner join states as those
        on
            acted_upon.country_id = those.country_id
            and acting.published_on >= those.valid_from
            and acting.published_on < those.valid_to

),

unordered as (

    select
        event_id,
        {{ dyad('actor_id', 'recipient_id') }} as dyad,
        least(actor_id, recipient_id) as country_a_id,
        greatest(actor_id, recipient_id) as country_b_id,
        bool_or(actor_id < recipient_id) as a_acts,
        bool_or(actor_id > recipient_id) as b_acts
    from directed
    group by
        event_id,
        least(actor_id, recipient_id),
        greatest(actor_id, recipient_id)

),

-- a communique of twenty states is one event and not 190
final as (

    select
        event_id,
        dyad,
        country_a_id,
        country_b_id,
        a_acts,
        b_acts,
        1.0::double / count(*) over (partition by event_id) as weight
    from unordered

)

select * from final
order by event_id, dyad
