"""Which states are tied by a preferential trade agreement, and since when (DESTA).

One row is
    two states that one treaty, accession or protocol ties to each other.

Published
    yearly by DESTA as a list of treaties (separated by semicolons: number, base_treaty, name, entry_type, year,
    entryforceyear, typememb, c1 to c91 members by ISO number, mc1 to mc91 their roles), and as the same list by pairs
    (desta_list_of_treaties_02_03_dyads.csv: iso1, iso2, number, ...). `vintage` is the version in the file's name
    (02.03), else "unstated".

Beware
    - In force since entryforceyear; accessions mostly tell only their year, and count from that where the treaty is in
      force. What is not lands as trade_agreement_signed. Negotiations are no ties and no rows.
    - Only years are told: a tie begins on 1 January. `code` is the number: 1040+2 is an accession to 1040, 434_1 a
      withdrawal from 434, 694a a consolidated text that stands beside its protocol under another number.
    - Whom a treaty ties: all members of it with each other; of a treaty between a bloc and others, one side with the
      other (their roles differ); by an accession, those who accede with all. A withdrawal ends the ties of those who
      leave on 1 January of its year; the list by pairs leaves withdrawals out, and its ties have no end.
    - Members are listed as of the time and by the numbers of today; 900 is Kosovo here, and nowhere else.
    - No depth is told by either list: it stands in trade_agreement_depth; `value` is null.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import TYPE_CHECKING

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

    from ingest.readers.parties import Party

SOURCE = Source(
    key="trade_agreements",
    domain="structure",
    title="Preferential trade agreements (Design of Trade Agreements)",
    publisher="DESTA project (World Trade Institute, University of Bern, and others)",
    landing_page="https://www.designoftradeagreements.org/downloads/",
    licence="free for research with citation",
    citation="Dür, A., Baccini, L. and Elsig, M. (2014). The Design of International Trade Agreements: Introducing a "
    "New Dataset. Review of International Organizations 9(3), 353-375.",
    cadence="@yearly",
    look_back_days=0,
    covers_from=date(1948, 1, 1),
    covers_to=None,
    coverage="preferential trade agreements of the world since 1948, by pair of members",
    table="ties",
    rows_per_file=(1, 1_000_000),
    max_bytes=200_000_000,
    files="DESTA*.csv or desta_list_of_treaties_*.csv (or .csv.gz)",
)
DYADS = ("https://www.designoftradeagreements.org/media/filer_public/6a/45/"
         "6a454835-eef1-44c4-8af2-5557a9552167/desta_list_of_treaties_02_03_dyads.csv")  # fmt: skip
WANTED = "DESTA's list of treaties, with columns c1, c2, ..., or its list by pairs, with iso1 and iso2"
KEYS = ("number", "base_treaty", "name", "entry_type", "year", "entryforceyear")
NO_TIES, LEAVING, JOINING = ("negotiation",), "withdrawal", "accession"
OWN_NUMBERS = {"900": "XKX"}
Line = tuple[int, str, str, str, str, str, str, str]


def fetch(window: Window | None) -> Iterator[Remote]:
    """The list by pairs of the edition that is known: it holds all years, whatever the window."""
    yield Remote(DYADS.rsplit("/", 1)[1], DYADS)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `ties`: one per treaty and pair that it ties; those of an unknown member or year are marked as bad."""
    from ingest.readers import parties

    rows, columns = _read(raw)
    of_pairs = {"iso1", "iso2"} <= {*columns}
    lines = list(_by_pair(rows) if of_pairs else _by_treaty(rows, [c for c in columns if re.fullmatch(r"c\d+", c)]))
    names = ("raw_row", "one", "other", "measure", "code", "title", "start_year", "end_year")
    parties.lay_lines(con, "treaty_lines", names, lines)
    parties.lay(con, "select one from treaty_lines union select other from treaty_lines", _member)
    parties.refuse_unmatched(
        con,
        "select case when o.id is null then one when d.id is null then other end, 1 from treaty_lines "
        "join parties as o on o.code = one join parties as d on d.code = other",
        "add the number to dbt_project/seeds/country_codes.csv",
    )
    version = re.search(r"_(\d\d)_(\d\d)", Path(raw.name).name)
    vintage = ".".join(version.groups()) if version else "unstated"
    return con.sql(_ROWS.format(dataset="by_pair" if of_pairs else "treaties", vintage=vintage))


def _read(raw: Raw) -> tuple[list[dict[str, str]], list[str]]:
    """The lines of either list, and its columns in lower case; both are small."""
    content = raw.plain.read_bytes()
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = content.decode("cp1252", "replace")  # as earlier editions are
    first = text.split("\n", 1)[0]
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=";" if first.count(";") > first.count(",") else ",")
    columns = [name.strip().lower() for name in next(lines, [])]
    missing = [name for name in KEYS if name not in columns]
    if missing or not ({"c1", "c2"} <= {*columns} or {"iso1", "iso2"} <= {*columns}):
        raise BadFile(f"columns missing: {', '.join(missing) or 'c1, c2 or iso1, iso2'}", mend=f"take {WANTED}")
    rows = []
    for n, line in enumerate(lines, 1):
        if len(line) != len(columns):
            raise BadFile("a line has more or fewer cells than the header", row=n, mend="get the file again, whole")
        rows.append(dict(zip(columns, line, strict=True)))
    if not rows:
        raise BadFile("it has no lines below its header", mend="get the file again, whole")
    return rows, columns


