"""Money that migrants send home, by country of sender and receiver: a model's output (World Bank, KNOMAD).

One row is
    the US dollars that a model lets one country's migrants send to another country within a year.

Published
    as a workbook a year (bilateral remittance matrix 2010 to 2021, millions of US dollars) and, since 2025 only so, as
    one CSV of Data360 (WB_KNOMAD_BRE, a line a figure), which `fetch` takes. `vintage` is the day or month in the
    file's name (bilateral_remittance_matrix_2021_dec_2022.xlsx; Data360's has the day of fetching), else "unstated".

Beware
    - Nobody measured it. A country's total of the balance of payments is shared out by migrant stocks and incomes
      (Ratha and Shaw 2007): `method` is knomad_model, `is_imputed` true. Regressed on stocks it gives back the model.
    - In the matrix who receives stands across and who sends stands down: the sheet's corner says so, and a sheet whose
      corner does not is refused. Its title tells year and unit.
    - Between pairs at odds the matrix holds 0 by construction (India and Pakistan, Israel and Lebanon, Armenia and
      Azerbaijan): `flag` z, and no finding.
    - WORLD is the total of a row or column (WLD, aggregate). A blank or N/A is no row.
    - In Data360's CSV REF_AREA sends and COMP_BREAKDOWN_1 receives (WB_KNOMAD_KGZ). UNIT_MULT says 0, the label says
      millions, and millions they are: a file whose label does not say so is refused. No real one was at hand.
    - knomad.org links to no workbook any more: those of past years are put into the folder by hand.
    - Remittance prices by corridor (percent of the sum) are another table, and refused here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

    from ingest.readers.parties import Party

SOURCE = Source(
    key="worldbank_remittances",
    domain="migration",
    title="Bilateral remittance matrix",
    publisher="World Bank and KNOMAD",
    landing_page="https://www.knomad.org/data/remittances",
    licence="CC BY 4.0",
    citation="World Bank and KNOMAD. Bilateral Remittance Matrix. Method: Ratha, D. and Shaw, W. (2007). South-South "
    "Migration and Remittances. World Bank.",
    cadence="@quarterly",
    look_back_days=0,
    covers_from=date(2010, 1, 1),
    covers_to=None,
    coverage="214 economies as senders and receivers, by year of the matrix",
    table="migration",
    rows_per_file=(1, 3_000_000),
    max_bytes=50_000_000,
    files="WB_KNOMAD_BRE_<day>.csv of Data360, or bilateral_remittance_matrix_<year>*.xlsx",
)
AT_ODDS = {("ARM", "AZE"), ("IND", "PAK"), ("ISR", "LBN")}  # zero by construction (measured in the matrices)
DATA360 = "https://data360files.worldbank.org/data360-data/data/WB_KNOMAD/WB_KNOMAD_BRE.csv"
WANTED = "the bilateral remittance matrix: the workbook of a year, or Data360's CSV"
Line = tuple[int, str, str, str, str, str]


def fetch(window: Window | None) -> Iterator[Remote]:
    """Data360's CSV of all years, as it is today."""
    from datetime import UTC, datetime

    yield Remote(f"WB_KNOMAD_BRE_{datetime.now(UTC):%Y-%m-%d}.csv", DATA360)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`: one per pair and year; those of an unknown country or figure are marked as bad."""
    from ingest.readers import parties

    with raw.plain.open("rb") as file:
        is_workbook = file.read(4) in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
    lines = _of_matrix(raw) if is_workbook else _of_data360(raw)
    names = ("raw_row", "sender", "receiver", "year", "factor", "cell")
    parties.lay_lines(con, "remittances", names, lines)
    parties.lay(con, "select sender from remittances union select receiver from remittances", _party)
    parties.refuse_unmatched(
        con,
        "select case when o.id is null then sender when d.id is null then receiver end, try_cast(cell as double) "
        "from remittances join parties as o on o.code = sender join parties as d on d.code = receiver",
    )
    name = re.sub(r"matrix[-_ ]?(19|20)\d\d", "", Path(raw.name).stem.lower())
    told = re.search(r"\d{4}-\d\d-\d\d", name) or re.search(r"(?:[a-z]{3}[-_ ]?)?20\d\d", name)
    odds = ", ".join(str(pair) for one, other in sorted(AT_ODDS) for pair in ((one, other), (other, one)))
    return con.sql(_ROWS.format(odds=odds, vintage=told[0] if told else "unstated"))


def _of_matrix(raw: Raw) -> list[Line]:
    """Lines of the matrix of a year, its orientation, year and unit in the sheet's own words."""
    from ingest.readers import sheets

    title, header, rows = sheets.with_title(raw.plain, ["World"])
    corner = re.sub(r"[^a-z]+", " ", header[0].lower())
    if "receiving" not in corner or not re.search(r"receiving (country )?across .*sending (country )?down", corner):
        raise BadFile(f"its corner does not say who receives: {header[0][:80]!r}", mend=f"take {WANTED}")
    year = re.search(r"(?:19|20)\d\d", title) or re.search(r"matrix[-_ ]?((?:19|20)\d\d)", raw.name)
    if not year or "million" not in title.lower():
        raise BadFile(f"its title tells no year, or no millions: {title[:120]!r}", mend=f"take {WANTED}")
    senders = [(n, sheets.text(row[0]), row) for n, row in enumerate(rows, 1) if row and sheets.text(row[0])]
    return [
        (n, sender, receiver, year[0][-4:], "1000000", sheets.text(cell))
        for n, sender, row in senders if any(sheets.text(cell) for cell in row[1:])
        for receiver, cell in zip(header[1:], row[1:], strict=False) if receiver
    ]  # fmt: skip


def _of_data360(raw: Raw) -> list[Line]:
    """Lines of Data360's CSV, in its former form a column a year: there the indicator's name tells end and unit."""
    from ingest.readers import sheets

    header, rows = sheets.of_csv(raw.plain)
    if "Sending Countries Name" in header:
        raise BadFile("it holds prices of sending money, in percent, and no sums", mend=f"take {WANTED}")
    if "REF_AREA" in header:
        return _of_observations(header, rows)
    sheets.check_columns(header, ("Economy ISO3", "Partner", "Indicator"), only=False)
    place = {name: n for n, name in enumerate(header)}
    years = [name for name in header if re.fullmatch(r"(19|20)\d\d", name)]
    lines = []
    for n, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise BadFile("a line has more or fewer cells than the header", row=n, mend="get the file again, whole")
        about = row[place["Indicator"]].lower()
        ends = (row[place["Economy ISO3"]], row[place["Partner"]])
        if not ("inflow" in about or "receiv" in about) ^ ("outflow" in about or "sent" in about):
            raise BadFile(f"the indicator does not say who receives: {about[:80]!r}", row=n, mend=f"take {WANTED}")
        sender, receiver = reversed(ends) if "inflow" in about or "receiv" in about else ends
        factor = "1000000" if "million" in about else "1"
        lines += [(n, sender, receiver, year, factor, row[place[year]]) for year in years]
    return lines


def _of_observations(header: list[str], rows: list[list[Any]]) -> list[Line]:
    """Lines of Data360's CSV with a line a figure, of all of its indicators those of the matrix."""
    from ingest.readers import sheets

    names = ("INDICATOR", "INDICATOR_LABEL", "REF_AREA", "COMP_BREAKDOWN_1", "TIME_PERIOD", "OBS_VALUE")
    sheets.check_columns(header, names, only=False)
    place = [header.index(name) for name in names]
    lines = []
    for n, row in enumerate(rows, 1):
        if len(row) != len(header):
            raise BadFile("a line has more or fewer cells than the header", row=n, mend="get the file again, whole")
        indicator, label, sender, receiver, year, cell = (row[at].strip() for at in place)
        if indicator != "WB_KNOMAD_BRE":
            continue
        if "million" not in label.lower():
            raise BadFile(f"its label tells no millions: {label[:80]!r}", row=n, mend=f"take {WANTED}")
        lines.append((n, sender, receiver.removeprefix("WB_KNOMAD_"), year, "1000000", cell))
    if not lines:
        raise BadFile("none of its lines is of the matrix (WB_KNOMAD_BRE)", mend=f"take {WANTED}")
    return lines


def _party(told: str | None) -> Party:
    from ingest.readers.parties import Party, party

    return Party("WLD", "aggregate") if (told or "").lower() in ("world", "wld") else party(told)


_ROWS = """
with
at_odds (one, other) as (values {odds}),
lines as (
    select l.*, o.id as origin_id, o.kind as origin_kind, d.id as destination_id, d.kind as destination_kind,
        coalesce(o.reason, d.reason) as unknown, coalesce(o.mend, d.mend) as unknown_mend,
        try_cast(cell as double) as told, try_cast(year as int) as of_year, a.one is not null as is_at_odds,
    from remittances as l  -- parties have one row per name, at_odds one per pair
    join parties as o on o.code = l.sender
    join parties as d on d.code = l.receiver
    left join at_odds as a on a.one = o.id and a.other = d.id
    where upper(trim(cell)) not in ('', 'N/A', 'NA', '..', '-')
),
judged as (
    select *, case
        when unknown is not null then unknown
        when not coalesce(isfinite(told), false) then 'figure is no number: ' || left(cell, 80)
    end as _reason,
    from lines
)
select
    'bilateral_remittance_matrix' as dataset, origin_id as origin, sender as origin_name, origin_kind,
    destination_id as destination, receiver as destination_name, destination_kind, 'observer' as reporter_side,
    'remittances' as measure, 'payment' as concept, 'USD' as unit, 'both' as sex, 'all' as age, 'all' as purpose,
    null::varchar as breakdown, 'knomad_model' as method, 'A' as grain, make_date(of_year, 1, 1) as period_start,
    make_date(of_year + 1, 1, 1) as period_end, round(told * factor::double, 2) as value, null::double as value_low,
    null::double as value_high, null::int as rounding_base, case when is_at_odds and told = 0 then 'z' end as flag,
    true as is_imputed, case when is_at_odds and told = 0 then 'zero by construction of the model' end as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when unknown is not null then unknown_mend
        when _reason is not null then 'compare the cell with the publisher''s file, then get it again' end as _mend,
from judged
"""
