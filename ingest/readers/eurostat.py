r"""Eurostat's wire forms, each read into one long relation; nothing here knows what is counted.

Forms
    - bulk TSV, gzipped or plain: `freq,unit,partner,geo\TIME_PERIOD`, then a column per period; a cell is `value`,
      `value flag`, `:`, or `: flag`. Of before 2023: `\time`, and periods such as 2020M12.
    - SDMX-CSV 1.0: DATAFLOW, LAST UPDATE, dimensions, TIME_PERIOD, OBS_VALUE, OBS_FLAG and CONF_STATUS
      (both may be missing).
    - SDMX-CSV 2.0: STRUCTURE, STRUCTURE_ID and, where it came with labels, STRUCTURE_NAME and a
      label beside each code.
    - JSON-stat 2.0, with `value` and `status` as objects or arrays.
    - the Data Explorer's export of before 2023: TIME, dimensions, Value and mostly Flag and Footnotes, all in labels
      and with thousands separators (18,420), often in Windows' Western code page.

Beware
    - An observation is a figure or a flag. A cell without either (`:`) says that there is none, as does a row that
      SDMX-CSV and JSON leave out: it gives no row, or nine rows in ten of a wide table would be empty.
    - SDMX-CSV may be downloaded with labels in the place of codes, as the export of before 2023 always is; then the
      dimensions hold labels (`place_of_label`).
    - Codes of places are Eurostat's own (EL, UK, XK) and stand for the states of today, whatever the year.
    - A damaged gzip hangs DuckDB and a cut-off one loses its end in silence, so that each file is first read through.
"""

from __future__ import annotations

import csv
import gzip
import itertools
import json
import math
import re
import zlib
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import BadFile
from ingest.reference import NotAStateThen, UnknownCountry, countries, normalise, read_seed

FLAGS = (
    "bcdefnprsuz"  # break, confidential, definition, estimated, forecast, not significant, provisional, revised, ...
)
OBSERVED = ("time_period", "value", "flag", "conf", "raw_row", "_reason", "_mend")
WHOLE = "get the file again, whole"
CODES = "download it with codes and without further columns, or change ingest/readers/eurostat.py"
TAIL = 1 << 20

SEXES = {"T": "both", "M": "male", "F": "female", "UNK": "unknown"}
SEXES |= {"Total": "both", "Males": "male", "Females": "female", "Unknown": "unknown"}
_AGES = (
    (r"TOTAL|Total", "all"), (r"UNK|Unknown", "unknown"), (r"Y_GE(\d+)|(\d+) years or over", "{0}+"),
    (r"Y_LT(\d+)|Less than (\d+) years?", "0-{below}"), (r"Y(\d+)|(\d+) years?", "{0}-{0}"),
    (r"Y(\d+)-(\d+)|From (\d+) to (\d+) years", "{0}-{1}"),
)  # fmt: skip
_DIMENSION = re.compile(r"[a-z][a-z0-9_]*")
_PERIOD = re.compile(r"\d{4}(-(Q[1-4]|S[12]|W\d\d|\d\d(-\d\d)?)|[MQSW]\d\d?|-?M\d\d)?")
_DATAFLOW = re.compile(r"(?:\w+:)?(\w+)(?:\$\w*)?(?:\([\d.]+\))?")


Mapped = Callable[[str, str], duckdb.DuckDBPyRelation]


@dataclass(frozen=True)
class Observations:
    """What a file holds. `rows` is lazy: the dimensions by name, then OBSERVED, in the order of the file.

    `raw_row` is the series of a TSV, the row of a CSV, the cell of a JSON-stat cube, each from 1. `dataset` is
    the lower-case code and `updated` the day of the last update, each null where the file does not tell it.
    `mapped(columns, when)` gives rows that lead with what SQL makes of the dimensions and of time_period; in a TSV that
    is worked out once per series and once per period of the header, and not once per figure. `keys` is a query of the
    dimensions, for what is to be known of them before the rows are read.
    """

    form: str
    dataset: str | None
    updated: date | None
    dimensions: tuple[str, ...]
    mapped: Mapped
    keys: str

    @property
    def rows(self) -> duckdb.DuckDBPyRelation:
        return self.mapped(", ".join(f'"{name}"' for name in self.dimensions), "time_period")


