-- The panel has the rows of the universe, no more and no fewer: a row too many is a join that multiplied.
with

universe as (

    select count(*) as n_rows from {{ ref('int_dyad_months') }}

),

panel as (

    select count(*) as n_rows from {{ ref('dyad_month') }}

)

select
    universe.n_rows as n_universe,
    panel.n_rows as n_panel
from universe
cross join panel
where universe.n_rows != panel.n_rows
