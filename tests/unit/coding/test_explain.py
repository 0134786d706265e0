"""`entente code --explain` and the small tasks on the command line."""

from __future__ import annotations

import io
import json
from datetime import date
from pathlib import Path

import pytest

from ingest.coding.cli import main
from ingest.coding.explain import explain


def test_it_names_the_rule_that_fired_its_words_and_why_another_did_not() -> None:
    lines = "\n".join(explain("Norway will lend Kenya $3 million once Nairobi ratifies the treaty.", date(2021, 9, 17)))
    assert "EVENT  AGREE NOR > KEN" in lines and "aid.give" in lines
    assert "3000000 USD" in lines
    assert "support.ratify" in lines and "condition" in lines


def test_it_says_what_nearly_fired() -> None:
    lines = "\n".join(explain("Norway and Kenya have a treaty.", None))
    assert "EVENT" not in lines and "nearly 'treaty'" in lines


def test_a_file_is_explained_on_the_command_line(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "a.txt"
    file.write_text(" date 2021-09-17 Norway thanked Kenya.", encoding="utf-8")
    assert main(["--explain", str(file)]) == 0
    assert "SUPPORT NOR > KEN" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("task", "row", "expected"),
    [
        (
            "event-type",
            {"id": 1, "text": "Norway thanked Kenya.", "source": "Norway", "target": "Kenya"},
            {"event_type": "SUPPORT", "quad_class": 1},
        ),
        (
            "commitment",
            {"id": 2, "title": "Norway lends Kenya $4.5 million", "description": ""},
            {"donor": "NOR", "recipient": ["KEN"], "amount": 4_500_000, "currency": "USD", "instrument": "loan"},
        ),
        ("actor", {"id": 3, "phrase": "Kenyan police", "date": "2001-02-03"}, {"country": "KEN", "sector": "COP"}),
    ],
)
def test_each_task_answers_in_json_lines(
    task: str,
    row: dict[str, object],
    expected: dict[str, object],
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(json.dumps(row) + "\n"))
    assert main(["--task", task]) == 0
    answer = json.loads(capsys.readouterr().out)
    assert answer["id"] == row["id"]
    assert {k: answer[k] for k in expected} == expected


def test_a_row_without_what_a_task_needs_is_named(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO('{"id": 1, "phrase": "Oslo"}\n{"id": 2}\n'))
    assert main(["--task", "actor"]) == 1
    assert "row 2" in capsys.readouterr().err


def test_the_first_telling_is_the_story_in_whatever_order_the_lines_come(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    text = (
        "The foreign ministers of Norway and Kenya, Ida Holm and Asha Mwangi, met in Oslo on Monday and agreed to "
        "raise the number of weekly flights between Oslo and Nairobi from three to seven by the end of March."
    )
    rows = [{"doc_id": "b", "date": "2021-09-18", "text": text}, {"doc_id": "a", "date": "2021-09-17", "text": text}]
    monkeypatch.setattr("sys.stdin", io.StringIO("".join(json.dumps(r) + "\n" for r in rows)))
    assert main(["--task", "statements"]) == 0
    out = {r["doc_id"]: r["story_of"] for r in map(json.loads, capsys.readouterr().out.splitlines())}
    assert out == {"b": "a", "a": None}
