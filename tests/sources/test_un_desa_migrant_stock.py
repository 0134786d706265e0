"""UN DESA's migrant stock, from raw file to landing: every layout, every oddity that must not pass in silence."""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ingest import http, landing, source
from sample import make_migration
from sample.make_migration import YEARS, Cell, Sheet, list_sheets, workbook
from tests.sources.un_desa_migrant_stock import make

KEY = "un_desa_migrant_stock"
HERE = Path(__file__).parent / KEY
LIST_2020 = "undesa_pd_2020_ims_stock_by_sex_destination_and_origin.xlsx"
LIST_2024 = "undesa_pd_2024_ims_stock_by_sex_destination_and_origin.xlsx"
MATRIX = "migrants_by_origin_and_destination_total.csv"
OWN_2019 = "UN_MigrantStockByOriginAndDestination_2019.xlsx"

Rows = list[tuple[Any, ...]]


class Landed:
    """A landing of its own, and what it came to hold."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.store = folder, landing.Store(str(folder / "landing"))
        landing.prepare(self.store)

    def land(self, path: Path) -> landing.Receipt:
        return landing.land(source.get(KEY), source.Remote(path.name, str(path), is_local=True), self.store)

    def land_bytes(self, name: str, content: bytes) -> landing.Receipt:
        place = self.folder / "input" / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        return self.land(place)

    def rows(self, sql: str, table: str = "migration") -> Rows:
        return duckdb.sql(sql.format(f"'{self.folder}/landing/{table}/**/*.parquet'")).fetchall()


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(tmp_path)


def as_csv(path: Path) -> list[str]:
    """Landed rows as text, the order in the file kept."""
    out = io.StringIO(newline="")
    columns = "* exclude (raw_sha256, source_key)"
    rows = duckdb.sql(f"select {columns} from '{path}'")
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(rows.columns)
    writer.writerows(rows.fetchall())
    return out.getvalue().splitlines()


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_each_layout_lands_as_the_reviewed_rows(landed: Landed, path: Path) -> None:
    receipt = landed.land(path)
    assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    got = as_csv(landed.folder / f"landing/migration/{KEY}/{receipt.sha256}.parquet")
    assert got == (HERE / "expected" / f"{path.name}.csv").read_text(encoding="utf-8").splitlines()


def content(packed: bytes) -> object:
    """What a packed file holds: the headers of gzip and zip differ between Python's versions."""
    if packed[:2] == b"\x1f\x8b":
        return gzip.decompress(packed)
    if packed[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(packed)) as archive:
            return {name: archive.read(name) for name in archive.namelist()}
    return packed


def test_the_raw_files_are_what_their_program_writes() -> None:
    written = {name: content(data) for name, data in make.files().items()}
    assert {path.name: content(path.read_bytes()) for path in (HERE / "raw").iterdir()} == written


def test_the_sample_is_what_its_program_writes_and_says_that_it_is_invented(tmp_path: Path) -> None:
    make_migration.main(tmp_path)
    files = [path for path in tmp_path.iterdir() if path.is_file()]
    written = {path.name: content(path.read_bytes()) for path in files}
    assert {path.name: content(path.read_bytes()) for path in make_migration.FOLDER.iterdir()} == written
    assert sum(path.stat().st_size for path in files) < 300_000
    for name in (LIST_2020, LIST_2024):
        cells = CalamineWorkbook.from_path(str(tmp_path / name)).get_sheet_by_name("Table 1").to_python()
        assert "INVENTED" in str(cells[:3])


def test_the_sample_lands_whole_and_its_editions_disagree(landed: Landed) -> None:
    receipts = [landed.land(path) for path in sorted(make_migration.FOLDER.iterdir())]
    assert [(r.status, r.rows_quarantined, r.vintages) for r in receipts] == [
        ("landed", 0, [vintage]) for vintage in ("2019", "2020", "2024")
    ]
    where = "origin = 'KGZ' and destination = 'RUS' and sex = 'both' and year(period_start) in (2015, 2020)"
    found = landed.rows(f"select distinct value from {{}} where {where}")
    assert len(found) == 5
    sums = landed.rows("select sum(value) filter (sex = 'both'), sum(value) filter (sex <> 'both') from {} "
                       "where vintage <> '2019'")  # fmt: skip
    assert sums[0][0] == sums[0][1]


