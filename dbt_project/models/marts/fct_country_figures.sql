with

figures as (

    select * from {{ ref('stg_country_figures') }}

),

-- one edition in two files counts once, first the file that has the figure
copies as (

    select
        *,
        row_number() over (
            partition by
                source_key, dataset, country, indicator, sex, age, variant, grain, period_start, vintage
            order by value is null asc, raw_sha256 asc, raw_row asc
        ) as copy_no
    from figures
    where country_kind in ('state', 'territory')

),

final as (

    select
        country as country_id,
        indicator,
        indicator_name,
        unit,
        sex,
        age,
        variant,
        grain,
        period_start,
        period_end,
        year(period_start)::integer as year,
        value,
        flag,
        note,
        vintage,
        known_on,
        row_number() over (
            partition by source_key, dataset, country, indicator, sex, age, variant, grain, period_start
            order by known_on desc, vintage desc
        ) = 1 as is_latest_vintage,
        source_key,
        dataset,
        raw_sha256,
        raw_row
    from copies
    where copy_no = 1

)

select * from final
order by country_id, indicator, source_key, dataset, period_start, vintage
