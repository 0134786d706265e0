{# A table that is built month by month, and of which a build redoes only the months that lack something.

   The model's SQL says everything at once, and marks with one_month() where it may be cut. `config(months = NAME)` names
   the model that says what each month is built from: one that is itself built by month, or one with the columns
   source_key, month and built_from. What a month was built from, the SQL among it, is kept in a table beside the model's
   (months_of), and is written last: a build that was killed leaves a month that the next one does again. When the SQL
   changes, all months are done again, and those of the models that follow. The memory that a build takes is that of one
   month; where `config(at_once = true)` says that all fit, the months that lack something are built together. #}
{% materialization by_month, adapter='duckdb' %}
    {%- if config.get('contract').enforced -%} {{ get_assert_columns_equivalent(sql) }} {%- endif -%}
    {%- set target_relation = this.incorporate(type='table') -%}
    {%- set ledger = months_of(this) -%}
    {%- set upstream = ref(config.require('months')) -%}
    {%- set wanted = load_relation(months_of(upstream)) or upstream -%}
    {%- set built_from = "md5(built_from || '" ~ local_md5(sql) ~ "')" -%}
    {%- set wanted = '(select source_key, month, ' ~ built_from ~ ' as built_from from ' ~ wanted ~ ') as wanted' -%}

    {{ run_hooks(pre_hooks) }}

    {%- set existing = load_relation(this) -%}
    {%- set is_kept = existing and existing.is_table and load_relation(ledger) and not should_full_refresh() -%}
    {%- if is_kept -%}
        {#- where no month is as it should be, the SQL may have changed, and with it the columns -#}
        {%- set kept = run_query('from ' ~ wanted ~ ' semi join ' ~ ledger ~ ' using (source_key, month, built_from)') -%}
        {%- set is_kept = kept.rows | length > 0 -%}
    {%- endif -%}
    {%- if not is_kept -%}
        {%- if existing -%} {%- do adapter.drop_relation(existing) -%} {%- endif -%}
        {%- do run_query('create table ' ~ this ~ ' as select * from (' ~ sql ~ ') as everything limit 0') -%}
        {%- do run_query('create or replace table ' ~ ledger ~ ' (source_key text, month date, built_from text)') -%}
        {%- do adapter.cache_added(target_relation) -%}
        {%- do adapter.cache_added(ledger) -%}
    {%- endif -%}

    {%- set stale = run_query(
        'select coalesce(wanted.source_key, there.source_key), coalesce(wanted.month, there.month), wanted.built_from '
        ~ 'from ' ~ wanted ~ ' full join ' ~ ledger ~ ' as there using (source_key, month) '
        ~ 'where wanted.built_from is distinct from there.built_from order by 2, 1'
    ) -%}
    {%- if config.get('at_once', false) and stale.rows -%}
        {%- set months = stale.rows | map(attribute=1) | unique | join("', date '") -%}
        {%- set here = " where month in (date '" ~ months ~ "')" -%}
        {%- do run_query('delete from ' ~ ledger ~ here) -%}
        {%- do run_query('delete from ' ~ this ~ here) -%}
        {%- set part = modules.re.sub(
            'true /\\* one month: (\S+) (\S+) (\d+) \\*/', "\\2 in (date '" ~ months ~ "')", sql
        ) -%}
        {#- in the order that the model gives: the same facts are the same file -#}
        {%- do run_query('set preserve_insertion_order = true') -%}
        {%- do run_query('insert into ' ~ this ~ ' by name select * from (' ~ part ~ ') as part') -%}
        {%- do run_query('set preserve_insertion_order = false') -%}
        {%- do run_query('insert into ' ~ ledger ~ ' select source_key, month, built_from from ' ~ wanted ~ here) -%}
    {%- endif -%}
    {%- for source_key, month, built_from in stale.rows if not config.get('at_once', false) -%}
        {%- set here = " where source_key = '" ~ source_key ~ "' and month = date '" ~ month ~ "'" -%}
        {%- do run_query('delete from ' ~ ledger ~ here) -%}
        {%- do run_query('delete from ' ~ this ~ here) -%}
        {%- if built_from is not none -%}
            {%- set part = modules.re.sub(
                'true /\\* one month: (\\S+) (\\S+) (\\d+) \\*/',
                "\\1 = '" ~ source_key ~ "' and \\2 >= date '" ~ month ~ "' - \\3 and \\2 < date '" ~ month
                ~ "' + interval 1 month + interval '\\3 days'",
                sql
            ) -%}
            {%- do run_query('insert into ' ~ this ~ ' by name select * from (' ~ part ~ ') as part') -%}
            {%- do run_query(
                "insert into " ~ ledger ~ " values ('" ~ source_key ~ "', '" ~ month ~ "', '" ~ built_from ~ "')"
            ) -%}
        {%- endif -%}
    {%- endfor -%}

    {% call statement('main') -%}
        select {{ stale.rows | length }} as months_built
    {%- endcall %}

    {%- do persist_docs(target_relation, model) -%}
    {%- do adapter.commit() -%} {#- the statement above has begun what the comments are part of -#}
    {{ run_hooks(post_hooks) }}
    {{ return({'relations': [target_relation]}) }}
{% endmaterialization %}
