with

catalogues as (

    select * from {{ source('landing', 'catalogues') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

sources as (

    select * from {{ ref('stg_sources') }}

),

-- one delivery per raw file and one row per source: the joins drop rows of other deliveries and multiply none
final as (

    select
        catalogues.*,
        sources.publisher,
        coalesce(try_cast(catalogues.vintage as date), deliveries.fetched_at::date) as known_on
    from catalogues
    inner join deliveries using (source_key, raw_sha256)
    inner join sources using (source_key)

)

select * from final
