"""Refugees, asylum seekers, stateless and displaced persons, asylum procedures and solutions (UNHCR).

One row is
    one category of persons from one country (of origin) in another (of asylum): a stock at the end of a year, or
    applications, decisions, returns, resettlements or naturalisations within a year.

Published
    twice a year (June for the year before, autumn for the middle of the year) in the Refugee Population Statistics
    Database: API v1 as JSON, the same tables as CSV at HDX, and old exports of the portal. Nothing is versioned, and
    each release revises past years: `vintage` is the day in the file's name (unhcr_population_2024_2026-11-24.json,
    as `fetch` writes it), else "unstated".

Beware
    - The API fails silently: an unknown parameter is ignored and totals of the world come, years given alone are
      ignored, a dimension not asked for is summed and "-" stands in its place. So a file is refused that has "-" for a
      country, other years than its name says, or more pages than one (`limit` is 15,000; no year has half of that).
    - Its own codes are not ISO's: AUS is Austria there, ARE Egypt, MAR Martinique. Read are coo_iso and coa_iso, and
      where a name beside the code is of another country the row is bad, above 0.5 % of the persons the file.
    - "-" is not applicable and no row; "0" is none, or fewer than five. A zero is a row for refugees, asylum seekers,
      applications and decisions of the years they are told of; elsewhere the API prints 0 for what does not apply.
    - 1 to 4 are not told but 0 or 5 instead (old exports: `*`), in decisions nothing from 6 to 9 either:
      `value_low` and `value_high` say what a figure may stand for.
    - Asylum seekers are told of all countries since 2000, stateless persons since 2004, others of concern since 2018:
      figures before have a `note`. Palestinians under UNRWA's mandate are not among them.
    - Applications and decisions count cases in some countries and persons in others (`unit`), one row per procedure,
      level and type: never sum the units; a repeated or appealed application is counted again. dec_total differs from
      the sum of its parts in some 8 % of the rows.
    - Returned refugees stand in two tables (`dataset`), with the same figures: take one. `origin` is where they return
      to. Countries are today's: Soviet refugees of 1980 are told under the successor states (`note`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb


SOURCE = Source(
    key="unhcr_population",
    domain="migration",
    title="Refugee Population Statistics",
    publisher="United Nations High Commissioner for Refugees (UNHCR)",
    landing_page="https://www.unhcr.org/refugee-statistics/",
    licence="CC BY 4.0",
    citation="UNHCR. Refugee Population Statistics Database.",
    cadence="@monthly",
    look_back_days=730,
    covers_from=date(1951, 1, 1),
    covers_to=None,
    coverage="all countries of origin and asylum by year: refugees since 1951, asylum procedures since 2000",
    table="migration",
    rows_per_file=(1, 3_000_000),
    max_bytes=200_000_000,
    files="unhcr_<table>_<year>_<day>.json of the API, HDX's CSVs, or the old portal's exports with a column Year",
)
API = "https://api.unhcr.org/population/v1"
LIMIT = 15_000  # items in an answer
TABLES = {"population": 1951, "solutions": 1959, "asylum-applications": 2000, "asylum-decisions": 2000}  # since
NAME = re.compile(r"unhcr_[a-z_]+_(\d{4})_\d{4}-\d\d-\d\d\.json")


def fetch(window: Window | None) -> Iterator[Remote]:
    """A file per table and year, as of today; of years that a window has."""
    today = datetime.now(UTC).date()
    for table, first in TABLES.items():
        for year in range(first, today.year):
            if window is None or window.overlaps(Window(date(year, 1, 1), date(year + 1, 1, 1))):
                asked = f"limit={LIMIT}&page=1&yearFrom={year}&yearTo={year}&coo_all=true&coa_all=true&cf_type=ISO"
                yield Remote(f"unhcr_{table.replace('-', '_')}_{year}_{today}.json", f"{API}/{table}/?{asked}")


def period(name: str) -> Window | None:
    """The year in the name of a file of the API."""
    told = NAME.fullmatch(Path(name).name)
    return Window(date(int(told[1]), 1, 1), date(int(told[1]) + 1, 1, 1)) if told else None


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per figure; those of a country, figure or year that can't be read are marked as bad."""
    from ingest.readers import parties, unhcr

    span = period(raw.name)
    table, lines = unhcr.lines(raw, span.start.year if span else None)
    names = ("raw_row", "year", "origin", "origin_name", "destination", "destination_name", "unit", "parts", "figure",
             "cell")  # fmt: skip
    parties.lay_lines(con, "unhcr_lines", names, lines)
    ends = [f"coalesce({end}, '') || '|' || coalesce({end}_name, '')" for end in ("origin", "destination")]
    parties.lay(con, f"select {ends[0]} from unhcr_lines union select {ends[1]} from unhcr_lines", unhcr.end)
    parties.refuse_unmatched(
        con,
        "select case when o.id is null then o.code when d.id is null then d.code end, try_cast(cell as double) "
        f"from unhcr_lines join parties as o on o.code = {ends[0]} join parties as d on d.code = {ends[1]} "
        "where figure <> 'dec_total'",
    )
    figures = ", ".join(
        f"('{name}', '{measure}', '{purpose}', '{part}', {zero}, {since})"
        for name, (_, measure, purpose, part, zero, since) in unhcr.FIGURES[table].items()
    )
    told = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name)
    return con.sql(_ROWS.format(
        table=table, figures=figures, origin=ends[0], destination=ends[1], vintage=told[0] if told else "unstated",
    ))  # fmt: skip


