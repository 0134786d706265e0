{{
    config(
        materialized='incremental',
        incremental_strategy='delete+insert',
        unique_key=['source_key', 'raw_sha256']
    )
}}

with

flights as (

    select * from {{ source('landing', 'flights') }}
    {%- if is_incremental() %}
    where raw_sha256 in ({{ files_not_in(this) }})
    {%- endif %}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

days as (

    select
        source_key,
        raw_sha256,
        day,
        count(*) as n_legs
    from flights
    group by
        source_key,
        raw_sha256,
        day

),

-- one delivery per raw file: the join multiplies no day
final as (

    select
        days.source_key,
        days.raw_sha256,
        days.day,
        days.n_legs,
        deliveries.code_version
    from days
    inner join deliveries using (source_key, raw_sha256)

)

select * from final
