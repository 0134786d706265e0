"""Money that persons send to Kyrgyzstan, and from it, by country and month (National Bank of the Kyrgyz Republic).

One row is
    the US dollars sent through money-transfer systems from one country to another in one month.

Published
    monthly, some 45 days after the month, as a workbook of all months, in Russian and English. Past months are revised
    and no edition is kept: `vintage` is the day in the file's name (nbkr_remittances_2026-11-24.xlsx), else "unstated".

Beware
    - Through transfer systems only: no cash carried over the border, no transfers between bank cards. Since 2022 much
      has moved to channels that are not in the table, so a fall here need not be a fall of money.
    - Some 90 to 98 % comes from Russia. What is sent on through another country's bank counts as from there.
    - Inflow and outflow stand one below the other: `reporter_side` is destination for what comes in, origin for what
      goes out. Groups (CIS, other countries, total) are aggregates.
    - Millions of US dollars, multiplied out. "-" and "..." are not available and no row.
    - No workbook of the bank was at hand when this was written: a heading "Страна" or "Country", a column per month
      whose heading tells month and year, and lines "Приток" and "Отток" (Inflow, Outflow) are what is relied on.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="nbkr_remittances",
    domain="migration",
    title="Money transfers of persons by country",
    publisher="National Bank of the Kyrgyz Republic (NBKR)",
    landing_page="https://www.nbkr.kg/index1.jsp?item=1785&lang=ENG",
    licence="reuse with attribution (NBKR)",
    citation="National Bank of the Kyrgyz Republic. Cross-border money transfers of individuals by country.",
    cadence="@monthly",
    look_back_days=730,
    covers_from=date(2010, 1, 1),
    covers_to=None,
    coverage="transfers through money-transfer systems between Kyrgyzstan and other countries, by month",
    table="migration",
    rows_per_file=(1, 200_000),
    max_bytes=30_000_000,
    files="the bank's workbook, .xlsx or .xls",
)
HEADINGS = ("Страна", "Country", "Страны", "Countries")
ENGLISH = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
INWARD, OUTWARD = ("приток", "inflow", "поступ"), ("отток", "outflow", "отправ")


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the workbook's address changes with each release; it is put into the folder by hand."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per country, month and direction; what can't be read is marked as bad."""
    from ingest.readers import parties, russian, sheets

    for heading in HEADINGS:
        try:
            title, header, rows = sheets.with_title(raw.plain, [heading])
            break
        except BadFile as error:
            if "none of its sheets" not in error.problem or heading == HEADINGS[-1]:
                raise
    at = next(n for n, name in enumerate(header) if name.casefold() == heading.casefold())
    months = {n: told for n, name in enumerate(header) if n > at and (told := _month(name))}
    wrong = [name for n, name in enumerate(header) if n > at and name and n not in months
             and not re.search(r"(?i)итого|всего|total|^20\d\d( г\.?)?$", name)]  # fmt: skip
    if wrong or not months or len({*months.values()}) < len(months):
        raise BadFile(f"columns of no month, or a month twice: {', '.join(wrong or header)[:200]}", mend=sheets.CHANGED)
    if not re.search(r"(?i)(млн|mln|million)[^,;]{0,20}(долл|usd|u\.?s\.? ?dollar|\$)", title):
        raise BadFile(f"its title tells no millions of US dollars: {title[:120]!r}", mend=sheets.CHANGED)
    side, lines = "", []
    for n, row in enumerate(rows, 1):
        name = sheets.text(row[at]) if len(row) > at else ""
        said = name.lower()
        side = "in" if said.startswith(INWARD) else "out" if said.startswith(OUTWARD) else side
        if (
            not name
            or said.startswith((*INWARD, *OUTWARD))
            or not any(sheets.text(row[c]) for c in months if c < len(row))
        ):
            continue  # headings and footnotes
        if not side:
            raise BadFile(f"it does not say whether {name} sends or receives", row=n, mend=sheets.CHANGED)
        lines += [(n, name, side, month, sheets.text(row[c]).replace(",", ".").replace("\xa0", ""))
                  for c, month in months.items() if c < len(row)]  # fmt: skip
    parties.lay_lines(con, "nbkr", ("raw_row", "name", "side", "month", "cell"), lines)
    parties.lay(con, "select name from nbkr", russian.whom)
    parties.refuse_unmatched(
        con,
        "select case when id is null then name end, case when kind is distinct from 'aggregate' "
        "then try_cast(cell as double) end from nbkr join parties on code = name",
    )
    day = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name)
    return con.sql(_ROWS.format(vintage=day[0] if day else "unstated"))


def _month(name: str) -> str:
    """The first day of the month that a heading names, in Russian, English or as a date; "" where it names none."""
    from ingest.readers import russian

    if re.fullmatch(r"20\d\d-\d\d-\d\d( 00:00:00)?", name):
        return f"{datetime.fromisoformat(name):%Y-%m}-01"
    if told := re.fullmatch(r"(\d\d?)[./](20\d\d)", name):
        return f"{told[2]}-{int(told[1]):02}-01"
    told = re.fullmatch(r"([A-Za-zА-Яа-я]+)\.?[\s'-]*((?:20)?\d\d)(?: ?г\.?)?", name.strip())
    if not told:
        return ""
    word = told[1].lower()
    number = ENGLISH.index(word[:3]) + 1 if word[:3] in ENGLISH else russian.month(word)
    return f"{told[2] if len(told[2]) == 4 else '20' + told[2]}-{number:02}-01" if number else ""


_ROWS = """
with
lines as (
    select n.*, p.id, p.kind, p.reason, p.mend, try_cast(cell as double) as told,
    from nbkr as n  -- parties have one row per name
    join parties as p on p.code = n.name
    where cell not in ('', '-', '–', '...', '…')
),
judged as (
    select *, case
        when reason is not null then reason
        when not coalesce(isfinite(told), false) then 'figure is no number: ' || left(cell, 80)
    end as _reason,
    from lines
)
select
    'money_transfers' as dataset,
    if(side = 'in', id, 'KGZ') as origin, if(side = 'in', name, 'Kyrgyz Republic') as origin_name,
    if(side = 'in', kind, 'state') as origin_kind,
    if(side = 'in', 'KGZ', id) as destination, if(side = 'in', 'Kyrgyz Republic', name) as destination_name,
    if(side = 'in', 'state', kind) as destination_kind,
    if(side = 'in', 'destination', 'origin') as reporter_side, 'remittances' as measure, 'payment' as concept,
    'USD' as unit, 'both' as sex, 'all' as age, 'all' as purpose, null::varchar as breakdown, 'reported' as method,
    'M' as grain, month::date as period_start, (month::date + interval 1 month)::date as period_end,
    round(told * 1000000, 2) as value, null::double as value_low, null::double as value_high,
    null::int as rounding_base, null::varchar as flag, null::boolean as is_imputed,
    'through money-transfer systems' as note, '{vintage}' as vintage, raw_row, _reason,
    case when reason is not null then mend
        when _reason is not null then 'compare the cell with the bank''s workbook' end as _mend,
from judged
"""
