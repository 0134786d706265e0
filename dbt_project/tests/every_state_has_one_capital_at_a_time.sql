-- Two capitals at once would double the distances of a state; none would lose them.
with

capitals as (

    select
        country_id,
        capital,
        coalesce(valid_from, date '1900-01-01') as valid_from,
        coalesce(valid_to, date '9999-12-31') as valid_to
    from {{ ref('capitals') }}

),

countries as (

    select country_id from {{ ref('countries') }}
    where kind = 'state'

),

twice as (

    select one.country_id
    from capitals as one
    inner join capitals as other
        on
            one.country_id = other.country_id
            and (one.capital, one.valid_from) < (other.capital, other.valid_from)
            and one.valid_from < other.valid_to
            and one.valid_to > other.valid_from

),

without as (

    select countries.country_id
    from countries
    anti join capitals using (country_id)

)

select
    country_id,
    'two capitals' as problem
from twice
union all
select
    country_id,
    'no capital' as problem
from without
