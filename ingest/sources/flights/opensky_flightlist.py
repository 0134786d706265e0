"""OpenSky COVID-19 flight list, 2019 to 2022: flights as a volunteer network of ADS-B receivers saw them.

One row is
    one flight of one airframe, from the first message received to the last.

Published
    one CSV a month on Zenodo, 1 to 3 million rows each, frozen since the end of 2022. The publisher names no edition
    of a month, so that `vintage` is the file's name without its endings.

Beware
    - Coverage is where volunteers live. It is dense in Europe and North America and all but absent in Central Asia:
      10 of 170,000 sampled flights touch Kyrgyzstan. A pair of countries without flights here may well have flights.
    - Coverage grows: the share of flights with an end missing falls from 49 % (2019-01) to 37 % (2020-05), which
      looks like growth of traffic and is none.
    - `day` is the day of the last message and not of the first: January's file holds departures of 31 December.
    - Airports are guessed from the track: private strips near great airports (KU42, 25GA) stand for these, and codes
      are those of OpenSky's own table (UAFM and UAFO for Bishkek and Osh, long since UCFM and UCFO).
    - `callsign` is not the flight number; `number` is empty in two rows of three.
    - Cargo, private and military flights are among them. Nothing says who paid for a seat.
    - The same flight may stand twice with another start altitude; the row with the lowest one is kept.
    - DuckDB's casts to TIMESTAMP drop the offset; hence TIMESTAMPTZ.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="opensky_flightlist",
    domain="flights",
    title="OpenSky COVID-19 flight list",
    publisher="The OpenSky Network",
    landing_page="https://doi.org/10.5281/zenodo.7923702",
    licence="OpenSky Network terms of use (LICENSE.txt of the record): research, with citation",
    citation="Strohmeier, M., Olive, X., Lübbe, J., Schäfer, M., Lenders, V. (2021). Crowdsourced air traffic data "
    "from the OpenSky Network 2019-2020. Earth System Science Data 13, 357-366. https://doi.org/10.5194/essd-13-357-2021",
    cadence="@monthly",
    look_back_days=0,
    covers_from=date(2019, 1, 1),
    covers_to=date(2023, 1, 1),
    coverage="flights received by volunteers' ADS-B receivers; dense in Europe and North America, sparse elsewhere",
    table="flights",
    rows_per_file=(1, 10_000_000),
    max_bytes=2 << 30,
    files="flightlist_*.csv*",
)

RECORD = "https://zenodo.org/record/7923702/files"
COLUMNS = (
    "callsign number icao24 registration typecode origin destination firstseen lastseen day "
    "latitude_1 longitude_1 altitude_1 latitude_2 longitude_2 altitude_2"
).split()
TIMES = {"first_seen": "firstseen", "last_seen": "lastseen", "_day": "day"}
NUMBERS = {
    f"{end}_{what}": f"{what.split('_')[0]}_{number}"
    for number, end in ((1, "first"), (2, "last"))
    for what in ("latitude_deg", "longitude_deg", "altitude_m")
}


def fetch(window: Window | None) -> Iterator[Remote]:
    """The months that overlap the window."""
    for month in range(48):
        start, after = (date(2019 + m // 12, m % 12 + 1, 1) for m in (month, month + 1))
        if window is None or Window(start, after).overlaps(window):
            name = f"flightlist_{start:%Y%m%d}_{after - timedelta(days=1):%Y%m%d}.csv.gz"
            yield Remote(name, f"{RECORD}/{name}")


def period(name: str) -> Window | None:
    """The days that the file's name tells: by day of arrival."""
    told = re.search(r"flightlist_(\d{4})(\d\d)(\d\d)_(\d{4})(\d\d)(\d\d)\.csv", name)
    try:
        year, month, day, last_year, last_month, last_day = map(int, told.groups()) if told else (0,) * 6
        return Window(date(year, month, day), date(last_year, last_month, last_day) + timedelta(days=1))
    except ValueError:
        return None


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `flights`, in the order of the file. Values that can't be read are marked as bad."""
    _check_header(raw.plain)
    return _flights(raw, con, f"select *, null::varchar as bad_line from {_csv(raw.plain, COLUMNS, ',')}")


