with

figures as (

    select * from {{ ref('int_migration_years') }}

),

ranked as (

    select
        *,
        row_number() over (
            partition by directed_dyad, year, grain, measure, concept_family, unit, purpose
            order by rank asc, n_parts asc, source_key asc, dataset asc, method asc, reporter_side asc, concept asc
        ) as place
    from figures

),

final as (

    select
        arg_min(origin_id, place) as origin_id,
        arg_min(destination_id, place) as destination_id,
        directed_dyad,
        arg_min(dyad, place) as dyad,
        year,
        grain,
        measure,
        concept_family,
        unit,
        purpose,
        arg_min(value, place) as best_estimate,
        arg_min(value_low, place) as best_low,
        arg_min(value_high, place) as best_high,
        min(value) as value_min,
        median(value) as value_median,
        max(value) as value_max,
        count(*)::integer as n_figures,
        count(distinct source_key)::integer as n_sources,
        count(distinct method)::integer as n_methods,
        max(value) / nullif(min(value), 0) as spread,
        arg_min(value, place) filter (where reporter_side = 'destination') as value_by_destination,
        arg_min(value, place) filter (where reporter_side = 'origin') as value_by_origin,
        (value_by_destination - value_by_origin)
        / nullif(value_by_destination + value_by_origin, 0) as mirror_asymmetry,
        arg_min(concept, place) as best_concept,
        arg_min(method, place) as best_method,
        arg_min(reporter_side, place) as best_reporter_side,
        arg_min(vintage, place) as best_vintage,
        arg_min(source_key, place) as best_source_key,
        arg_min(dataset, place) as best_dataset,
        list(source_key || ' ' || method order by place) as figures_used
    from ranked
    group by directed_dyad, year, grain, measure, concept_family, unit, purpose

)

select * from final
order by directed_dyad, measure, concept_family, purpose, grain, year
