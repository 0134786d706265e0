with

commitments as (

    select * from {{ ref('int_commitments') }}

),

-- near-duplicate texts tell the same commitment again; the earliest telling is the one that counts
ranked as (

    select
        *,
        row_number() over (
            partition by
                story_id, committed_by, beneficiaries, kind, topic, direction,
                amount_min, amount_max, currency, instrument, stage, deadline
            order by published_on, statement_id, span_start, commitment_id
        ) as telling_no
    from commitments

),

final as (

    select
        commitment_id,
        statement_id,
        story_id,
        published_on,
        committed_by,
        beneficiaries,
        kind,
        topic,
        direction,
        amount_min,
        amount_max,
        currency,
        instrument,
        is_concessional,
        stage,
        condition,
        deadline,
        telling_no = 1 as is_first_telling,
        evidence,
        span_start,
        span_end,
        sentence,
        confidence,
        rule_id,
        coder,
        coder_version,
        review,
        reviewed_by,
        outlet,
        url,
        source_key,
        vintage,
        raw_sha256,
        raw_row
    from ranked

)

select * from final
order by published_on, statement_id, span_start, commitment_id
