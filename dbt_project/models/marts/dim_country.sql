with

countries as (

    select * from {{ ref('countries') }}

),

final as (

    select
        country_id,
        iso2,
        m49,
        name,
        official_name,
        name_ru,
        kind,
        sovereign,
        valid_from,
        valid_to,
        cow_code,
        gw_code,
        capital,
        un_member as is_un_member
    from countries

)

select * from final
order by country_id
