"""Weekly flights between pairs of European countries, counted from the OpenSky COVID-19 flight list.

One row is
    the flights that were seen from one country to another (or within one) in one ISO week.

Published
    once, beside a study's code, as a wide CSV: origin, destination, and a column per week (2019-09 .. 2022-26).
    `vintage` is the file's name without its ending; the address is that of one commit, for the file names none.

Beware
    - Counted are only flights between large airports (by OurAirports) of the EU, the EEA and Switzerland, both ends
      seen, from one airport to another. Not the United Kingdom, no small field, no other continent.
    - Weeks are ISO weeks of the ISO year by the day of the last message: 2019-52 and 2020-01 are whole, and 2020-53
      begins on Monday 28 December. There is no 2019-53.
    - The flight lists are monthly, so that the file's first and last week are not whole: 2019-09 holds 1 to 3 March
      and 2022-26 holds 27 to 30 June. Such a week has the period that it covers, and no week's figure.
    - A zero means that no flight was seen, which the compilers wrote for every week of a pair seen once; a pair
      never seen has no row. An empty cell would be missing, and lands without a value.
    - Receivers are volunteers', and more over time: 42,400 flights in 2022-24 against 32,813 in 2019-24 are largely
      better coverage and not more traffic. In 2019-38 a fifth is missing (28,693 between 36,512 and 37,977).
    - flights_regions.csv beside it counts the same flights by subdivision (DE-HE): it is rejected, being no countries.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.reference import NotAStateThen, UnknownCountry, countries
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="opensky_country_pairs",
    domain="flights",
    title="Weekly flights between European countries (from OpenSky)",
    publisher="finnge/mi-visualization, from The OpenSky Network's flight list",
    landing_page="https://github.com/finnge/mi-visualization",
    licence="Apache-2.0 (code); derived from the OpenSky COVID-19 flight list: research, with citation",
    citation="Weekly flights per pair of countries, data/flights of mi-visualization (2022), derived from: Strohmeier, "
    "M. et al. (2021). Crowdsourced air traffic data from the OpenSky Network 2019-2020. https://doi.org/10.5194/essd-13-357-2021",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(2019, 3, 1),
    covers_to=date(2022, 7, 1),
    coverage="flights between large airports of 30 countries (EU, EEA, Switzerland) that receivers saw end to end",
    table="air_traffic",
    rows_per_file=(1, 2_000_000),
    max_bytes=64 << 20,
    files="flights_countries*.csv",
)

COMMIT = "551dd2a3467d0334bfc13098a9f7108d5d577940"
URL = (
    f"https://raw.githubusercontent.com/finnge/mi-visualization/{COMMIT}/data/flights/aggregated/flights_countries.csv"
)
ENDS = ["origin", "destination"]
REGION = re.compile(r"[A-Z]{2}-[A-Z0-9]{1,3}")
WEEK = re.compile(r"(\d{4})-(\d\d)")


def fetch(window: Window | None) -> Iterator[Remote]:
    """The one file there is."""
    yield Remote("flights_countries.csv", URL)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `air_traffic`, one per pair and week; a pair whose country is not known is marked as bad."""
    with raw.path.open(encoding="utf-8-sig", newline="") as handle:
        lines = csv.reader(handle)
        head, first = next(lines, []), next(lines, [])
    periods = _periods(head)
    if any(REGION.fullmatch(cell) for cell in first[:2]):
        raise BadFile(
            f"it tells subdivisions ({', '.join(first[:2])}) and no countries",
            mend="take it out: flights_countries.csv beside it counts the same flights by country",
        )
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in head)
    con.execute(
        "create or replace temp table wide as select * from read_csv(?, auto_detect = false, header = true, "
        f"delim = ',', quote = '\"', escape = '\"', parallel = false, columns = {{{types}}})",
        [str(raw.path)],
    )
    con.execute("create or replace temp table weeks (week varchar, period_start date, period_end date)")
    con.executemany("insert into weeks values (?, ?, ?)", periods)
    con.execute("create or replace temp table states (code varchar, country_id varchar, kind varchar, reason varchar)")
    codes = con.execute("select origin from wide union select destination from wide order by 1").fetchall()
    if codes:
        con.executemany("insert into states values (?, ?, ?, ?)", [_state(code) for (code,) in codes if code])
    columns = [f'"{week}"' for week, _, _ in periods]
    vintage = Path(raw.name).name.split(".")[0].replace("'", "''")
    return con.sql(
        "with long as (from (select *, rowid + 1 as raw_row from wide) unpivot include nulls (flights for week in "
        f"({', '.join(columns)}))) "
        "select 'flights_countries' as dataset, null::varchar as reporter, 'observer' as reporter_side, "
        "coalesce(o.country_id, long.origin) as origin, o.kind as origin_kind, "
        "coalesce(d.country_id, long.destination) as destination, d.kind as destination_kind, "
        "null::varchar as origin_airport, null::varchar as destination_airport, null::varchar as airport_codes, "
        "null::varchar as carrier, null::varchar as aircraft, 'all' as service, 'W' as grain, "
        "period_start, period_end, "
        "'flights' as measure, 'stage' as basis, flights as value, null::varchar as flag, null::varchar as note, "
        f"'{vintage}' as vintage, raw_row, "
        "case when o.reason is not null then o.reason when d.reason is not null "
        "then d.reason when not regexp_full_match(flights, '[0-9]+') "
        "then 'flights are no whole number: ' || week || ' ' || left(flights, 80) end as _reason, "
        "case when o.reason is not null or d.reason is not null then 'add it to dbt_project/seeds/country_codes.csv' "
        "when _reason is not null then 'correct the cell, or leave it empty where nothing is known' end as _mend "
        "from long join weeks using (week) "  # weeks and states have one row per week and code
        "left join states as o on o.code = long.origin left join states as d on d.code = long.destination"
    )


def _periods(head: list[str]) -> list[tuple[str, date, date]]:
    """(column, first day, first day after) of each week; BadFile where the header is not origin, destination, weeks."""
    mend = "take it out, or begin it origin,destination,YYYY-WW,... with ISO weeks, each once and in order"
    if head[:2] != ENDS or len(head) < 3:
        raise BadFile(f"it begins {','.join(head)[:80]!r} and counts no weeks between countries", mend=mend)
    found: list[tuple[str, date, date]] = []
    for column in head[2:]:
        try:
            year, week = map(int, told.groups()) if (told := WEEK.fullmatch(column)) else (0, 0)
            monday = date.fromisocalendar(year, week, 1)
        except ValueError:
            raise BadFile(f"column {column!r} is no ISO week", mend=mend) from None
        if found and monday <= found[-1][1]:
            raise BadFile(f"column {column!r} stands twice or out of order", mend=mend)
        found.append((column, monday, monday + timedelta(days=7)))
    # made of monthly lists: a month that begins within the first or last week is where the lists begin or end
    name, start, after = found[0]
    found[0] = (name, _month_within(start) or start, after)
    name, start, after = found[-1]
    found[-1] = (name, start, _month_within(found[-1][1]) or after)
    return found


def _month_within(monday: date) -> date | None:
    """The first of a month on Tuesday to Sunday of the week."""
    return next((day for n in range(1, 7) if (day := monday + timedelta(days=n)).day == 1), None)


def _state(code: str) -> tuple[str, str | None, str | None, str | None]:
    try:
        country = countries().by_id[countries().resolve(code)]
    except (UnknownCountry, NotAStateThen) as error:
        return code, None, None, f"country is not known: {error}"
    return code, country.country_id, country.kind, None
