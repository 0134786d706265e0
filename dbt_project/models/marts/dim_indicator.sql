with

indicators as (

    select * from {{ ref('indicators') }}

),

final as (

    select
        indicator,
        label,
        pillar,
        unit,
        is_directed,
        direction,
        grain,
        source_key,
        formula,
        caveat,
        citation
    from indicators

)

select * from final
order by indicator
