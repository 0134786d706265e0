with

migration_stock as (

    select * from {{ source('landing', 'migration_stock') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as (

    select
        migration_stock.*,
        deliveries.file
    from migration_stock
    inner join deliveries using (source_key, raw_sha256)

),

-- one edition in two files (a matrix and a workbook) counts once, first the file that has the figure
ranked as (

    select
        *,
        row_number() over (
            partition by source_key, origin, destination, year, sex, concept, vintage
            order by persons is null asc, file desc, raw_sha256 asc
        ) as copy_no
    from delivered

),

final as (

    select * exclude (file, copy_no)
    from ranked
    where copy_no = 1

)

select * from final
