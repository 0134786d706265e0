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
        deliveries.file
    from airports
    inner join deliveries using (source_key, raw_sha256)

),

ranked as (

    select
        *,
        row_number() over (
            partition by icao
            order by vintage desc, source_key asc, file desc, raw_sha256 asc
        ) as edition_no
    from delivered

),

final as (

    select * exclude (file, edition_no)
    from ranked
    where edition_no = 1

)

select * from final
