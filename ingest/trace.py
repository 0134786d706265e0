"""From a cell of a mart back to the raw bytes: the rows behind it, with file, row and characters."""

from __future__ import annotations

from datetime import date

import duckdb

from ingest import landing, publish
from ingest.errors import EntenteError, InputMissing

MOST = 50
QUERIES = {
    "dyad_month": ("flights", "events"),
    "fct_flights_dyad_month": ("flights",),
    "fct_statement_events": ("events",),
    "fct_commitments": ("commitments",),
    "fct_migration": ("migration",),
    "fct_revisions": ("migration",),
    "fct_migration_dyad_year": ("migration",),
    "dyad_year": ("migration",),
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


def _rows(
    con: duckdb.DuckDBPyConnection, store: landing.Store, kind: str, origin: str, destination: str, first: date,
    *, by_year: bool, raw: dict[str, str],
) -> list[str]:  # fmt: skip
    grain = "year" if by_year else "month"
    if kind == "flights":
        if not store.is_local:
            con.register_filesystem(store.fs)
        there = "exists (from dim_airport as a where a.icao = f.{} and a.country_id = ? and {})"
        day = "f.day >= coalesce(a.valid_from, f.day) and f.day < coalesce(a.valid_to, f.day + 1)"
        rows = con.execute(
            f"""
            select f.raw_sha256, f.raw_row, concat_ws(' ', f.icao24, f.callsign, f.origin || '>' || f.destination,
                f.first_seen)
            from read_parquet('{store.path("flights")}/*/*.parquet') as f
            where date_trunc('{grain}', f.day) = ? and {there.format("origin", day)}
                and {there.format("destination", day)}
            order by f.first_seen, f.icao24
            """,
            [first, origin, destination],
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
