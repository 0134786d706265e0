"""Population, and net migration, by country: the denominators (United Nations, World Population Prospects).

One row is
    one figure of one country or group of countries: its population on 1 July of a year, of both sexes or one, of all
    ages or a broad group of ages; or its net migration, births or deaths within a year; in one variant and revision.

Published
    every two or three years, as gzipped CSV: WPP2024_TotalPopulationBySex, WPP2024_PopulationByAge5GroupSex_Medium and
    WPP2024_Demographic_Indicators_Medium (net migration and its rate, births, deaths). The year in the name is
    `vintage`; each revision revises all years. Read as well is the net migration as Gaskin and Abel passed it on
    (UN_WPP_2024_net_migration.csv: persons, rounded to thousands).

Beware
    - Figures are told in thousands and land as persons; density (per square kilometre) and the rate of net migration
      (per 1,000 population) as they are. `indicator` is the publisher's column.
    - "Medium" stands beside every year since 1950 and no column tells estimates from projections: up to the year before
      the revision (2023 in WPP2024) `variant` is estimate, after it medium, high, low, zero_migration and so on.
    - Ages are summed from groups of five years to 0-14, 15-64 and 65+; a year that lacks a group has no sums.
    - Countries are told in today's borders since 1950. Kosovo is one of its own (Serbia without it), and so are Taiwan,
      Hong Kong and Macao (China without them).
    - Groups of countries land as `aggregate` under their LocID; one listed twice with equal figures lands once.
    - Files of 1 January (Population1January...) land on that day, which MidPeriod tells.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.reference import countries
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

    from ingest.readers.parties import Party

SOURCE = Source(
    key="un_wpp_population",
    domain="migration",
    title="World Population Prospects",
    publisher="United Nations, Department of Economic and Social Affairs, Population Division",
    landing_page="https://population.un.org/wpp/",
    licence="CC BY 3.0 IGO",
    citation="United Nations, Department of Economic and Social Affairs, Population Division (2024). World Population "
    "Prospects 2024, Online Edition.",
    cadence="@quarterly",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="237 countries and areas and groups of them, 1950 to 2100, estimates to the year before the revision",
    table="country_figures",
    rows_per_file=(1, 12_000_000),
    max_bytes=400_000_000,
    files="WPP<year>_TotalPopulationBySex, _PopulationByAge5GroupSex_Medium, _Demographic_Indicators_Medium .csv(.gz)",
)
FOLDER = "https://population.un.org/wpp/assets/Excel%20Files/1_Indicator%20(Standard)/CSV_FILES"
FILES = ("TotalPopulationBySex", "PopulationByAge5GroupSex_Medium", "Demographic_Indicators_Medium")
KEYS = ("LocID", "ISO3_code", "LocTypeID", "Location", "Variant", "Time")
POPULATION = {  # column: name, sex, factor to the unit, unit
    "PopMale": ("Male population", "male", 1000, "persons"),
    "PopFemale": ("Female population", "female", 1000, "persons"),
    "PopTotal": ("Total population", "both", 1000, "persons"),
    "PopDensity": ("Population density", "both", 1, "persons_per_km2"),
}
CHANGE = {
    "NetMigrations": ("Net number of migrants", "both", 1000, "persons"),
    "CNMR": ("Net migration rate", "both", 1, "per_1000_population"),
    "Births": ("Births", "both", 1000, "persons"),
    "Deaths": ("Deaths", "both", 1000, "persons"),
}
FORMS = {  # a column that only this form has, the earlier first: the dataset
    "Value": "UN_WPP_net_migration", "AgeGrpStart": "WPP_PopulationByAge5GroupSex",
    "NetMigrations": "WPP_Demographic_Indicators", "PopTotal": "WPP_TotalPopulationBySex",
}  # fmt: skip
PASSED_ON = {"Net Number of Migrants": "Value", "Country ISO": "ISO3_code", "Year": "Time", "": "column0"}
WANTED = "a file WPP<year>_... of the CSV format from population.un.org/wpp/downloads"


def fetch(window: Window | None) -> Iterator[Remote]:
    """The files of the revision that is known: each holds all years, whatever the window."""
    for name in FILES:
        yield Remote(f"WPP2024_{name}.csv.gz", f"{FOLDER}/WPP2024_{name}.csv.gz")


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `country_figures`: one per place, year, variant and figure; of ages three per sex."""
    from ingest.readers import parties, sheets

    told = re.search(r"WPP_?((?:19|20)\d\d)_", Path(raw.name).name)
    if not told:
        raise BadFile("its name does not tell the revision", mend="name it as published: WPP2024_...csv.gz")
    columns = [PASSED_ON.get(name, name) for name in parties.header(raw.plain, WANTED)]
    dataset = next((FORMS[name] for name in FORMS if name in columns), None)
    is_passed_on = "Value" in columns
    sheets.check_columns(columns, ("ISO3_code", "Time") if is_passed_on else KEYS, only=False)
    if not dataset:
        raise BadFile(f"it has none of the columns {', '.join(FORMS)}", mend=f"take {WANTED}")
    figures = {name: figure for name, figure in (POPULATION | CHANGE).items() if name in columns}
    parties.read_csv(con, raw.plain, columns, "wpp_raw")
    given = "*"
    if is_passed_on:
        figures = {"NetMigrations": ("Net number of migrants", "both", 1, "persons")}
        given += ", ISO3_code as Location, '' as LocID, '' as LocTypeID, 'Medium' as Variant, Value as NetMigrations"
    con.execute(f"create or replace temp view wpp_given as select {given}, rowid + 1 as raw_row from wpp_raw")
    _lay_cells(con, columns, figures)
    parties.lay(con, "select place from wpp_cells", _party)
    parties.refuse_unmatched(
        con,
        "select case when id is null then name || ' (' || place || ')' end, case when kind = 'aggregate' then 0 else "
        "try_cast(cell as double) end from wpp_cells join parties on code is not distinct from place",
    )
    listed = ", ".join(str((code, *figure)) for code, figure in figures.items())
    return con.sql(_ROWS.format(
        dataset=dataset, revision=told[1], figures=listed, stocks=tuple(POPULATION), is_rounded=is_passed_on,
    ))  # fmt: skip


