"""One row per commitment, dyad and series of its topic: what is seen of it, by ingest/analysis/followthrough.py."""

from typing import Any

import pyarrow

from ingest.analysis import followthrough


def model(dbt: Any, session: Any) -> pyarrow.Table:
    """Hold what was promised against what was counted, as the seed followthrough_method says."""
    dbt.config(materialized="table")
    asked, series = dbt.ref("int_followthrough_asked"), dbt.ref("int_followthrough_series")
    return followthrough.table(asked, series, dbt.ref("followthrough_method"))
