with

inputs as (

    select * from {{ ref('int_index_inputs') }}

),

normalised as (

    select * from {{ ref('int_index_normalised') }}

),

index_indicators as (

    select * from {{ ref('index_indicators') }}

),

-- one row per dyad, year and indicator on both sides, and one per indicator in the seed: the joins multiply none
final as (

    select
        inputs.dyad,
        inputs.year,
        inputs.indicator,
        index_indicators.pillar,
        inputs.value,
        normalised.normalised,
        normalised.weight_in_pillar,
        normalised.pillar_weight,
        normalised.left_out_reason,
        inputs.n_directions,
        inputs.n_periods,
        inputs.coverage,
        inputs.first_source,
        inputs.last_source,
        inputs.first_vintage,
        inputs.last_vintage
    from inputs
    inner join index_indicators using (indicator)
    left join normalised using (dyad, year, indicator)

)

select * from final
order by dyad, year, indicator
