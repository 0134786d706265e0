with

found as (

    select * from {{ ref('int_followthrough') }}

),

asked as (

    select distinct
        commitment_id,
        published_on
    from {{ ref('fct_commitments') }}

),

-- multiplies on purpose: one row per period around the announcement
studied as (

    select
        found.commitment_id,
        found.dyad,
        found.indicator,
        found.grain,
        asked.published_on,
        unnest(found.study) as point
    from found
    inner join asked using (commitment_id)
    where found.indicator is not null

),

final as (

    select
        studied.commitment_id,
        studied.dyad,
        studied.indicator,
        studied.grain,
        studied.point.period_offset,
        case
            when studied.grain = 'M'
                then (date_trunc('month', studied.published_on) + to_months(studied.point.period_offset))::date
            else make_date(year(studied.published_on) + studied.point.period_offset, 1, 1)
        end as period_start,
        studied.point.value,
        studied.point.value_year_before,
        studied.point.value_expected
    from studied

)

select * from final
order by commitment_id, dyad, indicator, period_offset
