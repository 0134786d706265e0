with

decisions as (

    select * from {{ ref('stg_review_decisions') }}

),

statements as (

    select * from {{ ref('stg_statements') }}

),

-- what the chosen coding says, events and commitments in one shape
items as (

    select
        'event' as item_kind,
        event_id as item_id,
        statement_id,
        event_type as item_type,
        actors,
        recipients,
        trigger_start as span_start,
        trigger_end as span_end
    from {{ ref('stg_statement_events') }}
    where is_chosen
    union all
    select
        'commitment' as item_kind,
        commitment_id as item_id,
        statement_id,
        topic as item_type,
        committed_by as actors,
        beneficiaries as recipients,
        span_start,
        span_end
    from {{ ref('stg_statement_commitments') }}
    where is_chosen

),

-- one statement per id: the join multiplies none
placed as (

    select
        decisions.*,
        case
            when statements.statement_id is null
                then 'the statement is not there'
            when
                substr(statements.text, decisions.span_start + 1, decisions.span_end - decisions.span_start)
                != decisions.evidence
                then 'the words at the span are others'
        end as orphaned_because
    from decisions
    left join statements on decisions.statement_id = statements.statement_id

),

-- a later decision about the same takes the place of an earlier one: the same id, or words that overlap with the same
-- type and parties, unless one coding showed the two as different; one whose words are not there takes no place
superseded as (

    select distinct earlier.decision_id
    from placed as earlier
    inner join placed as later
        on
            earlier.statement_id = later.statement_id
            and earlier.item_kind = later.item_kind
            and earlier.decision_no < later.decision_no
            and earlier.span_start < later.span_end
            and earlier.span_end > later.span_start
    where
        later.orphaned_because is null
        and (
            coalesce(later.coded_id in (earlier.coded_id, earlier.item_id), false)
            or coalesce(later.item_id = earlier.item_id, false)
            or (
                later.coded_type in (earlier.coded_type, earlier.decided_type)
                and later.coded_actors in (earlier.coded_actors, earlier.actors)
                and not coalesce(
                    earlier.coded_id != later.coded_id
                    and earlier.coder = later.coder
                    and earlier.coder_version = later.coder_version,
                    false
                )
            )
        )

),

standing as (

    select *
    from placed
    where
        orphaned_because is null
        and decision_id not in (select superseded.decision_id from superseded)

),

exact as (

    select
        standing.decision_id,
        items.item_id
    from standing
    inner join items
        on
            standing.statement_id = items.statement_id
            and standing.item_kind = items.item_kind
            and items.item_id in (standing.coded_id, standing.item_id)

),

-- where no coding has the id, the one item that is most alike: overlapping words, the type as coded or as decided and
-- a shared party; what another decision means by its id is left to that one
alike as (

    select
        standing.decision_id,
        items.item_id,
        row_number() over (
            partition by standing.decision_id
            order by
                items.actors in (standing.coded_actors, standing.actors) desc,
                items.recipients = standing.recipients desc,
                least(items.span_end, standing.span_end) - greatest(items.span_start, standing.span_start) desc,
                items.item_id asc
        ) as likeness_no
    from standing
    inner join items
        on
            standing.statement_id = items.statement_id
            and standing.item_kind = items.item_kind
            and standing.span_start < items.span_end
            and standing.span_end > items.span_start
            and items.item_type in (standing.coded_type, standing.decided_type)
            and list_has_any(items.actors, list_concat(standing.coded_actors, standing.actors))
    where
        standing.decision_id not in (select exact.decision_id from exact)
        and items.item_id not in (select exact.item_id from exact)

),

pairs as (

    select
        decision_id,
        item_id
    from exact
    union
    select
        decision_id,
        item_id
    from alike
    where likeness_no = 1

),

matched as (

    select
        decision_id,
        list_sort(list(item_id)) as matched_ids
    from pairs
    group by decision_id

),

-- one row of matches per decision: the join multiplies none
final as (

    select
        placed.*,
        coalesce(matched.matched_ids, []) as matched_ids,
        case
            when placed.orphaned_because is not null then 'orphaned'
            when placed.decision_id in (select superseded.decision_id from superseded) then 'superseded'
            else 'stands'
        end as status
    from placed
    left join matched using (decision_id)

)

select * from final
