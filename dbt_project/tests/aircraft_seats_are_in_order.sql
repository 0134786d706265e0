-- Seats lie between the sparsest and the densest layout, and only what carries no passengers for hire has none.
select *
from {{ ref('dim_aircraft_type') }}
where
    not coalesce(seats_low <= seats_typical and seats_typical <= seats_high, true)
    or (seats_typical is null) <> (category in ('freighter', 'military', 'other'))
    or (seats_typical is null) <> (seats_low is null)
    or (seats_typical is null) <> (seats_high is null)
