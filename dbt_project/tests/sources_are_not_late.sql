{{ config(severity='warn') }}
-- A source that is still published has nothing newer than two of its periods ago: look whether the publisher has
-- moved. Judged by the days that the data speak of and not by when they were fetched; a sample is never late.
with

sources as (

    select
        *,
        case
            when cadence like '@hourly' or cadence like '@daily' then 1
            when cadence = '@weekly' then 7
            when cadence = '@monthly' then 31
            when cadence = '@quarterly' then 92
            when cadence in ('@yearly', '@annually') then 366
            when cadence not like '% % % % %' then 366
            when split_part(cadence, ' ', 4) not like '*%' then 366
            when split_part(cadence, ' ', 3) not like '*%' then 31
            when split_part(cadence, ' ', 5) not like '*%' then 7
            else 1
        end as period_days
    from {{ ref('dim_source') }}

)

select
    source_key,
    data_to,
    period_days
from sources
where
    files_landed > 0
    and not is_sample
    and covers_to is null
    and data_to is not null
    and data_to < current_date - 2 * period_days - look_back_days
