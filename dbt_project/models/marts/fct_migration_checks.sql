with

figures as (

    select * from {{ ref('int_migration') }}

),

-- men and women beside both, cell by cell; unknown sex makes the parts fall short, and is told where it is told
by_sex as (

    select
        source_key,
        dataset,
        vintage,
        measure,
        year,
        destination,
        max(value) filter (where sex = 'both') as whole,
        coalesce(sum(value) filter (where sex != 'both'), 0) as parts,
        coalesce(max(rounding_base), 1) * 1.5 as tolerance
    from figures
    group by
        source_key, dataset, vintage, measure, year, destination, origin, concept, unit, age, purpose, breakdown,
        method, grain, period_start
    having
        count(value) filter (where sex = 'both') = 1
        and count(value) filter (where sex = 'male') = 1
        and count(value) filter (where sex = 'female') = 1

),

-- origins beside the publisher's own total of all origins. What it leaves to a residual it may print as an aggregate
-- ("Other", 2003 of UN DESA), which then belongs to the parts.
by_origin as (

    select
        source_key,
        dataset,
        vintage,
        measure,
        year,
        destination,
        max(value) filter (where origin in {{ world_codes() }}) as whole,
        coalesce(sum(value) filter (where origin_kind != 'aggregate' or origin in {{ residual_codes() }}), 0) as parts,
        coalesce(max(rounding_base), 1) * sqrt(count(*)) as tolerance
    from figures
    where
        destination_kind in ('state', 'territory')
        and sex = 'both'
        and age = 'all'
        and breakdown is null
    group by
        source_key, dataset, vintage, measure, year, destination, concept, unit, purpose, method, grain, period_start
    having
        count(value) filter (where origin in {{ world_codes() }}) = 1
        and count(value) filter (where origin_kind != 'aggregate') > 1

),

sums as (

    select
        'sexes add up' as check_name,
        *
    from by_sex
    union all
    select
        'origins add up' as check_name,
        *
    from by_origin

),

final as (

    select
        check_name,
        source_key,
        dataset,
        vintage,
        measure,
        year,
        count(*) as n_compared,
        count(*) filter (where abs(whole - parts) > tolerance) as n_off,
        sum(whole) as whole,
        sum(parts) as parts,
        sum(abs(whole - parts)) / nullif(sum(whole), 0) as share_off,
        arg_max(destination, abs(whole - parts)) as most_off,
        max(abs(whole - parts)) as most_off_by,
        coalesce(share_off > {{ var('migration_sums_off_above') }}, false) as is_off
    from sums
    group by check_name, source_key, dataset, vintage, measure, year

)

select * from final
order by check_name, source_key, dataset, vintage, measure, year
