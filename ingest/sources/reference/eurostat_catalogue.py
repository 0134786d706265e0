"""Eurostat's table of contents: when each of its tables was last changed, which is how we know that ours is old.

One row is
    one table of Eurostat, with the day of the last change of its figures and of its structure.

Published
    twice a day (11:00 and 23:00) as one text file with tabs. It names no edition: `vintage` is the day in the file's
    name (toc_2026-11-24.txt), which is the day of fetching, else its name.

Beware
    - Folders stand between the tables (type folder) and are no row; a table that stands in several folders is one.
    - Titles are indented by their depth, all cells are quoted and a blank cell is a single space.
    - Days are day.month.year. A change of the data may be a change of one cell, or a flag.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="eurostat_catalogue",
    domain="reference",
    title="Eurostat: table of contents",
    publisher="Eurostat",
    landing_page="https://ec.europa.eu/eurostat/data/database",
    licence="CC BY 4.0 (Commission Decision 2011/833/EU)",
    citation="Eurostat. Table of contents of the dissemination database.",
    cadence="@daily",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="all tables of Eurostat's database, some 9,000",
    table="catalogues",
    rows_per_file=(1, 100_000),
    max_bytes=20_000_000,
    files="toc*.txt",
)
URL = "https://ec.europa.eu/eurostat/api/dissemination/catalogue/toc/txt?lang=en"
COLUMNS = ("title", "code", "type", "last update of data", "last table structure change", "data start", "data end")


def fetch(window: Window | None) -> Iterator[Remote]:
    """The catalogue as it is now, under a name that tells the day."""
    yield Remote(f"toc_{datetime.now(UTC):%Y-%m-%d}.txt", URL)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `catalogues`; a table without a day of its last change is marked as bad."""
    from ingest.readers import parties

    try:
        rows = list(csv.reader(io.StringIO(raw.plain.read_bytes().decode("utf-8-sig"), newline=""), delimiter="\t"))
    except UnicodeDecodeError as error:
        raise BadFile(f"it is no UTF-8: {error}", mend=f"take {URL.partition('?')[0]}") from error
    header = [name.strip() for name in rows[0]] if rows else []
    if missing := [name for name in COLUMNS if name not in header]:
        raise BadFile(f"columns missing: {', '.join(missing)}", mend=f"take {URL.partition('?')[0]}, in English")
    place = [header.index(name) for name in (*COLUMNS, *(["values"] if "values" in header else []))]
    lines = [(n, *(row[at].strip() for at in place), *([] if "values" in header else [""]))
             for n, row in enumerate(rows[1:], 1) if len(row) > max(place)]  # fmt: skip
    if len(lines) < sum(1 for row in rows[1:] if row):
        raise BadFile("a line has fewer cells than the header", mend="it is cut off: get it again")
    names = ("raw_row", "title", "code", "kind", "updated", "structure", "data_from", "data_to", "n_values")
    parties.lay_lines(con, "toc", names, lines)
    day = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name)
    return con.sql(_ROWS.format(vintage=day[0] if day else Path(raw.name).stem.replace("'", "''")))


_ROWS = """
with
tables as (
    select *, try_strptime(updated, '%d.%m.%Y')::date as updated_on,
    from toc
    where kind <> 'folder'
    qualify row_number() over (partition by lower(code) order by raw_row) = 1
)
select
    lower(code) as dataset, title, updated_on,
    try_strptime(structure, '%d.%m.%Y')::date as structure_changed_on, nullif(data_from, '') as data_from,
    nullif(data_to, '') as data_to, try_cast(n_values as bigint) as n_values, '{vintage}' as vintage, raw_row,
    case when updated_on is null then 'last update is no day: ' || coalesce(nullif(updated, ''), 'none') end as _reason,
    case when updated_on is null then 'look at the table at the publisher; it may have been withdrawn' end as _mend,
from tables
"""
