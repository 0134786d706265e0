"""dbt_project's int_statement_stories: whatever batches statements come in, their stories are those of one run."""

from __future__ import annotations

import importlib.util
import random
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import duckdb
import pytest

from ingest import coding, settings

PATH = settings.REPOSITORY / "dbt_project" / "models" / "intermediate" / "int_statement_stories.py"
RELEASE = (
    "The foreign ministers of Kyrgyzstan and Russia met in Bishkek on Friday. Sergei Orlov said that Aeroflot will fly "
    "to Osh four times a week from {n} March, and that 250 students will be admitted to the university in Kazan. "
)
OTHER = "Kazakhstan opened a consulate number {n} in Astrakhan, where {n}00 of its citizens work in the harbour of {n}."
Rows = dict[str, tuple[date, str]]


class Dbt:
    """What dbt hands to a Python model, over one DuckDB connection: the model's table of the last build among it."""

    def __init__(self) -> None:
        spec = importlib.util.spec_from_file_location("int_statement_stories", PATH)
        assert spec and spec.loader
        self.model = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(self.model)
        self.con = duckdb.connect()
        self.con.execute("create table statements (statement_id varchar, published_on date, text varchar)")
        self.this, self.compared = "made", 0
        add = self.model.Stories.add

        def counted(index: Any, *row: Any) -> str:
            self.compared += 1
            return str(add(index, *row))

        self.model.Stories = type("Stories", (self.model.Stories,), {"add": counted})

    def config(self, **_: Any) -> None: ...

    def ref(self, _: str) -> duckdb.DuckDBPyRelation:
        return self.con.table("statements")

    def build(self, rows: Rows) -> dict[str, str]:
        self.con.execute("delete from statements")
        self.con.executemany("insert into statements values (?, ?, ?)", [(k, *v) for k, v in rows.items()])
        self.compared = 0
        answer = self.model.model(self, self.con)  # noqa: F841 # read by name
        self.con.execute("create or replace table made as from answer")
        return dict(self.con.execute("select statement_id, story_id from made").fetchall())


def once(rows: Rows) -> dict[str, str]:
    return coding.stories((key, day, text) for key, (day, text) in rows.items())


@pytest.fixture
def rows() -> Rows:
    made: Rows = {}
    for n in range(2, 8):
        day = date(2020, 1, 1) + timedelta(days=9 * n)
        made[f"b{n}"] = (day, RELEASE.format(n=n * 3))
        made[f"a{n}"] = (day + timedelta(days=1), RELEASE.format(n=n * 3) + "It was cold.")
        made[f"c{n}"] = (day, OTHER.format(n=n * 7))
    return made


@pytest.mark.parametrize("order", ["by day", "backwards", "at random"])
def test_batches_come_to_the_stories_of_one_run(rows: Rows, order: str) -> None:
    keys = sorted(rows, key=lambda key: rows[key], reverse=order == "backwards")
    if order == "at random":
        random.Random(7).shuffle(keys)
    dbt, given, told = Dbt(), {}, {}
    for start in range(0, len(keys), 5):
        given |= {key: rows[key] for key in keys[start : start + 5]}
        told = dbt.build(given)
        assert told == once(given)
    assert len(set(told.values())) < len(rows), "the texts hold copies, or this shows nothing"


def test_a_day_more_compares_no_statement_of_before(rows: Rows) -> None:
    dbt = Dbt()
    dbt.build(rows)
    more = rows | {"z": (date(2020, 6, 1), OTHER.format(n=99))}
    assert dbt.build(more) == once(more)
    assert dbt.compared == 1
    dbt.build(more)
    assert dbt.compared == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda rows: rows | {"a3": (rows["a3"][0], OTHER.format(n=1))},
        lambda rows: rows | {"b3": (date(2021, 1, 1), rows["b3"][1])},
        lambda rows: {key: row for key, row in rows.items() if key != "b3"},
    ],
    ids=["another text", "another day", "gone"],
)
def test_a_statement_that_reads_otherwise_or_is_gone_leaves_no_stale_story(
    rows: Rows, change: Callable[[Rows], Rows]
) -> None:
    dbt = Dbt()
    assert dbt.build(rows)["a3"] == "b3"
    changed = change(rows)
    assert dbt.build(changed) == once(changed)
