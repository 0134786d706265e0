with

codings as (

    select * from {{ source('landing', 'statement_commitments') }}

),

statements as (

    select
        statement_id,
        raw_sha256,
        outlet,
        url,
        title,
        text
    from {{ ref('stg_statements') }}

),

-- one statement per id: the join drops codings of texts that do not count and multiplies none
coded as (

    select
        codings.*,
        statements.outlet,
        statements.url,
        statements.title,
        trim(substr(
            statements.text,
            codings.sentence_start + 1,
            codings.sentence_end - codings.sentence_start
        )) as sentence,
        substr(
            statements.text,
            codings.span_start + 1,
            codings.span_end - codings.span_start
        ) as text_at_span
    from codings
    inner join statements using (statement_id, raw_sha256)

),

-- versions are compared number by number, so that 1.10 is newer than 1.9
ranked as (

    select
        *,
        dense_rank() over (
            partition by statement_id
            order by {{ version_key('coder_version') }} desc
        ) as coding_no
    from coded

),

final as (

    select * exclude (coding_no)
    from ranked
    where coding_no = 1

)

select * from final
