"""T-100 International Segment: flights, seats, passengers, freight and mail of all carriers to and from the USA.

One row is
    one measure of one carrier with one aircraft type on one non-stop segment in one month and class of service.

Published
    monthly by the US Bureau of Transportation Statistics, some three months late, foreign carriers' figures six months
    late (confidential until then). There is no plain URL: on the table's page choose year and "All Months", tick all
    fields, download, unpack T_T100I_SEGMENT_ALL_CARRIER.csv and put it into the input folder with the day of download
    in its name (T_T100I_SEGMENT_ALL_CARRIER_2011_2026-11-23.csv). That day is `vintage`; without one it is the file's
    name, so that two downloads of one name would pass for one edition. T100_<year>_int.csv of R's skynet is read too.

Beware
    - Segments and not journeys: who flies from Bishkek by way of Istanbul is counted from Istanbul.
    - CLASS F (and of old A, C, E) is scheduled; G, all-cargo scheduled, and P, all-cargo charter, are `cargo`; L is
      charter; H (humanitarian), N and R (military) and Q are `other`. `note` keeps the letters. K, V and Z are sums of
      others and are quarantined. Departures performed without any scheduled are charter or cargo and no error.
    - Lines that differ only in aircraft configuration, carrier entity, region or the airports' edition are one figure
      here, their sum (so are G and P); `note` names the lines. A line that is the same in every column is counted once
      and the repetition quarantined, since BTS has one line per combination; hence these columns must be there.
    - Carrier is UNIQUE_CARRIER, which outlives renamings ("PA (1)" is not "PA"). 06888 is text.
    - Airport codes are like IATA's, with BTS's own among them, and change hands; `note` has BTS's airport ids, whose
      last two digits tell the edition of the airport. Countries are ISO codes (NA is Namibia) of states of the month:
      RU is refused before December 1991.
    - The USA is as BTS has it: Puerto Rico, the Virgin Islands, Guam, Saipan and Pago Pago stand under US and land so,
      for their traffic with the mainland is in the domestic table: taken out, they would seem to have none. Where BTS
      does give PR, VI or GU, they are that territory, and an American end all the same.
    - Between two foreign countries (fifth freedoms of American carriers) the USA is `observer`; foreign carriers tell
      no such segments.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.readers.places import month_after, place
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="bts_t100_international",
    domain="flights",
    title="T-100 International Segment (All Carriers)",
    publisher="US Department of Transportation, Bureau of Transportation Statistics",
    landing_page="https://www.transtats.bts.gov/DL_SelectFields.aspx?gnoyr_VQ=FJE",
    licence="public domain (work of the US government)",
    citation="Bureau of Transportation Statistics. Air Carrier Statistics (Form 41 Traffic): T-100 International "
    "Segment (All Carriers). TranStats.",
    cadence="@monthly",
    look_back_days=365,
    covers_from=date(1990, 1, 1),
    covers_to=None,
    coverage="non-stop segments with an end in the USA or its territories, all carriers; foreign ones six months late",
    table="air_traffic",
    rows_per_file=(1, 30_000_000),
    max_bytes=2 << 30,
    files="T_T100I_SEGMENT_ALL_CARRIER*.csv, T100_<year>_int.csv",
)

NEEDED = (  # to be read, or to tell lines apart; those in OTHERS may be missing
    "DEPARTURES_PERFORMED SEATS PASSENGERS FREIGHT MAIL UNIQUE_CARRIER UNIQUE_CARRIER_ENTITY REGION CARRIER YEAR MONTH "
    "ORIGIN_AIRPORT_SEQ_ID ORIGIN ORIGIN_COUNTRY DEST_AIRPORT_SEQ_ID DEST DEST_COUNTRY AIRCRAFT_TYPE AIRCRAFT_CONFIG "
    "CLASS"
).split()
OTHERS = (
    "DEPARTURES_SCHEDULED PAYLOAD DISTANCE RAMP_TO_RAMP AIR_TIME AIRLINE_ID UNIQUE_CARRIER_NAME CARRIER_NAME "
    "CARRIER_GROUP CARRIER_GROUP_NEW ORIGIN_AIRPORT_ID ORIGIN_CITY_MARKET_ID ORIGIN_CITY_NAME ORIGIN_COUNTRY_NAME "
    "ORIGIN_WAC DEST_AIRPORT_ID DEST_CITY_MARKET_ID DEST_CITY_NAME DEST_COUNTRY_NAME DEST_WAC AIRCRAFT_GROUP QUARTER "
    "DISTANCE_GROUP"
).split()
SERVICES = dict.fromkeys("FACE", "scheduled") | {"L": "charter"} | dict.fromkeys("GP", "cargo")
SERVICES |= dict.fromkeys("HNRQ", "other")
COUNTS = {"DEPARTURES_PERFORMED": "flights", "SEATS": "seats", "PASSENGERS": "passengers"}
POUNDS, KG_PER_POUND = {"FREIGHT": "freight_kg", "MAIL": "mail_kg"}, 0.45359237
AGAIN = "download the table T-100 International Segment again, all fields ticked"


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the publisher hands the table out through a form and not at an address."""
    yield from ()


