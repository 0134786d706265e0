with

figures as (

    select * from {{ ref('fct_migration') }}

),

focus as (

    select * from {{ ref('focus_dyads') }}

),

compared as (

    select
        *,
        value - value_before as change,
        case when value_before > 0 then value / value_before - 1 end as relative_change
    from figures
    where
        vintage_before is not null
        and value is distinct from value_before

),

final as (

    select
        origin_id,
        destination_id,
        directed_dyad,
        dyad,
        measure,
        concept,
        unit,
        sex,
        age,
        purpose,
        breakdown,
        method,
        grain,
        period_start,
        year,
        vintage_before,
        vintage,
        value_before,
        value,
        change,
        relative_change,
        dyad in (select focus.dyad from focus)
        and sex = 'both'
        and age = 'all'
        and breakdown is null
        and coalesce(abs(relative_change) > {{ var('focus_moves_above') }}, true) as is_focus,
        source_key,
        dataset,
        raw_sha256,
        raw_row
    from compared

)

select * from final
order by source_key, dataset, vintage, directed_dyad, measure, period_start
