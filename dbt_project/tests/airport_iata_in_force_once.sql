-- On any day an IATA code is one airport's; two at once would double whatever is joined by it.
select
    one.iata,
    one.icao,
    other.icao as other_icao
from {{ ref('dim_airport') }} as one
inner join {{ ref('dim_airport') }} as other
    on
        one.iata = other.iata
        and one.icao < other.icao
        and coalesce(one.valid_from, date '1900-01-01') < coalesce(other.valid_to, date '9999-12-31')
        and coalesce(other.valid_from, date '1900-01-01') < coalesce(one.valid_to, date '9999-12-31')
