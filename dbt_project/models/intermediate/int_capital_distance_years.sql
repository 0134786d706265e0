with

capitals as (

    select
        country_id,
        capital,
        latitude_deg,
        longitude_deg,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('capitals') }}

),

years as (

    select * from {{ ref('int_years') }}

),

-- the capital at the year's end, or at the state's
capital_years as (

    select
        years.year,
        capitals.country_id,
        arg_max(capitals.latitude_deg, capitals.valid_from) as latitude_deg,
        arg_max(capitals.longitude_deg, capitals.valid_from) as longitude_deg
    from years
    inner join capitals
        on
            make_date(years.year, 1, 1) < capitals.valid_to
            and make_date(years.year + 1, 1, 1) > capitals.valid_from
    group by
        years.year,
        capitals.country_id

),

-- multiplies on purpose: each pair of capitals of the year, once
final as (

    select
        {{ dyad('one.country_id', 'other.country_id') }} as dyad,
        one.year,
        round({{ distance_km('one', 'other') }}, 1) as capital_distance_km
    from capital_years as one
    inner join capital_years as other
        on
            one.year = other.year
            and one.country_id < other.country_id

)

select * from final