def period(name: str) -> Window | None:
    """The year that the file's name tells, if it does."""
    told = re.search(r"(?:T100_|ALL_CARRIER_)((?:19|20)\d\d)(?=_int\.|\.|_\d{4}-)", Path(name).name)
    return Window(date(int(told[1]), 1, 1), date(int(told[1]) + 1, 1, 1)) if told else None


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `air_traffic`: five measures of each good line; one row, marked as bad, of each other line."""
    _read(con, raw.path, _columns(raw.path))
    _resolve(con)
    vintage = re.findall(r"\d{4}-\d\d-\d\d|$", Path(raw.name).name)[0] or Path(raw.name).stem.replace("'", "''")
    figures = ", ".join(f"sum({name}) as {measure}" for name, measure in COUNTS.items())
    figures += "".join(f", round(sum({name}) * {KG_PER_POUND}, 3) as {to}" for name, to in POUNDS.items())
    return con.sql(f"""
        with figures as (
            select * exclude (ids), service, null::varchar as reason, null::varchar as mend,
                concat_ws('; ', 'class ' || classes, 'airport ids ' || ids,
                    case when len(lines) > 1 then 'sum of lines ' || array_to_string(lines, ', ') end) as note
            from (
                select period_start, carrier, aircraft, service, origin_airport, destination_airport, o, d,
                    min(raw_row) as raw_row, list(raw_row order by raw_row) as lines,
                    string_agg(distinct CLASS, ', ' order by CLASS) as classes,
                    string_agg(distinct ids, ', ' order by ids) as ids, {figures}
                from lines where reason is null group by all
            )
        ),
        long as (
            unpivot figures on {", ".join([*COUNTS.values(), *POUNDS.values()])} into name measure value value
            union all by name
            select * from lines where reason is not null
        )
        select 'T-100 International Segment' as dataset, 'USA' as reporter,
            case when is_american(o) and is_american(d) then 'both' when is_american(o) then 'origin'
                when is_american(d) then 'destination' else 'observer' end as reporter_side,
            o.id as origin, o.kind as origin_kind, d.id as destination, d.kind as destination_kind,
            origin_airport, destination_airport, 'bts' as airport_codes, carrier, aircraft, service, 'M' as grain,
            period_start, (period_start + interval 1 month)::date as period_end, measure, 'stage' as basis, value,
            null as flag, note, '{vintage}' as vintage, raw_row, reason as _reason, mend as _mend
        from long
    """)


def _columns(path: Path) -> list[str]:
    """The header's columns; raises BadFile for another table and for columns that are missing or unknown."""
    with path.open("rb") as file:
        start = file.readline(1 << 16)
    if start[:2] in (b"PK", b"\x1f\x8b"):
        raise BadFile("it is packed", mend="unpack it and put the .csv into the folder")
    found = next(csv.reader([start.decode("utf-8-sig", "replace").rstrip("\r\n")]), [])
    if "PASSENGERS" in found and not {"DEPARTURES_PERFORMED", "SEATS", "AIRCRAFT_TYPE"} & set(found):
        raise BadFile("it is a T-100 market table, which has no flights, seats or aircraft", mend=AGAIN)
    if len(set(found) & set(NEEDED)) < 5:
        raise BadFile(f"it is no T-100 table: it begins {','.join(found)[:80]!r}", mend=AGAIN)
    unnamed = {0: "_row_name", len(found) - 1: "_nothing"}  # R's row names; the publisher's comma at a line's end
    columns = [name or unnamed.get(n, "") for n, name in enumerate(found)]
    missing = [name for name in NEEDED if name not in columns]
    unknown = [repr(name) for name in columns if name not in (*NEEDED, *OTHERS, *unnamed.values())]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if missing or unknown or twice:
        said = {"missing": missing, "unknown": unknown, "there twice": twice}
        problem = "; ".join(f"columns {how}: {', '.join(names)}" for how, names in said.items() if names)
        raise BadFile(problem, mend=AGAIN + "; if the publisher changed it, change NEEDED and tidy()")
    return columns


