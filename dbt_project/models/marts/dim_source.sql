with

sources as (

    select * from {{ ref('stg_sources') }}

),

quarantine as (

    select * from {{ ref('stg_quarantine') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

statements as (

    select * from {{ ref('stg_statements') }}

),

flight_days as (

    select * from {{ ref('flight_dyad_days') }}

),

migration as (

    select
        source_key,
        period_start,
        period_end
    from {{ ref('int_migration') }}
    union all
    select
        source_key,
        period_start,
        period_end
    from {{ ref('stg_country_figures') }}

),

structure as (

    select
        source_key,
        period_start as first_day,
        coalesce(period_end - 1, period_start) as last_day
    from {{ ref('stg_ties') }}
    union all
    select
        source_key,
        period_start as first_day,
        coalesce(period_end - 1, period_start) as last_day
    from {{ ref('stg_memberships') }}
    union all
    select
        source_key,
        voted_on as first_day,
        voted_on as last_day
    from {{ ref('stg_votes') }}
    union all
    select
        source_key,
        period_start as first_day,
        period_end - 1 as last_day
    from {{ ref('stg_exchange_rates') }}

),

rejected as (

    select
        source_key,
        count(distinct raw_sha256) as files_rejected
    from quarantine
    where is_file_rejected
    group by source_key

),

landed as (

    select
        source_key,
        bool_or(is_sample) as is_sample,
        count(*) as files_landed,
        sum(rows_landed)::bigint as rows_landed,
        sum(rows_quarantined)::bigint as rows_quarantined,
        list_sort(list_distinct(flatten(list(vintages)))) as vintages
    from deliveries
    group by source_key

),

spans as (

    select
        source_key,
        min(published_on) as data_from,
        max(published_on) as data_to
    from statements
    group by source_key
    union all
    select
        source_key,
        min(day) as data_from,
        max(day) as data_to
    from flight_days
    group by source_key
    union all
    select
        source_key,
        min(period_start) as data_from,
        max(period_end - 1) as data_to
    from migration
    group by source_key
    union all
    select
        source_key,
        min(first_day) as data_from,
        max(last_day) as data_to
    from structure
    group by source_key

),

-- one row per source on each side: the joins multiply none
final as (

    select
        source_key,
        sources.domain,
        sources.title,
        sources.publisher,
        sources.landing_page,
        sources.licence,
        sources.citation,
        sources.cadence,
        sources.look_back_days,
        sources.coverage,
        sources.covers_from,
        sources.covers_to,
        sources.canonical_table,
        landed.is_sample,
        coalesce(landed.files_landed, 0) as files_landed,
        coalesce(rejected.files_rejected, 0) as files_rejected,
        coalesce(landed.rows_landed, 0) as rows_landed,
        coalesce(landed.rows_quarantined, 0) as rows_quarantined,
        spans.data_from,
        spans.data_to,
        coalesce(landed.vintages, []) as vintages
    from sources
    left join landed using (source_key)
    left join rejected using (source_key)
    left join spans using (source_key)

)

select * from final
order by source_key
