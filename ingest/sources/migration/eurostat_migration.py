"""Migration, residence permits, asylum and enforcement, as the states of Europe report them to Eurostat (migr).

One row is
    one figure of a table: people of one origin in one reporting country, period, sex, age and part, in one edition.

Published
    migr_imm1ctz, migr_imm5prv, migr_emi1ctz, migr_emi3nxt (flows), migr_pop1ctz, migr_pop3ctb (stocks on 1 January),
    migr_resfirst (first permits), migr_asyappctza and migr_asyappctzm (asylum applicants by year and month),
    migr_asydcfsta (final decisions), migr_eipre, migr_eirfs, migr_eiord, migr_eirtn (found illegally present, refused
    entry, ordered to leave, returned), as bulk TSV, SDMX-CSV, JSON-stat, or the labelled export of before 2023.
    Eurostat keeps no old editions and refreshes twice a day: each download is archived as one. `vintage` is the day of
    LAST UPDATE where the file tells it, else the day of the download, which the file's name must tell.

Beware
    - What ties people to `origin` differs: citizenship, birth, previous or next residence (`concept`). In emi3nxt they
      go from the reporter to `destination`; in emi1ctz citizens of `origin` leave `destination`, the reporter.
    - Both ends report: immigration by previous residence mirrors the other's emigration by next residence, and the two
      seldom agree. Take one of them, never their sum.
    - Ages come by `agedef`: COMPLET (completed years) is the figure, REACH (reached in the year) tells the same people
      again and has `agedef=REACH` in `breakdown`, as every other part has: `breakdown is null` never counts twice.
    - Ages overlap (0-17 beside 0-13 and 14-17), and so do origins: TOTAL, EU27_2020, FOR and the like are `aggregate`.
      RNC, STLS and UNK are special. EL, UK, XK are Eurostat's codes; all states are those of today.
    - Asylum and enforcement are rounded to 5, so that parts need not add up; nine in ten of their cells are zeros,
      and these are figures. First-time applicants (NASY_APP, FRST) are a part of all applicants.
    - `: c` is confidential and no zero: a row with a null value and its flag (CONF_STATUS C is the flag c too). A cell
      without figure or flag is no row. Flags combine: `bd` is a break and another definition. s is Eurostat's estimate.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb

from ingest.errors import BadFile
from ingest.readers import eurostat
from ingest.source import Raw, Remote, Source, Window

SOURCE = Source(
    key="eurostat_migration",
    domain="migration",
    title="Migration, residence permits, asylum and enforcement in Europe",
    publisher="Eurostat",
    landing_page="https://ec.europa.eu/eurostat/web/migration-asylum/database",
    licence="CC BY 4.0 (Eurostat's reuse policy: with the source named)",
    citation="Eurostat. Migration and asylum (migr_imm, migr_emi, migr_pop, migr_resfirst, migr_asy, migr_ei).",
    cadence="@monthly",
    look_back_days=0,
    covers_from=date(1998, 1, 1),
    covers_to=None,
    coverage="what EU, EFTA and candidate countries report of people of all origins; asylum and permits from 2008",
    table="migration",
    rows_per_file=(1, 200_000_000),
    max_bytes=2 << 30,
    files="migr_<table>_<YYYY-MM-DD>.tsv.gz, .tsv, .csv, .csv.gz or .json",
)

BULK = "https://ec.europa.eu/eurostat/api/dissemination/sdmx/2.1/data/{}?format=TSV&compressed=true"
# what is counted, the dimension that tells the origin, and what ties people to it
TABLES = {
    "migr_imm1ctz": ("flow", "citizen", "citizenship"), "migr_imm5prv": ("flow", "partner", "previous_residence"),
    "migr_emi1ctz": ("outflow", "citizen", "citizenship"), "migr_emi3nxt": ("flow", "partner", "next_residence"),
    "migr_pop1ctz": ("stock", "citizen", "citizenship"), "migr_pop3ctb": ("stock", "c_birth", "birth"),
    "migr_resfirst": ("permits", "citizen", "citizenship"), "migr_asydcfsta": ("decisions", "citizen", "citizenship"),
    "migr_asyappctzm": ("applications", "citizen", "citizenship"), "migr_eiord": ("orders", "citizen", "citizenship"),
    "migr_asyappctza": ("applications", "citizen", "citizenship"), "migr_eirtn": ("returns", "citizen", "citizenship"),
    "migr_eipre": ("detections", "citizen", "citizenship"), "migr_eirfs": ("refusals", "citizen", "citizenship"),
}  # fmt: skip
ROUNDED = ("migr_asy", "migr_ei")  # to 5
NAME = re.compile(r"(?:estat_)?(migr_[a-z0-9]+)(?:_1)?(?:_data)?(?:[_-](\d{4}-\d\d-\d\d))?(?=[._-])", re.IGNORECASE)
NAME_MEND = "name the file as <table>_<day of download>, such as migr_imm1ctz_2024-03-18.tsv.gz"
CODES_MEND = "look whether the publisher changed a code list; a new code belongs into eurostat_migration.py"
PLACE_MEND = "add the code to dbt_project/seeds/country_codes.csv or aggregates.csv, a label to country_aliases.csv"
FIGURE_MEND = "where points part thousands, export the table again with commas; else report it to the publisher"
UNMATCHED = 0.005  # share of the people in single countries above which unknown countries fail the file
FREQS = {"A": "A", "Annual": "A", "M": "M", "Monthly": "M"}
UNITS = {"PER": "persons", "Person": "persons", "NR": "persons", "Number": "persons"}
PURPOSES = {"TOTAL": "all", "FAM": "family", "EDUC": "study", "EMP": "work", "OTH": "other"}
PURPOSES |= {"Total": "all", "Family reasons": "family", "Education reasons": "study", "Other reasons": "other",
             "Remunerated activities reasons": "work", "Employment reasons": "work"}  # fmt: skip
# the publisher's other dimensions, and the codes and labels by which each means all of them
PARTS = {
    "agedef": {"COMPLET", "Age in completed years"}, "duration": {"TOTAL", "Total"}, "reason": {"TOTAL", "Total"},
    "asyl_app": {"ASY_APP", "Asylum applicant"}, "applicant": {"TOTAL", "Total", "ASY_APP", "Asylum applicant"},
    "decision": {"TOTAL", "Total"}, "apprehen": {"TOTAL", "Total"}, "border": {"TOTAL", "Total"},
    "c_dest": {"TOTAL", "Total"}, "indic_mg": {"Persons refused entry", "Total number of persons returned"},
}  # fmt: skip


def fetch(window: Window | None) -> Iterator[Remote]:
    """Every table as of today: each holds all periods, whatever the window."""
    for table in TABLES:
        yield Remote(f"{table}_{datetime.now(UTC):%Y-%m-%d}.tsv.gz", BULK.format(table.upper()))


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`. Codes that are not known are marked as bad, countries of many people fail the file."""
    name = Path(raw.name).name
    told = NAME.match(name)
    if not told or told[1].lower() not in TABLES:
        raise BadFile(f"the name {name!r} tells none of the tables {', '.join(TABLES)}", mend=NAME_MEND)
    dataset = told[1].lower()
    read = eurostat.read(raw.plain, con)
    if read.dataset and read.dataset != dataset:
        raise BadFile(f"it is named {dataset} and holds {read.dataset}", mend="name the file after what it holds")
    try:
        vintage = read.updated or date.fromisoformat(told[2] or "")
    except ValueError:
        raise BadFile(f"neither the file nor its name {name!r} tells the edition's day", mend=NAME_MEND) from None
    measure, whence, concept = TABLES[dataset]
    if not {whence, "geo"} <= set(read.dimensions) <= {whence, "geo", "freq", "unit", "sex", "age", *PARTS}:
        problem = f"dimensions {', '.join(read.dimensions)}; expected {whence}, geo and of {', '.join(PARTS)}"
        raise BadFile(problem, mend=CODES_MEND)
    columns, all_known = _columns(con, read, dataset)
    _, freq, start, after = eurostat.lookup(con, "time_period", list(eurostat.periods()))
    after = f"{start}::date + 1" if measure == "stock" else f"{after}::date"
    when = f"{freq} as period_freq, {start}::date as period_start, {after} as period_end, time_period"
    read.mapped(columns, when).create_view("meant", replace=True)
    if not all_known:
        _matched(con)
    is_from, grain = concept == "next_residence", "M" if dataset.endswith("m") else "A"
    same = {
        "dataset": dataset, "vintage": str(vintage), "measure": measure, "concept": concept, "method": "reported",
        "grain": "P" if measure == "stock" else grain, "reporter_side": "origin" if is_from else "destination",
    }  # fmt: skip
    return con.sql(_ROWS.format(
        constants=", ".join(f"{eurostat.constant(text)} as {name}" for name, text in same.items()),
        origin="near" if is_from else "far", destination="far" if is_from else "near", freq=grain, places=PLACE_MEND,
        base=5 if dataset.startswith(ROUNDED) else "null", codes=CODES_MEND, figures=FIGURE_MEND,
    ))  # fmt: skip


