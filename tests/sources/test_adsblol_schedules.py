"""ADSB.lol's quarters, offline: wire-format rows with each trap; no original was at hand."""

from __future__ import annotations

import csv
import runpy
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote, Window
from ingest.sources.flights import adsblol_schedules

MODULE = source.get("adsblol_schedules")
HERE = Path(__file__).parent / "adsblol_schedules"
RAW = HERE / "raw" / "2026_Q2_detailed_github.parquet"


def land(path: Path, folder: Path, name: str = "") -> Receipt:
    remote = Remote(name or path.name, str(path), is_local=True)
    return landing.land(MODULE, remote, Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "flights") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    order = "raw_row" if table == "flights" else "raw_row, reason"
    return duckdb.execute(f"select {columns} from read_parquet(?) order by {order}", [files]).fetchall()


def changed(folder: Path, select: str, name: str = RAW.name) -> Path:
    """The raw file with other columns or types."""
    path = folder / name
    duckdb.execute(f"copy (select {select} from '{RAW}') to '{path}' (format parquet)")
    return path


def test_every_row_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    assert land(RAW, tmp_path).status == "landed"
    for table in ("flights", "quarantine"):
        with (HERE / "expected" / f"{table}.csv").open(newline="") as handle:
            header, *rows = csv.reader(handle)
        made = [["" if value is None else str(value) for value in row]
                for row in landed(tmp_path, ", ".join(header), table)]  # fmt: skip
        assert made == rows


def test_rows_of_the_neighbouring_quarters_are_counted_by_quarter_and_not_kept(tmp_path: Path) -> None:
    land(RAW, tmp_path)
    reasons = [row[0] for row in landed(tmp_path, "reason", "quarantine")]
    assert "of another quarter: 2026_Q1, 2 rows" in reasons and "of another quarter: 2026_Q3, 1 rows" in reasons
    starts = [row[0] for row in landed(tmp_path, "first_seen::date")]
    assert (min(starts), max(starts)) == (date(2026, 4, 1), date(2026, 6, 30))


def test_two_quarters_together_hold_each_flight_once(tmp_path: Path) -> None:
    """The same rows, delivered in both files of an overlap."""
    both = tmp_path / "2026_Q1_detailed_github.parquet"
    land(RAW, tmp_path)
    duckdb.execute(f"copy (select * from '{RAW}' limit 12) to '{both}' (format parquet)")
    land(both, tmp_path)
    rows = landed(tmp_path, "icao24, first_seen, vintage")
    assert len({row[:2] for row in rows}) == len(rows) and {row[2] for row in rows} == {"2026_Q1", "2026_Q2"}


@pytest.mark.parametrize("zone", ["Asia/Bishkek", "America/New_York"])
def test_typed_columns_give_the_same_rows_as_text_in_any_time_zone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, zone: str
) -> None:
    monkeypatch.setenv("TZ", zone)
    good = "ICAO_Hex in ('icaohex-60190a', 'icaohex-4e1234', '60190B')"
    plain = tmp_path / "plain" / RAW.name
    typed = tmp_path / "typed" / RAW.name
    for path in (plain, typed):
        path.parent.mkdir()
    times = "Track_Origin_DateTime_UTC::timestamp as Track_Origin_DateTime_UTC"
    lists = "[trim(Track_Origin_ApplicableAirports, '[]''')] as Track_Origin_ApplicableAirports"
    duckdb.execute(f"copy (select * from '{RAW}' where {good}) to '{plain}' (format parquet)")
    duckdb.execute(f"copy (select * replace ({times}, {lists}) from '{plain}') to '{typed}' (format parquet)")
    land(plain, plain.parent)
    land(typed, typed.parent)
    columns = "* exclude (raw_sha256)"
    assert landed(plain.parent, columns) == landed(typed.parent, columns) != []


def test_a_2024_file_without_positions_lands(tmp_path: Path) -> None:
    names = "Track_Origin_Lat, Track_Origin_Lon, Track_Destination_Lat, Track_Destination_Lon, AC_Type_Detailed"
    path = changed(tmp_path, f"* exclude ({names})", "2026_Q2_github.parquet")
    assert land(path, tmp_path).status == "landed"
    assert {row[0] for row in landed(tmp_path, "first_latitude_deg")} == {None}


