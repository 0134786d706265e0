with

events as (

    select * from {{ ref('stg_statement_events') }}
    where is_chosen

),

levels as (

    select * from {{ ref('office_levels') }}

),

-- multiplies on purpose: one row per party of an event that is told with an office
offices as (

    select
        event_id,
        lower(party ->> 'office') as office
    from (
        select
            event_id,
            unnest(from_json(parties, '["json"]')) as party
        from events
    ) as parties
    where party ->> 'office' is not null

),

-- the first pattern that an office meets decides; regexp_matches joins an office with several, min_by takes one
ranked as (

    select
        offices.event_id,
        offices.office,
        min_by(levels.level, levels.rank) as level
    from offices
    inner join levels on regexp_matches(offices.office, levels.pattern)
    group by
        offices.event_id,
        offices.office

),

-- the highest of those who took part: a minister whom a president receives met a president
final as (

    select
        event_id,
        case
            when bool_or(level = 'head') then 'head'
            when bool_or(level = 'minister') then 'minister'
            else 'deputy'
        end as office_level
    from ranked
    group by event_id

)

select * from final
