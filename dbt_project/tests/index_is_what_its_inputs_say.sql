-- Each index worked out again from fct_index_inputs alone, arithmetic within pillars and either mean across them: what
-- differs can't be traced. Other means within pillars are not judged here.
with

scores as (

    select * from {{ ref('fct_cooperation_index') }}

),

inputs as (

    select * from {{ ref('fct_index_inputs') }}

),

index_method as (

    select * from {{ ref('index_method') }}

),

chosen as (

    select
        max(value) filter (where parameter = 'aggregation') as aggregation,
        max(value) filter (where parameter = 'geometric_floor')::double as floor_value
    from index_method

),

pillars as (

    select
        dyad,
        year,
        pillar,
        any_value(pillar_weight) as weight,
        sum(weight_in_pillar * normalised) / sum(weight_in_pillar) as score
    from inputs
    where left_out_reason is null
    group by
        dyad,
        year,
        pillar

),

-- one row of choices: the join multiplies none
by_hand as (

    select
        pillars.dyad,
        pillars.year,
        max(100 * pillars.score) filter (where pillars.pillar = 'diplomatic') as score_diplomatic,
        max(100 * pillars.score) filter (where pillars.pillar = 'air') as score_air,
        max(100 * pillars.score) filter (where pillars.pillar = 'people') as score_people,
        any_value(chosen.aggregation) as aggregation,
        100 * sum(pillars.weight * pillars.score) / sum(pillars.weight) as arithmetic,
        100 * (
            exp(
                sum(pillars.weight * ln(chosen.floor_value + (1 - chosen.floor_value) * pillars.score))
                / sum(pillars.weight)
            ) - any_value(chosen.floor_value)
        ) / (1 - any_value(chosen.floor_value)) as geometric
    from pillars
    cross join chosen
    group by
        pillars.dyad,
        pillars.year

)

select
    scores.dyad,
    scores.year,
    scores.score,
    by_hand.arithmetic,
    by_hand.geometric
from scores
left join by_hand using (dyad, year)
where
    coalesce(by_hand.aggregation, '') not like 'geometric/%'
    and (
        abs(coalesce(scores.score_diplomatic, -1) - coalesce(by_hand.score_diplomatic, -1)) > 0.001
        or abs(coalesce(scores.score_air, -1) - coalesce(by_hand.score_air, -1)) > 0.001
        or abs(coalesce(scores.score_people, -1) - coalesce(by_hand.score_people, -1)) > 0.001
        or (
            scores.score is not null
            and coalesce(
                abs(
                    scores.score
                    - case
                        when by_hand.aggregation = 'arithmetic/arithmetic' then by_hand.arithmetic
                        else by_hand.geometric
                    end
                ),
                1
            ) > 0.001
        )
    )
