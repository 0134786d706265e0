"""Review by a person, recoding and coders of one's own: the parts that need neither Airflow nor dbt."""

from __future__ import annotations

import csv
import dataclasses
import json
import sys
from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import jsonschema
import pytest

from ingest import coding, landing, pipeline, review, settings
from ingest.__main__ import main
from ingest.coding import plugin
from ingest.errors import EntenteError, InputMissing, TryAgain
from ingest.sources.statements import review_decisions

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SENTENCE = "The ministers of *Kyrgyzstan* and Russia met {{ 1/0 }} <b>in</b> Osh."
EVENT: dict[str, Any] = {
    "item_kind": "event", "item_id": "aaaaaaaaaaaaaaaa", "statement_id": "0123456789abcdef",
    "published_on": "2026-01-02", "outlet": "A_b", "url": "https://a.example.org/1", "sentence": SENTENCE,
    "evidence": "met", "span_start": 41, "span_end": 44, "event_type": "CONSULT", "actors": ["KGZ", "RUS"],
    "recipients": [], "flags": [], "topics": ["diplomacy.meetings"], **dict.fromkeys(review_decisions.COMMITMENT),
    "confidence": 0.6, "rule_id": "consult.meet", "coder": "rules", "coder_version": "1.1.0",
}  # fmt: skip
COMMITMENT: dict[str, Any] = EVENT | {
    "item_kind": "commitment", "item_id": "bbbbbbbbbbbbbbbb", "event_type": None, "topics": ["finance.loan"],
    "actors": ["RUS"], "recipients": ["KGZ"], "kind": "financial", "direction": "start", "amount_max": 40000000.0,
    "currency": "USD", "instrument": "loan", "is_concessional": True, "stage": "pledged",
}  # fmt: skip


def given(item: dict[str, Any], **changed: Any) -> dict[str, Any]:
    """What the form sends: every field as it was shown, but for what was changed."""
    return {name: field["value"] for name, field in review.fields(item).items()} | changed


def kept(name: str) -> dict[str, str]:
    path = settings.review_folder() / name
    assert review.check(path) == (1, [])
    with path.open(encoding="utf-8", newline="") as handle:
        return next(csv.DictReader(handle))


@pytest.mark.parametrize("item", [EVENT, COMMITMENT], ids=["event", "commitment"])
def test_what_a_form_shows_is_valid_by_its_own_schema(item: dict[str, Any]) -> None:
    for name, field in review.fields(item).items():
        jsonschema.validate(field["value"], field["schema"]), name
    json.dumps(review.fields(item))


def test_a_form_shows_other_people_s_words_as_words() -> None:
    assert r"\*Kyrgyzstan\*" in review.body(EVENT) and r"\<b\>" in review.body(EVENT)
    assert "**met**" in review.body(EVENT)
    assert "[41, 44)" in review.body(EVENT) and "consult.meet" in review.body(EVENT)
    assert "KGZ-RUS" in review.subject(EVENT) and "CONSULT" in review.subject(EVENT)
    assert "javascript" not in review.body(EVENT | {"url": "javascript:alert(1)"})


@pytest.mark.parametrize("item", [EVENT, COMMITMENT], ids=["event", "commitment"])
def test_fields_and_not_the_button_tell_whether_something_was_corrected(item: dict[str, Any]) -> None:
    for option in (review.ACCEPT, review.CORRECT):
        assert kept(review.keep(item, option, given(item), "Ann", AT))["verdict"] == "accept"
    for option in (review.ACCEPT, review.CORRECT):
        row = kept(review.keep(item, option, given(item, recipients=["UZB"], note="so"), "Ann", AT))
        assert (row["verdict"], row["recipients"], row["coded_id"]) == ("correct", "UZB", item["item_id"])
        assert (row["reviewer"], row["decided_on"], row["note"]) == ("Ann", "2026-03-01", "so")
    rejected = kept(review.keep(item, review.REJECT, given(item, actors=["UZB"]), "Ann", AT))
    assert (rejected["verdict"], rejected["actors"]) == ("reject", " ".join(item["actors"]))


def test_what_is_left_writes_nothing_and_what_could_not_land_is_not_kept() -> None:
    assert review.keep(EVENT, review.LEAVE, given(EVENT, actors=["UZB"]), "Ann", AT) == ""
    with pytest.raises(EntenteError, match=r"XYZ.*Mend"):
        review.keep(EVENT, review.CORRECT, given(EVENT, actors=["XYZ"]), "Ann", AT)
    assert not settings.review_folder().exists() or not list(settings.review_folder().iterdir())


def publish(home: Path, items: list[dict[str, Any]]) -> None:
    """A publication that holds the queue alone."""
    folder = home / "published" / "000001"
    folder.mkdir(parents=True)
    (home / "published" / "current").symlink_to(folder.name)
    (folder / "queue.json").write_text(json.dumps(items))
    types = dict.fromkeys(EVENT, "varchar") | {"published_on": "date", "confidence": "double"}
    types |= {"span_start": "integer", "span_end": "integer", "is_concessional": "boolean"}
    types |= dict.fromkeys(("amount_min", "amount_max"), "double")
    types |= dict.fromkeys(("actors", "recipients", "flags", "topics"), "varchar[]")
    con = duckdb.connect(str(folder / "entente.duckdb"))
    con.execute(f"create table review_queue as from read_json('{folder}/queue.json', columns={types})")
    con.close()


