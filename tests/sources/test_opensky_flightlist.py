"""OpenSky's flight list, offline: wire-format rows with each trap, and the real files where they are at hand.

Where each trap of flight data is a test; those of a model are dbt unit tests in the yml beside it, and the files of a
source are lines in its publisher's form below `raw`, with what must come of them below `expected`.

    missing ends                    int_flight_legs, int_flight_repair_strata, flight_legs (what fills them, and when)
    coverage drift                  fct_flights_dyad_month (growth beside growth of the panel of airports)
    private strips for airports     flight_legs; test_airports.py below tests/warehouse
    day is that of the last message opensky_flightlist, lines 2 and 10
    callsign is no flight number    opensky_flightlist, lines 1 and 2; fct_flights_dyad_month counts legs of callsigns
    codeshares                      openflights_routes (is_codeshare); eurostat_air's PAS_CRD has a basis of its own
    daily snapshots that overlap    stg_flights (one leg in two files, and in the lists of both ends)
    rows of several legs            vrs_routes (A-B-C is two legs), adsblol_schedules (callsign_route)
    local times with an offset      opensky_flightlist, line 3, and in any time zone of the machine
    diversions, circuits            flight_legs
    codes renamed and used again    test_airports.py below tests/warehouse; bts_t100_international by month
    airports of two attributions    test_airports.py below tests/warehouse
    charter and cargo mixed in      int_flight_routes; bts_t100_international and eurostat_air by published class
    wet lease                       int_flight_routes: a carrier is the callsign's, and no owner is told
"""

import csv
import gzip
import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote, Window

MODULE = source.get("opensky_flightlist")
HERE = Path(__file__).parent / "opensky_flightlist"
RAW = HERE / "raw" / "flightlist_20200101_20200131.csv"
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "opensky_flightlist_sample"
LINES = RAW.read_text().splitlines()

needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "flights") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    return duckdb.execute(f"select {columns} from read_parquet(?) order by raw_row", [files]).fetchall()


