"""Entries of foreigners into Russia by citizenship and purpose, per quarter or year (Border Service, EMISS).

One row is
    the crossings of Russia's border inwards by citizens of one country, for one purpose, in one period.

Published
    quarterly, some 50 days after the quarter, in EMISS (fedstat.ru), as SDMX-ML of version 1.0 with its code lists
    inside. EMISS keeps no editions: `vintage` is the day in the file's name (fedstat_<indicator>_2026-11-24.xml),
    else the day that the answer says it was extracted, else "unstated".

Beware
    - Crossings, not persons: who enters five times counts five times (`unit` events). Entries of citizens of a country
      are no stock, and no migration in the sense of UN DESA.
    - Purposes vanish: since 2026 work and study are no longer told. The total is purpose all; parts do not add up to it
      where one is left out. A purpose that is not known here is quarantined by its name, and so is a period.
    - Names are Russian and differ over time (Киргизия, Кыргызстан). Decimal commas. Regions of Russia are left to
      `breakdown`; the whole of Russia is code 643.
    - EMISS gives its tables for a POST with the ids of filters that stand in a page made for browsers; programs are
      sent an empty shell. So `fetch` lists nothing: choose all filters on the page, download SDMX, put it into the
      folder. The Excel form is a pivot of what was chosen, and refused.
    - No file of EMISS was at hand when this was written: the form is that of the published clients (fedstatAPIr 1.0.3).
"""

from __future__ import annotations

import re
import xml.etree.ElementTree as ET
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

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
    files="the SDMX answers of EMISS, .xml",
)
WANTED = "the SDMX form of the indicator, all filters chosen"
QUARTER = re.compile(r"(?i)\b(IV|I{1,3}|[1-4])[-\s]*(?:й\s*)?квартал")


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: EMISS answers to forms of its own page only."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per observation; those of an unknown country, purpose or period are marked as bad."""
    from ingest.readers import parties, russian

    content = raw.plain.read_bytes()
    if content[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        raise BadFile("it is Excel's pivot of what was chosen on the page", mend=f"take {WANTED}")
    if b"<!DOCTYPE" in content[:2000] or b"<!ENTITY" in content[:2000]:
        raise BadFile("it is a web page, or XML with a document type", mend=f"take {WANTED}")
    try:
        tree = ET.fromstring(content)
    except ET.ParseError as error:
        raise BadFile(f"it is no XML: {error}", mend=f"the file is cut off, or no SDMX: take {WANTED}") from error
    names, codes = _code_lists(tree)
    country = _concept(names, r"стран|гражданств|государств|ОКСМ")
    purpose = _concept(names, r"\bцел[ьи]")
    lines = []
    for row, series in enumerate(_all(tree, "Series"), 1):
        told = {str(part.get("concept")): str(part.get("value")) for part in _all(series, "Value")}
        label = {name: codes.get(name, {}).get(value, value) for name, value in told.items()}
        parts = ";".join(sorted(
            f"{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')}={value}" for name, value in told.items()
            if name not in (country, purpose, "EI", "PERIOD") and not (name == "s_OKATO" and value == "643")
        ))  # fmt: skip
        when, unit = label.get("PERIOD", ""), label.get("EI", "")
        quarter = QUARTER.search(when)
        number = ("I", "II", "III", "IV", "1", "2", "3", "4").index(quarter[1].upper()) % 4 + 1 if quarter else 0
        month = 0 if quarter or "-" in when else russian.month(when)
        grain = "Q" if number else "M" if month else "A" if re.search(r"(?i)за год|^год$|^$", when) else ""
        for obs in _all(series, "Obs"):
            year = next((str(time.text).strip() for time in _all(obs, "Time")), "")
            cell = next((str(value.get("value")) for value in _all(obs, "ObsValue")), "")
            lines.append((row, label.get(country, ""), label.get(purpose, ""),
                          russian.purpose(label[purpose]) if purpose in label else "all", year, grain,
                          str(number * 3 - 2 if number else month or 1), when, unit, parts, cell))  # fmt: skip
    columns = ("raw_row", "name", "aim", "purpose", "year", "grain", "month", "said", "of_unit", "parts", "cell")
    parties.lay_lines(con, "fedstat", columns, lines)
    parties.lay(con, "select name from fedstat", russian.whom)
    parties.refuse_unmatched(
        con,
        "select case when id is null then name end, case when kind is distinct from 'aggregate' "
        "then try_cast(replace(cell, ',', '.') as double) end from fedstat join parties on code = name",
    )
    day = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name) or next(
        (
            re.match(r"\d{4}-\d\d-\d\d", str(part.text))
            for name in ("Extracted", "Prepared")
            for part in _all(tree, name)
        ),
        None,
    )
    indicator = re.search(r"fedstat_(\d+)", Path(raw.name).name)
    return con.sql(
        _ROWS.format(dataset=indicator[1] if indicator else "entries", vintage=day[0] if day else "unstated")
    )


def _all(node: ET.Element, name: str) -> Iterator[ET.Element]:
    """Elements of this name below a node, in whichever namespace."""
    return (found for found in node.iter() if found.tag.rpartition("}")[2] == name)


def _code_lists(tree: ET.Element) -> tuple[dict[str, str], dict[str, dict[str, str]]]:
    """The code lists' names, and what their codes mean."""
    names, codes = {}, {}
    for found in _all(tree, "CodeList"):
        key = str(found.get("id"))
        names[key] = next((str(name.text).strip() for name in _all(found, "Name")), "")
        codes[key] = {
            str(code.get("value")): next((str(text.text).strip() for text in _all(code, "Description")), "")
            for code in _all(found, "Code")
        }
    return names, codes


def _concept(names: dict[str, str], pattern: str) -> str:
    """The id of the code list whose id or name fits; BadFile where none does."""
    for key, name in names.items():
        if re.search(pattern, f"{key} {name}", re.I):
            return key
    raise BadFile(f"none of its code lists is of {pattern}: {', '.join(names.values())[:200] or 'it has none'}",
                  mend=f"take {WANTED}")  # fmt: skip


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
