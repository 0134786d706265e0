"""The airport register, offline: the edition in the installed package, and rows with each trap."""

import csv
import itertools
from importlib import metadata
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.reference import countries
from ingest.source import Remote

MODULE = source.get("airports")
HEADER = '"icao","iata","name","city","subd","country","elevation","lat","lon","tz","lid"'
BISHKEK = '"UCFM","BSZ","Manas International Airport","Bishkek","Chuy","KG",2058,43.0613,74.4776,"Asia/Bishkek",""'


def land(folder: Path, lines: list[str]) -> Receipt:
    path = folder / "airports_20261103.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "airports") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / "airports" / "*.parquet")
    return duckdb.execute(f"select {columns} from read_parquet(?) order by raw_row", [files]).fetchall()


def test_the_installed_edition_lands_whole_and_agrees_with_a_count_by_hand(tmp_path: Path) -> None:
    (remote,) = MODULE.fetch(None)
    with Path(remote.url).open(encoding="utf-8", newline="") as handle:
        register = list(csv.DictReader(handle))
    receipt = landing.land(MODULE, remote, Store(str(tmp_path / "landing")))
    assert (receipt.rows_landed, receipt.rows_quarantined) == (len(register), 0)
    assert receipt.vintages == [metadata.version("airportsdata")]
    iata = [row for row in landed(tmp_path, "iata") if row[0] is not None]
    assert len(iata) == sum(row["iata"] != "" for row in register) > 7_000
    known = {str(country) for (country,) in landed(tmp_path, "country_id")}
    assert known <= set(countries().by_id) and "NAM" in known


def test_an_empty_code_is_null_and_an_unknown_country_is_quarantined(tmp_path: Path) -> None:
    here = Path(__file__).parent / "airports"
    receipt = land(tmp_path, (here / "raw" / "airports_20261103.csv").read_text(encoding="utf-8").splitlines())
    with (here / "expected" / "airports.csv").open(encoding="utf-8", newline="") as handle:
        heads, *expected = csv.reader(handle)
    found = landed(tmp_path, ", ".join(heads))
    assert [["" if value is None else str(value) for value in row] for row in found] == expected
    with (here / "expected" / "quarantine.csv").open(encoding="utf-8", newline="") as handle:
        _, *held = csv.reader(handle)
    reasons = landed(tmp_path, "raw_row, split_part(reason, ':', 1)", "quarantine")
    assert [[str(row), reason] for row, reason in reasons] == held
    assert receipt.rows_quarantined == len(held)


@pytest.mark.parametrize("header", [HEADER.replace('"lid"', '"faa"'), HEADER.replace(',"lid"', ""), "nonsense"])
def test_another_header_is_rejected(tmp_path: Path, header: str) -> None:
    receipt = land(tmp_path, [header, BISHKEK])
    assert receipt.status == "rejected" and "expected icao, iata" in receipt.problem


def test_the_history_of_codes_is_sound() -> None:
    with (settings.SEEDS / "airport_history.csv").open(encoding="utf-8", newline="") as handle:
        history = list(csv.DictReader(handle))
    (remote,) = MODULE.fetch(None)
    with Path(remote.url).open(encoding="utf-8", newline="") as handle:
        register = {row["icao"]: row for row in csv.DictReader(handle)}
    spans: dict[tuple[str, str], list[tuple[str, str]]] = {}
    for row in history:
        where = f"{row['code_system']} {row['code']}"
        assert row["code_system"] in ("icao", "iata") and row["source"], where
        assert row["country_id"] in countries().by_id, where
        assert -90 <= float(row["latitude_deg"]) <= 90 and -180 <= float(row["longitude_deg"]) <= 180, where
        # a code of the register is told again only where it was another's before, or where the register misplaces it
        again = row["code_system"] == "icao" and row["code"] in register
        assert not again or row["valid_to"] or row["airport_icao"] == row["code"], f"{where} is a code in force"
        now = row["airport_icao"]
        assert now in register or not now or row["code_system"] == "iata", f"{where} is of an airport unknown"
        if now in register:
            assert countries().resolve(register[now]["country"]) == row["country_id"], where
        spans.setdefault((row["code_system"], row["code"]), []).append((row["valid_from"], row["valid_to"] or "9999"))
    for code, periods in spans.items():
        periods.sort()
        assert all(one[1] <= other[0] for one, other in itertools.pairwise(periods)), f"{code} overlaps"
    assert {("icao", "UAFM"), ("icao", "UAFO"), ("icao", "UTTT"), ("iata", "FRU"), ("iata", "TSE")} <= set(spans)
