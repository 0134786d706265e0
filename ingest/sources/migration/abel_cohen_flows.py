"""Bilateral migration flows in five-year periods, estimated from migrant stocks by six methods (Abel and Cohen).

One row is
    the persons who moved from one country to another within five years, by one method of estimation, in one edition
    (and of one sex, or one type of move, in the files that tell these).

Published
    as CSV at figshare, rebuilt whenever UN DESA revises the stocks: bilat_mig.csv (year0, orig, dest and a column per
    method), bilat_mig_sex.csv, bilat_mig_type.csv and bilat_mig_sex_type.csv. Read as well are the files of the
    authors' Global Migration Data Explorer (flow_<method>.json: a matrix of whole persons per period). `vintage` is
    the pair of inputs (ims2024_wpp2024): told by the file's name, else by how many countries each period has.

Beware
    - The six methods are six answers to one question and lie far apart: Kyrgyzstan to Russia in 2015-2020 is 0, 2,899,
      42,883, 120,286, 141,540 or 192,342 persons. `method` is in the key; never add methods, nor take their mean.
    - Totals of five years (`grain` 5A), and persons whose country differs at the end: who left and came back is not
      counted. The stocks are of mid-year; `period_start` is 1 January of year0, because only years are told.
    - Editions revise all periods. 0 is printed for most pairs and lands as 0. A state that the model has not in a
      period (South Sudan before 2010) has no row, and no state has one to itself.
    - Files by sex have no total (sexes add up to bilat_mig.csv but for rounding), nor have types of move: outward,
      return and transit are parts of one flow (`breakdown`). The three stock methods have no types.
    - SUD, "Sudan*" in the explorer, is Sudan with South Sudan, until 2010; SCG is Serbia and Montenegro until 2010.
    - The explorer's files are the CSV of the edition ims2020_wpp2022, rounded, with sums of regions that do not land;
      its files stock*.json are UN DESA's stocks and are refused. Beside the CSV of that edition the same estimates
      would stand twice, under two datasets.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="abel_cohen_flows",
    domain="migration",
    title="Bilateral international migration flow estimates",
    publisher="Guy J. Abel and Joel E. Cohen (figshare)",
    landing_page="https://doi.org/10.6084/m9.figshare.7731233",
    licence="CC BY 4.0",
    citation="Abel, G. J. and Cohen, J. E. (2019). Bilateral international migration flow estimates for 200 countries. "
    "Scientific Data 6, 82; by sex: Abel, G. J. and Cohen, J. E. (2022). Scientific Data 9, 173.",
    cadence="@quarterly",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="six five-year periods from 1990-1995 to 2015-2020, all pairs of some 230 countries and territories",
    table="migration",
    rows_per_file=(1, 12_000_000),
    max_bytes=200_000_000,
    files="bilat_mig*.csv (or .csv.gz), flow_<method>.json (or .json.gz)",
)
FILES = {  # of 26 March 2025: figshare's number of the file, which no other edition shares
    "bilat_mig_ims2024_wpp2024.csv": "53235671",
    "bilat_mig_sex_ims2024_wpp2024.csv": "53235860",
    "bilat_mig_type_ims2024_wpp2024.csv": "53256140",
    "bilat_mig_sex_type_ims2024_wpp2024.csv": "53236079",
}
METHODS = ("sd_drop_neg", "sd_rev_neg", "mig_rate", "da_min_open", "da_min_closed", "da_pb_closed")
EDITIONS = {  # countries in each period, as figshare's pages tell them
    (225, 225, 225, 226, 229, 229): "ims2020_wpp2022",
    (228, 228, 228, 228, 230, 230): "ims2024_wpp2024",
}
WANTED = "bilat_mig*.csv of figshare 7731233 or 12845711, or the explorer's flow_<method>.json"


def fetch(window: Window | None) -> Iterator[Remote]:
    """The files of the edition that is known: each holds all periods, whatever the window."""
    for name, number in FILES.items():
        yield Remote(name, f"https://ndownloader.figshare.com/files/{number}")


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per pair, period, method (and sex, type), pairs of a country with itself left out."""
    from ingest.readers import parties

    with raw.plain.open("rb") as file:
        start = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t")
    dataset = _explorer(raw, con) if start[:1] == b"{" else _figshare(raw, con)
    bad = con.execute("select year0, raw_row from abel_cells where try_cast(year0 as int) is null limit 1").fetchone()
    if bad:
        raise BadFile(f"year0 is no year: {bad[0]!r}", mend=f"take {WANTED}", row=bad[1])
    parties.lay(con, "select orig from abel_cells union select dest from abel_cells")
    parties.refuse_unmatched(
        con,
        "select case when o.id is null then orig when d.id is null then dest end, try_cast(cell as double) "
        "from abel_cells join parties as o on o.code is not distinct from orig "
        "join parties as d on d.code is not distinct from dest",
    )
    return con.sql(_ROWS.format(dataset=dataset, vintage=_vintage(raw, con)))


