-- a table, for five models ask it and each time every text would be hashed
{{ config(materialized='table') }}
with

codings as (

    select * from {{ source('landing', 'statement_codings') }}

),

statements as (

    select
        statement_id,
        raw_sha256,
        text
    from {{ ref('stg_statements') }}

),

-- one statement per id: the join drops codings of texts that do not count, or that have changed since they were read,
-- and multiplies none
current_codings as (

    select codings.*
    from codings
    inner join statements
        on
            codings.statement_id = statements.statement_id
            and codings.raw_sha256 = statements.raw_sha256
            and codings.text_sha256 = sha256(statements.text)
    where codings.problem is null

),

-- versions are compared number by number, so that 1.10 is newer than 1.9; whether a version found anything is not
-- asked: where the newest finds nothing, there is nothing
ranked as (

    select
        *,
        row_number() over (
            partition by statement_id, coder
            order by {{ version_key('coder_version') }} desc
        ) as coding_no
    from current_codings
    {%- if var('coder_version') != 'latest' %}
    where {{ version_key('coder_version') }} <= {{ version_key("'" ~ var('coder_version') ~ "'") }}
    {%- endif %}

),

final as (

    select
        statement_id,
        coder,
        coder_version,
        raw_sha256,
        n_events,
        n_commitments,
        silent_because,
        coding_no,
        coder = '{{ var("coder") }}' and coding_no = 1 as is_chosen
    from ranked

)

select * from final
