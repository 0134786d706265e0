"""OurAirports: every airfield that its contributors know, open or closed, with the codes of today.

One row is
    one airfield, heliport, seaplane base or closed field, under its ICAO code or, where it has none, another.

Published
    every night as airports.csv, in the public domain. The file names no edition, so that `vintage` is the day that
    its name tells (airports_2026-11-23.csv), which is the day of fetching, else its name.

Beware
    - `icao` is icao_code where given; else gps_code where that is four letters, as it is in copies from before
      icao_code came; else the register's own ident, which is made up where there is no code (US-0123).
    - The column icao_code is new: copies without it are read too. Another column more or less is an error.
    - One code may be told of two fields, an old and its successor: the open one stays, then the one that has it as
      icao_code, then the one with scheduled flights, the larger, the first. The others are quarantined.
    - Closed fields are in it (kind closed), mostly with no code but a made-up ident; codes of old may stand among
      the keywords only.
    - Airports of disputed territory are put where the register puts them; XP and ZZ are no state and quarantined.
    - `NA` is Namibia in iso_country and North America in continent. IATA `-` and `0` of old copies mean none.
    - No time zones. Volunteers edit it: anything may be wrong for a night.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.reference import NotAStateThen, UnknownCountry, countries
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="ourairports",
    domain="reference",
    title="OurAirports: airports",
    publisher="OurAirports (D. Megginson and contributors)",
    landing_page="https://ourairports.com/data/",
    licence="public domain (Unlicense)",
    citation="OurAirports. Open data downloads: airports.csv. https://ourairports.com/data/",
    cadence="@weekly",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="airfields of the world as known on the day of the edition, closed ones among them",
    table="airports",
    rows_per_file=(1, 500_000),
    max_bytes=128 << 20,
    files="airports*.csv",
)

URL = "https://davidmegginson.github.io/ourairports-data/airports.csv"
COLUMNS = (
    "id ident type name latitude_deg longitude_deg elevation_ft continent iso_country iso_region municipality "
    "scheduled_service icao_code iata_code gps_code local_code home_link wikipedia_link keywords"
).split()
MAY_LACK = {"icao_code"}
SIZES = "['large_airport', 'medium_airport', 'small_airport']"


def fetch(window: Window | None) -> Iterator[Remote]:
    """The file as it is tonight, under a name that tells the day."""
    yield Remote(f"airports_{datetime.now(UTC):%Y-%m-%d}.csv", URL)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `airports`; an unknown country, and a code that an open or better field has, are marked as bad."""
    found = _header(raw.path)
    types = ", ".join(f"'{column}': 'VARCHAR'" for column in found)
    con.execute(
        "create or replace temp table register as select *, "
        f"{'' if 'icao_code' in found else 'null::varchar as icao_code, '}"
        "row_number() over () as raw_row from read_csv(?, auto_detect = false, header = true, delim = ',', "
        f"quote = '\"', escape = '\"', parallel = false, max_line_size = 1000000, columns = {{{types}}})",
        [str(raw.path)],
    )
    con.execute("create or replace temp table states (iso_country varchar, country_id varchar, reason varchar)")
    codes = con.execute("select distinct iso_country from register where iso_country is not null order by 1").fetchall()
    if codes:
        con.executemany("insert into states values (?, ?, ?)", [_state(code) for (code,) in codes])
    day = re.search(r"(20\d\d)-?([01]\d)-?([0-3]\d)(?!\d)", Path(raw.name).name)
    vintage = "-".join(day.groups()) if day else Path(raw.name).stem.replace("'", "''")
    return con.sql(
        "with coded as (select *, case when icao_code is not null then icao_code "
        "when regexp_full_match(gps_code, '[A-Z]{4}') then gps_code else ident end as icao from register), "
        "ranked as (select coded.*, country_id, reason, row_number() over of_code as turn, "
        "first_value(ident) over of_code as holder from coded "
        "left join states using (iso_country) "  # states has one row per code
        # a row that is bad for another reason holds no code
        "window of_code as (partition by icao order by reason is not null, coalesce(type = 'closed', false), "
        "icao_code is null, scheduled_service is distinct from 'yes', "
        f"coalesce(list_position({SIZES}, type), 9), raw_row)) "
        "select icao, case when iata_code not in ('-', '0') then iata_code end as iata, name, municipality as city, "
        "country_id, latitude_deg, longitude_deg, null::varchar as timezone, local_code, type as kind, "
        "case scheduled_service when 'yes' then true when 'no' then false end as is_scheduled, "
        f"'{vintage}' as vintage, raw_row, "
        "case when reason is not null then reason "
        "when scheduled_service not in ('yes', 'no') then 'scheduled_service is neither yes nor no: ' || "
        "left(scheduled_service, 80) "
        "when turn > 1 then 'code of another field: ' || icao || ' is kept for ' || holder || ', this is ' || ident "
        "end as _reason, "
        "case when reason is not null then 'add it to dbt_project/seeds/country_codes.csv' "
        "when turn > 1 then 'nothing, where it is the old field; else correct it at ourairports.com' end as _mend "
        "from ranked order by raw_row"
    )


def _header(path: Path) -> list[str]:
    """The columns as the file orders them: those of today or, in older copies, without icao_code."""
    with path.open(encoding="utf-8-sig", errors="replace", newline="") as handle:
        found = next(csv.reader(handle), [])
    missing = [column for column in COLUMNS if column not in found and column not in MAY_LACK]
    unknown = [column for column in found if column not in COLUMNS]
    if missing or unknown or len(found) != len(set(found)):
        raise BadFile(
            f"columns missing: {', '.join(missing)[:200] or 'none'}; unknown: {', '.join(unknown)[:200] or 'none'}",
            mend=f"take {URL.rsplit('/', 1)[-1]} of the publisher, or change COLUMNS in the module if it has changed",
        )
    return found


def _state(code: str) -> tuple[str, str | None, str | None]:
    try:
        return code, countries().resolve(code), None
    except (UnknownCountry, NotAStateThen) as error:
        return code, None, f"country is not known: {error}"