def _figshare(raw: Raw, con: duckdb.DuckDBPyConnection) -> str:
    """The cells of a CSV in `abel_cells`; returns the name of the dataset."""
    from ingest.readers import parties

    columns = parties.header(raw.plain, WANTED)
    keys, parts = ("year0", "orig", "dest"), [name for name in ("sex", "type") if name in columns]
    methods = [name for name in METHODS if name in columns]
    odd = [name for name in columns if name not in (*keys, *parts, *methods) or columns.count(name) > 1]
    missing = [name for name in keys if name not in columns] or ([] if methods else ["da_pb_closed"])
    if odd or missing:
        problem = f"columns missing: {missing or 'none'}; unknown or doubled: {odd or 'none'}"
        raise BadFile(problem, mend=f"take {WANTED}, or change METHODS in the module if a method is new")
    parties.read_csv(con, raw.plain, columns, "abel_lines")
    if not con.execute("select 1 from abel_lines limit 1").fetchone():
        raise BadFile("it has no lines below its header", mend="get the file again, whole")
    told = ", ".join(f'"{name}"' if name in parts else f"null::varchar as {name}" for name in ("sex", "type"))
    figures = ", ".join(f'"{name}"' for name in methods)
    con.execute(
        f"create or replace temp table abel_cells as select * from (select rowid + 1 as raw_row, year0, orig, dest, "
        f"{told}, {figures} from abel_lines) unpivot include nulls (cell for method in ({figures}))"
    )
    return "_".join(["bilat_mig", *parts])


def _explorer(raw: Raw, con: duckdb.DuckDBPyConnection) -> str:
    """The cells of the explorer's matrix in `abel_cells`, its regions and the countries without any move left out."""
    import pandas

    name = Path(raw.name).name
    told = re.match(rf"flow_({'|'.join(METHODS)})\.json(\.gz)?$", name)
    try:
        book: dict[str, Any] = json.loads(raw.plain.read_bytes())
    except ValueError as error:
        raise BadFile(f"it is no JSON: {error}", mend="get the file again, whole") from error
    if not told or "matrix" not in book or "names" not in book:
        problem = f"{name} is no matrix of flows of one of the methods {', '.join(METHODS)}"
        raise BadFile(problem, mend="name it flow_<method>.json; stocks are read from UN DESA's own workbooks")
    try:
        rows = list(_moves(book, told[1]))
    except (TypeError, AttributeError) as error:
        raise BadFile(f"a cell or key of its matrix is none: {error}", mend="get the file again, whole") from error
    fields = ["raw_row", "year0", "orig", "dest", "method", "cell"]
    con.register("abel_frame", pandas.DataFrame(rows, columns=fields))
    con.execute(
        "create or replace temp table abel_cells as "
        "select *, null::varchar as sex, null::varchar as type from abel_frame"
    )
    return "explorer"