def test_the_two_real_figures_of_the_home_example_stand_side_by_side(landed: Landed) -> None:
    for path in (HERE / "raw").iterdir():
        landed.land(path)
    where = "origin = 'KGZ' and destination = 'RUS' and year(period_start) = 2020 and sex = 'both'"
    assert landed.rows(f"select vintage, value, concept from {{}} where {where} order by 1") == [
        ("2020", 591_025, "birth"),
        ("2024", 399_110, "birth"),
    ]


def test_the_same_bytes_land_once_and_give_the_same_bytes(landed: Landed, tmp_path: Path) -> None:
    again = tmp_path / "again"
    again.mkdir()
    other = Landed(again)
    for path in (HERE / "raw").iterdir():
        first, second, elsewhere = landed.land(path), landed.land(path), other.land(path)
        assert (first.is_new, second.is_new) == (True, False)
        name = f"landing/migration/{KEY}/{first.sha256}.parquet"
        assert (landed.folder / name).read_bytes() == (other.folder / name).read_bytes()
        assert elsewhere.sha256 == first.sha256


# What must be said and not swallowed


def test_a_subregion_is_not_taken_for_the_state_of_like_name(landed: Landed) -> None:
    landed.land(HERE / "raw" / MATRIX)
    found = landed.rows("select distinct destination, destination_kind, destination_name from {} "
                        "where destination_name like 'Micronesia%' order by 1")  # fmt: skip
    assert found == [("954", "aggregate", "Micronesia"), ("FSM", "state", "Micronesia (Fed. States of)")]


def test_aggregates_have_one_code_in_every_edition(landed: Landed) -> None:
    for name in (MATRIX, LIST_2020, LIST_2024):
        landed.land(HERE / "raw" / name)
    where = "upper(origin_name) in ('WORLD', 'TOTAL') and destination_name ilike 'world'"
    found = landed.rows(f"select distinct vintage, origin, destination, origin_kind from {{}} where {where} order by 1")
    assert found == [(vintage, "900", "900", "aggregate") for vintage in ("2019", "2020", "2024")]


def test_the_matrix_without_codes_gives_aggregates_the_codes_that_the_publisher_s_workbook_gives(
    landed: Landed,
) -> None:
    pairs = "select distinct destination, destination_name from {} where destination_kind = 'aggregate' order by all"
    landed.land(HERE / "raw" / MATRIX)
    by_name = landed.rows(pairs)
    landed.land(HERE / "raw" / OWN_2019)
    assert landed.rows(pairs) == by_name
    assert ("917", "EUROPE") in by_name and ("908", "Europe") in by_name
    assert ("1830", "LATIN AMERICA AND THE CARIBBEAN") in by_name and ("909", "Oceania") in by_name


def test_a_figure_that_is_not_known_is_null_and_never_zero(landed: Landed) -> None:
    landed.land(HERE / "raw" / LIST_2020)
    where = "origin = 'NAM' and destination = 'KOR' and sex = 'both' and year(period_start) <= 2005"
    assert landed.rows(f"select year(period_start), value, note from {{}} where {where} order by 1") == [
        (1990, 900, None),
        (1995, None, None),
        (2000, None, "printed -"),
        (2005, None, "printed ~"),
    ]


def test_a_blank_of_the_matrix_is_no_row_and_a_zero_is_one(landed: Landed) -> None:
    landed.land(HERE / "raw" / MATRIX)
    pair = "select count(*), min(value), max(value) from {{}} where origin = '{}' and destination = '{}'"
    assert landed.rows(pair.format("SRB", "RUS")) == [(0, None, None)]
    assert landed.rows(pair.format("KGZ", "954")) == [(7, 0, 0)]


def test_today_s_states_are_kept_for_years_before_them_and_the_note_says_so(landed: Landed) -> None:
    landed.land(HERE / "raw" / LIST_2020)
    where = "origin = 'SSD' and destination = 'SDN' and sex = 'male'"
    found = landed.rows(f"select year(period_start), value is not null, note from {{}} where {where} order by 1")
    back = "5; destination *; origin in present-day borders"
    assert found == [(year, True, back if year < 2015 else "5; destination *") for year in YEARS[2020]]