def read(path: Path, con: duckdb.DuckDBPyConnection) -> Observations:
    """Read a file in any of the forms; one file at a time per connection. Raises BadFile, also for what is none."""
    first, last = _read_through(path)
    if re.match(r"[\w,]+\\(time|time_period)\t", first, re.IGNORECASE):
        return _tsv(path, con, first, last)
    if first.startswith(("DATAFLOW,", "STRUCTURE,")):
        return _csv(path, con, first, last)
    if first.lstrip().startswith("{"):
        return _json(path, con)
    if re.match(r'"?TIME"?,.*"?Value"?(,|$)', first):
        return _extract(path, con)
    if first.startswith("<") and re.search("413|TOO_BIG|ASYNCHRONOUS", first + last):
        _refused({"status": 413, "label": re.sub(r"<[^>]*>|\s+", " ", first + last).strip()})
    raise BadFile(
        f"it is in none of Eurostat's forms: it begins {first[:80]!r}",
        mend="take the bulk TSV, SDMX-CSV or JSON-stat of the table, or take the file out",
    )


def _opened(path: Path) -> Any:
    with path.open("rb") as file:
        packed = file.read(2) == b"\x1f\x8b"
    return gzip.open(path) if packed else path.open("rb")


def _read_through(path: Path) -> tuple[str, str]:
    """The first line and, up to 1 MiB, the last one that is not blank; a damaged gzip is a BadFile."""
    try:
        with _opened(path) as file:
            first = file.readline(TAIL)
            tail = deque([first], maxlen=2)
            while chunk := file.read(TAIL):
                tail.append(chunk)
    except (EOFError, gzip.BadGzipFile, zlib.error) as error:
        raise BadFile(f"the gzip is cut off or damaged ({error})", mend=WHOLE) from error
    last = b"".join(tail).rstrip().rpartition(b"\n")[2]
    return first.decode("utf-8-sig", "replace").rstrip("\r\n"), last.decode("utf-8-sig", "replace")


def _source(path: Path, columns: list[str], options: str) -> str:
    with path.open("rb") as file:
        packing = "gzip" if file.read(2) == b"\x1f\x8b" else "none"
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    quoted = str(path).replace("'", "''")
    return (
        f"read_csv('{quoted}', auto_detect = false, header = true, compression = '{packing}', {options}, "
        f"columns = {{{types}}})"
    )


def _dimensions(names: list[str]) -> tuple[str, ...]:
    found = tuple(name.strip().lower() for name in names)
    odd = [name for name in found if not _DIMENSION.fullmatch(name) or name in OBSERVED]
    if odd or not found or len(set(found)) < len(found):
        raise BadFile(f"dimensions {', '.join(names)[:200]!r} are not a table's", mend=CODES)
    return found


