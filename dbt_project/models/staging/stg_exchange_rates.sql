with

exchange_rates as (

    select * from {{ source('landing', 'exchange_rates') }}

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
        exchange_rates.*,
        coalesce(
            vintages.published_on,
            try_cast(exchange_rates.vintage as date),
            deliveries.fetched_at::date
        ) as known_on
    from exchange_rates
    inner join deliveries using (source_key, raw_sha256)
    left join vintages
        on
            exchange_rates.source_key = vintages.source_key
            and exchange_rates.vintage = vintages.vintage

)

select * from final
