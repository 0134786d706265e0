"""A tiny landing made by hand, one dbt build over it, and the marts against figures worked out another way.

The landing holds every case that the rules speak of: a file delivered twice, a good file followed by a bad one, legs
with a missing end or an unknown airport, an aggregate among the origins, two editions, a text carried by two outlets.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from itertools import combinations, product
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from ingest import contract, dbt_sources, settings

PROJECT = settings.REPOSITORY / "dbt_project"
FLIGHTS, STATEMENTS, STOCKS, AIRPORTS = "opensky_flightlist", "text_files", "un_desa_migrant_stock", "airportsdata"
VARS = "{flight_min_legs: 1, flight_min_share_both_ends: 0}"
STATES = ("KGZ", "RUS", "KAZ", "TJK")

AIRPORT_ROWS = [("UCFM", "KGZ"), ("UCFO", "KGZ"), ("UUEE", "RUS"), ("UUDD", "RUS"), ("UAAA", "KAZ"), ("FMEE", "REU")]
FORMER = {"UAFM": "UCFM"}  # seeds/airport_history.csv

# callsign, origin, destination, day
JANUARY = [
    ("AFL1880", "UUEE", "UCFM", "2020-01-03"),
    ("AFL1881", "UCFM", "UUEE", "2020-01-03"),
    ("AFL1882", "UUEE", "UCFM", "2020-01-04"),
    ("KGA123", "UUDD", "UCFO", "2020-01-05"),
    ("KGA1", "UCFM", "UCFO", "2020-01-06"),  # domestic
    ("UZB1", "UCFM", None, "2020-01-07"),  # nobody saw the end
    (None, None, "UUEE", "2020-01-08"),  # nobody saw the start
    ("KZR9", "UAAA", "ZZ99", "2020-01-09"),  # a code in no register
    ("N123", None, None, "2020-01-10"),
    ("AFR1", "FMEE", "UUEE", "2020-01-11"),  # from a territory
    ("AFL7", "UUEE", "UAFM", "2020-01-12"),  # UCFM by its former code
]
FEBRUARY = [("AFL1880", "UUEE", "UCFM", "2020-02-03"), ("AFL1881", "UUEE", "UUDD", "2020-02-04")]
WITHDRAWN = [("BAD1", "UUEE", "UCFM", "2020-02-03")] * 5

# origin, kind, year, vintage, persons; the destination is RUS
STOCK_ROWS = [
    ("KGZ", "state", 2020, "2020", 591025),
    ("KGZ", "state", 2020, "2024", 399110),
    ("KGZ", "state", 2015, "2020", 500000),
    ("TJK", "state", 2020, "2024", 0),
    ("KAZ", "state", 2020, "2024", None),
    ("947", "aggregate", 2020, "2024", 9000000),
    ("REU", "territory", 2020, "2024", 3),
]

MEETING = "The foreign ministers of Kyrgyzstan and Russia met in Bishkek on Friday to discuss air travel."
TEXTS = {
    "one": ("2020-01-10", MEETING),
    "copy": ("2020-01-11", MEETING),
    "two": ("2020-03-05", "«Четыре страны»: Kazakhstan, Kyrgyzstan, Russia and Tajikistan agreed on water."),
    "three": ("2020-03-06", "Russia will lend money to Kyrgyzstan and Tajikistan, it said; it asked for patience."),
}

# event, statement, type, scale, actors, recipients, flags, trigger
EVENTS = [
    ("e1", "one", "CONSULT", 3, ["KGZ", "RUS"], [], "", "met"),
    ("e1copy", "copy", "CONSULT", 3, ["KGZ", "RUS"], [], "", "met"),
    ("e2", "two", "AGREE", 5, sorted(STATES), [], "", "agreed"),
    ("e3", "three", "AGREE", 5, ["RUS"], ["KGZ", "TJK"], "future", "will lend"),
    ("e4", "three", "REQUEST", 0, ["RUS"], ["KGZ"], "", "asked for"),
    ("e5", "three", "ACCUSE", -2, ["KGZ"], ["RUS"], "historical", "said"),
    ("e6", "three", "SANCTION", -6, ["KGZ"], ["RUS"], "negated", "said"),
    ("e7", "three", "AID", 7, ["RUS"], ["TJK", "UNO"], "hypothetical", "lend"),
]
QUAD = {"CONSULT": 1, "AGREE": 1, "AID": 2, "REQUEST": 3, "ACCUSE": 3, "SANCTION": 4}
OFFICES = {"e1": "Foreign Minister of the Kyrgyz Republic"}
COMMITMENTS = [("c1", "three", ["RUS"], ["KGZ", "TJK"], "will lend"), ("c2", "two", sorted(STATES), [], "agreed")]

# dataset, edition, one, other, measure, code, first year, first year after it or none, value
TIES: list[tuple[str, str, str, str, str, str | None, int, int | None, float | None]] = [
    ("contdir", "2", "KGZ", "KAZ", "contiguity", "1", 2015, 2019, None),
    ("contdir", "2", "KAZ", "KGZ", "contiguity", "1", 2016, 2017, None),  # told in the other order too
    ("contdir", "2", "RUS", "TJK", "contiguity", "5", 2016, 2017, None),
    ("contdir", "1", "KGZ", "RUS", "contiguity", "1", 2015, 2020, None),  # of an edition that was corrected
    ("mindist", "2", "RUS", "KGZ", "min_distance", None, 2018, 2019, 887.5),
    ("atop", "5", "KGZ", "RUS", "alliance_defense", None, 2015, 2016, None),
    ("atop", "5", "TJK", "KGZ", "alliance_nonaggression", None, 2017, 2018, None),
    ("desta", "1", "KGZ", "RUS", "trade_agreement", "1040+2", 2016, None, None),
    ("desta", "1", "KGZ", "RUS", "trade_agreement", "7", 2015, 2016, None),
    ("desta", "1", "KAZ", "TJK", "trade_agreement_signed", "9", 2018, None, None),
]
VOTERS = ("KGZ", "RUS", "KAZ")
VOTES = {  # roll call, year: the votes of VOTERS
    ("1", 2016): ("yes", "yes", "no"), ("2", 2016): ("abstain", "yes", "absent"), ("3", 2016): ("no", "yes", "no"),
    ("4", 2017): ("absent", "yes", "abstain"), ("5", 2017): ("absent", "no", "no"),
}  # fmt: skip
IN_2015 = {"KGZ": {"A": "member", "B": "member"}, "RUS": {"A": "associate", "C": "member"}, "TJK": {"*": "none"}}

Rows = list[dict[str, Any]]


class Landing:
    """Writes landed files as `ingest.landing` lays them, without a source module."""

    def __init__(self, root: Path) -> None:
        self.root, self.con = root, duckdb.connect()
        for table in contract.TABLES.values():
            (root / table.name).mkdir(parents=True)
            contract.empty(self.con, table, str(root / table.name / "_empty.parquet"))

    def put(self, table: str, key: str, sha: str, rows: Rows) -> None:
        """Write the rows of one raw file, in the table's types; columns that are not given are null."""
        columns = contract.all_columns(contract.TABLES[table])
        types = {column.name: column.type for column in columns}
        given = self.root / "given.json"
        whole = [dict.fromkeys(types) | {"source_key": key, "raw_sha256": sha, "raw_row": n} | row
                 for n, row in enumerate(rows, 1)]  # fmt: skip
        given.write_text(json.dumps(whole), encoding="utf-8")
        target = self.root / table / key / f"{sha}.parquet"
        target.parent.mkdir(exist_ok=True, parents=True)
        self.con.execute(f"copy (select * from read_json('{given}', columns={types})) to '{target}' (format parquet)")
        given.unlink()

    def receipt(self, table: str, key: str, sha: str, file: str, fetched: str, rows: int, **more: Any) -> None:
        folder = self.root / "receipts" / key
        folder.mkdir(parents=True, exist_ok=True)
        receipt = {
            "source_key": key, "table": table, "file": file, "url": "", "fetched_at": f"{fetched}T00:00:00+00:00",
            "sha256": sha, "bytes": 1, "is_sample": True, "status": "landed", "rows_in": rows, "rows_landed": rows,
            "rows_quarantined": 0, "reasons": {}, "vintages": ["v"], "code_version": "x", "problem": "", "mend": "",
        }  # fmt: skip
        (folder / f"{sha}.json").write_text(json.dumps(receipt | more))

    def land(self, table: str, key: str, sha: str, file: str, fetched: str, rows: Rows) -> None:
        self.put(table, key, sha, rows)
        self.receipt(table, key, sha, file, fetched, len(rows))

    def write(self, name: str, query: str) -> None:
        (self.root / name).parent.mkdir(exist_ok=True)
        self.con.execute(f"copy ({query}) to '{self.root / name}' (format parquet)")


