with

figures as (

    select * from {{ ref('int_air_dyad_figures') }}
    where is_observable

),

checks as (

    select * from {{ ref('air_checks') }}

),

-- one row per figure's counterpart on the right side: the other direction, as the same publisher tells it
pairs as (

    select
        there.dataset,
        there.kind,
        there.source_key,
        there.origin_id,
        there.destination_id,
        there.grain,
        there.period_start,
        there.measure,
        there.basis,
        there.value as one,
        back.value as other
    from figures as there
    inner join figures as back
        on
            there.source_key = back.source_key
            and there.dataset = back.dataset
            and there.grain = back.grain
            and there.period_start = back.period_start
            and there.measure = back.measure
            and there.basis = back.basis
            and there.origin_id = back.destination_id
            and there.destination_id = back.origin_id
            and there.origin_id < there.destination_id
    where
        -- what one authority reports of its departures and of its arrivals
        there.reporter_side = 'observer' and back.reporter_side = 'observer'
        or there.reporter_side = 'origin' and back.reporter_side = 'destination'

),

mirrored as (

    select
        ours.dataset,
        ours.kind,
        ours.source_key,
        ours.origin_id,
        ours.destination_id,
        ours.grain,
        ours.period_start,
        ours.measure,
        ours.value as one,
        theirs.value as other
    from figures as ours
    inner join figures as theirs
        on
            ours.source_key = theirs.source_key
            and ours.dataset = theirs.dataset
            and ours.grain = theirs.grain
            and ours.period_start = theirs.period_start
            and ours.measure = theirs.measure
            and ours.basis = theirs.basis
            and ours.origin_id = theirs.origin_id
            and ours.destination_id = theirs.destination_id
            and ours.reporter_side = 'origin'
            and theirs.reporter_side = 'destination'

),

-- the symmetry of a publisher's whole table, not of a pair: measured traffic is never equal both ways everywhere
balanced_tables as (

    select
        dataset,
        any_value(kind) as kind,
        any_value(source_key) as source_key,
        null::varchar as origin_id,
        null::varchar as destination_id,
        grain,
        null::date as period_start,
        measure,
        'symmetry' as check_name,
        min(least(one, other)) as size,
        count(*) filter (where one = other) / count(*) as found
    from pairs
    where least(one, other) >= 20
    group by
        dataset,
        grain,
        measure
    having count(*) >= 20

),

steps as (

    select
        *,
        ln(value / lag(value) over series) as step,
        lag(value) over series as value_month_before
    from figures
    where
        grain = 'M'
        and value > 0
    window
        series as (
            partition by source_key, dataset, reporter_side, basis, measure, origin_id, destination_id
            order by period_start
        )

),

centred as (

    select
        source_key,
        dataset,
        reporter_side,
        basis,
        measure,
        origin_id,
        destination_id,
        median(step) as middle,
        mad(step) as spread
    from steps
    group by
        source_key,
        dataset,
        reporter_side,
        basis,
        measure,
        origin_id,
        destination_id
    having count(step) >= 12

),

measured as (

    select
        dataset,
        kind,
        source_key,
        origin_id,
        destination_id,
        grain,
        period_start,
        measure,
        case
            when kind = 'observed' and least(one, other) < 100 then 'balance_small'
            else 'balance'
        end as check_name,
        least(one, other) as size,
        abs(one - other) / nullif(one + other, 0) as found
    from pairs
    union all
    select
        dataset,
        kind,
        source_key,
        origin_id,
        destination_id,
        grain,
        period_start,
        measure,
        'mirror' as check_name,
        least(one, other) as size,
        abs(one - other) / nullif(one + other, 0) as found
    from mirrored
    union all
    select
        dataset,
        kind,
        source_key,
        origin_id,
        destination_id,
        grain,
        period_start,
        measure,
        'revision' as check_name,
        value_before as size,
        abs(value - value_before) / nullif(value_before, 0) as found
    from figures
    where value_before is not null
    union all
    -- one row per series on the right side
    select
        steps.dataset,
        steps.kind,
        steps.source_key,
        steps.origin_id,
        steps.destination_id,
        steps.grain,
        steps.period_start,
        steps.measure,
        'outlier' as check_name,
        least(steps.value, steps.value_month_before) as size,
        abs(steps.step - centred.middle) / nullif(1.4826 * centred.spread, 0) as found
    from steps
    inner join centred using (source_key, dataset, reporter_side, basis, measure, origin_id, destination_id)
    union all
    select * from balanced_tables

),

-- one row per check and kind of figure on the right side; several authorities may tell the same
final as (

    select
        measured.check_name,
        measured.source_key,
        measured.dataset,
        measured.measure,
        measured.grain,
        measured.origin_id,
        measured.destination_id,
        measured.period_start,
        case when max(measured.found) > checks.fail_above then 'fail' else 'warn' end as verdict,
        max(measured.found) as found,
        checks.warn_above,
        checks.fail_above,
        min(measured.size) as size,
        checks.why
    from measured
    inner join checks
        on
            measured.check_name = checks.check_name
            and measured.kind = checks.applies_to
    where
        measured.size >= checks.min_value
        and measured.found > checks.warn_above
    group by
        measured.check_name,
        measured.source_key,
        measured.dataset,
        measured.measure,
        measured.grain,
        measured.origin_id,
        measured.destination_id,
        measured.period_start,
        checks.warn_above,
        checks.fail_above,
        checks.why

)

select * from final
order by check_name, source_key, dataset, measure, grain, origin_id, destination_id, period_start
