with

decisions as (

    select * from {{ ref('int_review_decisions') }}

),

final as (

    select
        decision_id,
        status,
        orphaned_because,
        statement_id,
        item_kind,
        verdict,
        coded_id,
        coded_type,
        coded_actors,
        coder,
        coder_version,
        len(matched_ids) as n_coded,
        item_id,
        decided_type,
        actors,
        recipients,
        span_start,
        span_end,
        evidence,
        reviewer,
        decided_on,
        note,
        file,
        source_key,
        raw_sha256,
        raw_row
    from decisions

)

select * from final
order by decided_on, statement_id, span_start, decision_id
