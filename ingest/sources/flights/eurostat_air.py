"""Air passenger transport between countries, airports and routes, as reported to Eurostat (avia_pa).

One row is
    one figure of one direction: a month, quarter or year of a country, airport or route with a partner, in one edition.

Published
    avia_paocc, avia_paexcc, avia_paincc (country by partner country), avia_paoac (airport by partner country) and
    avia_par_<cc> (routes such as DE_EDDF_ES_LEMD, one table per reporting country), as bulk TSV, SDMX-CSV or JSON-stat.
    Eurostat keeps no old editions and refreshes twice a day: each download is archived as one. `vintage` is the day of
    LAST UPDATE where the file tells it, else the day of the download, which the file's name must tell.

Beware
    - Both ends report a pair within the EU. The mirrors stay two rows, told apart by `reporter`, and seldom agree:
      take one of them, never their sum. `reporter_side` is the end where it was counted, within one country too.
    - PAS_BRD, CAF_PAS and ST_PAS count each stage. PAS_CRD counts a passenger once per flight number, and
      lands as `od`; one who changes planes is still booked to the country of the connection, not of the journey's end.
    - Totals of both directions (PAS_BRD beside PAS_BRD_ARR and PAS_BRD_DEP) belong to no directed pair. Where both
      directions land the totals are left out, and one row of the quarantine counts them; where a direction is not
      published, each total is quarantined by itself and not halved.
    - Months, quarters and years stand in one table: one `grain` at a time. `schedule`, where a table has it, splits
      them again: SCHED is scheduled, N_SCHED charter, and the total is passenger.
    - EU27_2020, WORLD, TOTAL and world regions land as `aggregate` under their code; where they stand for the reporter
      `reporter` is null. EL, UK and XK are Eurostat's codes. Partners are states of today.
    - `: c` is confidential and no zero: a row with a null value and its flag (CONF_STATUS C is the flag c too). A cell
      without figure or flag is no row: nothing was reported, or it is below the thresholds (airports under 15,000
      passenger units a year report nothing, those under 150,000 little).
    - Russia, Kyrgyzstan and the like occur only as partners of those who report.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.readers import eurostat
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="eurostat_air",
    domain="flights",
    title="Air passenger transport by country, airport and route",
    publisher="Eurostat",
    landing_page="https://ec.europa.eu/eurostat/cache/metadata/en/avia_pa_esms.htm",
    licence="CC BY 4.0 (Eurostat's reuse policy: with the source named)",
    citation="Eurostat. Air passenger transport (avia_pa): avia_paocc, avia_paexcc, avia_paincc, avia_paoac, avia_par.",
    cadence="@monthly",
    look_back_days=0,
    covers_from=date(1993, 1, 1),
    covers_to=None,
    coverage="airports of EU, EFTA and candidate countries above 15,000 passenger units a year, with their partners",
    table="air_traffic",
    rows_per_file=(1, 60_000_000),
    max_bytes=2 << 30,
    files="avia_<table>_<YYYY-MM-DD>.tsv.gz, .tsv, .csv or .json",
)

BULK = "https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/{}?format=TSV&compressed=true"
REPORTING = (
    "at be bg ch cy cz de dk ee el es fi fr hr hu ie is it lt lu lv me mk mt nl no pl pt ro rs se si sk tr uk".split()
)
TABLES = ("avia_paocc", "avia_paexcc", "avia_paincc", "avia_paoac", *(f"avia_par_{country}" for country in REPORTING))
NAME = re.compile(r"(?:estat_)?(avia_pa(?:occ|excc|incc|oac|r_[a-z]{2}))(?:_(\d{4}-\d\d-\d\d))?(?=\.)", re.IGNORECASE)
PARTS = {"avia_paoac": ("rep_airp", "partner"), "avia_par": ("airp_pr",)}  # the others: geo, partner
# total of both directions: unit, measure, basis
MEASURES = {
    "PAS_BRD": ("PAS", "passengers", "stage"),
    "PAS_CRD": ("PAS", "passengers", "od"),
    "CAF_PAS": ("FLIGHT", "flights", "stage"),
    "ST_PAS": ("SEAT", "seats", "stage"),
}
SERVICES = {"": "passenger", "TOT": "passenger", "TOTAL": "passenger", "SCHED": "scheduled", "N_SCHED": "charter"}
ENDS = ("near", "near_airport", "far", "far_airport")  # near: who reports, far: the partner
CODES_MEND = "download the table with codes; a new code of the publisher belongs into eurostat_air.py"


def fetch(window: Window | None) -> Iterator[Remote]:
    """Every table as of today: each holds all periods, whatever the window."""
    for table in TABLES:
        yield Remote(f"{table}_{datetime.now(UTC):%Y-%m-%d}.tsv.gz", BULK.format(table.upper()))


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `air_traffic`. Codes that are not known, and totals of both directions, are marked as bad."""
    name = Path(raw.name).name
    told = NAME.match(name)
    mend = "name the file as <table>_<day of download>, such as avia_paocc_2024-03-18.tsv.gz"
    if not told:
        raise BadFile(f"the name {name!r} tells none of the tables avia_paocc ... avia_par_<cc>", mend=mend)
    dataset = told[1].lower()
    read = eurostat.read(raw.plain, con)
    if read.dataset and read.dataset != dataset:
        raise BadFile(f"it is named {dataset} and holds {read.dataset}", mend="name the file after what it holds")
    try:
        vintage = read.updated or date.fromisoformat(told[2] or "")
    except ValueError:
        raise BadFile(f"neither the file nor its name {name!r} tells the edition's day", mend=mend) from None
    places = PARTS.get(dataset[:10], PARTS.get(dataset[:8], ("geo", "partner")))
    needed = {"freq", "unit", "tra_meas", *places}
    if not needed <= set(read.dimensions) <= needed | {"schedule"}:
        raise BadFile(f"dimensions {', '.join(read.dimensions)}; expected {', '.join(sorted(needed))}", mend=CODES_MEND)
    _load(con, read, dataset, places)
    return con.sql(_ROWS.format(dataset=dataset, vintage=vintage, mend=CODES_MEND))


