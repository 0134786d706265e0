{{ config(materialized='table') }}

with

ties as (

    select * from {{ ref('stg_ties') }}

),

editions as (

    select
        source_key,
        dataset,
        arg_max(vintage, (known_on, vintage)) as vintage
    from ties
    group by
        source_key,
        dataset

),

latest as (

    select
        ties.*,
        {{ tie_family('ties.measure') }} as family
    from ties
    inner join editions using (source_key, dataset, vintage)

),

-- a tie without an end lasts as long as the publisher has looked
covered as (

    select
        source_key,
        dataset,
        max(year(coalesce(period_end - 1, period_start))) as last_year
    from latest
    group by
        source_key,
        dataset

),

-- multiplies on purpose: a row for each year that the tie lasts in
tie_years as (

    select
        latest.source_key,
        latest.dataset,
        latest.family,
        latest.measure,
        latest.code,
        latest.value,
        {{ dyad('latest.origin', 'latest.destination') }} as dyad,
        unnest(range(
            greatest(year(latest.period_start), year(date '{{ var("first_month") }}')),
            least(year(latest.period_end - 1), covered.last_year) + 1
        ))::integer as year
    from latest
    inner join covered using (source_key, dataset)

),

-- told from both ends, or in two spans of the year: one tie
final as (

    select
        source_key,
        dataset,
        family,
        measure,
        dyad,
        year,
        code,
        max(value) as value
    from tie_years
    group by
        source_key,
        dataset,
        family,
        measure,
        dyad,
        year,
        code

)

select * from final
