"""One row per statement with the story that it tells; which texts are one story is decided in ingest/coding."""

from typing import Any

import pyarrow

from ingest import coding


def model(dbt: Any, session: Any) -> pyarrow.Table:
    """Hand the statements to the coder's index and take back their stories, in the order of the ids."""
    dbt.config(materialized="table")
    rows = dbt.ref("stg_statements").select("statement_id", "published_on", "text").fetchall()
    stories = sorted(coding.stories(rows).items())
    schema = pyarrow.schema([("statement_id", pyarrow.string()), ("story_id", pyarrow.string())])
    made = [{"statement_id": key, "story_id": story} for key, story in stories]
    return pyarrow.Table.from_pylist(made, schema=schema)
