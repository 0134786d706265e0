"""Which states border on each other, by land or over how much water, and the shortest distance between them.

One row is
    the contiguity of two states in one year, or in one unbroken span; or the distance between their closest points in
    one year.

Published
    by the Correlates of War (Direct Contiguity, a zip to be unpacked): contdird.csv with a line per ordered pair and
    year, contdir.csv with a line per pair and span; `vintage` is their column `version`. The minimum distances are
    computed from CShapes, and come as a CSV of ccode1, ccode2 (or gwcode1, gwcode2), year and mindist in km; its
    `vintage` is what the file's name tells (v2, 2.0), else "unstated".

Beware
    - `code` is the type: 1 a border by land or river, 2 to 5 water of up to 12, 24, 150 and 400 miles between them.
      Only pairs with one of these are listed: who is not listed in a year that is told is farther apart.
    - contdird tells every pair in both orders, contdir once: whoever adds them up counts pairs three times.
    - The last day told is that of the edition, not the end of the border. Years before 1945 are left out; a span that
      is older begins on 1945-01-01.
    - The number of a state passes to its successor (365): a span is cut on the day on which it does.
    - A year has two types where they changed in it: Denmark and Sweden, with their bridge, in 2000.
    - Only members of the state system are told, so that Liechtenstein borders on nobody before 1990.
    - Distances are of shapes on 1 January and 0 where two states touch, and of one border file: do not mix editions.
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
    key="contiguity_distance",
    domain="structure",
    title="Direct contiguity and minimum distance of states",
    publisher="Correlates of War Project; CShapes (ETH Zurich)",
    landing_page="https://correlatesofwar.org/data-sets/direct-contiguity/",
    licence="free for research with citation (Correlates of War); CShapes CC BY-NC-SA 4.0",
    citation="Stinnett, D. M., Tir, J., Schafer, P., Diehl, P. F. and Gochman, C. (2002). The Correlates of War "
    "Project Direct Contiguity Data, Version 3. Conflict Management and Peace Science 19(2), 58-66; distances: "
    "Schvitz, G. et al. (2022). Mapping the International System, 1886-2019: The CShapes 2.0 Dataset. Journal of "
    "Conflict Resolution 66(1), 144-161.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1945, 1, 1),
    covers_to=None,
    coverage="members of the state system since 1945: borders to 2016 (version 3.2), distances to 2019 (CShapes 2.0)",
    table="ties",
    rows_per_file=(1, 3_000_000),
    max_bytes=200_000_000,
    files="contdird.csv, contdir.csv, *mindist*.csv (or .csv.gz)",
)
WANTED = "contdird.csv or contdir.csv of Direct Contiguity, or a CSV of ccode1, ccode2, year, mindist"
FORMS = {
    "contdird": ("state1no", "state2no", "year", "conttype", "version"),
    "contdir": ("statelno", "statehno", "conttype", "begin", "end", "version"),
    "mindist": ("ccode1", "ccode2", "year", "mindist"),
    "gw_mindist": ("gwcode1", "gwcode2", "year", "mindist"),
}


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the publisher's files are in zips, which are to be unpacked by hand."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `ties`: one per pair and year or span; those of an unknown state, year or type are marked as bad."""
    from ingest.readers import states

    form = states.read(con, raw.plain, FORMS, WANTED)
    con.execute(f"create or replace temp table tie_lines as {_LINES[form]}")
    told = con.execute("select max(version) from lines_read").fetchone() if form.startswith("cont") else None
    in_name = re.search(r"v?(\d+(?:\.\d+)+|\d{4}-\d\d-\d\d)", Path(raw.name).name)
    vintage = (told[0] if told else in_name[1] if in_name else None) or "unstated"
    system = "gw" if form == "gw_mindist" else "cow"
    return states.ties(con, form, vintage, system=system, split=form == "contdir")


_CONTIGUITY = """
    false as is_directed, 'contiguity' as measure, conttype as code, null::varchar as title, start, ending,
    null::double as value, 'tie' as unit, null::varchar as note,
    case when conttype is null or conttype not in ('1', '2', '3', '4', '5')
        then 'type of contiguity is none of 1 to 5: ' || coalesce(conttype, '') end as problem
"""
_DISTANCE = """
    select rowid + 1 as raw_row, {one} as one, {one} as one_name, {other} as other, {other} as other_name,
        false as is_directed, 'min_distance' as measure, null::varchar as code, null::varchar as title,
        try(make_date(try_cast(year as int), 1, 1)) as start, try(make_date(try_cast(year as int) + 1, 1, 1)) as ending,
        try_cast(mindist as double) as value, 'km' as unit, null::varchar as note,
        case when not coalesce(isfinite(try_cast(mindist as double)), false)
            then 'distance is no number: ' || coalesce(left(mindist, 80), '') end as problem
    from lines_read where try_cast(year as int) >= 1945 or try_cast(year as int) is null
"""
_LINES = {
    "contdird": f"""
    with dated as (
        select *, try(make_date(try_cast(year as int), 1, 1)) as start,
            try(make_date(try_cast(year as int) + 1, 1, 1)) as ending, rowid + 1 as raw_row,
        from lines_read
    )
    select raw_row, state1no as one, coalesce(state1ab, state1no) as one_name, state2no as other,
        coalesce(state2ab, state2no) as other_name, {_CONTIGUITY}
    from dated where start >= date '1945-01-01' or start is null
    """,
    "contdir": f"""
    with dated as (
        select *, try_strptime("begin", '%Y%m')::date as first_day,
            case when first_day is not null then greatest(first_day, date '1945-01-01') end as start,
            (try_strptime("end", '%Y%m') + interval 1 month)::date as ending, rowid + 1 as raw_row,
        from lines_read
    )
    select raw_row, statelno as one, coalesce(statelab, statelno) as one_name, statehno as other,
        coalesce(statehab, statehno) as other_name, {_CONTIGUITY}
    from dated where ending > date '1945-01-01' or ending is null
    """,
    "mindist": _DISTANCE.format(one="ccode1", other="ccode2"),
    "gw_mindist": _DISTANCE.format(one="gwcode1", other="gwcode2"),
}
