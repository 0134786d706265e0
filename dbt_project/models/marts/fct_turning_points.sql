with

turning_points as (

    select * from {{ ref('int_turning_points') }}

),

events as (

    select * from {{ ref('fct_statement_events') }}

),

event_parties as (

    select * from {{ ref('fct_event_parties') }}

),

with_dyads as (

    select
        *,
        {{ dyad("split_part(directed_dyad, '>', 1)", "split_part(directed_dyad, '>', 2)") }} as dyad,
        case grain
            when 'M' then period_start + interval 1 month
            else period_start + interval 1 year
        end::date as period_end
    from turning_points

),

-- what was said of the dyad on each day, a story once: events of many dyads stand in each of them
said as (

    select distinct
        event_parties.dyad,
        events.published_on,
        events.statement_id
    from events
    inner join event_parties on events.event_id = event_parties.event_id
    where
        events.is_first_telling
        and not events.is_historical
        and not events.is_negated

),

-- multiplies a turning point by the statements of its period, to be gathered into one row again
statements as (

    select
        with_dyads.directed_dyad,
        with_dyads.indicator,
        with_dyads.grain,
        with_dyads.period_start,
        with_dyads.kind,
        list_sort(list(said.statement_id)) as statement_ids
    from with_dyads
    inner join said
        on
            with_dyads.dyad = said.dyad
            and with_dyads.period_start <= said.published_on
            and with_dyads.period_end > said.published_on
    group by
        with_dyads.directed_dyad,
        with_dyads.indicator,
        with_dyads.grain,
        with_dyads.period_start,
        with_dyads.kind

),

final as (

    select
        with_dyads.directed_dyad,
        with_dyads.dyad,
        with_dyads.indicator,
        with_dyads.grain,
        with_dyads.period_start,
        with_dyads.kind,
        with_dyads.value,
        with_dyads.level_before,
        with_dyads.level_after,
        with_dyads.strength,
        with_dyads.series_from,
        with_dyads.series_to,
        with_dyads.n_periods,
        coalesce(len(statements.statement_ids), 0)::integer as n_statements,
        coalesce(statements.statement_ids, []::varchar[]) as statement_ids
    from with_dyads
    left join statements using (directed_dyad, indicator, grain, period_start, kind)

)

select * from final
order by directed_dyad, indicator, grain, period_start, kind
