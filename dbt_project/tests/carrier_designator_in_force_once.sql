-- On any day a designator is one operator's; two at once would double its flights.
select
    one.icao,
    one.valid_from,
    other.valid_from as other_valid_from
from {{ ref('dim_carrier') }} as one
inner join {{ ref('dim_carrier') }} as other
    on
        one.icao = other.icao
        and (one.valid_from, one.valid_to, one.name) is distinct from (other.valid_from, other.valid_to, other.name)
        and coalesce(one.valid_from, date '1900-01-01') < coalesce(other.valid_to, date '9999-12-31')
        and coalesce(other.valid_from, date '1900-01-01') < coalesce(one.valid_to, date '9999-12-31')
