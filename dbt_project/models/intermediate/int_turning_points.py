"""One row per turning point of a series, without its statements; found in ingest/analysis/breaks.py."""

from typing import Any

import pyarrow

from ingest.analysis import breaks


def model(dbt: Any, session: Any) -> pyarrow.Table:
    """Search each series by the rule of its indicator and grain."""
    dbt.config(materialized="table")
    return breaks.turning_points_table(dbt.ref("int_turning_point_series"), dbt.ref("turning_points"))
