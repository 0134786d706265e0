{# Every indicator of the panels, one after the other. An entry is the panel and the column that hold it (its own name),
   and what tells how well it is covered, whose figure it is, in which edition, and whether it was filled in. #}
{% macro observed() -%}
    {%- set words = [
        'n_statements', 'n_events', 'n_events_directed', 'cooperation_balance', 'n_requests', 'n_consults',
        'n_verbal_cooperation', 'n_material_cooperation', 'n_verbal_conflict', 'n_material_conflict', 'n_meetings_heads',
        'n_meetings_ministers', 'n_meetings_deputies', 'n_commitments',
    ] -%}
    {%- set flights = [
        'n_flights', 'n_routes', 'n_carriers', 'seats_estimated', 'flights_share_of_origin', 'flights_recovery',
        'flights_recovery_panel',
    ] -%}
    {%- set stocks = [
        'migrant_stock_filled_persons', 'migrant_stock_share_of_origin', 'migrant_stock_share_of_destination',
    ] -%}
    {%- set best_estimates = [
        'stock_birth_persons', 'stock_citizenship_persons', 'refugees_persons', 'asylum_seekers_persons',
        'flow_residence_persons', 'flow_citizenship_persons', 'flow_birth_persons', 'asylum_applications_persons',
        'permits_persons', 'returns_persons', 'entries_events', 'registrations_events', 'remittances_usd',
    ] -%}
    {%- set observed = [
        ('months', 'attention_share', {}),
        ('months', 'flights_coverage', {}),
        ('months', 'air_passengers', {'source_key': 'air_passengers_source_key'}),
        ('years', 'air_passengers', {}),
        ('years', 'n_flights', {'coverage': 'flight_months_covered / 12'}),
        ('years', 'seats_estimated', {'coverage': 'flight_months_covered / 12'}),
        ('years', 'migrant_stock_persons', {'vintage': 'migrant_stock_vintage'}),
        ('years', 'vote_agreement', {}),
        ('years', 'n_joint_igos', {}),
    ] -%}
    {%- for indicator in words -%}
        {%- do observed.append(('months', indicator, {})) -%}
        {%- do observed.append(('years', indicator, {'coverage': 'statement_months_covered / 12'})) -%}
    {%- endfor -%}
    {%- for indicator in flights -%}
        {%- do observed.append(('months', indicator, {'coverage': 'flights_coverage'})) -%}
    {%- endfor -%}
    {%- for indicator in stocks -%}
        {%- do observed.append(
            ('years', indicator, {'vintage': 'migrant_stock_filled_vintage', 'is_interpolated': 'is_interpolated'})
        ) -%}
    {%- endfor -%}
    {%- for indicator in best_estimates -%}
        {%- do observed.append(('years', indicator, {
            'source_key': "split_part(" ~ indicator ~ "_from, ' ', 1)",
            'vintage': "substr(" ~ indicator ~ "_from, strpos(" ~ indicator ~ "_from, ' ') + 1)",
        })) -%}
    {%- endfor -%}
    {%- for panel, indicator, about in observed -%}
        {{ observe(panel, indicator, **about) }}
        {% if not loop.last %}union all{% endif %}
    {% endfor -%}
{%- endmacro %}

{# One indicator of a panel in the tall shape of `observations`: what is not covered has no row, a zero has one. #}
{% macro observe(panel, indicator, coverage='null', source_key='null', vintage='null', is_interpolated='false') -%}
    select
        directed_dyad,
        dyad,
        {{ 'month' if panel == 'months' else 'make_date(year, 1, 1)' }} as period_start,
        '{{ 'M' if panel == 'months' else 'A' }}' as grain,
        '{{ indicator }}' as indicator,
        {{ indicator }}::double as value,
        {{ coverage }}::double as coverage,
        {{ is_interpolated }} as is_interpolated,
        {{ source_key }}::varchar as source_key,
        {{ vintage }}::varchar as vintage
    from {{ panel }}
    where {{ indicator }} is not null
{%- endmacro %}