def changed(edition: int, change: Callable[[list[list[Cell]]], Any]) -> bytes:
    rows = make.list_rows(edition)
    change(rows)
    return workbook(list_sheets(edition, rows, "TEST"))


@pytest.mark.parametrize(
    ("row", "reason", "mend", "figures"),
    [
        (["    Atlantis", "", 997, "B", "    Kyrgyzstan", 417], "unknown country: Atlantis 997", "aggregates.csv", []),
        (
            ["    Kyrgyzstan", "", 417, "B", "    Atlantis", None],
            "unknown country: Atlantis",
            "country_aliases.csv",
            [],
        ),
        (
            ["    Kazakhstan", "", 417, "B", "    Turkey", 792],
            "name and code disagree: Kazakhstan is KAZ",
            "shifted",
            [],
        ),
        (["    Kazakhstan", "", 398, "Q", "    Turkey", 792], "unknown data type: Q", "publisher", []),
        (["    Kazakhstan", "", 398, "B", "    Turkey", 792], "figure is blank", "merged", ["", None]),
        (["    Kazakhstan", "", 398, "B", "    Turkey", 792], "figure is no number: n.a.", "publisher", ["n.a."]),
        (["    Kazakhstan", "", 398, "B", "    Turkey", 792], "figure is no number: 1,234", "publisher", ["1,234"]),
        (["    Kazakhstan", "", 398, "B", "    Turkey", 792], "figure is no whole number: 12.5", "publisher", [12.5]),
        (["    Kazakhstan", "", 398, "B", "    Turkey", 792], "value is not as declared: -4.0", "publisher", [-4]),
    ],
)
def test_what_can_t_be_read_is_quarantined_with_reason_and_mend_and_the_rest_lands(
    landed: Landed, row: list[Cell], reason: str, mend: str, figures: list[Cell]
) -> None:
    full = make.figures(2020, 50)
    bad = [14, *row, *figures, *full[len(figures) :]]
    receipt = landed.land_bytes(LIST_2020, changed(2020, lambda rows: rows.append(bad)))
    expected = len(figures) or 21
    assert (receipt.status, receipt.rows_quarantined) == ("landed", expected)
    assert receipt.rows_landed == 231 + 21 - expected
    found = landed.rows("select distinct reason, mend, raw_row from {}", "quarantine")
    assert all(said.startswith(reason) and mend in help and at == 14 for said, help, at in found), found
    nulls = "origin is null or destination is null or origin_kind is null or destination_kind is null"
    assert landed.rows(f"select count(*) from {{}} where {nulls}") == [(0,)]


def test_a_region_listed_twice_with_unequal_figures_is_quarantined(landed: Landed) -> None:
    def unlike(rows: list[list[Cell]]) -> None:
        rows[4][7] = 701

    receipt = landed.land_bytes(LIST_2020, changed(2020, unlike))
    assert receipt.reasons == {"same key as another row": 1}


# Files that are refused whole


def _sheets(change: Callable[[list[Sheet]], None], edition: int = 2020) -> bytes:
    """The good workbook with its sheets changed before they are written."""
    sheets = list_sheets(edition, make.list_rows(edition), "TEST")
    change(sheets)
    return workbook(sheets)


def _cells(change: Callable[[list[list[Cell]]], Any], merged: tuple[str, ...] = (), edition: int = 2020) -> bytes:
    def run(sheets: list[Sheet]) -> None:
        rows = [list(row) for row in sheets[1].rows]
        change(rows)
        sheets[1] = Sheet(sheets[1].name, rows, (*sheets[1].merged, *merged))

    return _sheets(run, edition)


def _hide(sheets: list[Sheet]) -> None:
    sheets[1].is_hidden = True


def _twice(sheets: list[Sheet]) -> None:
    sheets.append(Sheet("Table 1 (2)", sheets[1].rows))


def _set(row: int, column: int, value: Cell) -> Callable[[list[list[Cell]]], None]:
    def change(rows: list[list[Cell]]) -> None:
        rows[row][column] = value

    return change


