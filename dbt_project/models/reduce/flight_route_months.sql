with

flights as (

    select * from {{ ref('stg_flights') }}

),

prefixed as (

    select
        source_key,
        day,
        cast(date_trunc('month', day) as date) as month,
        origin,
        destination,
        nullif(regexp_extract(callsign, '^([A-Z]{3})[0-9]', 1), '') as callsign_prefix
    from flights

),

final as (

    select
        source_key,
        month,
        origin,
        destination,
        callsign_prefix,
        max(day) as last_day,
        count(*) as n_legs
    from prefixed
    group by
        source_key,
        month,
        origin,
        destination,
        callsign_prefix

)

select * from final
