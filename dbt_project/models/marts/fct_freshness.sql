with

figures as (

    select
        source_key,
        dataset,
        vintage,
        known_on,
        period_end
    from {{ ref('int_migration') }}
    union all
    select
        source_key,
        dataset,
        vintage,
        known_on,
        period_end
    from {{ ref('stg_country_figures') }}
    union all
    select
        source_key,
        air_traffic.dataset,
        air_traffic.vintage,
        coalesce(try_cast(air_traffic.vintage as date), deliveries.fetched_at::date) as known_on,
        air_traffic.period_end
    from {{ ref('stg_air_traffic') }} as air_traffic
    inner join {{ ref('stg_deliveries') }} as deliveries using (source_key, raw_sha256)

),

landed as (

    select
        source_key,
        dataset,
        arg_max(vintage, known_on) as latest_vintage,
        max(known_on) as known_on,
        max(period_end) as told_until
    from figures
    group by source_key, dataset

),

sources as (

    select * from {{ ref('stg_sources') }}

),

catalogue as (

    select
        publisher,
        dataset,
        arg_max(updated_on, known_on) as updated_on,
        arg_max(structure_changed_on, known_on) as structure_changed_on,
        arg_max(data_to, known_on) as catalogue_data_to,
        max(known_on) as catalogue_of
    from {{ ref('stg_catalogues') }}
    group by publisher, dataset

),

-- one row per source, and per publisher and table: the joins multiply none
final as (

    select
        landed.source_key,
        landed.dataset,
        landed.latest_vintage,
        landed.known_on,
        landed.told_until,
        catalogue.catalogue_of,
        catalogue.updated_on,
        catalogue.structure_changed_on,
        catalogue.catalogue_data_to,
        catalogue.updated_on > landed.known_on as is_behind,
        case
            when catalogue.updated_on is not null then greatest(catalogue.updated_on - landed.known_on, 0)
        end as days_behind
    from landed
    inner join sources using (source_key)
    left join catalogue
        on
            sources.publisher = catalogue.publisher
            and lower(landed.dataset) = catalogue.dataset

)

select * from final
order by source_key, dataset
