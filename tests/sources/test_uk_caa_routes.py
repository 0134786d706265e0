"""The UK CAA's punctuality statistics, offline, on invented lines: no original was at hand."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from ingest.source import Window
from sample import make_air_traffic_states
from sample.make_air_traffic_states import PUNCTUALITY, punctuality
from tests.landed import Landed
from tests.sources.uk_caa_routes import make

KEY = "uk_caa_routes"
HERE = Path(__file__).parent / KEY


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_line_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    receipt = landed.land(path)
    assert receipt.status == "landed", receipt.problem
    for name, suffix in (("", ".csv"), ("quarantine", ".quarantine.csv")):
        file = HERE / "expected" / f"{path.name}{suffix}"
        assert landed.as_csv(name) == (file.read_text(encoding="utf-8").splitlines() if file.exists() else [])


def test_the_raw_files_are_what_their_program_writes() -> None:
    assert {path.name: path.read_bytes() for path in (HERE / "raw").iterdir()} == make.files()


@pytest.mark.parametrize(
    ("here", "country", "there", "way", "expected"),
    [
        ("HEATHROW", "RUSSIA", "MOSCOW", "A", ("RUS", "GBR", "MOSCOW", "HEATHROW", "destination")),
        ("HEATHROW", "RUSSIA", "MOSCOW", "D", ("GBR", "RUS", "HEATHROW", "MOSCOW", "origin")),
        ("LEEDS", "UNITED KINGDOM", "BARRA", "D", ("GBR", "GBR", "LEEDS", "BARRA", "both")),
        ("JERSEY", "UNITED KINGDOM", "GATWICK", "D", ("JEY", "GBR", "JERSEY", "GATWICK", "destination")),
        ("GATWICK", "UNITED KINGDOM", "ISLE OF MAN", "D", ("GBR", "IMN", "GATWICK", "ISLE OF MAN", "origin")),
        ("ISLE OF MAN", "IRISH REPUBLIC", "DUBLIN", "D", ("IMN", "IRL", "ISLE OF MAN", "DUBLIN", "observer")),
    ],
)
def test_arrivals_come_from_abroad_and_departures_go_there(
    landed: Landed, here: str, country: str, there: str, way: str, expected: tuple[str, ...]
) -> None:
    landed.land_bytes(make.MONTH, punctuality([make.line(here, country, there, way, 5, 1, 0)]))
    columns = "origin, destination, origin_airport, destination_airport, reporter_side"
    assert landed.rows(f"select {columns} from landed") == [expected]
    assert landed.rows("select reporter, value, basis, grain from landed") == [("GBR", 6, "flight", "M")]


def test_cancelled_flights_were_not_flown(landed: Landed) -> None:
    landed.land_bytes(make.MONTH, punctuality([make.line("HEATHROW", "SPAIN", "MADRID", "A", 40, 2, 9)]))
    assert landed.rows("select value, note from landed") == [(42, "unmatched 2; cancelled 9")]


@pytest.mark.parametrize("arrival_first", [True, False])
def test_a_flight_that_both_ends_report_is_counted_once(landed: Landed, arrival_first: bool) -> None:
    lines = [make.line("HEATHROW", "UNITED KINGDOM", "EDINBURGH", "D", 100, 3, 0),
             make.line("EDINBURGH", "UNITED KINGDOM", "HEATHROW", "A", 101, 1, 0)]  # fmt: skip
    receipt = landed.land_bytes(make.MONTH, punctuality(lines[::-1] if arrival_first else lines))
    assert (receipt.rows_landed, receipt.rows_quarantined) == (1, 0)
    assert landed.rows("select value, note from landed") == [
        (103, "unmatched 3; the destination counts 102 (unmatched 1)")
    ]


def test_both_directions_together_never_land(landed: Landed) -> None:
    receipt = landed.land_bytes("Table_12_1_Intl_Air_Pax_Route_Analysis_2025_01.csv", make.AIRPORT_TABLE)
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert "both directions together (2 routes, 1,234 passengers)" in receipt.problem
    assert "arrivals and departures apart" in receipt.mend
    assert not landed.parquet().exists()


def test_a_year_is_no_month(landed: Landed) -> None:
    landed.land_bytes(make.YEAR, make.files()[make.YEAR])
    assert landed.rows("select distinct grain, period_start, period_end from landed") == [
        ("A", date(2024, 1, 1), date(2025, 1, 1))
    ]


def test_columns_in_another_order_and_delays_of_another_year_give_the_same_rows(tmp_path: Path) -> None:
    lines = make.LINES[:14]
    short = PUNCTUALITY[:11]
    contents = {
        "now": punctuality(lines),
        "without delays": punctuality(lines, short),
        "turned": punctuality([[]], short[::-1]).split(b"\r\n")[0] + b"\r\n"
        + b"".join(b",".join(str(cell).encode("cp1252") for cell in line[::-1]) + b"\r\n" for line in lines),
        "utf-8": punctuality(lines).decode("cp1252").encode("utf-8-sig"),
        "double returns": punctuality(lines).replace(b"\r\n", b"\r\r\n"),
    }  # fmt: skip
    found = {}
    for name, content in contents.items():
        (tmp_path / name).mkdir()
        one = Landed(KEY, tmp_path / name)
        assert one.land_bytes(make.MONTH, content).rows_quarantined == 0, name
        found[name] = one.as_csv()
    assert len(found["now"]) == 13
    assert all(rows == found["now"] for rows in found.values())


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (
            punctuality(make.LINES).replace(b"arrival_departure", b"direction"),
            "counts arrivals and departures together",
        ),
        (
            punctuality(make.LINES).replace(b"actual_flights_unmatched", b"unmatched"),
            "missing: actual_flights_unmatched",
        ),
        (punctuality(make.LINES, PUNCTUALITY[:9]), "missing: actual_flights_unmatched"),
        (b"<!DOCTYPE html>", "columns missing: reporting_period"),
        (punctuality([]), "0 good rows"),
        (b"", "the file is empty"),
    ],
)
def test_a_file_that_is_not_the_split_table_is_rejected_in_plain_words(
    landed: Landed, content: bytes, says: str
) -> None:
    receipt = landed.land_bytes(make.MONTH, content)
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert says in receipt.problem and receipt.mend


def test_a_line_cut_short_is_quarantined_and_the_others_land(landed: Landed) -> None:
    content = punctuality(make.LINES[:2]) + b"14/03/2025 09:52,202501,HEATHR"
    receipt = landed.land_bytes(make.MONTH, content)
    assert (receipt.rows_landed, receipt.reasons) == (2, {"3 columns instead of 26": 1})


def test_the_publishers_run_date_is_the_edition(landed: Landed) -> None:
    runs = {"14/03/2025 09:52": "2025-03-14 09:52", "14/03/2025 09:52:31": "2025-03-14 09:52", "March": "March",
            "": make.MONTH.removesuffix(".csv")}  # fmt: skip
    for n, (run, vintage) in enumerate(runs.items()):
        line = make.line("HEATHROW", "SPAIN", "MADRID", "A", n, 0, 0, run=run)
        assert landed.land_bytes(make.MONTH, punctuality([line])).vintages == [vintage]


def test_the_file_name_tells_the_month_or_the_year(landed: Landed) -> None:
    period = landed.module.period
    assert period(f"2025/{make.MONTH}") == Window(date(2025, 1, 1), date(2025, 2, 1))
    assert period("202412 Punctuality Statistics.csv") == Window(date(2024, 12, 1), date(2025, 1, 1))
    assert period(make.YEAR) == Window(date(2024, 1, 1), date(2025, 1, 1))
    assert period("punctuality.csv") is None and period("202513_x.csv") is None
    assert not list(landed.module.fetch(None))


def test_the_same_bytes_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        one = Landed(KEY, tmp_path / run)
        one.land(HERE / "raw" / make.MONTH)
        made.append([path.read_bytes() for name in ("", "quarantine") for path in one.parquet(name).iterdir()])
    assert made[0] == made[1] and len(made[0]) == 2


def test_the_sample_is_what_its_program_writes_and_lands_whole(tmp_path: Path, landed: Landed) -> None:
    make_air_traffic_states.main(tmp_path / "made")
    committed = make_air_traffic_states.FOLDER / KEY
    written = {path.name: path.read_bytes() for path in (tmp_path / "made" / KEY).iterdir()}
    assert {path.name: path.read_bytes() for path in committed.iterdir()} == written
    for path in sorted(committed.iterdir()):
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 16, 0), receipt.problem
