with

quarantine as (

    select * from {{ source('landing', 'quarantine') }}

),

receipts as (

    select * from {{ ref('stg_receipts') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- what a later delivery of the same file has mended is no longer held; a receipt is one per raw file, and so is the
-- delivery that counts per file: the joins multiply no row
final as (

    select
        quarantine.source_key,
        quarantine.file,
        quarantine.raw_sha256,
        quarantine.raw_row,
        quarantine.reason,
        quarantine.mend,
        quarantine.row_json,
        receipts.status = 'rejected' as is_file_rejected
    from quarantine
    inner join receipts
        on
            quarantine.source_key = receipts.source_key
            and quarantine.raw_sha256 = receipts.raw_sha256
    left join deliveries
        on
            receipts.source_key = deliveries.source_key
            and receipts.file = deliveries.file
    where
        receipts.raw_sha256 = deliveries.raw_sha256
        or (
            receipts.status = 'rejected'
            and coalesce(deliveries.fetched_at < receipts.fetched_at, true)
        )

)

select * from final
