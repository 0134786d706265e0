"""BITRE's international airline activity, offline: wire-format files with each trap, and the real where at hand."""

from __future__ import annotations

import csv
import io
import os
import zipfile
from collections import Counter
from datetime import date
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ingest import settings
from sample import make_air_traffic_states
from sample.make_air_traffic_states import BITRE, bitre_sheets
from sample.make_migration import Cell, Sheet, workbook
from tests.landed import Landed
from tests.sources.bitre_international import make

KEY = "bitre_international"
HERE = Path(__file__).parent / KEY
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "bitre_au"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)
GOOD = [make.ROWS[n] for n in (0, 1, 6, 10)]


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


def content(packed: bytes) -> object:
    """What a packed file holds: the headers of zip differ between Python's versions."""
    if packed[:2] != b"PK":
        return packed
    with zipfile.ZipFile(io.BytesIO(packed)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    receipt = landed.land(path)
    assert receipt.status == "landed", receipt.problem
    for name, suffix in (("", ".csv"), ("quarantine", ".quarantine.csv")):
        expected = (HERE / "expected" / f"{path.name}{suffix}").read_text(encoding="utf-8").splitlines()
        assert landed.as_csv(name) == expected


def test_the_raw_files_are_what_their_program_writes() -> None:
    written = {name: content(data) for name, data in make.files().items()}
    assert {path.name: content(path.read_bytes()) for path in (HERE / "raw").iterdir()} == written


def one(landed: Landed, *figures: Cell) -> dict[str, tuple[float | None, str | None]]:
    """Value and note of each inbound measure of a line with these figures in and out."""
    assert landed.land_bytes(make.FLIGHTS, workbook(bitre_sheets([make.row(2025, 8, "QF", "Fiji", *figures)]))).rows_in
    rows = landed.rows("select measure, value, note from landed where reporter_side = 'destination'")
    return {measure: (value, note) for measure, value, note in rows}


@pytest.mark.parametrize(
    ("cell", "value", "note"),
    [("-", 0, "-"), ("..", None, ".."), ("(a)", None, "(a)"), ("(z)", None, "(z)"), ("", None, "blank"), (0, 0, None),
     (" 1 056", 1056, None), (" 1\xa0056", 1056, None), ("1,056", 1056, None), ("12 (b)", 12, "(b)"), (7, 7, None)],
)  # fmt: skip
def test_a_mark_is_zero_or_unknown_as_the_publisher_says(
    landed: Landed, cell: Cell, value: float | None, note: str | None
) -> None:
    assert one(landed, 5, cell, 300, 5, 6, 7)["passengers"] == (value, note)


@pytest.mark.parametrize("cell", ["n/a", "1 05", "1 0567", "12(", "1.2.3", "(A1)", "1E5"])
def test_a_cell_that_is_no_figure_is_quarantined_and_never_guessed(landed: Landed, cell: str) -> None:
    assert "passengers" not in one(landed, 5, cell, 300, 5, 6, 7)
    assert landed.rows("select reason from landed", "quarantine") == [(f"PAX IN is no figure: {cell}",)]


def test_no_flights_beside_passengers_can_not_be_zero(landed: Landed) -> None:
    found = one(landed, "-", 1295, 2880, "-", "-", "-")
    assert found["flights"] == (None, "- beside passengers or seats")
    assert landed.rows("select value, note from landed where reporter_side = 'origin' and measure = 'flights'") == [
        (0, "-")
    ]


def test_in_goes_to_australia_and_out_from_it(landed: Landed) -> None:
    one(landed, 1, 2, 3, 4, 5, 6)
    found = landed.rows("select origin, destination, reporter, reporter_side, list(value order by value) from landed "
                        "group by all order by 1")  # fmt: skip
    assert found == [
        ("AUS", "FJI", "AUS", "origin", [4, 5, 6]),
        ("FJI", "AUS", "AUS", "destination", [1, 2, 3]),
    ]


def test_a_header_elsewhere_and_another_order_of_columns_give_the_same_rows(tmp_path: Path) -> None:
    order = [3, 2, 10, 9, 0, 1, 8, 7, 6, 5, 4]
    books = {
        "published": bitre_sheets(GOOD),
        "moved": bitre_sheets(GOOD, above=30),
        "at the top": [Sheet("Data", [BITRE, *GOOD])],
        "reordered": bitre_sheets([[row[n] for n in order] for row in GOOD], [BITRE[n] for n in order]),
    }
    found = {}
    for name, sheets in books.items():
        (tmp_path / name).mkdir()
        place = Landed(KEY, tmp_path / name)
        assert place.land_bytes(make.FLIGHTS, workbook(sheets)).rows_quarantined == 0
        found[name] = place.as_csv()
    assert len(found["published"]) == 25
    assert all(rows == found["published"] for rows in found.values())


def broken(what: str) -> bytes:
    data = bitre_sheets(GOOD)[2]
    hidden = Sheet("Data", data.rows, is_hidden=True)
    merged = [["MONTH", "AIRLINE", "COUNTRY", "FLTS IN", "", "SEATS IN", *BITRE[6:]]]
    whole = workbook(bitre_sheets(GOOD))
    return {
        "hidden": workbook([Sheet("ReadMe", [["x"]]), hidden]),
        "two": workbook([data, Sheet("Data (2)", data.rows)]),
        "merged header": workbook([Sheet("Data", [*merged, *GOOD], ("D1:E1",))]),
        "merged cells": workbook(bitre_sheets([GOOD[0], [GOOD[1][0], "", *GOOD[1][2:]]])),
        "renamed": workbook(bitre_sheets(GOOD, [*BITRE[:5], "CAPACITY IN", *BITRE[6:]])),
        "added": workbook(bitre_sheets([[*row, 1] for row in GOOD], [*BITRE, "FREIGHT IN"])),
        "twice": workbook(bitre_sheets([[*row, 1] for row in GOOD], [*BITRE, "PAX IN"])),
        "another table": workbook([Sheet("Data", [["Year", "Total"], [2025, 1]])]),
        "empty table": workbook(bitre_sheets([])),
        "password": b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 2000,
        "cut short": whole[: len(whole) // 2],
        "page": b"<!DOCTYPE html><title>Not found</title>",
    }[what]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("hidden", "sheet 'Data' is hidden"),
        ("two", "sheets 'Data', 'Data (2)' hold the same table"),
        ("merged header", "columns missing: PAX IN"),
        ("merged cells", "AIRLINE blank beside figures (row 2)"),
        ("renamed", "columns missing: SEATS IN; columns unknown or doubled: 'CAPACITY IN'"),
        ("added", "columns unknown or doubled: 'FREIGHT IN'"),
        ("twice", "columns unknown or doubled: 'PAX IN', 'PAX IN'"),
        ("another table", "none of its sheets has the columns MONTH, AIRLINE, COUNTRY"),
        ("empty table", "0 good rows"),
        ("password", "it can't be opened as a workbook"),
        ("cut short", "it can't be opened as a workbook"),
        ("page", "it can't be opened as a workbook"),
    ],
)
def test_a_workbook_that_is_not_as_published_is_rejected_whole_in_plain_words(
    landed: Landed, what: str, says: str
) -> None:
    receipt = landed.land_bytes(make.FLIGHTS, broken(what))
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert says in receipt.problem and receipt.mend
    assert not landed.parquet().exists()


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        ([make.LINES[0], make.LINES[1], make.LINES[2][:20]], "cells in a line, 11 in the header (row 2)"),
        ([make.LINES[0].replace("Mail_In", "Post_In"), make.LINES[1]], "columns missing: Mail_In_(tonnes)"),
        (["Year,Total", "2022,1"], "columns missing: Month"),
    ],
)
def test_a_csv_that_is_not_as_published_is_rejected_whole(landed: Landed, lines: list[str], says: str) -> None:
    receipt = landed.land_bytes(make.PORT_COUNTRY, "\n".join(lines).encode())
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend


