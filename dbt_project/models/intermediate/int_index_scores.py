"""One row per dyad and year, with its cooperation index; made in ingest/analysis/index.py."""

from typing import Any

import pyarrow

from ingest.analysis import index, method


def model(dbt: Any, session: Any) -> pyarrow.Table:
    """Hand the year's observations to the index, made as the three seeds say."""
    dbt.config(materialized="table")
    made_as = method.of_relations(dbt.ref("index_pillars"), dbt.ref("index_indicators"), dbt.ref("index_method"))
    return index.scores_table(dbt.ref("int_index_inputs"), made_as)
