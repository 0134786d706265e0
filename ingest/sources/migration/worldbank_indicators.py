"""Net migration, migrants, refugees, money sent home, population and income of countries (World Bank, WDI).

One row is
    one indicator of one country, or group of countries, in one year.

Published
    a few times a year in the World Development Indicators: API v2 as JSON, the CSV in the API's zip, and exports of
    DataBank. Nothing is versioned: `vintage` is the publisher's own day of the last update, which every form tells
    (DataBank in its last lines), else the day in the file's name.

Beware
    - The API answers an error with status 200 and an array of one element; an answer of several pages holds a part.
      Both are refused. `fetch` asks for 20,000 lines a page, more than any indicator has.
    - Groups (WLD, EUU, HIC, ...) stand among the countries: `country_kind` is aggregate. CHI is the Channel Islands.
    - SM.POP.NETM is an estimate from UN DESA's projections, of five years together in editions before 2022;
      SM.POP.TOTL is UN DESA's migrant stock, told in its years only. Neither is a second opinion on UN DESA.
    - Remittances are of the balance of payments, in current US dollars, cash by hand estimated or left out.
    - A blank is not available and no row. Stocks are of 1 July (population, migrants) or 31 December (refugees).
"""

from __future__ import annotations

import csv
import io
import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="worldbank_indicators",
    domain="migration",
    title="World Development Indicators of migration",
    publisher="World Bank",
    landing_page="https://data.worldbank.org/indicator/SM.POP.NETM",
    licence="CC BY 4.0",
    citation="World Bank. World Development Indicators.",
    cadence="@monthly",
    look_back_days=730,
    covers_from=date(1960, 1, 1),
    covers_to=None,
    coverage="217 economies and their groups by year since 1960",
    table="country_figures",
    rows_per_file=(1, 1_000_000),
    max_bytes=100_000_000,
    files="JSON of the API (<indicator>_<day>.json), the CSV of its zip (API_<indicator>_*.csv), or DataBank's CSV",
)
API = "https://api.worldbank.org/v2/country/all/indicator"
INDICATORS = {  # code: unit, grain, day of a stock
    "SM.POP.NETM": ("persons", "A", "01-01"), "SM.POP.TOTL": ("persons", "P", "07-01"),
    "SM.POP.REFG": ("persons", "P", "12-31"), "SM.POP.REFG.OR": ("persons", "P", "12-31"),
    "SP.POP.TOTL": ("persons", "P", "07-01"), "BX.TRF.PWKR.CD.DT": ("USD", "A", "01-01"),
    "BM.TRF.PWKR.CD.DT": ("USD", "A", "01-01"), "BX.TRF.PWKR.DT.GD.ZS": ("percent", "A", "01-01"),
    "NY.GDP.MKTP.CD": ("USD", "A", "01-01"), "NY.GDP.PCAP.CD": ("USD", "A", "01-01"),
    "SL.UEM.TOTL.NE.ZS": ("percent", "A", "01-01"),
    "PA.NUS.FCRF": ("national currency per USD", "A", "01-01"),
    "NY.GDP.DEFL.ZS": ("index", "A", "01-01"), "FP.CPI.TOTL": ("index", "A", "01-01"),
}  # fmt: skip
WANTED = "the API's JSON or CSV of one indicator, or DataBank's CSV with series codes"
Line = tuple[int, str, str, str, str, str, str, str]


