"""Flights are built month by month: what a later build redoes, what it leaves, and that both come to the same."""

import csv
import gzip
import io
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest import settings, warehouse

SAMPLE = settings.SAMPLE / "flights" / "opensky_flightlist"
MONTHS = ("20190101_20190131", "20190201_20190228", "20190301_20190331", "20190401_20190430", "20190501_20190531")
TABLES = ("reduce.flight_legs", "reduce.flight_dyad_days", "reduce.flight_route_months", "main.fct_flights_dyad_month")
BUILD = ("build", "--select", "+fct_flights_dyad_month", "--exclude-resource-types", "test", "unit_test", "--quiet")

CODE = """
import pathlib, sys
from ingest import warehouse
warehouse.PROJECT = pathlib.Path(sys.argv[1])
warehouse.prepare()
warehouse.dbt(*sys.argv[2:])
"""


class Built:
    def __init__(self, home: Path) -> None:
        self.home, self.given = home, home / "input" / "flights" / "opensky_flightlist"
        self.given.mkdir(parents=True)
        self.env = os.environ | {
            "ENTENTE_HOME": str(home), "ENTENTE_INPUT": str(home / "input"),
            "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
        }  # fmt: skip
        self.env.pop("ENTENTE_LANDING", None)

    def run(self, *arguments: str) -> None:
        command = [sys.executable, *arguments]
        done = subprocess.run(command, env=self.env, cwd=settings.REPOSITORY, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]

    def fetch(self, key: str) -> None:
        self.run("-m", "ingest", "fetch", key)

    def build(self, *more: str, project: Path = warehouse.PROJECT) -> None:
        self.run("-c", CODE, str(project), *BUILD, *more)

    def ask(self, sql: str) -> list[tuple[object, ...]]:
        with duckdb.connect(str(self.home / "warehouse" / "entente.duckdb")) as con:
            return con.execute(sql).fetchall()

    def rows(self, table: str) -> list[tuple[object, ...]]:
        return self.ask(f"select * from {table} where month > date '2019-01-01' order by all")

    def built_from(self, table: str) -> dict[object, object]:
        return dict(self.ask(f"select month::text, built_from from {table}__months"))  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def builds(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, object]]:
    """Four months; then a fifth in which May is delivered and April again, short; then everything from the start."""
    built = Built(tmp_path_factory.mktemp("by_month"))
    for month in MONTHS[:4]:
        shutil.copy(SAMPLE / f"flightlist_{month}.csv.gz", built.given)
    built.fetch("airports")
    built.fetch("opensky_flightlist")
    built.build()
    found: dict[str, object] = {"before": built.built_from("reduce.flight_legs")}
    # marks what nobody has redone, and leaves February as a build does that is killed between its two halves
    built.ask("update reduce.flight_legs set typecode = 'MARK' where month = date '2019-01-01'")
    built.ask("delete from reduce.flight_legs where month = date '2019-02-01' and raw_row % 2 = 0")
    built.ask("delete from reduce.flight_legs__months where month = date '2019-02-01'")
    shutil.copy(SAMPLE / f"flightlist_{MONTHS[4]}.csv.gz", built.given)
    april = built.given / f"flightlist_{MONTHS[3]}.csv.gz"
    lines = list(csv.reader(io.StringIO(gzip.decompress(april.read_bytes()).decode())))
    short = io.StringIO(newline="")
    csv.writer(short, lineterminator="\n").writerows(lines[:-50])
    april.write_bytes(gzip.compress(short.getvalue().encode(), mtime=0))
    built.fetch("opensky_flightlist")
    built.build()
    found["after"] = built.built_from("reduce.flight_legs")
    found["marked"] = built.ask("select distinct typecode from reduce.flight_legs where month = date '2019-01-01'")
    found["little by little"] = {table: built.rows(table) for table in TABLES}
    built.ask("update reduce.flight_repair_tests set n_test = -1")
    other = built.home / "project"
    shutil.copytree(warehouse.PROJECT, other, ignore=shutil.ignore_patterns("target", "logs"))
    legs = other / "models" / "reduce" / "flight_legs.sql"
    legs.write_text(legs.read_text().replace("\nselect * from final", "\nselect * from final where true"))
    built.build(project=other)
    found["tested before the legs' SQL changed"] = built.ask(
        "select count(*) from reduce.flight_repair_tests where n_test = -1"
    )
    built.build("--full-refresh")
    found["at once"] = {table: built.rows(table) for table in TABLES}
    found["marked at once"] = built.ask("select count(*) from reduce.flight_legs where typecode = 'MARK'")
    yield found


def test_months_are_redone_whose_files_or_neighbours_changed_and_no_others(builds: dict[str, object]) -> None:
    before, after = builds["before"], builds["after"]
    assert isinstance(before, dict) and isinstance(after, dict)
    assert set(after) - set(before) == {"2019-05-01"}
    assert {month for month in before if before[month] != after[month]} == {"2019-03-01", "2019-04-01"}
    assert builds["marked"] == [("MARK",)], "January was left as it was"
    assert builds["marked at once"] == [(0,)]


def test_where_the_sql_of_the_legs_changes_what_is_made_of_them_is_redone(builds: dict[str, object]) -> None:
    assert builds["tested before the legs' SQL changed"] == [(0,)]


@pytest.mark.parametrize("table", TABLES)
def test_little_by_little_comes_to_what_all_at_once_comes_to(builds: dict[str, object], table: str) -> None:
    bit, whole = builds["little by little"], builds["at once"]
    assert isinstance(bit, dict) and isinstance(whole, dict)
    assert len(whole[table]) > 100
    assert bit[table] == whole[table]
