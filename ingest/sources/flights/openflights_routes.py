"""OpenFlights: which carrier flew between which airports in the middle of 2014.

One row is
    one pair of airports that one carrier sold, in one direction, with or without stops.

Published
    as routes.dat, without a header, CRLF, `\\N` for what is not known; frozen, as the publisher's own source ended in
    June 2014. `vintage` is the month that the file's name tells (routes_2014-06.dat), else its name.

Beware
    - Of historical value only: it says what was sold in 2014, with the codes of then (FRU, TSE, IST at Ataturk).
    - 14,597 of 67,663 rows are codeshares: another carrier flies. Leave them out before counting services.
    - No callsign and no frequency: a row is a daily shuttle or a flight a week. It repairs no flight.
    - Airports and carriers are in IATA codes or, where the publisher knew none, in ICAO codes: told by their length.
      IATA codes change hands, so that they are to be read as of 2014.
    - The publisher's ids are missing (`\\N`) at 423 rows' airports and 479 rows' carriers; the codes stand there, and
      the ids are not landed.
    - 11 rows have a stop whose place nobody tells; they are one leg here. One row (PKN) goes to where it starts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="openflights_routes",
    domain="flights",
    title="OpenFlights: routes of carriers, 2014",
    publisher="OpenFlights (J. Patokallio and contributors)",
    landing_page="https://openflights.org/data.php",
    licence="ODbL-1.0 (contents DbCL-1.0)",
    citation="OpenFlights. Airport, airline and route data: routes.dat (June 2014). https://openflights.org/data.php",
    cadence="@yearly",
    look_back_days=0,
    covers_from=None,
    covers_to=date(2014, 7, 1),
    coverage="carriers' scheduled routes of the world as they stood in June 2014; no period of validity is told",
    table="routes",
    rows_per_file=(1, 1_000_000),
    max_bytes=64 << 20,
    files="routes*.dat",
)

URL = "https://raw.githubusercontent.com/jpatokal/openflights/master/data/routes.dat"
COLUMNS = "carrier carrier_id origin origin_id destination destination_id codeshare stops equipment".split()
LINE = re.compile(rb"([^,\r\n]*,){8}[^,\r\n]*\r?\n?")


def fetch(window: Window | None) -> Iterator[Remote]:
    """The one file there is, under a name that tells its month."""
    yield Remote("routes_2014-06.dat", URL)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `routes`; a line with other than nine columns, or with a mark that is not known, is marked as bad."""
    with raw.path.open("rb") as handle:
        first = handle.readline(1 << 16)
    if not LINE.fullmatch(first):
        raise BadFile(
            f"it is no routes.dat: it begins {first[:80].decode('utf-8', 'replace')!r}",
            mend="take it out, or get routes.dat from the publisher (nine columns, commas, no header)",
        )
    cells = ", ".join(f"nullif(nullif(trim(cells[{n}]), ''), '\\N') as {name}" for n, name in enumerate(COLUMNS, 1))
    con.execute(
        "create or replace temp table told as "
        f"select line, len(cells) as n_cells, {cells} from (select line, string_split(line, ',') as cells from "
        "read_csv(?, auto_detect = false, header = false, delim = '\x01', quote = '', escape = '', "
        "parallel = false, columns = {'line': 'VARCHAR'}) where line is not null)",
        [str(raw.path)],
    )
    edition = re.search(r"20\d\d-[01]\d(-[0-3]\d)?", Path(raw.name).name)
    vintage = edition[0] if edition else Path(raw.name).stem.replace("'", "''")
    return con.sql(
        f"select carrier as route_id, 1 as leg_no, 1 as n_legs, null::varchar as callsign, carrier, "
        "null::varchar as flight_number, origin, destination, "
        "case length(origin) when 3 then 'iata' when 4 then 'icao' end as airport_codes, "
        "codeshare is not null as is_codeshare, stops, equipment, "
        f"'{vintage}' as vintage, rowid + 1 as raw_row, "
        f"case when n_cells <> {len(COLUMNS)} then n_cells || ' columns instead of {len(COLUMNS)}: ' || left(line, 99) "
        "when codeshare <> 'Y' then 'codeshare is neither Y nor empty: ' || left(codeshare, 80) "
        "when not regexp_full_match(carrier, '[A-Z0-9]{2,3}') then 'carrier is no code: ' || left(carrier, 80) "
        "when not regexp_full_match(origin || '-' || destination, "
        "'[A-Z0-9]{3}-[A-Z0-9]{3}|[A-Z0-9]{4}-[A-Z0-9]{4}') "  # null, which is missing, where one end is
        "then 'the two ends are not both IATA or both ICAO codes: ' || left(origin || '-' || destination, 80) "
        "end as _reason, "
        f"case when _reason is not null then 'correct line ' || rowid + 1 || ' of the file (blank lines not counted)' "
        "end as _mend from told"
    )