def _observed(con: duckdb.DuckDBPyConnection, cells: str) -> duckdb.DuckDBPyRelation:
    """The rows from `cells`: leading columns, cell as in a TSV, conf, raw_row, why the line is `bad`.

    Most cells are a bare figure; what costs time (letters, reasons) is worked out for the others alone.
    """
    return con.sql(
        "with bare as (select *, try_cast(cell as double) as figure, coalesce(isfinite(figure), false) as is_bare "
        f"from ({cells}) where bad is not null or conf is not null or cell not in ('', ':', ': ')), "
        "known as (from bare where is_bare or bad is not null or conf is not null or trim(cell) not in ('', ':')), "
        "split as (select *, case when is_bare then null when starts_with(trim(cell), ':') then ':' "
        "else split_part(trim(cell), ' ', 1) end as number, "
        "case when not is_bare then replace(substr(trim(cell), length(number) + 1), ' ', '') end as letters "
        "from known), "
        "parsed as (select *, case when is_bare then figure when number not in ('', ':') "
        "then try_cast(number as double) end as value from split) "
        "select * exclude (value, cell, conf, raw_row, bad, figure, is_bare, number, letters), "
        "case when is_bare or isfinite(value) then value end as value, "
        "case when letters <> '' then array_to_string(list_sort(list_distinct(string_split(letters, ''))), '') end "
        "as flag, conf, raw_row, case when bad is not null then bad when is_bare then null "
        "when number not in ('', ':') and not coalesce(isfinite(value), false) then 'the figure is no number: ' || "
        f"left(trim(cell), 80) when letters <> '' and not regexp_full_match(letters, '[{FLAGS}]+') "
        "then 'the flag is not known: ' || left(trim(cell), 80) end as _reason, "
        "case when bad is not null then 'correct the line, or get the file again' "
        "when _reason is not null then 'correct the figure, or report it to the publisher; a new flag "
        "of theirs belongs into FLAGS of ingest/readers/eurostat.py' end as _mend from parsed"
    )


def _tsv(path: Path, con: duckdb.DuckDBPyConnection, first: str, last: str) -> Observations:
    """Lines are kept whole and split late: a third of the time and memory of an UNPIVOT over declared columns."""
    head, *told = first.split("\t")
    periods = [period.strip() for period in told]
    while periods and not periods[-1]:
        periods.pop()
    odd = [period for period in periods if not _PERIOD.fullmatch(period)]
    if odd or not periods or len(set(periods)) < len(periods):
        named = repr(odd[0]) if odd else "missing or told twice"
        raise BadFile(f"a period of the header is {named[:80]}", mend=WHOLE)
    dimensions = _dimensions(head.partition("\\")[0].split(","))
    width = len(told) + 1
    if last.count("\t") + 1 != width:
        raise BadFile(
            f"its last line has {last.count(chr(9)) + 1} cells instead of {width}: the file is cut off", mend=WHOLE
        )
    options = "delim = '\x01', quote = '', escape = '', max_line_size = 16777216"
    con.execute(f"create or replace temp table eurostat_lines as from {_source(path, ['line'], options)}")
    keys = ", ".join(f'keys[{n}] as "{name}"' for n, name in enumerate(dimensions, 1))
    series = (
        f"select * exclude (keys), {keys} from (select rowid + 1 as raw_row, string_split(line, chr(9)) as cells, "
        "string_split(cells[1], ',') as keys, "
        f"case when len(cells) <> {width} then len(cells) || ' cells instead of {width}: ' || left(line, 80) "
        f"when len(keys) <> {len(dimensions)} then len(keys) || ' codes instead of {len(dimensions)}: ' || "
        "left(cells[1], 80) end as bad from eurostat_lines where trim(line) <> '')"
    )

    def mapped(columns: str, when: str) -> duckdb.DuckDBPyRelation:
        listed = ", ".join(f"'{period}'" for period in periods)
        con.execute(
            f"create or replace temp table eurostat_periods as select {when}, time_period = '{periods[0]}' as is_first "
            f"from (select unnest([{listed}]) as time_period)"
        )
        lists = []
        for name in con.table("eurostat_periods").columns:  # what each period means, to be unnested beside the cells
            con.execute(f"set variable eurostat_{name} = (select list({name}) from eurostat_periods)")
            lists.append(f"unnest(getvariable('eurostat_{name}')) as {name}")
        each = f"select {columns}, cells[2:{len(periods) + 1}] as cells, bad, raw_row from ({series})"
        return _observed(
            con,
            f"select * exclude (is_first) from (select * exclude (cells), {', '.join(lists)}, unnest(cells) as cell, "
            f"null::varchar as conf from ({each})) where bad is null or is_first",
        )

    query = f"select {keys} from (select string_split(split_part(line, chr(9), 1), ',') as keys from eurostat_lines)"
    return Observations("tsv", None, None, dimensions, mapped, query)


