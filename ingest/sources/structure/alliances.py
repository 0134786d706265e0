"""What states owe each other by treaty in war and peace, each year (ATOP, and the Correlates of War's alliances).

One row is
    one kind of obligation between two states, in one year, or in one unbroken span.

Published
    by the ATOP project (a zip to be unpacked): atop5_1ddyr.csv, a line per ordered pair and year (stateA, stateB), and
    atop5_1dy.csv, a line per pair and year (mem1, mem2), with 0 and 1 for each obligation; `vintage` is the version in
    the file's name (5.1). And by the Correlates of War: alliance_v4.1_by_dyad_yearly.csv with a line per pair and year,
    alliance_v4.1_by_dyad.csv with a line per pair and span; `vintage` is their column `version`.

Beware
    - An obligation is a row, its absence is none: a line with 0 for all lands as nothing. Pairs that are not listed in
      a year that the table tells have no alliance.
    - ATOP's directed years say what the first owes the second (`is_directed`). COW's `entente` is a promise to consult
      and lands as alliance_consultation; its defense pacts are class I. The two projects code by different rules: an
      entente of one is a consultation pact of the other only often, so that both stand under their own `dataset`.
    - COW's version 4.1 ends in 2012, ATOP's 5.1 in 2018. An alliance that had not ended then has no end told: the last
      day is that of the edition.
    - Years before 1945 are left out; a span that is older begins on 1945-01-01.
    - In 1990 Germany stands under two numbers, 260 and 255, and Yemen under 678 and 679: the second line of such a pair
      is quarantined as a copy.
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

SOURCE = Source(
    key="alliances",
    domain="structure",
    title="Alliance obligations of pairs of states",
    publisher="Alliance Treaty Obligations and Provisions Project; Correlates of War Project",
    landing_page="https://www.atopdata.org/",
    licence="free for research with citation",
    citation="Leeds, B. A., Ritter, J. M., Mitchell, S. M. and Long, A. G. (2002). Alliance Treaty Obligations and "
    "Provisions, 1815-1944. International Interactions 28(3), 237-260; Gibler, D. M. (2009). International Military "
    "Alliances, 1648-2008. CQ Press.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1945, 1, 1),
    covers_to=date(2018, 12, 31),
    coverage="members of the state system, 1945 to 2018 (ATOP 5.1) or 2012 (COW 4.1)",
    table="ties",
    rows_per_file=(1, 3_000_000),
    max_bytes=500_000_000,
    files="atop5_1ddyr.csv, atop5_1dy.csv, alliance_v4.1_by_dyad_yearly.csv, alliance_v4.1_by_dyad.csv (or .csv.gz)",
)
WANTED = "ATOP's atop5_1ddyr.csv or atop5_1dy.csv, or COW's alliance_v4.1_by_dyad_yearly.csv or _by_dyad.csv"
ATOP = ("defense", "offense", "neutral", "nonagg", "consul")
SPAN = tuple(f"dyad_{end}_{part}" for end in ("st", "end") for part in ("day", "month", "year"))
COW = ("defense", "neutrality", "nonaggression", "entente")
FORMS = {
    "atop_ddyr": ("statea", "stateb", "year", *ATOP),
    "atop_dy": ("mem1", "mem2", "year", *ATOP),
    "cow_dyad_yearly": ("ccode1", "state_name1", "ccode2", "state_name2", "year", "version", *COW),
    "cow_dyad": ("ccode1", "state_name1", "ccode2", "state_name2", *SPAN, "version", *COW),
}
MEASURES = {
    "defense": "defense", "offense": "offense", "neutral": "neutrality", "neutrality": "neutrality",
    "nonagg": "nonaggression", "nonaggression": "nonaggression", "consul": "consultation", "entente": "consultation",
}  # fmt: skip


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the publishers' files are in zips, which are to be unpacked by hand."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `ties`: one per obligation; those of an unknown state or time, or neither 0 nor 1, are marked as bad."""
    from ingest.readers import states

    form = states.read(con, raw.plain, FORMS, WANTED)
    kinds = ATOP if form.startswith("atop") else COW
    of_kind = ", ".join(f"{kind} as alliance_{MEASURES[kind]}" for kind in kinds)
    con.execute(
        f"create or replace temp table tie_lines as {_LINES.format(cells=of_kind, dated=_DATED[form], **_ENDS[form])}"
    )
    told = con.execute("select max(version) from lines_read").fetchone() if form.startswith("cow") else None
    in_name = re.search(r"(\d)[_.](\d)", Path(raw.name).name)
    vintage = told[0] if told and told[0] else ".".join(in_name.groups()) if in_name else "unstated"
    return states.ties(con, form, vintage, split=form == "cow_dyad")


_YEAR = (
    "try(make_date(try_cast(year as int), 1, 1)) as start, try(make_date(try_cast(year as int) + 1, 1, 1)) as ending"
)
_SPAN = """
    try(make_date(try_cast(dyad_st_year as int), coalesce(try_cast(dyad_st_month as int), 1),
        coalesce(try_cast(dyad_st_day as int), 1))) as first_day,
    case when first_day is not null then greatest(first_day, date '1945-01-01') end as start,
    try(make_date(try_cast(dyad_end_year as int), coalesce(try_cast(dyad_end_month as int), 12),
        coalesce(try_cast(dyad_end_day as int), 31))) + 1 as ending
"""
_DATED = {"atop_ddyr": _YEAR, "atop_dy": _YEAR, "cow_dyad_yearly": _YEAR, "cow_dyad": _SPAN}
COW_ENDS = {
    "one": "ccode1",
    "other": "ccode2",
    "name": "state_name1",
    "name_too": "state_name2",
    "is_directed": "false",
}
_ENDS = {
    "atop_ddyr": {"one": "statea", "other": "stateb", "name": "statea", "name_too": "stateb", "is_directed": "true"},
    "atop_dy": {"one": "mem1", "other": "mem2", "name": "mem1", "name_too": "mem2", "is_directed": "false"},
    "cow_dyad_yearly": COW_ENDS,
    "cow_dyad": COW_ENDS,
}
_LINES = """
with
lines as (select *, rowid + 1 as raw_row, {dated} from lines_read),
cells as (
    select raw_row, {one} as one, {other} as other, {name} as one_name, {name_too} as other_name, start, ending, {cells}
    from lines where coalesce(ending > date '1945-01-01', true)
)
select
    raw_row, one, coalesce(one_name, one) as one_name, other, coalesce(other_name, other) as other_name,
    {is_directed} as is_directed, measure,
    null::varchar as code, null::varchar as title, start, ending, null::double as value, 'tie' as unit,
    null::varchar as note,
    case when cell not in ('0', '1', '0.0', '1.0') then 'obligation is neither 0 nor 1: ' || left(cell, 80) end
        as problem,
from cells unpivot (cell for measure in (columns('alliance_.*')))
where coalesce(cell, '0') not in ('0', '0.0')
"""
