with

airports as (

    select * from {{ source('landing', 'airports') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as (

    select
        airports.*,
        deliveries.file,
        -- airportsdata and whatever else lands speak before OurAirports, whose edits nobody reviews
        case when airports.source_key = 'ourairports' then 2 else 1 end as precedence
    from airports
    inner join deliveries using (source_key, raw_sha256)

),

-- one row per code and register, in its latest edition
editions as (

    select
        *,
        row_number() over (
            partition by precedence, icao
            order by vintage desc, source_key asc, file desc, raw_sha256 asc
        ) as edition_no
    from delivered

),

-- one row per code: what is closed speaks only where nothing open has the code
ranked as (

    select
        * exclude (edition_no),
        row_number() over (
            partition by icao
            order by case when kind = 'closed' then 1 else 0 end asc, precedence asc
        ) as place_no
    from editions
    where edition_no = 1

),

chosen as (

    select * from ranked
    where place_no = 1

),

-- what OurAirports alone tells of an airport that is open in it too
told as (

    select
        icao,
        kind,
        is_scheduled,
        local_code,
        latitude_deg,
        longitude_deg
    from editions
    where
        edition_no = 1
        and precedence = 2
        and coalesce(kind, '') <> 'closed'

),

-- one row of `told` per code: the join multiplies none; two airports that two registers give one code stay apart
coalesced as (

    select
        chosen.icao,
        chosen.iata,
        chosen.name,
        chosen.city,
        chosen.country_id,
        chosen.latitude_deg,
        chosen.longitude_deg,
        chosen.timezone,
        coalesce(chosen.local_code, told.local_code) as local_code,
        coalesce(chosen.kind, told.kind) as kind,
        coalesce(chosen.is_scheduled, told.is_scheduled) as is_scheduled,
        chosen.source_key,
        chosen.vintage,
        chosen.raw_sha256,
        chosen.raw_row,
        row_number() over (
            partition by chosen.iata
            order by
                case when chosen.kind = 'closed' then 1 else 0 end asc,
                chosen.precedence asc,
                chosen.icao asc
        ) as iata_no
    from chosen
    left join told
        on
            chosen.icao = told.icao
            -- 60 km: editions of airportsdata have put airports of Belgium 44 km off
            and {{ distance_km('chosen', 'told') }} < 60

),

final as (

    select
        icao,
        -- two registers may give one IATA code to two airports: it stays with the one that speaks first
        case when iata_no = 1 then iata end as iata,
        name,
        city,
        country_id,
        latitude_deg,
        longitude_deg,
        timezone,
        local_code,
        kind,
        is_scheduled,
        source_key,
        vintage,
        raw_sha256,
        raw_row
    from coalesced

)

select * from final
