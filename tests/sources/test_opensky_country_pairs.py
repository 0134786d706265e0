"""Weekly flights between countries, offline: weeks at the years' ends, each trap, and the real file where at hand."""

import csv
import os
from collections import Counter
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote

MODULE = source.get("opensky_country_pairs")
HERE = Path(__file__).parent / "opensky_country_pairs"
RAW = HERE / "raw" / "flights_countries.csv"
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "opensky_country_pairs"

needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "air_traffic") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    return duckdb.execute(f"select {columns} from read_parquet(?) order by all", [files]).fetchall()


def write(folder: Path, *lines: str) -> Path:
    folder.mkdir(exist_ok=True)
    path = folder / "flights_countries.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def test_every_cell_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    receipt = land(RAW, tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("air_traffic", "quarantine"):
        with (HERE / "expected" / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
            heads, *rows = csv.reader(handle)
        found = landed(tmp_path, ", ".join(heads), table)
        assert [["" if value is None else str(value) for value in row] for row in found] == rows
    assert receipt.rows_in == 9 * 7 == receipt.rows_landed + receipt.rows_quarantined


def test_an_empty_cell_is_missing_and_a_zero_is_a_zero(tmp_path: Path) -> None:
    land(write(tmp_path, "origin,destination,2019-10,2019-11", "DE,ES,0,"), tmp_path)
    assert landed(tmp_path, "period_start, value") == [(date(2019, 3, 4), 0.0), (date(2019, 3, 11), None)]


@pytest.mark.parametrize(
    ("weeks", "first", "last"),
    [
        ("2019-09,2019-10", ("2019-03-01", "2019-03-04"), ("2019-03-04", "2019-03-11")),
        ("2022-25,2022-26", ("2022-06-20", "2022-06-27"), ("2022-06-27", "2022-07-01")),
        ("2020-53,2021-01", ("2021-01-01", "2021-01-04"), ("2021-01-04", "2021-01-11")),
        ("2019-52,2020-01,2020-02", ("2019-12-23", "2019-12-30"), ("2020-01-06", "2020-01-13")),
        ("2021-51,2021-52", ("2021-12-20", "2021-12-27"), ("2021-12-27", "2022-01-01")),
        ("2020-23,2020-24", ("2020-06-01", "2020-06-08"), ("2020-06-08", "2020-06-15")),
    ],
)
def test_only_the_file_s_first_and_last_week_end_where_a_month_does(
    tmp_path: Path, weeks: str, first: tuple[str, str], last: tuple[str, str]
) -> None:
    land(write(tmp_path, f"origin,destination,{weeks}", "DE,ES" + ",1" * len(weeks.split(","))), tmp_path)
    spans = [tuple(map(str, row)) for row in landed(tmp_path, "period_start, period_end")]
    assert (spans[0], spans[-1]) == (first, last)


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["origin,destination,2019-53", "DE,ES,1"], "column '2019-53' is no ISO week"),
        (["origin,destination,2019-00", "DE,ES,1"], "no ISO week"),
        (["origin,destination,2019-1", "DE,ES,1"], "no ISO week"),
        (["origin,destination,2019-10,2019-10", "DE,ES,1,1"], "twice or out of order"),
        (["origin,destination,2019-11,2019-10", "DE,ES,1,1"], "twice or out of order"),
        (["destination,origin,2019-10", "DE,ES,1"], "counts no weeks between countries"),
        (["origin,destination", "DE,ES"], "counts no weeks between countries"),
        (["origin,destination,2019-10", "AT-9,FR-IDF,26"], "subdivisions (AT-9, FR-IDF) and no countries"),
        (["origin,destination,2019-10,2019-11", "DE,ES,1"], "can't be read"),
        (["origin,destination,2019-10", "DE,ES,1,2"], "can't be read"),
        (["origin,destination,2019-10"], "0 good rows"),
        (["Dear colleague,", "please find attached"], "counts no weeks between countries"),
    ],
)
def test_a_file_of_another_shape_is_rejected_in_plain_words(tmp_path: Path, lines: list[str], says: str) -> None:
    receipt = land(write(tmp_path, *lines), tmp_path)
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert says in receipt.problem and receipt.mend


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        land(RAW, tmp_path / run)
        made.append([file.read_bytes() for file in sorted((tmp_path / run).rglob("*.parquet"))])
    assert made[0] == made[1] and len(made[0]) == 2


def test_the_sample_lands_whole(tmp_path: Path) -> None:
    (file,) = (settings.SAMPLE / "flights" / MODULE.source.key).iterdir()
    receipt = land(file, tmp_path)
    assert (receipt.rows_landed, receipt.rows_quarantined) == (8 * 149, 0)
    assert landed(tmp_path, "min(period_start), max(period_end)") == [(date(2019, 3, 1), date(2022, 1, 1))]


@needs_real
def test_the_real_file_agrees_with_a_count_by_hand(tmp_path: Path) -> None:
    with (REAL / "flights_countries.csv").open(encoding="utf-8", newline="") as handle:
        head, *rows = csv.reader(handle)
    assert (len(rows), len(head)) == (883, 177)
    receipt = land(REAL / "flights_countries.csv", tmp_path)
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 883 * 175, 0)
    by_week: Counter[date] = Counter()
    for row in rows:
        for week, cell in zip(head[2:], row[2:], strict=True):
            by_week[date.fromisocalendar(int(week[:4]), int(week[5:]), 1)] += int(cell)
    found = landed(tmp_path, "period_start, period_end, value")
    monday = {date(2019, 3, 1): date(2019, 2, 25)}
    totals: Counter[date] = Counter()
    for start, _, value in found:
        assert isinstance(start, date) and isinstance(value, float)
        totals[monday.get(start, start)] += int(value)
    assert totals == by_week
    spans = landed(tmp_path, "distinct period_start, period_end")
    assert (spans[0], spans[-1]) == ((date(2019, 3, 1), date(2019, 3, 4)), (date(2022, 6, 27), date(2022, 7, 1)))
    assert all(isinstance(a, date) and isinstance(b, date) and b - a == timedelta(days=7) for a, b in spans[1:-1])
    assert all(one[1] == other[0] for one, other in pairwise(spans)), "no day is left out"
    whole = [totals[day] for day in (date(2019, 12, 23), date(2019, 12, 30), date(2020, 12, 28), date(2021, 1, 4))]
    assert whole == [26_300, 28_100, 11_171, 11_289], "weeks at the years' ends are as full as their neighbours"
    assert (totals[date(2019, 2, 25)], totals[date(2019, 3, 4)]) == (11_387, 28_326), "the first week has three days"


@needs_real
def test_the_real_file_of_regions_is_rejected_with_the_one_to_take(tmp_path: Path) -> None:
    receipt = land(REAL / "flights_regions.csv", tmp_path)
    assert receipt.status == "rejected" and "flights_countries.csv" in receipt.mend
