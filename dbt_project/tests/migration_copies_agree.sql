-- An edition in two files counts once, which is right only while both say the same; two figures of one series, day and
-- edition that differ are two series that the key does not part, or an edition that was changed under its name.
select
    source_key,
    dataset,
    vintage,
    period_start,
    min(origin) as origin,
    min(destination) as destination,
    min(value) as lowest,
    max(value) as highest
from {{ ref('stg_migration') }}
group by source_key, dataset, vintage, period_start, series
having min(value) != max(value)
