with

decisions as (

    select * from {{ source('landing', 'review_decisions') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as (

    select
        decisions.*,
        deliveries.fetched_at
    from decisions
    inner join deliveries using (source_key, raw_sha256)

),

-- the same decision in two files is one
ranked as (

    select
        *,
        row_number() over (
            partition by decision_id
            order by fetched_at desc, file desc, raw_row desc
        ) as copy_no
    from delivered

),

final as (

    select
        * exclude (copy_no),
        case item_kind when 'event' then event_type else topics[1] end as decided_type,
        row_number() over (order by decided_on, fetched_at, file, raw_row, decision_id) as decision_no
    from ranked
    where copy_no = 1

)

select * from final
