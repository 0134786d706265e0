with

airports as (

    select * from {{ ref('stg_airports') }}

),

history as (

    select * from {{ ref('airport_history') }}

),

former as (

    select * from {{ ref('airport_codes_former') }}

),

disputes as (

    select * from {{ ref('airport_disputes') }}

),

-- airports that have no code of the register but had an IATA code: the reviewed seed tells of them
closed as (

    select
        airport_icao as icao,
        min(name) as name,
        min(country_id) as country_id,
        min(latitude_deg) as latitude_deg,
        min(longitude_deg) as longitude_deg
    from history
    where
        code_system = 'iata'
        and airport_icao not in (select airports.icao from airports)
    group by airport_icao

),

reviewed as (

    select distinct code as icao
    from history
    where code_system = 'icao'

),

-- former codes, and codes that the register lacks: the reviewed seed speaks before the earlier editions
claims as (

    select
        code as icao,
        airport_icao,
        cast(null as varchar) as iata,
        name,
        country_id,
        latitude_deg,
        longitude_deg,
        valid_from,
        valid_to,
        source as source_note
    from history
    where code_system = 'icao'
    union all
    select
        former.code as icao,
        former.airport_icao,
        former.iata,
        former.name,
        former.country_id,
        former.latitude_deg,
        former.longitude_deg,
        null as valid_from,
        former.valid_to,
        'airportsdata lists it up to edition ' || former.last_edition as source_note
    from former
    where
        former.code not in (select reviewed.icao from reviewed)
        and former.code not in (select closed.icao from closed)
        -- a register that still lists it, such as OurAirports with what has closed, knows it better
        and (former.valid_to is not null or former.code not in (select airports.icao from airports))

),

codes as (

    select
        claims.icao,
        case
            when claims.airport_icao is not null then claims.airport_icao
            -- the code passed to another place, which is the airport of that name today
            when claims.valid_to is not null then claims.icao || '/' || extract(year from claims.valid_to)
            else claims.icao
        end as airport_id,
        case
            when claims.icao = claims.airport_icao then airports.iata
            when claims.airport_icao is null then claims.iata
        end as iata,
        coalesce(claims.name, airports.name) as name,
        airports.city,
        claims.country_id,
        claims.latitude_deg,
        claims.longitude_deg,
        case when claims.icao = claims.airport_icao then 'icao' else 'former' end as code_kind,
        claims.valid_from,
        claims.valid_to,
        claims.source_note
    from claims
    -- one row per code of the register: the join multiplies none
    left join airports
        on claims.airport_icao = airports.icao

),

-- the day from which a code of the register is its airport's of today
free as (

    select
        icao,
        max(coalesce(valid_to, date '9999-12-31')) as free_from
    from codes
    group by icao

),

