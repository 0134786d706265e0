with

statements as (

    select * from {{ source('landing', 'statements') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as (

    select
        statements.*,
        deliveries.file as delivered_file
    from statements
    inner join deliveries using (source_key, raw_sha256)

),

-- the same article in two files counts once; the file's name decides and not the clock of the fetch
ranked as (

    select
        *,
        row_number() over (
            partition by statement_id
            order by vintage desc, delivered_file desc, raw_sha256 asc
        ) as edition_no
    from delivered

),

final as (

    select
        statement_id,
        published_on,
        outlet,
        url,
        language,
        title,
        text,
        raw_start,
        file,
        source_key,
        vintage,
        raw_sha256,
        raw_row
    from ranked
    where edition_no = 1

)

select * from final
