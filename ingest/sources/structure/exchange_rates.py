"""Reference rates of the euro against other currencies (European Central Bank).

One row is
    the units of one currency for one euro on one day, or their mean over a month, quarter or year.

Published
    every working day about 16:00 CET: eurofxref-hist.csv (a line per day, a column per currency, a comma at each
    line's end; in a zip to be unpacked), and the data set EXR as SDMX-CSV. `vintage` is the day in the file's name,
    else the last day or period that the file tells.

Beware
    - For information, not for transactions: one price a day by concertation, mid of buy and sell.
    - N/A and blanks are no rate: a currency that joined the euro, or was not yet or is no longer quoted. The rouble
      ends on 2022-03-01; the som and the tenge are not among them. Their yearly rates against the US dollar stand in
      country_figures (PA.NUS.FCRF of the World Bank).
    - Rates of another pair are made by way of the euro: roubles per dollar = roubles per euro / dollars per euro.
    - No rate on weekends and holidays: means over a month are of the days that have one. `grain` keeps days and means
      apart; never mix them.
    - Only EXR_TYPE SP00 (reference rate) and the suffix A (mean of the period) land; real and effective rates
      (EN00, ERC0, ...) and rates at the period's end (E) are left out.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="exchange_rates",
    domain="structure",
    title="Euro foreign exchange reference rates",
    publisher="European Central Bank",
    landing_page="https://www.ecb.europa.eu/stats/policy_and_exchange_rates/euro_reference_exchange_rates/",
    licence="reuse with attribution (ECB)",
    citation="European Central Bank. Euro foreign exchange reference rates (data set EXR).",
    cadence="@weekly",
    look_back_days=7,
    covers_from=date(1999, 1, 4),
    covers_to=None,
    coverage="some 30 to 40 currencies against the euro, working days since 1999-01-04",
    table="exchange_rates",
    rows_per_file=(1, 3_000_000),
    max_bytes=200_000_000,
    files="eurofxref-hist*.csv, EXR*.csv (or .csv.gz)",
)
API = "https://data-api.ecb.europa.eu/service/data/EXR/{}..EUR.SP00.A?format=csvdata"
WANTED = "the ECB's eurofxref-hist.csv, or EXR as SDMX-CSV"
SDMX = ("freq", "currency", "currency_denom", "exr_type", "exr_suffix", "time_period", "obs_value")


def fetch(window: Window | None) -> Iterator[Remote]:
    """Days and months, as of today: each is a revision of all of them, whatever the window."""
    today = datetime.now(UTC).date()
    for grain in ("D", "M"):
        yield Remote(f"EXR_{grain}_{today}.csv", API.format(grain))


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `exchange_rates`; those of no currency, day or number are marked as bad."""
    from ingest.readers import parties

    columns = [name.strip() or f"unnamed_{n}" for n, name in enumerate(parties.header(raw.plain, WANTED))]
    if columns[0] == "Date":
        form, columns = "eurofxref", ["date", *columns[1:]]
        currencies = [name for name in columns[1:] if not name.startswith("unnamed_")]
        if bad := [name for name in currencies if not re.fullmatch("[A-Z]{3}", name)]:
            raise BadFile(f"columns are of no currency: {', '.join(bad)[:200]}", mend=f"take {WANTED}")
    else:
        form, columns = "EXR", [name.lower() for name in columns]
        if missing := [name for name in SDMX if name not in columns]:
            raise BadFile(f"columns missing: {', '.join(missing)}", mend=f"take {WANTED}")
    if len({*columns}) < len(columns):
        raise BadFile("a column stands twice", mend="get the file again, whole")
    parties.read_csv(con, raw.plain, columns, "lines_read")
    if form == "EXR":
        lines = _EXR.format(flag="obs_status" if "obs_status" in columns else "null::varchar")
    else:
        lines = _HISTORY.format(cells=", ".join(f'"{name}"' for name in currencies))
    con.execute(f"create or replace temp table rate_lines as {lines}")
    told = con.execute("select max(period) from rate_lines").fetchone() or (None,)
    in_name = re.search(r"\d{4}-\d\d-\d\d", Path(raw.name).name)
    vintage = in_name[0] if in_name else told[0] or "unstated"
    return con.sql(_ROWS.format(dataset=form, vintage=vintage.replace("'", "''")))


_HISTORY = """
    select raw_row, 'D' as grain, currency, 'EUR' as base, "date" as period, cell, null::varchar as flag
    from (select rowid + 1 as raw_row, "date", {cells} from lines_read) unpivot (cell for currency in ({cells}))
    where trim(cell) not in ('N/A', '')
"""
_EXR = """
    select rowid + 1 as raw_row, freq as grain, currency, currency_denom as base, time_period as period,
        obs_value as cell, lower({flag}) as flag
    from lines_read
    where exr_type = 'SP00' and exr_suffix = 'A' and coalesce(obs_value, '') not in ('', 'NaN')
"""
_ROWS = """
with
dated as (
    select *, try_cast(trim(cell) as double) as told, case grain
        when 'D' then try_cast(period as date)
        when 'M' then try_cast(period || '-01' as date)
        when 'Q' then try(make_date(try_cast(left(period, 4) as int), 3 * try_cast(right(period, 1) as int) - 2, 1))
        when 'H' then try(make_date(try_cast(left(period, 4) as int), 6 * try_cast(right(period, 1) as int) - 5, 1))
        when 'A' then try_cast(period || '-01-01' as date)
    end as start
    from rate_lines
),
judged as (
    select *, case
        when start is null then 'time is no period of grain ' || coalesce(grain, '') || ': ' || coalesce(period, '')
        when not coalesce(isfinite(told), false) then 'rate is no number: ' || left(cell, 80)
    end as _reason
    from dated
)
select
    '{dataset}' as dataset, currency, base, grain, start as period_start,
    (start + case grain when 'D' then interval 1 day when 'M' then interval 1 month when 'Q' then interval 3 month
        when 'H' then interval 6 month else interval 1 year end)::date as period_end,
    told as units_per_base, flag, '{vintage}' as vintage, raw_row, _reason,
    case when _reason is not null then 'compare the line with the publisher''s file, then get it again' end as _mend
from judged
"""