def test_an_item_is_not_asked_again_while_its_decision_waits_to_be_built_in(home: Path) -> None:
    with pytest.raises(InputMissing, match="nothing is published"):
        review.queue()
    publish(home, [EVENT, COMMITMENT])
    assert review.queue() == [EVENT, COMMITMENT]
    assert review.queue(1) == [EVENT]
    review.keep(EVENT, review.LEAVE, given(EVENT), "Ann", AT)
    assert review.queue() == [EVENT, COMMITMENT]
    review.keep(EVENT, review.REJECT, given(EVENT), "Ann", AT)
    assert review.queue() == [COMMITMENT]


def test_the_exported_queue_filled_in_is_fit_to_land_and_a_wrong_row_is_said_with_its_mend(
    home: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    publish(home, [EVENT, COMMITMENT])
    path = tmp_path / "queue.csv"
    assert main(["review", "--export", str(path)]) == 0
    with path.open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for row in rows:
        row |= {"verdict": "accept", "reviewer": "Ann", "decided_on": "2026-03-01"}
    rows.append(rows[0] | {"verdict": "correct", "event_type": "HUG"})
    with path.open("w", encoding="utf-8", newline="") as handle:
        writer = csv.DictWriter(handle, list(rows[0]))
        writer.writeheader()
        writer.writerows(rows)
    assert main(["review", "--check", str(path)]) == 1
    said = capsys.readouterr()
    assert "2 decisions are fit" in said.out
    assert "row 3: event_type" in said.err and "HUG" in said.err and "Mend" in said.err
    assert main(["review", "--check", str(tmp_path / "none.csv")]) == 2


# --- recoding, and coders of one's own

TEXT = "The foreign ministers of Kyrgyzstan and Russia met in Bishkek on Friday and discussed air travel."
PLUGIN = '''
from ingest import coding
from ingest.errors import TryAgain

class Verbs:
    """Codes every "met" as a meeting of whom the rules name; goes wrong on words that ask for it."""
    name, version = "verbs", "1.2"

    def describe(self):
        return {"call": "my_coder.Verbs", "weights": "none, a word", "prompt": "met"}

    def code(self, text, date, *, outlet=None):
        if "busy" in text:
            raise TryAgain("the model is busy", mend="wait")
        if "crash" in text:
            raise ValueError("no idea")
        start = text.index("met")
        kind = "HUG" if "hug" in text else "CONSULT"
        parties = [coding.Party("KGZ", "state"), coding.Party("RUS", "state")]
        words = "MET" if "shout" in text else "met"
        return coding.Coded("en", [], [coding.Event(kind, 1, 3.0, parties, [], False, False, False, False,
            ["diplomacy.meetings"], start, start + 3, words, 0, 0, len(text), "word", 0.5, None)], [], None)
'''


@pytest.fixture
def archive(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., landing.Store]:
    """A landing with texts, one file each."""
    folder = tmp_path / "input" / "statements" / "text_files"
    folder.mkdir(parents=True)
    monkeypatch.setenv("ENTENTE_INPUT", str(tmp_path / "input"))

    def land(**texts: str) -> landing.Store:
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(f"date 2026-01-02\n{text}")
        for batch in pipeline.find("text_files"):
            pipeline.land("text_files", batch)
        return landing.store()

    return land


@pytest.fixture
def my_coder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "my_coder.py").write_text(PLUGIN)
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.setenv("ENTENTE_CODER", "my_coder:Verbs")
    sys.modules.pop("my_coder", None)


def table(store: landing.Store, name: str) -> list[tuple[Any, ...]]:
    """coder, version and how many rows, of one canonical table."""
    query = (f"select coder, coder_version, count(*) from read_parquet('{store.path(name)}/**/*.parquet', "
             "union_by_name=true) group by all order by all")  # fmt: skip
    return duckdb.sql(query).fetchall()