def _moves(book: dict[str, Any], method: str) -> Iterator[tuple[int, str, str, str, str, str]]:
    """Row of the matrix from 1, year0, origin, destination, method and cell; of countries that have moves then."""
    names = book["names"]
    places = [n for n in range(len(names)) if n not in set(book.get("regions", ()))]
    for year, matrix in book["matrix"].items():
        if len(matrix) != len(names) or any(len(line) != len(names) for line in matrix):
            raise BadFile(f"the matrix of {year} is not square over its names", mend="get the file again, whole")
        for n in places:
            left = book["total_outflow"][year][names[n]]
            if abs(left - sum(matrix[n][m] for m in places)) > len(places) / 2:
                problem = f"the row of {names[n]} in {year} is not its outflow of {left:,}"
                raise BadFile(problem, mend="rows must be origins: get the file again, as published", row=n + 1)
        moved = [n for n in places if any(matrix[n][m] or matrix[m][n] for m in places)]
        for n in moved:
            yield from ((n + 1, year, names[n], names[m], method, str(matrix[n][m])) for m in moved)


def _vintage(raw: Raw, con: duckdb.DuckDBPyConnection) -> str:
    told = re.search(r"ims\d{4}_wpp\d{4}", raw.name)
    counts = "select count(distinct orig) from abel_cells group by year0 order by year0"
    return told[0] if told else EDITIONS.get(tuple(n for (n,) in con.execute(counts).fetchall()), "unstated")


_ROWS = """
with cells as (
    select c.*, o.id as origin, o.kind as origin_kind, o.since as origin_since, d.id as destination,
        d.kind as destination_kind, d.since as destination_since, coalesce(o.reason, d.reason) as unknown,
        coalesce(o.mend, d.mend) as unknown_mend, try_cast(cell as double) as value,
        make_date(year0::int, 1, 1) as start, make_date(year0::int + 5, 1, 1) as ending,
    from abel_cells as c  -- parties has one row per code
    join parties as o on o.code is not distinct from orig
    join parties as d on d.code is not distinct from dest
),
judged as (
    select *, case
        when unknown is not null then unknown
        when cell is not null and cell <> 'NA' and not coalesce(isfinite(value), false)
            then 'figure is no number: ' || left(cell, 80)
        when orig = dest then 'a country moves to itself: ' || orig
        when sex is not null and lower(sex) not in ('male', 'female', 'm', 'f', 'b') then 'sex is not known: ' || sex
        when type is not null and type not in ('outward', 'return', 'transit') then 'type is not known: ' || type
    end as _reason
    from cells
    where (cell is not null and cell <> 'NA') and not (orig = dest and coalesce(value, 1) = 0)
)
select
    '{dataset}' as dataset, origin, orig as origin_name, origin_kind, destination, dest as destination_name,
    destination_kind, 'observer' as reporter_side, 'flow' as measure, 'residence' as concept, 'persons' as unit,
    case lower(sex) when 'm' then 'male' when 'f' then 'female' when 'b' then 'both' else coalesce(lower(sex), 'both')
        end as sex, 'all' as age, 'all' as purpose, 'type=' || type as breakdown, method, '5A' as grain,
    start as period_start, ending as period_end, value, null::double as value_low, null::double as value_high,
    null::int as rounding_base, null::varchar as flag, null::boolean as is_imputed,
    nullif(concat_ws('; ',
        case when orig in ('SUD', 'Sudan*') then 'origin with South Sudan' end,
        case when dest in ('SUD', 'Sudan*') then 'destination with South Sudan' end,
        case when origin_since >= ending then 'origin in present-day borders' end,
        case when destination_since >= ending then 'destination in present-day borders' end
    ), '') as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when unknown is not null then unknown_mend
        when _reason is not null then 'compare the line with figshare''s file, then get it again' end as _mend
from judged
"""
