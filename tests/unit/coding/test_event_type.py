"""Event types of single sentences: the interface's contract, what decides between types, and that weights are fresh."""

from __future__ import annotations

import importlib
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from ingest.coding import event_type
from ingest.coding.rules import rules
from ingest.coding.tables import table
from ingest.errors import BadFile


def test_the_weights_were_learnt_from_the_sentences_and_rules_of_this_tree() -> None:
    assert event_type.learnt_from() == event_type.fingerprint(), "run python -m ingest.coding.learn"


def test_learning_twice_gives_the_same_weights_and_bytes(tmp_path: Path) -> None:
    learn = importlib.import_module("ingest.coding.learn")
    rows = table("plover_sentences")[::60]
    first, second = learn.fit(rows), learn.fit(rows)
    assert first == second
    assert len(first) > 500
    learn.write(first, tmp_path / "a.gz")
    learn.write(second, tmp_path / "b.gz")
    assert (tmp_path / "a.gz").read_bytes() == (tmp_path / "b.gz").read_bytes()


def test_every_type_is_taught_by_enough_sentences_and_each_names_its_parties() -> None:
    rows = table("plover_sentences")
    count = Counter(r["event_type"] for r in rows)
    assert set(count) == set(rules()[1])
    assert min(count.values()) >= 110
    assert len({r["text"] for r in rows}) == len(rows)
    lacking = [r["text"] for r in rows if r["source"] not in r["text"] or r["target"] not in r["text"]]
    assert lacking == []


# one act in the moods that change its type; none of these sentences is among those learnt from
@pytest.mark.parametrize(
    ("text", "source", "target", "wanted"),
    [
        ("Portugal donated two field kitchens to Cape Verde.", "Portugal", "Cape Verde", "AID"),
        ("Portugal promised to donate two field kitchens to Cape Verde.", "Portugal", "Cape Verde", "AGREE"),
        ("Cape Verde asked Portugal for two field kitchens.", "Cape Verde", "Portugal", "REQUEST"),
        ("Portugal refused to give Cape Verde any field kitchens.", "Portugal", "Cape Verde", "REJECT"),
        ("The militia released four Dutch pilots.", "The militia", "four Dutch pilots", "CONCEDE"),
        ("The militia agreed to release four Dutch pilots.", "The militia", "four Dutch pilots", "AGREE"),
        ("The militia refused to release four Dutch pilots.", "The militia", "four Dutch pilots", "REJECT"),
        ("The militia threatened to kill four Dutch pilots.", "The militia", "four Dutch pilots", "THREATEN"),
        ("The militia killed four Dutch pilots.", "The militia", "four Dutch pilots", "ASSAULT"),
        ("Gabon police arrested a Togolese trader.", "Gabon police", "a Togolese trader", "COERCE"),
        ("Togo accused Gabon of mistreating a trader.", "Togo", "Gabon", "ACCUSE"),
        ("Traders marched in Lome to protest against Gabon.", "Traders", "Gabon", "PROTEST"),
        ("Togo severed diplomatic ties with Gabon.", "Togo", "Gabon", "SANCTION"),
        ("Togo massed troops on its border with Gabon.", "Togo", "Gabon", "MOBILIZE"),
        ("Togo's president met Gabon's leader on Sunday.", "Togo's president", "Gabon's leader", "CONSULT"),
        ("Togo praised Gabon for its restraint.", "Togo", "Gabon", "SUPPORT"),
        ("Togo extradited a smuggler to Gabon.", "Togo", "Gabon", "COOPERATE"),
    ],
)
def test_mood_and_verb_decide_the_type(text: str, source: str, target: str, wanted: str) -> None:
    out = event_type.answer({"id": "x", "text": text, "source": source, "target": target})
    assert out["event_type"] == wanted
    assert out["quad_class"] == rules()[1][wanted][1]


def test_the_span_holds_words_of_the_text_as_given_even_where_marks_are_cleaned_away() -> None:
    text = "Togo\u00ad &amp; Benin: Togo se\u00advered   ties with Gabon."
    out = event_type.answer({"id": 1, "text": text, "source": "Togo", "target": "Gabon"})
    start, end = out["span"]  # type: ignore[misc]
    assert 0 <= start < end <= len(text)
    assert "vered" in text[start:end]


def test_a_party_is_found_as_whole_words_before_it_is_found_inside_another_name() -> None:
    assert event_type.find("Russia warned the US today", "US") == (18, 20)
    assert event_type.find("Sao Tome sent aid", "São Tomé") == (0, 8)
    assert event_type.find("Togo met Gabon", "Mali") is None


@pytest.mark.parametrize(
    ("text", "source", "target"),
    [
        ("", "", ""),
        ("x" * 5_000, "x", "y"),
        ("Togo", "Togo", "Togo"),
        ("\x00 (((", "(", "("),
        ("\u0130 met I", "I", "\u0130"),
    ],
)
def test_any_text_gets_an_answer_or_none_without_an_error(text: str, source: str, target: str) -> None:
    out = event_type.answer({"id": "x", "text": text, "source": source, "target": target})
    assert set(out) == {"id", "event_type", "quad_class", "confidence", "span", "by"}
    if out["event_type"] is None:
        assert out["span"] is None


def test_the_same_row_gets_the_same_answer_and_a_confidence_that_is_a_share() -> None:
    row = {"id": "x", "text": "Togo praised Gabon.", "source": "Togo", "target": "Gabon"}
    assert event_type.answer(row) == event_type.answer(row)
    assert 0 < event_type.answer(row)["confidence"] <= 1  # type: ignore[operator]


def test_a_row_without_its_phrases_is_refused_by_its_id() -> None:
    with pytest.raises(BadFile, match="row-7"):
        event_type.answer({"id": "row-7", "text": "Togo praised Gabon.", "source": None, "target": "Gabon"})


def test_the_answer_needs_no_numpy() -> None:
    code = (
        "import sys; from ingest.coding.event_type import answer; "
        "answer({'id': 1, 'text': 'Togo met Gabon', 'source': 'Togo', 'target': 'Gabon'}); "
        "sys.exit('numpy' in sys.modules)"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
