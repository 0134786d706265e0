with

topics as (

    select * from {{ ref('fct_topic_dyad_month') }}

),

statements as (

    select published_on from {{ ref('stg_statements') }}

),

months as (

    select
        unnest(generate_series(
            date_trunc('month', min(published_on)), date_trunc('month', max(published_on)), interval 1 month
        ))::date as month
    from statements

),

names as (

    select distinct topic from topics

),

-- multiplies on purpose: every topic ever told stands in every month that statements cover, be it with zeros
grid as (

    select
        names.topic,
        months.month
    from names
    cross join months

),

told as (

    select
        topic,
        month,
        count(*) as n_dyads,
        sum(n_events) as n_events,
        sum(cooperation_balance) as cooperation_balance,
        sum(n_commitments) as n_commitments
    from topics
    group by
        topic,
        month

),

filled as (

    select
        grid.topic,
        grid.month,
        coalesce(told.n_dyads, 0) as n_dyads,
        coalesce(told.n_events, 0) as n_events,
        coalesce(told.cooperation_balance, 0) as cooperation_balance,
        coalesce(told.n_commitments, 0) as n_commitments
    from grid
    left join told using (topic, month)

),

rolling as (

    select
        *,
        sum(n_events) over last_year as n_events_12_months,
        sum(n_events) over year_before as n_events_12_months_before,
        count(*) over year_before = 12 as is_full
    from filled
    window
        last_year as (partition by topic order by month rows between 11 preceding and current row),
        year_before as (partition by topic order by month rows between 23 preceding and 12 preceding)

),

final as (

    select
        topic,
        month,
        n_dyads,
        round(n_events, 9) as n_events,
        round(n_events / nullif(sum(n_events) over (partition by month), 0), 9) as share_of_events,
        round(cooperation_balance, 9) as cooperation_balance,
        round(n_commitments, 9) as n_commitments,
        round(n_events_12_months, 9) as n_events_12_months,
        case when is_full then round(n_events_12_months - n_events_12_months_before, 9) end as change_12_months
    from rolling

)

select * from final
order by topic, month
