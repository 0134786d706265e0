-- A communique of twenty states is one event: the weights of its dyads add up to 1. Commitments likewise.
with

weights as (

    select
        event_id as id,
        weight
    from {{ ref('fct_event_parties') }}
    union all
    select
        commitment_id as id,
        weight
    from {{ ref('fct_commitment_parties') }}

)

select
    id,
    sum(weight) as total
from weights
group by id
having abs(sum(weight) - 1) > 1e-9
