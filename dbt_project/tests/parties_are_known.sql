-- A party of an event or a commitment is a country or an organisation of the seeds, never an unknown code.
with

parties as (

    select
        event_id as id,
        unnest(list_concat(actors, recipients)) as party
    from {{ ref('fct_statement_events') }}
    union all
    select
        commitment_id as id,
        unnest(list_concat(committed_by, beneficiaries)) as party
    from {{ ref('fct_commitments') }}

)

select *
from parties
where
    party not in (select countries.country_id from {{ ref('countries') }} as countries)
    and party not in (select organisations.org_id from {{ ref('organisations') }} as organisations)
