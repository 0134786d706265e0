"""UK flights by airport, airline and foreign airport: the CAA's punctuality statistics, arrivals and departures apart.

One row is
    the flights flown by one airline from one airport to another in one month, scheduled or charter.

Published
    monthly by the Civil Aviation Authority as "YYYYMM Punctuality Statistics Full Analysis Arrival Departure" (CSV);
    the annual file of that name lands with grain A. `vintage` is the publisher's run_date (a month is published again
    when an airport sends late), or the file's name where the column is empty. The addresses can't be known beforehand:
    save the files by hand from the landing page into the input folder.
    No original was at hand when this was written: columns and spellings are as other people's programs read them, and
    tested on invented rows only.

Beware
    - Some 25 airports, by no means all, and not the same in all years: a route without rows may well be flown.
    - flights = number_flights_matched + actual_flights_unmatched: all that were flown, whether or not a planned time
      was found for them. Cancelled flights were not flown; `note` tells how many, and how many were unmatched.
    - Flights only: no passengers or seats. Those of table 12.1, "International Air Pax Traffic Route Analysis", count
      both directions together. Half of it each way would be an estimate that nobody published, and all of it either
      way is wrong, so that the file is rejected by name; the CAA gives the split on request. So too the file "Full
      Analysis", which counts arrivals and departures together.
    - A flight between two airports that report is told by both, as departure and as arrival. The departure lands; its
      `note` says what the other end counts. Never sum a route over the two ends' tables.
    - Airports are names and no codes; countries are the CAA's own ("IRISH REPUBLIC", "SPAIN(CANARY ISLANDS)").
      Jersey, Guernsey, Alderney and the Isle of Man are not the United Kingdom though the CAA reports for them: they
      are told by the airport's name. Between them and abroad the reporter is `observer`.
    - The airport is where the flight came from or goes to: read as the end of the flight number (basis `flight`).
    - Before 2023 some files are in Windows-1252.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="uk_caa_routes",
    domain="flights",
    title="UK flight punctuality statistics: flights by route and airline",
    publisher="UK Civil Aviation Authority",
    landing_page="https://www.caa.co.uk/data-and-analysis/uk-aviation-market/flight-punctuality/"
    "uk-flight-punctuality-statistics/",
    licence="CAA terms: free use with reference to CAA Statistics, no sale to third parties",
    citation="Civil Aviation Authority. CAA Statistics: punctuality, Full Analysis Arrival Departure.",
    cadence="@monthly",
    look_back_days=365,
    covers_from=None,
    covers_to=None,
    coverage="flights at some 25 reporting airports of the UK, the Channel Islands and the Isle of Man",
    table="air_traffic",
    rows_per_file=(1, 1_000_000),
    max_bytes=200_000_000,
    files="*_Punctuality_Statistics_Full_Analysis_Arrival_Departure*.csv",
)

KEYS = "reporting_airport origin_destination_country origin_destination airline_name".split()
COUNTS = ("number_flights_matched", "actual_flights_unmatched")
NEEDED = ("reporting_period", *KEYS, "arrival_departure", "scheduled_charter", *COUNTS)
SERVICES = {"S": "scheduled", "C": "charter"}
HOME = "UNITED KINGDOM"
# airports that the CAA reports for, and its countries call the United Kingdom or the Channel Islands
ISLANDS = {"JERSEY": "JERSEY", "GUERNSEY": "GUERNSEY", "ALDERNEY": "GUERNSEY", "ISLE OF MAN": "ISLE OF MAN"}
SPLIT = "take the file 'Punctuality Statistics Full Analysis Arrival Departure' from the CAA's page"
FIELDS = (
    "raw_row reporter_side origin origin_kind destination destination_kind origin_airport destination_airport carrier "
    "service grain period_start period_end value note vintage _reason _mend"
).split()
Row = dict[str, object]


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the CAA's files have numbers for addresses, which only its pages tell."""
    yield from ()


def period(name: str) -> Window | None:
    """The month or year that the file's name begins with."""
    from ingest.readers.places import month_after

    told = re.match(r"((?:19|20)\d\d)(0[1-9]|1[0-2])?[_ ]", Path(name).name)
    if told is None:
        return None
    start = date(int(told[1]), int(told[2] or 1), 1)
    return Window(start, month_after(start) if told[2] else date(start.year + 1, 1, 1))


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `air_traffic`: one per line, but one for both where both ends of a flight report it."""
    import pandas  # not above: it takes a second, which every parse of a DAG would pay

    from ingest.readers import sheets

    header, lines = sheets.of_csv(raw.path, fallback="cp1252")
    header = [name.lower() for name in header]
    _check(header, lines)
    sheets.check_columns(header, NEEDED, only=False)
    rows: list[Row] = []
    for number, line in enumerate(lines, 1):
        if len(line) != len(header):
            bad: Row = {"_reason": f"{len(line)} columns instead of {len(header)}", "note": ",".join(line)[:400]}
        else:
            bad = _row(dict(zip(header, map(sheets.text, line), strict=True)), raw.name)
        rows.append({"raw_row": number} | bad)
    told = [[row.get(name) for name in FIELDS] for row in _told_once(rows)]
    con.register("caa_frame", pandas.DataFrame(told, columns=FIELDS).astype({"value": "float64"}))
    texts = ", ".join(f"{name}::varchar as {name}" for name in FIELDS if name not in ("raw_row", "value"))
    return con.sql(
        f"select raw_row, value, {texts}, 'Punctuality Statistics Full Analysis Arrival Departure' as dataset, "
        "'GBR' as reporter, 'name' as airport_codes, null as aircraft, 'flights' as measure, 'flight' as basis, "
        "null as flag from caa_frame"
    )


def _check(header: list[str], lines: list[list[str]]) -> None:
    """Raise BadFile for the CAA's tables that know no direction."""
    if "total_pax_this_period" in header:
        where = header.index("total_pax_this_period")
        told = [line[where].strip() for line in lines if len(line) == len(header)]
        total = sum(int(cell) for cell in told if cell.isdigit())
        raise BadFile(
            f"it counts both directions together ({len(lines):,} routes, {total:,} passengers), as table 12.1 does: "
            "it can't stand among figures from one place to another",
            mend="ask the CAA for the table with arrivals and departures apart; for flights " + SPLIT,
        )
    if COUNTS[0] in header and "arrival_departure" not in header:
        raise BadFile("it counts arrivals and departures together (no column arrival_departure)", mend=SPLIT)


