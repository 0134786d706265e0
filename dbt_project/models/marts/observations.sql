{#- What is observed, and how, stands in macros/observe.sql: an indicator is a row of seeds/indicators.csv and an entry
    there. -#}
with

months as (

    select * from {{ ref('dyad_month') }}

),

years as (

    select * from {{ ref('dyad_year') }}

),

indicators as (

    select * from {{ ref('dim_indicator') }}

),

told as (

    {{ observed() }}

),

-- one row per indicator on the right side: the join multiplies none
final as (

    select
        told.directed_dyad,
        told.dyad,
        told.period_start,
        told.grain,
        told.indicator,
        told.value,
        indicators.unit,
        told.coverage,
        told.is_interpolated,
        coalesce(told.source_key, indicators.source_key) as source_key,
        told.vintage
    from told
    inner join indicators using (indicator)

)

select * from final
