-- Each indicator of the seed is observed by the model, under the grain that the seed tells, and none that it does not
-- know: an inner join would leave it out and nobody would miss it. Asked of the view's own text, for an indicator
-- without a figure has no row.
with

seed as (

    select indicator from {{ ref('indicators') }}

),

view_of_all as (

    select sql from duckdb_views()
    where view_name = 'observations' and database_name = '{{ ref("observations").database }}'

),

named as (

    select distinct unnest(regexp_extract_all(sql, '''([a-z_0-9]+)'' AS "?indicator"?', 1)) as indicator
    from view_of_all

)

select
    coalesce(seed.indicator, named.indicator) as indicator,
    seed.indicator is null as is_not_in_the_seed
from seed
full join named using (indicator)
where seed.indicator is null or named.indicator is null
