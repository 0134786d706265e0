with

memberships as (

    select * from {{ source('landing', 'memberships') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

vintages as (

    select * from {{ ref('vintages') }}

),

-- one delivery per raw file and one day per edition: the joins drop rows of other deliveries and multiply none
final as (

    select
        memberships.*,
        coalesce(
            vintages.published_on,
            try_cast(memberships.vintage as date),
            deliveries.fetched_at::date
        ) as known_on
    from memberships
    inner join deliveries using (source_key, raw_sha256)
    left join vintages
        on
            memberships.source_key = vintages.source_key
            and memberships.vintage = vintages.vintage

)

select * from final