def _clear_rows(*numbers: int) -> Callable[[list[list[Cell]]], None]:
    def change(rows: list[list[Cell]]) -> None:
        for number in numbers:
            rows[number] = []

    return change


def _bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("xl/worksheets/sheet1.xml", b" " * 301_000_000)
    return packed.getvalue()


ENCRYPTED = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"EncryptedPackage" * 400  # the container that a password makes
CSV = make.matrix_csv()
LINES = CSV.splitlines(keepends=True)
PACKED = gzip.compress(CSV)
PLACE = "Region, development group, country or area of"


def _header(old: str, new: str) -> bytes:
    return _cells(lambda rows: rows.__setitem__(10, [new if cell == old else cell for cell in rows[10]]))


def _without(*columns: int, edition: int = 2020) -> bytes:
    def change(rows: list[list[Cell]]) -> None:
        rows[:] = [[cell for at, cell in enumerate(row) if at not in columns] for row in rows]

    return _cells(change, edition=edition)


def _of_2028(rows: list[list[Cell]]) -> None:
    rows[:] = [[cell.replace("2020", "2028") if isinstance(cell, str) else cell for cell in row] for row in rows]


def _csv_without(start: bytes) -> bytes:
    return b"".join(line for line in LINES if not line.startswith(start))


# fmt: off
BAD: dict[str, tuple[str, Callable[[], bytes], str, str]] = {
    "a renamed column": (
        LIST_2020, lambda: _header(f"{PLACE} origin", "From"), "no column of origin", "form"),
    "a renamed code": (
        LIST_2020, lambda: _header("Location code of origin", "Code from"), "no column of origin code", "form"),
    "an unknown column": (
        LIST_2020, lambda: _cells(_set(10, 9, "2000 revised")), "unknown column '2000 revised'", "form"),
    "a column twice": (
        LIST_2020, lambda: _header("Index", "Location code of origin"), "two columns", "form"),
    "a header that is gone": (LIST_2020, lambda: _cells(_clear_rows(10)), "none of its sheets", "header"),
    "a merged header": (
        LIST_2020, lambda: _cells(_set(10, 8, None), ("H11:I11",)), "figures and no label", "form"),
    "merged destinations": (
        LIST_2020, lambda: _cells(_set(17, 1, None), ("B17:B18",)), "destination is blank", "unmerge"),
    "merged origins": (LIST_2020, lambda: _cells(_set(17, 5, None), ("F17:F18",)), "origin is blank", "unmerge"),
    "no bands": (LIST_2020, lambda: _cells(_clear_rows(7)), "no band above the years", "bands"),
    "a band twice": (LIST_2020, lambda: _cells(_set(7, 14, "both sexes combined")), "column 15: no band", "bands"),
    "no females": (LIST_2020, lambda: _without(*range(21, 28)), "for female no 1990", "block of years is missing"),
    "a year gone from the males": (LIST_2020, lambda: _without(16), "for male no 2000", "block"),
    "a year gone from all": (
        LIST_2020, lambda: _without(9, 16, 23), "edition 2020 and has not its years: lacks 2000", "whole"),
    "the newest year gone, so that 2024 looks like 2020": (
        LIST_2024, lambda: _without(14, 22, 30, edition=2024), "not its years: lacks 2024", "whole"),
    "an edition not known": (LIST_2020, lambda: _cells(_of_2028), "edition 2028", "EDITIONS"),
    "a list cut short": (LIST_2020, lambda: _cells(_clear_rows(11)), "no row of WORLD in WORLD", "again"),
    "a hidden sheet": (LIST_2020, lambda: _sheets(_hide), "Table 1 is a hidden sheet", "unhide"),
    "two sheets alike": (LIST_2020, lambda: _sheets(_twice), "hold the same table", "only"),
    "a web page": (LIST_2020, lambda: b"\n<!DOCTYPE html><html>Sign in</html>", "web page", "login"),
    "a workbook cut short": (
        LIST_2020, lambda: make.files()[LIST_2020][:3000], "can't be opened", "cut short"),
    "a password": (LIST_2020, lambda: ENCRYPTED, "can't be opened", "password"),
    "a CSV named xlsx": (LIST_2020, lambda: CSV, "can't be opened", "again"),
    "a zip bomb": (LIST_2020, _bomb, "unpacks to more", "again"),
    "nothing": (LIST_2020, lambda: b"", "empty", "again"),
    "a CSV that does not tell the sex": ("matrix.csv", lambda: CSV, "does not tell the sex", "_total.csv"),
    "a CSV cut within a row": (MATRIX, lambda: CSV[:-20], "cells in a row", "cut short"),
    "a CSV cut between rows": (
        MATRIX, lambda: b"".join(LINES[:-2]), "2019 and 1990 differ in 2 destinations", "cut short"),
    "a CSV without its last year": (MATRIX, lambda: _csv_without(b"2019"), "edition 2015", "edition"),
    "a CSV without a year between": (MATRIX, lambda: _csv_without(b"2000"), "lacks 2000", "whole"),
    "a gz cut short": (MATRIX + ".gz", lambda: PACKED[:-30], "gzip", "again"),
    "a gz with a wrong sum": (MATRIX + ".gz", lambda: PACKED[:-8] + b"xxxxxxxx", "gzip", "again"),
    "a CSV in another form": (
        MATRIX, lambda: CSV.replace(b"Destination", b"Country"), "no column 'Destination'", "form"),
    "a CSV without years": (MATRIX, lambda: CSV.replace(b"Year", b"Jahr"), "no column of", "form"),
    "a CSV in another encoding": (
        MATRIX, lambda: CSV.decode().replace("Serbia", "Côte").encode("latin-1"), "utf-8", "again"),
}
# fmt: on


