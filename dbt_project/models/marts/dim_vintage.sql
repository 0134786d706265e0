with

figures as (

    select * from {{ ref('int_migration') }}

),

-- figures of dyads only: an aggregate's revision is that of its parts
dyads as (

    select
        *,
        origin_kind in ('state', 'territory')
        and destination_kind in ('state', 'territory')
        and origin != destination as is_dyad
    from figures

),

counted as (

    select
        source_key,
        dataset,
        vintage,
        min(known_on) as known_on,
        min(period_start) as period_from,
        max(period_end) as period_to,
        count(*) as n_figures,
        count(*) filter (where is_dyad and value > 0) as n_dyad_figures_above_zero,
        count(*) filter (where is_latest_vintage) as n_latest,
        list_sort(list_distinct(list(purpose))) as purposes
    from dyads
    group by source_key, dataset, vintage

),

ordered as (

    select
        *,
        lag(vintage) over oldest_first as vintage_before,
        lag(purposes) over oldest_first as purposes_before
    from counted
    window oldest_first as (
        partition by source_key, dataset
        order by known_on asc, vintage asc
    )

),

watched as (

    select
        *,
        coalesce(
            list_filter(purposes_before, lambda told: not list_contains(purposes, told)), []
        ) as purposes_gone
    from ordered

),

-- figures that both of two consecutive editions tell; of a zero no relative change can be told
revised as (

    select
        dyads.source_key,
        dyads.dataset,
        dyads.vintage,
        count(*) as n_compared,
        count(*) filter (where dyads.value_before > 0) as n_compared_above_zero,
        count(*) filter (where dyads.value != dyads.value_before) as n_changed,
        count(*) filter (where dyads.value != dyads.value_before and dyads.value_before > 0) as n_changed_above_zero,
        median(abs(dyads.value / dyads.value_before - 1)) filter (
            where dyads.value != dyads.value_before and dyads.value_before > 0
        ) as median_relative_change,
        quantile_cont(abs(dyads.value / dyads.value_before - 1), 0.9) filter (
            where dyads.value != dyads.value_before and dyads.value_before > 0
        ) as p90_relative_change
    from dyads
    inner join ordered using (source_key, dataset, vintage, vintage_before)
    where
        dyads.is_dyad
        and dyads.value is not null
        and dyads.value_before is not null
    group by dyads.source_key, dyads.dataset, dyads.vintage

),

-- one row per edition on each side: the join multiplies none
final as (

    select
        watched.source_key,
        watched.dataset,
        watched.vintage,
        watched.known_on,
        watched.period_from,
        watched.period_to,
        watched.n_figures,
        watched.n_dyad_figures_above_zero,
        watched.n_latest,
        watched.vintage_before,
        coalesce(revised.n_compared, 0) as n_compared,
        coalesce(revised.n_compared_above_zero, 0) as n_compared_above_zero,
        coalesce(revised.n_changed, 0) as n_changed,
        revised.n_changed_above_zero / nullif(revised.n_compared_above_zero, 0) as share_changed,
        revised.median_relative_change,
        revised.p90_relative_change,
        watched.purposes,
        watched.purposes_gone
    from watched
    left join revised using (source_key, dataset, vintage)

)

select * from final
order by source_key, dataset, known_on, vintage
