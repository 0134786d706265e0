with

catalogue as (

    select * from {{ source('landing', 'catalogue') }}

),

final as (

    select
        source_key,
        domain,
        title,
        publisher,
        landing_page,
        licence,
        citation,
        cadence,
        look_back_days::integer as look_back_days,
        covers_from,
        covers_to,
        coverage,
        canonical_table
    from catalogue

)

select * from final
