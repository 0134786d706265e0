-- What is counted of the events stands in the panel: each once over its dyads. An event that a join dropped, or a
-- dyad of states that did not coexist then, shows here.
with

counted as (

    select
        coalesce(sum(parties.weight), 0) as n_events,
        coalesce(sum(parties.weight) filter (where parties.a_acts and parties.b_acts), 0) as n_mutual
    from {{ ref('fct_event_parties') }} as parties
    inner join {{ ref('fct_statement_events') }} as events using (event_id)
    where
        events.is_first_telling
        and not events.is_historical
        and not events.is_negated
        and events.published_on >= date '{{ var("first_month") }}'

),

panel as (

    select
        coalesce(sum(n_events), 0) / 2 as n_events,
        coalesce(sum(n_events_directed), 0) as n_directed
    from {{ ref('dyad_month') }}

)

select
    counted.n_events as n_events_counted,
    panel.n_events as n_events_in_panel,
    counted.n_events + counted.n_mutual as n_directed_counted,
    panel.n_directed as n_directed_in_panel
from counted
cross join panel
where
    abs(counted.n_events - panel.n_events) > 1e-6
    or abs(counted.n_events + counted.n_mutual - panel.n_directed) > 1e-6