def _csv(path: Path, con: duckdb.DuckDBPyConnection, first: str, last: str) -> Observations:
    """SDMX-CSV of both versions. Columns are taken by place: `sex` and its label `Sex` are one name to SQL."""
    header = next(csv.reader([first]))
    width = len(header)
    if last.count('"') % 2 == 0 and len(next(csv.reader([last]), [])) != width:
        raise BadFile(
            f"its last line has {len(next(csv.reader([last]), []))} fields instead of {width}: the file is cut off",
            mend=WHOLE,
        )
    is_first = header[0] == "DATAFLOW"
    skipped = {"DATAFLOW", "LAST UPDATE"} if is_first else {"STRUCTURE", "STRUCTURE_ID", "STRUCTURE_NAME"}
    begin = next((n for n, name in enumerate(header) if name not in skipped), width)
    step = 2 if "STRUCTURE_NAME" in header[:begin] else 1  # where the structure has its label, all have
    place = {name: n for n, name in list(enumerate(header))[begin::step]}
    time = place.get("TIME_PERIOD", begin)
    dimensions = _dimensions(header[begin:time:step])
    known = {"TIME_PERIOD", "OBS_VALUE", "OBS_FLAG", "CONF_STATUS"}
    unknown = [name for name, n in place.items() if n > time and name not in known]
    missing = [name for name in ("TIME_PERIOD", "OBS_VALUE") if name not in place]
    if unknown or missing:
        raise BadFile(
            f"columns missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown)[:200] or 'none'}",
            mend=CODES,
        )
    table = _source(path, [f"c{n}" for n in range(width)], "delim = ',', quote = '\"', escape = '\"'")
    flow = f"c{header.index('DATAFLOW' if is_first else 'STRUCTURE_ID')}"
    update = f"c{header.index('LAST UPDATE')}" if "LAST UPDATE" in header[:begin] else "null::varchar"
    told = con.execute(f"select {flow}, {update} from {table} limit 1").fetchone() or (None, None)
    same = [
        f"when {column} is distinct from {_text(value)} then '{what} is not that of the first row: ' || "
        f"coalesce(left({column}, 80), 'none')"
        for column, value, what in ((flow, told[0], header[0]), (update, told[1], "LAST UPDATE"))
    ]

    def column(name: str) -> str:
        return f"trim(c{place[name]}, ' ' || chr(13))" if name in place else "null::varchar"

    keys = ", ".join(f'c{place[header[begin + n * step]]} as "{name}"' for n, name in enumerate(dimensions))
    lines = (
        f"select {keys}, {column('TIME_PERIOD')} as time_period, "
        f"concat_ws(' ', coalesce(nullif({column('OBS_VALUE')}, ''), ':'), {column('OBS_FLAG')}).trim() as cell, "
        f"nullif({column('CONF_STATUS')}, '') as conf, row_number() over () as raw_row, "
        f"case {' '.join(same)} end as bad from {table}"
    )
    return Observations(
        f"sdmx-csv {'1.0' if is_first else '2.0'}", _dataset(told[0]), _updated(told[1]), dimensions,
        _by_row(con, lines), f"select {keys} from {table}",
    )  # fmt: skip


def _by_row(con: duckdb.DuckDBPyConnection, lines: str) -> Mapped:
    """`mapped` of a form that has one figure a row: `lines` are what `_observed` takes, and the dimensions."""
    return lambda columns, when: _observed(con, f"select {columns}, {when}, cell, conf, raw_row, bad from ({lines})")


