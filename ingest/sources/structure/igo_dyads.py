"""In how many intergovernmental organisations two states are together, each year (Correlates of War).

One row is
    the number of organisations of which two states are both full or associate members, in one year.

Published
    every few years as dyadic_formatv3.csv (in a zip to be unpacked, over a gigabyte): a line per pair and year (ccode1,
    ccode2, year) and a column per organisation with 1 where both are full or associate members. The columns are
    added up as the file lands. `vintage` is the version in the file's name (3).

Beware
    - Cells below 0 say that a membership is not known (-9) or that the organisation did not exist (-1): they add
      nothing, so that the number is the least that it can be.
    - The same memberships stand by state in igo_memberships, which tells the organisations: where that has landed the
      models count from it, and this table is a check on it.
    - Version 3 ends in 2014. Years before 1945 are left out.
    - In 1990 Germany stands under two numbers, 260 and 255, and Yemen under 678 and 679: the second line of such a pair
      is quarantined as a copy.
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
    key="igo_dyads",
    domain="structure",
    title="Joint memberships of pairs of states in intergovernmental organisations",
    publisher="Correlates of War Project",
    landing_page="https://correlatesofwar.org/data-sets/igos/",
    licence="free for research with citation",
    citation="Pevehouse, J. C., Nordstrom, T., McManus, R. W. and Jamison, A. S. (2020). Tracking Organizations in the "
    "World: The Correlates of War IGO Version 3.0 Datasets. Journal of Peace Research 57(3), 492-503.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1945, 1, 1),
    covers_to=date(2014, 12, 31),
    coverage="pairs of members of the state system in some 530 organisations, yearly to 2014 (version 3)",
    table="ties",
    rows_per_file=(1, 3_000_000),
    max_bytes=3_000_000_000,
    files="dyadic_formatv3.csv (or .csv.gz)",
)
WANTED = "COW's dyadic_formatv3.csv"
FORMS = {"dyadic": ("ccode1", "ccode2", "year")}
NO_ORGANISATIONS = ("dyadid", "ccode1", "ccode2", "year", "state1", "state2", "country1", "country2", "stateabb1",
                    "stateabb2", "version")  # fmt: skip


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the publisher's file is in a zip, which is to be unpacked by hand."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `ties`: one per pair and year; those of an unknown state or year, or a cell that is none, are bad."""
    from ingest.readers import parties, states

    states.read(con, raw.plain, FORMS, WANTED)
    names = [name.strip().lower() or f"unnamed_{n}" for n, name in enumerate(parties.header(raw.plain, WANTED))]
    organisations = [name for name in names if name not in NO_ORGANISATIONS and not name.startswith("unnamed_")]
    if not organisations:
        raise BadFile("it has no column of an organisation", mend=f"take {WANTED}")
    cells = ", ".join(f'"{name}"' for name in organisations)
    first, second = ("country1", "country2") if {"country1", "country2"} <= {*names} else ("ccode1", "ccode2")
    con.execute(
        "create or replace temp table tie_lines as "
        f"select rowid + 1 as raw_row, ccode1 as one, coalesce({first}, ccode1) as one_name, ccode2 as other, "
        f"coalesce({second}, ccode2) as other_name, false as is_directed, 'joint_igos' as measure, "
        "null::varchar as code, null::varchar as title, try(make_date(try_cast(year as int), 1, 1)) as start, "
        "try(make_date(try_cast(year as int) + 1, 1, 1)) as ending, "
        f"len(list_filter([{cells}], lambda cell: cell = '1'))::double as value, 'organisations' as unit, "
        "null::varchar as note, "
        f"list_filter([{cells}], lambda cell: cell not in ('0', '1', '-1', '-9'))[1] as odd, "
        "case when odd is not null then 'cell is none of -9, -1, 0 and 1: ' || left(odd, 80) end as problem "
        "from lines_read where coalesce(try_cast(year as int), 1945) >= 1945"
    )
    version = re.search(r"v(\d+(?:\.\d+)?)", Path(raw.name).name)
    return states.ties(con, "dyadic", version[1] if version else "unstated")