def _columns(con: duckdb.DuckDBPyConnection, read: eurostat.Observations, dataset: str) -> tuple[str, bool]:
    """SQL of what the dimensions mean (`near` is the reporter, `far` the other end); whether every country is known."""
    whence = TABLES[dataset][1]
    found = eurostat.codes(con, read)
    labelled = read.form == "extract" or any(len(code) > 1 for code in found.get("freq", []))
    place = eurostat.place_of_label if labelled else eurostat.place
    made = {"sex": "both", "age": "all", "purpose": "all", "unit": "persons"}
    made = {name: eurostat.constant(text) for name, text in made.items()} | {"freq": "null::varchar"}
    problems, parts, all_known = [], [], True
    for name, codes in sorted(found.items()):
        if name in (whence, "geo"):
            side = "far" if name == whence else "near"
            places = [place(code) for code in codes]
            all_known &= all(country for _, country, *_ in places)
            made[f"{side}_name"], made[side], made[f"{side}_kind"], why = eurostat.lookup(con, name, places)
            problems += [f"case when {made[side]} is null then coalesce({why}, 'country is missing: {name}') end"]
            continue
        target = "purpose" if name == "reason" and dataset == "migr_resfirst" else name
        _, value, why = eurostat.lookup(con, name, [_meaning(target, code) for code in codes])
        problems += [f"coalesce({why}, case when nullif(\"{name}\", '') is null then '{name} is missing' end)"]
        made |= {target: value} if target in made else {}
        parts += [value] if target not in made else []
    made["breakdown"] = eurostat.joined(con, read, "breakdown", parts)
    made["problem"] = f"coalesce({', '.join(problems)})"
    return ", ".join(f"{sql} as {name}" for name, sql in made.items()), all_known


