"""OpenFlights' routes, offline: each trap, and the real file where it is at hand."""

import csv
import os
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote

MODULE = source.get("openflights_routes")
HERE = Path(__file__).parent / "openflights_routes"
RAW = HERE / "raw" / "routes_2014-06.dat"
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "openflights" / "routes.dat"

needs_real = pytest.mark.skipif(
    not REAL.is_file(), reason=f"no real {REAL.name} (ENTENTE_REAL names its parent's parent)"
)


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "routes") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    return duckdb.execute(f"select {columns} from read_parquet(?) order by all", [files]).fetchall()


def test_every_line_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    receipt = land(RAW, tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("routes", "quarantine"):
        with (HERE / "expected" / f"{table}.csv").open(encoding="utf-8", newline="") as handle:
            heads, *rows = csv.reader(handle)
        found = landed(tmp_path, ", ".join(heads), table)
        assert [["" if value is None else str(value) for value in row] for row in found] == rows
    assert receipt.rows_in == RAW.read_bytes().count(b"\r\n") == receipt.rows_landed + receipt.rows_quarantined


def test_line_ends_do_not_matter_and_the_name_without_a_month_is_the_edition(tmp_path: Path) -> None:
    (tmp_path / "routes.dat").write_bytes(RAW.read_bytes().replace(b"\r\n", b"\n"))
    receipt = land(RAW, tmp_path / "one"), land(tmp_path / "routes.dat", tmp_path / "two")
    columns = "* exclude (raw_sha256, vintage)"
    assert landed(tmp_path / "one", columns) == landed(tmp_path / "two", columns) != []
    assert [made.vintages for made in receipt] == [["2014-06"], ["routes"]]


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        land(RAW, tmp_path / run)
        made.append([file.read_bytes() for file in sorted((tmp_path / run).rglob("*.parquet"))])
    assert made[0] == made[1] and len(made[0]) == 2


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"", "the file is empty"),
        (b"Dear colleague,\nplease find attached\n", "it is no routes.dat: it begins 'Dear colleague"),
        (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR", "it is no routes.dat"),
        (b'507,"London Heathrow Airport","London","United Kingdom","LHR","EGLL",51.4,-0.4,83,0,"E"\n', "no routes.dat"),
        (b"airline,airline_id,src,src_id,dst,dst_id,codeshare,stops,equipment\n", "0 good rows, expected 1 to"),
    ],
)
def test_another_file_is_rejected_in_plain_words(tmp_path: Path, content: bytes, says: str) -> None:
    (tmp_path / "routes.dat").write_bytes(content)
    receipt = land(tmp_path / "routes.dat", tmp_path)
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert says in receipt.problem and receipt.mend


def test_the_sample_lands_with_its_one_mixed_pair_quarantined(tmp_path: Path) -> None:
    (file,) = (settings.SAMPLE / "flights" / MODULE.source.key).iterdir()
    receipt = land(file, tmp_path)
    assert (receipt.vintages, receipt.reasons) == (
        ["2014-06"],
        {"the two ends are not both IATA or both ICAO codes": 1},
    )
    assert landed(tmp_path, "count(*) filter (is_codeshare), count(distinct route_id)") == [(4, 16)]


@needs_real
def test_the_real_file_agrees_with_a_count_by_hand(tmp_path: Path) -> None:
    with REAL.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.reader(handle))
    no_id = sum("\\N" in (row[3], row[5]) for row in rows)
    assert (len(rows), sum(row[6] == "Y" for row in rows), no_id) == (67_663, 14_597, 423)
    receipt = land(REAL, tmp_path)
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 67_663, 0), receipt.problem
    found = landed(
        tmp_path,
        "count(*) filter (is_codeshare), count(*) filter (stops = 1), count(*) filter (airport_codes = 'iata'), "
        "count(*) filter (origin = destination), count(equipment), count(distinct (carrier, origin, destination))",
    )
    equipped = sum(bool(row[8].strip()) for row in rows)
    assert found == [(14_597, sum(row[7] == "1" for row in rows), 67_663, 1, equipped, 67_663)]
    pairs = {(row[0], row[2], row[4]) for row in rows}
    assert {tuple(map(str, row)) for row in landed(tmp_path, "carrier, origin, destination")} == pairs
