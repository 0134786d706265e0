"""Recodings and decisions of reviewers over a landing made by hand: what stands, once, and what does not."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest

from ingest import settings
from tests.warehouse.test_marts import PROJECT, STATEMENTS, Landing

DECISIONS = "review_decisions"
RUSKGZ = ["KGZ", "RUS"]
OLD, NEW = "1.9.0", "1.10.0"
# Of no two texts so much is alike that they would be one story, but for "story" and its copy.
TEXTS = {
    "same": "Bishkek and Moscow met on Monday about customs at the border posts of the north.",
    "emptied": "A spokesman said that the ambassadors met for a handball tournament of the embassies.",
    "accepted": "Late in the night delegations met once more, the ministry of energy let it be known.",
    "corrected": "The deputy minister handed him a note of protest over the refusal of entry at airports.",
    "undone": "Water experts met in Osh, according to one paper which the other side then denied.",
    "donors": "Russia and Kazakhstan will lend for the railway through the mountains, said the bank.",
    "joined": "They praised and lauded the work of the joint commission on grain and its secretary.",
    "changed": "Parliament heard that negotiators met over electricity prices and found no answer.",
    "added": "Nothing was coded in this one although Dushanbe thanked Bishkek for vaccines last week.",
    "story": "The prime ministers of both countries met at the lake to discuss the price of natural gas in winter.",
    "copy": "The prime ministers of both countries met at the lake to discuss the price of natural gas in winter.",
    "plugged": "Only a model of somebody's own says that generals met at the range near the old fort.",
}  # fmt: skip


def span(statement: str, words: str) -> tuple[int, int]:
    start = TEXTS[statement].index(words)
    return start, start + len(words)


def common(statement: str, version: str, coder: str = "rules") -> dict[str, Any]:
    return {"statement_id": statement, "published_on": "2026-01-02", "vintage": "v", "coder": coder,
            "coder_version": version}  # fmt: skip


def event(key: str, statement: str, version: str, words: str, kind: str = "CONSULT", actors: list[str] = RUSKGZ,
          coder: str = "rules", confidence: float = 0.6) -> dict[str, Any]:  # fmt: skip
    start, end = span(statement, words)
    flags = dict.fromkeys(("is_future", "is_hypothetical", "is_negated", "is_historical"), False)
    return common(statement, version, coder) | flags | {
        "event_id": key, "event_type": kind, "quad_class": 1, "event_scale": 3, "actors": actors, "recipients": [],
        "parties": "[]", "topics": ["other"], "trigger_start": start, "trigger_end": end, "trigger": words,
        "confidence": confidence, "rule_id": "r", "sentence_no": 0, "sentence_start": 0,
        "sentence_end": len(TEXTS[statement]),
    }  # fmt: skip


def promise(key: str, version: str, by: str, amount: float) -> dict[str, Any]:
    start, end = span("donors", "will lend")
    return common("donors", version) | {
        "commitment_id": key, "committed_by": [by], "beneficiaries": [], "kind": "financial", "topic": "finance.loan",
        "direction": "start", "instrument": "loan", "stage": "pledged", "span_start": start, "span_end": end,
        "amount_max": amount,
        "evidence": "will lend", "confidence": 0.55, "rule_id": "r", "sentence_no": 0, "sentence_start": 0,
        "sentence_end": len(TEXTS["donors"]),
    }  # fmt: skip


def decision(
    key: str, verdict: str, about: dict[str, Any], *, day: str = "2026-02-01", **decided: Any
) -> dict[str, Any]:
    """A decision about a coded item as it was shown."""
    is_event = "event_id" in about
    words, start, end = (
        ("trigger", "trigger_start", "trigger_end") if is_event else ("evidence", "span_start", "span_end")
    )
    kept = {
        name: about.get(name)
        for name in (
            "event_type",
            "quad_class",
            "event_scale",
            "kind",
            "direction",
            "instrument",
            "stage",
            "is_future",
            "is_hypothetical",
            "is_negated",
            "is_historical",
        )
    }
    coded = about["event_id"] if is_event else about["commitment_id"]
    return kept | {
        "decision_id": key, "statement_id": about["statement_id"], "item_kind": "event" if is_event else "commitment",
        "item_id": None if verdict == "reject" else coded if verdict == "accept" else key, "coded_id": coded,
        "coded_type": about["event_type" if is_event else "topic"],
        "coded_actors": about["actors" if is_event else "committed_by"], "coder": "rules",
        "coder_version": about["coder_version"], "span_start": about[start], "span_end": about[end],
        "evidence": about[words], "verdict": verdict, "actors": about["actors" if is_event else "committed_by"],
        "recipients": [], "topics": about["topics"] if is_event else [about["topic"]], "reviewer": "Ann",
        "decided_on": day, "vintage": day, "file": "d.csv",
    } | decided  # fmt: skip


OLD_EVENTS = [
    event("same", "same", OLD, "met"),
    event("emptied", "emptied", OLD, "met"),
    event("accepted", "accepted", OLD, "met"),
    event("corrected-old", "corrected", OLD, "handed", "AID"),
    event("undone", "undone", OLD, "met"),
    event("changed-old", "changed", OLD, "met"),
]
NEW_EVENTS = [
    event("same", "same", NEW, "met"),
    event("corrected-new", "corrected", NEW, "handed him a note of protest", "PROTEST"),
    event("undone", "undone", NEW, "met"),
    event("joined-one", "joined", NEW, "praised", "SUPPORT"),
    event("joined-two", "joined", NEW, "lauded", "SUPPORT"),
    event("changed-new", "changed", NEW, "met over", confidence=0.8),
    event("story", "story", NEW, "met"),
    event("copy", "copy", NEW, "met"),
]
MINE = event("mine", "plugged", "2.0", "met", coder="verbs", confidence=0.1)
# Three loans of one donor and one of another, told by the same words.
RUSSIA, KAZAKHSTAN = promise("russia", NEW, "RUS", 5), promise("kazakhstan", NEW, "KAZ", 5)
SECOND, THIRD = promise("second", NEW, "RUS", 7), promise("a-third", NEW, "RUS", 9)
by_id = {row["event_id"]: row for row in OLD_EVENTS + NEW_EVENTS}
BLANK = event("blank", "added", NEW, "thanked", "SUPPORT", ["TJK"])
FIRST = [
    decision("d-accepted", "accept", by_id["accepted"]),
    decision("d-corrected", "correct", by_id["corrected-old"], event_type="PROTEST"),
    decision("d-undone", "accept", by_id["undone"]),
    decision("d-donor", "reject", RUSSIA),
    decision("d-second", "accept", SECOND, day="2026-02-02", amount_max=7),
    decision("d-joined-one", "correct", by_id["joined-one"], event_type="AGREE", item_id="agreed"),
    decision("d-joined-two", "correct", by_id["joined-two"], event_type="AGREE", item_id="agreed"),
    decision("d-added", "add", BLANK, coded_id=None),
    decision("d-story", "reject", by_id["story"]),
    decision("d-nowhere", "accept", by_id["same"], statement_id="nowhere"),
    decision("d-elsewhere", "reject", by_id["same"], span_start=0, span_end=3),
]
LATER = [
    decision("d-accepted", "accept", by_id["accepted"]),  # the same decision in a second file
    decision("d-again", "accept", by_id["accepted"], reviewer="Bob"),  # of the same day, and later
    decision("d-undone-later", "reject", by_id["undone"], day="2026-02-02", reviewer="Bob"),
]


def fill(landing: Landing) -> None:
    landing.land("statements", STATEMENTS, "s1", "texts.json", "2026-01-03", [
        {"statement_id": key, "published_on": f"2026-01-{2 + (key == 'copy'):02}", "text": text, "file": "t",
         "vintage": "v"} for key, text in TEXTS.items()
    ])  # fmt: skip
    codings = [(OLD, [row["statement_id"] for row in OLD_EVENTS], OLD_EVENTS), (NEW, list(TEXTS), NEW_EVENTS)]
    for version, read, events in codings:
        found = [row["statement_id"] for row in events]
        folder = f"{STATEMENTS}/rules-{version}"
        landing.put("statement_codings", folder, "s1", [reading(key, version, found.count(key)) for key in read])
        landing.put("statement_events", folder, "s1", events)
    landing.put("statement_commitments", f"{STATEMENTS}/rules-{NEW}", "s1", [RUSSIA, KAZAKHSTAN, SECOND, THIRD])
    landing.put("statement_codings", f"{STATEMENTS}/verbs-2.0", "s1", [reading("plugged", "2.0", 1, "verbs")])
    landing.put("statement_events", f"{STATEMENTS}/verbs-2.0", "s1", [MINE])
    landing.land(DECISIONS, DECISIONS, "d1", "d.csv", "2026-02-03", FIRST)
    landing.land(DECISIONS, DECISIONS, "d2", "form/e.csv", "2026-02-04", LATER)
    texts = "title publisher landing_page licence citation coverage canonical_table doc".split()
    landing.write("catalogue/sources.parquet", " union all ".join(
        f"select '{key}' as source_key, 'statements' as domain, " + ", ".join(f"'x' as {name}" for name in texts)
        + ", '@monthly' as cadence, 31 as look_back_days, null::date as covers_from, null::date as covers_to"
        for key in (STATEMENTS, DECISIONS)
    ))  # fmt: skip
    landing.write("quarantine/none.parquet", "select 'x' as source_key, 'x' as file, 'x' as raw_sha256, 1::bigint as "
                  "raw_row, 'x' as reason, 'x' as mend, 'x' as row_json where false")  # fmt: skip


def reading(statement: str, version: str, n_events: int, coder: str = "rules") -> dict[str, Any]:
    sha256 = hashlib.sha256(TEXTS[statement].encode()).hexdigest()
    row = common(statement, version, coder)
    del row["published_on"]
    return row | {"text_sha256": sha256, "n_events": n_events, "n_commitments": 0}


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], pd.DataFrame]]:
    """One build of what rests on statements, for all tests of this module."""
    home = tmp_path_factory.mktemp("home")
    (home / "warehouse").mkdir()
    landing = Landing(home / "landing")
    fill(landing)
    environment = os.environ | {
        "ENTENTE_HOME": str(home), "ENTENTE_LANDING": "", "ENTENTE_REPOSITORY": str(settings.REPOSITORY),
        "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
    }  # fmt: skip
    wanted = ["+review_queue", "+review_decisions", "+fct_coding_changes", "+fct_commitments"]
    command = [str(Path(sys.executable).with_name("dbt")), "build", "--project-dir", str(PROJECT), "--profiles-dir",
               str(PROJECT), "--select", *wanted, "--exclude", "test_type:unit",
               "--indirect-selection", "cautious"]  # fmt: skip
    done = subprocess.run(command, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-6000:]
    con = duckdb.connect(str(home / "warehouse" / "entente.duckdb"), read_only=True)
    yield lambda query: con.execute(query if " " in query else f"select * from main.{query}").df()
    con.close()


def status(table: Callable[[str], pd.DataFrame]) -> dict[str, str]:
    return table("review_decisions").set_index("decision_id").status.to_dict()


def test_a_statement_in_which_the_newest_version_finds_nothing_has_no_events(
    table: Callable[[str], pd.DataFrame],
) -> None:
    assert "emptied" not in set(table("fct_statement_events").statement_id)


def test_a_recoding_is_told_by_what_it_added_and_dropped_and_not_by_moved_words(
    table: Callable[[str], pd.DataFrame],
) -> None:
    changes = table("fct_coding_changes")
    assert {(row.change, row.event_id) for row in changes.itertuples()} == {
        ("dropped", "emptied"), ("dropped", "accepted"), ("dropped", "corrected-old"), ("added", "corrected-new"),
    }  # fmt: skip
    assert set(changes.coder_version) == {NEW} and set(changes.coder_version_before) == {OLD}


def test_what_was_accepted_or_corrected_stands_where_a_later_version_codes_it_no_more_or_otherwise(
    table: Callable[[str], pd.DataFrame],
) -> None:
    events = table("fct_statement_events").set_index("event_id")
    assert events.review["accepted"] == "accepted" and events.confidence["accepted"] == 1
    mended = events[events.statement_id == "corrected"]
    assert mended.event_type.tolist() == ["PROTEST"] and mended.review.tolist() == ["corrected"]
    assert "corrected-new" not in events.index, "the coder has come to the same: still one event"


def test_of_decisions_about_the_same_the_later_holds_and_of_one_day_the_one_that_came_later(
    table: Callable[[str], pd.DataFrame],
) -> None:
    events = table("fct_statement_events").set_index("event_id")
    assert events.reviewed_by["accepted"] == "Bob"
    assert "undone" not in events.index
    assert {status(table)[key] for key in ("d-accepted", "d-undone")} == {"superseded"}
    assert {status(table)[key] for key in ("d-again", "d-undone-later")} == {"stands"}


def test_a_decision_about_one_of_several_that_share_their_words_leaves_the_others(
    table: Callable[[str], pd.DataFrame],
) -> None:
    review = table("fct_commitments").set_index("commitment_id").review
    assert set(review.index) == {"kazakhstan", "second", "a-third"}
    assert review.dropna().to_dict() == {"second": "accepted"}
    assert {status(table)[key] for key in ("d-donor", "d-second")} == {"stands"}


def test_no_decision_multiplies_rows(table: Callable[[str], pd.DataFrame]) -> None:
    events = table("fct_statement_events")
    assert events.event_id.is_unique
    assert events.statement_id.value_counts().to_dict() == {
        "same": 1, "accepted": 1, "corrected": 1, "joined": 1, "changed": 1, "added": 1,
    }  # fmt: skip
    assert table("review_decisions").decision_id.is_unique


def test_what_was_added_stands_with_its_words_and_sentence(table: Callable[[str], pd.DataFrame]) -> None:
    [row] = table("fct_statement_events").query("review == 'added'").to_dict("records")
    assert (row["trigger"], row["sentence"], row["coder_version"]) == ("thanked", TEXTS["added"], NEW)


def test_what_was_rejected_in_one_text_is_so_in_the_others_of_its_story(
    table: Callable[[str], pd.DataFrame],
) -> None:
    assert not {"story", "copy"} & set(table("fct_statement_events").statement_id)


def test_a_decision_whose_statement_or_words_are_not_there_is_orphaned_and_not_lost(
    table: Callable[[str], pd.DataFrame],
) -> None:
    orphans = table("review_decisions").query("status == 'orphaned'").set_index("decision_id")
    assert orphans.orphaned_because.to_dict() == {
        "d-nowhere": "the statement is not there", "d-elsewhere": "the words at the span are others",
    }  # fmt: skip
    assert "same" in set(table("fct_statement_events").event_id)


def test_the_queue_holds_what_is_uncertain_and_not_decided_by_the_chosen_coder_alone(
    table: Callable[[str], pd.DataFrame],
) -> None:
    assert set(table("review_queue").item_id) == {"same", "kazakhstan", "a-third"}
    assert "mine" not in set(table("fct_statement_events").event_id)
