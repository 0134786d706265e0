-- Every leg landed stands in one row by its origin, and in one by its destination: known, unknown or unseen.
with

landed as (

    select
        source_key,
        date_trunc('month', day)::date as month,
        count(*) as n_legs
    from {{ ref('stg_flights') }}
    group by source_key, date_trunc('month', day)

),

told as (

    select
        source_key,
        month,
        sum(n_legs_departing) as n_departing,
        sum(n_legs_arriving) as n_arriving
    from {{ ref('fct_flights_coverage_month') }}
    group by source_key, month

)

select
    source_key,
    month,
    landed.n_legs,
    told.n_departing,
    told.n_arriving
from landed
full join told using (source_key, month)
where
    landed.n_legs is distinct from told.n_departing
    or landed.n_legs is distinct from told.n_arriving
