with

migration as (

    select * from {{ source('landing', 'migration') }}

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
        migration.*,
        deliveries.file,
        coalesce(
            vintages.published_on,
            try_cast(migration.vintage as date),
            deliveries.fetched_at::date
        ) as known_on,
        {{ migration_series() }} as series
    from migration
    inner join deliveries using (source_key, raw_sha256)
    left join vintages
        on
            migration.source_key = vintages.source_key
            and migration.vintage = vintages.vintage

)

select * from final
