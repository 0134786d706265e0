-- An undirected measure is the same for A>B as for B>A, and the coverage is.
select
    dyad,
    month
from {{ ref('dyad_month') }}
where is_statement_covered or is_flight_covered
group by dyad, month
having
    count(*) != 2
    or count(distinct is_statement_covered) != 1
    or count(distinct is_flight_covered) != 1
    {%- for measure in [
        'n_statements', 'n_events', 'cooperation_balance', 'n_requests', 'n_consults', 'n_commitments',
        'flights_coverage',
    ] %}
    or count({{ measure }}) = 1
    or min({{ measure }}) != max({{ measure }})
    {%- endfor %}
