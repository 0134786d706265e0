"""OurAirports, offline: which code a field gets, which field keeps a code, older copies, and wrong files.

No real airports.csv is at hand here; the columns are those that SOURCES.md (A10) tells.
"""

import csv
import re
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote

MODULE = source.get("ourairports")
HERE = Path(__file__).parent / "ourairports"
RAW = HERE / "raw" / "airports_2026-11-23.csv"
HEADER = RAW.read_text(encoding="utf-8").splitlines()[0]


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "airports") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    return duckdb.execute(f"select {columns} from read_parquet(?) order by all", [files]).fetchall()


def field(
    ident: str, kind: str = "small_airport", icao: str = "", gps: str = "", scheduled: str = "no", country: str = "DE"
) -> str:
    return (
        f'1,"{ident}","{kind}","A field",50.1,8.5,,"EU","{country}","{country}-X",,"{scheduled}","{icao}",,"{gps}",,,,'
    )


def write(folder: Path, *lines: str, name: str = "airports_2026-11-23.csv") -> Path:
    folder.mkdir(exist_ok=True)
    (folder / name).write_text("\n".join(lines) + "\n", encoding="utf-8")
    return folder / name


def test_every_row_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    receipt = land(RAW, tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("airports", "quarantine"):
        with (HERE / "expected" / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
            heads, *rows = csv.reader(handle)
        found = landed(tmp_path, ", ".join(heads), table)
        assert [["" if value is None else str(value) for value in row] for row in found] == rows
    assert receipt.rows_in == 13 == receipt.rows_landed + receipt.rows_quarantined


@pytest.mark.parametrize(
    ("row", "icao"),
    [
        (field("UAFM", icao="UCFM", gps="UAFM"), "UCFM"),
        (field("ULIC", gps="ULJC"), "ULJC"),
        (field("00A", gps="K00A"), "00A"),
        (field("US-0123", gps="0E0"), "US-0123"),
        (field("US-0124", kind="closed"), "US-0124"),
    ],
)
def test_a_field_gets_its_icao_code_else_what_looks_like_one_else_its_ident(
    tmp_path: Path, row: str, icao: str
) -> None:
    land(write(tmp_path, HEADER, row), tmp_path)
    assert landed(tmp_path, "icao") == [(icao,)]


@pytest.mark.parametrize(
    ("kept", "other"),
    [
        (field("NEW", icao="EDXX"), field("OLD", kind="closed", icao="EDXX", scheduled="yes")),
        (field("NEW", gps="EDXX"), field("OLD", kind="closed", icao="EDXX")),
        (field("NEW", icao="EDXX"), field("OLD", kind="large_airport", gps="EDXX", scheduled="yes")),
        (field("NEW", icao="EDXX", scheduled="yes"), field("OLD", kind="large_airport", icao="EDXX")),
        (field("NEW", icao="EDXX", kind="medium_airport"), field("OLD", icao="EDXX", kind="heliport")),
        (field("NEW", icao="EDXX"), field("OLD", icao="EDXX", kind="large_airport", scheduled="yes", country="ZZ")),
    ],
)
def test_of_two_fields_with_one_code_the_open_or_better_one_keeps_it_in_any_order(
    tmp_path: Path, kept: str, other: str
) -> None:
    kept, other = kept.replace("A field", "kept"), other.replace("A field", "other")
    for order in ((kept, other), (other, kept)):
        folder = tmp_path / str(order.index(kept))
        receipt = land(write(folder, HEADER, *order), folder)
        assert landed(folder, "icao, name") == [("EDXX", "kept")]
        assert receipt.rows_quarantined == 1


def test_a_closed_field_alone_keeps_its_code(tmp_path: Path) -> None:
    land(write(tmp_path, HEADER, field("EDXX", kind="closed")), tmp_path)
    assert landed(tmp_path, "icao, kind") == [("EDXX", "closed")]


def test_a_copy_from_before_icao_code_gives_the_same_rows_where_gps_code_tells_it(tmp_path: Path) -> None:
    with RAW.open(encoding="utf-8", newline="") as handle:
        head, *rows = csv.reader(handle)
    old = [name for name in head if name not in ("icao_code", "iata_code")]
    old.insert(old.index("gps_code") + 1, "iata_code")  # which stood after gps_code then
    path = tmp_path / "airports_2019-05-02.csv"
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.writer(handle, lineterminator="\n")
        writer.writerow(old)
        writer.writerows([dict(zip(head, row, strict=True))[name] for name in old] for row in rows)
    land(RAW, tmp_path / "new")
    assert land(path, tmp_path / "old").vintages == ["2019-05-02"]
    columns = "icao, iata, name, country_id, kind, is_scheduled"
    new, older = landed(tmp_path / "new", columns), landed(tmp_path / "old", columns)
    assert older == sorted([*new, ("TR-0042", "IST", 'Old Field, "north"', "TUR", "closed", False)], key=str)


@pytest.mark.parametrize(
    ("header", "says"),
    [
        (HEADER.replace('"iso_country"', '"country"'), "columns missing: iso_country; unknown: country"),
        (HEADER.replace(',"keywords"', ""), "columns missing: keywords; unknown: none"),
        (HEADER + ',"elevation_m"', "columns missing: none; unknown: elevation_m"),
        ('"icao","iata","name","city"', "unknown: icao, iata, city"),
        ("Dear colleague", "unknown: Dear colleague"),
    ],
)
def test_another_header_is_rejected(tmp_path: Path, header: str, says: str) -> None:
    receipt = land(write(tmp_path, header, field("EDXX")), tmp_path)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend


def test_a_file_that_breaks_off_within_a_row_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / RAW.name
    path.write_bytes(RAW.read_bytes()[:-40])
    assert land(path, tmp_path).status == "rejected"


def test_the_day_of_fetching_stands_in_the_name_and_is_the_vintage(tmp_path: Path) -> None:
    (remote,) = MODULE.fetch(None)
    assert re.fullmatch(r"airports_20\d\d-\d\d-\d\d\.csv", remote.name) and not remote.is_local
    assert remote.url == "https://davidmegginson.github.io/ourairports-data/airports.csv"
    assert land(write(tmp_path, HEADER, field("EDXX"), name="airports.csv"), tmp_path).vintages == ["airports"]
    assert land(RAW, tmp_path).vintages == ["2026-11-23"]


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        land(RAW, tmp_path / run)
        made.append([file.read_bytes() for file in sorted((tmp_path / run).rglob("*.parquet"))])
    assert made[0] == made[1] and len(made[0]) == 2


def test_the_sample_holds_the_airports_of_the_sample_s_flights(tmp_path: Path) -> None:
    (file,) = (settings.SAMPLE / "reference" / MODULE.source.key).iterdir()
    receipt = land(file, tmp_path)
    assert receipt.reasons == {"code of another field": 1, "country is not known": 1}
    known = {str(icao) for (icao,) in landed(tmp_path, "icao")}
    assert {"UCFM", "UCFO", "UUEE", "LTFM", "UTTT", "KU42", "FYWH"} <= known