@pytest.mark.parametrize(
    ("select", "says"),
    [
        ("* rename (Callsign as Call_Sign)", "missing: Callsign; unknown: Call_Sign"),
        ("*, 1 as Seats", "missing: none; unknown: Seats"),
        ("* exclude (Reg)", "missing: Reg; unknown: none"),
        ("* exclude (Track_Origin_Lat)", "missing: Track_Origin_Lat; unknown: none"),
    ],
)
def test_a_file_of_other_columns_is_rejected_by_their_names(tmp_path: Path, select: str, says: str) -> None:
    receipt = land(changed(tmp_path, select), tmp_path)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend


@pytest.mark.parametrize(
    "body", [RAW.read_bytes()[:-200], RAW.read_bytes()[:300], b"<html>Not found</html>", b"\x1f\x8b"]
)
def test_a_file_that_is_cut_off_or_no_parquet_is_rejected(tmp_path: Path, body: bytes) -> None:
    path = tmp_path / RAW.name
    path.write_bytes(body)
    receipt = land(path, tmp_path)
    assert receipt.status == "rejected" and receipt.problem and receipt.mend and receipt.rows_landed == 0


def test_a_file_whose_name_tells_no_quarter_is_rejected(tmp_path: Path) -> None:
    receipt = land(RAW, tmp_path, "schedules.parquet")
    assert receipt.status == "rejected" and "its name tells no quarter" in receipt.problem


def test_a_second_edition_of_a_quarter_has_the_same_name_so_that_it_replaces_the_first(tmp_path: Path) -> None:
    """dbt's stg_deliveries takes of one name the delivery that was fetched last."""
    first = land(RAW, tmp_path)
    second = land(changed(tmp_path, "* replace ('EX-9' as Reg)"), tmp_path)
    assert (first.file, first.status) == (second.file, second.status) and first.sha256 != second.sha256


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        land(RAW, tmp_path / run)
        made.append([path.read_bytes() for path in sorted((tmp_path / run).rglob("*.parquet"))])
    assert made[0] == made[1]


def test_fetch_offers_the_quarters_that_are_out_under_the_names_of_their_releases() -> None:
    remotes = list(adsblol_schedules.fetch(None, date(2026, 8, 15)))
    assert (remotes[0].name, remotes[-1].name) == ("2024_Q1_github.parquet", "2026_Q2_detailed_github.parquet")
    assert len(remotes) == 10
    assert remotes[0].url.endswith("/download/aircraft_flight_logs_2024_quarter1/2024_Q1_github.parquet")
    assert remotes[-1].url.endswith("_schedules_2026_quarter2/2026_Q2_detailed_github.parquet")
    assert len(list(adsblol_schedules.fetch(None, date(2026, 8, 14)))) == 9, "45 days after its end a quarter is out"
    some = adsblol_schedules.fetch(Window(date(2024, 12, 31), date(2025, 1, 2)), date(2026, 8, 1))
    assert [remote.name[:7] for remote in some] == ["2024_Q4", "2025_Q1"]


def test_the_period_stands_in_the_file_name() -> None:
    assert MODULE.period("a/2025_Q4_detailed_github.parquet") == Window(date(2025, 10, 1), date(2026, 1, 1))
    assert MODULE.period("2024_Q1.parquet") == Window(date(2024, 1, 1), date(2024, 4, 1))
    assert MODULE.period("2024_Q5.parquet") is None


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    runpy.run_path(str(settings.SAMPLE / "make_schedules.py"))["main"](tmp_path)
    committed = sorted((settings.SAMPLE / "flights" / MODULE.source.key).iterdir())
    assert len(committed) == 2
    for file in committed:
        assert file.read_bytes() == (tmp_path / file.name).read_bytes()
        receipt = land(file, tmp_path / "home")
        assert (receipt.status, receipt.rows_landed) == ("landed", 36)
