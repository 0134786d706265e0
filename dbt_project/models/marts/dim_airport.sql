with

airports as (

    select * from {{ ref('stg_airports') }}

),

history as (

    select * from {{ ref('airport_history') }}

),

-- former codes, and codes that the register lacks: the reviewed seed speaks before the register
codes as (

    select
        history.code as icao,
        coalesce(history.airport_icao, history.code) as airport_id,
        airports.iata,
        coalesce(history.name, airports.name) as name,
        airports.city,
        history.country_id,
        history.latitude_deg,
        history.longitude_deg,
        history.valid_from,
        history.valid_to,
        history.source as source_note
    from history
    -- one row per code of the register: the join multiplies none
    left join airports
        on history.airport_icao = airports.icao
    where history.code_system = 'icao'

),

-- airports of the register, and such as have closed and left it
known as (

    select
        icao,
        iata,
        name,
        city,
        country_id,
        latitude_deg,
        longitude_deg
    from airports
    union all
    select
        airport_icao as icao,
        null as iata,
        min(name) as name,
        null as city,
        min(country_id) as country_id,
        min(latitude_deg) as latitude_deg,
        min(longitude_deg) as longitude_deg
    from history
    where
        code_system = 'iata'
        and airport_icao not in (select airports.icao from airports)
    group by airport_icao

),

registered as (

    select
        known.icao,
        known.icao as airport_id,
        known.iata,
        known.name,
        known.city,
        known.country_id,
        known.latitude_deg,
        known.longitude_deg
    from known
    anti join codes using (icao)

),

iata_periods as (

    select
        airport_icao as icao,
        code as iata,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to,
        source as source_note
    from history
    where code_system = 'iata'

),

bounds as (

    select
        icao,
        date '1900-01-01' as bound
    from registered
    union
    select
        icao,
        valid_from as bound
    from iata_periods
    union
    select
        icao,
        valid_to as bound
    from iata_periods
    where valid_to < date '9999-12-31'

),

segments as (

    select
        icao,
        bound as valid_from,
        coalesce(
            lead(bound) over (
                partition by icao
                order by bound
            ),
            date '9999-12-31'
        ) as valid_to
    from bounds

),

-- multiplies on purpose: an airport once for each period in which its IATA code was another
dated as (

    select
        registered.icao,
        registered.airport_id,
        case
            when iata_periods.iata is not null then iata_periods.iata
            when registered.iata not in (select former.iata from iata_periods as former) then registered.iata
        end as iata,
        registered.name,
        registered.city,
        registered.country_id,
        registered.latitude_deg,
        registered.longitude_deg,
        nullif(segments.valid_from, date '1900-01-01') as valid_from,
        nullif(segments.valid_to, date '9999-12-31') as valid_to,
        iata_periods.source_note
    from registered
    inner join segments
        on registered.icao = segments.icao
    left join iata_periods
        on
            segments.icao = iata_periods.icao
            and segments.valid_from >= iata_periods.valid_from
            and segments.valid_to <= iata_periods.valid_to

),

final as (

    select
        icao,
        airport_id,
        iata,
        name,
        city,
        country_id,
        latitude_deg,
        longitude_deg,
        valid_from,
        valid_to,
        source_note
    from dated
    union all
    select
        icao,
        airport_id,
        iata,
        name,
        city,
        country_id,
        latitude_deg,
        longitude_deg,
        valid_from,
        valid_to,
        source_note
    from codes

)

select * from final
order by icao, valid_from
