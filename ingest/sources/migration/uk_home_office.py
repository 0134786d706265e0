"""Asylum claims, decisions, visas and returns per quarter and nationality in the United Kingdom (Home Office).

One row is
    one cell of a detailed dataset: a quarter, a nationality and every other dimension that the table has.

Published
    quarterly (February, May, August, November) as workbooks of detailed datasets, sheets "Data - Asy_D01" and so on
    (since 2023 Data_Asy_D01). Their addresses hold a number that changes: `fetch` takes the links of the landing page.
    Each holds all quarters since 2001 to 2010, revised: `vintage` is the month in the file's name
    (asylum-applications-datasets-dec-2024.xlsx is 2024-12), else "unstated".

Beware
    - Read are Asy_D01 (claims), Asy_D02 (initial decisions and resettlement), Vis_D02 (outcomes of entry clearance
      visas; `permits` where issued) and Ret_D01 (returns). Sheets of other tables are left out.
    - Cells are of the finest grain and nothing is a total: sex, age and `breakdown` name the part. Sum over breakdown,
      but not over tables; claims of main applicants and of dependants are told apart, add them for persons.
    - Names of columns and of ages change between editions (Applications became Claims). What is unknown is refused.
    - z is not applicable, `:` not available, `*` suppressed (`note`, value null); a cell that is not listed is none.
    - Nationalities are names, with British overseas kinds; "Other and unknown" is unknown. Regions are left out: they
      say nothing that nationality does not.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

    from ingest.readers.parties import Party

SOURCE = Source(
    key="uk_home_office",
    domain="migration",
    title="Immigration system statistics, detailed datasets",
    publisher="Home Office (United Kingdom)",
    landing_page="https://www.gov.uk/government/statistical-data-sets/immigration-system-statistics-data-tables",
    licence="Open Government Licence v3.0",
    citation="Home Office. Immigration system statistics, detailed datasets.",
    cadence="@monthly",
    look_back_days=730,
    covers_from=date(2001, 1, 1),
    covers_to=None,
    coverage="all nationalities by quarter: claims since 2001, decisions and returns since 2004, visas since 2005",
    table="migration",
    rows_per_file=(1, 5_000_000),
    max_bytes=200_000_000,
    files="the Home Office's workbooks of detailed datasets, .xlsx",
)
TABLES = {  # sheet: measure, what the column of figures may be called
    "Asy_D01": ("applications", ("Claims", "Applications")),
    "Asy_D02": ("decisions", ("Decisions", "Decisions and resettlement")),
    "Vis_D02": ("decisions", ("Decisions",)),
    "Ret_D01": ("returns", ("Number of returns", "Returns")),
}
SETS = ("asylum-claims", "asylum-applications", "entry-clearance-visa-outcomes", "returns")
KEPT = {"Year", "Quarter", "Nationality", "Region", "Sex", "Age"}
MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
UNKNOWN = ("other and unknown", "other/unknown", "not known", "refugee")
PURPOSE = ("Visa type group", "Visa type")


def fetch(window: Window | None) -> Iterator[Remote]:
    """The workbooks of these datasets that the page of data tables links to: those of the latest release."""
    from ingest import http

    for url in http.links(SOURCE.landing_page, rf"({'|'.join(SETS)})-datasets-[a-z]+-\d+\.xlsx"):
        yield Remote(http.file_name(url), url)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per cell of the tables known here; those that can't be read are marked as bad."""
    from ingest.readers import parties, sheets

    names = {name: re.sub("^Data( - |_)", "", name) for name in sheets.sheet_names(raw.plain)}
    known = {sheet: table for sheet, table in names.items() if table in TABLES}
    if not known:
        sheets.of_workbook(
            raw.plain, ["Quarter", "Nationality"], sheet_name=next(iter(names), "")
        )  # tells what is wrong
        raise BadFile(f"none of its sheets is one of {', '.join(f'Data - {name}' for name in TABLES)}",
                      mend="take a workbook of detailed datasets")  # fmt: skip
    lines: list[tuple[int, str, str, str, str, str, str, str, str, str]] = []
    for sheet, table in known.items():
        header, rows = sheets.of_workbook(raw.plain, ["Quarter", "Nationality"], sheet_name=sheet)
        measure, called = TABLES[table]
        figure = next((name for name in called if name in header), None)
        if figure is None or len({*header}) < len(header):
            raise BadFile(f"sheet {sheet!r} has no column {' or '.join(called)}, or one twice", mend=sheets.CHANGED)
        for n, row in enumerate(rows, 1):
            told = {name: sheets.text(cell) for name, cell in zip(header, row, strict=False)}
            if not told.get("Nationality") and not told.get(figure):
                continue  # blank lines and "End of table"
            purpose = next((told[name] for name in PURPOSE if told.get(name)), "all")
            parts = ";".join(sorted(
                f"{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')}={re.sub('[;=]', ' ', told[name])}"
                for name in header if name and name not in KEPT and name != figure and told[name]
            ))  # fmt: skip
            issued = measure == "decisions" and told.get("Case outcome") == "Issued"
            lines.append((n, table, "permits" if issued else measure, told["Quarter"], told["Nationality"],
                          told.get("Sex", ""), told.get("Age", ""), purpose, parts, told[figure]))  # fmt: skip
    columns = ("raw_row", "dataset", "measure", "quarter", "name", "sex", "age", "purpose", "parts", "cell")
    parties.lay_lines(con, "home_office", columns, lines)
    parties.lay(con, "select name from home_office", _party)
    parties.refuse_unmatched(
        con,
        "select case when id is null then name end, try_cast(cell as double) "
        "from home_office join parties on code = name",
    )
    told_month = re.search(r"([a-z]{3})[a-z]*[-_ ](?:20)?(\d\d)$", Path(raw.name).stem.lower())
    month = told_month and told_month[1] in MONTHS and f"20{told_month[2]}-{MONTHS.index(told_month[1]) + 1:02}"
    return con.sql(_ROWS.format(vintage=month or "unstated"))


