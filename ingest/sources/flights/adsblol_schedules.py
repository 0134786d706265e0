"""Flights of the world by quarter since 2024, drawn by MrAirspace from the tracks that adsb.lol's volunteers receive.

One row is
    one flight of one airframe, from where its track starts to where it ends, as the publisher linked the tracks.

Published
    one Parquet a quarter as a GitHub release, 10 to 15 million rows, about 0.9 GB, some weeks after its end. The
    quarter is the `vintage`; a second edition has the same name, and of files of one name the one fetched last counts.

Beware
    - No original was at hand when this was written: columns and values are as the publisher's README and programs of
      others who read the files tell. All columns are text there; timestamps and numbers are read as well.
    - Quarters overlap, so that no flight is cut in half. A flight is of the quarter in which its track starts; the rest
      is counted by quarter, one line of quarantine each, and not kept row by row: its own quarter's file holds it. So
      are tracks of which no start or no end is told, which the file has by the hundred thousand.
    - "Applicable airports" are those near the end of the track: one where it starts on the runway, several where it was
      lost on approach, and any at all where it was lost high above. An airport is taken only where it is the only one
      and the track ends on the ground or at most 10,000 feet up; else it is empty, and the position is there.
    - `callsign_route` is what Virtual Radar Server's table says of the callsign, right or wrong: it is how ends
      without coverage or with spoofed positions can be repaired. What is no A-B or A-B-C of ICAO codes is left empty.
    - Heights are barometric, in feet by the column's name (README: "ground or flight level"); on the ground they are
      unknown, and empty.
    - 2024: no position and no type of aircraft, and up to a tenth of flights on routes with gaps (Frankfurt to Dubai)
      stands twice. Times are of the runway where it was seen, else of the track's first and last message.
    - ODbL: what is published of it names it, and a database made of it is shared alike.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta

import duckdb

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="adsblol_schedules",
    domain="flights",
    title="Aircraft flight schedules from ADSB.lol",
    publisher="MrAirspace (Sebastiaan Menger)",
    landing_page="https://github.com/MrAirspace/aircraft-flight-schedules",
    licence="ODbL 1.0",
    citation="MrAirspace (2024-). Aircraft Flight Schedules, derived from ADSB.lol (ODbL) and "
    "vradarserver/standing-data (CC0). https://github.com/MrAirspace/aircraft-flight-schedules",
    cadence="0 6 1 3,6,9,12 *",
    look_back_days=0,
    covers_from=date(2024, 1, 1),
    covers_to=None,
    coverage="flights whose track ADSB.lol's volunteers received in part at least; dense in Europe and North America",
    table="flights",
    rows_per_file=(1, 40_000_000),
    max_bytes=4 << 30,
    files="YYYY_QN*.parquet",
)

RELEASES = f"{SOURCE.landing_page}/releases/download"
LAG_DAYS = 45  # after its end a quarter is out
ENDS = {"first": "Track_Origin", "last": "Track_Destination"}
COLUMNS = (
    "ICAO_Hex Reg AC_Type AC_Type_Description Airline Callsign Route_Validation_Based_on_Callsign".split()
    + [f"{end}_{what}" for end in ENDS.values() for what in ("FL_Ft", "DateTime_UTC", "ApplicableAirports")]
)  # fmt: skip
SINCE_2025 = [f"{end}_{what}" for end in ENDS.values() for what in ("Lat", "Lon")]
SINCE_2026 = ["AC_Type_Detailed"]
UNKNOWN = "('-', '', 'nan', 'None', 'NO_CALLSIGN')"
METRES_PER_FOOT = 0.3048
LOW_FT = 10_000  # the highest that a track may end and still be told to be at the airport below
QUARTER = re.compile(r"(20\d\d)_Q([1-4])\D")


def fetch(window: Window | None, today: date | None = None) -> Iterator[Remote]:
    """The quarters that overlap the window and are out."""
    out = (today or datetime.now(UTC).date()) - timedelta(days=LAG_DAYS)
    year, number = 2024, 1
    while (span := _quarter(year, number)).end <= out:
        release = "aircraft_flight_logs" if year == 2024 else "aircraft_flight_schedules"
        name = f"{year}_Q{number}_github.parquet" if year == 2024 else f"{year}_Q{number}_detailed_github.parquet"
        if window is None or window.overlaps(span):
            yield Remote(name, f"{RELEASES}/{release}_{year}_quarter{number}/{name}")
        year, number = (year, number + 1) if number < 4 else (year + 1, 1)


def period(name: str) -> Window | None:
    """The quarter that the file's name tells."""
    told = QUARTER.search(name)
    return _quarter(int(told[1]), int(told[2])) if told else None


