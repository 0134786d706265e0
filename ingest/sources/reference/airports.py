"""Airports of the world, as the airportsdata package lists them.

One row is
    one airport, airfield or seaplane base with an ICAO code or, where it has none, a national one.

Published
    as a package, several times a year; its version is the `vintage`. The file lies in the installed package, so that
    this source needs no network. A newer edition comes by raising the version in requirements.lock.

Beware
    - Codes of today only: UAFM, FRU, TSE and UTTT are not in it. What flights of earlier years call these airports
      stands in dbt_project/seeds/airport_history.csv.
    - Airports of disputed territory are put where the register puts them (Simferopol UKFF in Ukraine, Ercan LCEN in
      Cyprus); another source may say otherwise.
    - Codes are text: `0E0` and `1E9` are airfields, and Namibia's country code is `NA`.
    - Small fields have no IATA code; a few IATA codes change hands, so that IATA is no key.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from importlib import metadata, util
from pathlib import Path

import duckdb

from ingest.errors import BadFile, InputMissing
from ingest.reference import NotAStateThen, UnknownCountry, countries
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="airports",
    domain="reference",
    title="airportsdata: airport codes",
    publisher="Mike Borsetti",
    landing_page="https://github.com/mborsetti/airportsdata",
    licence="MIT",
    citation="Borsetti, M. airportsdata: location and timezone data for airports and landing strips. PyPI.",
    cadence="@monthly",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="airports and airfields of the world in use today, with the codes of today",
    table="airports",
    rows_per_file=(1, 100_000),
    max_bytes=64 << 20,
    files="airports_*.csv",
)

COLUMNS = "icao iata name city subd country elevation lat lon tz lid".split()


def fetch(window: Window | None) -> Iterator[Remote]:
    """The file in the installed package, by a name that tells its edition."""
    spec = util.find_spec("airportsdata")
    if spec is None or spec.origin is None:
        raise InputMissing("the package airportsdata is not installed", mend="install requirements.lock")
    path = Path(spec.origin).with_name("airports.csv")
    yield Remote(f"airports_{metadata.version('airportsdata')}.csv", str(path), is_local=True)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `airports`; an airport whose country the seeds do not know is marked as bad."""
    with raw.path.open(encoding="utf-8", newline="") as handle:
        found = next(csv.reader(handle), [])
    if found != COLUMNS:
        raise BadFile(
            f"columns {', '.join(found)[:200]}; expected {', '.join(COLUMNS)}",
            mend="take the version in requirements.lock, or change COLUMNS in the module",
        )
    types = ", ".join(f"'{column}': 'VARCHAR'" for column in COLUMNS)
    con.execute(
        "create or replace temp table register as select * from read_csv(?, auto_detect = false, header = true, "
        f"delim = ',', quote = '\"', escape = '\"', parallel = false, columns = {{{types}}})",
        [str(raw.path)],
    )
    resolved: list[tuple[str, str | None, str | None]] = []
    for (code,) in con.execute("select distinct country from register where country is not null order by 1").fetchall():
        try:
            resolved.append((code, countries().resolve(code), None))
        except (UnknownCountry, NotAStateThen) as error:
            resolved.append((code, None, f"country is not known: {error}"))
    con.execute("create or replace temp table states (country varchar, country_id varchar, reason varchar)")
    if resolved:
        con.executemany("insert into states values (?, ?, ?)", resolved)
    vintage = Path(raw.name).stem.removeprefix("airports_").replace("'", "''")
    return con.sql(
        "select icao, iata, name, city, country_id, lat as latitude_deg, "
        "lon as longitude_deg, tz as timezone, lid as local_code, "
        "null as kind, null as is_scheduled, "
        f"'{vintage}' as vintage, register.rowid + 1 as raw_row, reason as _reason, "
        "case when reason is not null then 'add it to dbt_project/seeds/country_aliases.csv' end as _mend "
        "from register left join states using (country)"  # states has one row per country
    )
