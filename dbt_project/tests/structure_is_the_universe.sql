-- The universe has as many dyads of a year before the ties are joined as after: one row too many was multiplied.
with

universe as (

    select
        year,
        count(*) as n_rows
    from {{ ref('int_dyad_years') }}
    where origin_id < destination_id
    group by year

),

structure as (

    select
        year,
        count(*) as n_rows
    from {{ ref('fct_structure_dyad_year') }}
    group by year

)

select
    year,
    universe.n_rows as n_universe,
    structure.n_rows as n_structure
from universe
full join structure using (year)
where universe.n_rows is distinct from structure.n_rows
