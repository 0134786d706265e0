with

flights as (

    select * from {{ source('landing', 'flights') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as (

    select
        flights.*,
        deliveries.file
    from flights
    inner join deliveries using (source_key, raw_sha256)

),

-- a day stands in one file, unless two files overlap: only there are legs compared, for that is what costs
shared_days as (

    select
        source_key,
        day
    from delivered
    group by source_key, day
    having count(distinct raw_sha256) > 1

),

once as (

    select delivered.*
    from delivered
    anti join shared_days using (source_key, day)

),

ranked as (

    select
        delivered.*,
        row_number() over (
            partition by
                delivered.source_key, delivered.icao24, delivered.first_seen, delivered.last_seen
            order by delivered.file desc, delivered.raw_sha256 asc, delivered.raw_row asc
        ) as copy_no
    from delivered
    semi join shared_days using (source_key, day)

),

final as (

    select * exclude (file) from once
    union all
    select * exclude (file, copy_no) from ranked
    where copy_no = 1

)

select * from final
