"""Yearly migration flows between all countries, estimated by a neural network (Gaskin and Abel).

One row is
    the persons estimated to move from one country to another within a year, told by previous residence (concept
    residence) or by country of birth (concept birth), in one edition.

Published
    as mig_bilateral.csv at Zenodo (and Hugging Face): orig, dest, year (or Origin ISO, Destination ISO, Year) and the
    means mig_prev and mig_brth with their standard deviations, 1990 to 2023. Read as well are the yearly files
    flows_<year>_<year+1>.json of the World Migration Flows map (code-4you, GitHub), made from that CSV. `vintage` is
    the record or day in the file's name (mig_bilateral_zenodo17344747.csv, flows_1990_1991_2026-08-10.json).

Beware
    - In the map's files the outer key is the DESTINATION and the inner the origin: {"KG": {"RU": 46983}} is Russia to
      Kyrgyzstan. A country under itself is its net migration, which does not land; the reading is checked against it.
    - The map leaves out pairs below 50 persons a year: no row is not zero. The CSV tells every pair, in fractions of a
      person; pairs of a country with itself are left out, as are the blank flows of 2024.
    - The map's years before 1990 are none of Gaskin and Abel but increases of migrant stocks by birth (Standaert and
      Rayp, UNU-CRIS 2022): method unu_cris_stock_difference, concept birth. World totals jump from 5.6 to 15.0 million
      at 1990: never join the two.
    - Its files of ten years and more are refused: sums of yet other sources (Abel and Cohen's, UNU-CRIS'), which have
      modules or years of their own. So are years after 2023, which the map takes from official statistics.
    - `value` is a mean of an ensemble; `note` tells the standard deviation where the CSV does. stock_mean is the
      model's own stock and does not land: see UN DESA. States of today are carried back to 1990 (`note`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="gaskin_abel_flows",
    domain="migration",
    title="Deep learning four decades of human migration: bilateral flows",
    publisher="Thomas Gaskin and Guy J. Abel (Zenodo)",
    landing_page="https://doi.org/10.5281/zenodo.17344747",
    licence="CC BY 4.0 (Zenodo); GPL-3.0 (Hugging Face)",
    citation="Gaskin, T. and Abel, G. J. (2025). Deep learning four decades of human migration. arXiv:2506.22821. "
    "Years before 1990: Standaert, S. and Rayp, G. (2022). Where did they come from, where did they go? UNU-CRIS.",
    cadence="@quarterly",
    look_back_days=0,
    covers_from=date(1960, 1, 1),
    covers_to=date(2024, 1, 1),
    coverage="pairs of 230 countries and territories, 1990 to 2023; the map's of at least 50 persons, since 1960",
    table="migration",
    rows_per_file=(1, 5_000_000),
    max_bytes=400_000_000,
    files="mig_bilateral*.csv (or .csv.gz), flows_<year>_<year+1>.json (or .json.gz)",
)
RECORD = "17344747"
NAMES = {"Origin ISO": "orig", "Destination ISO": "dest", "Year": "year"}  # Hugging Face: Zenodo
KEYS = ("orig", "dest", "year")
FIGURES = {"mig_prev": "residence", "mig_brth": "birth"}
OTHERS = ("", "column0", "mig_prev_std", "mig_brth_std", "stock_mean", "stock_std")
WANTED = "mig_bilateral.csv of Zenodo, or the map's yearly flows_<year>_<year+1>.json"
FIRST, LAST = 1990, 2023  # years of the model
MAP = re.compile(r"flows_(\d{4})_(\d{4})(?:_\d{4}-\d\d-\d\d)?\.json(\.gz)?")


def fetch(window: Window | None) -> Iterator[Remote]:
    """The one file of the edition that is known: it holds all years, whatever the window."""
    url = f"https://zenodo.org/records/{RECORD}/files/mig_bilateral.csv?download=1"
    yield Remote(f"mig_bilateral_zenodo{RECORD}.csv", url)


def period(name: str) -> Window | None:
    """The year of one of the map's files; all years are in the CSV."""
    told = MAP.fullmatch(Path(name).name)
    return Window(date(int(told[1]), 1, 1), date(int(told[2]), 1, 1)) if told and told[1] < told[2] else None


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per pair, year and concept."""
    from ingest.readers import parties

    with raw.plain.open("rb") as file:
        start = file.read(512).lstrip(b"\xef\xbb\xbf \r\n\t")
    if start[:1] == b"{":
        dataset = _map(raw, con)
    else:
        dataset = _zenodo(raw, con)
    bad = con.execute(
        "select year, raw_row from gaskin_cells where not coalesce(try_cast(year as double) between 1960 and 2100, "
        "false) limit 1"
    ).fetchone()
    if bad:
        raise BadFile(f"year is no year: {bad[0]!r}", mend=f"take {WANTED}", row=bad[1])
    parties.lay(con, "select orig from gaskin_cells union select dest from gaskin_cells")
    parties.refuse_unmatched(
        con,
        "select case when o.id is null then orig when d.id is null then dest end, try_cast(cell as double) "
        "from gaskin_cells join parties as o on o.code is not distinct from orig "
        "join parties as d on d.code is not distinct from dest where orig is distinct from dest",
    )
    told = re.search(r"zenodo\d+|\d{4}-\d\d-\d\d", Path(raw.name).name)
    return con.sql(_ROWS.format(dataset=dataset, vintage=told[0] if told else "unstated"))


def _zenodo(raw: Raw, con: duckdb.DuckDBPyConnection) -> str:
    """The cells of the CSV in `gaskin_cells`; returns the name of the dataset."""
    from ingest.readers import parties

    told = parties.header(raw.plain, WANTED)
    columns = [NAMES.get(name, name) or "column0" for name in told]
    odd = [name for name in columns if name not in (*KEYS, *FIGURES, *OTHERS) or columns.count(name) > 1]
    missing = [name for name in (*KEYS, "mig_prev") if name not in columns]
    if odd or missing:
        problem = f"columns missing: {missing or 'none'}; unknown or doubled: {odd or 'none'}"
        raise BadFile(problem, mend=f"take {WANTED}, or change FIGURES in the module if the publisher added one")
    parties.read_csv(con, raw.plain, columns, "gaskin_lines")
    parts = [
        f"select rowid + 1 as raw_row, orig, dest, year, '{concept}' as concept, {name} as cell, "
        f"{f'{name}_std' if f'{name}_std' in columns else 'null::varchar'} as deviation, 'gaskin_abel_2025' as method "
        "from gaskin_lines"
        for name, concept in FIGURES.items()
        if name in columns
    ]
    con.execute(f"create or replace temp view gaskin_cells as {' union all '.join(parts)}")
    if not con.execute("select 1 from gaskin_lines limit 1").fetchone():
        raise BadFile("it has no lines below its header", mend="get the file again, whole")
    return "mig_bilateral"


def _map(raw: Raw, con: duckdb.DuckDBPyConnection) -> str:
    """The cells of one of the map's yearly files in `gaskin_cells`; the cells on the diagonal serve as a check."""
    import pandas

    told = MAP.fullmatch(Path(raw.name).name)
    year, end = (int(told[1]), int(told[2])) if told else (0, 0)
    if not told or end != year + 1 or year > LAST:
        problem = f"{Path(raw.name).name} is no year of the model ({FIRST} to {LAST}) nor one before it"
        mend = "take it out: periods of several years are sums of other sources, later years official statistics"
        raise BadFile(problem, mend=mend)
    try:
        book: dict[str, dict[str, Any]] = json.loads(raw.plain.read_bytes())
    except ValueError as error:
        raise BadFile(f"it is no JSON: {error}", mend="get the file again, whole") from error
    if not all(isinstance(row, dict) and all(type(n) in (int, float) for n in row.values()) for row in book.values()):
        raise BadFile("it is no table of figures by destination and origin", mend=f"take {WANTED}")
    net = {code: row[code] for code, row in book.items() if code in row}
    balance: dict[str, float] = dict.fromkeys(net, 0.0)
    for inside, row in book.items():
        for outside, persons in row.items():
            if inside != outside:
                balance[inside] = balance.get(inside, 0.0) + persons
                balance[outside] = balance.get(outside, 0.0) - persons
    if sum(abs(net[c] - balance[c]) for c in net) > sum(abs(net[c] + balance[c]) for c in net):
        problem = "its outer keys are origins: the net migration on its diagonal is told the other way round"
        raise BadFile(problem, mend="get the file again, as published: outer keys are destinations")
    method, concept = ("gaskin_abel_2025", "residence") if year >= FIRST else ("unu_cris_stock_difference", "birth")
    rows = [
        (n, origin, destination, str(year), concept, str(persons), None, method)
        for n, (destination, row) in enumerate(book.items(), 1)
        for origin, persons in row.items()
        if origin != destination
    ]
    fields = ["raw_row", "orig", "dest", "year", "concept", "cell", "deviation", "method"]
    con.register("gaskin_frame", pandas.DataFrame(rows, columns=fields))
    con.execute(
        "create or replace temp table gaskin_cells as select * replace (null::varchar as deviation) from gaskin_frame"
    )
    return "world-migration-flows"