def legs(rows: list[tuple[str | None, str | None, str | None, str]]) -> Rows:
    return [
        {"icao24": f"{n:06x}", "callsign": callsign, "origin": origin, "destination": destination, "day": day,
         "first_seen": f"{day} 01:00:00", "last_seen": f"{day} 05:00:00", "vintage": "1"}
        for n, (callsign, origin, destination, day) in enumerate(rows)
    ]  # fmt: skip


def coded(statement: str, words: str, span: tuple[str, str]) -> dict[str, Any]:
    day, text = TEXTS[statement]
    start = text.index(words)
    return {
        "statement_id": statement, "published_on": day, "vintage": day, span[0]: start, span[1]: start + len(words),
        "confidence": 1, "rule_id": "r", "sentence_no": 0, "sentence_start": 0, "sentence_end": len(text),
        "coder": "rules", "coder_version": "1.0",
    }  # fmt: skip


def fill(landing: Landing) -> None:
    landing.land("airports", AIRPORTS, "a1", "airports.csv", "2020-01-01", [
        {"icao": icao, "country_id": country, "latitude_deg": 1, "longitude_deg": 1, "vintage": "1"}
        for icao, country in AIRPORT_ROWS
    ])  # fmt: skip
    landing.land("flights", FLIGHTS, "f1", "january.csv", "2020-02-01", legs(JANUARY))
    landing.land("flights", FLIGHTS, "f2", "february.csv", "2020-03-01", legs(WITHDRAWN))
    landing.land("flights", FLIGHTS, "f3", "february.csv", "2020-03-02", legs(FEBRUARY))
    landing.receipt("flights", FLIGHTS, "f4", "february.csv", "2020-03-03", 0, status="rejected")
    for vintage in ("2020", "2024"):
        landing.land("migration", STOCKS, f"m{vintage}", f"{vintage}.xlsx", "2024-06-01", [
            {"origin": origin, "origin_name": origin, "origin_kind": kind, "destination": "RUS",
             "destination_name": "Russia", "destination_kind": "state", "dataset": "t", "reporter_side": "observer",
             "measure": "stock", "concept": "birth", "unit": "persons", "sex": "both", "age": "all", "purpose": "all",
             "method": "un_desa", "grain": "P", "period_start": f"{year}-07-01", "period_end": f"{year}-07-02",
             "value": persons, "vintage": edition}
            for origin, kind, year, edition, persons in STOCK_ROWS if edition == vintage
        ])  # fmt: skip
    landing.land("statements", STATEMENTS, "s1", "texts.json", "2020-04-01", [
        {"statement_id": key, "published_on": day, "text": text, "file": "texts.json", "vintage": day}
        for key, (day, text) in TEXTS.items()
    ])  # fmt: skip
    landing.put("statement_codings", STATEMENTS, "s1", [
        {"statement_id": key, "coder": "rules", "coder_version": "1.0", "n_events": 1, "n_commitments": 0,
         "text_sha256": hashlib.sha256(text.encode()).hexdigest(), "vintage": day}
        for key, (day, text) in TEXTS.items()
    ])  # fmt: skip
    landing.put("statement_events", STATEMENTS, "s1", [
        coded(statement, words, ("trigger_start", "trigger_end")) | {
            "event_id": key, "event_type": kind, "quad_class": QUAD[kind], "event_scale": scale,
            "actors": actors, "recipients": recipients, "parties": json.dumps([{"office": OFFICES.get(key)}]),
            "topics": ["other"], "trigger": words,
            **{f"is_{flag}": flag == flags for flag in ("future", "hypothetical", "negated", "historical")},
        }
        for key, statement, kind, scale, actors, recipients, flags, words in EVENTS
    ])  # fmt: skip
    landing.put("statement_commitments", STATEMENTS, "s1", [
        coded(statement, words, ("span_start", "span_end")) | {
            "commitment_id": key, "committed_by": by, "beneficiaries": to, "kind": "action", "topic": "other",
            "direction": "start", "instrument": "none", "stage": "pledged", "evidence": words,
        }
        for key, statement, by, to, words in COMMITMENTS
    ])  # fmt: skip
    fill_structure(landing)
    held = "'{0}' as source_key, 'february.csv' as file, 'f4' as raw_sha256, null::bigint as raw_row, "
    landing.write(
        "quarantine/held.parquet",
        "select " + held.format(FLIGHTS) + "'file rejected: it is empty' as reason, 'get it again' as mend, "
        "null::varchar as row_json",
    )
    sources = ((AIRPORTS, "reference"), (FLIGHTS, "flights"), (STOCKS, "migration"), (STATEMENTS, "statements"),
               ("nothing_yet", "statements"), ("unga_votes", "structure"))  # fmt: skip
    texts = "title publisher landing_page licence citation coverage canonical_table doc".split()
    landing.write("catalogue/sources.parquet", " union all ".join(
        f"select '{key}' as source_key, '{domain}' as domain, " + ", ".join(f"'x' as {name}" for name in texts)
        + ", '@monthly' as cadence, 31 as look_back_days, null::date as covers_from, null::date as covers_to"
        for key, domain in sources
    ))  # fmt: skip


