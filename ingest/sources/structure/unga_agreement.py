"""How far two states agree in the General Assembly, by year, as Bailey, Strezhnev and Voeten publish it.

One row is
    the share of roll calls in which two states agreed, or the distance of their ideal points, in one year.

Published
    yearly at the Harvard Dataverse as AgreementScoresAll.csv: a line per ordered pair and year (ccode1, ccode2, agree,
    year, session.x, IdealPointFP.x and .y, NVotesFP.x and .y, IdealPointDistance). `vintage` is the day or month in the
    file's name (AgreementScoresAll_Jun2024.csv), else "unstated".

Beware
    - `agree` is the publisher's own count. What the models count from roll calls (unga_votes) gives half a point to an
      abstention beside a yes or a no, and is another measure: both stand in fct_structure_dyad_year.
    - The distance is on the scale of the estimates, which spans about 6, and is re-estimated for all years with each
      edition: distances of two editions are no trend.
    - A year is the session's first: session 75 is 2020.
    - Each pair stands in both orders, as published; agreement has no direction.
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
    key="unga_agreement",
    domain="structure",
    title="Agreement and ideal points in the United Nations General Assembly",
    publisher="Michael A. Bailey, Anton Strezhnev and Erik Voeten (Harvard Dataverse)",
    landing_page="https://doi.org/10.7910/DVN/LEJUQZ",
    licence="CC0 1.0",
    citation="Bailey, M. A., Strezhnev, A. and Voeten, E. (2017). Estimating Dynamic State Preferences from United "
    "Nations Voting Data. Journal of Conflict Resolution 61(2), 430-456.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1946, 1, 1),
    covers_to=None,
    coverage="pairs of members of the United Nations by year since 1946",
    table="ties",
    rows_per_file=(1, 6_000_000),
    max_bytes=1_000_000_000,
    files="AgreementScores*.csv (or .csv.gz)",
)
WANTED = "AgreementScoresAll.csv of the Harvard Dataverse"
FORMS = {
    "AgreementScores": ("ccode1", "ccode2", "year", "agree"),
    "by_session": ("ccode1", "ccode2", "session", "agree"),
}
BEFORE = 1945  # the year of session n is this and n


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the Dataverse names its files by numbers that each edition changes."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `ties`: two per line that tells both; those of an unknown state or year, or no share, are bad."""
    from ingest.readers import states

    form = states.read(con, raw.plain, FORMS, WANTED)
    year = "try_cast(year as int)" if form == "AgreementScores" else f"try_cast(session as int) + {BEFORE}"
    have = {str(row[0]) for row in con.execute("describe lines_read").fetchall()}
    distance = "idealpointdistance" if "idealpointdistance" in have else "null::varchar"
    con.execute(f"create or replace temp table tie_lines as {_LINES.format(year=year, distance=distance)}")
    edition = re.search(r"_([A-Z][a-z]{2}\d{4}|\d{4}(?:-\d\d-\d\d)?)\.", Path(raw.name).name)
    return states.ties(con, "AgreementScores", edition[1] if edition else "unstated", system="un")


_LINES = """
with
lines as (
    select rowid + 1 as raw_row, regexp_replace(ccode1, '\\.0$', '') as one,
        regexp_replace(ccode2, '\\.0$', '') as other,
        try(make_date({year}, 1, 1)) as start, try(make_date({year} + 1, 1, 1)) as ending, agree as vote_agreement,
        {distance} as ideal_point_distance
    from lines_read
),
cells as (from lines unpivot (cell for measure in (vote_agreement, ideal_point_distance)))
select
    raw_row, one, one as one_name, other, other as other_name, false as is_directed, measure, null::varchar as code,
    null::varchar as title, start, ending, try_cast(cell as double) as value,
    case measure when 'vote_agreement' then 'share' else 'scale' end as unit, null::varchar as note,
    case when not coalesce(isfinite(value), false) then 'figure is no number: ' || left(cell, 80)
        when measure = 'vote_agreement' and value not between 0 and 1 then 'agreement is no share: ' || left(cell, 80)
    end as problem
from cells where cell <> 'NA'
"""
