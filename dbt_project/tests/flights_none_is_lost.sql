-- Every leg landed stands in one row by its origin, and in one by its destination: known, unknown or unseen.
with

file_days as (

    select
        file_days.source_key,
        file_days.day,
        sum(file_days.n_legs) as n_legs,
        -- of lists by airport, and of days that stand in several files, copies are left out leg by leg
        count(*) > 1 or bool_or(file_days.source_key = 'opensky_api') as may_have_copies
    from {{ ref('stg_flight_days') }} as file_days
    semi join {{ ref('stg_deliveries') }} using (source_key, raw_sha256)
    group by
        file_days.source_key,
        file_days.day

),

days as (

    select
        source_key,
        day,
        n_legs
    from file_days
    where not may_have_copies
    union all
    select
        flights.source_key,
        flights.day,
        count(*) as n_legs
    from {{ ref('stg_flights') }} as flights
    semi join file_days
        on
            flights.source_key = file_days.source_key
            and flights.day = file_days.day
            and file_days.may_have_copies
    group by
        flights.source_key,
        flights.day

),

landed as (

    select
        source_key,
        date_trunc('month', day)::date as month,
        sum(n_legs) as n_legs
    from days
    group by
        source_key,
        date_trunc('month', day)

),

told as (

    select
        source_key,
        month,
        sum(n_legs_departing) as n_departing,
        sum(n_legs_arriving) as n_arriving
    from {{ ref('fct_flights_coverage_month') }}
    group by source_key, month

)

select
    source_key,
    month,
    landed.n_legs,
    told.n_departing,
    told.n_arriving
from landed
full join told using (source_key, month)
where
    landed.n_legs is distinct from told.n_departing
    or landed.n_legs is distinct from told.n_arriving