def test_a_new_coder_version_recodes_the_archive_from_landed_text_and_the_old_coding_stays(
    archive: Callable[..., landing.Store], monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    store = archive(one=TEXT)
    monkeypatch.setattr(plugin.Rules, "version", "1.9.0")
    before = pipeline.code("text_files")
    assert before["new"] == 1 and before["events"] > 0
    assert pipeline.code("text_files") | {"new": 1} == before, "a second run codes nothing"
    for path in (tmp_path / "input").rglob("*.txt"):
        path.unlink()  # no text is fetched again
    monkeypatch.setattr(plugin.Rules, "version", "1.10.0")
    monkeypatch.setattr(coding, "code", lambda *given, **more: coding.Coded("en", [], [], [], None))
    assert pipeline.code("text_files") == before | {"events": 0, "commitments": 0}
    assert [row[:2] for row in table(store, "statement_events")] == [("rules", "1.9.0")]
    assert [row[1] for row in table(store, "statement_codings")] == ["1.10.0", "1.9.0"], "read, though nothing found"


def test_no_coder_but_the_rules_is_called_by_default(archive: Callable[..., landing.Store]) -> None:
    store = archive(one=TEXT)
    assert plugin.plugged() is None
    pipeline.code("text_files")
    assert [row[0] for row in table(store, "statement_codings")] == ["rules"]


def test_a_plugged_coder_stands_beside_the_rules_and_its_receipt_says_what_it_is(
    archive: Callable[..., landing.Store], my_coder: None
) -> None:
    store = archive(one=TEXT)
    pipeline.code("text_files")
    assert table(store, "statement_codings") == [("rules", coding.CODER_VERSION, 1), ("verbs", "1.2", 1)]
    assert ("verbs", "1.2", 1) in table(store, "statement_events")
    [note] = [name for name in store.names("codings", ".json") if "verbs-1.2" in name]
    assert (store.read_json(note) or {})["coder_is"] == {
        "call": "my_coder.Verbs", "weights": "none, a word", "prompt": "met",
    }  # fmt: skip


@pytest.mark.parametrize(("word", "reason"), [("hug", "HUG"), ("shout", "'MET'"), ("crash", "ValueError: no idea")])
def test_a_wrong_answer_loses_its_statement_alone_and_says_why(
    archive: Callable[..., landing.Store], my_coder: None, word: str, reason: str
) -> None:
    store = archive(good=TEXT, bad=f"{TEXT} They {word}.")
    done = pipeline.code("text_files")
    assert done["refused"] == 1
    assert ("verbs", "1.2", 1) in table(store, "statement_events")
    held = duckdb.sql(f"select file, reason, mend from '{store.path('quarantine')}/*/*.parquet'").fetchall()
    assert [(file, "verbs 1.2" in why and reason in why, bool(mend)) for file, why, mend in held] == [
        ("bad.txt", True, True)
    ]
    problems = f"select count(problem) from read_parquet('{store.path('statement_codings')}/**/*.parquet')"
    assert duckdb.sql(problems).fetchone() == (1,)


def test_a_coder_that_is_busy_is_asked_again_and_holds_up_no_other_text(
    archive: Callable[..., landing.Store], my_coder: None
) -> None:
    store = archive(good=TEXT, later=f"{TEXT} The line was busy.")
    with pytest.raises(TryAgain):
        pipeline.code("text_files")
    assert ("verbs", "1.2", 1) in table(store, "statement_codings")
    assert ("rules", coding.CODER_VERSION, 2) in table(store, "statement_codings")
    assert not duckdb.sql(f"from '{store.path('quarantine')}/**/*.parquet'").fetchall()


@pytest.mark.parametrize("named", ["no_such_package:x", "json:no_such_factory", "json:dumps", "my_coder:Verbs.code"])
def test_a_coder_that_can_t_be_made_is_said_after_the_rules_have_coded(
    archive: Callable[..., landing.Store], monkeypatch: pytest.MonkeyPatch, my_coder: None, named: str
) -> None:
    monkeypatch.setenv("ENTENTE_CODER", named)
    store = archive(one=TEXT)
    with pytest.raises(EntenteError, match="ENTENTE_CODER"):
        pipeline.code("text_files")
    assert [row[0] for row in table(store, "statement_codings")] == ["rules"]


def test_the_rules_answers_keep_what_is_asked_of_a_plug_in() -> None:
    for path in sorted((settings.SAMPLE / "statements" / "text_files").glob("*.txt"))[:20]:
        text = path.read_text(encoding="utf-8")
        assert plugin.wrong_in(coding.code(text, date(2021, 1, 1)), text) == "", path.name


def test_each_way_of_breaking_the_codebook_is_seen() -> None:
    text = "Russia and Kyrgyzstan met on Friday; Russia promised a loan of $40 million to Kyrgyzstan."
    coded = coding.code(text, date(2021, 1, 1))
    event, promise = coded.events[0], coded.commitments[0]
    wrong: list[tuple[str, dict[str, Any]]] = [
        ("events", {"event_scale": 9.0}), ("events", {"future": None}), ("events", {"actors": []}),
        ("events", {"topics": []}), ("events", {"topics": ["x"]}), ("events", {"trigger_end": len(text) + 9}),
        ("events", {"confidence": float("nan")}), ("events", {"rule_id": ""}),
        ("events", {"recipients": [coding.Party("XYZ", "state")]}), ("events", {"trigger_start": 1.0}),
        ("commitments", {"kind": "x"}), ("commitments", {"stage": "x"}), ("commitments", {"instrument": "x"}),
        ("commitments", {"currency": "$"}), ("commitments", {"amount_min": 9e9}), ("commitments", {"committed_by": []}),
        ("commitments", {"evidence": "x"}), ("commitments", {"concessional": "yes"}),
    ]  # fmt: skip
    for field, change in wrong:
        item: Any = event if field == "events" else promise
        answer = dataclasses.replace(coded, **{field: [dataclasses.replace(item, **change)]})
        assert plugin.wrong_in(answer, text), change
    assert "twice" in plugin.wrong_in(dataclasses.replace(coded, events=[event, event]), text)
