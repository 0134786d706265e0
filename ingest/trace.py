"""From a cell of a mart back to the raw bytes: the rows behind it, with file, row and characters."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import date

import duckdb

from ingest import landing, publish, settings
from ingest.errors import EntenteError, InputMissing

MOST = 50
QUERIES = {
    "dyad_month": ("flights", "events"),
    "fct_flights_dyad_month": ("flights",),
    "fct_air_traffic_dyad": ("air_traffic",),
    "fct_statement_events": ("events",),
    "fct_commitments": ("commitments",),
    "fct_migration": ("migration",),
    "fct_revisions": ("migration",),
    "fct_migration_dyad_year": ("migration",),
    "dyad_year": ("migration",),
}

# What is too long to be published stands in the build's own database, from which the published figures were counted.
BUILT = {
    "flights": """
        with airports as (select airport_id, min(country_id) as country_id from dim_airport group by airport_id),
        legs as (
            select legs.* from intermediate.int_flight_legs as legs
            inner join airports as origins on legs.origin = origins.airport_id
            inner join airports as destinations on legs.destination = destinations.airport_id
            where legs.day >= $first::date
                and legs.day < case $grain when 'year' then $first::date + interval 1 year
                    else $first::date + interval 1 month end
                and origins.country_id = $origin and destinations.country_id = $destination
        )
        select raw_sha256, raw_row, concat_ws(' ', flights.icao24, flights.callsign,
            coalesce(flights.origin, '?') || '>' || coalesce(flights.destination, '?'), flights.first_seen,
            case when legs.origin is distinct from flights.origin
                then 'origin ' || legs.origin || ', ' || legs.origin_status end,
            case when legs.destination is distinct from flights.destination
                then 'destination ' || legs.destination || ', ' || legs.destination_status end)
        from legs inner join staging.stg_flights as flights using (source_key, raw_sha256, raw_row)
        where flights.day >= $first::date and flights.day < $first::date + interval 1 year
        order by flights.first_seen, flights.icao24, raw_sha256, raw_row
    """,
    "air_traffic": """
        select raw_sha256, raw_row, concat_ws(' ', dataset, reporter_side, 'edition', vintage, grain, period_start,
            measure, service, basis, coalesce(origin_airport, origin) || '>'
            || coalesce(destination_airport, destination), value, flag)
        from staging.stg_air_traffic
        where is_latest_vintage and origin = $origin and destination = $destination
            and date_trunc($grain, period_start) = $first::date
        order by measure, source_key, dataset, grain, period_start, raw_sha256, raw_row
    """,
}


def trace(mart: str, dyad: str, period: str) -> str:
    """The rows behind the cells of `mart` for a directed dyad 'KGZ>RUS' and a period '2020-10' or '2020', as text.

    At most MOST rows of each kind. Raises EntenteError for a mart, dyad or period that it can't follow.
    """
    folder = publish.current()
    if folder is None:
        raise InputMissing("nothing is published yet", mend="run the DAG 'warehouse', or make run")
    if mart not in QUERIES:
        raise EntenteError(f"no way back is known from {mart!r}", mend=f"one of: {', '.join(QUERIES)}")
    try:
        first = date.fromisoformat(f"{period}-01" if len(period) == 7 else f"{period}-01-01")
        origin, destination = dyad.split(">")
    except ValueError:
        raise EntenteError(
            f"can't read {dyad!r} {period!r}", mend="write them as KGZ>RUS and 2020-10 or 2020"
        ) from None
    con = duckdb.connect(str(folder / publish.DATABASE), read_only=True)
    store = landing.store()
    raw = {made.sha256: f"raw/{made.source_key}/{made.sha256}/{made.file.split('/')[-1]}"
           for made in landing.receipts(store)}  # fmt: skip
    lines = [f"{mart} {dyad} {period}, published as {folder.name}, landing {store.url}"]
    try:
        for kind in QUERIES[mart]:
            lines += _rows(con, store, kind, origin, destination, first, by_year=len(period) == 4, raw=raw)
    finally:
        con.close()
    return "\n".join(lines)


@contextlib.contextmanager
def _built(store: landing.Store) -> Iterator[duckdb.DuckDBPyConnection]:
    """The build's own database, for reading. Raises EntenteError while it is being built, which shuts readers out."""
    try:
        con = duckdb.connect(str(settings.warehouse_file()), read_only=True)
    except duckdb.IOException as error:
        raise EntenteError(
            f"can't read {settings.warehouse_file()}: {str(error).splitlines()[0]}",
            mend="it is closed to readers while the DAG 'warehouse' builds: wait until it has ended",
        ) from None
    try:
        if not store.is_local:
            con.register_filesystem(store.fs)
        yield con
    finally:
        con.close()


def _rows(
    con: duckdb.DuckDBPyConnection, store: landing.Store, kind: str, origin: str, destination: str, first: date,
    *, by_year: bool, raw: dict[str, str],
) -> list[str]:  # fmt: skip
    grain = "year" if by_year else "month"
    if kind in ("flights", "air_traffic"):
        with _built(store) as built:
            rows = built.execute(
                BUILT[kind], {"grain": grain, "first": first, "origin": origin, "destination": destination}
            ).fetchall()
    elif kind == "migration":
        rows = con.execute(
            "select raw_sha256, raw_row, concat_ws(' ', dataset, 'edition', vintage, measure, purpose, breakdown, "
            "sex, age, method, period_start, value, unit, flag) "
            "from fct_migration where origin_id = ? and destination_id = ? and year = ? "
            "order by sex <> 'both', age <> 'all', breakdown is not null, measure, source_key, dataset, vintage, "
            "purpose, sex, period_start",
            [origin, destination, first.year],
        ).fetchall()
    else:
        mart, who, words, span = {
            "events": ("fct_statement_events", "list_concat(actors, recipients)", "event_type || ': ' || \"trigger\"",
                       "trigger"),
            "commitments": ("fct_commitments", "list_concat(committed_by, beneficiaries)", "topic || ': ' || evidence",
                            "span"),
        }[kind]  # fmt: skip
        rows = con.execute(
            f"select raw_sha256, raw_row, 'characters ' || {span}_start || '-' || {span}_end || ' of statement ' || "
            f"statement_id || ' ' || {words} from {mart} where list_has_all({who}, [?, ?]) "
            f"and date_trunc('{grain}', published_on) = ? order by published_on, statement_id, {span}_start",
            [origin, destination, first],
        ).fetchall()
    shown = [f"  {raw.get(sha256, sha256)} row {row}: {text}" for sha256, row, text in rows[:MOST]]
    more = [f"  and {len(rows) - MOST} more"] if len(rows) > MOST else []
    return [f"{kind}: {len(rows)}", *shown, *more]
