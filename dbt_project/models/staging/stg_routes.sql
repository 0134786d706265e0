with

routes as (

    select * from {{ source('landing', 'routes') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as (

    select
        routes.*,
        deliveries.file
    from routes
    inner join deliveries using (source_key, raw_sha256)

),

-- of a route that stands in several editions or files the latest holds, whole
ranked as (

    select
        *,
        dense_rank() over (
            partition by source_key, route_id
            order by vintage desc, file desc, raw_sha256 asc
        ) as edition_no
    from delivered

),

final as (

    select * exclude (file, edition_no)
    from ranked
    where edition_no = 1

)

select * from final
