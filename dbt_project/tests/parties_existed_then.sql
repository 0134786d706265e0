{{ config(severity='warn') }}
-- A statement names a state that did not exist on its day as one that acts now: it makes no dyad. Look whether the
-- coder should have read its successor, or the event as historical.
with

parties as (

    select
        event_id,
        published_on,
        unnest(list_concat(actors, recipients)) as country_id
    from {{ ref('fct_statement_events') }}
    where not is_historical

)

select
    parties.event_id,
    parties.published_on,
    parties.country_id
from parties
inner join {{ ref('countries') }} as countries
    on parties.country_id = countries.country_id
where
    parties.published_on < coalesce(countries.valid_from, date '1900-01-01')
    or parties.published_on >= coalesce(countries.valid_to, date '9999-12-31')
