{#- column: what of fct_migration_dyad_year it holds. Concepts are never added: each has a column of its own. -#}
{%- set columns = {
    'stock_birth_persons': ('stock', 'birth', 'P', 'all', 'persons'),
    'stock_citizenship_persons': ('stock', 'citizenship', 'P', 'all', 'persons'),
    'refugees_persons': ('stock', 'protection', 'P', 'refugee', 'persons'),
    'asylum_seekers_persons': ('stock', 'protection', 'P', 'asylum_seeker', 'persons'),
    'flow_residence_persons': ('flow', 'residence', 'A', 'all', 'persons'),
    'flow_citizenship_persons': ('flow', 'citizenship', 'A', 'all', 'persons'),
    'flow_birth_persons': ('flow', 'birth', 'A', 'all', 'persons'),
    'asylum_applications_persons': ('applications', 'citizenship', 'A', 'all', 'persons'),
    'permits_persons': ('permits', 'citizenship', 'A', 'all', 'persons'),
    'returns_persons': ('returns', 'citizenship', 'A', 'all', 'persons'),
    'entries_events': ('entries', 'citizenship', 'A', 'all', 'events'),
    'registrations_events': ('registrations', 'citizenship', 'A', 'all', 'events'),
    'remittances_usd': ('remittances', 'payment', 'A', 'all', 'USD'),
} -%}
with

best as (

    select * from {{ ref('fct_migration_dyad_year') }}

),

figures as (

    select * from {{ ref('fct_migration') }}

),

country_figures as (

    select * from {{ ref('fct_country_figures') }}

),

indicators as (

    select * from {{ ref('indicators') }}

),

pivoted as (

    select
        directed_dyad,
        origin_id,
        destination_id,
        {{ pivot_best(columns) }},
        year
    from best
    group by
        directed_dyad,
        origin_id,
        destination_id,
        year

),

stock_source as (

    select source_key from indicators
    where indicator = 'migrant_stock_persons'

),

stocks as (

    select
        figures.directed_dyad,
        figures.origin_id,
        figures.destination_id,
        figures.year,
        figures.value,
        figures.vintage
    from figures
    semi join stock_source using (source_key)
    where
        figures.measure = 'stock'
        and figures.sex = 'both'
        and figures.age = 'all'
        and figures.purpose = 'all'
        and figures.breakdown is null
        and figures.is_latest_vintage
        and figures.value is not null
    qualify
        row_number() over (
            partition by figures.directed_dyad, figures.year order by figures.vintage desc, figures.value desc
        ) = 1

),

-- the straight line between two years that one edition tells; nothing before its first year nor after its last
spans as (

    select
        *,
        lead(year) over (partition by directed_dyad, vintage order by year) as next_year,
        lead(value) over (partition by directed_dyad, vintage order by year) as next_value
    from stocks

),

-- multiplies on purpose: a span of years becomes a row for each; two editions that meet in a dyad each keep their span,
-- and a year that the newer of them tells or spans is the newer's
years as (

    select
        directed_dyad,
        origin_id,
        destination_id,
        vintage,
        unnest(range(year, coalesce(next_year, year + 1)))::integer as at_year,
        year,
        value,
        next_year,
        next_value
    from spans

),

interpolated as (

    select
        directed_dyad,
        origin_id,
        destination_id,
        at_year as year,
        vintage,
        at_year != year as is_interpolated,
        case
            when at_year = year then value
            else round(value + (next_value - value) * (at_year - year) / (next_year - year))
        end as value
    from years
    qualify row_number() over (partition by directed_dyad, at_year order by vintage desc) = 1

),

-- UN DESA's projections where they tell the year, else the World Bank's; of both the newest edition, all ages and sexes
populations as (

    select
        country_id,
        year,
        value as population
    from country_figures
    where
        indicator in ('PopTotal', 'SP.POP.TOTL')
        and sex = 'both'
        and age = 'all'
        and grain = 'P'
        and variant in ('estimate', 'medium')
        and is_latest_vintage
        and value > 0
    qualify
        row_number() over (
            partition by country_id, year
            order by case when indicator = 'PopTotal' then 1 else 2 end asc, variant asc, vintage desc
        ) = 1

),

keys as (

    select
        directed_dyad,
        origin_id,
        destination_id,
        year
    from pivoted
    union
    select
        directed_dyad,
        origin_id,
        destination_id,
        year
    from interpolated

),

-- one row per dyad and year, or per country and year, on each right side: the joins multiply none
final as (

    select
        keys.directed_dyad,
        keys.origin_id,
        keys.destination_id,
        keys.year,
        pivoted.* exclude (directed_dyad, origin_id, destination_id, year),
        interpolated.value as migrant_stock_filled_persons,
        interpolated.vintage as migrant_stock_filled_vintage,
        coalesce(interpolated.is_interpolated, false) as is_interpolated,
        interpolated.value / origins.population as migrant_stock_share_of_origin,
        interpolated.value / destinations.population as migrant_stock_share_of_destination
    from keys
    left join pivoted using (directed_dyad, origin_id, destination_id, year)
    left join interpolated using (directed_dyad, origin_id, destination_id, year)
    left join populations as origins
        on
            keys.origin_id = origins.country_id
            and keys.year = origins.year
    left join populations as destinations
        on
            keys.destination_id = destinations.country_id
            and keys.year = destinations.year

)

select * from final
