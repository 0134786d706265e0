with

so_far as (

    select
        *,
        month(period_end - interval 1 day) as month_no,
        lag(value) over so_far_in_year as value_so_far,
        lag(month(period_end - interval 1 day)) over so_far_in_year as month_so_far
    from {{ ref('int_migration') }}
    where
        starts_with(coalesce(breakdown, ''), 'cumulative=')
        and is_latest_vintage
    window so_far_in_year as (
        partition by
            source_key, dataset, origin, destination, measure, concept, unit, sex, age, purpose, method, reporter_side,
            year
        order by period_end
    )

),

-- a month is what came since the one before, and nothing where that is missing; what falls is a correction of months
-- that nobody tells
months as (

    select
        * replace (
            case when value >= coalesce(value_so_far, 0) then value - coalesce(value_so_far, 0) end as value,
            (period_end - interval 1 month)::date as period_start,
            'M' as grain,
            concat_ws(
                '; ',
                note,
                'difference of figures since January'
                || case when value < value_so_far then ', which fell: corrected' else '' end
            ) as note
        )
    from so_far
    where coalesce(month_so_far, 0) = month_no - 1

),

final as (

    select
        * exclude (month_no, value_so_far, month_so_far) replace (
            null::varchar as breakdown,
            value as value_low,
            value as value_high,
            null::varchar as vintage_before,
            null::double as value_before
        )
    from months
    union all by name
    select * exclude (month_no, value_so_far, month_so_far) replace (null::varchar as breakdown)
    from so_far
    where month_no = 12

)

select * from final