known as (

    select
        icao,
        iata,
        name,
        city,
        country_id,
        latitude_deg,
        longitude_deg,
        case when icao = local_code then 'local' else 'icao' end as code_kind
    from airports
    union all
    select
        icao,
        null as iata,
        name,
        null as city,
        country_id,
        latitude_deg,
        longitude_deg,
        'former' as code_kind
    from closed

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
        known.longitude_deg,
        known.code_kind,
        coalesce(free.free_from, date '1900-01-01') as in_force_from
    from known
    -- one row of `free` per code: the join multiplies none
    left join free using (icao)
    where coalesce(free.free_from, date '1900-01-01') < date '9999-12-31'

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
        in_force_from as bound
    from registered
    union
    select
        iata_periods.icao,
        iata_periods.valid_from as bound
    from iata_periods
    inner join registered
        on
            iata_periods.icao = registered.icao
            and iata_periods.valid_from > registered.in_force_from
    union
    select
        iata_periods.icao,
        iata_periods.valid_to as bound
    from iata_periods
    inner join registered
        on
            iata_periods.icao = registered.icao
            and iata_periods.valid_to > registered.in_force_from
    where iata_periods.valid_to < date '9999-12-31'

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
            when registered.iata not in (select former_iata.iata from iata_periods as former_iata) then registered.iata
        end as iata,
        registered.name,
        registered.city,
        registered.country_id,
        registered.latitude_deg,
        registered.longitude_deg,
        registered.code_kind,
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

-- receivers' tables write the FAA's identifier as it is, or with a K before one of three characters
locals as (

    select
        local_code as icao,
        icao as airport_id
    from airports
    where
        country_id = 'USA'
        and local_code is not null
    union
    select
        'K' || local_code as icao,
        icao as airport_id
    from airports
    where
        country_id = 'USA'
        and length(local_code) = 3

),

-- a local code that is another's code, or that two airports share, is no code of either
local_codes as (

    select
        icao,
        min(airport_id) as airport_id
    from locals
    where
        icao not in (select dated.icao from dated)
        and icao not in (select codes.icao from codes)
    group by icao
    having count(distinct airport_id) = 1

),

united as (

    select * from dated
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
        code_kind,
        valid_from,
        valid_to,
        source_note
    from codes
    union all
    select
        local_codes.icao,
        local_codes.airport_id,
        null as iata,
        airports.name,
        airports.city,
        airports.country_id,
        airports.latitude_deg,
        airports.longitude_deg,
        'local' as code_kind,
        null as valid_from,
        null as valid_to,
        'identifier of the FAA' as source_note
    from local_codes
    -- one row per code of the register: the join multiplies none
    inner join airports
        on local_codes.airport_id = airports.icao

),

-- one row per airport, wherever its codes are told
places as (

    select
        united.airport_id,
        min(united.latitude_deg) as latitude_deg,
        min(united.longitude_deg) as longitude_deg,
        bool_or(united.iata is not null) as is_iata_served,
        bool_or(united.iata is not null and united.valid_to is null) as is_iata_served_now,
        min(airports.kind) as kind,
        bool_or(airports.is_scheduled) as is_scheduled,
        bool_or(regexp_matches(lower(united.name), 'seaplane|heliport')) as is_water_or_roof
    from united
    left join airports
        on united.airport_id = airports.icao
    where
        united.icao = united.airport_id
        or united.airport_id not in (select own.icao from united as own)
    group by united.airport_id

),

-- where airliners land as a rule: served by schedule where a register tells, else with an IATA code
big as (

    select * from places
    where
        is_iata_served_now
        and coalesce(is_scheduled, true)
        and not is_water_or_roof
        and coalesce(kind, '') not in ('heliport', 'seaplane_base', 'balloonport', 'closed')

),

-- an airport that had an IATA code is small only where a register says so: before it closed it was none
small as (

    select
        *,
        0.28 / cos(radians(latitude_deg)) as longitude_reach
    from places
    where
        airport_id not in (select big.airport_id from big)
        and (not is_iata_served or is_scheduled = false)

),

-- multiplies on purpose: in bands of 0.3 degrees (33 km) an airport within 30 km lies in a field's own or in the next
-- one; the join of places has so something that is equal, without which it takes most of the model's time
big_by_band as (

    select
        big.*,
        floor(big.latitude_deg / 0.3) + bands_away.bands as latitude_band
    from big
    cross join (values (-1), (0), (1)) as bands_away (bands)

),

-- 30 km: of the ends of airliners at small fields in OpenSky's lists 24 % lie within 12 km of a big airport, 65 %
-- within 20, 91 % within 30; the degrees only keep the join small
beside as (

    select
        small.airport_id,
        big.airport_id as beside_airport_id,
        {{ distance_km('small', 'big') }} as beside_km,
        row_number() over (
            partition by small.airport_id
            order by {{ distance_km('small', 'big') }} asc, big.airport_id asc
        ) as nearness
    from small
    inner join big_by_band as big
        on
            floor(small.latitude_deg / 0.3) = big.latitude_band
            and abs(big.longitude_deg - small.longitude_deg) < small.longitude_reach
    where {{ distance_km('small', 'big') }} <= 30

),

-- holders of an IATA code over time; an airport is one holder however often it had it
reused as (

    select iata
    from united
    where iata is not null
    group by iata
    having count(distinct airport_id) > 1

),

-- one row per airport in each of the tables joined: the joins multiply none
final as (

    select
        united.icao,
        united.airport_id,
        united.code_kind,
        united.iata,
        coalesce(reused.iata is not null, false) as iata_reused,
        united.name,
        united.city,
        united.country_id,
        disputes.claimed_by,
        united.latitude_deg,
        united.longitude_deg,
        places.kind,
        places.is_scheduled,
        coalesce(places.is_iata_served, false) as is_iata_served,
        beside.beside_airport_id,
        beside.beside_km,
        united.valid_from,
        united.valid_to,
        united.source_note
    from united
    left join places
        on united.airport_id = places.airport_id
    left join beside
        on
            united.airport_id = beside.airport_id
            and beside.nearness = 1
    left join disputes
        on
            united.airport_id = disputes.airport_icao
            and disputes.until is null
    left join reused
        on united.iata = reused.iata

)

select * from final
order by icao, valid_from
