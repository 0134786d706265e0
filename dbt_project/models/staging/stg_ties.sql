with

ties as (

    select * from {{ source('landing', 'ties') }}

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
        ties.*,
        coalesce(
            vintages.published_on,
            try_cast(ties.vintage as date),
            deliveries.fetched_at::date
        ) as known_on
    from ties
    inner join deliveries using (source_key, raw_sha256)
    left join vintages
        on
            ties.source_key = vintages.source_key
            and ties.vintage = vintages.vintage

)

select * from final