def _row(cells: dict[str, str], name: str) -> Row:
    """FIELDS of a line (without raw_row); with _reason and _mend where it can't be used."""
    from ingest.readers.places import month_after, place

    told = re.fullmatch(r"((?:19|20)\d\d)(0[1-9]|1[0-2])?", cells["reporting_period"])
    counts = [int(cells[column]) if cells[column].isdigit() else None for column in COUNTS]
    blank = [column for column in KEYS if not cells[column]]
    if told is None:
        reason = f"reporting_period is no month: {cells['reporting_period'][:80]}"
    elif blank:
        reason = f"{blank[0]} is blank"
    elif cells["arrival_departure"] not in ("A", "D"):
        reason = f"arrival_departure is not known: {cells['arrival_departure'][:80]}"
    elif cells["scheduled_charter"] not in SERVICES:
        reason = f"scheduled_charter is not known: {cells['scheduled_charter'][:80]}"
    elif None in counts:
        reason = f"{COUNTS[counts.index(None)]} is no number: {cells[COUNTS[counts.index(None)]][:80]}"
    else:
        reason = ""
    if told is None or reason:
        return {
            "_reason": reason,
            "_mend": "correct the line, or report it to the CAA",
            "note": "; ".join(cells.values()),
        }
    is_year = told[2] is None or "annual" in Path(name).name.lower()
    start = date(int(told[1]), 1 if is_year else int(told[2]), 1)
    end = date(start.year + 1, 1, 1) if is_year else month_after(start)
    here, there = cells["reporting_airport"], cells["origin_destination"]
    ends = [(here, place(ISLANDS.get(here.upper(), HOME), start, end)),
            (there, place(ISLANDS.get(there.upper(), cells["origin_destination_country"]), start, end))]  # fmt: skip
    if cells["arrival_departure"] == "A":
        ends.reverse()
    (origin_airport, origin), (destination_airport, destination) = ends
    ours = [end.id == "GBR" for _, end in ends]
    notes = {"unmatched": counts[1], "cancelled": cells.get("number_flights_cancelled", "0")}
    return {
        "reporter_side": {(True, True): "both", (True, False): "origin", (False, True): "destination"}.get(
            (ours[0], ours[1]), "observer"
        ),
        "origin": origin.id, "origin_kind": origin.kind, "origin_airport": origin_airport,
        "destination": destination.id, "destination_kind": destination.kind, "destination_airport": destination_airport,
        "carrier": cells["airline_name"], "service": SERVICES[cells["scheduled_charter"]],
        "grain": "A" if is_year else "M", "period_start": start, "period_end": end, "value": sum(filter(None, counts)),
        "note": "; ".join(f"{what} {count}" for what, count in notes.items() if count not in (0, "0", "")) or None,
        "vintage": _vintage(cells.get("run_date", ""), name), "_reason": origin.reason or destination.reason,
        "_mend": origin.mend or destination.mend, "is_arrival": cells["arrival_departure"] == "A",
    }  # fmt: skip


def _vintage(run_date: str, name: str) -> str:
    """The publisher's run date as YYYY-MM-DD HH:MM; as printed where it is none, the file's name where it is empty."""
    for form in ("%d/%m/%Y %H:%M", "%d/%m/%Y %H:%M:%S"):
        try:
            return f"{datetime.strptime(run_date, form):%Y-%m-%d %H:%M}"
        except ValueError:
            continue
    return run_date or Path(name).stem


def _told_once(rows: list[Row]) -> list[Row]:
    """The rows without arrivals that the other end tells as departures, which note what the arrival's end counts."""
    same = "origin_airport destination_airport carrier service period_start grain vintage".split()
    departures = {tuple(row[name] for name in same): row for row in rows if row.get("is_arrival") is False}
    kept = []
    for row in rows:
        twin = departures.get(tuple(row[name] for name in same)) if row.get("is_arrival") else None
        if twin is None or row["_reason"] or twin["_reason"]:
            kept.append(row)
        else:
            seen = f"the destination counts {row['value']}" + (f" ({row['note']})" if row["note"] else "")
            twin["note"] = "; ".join(filter(None, (str(twin["note"] or ""), seen)))
    return kept
