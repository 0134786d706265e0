with

strata as (

    select * from {{ ref('int_flight_repair_strata') }}

),

-- the test half only: the groups were chosen by the other half
final as (

    select
        source_key,
        month,
        hidden_end,
        sum(n_test)::bigint as n_hidden,
        coalesce(sum(n_test) filter (where is_used), 0)::bigint as n_repaired,
        coalesce(sum(n_test_right) filter (where is_used), 0)::bigint as n_right,
        coalesce(sum(n_test_right_country) filter (where is_used), 0)::bigint as n_right_country,
        coalesce(sum(n_test) filter (where is_used and method = 'chain'), 0)::bigint as n_repaired_chain,
        coalesce(sum(n_test_right) filter (where is_used and method = 'chain'), 0)::bigint as n_right_chain,
        sum(n_test_right) filter (where is_used) / nullif(sum(n_test) filter (where is_used), 0) as share_right,
        sum(n_test_right_country) filter (where is_used) / nullif(sum(n_test) filter (where is_used), 0)
            as share_right_country,
        coalesce(sum(n_test_right) filter (where is_used), 0) / nullif(sum(n_test), 0) as recall
    from strata
    group by
        source_key,
        month,
        hidden_end

)

select * from final
order by source_key, month, hidden_end
