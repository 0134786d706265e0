"""Finds UN DESA's tables of migrants by destination and origin in workbooks and CSV, by their labels."""

from __future__ import annotations

import csv
import re
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd
from python_calamine import CalamineError, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from ingest.errors import BadFile
from ingest.reference import UnknownCountry, countries, normalise, read_seed
from ingest.source import Raw

if TYPE_CHECKING:
    import duckdb

DATASET = "International Migrant Stock, destination and origin"
STEPS = (1990, 1995, 2000, 2005, 2010, 2015)
EDITIONS = {2019: (*STEPS, 2019), 2020: (*STEPS, 2020), 2024: (*STEPS, 2020, 2024)}
TITLE = re.compile(r"Migrant ?Stock (\d{4})|Rev\. ?(\d{4})|MigrantStock\w*_(\d{4})", re.I)
LABELS = {
    "index": r"index|sort order",
    "year": r"year",
    "destination": r"(destination|.*region, .*country or area of destination)",
    "origin": r".*region, .*country or area of origin",
    "destination_code": r"code|location code of destination",
    "origin_code": r"location code of origin",
    "data_type": r"(type of data|data type)( of destination| \(a\))?",
    "notes": r"(notes|coverage|coverage/notes)( of destination)?",
}
WORLD = "900"
SEXES = ("both", "male", "female")
SEX_OF_NAME = {"total": "both", "both": "both", "male": "male", "female": "female"}
HEADS = ["t", "j", "sex", "head"]
PLACES = ["name", "code", "id", "plain", "marks", "kind", "valid_from", "reason", "mend"]
SQL = """
with cells as (
    select
        r.raw_row, f.i, f.j, h.sex, f.persons, x.printed, try_cast({year} as integer) as year,
        d.id as destination, d.plain as destination_name, d.kind as destination_kind,
        o.id as origin, o.plain as origin_name, o.kind as origin_kind,
        nullif(nullif(r.data_type, ''), '..') as data_type,
        coalesce(d.reason, o.reason) as unknown, coalesce(d.mend, o.mend) as unknown_mend,
        try_cast({year} || '-07-01' as date) as day,
        d.valid_from::date as destination_from, o.valid_from::date as origin_from,
        nullif(r.notes, '') as notes, nullif(d.marks, '') as destination_marks, nullif(o.marks, '') as origin_marks,
    from d_facts as f
    join d_rows as r on r.i = f.i
    join d_heads as h on h.t = f.t and h.j = f.j
    left join d_odd as x on x.i = f.i and x.j = f.j
    left join d_places as d on d.name = r.destination and d.code = r.destination_code
    left join d_places as o on o.name = {origin} and o.code = {origin_code}
),
judged as (
    select
        *,
        case
            when unknown is not null then unknown
            when year is null then 'year is no year'
            when not regexp_full_match(coalesce(data_type, ''), '[BCRI ,/]*') then 'unknown data type: ' || data_type
            when printed = '' then 'figure is blank'
            when printed not in ('..', '-', '~', '\u2014') then 'figure is no number: ' || printed
            when abs(persons - round(persons)) > 0.01 then 'figure is no whole number: ' || persons
        end as _reason,
    from cells
)
select
    '{dataset}' as dataset,
    origin, origin_name, origin_kind, destination, destination_name, destination_kind,
    'observer' as reporter_side, 'stock' as measure,
    case
        when data_type like '%B%' and data_type like '%C%' then 'mixed'
        when data_type like '%B%' then 'birth'
        when data_type like '%C%' then 'citizenship'
        else 'unstated'
    end as concept,
    'persons' as unit, sex, 'all' as age, 'all' as purpose, null::varchar as breakdown, 'un_desa' as method,
    'P' as grain, day as period_start, (day + interval 1 day)::date as period_end,
    case when _reason is null then round(persons) end as value,
    case when _reason is null and printed = '~' then 0 end as value_low,
    case when _reason is null and printed = '~' then 4 end as value_high,
    null::integer as rounding_base,
    array_to_string(list_sort(string_split(regexp_replace(data_type, '[ ,/]', '', 'g'), '')), '') as flag,
    contains(data_type, 'I') as is_imputed,
    nullif(concat_ws('; ',
        notes, 'destination ' || destination_marks, 'origin ' || origin_marks,
        case when destination_from > day then 'destination in present-day borders' end,
        case when origin_from > day then 'origin in present-day borders' end,
        case when printed <> '..' then 'printed ' || printed end
    ), '') as note,
    '{vintage}' as vintage, raw_row, _reason,
    case
        when _reason = unknown then unknown_mend
        when _reason = 'figure is blank' then 'look for a merged or lost cell: where it has none, UN DESA prints ..'
        when _reason is not null then 'compare the row with the publisher''s page, then correct the file or tidy()'
    end as _mend,
from judged
qualify row_number() over (
    partition by origin, destination, year, sex, data_type, persons, printed, coalesce(_reason, '')
    order by i, j
) = 1 or _reason is not null
"""
UNPACKED_BYTES = 300_000_000
AGAIN = "get the file again from the publisher's page"
CHANGED = "compare it with the publisher's page; if the form has changed, change tidy() and its sample"