@pytest.mark.parametrize("case", BAD)
def test_a_bad_file_is_refused_whole_with_what_is_wrong_and_what_would_mend_it(landed: Landed, case: str) -> None:
    name, content, problem, mend = BAD[case]
    receipt = landed.land_bytes(name, content())
    assert receipt.status == "rejected" and receipt.file == name
    assert problem in receipt.problem and mend in receipt.mend, f"{receipt.problem} | {receipt.mend}"
    assert landed.rows("select count(*) from {}") == [(0,)]


def test_a_header_that_moved_and_columns_in_another_order_are_found_by_their_labels(landed: Landed) -> None:
    def move(rows: list[list[Cell]]) -> None:
        for row in rows[10:]:
            row[1], row[5] = row[5], row[1]
        rows[0:0] = [[], ["", "a line that the publisher put on top"], []]
        for row in rows:
            row.insert(0, None)

    plain, moved = landed.land(HERE / "raw" / LIST_2020), landed.land_bytes(LIST_2020, _cells(move))
    assert moved.status == "landed", moved.problem
    files = [landed.folder / f"landing/migration/{KEY}/{receipt.sha256}.parquet" for receipt in (plain, moved)]
    assert as_csv(files[0]) == as_csv(files[1])


def test_blocks_of_sex_are_told_by_their_bands_and_not_by_their_order(landed: Landed) -> None:
    def swap(rows: list[list[Cell]]) -> None:
        rows[7][14], rows[7][21] = rows[7][21], rows[7][14]

    receipt = landed.land_bytes(LIST_2020, _cells(swap))
    assert receipt.status == "landed"
    found = landed.rows(
        "select sex, value from {} where origin = 'KGZ' and destination = 'RUS' and year(period_start) = 2020"
    )
    assert dict(found) == {"both": 591_025, "female": 287_089, "male": 303_936}


def test_a_table_of_percentages_beside_the_stock_is_passed_over(landed: Landed) -> None:
    def add(sheets: list[Sheet]) -> None:
        rows = [list(row) for row in sheets[1].rows]
        rows[2][4] = "Table 2: International migrant stock as a percentage of the total population"
        sheets.append(Sheet("Table 2", rows))

    assert landed.land_bytes(LIST_2020, _sheets(add)).rows_landed == 231


def test_the_editions_are_fetched_from_the_publisher_s_own_host() -> None:
    remotes = list(source.get(KEY).fetch(None))
    assert [remote.name for remote in remotes] == [OWN_2019, LIST_2020, LIST_2024]
    assert all(remote.url.startswith("https://www.un.org/") and not remote.is_local for remote in remotes)
    assert "Entente" in http.USER_AGENT


