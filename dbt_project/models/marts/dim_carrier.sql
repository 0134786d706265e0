with

carriers as (

    select * from {{ ref('carriers') }}

),

final as (

    select
        icao,
        iata,
        name,
        country_id,
        service,
        valid_from,
        valid_to,
        source as source_note
    from carriers

)

select * from final
order by icao, valid_from
