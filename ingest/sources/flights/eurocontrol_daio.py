"""Daily flights per state: departures, arrivals, internal flights and overflights (EUROCONTROL).

One row is
    one count of one state and UTC day, in one edition: its departures to everywhere, its arrivals from everywhere,
    the flights within it, or those over it that neither start nor land there.

Published
    as one CSV a year (daio_2019.csv and on), in a public repository; the file of the running year grows and earlier
    days may be counted anew. The publisher names no edition, so that `vintage` is the day of the download where the
    file's name tells it (daio_2026_2026-07-24.csv, as `fetch` writes it), else the last day in the file.

Beware
    - Counts of a state, not of a pair: the other end is WLD, everywhere. Departures and arrivals are those abroad.
      They serve to see how much of the traffic another source misses, and make no dyad.
    - Internal flights (state to state, reporter_side both) include the circular ones, which land where they started;
      these are not told apart here. Overflights are from WLD to WLD with reporter_side over.
    - "Belgium and Luxembourg" (EB) and "Serbia & Montenegro" (LY) are airspaces of two states each. They land as the
      aggregates EB and LY without a reporter, and belong to neither state. Their overflights are quarantined: the
      table knows an overflown state by its reporter alone.
    - Spain includes the Canary Islands, says the publisher; whether Portugal includes the Azores it does not say.
    - Overflights are worked out as a difference and now and then fall below zero: 653 of 110,440 in 2019 to 2026-07,
      597 of them Moldova's with its airspace closed in 2022 and after. These are quarantined, the day's others land.
    - The sums of a line (daio, dai, da, i without c) are checked; none of the 110,440 lines fails. All four counts of
      one that does are quarantined, since nothing tells which is wrong.
    - Nothing tells passengers' flights from others: `service` is all.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.reference import NotAStateThen, UnknownCountry, countries
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="eurocontrol_daio",
    domain="flights",
    title="Daily departures, arrivals, internal flights and overflights per state",
    publisher="EUROCONTROL, Performance Review Unit",
    landing_page="https://github.com/euctrl-pru/daio",
    licence="EUROCONTROL: reuse with the source named",
    citation="EUROCONTROL Performance Review Unit. DAIO: daily departures, arrivals, internal flights and overflights.",
    cadence="@weekly",
    look_back_days=60,
    covers_from=date(2019, 1, 1),
    covers_to=None,
    coverage="flights of 40 states and airspaces of EUROCONTROL's members and partners, by UTC day",
    table="air_traffic",
    rows_per_file=(1, 200_000),
    max_bytes=64 << 20,
    files="daio_<year>.csv or daio_<year>_<YYYY-MM-DD>.csv",
)

REPOSITORY = "https://raw.githubusercontent.com/euctrl-pru/daio/HEAD"
COLUMNS = (
    "entry_date country_icao_code country_name flt_daio flt_o flt_i flt_c flt_dai flt_d flt_a flt_da flt_i_excl_c"
).split()
COUNTS = COLUMNS[3:]
NAME = re.compile(r"daio_(\d{4})(?:_(\d{4}-\d\d-\d\d))?\.csv")
AREAS = {"EB": "Belgium and Luxembourg", "LY": "Serbia & Montenegro"}  # airspaces of more than one state


def fetch(window: Window | None) -> Iterator[Remote]:
    """The years that overlap the window, as of today."""
    today = datetime.now(UTC).date()
    for year in range(2019, today.year + 1):
        if window is None or Window(date(year, 1, 1), date(year + 1, 1, 1)).overlaps(window):
            yield Remote(f"daio_{year}_{today}.csv", f"{REPOSITORY}/daio_{year}.csv")


def period(name: str) -> Window | None:
    """The year that the file's name tells."""
    told = NAME.search(name)
    year = int(told[1]) if told else 0
    return Window(date(year, 1, 1), date(year + 1, 1, 1)) if 1990 <= year < 2100 else None


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Four rows of `air_traffic` per line; lines that do not add up and places that are not known are marked as bad."""
    with raw.path.open("rb") as file:
        found = file.readline(1 << 16).decode("utf-8-sig", "replace").strip().split(",")
    if found != COLUMNS:
        raise BadFile(
            f"it begins {','.join(found)[:200]!r}; expected {','.join(COLUMNS)}",
            mend="take a file daio_<year>.csv of the publisher, or change COLUMNS in the module if they did",
        )
    types = ", ".join(f"'{column}': 'VARCHAR'" for column in COLUMNS)
    con.execute(
        "create or replace temp table daio as select *, try_cast(entry_date as date) as day from read_csv(?, "
        f"auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', columns = {{{types}}})",
        [str(raw.path)],
    )
    last = con.execute("select max(day) from daio").fetchone()
    if not last or last[0] is None:
        raise BadFile("no line has a day", mend="get the file again")
    vintage = _vintage(raw, last[0])
    con.execute("create or replace temp table daio_places (code varchar, name varchar, id varchar, kind varchar, "
                "reason varchar)")  # fmt: skip
    pairs = "select distinct country_icao_code, country_name from daio order by all"
    for code, name in con.execute(pairs).fetchall():
        con.execute("insert into daio_places values (?, ?, ?, ?, ?)", [code, name, *_place(code, name, last[0])])
    return con.sql(
        _ROWS.format(
            vintage=vintage,
            counts=", ".join(f"coalesce({c}, '')" for c in COUNTS),
            **{f"no_{c}": _no_count(c) for c in COUNTS},
        )
    )


def _vintage(raw: Raw, last: date) -> date:
    told = NAME.fullmatch(Path(raw.name).name)
    try:
        return date.fromisoformat(told[2]) if told and told[2] else last
    except ValueError:
        raise BadFile(f"the name {raw.name!r} tells no day", mend="name it like daio_2026_2026-07-24.csv") from None


def _place(code: str | None, name: str | None, on: date) -> tuple[str | None, str | None, str | None]:
    """What a line speaks of: id, kind, and why it is not known. The name tells it; the code is of an airspace."""
    for area, its_name in AREAS.items():
        if code == area or name == its_name:
            return (area, "aggregate", None) if (code, name) == (area, its_name) else _mixed(code, name)
    try:
        # the publisher names the states of the day: one that is no more by then is refused
        found = countries().by_id[countries().resolve(name or "", on)]
    except (UnknownCountry, NotAStateThen) as error:
        return None, None, f"country is not known: {error}"
    return found.country_id, found.kind, None


def _mixed(code: str | None, name: str | None) -> tuple[None, None, str]:
    return None, None, f"country is not known: {name!r} under the airspace {code!r}"


def _no_count(column: str) -> str:
    """An SQL predicate: not a whole number. Overflights may be below zero, which the contract refuses."""
    return f"not coalesce(regexp_full_match({column}, '-?[0-9]{{1,7}}'), false)"


_ROWS = """
with
lines as (
    select
        daio.*, places.id, places.kind, daio.rowid + 1 as raw_row,
        case
            when day is null then 'entry_date is no day: ' || coalesce(entry_date, 'none')
            when places.id is null then coalesce(places.reason, 'country is missing')
            when {no_flt_daio} or {no_flt_o} or {no_flt_i} or {no_flt_c} or {no_flt_dai} or {no_flt_d} or {no_flt_a}
                or {no_flt_da} or {no_flt_i_excl_c} then 'a count is no whole number: ' || concat_ws(',', {counts})
            when flt_d::int + flt_a::int <> flt_da::int or flt_da::int + flt_i::int <> flt_dai::int
                or flt_dai::int + flt_o::int <> flt_daio::int or flt_i::int - flt_c::int <> flt_i_excl_c::int
                then 'the counts do not add up: ' || concat_ws(',', {counts})
        end as reason,
    from daio  -- places has one row per code and name
    left join daio_places as places
        on places.code is not distinct from country_icao_code and places.name is not distinct from country_name
),
counted as (
    select *, 'origin' as side, id as start, kind as start_kind, 'WLD' as goal, 'aggregate' as goal_kind,
        flt_d as value, 1 as part from lines
    union all
    select *, 'destination', 'WLD', 'aggregate', id, kind, flt_a, 2 from lines
    union all
    select *, 'both', id, kind, id, kind, flt_i, 3 from lines
    union all
    select * replace (
        case when reason is null and kind = 'aggregate' then 'overflights of an area that is no state: '
            || country_icao_code || ' ' || country_name else reason end as reason
    ), 'over', 'WLD', 'aggregate', 'WLD', 'aggregate', flt_o, 4 from lines
)
select
    'daio' as dataset, case when kind <> 'aggregate' then id end as reporter, side as reporter_side,
    start as origin, start_kind as origin_kind, goal as destination, goal_kind as destination_kind,
    null as origin_airport, null as destination_airport, null as airport_codes, null as carrier, null as aircraft,
    'all' as service, 'D' as grain, day as period_start, (day + 1)::date as period_end, 'flights' as measure,
    'stage' as basis, value, null as flag, null as note, '{vintage}' as vintage, raw_row, reason as _reason,
    case
        when starts_with(reason, 'country') then 'add it to dbt_project/seeds/country_aliases.csv, or to AREAS of '
            || 'eurocontrol_daio.py if it is an airspace of several states'
        when starts_with(reason, 'overflights') then 'nothing: they are of no one state'
        when reason is not null then 'correct the line, or report it to the publisher'
    end as _mend,
from counted order by raw_row, part
"""
