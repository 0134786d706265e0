{{ config(materialized='table') }}

with

receipts as (

    select * from {{ ref('stg_receipts') }}

),

-- a rejected delivery hides no good one before it
landed as (

    select * from receipts
    where status = 'landed'

),

latest as (

    select
        *,
        row_number() over (
            partition by source_key, file
            order by fetched_at desc, raw_sha256 desc
        ) as delivery_no
    from landed

),

final as (

    select
        source_key,
        raw_sha256,
        file,
        fetched_at,
        canonical_table,
        is_sample,
        rows_landed,
        rows_quarantined,
        vintages,
        code_version
    from latest
    where delivery_no = 1

)

select * from final
