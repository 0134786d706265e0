"""Which intergovernmental organisations each state is in, each year (Correlates of War).

One row is
    the membership of one state in one organisation in one year.

Published
    every few years as state_year_formatv3.csv (in a zip to be unpacked): a line per state and year (ccode, year,
    state) and a column per organisation, some 530. `vintage` is the version in the file's name (3).

Beware
    - Cells are 0 no member, 1 full member, 2 associate, 3 observer, -9 not known, -1 the organisation did not exist:
      1 to 3 and -9 land, and a state without any of them has one row with `status` none, so that who was looked at is
      known. Joint memberships count full and associate members, as the publisher's dyadic table does.
    - Version 3 ends in 2014: the Eurasian Economic Union (2015) is not in it. Years before 1945 are left out.
    - Organisations are the publisher's acronyms (EAEC, CIS, SCO), not those of seeds/organisations.csv, and bodies that
      grow out of others ("emanations") are left out by its rule.
    - Membership is coded by the year: who joins on 31 December is a member in that year.
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
    key="igo_memberships",
    domain="structure",
    title="Memberships of states in intergovernmental organisations",
    publisher="Correlates of War Project",
    landing_page="https://correlatesofwar.org/data-sets/igos/",
    licence="free for research with citation",
    citation="Pevehouse, J. C., Nordstrom, T., McManus, R. W. and Jamison, A. S. (2020). Tracking Organizations in the "
    "World: The Correlates of War IGO Version 3.0 Datasets. Journal of Peace Research 57(3), 492-503.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1945, 1, 1),
    covers_to=date(2014, 12, 31),
    coverage="members of the state system in some 530 organisations, yearly to 2014 (version 3)",
    table="memberships",
    rows_per_file=(1, 5_000_000),
    max_bytes=500_000_000,
    files="state_year_formatv3.csv (or .csv.gz)",
)
WANTED = "COW's state_year_formatv3.csv"
FORMS = {"state_year": ("ccode", "year", "state")}
NO_ORGANISATIONS = ("ccode", "year", "state", "stateabb", "country", "version")


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the publisher's file is in a zip, which is to be unpacked by hand."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `memberships`; those of an unknown state, year or cell are marked as bad."""
    from ingest.readers import parties, states

    states.read(con, raw.plain, FORMS, WANTED)
    as_published = {name.strip().lower(): name.strip() for name in parties.header(raw.plain, WANTED)}
    organisations = [name for name in as_published if name and name not in NO_ORGANISATIONS]
    if not organisations:
        raise BadFile("it has no column of an organisation", mend=f"take {WANTED}")
    version = re.search(r"v(\d+(?:\.\d+)?)", Path(raw.name).name)
    columns = ", ".join(f'"{name}" as "{as_published[name]}"' for name in organisations)
    con.execute(
        "create or replace temp table igo_lines as select rowid + 1 as raw_row, ccode as code, state, "
        "try(make_date(try_cast(year as int), 1, 1)) as start, "
        "try(make_date(try_cast(year as int) + 1, 1, 1)) as ending, "
        f"{columns} from lines_read where coalesce(try_cast(year as int), 1945) >= 1945"
    )
    states.lay(con, "select code, start, ending from igo_lines")
    parties.refuse_unmatched(
        con,
        "select case when is_unknown then l.code end, 1 from igo_lines as l join states as s on "
        "s.code is not distinct from l.code and s.start is not distinct from l.start",
        states.MEND,
    )
    return con.sql(_ROWS.format(mend=states.MEND, vintage=version[1] if version else "unstated"))


_ROWS = """
with
cells as (
    from igo_lines
    unpivot include nulls (cell for organisation in (columns(* exclude (raw_row, code, state, start, ending))))
),
told as (
    select *, case trim(cell) when '1' then 'member' when '2' then 'associate' when '3' then 'observer'
        when '-9' then 'unknown' end as status
    from cells where coalesce(trim(cell), '') not in ('0', '-1', '')
),
-- who is in no organisation was looked at all the same
nowhere as (
    select raw_row, code, state, start, ending, '*' as organisation, '' as cell, 'none' as status
    from igo_lines anti join told using (raw_row)
),
judged as (
    select l.*, s.id, s.kind, s.reason as unknown,
        coalesce(s.reason, case when status is null then 'cell is none of -9, -1, 0 to 3: ' || left(cell, 80) end)
            as _reason,
    from (from told union all by name from nowhere) as l  -- states has one row per code and year
    join states as s on s.code is not distinct from l.code and s.start is not distinct from l.start
)
select
    'state_year' as dataset, id as country, coalesce(state, code) as country_name, kind as country_kind, code,
    organisation, status, start as period_start, ending as period_end, null::varchar as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when unknown is not null then '{mend}'
        when _reason is not null then 'compare the cell with the publisher''s file' end as _mend,
from judged
"""