@dataclass
class Table:
    """A sheet or CSV: its rows of data (`raw_row` from 1), and figures under heads of (sex, year or origin)."""

    place: str
    title: str
    sex: str  # of a matrix, which holds one; empty for a list, which holds three
    rows: pd.DataFrame
    heads: list[tuple[str, str]]
    figures: list[list[Any]]
    is_matrix: bool


def read(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`; raises BadFile with the sheet or row for what is no table of UN DESA."""
    with raw.path.open("rb") as handle:
        start = handle.read(512).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] == b"<":
        raise BadFile("it is a web page and no table", mend="the publisher sent an error or login page: " + AGAIN)
    is_workbook = raw.name.lower().endswith((".xlsx", ".xls")) or start[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    tables = _workbook(raw) if is_workbook else [_csv(raw)]
    vintages = {_edition(raw, table) for table in tables}
    if len(vintages) > 1:
        raise BadFile(f"its sheets are of editions {_and(sorted(vintages))}", mend="get the file whole: " + AGAIN)
    return _rows(con, tables, vintages.pop())


def _workbook(raw: Raw) -> list[Table]:
    """The tables of a workbook's visible sheets that hold destinations; percentages and rates are passed over."""
    try:
        if zipfile.is_zipfile(raw.path):
            with zipfile.ZipFile(raw.path) as parts:
                if sum(part.file_size for part in parts.infolist()) > UNPACKED_BYTES:
                    raise BadFile(f"it unpacks to more than {UNPACKED_BYTES:,} bytes", mend=AGAIN)
        book = CalamineWorkbook.from_path(str(raw.path))
        grids = {sheet.name: book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False) for sheet in
                 book.sheets_metadata if sheet.typ == SheetTypeEnum.WorkSheet}  # fmt: skip
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        mend = "if it has a password, save it without one; else it is cut short: " + AGAIN
        raise BadFile(f"it can't be opened as a workbook: {error}", mend=mend) from error
    hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != SheetVisibleEnum.Visible}
    found = [name for name, grid in grids.items() if _top(grid) is not None]
    if found and hidden.issuperset(found):
        mend = "a hidden sheet may be an old copy: unhide it if it is the table"
        raise BadFile(f"{_and(found)} is a hidden sheet", mend=mend)
    shown = [_table(f"sheet {name!r}", grids[name]) for name in found if name not in hidden]
    if not shown:
        raise BadFile(
            f"none of its sheets ({_and(grids)}) has a column 'Region, ... of destination'",
            mend=f"the workbook by destination and origin is wanted, with its header as published; {CHANGED}",
        )
    if len({table.sex for table in shown}) < len(shown):
        places = _and(table.place for table in shown)
        raise BadFile(f"{places} hold the same table", mend="leave only the publisher's sheet in the workbook")
    return shown


def _csv(raw: Raw) -> Table:
    """The matrix as CSV, packed or plain; the file's name tells the sex."""
    told = re.search(r"_(total|male|female)\.csv(\.gz)?$", raw.name, re.I)
    if not told:
        raise BadFile("its name does not tell the sex", mend="name it ..._total.csv, ..._male.csv or ..._female.csv")
    if raw.plain.stat().st_size > UNPACKED_BYTES:
        raise BadFile(f"it unpacks to more than {UNPACKED_BYTES:,} bytes", mend=AGAIN)
    try:
        with raw.plain.open(encoding="utf-8-sig", newline="") as handle:
            grid = list(csv.reader(handle, strict=True))
    except csv.Error as error:
        raise BadFile(f"it can't be read as CSV: {error}", mend=AGAIN) from error
    for number, row in enumerate(grid):
        if len(row) != len(grid[0]):
            problem = f"{len(row)} cells in a row, {len(grid[0])} in the header"
            raise BadFile(problem, mend="the row is cut short or shifted: " + AGAIN, row=number)
    if _top(grid) is None:
        raise BadFile("it has no column 'Destination'", mend=CHANGED)
    return _table("the file", grid, SEX_OF_NAME[told[1].lower()])


def _top(grid: list[list[Any]]) -> int | None:
    """The header's row, found by its label; None where there is none, or where the figures are no persons."""
    wanted = re.compile(LABELS["destination"])
    top = next((n for n, row in enumerate(grid[:60]) if any(wanted.fullmatch(_label(cell)) for cell in row)), None)
    return None if top is None or re.search(r"percentage|rate of change", _title(grid[: top + 1]), re.I) else top


def _title(rows: list[list[Any]]) -> str:
    return " ".join(_text(cell) for row in rows for cell in row if isinstance(cell, str) and cell)


def _table(place: str, grid: list[list[Any]], sex: str = "") -> Table:
    """The table in a grid of cells, its columns found by their labels."""
    top = _top(grid) or 0
    roles: dict[str, int] = {}
    for column, cell in enumerate(grid[top]):
        for role, pattern in LABELS.items():
            if re.fullmatch(pattern, _label(cell)):
                if role in roles:
                    raise BadFile(f"{place} has two columns {cell!r}", mend=CHANGED, row=top + 1)
                roles[role] = column
    is_matrix = "year" in roles
    for role in ("destination", "year") if is_matrix else ("origin", "destination_code", "origin_code", "data_type"):
        if role not in roles:
            labels = _and(repr(_label(cell)) for cell in grid[top] if isinstance(cell, str) and cell)
            mend = "the workbook by destination and origin is wanted. If it is that one: " + CHANGED
            raise BadFile(f"{place} has no column of {role.replace('_', ' ')}, only {labels}", mend=mend, row=top + 1)
    below = grid[top + 1] if top + 1 < len(grid) else []
    is_double = bool(below) and not _text(below[roles["destination"]]) and any(_text(cell) for cell in below)
    data = grid[top + 1 + is_double :]
    columns = [c for c in range(len(grid[top])) if c not in roles.values()]
    heads = {c: _text((below if is_double else grid[top])[c]) for c in columns}
    for column in [c for c in columns if not heads[c]]:
        del heads[column]  # an empty margin, or in the first column a running number that has no label
        if column > 0 and any(_text(row[column]) for row in data):
            raise BadFile(f"{place}, column {column + 1} has figures and no label", mend=CHANGED, row=top + 1)
    title = _title(grid[:top])
    if is_matrix:
        sex = sex or _sex(title)
        if not sex:
            raise BadFile(f"{place} does not say whether it counts both, males or females", mend=CHANGED, row=top + 1)
        keys = [(sex, head) for head in heads.values()]
    else:
        bands = grid[max(0, top - 6) : top + is_double]
        keys = _blocks(place, heads, bands, top + 1)
    rows, figures = _data(place, data, roles, list(heads), top + 1 + is_double)
    return Table(place, title, sex, rows, keys, figures, is_matrix)


def _blocks(place: str, heads: dict[int, str], bands: list[list[Any]], row: int) -> list[tuple[str, str]]:
    """(sex, year) of each column of figures; the band above a block of years tells whom it counts."""
    keys: list[tuple[str, str]] = []
    sex, before = "", "9999"
    for column, head in heads.items():
        if not re.fullmatch(r"(19|20)\d\d", head):
            raise BadFile(f"{place} has an unknown column {head!r}", mend=CHANGED, row=row)
        if head <= before:
            sex = next((told for band in reversed(bands) if (told := _sex(_text(band[column])))), "")
        if not sex or (sex, head) in keys:
            problem = f"{place}, column {column + 1}: no band above the years says both sexes, males or females"
            raise BadFile(problem, mend="put the bands back as published; " + CHANGED, row=row)
        keys.append((sex, head))
        before = head
    blocks = {sex: [year for told, year in keys if told == sex] for sex in SEXES}
    for sex, years in blocks.items():
        if years != blocks["both"] or not years:
            lacking = _and(sorted({year for _, year in keys} - set(years)))
            raise BadFile(f"{place} has for {sex} no {lacking}", mend="a block of years is missing: " + AGAIN, row=row)
    return keys


def _data(
    place: str, data: list[list[Any]], roles: dict[str, int], columns: list[int], above: int
) -> tuple[pd.DataFrame, list[list[Any]]]:
    """Names, codes and marks of the rows, and their figures; headings and empty rows left out."""
    rows, figures = [], []
    for number, row in enumerate(data, 1):
        cells = dict.fromkeys(LABELS, "") | {role: _text(row[column]) for role, column in roles.items()}
        values = [row[column] for column in columns]
        has_figures = any(value not in ("", "..") for value in values)
        if not has_figures and not cells["destination_code"] and not _is_country(cells["destination"]):
            continue
        if not has_figures and "origin_code" in roles and not cells["origin_code"]:
            continue
        for role in ("destination", "origin", "year"):
            if role in roles and not cells[role]:
                mend = "if the cells above are merged, unmerge them and fill each; else: " + AGAIN
                raise BadFile(f"{place}: {role} is blank beside figures", mend=mend, row=above + number)
        rows.append({"raw_row": number} | cells)
        figures.append(values)
    return pd.DataFrame(rows, columns=["raw_row", *LABELS]), figures


def _edition(raw: Raw, table: Table) -> str:
    """The edition that title (or the file's name) and years agree on; a matrix must have every place in every year."""
    years = sorted(set(table.rows["year"])) if table.is_matrix else sorted({year for _, year in table.heads})
    told = TITLE.search(table.title) or TITLE.search(raw.name) or re.search(r"undesa_pd_(\d{4})_", raw.name)
    newest = int(next(filter(None, told.groups()))) if told else int(years[-1]) if table.is_matrix and years else 0
    expected = [str(year) for year in EDITIONS.get(newest, ())]
    if not expected:
        problem = f"{table.place} is of edition {newest or 'unknown'}, and known are {_and(map(str, EDITIONS))}"
        raise BadFile(problem, mend="put the publisher's title back, or add the edition to EDITIONS in the module")
    if years != expected:
        lacking, more = sorted(set(expected) - set(years)), sorted(set(years) - set(expected))
        problem = f"{table.place} is of edition {newest} and has not its years: lacks {_and(lacking) or 'none'}"
        raise BadFile(problem + (f", has besides {_and(more)}" if more else ""), mend="get the file whole: " + AGAIN)
    if table.is_matrix:
        places = table.rows.groupby("year")["destination"].agg(frozenset)
        for year, names in places.items():
            if lost := sorted(places[years[0]] ^ names):
                problem = f"{table.place}: {year} and {years[0]} differ in {len(lost)} destinations, first {lost[0]!r}"
                raise BadFile(problem, mend="the file is cut short or rows were deleted: " + AGAIN)
    elif not ((table.rows["destination_code"] == WORLD) & (table.rows["origin_code"] == WORLD)).any():
        raise BadFile(f"{table.place} has no row of WORLD in WORLD", mend="the file is cut short: " + AGAIN)
    return str(newest)


def _rows(con: duckdb.DuckDBPyConnection, tables: list[Table], vintage: str) -> duckdb.DuckDBPyRelation:
    """Join figures, rows, heads and places; a place or figure that can't be read carries its reason."""
    rows, heads, facts, odd, shift = [], [], [], [], 0
    for number, table in enumerate(tables):
        cells = pd.Series([cell for row in table.figures for cell in row], dtype=object)
        cells = cells.mask(cells.map(lambda cell: isinstance(cell, bool)), "TRUE")
        number_of = pd.to_numeric(cells, errors="coerce").astype("float64")
        wide, high = len(table.heads), len(table.rows)
        fact = pd.DataFrame({"i": np.repeat(np.arange(high), wide) + shift, "j": np.tile(np.arange(wide), high)})
        fact["t"], fact["persons"] = number, number_of
        kept = (cells != "").to_numpy() if table.is_matrix else np.full(len(cells), True)
        is_odd = number_of.isna().to_numpy() & kept
        odd.append(fact.loc[is_odd, ["i", "j"]].assign(printed=cells[is_odd].map(str)))
        facts.append(fact[kept])
        rows.append(table.rows.assign(i=np.arange(high) + shift))
        heads.append(pd.DataFrame([(number, j, *head) for j, head in enumerate(table.heads)], columns=HEADS))
        shift += high
    frames = {
        "d_rows": pd.concat(rows),
        "d_heads": pd.concat(heads),
        "d_facts": pd.concat(facts),
        "d_odd": pd.concat(odd),
    }
    is_matrix = tables[0].is_matrix
    row, head = frames["d_rows"], frames["d_heads"]
    pairs = {(str(n), str(c)) for n, c in zip(row["destination"], row["destination_code"], strict=True)}
    if is_matrix:
        pairs |= {(str(name), "") for name in head["head"]}
    else:
        pairs |= {(str(n), str(c)) for n, c in zip(row["origin"], row["origin_code"], strict=True)}
    frames["d_places"] = pd.DataFrame([(*pair, *_place(*pair)) for pair in sorted(pairs)], columns=PLACES)
    for name, frame in frames.items():
        con.register(name, frame)
    return con.sql(SQL.format(
        dataset=DATASET,
        vintage=vintage,
        year="r.year" if is_matrix else "h.head",
        origin="h.head" if is_matrix else "r.origin",
        origin_code="''" if is_matrix else "r.origin_code",
    ))  # fmt: skip


@cache
def _place(name: str, code: str) -> tuple[str | None, str, str, str | None, str | None, str | None, str | None]:
    """(id, published name, marks, kind, valid_from, reason, mend) of a place, by its code where one is given."""
    known = countries()
    plain = name.rstrip("*").strip()
    marks = name[len(plain) :].strip()
    try:
        if code.isdigit() and known.is_aggregate(code):
            return code, plain, marks, "aggregate", None, None, None
        if not code and known.is_aggregate(plain):
            return _aggregate(plain), plain, marks, "aggregate", None, None, None
        country = known.by_id[known.from_m49(code) if code else known.resolve(plain)]
    except UnknownCountry as error:
        mend = "add a row to dbt_project/seeds/country_aliases.csv, or to aggregates.csv where it is a region"
        return None, plain, marks, None, None, f"unknown country: {plain} {code}".strip() + f" ({error})", mend
    day = country.valid_from.isoformat() if country.valid_from else None
    try:
        other = known.resolve(plain)
    except UnknownCountry:  # a name that the seeds do not know, beside a code that they do
        other = country.country_id
    if other != country.country_id:
        reason = f"name and code disagree: {plain} is {other} and {code} is {country.country_id}"
        return None, plain, marks, None, None, reason, "columns may have shifted: compare the row with the publisher's"
    return country.country_id, plain, marks, country.kind, day, None, None


@cache
def _aggregate_codes() -> dict[str, list[str]]:
    """The publisher's codes by name of aggregate, smallest first."""
    codes: dict[str, list[str]] = {}
    for row in sorted(read_seed("aggregates"), key=lambda row: row["code"].zfill(9)):
        if row["publisher"] == "UN DESA" and row["code"]:
            codes.setdefault(normalise(row["name"]), []).append(row["code"])
    return codes


def _aggregate(name: str) -> str:
    """The code of an aggregate told by name alone, or its name where the publisher has no code.

    Edition 2019 lists some names twice, the second time in capitals as a region of the Sustainable Development
    Goals, whose code is the higher. "Total" is all origins.
    """
    codes = [WORLD] if name == "Total" else _aggregate_codes().get(normalise(name), [name])
    return codes[-1] if name.isupper() else codes[0]


def _is_country(name: str) -> bool:
    return _place(name, "")[3] in ("state", "territory", "special")


def _text(cell: Any) -> str:
    """A cell as text, whole numbers without a fraction."""
    return str(int(cell)) if isinstance(cell, float) and cell.is_integer() else str(cell).strip()


def _label(cell: Any) -> str:
    return " ".join(str(cell).split()).lower()


def _sex(text: str) -> str:
    """Whom a band or title counts, empty where it does not say."""
    found = re.search(r"\b(females?|males?|both|total)\b", text, re.I)
    return SEX_OF_NAME[found[1].lower().rstrip("s")] if found else ""


def _and(names: Iterable[str]) -> str:
    return ", ".join(list(names)[:12])
