"""Which state a number of a state system means in a year or a span, and the ties that such numbers tell of.

Correlates of War (`cow`) and Gleditsch and Ward (`gw`) give a number to a state and to who came before it: 365 is the
Soviet Union and Russia, 345 Yugoslavia, Serbia and Montenegro, and Serbia. The numbers and dates of
seeds/countries.csv say which; seeds/state_systems.csv adds what these can't (260 is the Federal Republic of Germany).
Votes in the United Nations (`un`) are told by COW's numbers.

A year takes the state that held most of it; a span is cut where one state follows another, and its outer ends stay as
published. Years and spans that ended before 1945 are not the house's: the modules leave them out and say so.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.reference import countries, read_seed

if TYPE_CHECKING:
    import duckdb

FIRST = date(1945, 1, 1)
EVER = date(9999, 12, 31)
MEND = "add the number to dbt_project/seeds/state_systems.csv, or correct the dates of countries.csv"


@dataclass(frozen=True, slots=True)
class Reading:
    """A state that a number means from `since` to the day before `until`; `id` is None where the house has no row."""

    id: str | None
    kind: str | None
    since: date
    until: date
    why: str = ""


@functools.cache
def readings(system: str) -> dict[str, tuple[Reading, ...]]:
    """All numbers of a system and what they mean, oldest first."""
    numbers = "gw" if system == "gw" else "cow"
    found: dict[str, list[Reading]] = {}
    own: set[tuple[str, str]] = set()
    for row in read_seed("countries"):
        if code := row[f"{numbers}_code"]:
            own.add((code, row["country_id"]))
            span = _day(row["valid_from"], date.min), _day(row["valid_to"], EVER)
            found.setdefault(code, []).append(Reading(row["country_id"], row["kind"], *span))
    for row in read_seed("state_systems"):
        code, country = row["code"], row["country_id"]
        if row["system"] not in (numbers, system) or row["is_member"] != "true":
            continue
        if (code, country) in own:
            if row["system"] == numbers:
                continue  # when it was a member; the number means the state at other times too
            found[code] = [reading for reading in found[code] if reading.id != country]
        kind = countries().by_id[country].kind if country else None
        span = _day(row["valid_from"], date.min), _day(row["valid_to"], EVER)
        found.setdefault(code, []).append(Reading(country or None, kind, *span, row["reason"]))
    return {code: tuple(sorted(told, key=lambda r: r.since)) for code, told in found.items()}


def _day(text: str, otherwise: date) -> date:
    return date.fromisoformat(text) if text else otherwise


def parts(code: str, start: date, end: date, system: str, *, split: bool) -> list[tuple[Reading | None, date, date]]:
    """What a number means in [start, end): one state where not `split`, else each in its part of the span."""
    told = [r for r in readings(system).get(code, ()) if r.since < end and r.until > start]
    if not told:
        return [(None, start, end)]
    if not split or len(told) == 1:
        longest = max(told, key=lambda r: min(r.until, end) - max(r.since, start))
        return [(longest, start, end)]
    starts = [start, *(r.since for r in told[1:])]
    return [(r, since, until) for r, since, until in zip(told, starts, [*starts[1:], end], strict=True)]


def lay(
    con: duckdb.DuckDBPyConnection, spans: str, system: str = "cow", *, split: bool = False, table: str = "states"
) -> None:
    """Lay the temp table `table` (code, start, ending, id, kind, since, until, reason, is_unknown) for the distinct
    (code, start, ending) of the query `spans`. An open `ending` is null; codes are text without leading zeros."""
    import pyarrow as pa

    rows = [
        row
        for code, start, ending in con.execute(f"select distinct * from ({spans}) order by all").fetchall()
        for row in _laid(code, start, ending, system, split)
    ]
    fields = [("code", pa.string()), ("start", pa.date32()), ("ending", pa.date32()), ("id", pa.string()),
              ("kind", pa.string()), ("since", pa.date32()), ("until", pa.date32()), ("reason", pa.string()),
              ("is_unknown", pa.bool_())]  # fmt: skip
    columns = list(zip(*rows, strict=True)) or [()] * len(fields)
    con.register("states_given", pa.table(list(map(list, columns)), schema=pa.schema(fields)))
    con.execute(f'create or replace temp table "{table}" as from states_given')
    con.unregister("states_given")


def _laid(code: str | None, start: date | None, ending: date | None, system: str, split: bool) -> Iterator[tuple]:  # type: ignore[type-arg]
    if start is None or code is None:
        yield code, start, ending, None, None, start, ending, f"state or time is missing or not read: {code}", True
        return
    for reading, since, until in parts(code, start, ending or EVER, system, split=split):
        reason = None
        if reading is None:
            reason = _unknown(code, start, ending, system)
        elif reading.id is None:
            reason = f"state {code} is not in countries.csv: {reading.why}"
        told = (reading.id, reading.kind) if reading else (None, None)
        yield code, start, ending, *told, since, None if until == EVER else until, reason, reading is None


def _unknown(code: str, start: date, ending: date | None, system: str) -> str:
    known = ", ".join(f"{r.id} [{r.since}, {r.until})" for r in readings(system).get(code, ()))
    when = f"from {start} to {ending or 'today'}"
    return f"state {code} did not exist {when}: it means {known}" if known else f"state is not known: {code} ({system})"


def read(con: duckdb.DuckDBPyConnection, path: Path, forms: Mapping[str, tuple[str, ...]], wanted: str) -> str:
    """Lay the lines of a CSV in the temp table `lines_read`, columns in lower case; returns the form of `forms`, by its
    columns, that it has first. BadFile where it has none of them, or no lines."""
    from ingest.readers import parties

    columns = [name.strip().lower() or f"unnamed_{n}" for n, name in enumerate(parties.header(path, wanted))]
    form = next((form for form, needed in forms.items() if set(needed) <= {*columns}), None)
    if form is None or len({*columns}) < len(columns):
        lacking = {name: sorted({*needed} - {*columns}) for name, needed in forms.items()}
        told = "; ".join(f"as {name} it lacks {', '.join(names) or 'nothing, but has a column twice'}"
                         for name, names in lacking.items())  # fmt: skip
        raise BadFile(f"its columns are of no form that is read: {told}"[:400], mend=f"take {wanted}")
    parties.read_csv(con, path, columns, "lines_read")
    if not con.execute("select 1 from lines_read limit 1").fetchone():
        raise BadFile("it has no lines below its header", mend="get the file again, whole")
    return form


def ties(
    con: duckdb.DuckDBPyConnection, dataset: str, vintage: str, *, system: str = "cow", split: bool = False
) -> duckdb.DuckDBPyRelation:
    """Rows of `ties` from the temp table `tie_lines`: raw_row, one, one_name, other, other_name, is_directed, measure,
    code, title, start, ending, value, unit, note, problem; BadFile where too many states are not known.

    A line of which the two states never existed together is quarantined; a span makes a row for each pair of states
    that followed one another in it.
    """
    from ingest.readers import parties

    ends = (f"select {end}, start, ending from tie_lines" for end in ("one", "other"))
    lay(con, " union ".join(ends), system, split=split)
    parties.refuse_unmatched(
        con,
        "select case when a.is_unknown then one when b.is_unknown then other end, 1 from tie_lines as l "
        f"join (select distinct on (code, start, ending) * from states) as a on {_of('one', 'a')} "
        f"join (select distinct on (code, start, ending) * from states) as b on {_of('other', 'b')}",
        MEND,
    )
    return con.sql(_TIES.format(
        of_one=_of("one", "a"), of_other=_of("other", "b"), mend=MEND, dataset=dataset,
        vintage=vintage.replace("'", "''"), qualify=_TOGETHER if split else "",
    ))  # fmt: skip


def _of(end: str, alias: str) -> str:
    return (f"{alias}.code is not distinct from l.{end} and {alias}.start is not distinct from l.start "
            f"and {alias}.ending is not distinct from l.ending")  # fmt: skip


_TOGETHER = """qualify
        is_together
        or (
            count(*) filter (is_together) over (partition by raw_row, measure) = 0
            and row_number() over (partition by raw_row, measure order by period_start) = 1
        )"""

_TIES = """
with
placed as (
    select
        l.*, a.id as origin, a.kind as origin_kind, b.id as destination, b.kind as destination_kind,
        greatest(a.since, b.since) as period_start, least(a.until, b.until) as period_end,
        coalesce(a.reason, b.reason) as unknown,
    from tie_lines as l  -- multiplies where one state follows another in the span: states has a row for each
    join states as a on {of_one}
    join states as b on {of_other}
),
judged as (
    select *, period_start < coalesce(period_end, date '9999-12-31') as is_together,
        coalesce(unknown, problem, case when origin = destination then 'a tie of a state with itself: ' || one end)
            as known_reason,
    from placed
),
kept as (
    select *, coalesce(known_reason, case when not is_together then 'the two states did not exist together' end)
        as _reason,
    from judged
    {qualify}
)
select
    '{dataset}' as dataset, origin, one_name as origin_name, origin_kind, destination,
    other_name as destination_name, destination_kind, is_directed, measure, code, title, period_start, period_end,
    value, unit, note, '{vintage}' as vintage, raw_row, _reason,
    case when unknown is not null then '{mend}'
        when _reason is not null then 'compare the line with the publisher''s file' end as _mend,
from kept
"""
