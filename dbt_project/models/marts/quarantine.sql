with

quarantine as (

    select * from {{ ref('stg_quarantine') }}

),

final as (

    select
        source_key,
        file,
        raw_sha256,
        raw_row,
        reason,
        mend,
        row_json
    from quarantine

)

select * from final
order by source_key, file, raw_sha256, raw_row, reason, row_json