_ROWS = """
with cells as (
    select c.*, o.id as origin, o.kind as origin_kind, o.since as origin_since, d.id as destination,
        d.kind as destination_kind, d.since as destination_since, coalesce(o.reason, d.reason) as unknown,
        coalesce(o.mend, d.mend) as unknown_mend, try_cast(cell as double) as value,
        try_cast(deviation as double) as std, make_date(year::double::int, 1, 1) as start,
        make_date(year::double::int + 1, 1, 1) as ending,
    from gaskin_cells as c  -- parties has one row per code
    join parties as o on o.code is not distinct from orig
    join parties as d on d.code is not distinct from dest
    where orig is distinct from dest and cell is not null and lower(cell) <> 'nan'
)
select
    '{dataset}' as dataset, origin, orig as origin_name, origin_kind, destination, dest as destination_name,
    destination_kind, 'observer' as reporter_side, 'flow' as measure, concept, 'persons' as unit, 'both' as sex,
    'all' as age, 'all' as purpose, null::varchar as breakdown, method, 'A' as grain, start as period_start,
    ending as period_end, value, null::double as value_low, null::double as value_high, null::int as rounding_base,
    null::varchar as flag, null::boolean as is_imputed,
    nullif(concat_ws('; ',
        case when std is not null then 'standard deviation ' || round(std, 2) end,
        case when origin_since >= ending then 'origin in present-day borders' end,
        case when destination_since >= ending then 'destination in present-day borders' end
    ), '') as note,
    '{vintage}' as vintage, raw_row,
    coalesce(unknown, case when not coalesce(isfinite(value), false) then 'figure is no number: ' || left(cell, 80) end)
        as _reason,
    coalesce(unknown_mend, 'compare the line with the published file, then get it again') as _mend
from cells
"""
