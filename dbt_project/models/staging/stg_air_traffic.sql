{%- set key -%}
    dataset, reporter, reporter_side, origin, destination, origin_airport, destination_airport, carrier, aircraft,
            service, grain, period_start, measure, basis
{%- endset %}
with

air_traffic as (

    select * from {{ source('landing', 'air_traffic') }}

),

deliveries as (

    select * from {{ ref('stg_deliveries') }}

),

-- one delivery per raw file: the join drops rows and multiplies none
delivered as (

    select
        air_traffic.*,
        deliveries.file
    from air_traffic
    inner join deliveries using (source_key, raw_sha256)

),

-- a figure of one edition stands once, whatever number of files tell it
once as (

    select *
    from delivered
    qualify row_number() over (
        partition by source_key, {{ key }}, vintage
        order by file desc, raw_sha256 asc, raw_row asc
    ) = 1

),

final as (

    select
        * exclude (file),
        row_number() over (
            partition by source_key, {{ key }}
            order by vintage desc
        ) = 1 as is_latest_vintage,
        lag(value) over (
            partition by source_key, {{ key }}
            order by vintage asc
        ) as value_before
    from once

)

select * from final
