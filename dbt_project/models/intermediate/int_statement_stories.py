"""One row per statement with the story that it tells; which texts are one story is decided in ingest/coding.

A build compares what is new with the statements of the days around it, and leaves all others as they are: any batches
give the same stories. Where a text is gone or reads otherwise now, or the method is another, all are compared again.
"""

from datetime import date
from typing import Any

import duckdb
import pyarrow

from ingest.coding.stories import METHOD, WINDOW_DAYS, Row, Stories, signature

SCHEMA = pyarrow.schema([
    ("statement_id", pyarrow.string()), ("story_id", pyarrow.string()), ("published_on", pyarrow.date32()),
    ("text_md5", pyarrow.string()), ("method", pyarrow.string()),
])  # fmt: skip


def model(dbt: Any, session: Any) -> pyarrow.Table:
    """Hand the new statements to the coder's index and take back their stories, and those of the ones they rename."""
    dbt.config(materialized="table")
    told = dbt.ref("stg_statements").project(
        f"statement_id, published_on, text, md5(text) as text_md5, '{METHOD}' as method"
    )
    session.execute(f"create or replace temp table stories_told as {told.sql_query()}")  # asked several times
    known = str(dbt.this) if _is_fit(session, str(dbt.this)) else None
    of_known = (
        f"select there.*, first.published_on as story_day from {known} as there "
        f"inner join {known} as first on there.story_id = first.statement_id"
        if known
        else "select *, null::varchar as story_id, null::date as story_day from stories_told where false"
    )
    session.execute(f"create or replace temp table stories_known as {of_known}")
    index = Stories()
    index.seed(
        Row(key, day, signature(text), story, story_day)
        for key, day, text, story, story_day in session.execute(
            "with days as (select distinct published_on as day from stories_told anti join stories_known "
            "using (statement_id)) select statement_id, told.published_on, told.text, story_id, story_day "
            "from stories_known inner join stories_told as told using (statement_id) where exists (select 1 from days "
            f"where abs(datediff('day', day, told.published_on)) <= {WINDOW_DAYS})"
        ).fetchall()
    )
    new = session.execute(
        "select statement_id, published_on, text, text_md5 from stories_told anti join stories_known "
        "using (statement_id) order by published_on, statement_id"
    )
    added = []
    while rows := new.fetchmany(1_000):
        for key, day, text, md5 in rows:
            if not added or day != added[-1][1]:
                index.forget(date.fromordinal(max(1, day.toordinal() - WINDOW_DAYS)))
            index.add(key, day, text)
            added.append((key, day, md5))
    renamed = index.renamed()
    made = [(key, index.story(key), day, md5, METHOD) for key, day, md5 in added]
    made += [
        (key, renamed.get(story, story), day, md5, METHOD)
        for key, story, day, md5 in session.execute(
            "select statement_id, story_id, published_on, text_md5 from stories_known"
        ).fetchall()
    ]
    columns = list(zip(*sorted(made), strict=True)) or [()] * len(SCHEMA.names)
    return pyarrow.table([pyarrow.array(list(c), f.type) for c, f in zip(columns, SCHEMA, strict=True)], schema=SCHEMA)


def _is_fit(session: Any, known: str) -> bool:
    """Whether the last build's table is there, and tells of no statement that is gone or reads otherwise now."""
    try:
        if set(SCHEMA.names) - set(session.table(known).columns):
            return False
    except duckdb.CatalogException:
        return False
    [stale] = session.execute(
        f"select count(*) from {known} anti join stories_told using (statement_id, published_on, text_md5, method)"
    ).fetchone()
    return not stale
