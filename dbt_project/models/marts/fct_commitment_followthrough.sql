with

found as (

    select * from {{ ref('int_followthrough') }}

),

commitments as (

    select * from {{ ref('fct_commitments') }}

),

series as (

    select * from {{ ref('int_followthrough_series') }}

),

evidence as (

    select * from {{ ref('fct_followthrough_evidence') }}

),

sources as (

    select
        indicator,
        dyad,
        max(source_key) as source_key,
        max(vintage) as vintage
    from series
    group by
        indicator,
        dyad

),

-- what others say, in words; each with its source and its edition
beside as (

    select
        commitment_id,
        dyad,
        list(
            concat_ws(
                ' ',
                kind || ':',
                what,
                directed_dyad,
                case when value_undated is not null then printf('%.0f', value_undated) end,
                case
                    when value_before is not null
                        then 'before ' || printf('%.0f', value_before) || coalesce(' (' || year(day_before) || ')', '')
                end,
                case
                    when value_after is not null
                        then 'after ' || printf('%.0f', value_after) || coalesce(' (' || year(day_after) || ')', '')
                end,
                '[' || source_key || ']'
            )
            order by kind, source_key, what, directed_dyad
        ) as evidence_beside
    from evidence
    group by
        commitment_id,
        dyad

),

-- one row per commitment, per dyad and series, and per commitment and dyad, on the right sides: the joins multiply none
final as (

    select
        found.commitment_id,
        found.dyad,
        found.indicator,
        found.grain,
        commitments.published_on,
        commitments.committed_by,
        commitments.beneficiaries,
        commitments.topic,
        commitments.direction,
        commitments.stage,
        commitments.amount_max,
        commitments.currency,
        commitments.condition,
        commitments.evidence,
        found.verdict,
        found.reason,
        found.expected_sign,
        found.baseline_from,
        found.outcome_from,
        found.outcome_to,
        found.n_pairs,
        found.value_before,
        found.value_after,
        found.change,
        found.change_expected,
        found.change_beyond,
        found.p_value,
        found.n_placebos,
        found.n_comparisons,
        found.observable_before,
        found.observable_after,
        coalesce(beside.evidence_beside, []) as evidence_beside,
        sources.source_key,
        sources.vintage
    from found
    inner join commitments using (commitment_id)
    left join sources
        on
            found.indicator = sources.indicator
            and found.dyad = sources.dyad
    left join beside
        on
            found.commitment_id = beside.commitment_id
            and found.dyad = beside.dyad

)

select * from final
order by published_on, commitment_id, dyad, indicator