def _year(row: dict[str, str], column: str) -> str:
    year = row[column].strip().removesuffix(".0")
    return "" if year == "NA" else year


def _told(row: dict[str, str], forces: dict[str, str]) -> tuple[str, str]:
    """What a line's ties are, and the year from which they hold; `forces` is since when each treaty is in force."""
    force, year = _year(row, "entryforceyear"), _year(row, "year")
    if not force and row["entry_type"] == JOINING and year and (base := forces.get(row["base_treaty"])):
        force = max(year, base)
    return ("trade_agreement", force) if force else ("trade_agreement_signed", year)


def _forces(rows: list[dict[str, str]]) -> dict[str, str]:
    """The first year in which a treaty, or a later text of it, is in force."""
    found: dict[str, str] = {}
    for row in rows:
        if row["entry_type"] not in (*NO_TIES, LEAVING) and (year := _year(row, "entryforceyear")):
            found[row["base_treaty"]] = min(year, found.get(row["base_treaty"], year))
    return found


def _by_pair(rows: list[dict[str, str]]) -> Iterator[Line]:
    forces = _forces(rows)
    for n, row in enumerate(rows, 1):
        if row["entry_type"] not in (*NO_TIES, LEAVING):
            measure, year = _told(row, forces)
            yield n, row["iso1"], row["iso2"], measure, row["number"], row["name"], year, ""


def _by_treaty(rows: list[dict[str, str]], members: list[str]) -> Iterator[Line]:
    """The ties of each treaty, ended by the first later withdrawal from it."""
    forces = _forces(rows)
    left: dict[str, list[tuple[str, str]]] = {}
    for row in rows:
        if row["entry_type"] == LEAVING:
            year = _year(row, "year")
            left.setdefault(row["base_treaty"], []).extend(
                (year, row[name]) for name in members if row.get(f"m{name}") == "1" and row[name] not in ("", "NA")
            )
    for n, row in enumerate(rows, 1):
        if row["entry_type"] in (*NO_TIES, LEAVING):
            continue
        measure, year = _told(row, forces)
        named = [(row[name], row.get(f"m{name}", "")) for name in members if row[name] not in ("", "NA")]
        roles = {role for _, role in named}
        for (one, role), (other, role_too) in combinations(named, 2):
            if _ties(row.get("typememb", ""), role, role_too, roles):
                gone = left.get(row["base_treaty"], ())
                end = min((end for end, member in gone if member in (one, other) and end > year), default="")
                yield n, one, other, measure, row["number"], row["name"], year, end


def _ties(typememb: str, role: str, other_role: str, roles: set[str]) -> bool:
    """Whether a treaty ties two of its members: 1 bilateral, 2 plurilateral, 3 bloc and others, 4 two blocs, 5 and 6
    accessions. Roles are 0 and 1, or 2 and 3, for two sides; of an accession 1 for who accedes, 2 for who is in."""
    if typememb in ("5", "6") and "1" in roles:
        return "1" in (role, other_role)
    return typememb not in ("3", "4", "6") or len(roles) == 1 or role != other_role


def _member(code: str | None) -> Party:
    from ingest.readers.parties import party

    return party(OWN_NUMBERS.get(code or "", code))


_ROWS = """
with
judged as (
    select l.*, o.id as origin, o.kind as origin_kind, d.id as destination, d.kind as destination_kind,
        o.since as origin_since, d.since as destination_since, try_cast(start_year as int) as since_year,
        coalesce(o.reason, d.reason) as unknown, case
            when coalesce(o.reason, d.reason) is not null then coalesce(o.reason, d.reason)
            when coalesce(try_cast(start_year as int), 0) not between 1945 and 2100
                then 'year is none from 1945 on: ' || start_year
            when one = other then 'a tie of a state with itself: ' || one
        end as _reason,
    from treaty_lines as l  -- parties has one row per number
    join parties as o on o.code = one
    join parties as d on d.code = other
)
select
    '{dataset}' as dataset, origin, one as origin_name, origin_kind, destination, other as destination_name,
    destination_kind, false as is_directed, measure, code, title,
    case when _reason is null then make_date(since_year, 1, 1) end as period_start,
    make_date(try_cast(nullif(end_year, '') as int), 1, 1) as period_end,
    null::double as value, 'tie' as unit,
    case when greatest(origin_since, destination_since) >= make_date(since_year + 1, 1, 1)
        then 'a member in present-day borders' end as note,
    '{vintage}' as vintage, raw_row, _reason,
    case when unknown is not null then 'add the number to dbt_project/seeds/country_codes.csv'
        when _reason is not null then 'compare the line with DESTA''s file' end as _mend,
from judged
"""