def _load(con: duckdb.DuckDBPyConnection, read: eurostat.Observations, dataset: str, places: tuple[str, ...]) -> None:
    """Fill the temporary tables: what was observed, with its ends as codes, and what the codes mean."""
    if places[0] == "geo":
        form, ends = "", ["geo", "null::varchar", "partner", "null::varchar"]
    else:
        near, *_ = places
        parts = [f"split_part({near}, '_', {n})" for n in (1, 2, 3, 4)]
        form = "[A-Z]{2}_[A-Z0-9]{4}"
        ends = [parts[0], parts[1], "partner", "null::varchar"]
        if near == "airp_pr":
            form, ends = f"{dataset[-2:].upper()}_[A-Z0-9]{{4}}_{form}", parts
    odd = f"when not regexp_full_match({places[0]}, '{form}') then '{places[0]} is not as expected: ' || {places[0]}"
    schedule = "schedule" if "schedule" in read.dimensions else "''"
    read.rows.create_view("eurostat_rows", replace=True)
    con.execute(
        f"create or replace temp table air_observed as select freq, unit, {schedule} as schedule, time_period, value, "
        "tra_meas, regexp_replace(tra_meas, '_(ARR|DEP)$', '') as total, "
        "case when tra_meas = total then '' else right(tra_meas, 3) end as direction, flag, conf, raw_row, "
        f"{', '.join(f'{told} as {name}' for told, name in zip(ends, ENDS, strict=True))}, _mend, "
        f"coalesce(_reason, case {odd if form else 'when false then null'} end) as problem from eurostat_rows"
    )
    codes = con.execute("select near from air_observed union select far from air_observed order by 1").fetchall()
    meanings = [eurostat.place(code) for (code,) in codes if code]
    eurostat.fill(con, "air_places", ("code", "id", "kind", "reason"), meanings)
    measures = [(total, *what) for total, what in MEASURES.items()]
    eurostat.fill(con, "air_measures", ("total", "unit", "measure", "basis"), measures)
    eurostat.fill(con, "air_services", ("schedule", "service"), list(SERVICES.items()))
    eurostat.fill(con, "air_periods", ("time_period", "grain", "start", "after"), list(eurostat.periods()))


