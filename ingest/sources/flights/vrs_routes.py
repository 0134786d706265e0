"""VRS standing data: which airports a callsign flies between, as spotters tell it.

One row is
    one leg of the route of one callsign, in the order flown. A route of three airports is two rows.

Published
    as CSVs in a public repository, corrected all the time: routes/schema-01/A/AFL-all.csv, or AFR-1.csv .. AFR-9.csv
    where an airline has over 10,000. Taken as they are, or as the repository's archive (.tar.gz, .tar.xz, .zip) in
    one file. `vintage` is the day of the archive's commit and, where the archive says it, the commit; of single
    files the day or commit that their name or folder tells, else their name.

Beware
    - A route is what some user entered some time. Nothing says since when it holds, until when it held, or whether
      it is flown at all: it is no evidence of a flight. Numbers are given anew each season, so that today's table
      errs more the older the flight is.
    - Use: the missing end of a flight whose other end fits the callsign's route. 9,479 routes come back to an airport
      (A-B-A); in 68 an airport is left more than once, in 76 reached more than once: there the leg may not follow.
    - Airports are in ICAO codes of today (UCFM and not UAFM), 13 of 1,276,746 in IATA codes, among them railway
      stations (QKL). 185 codes are not in airportsdata, UTTT among them.
    - 47 routes have a leg from an airport to itself (KPHL-KRDU-KRDU). They land as told: a slip, or a round trip.
    - Callsigns are normalised: without leading zeros (SVR032 is SVR32), with the airline's ICAO code for its IATA one.
    - The publisher names each callsign once. Where one comes again, the first by file and row holds.
"""

from __future__ import annotations

import csv
import re
import tempfile
from collections.abc import Callable, Iterator
from io import StringIO
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.readers import archive
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="vrs_routes",
    domain="flights",
    title="VRS standing data: routes of callsigns",
    publisher="Virtual Radar Server and its users",
    landing_page="https://github.com/vradarserver/standing-data",
    licence="CC0-1.0",
    citation="Virtual Radar Server. Standing data: routes, schema 1. https://github.com/vradarserver/standing-data",
    cadence="@weekly",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="callsigns of airlines as spotters know them on the day of the edition; no period of validity is told",
    table="routes",
    rows_per_file=(1, 10_000_000),
    max_bytes=512 << 20,
    files="*.csv or the repository's archive",
)

NAME = "standing-data-main.tar.gz"
URL = "https://github.com/vradarserver/standing-data/archive/refs/heads/main.tar.gz"
COLUMNS = ["Callsign", "Code", "Number", "AirlineCode", "AirportCodes"]
INSIDE = re.compile(r"(?:\./)?(?:[^/]+/)?routes/schema-01/[^/]+/[^/.][^/]*\.csv")
READ = ["file", "line", "ragged", *COLUMNS]
MEND = "correct the line in the file, or report it to the publisher"


