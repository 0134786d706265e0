"""Irregular crossings of the EU's external border detected per month, route, kind of border and nationality (Frontex).

One row is
    the detections of one nationality on one route, by land or by sea, in one month.

Published
    monthly as one workbook of all months since 2009, whose name tells the day of release
    (Monthly_detections_of_IBC_2026_09_02.xlsx): `vintage` is that day. Past months are revised.

Beware
    - Detections and no persons: who tries again is counted again, who is not seen is not counted, and more guards see
      more. `unit` is events.
    - No country of entry is told: `destination` is EU, the external border of the EU and Schengen. It makes no dyad
      with a state; routes and kinds of border stand in `breakdown`, and no total of them is published.
    - Routes overlap in persons: who came over the Eastern Mediterranean is seen again in the Western Balkans.
    - Nationalities are names in English, with "Unknown", "Unspecified sub-Saharan nationals" (an aggregate) and
      "Kosovo*". The latest months are not whole.
    - The address holds the day of release: `fetch` takes the link of the migratory map's page. That page is known to
      turn programs away at times: then the run says so, and the workbook is put into the folder by hand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

    from ingest.readers.parties import Party

SOURCE = Source(
    key="frontex_detections",
    domain="migration",
    title="Monthly detections of irregular border crossings",
    publisher="European Border and Coast Guard Agency (Frontex)",
    landing_page="https://www.frontex.europa.eu/what-we-do/monitoring-and-risk-analysis/migratory-map/",
    licence="reuse with attribution (Frontex legal notice); read it before you publish",
    citation="Frontex. Monthly detections of IBC (FRAN and JORA data).",
    cadence="@monthly",
    look_back_days=730,
    covers_from=date(2009, 1, 1),
    covers_to=None,
    coverage="the external border of the EU and Schengen by route, kind of border and nationality, monthly since 2009",
    table="migration",
    rows_per_file=(1, 3_000_000),
    max_bytes=50_000_000,
    files="Monthly_detections_of_IBC_<year>_<month>_<day>.xlsx",
)
MONTHS = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
BORDERS = ("BorderType", "Border type", "Border Type", "Border type or inland")
NATIONALITIES = ("NationalityLong", "Nationality")
GROUPS = {"Unspecified sub-Saharan nationals": "SUB_SAHARAN"}


def fetch(window: Window | None) -> Iterator[Remote]:
    """The workbooks that the page of the migratory map links to; past releases are not kept there."""
    from ingest import http

    for url in http.links(SOURCE.landing_page, r"Monthly_detections_of_IBC_.+\.xlsx"):
        yield Remote(http.file_name(url), url)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per nationality, route, border and month; those that can't be read are marked as bad."""
    from ingest.readers import parties, sheets

    header, rows = sheets.of_workbook(raw.plain, ["Route"])
    border = next((header.index(name) for name in BORDERS if name in header), None)
    nationality = next((header.index(name) for name in NATIONALITIES if name in header), None)
    months = {n: told for n, name in enumerate(header) if (told := _month(name))}
    if border is None or nationality is None or not months:
        raise BadFile(f"columns missing: one of {', '.join(BORDERS)}; of {', '.join(NATIONALITIES)}; a month (JAN2009)",
                      mend=sheets.CHANGED)  # fmt: skip
    other = [name for n, name in enumerate(header)
             if name and n not in months and n not in (border, nationality, header.index("Route"))]  # fmt: skip
    if other or len({*months.values()}) < len(months):
        raise BadFile(f"columns unknown, or a month twice: {', '.join(other)[:200]}", mend=sheets.CHANGED)
    lines = [
        (n, sheets.text(row[header.index("Route")]), sheets.text(row[border]), sheets.text(row[nationality]), month,
         sheets.text(row[at]))
        for n, row in enumerate(rows, 1) if any(sheets.text(cell) for cell in row)
        for at, month in months.items()
    ]  # fmt: skip
    parties.lay_lines(con, "detections", ("raw_row", "route", "border", "name", "month", "cell"), lines)
    parties.lay(con, "select name from detections", _party)
    parties.refuse_unmatched(
        con,
        "select case when id is null then name end, try_cast(cell as double) "
        "from detections join parties on code = name",
    )
    day = re.search(r"(\d{4})[_-]?(\d\d)[_-]?(\d\d)\.xlsx?$", Path(raw.name).name)
    return con.sql(_ROWS.format(vintage="-".join(day.groups()) if day else "unstated"))


def _month(name: str) -> str:
    """The first day of the month that a column is of, as text; empty where it is of none."""
    told = re.fullmatch(r"([A-Z]{3})[- ]?((?:20)\d\d)", name.upper())
    return f"{told[2]}-{MONTHS.index(told[1]) + 1:02}-01" if told and told[1] in MONTHS else ""


def _party(name: str | None) -> Party:
    from ingest.readers.parties import party

    return party(GROUPS.get(name or "", (name or "").rstrip("* ")), {code: code for code in GROUPS.values()})


_ROWS = """
with
lines as (
    select d.*, p.id, p.kind, p.reason, p.mend, try_cast(cell as double) as told,
    from detections as d  -- parties have one row per name
    join parties as p on p.code = d.name
    where cell <> ''
),
judged as (
    select *, case
        when reason is not null then reason
        when route = '' or border = '' then 'route or kind of border is missing'
        when not coalesce(isfinite(told), false) then 'figure is no number: ' || left(cell, 80)
    end as _reason,
    from lines
)
select
    'Detections_of_IBC' as dataset, id as origin, name as origin_name, kind as origin_kind, 'EU' as destination,
    'External border of the EU and Schengen' as destination_name, 'aggregate' as destination_kind,
    'destination' as reporter_side, 'detections' as measure, 'citizenship' as concept, 'events' as unit,
    'both' as sex, 'all' as age, 'all' as purpose,
    'border=' || lower(regexp_replace(border, '[;=]', ' ', 'g')) || ';route=' || regexp_replace(route, '[;=]', ' ', 'g')
        as breakdown,
    'reported' as method, 'M' as grain, month::date as period_start,
    (month::date + interval 1 month)::date as period_end, told as value, null::double as value_low,
    null::double as value_high, null::int as rounding_base, null::varchar as flag, null::boolean as is_imputed,
    null::varchar as note, '{vintage}' as vintage, raw_row, _reason,
    case when reason is not null then mend
        when _reason is not null then 'compare the cell with the publisher''s workbook' end as _mend,
from judged
"""
