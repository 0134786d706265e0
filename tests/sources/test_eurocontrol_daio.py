"""EUROCONTROL's daily counts per state, offline: wire-format rows with each trap, and the real files."""

import csv
import os
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote, Window

MODULE = source.get("eurocontrol_daio")
HERE = Path(__file__).parent / "eurocontrol_daio"
RAW = {path.name: path for path in sorted((HERE / "raw").iterdir())}
FILE = RAW["daio_2020.csv"]
LINES = FILE.read_text(encoding="utf-8").splitlines()
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "eurocontrol_daio"

needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "air_traffic", where: str = "true") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    then = "reporter_side" if table == "air_traffic" else "row_json"
    return duckdb.execute(
        f"select {columns} from read_parquet(?) where {where} order by raw_row, {then}", [files]
    ).fetchall()


def as_text(rows: list[tuple[object, ...]]) -> list[list[str]]:
    return [["" if value is None else str(value) for value in row] for row in rows]


def expected(name: str) -> tuple[str, list[list[str]]]:
    with (HERE / "expected" / name).open(newline="", encoding="utf-8") as handle:
        header, *rows = csv.reader(handle)
    return ", ".join(header), rows


def write(folder: Path, lines: list[str], name: str = FILE.name, end: str = "\n") -> Path:
    path = folder / name
    path.write_bytes(end.join([*lines, ""]).encode())
    return path


