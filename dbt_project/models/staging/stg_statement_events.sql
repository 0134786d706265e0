with

codings as (

    select * from {{ source('landing', 'statement_events') }}

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

readings as (

    select
        statement_id,
        raw_sha256,
        coder,
        coder_version,
        coding_no,
        is_chosen
    from {{ ref('stg_statement_codings') }}

),

-- one statement per id, one reading per statement, coder and version: the joins drop codings of texts that do not count
-- and multiply none
coded as (

    select
        codings.*,
        readings.coding_no,
        readings.is_chosen,
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
            codings.trigger_start + 1,
            codings.trigger_end - codings.trigger_start
        ) as text_at_span
    from codings
    inner join readings using (statement_id, raw_sha256, coder, coder_version)
    inner join statements using (statement_id, raw_sha256)

),

final as (

    select * from coded

)

select * from final
