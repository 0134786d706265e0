with

years as (

    select
        make_date(min(year), 1, 1) as first_day,
        make_date(max(year), 12, 31) as last_day
    from {{ ref('dyad_year') }}

),

days as (

    select unnest(generate_series(first_day, last_day, interval 1 day))::date as day
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
