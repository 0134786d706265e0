"""OpenSky's lists of departures and arrivals: yesterday's flights at watched airports, as receivers saw them.

One row is
    one flight of one airframe in the list of one airport, from the first message received to the last.

Published
    by a REST interface that asks for an account (free for research): a list per airport, direction and day, made in
    the night after. The watched airports stand in dbt_project/seeds/watched_airports.csv. No edition is named;
    `vintage` is the day of the list.

Beware
    - Credits: an account has 4,000 a UTC day. A list costs 4 where its day ended less than 24 hours ago and 30 later
      (whether 24 hours mean its age or its length the publisher does not say; what it says is left always holds). So
      history is not to be had here: without a window the last 7 days are asked for. What the credits do not suffice for
      waits, is told, and is taken up by the next run; a list that has landed is asked for again only where it was asked
      for before 08:00 UTC of the day after, when the night's work may not have been done.
    - The connection `opensky` holds the client's id and secret (OAuth2); Basic authentication ended on 18 March 2026.
      The publisher may block the addresses of large hosting companies.
    - A flight stands in the list of departures of its origin and in that of arrivals of its destination, and the two
      may differ: each knows its own end better. Several rows of one (icao24, first_seen) are one flight.
    - 404 without a body is "no flights", which is a file of no rows. It may as well mean that no receiver is near.
      Receivers are dense in Europe and all but absent in Central Asia: absence of flights here proves nothing.
    - A flight is in the list of the day on which it left, or arrived; `day` is the day of the last message.
    - Airports are guessed from the track, in OpenSky's own codes: UAFM and UCFM for Bishkek are both asked for.
    - Neither registration nor type of the aircraft is told, and no position: those columns are empty.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import BadFile
from ingest.reference import read_seed
from ingest.source import Access, Raw, Remote, Source, Window

FRESH, OLD = 4, 30  # credits of a list: of a day that ended less than 24 hours ago, and of any other
RECENT_DAYS = 7

SOURCE = Source(
    key="opensky_api",
    domain="flights",
    title="OpenSky departures and arrivals",
    publisher="The OpenSky Network",
    landing_page="https://openskynetwork.github.io/opensky-api/rest.html",
    licence="OpenSky Network terms of use: research and non-commercial, with citation",
    citation="Schäfer, M., Strohmeier, M., Lenders, V., Martinovic, I., Wilhelm, M. (2014). Bringing Up OpenSky: A "
    "Large-scale ADS-B Sensor Network for Research. 13th IEEE/ACM International Symposium on Information Processing in "
    "Sensor Networks (IPSN), 83-94. https://opensky-network.org",
    cadence="0 12 * * *",
    look_back_days=RECENT_DAYS - 1,
    covers_from=date(2026, 11, 1),
    covers_to=None,
    coverage="flights from and to the watched airports that volunteers' ADS-B receivers saw; dense in Europe, "
    "sparse in Central Asia",
    table="flights",
    rows_per_file=(0, 10_000),
    max_bytes=4 << 20,
    files="AIRPORT_departure_YYYY-MM-DD.json, AIRPORT_arrival_YYYY-MM-DD.json",
    access=Access(
        connection="opensky",
        token_url="https://auth.opensky-network.org/auth/realms/opensky-network/protocol/openid-connect/token",
        credits_per_day=4000,
        cost=lambda days_old: OLD if days_old else FRESH,
        final_after_hours=8,
        nothing=404,
    ),
)

API = "https://opensky-network.org/api/flights"
USED = ("icao24", "firstSeen", "estDepartureAirport", "lastSeen", "estArrivalAirport", "callsign")
UNUSED = (
    "estDepartureAirportHorizDistance estDepartureAirportVertDistance estArrivalAirportHorizDistance "
    "estArrivalAirportVertDistance departureAirportCandidatesCount arrivalAirportCandidatesCount"
).split()
NAME = re.compile(r"(\w{4})_(departure|arrival)_(\d{4}-\d\d-\d\d)\.json")


def fetch(window: Window | None, today: date | None = None) -> Iterator[Remote]:
    """The lists of the window's days, yesterday's at the latest; without a window those of the last RECENT_DAYS."""
    today = today or datetime.now(UTC).date()
    asked = window or Window(today - timedelta(days=RECENT_DAYS), today)
    end = min(asked.end, today)
    for row in read_seed("watched_airports"):
        day = max(asked.start, date.fromisoformat(row["from_date"]))
        while day < end:
            begin = int(datetime(day.year, day.month, day.day, tzinfo=UTC).timestamp())
            for direction in ("departure", "arrival"):
                name = f"{row['airport']}_{direction}_{day}.json"
                yield Remote(name, f"{API}/{direction}?airport={row['airport']}&begin={begin}&end={begin + 86_399}")
            day += timedelta(days=1)


def period(name: str) -> Window | None:
    """The day that the file's name tells."""
    told = NAME.search(name)
    try:
        day = date.fromisoformat(told[3]) if told else None
    except ValueError:
        day = None
    return Window(day, day + timedelta(days=1)) if day else None


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `flights`. A flight whose times are no Unix seconds is marked as bad."""
    listed = _listed(raw)
    span = period(raw.name)
    vintage = (str(span.start) if span else Path(raw.name).stem).replace("'", "''")
    con.execute(
        "create or replace temp table listed as select unnest(cast(? as json[])) as flight, "
        "generate_subscripts(cast(? as json[]), 1) as raw_row",
        [json.dumps(listed)] * 2,
    )
    cells = ", ".join(f"nullif(trim(flight ->> '{key}'), '') as {key}" for key in USED)
    seconds = {
        key: f"case when regexp_full_match({key}, '[0-9]{{9,10}}') then make_timestamp({key}::bigint * 1000000) end"
        for key in ("firstSeen", "lastSeen")
    }
    bad = " ".join(f"when {key} is not null and {made} is null then '{key} is no time: ' || left({key}, 80)"
                   for key, made in seconds.items())  # fmt: skip
    empty = "flight_number registration typecode callsign_route".split()
    places = [f"{end}_{what}" for end in ("first", "last") for what in ("latitude_deg", "longitude_deg", "altitude_m")]
    return con.sql(
        f"with cells as (select {cells}, raw_row from listed) "
        f"select icao24, callsign, {', '.join(f'null::varchar as {name}' for name in empty)}, "
        f"estDepartureAirport as origin, estArrivalAirport as destination, {seconds['firstSeen']} as first_seen, "
        f"{seconds['lastSeen']} as last_seen, ({seconds['lastSeen']})::date as day, "
        f"{', '.join(f'null::double as {name}' for name in places)}, '{vintage}' as vintage, raw_row, "
        f"case {bad} end as _reason from cells"
    )


def _listed(raw: Raw) -> list[dict[str, Any]]:
    """The flights as sent; none where the interface said that there are none. BadFile for what is no such list."""
    text = raw.path.read_text(encoding="utf-8", errors="replace")
    try:
        told = json.loads(text)
    except ValueError:
        raise BadFile(
            f"it is no JSON: it begins {text[:80]!r}",
            mend="nothing: it is asked for again; if it lasts, look at the address in a browser",
        ) from None
    if isinstance(told, dict) and told.get("status") == 404 and "asked" in told:  # ingest/http.py, for an empty answer
        return []
    if not isinstance(told, list) or not all(isinstance(flight, dict) for flight in told):
        raise BadFile(f"it is no list of flights: it begins {text[:80]!r}", mend="get the list again, as it is sent")
    missing = sorted({key for flight in told for key in USED if key not in flight})
    unknown = sorted({key for flight in told for key in flight if key not in (*USED, *UNUSED)})
    if missing or unknown:
        raise BadFile(
            f"fields missing: {', '.join(missing) or 'none'}; unknown: {', '.join(unknown) or 'none'}",
            mend=f"name the fields {', '.join(USED)}, or change the module if the publisher did",
        )
    return told
