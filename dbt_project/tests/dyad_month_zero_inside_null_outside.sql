-- Inside a source's coverage a measure has a value, outside it has none.
select *
from {{ ref('dyad_month') }}
where
    {%- for measure in [
        'n_statements', 'n_events', 'n_events_directed', 'cooperation_balance', 'n_requests', 'n_consults',
        'n_commitments',
    ] %}
    ({{ measure }} is null) = is_statement_covered or
    {%- endfor %}
    (n_flights is null) = is_flight_covered
    or (flights_coverage is null) != (flights_observability = 'no source')
    or (flights_observability = 'observable') != is_flight_covered
