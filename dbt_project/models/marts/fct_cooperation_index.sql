with

index_scores as (

    select * from {{ ref('int_index_scores') }}

),

final as (

    select
        dyad,
        year,
        score,
        score_diplomatic,
        score_air,
        score_people,
        coverage_share,
        n_indicators,
        missing,
        band_low,
        median,
        band_high,
        rank,
        rank_low,
        rank_high,
        n_ranked,
        no_score_reason,
        method_id
    from index_scores

)

select * from final
order by dyad, year