def _meaning(name: str, code: str) -> tuple[str, str | None, str | None]:
    """What a code or label of a dimension means, or why that is not known: code, meaning, reason."""
    value: str | None = None
    if name in PARTS:
        if not re.search("[;=]", code):
            return code, None if code in PARTS[name] else f"{name}={code}", None
    elif name == "age":
        value = eurostat.age(code)
    else:
        value = {"freq": FREQS, "unit": UNITS, "sex": eurostat.SEXES, "purpose": PURPOSES}[name].get(code)
    return code, value, None if value else f"{name} is not known: {code[:80]}"


def _matched(con: duckdb.DuckDBPyConnection) -> None:
    """Raise BadFile where more than UNMATCHED of the people are of countries that nobody knows. Codes of groups
    (NEU28_FOR) are quarantined but not counted: they tell people again who have an origin already."""
    missed = [(name, share) for name, _, share in con.execute(_SHARES).fetchall() if name and share]
    if sum(share for _, share in missed) > UNMATCHED:
        worst = ", ".join(f"{name} ({share:.1%})" for name, share in missed[:5])
        problem = f"countries that are not known have more than {UNMATCHED:.1%} of the people: {worst}"
        raise BadFile(problem, mend=PLACE_MEND)


_SHARES = """
select case when far is null then far_name when near is null then near_name end as name, sum(value) as people,
    people / sum(people) over () as share,
from meant
where far_kind is distinct from 'aggregate' and near_kind is distinct from 'aggregate'
    and not regexp_full_match(coalesce(name, ''), '[A-Z0-9]*_[A-Z0-9_]+')
group by 1 order by 2 desc
"""
_ROWS = """
with judged as (
    select *,
        case
            when _reason is not null then _reason
            when problem is not null then problem
            when period_freq is null then 'period is not known: ' || coalesce(time_period, 'none')
            when period_freq <> '{freq}' or freq <> '{freq}'
                then 'the period is not of the table''s grain: ' || concat_ws(' ', freq, time_period)
            when value <> floor(value) then 'a count of persons has a fraction: ' || value
        end as reason,
    from meant
)
select
    {constants}, {origin} as origin, {origin}_name as origin_name, {origin}_kind as origin_kind,
    {destination} as destination, {destination}_name as destination_name, {destination}_kind as destination_kind,
    unit, sex, age, purpose, breakdown, period_start, period_end, value,
    null::double as value_low, null::double as value_high, {base}::integer as rounding_base,
    case when conf = 'C' and not contains(coalesce(flag, ''), 'c')
        then array_to_string(list_sort(string_split(concat(flag, 'c'), '')), '') else flag end as flag,
    case when contains(flag, 's') then true end as is_imputed,
    case when conf <> 'C' then 'CONF_STATUS ' || conf end as note, raw_row, reason as _reason,
    case when reason is null then null when _mend is not null then _mend
        when starts_with(reason, 'country') then '{places}' when starts_with(reason, 'a count') then '{figures}'
        else '{codes}' end as _mend,
from judged
"""