def _read(con: duckdb.DuckDBPyConnection, path: Path, columns: list[str]) -> None:
    """Fill the table lines: what each line says, and why it can't be used (reason, mend) where it can't."""
    types = ", ".join(f"'{name}': 'VARCHAR'" for name in columns)
    con.execute(
        "create or replace temp table good_lines as select *, row_number() over () as place from read_csv(?, "
        "auto_detect = false, header = true, delim = ',', quote = '\"', escape = '\"', parallel = false, "
        f"store_rejects = true, compression = 'none', columns = {{{types}}})",
        [str(path)],
    )
    con.execute(  # a rejected line's place is told by the number of good ones before it
        "create or replace temp table bad_lines as select line, min(trim(csv_line, chr(10) || chr(13))) as told, "
        "row_number() over (order by line) as n, line - 1 - row_number() over (order by line) as before "
        "from reject_errors group by line"
    )
    same, numbers = ", ".join(name for name in columns if name != "_row_name"), [*COUNTS, *POUNDS]
    texts = "UNIQUE_CARRIER ORIGIN DEST ORIGIN_COUNTRY DEST_COUNTRY AIRCRAFT_TYPE CLASS".split()
    blank = " ".join(f"when {name} is null then '{name} is blank'" for name in [*texts, *numbers])
    number = " ".join(
        f"when not coalesce(try_cast({name} as double) >= 0 and isfinite(try_cast({name} as double)), false) "
        f"then '{name} is no number: ' || left({name}, 80)"
        for name in numbers
    )
    service = " ".join(f"when '{letter}' then '{service}'" for letter, service in SERVICES.items())
    con.execute(f"""
        create or replace temp table lines as
        with numbered as (
            select *, place + (select count(*) from bad_lines where before < place) as raw_row from good_lines
        )
        select raw_row, try_cast(YEAR || '-' || lpad(MONTH, 2, '0') || '-01' as date) as period_start,
            UNIQUE_CARRIER as carrier, AIRCRAFT_TYPE as aircraft, ORIGIN as origin_airport, DEST as destination_airport,
            case CLASS {service} end as service, CLASS, ORIGIN_COUNTRY, DEST_COUNTRY,
            ORIGIN_AIRPORT_SEQ_ID || '-' || DEST_AIRPORT_SEQ_ID as ids,
            {", ".join(f"try_cast({name} as double) as {name}" for name in numbers)},
            case when period_start is null then 'YEAR and MONTH are no month: ' || concat_ws('-', YEAR, MONTH) {blank}
                when CLASS in ('K', 'V', 'Z') then 'CLASS ' || CLASS || ' is a sum of other classes'
                when service is null then 'CLASS is not known: ' || left(CLASS, 80) {number}
                when row_number() over (partition by {same} order by raw_row) > 1
                then 'same line as line ' || min(raw_row) over (partition by {same}) || ' of the data' end as reason,
            case when reason like 'same line%' then 'nothing: it is counted once'
                when reason is not null then 'correct the line, or report it to the publisher' end as mend,
            null::varchar as note, null::varchar as measure, null::double as value
        from numbered
        union all by name
        select line - 1 as raw_row, 'line can''t be read as {len(columns)} columns: ' || left(told, 200) as reason,
            'correct line ' || line || ' of the file, or get the file again' as mend from bad_lines
    """)


def _resolve(con: duckdb.DuckDBPyConnection) -> None:
    """Give each line the countries of its ends (o, d: id, kind, sovereign), or the reason why it has none."""
    ends = con.execute(
        "select distinct code, period_start from (select ORIGIN_COUNTRY as code, period_start from lines union "
        "select DEST_COUNTRY, period_start from lines) where code is not null and period_start is not null order by all"
    ).fetchall()
    found = [(code, day, place(code, day, month_after(day))) for code, day in ends]
    con.execute("create or replace macro is_american(it) as coalesce(it.id = 'USA' or it.sovereign = 'USA', false)")
    con.execute(
        "create or replace temp table places as select unnest(?::struct(code varchar, period_start date, "
        "it struct(id varchar, kind varchar, sovereign varchar, reason varchar, mend varchar))[], max_depth := 2)",
        [[{"code": code, "period_start": day, "it": vars(it)} for code, day, it in found]],
    )
    con.execute(
        "create or replace temp table lines as select lines.* replace (coalesce(lines.reason, o.it.reason, "
        "d.it.reason) as reason, coalesce(lines.mend, o.it.mend, d.it.mend) as mend), o.it as o, d.it as d from lines "
        "left join places as o on o.code = ORIGIN_COUNTRY and o.period_start = lines.period_start "
        "left join places as d on d.code = DEST_COUNTRY and d.period_start = lines.period_start"
    )
