{{ config(materialized='table') }}

with

receipts as (

    select * from {{ source('landing', 'receipts') }}

),

-- a build as of a day knows of no later file; every other model learns of files from here
final as (

    select
        source_key,
        "table" as canonical_table,
        file,
        url,
        fetched_at,
        sha256 as raw_sha256,
        bytes,
        is_sample,
        status,
        rows_in,
        rows_landed,
        rows_quarantined,
        vintages,
        code_version,
        problem,
        mend
    from receipts
    where fetched_at <= timestamptz '{{ var("as_of") or "9999-12-31" }}'

)

select * from final