def test_the_edition_is_the_month_in_the_file_name(landed: Landed) -> None:
    names = {make.FLIGHTS: "2025-08", "International_airline_activity.xlsx": "International_airline_activity",
             "Flights_seats_1325.xlsx": "Flights_seats_1325"}  # fmt: skip
    for n, (name, vintage) in enumerate(names.items()):
        book = workbook(bitre_sheets([make.row(2025, 8, f"Airline {n}", "Fiji", 1, 2, 3, 4, 5, 6)]))
        assert landed.land_bytes(name, book).vintages == [vintage]
    assert not list(landed.module.fetch(None))


def test_the_same_bytes_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("a", "b"):
        (tmp_path / run).mkdir()
        place = Landed(KEY, tmp_path / run)
        place.land(HERE / "raw" / make.FLIGHTS)
        made.append([path.read_bytes() for name in ("", "quarantine") for path in place.parquet(name).iterdir()])
    assert made[0] == made[1] and len(made[0]) == 2


def test_the_sample_is_what_its_program_writes_and_lands_whole(tmp_path: Path, landed: Landed) -> None:
    make_air_traffic_states.main(tmp_path / "made")
    committed = make_air_traffic_states.FOLDER / KEY
    written = {path.name: content(path.read_bytes()) for path in (tmp_path / "made" / KEY).iterdir()}
    assert {path.name: content(path.read_bytes()) for path in committed.iterdir()} == written
    for path in sorted(committed.iterdir()):
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["2021-06"])
    book = CalamineWorkbook.from_path(str(next(committed.glob("*.xlsx"))))
    assert "INVENTED" in str(book.get_sheet_by_name("Data").to_python()[0])


