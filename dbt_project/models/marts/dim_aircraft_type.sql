with

types as (

    select * from {{ ref('aircraft_types') }}

),

final as (

    select
        typecode,
        name,
        category,
        seats_typical,
        seats_low,
        seats_high,
        engine,
        is_freighter_too,
        source as source_note
    from types

)

select * from final
order by typecode