def fill_structure(landing: Landing) -> None:
    for dataset, vintage in sorted({tie[:2] for tie in TIES}):
        landing.land("ties", dataset, f"{dataset}{vintage}", f"{dataset}{vintage}.csv", f"2020-01-0{vintage}", [
            {"dataset": dataset, "origin": one, "origin_name": one, "origin_kind": "state", "destination": other,
             "destination_name": other, "destination_kind": "state", "is_directed": dataset == "atop",
             "measure": measure, "code": code, "period_start": f"{start}-01-01",
             "period_end": f"{end}-01-01" if end else None, "value": value, "unit": "tie", "vintage": edition}
            for of, edition, one, other, measure, code, start, end, value in TIES if (of, edition) == (dataset, vintage)
        ])  # fmt: skip
    landing.land("votes", "unga_votes", "v1", "votes.csv", "2020-01-01", [
        {"dataset": "UNVotes", "country": state, "country_name": state, "country_kind": "state", "roll_call": number,
         "voted_on": f"{year}-10-01", "vote": vote, "vintage": "1"}
        for (number, year), votes in VOTES.items() for state, vote in zip(VOTERS, votes, strict=True)
    ])  # fmt: skip
    landing.land("memberships", "igo_memberships", "o1", "igos.csv", "2020-01-01", [
        {"dataset": "state_year", "country": state, "country_name": state, "country_kind": "state", "code": state,
         "organisation": organisation, "status": status, "period_start": "2015-01-01", "period_end": "2016-01-01",
         "vintage": "3"}
        for state, told in IN_2015.items() for organisation, status in told.items()
    ])  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    """One build, with all of dbt's own tests, for all tests of this module."""
    home = tmp_path_factory.mktemp("home")
    (home / "warehouse").mkdir()
    fill(Landing(home / "landing"))
    environment = os.environ | {
        "ENTENTE_HOME": str(home), "ENTENTE_LANDING": "", "ENTENTE_REPOSITORY": str(settings.REPOSITORY),
        "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--project-dir", str(PROJECT),
               "--profiles-dir", str(PROJECT),
               "--vars", VARS]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    assert not list((home / "warehouse").glob("*.wal")), "the file must be whole when the build ends"
    con = duckdb.connect(str(home / "warehouse" / "entente.duckdb"), read_only=True)
    yield con
    con.close()


