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

dyad_years as (

    select
        dyad,
        origin_id,
        destination_id,
        year
    from {{ ref('int_dyad_years') }}
    where origin_id < destination_id

),

years as (

    select distinct year from dyad_years

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

-- one capital per state and year: the joins multiply none
final as (

    select
        dyad_years.dyad,
        dyad_years.year,
        round({{ distance_km('one', 'other') }}, 1) as capital_distance_km
    from dyad_years
    inner join capital_years as one
        on
            dyad_years.origin_id = one.country_id
            and dyad_years.year = one.year
    inner join capital_years as other
        on
            dyad_years.destination_id = other.country_id
            and dyad_years.year = other.year

)

select * from final
