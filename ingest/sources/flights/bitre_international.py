"""International airline activity of Australia: flights, seats, passengers, freight and mail by airline and country.

One row is
    one measure of one airline between Australia and one country in one direction and one month.

Published
    monthly by BITRE, each edition with all months since 1991. Two tables are read: the workbook of Table 3
    (International_airline_activity_Flights_seats_MMYY.xlsx; `vintage` is the month in its name, 0825 is 2025-08) and
    the CSV of Tables 1 and 2 at data.gov.au (internationalport_country.csv: passengers, freight and mail since 1985;
    `vintage` is its name, so name it by its month, as in internationalport_country_0922.csv). Addresses change with
    the edition: save the files by hand from the landing page into the input folder.

Beware
    - The country is where the flight number begins or ends (Table 3), or where the passenger boards or leaves within
      it (Tables 1 and 2): never where the journey does. Singapore and the Emirates are overstated, Europe understated.
      The two tables don't add up to each other.
    - Scheduled services only, freighters among them, no charter.
    - Passengers in Table 3 of some airlines (Qantas, and Emirates since November 2011; its sheet ReadMe names all)
      include those in transit through Australia, others' don't: seat utilisation compares badly between airlines.
    - `-` is zero and lands as 0, except for flights beside passengers or seats, where it can't be. `..` is "not
      applicable" (passengers of a freighter; flights that can't be split between airlines), a letter (a) says that
      the figure is missing or told elsewhere, a blank says nothing: `value` is null and `note` tells the mark.
    - Some figures are text with blanks between the thousands (" 1 056"): they are read as the numbers that they are.
    - From February 2020 on freight in passenger cabins: seats are left out by some airlines and not by others.
    - Names of countries are those of the day: Yugoslavia, East Timor and Western Samoa ("Western Somoa" too).
"""

from __future__ import annotations

import calendar
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="bitre_international",
    domain="flights",
    title="International airline activity, Australia",
    publisher="Bureau of Infrastructure and Transport Research Economics (BITRE), Australia",
    landing_page="https://www.bitre.gov.au/publications/ongoing/international_airline_activity-time_series",
    licence="CC BY 3.0 AU",
    citation="Bureau of Infrastructure and Transport Research Economics. International airline activity: time series. "
    "Canberra.",
    cadence="@monthly",
    look_back_days=365,
    covers_from=date(1985, 1, 1),
    covers_to=None,
    coverage="scheduled international services to and from Australia; flights and seats since January 1991",
    table="air_traffic",
    rows_per_file=(1, 2_000_000),
    max_bytes=100_000_000,
    files="International_airline_activity_Flights_seats_MMYY.xlsx, internationalport_country*.csv",
)


@dataclass(frozen=True)
class Form:
    """A table's columns: month, airline, country, then figures (measure, factor to its unit), then checks."""

    dataset: str
    keys: tuple[str, str, str]
    figures: dict[str, tuple[str, float]]  # in all of them IN or OUT stands in the column's name
    checks: tuple[str, str]


FLIGHTS = Form(
    "International airline activity: Table 3, flights and seats by airline and country of service",
    ("MONTH", "AIRLINE", "COUNTRY"),
    {f"{what} {way}": (measure, 1.0) for way in ("IN", "OUT")
     for what, measure in (("FLTS", "flights"), ("PAX", "passengers"), ("SEATS", "seats"))},
    ("FIN_Y", "CAL_Y"),
)  # fmt: skip
PORTS = Form(
    "International airline activity: Tables 1 and 2, traffic by airline and country of port",
    ("Month", "Airline", "Port_Country"),
    {f"{what}_{way}{unit}": (measure, factor) for way in ("In", "Out") for what, unit, measure, factor in (
        ("Passengers", "", "passengers", 1.0), ("Freight", "_(tonnes)", "freight_kg", 1000.0),
        ("Mail", "_(tonnes)", "mail_kg", 1000.0))},
    ("Year", "Month_num"),
)  # fmt: skip
NUMBER = re.compile(r"(\d{1,3}(?:[ \xa0,]\d{3})+|\d+)(\.\d+)?(?:\s*(\([a-z]\)))?")
FIELDS = "raw_row carrier country country_kind is_inbound start measure value note reason mend".split()


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the publisher's addresses can't be known before an edition is out."""
    yield from ()


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `air_traffic`: a row per figure; one, marked as bad, of a line whose month is not known."""
    import pandas  # not above: it takes a second, which every parse of a DAG would pay

    from ingest.readers import sheets

    form = FLIGHTS if raw.name.lower().endswith((".xlsx", ".xls")) else PORTS
    header, lines = sheets.of_workbook(raw.path, form.keys) if form is FLIGHTS else sheets.of_csv(raw.path)
    sheets.check_columns(header, [*form.keys, *form.figures, *form.checks], only=True)
    rows: list[tuple[object, ...]] = []
    for number, line in enumerate(lines, 1):
        if len(line) != len(header):
            problem = f"{len(line)} cells in a line, {len(header)} in the header"
            raise BadFile(problem, mend="it is cut short: " + sheets.AGAIN, row=number)
        cells = dict(zip(header, line, strict=True))
        if any(map(sheets.text, line)):
            rows += [(number, *row) for row in _rows(form, cells, number)]
    told = re.search(r"_(0[1-9]|1[0-2])(\d\d)\.\w+$", raw.name)
    vintage = f"20{told[2]}-{told[1]}" if told else Path(raw.name).stem.replace("'", "''")
    con.register("bitre_frame", pandas.DataFrame(rows, columns=FIELDS))
    con.execute("create or replace temp table bitre as from bitre_frame")
    ends = ", ".join(
        f"case when is_inbound = {is_foreign} then country{of} else {home} end::varchar as {end}{of}"
        for end, is_foreign in (("origin", True), ("destination", False))
        for of, home in (("", "'AUS'"), ("_kind", "'state'"))
    )
    return con.sql(f"""
        select '{form.dataset}' as dataset, 'AUS' as reporter,
            case when is_inbound then 'destination' else 'origin' end as reporter_side, {ends},
            null as origin_airport, null as destination_airport, null as airport_codes, carrier, null as aircraft,
            'scheduled' as service, 'M' as grain, start::date as period_start,
            (start::date + interval 1 month)::date as period_end, measure::varchar as measure, 'flight' as basis,
            value::double as value, null as flag, note::varchar as note, '{vintage}' as vintage, raw_row,
            reason::varchar as _reason, mend::varchar as _mend
        from bitre
    """)


