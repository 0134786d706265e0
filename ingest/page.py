"""The front page: one HTML file with its data, its charts and its reading of them, made from the published database.

It asks the network for nothing and works from a file. Charts are Vega-Lite specs written with Altair, drawn by the
bundle that vl-convert ships; data and bundle are embedded as gzip, so that the page stays far below their own size.
The Content-Security-Policy lets exactly two scripts run, by their hashes: text of a statement can never become a third.
The same database gives the same bytes.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
import re
from collections.abc import Iterable
from datetime import date
from functools import cache
from itertools import groupby
from pathlib import Path
from typing import Any, TypeAlias

import altair as alt
import duckdb
import jinja2
import vl_convert

HERE = Path(__file__).parent
SAMPLE = "sample: invented figures in the sources' wire form"
FIRST_CHOICE = "KGZ>RUS"

# Evidence sentences are most of a page's weight: the page holds the newest, says how many there are, and the
# database holds all.
NEWEST_PER_DYAD = 100
NEWEST_IN_ALL = 4000

MONTHLY = (
    "n_statements", "n_events", "cooperation_balance", "n_requests", "n_consults", "n_commitments", "n_flights",
)  # fmt: skip

Value: TypeAlias = int | float | None
Json: TypeAlias = dict[str, Any]


def write(database: Path, target: Path) -> None:
    """Write the page of the published DuckDB file `database` to `target`."""
    with duckdb.connect(str(database), read_only=True) as con:
        data = _data(con)
        sources = _records(con, "select * from dim_source order by domain, source_key")
        indicators = _records(con, "select * from dim_indicator order by pillar, indicator")
        notes = _notes(con)
    data["charts"] = charts()
    packed = json.dumps(data, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
    bundle, script = _bundle(), (HERE / "page.js").read_text("utf-8")
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(HERE), autoescape=True, trim_blocks=True, lstrip_blocks=True,
        undefined=jinja2.StrictUndefined,
    )  # fmt: skip
    environment.filters["number"] = lambda value: "" if value is None else f"{value:,}"
    html = environment.get_template("page.html").render(
        sources=sources,
        indicators=indicators,
        notes=notes,
        sample_note=SAMPLE,
        samples=[source for source in sources if source["is_sample"]],
        sampled_domains={source["domain"] for source in sources if source["is_sample"]},
        policy=_policy(bundle, script),
        style=(HERE / "page.css").read_text("utf-8"),
        script=script,
        bundle=_pack(bundle),
        data=_pack(packed),
        fingerprint=hashlib.sha256(packed.encode()).hexdigest()[:16],
    )
    target.write_bytes(html.encode())


@cache
def _bundle() -> str:
    version = ".".join(alt.SCHEMA_VERSION.removeprefix("v").split(".")[:2])
    return vl_convert.javascript_bundle("window.vegaEmbed = vegaEmbed;", vl_version=version)


def _pack(text: str) -> str:
    return base64.b64encode(gzip.compress(text.encode(), 9, mtime=0)).decode()


def _policy(*scripts: str) -> str:
    hashes = " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts
    )
    return f"default-src 'none'; script-src {hashes}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'"


# ---- data ------------------------------------------------------------------------------------------------------------


def _records(con: duckdb.DuckDBPyConnection, query: str) -> list[Json]:
    result = con.execute(query)
    names = [column[0] for column in result.description]
    return [dict(zip(names, row, strict=True)) for row in result.fetchall()]


def _notes(con: duckdb.DuckDBPyConnection) -> dict[str, str]:
    """What a column of a mart means, by 'table.column', as its yml or the seed of indicators says it."""
    rows = con.execute("""
        select table_name || '.' || column_name, comment from duckdb_columns()
        where comment <> '' and schema_name = 'main'
        union all
        select grain || '.' || indicator, formula from dim_indicator where formula is not null
    """).fetchall()
    return {str(name): str(note) for name, note in rows}


def _data(con: duckdb.DuckDBPyConnection) -> Json:
    """All that the page draws: dyads with anything but zeros in either direction, and what was said in them."""
    con.execute("""
        create or replace temp table page_dyads as
        with active as (
            select dyad from dyad_month where n_statements > 0 or n_events > 0 or n_flights > 0
            union
            select dyad from fct_migration where value > 0
        ),
        ends as (
            select split_part(dyad, '-', 1) as a, split_part(dyad, '-', 2) as b from active
        ),
        directed as (
            select a as origin_id, b as destination_id from ends
            union
            select b, a from ends
        )
        select
            row_number() over (order by origin_id, destination_id) - 1 as place,
            origin_id || '>' || destination_id as directed_dyad,
            least(origin_id, destination_id) || '-' || greatest(origin_id, destination_id) as dyad,
            origin_id,
            destination_id
        from directed
    """)
    dyads = [str(row[0]) for row in con.execute("select directed_dyad from page_dyads order by place").fetchall()]
    events, commitments = _events(con), _commitments(con)
    mentioned = {code for dyad in dyads for code in dyad.split(">")}
    for table, columns in ((events, ("actors", "recipients")), (commitments, ("committed_by", "beneficiaries"))):
        mentioned.update(code for column in columns for parties in table[column] for code in parties)
    countries = con.execute("select country_id, name, official_name, name_ru from dim_country order by 1").fetchall()
    return {
        "countries": {row[0]: [text or "" for text in row[1:]] for row in countries if row[0] in mentioned},
        "dyads": dyads,
        "default": _default(con),
        "documented": _documented(con),
        **_months(con),
        "stock": _stock(con),
        "events": events,
        "commitments": commitments,
    }


def _default(con: duckdb.DuckDBPyConnection) -> str | None:
    """KGZ>RUS where it is there, else the dyad that most is said about, else the first."""
    row = con.execute(
        """
        with said as (
            select directed_dyad, sum(n_statements) as n from dyad_month where n_statements > 0 group by 1
        )
        select directed_dyad from page_dyads left join said using (directed_dyad)
        order by directed_dyad <> ?, n desc nulls last, directed_dyad limit 1
        """,
        [FIRST_CHOICE],
    ).fetchone()
    return str(row[0]) if row else None


def _documented(con: duckdb.DuckDBPyConnection) -> list[str]:
    """The dyads that most is said about."""
    rows = con.execute("""
        select directed_dyad from dyad_month where origin_id < destination_id and n_statements > 0
        group by 1 order by sum(n_statements) desc, 1 limit 8
    """).fetchall()
    return [str(row[0]) for row in rows]


def _months(con: duckdb.DuckDBPyConnection) -> Json:
    """Monthly series of every dyad. Equal series are kept once, as runs: most of the world is one row of zeros.

    The millions of zeros never leave the database: it tells which months of a dyad are observed, as a string of bits,
    and the values that are not zero.
    """
    span = con.execute(
        "select min(month), max(month) from dyad_month where n_statements is not null or n_flights is not null"
    ).fetchone()
    if span is None or span[0] is None:
        return {"first_month": None, "n_months": 0, "series": [], "monthly": {}, "coverage": {}}
    first, last = span
    n_months = (last.year - first.year) * 12 + last.month - first.month + 1
    con.execute(
        """
        create or replace temp table page_months as
        select place, datediff('month', ?::date, month) as i, m.*
        from dyad_month as m join page_dyads using (directed_dyad)
        where m.n_statements is not null or m.n_flights is not null
        """,
        [first],
    )
    bits = f"coalesce(bitstring_agg(i, 0, {n_months - 1}) filter (where {{}} is not null)::varchar, '')"
    observed = con.execute(f"""
        select {bits.format("n_statements")}, {bits.format("n_flights")}
        from page_dyads left join page_months using (place) group by place order by place
    """).fetchall()
    series: dict[tuple[Value, ...], int] = {}

    def place(values: Iterable[float | None]) -> int:
        return series.setdefault(_runs(values), len(series))

    @cache
    def zeros(pattern: str) -> int:
        return place(0 if bit == "1" else None for bit in pattern.ljust(n_months, "0"))

    monthly: dict[str, list[int]] = {}
    for column in MONTHLY:
        patterns = [flown if column == "n_flights" else said for said, flown in observed]
        monthly[column] = [zeros(pattern) for pattern in patterns]
        values: dict[int, dict[int, float]] = {}
        for at, i, value in con.execute(
            f"select place, i, round({column}::double, 2) from page_months where {column} <> 0 order by all"
        ).fetchall():
            values.setdefault(at, {})[i] = value
        for at, known in values.items():
            monthly[column][at] = place(known.get(i, 0) if b == "1" else None for i, b in enumerate(patterns[at]))
    shares = con.execute(
        """
        select country_id, map(list(datediff('month', ?::date, month)), list(round(100 * share_both_ends::double, 1)))
        from fct_flights_coverage_month
        where source_key in (select source_key from dim_indicator where indicator = 'n_flights')
            and month between ? and ? and country_id in (select origin_id from page_dyads)
        group by 1 order by 1
        """,
        [first, first, last],
    ).fetchall()
    coverage = {str(country): place(share.get(i) for i in range(n_months)) for country, share in shares}
    return {
        "first_month": first.isoformat(),
        "n_months": n_months,
        "series": list(series),
        "monthly": monthly,
        "coverage": coverage,
    }


def _runs(values: Iterable[float | None]) -> tuple[Value, ...]:
    """Value, length, value, length: [0, 0, 0, 5] is (0, 3, 5, 1)."""
    return tuple(part for value, group in groupby(values) for part in (_short(value), sum(1 for _ in group)))


def _short(value: float | None) -> Value:
    return int(value) if value is not None and value == int(value) else value


def _stock(con: duckdb.DuckDBPyConnection) -> list[Json]:
    """Migrant stock of both sexes, one entry per source, edition and concept, the newest edition first."""
    rows = con.execute("""
        with stock as (
            select source_key, vintage, concept, directed_dyad, year, round(value)::bigint as persons
            from fct_migration
            where measure = 'stock' and sex = 'both' and age = 'all' and purpose = 'all' and breakdown is null
        ),
        years as (
            select source_key, vintage, concept, list(distinct year order by year) as years
            from stock
            group by all
        ),
        filled as (
            select p.place, y.source_key, y.vintage, y.concept, y.years,
                list(s.persons order by each.year) as persons
            from years as y
            cross join page_dyads as p
            cross join unnest(y.years) as each(year)
            left join stock as s
                on s.directed_dyad = p.directed_dyad and s.year = each.year and s.source_key = y.source_key
                and s.vintage = y.vintage and s.concept = y.concept
            group by all
            having count(s.directed_dyad) > 0
        )
        select source_key, vintage, concept, years, list(place order by place), list(persons order by place)
        from filled
        group by source_key, vintage, concept, years
        order by source_key, vintage desc, concept
    """).fetchall()
    names = ("source_key", "vintage", "concept", "years", "dyads", "persons")
    return [dict(zip(names, row, strict=True)) for row in rows]


def _newest(con: duckdb.DuckDBPyConnection, facts: str, parties: str, key: str) -> dict[str, int]:
    """Make temp table page_newest of what the page holds, each with its pairs, and count the pairs that have more.

    Only first tellings: a text that repeats another counts once, as in the indicators.
    """
    con.execute(f"""
        create or replace temp table page_newest as
        with ranked as (
            select
                f.{key} as key, f.published_on, d.place, d.dyad,
                row_number() over (partition by d.dyad order by f.published_on desc, f.{key}) as newest
            from {facts} as f
            join {parties} as p using ({key})
            join page_dyads as d on d.dyad = p.dyad and d.origin_id < d.destination_id
            where f.is_first_telling
        ),
        kept as (
            select key from ranked where newest <= {NEWEST_PER_DYAD} group by key, published_on
            order by published_on desc, key limit {NEWEST_IN_ALL}
        )
        select key, place, dyad, key in (select key from kept) as is_kept from ranked
    """)
    rows = con.execute(
        "select dyad, count(*) from page_newest group by 1 having not bool_and(is_kept) order by 1"
    ).fetchall()
    return {str(dyad): int(n) for dyad, n in rows}


def _events(con: duckdb.DuckDBPyConnection) -> Json:
    more = _newest(con, "fct_statement_events", "fct_event_parties", "event_id")
    rows = _records(con, """
        select published_on, event_type, event_scale, actors, recipients, is_future, is_hypothetical, is_negated,
            is_historical, topics, speaker, trigger as words, sentence, outlet, url, pairs
        from fct_statement_events
        join (
            select key as event_id, list(place order by place) as pairs from page_newest where is_kept group by key
        ) using (event_id)
        order by published_on desc, statement_id, trigger_start, event_id
    """)  # fmt: skip
    for row in rows:
        flags = ("future", "hypothetical", "negated", "historical")
        row["flags"] = [flag for flag in flags if row.pop(f"is_{flag}")]
        row["event_scale"] = _short(row["event_scale"])
    return _columns(
        rows, "published_on event_type event_scale actors recipients flags topics speaker quote outlet url pairs", more
    )


def _commitments(con: duckdb.DuckDBPyConnection) -> Json:
    more = _newest(con, "fct_commitments", "fct_commitment_parties", "commitment_id")
    rows = _records(con, """
        select published_on, committed_by, beneficiaries, kind, topic, direction, amount_min, amount_max, currency,
            instrument, stage, condition, deadline, evidence as words, sentence, outlet, url, pairs,
            coalesce(found, []) as found
        from fct_commitments
        join (
            select key as commitment_id, list(place order by place) as pairs from page_newest where is_kept group by key
        ) using (commitment_id)
        left join (
            select commitment_id, list({
                dyad: dyad, series: coalesce(label, 'No series'), verdict: verdict, reason: reason,
                before: value_before, after: value_after, beyond: change_beyond, p: p_value, beside: evidence_beside
            } order by dyad, indicator) as found
            from fct_commitment_followthrough
            left join dim_indicator using (indicator)
            group by commitment_id
        ) using (commitment_id)
        order by published_on desc, statement_id, span_start, commitment_id
    """)  # fmt: skip
    for row in rows:
        row["amount_min"], row["amount_max"] = _short(row["amount_min"]), _short(row["amount_max"])
        for one in row["found"]:
            one |= {name: _short(one[name]) for name in ("before", "after", "beyond", "p")}
    return _columns(
        rows,
        "published_on committed_by beneficiaries kind topic direction amount_min amount_max currency instrument stage "
        "condition deadline quote outlet url pairs found",
        more,
    )


def _columns(rows: list[Json], names: str, more: dict[str, int]) -> Json:
    """Columns of the rows; `quote` is the sentence cut into what stands before, in and after the words that count."""
    for row in rows:
        row["published_on"] = _day(row["published_on"])
        row["quote"] = _quote(row.pop("sentence"), row.pop("words"))
    return {**{name: [row[name] for row in rows] for name in names.split()}, "more": more}


def _quote(sentence: str | None, words: str) -> tuple[str, str, str]:
    text = sentence or ""
    found = re.search(rf"(?<!\w){re.escape(words)}(?!\w)", text) or re.search(re.escape(words), text)
    return (text[: found.start()], words, text[found.end() :]) if found else ("", words, "")


def _day(value: date) -> str:
    return value.isoformat()


# ---- charts ----------------------------------------------------------------------------------------------------------
#
# A chart names its datasets and styles and holds neither: page.js brings the data, page.css the colours.
# `months` has a row per month, observed or not; `gaps` a row per run of months that nobody observed.

MARGIN_PX = 52  # one width of the left axis, so that equal months stand below each other

MONTHS, GAPS, SHARES, STOCK = (alt.Chart(alt.NamedData(name)) for name in ("months", "gaps", "shares", "stock"))


def charts() -> dict[str, Json]:
    """Vega-Lite specs by the id of the element that they are drawn in."""
    said = {
        "balance_text": "cooperation balance",
        "stories_text": "stories",
        "events_text": "events",
        "requests_text": "requests",
        "consults_text": "meetings and talks",
        "commitments_text": "commitments",
    }
    flown = {"flights_text": "flights", "origin_text": "coverage, origin", "destination_text": "coverage, destination"}
    above = _bars("balance", "plus", tickCount=5).transform_filter("datum.balance > 0")
    below = _bars("balance", "minus", tickCount=5).transform_filter("datum.balance < 0")
    stories = _bars("stories", "count", tickCount=2, tickMinStep=1)
    flights = _bars("flights", "plus", tickCount=4, tickMinStep=1)
    return {
        "balance": _panel(170, above, below, *_base(MONTHS), tips=said),
        "stories": _panel(56, stories, *_base(MONTHS), _none("stories"), tips=said),
        "flights": _panel(150, flights, *_base(MONTHS), _none("flights"), tips=flown),
        "coverage": _panel(84, _share_lines(), tips=flown),
        "migration": _spec(210, _stock_lines(), *_base(STOCK), _stock_tips()),
    }


def _panel(height_px: int, *layers: alt.Chart, tips: dict[str, str]) -> Json:
    """A chart over months: hatched where nobody observed, its layers, and a strip per month that tells its numbers."""
    tooltip = [alt.Tooltip(f"{field}:N", title=title) for field, title in {"label": "month", **tips}.items()]
    return _spec(
        height_px,
        GAPS.mark_rect(style="gap").encode(x=_month(), x2="to:T"),
        *layers,
        GAPS.mark_text(style="gap-label").encode(x=alt.X("middle:T"), text="label:N"),
        MONTHS.mark_rect(style="strip").encode(x=_month(), x2="to:T", tooltip=tooltip),
    )


def _spec(height_px: int, *layers: alt.Chart) -> Json:
    spec: Json = alt.layer(*layers).properties(width="container", height=height_px).to_dict()
    return {name: part for name, part in spec.items() if name not in ("config", "datasets")}


def _month() -> alt.X:
    axis = alt.Axis(tickCount=8, labelFlush=True, labelOverlap=True)
    return alt.X("from:T", title=None, scale=alt.Scale(type="utc", nice=False), axis=axis)


def _y(field: str, **axis: Any) -> alt.Y:
    return alt.Y(f"{field}:Q", title=None, axis=alt.Axis(minExtent=MARGIN_PX, maxExtent=MARGIN_PX, **axis))


def _base(data: alt.Chart) -> tuple[alt.Chart, alt.Chart]:
    """The line of zero, and an unseen one at 4, so that a chart of nothing but zeros has an axis of whole numbers."""
    return data.mark_rule(style="zero").encode(y=alt.datum(0)), data.mark_rule(style="unseen").encode(y=alt.datum(4))


def _bars(field: str, style: str, **axis: Any) -> alt.Chart:
    bars: alt.Chart = MONTHS.mark_rect(style=["bar", style])
    return bars.encode(x=_month(), x2="to:T", y=_y(field, **axis), y2=alt.datum(0))


def _none(field: str) -> alt.Chart:
    """A bar of nothing: the month was looked at, and there was none."""
    rule: alt.Chart = MONTHS.transform_filter(f"datum.{field} === 0").mark_rule(style="none")
    return rule.encode(x=_month(), x2="to:T", y=alt.datum(0))


def _share_lines() -> alt.Chart:
    whose = alt.Legend(title=None, orient="top", direction="horizontal", symbolType="stroke", labelLimit=300)
    axis = alt.Axis(minExtent=MARGIN_PX, maxExtent=MARGIN_PX, values=[0, 50, 100], labelExpr="datum.value + ' %'")
    lines: alt.Chart = SHARES.mark_line(style="share", point=True)
    return lines.encode(
        x=alt.X("middle:T"),
        y=alt.Y("share:Q", title=None, scale=alt.Scale(domain=[0, 100]), axis=axis),
        color=alt.Color("country:N", sort=None, legend=whose),
        strokeDash=alt.StrokeDash("country:N", sort=None, legend=whose),
    )


def _stock_lines() -> alt.Chart:
    scale = alt.Scale(zero=False, nice=False, padding=14)
    key = alt.Legend(title=None, orient="top", direction="vertical", symbolType="stroke", labelLimit=360)
    lines: alt.Chart = STOCK.mark_line(style="edition", point=True)
    return lines.encode(
        x=alt.X("year:Q", title=None, scale=scale, axis=alt.Axis(format="d", tickMinStep=1, tickCount=8, grid=False)),
        y=_y("persons", tickCount=5, format=",d", tickMinStep=1),
        color=alt.Color("edition:N", sort=None, legend=key),
        strokeDash=alt.StrokeDash("edition:N", sort=None, legend=key),
    )


def _stock_tips() -> alt.Chart:
    points: alt.Chart = STOCK.mark_point(style="touch")
    tooltip = [
        alt.Tooltip("year:Q", format="d"),
        alt.Tooltip("persons_text:N", title="migrants"),
        alt.Tooltip("edition:N"),
    ]
    return points.encode(x=alt.X("year:Q"), y=alt.Y("persons:Q"), tooltip=tooltip)
