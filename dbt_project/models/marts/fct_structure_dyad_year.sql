with

structure as (

    select * from {{ ref('int_structure_dyad_years') }}

),

final as (

    select
        dyad,
        state_1,
        state_2,
        year,
        is_cow_dyad,
        is_gw_dyad,
        is_contiguous,
        contiguity_type,
        capital_distance_km,
        min_distance_km,
        n_joint_igos,
        has_defense_pact,
        has_nonaggression_pact,
        has_trade_agreement,
        n_trade_agreements,
        trade_agreement_depth,
        vote_agreement,
        n_joint_votes,
        vote_agreement_published,
        ideal_point_distance,
        shared_memberships
    from structure

)

select * from final
order by dyad, year