def _party(name: str | None) -> Party:
    from ingest.readers.parties import party

    return party("Unknown" if (name or "").lower() in UNKNOWN else name)


_ROWS = """
with
lines as (
    select l.*, p.id, p.kind, p.reason, p.mend, try_cast(cell as double) as told,
        case when regexp_full_match(quarter, '20\\d\\d Q[1-4]')
            then make_date(quarter[1:4]::int, quarter[7:7]::int * 3 - 2, 1) end as start,
        case lower(sex) when 'male' then 'male' when 'female' then 'female' when '' then 'both'
            when 'unknown' then 'unknown' when 'not known' then 'unknown' when 'unknown sex' then 'unknown' end
            as of_sex,
        case when age = '' then 'all' when regexp_full_match(age, '[0-9]+-[0-9]+|[0-9]+[+]') then age
            when regexp_full_match(age, '[0-9]+ (and|or) over') then regexp_extract(age, '[0-9]+') || '+'
            when regexp_full_match(age, 'Under [0-9]+') then '0-' || (regexp_extract(age, '[0-9]+')::int - 1)
            when lower(age) in ('unknown', 'not known', 'unknown age') then 'unknown' end as of_age,
    from home_office as l  -- parties have one row per name
    join parties as p on p.code = l.name
),
judged as (
    select *, case
        when reason is not null then reason
        when start is null then 'quarter is not known: ' || quarter
        when of_sex is null then 'sex is not known: ' || sex
        when of_age is null then 'age is not known: ' || age
        when cell not in ('z', ':', '*', 'x') and not coalesce(isfinite(told), false)
            then 'figure is no number: ' || left(cell, 80)
    end as _reason,
    from lines
)
select
    dataset, id as origin, name as origin_name, kind as origin_kind, 'GBR' as destination,
    'United Kingdom' as destination_name, 'state' as destination_kind, 'destination' as reporter_side, measure,
    'citizenship' as concept, 'persons' as unit, coalesce(of_sex, sex) as sex, coalesce(of_age, age) as age,
    trim(regexp_replace(lower(purpose), '[^a-z0-9]+', '_', 'g'), '_') as purpose, nullif(parts, '') as breakdown,
    'reported' as method, 'Q' as grain, start as period_start, (start + interval 3 month)::date as period_end,
    told as value, null::double as value_low, null::double as value_high, null::int as rounding_base,
    null::varchar as flag, null::boolean as is_imputed, case when told is null then cell end as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when reason is not null then mend when _reason is not null
        then 'compare the line with the sheet; if it has a new word, add that to uk_home_office.py' end as _mend,
from judged
"""