def fetch(window: Window | None) -> Iterator[Remote]:
    """The repository as it is now, in one file; its edition stands inside."""
    yield Remote(NAME, URL)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `routes`. A line that is no route, or of a callsign that came before, is one row marked as bad."""
    with tempfile.TemporaryDirectory(prefix="entente-") as folder:
        plain = Path(folder) / "routes.csv"
        with plain.open("w", encoding="utf-8", newline="") as out:
            vintage = _copy(raw, csv.writer(out).writerow)
        types = ", ".join(f"'{name}': '{'BIGINT' if name == 'line' else 'VARCHAR'}'" for name in READ)
        con.execute(
            "create or replace temp table lines as select *, row_number() over (order by file, line) as raw_row from "
            "read_csv(?, auto_detect = false, header = false, delim = ',', quote = '\"', escape = '\"', "
            f"columns = {{{types}}}) order by raw_row",
            [str(plain)],
        )
    con.execute(
        "create or replace temp table told as select *, string_split(AirportCodes, '-') as airports, case "
        "when ragged is not null then ragged "
        "when Callsign is null then 'no callsign' "
        "when Callsign <> concat(Code, Number) then 'callsign is not its code and number' "
        "when AirportCodes is null then 'no airports' "
        "when not regexp_full_match(AirportCodes, '[A-Z0-9]{2,7}(-[A-Z0-9]{2,7})*') then 'airports are no codes' "
        "when len(airports) < 2 then 'a route of one airport' "
        # the first that is a route holds, whatever stands in lines that are none
        "end as fault from lines"
    )
    con.execute(
        "create or replace temp table again as select raw_row, holds from (select raw_row, first_value(file || "
        "' line ' || line || ' says ' || AirportCodes) over of_it as holds, row_number() over of_it as turn from told "
        "where fault is null window of_it as (partition by Callsign order by raw_row)) where turn > 1"
    )
    place = "file || ' line ' || line || ': ' || concat_ws(',', Callsign, Code, Number, AirlineCode, AirportCodes)"
    return con.sql(
        "with marked as (select told.*, case when holds is not null then 'callsign stands before with a route: ' || "
        f"holds || '; ' || {place} when fault is not null then fault || ': ' || {place} end as _reason "
        "from told left join again using (raw_row)), "  # again has one row per raw_row
        "legs as (select *, unnest(range(1, case when _reason is null then len(airports) else 2 end)) as leg "
        "from marked) "
        "select Callsign as route_id, leg::integer as leg_no, "
        "case when _reason is null then len(airports) - 1 end::integer as n_legs, Callsign as callsign, "
        "AirlineCode as carrier, Number as flight_number, case when _reason is null then airports[leg] end as origin, "
        "case when _reason is null then airports[leg + 1] end as destination, 'icao' as airport_codes, "
        "null::boolean as is_codeshare, null::integer as stops, null::varchar as equipment, "
        f"'{vintage}' as vintage, raw_row, left(_reason, 300) as _reason, "
        f"case when _reason is not null then '{MEND}' end as _mend from legs"
    )


def _copy(raw: Raw, write: Callable[[list[object]], object]) -> str:
    """Write every line of routes as READ, lines counted per file; returns the vintage."""
    if not archive.is_archive(raw.path):
        _copy_one(Path(raw.name).name, raw.path.read_bytes(), write)
        return _edition_in(raw.name)
    files = 0
    with archive.opened(raw.path, lambda name: INSIDE.fullmatch(name) is not None) as packed:
        for name, data in packed.members:
            _copy_one(name[name.index("routes/schema-01/") :], data, write)
            files += 1
    if not files:
        raise BadFile(
            "the archive holds no routes/schema-01/*/*.csv",
            mend="take the archive of the repository standing-data, or put the single CSVs into the folder",
        )
    days = {day for day in packed.days if 2015 <= day.year < 2100}
    if len(days) == 1 and len(packed.days) == 1:  # git gives all files the time of the commit
        return ".".join(filter(None, (f"{days.pop():%Y-%m-%d}", packed.commit[:12])))
    return packed.commit[:12] or _edition_in(raw.name)


def _copy_one(name: str, data: bytes, write: Callable[[list[object]], object]) -> None:
    wide = len(COLUMNS)
    try:
        lines = csv.reader(StringIO(data.decode("utf-8-sig"), newline=""), strict=True)
        head = next(lines, [])
        if head[:wide] != COLUMNS:  # the publisher may add columns after these, and says so
            raise BadFile(
                f"{name} begins {','.join(head)[:80]!r} and is no file of routes",
                mend=f"take it out, or begin it {','.join(COLUMNS)}",
            )
        for cells in filter(None, lines):
            ragged = "" if len(cells) == len(head) else f"{len(cells)} columns instead of {len(head)}"
            kept = [" ".join(cell.split()) for cell in cells[:wide]]
            write([name, lines.line_num, ragged, *kept, *[""] * (wide - len(kept))])
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"{name} can't be read as CSV in UTF-8: {error}", mend="get it again") from error


def _edition_in(name: str) -> str:
    """The day or commit that the name or its folder tells, else the name without its endings."""
    if day := re.search(r"(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", name):
        return "-".join(day.groups())
    if commit := re.search(r"(?<![0-9a-f])[0-9a-f]{40}(?![0-9a-f])", name):
        return commit[0][:12]
    return Path(name).name.split(".")[0].replace("'", "''")
