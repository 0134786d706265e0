"""The real files, from their bytes to the figures that `make run` prints, against counts made by hand."""

import csv
import gzip
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ingest import settings, source, up
from ingest.reference import countries

FLIGHTS = "flights/opensky_flightlist"
STOCKS = "migration/un_desa_migrant_stock"


@pytest.fixture(scope="module")
def first_run(shared_data: Path) -> Path:
    folder = shared_data / "first-run"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: the publishers' files are not part of the repository")
    return folder


@pytest.fixture(scope="module")
def published(first_run: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home = tmp_path_factory.mktemp("first-run")
    env = os.environ | {
        "ENTENTE_HOME": str(home), "ENTENTE_INPUT": str(first_run),
        "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
    }  # fmt: skip
    env.pop("ENTENTE_LANDING", None)
    for step in (*(["fetch", key] for key in source.discover()), ["build"], ["publish"]):
        command = [sys.executable, "-m", "ingest", *step]
        done = subprocess.run(command, env=env, cwd=settings.REPOSITORY, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    yield home / "published" / "current" / "entente.duckdb"


def ask(database: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(sql).fetchall()


def country_of_code() -> dict[str, str]:
    """Airport code to country, from the register and the reviewed history, read here once more."""
    (remote,) = source.get("airports").fetch(None)
    known = countries()
    with Path(remote.url).open(encoding="utf-8", newline="") as handle:
        found = {row["icao"]: known.resolve(row["country"]) for row in csv.DictReader(handle)}
    with (settings.SEEDS / "airport_codes_former.csv").open(encoding="utf-8", newline="") as handle:
        found |= {row["code"]: row["country_id"] for row in csv.DictReader(handle)}
    with (settings.SEEDS / "airport_history.csv").open(encoding="utf-8", newline="") as handle:
        found |= {row["code"]: row["country_id"] for row in csv.DictReader(handle) if row["code_system"] == "icao"}
    return found


def test_flights_of_every_dyad_month_are_those_counted_by_hand(published: Path, first_run: Path) -> None:
    place = country_of_code()
    states = {c.country_id for c in countries().by_id.values() if c.kind == "state"}
    legs: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    for path in sorted((first_run / FLIGHTS).glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                legs[row["icao24"], row["firstseen"], row["lastseen"]] = (
                    row["origin"], row["destination"], row["day"][:7]
                )  # fmt: skip
    by_hand: Counter[tuple[str, str, str]] = Counter()
    for origin, destination, month in legs.values():
        a, b = place.get(origin), place.get(destination)
        if a in states and b in states and a != b:
            by_hand[str(a), str(b), month] += 1
    found = ask(published, "select origin_id, destination_id, month, n_flights from fct_flights_dyad_month")
    counted = {(str(a), str(b), str(month)[:7]): n for a, b, month, n in found if a in states and b in states}
    assert counted == by_hand
    assert sum(by_hand.values()) > 3_000


def test_a_dyad_that_receivers_see_well_has_its_flights_in_the_panel(published: Path) -> None:
    rows = ask(
        published,
        "select month, n_flights from dyad_month where directed_dyad = 'DEU>ESP' and n_flights is not null order by 1",
    )
    assert [str(month)[:7] for month, _ in rows] == ["2019-01", "2020-01", "2020-02", "2020-03"]
    assert all(isinstance(n, int) and n > 0 for _, n in rows)


def test_a_dyad_that_no_receiver_saw_is_null_and_not_zero(published: Path) -> None:
    rows = ask(
        published,
        "select n_flights from dyad_month where directed_dyad = 'KGZ>RUS' "
        "and month between '2020-01-01' and '2020-03-01'",
    )
    assert rows == [(None,)] * 3, "Kyrgyzstan is hardly seen by OpenSky: that is no evidence of no flights"


def test_the_migrant_stock_is_what_the_workbook_says(published: Path, first_run: Path) -> None:
    book = CalamineWorkbook.from_path(str(next((first_run / STOCKS).glob("*.xlsx"))))
    rows = book.get_sheet_by_name("Table 1").to_python()
    row = next(row for row in rows if row[3] == 643 and row[6] == 417)  # destination Russia, origin Kyrgyzstan
    assert 591_025.0 in row
    found = ask(
        published,
        "select year, value from fct_migration where origin_id = 'KGZ' and destination_id = 'RUS' "
        "and vintage = '2020' and sex = 'both' order by year",
    )
    assert [value for _, value in found] == [int(cell) for cell in row[-21:-14]]
    assert found[-1] == (2020, 591_025)


def test_the_loan_of_the_seed_statement_leads_back_to_its_characters(published: Path, first_run: Path) -> None:
    [(evidence, amount, currency, stage, committed_by, span_start, span_end, published_on)] = ask(
        published,
        "select evidence, amount_max, currency, stage, committed_by, span_start, span_end, published_on "
        "from fct_commitments where published_on = '2020-10-24' and amount_max is not null",
    )
    assert (amount, currency, stage, published_on) == (100_000_000, "USD", "pledged", date(2020, 10, 24))
    assert "RUS" in committed_by
    raw = next((first_run / "statements" / "text_files").glob("000_*")).read_text(encoding="utf-8")
    start = raw.index("Ministers of Foreign Affairs")
    assert raw[start + span_start : start + span_end].split() == str(evidence).split()


def test_the_printed_table_says_what_the_database_holds(published: Path) -> None:
    table = up.indicators(published, is_sample=False)
    years = list(table.columns[0].cells)
    stocks = dict(zip(years, table.columns[7].cells, strict=True))
    assert "591,025" in stocks["2020"]
    flights = dict(zip(years, table.columns[5].cells, strict=True))
    assert flights["2019"] == flights["2020"] == "\u00b7", "ten of 170,000 flights touch Kyrgyzstan: not observable"


def test_the_published_file_replays_what_was_known_on_a_day(published: Path) -> None:
    query = (
        "select value from migration_as_of(date '{}') where directed_dyad = 'KGZ>RUS' and year = 2020 and sex = 'both' "
        "and measure = 'stock'"
    )
    assert ask(published, query.format("2020-12-31")) == []
    assert ask(published, query.format("2022-01-01")) == [(591_025.0,)]
    told = (published.parent / "CHANGES.md").read_text(encoding="utf-8")
    assert "the first publication" in told and "International Migrant Stock" in told
