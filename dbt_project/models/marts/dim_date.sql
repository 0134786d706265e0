with

years as (

    select
        min(year) as first_year,
        max(year) as last_year
    from {{ ref('dyad_year') }}

),

days as (

    select
        unnest(generate_series(make_date(first_year, 1, 1), make_date(last_year, 12, 31), interval 1 day))::date as day
    from years

),

final as (

    select
        day,
        date_trunc('month', day)::date as month,
        year(day)::integer as year
    from days

)

select * from final
order by day
