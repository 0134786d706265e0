with

effects as (

    select * from {{ ref('int_index_sensitivity') }}

),

final as (

    select
        year,
        factor,
        first_order,
        total,
        mean_rank_shift,
        n_ranked,
        n_dyads_used,
        no_effect_reason,
        method_id
    from effects

)

select * from final
order by year, factor
