with

figures as (

    select * from {{ ref('int_air_dyad_figures') }}

),

-- the figure that speaks: by the seed's rank, then the origin's authority before the destination's. What receivers saw
-- of a dyad that they don't see well is a lower bound and never speaks.
ranked as (

    select
        *,
        row_number() over (
            partition by origin_id, destination_id, grain, period_start, measure
            order by
                is_observable desc,
                rank asc,
                case reporter_side when 'origin' then 1 when 'both' then 2 when 'destination' then 3 else 4 end asc,
                source_key asc,
                dataset asc,
                basis asc
        ) as place
    from figures

),

spoken as (

    select * from ranked
    where place = 1

),

-- only figures of the same basis are compared: a stage and a journey are not the same passengers. What receivers saw is
-- a lower bound everywhere, and an upper one nowhere.
compared as (

    select
        ranked.origin_id,
        ranked.destination_id,
        ranked.grain,
        ranked.period_start,
        ranked.measure,
        min(ranked.value) filter (where ranked.kind = 'official' or ranked.is_observable) as value_low,
        max(ranked.value_upper) as value_high,
        count(distinct ranked.source_key) as n_sources,
        list_sort(list_distinct(list(ranked.dataset || ' ' || ranked.reporter_side))) as figures_used,
        (
            max(ranked.value) filter (where ranked.kind = 'official')
            - min(ranked.value) filter (where ranked.kind = 'official')
        )
        / nullif(
            max(ranked.value) filter (where ranked.kind = 'official')
            + min(ranked.value) filter (where ranked.kind = 'official'), 0
        ) as official_spread,
        count(*) filter (where ranked.kind = 'official') as n_official
    from ranked
    -- one row per dyad, period and measure on the right side
    inner join spoken
        on
            ranked.origin_id = spoken.origin_id
            and ranked.destination_id = spoken.destination_id
            and ranked.grain = spoken.grain
            and ranked.period_start = spoken.period_start
            and ranked.measure = spoken.measure
            and ranked.basis = spoken.basis
    group by
        ranked.origin_id,
        ranked.destination_id,
        ranked.grain,
        ranked.period_start,
        ranked.measure

),

-- one row per dyad, period and measure on each side: the join multiplies none
final as (

    select
        spoken.origin_id,
        spoken.destination_id,
        {{ directed_dyad('spoken.origin_id', 'spoken.destination_id') }} as directed_dyad,
        {{ dyad('spoken.origin_id', 'spoken.destination_id') }} as dyad,
        spoken.grain,
        spoken.period_start,
        spoken.period_end,
        spoken.measure,
        spoken.basis,
        compared.value_low,
        case when spoken.is_observable then spoken.value end as value,
        case when spoken.is_observable then compared.value_high end as value_high,
        case when spoken.is_observable then 'observable' else 'not observable' end as observability,
        compared.n_sources::integer as n_sources,
        compared.figures_used,
        case when compared.n_official > 1 then compared.official_spread end as disagreement,
        spoken.is_partial,
        spoken.dataset,
        spoken.reporter_side,
        spoken.source_key,
        spoken.vintage
    from spoken
    inner join compared using (origin_id, destination_id, grain, period_start, measure)

)

select * from final
order by directed_dyad, measure, grain, period_start