def parquet(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*.parquet") if file.stem != "_empty"]


def as_text(rows: list[tuple[object, ...]]) -> list[list[str]]:
    return [["" if value is None else str(value) for value in row] for row in rows]


def expected(name: str) -> tuple[str, list[list[str]]]:
    with (HERE / "expected" / name).open(newline="") as handle:
        header, *rows = csv.reader(handle)
    return ", ".join(header), rows


def write(folder: Path, lines: list[str], name: str = "flightlist_20200101_20200131.csv") -> Path:
    path = folder / name
    text = ("\n".join(lines) + "\n").encode()
    path.write_bytes(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_every_row_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path, packed: bool) -> None:
    path = write(tmp_path, LINES, RAW.name + ".gz") if packed else RAW
    receipt = land(path, tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("flights", "quarantine"):
        columns, rows = expected(f"{table}.csv")
        assert as_text(landed(tmp_path, columns, table)) == rows
    assert receipt.rows_in == len(LINES) - 1 == receipt.rows_landed + receipt.rows_quarantined


def test_good_lines_give_the_same_rows_whether_read_by_columns_or_by_lines(tmp_path: Path) -> None:
    good = [LINES[row] for row in (1, 2, 3, 13, 16)]
    (tmp_path / "by_lines").mkdir()
    land(write(tmp_path, [LINES[0], *good]), tmp_path)
    land(write(tmp_path / "by_lines", [LINES[0], *good, "too,short"]), tmp_path / "by_lines")
    columns = "* exclude (raw_sha256)"
    assert landed(tmp_path, columns) == landed(tmp_path / "by_lines", columns) != []


def test_a_windows_file_with_marks_and_blank_lines_gives_the_same_rows(tmp_path: Path) -> None:
    (tmp_path / "windows").mkdir()
    land(write(tmp_path, LINES[:4]), tmp_path)
    path = tmp_path / "windows" / RAW.name
    path.write_bytes(b"\xef\xbb\xbf" + "\r\n".join([*LINES[:4], ""]).encode())
    land(path, tmp_path / "windows")
    columns = "* exclude (raw_sha256)"
    assert landed(tmp_path, columns) == landed(tmp_path / "windows", columns) != []


def test_the_machines_time_zone_does_not_matter(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "Asia/Bishkek")
    land(RAW, tmp_path)
    columns, rows = expected("flights.csv")
    assert as_text(landed(tmp_path, columns)) == rows


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    path = write(tmp_path, LINES, RAW.name + ".gz")
    made: list[dict[str, bytes]] = []
    for run in ("one", "two"):
        assert land(path, tmp_path / run).is_new
        made.append(
            {str(file.relative_to(tmp_path / run)): file.read_bytes() for file in sorted(parquet(tmp_path / run))}
        )
    assert made[0] == made[1] and len(made[0]) == 2  # the flights and the quarantined


def broken(what: str) -> bytes:
    packed = gzip.compress(("\n".join(LINES[:4]) + "\n").encode(), mtime=0)
    header = LINES[0]
    return {
        "cut off": packed[: len(packed) // 2],
        "only its end missing": packed[:-4],
        "a wrong checksum": packed[:-8] + b"\0\0\0\0" + packed[-4:],
        "renamed column": "\n".join([header.replace("typecode", "type"), *LINES[1:4]]).encode(),
        "missing column": "\n".join(line.rsplit(",", 1)[0] for line in LINES[:4]).encode(),
        "added column": "\n".join(f"{line},extra" for line in LINES[:4]).encode(),
        "swapped columns": "\n".join(
            [header.replace("origin,destination", "destination,origin"), *LINES[1:4]]
        ).encode(),
        "another file": b"Dear colleague,\nplease find attached\n",
        "a picture": b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR",
        "no rows": f"{header}\n".encode(),
        "nothing": b"",
    }[what]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("cut off", "gzip is cut off or damaged"),
        ("only its end missing", "gzip is cut off or damaged"),
        ("a wrong checksum", "gzip is cut off or damaged"),
        ("renamed column", "columns missing: typecode; unknown: type"),
        ("missing column", "columns missing: altitude_2; unknown: none"),
        ("added column", "columns missing: none; unknown: extra"),
        ("swapped columns", "order or number is another"),
        ("another file", "no flight list: it begins 'Dear colleague"),
        ("a picture", "no flight list"),
        ("no rows", "0 good rows, expected 1 to"),
        ("nothing", "the file is empty"),
    ],
)
def test_a_file_that_is_no_whole_flight_list_is_rejected_in_plain_words(tmp_path: Path, what: str, says: str) -> None:
    path = tmp_path / "flightlist_20200101_20200131.csv.gz"
    path.write_bytes(broken(what))
    receipt = land(path, tmp_path)
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert says in receipt.problem and receipt.mend
    assert not list((tmp_path / "landing" / "flights").rglob("*.parquet"))


def test_fetch_offers_the_months_that_overlap_the_window() -> None:
    names = [remote.name for remote in MODULE.fetch(None)]
    assert len(names) == len(set(names)) == 48
    assert (names[0], names[-1]) == ("flightlist_20190101_20190131.csv.gz", "flightlist_20221201_20221231.csv.gz")
    leap = [remote.name for remote in MODULE.fetch(Window(date(2020, 2, 29), date(2020, 3, 2)))]
    assert leap == ["flightlist_20200201_20200229.csv.gz", "flightlist_20200301_20200331.csv.gz"]
    assert not list(MODULE.fetch(Window(date(2023, 1, 1), date(2024, 1, 1))))
    assert all(remote.url.startswith("https://") and not remote.is_local for remote in MODULE.fetch(None))


def test_the_period_stands_in_the_file_name() -> None:
    assert MODULE.period("2020/flightlist_20200201_20200229.csv.gz") == Window(date(2020, 2, 1), date(2020, 3, 1))
    assert MODULE.period("subset.csv.gz") is None
    assert MODULE.period("flightlist_20201301_20201340.csv.gz") is None


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    script: dict[str, object] = {"__name__": "make_flights", "__file__": "make_flights.py"}
    exec((settings.SAMPLE / "make_flights.py").read_text(encoding="utf-8"), script)
    main = script["main"]
    assert callable(main)
    main(tmp_path)
    committed = sorted((settings.SAMPLE / "flights" / MODULE.source.key).iterdir())
    assert len(committed) == 36 and sum(file.stat().st_size for file in committed) < 1_200_000
    for file in committed:
        assert gzip.decompress(file.read_bytes()) == gzip.decompress((tmp_path / file.name).read_bytes()), file.name


def test_a_month_of_the_sample_lands_with_its_one_duplicate_quarantined(tmp_path: Path) -> None:
    file = settings.SAMPLE / "flights" / MODULE.source.key / "flightlist_20190101_20190131.csv.gz"
    receipt = land(file, tmp_path)
    assert receipt.reasons == {"same key as another row": 1}
    days = landed(tmp_path, "first_seen::date, day")
    assert min(days)[:2] == (date(2018, 12, 31), date(2019, 1, 1)), "January holds departures of 31 December"
    assert len([icao24 for (icao24,) in landed(tmp_path, "icao24") if icao24 == "4e1234"]) == 1


@needs_real
def test_real_files_agree_with_a_count_by_hand(tmp_path: Path) -> None:
    files = sorted(REAL.glob("flightlist_2*.csv.gz"))
    rows = missing_origin = missing_destination = 0
    keys: set[tuple[str, str, str]] = set()
    latitudes = 0.0
    for file in files:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                rows += 1
                missing_origin += not row["origin"]
                missing_destination += not row["destination"]
                keys.add((row["icao24"], row["firstseen"], row["lastseen"]))
                latitudes += float(row["latitude_1"] or 0)
        receipt = land(file, tmp_path)
        assert receipt.status == "landed", receipt.problem
    counted = landed(
        tmp_path,
        "count(*), count(*) - count(origin), count(*) - count(destination), sum(first_latitude_deg), 1 as raw_row",
    )[0]
    assert rows == 150_000 and len(keys) == rows, "the files at hand are others than those this test was written for"
    assert counted[:3] == (rows, missing_origin, missing_destination)
    assert counted[3] == pytest.approx(latitudes)
    assert round(100 * missing_origin / rows, 1) == pytest.approx(26.8, abs=0.5)