# The publisher's real figures, where they are at hand


def _hand_count(path: Path) -> dict[str, tuple[int, int]]:
    """Cells and sum of each third of the figures, by position."""
    sheet: Any = CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Table 1")
    rows = sheet.to_python(skip_empty_area=False)[11:]
    wide = (len(rows[0]) - 7) // 3
    parts = {sex: slice(7 + n * wide, 7 + n * wide + wide) for n, sex in enumerate(("both", "male", "female"))}
    return {
        sex: (sum(len(row[part]) for row in rows), sum(round(cell) for row in rows for cell in row[part]))
        for sex, part in parts.items()
    }


@pytest.mark.parametrize(("edition", "persons"), [(2020, 591_025), (2024, 399_110)])
def test_the_real_workbooks_land_to_the_last_cell(
    landed: Landed, shared_data: Path, edition: int, persons: int
) -> None:
    path = shared_data / "un_desa_rebuilt" / f"undesa_pd_{edition}_ims_stock_by_sex_destination_and_origin.xlsx"
    if not path.exists():
        pytest.skip(f"no real file {path.name}: it is not part of the repository")
    receipt = landed.land(path)
    assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, [str(edition)])
    found = landed.rows("select sex, count(*), sum(value)::bigint from {} group by sex")
    assert {sex: (count, total) for sex, count, total in found} == _hand_count(path)
    where = "origin = 'KGZ' and destination = 'RUS' and year(period_start) = 2020 and sex = 'both'"
    assert landed.rows(f"select value, concept, vintage from {{}} where {where}") == [(persons, "birth", str(edition))]
    assert landed.rows("select distinct origin, destination from {} where 'aggregate' in (origin_kind, "
                       "destination_kind) and origin = destination") == [("900", "900")]  # fmt: skip


@pytest.mark.parametrize(("name", "sex"), [("total", "both"), ("male", "male"), ("female", "female")])
def test_the_real_matrix_lands_to_the_last_cell(landed: Landed, shared_data: Path, name: str, sex: str) -> None:
    path = shared_data / "un_desa_csv" / f"migrants_by_origin_and_destination_{name}.csv.gz"
    if not path.exists():
        pytest.skip(f"no real file {path.name}: it is not part of the repository")
    receipt = landed.land(path)
    assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["2019"])
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        _, *rows = csv.reader(handle)
    headings = {"UN development groups", "World Bank income groups", "Geographic regions",
                "Sustainable Development Goal (SDG) regions"}  # fmt: skip
    repeated = {"OCEANIA"}  # the other names in capitals have codes of their own
    cells = [cell for row in rows if row[1] not in headings for cell in row[2:] if cell]
    twice = [cell for row in rows if row[1] in repeated for cell in row[2:] if cell]
    total = sum(round(float(cell)) for cell in cells if cell not in ("..", "-"))
    again = sum(round(float(cell)) for cell in twice if cell not in ("..", "-"))
    once = landed.rows("select count(*), sum(value)::bigint, count(*) - count(value) from {}")
    unknown = sum(cell in ("..", "-") for cell in cells) - sum(cell in ("..", "-") for cell in twice)
    assert landed.rows("select distinct sex, concept from {}") == [(sex, "unstated")]
    assert once == [(len(cells) - len(twice), total - again, unknown)]


def test_the_other_workbooks_of_the_publisher_are_refused_with_a_word_on_which_one_is_wanted(
    landed: Landed, shared_data: Path
) -> None:
    paths = sorted((shared_data / "un_desa").glob("undesa_pd_20*.xlsx"))
    if not paths:
        pytest.skip("no real workbooks by destination alone: they are not part of the repository")
    for path in paths:
        receipt = landed.land(path)
        assert receipt.status == "rejected" and "by destination and origin" in receipt.mend


def test_the_bytes_of_the_raw_file_are_kept(landed: Landed) -> None:
    receipt = landed.land(HERE / "raw" / LIST_2024)
    kept = landed.folder / f"landing/raw/{KEY}/{receipt.sha256}/{LIST_2024}"
    assert hashlib.sha256(kept.read_bytes()).hexdigest() == receipt.sha256