def _rows(form: Form, cells: dict[str, Any], number: int) -> Iterator[tuple[object, ...]]:
    """FIELDS (without raw_row) of each figure in a line; one in all where the month is not known."""
    from ingest.readers.places import month_after, place
    from ingest.readers.sheets import AGAIN, text

    month, airline, country = (cells[name] for name in form.keys)
    lost = [name for name in form.keys if not text(cells[name])]
    if lost and any(text(cells[name]) for name in form.figures):
        mend = "if the cells above are merged, unmerge them and fill each; else " + AGAIN
        raise BadFile(f"{' and '.join(lost)} blank beside figures", mend=mend, row=number)
    start, reason = _month(form, month, [text(cells[name]) for name in form.checks])
    if start is None or reason:
        line = "; ".join(text(cell) for cell in cells.values())
        yield None, None, None, None, start, None, None, line, reason, "correct the line, or report it to the publisher"
        return
    where = place(text(country), start, month_after(start))
    for column, (measure, factor) in form.figures.items():
        value, note, reason = _figure(cells[column])
        if note == "-" and measure == "flights" and _carries(form, cells, column):
            value, note = None, "- beside passengers or seats"
        known = (text(airline), where.id, where.kind, bool(re.search(r"[ _]IN\b|_In(_|$)", column)), start, measure)
        if where.reason or not reason:
            yield *known, None if value is None else round(value * factor, 3), note, where.reason, where.mend
        else:
            yield *known, None, note, f"{column} {reason}", "correct the line, or report it to the publisher"


def _month(form: Form, month: object, checks: list[str]) -> tuple[date | None, str | None]:
    """The first day of the month, and what is wrong: no month, or one that the line's years or number belie."""
    start = None
    if form is FLIGHTS and isinstance(month, date) and month.day == 1:
        start = date(month.year, month.month, 1)
        said = [str(start.year + (start.month > 6)), str(start.year)]  # the financial year ends in June
    elif told := re.fullmatch(r"([A-Z][a-z]{2})-(\d\d)", str(month).strip()):
        number = list(calendar.month_abbr).index(told[1]) if told[1] in calendar.month_abbr else 0
        year = next((year for year in range(1985, 2085) if year % 100 == int(told[2])), 0)
        start = date(year, number, 1) if number and year else None
        said = [str(year), str(number)]
    if start is None:
        return None, f"{form.keys[0]} is no month: {str(month)[:80]}"
    for name, cell, wanted in zip(form.checks, checks, said, strict=True):
        if (value := cell.removesuffix(".0")) != wanted:
            return start, f"{name} is {value or 'blank'} in a line of {start:%Y-%m}"
    return start, None


def _figure(cell: object) -> tuple[float | None, str | None, str | None]:
    """A cell's value (null where a mark stands for it), its mark, and what is wrong with it."""
    if isinstance(cell, int | float):
        return float(cell), None, None
    told = str(cell).strip()
    if told in ("-", "..", "") or re.fullmatch(r"\([a-z]\)", told):
        return (0.0 if told == "-" else None), told or "blank", None
    number = NUMBER.fullmatch(told)
    if number is None:
        return None, None, f"is no figure: {told[:80]}"
    return float(re.sub(r"[ \xa0,]", "", number[1]) + (number[2] or "")), number[3], None


def _carries(form: Form, cells: dict[str, Any], column: str) -> bool:
    """Whether passengers or seats are told in the direction of this column of flights."""
    others = (name for name in form.figures if name.split()[-1] == column.split()[-1] and name != column)
    return any((_figure(cells[name])[0] or 0) > 0 for name in others)
