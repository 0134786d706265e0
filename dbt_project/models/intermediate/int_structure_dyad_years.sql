with

dyad_years as (

    select * from {{ ref('int_dyad_years') }}

),

ties as (

    select * from {{ ref('int_tie_years') }}

),

votes as (

    select * from {{ ref('int_vote_dyad_years') }}

),

voters as (

    select * from {{ ref('stg_votes') }}

),

igos as (

    select * from {{ ref('int_igo_dyad_years') }}

),

shared as (

    select * from {{ ref('int_shared_membership_years') }}

),

distances as (

    select * from {{ ref('int_capital_distance_years') }}

),

treaties as (

    select * from {{ ref('stg_treaties') }}

),

pairs as (

    select
        dyad,
        origin_id as state_1,
        destination_id as state_2,
        year,
        is_cow_dyad,
        is_gw_dyad
    from dyad_years
    where origin_id < destination_id

),

-- years between a family's first and last are covered
covered as (

    select
        min(year) filter (where family = 'contiguity') as contiguity_from,
        max(year) filter (where family = 'contiguity') as contiguity_to,
        min(year) filter (where family = 'alliance') as alliance_from,
        max(year) filter (where family = 'alliance') as alliance_to,
        min(year) filter (where family = 'trade_agreement') as trade_from,
        max(year) filter (where family = 'trade_agreement') as trade_to
    from ties

),

-- of the latest edition
depths as (

    select
        code,
        arg_max(depth_index, (known_on, vintage)) as depth_index
    from treaties
    group by code

),

-- an accession is as deep as its treaty, 1040+2 as 1040: one row per number on each side, the joins multiply none
told as (

    select
        ties.*,
        coalesce(depths.depth_index, bases.depth_index) as depth_index
    from ties
    left join depths
        on
            ties.measure = 'trade_agreement'
            and ties.code = depths.code
    left join depths as bases
        on
            ties.measure = 'trade_agreement'
            and regexp_extract(ties.code, '^[0-9]+') = bases.code

),

dyad_ties as (

    select
        dyad,
        year,
        min(try_cast(code as integer)) filter (where measure = 'contiguity') as contiguity_type,
        min(value) filter (where measure = 'min_distance') as min_distance_km,
        count(*) filter (where measure = 'alliance_defense') > 0 as has_defense_pact,
        count(*) filter (where measure = 'alliance_nonaggression') > 0 as has_nonaggression_pact,
        count(distinct code) filter (where measure = 'trade_agreement')::integer as n_trade_agreements,
        max(depth_index) as trade_agreement_depth,
        max(value) filter (where measure = 'vote_agreement') as vote_agreement_published,
        max(value) filter (where measure = 'ideal_point_distance') as ideal_point_distance
    from told
    group by
        dyad,
        year

),

voter_years as (

    select distinct
        country,
        year(voted_on)::integer as year
    from voters

),

-- one row per dyad and year, or per state and year, on each side: the joins multiply none
joined as (

    select
        pairs.*,
        covered.*,
        dyad_ties.* exclude (dyad, year),
        distances.capital_distance_km,
        igos.n_joint_igos,
        votes.n_joint_votes,
        votes.vote_agreement,
        shared.shared_memberships,
        one.country is not null and other.country is not null as is_votes_covered
    from pairs
    cross join covered
    left join dyad_ties using (dyad, year)
    left join distances using (dyad, year)
    left join igos using (dyad, year)
    left join votes using (dyad, year)
    left join shared using (dyad, year)
    left join voter_years as one
        on
            pairs.state_1 = one.country
            and pairs.year = one.year
    left join voter_years as other
        on
            pairs.state_2 = other.country
            and pairs.year = other.year

),

judged as (

    select
        *,
        coalesce(is_cow_dyad and year between contiguity_from and contiguity_to, false) as is_contiguity_covered,
        coalesce(is_cow_dyad and year between alliance_from and alliance_to, false) as is_alliance_covered,
        coalesce(year between trade_from and trade_to, false) as is_trade_covered
    from joined

),

-- what is not listed is none within the years that a publisher covers, and unknown outside of them
final as (

    select
        dyad,
        state_1,
        state_2,
        year,
        is_cow_dyad,
        is_gw_dyad,
        case when is_contiguity_covered or contiguity_type is not null then coalesce(contiguity_type = 1, false) end
            as is_contiguous,
        contiguity_type,
        capital_distance_km,
        min_distance_km,
        n_joint_igos,
        case when is_alliance_covered or has_defense_pact then coalesce(has_defense_pact, false) end
            as has_defense_pact,
        case when is_alliance_covered or has_nonaggression_pact then coalesce(has_nonaggression_pact, false) end
            as has_nonaggression_pact,
        case when is_trade_covered then coalesce(n_trade_agreements, 0) > 0 end as has_trade_agreement,
        case when is_trade_covered then coalesce(n_trade_agreements, 0) end as n_trade_agreements,
        trade_agreement_depth,
        vote_agreement,
        case when is_votes_covered then coalesce(n_joint_votes, 0) end as n_joint_votes,
        vote_agreement_published,
        ideal_point_distance,
        coalesce(shared_memberships, []) as shared_memberships
    from judged

)

select * from final