def _extract(path: Path, con: duckdb.DuckDBPyConnection) -> Observations:
    """The export of before 2023. It is small (the Data Explorer gave no large ones) and is read in Python."""
    with _opened(path) as file:
        content = file.read()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")
    header, *rows = csv.reader(text.splitlines())
    named = [name.strip().lower() for name in header]
    end = named.index("value")
    if named[end + 1 :] not in ([], ["flag and footnotes"]):
        raise BadFile(f"columns unknown: {', '.join(header[end + 1 :])[:200]}", mend=CODES)
    if rows and len(rows[-1]) != len(header):
        problem = f"its last line has {len(rows[-1])} fields instead of {len(header)}: the file is cut off"
        raise BadFile(problem, mend=WHOLE)
    dimensions = _dimensions(named[1:end])
    columns: list[list[str | None]] = [[] for _ in range(len(dimensions) + 3)]
    for row in rows:
        bad = None if len(row) == len(header) else f"{len(row)} fields instead of {len(header)}: {','.join(row)[:80]}"
        values = [value.strip() for value in row] if bad is None else [""] * len(header)
        figure, flag = values[end], values[end + 1] if len(header) > end + 1 else ""
        if re.fullmatch(r"\d{1,3}(,\d{3})+(\.\d+)?", figure):
            figure = figure.replace(",", "")
        cell = f"{figure or ':'} {flag}".strip()
        for column, told in zip(columns, [*values[1:end], values[0], cell, bad], strict=True):
            column.append(told)
    _fill(con, "eurostat_extract", (*(f'"{name}"' for name in dimensions), "time_period", "cell", "bad"), columns)
    names = ", ".join(f'"{name}"' for name in dimensions)
    lines = "select *, null::varchar as conf, rowid + 1 as raw_row from eurostat_extract"
    return Observations("extract", None, None, dimensions, _by_row(con, lines), f"select {names} from eurostat_extract")


def _text(value: str | None) -> str:
    return "null" if value is None else "'" + value.replace("'", "''") + "'"


def _dataset(dataflow: object) -> str | None:
    """The code in ESTAT:MIGR_EIPRE$DEFAULTVIEW(1.0), in lower case."""
    found = _DATAFLOW.fullmatch(str(dataflow or "").strip())
    return found[1].lower() if found else None


def _updated(told: str | None) -> date | None:
    """The day of a LAST UPDATE such as 13/03/25 23:00:00, which is in 2025."""
    if not (told or "").strip():
        return None
    for form in ("%d/%m/%y", "%d/%m/%Y"):
        try:
            return datetime.strptime(str(told).split()[0], form).date()
        except ValueError:
            continue
    raise BadFile(f"LAST UPDATE is no day/month/year: {str(told)[:80]!r}", mend=WHOLE)


def _json(path: Path, con: duckdb.DuckDBPyConnection) -> Observations:
    """JSON-stat 2.0: a cube in row-major order, of which `value` holds what there is, by place."""
    try:
        with _opened(path) as file:
            cube = json.load(file)
    except ValueError as error:
        raise BadFile(f"it begins as JSON and is none: {error}", mend=WHOLE) from error
    for kind in ("warning", "error"):
        if kind in cube:
            _refused(cube[kind])
    try:
        names, sizes = [str(name) for name in cube["id"]], [int(size) for size in cube["size"]]
        codes = [_in_order(cube["dimension"][name]["category"]) for name in names]
        values, statuses = _by_place(cube["value"]), _by_place(cube.get("status") or {})
        if [len(found) for found in codes] != sizes:
            raise ValueError(f"size is {sizes} and the dimensions have {[len(found) for found in codes]} codes")
        if any(not 0 <= place < math.prod(sizes) for place in itertools.chain(values, statuses)):
            raise ValueError(f"a figure stands outside the {math.prod(sizes):,} cells")
        time = next(name for name in names if name.lower() in ("time", "time_period"))
        day = str(cube.get("updated") or "")[:10]
        updated = date.fromisoformat(day) if day else None
    except (KeyError, TypeError, ValueError, AttributeError, StopIteration) as error:
        what = f"no {error}" if isinstance(error, KeyError) else str(error) or "no time"
        raise BadFile(f"it is no JSON-stat 2.0 dataset: {what}", mend=WHOLE) from error
    dimensions = _dimensions([name for name in names if name != time])
    columns: dict[str, list[str]] = {name.lower(): [] for name in [*names, "cell"]}
    places = sorted(values.keys() | statuses.keys())
    for place in places:
        rest = place
        for name, found in zip(reversed(names), reversed(codes), strict=True):
            rest, own = divmod(rest, len(found))
            columns[name.lower()].append(found[own])
        value, status = values.get(place), statuses.get(place)
        mark = "" if status is None else str(status).replace(":", "")
        columns["cell"].append(f"{':' if value is None else value} {mark}".strip())
    con.execute(
        "create or replace temp table eurostat_cube as select unnest(?::bigint[]) + 1 as raw_row, "
        + ", ".join(f'unnest(?::varchar[]) as "{name}"' for name in columns),
        [places, *columns.values()],
    )
    others = ", ".join(f'"{name}"' for name in dimensions)
    cells = (
        f'select {others}, "{time.lower()}" as time_period, cell, raw_row, null::varchar as conf, '
        "null::varchar as bad from eurostat_cube"
    )
    extension = cube.get("extension") or {}
    dataset = _dataset(extension.get("id") or extension.get("datasetId"))
    return Observations(
        "json-stat", dataset, updated, dimensions, _by_row(con, cells), f"select {others} from eurostat_cube"
    )


