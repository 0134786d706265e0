with

country_figures as (

    select * from {{ source('landing', 'country_figures') }}

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
        country_figures.*,
        coalesce(
            vintages.published_on,
            try_cast(country_figures.vintage as date),
            deliveries.fetched_at::date
        ) as known_on
    from country_figures
    inner join deliveries using (source_key, raw_sha256)
    left join vintages
        on
            country_figures.source_key = vintages.source_key
            and country_figures.vintage = vintages.vintage

)

select * from final
