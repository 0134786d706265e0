"""Codes of airports: two registers, local and former codes, the big airport beside a strip, and reused IATA codes.

A landing made by hand with two registers, the models of airports built over it, and each rule asked of them. Where the
real flight lists are at hand, the seeds are asked too whether they know what is flown.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest import contract, settings

PROJECT = settings.REPOSITORY / "dbt_project"
SEEDS = settings.SEEDS

# icao, iata, country, latitude, longitude, local_code, kind, is_scheduled
AIRPORTSDATA = [
    ("KSLC", "SLC", "USA", 40.788, -111.978, "SLC", None, None),
    ("KSVR", None, "USA", 40.620, -111.993, "SVR", None, None),  # 19 km from KSLC, was KU42
    ("KBTF", "BTF", "USA", 40.869, -111.927, "BTF", None, None),  # has an IATA code and no schedule
    ("71KY", None, "USA", 39.035, -84.873, "71KY", None, None),  # alone: nothing within 30 km
    ("0E0", None, "USA", 34.985, -106.009, "0E0", None, None),
    ("49OH", None, "USA", 39.935, -83.236, "49OH", None, None),  # another strip until 2022
    ("UCFM", "BSZ", "KGZ", 43.061, 74.478, None, None, None),
    ("LTBA", "ISL", "TUR", 40.977, 28.815, None, None, None),
    ("LTFM", "IST", "TUR", 41.275, 28.752, None, None, None),
    ("UKFF", "SIP", "UKR", 45.052, 33.975, None, None, None),
    ("LSZM", None, "CHE", 47.079, 9.065, None, None, None),  # Basel until 2025
    ("LFSB", "BSL", "FRA", 47.590, 7.529, None, None, None),
    ("AB99", None, "USA", 10.0, 10.0, None, None, None),  # another place than in the other register
    ("KABC", None, "USA", 30.0, -90.0, "XYZ", None, None),
    ("KXYZ", None, "USA", 31.0, -91.0, "Q1Q", None, None),  # K and the local code of KABC
]
OURAIRPORTS = [
    ("KSLC", "QQQ", "USA", 40.789, -111.978, "SLC", "large_airport", True),
    ("KBTF", "BTF", "USA", 40.869, -111.927, "BTF", "small_airport", False),
    ("UCFM", "FRU", "KGZ", 43.061, 74.478, None, "large_airport", True),
    ("LTBA", "ISL", "TUR", 40.977, 28.815, None, "closed", False),  # closed: says nothing of an open one
    ("ZZ77", "ISL", "TUR", 41.5, 29.5, None, "small_airport", False),  # its IATA code is another's
    ("ZZ78", None, "TUR", 41.6, 29.6, None, "closed", False),  # nobody else has the code
    ("AB99", None, "USA", 50.0, 10.0, None, "large_airport", True),
]
COLUMNS = ("icao", "iata", "country_id", "latitude_deg", "longitude_deg", "local_code", "kind", "is_scheduled")


def land(root: Path, key: str, rows: list[tuple[object, ...]]) -> None:
    columns = contract.all_columns(contract.TABLES["airports"])
    given = [
        {"name": str(row[0]), "source_key": key, "vintage": "1", "raw_sha256": key, "raw_row": n}
        | dict(zip(COLUMNS, row, strict=True))
        for n, row in enumerate(rows, 1)
    ]
    (root / "given.json").write_text(json.dumps(given), encoding="utf-8")
    (root / "airports" / key).mkdir(parents=True)
    types = {column.name: column.type for column in columns}
    duckdb.execute(
        f"copy (select * from read_json('{root}/given.json', columns={types})) "
        f"to '{root}/airports/{key}/{key}.parquet' (format parquet)"
    )
    (root / "given.json").unlink()
    (root / "receipts" / key).mkdir(parents=True)
    receipt = {
        "source_key": key, "table": "airports", "file": f"{key}.csv", "url": "", "bytes": 1, "sha256": key,
        "fetched_at": "2026-01-01T00:00:00+00:00", "is_sample": True, "status": "landed", "rows_in": len(rows),
        "rows_landed": len(rows), "rows_quarantined": 0, "reasons": {}, "vintages": ["1"], "code_version": "x",
        "problem": "", "mend": "",
    }  # fmt: skip
    (root / "receipts" / key / f"{key}.json").write_text(json.dumps(receipt), encoding="utf-8")


@pytest.fixture(scope="module")
def airports(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = tmp_path_factory.mktemp("home")
    (home / "warehouse").mkdir()
    (home / "landing").mkdir()
    land(home / "landing", "airports", list(AIRPORTSDATA))
    land(home / "landing", "ourairports", list(OURAIRPORTS))
    environment = os.environ | {
        "ENTENTE_HOME": str(home), "ENTENTE_LANDING": "", "ENTENTE_REPOSITORY": str(settings.REPOSITORY),
        "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
    }  # fmt: skip
    command = [
        str(Path(sys.executable).with_name("dbt")), "build", "--project-dir", str(PROJECT), "--profiles-dir",
        str(PROJECT), "--indirect-selection", "cautious", "--select", "+dim_airport", "+dim_country", "+dim_carrier",
        "+dim_aircraft_type",
    ]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    with duckdb.connect(str(home / "warehouse" / "entente.duckdb"), read_only=True) as con:
        yield con


def row(con: duckdb.DuckDBPyConnection, table: str, where: str, *names: str) -> tuple[object, ...]:
    found = con.execute(f"select {', '.join(names)} from {table} where {where}").fetchall()
    assert len(found) == 1, (where, found)
    return tuple(found[0])


def staged(con: duckdb.DuckDBPyConnection, icao: str, *names: str) -> tuple[object, ...]:
    return row(con, "staging.stg_airports", f"icao = '{icao}'", *names)


def coded(con: duckdb.DuckDBPyConnection, code: str, day: str, *names: str) -> tuple[object, ...]:
    in_force = f"coalesce(valid_from, '1900-01-01') <= '{day}' and '{day}' < coalesce(valid_to, '9999-12-31')"
    return row(con, "dim_airport", f"icao = '{code}' and {in_force}", *names)


def test_geography_and_codes_are_airportsdata_s_kind_and_schedule_ourairports(
    airports: duckdb.DuckDBPyConnection,
) -> None:
    names = ("iata", "latitude_deg", "kind", "is_scheduled", "source_key")
    assert staged(airports, "KSLC", *names) == ("SLC", 40.788, "large_airport", True, "airports")
    assert staged(airports, "UCFM", "iata", "kind") == ("BSZ", "large_airport")


def test_airport_that_one_register_knows_is_taken_from_it(airports: duckdb.DuckDBPyConnection) -> None:
    assert staged(airports, "KSVR", "source_key", "kind") == ("airports", None)
    assert staged(airports, "ZZ77", "source_key", "kind") == ("ourairports", "small_airport")


def test_closed_airport_counts_only_where_no_open_one_has_the_code(airports: duckdb.DuckDBPyConnection) -> None:
    assert staged(airports, "LTBA", "source_key", "kind", "is_scheduled") == ("airports", None, None)
    assert staged(airports, "ZZ78", "source_key", "kind") == ("ourairports", "closed")


def test_code_that_two_registers_give_to_two_places_mixes_nothing(airports: duckdb.DuckDBPyConnection) -> None:
    assert staged(airports, "AB99", "latitude_deg", "kind", "is_scheduled") == (10.0, None, None)


def test_iata_code_stays_with_the_register_that_speaks_first(airports: duckdb.DuckDBPyConnection) -> None:
    assert staged(airports, "ZZ77", "iata") == (None,)


def test_local_code_finds_its_airport_with_and_without_k(airports: duckdb.DuckDBPyConnection) -> None:
    for code in ("0E0", "K0E0"):
        assert coded(airports, code, "2019-05-01", "airport_id", "code_kind") == ("0E0", "local")
    assert coded(airports, "KSLC", "2019-05-01", "code_kind", "iata") == ("icao", "SLC")
    assert coded(airports, "SLC", "2019-05-01", "airport_id", "code_kind", "iata") == ("KSLC", "local", None)


def test_local_code_that_clashes_with_another_code_is_none(airports: duckdb.DuckDBPyConnection) -> None:
    assert coded(airports, "KXYZ", "2019-05-01", "airport_id", "code_kind") == ("KXYZ", "icao")
    assert coded(airports, "XYZ", "2019-05-01", "airport_id", "code_kind") == ("KABC", "local")


def test_former_code_is_the_airport_of_today(airports: duckdb.DuckDBPyConnection) -> None:
    assert coded(airports, "KU42", "2019-05-01", "airport_id", "code_kind") == ("KSVR", "former")
    assert coded(airports, "UAFM", "2019-05-01", "airport_id", "code_kind", "iata") == ("UCFM", "former", None)
    assert coded(airports, "60CO", "2019-05-01", "code_kind", "country_id") == ("former", "USA")


def test_code_given_to_another_place_means_the_earlier_one_until_then(airports: duckdb.DuckDBPyConnection) -> None:
    assert coded(airports, "49OH", "2019-05-01", "airport_id", "code_kind") == ("49OH/2022", "former")
    assert coded(airports, "49OH", "2024-05-01", "airport_id", "code_kind") == ("49OH", "local")
    assert coded(airports, "LSZM", "2019-05-01", "airport_id", "country_id") == ("LFSB", "FRA")
    assert coded(airports, "LSZM", "2026-05-01", "airport_id", "country_id") == ("LSZM", "CHE")


def test_strip_lies_beside_the_nearest_airport_with_a_schedule(airports: duckdb.DuckDBPyConnection) -> None:
    beside, km = coded(airports, "KU42", "2019-05-01", "beside_airport_id", "beside_km")
    assert beside == "KSLC" and km == pytest.approx(18.7, abs=0.2)
    assert coded(airports, "KBTF", "2019-05-01", "beside_airport_id") == ("KSLC",), "IATA code without a schedule"
    assert coded(airports, "KSLC", "2019-05-01", "beside_airport_id", "is_iata_served") == (None, True)
    assert coded(airports, "71KY", "2019-05-01", "beside_airport_id", "is_iata_served") == (None, False)


def test_iata_code_that_passed_on_is_told(airports: duckdb.DuckDBPyConnection) -> None:
    held = airports.execute("select distinct iata from dim_airport where iata_reused").fetchall()
    assert {"BSZ", "IST", "ISL"} <= {str(code) for (code,) in held}
    assert not {"FRU", "TSE", "SLC"} & {str(code) for (code,) in held}, "one airport under two codes reuses none"
    ends = [
        row(airports, "dim_airport", f"iata = 'BSZ' and '{day}' between coalesce(valid_from, '1900-01-01') "
            "and coalesce(valid_to, '9999-12-31')", "country_id")
        for day in ("2019-05-01", "2026-01-01")
    ]  # fmt: skip
    assert ends == [("USA",), ("KGZ",)]


def test_disputed_airport_counts_for_one_state_and_tells_the_other(airports: duckdb.DuckDBPyConnection) -> None:
    assert coded(airports, "UKFF", "2020-01-01", "country_id", "claimed_by") == ("UKR", "RUS")
    assert coded(airports, "URFF", "2020-01-01", "airport_id", "claimed_by") == ("UKFF", "RUS")
    assert coded(airports, "UCFM", "2020-01-01", "claimed_by") == (None,)


@pytest.fixture(scope="module")
def legs(shared_data: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    """Real legs and the seeds, all as text."""
    folder = shared_data / "opensky_flightlist_sample"
    if not folder.is_dir():
        pytest.skip(f"no folder {folder.name}: the publisher's files are not part of the repository")
    names = (
        "callsign number icao24 registration typecode origin destination firstseen lastseen day latitude_1 longitude_1 "
        "altitude_1 latitude_2 longitude_2 altitude_2"
    ).split()
    with duckdb.connect() as con:
        con.execute(
            f"create table legs as select * from read_csv('{folder}/*.csv.gz', header = true, auto_detect = false, "
            f"delim = ',', columns = {dict.fromkeys(names, 'VARCHAR')})"
        )
        for seed in ("aircraft_types", "carriers"):
            con.execute(f"create table {seed} as select * from read_csv('{SEEDS}/{seed}.csv', all_varchar = true)")
        yield con


def share(con: duckdb.DuckDBPyConnection, sql: str) -> float:
    found = con.execute(sql).fetchone()
    assert found is not None
    return float(found[0])


def test_types_of_the_real_legs_are_known(legs: duckdb.DuckDBPyConnection) -> None:
    known = "avg((typecode in (select typecode from aircraft_types))::int)"
    assert share(legs, f"select {known} from legs where typecode is not null") >= 0.98


def test_carriers_of_the_real_legs_are_known_on_their_day(legs: duckdb.DuckDBPyConnection) -> None:
    in_force = "day >= coalesce(valid_from, '1900') and left(day, 10) < coalesce(valid_to, '9999')"
    known = f"avg((exists (select 1 from carriers where icao = left(callsign, 3) and {in_force}))::int)"
    assert share(legs, f"select {known} from legs where regexp_matches(callsign, '^[A-Z]{{3}}[0-9]')") >= 0.9