_ROWS = """
with
figures (figure, measure, purpose, part, has_zeros, since_year) as (values {figures}),
lines as (
    select l.*, f.* exclude (figure), o.id as origin_id, o.kind as origin_kind, d.id as destination_id,
        d.kind as destination_kind, coalesce(o.reason, d.reason) as unknown, coalesce(o.mend, d.mend) as unknown_mend,
        greatest(o.since, d.since) as since, try_cast(trim(cell) as double) as told,
        case when regexp_full_match(l.year, '(19|20)\\d\\d') then l.year::int end as of_year,
    from unhcr_lines as l  -- figures have one row per column, parties one per pair of code and name
    left join figures as f on f.figure = l.figure
    join parties as o on o.code = {origin}
    join parties as d on d.code = {destination}
    where trim(coalesce(cell, '-')) not in ('', '-')
),
judged as (
    select * replace (nullif(concat_ws(';', case when part <> '' then 'decision=' || part end, nullif(parts, '')), '')
            as parts),
        case
            when unknown is not null then unknown
            when measure is null then 'population type is not known: ' || figure
            when of_year is null then 'year is no year: ' || coalesce(year, 'none')
            when unit not in ('P', 'C') then 'unit is neither P (persons) nor C (cases): ' || unit
            when trim(cell) <> '*' and not coalesce(isfinite(told), false)
                then 'figure is no number: ' || left(cell, 80)
        end as _reason,
    from lines
    -- a zero at home, or of a year that was not asked of all countries, is no figure
    where told is distinct from 0 or (has_zeros and of_year >= since_year and origin_id is distinct from destination_id)
)
select
    '{table}' as dataset, origin_id as origin, coalesce(origin_name, origin) as origin_name, origin_kind,
    destination_id as destination, coalesce(destination_name, destination) as destination_name, destination_kind,
    'observer' as reporter_side, measure, 'protection' as concept,
    case unit when 'C' then 'cases' else 'persons' end as unit, 'both' as sex, 'all' as age, purpose,
    parts as breakdown, 'reported' as method, case measure when 'stock' then 'P' else 'A' end as grain,
    case when _reason is null then make_date(of_year, if(measure = 'stock', 12, 1), if(measure = 'stock', 31, 1)) end
        as period_start,
    case when _reason is null then make_date(of_year + 1, 1, 1) end as period_end,
    told as value,
    case when trim(cell) = '*' then 1 when measure = 'decisions' and told = 10 then 6 when told = 5 then 1
        else told end::double as value_low,
    case when trim(cell) = '*' or told = 0 then 4 when measure = 'decisions' and told = 5 then 9
        else told end::double as value_high,
    null::int as rounding_base, null::varchar as flag, null::boolean as is_imputed,
    nullif(concat_ws('; ', case when trim(cell) = '*' then '*' end,
        case when of_year < since_year then 'before ' || since_year || ' not told of all countries' end,
        case when since >= make_date(of_year + 1, 1, 1) then 'country in present-day borders' end), '') as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when unknown is not null then unknown_mend
        when _reason is not null then 'compare the line with UNHCR''s portal, then get the file again' end as _mend,
from judged
"""