@needs_real
def test_the_real_workbook_agrees_with_a_count_by_hand(landed: Landed) -> None:
    path = REAL / make.FLIGHTS
    receipt = landed.land(path)
    lines = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Data").to_python(skip_empty_area=False)[5:]
    assert len(lines) == 35_995, "the file at hand is another than the one that this test was written for"
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 6 * 35_995, 0)
    assert receipt.vintages == ["2025-08"]
    by_hand: Counter[tuple[object, str, str]] = Counter()
    for line in lines:
        for n, key in enumerate((measure, side) for side in ("destination", "origin")
                                for measure in ("flights", "passengers", "seats")):  # fmt: skip
            told = str(line[3 + n]).replace(" ", "")
            by_hand[(line[0], *key)] += int(float(told)) if told[:1].isdigit() else 0
    found = landed.rows("select period_start, measure, reporter_side, sum(coalesce(value, 0)) from landed group by all")
    assert {tuple(key): value for *key, value in found} == dict(by_hand)
    total = "select sum(value) from landed where measure = 'flights' and period_start = date '2025-08-01'"
    assert landed.rows(total) == [(by_hand[date(2025, 8, 1), "flights", "destination"]
                                   + by_hand[date(2025, 8, 1), "flights", "origin"],)]  # fmt: skip
    lost = "select count(*) from landed where value is null and note is null"
    assert landed.rows(lost) == [(0,)]


@needs_real
def test_the_real_table_of_ports_agrees_with_a_count_by_hand(landed: Landed) -> None:
    path = REAL / "internationalport_country.csv"
    receipt = landed.land(path)
    with path.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    assert len(lines) == 44_827, "the file at hand is another than the one that this test was written for"
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 6 * 44_827, 0)
    month = [line for line in lines if line["Month"] == "Sep-22"]
    found = landed.rows("select measure, reporter_side, sum(value) from landed where period_start = date '2022-09-01' "
                        "group by all")  # fmt: skip
    columns = {("passengers", 1.0): "Passengers_{}", ("freight_kg", 1000.0): "Freight_{}_(tonnes)",
               ("mail_kg", 1000.0): "Mail_{}_(tonnes)"}  # fmt: skip
    by_hand = {
        (measure, side): sum(float(line[column.format(way)]) for line in month) * factor
        for (measure, factor), column in columns.items()
        for side, way in (("destination", "In"), ("origin", "Out"))
    }
    assert {(measure, side): value for measure, side, value in found} == pytest.approx(by_hand)
