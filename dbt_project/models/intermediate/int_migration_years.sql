with

figures as (

    select * from {{ ref('fct_migration') }}
    where
        is_latest_vintage
        and sex = 'both'
        and age = 'all'
        and breakdown is null
        and value is not null

),

-- people who move from one country to another are the same people by whichever end, or model, tells it
families as (

    select
        *,
        case
            when concept in ('residence', 'previous_residence', 'next_residence') then 'residence' else concept
        end as concept_family
    from figures

),

-- months and quarters make a year only where all of them are told; a year as published comes before
years as (

    select
        *,
        grain as year_grain,
        1 as n_parts
    from families
    where grain in ('A', '5A', '10A')
    union all by name
    select
        *,
        'P' as year_grain,
        1 as n_parts
    from families
    where grain = 'P'
    qualify
        row_number() over (
            partition by
                source_key, dataset, directed_dyad, measure, concept, unit, purpose, method, reporter_side, year
            order by period_start desc
        ) = 1
    union all by name
    select
        min(origin_id) as origin_id,
        min(destination_id) as destination_id,
        directed_dyad,
        min(dyad) as dyad,
        measure,
        concept,
        concept_family,
        unit,
        purpose,
        method,
        reporter_side,
        'A' as year_grain,
        make_date(year, 1, 1) as period_start,
        year,
        sum(value) as value,
        sum(value_low) as value_low,
        sum(value_high) as value_high,
        max(vintage) as vintage,
        source_key,
        dataset,
        count(*) as n_parts
    from families
    where grain in ('M', 'Q')
    group by
        source_key, dataset, directed_dyad, measure, concept, concept_family, unit, purpose, method, reporter_side,
        year, grain
    having count(*) = case grain when 'M' then 12 else 4 end

),

precedence as (

    select * from {{ ref('migration_precedence') }}

),

-- the seed ranks a source, method and side once; what it does not rank comes last
final as (

    select
        years.origin_id,
        years.destination_id,
        years.directed_dyad,
        years.dyad,
        years.year,
        years.year_grain as grain,
        years.period_start,
        years.measure,
        years.concept,
        years.concept_family,
        years.unit,
        years.purpose,
        years.method,
        years.reporter_side,
        years.value,
        years.value_low,
        years.value_high,
        years.n_parts,
        years.vintage,
        years.source_key,
        years.dataset,
        coalesce(precedence.rank, 90) as rank
    from years
    left join precedence
        on
            years.source_key = precedence.source_key
            and coalesce(precedence.dataset, years.dataset) = years.dataset
            and coalesce(precedence.method, years.method) = years.method
            and coalesce(precedence.reporter_side, years.reporter_side) = years.reporter_side
    qualify
        row_number() over (
            partition by
                years.source_key, years.dataset, years.directed_dyad, years.year, years.year_grain, years.period_start,
                years.measure, years.concept, years.unit, years.purpose, years.method, years.reporter_side
            order by years.n_parts
        ) = 1

)

select * from final
