-- What a strip lies beside is itself beside nothing, lies within 30 km, and is no strip.
select
    small.icao,
    small.beside_airport_id,
    small.beside_km
from {{ ref('dim_airport') }} as small
inner join {{ ref('dim_airport') }} as big
    on small.beside_airport_id = big.airport_id
where
    big.beside_airport_id is not null
    or not big.is_iata_served
    or small.beside_airport_id = small.airport_id
    or small.beside_km > 30