def fetch(window: Window | None) -> Iterator[Remote]:
    """A file per indicator, as of today: each is a revision of all years, whatever the window."""
    today = datetime.now(UTC).date()
    for code in INDICATORS:
        yield Remote(f"{code}_{today}.json", f"{API}/{code}?format=json&per_page=20000")


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `country_figures`: one per figure; those of an unknown country, indicator or year are marked as bad."""
    from ingest.readers import parties

    content = raw.plain.read_bytes()
    is_json = content[:64].lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"["
    updated, lines = _of_json(content, raw.name) if is_json else _of_csv(raw)
    names = ("raw_row", "code", "name", "indicator", "indicator_name", "year", "cell", "flag")
    parties.lay_lines(con, "wdi_lines", names, lines)
    parties.lay(con, "select coalesce(nullif(code, ''), name) from wdi_lines")
    parties.refuse_unmatched(
        con,
        "select case when id is null then coalesce(nullif(l.code, ''), l.name) end, try_cast(cell as double) "
        "from wdi_lines as l join parties as p on p.code = coalesce(nullif(l.code, ''), l.name)",
    )
    told = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name)
    listed = ", ".join(str((code, *of)) for code, of in INDICATORS.items())
    return con.sql(_ROWS.format(indicators=listed, vintage=updated or (told[0] if told else "unstated")))


def _of_json(content: bytes, name: str) -> tuple[str, list[Line]]:
    """Day of the last update and lines of an answer of the API; BadFile where it is an error or a part."""
    try:
        told = json.loads(content.decode("utf-8-sig"))
        if len(told) == 1:
            said = [str(part.get("value")) for part in told[0].get("message", [])]
            raise BadFile(
                f"the API answered with an error: {'; '.join(said)[:200]}", mend="correct the indicator's code"
            )
        about, items = told[0], told[1] or []
        pages, total = int(about["pages"]), int(about["total"])
        lines = [
            (row, item.get("countryiso3code") or item["country"]["id"], item["country"]["value"],
             item["indicator"]["id"], item["indicator"]["value"], str(item["date"]),
             "" if item["value"] is None else repr(item["value"]), item.get("obs_status") or "")
            for row, item in enumerate(items, 1)
        ]  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise BadFile(f"it is no answer of the API: {error!r}"[:300], mend=f"take {WANTED}") from error
    if pages > 1 or len(items) != total:
        raise BadFile(f"it holds {len(items)} of {total} lines: page {about.get('page')} of {pages}",
                      mend="ask with per_page=20000")  # fmt: skip
    asked = re.match(r"([A-Z]{2}(?:\.[A-Z0-9]+)+)_", Path(name).name)
    if asked and (other := {line[3] for line in lines} - {asked[1]}):
        raise BadFile(f"it is of {', '.join(sorted(other))} and not of {asked[1]}", mend="get the file again")
    return str(about.get("lastupdated") or ""), lines


def _of_csv(raw: Raw) -> tuple[str, list[Line]]:
    """Day of the last update and lines of the API's CSV, or of DataBank's."""
    try:
        rows = list(csv.reader(io.StringIO(raw.plain.read_bytes().decode("utf-8-sig"), newline=""), strict=True))
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"it can't be read as CSV in UTF-8: {error}", mend=f"take {WANTED}") from error
    top = next((n for n, row in enumerate(rows[:20]) if {"Country Name", "Country Code"} <= {*row}), None)
    if top is None or not ({"Indicator Code", "Series Code"} & {*rows[top]}):
        raise BadFile("it has no columns Country Name, Country Code and Indicator Code or Series Code",
                      mend=f"take {WANTED}")  # fmt: skip
    header = rows[top]
    place = {name: n for n, name in enumerate(header)}
    code = place.get("Indicator Code", place.get("Series Code", 0))
    label = place.get("Indicator Name", place.get("Series Name", code))
    years = {n: name[:4] for n, name in enumerate(header) if re.fullmatch(r"(19|20)\d\d( \[YR(19|20)\d\d\])?", name)}
    if not years:
        raise BadFile("it has no column of a year", mend=f"take {WANTED}")
    about = " ".join(cell for row in (*rows[:top], *rows[-6:]) if len(row) < 4 for cell in row)
    day = re.search(r"Last Updated(?: Date)?:? ?(?:(\d{4}-\d\d-\d\d)|(\d\d)/(\d\d)/(\d{4}))", about)
    updated = (day[1] or f"{day[4]}-{day[2]}-{day[3]}") if day else ""
    lines = []
    for n, row in enumerate(rows[top + 1 :], 1):
        if len(row) < 4 or not row[place["Country Code"]]:
            continue  # DataBank's last lines
        if len(row) != len(header):
            raise BadFile("a line has more or fewer cells than the header", row=n, mend="get the file again, whole")
        lines += [(n, row[place["Country Code"]], row[place["Country Name"]], row[code], row[label], year, row[at], "")
                  for at, year in years.items()]  # fmt: skip
    return updated, lines


_ROWS = """
with
indicators (indicator, unit, grain, day) as (values {indicators}),
lines as (
    select l.*, i.* exclude (indicator), p.id, p.kind, p.since, p.reason, p.mend,
        try_cast(trim(cell) as double) as told,
        case when regexp_full_match(year, '(19|20)\\d\\d') then year::int end as of_year,
    from wdi_lines as l  -- indicators have one row per code, parties one per country
    left join indicators as i on i.indicator = l.indicator
    join parties as p on p.code = coalesce(nullif(l.code, ''), l.name)
    where trim(cell) not in ('', '..')
),
judged as (
    select *, case
        when reason is not null then reason
        when unit is null then 'indicator is not known: ' || indicator
        when of_year is null then 'time is no year: ' || year
        when not coalesce(isfinite(told), false) then 'figure is no number: ' || left(cell, 80)
    end as _reason,
    from lines
),
dated as (
    select *, case when _reason is null then (of_year || '-' || day)::date end as start from judged
)
select
    'WDI' as dataset, id as country, name as country_name, kind as country_kind, indicator, indicator_name, unit,
    'both' as sex, 'all' as age, 'estimate' as variant, grain, start as period_start,
    (start + case grain when 'P' then interval 1 day else interval 1 year end)::date as period_end, told as value,
    nullif(lower(flag), '') as flag,
    case when since >= make_date(of_year + 1, 1, 1) then 'country in present-day borders' end as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when reason is not null then mend
        when starts_with(_reason, 'indicator') then 'add its unit to INDICATORS in worldbank_indicators.py'
        when _reason is not null then 'compare the line with the publisher''s file, then get it again' end as _mend,
from dated
"""
