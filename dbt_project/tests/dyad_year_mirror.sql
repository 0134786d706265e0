-- An undirected measure is the same for A>B as for B>A.
select
    dyad,
    year
from {{ ref('dyad_year') }}
where statement_months_covered > 0 or flight_months_covered > 0
group by dyad, year
having
    count(*) != 2
    {%- for measure in [
        'n_statements', 'n_events', 'cooperation_balance', 'n_requests', 'n_commitments',
        'statement_months_covered', 'flight_months_covered',
    ] %}
    or count({{ measure }}) = 1
    or min({{ measure }}) != max({{ measure }})
    {%- endfor %}
