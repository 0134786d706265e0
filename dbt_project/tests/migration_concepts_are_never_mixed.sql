-- A row of the yearly table rests on one concept (or on one family of them) and one unit: what counts people by birth
-- is never beside what counts them by citizenship, nor persons beside cases.
with

figures as (

    select * from {{ ref('int_migration_years') }}

),

estimates as (

    select * from {{ ref('fct_migration_dyad_year') }}

),

counted as (

    select
        directed_dyad,
        year,
        grain,
        measure,
        concept_family,
        unit,
        purpose,
        count(*) as n_figures,
        count(distinct concept) filter (where concept not like '%residence') as n_concepts
    from figures
    group by directed_dyad, year, grain, measure, concept_family, unit, purpose

)

select
    estimates.directed_dyad,
    estimates.year,
    estimates.measure,
    estimates.concept_family
from estimates
left join counted using (directed_dyad, year, grain, measure, concept_family, unit, purpose)
where
    counted.n_figures is distinct from estimates.n_figures
    or counted.n_concepts > 1
    or (estimates.best_concept != estimates.concept_family and estimates.best_concept not like '%_residence')