def _in_order(category: dict[str, Any]) -> list[str]:
    """The codes of a dimension by place; `index` may be an object, an array, or missing where there is one code."""
    index = category.get("index", list(category.get("label") or {}))
    found = sorted(index, key=index.__getitem__) if isinstance(index, dict) else list(index)
    if isinstance(index, dict) and sorted(index.values()) != list(range(len(index))):
        raise ValueError("the codes of a dimension are not numbered from 0")
    return [str(code) for code in found]


def _by_place(told: Any) -> dict[int, Any]:
    """Figures or flags by place in the cube; those that are null are not told."""
    items = enumerate(told) if isinstance(told, list) else ((int(place), what) for place, what in told.items())
    return {place: what for place, what in items if what is not None}


def _refused(told: Any) -> None:
    """Raise BadFile for an answer that holds no data, which comes with HTTP 200."""
    first = (told[0] if isinstance(told, list) and told else told) or {}
    status = first.get("status") if isinstance(first, dict) else None
    label = str(first.get("label", first) if isinstance(first, dict) else first)[:200]
    if status == 413 or "ASYNCHRONOUS" in label:
        raise BadFile(
            f"Eurostat answered that the query is too large (413: {label}), and sent no data",
            mend="split the query into fewer countries or years, or take the bulk TSV of the table",
        )
    raise BadFile(f"Eurostat answered with an error and no data ({status}: {label})", mend="correct the query")


def place(code: str) -> tuple[str, str | None, str | None, str | None]:
    """What a code of geo, partner or citizen means: (code, country_id or the aggregate's code, kind, why unknown)."""
    if countries().is_aggregate(code):
        return code, code, "aggregate", None
    try:
        found = countries().by_id[countries().resolve(code)]
    except (UnknownCountry, NotAStateThen) as error:
        return code, None, None, f"country is not known: {error}"
    if not re.fullmatch("[A-Z]{2}", code) and found.kind != "special":  # a label, or DOM, which is no Dominica
        return code, None, None, f"country is not known: {code!r} is no code of Eurostat's"
    return code, found.country_id, found.kind, None


@cache
def _labels() -> dict[str, str]:
    """Eurostat's aggregates: the code by the normalised name."""
    rows = [row for row in read_seed("aggregates") if row["publisher"] == "Eurostat"]
    return {normalise(row["name"]): row["code"] for row in rows}


def place_of_label(label: str) -> tuple[str, str | None, str | None, str | None]:
    """What a label of geo, partner or citizen means, in files that have labels in the place of codes; as `place`."""
    if code := _labels().get(normalise(label)):
        return label, code, "aggregate", None
    try:
        found = countries().by_id[countries().resolve(label)]
    except (UnknownCountry, NotAStateThen) as error:
        return label, None, None, f"country is not known: {error}"
    return label, found.country_id, found.kind, None


