with

hidden as (

    select * from {{ ref('flight_repair_tests') }}

),

airports as (

    select
        airport_id,
        min(country_id) as country_id,
        min(latitude_deg) as latitude_deg,
        min(longitude_deg) as longitude_deg
    from {{ ref('dim_airport') }}
    group by airport_id

),

-- right is the same airport or one of the same place: within 60 km
-- one row per airport on each right side: the joins multiply no group
judged as (

    select
        hidden.source_key,
        hidden.month,
        hidden.hidden_end,
        hidden.method,
        hidden.stratum,
        hidden.n_calibration,
        hidden.n_test,
        coalesce(
            hidden.candidate = hidden.truth
            or {{ distance_km('truths', 'candidates') }} <= 60,
            false
        ) as is_right,
        coalesce(candidates.country_id = truths.country_id, false) as is_right_country
    from hidden
    left join airports as truths
        on hidden.truth = truths.airport_id
    left join airports as candidates
        on hidden.candidate = candidates.airport_id

),

counted as (

    select
        source_key,
        month,
        hidden_end,
        method,
        stratum,
        sum(n_calibration)::bigint as n_calibration,
        coalesce(sum(n_calibration) filter (where is_right), 0)::bigint as n_calibration_right,
        sum(n_test)::bigint as n_test,
        coalesce(sum(n_test) filter (where is_right), 0)::bigint as n_test_right,
        coalesce(sum(n_test) filter (where is_right_country), 0)::bigint as n_test_right_country
    from judged
    group by
        source_key,
        month,
        hidden_end,
        method,
        stratum

),

months as (

    select distinct
        source_key,
        month
    from counted

),

-- multiplies on purpose: a month's group is judged by the calibration half of that month and of the five before
looked_back as (

    select
        months.source_key,
        months.month,
        counted.hidden_end,
        counted.method,
        counted.stratum,
        sum(counted.n_calibration)::bigint as n_looked_back,
        sum(counted.n_calibration_right)::bigint as n_looked_back_right
    from months
    inner join counted
        on
            months.source_key = counted.source_key
            and counted.month between months.month - interval 5 months and months.month
    group by
        months.source_key,
        months.month,
        counted.hidden_end,
        counted.method,
        counted.stratum

),

-- one row per group and month on the right side
final as (

    select
        looked_back.source_key,
        looked_back.month,
        looked_back.hidden_end,
        looked_back.method,
        looked_back.stratum,
        looked_back.n_looked_back,
        looked_back.n_looked_back_right,
        looked_back.method in ('both', 'route', 'chain')
        and looked_back.n_looked_back >= {{ var('repair_min_tests') }}
        and looked_back.n_looked_back_right >= {{ var('repair_min_share_right') }} * looked_back.n_looked_back
            as is_used,
        coalesce(counted.n_test, 0) as n_test,
        coalesce(counted.n_test_right, 0) as n_test_right,
        coalesce(counted.n_test_right_country, 0) as n_test_right_country
    from looked_back
    left join counted using (source_key, month, hidden_end, method, stratum)

)

select * from final
