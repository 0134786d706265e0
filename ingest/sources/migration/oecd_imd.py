"""Inflows, outflows and stocks of foreigners, asylum seekers and naturalisations in OECD countries (OECD IMD).

One row is
    one measure of one nationality (or country of birth) in one reporting country and year, of one sex.

Published
    yearly in OECD's Data Explorer, as SDMX-CSV with or without labels: DSD_MIG@DF_MIG, and for the foreign-born
    DSD_MIG_F@DF_MIG_POPF. The database always holds the latest only, so that `vintage` is the day of the download where
    the file's name tells it (oecd_imd_B11_2026-11-02.csv, as `fetch` writes it), else "unstated".

Beware
    - Measures: B11 inflows (flow), B12 outflows (outflow, from the reporting country, by citizenship), B13 inflows of
      asylum seekers (applications), B14 stock of foreign-born (by birth), B15 stock of foreigners (by citizenship), B16
      acquisitions of nationality (naturalisations, by former nationality), B21 and B22 inflows of workers and of
      seasonal workers (flow, of purpose work and seasonal_work: parts of no published total, and permits more often
      than moves).
    - National definitions, not harmonised: registers count stays from three months or a year, permits count grants.
      Compare years of one country, not countries.
    - W is the world, the country's own total; W_X, EU15 and the like are groups (`aggregate`); nationalities do not
      add up to W. Codes that end in _F are states that are no more (SUN_F, YUG_F), XKV is Kosovo.
    - Sexes are told as total and female; a male figure is not published.
    - Stocks are of a day that differs by country and is not told; `period_start` is 1 January of the year (Germany's
      and France's are of that day).
    - Figures are multiplied out by UNIT_MULT; fractions stand where a survey is the source (United States). Nothing is
      told of rounding. OBS_STATUS other than A (normal) lands in `flag`; M and a blank are no row.
    - The server answers some 60 questions an hour, and nothing to programs at www.oecd.org.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

    from ingest.readers.parties import Party

SOURCE = Source(
    key="oecd_imd",
    domain="migration",
    title="International Migration Database",
    publisher="Organisation for Economic Co-operation and Development (OECD)",
    landing_page="https://data-explorer.oecd.org/?fs[0]=Topic%2C1%7CSociety%23SOC%23%7CMigration%23SOC_MIG%23",
    licence="CC BY 4.0 (since July 2024)",
    citation="OECD. International Migration Database. OECD Data Explorer.",
    cadence="@monthly",
    look_back_days=730,
    covers_from=None,
    covers_to=None,
    coverage="OECD countries as reporters, all nationalities, by year, mostly since 2000; the latest year is not whole",
    table="migration",
    rows_per_file=(1, 3_000_000),
    max_bytes=400_000_000,
    files="any SDMX-CSV of DSD_MIG@DF_MIG or DSD_MIG_F@DF_MIG_POPF, .csv or .csv.gz",
)
SERVER = "https://sdmx.oecd.org/public/rest/data/OECD.ELS.IMD"
MEASURES = {  # code: measure, concept, purpose
    "B11": ("flow", "citizenship", "all"),
    "B12": ("outflow", "citizenship", "all"),
    "B13": ("applications", "citizenship", "all"),
    "B14": ("stock", "birth", "all"),
    "B15": ("stock", "citizenship", "all"),
    "B16": ("naturalisations", "citizenship", "all"),
    "B21": ("flow", "citizenship", "work"),
    "B22": ("flow", "citizenship", "seasonal_work"),
}
FLOWS = ("DSD_MIG@DF_MIG", "DSD_MIG_F@DF_MIG_POPF")
ORIGINS = ("CITIZENSHIP", "BIRTH_COUNTRY")
CODES = ("REF_AREA", "FREQ", "MEASURE", "SEX", "UNIT_MEASURE", "TIME_PERIOD", "OBS_VALUE")
MAY_LACK = ("BIRTH_PLACE", "EDUCATION_LEV", "OBS_STATUS", "UNIT_MULT", "ACTION")
GROUP = re.compile(r"W|[A-Z]+[0-9_][A-Z0-9_]*")  # W_X, EU15, A4: no country's code has a digit or a line
WANTED = "SDMX-CSV of DSD_MIG@DF_MIG or DSD_MIG_F@DF_MIG_POPF from OECD's Data Explorer"


def fetch(window: Window | None) -> Iterator[Remote]:
    """A file per measure, as of today: each is a revision of all years, whatever the window."""
    today = datetime.now(UTC).date()
    for measure in MEASURES:
        flow, key = (FLOWS[0], f"..A.{measure}....") if measure != "B14" else (FLOWS[1], "all")
        yield Remote(f"oecd_imd_{measure}_{today}.csv", f"{SERVER},{flow},1.0/{key}?format=csvfilewithlabels")


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per observation; those of an unknown code or unit are marked as bad."""
    from ingest.readers import parties

    header = parties.header(raw.plain, WANTED)
    place = {name: n for n, name in reversed(list(enumerate(header)))}  # codes stand before their labels
    origin = next((name for name in ORIGINS if name in place), None)
    flow = next((name for name in ("STRUCTURE_ID", "DATAFLOW") if name in place), None)
    if missing := [name for name in CODES if name not in place] + ([] if origin else [ORIGINS[0]]):
        raise BadFile(f"columns missing: {', '.join(missing)}", mend=f"take {WANTED}, with codes")
    if flow is None:
        raise BadFile("it does not tell its dataflow", mend=f"take {WANTED}")
    parties.read_csv(con, raw.plain, [f"c{n}" for n in range(len(header))], "oecd_raw")
    labelled = "STRUCTURE_NAME" in place  # a label stands beside each code

    def cell(name: str | None) -> str:
        return f"trim(c{place[name]})" if name in place else "null::varchar"

    def label(name: str) -> str:
        return f"coalesce(nullif(trim(c{place[name] + 1}), ''), {cell(name)})" if labelled else cell(name)

    codes = ", ".join(f"{cell(name)} as {name.lower()}" for name in (*CODES, *MAY_LACK))
    con.execute(
        f"create or replace temp table oecd_lines as select rowid + 1 as raw_row, {cell(flow)} as flow, "
        f"{cell(origin)} as origin, {label(str(origin))} as origin_label, {label('REF_AREA')} as ref_label, {codes} "
        "from oecd_raw"
    )
    flows = [str(name) for (name,) in con.execute("select distinct flow from oecd_lines order by 1").fetchall()]
    told = re.fullmatch(r"OECD\.ELS\.IMD:(DSD_\w+@DF_\w+)\([\d.]+\)", flows[0]) if flows else None
    if len(flows) != 1 or not told or told[1] not in FLOWS:
        raise BadFile(f"it is of {', '.join(flows)[:200] or 'nothing: it has no lines'}", mend=f"take {WANTED}")
    parties.lay(con, "select origin from oecd_lines union select ref_area from oecd_lines", _party)
    parties.refuse_unmatched(
        con,
        "select case when o.id is null then origin when d.id is null then ref_area end, "
        "case when o.kind = 'aggregate' or d.kind = 'aggregate' then 0 else try_cast(obs_value as double) end "
        "from oecd_lines join parties as o on o.code is not distinct from origin "
        "join parties as d on d.code is not distinct from ref_area",
    )
    kinds = ", ".join(f"('{code}', '{measure}', '{concept}', '{purpose}')"
                      for code, (measure, concept, purpose) in MEASURES.items())  # fmt: skip
    day = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name)
    return con.sql(_ROWS.format(dataset=told[1], measures=kinds, vintage=day[0] if day else "unstated"))