def age(code: str) -> str | None:
    """Full years (0-13, 65+, all, unknown) by a code of age (Y_LT14) or its label (Less than 14 years); else None."""
    for form, meaning in _AGES:
        if found := re.fullmatch(form, code):
            years = [int(group) for group in found.groups() if group]
            return meaning.format(*years, below=years[0] - 1 if years else 0)
    return None


def periods() -> Iterator[tuple[str, str, str, str]]:
    """Years, half-years, quarters and months as written now and before 2023: period, freq, first day, day after."""
    forms = (("A", 12, ("",)), ("S", 6, ("-S{}", "S{}")), ("Q", 3, ("-Q{}", "Q{}")), ("M", 1, ("-{:02}", "M{:02}")))
    for year in range(1945, 2100):
        for freq, months, written in forms:
            for n in range(12 // months):
                after = (n + 1) * months
                days = f"{year}-{n * months + 1:02}-01", f"{year + after // 12}-{after % 12 + 1:02}-01"
                for form in written:
                    yield f"{year}{form.format(n + 1)}", freq, *days


def fill(
    con: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], rows: Sequence[tuple[str | None, ...]]
) -> None:
    """Make a temporary table of text columns, to be joined to the rows; it may be empty."""
    _fill(con, name, columns, [list(column) for column in zip(*rows, strict=True)] or [[] for _ in columns])


def _fill(
    con: duckdb.DuckDBPyConnection, name: str, columns: tuple[str, ...], lists: Sequence[list[str | None]]
) -> None:
    listed = ", ".join(f"unnest(?::varchar[]) as {column}" for column in columns)
    con.execute(f"create or replace temp table {name} as select {listed}", lists)


def lookup(con: duckdb.DuckDBPyConnection, column: str, means: Sequence[tuple[str | None, ...]]) -> list[str]:
    """SQL expressions for a column's codes and what they mean: the code itself, then a meaning each.

    An ENUM's number picks from a list of ENUMs: unlike a join it keeps the order of rows, and costs next to nothing.
    """
    code = f'try_cast("{column}" as {_enum(con, f"meant_{column}", [row[0] for row in means])})'
    made = [code]
    for n, meant in enumerate(list(zip(*means, strict=True))[1:]):
        kind = _enum(con, f"meant_{column}_{n}", meant)
        listed = ", ".join(map(_text, meant))
        made.append(f"([{listed}]::{kind}[])[enum_code({code}) + 1]")
    return made


def _enum(con: duckdb.DuckDBPyConnection, name: str, values: Sequence[str | None]) -> str:
    """Make an ENUM of the values that are not null."""
    listed = ", ".join(_text(value) for value in dict.fromkeys(values) if value is not None)
    con.execute(f"drop type if exists {name}; create type {name} as enum ({listed or repr('')})")
    return name


def constant(text: str) -> str:
    """SQL of a text that is the same in every row, as an ENUM."""
    return f"{_text(text)}::enum({_text(text)})"


def joined(con: duckdb.DuckDBPyConnection, read: Observations, name: str, parts: Sequence[str]) -> str:
    """SQL of expressions over the dimensions joined by `;` without those that are null, as an ENUM; or null."""
    if len(parts) < 2:
        return "".join(parts) or "null::varchar"
    text = f"nullif(concat_ws(';', {', '.join(parts)}), '')"
    found = con.execute(f"select distinct {text} as told from ({read.keys}) order by 1").fetchall()
    return f"try_cast({text} as {_enum(con, f'meant_{name}', [told for (told,) in found])})"


def codes(con: duckdb.DuckDBPyConnection, read: Observations) -> dict[str, list[str]]:
    """The codes that each dimension has in the file, sorted."""
    listed = ", ".join(f'list(distinct "{name}")' for name in read.dimensions)
    told = con.execute(f"select {listed} from ({read.keys})").fetchone() or ()
    return {name: sorted(filter(None, found or [])) for name, found in zip(read.dimensions, told, strict=True)}
