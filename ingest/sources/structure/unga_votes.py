"""Roll calls of the United Nations General Assembly, and how each state voted (Voeten).

One row is
    the vote of one state in one roll call: yes, no, abstention, or absence.

Published
    yearly at the Harvard Dataverse, as UNVotes.csv (the data frame completeVotes as CSV): a line per roll call and
    state (rcid, ccode, member, vote, Country, Countryname, year, session, importantvote, date, unres, short, descr,
    ...). `vintage` is the year or day in the file's name (UNVotes2021.csv), else "unstated".

Beware
    - vote is 1 yes, 2 abstain, 3 no, 8 absent, 9 not a member: 9 is no row.
    - States are COW's numbers, but membership is that of the United Nations: Ukraine (369) and Belarus (370) vote since
      1945, Switzerland since 2002. Russia (365) is the Soviet Union until 1991.
    - Only roll calls are told: what is adopted without a vote, which is most, is not, so that agreement is measured
      where states disagree. Paragraph votes and amendments are roll calls of their own.
    - `date` is the day of the vote, as YYYY-MM-DD; a session runs from September to the next, over two calendar years.
    - is_important is what the State Department of the United States lists in its yearly report.
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
    key="unga_votes",
    domain="structure",
    title="Roll-call votes of the United Nations General Assembly",
    publisher="Erik Voeten (Harvard Dataverse)",
    landing_page="https://doi.org/10.7910/DVN/LEJUQZ",
    licence="CC0 1.0",
    citation="Voeten, E., Strezhnev, A. and Bailey, M. (2009). United Nations General Assembly Voting Data. Harvard "
    "Dataverse; Bailey, M. A., Strezhnev, A. and Voeten, E. (2017). Estimating Dynamic State Preferences from United "
    "Nations Voting Data. Journal of Conflict Resolution 61(2), 430-456.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1946, 1, 1),
    covers_to=None,
    coverage="members of the United Nations in all recorded votes of the General Assembly since 1946",
    table="votes",
    rows_per_file=(1, 5_000_000),
    max_bytes=1_000_000_000,
    files="UNVotes*.csv (or .csv.gz)",
)
WANTED = "Voeten's UNVotes.csv"
FORMS = {"UNVotes": ("rcid", "ccode", "vote", "date")}
ALSO = ("session", "unres", "short", "descr", "importantvote", "countryname", "country")


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: the Dataverse gives the table in R's format, which is to be saved as CSV by hand."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `votes`: one per roll call and member; those of an unknown state, day or vote are marked as bad."""
    from ingest.readers import parties, states

    states.read(con, raw.plain, FORMS, WANTED)
    have = {str(row[0]) for row in con.execute("describe lines_read").fetchall()}
    also = ", ".join(name if name in have else f"null::varchar as {name}" for name in ALSO)
    con.execute(
        "create or replace temp table vote_lines as select rowid + 1 as raw_row, rcid, "
        "regexp_replace(ccode, '\\.0$', '') as code, regexp_replace(vote, '\\.0$', '') as told, "
        f'try_cast("date" as date) as voted_on, "date" as day, {also} from lines_read '
        "where coalesce(vote, '') not in ('9', '9.0')"
    )
    years = "make_date(year(voted_on), 1, 1) as start, make_date(year(voted_on) + 1, 1, 1) as ending"
    states.lay(con, f"select code, {years} from vote_lines", "un")
    parties.refuse_unmatched(
        con,
        "select case when is_unknown and l.voted_on is not null then l.code end, 1 from vote_lines as l "
        "join states as s on s.code is not distinct from l.code "
        "and s.start is not distinct from make_date(year(l.voted_on), 1, 1)",
        states.MEND,
    )
    edition = re.search(r"(\d{4}(?:-\d\d-\d\d)?)", Path(raw.name).name)
    return con.sql(_ROWS.format(mend=states.MEND, vintage=edition[1] if edition else "unstated"))


_ROWS = """
with
told as (
    select l.*, s.id, s.kind, s.reason as unknown, case l.told when '1' then 'yes' when '2' then 'abstain'
        when '3' then 'no' when '8' then 'absent' end as vote
    from vote_lines as l  -- states has one row per code and year
    join states as s
        on s.code is not distinct from l.code and s.start is not distinct from make_date(year(l.voted_on), 1, 1)
),
judged as (
    select *, case
        when voted_on is null then 'day is none: ' || coalesce(left(day, 80), '')
        when unknown is not null then unknown
        when vote is null then 'vote is none of 1, 2, 3, 8 and 9: ' || coalesce(left(told, 80), '')
    end as _reason
    from told
)
select
    'UNVotes' as dataset, id as country, coalesce(countryname, country, code) as country_name, kind as country_kind,
    rcid as roll_call, session, voted_on, vote, unres as resolution, coalesce(descr, short) as subject,
    case importantvote when '1' then true when '0' then false end as is_important,
    '{vintage}' as vintage, raw_row, _reason,
    case when voted_on is not null and unknown is not null then '{mend}'
        when _reason is not null then 'compare the line with the publisher''s file' end as _mend,
from judged
"""
