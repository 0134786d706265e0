with

commitments as (

    select * from {{ ref('fct_commitments') }}
    where coalesce(amount_max, amount_min) is not null and currency is not null

),

rates as (

    select * from {{ ref('stg_exchange_rates') }}
    where base = 'EUR' and grain = 'D' and units_per_base > 0

),

country_figures as (

    select * from {{ ref('fct_country_figures') }}

),

-- the newest edition of each day's rate; the euro by itself
per_euro as (

    select
        currency,
        period_start as day,
        units_per_base,
        vintage
    from rates
    qualify row_number() over (partition by currency, period_start order by vintage desc, raw_sha256 asc) = 1
    union all by name
    select distinct
        'EUR' as currency,
        period_start as day,
        1.0::double as units_per_base,
        'by definition' as vintage
    from rates

),

-- the last day on which both were quoted, at most a week before: one row per commitment
rated as (

    select
        commitments.commitment_id,
        arg_max(theirs.units_per_base / dollars.units_per_base, theirs.day) as units_per_usd,
        max(theirs.day) as rate_day,
        arg_max(dollars.vintage, theirs.day) as rate_vintage
    from commitments
    inner join per_euro as theirs
        on
            commitments.currency = theirs.currency
            and commitments.published_on >= theirs.day
            and commitments.published_on < theirs.day + 7
    inner join per_euro as dollars
        on
            theirs.day = dollars.day
            and dollars.currency = 'USD'
    group by commitments.commitment_id

),

-- the deflator of the gross domestic product of the United States
deflators as (

    select
        year,
        value,
        vintage
    from country_figures
    where
        country_id = 'USA'
        and indicator = 'NY.GDP.DEFL.ZS'
        and is_latest_vintage
        and value > 0
    qualify row_number() over (partition by year order by vintage desc) = 1

),

base as (

    select value as base_value from deflators
    where year = {{ var('constant_usd_year') }}

),

-- one row per commitment, per year, and one of the base: the joins multiply none
summed as (

    select
        commitments.commitment_id,
        commitments.published_on,
        coalesce(commitments.amount_max, commitments.amount_min) as amount,
        commitments.currency,
        case when commitments.currency = 'USD' then 1.0 else rated.units_per_usd end as units_per_usd,
        case when commitments.currency != 'USD' then rated.rate_day end as rate_day,
        case when commitments.currency != 'USD' then rated.rate_vintage end as rate_vintage,
        base.base_value / deflators.value as to_constant,
        deflators.vintage as deflator_vintage
    from commitments
    left join rated using (commitment_id)
    left join deflators on year(commitments.published_on) = deflators.year
    left join base on true

),

final as (

    select
        commitment_id,
        published_on,
        amount,
        currency,
        round(amount / units_per_usd, 2) as amount_usd,
        round(amount / units_per_usd * to_constant, 2) as amount_usd_constant,
        units_per_usd,
        rate_day,
        rate_vintage,
        deflator_vintage,
        case
            when units_per_usd is null then 'no rate of ' || currency || ' within a week before ' || published_on
            when to_constant is null
                then 'no deflator of ' || year(published_on) || ' or of {{ var("constant_usd_year") }}'
        end as missing_because
    from summed

)

select * from final
order by commitment_id