_ROWS = """
with
known as (
    select
        o.*, m.measure, m.basis, s.service, p.grain, p.start, p.after,
        near.id as near_id, near.kind as near_kind, far.id as far_id, far.kind as far_kind,
        case
            when problem is not null then problem
            when m.total is null then 'measure is not known: ' || concat_ws(' ', o.unit, tra_meas)
            when s.service is null then 'schedule is not known: ' || coalesce(o.schedule, 'none')
            when p.grain is null then 'period is not known: ' || coalesce(o.time_period, 'none')
            when p.grain is distinct from freq then 'freq ' || coalesce(freq, 'none') || ' is not that of the period: '
                || o.time_period
            when near.id is null then coalesce(near.reason, 'country is missing')
            when far.id is null then coalesce(far.reason, 'country is missing')
        end as reason,
    from air_observed as o  -- each of the tables joined has one row per key
    left join air_measures as m on m.total = o.total and m.unit = o.unit
    left join air_services as s on s.schedule = o.schedule
    left join air_periods as p on p.time_period = o.time_period
    left join air_places as near on near.code = o.near
    left join air_places as far on far.code = o.far
),
directed as (  -- what is told in both directions
    select near, near_airport, far, far_airport, total, schedule, time_period, count(value) = 2 as has_values,
    from known where direction <> '' and reason is null group by all having count(distinct direction) = 2
),
totals as (
    select known.*, directed.total is not null and (has_values or known.value is null) as is_told,
    from known left join directed on known.near = directed.near and known.far = directed.far
        and known.near_airport is not distinct from directed.near_airport
        and known.far_airport is not distinct from directed.far_airport and known.total = directed.total
        and known.schedule = directed.schedule and known.time_period = directed.time_period
    where known.direction = '' and reason is null
),
marked as (
    select * from known where direction <> '' or reason is not null
    union all by name
    select * exclude (is_told), 'total of both directions, which are not both published: ' || tra_meas as reason,
        'nothing: it belongs to no directed pair; its share of each direction is not known' as _mend,
    from (select * exclude (reason, _mend) from totals) where not is_told
    union all by name
    select grain, 'totals of both directions are left out, since both directions land: ' || n || ' of ' || tra_meas
        || ', grain ' || grain as reason, 'nothing: add the directions where a total is wanted' as _mend,
    from (select tra_meas, grain, count(*) as n from totals where is_told group by all)
)
select
    '{dataset}' as dataset, '{vintage}' as vintage,
    case when near_kind <> 'aggregate' then near_id end as reporter,
    case direction when 'DEP' then 'origin' when 'ARR' then 'destination' end as reporter_side,
    case when direction = 'ARR' then far_id else near_id end as origin,
    case when direction = 'ARR' then far_kind else near_kind end as origin_kind,
    case when direction = 'ARR' then near_id else far_id end as destination,
    case when direction = 'ARR' then near_kind else far_kind end as destination_kind,
    case when direction = 'ARR' then far_airport else near_airport end as origin_airport,
    case when direction = 'ARR' then near_airport else far_airport end as destination_airport,
    case when near_airport is not null then 'icao' end as airport_codes,
    null as carrier, null as aircraft, service, grain, start as period_start, after as period_end, measure, basis,
    value, case when conf = 'C' and not contains(coalesce(flag, ''), 'c')
        then array_to_string(list_sort(string_split(concat(flag, 'c'), '')), '') else flag end as flag,
    case when conf <> 'C' then 'CONF_STATUS ' || conf end as note, raw_row,
    reason as _reason,
    case when reason is null then null when _mend is not null then _mend
        when starts_with(reason, 'country') then 'add the code to dbt_project/seeds/country_codes.csv or aggregates.csv'
        else '{mend}' end as _mend,
from marked
"""
