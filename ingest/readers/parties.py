"""Whom a code or name of a published table means, for many rows at once, and how much of a file is lost by the unknown.

Publishers of estimates carry today's states back, so that names are resolved without a date; where the state did not
exist in the period told, the row says so in its note.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import duckdb

from ingest.errors import BadFile
from ingest.reference import MEND, NotAStateThen, UnknownCountry, countries

LOST = 0.005  # share of a file's total that rows with an unknown end may hold


@dataclass(frozen=True)
class Party:
    """An end of a figure: `id`, `kind` and first day of seeds/countries.csv, or why there is none."""

    id: str | None
    kind: str | None
    since: date | None = None
    reason: str | None = None
    mend: str | None = None


def party(code: str | None, aggregates: Mapping[str, str] | None = None) -> Party:
    """The state, territory, special or aggregate of this code or name; codes of `aggregates` are groups of countries.

    The seeds come first, so that a country's code can't become a group by mistake.
    """
    text = (code or "").strip()
    try:
        country = countries().by_id[countries().resolve(text)]
        return Party(country.country_id, country.kind, country.valid_from)
    except (UnknownCountry, NotAStateThen) as error:
        if text in (aggregates or {}) or (text and countries().is_aggregate(text)):
            return Party(text, "aggregate")
        return Party(
            None, None, None, f"country is not known: {error}", f"{MEND}, or to country_codes.csv or aggregates.csv"
        )


def lay_lines(con: duckdb.DuckDBPyConnection, table: str, names: Sequence[str], lines: Sequence[Sequence[Any]]) -> None:
    """Lay lines as text in the temp table `table`; the first of the columns `names` is the number of the row."""
    import pyarrow as pa

    columns = zip(names, zip(*lines, strict=True) if lines else [()] * len(names), strict=True)
    arrays = {name: pa.array(cells, pa.string() if n else pa.int64()) for n, (name, cells) in enumerate(columns)}
    con.register("lines_given", pa.table(arrays))
    con.execute(f'create or replace temp table "{table}" as from lines_given')
    con.unregister("lines_given")


def lay(
    con: duckdb.DuckDBPyConnection, codes: str, resolve: Callable[[str | None], Party] = party, table: str = "parties"
) -> None:
    """Lay the temp table `parties` (code, id, kind, since, reason, mend) for the codes that the query `codes` has."""
    con.execute(
        f'create or replace temp table "{table}" '
        "(code varchar, id varchar, kind varchar, since date, reason varchar, mend varchar)"
    )
    for (code,) in con.execute(f"select distinct * from ({codes}) order by 1").fetchall():
        found = resolve(code)
        con.execute(
            f'insert into "{table}" values (?, ?, ?, ?, ?, ?)',
            [code, found.id, found.kind, found.since, found.reason, found.mend],
        )


def refuse_unmatched(
    con: duckdb.DuckDBPyConnection, query: str, mend: str = f"{MEND}, or to country_codes.csv or aggregates.csv"
) -> None:
    """Raise BadFile naming the worst, where rows with an unknown end hold more than LOST of the file's total.

    `query` yields for each figure: the codes that are not known (null where all are) and its value.
    """
    total, lost = con.execute(
        "select sum(abs(value)), sum(abs(value)) filter (where unknown is not null) "
        f"from ({query}) as t(unknown, value)"
    ).fetchone() or (0, 0)
    if lost and total and lost > LOST * total:
        worst = con.execute(
            f"select unknown, sum(abs(value)) from ({query}) as t(unknown, value) where unknown is not null "
            "group by 1 order by 2 desc, 1 limit 5"
        ).fetchall()
        named = ", ".join(f"{name!r} ({value:,.0f})" for name, value in worst)
        raise BadFile(
            f"{lost / total:.1%} of its total is of countries that are not known: {named}",
            mend=mend,
        )


def header(path: Path, wanted: str) -> list[str]:
    """The columns in a CSV's first line, BOM and quotes gone; BadFile for what is no text or no CSV."""
    with path.open("rb") as file:
        line = file.readline(1 << 16)
    try:
        first = line.decode("utf-8-sig").rstrip("\r\n")
    except UnicodeDecodeError as error:
        raise BadFile(f"it is no UTF-8: {error}", mend=f"take {wanted}") from error
    if re.match(r"\s*<", first):
        raise BadFile("it is a web page and no table", mend="the publisher sent an error page: get the file again")
    found = next(csv.reader([first]), [])
    if len(found) < 2:
        raise BadFile(f"it begins {first[:80]!r} and is no CSV", mend=f"take {wanted}")
    return found


def read_csv(con: duckdb.DuckDBPyConnection, path: Path, columns: list[str], table: str) -> None:
    """The lines of a CSV as text in the temp table `table`, under `columns`; `rowid` + 1 is the row of the file.

    A line with more or fewer cells than the header is a BadFile, in words that name it.
    """
    types = ", ".join("'" + column.replace("'", "''") + "': 'VARCHAR'" for column in columns)
    try:
        con.execute(
            f'create or replace temp table "{table}" as from read_csv(?, auto_detect = false, header = true, '
            f"delim = ',', quote = '\"', escape = '\"', nullstr = '', columns = {{{types}}})",
            [str(path)],
        )
    except duckdb.InvalidInputException as error:
        told = re.search(r"Line: (\d+)", str(error))
        problem = str(error).strip().splitlines()
        found = next((line for line in problem if line.startswith(("Expected", "Value", "Invalid"))), problem[0])
        raise BadFile(
            f"a line can't be read: {found[:160]}",
            mend="the file is cut off or a line was altered: get it again, whole",
            row=int(told[1]) - 1 if told else None,
        ) from error
