with

figures as (

    select * from {{ ref('stg_migration') }}

),

-- one edition in two files (a matrix and a workbook) counts once: first the file that has the figure and tells whom it
-- counts
copies as (

    select
        *,
        row_number() over (
            partition by series, period_start, vintage
            order by value is null asc, concept = 'unstated' asc, file desc, raw_sha256 asc
        ) as copy_no
    from figures

),

editions as (

    select
        * exclude (file, copy_no),
        row_number() over newest_first as edition_no,
        lead(vintage) over newest_first as vintage_before,
        lead(value) over newest_first as value_before
    from copies
    where copy_no = 1
    window newest_first as (
        partition by series, period_start
        order by known_on desc, vintage desc
    )

),

-- what rounding or a mark hides, as an interval
final as (

    select
        * replace (
            coalesce(
                value_low,
                case when rounding_base is not null then greatest(value - rounding_base / 2, 0) end,
                value
            ) as value_low,
            coalesce(value_high, value + rounding_base / 2, value) as value_high
        ),
        edition_no = 1 as is_latest_vintage,
        year(period_start)::integer as year
    from editions

)

select * from final
