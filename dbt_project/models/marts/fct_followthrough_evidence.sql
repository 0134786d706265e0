{#- Months on each side of the announcement that a figure beside it is summed over. -#}
{%- set reach = 12 -%}
with

asked as (

    select distinct
        commitment_id,
        dyad,
        published_on
    from {{ ref('int_followthrough_asked') }}

),

official as (

    select * from {{ ref('fct_air_traffic_dyad') }}
    where grain in ('M', 'Q', 'A') and not is_partial and value is not null

),

routes as (

    select * from {{ ref('int_callsign_routes') }}

),

airports as (

    select
        airport_id,
        min(country_id) as country_id
    from {{ ref('dim_airport') }}
    group by airport_id

),

figures as (

    select * from {{ ref('fct_migration') }}
    where
        sex = 'both'
        and age = 'all'
        and purpose = 'all'
        and breakdown is null
        and value is not null
        and ((measure = 'stock' and grain = 'P') or (measure = 'entries' and grain = 'A'))

),

sources as (

    select
        source_key,
        max(vintage) as vintage
    from {{ ref('stg_routes') }}
    group by source_key

),

-- multiplies on purpose: each figure with each commitment of its dyad that it is near to
counted as (

    select
        asked.commitment_id,
        asked.dyad,
        'official figure' as kind,
        official.measure || ', ' || official.basis || ', ' || official.grain as what,
        official.directed_dyad,
        official.source_key,
        max(official.vintage) as vintage,
        sum(official.value) filter (where official.period_end <= asked.published_on) as value_before,
        sum(official.value) filter (where official.period_start > asked.published_on) as value_after,
        count(*) filter (where official.period_end <= asked.published_on) as n_periods_before,
        count(*) filter (where official.period_start > asked.published_on) as n_periods_after
    from asked
    inner join official using (dyad)
    where
        official.period_start >= asked.published_on - interval '{{ reach + 1 }} months'
        and official.period_end <= asked.published_on + interval '{{ reach + 1 }} months'
    group by
        asked.commitment_id,
        asked.dyad,
        official.measure,
        official.basis,
        official.grain,
        official.directed_dyad,
        official.source_key

),

-- one row per airport on each right side: the joins multiply none
route_dyads as (

    select
        {{ dyad('origins.country_id', 'destinations.country_id') }} as dyad,
        count(distinct routes.callsign) as n_callsigns
    from routes
    inner join airports as origins on routes.origin = origins.airport_id
    inner join airports as destinations on routes.destination = destinations.airport_id
    where origins.country_id != destinations.country_id
    group by {{ dyad('origins.country_id', 'destinations.country_id') }}

),

scheduled as (

    select
        asked.commitment_id,
        asked.dyad,
        'schedule' as kind,
        'callsigns whose route joins the two states, of no date' as what,
        null::varchar as directed_dyad,
        sources.source_key,
        sources.vintage,
        null::double as value_before,
        null::double as value_after,
        route_dyads.n_callsigns::double as value_undated
    from asked
    inner join route_dyads using (dyad)
    inner join sources on sources.source_key = 'vrs_routes'

),

-- of each edition the last year that it tells before the announcement and the first after
migrants as (

    select
        asked.commitment_id,
        asked.dyad,
        'migration' as kind,
        figures.measure || ' by ' || figures.concept || ', edition ' || figures.vintage as what,
        figures.directed_dyad,
        figures.source_key,
        figures.vintage,
        arg_max(figures.value, figures.period_start) filter (where figures.period_start <= asked.published_on)
            as value_before,
        arg_min(figures.value, figures.period_start) filter (where figures.period_start > asked.published_on)
            as value_after,
        max(figures.period_start) filter (where figures.period_start <= asked.published_on) as day_before,
        min(figures.period_start) filter (where figures.period_start > asked.published_on) as day_after
    from asked
    inner join figures using (dyad)
    group by
        asked.commitment_id,
        asked.dyad,
        figures.measure,
        figures.concept,
        figures.dataset,
        figures.directed_dyad,
        figures.source_key,
        figures.vintage

),

told as (

    select * from counted
    union all by name
    select * from scheduled
    union all by name
    select * from migrants

),

final as (

    select
        commitment_id,
        dyad,
        kind,
        what,
        directed_dyad,
        source_key,
        vintage,
        value_before,
        day_before,
        n_periods_before,
        value_after,
        day_after,
        n_periods_after,
        value_undated
    from told

)

select * from final
order by commitment_id, dyad, kind, source_key, what, directed_dyad