def tidy_by_lines(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """The same where a line has not 16 columns, or a number is none: slower, and marks those as bad too."""
    parts = ", ".join(f"nullif(parts[{n}], '') as {column}" for n, column in enumerate(COLUMNS, 1))
    return _flights(
        raw,
        con,
        f"select {parts}, case when len(cells) <> {len(COLUMNS)} then line end as bad_line from (select line, "
        f"string_split(line, ',') as cells, case when len(cells) = {len(COLUMNS)} then cells end as parts "
        rf"from {_csv(raw.plain, ['line'], chr(1))} where line is not null)",
    )


def _flights(raw: Raw, con: duckdb.DuckDBPyConnection, lines: str) -> duckdb.DuckDBPyRelation:
    """Rows of `flights` from `lines`: the 16 columns, and `bad_line` where there are not 16."""
    con.execute("set TimeZone = 'UTC'")
    # epoch_us and not "at time zone": the same in UTC, and a sixth of the whole reading faster
    times = [f"make_timestamp(epoch_us(try_cast({old} as timestamptz))) as {new}" for new, old in TIMES.items()]
    numbers = [f"try_cast({old} as double) as {new}" for new, old in NUMBERS.items()]
    bad_times = [
        f"when {old} is not null and not coalesce({new} between '2000-01-01'::timestamp and '2100-01-01'::timestamp, "
        f"false) then '{old} is no time: ' || left({old}, 80)"
        for new, old in TIMES.items()
    ]
    bad_numbers = [
        f"when {old} is not null and not coalesce(isfinite({new}), false) "
        f"then '{old} is no number: ' || left({old}::varchar, 80)"
        for new, old in NUMBERS.items()
    ]
    stem = Path(raw.name).name.split(".")[0].replace("'", "''")
    return con.sql(
        f"with read as (select *, {', '.join(times + numbers)} from ({lines})), "
        "judged as (select *, case when bad_line is not null then len(string_split(bad_line, ',')) || "
        f"' columns instead of {len(COLUMNS)}: ' || left(bad_line, 200) {' '.join(bad_times + bad_numbers)} end "
        "as _reason from read) "
        "select callsign, number as flight_number, icao24, registration, typecode, origin, destination, "
        f"{', '.join(new for new in (*TIMES, *NUMBERS) if new != '_day')}, _day::date as day, "
        f"null::varchar as callsign_route, '{stem}' as vintage, _reason, case when _reason is not null then "
        "'correct line {line} of the file (blank lines not counted), or report it to the publisher' end as _mend "
        "from judged"
    )


def _csv(path: Path, columns: list[str], delimiter: str) -> str:
    types = ", ".join(f"'{name}': '{'DOUBLE' if name in NUMBERS.values() else 'VARCHAR'}'" for name in columns)
    quoted = str(path).replace("'", "''")
    return (
        f"read_csv('{quoted}', auto_detect = false, header = true, delim = '{delimiter}', quote = '', escape = '', "
        f"columns = {{{types}}}, compression = 'none')"
    )


def _check_header(path: Path) -> None:
    """Raise BadFile where the file's first line is not the header."""
    with path.open("rb") as file:
        line = file.readline(1 << 16)
    found = line.decode("utf-8-sig", "replace").rstrip("\r\n").split(",")
    if found == COLUMNS:
        return
    if len(set(found) & set(COLUMNS)) < len(COLUMNS) // 2:
        told = ",".join(found)[:80]
        raise BadFile(f"it is no flight list: it begins {told!r}", mend=f"take it out, or begin it {','.join(COLUMNS)}")
    missing = [column for column in COLUMNS if column not in found]
    unknown = [column for column in found if column not in COLUMNS]
    raise BadFile(
        f"columns missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}"
        + ("" if missing or unknown else "; their order or number is another"),
        mend=f"name the columns {','.join(COLUMNS)}, or change COLUMNS in the module if the publisher did",
    )
