"""Who is a member of the system of states, from when to when (Correlates of War; Gleditsch and Ward).

One row is
    one unbroken membership of one state.

Published
    by the Correlates of War as states2016.csv: a line per state and span (stateabb, ccode, statenme, styear, stmonth,
    stday, endyear, ..., version), `vintage` being the column `version`. And by Gleditsch and Ward as a workbook or text
    (Cow Nr., Cow ID, Name of State, Start, End as DD.MM.YYYY), `vintage` being the last day that it tells.

Beware
    - The last day of the edition (2016-12-31) stands where a membership goes on: such a row has no `period_end`.
    - The two systems differ: COW asks for recognition by two powers and, since 1920, for 500,000 inhabitants or
      membership in the United Nations; Gleditsch and Ward for independence and 250,000 inhabitants. 255 is Germany to
      one and Prussia's to the other, which calls the Federal Republic and the Germany of today 260.
    - Dates are the publishers'. The panels' is_cow_dyad and is_gw_dyad do not read this table but the reviewed seeds
      (countries.csv, state_systems.csv), which go on after the editions' end and give a reason for each difference.
    - Memberships that ended before 1945 are left out; a number of several states (345) is cut where one follows
      another.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from typing import TYPE_CHECKING

from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="state_system",
    domain="structure",
    title="State system membership",
    publisher="Correlates of War Project; Kristian Skrede Gleditsch and Michael D. Ward",
    landing_page="https://correlatesofwar.org/data-sets/state-system-membership/",
    licence="free for research with citation",
    citation="Correlates of War Project (2017). State System Membership List, v2016; Gleditsch, K. S. and Ward, M. D. "
    "(1999). A Revised List of Independent States since the Congress of Vienna. International Interactions 25(4), "
    "393-413.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1945, 1, 1),
    covers_to=None,
    coverage="states of the world: COW to 2016, Gleditsch and Ward to 2017",
    table="memberships",
    rows_per_file=(1, 10_000),
    max_bytes=20_000_000,
    files="states2016.csv, gwstates.xlsx or gwstates.csv",
)
WANTED = "COW's states2016.csv, or Gleditsch and Ward's list as a workbook or CSV"
FORMS = {
    "states": ("ccode", "statenme", "styear", "stmonth", "stday", "endyear", "endmonth", "endday", "version"),
    "gwstates": ("cow nr.", "name of state", "start", "end"),
}


def fetch(window: Window | None) -> Iterator[Remote]:
    """COW's list of 2016: it holds all years, whatever the window."""
    yield Remote("states2016.csv", "https://correlatesofwar.org/wp-content/uploads/states2016.csv")


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `memberships`: one per state and span; those of an unknown number or day are marked as bad."""
    from ingest.readers import parties, sheets, states

    if raw.plain.read_bytes()[:2] == b"PK":
        header, rows = sheets.of_workbook(raw.plain, ["Cow Nr."])
        lines = [(n, *(sheets.text(cell) for cell in row)) for n, row in enumerate(rows, 1)]
        parties.lay_lines(con, "lines_read", ("raw_row", *(name.lower() for name in header)), lines)
        form = "gwstates"
    else:
        form = states.read(con, raw.plain, FORMS, WANTED)
        con.execute("create or replace temp table lines_read as select rowid + 1 as raw_row, * from lines_read")
    con.execute(f"create or replace temp table system_lines as {_LINES[form]}")
    system = "cow" if form == "states" else "gw"
    states.lay(con, "select code, start, ending from system_lines", system, split=True)
    parties.refuse_unmatched(
        con,
        "select case when is_unknown then l.code end, 1 from system_lines as l join states as s on "
        "s.code is not distinct from l.code and s.start is not distinct from l.start "
        "and s.ending is not distinct from l.ending",
        states.MEND,
    )
    told = con.execute("select max(version) from system_lines").fetchone() or (None,)
    return con.sql(_ROWS.format(dataset=form, system=system.upper(), mend=states.MEND, vintage=told[0] or "unstated"))


_LINES = {
    "states": """
    with dated as (
        select raw_row, ccode as code, statenme as name, version,
            try_cast(concat_ws('-', styear, lpad(stmonth, 2, '0'), lpad(stday, 2, '0')) as date) as start,
            try_cast(concat_ws('-', endyear, lpad(endmonth, 2, '0'), lpad(endday, 2, '0')) as date) as last_day,
        from lines_read
    )
    select raw_row, code, name, version, start,
        case when last_day < max(last_day) over () or start is null then last_day + 1 end as ending
    from dated where coalesce(last_day >= date '1945-01-01', true)
    """,
    "gwstates": """
    with dated as (
        select raw_row, "cow nr." as code, "name of state" as name, try_strptime("start", '%d.%m.%Y')::date as start,
            try_strptime("end", '%d.%m.%Y')::date as last_day,
        from lines_read
    )
    select raw_row, code, name, max(last_day) over ()::varchar as version, start,
        case when last_day < max(last_day) over () or start is null then last_day + 1 end as ending
    from dated where coalesce(last_day >= date '1945-01-01', true)
    """,
}
_ROWS = """
select
    '{dataset}' as dataset, s.id as country, l.name as country_name, s.kind as country_kind, l.code,
    '{system}' as organisation, 'member' as status, s.since as period_start, s.until as period_end,
    null::varchar as note, '{vintage}' as vintage, raw_row, s.reason as _reason,
    case when s.reason is not null then '{mend}' end as _mend,
from system_lines as l  -- multiplies where one state follows another under the number: states has a row for each
join states as s
    on s.code is not distinct from l.code and s.start is not distinct from l.start
    and s.ending is not distinct from l.ending
"""