def _party(code: str | None) -> Party:
    """OECD's code of an area: a state, a former one (SUN_F), or a group that has a digit or a line in it."""
    from ingest.readers.parties import party

    text = code or ""
    former = party(text.removesuffix("_F"))
    if text.endswith("_F") and former.kind != "aggregate":
        return former
    return party(text, {text: text} if GROUP.fullmatch(text) else None)


_ROWS = """
with
measures (code, measure, concept, purpose) as (values {measures}),
lines as (
    select l.*, m.* exclude (code), o.id as origin_id, o.kind as origin_kind, d.id as destination_id,
        d.kind as destination_kind, coalesce(o.reason, d.reason) as unknown, coalesce(o.mend, d.mend) as unknown_mend,
        try_cast(obs_value as double) as figure, try_cast(coalesce(nullif(unit_mult, ''), '0') as int) as mult,
        coalesce(nullif(obs_status, ''), 'A') as status,
    from oecd_lines as l  -- measures and parties have one row per code
    left join measures as m on m.code = l.measure
    join parties as o on o.code is not distinct from l.origin
    join parties as d on d.code is not distinct from l.ref_area
    -- attributes of a whole series stand in lines without an observation
    where not (coalesce(obs_value, '') = '' and (coalesce(time_period, '') = '' or status in ('A', 'M')))
),
judged as (
    select *, case
        when unknown is not null then unknown
        when measure_1 is null then 'measure is not known: ' || coalesce(measure, 'none')
        when coalesce(action, 'I') not in ('I', 'A', 'R', 'M') then 'the line is no observation: action ' || action
        when freq is distinct from 'A' then 'frequency is not A: ' || coalesce(freq, 'none')
        when unit_measure is distinct from 'PS' then 'unit is not PS (persons): ' || coalesce(unit_measure, 'none')
        when coalesce(sex, '') not in ('_T', 'F', 'M') then 'sex is not known: ' || coalesce(sex, 'none')
        when not regexp_full_match(coalesce(time_period, ''), '(19|20)\\d\\d')
            then 'time period is no year: ' || coalesce(time_period, 'none')
        when coalesce(obs_value, '') <> '' and not coalesce(isfinite(figure), false)
            then 'figure is no number: ' || left(obs_value, 80)
        when mult is null or mult not between 0 and 9 then 'UNIT_MULT is not known: ' || unit_mult
        when not regexp_full_match(status, '[A-Z]') then 'observation status is not known: ' || status
    end as _reason,
    from lines
)
select
    '{dataset}' as dataset, origin_id as origin, origin_label as origin_name, origin_kind,
    destination_id as destination, ref_label as destination_name, destination_kind, 'destination' as reporter_side,
    measure_1 as measure, concept, 'persons' as unit,
    case sex when 'F' then 'female' when 'M' then 'male' else 'both' end as sex, 'all' as age, purpose,
    nullif(concat_ws(';',
        case when birth_place not in ('_Z', '_T', '') then 'birth_place=' || birth_place end,
        case when education_lev not in ('_Z', '_T', '') then 'education_lev=' || education_lev end
    ), '') as breakdown,
    'reported' as method, case when measure_1 = 'stock' then 'P' else 'A' end as grain,
    case when _reason is null then make_date(time_period::int, 1, 1) end as period_start,
    case when _reason is null then
        case when measure_1 = 'stock' then make_date(time_period::int, 1, 2) else make_date(time_period::int + 1, 1, 1)
        end end as period_end,
    round(figure * 10 ** mult, 6) as value, null::double as value_low, null::double as value_high,
    null::int as rounding_base, case when status <> 'A' then lower(status) end as flag,
    case when status = 'I' then true end as is_imputed, null::varchar as note, '{vintage}' as vintage, raw_row, _reason,
    case when unknown is not null then unknown_mend
        when starts_with(_reason, 'measure') then 'add the code to MEASURES in oecd_imd.py, as OECD''s codelist says'
        when _reason is not null then 'compare the line with OECD''s Data Explorer' end as _mend
from judged
"""
