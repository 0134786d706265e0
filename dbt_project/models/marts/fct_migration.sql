with

figures as (

    select * from {{ ref('int_migration') }}
    union all by name
    select * from {{ ref('int_migration_differences') }}

),

-- aggregates, the residual 'Other', the stateless and the unknown are no party to a dyad; who lives at home is no
-- migrant
dyads as (

    select *
    from figures
    where
        origin_kind in ('state', 'territory')
        and destination_kind in ('state', 'territory')
        and origin != destination

),

final as (

    select
        origin as origin_id,
        destination as destination_id,
        {{ directed_dyad('origin', 'destination') }} as directed_dyad,
        {{ dyad('origin', 'destination') }} as dyad,
        measure,
        concept,
        unit,
        sex,
        age,
        purpose,
        breakdown,
        method,
        reporter_side,
        grain,
        period_start,
        period_end,
        year,
        value,
        value_low,
        value_high,
        rounding_base,
        flag,
        is_imputed,
        note,
        vintage,
        known_on,
        is_latest_vintage,
        vintage_before,
        value_before,
        source_key,
        dataset,
        raw_sha256,
        raw_row
    from dyads

)

select * from final
order by directed_dyad, measure, source_key, dataset, period_start, vintage