def _lay_cells(con: duckdb.DuckDBPyConnection, columns: list[str], figures: Iterable[str]) -> None:
    """The cells in `wpp_cells`, lines told twice left out; those of ages summed, with what is wrong with them."""
    names = ", ".join(f'"{name}"' for name in figures)
    middle = '"MidPeriod"' if "MidPeriod" in columns else "null::varchar"
    start = '"AgeGrpStart"' if "AgeGrpStart" in columns else "null::varchar"
    place = " || '/' || ".join(f"coalesce(trim(\"{name}\"), '')" for name in ("LocTypeID", "LocID", "ISO3_code"))
    con.execute(
        f'create or replace temp view wpp_lines as select raw_row, {place} as place, trim("Location") as name, '
        f'trim("Variant") as variant, trim("Time") as time, {middle} as middle, {start} as age_start, {names} '
        f'from wpp_given qualify row_number() over (partition by "LocID", "ISO3_code", "Variant", "Time", middle, '
        f"age_start, {names} order by raw_row) = 1"
    )
    cells = _AGES if "AgeGrpStart" in columns else _WHOLE
    con.execute(f"create or replace temp table wpp_cells as {cells.format(names=names)}")


def _party(place: str | None) -> Party:
    """Whom LocTypeID/LocID/ISO3_code mean: a country where ISO3 is told, else a group under its LocID."""
    from ingest.readers.parties import Party, party

    kind, number, iso3 = (place or "//").rsplit("/", 2) if (place or "").count("/") == 2 else ("", place or "", "")
    if not iso3 and kind != "4" and number.isdigit():
        return Party(number, "aggregate")
    found = party(iso3 or number)
    if found.id and number.isdigit() and countries().by_id[found.id].m49 != number.zfill(3):
        reason = f"country is not known: ISO3_code {iso3} and LocID {number} are not of one country"
        return Party(None, None, None, reason, "compare the line with the publisher's file")
    return found


_WHOLE = """
select raw_row, place, name, variant, time, middle, 'all' as age, figure, cell, null::varchar as wrong
from wpp_lines unpivot (cell for figure in ({names}))
"""
_AGES = """
with groups as (
    select *, try_cast(age_start as int) as age_from, try_cast(cell as decimal(18, 6)) as told,
    from wpp_lines unpivot include nulls (cell for figure in ({names}))
),
checked as (
    select *, case
        when list_sort(list(age_from) over places) <> range(0, 101, 5)
            then 'the age groups are not 0-4 to 100+, each once'
        when count(*) over places <> count(told) over places then 'a figure of an age group is no number'
    end as wrong,
    from groups
    window places as (partition by place, variant, time, middle, figure)
)
select
    min(raw_row) as raw_row, place, name, variant, time, middle,
    case when age_from < 15 then '0-14' when age_from < 65 then '15-64' else '65+' end as age, figure,
    coalesce(sum(told)::varchar, '0') as cell, wrong,
from checked
group by all
"""
_ROWS = """
with
figures (figure, label, sex, factor, unit) as (values {figures}),
cells as (
    select c.*, f.* exclude (figure), p.id, p.kind, p.since, p.reason, p.mend, c.figure in {stocks} as is_stock,
        try_cast(cell as double) as told, try_cast(time as double)::int as year,
        case when variant = 'Medium' and try_cast(time as double) < {revision} then 'estimate'
            else regexp_replace(lower(variant), '[^a-z0-9]+', '_', 'g') end as told_variant,
    from wpp_cells as c  -- figures have one row per column, parties one per place
    join figures as f on f.figure = c.figure
    join parties as p on p.code is not distinct from c.place
    where cell is not null and trim(cell) <> ''
),
judged as (
    select *, case
        when reason is not null then reason
        when not coalesce(year between 1900 and 2100, false) then 'time is no year: ' || coalesce(time, 'none')
        when wrong is not null then wrong
        when not coalesce(isfinite(told), false) then figure || ' is no number: ' || left(cell, 80)
        when is_stock and unit = 'persons' and told < 0 then figure || ' is below zero: ' || cell
        when middle is not null and is_stock and coalesce(try_cast(middle as double) - year not in (0, 0.5), true)
            then 'MidPeriod is neither 1 January nor 1 July: ' || middle
    end as _reason,
    from cells
),
dated as (
    select *, case when _reason is null then
        make_date(year, case when is_stock and coalesce(try_cast(middle as double) > year, true) then 7 else 1 end, 1)
        end as start,
    from judged
)
select
    '{dataset}' as dataset, id as country, name as country_name, kind as country_kind, figure as indicator,
    label as indicator_name, unit, sex, age, told_variant as variant, case when is_stock then 'P' else 'A' end as grain,
    start as period_start,
    (start + case when is_stock then interval 1 day else interval 1 year end)::date as period_end,
    round(told * factor, 3) as value, null::varchar as flag, nullif(concat_ws('; ',
        case when {is_rounded} then 'rounded to thousands' end,
        case when since >= make_date(year + 1, 1, 1) then 'country in present-day borders' end
    ), '') as note, '{revision}' as vintage, raw_row, _reason,
    case when reason is not null then mend
        when _reason is not null then 'compare the line with the publisher''s file, then get it again' end as _mend,
from dated
"""
