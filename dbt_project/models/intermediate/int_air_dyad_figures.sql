with

official as (

    select * from {{ ref('int_air_traffic') }}
    where
        not is_monadic
        and origin_id != destination_id
        and value is not null

),

observed as (

    select * from {{ ref('fct_flights_dyad_month') }}

),

precedence as (

    select * from {{ ref('air_precedence') }}

),

-- multiplies on purpose: what receivers saw of a month is two series, all flights and those that carry passengers
figures as (

    select
        source_key,
        dataset,
        reporter_side,
        origin_id,
        destination_id,
        grain,
        period_start,
        period_end,
        measure,
        basis,
        value,
        value as value_upper,
        case when reporter_side = 'observer' then 'observed' else 'official' end as kind,
        true as is_observable,
        n_figures_missing > 0 as is_partial,
        value_before,
        vintage
    from official
    union all
    select
        source_key,
        source_key as dataset,
        'observer' as reporter_side,
        origin_id,
        destination_id,
        'M' as grain,
        month as period_start,
        (month + interval 1 month)::date as period_end,
        'flights' as measure,
        'stage' as basis,
        n_flights as value,
        n_flights + n_flights_repaired as value_upper,
        'observed' as kind,
        observability = 'observable' as is_observable,
        true as is_partial,
        null as value_before,
        vintage
    from observed
    union all
    select
        source_key,
        source_key as dataset,
        'observer' as reporter_side,
        origin_id,
        destination_id,
        'M' as grain,
        month as period_start,
        (month + interval 1 month)::date as period_end,
        'passenger_flights' as measure,
        'stage' as basis,
        least(n_passenger_flights, n_flights) as value,
        n_passenger_flights as value_upper,
        'observed' as kind,
        observability = 'observable' as is_observable,
        true as is_partial,
        null as value_before,
        vintage
    from observed

),

families as (

    select
        *,
        regexp_replace(dataset, '^avia_par_.*$', 'avia_par') as table_family
    from figures

),

-- the seed ranks a dataset once; one that it does not rank comes last
final as (

    select
        families.*,
        coalesce(
            precedence.rank,
            case when families.kind = 'official' then 70 else 99 end
        ) as rank
    from families
    left join precedence
        on
            families.source_key = precedence.source_key
            and coalesce(precedence.dataset, families.table_family) = families.table_family

)

select * from final