def test_a_month_of_the_panel_is_built_again_where_its_facts_change_and_nowhere_else(
    warehouse: duckdb.DuckDBPyConnection, tmp_path: Path
) -> None:
    [(file,)] = warehouse.execute("select path from duckdb_databases() where database_name = 'entente'").fetchall()
    (tmp_path / "warehouse").mkdir()
    copy = shutil.copy(file, tmp_path / "warehouse" / "entente.duckdb")
    with duckdb.connect(str(copy)) as con:
        con.execute("update intermediate.int_statement_dyad_months set n_requests = 5 where month = '2020-03-01'")
        con.execute("update dyad_month set n_requests = 7 where n_requests is not null")  # shows what is left alone
    environment = os.environ | {
        "ENTENTE_HOME": str(tmp_path), "ENTENTE_LANDING": str(Path(file).parents[1] / "landing"),
        "ENTENTE_REPOSITORY": str(settings.REPOSITORY), "DBT_TARGET_PATH": str(tmp_path / "target"),
        "DBT_LOG_PATH": str(tmp_path / "logs"),
    }  # fmt: skip
    command = [str(Path(sys.executable).with_name("dbt")), "run", "--select", "int_panel_months", "dyad_month",
               "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT), "--vars", VARS]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    with duckdb.connect(str(copy), read_only=True) as con:
        requests = "select distinct month, n_requests from dyad_month where n_requests is not null order by all"
        found = {(str(month)[:7], n) for month, n in con.execute(requests).fetchall()}
        rows = con.execute("select month, count(*) from dyad_month group by 1").fetchall()
    assert found == {("2020-01", 7), ("2020-02", 7), ("2020-03", 5)}
    assert len({n for _, n in rows}) == 1, "the month that was built again has the rows of the universe"


def test_the_semantic_layer_answers_as_the_panel_does(
    warehouse: duckdb.DuckDBPyConnection, table: Callable[[str], pd.DataFrame], tmp_path: Path
) -> None:
    [(file,)] = warehouse.execute("select path from duckdb_databases() where database_name = 'entente'").fetchall()
    home = Path(file).parents[1]
    environment = os.environ | {
        "ENTENTE_HOME": str(home), "ENTENTE_LANDING": "", "ENTENTE_REPOSITORY": str(settings.REPOSITORY),
        "DBT_PROFILES_DIR": str(PROJECT), "DO_NOT_TRACK": "1", "ENTENTE_TARGET": "published",
        "DBT_TARGET_PATH": str(tmp_path / "target"),
    }  # fmt: skip
    (home / "published" / "current").mkdir(parents=True)
    (home / "published" / "current" / "entente.duckdb").symlink_to(file)
    asked = ["query", "--metrics", "n_events,cooperation_balance", "--group-by", "metric_time__month,dyad_month__pair",
             "--csv", str(tmp_path / "answer.csv")]  # fmt: skip
    done = subprocess.run(
        [str(Path(sys.executable).with_name("mf")), *asked],
        env=environment,
        cwd=PROJECT,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    answer = pd.read_csv(tmp_path / "answer.csv").dropna(subset="n_events")
    answer["key"] = list(zip(answer.dyad_month__pair, answer.metric_time__month.str[:7], strict=True))
    panel = table("select * from dyad_month where origin_id < destination_id and n_events is not null")
    panel["key"] = list(zip(panel.dyad, panel.month.dt.strftime("%Y-%m"), strict=True))
    for metric in ("n_events", "cooperation_balance"):
        assert answer.set_index("key")[metric].to_dict() == pytest.approx(panel.set_index("key")[metric].to_dict())


@pytest.fixture(scope="module")
def table(warehouse: duckdb.DuckDBPyConnection) -> Callable[[str], pd.DataFrame]:
    return lambda query: warehouse.execute(query if " " in query else f"select * from main.{query}").df()


def located() -> pd.DataFrame:
    """The legs that count, with the countries of their ends."""
    frame = pd.DataFrame(JANUARY + FEBRUARY, columns=["callsign", "origin", "destination", "day"])
    frame = frame.replace({"origin": FORMER, "destination": FORMER})
    country = dict(AIRPORT_ROWS)
    frame["origin_id"], frame["destination_id"] = frame.origin.map(country), frame.destination.map(country)
    frame["month"] = pd.to_datetime(frame.day).dt.to_period("M").dt.to_timestamp()
    return frame


def dyads_of(actors: list[str], recipients: list[str]) -> dict[frozenset[str], set[str]]:
    """Unordered dyads of states, each with those who act in it."""
    pairs = product(actors, recipients) if recipients else [(a, b) for a in actors for b in actors]
    found: dict[frozenset[str], set[str]] = {}
    for actor, other in pairs:
        if actor != other and {actor, other} <= set(STATES):
            found.setdefault(frozenset((actor, other)), set()).add(actor)
    return found


def expected_statements() -> dict[tuple[str, str, str], dict[str, float]]:
    """The measures of each ordered dyad and month, counted event by event in plain Python."""
    made: dict[tuple[str, str, str], dict[str, float]] = {}
    quads = {1: "n_verbal_cooperation", 2: "n_material_cooperation", 3: "n_verbal_conflict", 4: "n_material_conflict"}
    names = ("n_events", "n_events_directed", "cooperation_balance", "n_requests", "n_consults", "n_commitments",
             "n_meetings_heads", "n_meetings_ministers", "n_meetings_deputies", *quads.values())  # fmt: skip
    for event, statement, kind, scale, actors, recipients, flag, _ in EVENTS:
        if flag in ("historical", "negated") or event == "e1copy":
            continue
        dyads = dyads_of(actors, recipients)
        for pair, acting in dyads.items():
            for origin, destination in (sorted(pair), sorted(pair, reverse=True)):
                cell = made.setdefault((origin, destination, TEXTS[statement][0][:7]), dict.fromkeys(names, 0.0))
                weight = 1 / len(dyads)
                cell["n_events"] += weight
                cell["n_events_directed"] += weight * (origin in acting)
                cell["n_requests"] += weight * (kind == "REQUEST")
                cell["n_consults"] += weight * (kind == "CONSULT")
                cell["n_meetings_ministers"] += weight * (kind == "CONSULT" and "Minister" in OFFICES.get(event, ""))
                cell[quads[QUAD[kind]]] += weight * (kind != "REQUEST")
                cell["cooperation_balance"] += weight * scale * (flag != "hypothetical" and kind != "REQUEST")
    for _, statement, by, to, _ in COMMITMENTS:
        dyads = dyads_of(by, to)
        for pair in dyads:
            for origin, destination in (sorted(pair), sorted(pair, reverse=True)):
                cell = made.setdefault((origin, destination, TEXTS[statement][0][:7]), dict.fromkeys(names, 0.0))
                cell["n_commitments"] += 1 / len(dyads)
    return made


def test_statement_measures_are_those_counted_by_hand(table: Callable[[str], pd.DataFrame]) -> None:
    panel = table("dyad_month")
    panel["key"] = list(zip(panel.origin_id, panel.destination_id, panel.month.dt.strftime("%Y-%m"), strict=True))
    expected = expected_statements()
    assert set(expected) <= set(panel.key)
    assert panel[panel.is_statement_covered].shape[0] == 4 * 3 * 3, "four states that are party, three months"
    for row in panel[panel.is_statement_covered].itertuples():
        for name, value in expected.get(row.key, dict.fromkeys(next(iter(expected.values())), 0.0)).items():
            assert getattr(row, name) == pytest.approx(value), (row.key, name)
    assert panel[~panel.is_statement_covered][list(next(iter(expected.values())))].isna().all(axis=None)


def test_attention_is_the_share_of_what_a_state_does_that_month(table: Callable[[str], pd.DataFrame]) -> None:
    panel = table("select * from dyad_month where is_statement_covered")
    acts = panel.groupby(["origin_id", "month"]).n_events_directed.transform("sum")
    expected = (panel.n_events_directed / acts).where(acts > 0)
    assert panel.attention_share.round(8).equals(expected.round(8))
    assert panel.attention_share.notna().sum() > 4 and panel.attention_share.isna().any()


def test_observations_hold_each_cell_of_the_panels_and_no_other(table: Callable[[str], pd.DataFrame]) -> None:
    tall = table("observations")
    seed = table("dim_indicator").set_index("indicator")
    assert set(tall.indicator) <= set(seed.index)
    told = 0
    for panel, grain, start in (("dyad_month", "M", "month"), ("dyad_year", "A", "year")):
        wide = table(panel)
        wide["period_start"] = pd.to_datetime(wide[start].astype(str) + ("-01-01" if grain == "A" else ""))
        for indicator, part in tall[tall.grain == grain].groupby("indicator"):
            cells = wide.set_index(["directed_dyad", "period_start"])[indicator].dropna().astype(float)
            assert (
                part.set_index(["directed_dyad", "period_start"])
                .value.sort_index()
                .equals(cells.sort_index().rename("value"))
            ), (panel, indicator)
            assert set(part.unit) == {seed.unit[indicator]}
            told += len(part)
    assert told == len(tall) > 100


def test_text_carried_by_two_outlets_is_one_statement(table: Callable[[str], pd.DataFrame]) -> None:
    panel = table("select * from dyad_month where dyad = 'KGZ-RUS'").set_index(["directed_dyad", "month"]).sort_index()
    assert panel.n_statements.tolist() == [1, 0, 2] * 2
    events = table("fct_statement_events").set_index("event_id")
    assert events.story_id["e1"] == events.story_id["e1copy"]
    assert not events.is_first_telling["e1copy"]


def test_flights_count_the_latest_good_delivery_only(table: Callable[[str], pd.DataFrame]) -> None:
    expected = located().query("origin_id != destination_id").groupby(["origin_id", "destination_id", "month"])
    flown = table("fct_flights_dyad_month").set_index(["origin_id", "destination_id", "month"]).sort_index()
    assert flown.n_flights.to_dict() == expected.size().to_dict()
    assert flown.n_routes.to_dict() == {key: len({*zip(g.origin, g.destination, strict=True)}) for key, g in expected}
    prefixes = {key: g.callsign.str.extract(r"^([A-Z]{3})\d")[0].nunique() for key, g in expected}
    assert flown.n_callsign_prefixes.to_dict() == prefixes


def test_every_leg_landed_is_told_by_either_end(table: Callable[[str], pd.DataFrame]) -> None:
    frame = located().fillna({"origin_id": "UNK", "destination_id": "UNK"})
    told = table("fct_flights_coverage_month").set_index(["country_id", "month"]).sort_index()
    assert told.n_legs_departing.groupby("month").sum().tolist() == [len(JANUARY), len(FEBRUARY)]
    assert told.n_legs_arriving.groupby("month").sum().tolist() == [len(JANUARY), len(FEBRUARY)]
    for (country, month), row in told.iterrows():
        here = frame[(frame.month == month) & ((frame.origin_id == country) | (frame.destination_id == country))]
        assert row.n_legs_touching == len(here)
        assert row.n_legs_both_ends == len(here[(here.origin_id != "UNK") & (here.destination_id != "UNK")])
    assert told.n_unknown_airport[("UNK", pd.Timestamp("2020-01-01"))] == 1
    assert told.n_airports_seen[("KGZ", pd.Timestamp("2020-01-01"))] == 2, "two airports by three codes"


def test_flights_are_zero_where_both_states_were_seen_and_null_elsewhere(
    table: Callable[[str], pd.DataFrame],
) -> None:
    panel = table("dyad_month").set_index(["directed_dyad", "month"]).n_flights
    january, february = pd.Timestamp("2020-01-01"), pd.Timestamp("2020-02-01")
    assert panel["RUS>KGZ", january] == 4
    assert panel["KGZ>RUS", january] == 1
    assert panel["KAZ>KGZ", january] == 0, "both were seen, and nothing flew between them"
    assert pd.isna(panel["KAZ>KGZ", february]), "Kazakhstan was not seen that month"
    assert pd.isna(panel["TJK>KGZ", january])
    assert panel[:, pd.Timestamp("2020-03-01")].isna().all(), "the month has not landed"
    assert panel.notna().sum() == 3 * 2 + 2 * 1


def test_panel_is_every_ordered_pair_of_states_of_the_month(table: Callable[[str], pd.DataFrame]) -> None:
    countries = table("select * from dim_country where kind = 'state'")
    alive = countries[countries.valid_to.isna() | (countries.valid_to > "2020-04-01")]
    alive = alive[alive.valid_from.isna() | (alive.valid_from < "2020-01-01")]
    n = len(alive)
    assert table("select count(*) as n from dyad_month").n[0] == 3 * n * (n - 1)
    assert table("select count(*) as n from dyad_year").n[0] == 6 * n * (n - 1)
    listed = set(table("select distinct origin_id from dyad_month").origin_id)
    assert listed == set(alive.country_id) and "SUN" not in listed


def test_stock_is_of_the_latest_edition_and_no_unlisted_pair_is_zero(table: Callable[[str], pd.DataFrame]) -> None:
    stocks = table("fct_migration")
    assert set(stocks.origin_id) == {"KGZ", "TJK", "KAZ", "REU"}, "an aggregate is no party to a dyad"
    years = table("dyad_year").set_index(["directed_dyad", "year"])
    assert years.migrant_stock_persons["KGZ>RUS", 2020] == 399110
    assert years.migrant_stock_vintage["KGZ>RUS", 2020] == "2024"
    assert years.migrant_stock_persons["KGZ>RUS", 2015] == 500000
    assert years.loc[("KGZ>RUS", 2020), ["migrant_stock_min", "migrant_stock_max"]].tolist() == [399110, 591025]
    assert years.migrant_stock_persons["TJK>RUS", 2020] == 0, "a published zero"
    assert years.migrant_stock_editions["KAZ>RUS", 2020] == 1
    assert years.migrant_stock_persons.notna().sum() == 3, "what is not published is null"


def test_year_sums_the_covered_months(table: Callable[[str], pd.DataFrame]) -> None:
    year = table("select * from dyad_year where directed_dyad = 'RUS>KGZ' and year = 2020").iloc[0]
    months = table("select * from dyad_month where directed_dyad = 'RUS>KGZ'")
    assert (year.n_flights, year.flight_months_covered, year.statement_months_covered) == (5, 2, 3)
    for name in ("n_statements", "n_events", "cooperation_balance", "n_requests", "n_commitments"):
        assert year[name] == pytest.approx(months[name].sum())
    before = table("select * from dyad_year where directed_dyad = 'RUS>KGZ' and year = 2019").iloc[0]
    assert pd.isna(before.n_statements) and pd.isna(before.n_flights)


def test_structure_is_what_is_worked_out_by_hand(table: Callable[[str], pd.DataFrame]) -> None:
    """Every cell of the six dyads and six years; 0 and false in the years of a table, null in those that it lacks."""
    latest = {dataset: max(tie[1] for tie in TIES if tie[0] == dataset) for dataset, *_ in TIES}
    counting = [tie for tie in TIES if tie[1] == latest[tie[0]]]
    last = {"contdir": 2018, "atop": 2017, "desta": 2018}
    stand = {"yes": 1.0, "abstain": 0.5, "no": 0.0}
    panel = table("fct_structure_dyad_year").set_index(["dyad", "year"])
    for one, other in combinations(sorted(STATES), 2):
        for year in range(2015, 2021):
            row = panel.loc[f"{one}-{other}", year]
            held = [tie for tie in counting if {tie[2], tie[3]} == {one, other}
                    and tie[6] <= year < (tie[7] or last["desta"] + 1)]  # fmt: skip
            of = {tie[4]: tie for tie in held}
            told: dict[str, Any] = dict.fromkeys(
                "is_contiguous contiguity_type min_distance_km has_defense_pact has_nonaggression_pact "
                "has_trade_agreement n_trade_agreements vote_agreement n_joint_votes n_joint_igos".split()
            )
            if year <= last["contdir"]:
                code = of["contiguity"][5] if "contiguity" in of else None
                told |= {"is_contiguous": code == "1", "contiguity_type": code and int(code)}
            if year <= last["atop"]:
                told |= {"has_defense_pact": "alliance_defense" in of,
                         "has_nonaggression_pact": "alliance_nonaggression" in of}  # fmt: skip
            if year <= last["desta"]:
                n = sum(tie[4] == "trade_agreement" for tie in held)
                told |= {"has_trade_agreement": n > 0, "n_trade_agreements": n}
            if "min_distance" in of:
                told["min_distance_km"] = of["min_distance"][8]
            if {one, other} <= {*VOTERS} and year in (2016, 2017):
                cast = [(votes[VOTERS.index(one)], votes[VOTERS.index(other)]) for (_, of_year), votes in VOTES.items()
                        if of_year == year]  # fmt: skip
                apart = [abs(stand[a] - stand[b]) for a, b in cast if "absent" not in (a, b)]
                told |= {"n_joint_votes": len(apart)} | (
                    {"vote_agreement": 1 - sum(apart) / len(apart)} if apart else {}
                )
            if year == 2015 and {one, other} <= {*IN_2015}:
                told["n_joint_igos"] = len({*IN_2015[one]} & {*IN_2015[other]})
            for name, value in told.items():
                found = None if pd.isna(row[name]) else row[name]
                assert found == (pytest.approx(value) if isinstance(value, float) else value), (one, other, year, name)
    assert list(panel.loc["KGZ-RUS", 2020].shared_memberships) == ["CIS", "CSTO", "EAEU", "SCO"]
    assert panel.loc["KGZ-RUS", 2020].capital_distance_km == pytest.approx(2_970, rel=0.01)


def test_universe_is_counted_before_and_after_each_join(table: Callable[[str], pd.DataFrame]) -> None:
    universe = table("select count(*) as n, count(distinct (dyad, year)) as m from intermediate.int_dyad_years")
    assert universe.n[0] == 2 * universe.m[0]
    for name in ("int_vote_dyad_years", "int_igo_dyad_years",
                 "int_shared_membership_years", "int_capital_distance_years"):  # fmt: skip
        counted = table(f"select count(*) as n, count(distinct (dyad, year)) as m from intermediate.{name}")
        assert counted.n[0] == counted.m[0], name
    assert table("select count(*) as n from fct_structure_dyad_year").n[0] == universe.m[0]
    dyads = table("select count(*) as n, count(distinct dyad) as m from dim_dyad")
    assert dyads.n[0] == dyads.m[0] >= table("select count(distinct dyad) as n from fct_structure_dyad_year").n[0]


def test_source_tells_what_counts_of_it(table: Callable[[str], pd.DataFrame]) -> None:
    sources = table("dim_source").set_index("source_key")
    flights = sources.loc[FLIGHTS]
    assert (flights.files_landed, flights.files_rejected, flights.rows_landed) == (2, 1, len(JANUARY + FEBRUARY))
    assert str(flights.data_to)[:10] == "2020-02-04"
    assert sources.files_landed["nothing_yet"] == 0 and pd.isna(sources.is_sample["nothing_yet"])
    assert table("quarantine").reason.tolist() == ["file rejected: it is empty"]


def test_evidence_is_the_text_at_its_span(table: Callable[[str], pd.DataFrame]) -> None:
    for name, words, start, end in (
        ("fct_statement_events", "trigger", "trigger_start", "trigger_end"),
        ("fct_commitments", "evidence", "span_start", "span_end"),
    ):
        for row in table(name).to_dict("records"):
            assert TEXTS[row["statement_id"]][1][row[start] : row[end]] == row[words]
            assert row["sentence"] == TEXTS[row["statement_id"]][1]


def test_every_mart_and_column_is_described_in_the_catalog(table: Callable[[str], pd.DataFrame]) -> None:
    marts = table(
        "select table_name, comment from duckdb_tables() where schema_name = 'main' union all "
        "select view_name, comment from duckdb_views() where schema_name = 'main' and not internal"
    )
    assert len(marts) == len(list((PROJECT / "models" / "marts").glob("*.sql")))
    assert marts.comment.str.startswith("One row per ").all()
    columns = table("select * from duckdb_columns() where schema_name = 'main' and not internal")
    assert columns[columns.comment.isna() | (columns.comment == "")].column_name.tolist() == []


def test_panel_links_events_to_the_last_cell(table: Callable[[str], pd.DataFrame]) -> None:
    """Over unordered dyads the panel holds as many events as there are, however many states each has."""
    panel = table("select sum(n_events) as n from dyad_month where origin_id < destination_id").n[0]
    counted = [e for e in EVENTS if e[6] not in ("historical", "negated") and e[0] != "e1copy"]
    assert panel == pytest.approx(len(counted))
    parties = table("fct_event_parties")
    assert set(parties[parties.event_id == "e2"].dyad) == {"-".join(p) for p in combinations(sorted(STATES), 2)}


def test_sources_yml_is_what_the_contract_says() -> None:
    assert dbt_sources.TARGET.read_text(encoding="utf-8") == dbt_sources.text(), "python -m ingest.dbt_sources"


def test_dbt_project_is_no_python_package() -> None:
    assert not list(PROJECT.rglob("__init__.py"))
