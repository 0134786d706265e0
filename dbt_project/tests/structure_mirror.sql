{{ config(severity='warn') }}

-- An undirected tie that is published in both orders is the same in both: else the publisher's table is torn.
with

ties as (

    select
        *,
        {{ dyad('origin', 'destination') }} as dyad
    from {{ ref('stg_ties') }}
    where not is_directed

)

select
    source_key,
    dataset,
    vintage,
    dyad,
    measure,
    code,
    period_start
from ties
group by all
having count(distinct origin) = 2 and min(value) is distinct from max(value)
