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

figures as (

    select * from {{ ref('fct_migration') }}

),

revisions as (

    select * from {{ ref('fct_revisions') }}

),

editions as (

    select * from {{ ref('dim_vintage') }}

),

flights as (

    select * from {{ ref('dyad_month') }}

),

indicators as (

    select * from {{ ref('indicators') }}

),

turning_points as (

    select * from {{ ref('fct_turning_points') }}

),

-- one row per event and dyad
events as (

    select
        event_parties.dyad,
        statement_events.published_on as happened_on,
        'event' as kind,
        statement_events.event_type || ' ' || array_to_string(statement_events.topics, ', ') as what,
        null::varchar as directed_dyad,
        event_parties.weight as value,
        'weight' as unit,
        statement_events.sentence as evidence,
        statement_events.event_id as item_id,
        statement_events.source_key,
        statement_events.vintage
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
        commitments.published_on as happened_on,
        'commitment' as kind,
        commitments.stage || ' ' || commitments.topic || ' ' || commitments.direction as what,
        null::varchar as directed_dyad,
        commitments.amount_max as value,
        commitments.currency as unit,
        commitments.evidence,
        commitments.commitment_id as item_id,
        commitments.source_key,
        commitments.vintage
    from commitments
    inner join commitment_parties using (commitment_id)
    where commitments.is_first_telling

),

stock_source as (

    select source_key from indicators
    where indicator = 'migrant_stock_persons'

),

stocks as (

    select
        figures.dyad,
        figures.period_start as happened_on,
        'figure' as kind,
        'migrant stock, edition ' || figures.vintage as what,
        figures.directed_dyad,
        figures.value,
        figures.unit,
        figures.dataset as evidence,
        figures.raw_sha256 || ':' || figures.raw_row as item_id,
        figures.source_key,
        figures.vintage
    from figures
    semi join stock_source using (source_key)
    where
        figures.measure = 'stock'
        and figures.sex = 'both'
        and figures.age = 'all'
        and figures.purpose = 'all'
        and figures.breakdown is null
        and figures.value is not null

),

-- one row per edition on the right side: the join multiplies none
revised as (

    select
        revisions.dyad,
        editions.known_on as happened_on,
        'revision' as kind,
        revisions.measure || ' of ' || revisions.year || ' from ' || printf('%.0f', revisions.value_before)
        || ' in edition ' || revisions.vintage_before || ' to ' || printf('%.0f', revisions.value) || ' in edition '
        || revisions.vintage as what,
        revisions.directed_dyad,
        revisions.relative_change as value,
        'share' as unit,
        revisions.dataset as evidence,
        revisions.raw_sha256 || ':' || revisions.raw_row as item_id,
        revisions.source_key,
        revisions.vintage
    from revisions
    inner join editions using (source_key, dataset, vintage)
    where
        revisions.is_focus
        and revisions.sex = 'both'
        and revisions.age = 'all'
        and editions.known_on is not null

),

spoken_of as (

    select dyad from events
    union
    select dyad from promises
    union
    select dyad from stocks

),

months as (

    select flights.*
    from flights
    semi join spoken_of using (dyad)

),

-- where a stretch begins in which receivers see the dyad well enough, or no longer do
watched as (

    select
        dyad,
        directed_dyad,
        month,
        flights_observability,
        lag(flights_observability) over (partition by directed_dyad order by month) as before
    from months
    where origin_id < destination_id

),

observability as (

    select
        dyad,
        month as happened_on,
        'coverage' as kind,
        'flights become ' || flights_observability as what,
        null::varchar as directed_dyad,
        null::double as value,
        null::varchar as unit,
        'before: ' || coalesce(before, 'no month') as evidence,
        directed_dyad || ':' || month as item_id,
        null::varchar as source_key,
        null::varchar as vintage
    from watched
    where flights_observability is distinct from before

),

turned as (

    select
        dyad,
        period_start as happened_on,
        'turning point' as kind,
        kind || ' of ' || indicator as what,
        directed_dyad,
        value,
        null::varchar as unit,
        'level before ' || coalesce(printf('%.2f', level_before), 'unknown') || ', after '
        || coalesce(printf('%.2f', level_after), 'unknown') as evidence,
        directed_dyad || ':' || period_start || ':' || indicator || ':' || grain as item_id,
        null::varchar as source_key,
        null::varchar as vintage
    from turning_points

),

told as (

    select * from events
    union all by name
    select * from promises
    union all by name
    select * from stocks
    union all by name
    select * from revised
    union all by name
    select * from observability
    union all by name
    select * from turned

),

final as (

    select
        dyad,
        happened_on,
        kind,
        what,
        directed_dyad,
        value,
        unit,
        evidence,
        item_id,
        source_key,
        vintage
    from told

)

select * from final
order by dyad, happened_on, kind, item_id, directed_dyad
