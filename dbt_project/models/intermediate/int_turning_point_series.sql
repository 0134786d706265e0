with

observations as (

    select * from {{ ref('observations') }}

),

rules as (

    select * from {{ ref('turning_points') }}

),

indicators as (

    select * from {{ ref('indicators') }}

),

focus_dyads as (

    select * from {{ ref('focus_dyads') }}

),

-- one rule per indicator and grain, one row per indicator: the joins multiply none; what is undirected stands once
candidates as (

    select
        observations.directed_dyad,
        observations.dyad,
        observations.indicator,
        observations.grain,
        observations.period_start,
        observations.value,
        rules.min_length,
        rules.min_nonzero,
        rules.max_dyads
    from observations
    inner join rules
        on
            observations.indicator = rules.indicator
            and observations.grain = rules.grain
    inner join indicators on observations.indicator = indicators.indicator
    where
        indicators.is_directed
        or split_part(observations.directed_dyad, '>', 1) < split_part(observations.directed_dyad, '>', 2)

),

long_enough as (

    select
        directed_dyad,
        dyad,
        indicator,
        grain,
        any_value(max_dyads) as max_dyads,
        count(*) as n_periods,
        count(*) filter (where value != 0) as n_nonzero
    from candidates
    group by
        directed_dyad,
        dyad,
        indicator,
        grain
    having
        count(*) >= any_value(min_length)
        and count(*) filter (where value != 0) >= any_value(min_nonzero)

),

-- the dyads that are watched come first, then those of which most is told
numbered as (

    select
        long_enough.*,
        row_number() over (
            partition by long_enough.indicator, long_enough.grain
            order by
                focus_dyads.dyad is null asc,
                long_enough.n_nonzero desc,
                long_enough.directed_dyad asc
        ) as place
    from long_enough
    left join focus_dyads using (dyad)

),

chosen as (

    select * from numbered
    where place <= max_dyads

),

final as (

    select
        candidates.directed_dyad,
        candidates.dyad,
        candidates.indicator,
        candidates.grain,
        candidates.period_start,
        candidates.value
    from candidates
    semi join chosen using (directed_dyad, indicator, grain)

)

select * from final
