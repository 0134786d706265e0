with

stocks as (

    select * from {{ ref('stg_migration_stock') }}

),

-- aggregates and the residual 'Other' are no party to a dyad; who lives at home is no migrant
dyads as (

    select *
    from stocks
    where
        origin_kind in ('state', 'territory')
        and destination_kind in ('state', 'territory')
        and origin != destination

),

ranked as (

    select
        *,
        row_number() over (
            partition by source_key, origin, destination, year, sex
            order by vintage desc, concept asc
        ) as edition_no
    from dyads

),

final as (

    select
        origin as origin_id,
        destination as destination_id,
        year,
        sex,
        concept,
        vintage,
        {{ directed_dyad('origin', 'destination') }} as directed_dyad,
        {{ dyad('origin', 'destination') }} as dyad,
        persons,
        data_type,
        edition_no = 1 as is_latest_vintage,
        source_key,
        raw_sha256,
        raw_row
    from ranked

)

select * from final
order by directed_dyad, year, sex, vintage, concept, source_key