def _quarter(year: int, number: int) -> Window:
    return Window(date(year, 3 * number - 2, 1), date(year + number // 4, 3 * number % 12 + 1, 1))


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `flights`: flights that start in the quarter, and a bad row for each kind that does not belong to it."""
    span, told = period(raw.name), QUARTER.search(raw.name)
    if span is None or told is None:
        raise BadFile(
            "its name tells no quarter", mend="name it as the publisher does, 2026_Q2_detailed_github.parquet"
        )
    con.execute("set TimeZone = 'UTC'")
    read = f"read_parquet('{raw.path}', file_row_number = true)"
    have = [str(row[0]) for row in con.execute(f"describe select * exclude (file_row_number) from {read}").fetchall()]
    _check_columns(have)
    cells = ", ".join(
        f"case when trim({column}::varchar) not in {UNKNOWN} then trim({column}::varchar) end as {column}"
        if column in have else f"null::varchar as {column}"
        for column in COLUMNS + SINCE_2025
    )  # fmt: skip
    times = ", ".join(
        f"try_cast({end}_DateTime_UTC as timestamptz) at time zone 'UTC' as {new}_seen" for new, end in ENDS.items()
    )
    con.execute(
        f"create or replace temp view tracks as select *, {times}, first_seen >= timestamp '{span.start}' and "
        f"first_seen < timestamp '{span.end}' as is_inside, "
        f"abs(date_diff('day', timestamp '{span.start}', first_seen) - 45) > 45 + 92 as is_astray from "
        f"(select {cells}, file_row_number + 1 as raw_row from {read})"
    )
    return con.sql(f"{_flights(f'{told[1]}_Q{told[2]}')} union all by name {_others()}")


def _flights(vintage: str) -> str:
    """The rows that are kept, or quarantined one by one because a value in them can't be read."""
    start = "Track_Origin_DateTime_UTC"
    parts, bad = [], [f"when is_astray then '{start} lies far from the quarter: ' || left({start}, 80)"]
    for new, end in ENDS.items():
        airport = {"first": "origin", "last": "destination"}[new]
        feet = f"{end}_FL_Ft"
        near = f"list_filter(string_split_regex({end}_ApplicableAirports, '[^A-Za-z0-9]+'), x -> x <> '')"
        low = f"(lower({feet}) = 'ground' or try_cast({feet} as double) <= {LOW_FT})"
        parts.append(f"case when len(list_distinct({near})) = 1 and {low} then ({near})[1] end as {airport}")
        parts.append(
            f"round(try_cast(nullif(lower({feet}), 'ground') as double) * {METRES_PER_FOOT}, 2) as {new}_altitude_m"
        )
        bad.append(f"when {new}_seen is null then '{end}_DateTime_UTC is no time: ' || left({end}_DateTime_UTC, 80)")
        bad.append(_no_number(feet, "lower({0}) <> 'ground'"))
        for what, unit in (("Lat", "latitude_deg"), ("Lon", "longitude_deg")):
            parts.append(f"try_cast({end}_{what} as double) as {new}_{unit}")
            bad.append(_no_number(f"{end}_{what}", "true"))
    route = "upper(replace(Route_Validation_Based_on_Callsign, ' ', ''))"
    return (
        "select regexp_replace(lower(ICAO_Hex), '^icaohex-', '') as icao24, Callsign as callsign, "
        "null::varchar as flight_number, Reg as registration, AC_Type as typecode, first_seen, last_seen, "
        f"last_seen::date as day, {', '.join(parts)}, "
        f"case when regexp_full_match({route}, '[A-Z][A-Z0-9]{{3}}(-[A-Z][A-Z0-9]{{3}})+') then {route} end "
        f"as callsign_route, '{vintage}' as vintage, raw_row, case {' '.join(bad)} end as _reason, "
        "null::varchar as _mend from tracks "
        "where Track_Origin_DateTime_UTC is not null and Track_Destination_DateTime_UTC is not null "
        "and coalesce(is_inside or is_astray, true)"
    )


def _no_number(column: str, where: str) -> str:
    number = f"try_cast({column} as double)"
    return (
        f"when {where.format(column)} and {column} is not null and not coalesce(isfinite({number}), false) "
        f"then '{column} is no number: ' || left({column}, 80)"
    )


def _others() -> str:
    """One row for each group of tracks that are no flights of this file: its reason says how many they are."""
    return (
        "select what || ': ' || coalesce(part || ', ', '') || count(*) || ' rows' as _reason, any_value(help) as _mend "
        "from ("
        "select case when Track_Origin_DateTime_UTC is null then 'no start of the track is told' "
        "when Track_Destination_DateTime_UTC is null then 'no end of the track is told' "
        "else 'of another quarter' end as what, "
        "year(first_seen) || '_Q' || quarter(first_seen) as part, "
        "case when what = 'of another quarter' then 'nothing: they are in the file of that quarter' "
        "else 'nothing: without both times it is no flight; the raw file holds them' end as help from tracks "
        "where Track_Origin_DateTime_UTC is null or Track_Destination_DateTime_UTC is null "
        "or not coalesce(is_inside or is_astray, true)) group by what, part"
    )


def _check_columns(have: list[str]) -> None:
    missing = [column for column in COLUMNS if column not in have]
    missing += [column for column in SINCE_2025 if column not in have and set(SINCE_2025) & set(have)]
    unknown = [column for column in have if column not in (*COLUMNS, *SINCE_2025, *SINCE_2026)]
    if missing or unknown:
        raise BadFile(
            f"columns missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}"[:500],
            mend=f"name the columns {', '.join(COLUMNS)}, or change the module if the publisher did",
        )
