{{ config(materialized='view') }}

with

-- what each month of the legs was built from
months as (

    select
        source_key,
        month,
        built_from as legs_from
    from {{ months_of(ref('flight_legs')) }}

),

-- the groups of candidates that are used in a month, which months before and after it have a say in
strata as (

    select
        source_key,
        month,
        bit_xor(hash(hidden_end, method, stratum)) as row_hashes
    from {{ ref('int_flight_repair_strata') }}
    where is_used
    group by
        source_key,
        month

),

countries as (

    select bit_xor(hash(airports.airport_id, airports.country_id)) as row_hashes
    from (
        select distinct
            airport_id,
            country_id
        from {{ ref('dim_airport') }}
    ) as airports

),

-- one row per source and month on the right side: the joins multiply no month
final as (

    select
        months.source_key,
        months.month,
        md5(concat_ws(' ', months.legs_from, strata.row_hashes, countries.row_hashes)) as built_from
    from months
    left join strata using (source_key, month)
    cross join countries

)

select * from final