def test_every_count_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    receipt = land(FILE, tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("air_traffic", "quarantine"):
        columns, rows = expected(f"{FILE.name}.{table}.csv")
        assert as_text(landed(tmp_path, columns, table)) == rows
    assert receipt.rows_in == 4 * (len(LINES) - 1) == receipt.rows_landed + receipt.rows_quarantined


def test_a_windows_file_gives_the_same_rows(tmp_path: Path) -> None:
    (tmp_path / "windows").mkdir()
    land(write(tmp_path, LINES), tmp_path)
    land(write(tmp_path / "windows", ["\ufeff" + LINES[0], *LINES[1:]], end="\r\n"), tmp_path / "windows")
    columns = "* exclude (raw_sha256)"
    assert landed(tmp_path, columns) == landed(tmp_path / "windows", columns) != []


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        assert land(FILE, tmp_path / run).is_new
        files = sorted((tmp_path / run / "landing").rglob("*.parquet"))
        made.append([file.read_bytes() for file in files if file.stem != "_empty"])
    assert made[0] == made[1] and len(made[0]) == 2


def test_an_airspace_of_several_states_is_none_of_them(tmp_path: Path) -> None:
    land(FILE, tmp_path)
    found = landed(tmp_path, "reporter, reporter_side, origin, destination", where="raw_row in (6, 7)")
    assert found == [
        (None, side, origin.replace("EB", area), destination.replace("EB", area))
        for area in ("EB", "LY")
        for side, origin, destination in (
            ("both", "EB", "EB"), ("destination", "WLD", "EB"), ("origin", "EB", "WLD")
        )
    ]  # fmt: skip
    states = {end for row in landed(tmp_path, "reporter, origin, destination") for end in row}
    assert not states & {"BEL", "LUX", "SRB", "MNE", "SCG", "YUG"}


def test_overflights_below_zero_are_quarantined_and_the_day_s_other_counts_land(tmp_path: Path) -> None:
    land(FILE, tmp_path)
    found = landed(tmp_path, "reporter_side, value", where="reporter = 'MDA'")
    assert found == [("both", 0.0), ("destination", 5.0), ("origin", 5.0)]


def test_a_line_that_does_not_add_up_lands_not_at_all(tmp_path: Path) -> None:
    good = LINES[1].split(",")
    for column in range(3, 12):
        folder = tmp_path / str(column)
        folder.mkdir()
        changed = [str(int(value) + 1) if n == column else value for n, value in enumerate(good)]
        receipt = land(write(folder, [LINES[0], ",".join(changed), LINES[3]]), folder)
        assert receipt.reasons == {"the counts do not add up": 4}, LINES[0].split(",")[column]
        assert receipt.rows_landed == 4


def test_the_edition_is_the_day_in_the_name_else_the_last_day_told(tmp_path: Path) -> None:
    assert land(FILE, tmp_path / "one").vintages == ["2020-04-12"]
    named = write(tmp_path, LINES, "daio_2020_2021-01-31.csv")
    assert land(named, tmp_path / "two").vintages == ["2021-01-31"]
    wrong = write(tmp_path, LINES, "daio_2020_2021-02-30.csv")
    assert "tells no day" in land(wrong, tmp_path / "three").problem


@pytest.mark.parametrize(
    ("lines", "says"),
    [
        (["Dear colleague,", "please find attached"], "it begins 'Dear colleague,'"),
        ([LINES[0].replace("flt_c", "circular"), *LINES[1:]], "expected entry_date,country_icao_code"),
        ([LINES[0]], "no line has a day"),
        ([*LINES[:3], "2020-02-29,ED,Germany,86"], "can't be read"),
    ],
)
def test_what_is_no_such_file_is_rejected_in_plain_words(tmp_path: Path, lines: list[str], says: str) -> None:
    receipt = land(write(tmp_path, lines), tmp_path)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend


def test_fetch_offers_the_years_that_overlap_the_window_and_their_names_tell_the_year() -> None:
    today = datetime.now(UTC).date()
    names = [remote.name for remote in MODULE.fetch(None)]
    assert len(names) == len(set(names)) >= today.year - 2018 and names[0].startswith("daio_2019_")
    some = [remote.url for remote in MODULE.fetch(Window(date(2020, 12, 31), date(2021, 1, 2)))]
    assert [url.rpartition("/")[2] for url in some] == ["daio_2020.csv", "daio_2021.csv"]
    assert not list(MODULE.fetch(Window(date(2010, 1, 1), date(2011, 1, 1))))
    assert MODULE.period("2020/daio_2020.csv") == Window(date(2020, 1, 1), date(2021, 1, 1))
    assert MODULE.period("daio_2020_2021-01-31.csv") == Window(date(2020, 1, 1), date(2021, 1, 1))
    assert MODULE.period("daio.csv") is None


def test_the_sample_shows_the_collapse_of_spring_2020(tmp_path: Path) -> None:
    for file in sorted((settings.SAMPLE / "flights" / MODULE.source.key).iterdir()):
        receipt = land(file, tmp_path)
        assert receipt.status == "landed", receipt.problem
    months = landed(
        tmp_path,
        "sum(value) filter (where month(period_start) = 4 and year(period_start) = 2019), "
        "sum(value) filter (where month(period_start) = 4 and year(period_start) = 2020), 1 as raw_row, 1 as "
        "reporter_side",
        where="reporter = 'ESP' and reporter_side = 'origin'",
    )[0]
    assert months[1] < months[0] / 5  # type: ignore[operator]


@needs_real
def test_real_files_agree_with_a_count_by_hand(tmp_path: Path) -> None:
    rows = 0
    negative: Counter[str] = Counter()
    departures = overflights = 0
    for file in sorted(REAL.glob("daio_*.csv")):
        with file.open(encoding="utf-8", newline="") as handle:
            for line in csv.DictReader(handle):
                rows += 1
                departures += int(line["flt_d"])
                if int(line["flt_o"]) < 0:
                    negative[line["country_name"]] += 1
                elif line["country_icao_code"] not in ("EB", "LY"):
                    overflights += int(line["flt_o"])
        receipt = land(file, tmp_path)
        assert receipt.status == "landed", receipt.problem
        assert set(receipt.reasons) <= {"overflights of an area that is no state", "value is not as declared"}
    assert rows == 110_440, "the files at hand are others than those this test was written for"
    assert negative == {"Moldova": 597, "Israel": 45, "Ukraine": 9, "Spain": 2}
    counted = landed(
        tmp_path,
        "sum(value) filter (where reporter_side = 'origin'), sum(value) filter (where reporter_side = 'over'), "
        "count(distinct reporter), 1 as raw_row, 1 as reporter_side",
    )[0]
    assert counted[:3] == (departures, overflights, 38)
