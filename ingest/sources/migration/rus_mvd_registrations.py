"""Registrations of foreigners in Russia by citizenship and purpose, from January to a month (Ministry of the Interior).

One row is
    the facts of registration of citizens of one country, for one purpose, from 1 January to the end of a month.

Published
    monthly with gaps (fewer tables since 2022, irregular since 2024), as workbooks "Отдельные показатели миграционной
    ситуации", each of one year up to one month: `vintage` is that month (2025-09), which its title tells.

Beware
    - Facts and no persons: who renews, moves house or changes the host is registered again (`unit` events).
    - Figures grow from January on. They land as published, with cumulative=YYYY-MM in `breakdown`, so that nothing adds
      them up; int_migration takes the differences for months, and December for the year. A figure below the one of
      the month before is a correction: its month has no value.
    - The total of all purposes is "Всего"; headings of purposes change, and an unknown one refuses the file.
    - Names are Russian. "Лица без гражданства" are stateless.
    - No workbook of the ministry was at hand when this was written: title, a heading "Гражданство" (or "Государство",
      "Страна") and a column per purpose are what is relied on.
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

SOURCE = Source(
    key="rus_mvd_registrations",
    domain="migration",
    title="Selected indicators of the migration situation in Russia",
    publisher="Ministry of the Interior of the Russian Federation (MVD)",
    landing_page="https://мвд.рф/dejatelnost/statistics/migracionnaya",
    licence="open data of the Russian Federation, with attribution",
    citation="MVD of Russia. Selected indicators of the migration situation in the Russian Federation.",
    cadence="@monthly",
    look_back_days=400,
    covers_from=date(2016, 1, 1),
    covers_to=None,
    coverage="all citizenships registered in Russia, by month of the year so far, with gaps since 2022",
    table="migration",
    rows_per_file=(1, 100_000),
    max_bytes=30_000_000,
    files="the ministry's workbooks, .xlsx or .xls",
)
HEADINGS = ("Гражданство", "Государство", "Страна", "Страна гражданства")


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the workbooks' addresses follow no rule; they are put into the folder by hand."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per country and purpose; those of an unknown country or figure are marked as bad."""
    from ingest.readers import parties, russian, sheets

    for heading in HEADINGS:
        try:
            title, header, rows = sheets.with_title(raw.plain, [heading])
            break
        except BadFile as error:
            if "none of its sheets" not in error.problem or heading == HEADINGS[-1]:
                raise
    at = next(n for n, name in enumerate(header) if name.casefold() == heading.casefold())
    purposes = {n: russian.purpose(name) for n, name in enumerate(header) if n > at and name}
    if wrong := [header[n] for n, name in purposes.items() if not name]:
        raise BadFile(
            f"purposes not known: {', '.join(wrong)[:200]}", mend="add them to PURPOSES in readers/russian.py"
        )
    if len({*purposes.values()}) < len(purposes) or not purposes:
        raise BadFile(f"no purpose, or one twice: {', '.join(header)[:200]}", mend=sheets.CHANGED)
    until = _month(title) or _month(Path(raw.name).stem.replace("_", " "))
    named = _month(Path(raw.name).stem.replace("_", " "))
    if until is None or (named and named != until):
        raise BadFile(f"its title and name tell no month, or two: {title[:120]!r}",
                      mend="name the file after its month: январь-сентябрь 2025.xlsx")  # fmt: skip
    named_rows = [(n, sheets.text(row[at]), row) for n, row in enumerate(rows, 1) if len(row) > at]
    lines = [
        (n, name, told, re.sub(r"[\s\xa0]", "", sheets.text(row[column])).replace(",", "."))
        for n, name, row in named_rows if name and not name.isdigit()  # columns may be numbered below their headings
        for column, told in purposes.items() if column < len(row)
    ]  # fmt: skip
    parties.lay_lines(con, "mvd", ("raw_row", "name", "purpose", "cell"), lines)
    parties.lay(con, "select name from mvd", russian.whom)
    parties.refuse_unmatched(
        con,
        "select case when id is null then name end, case when kind is distinct from 'aggregate' and purpose = 'all' "
        "then try_cast(cell as double) end from mvd join parties on code = name",
    )
    end = date(until.year + until.month // 12, until.month % 12 + 1, 1)
    return con.sql(_ROWS.format(start=date(until.year, 1, 1), end=end, month=f"{until:%Y-%m}"))


def _month(text: str) -> date | None:
    """The last month that a title names, with its year."""
    from ingest.readers import russian

    months = [found for word in re.findall(r"[А-Яа-яё]+", text) if (found := russian.month(word)) and len(word) > 2
              and russian.MONTH.fullmatch(word)]  # fmt: skip
    year = re.search(r"20\d\d", text)
    return date(int(year[0]), months[-1], 1) if months and year else None


_ROWS = """
with
lines as (
    select m.*, p.id, p.kind, p.reason, p.mend, try_cast(cell as double) as told,
    from mvd as m  -- parties have one row per name
    join parties as p on p.code = m.name
    where cell not in ('', '-', '–')
),
judged as (
    select *, case
        when reason is not null then reason
        when not coalesce(isfinite(told), false) then 'figure is no number: ' || left(cell, 80)
    end as _reason,
    from lines
)
select
    'registrations' as dataset, id as origin, name as origin_name, kind as origin_kind, 'RUS' as destination,
    'Российская Федерация' as destination_name, 'state' as destination_kind, 'destination' as reporter_side,
    'registrations' as measure, 'citizenship' as concept, 'events' as unit, 'both' as sex, 'all' as age, purpose,
    'cumulative={month}' as breakdown, 'reported' as method, 'A' as grain, date '{start}' as period_start,
    date '{end}' as period_end, told as value, null::double as value_low, null::double as value_high,
    null::int as rounding_base, null::varchar as flag, null::boolean as is_imputed, null::varchar as note,
    '{month}' as vintage, raw_row, _reason,
    case when reason is not null then mend
        when _reason is not null then 'compare the cell with the ministry''s workbook' end as _mend,
from judged
"""
