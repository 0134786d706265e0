"""Entries of foreigners into Russia by citizenship and purpose, per quarter or year (Border Service, EMISS).

One row is
    the crossings of Russia's border inwards by citizens of one country, for one purpose, in one period.

Published
    quarterly, some 50 days after the quarter, in EMISS (fedstat.ru), as SDMX-ML of version 1.0 with its code lists
    inside, or as an Excel pivot. EMISS keeps no editions: `vintage` is the day in the file's name
    (fedstat_<indicator>_2026-11-24.xml), else the day that the answer says it was extracted, else "unstated".

Beware
    - Crossings, not persons: who enters five times counts five times (`unit` events). Entries of citizens of a country
      are no stock, and no migration in the sense of UN DESA.
    - Purposes vanish: since 2026 work and study are no longer told. The total is purpose all; parts do not add up to it
      where one is left out. A purpose that is not known here is quarantined by its name, and so is a period.
    - Names are Russian and differ over time (Киргизия, Кыргызстан). Decimal commas. Regions of Russia are left to
      `breakdown`; the whole of Russia is code 643. Abkhazia and South Ossetia are no states here (aggregates).
    - EMISS gives its tables for a form whose filters and token stand in the indicator's page: `fetch` names the page,
      `form` answers it with all that there is. EMISS sends some programs an empty shell instead, which is told: then
      choose all filters on the page, download SDMX (or Excel), and put it into the folder.
    - Excel is a pivot of what was chosen: years and periods must stand in columns. Purposes that were not chosen are
      not there, and `dim_vintage` will say that they vanished. It tells no day: put that into the name.
    - Letters in windows-1251 are read where XML declares them, and in CSV; those read in a wrong encoding are refused.
    - No file of this indicator was at hand when this was written: page and SDMX are as the published clients have them
      (fedstatAPIr; timryadovouu/fedstat, of September 2026), the pivot as other indicators' are described there.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

    from ingest.http import Form

SOURCE = Source(
    key="fedstat_entries",
    domain="migration",
    title="Entries of foreign citizens into Russia",
    publisher="Border Service of the FSB of Russia, through EMISS (Rosstat)",
    landing_page="https://www.fedstat.ru/indicator/38479",
    licence="open data of the Russian Federation, with attribution",
    citation="EMISS. Entries of foreign citizens into the Russian Federation. fedstat.ru.",
    cadence="@monthly",
    look_back_days=400,
    covers_from=date(2010, 1, 1),
    covers_to=None,
    coverage="all citizenships at Russia's border, by quarter; without the border with Belarus",
    table="migration",
    rows_per_file=(1, 2_000_000),
    max_bytes=300_000_000,
    files="EMISS' answers fedstat_<indicator>_<day>: SDMX .xml, else the pivot as .xls, .xlsx or .csv",
)


def fetch(window: Window | None) -> Iterator[Remote]:
    """The indicator as it is today; EMISS keeps no editions."""
    from datetime import UTC, datetime

    indicator = SOURCE.landing_page.rpartition("/")[2]
    yield Remote(f"fedstat_{indicator}_{datetime.now(UTC):%Y-%m-%d}.xml", SOURCE.landing_page)


def form(page: str, url: str) -> Form:
    """What the indicator's page would post for all that there is."""
    from ingest.readers import emiss

    return emiss.form(page, url)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per observation; those of an unknown country, purpose or period are marked as bad."""
    from ingest.readers import emiss, parties, russian

    with raw.plain.open("rb") as file:
        start = file.read(2000)
    day = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name)
    told_day, vintage = day[0] if day else "", ""
    if re.match(rb"\s*<", start.removeprefix(b"\xef\xbb\xbf")):
        vintage, lines = emiss.of_sdmx(raw.plain, start)
    else:
        lines = emiss.of_pivot(raw.plain, start)
    columns = ("raw_row", "name", "aim", "purpose", "year", "grain", "month", "said", "of_unit", "parts", "cell")
    parties.lay_lines(con, "fedstat", columns, lines)
    parties.lay(con, "select name from fedstat", russian.whom)
    parties.refuse_unmatched(
        con,
        "select case when id is null then name end, case when kind is distinct from 'aggregate' "
        "then try_cast(replace(cell, ',', '.') as double) end from fedstat join parties on code = name",
    )
    indicator = re.search(r"fedstat_(\d+)", Path(raw.name).name)
    return con.sql(
        _ROWS.format(dataset=indicator[1] if indicator else "entries", vintage=told_day or vintage or "unstated")
    )


_ROWS = """
with
lines as (
    select f.*, p.id, p.kind, p.reason, p.mend, try_cast(replace(replace(cell, ' ', ''), ',', '.') as double) as told,
        case when lower(of_unit) in ('человек', 'единица', 'чел.', 'раз', '') then 1
            when lower(of_unit) in ('тысяча человек', 'тыс. человек', 'тысяч человек') then 1000 end as factor,
    from fedstat as f  -- parties have one row per name
    join parties as p on p.code = f.name
    where cell not in ('', '-', '...', '…')  -- not available
),
judged as (
    select *, case
        when reason is not null then reason
        when purpose = '' then 'purpose is not known: ' || aim
        when grain = '' then 'period is not known: ' || said
        when factor is null then 'unit is not known: ' || of_unit
        when not regexp_full_match(year, '(19|20)\\d\\d') then 'time is no year: ' || year
        when not coalesce(isfinite(told), false) then 'figure is no number: ' || left(cell, 80)
    end as _reason,
    from lines
),
dated as (
    select *, case when _reason is null then make_date(year::int, month::int, 1) end as start from judged
)
select
    '{dataset}' as dataset, id as origin, name as origin_name, kind as origin_kind, 'RUS' as destination,
    'Российская Федерация' as destination_name, 'state' as destination_kind, 'destination' as reporter_side,
    'entries' as measure, 'citizenship' as concept, 'events' as unit, 'both' as sex, 'all' as age,
    nullif(purpose, '') as purpose, nullif(parts, '') as breakdown, 'reported' as method, nullif(grain, '') as grain,
    start as period_start,
    (start + case grain when 'Q' then interval 3 month when 'M' then interval 1 month else interval 1 year end)::date
        as period_end,
    round(told * factor, 3) as value, null::double as value_low, null::double as value_high,
    null::int as rounding_base, null::varchar as flag, null::boolean as is_imputed, null::varchar as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when reason is not null then mend
        when starts_with(_reason, 'purpose') then 'add the word to PURPOSES in readers/russian.py'
        when _reason is not null then 'compare the series with the page of the indicator' end as _mend,
from dated
"""
