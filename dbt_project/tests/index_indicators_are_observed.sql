{{ config(severity='warn') }}
-- An indicator of the index that no source tells any more, or not yet: each index rests on what is left, and its
-- coverage_share says how much that is. Load the source, or take the row out of seeds/index_indicators.csv.
with

index_indicators as (

    select * from {{ ref('index_indicators') }}

),

inputs as (

    select * from {{ ref('int_index_inputs') }}

)

select
    index_indicators.indicator,
    index_indicators.pillar
from index_indicators
anti join inputs using (indicator)
