"""The public call: one event per act, nothing where nothing happened, spans that slice, the same bytes every time."""

from __future__ import annotations

import io
import json
import subprocess
import sys
import time
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.coding import CODER_VERSION, Coded, Commitment, Event, code, signature, similarity, stories
from ingest.coding.cli import main
from ingest.coding.tables import LEXICON, table

DAY = date(2021, 9, 17)

# A statement of our own in the genre, with the same kinds of acts as the first real one.
RELEASE = """\
Foreign Ministers of the Kyrgyz Republic Aibek Osmonov and the Russian Federation Pavel Lukin discussed bilateral \
issues at a meeting in Sochi. The press service of the Kyrgyz Foreign Ministry reported.

The Kyrgyz minister thanked Russia for the doctors it had sent.

«Within the EAEU, the Russian side confirmed its readiness to provide a soft loan in the amount of $ 40 million \
through the Eurasian Fund for Stabilization and Development (EFSD),» the ministry noted.

Aibek Osmonov and Pavel Lukin discussed the issue of resuming regular flights between the Kyrgyz Republic and the \
Russian Federation as the epidemiological situation improves.

The Kyrgyz side noted the need for a prompt solution to the question of compulsory health insurance for workers in \
Russia. In this regard, the attention of the Russian side was drawn to the need to simplify the migration registration \
of citizens of Kyrgyzstan.

The parties agreed to continue political consultations.
"""


def _key(e: Event) -> tuple[str, tuple[str, ...], tuple[str, ...]]:
    return e.event_type, tuple(sorted({p.id for p in e.actors})), tuple(sorted({p.id for p in e.recipients}))


def _check_spans(text: str, coded: Coded) -> None:
    for e in coded.events:
        assert text[e.trigger_start : e.trigger_end] == e.trigger != ""
        assert e.sentence_start <= e.trigger_start < e.trigger_end <= e.sentence_end
        for p in (*e.actors, *e.recipients):
            assert (p.span_start is None) == (p.span_end is None)
            if p.span_start is not None and p.span_end is not None:
                assert 0 <= p.span_start < p.span_end <= len(text)
    for c in coded.commitments:
        assert text[c.span_start : c.span_end] == c.evidence != ""
        assert c.conditional is None or c.conditional in text


def _check_release(coded: Coded, text: str, amount: int) -> None:
    keys = [_key(e) for e in coded.events]
    assert keys.count(("CONSULT", ("KGZ", "RUS"), ())) == 1
    assert ("SUPPORT", ("KGZ",), ("RUS",)) in keys
    assert ("REQUEST", ("KGZ",), ("RUS",)) in keys
    assert len({(*_key(e), e.future, e.hypothetical, e.negation, e.historical) for e in coded.events}) == len(keys)
    request = next(e for e in coded.events if e.event_type == "REQUEST")
    assert {"migration.registration", "health.insurance"} <= set(request.topics)

    loan = next(c for c in coded.commitments if c.amount_max)
    assert (loan.amount_max, loan.amount_min, loan.currency) == (amount, amount, "USD")
    assert (loan.kind, loan.instrument, loan.concessional, loan.stage) == ("financial", "loan", True, "pledged")
    assert "RUS" in loan.committed_by and set(loan.committed_by) <= {"RUS", "EFSD"}
    assert loan.beneficiary == ["KGZ"]

    flights = next(c for c in coded.commitments if c.topic == "aviation.flights")
    assert (flights.kind, flights.stage) == ("action", "proposed")
    assert flights.conditional is not None
    assert flights.conditional.startswith("as the epidemiological situation")
    assert flights.conditional.endswith("improves")
    asked = {c.topic: c for c in coded.commitments if c.committed_by == ["RUS"] and c.stage == "proposed"}
    assert {"migration.registration", "health.insurance"} <= set(asked)
    _check_spans(text, coded)


def test_a_release_gives_its_acts_and_commitments_each_once() -> None:
    coded = code(RELEASE, DAY)
    assert coded.language == "en"
    assert coded.speaker == "KGZ"
    _check_release(coded, RELEASE, 40_000_000)


def test_the_first_real_statement_is_coded(shared_data: Path) -> None:
    path = shared_data / "first-run" / "statements" / "text_files" / "000_72c8119b68f9c38f.txt"
    if not path.is_file():
        pytest.skip(f"no file {path.name} beside the repository")
    raw = path.read_text(encoding="utf-8")
    header = " date 2020-10-24 "
    assert raw.startswith(header)
    text = raw[len(header) :]
    coded = code(text, date(2020, 10, 24))
    _check_release(coded, text, 100_000_000)
    flights = next(c for c in coded.commitments if c.topic == "aviation.flights")
    assert flights.direction == "increase"


SENTENCES = {
    "visit": ("Denmark's foreign minister visited Norway.", "CONSULT", ["DNK", "NOR"], [], []),
    "thanks": ("Denmark thanked Norway for its help.", "SUPPORT", ["DNK"], ["NOR"], []),
    "gift": ("Denmark gave Kenya a grant of $3 million.", "AID", ["DNK"], ["KEN"], []),
    "passive gift": ("Kenya was given a grant of $3 million by Denmark.", "AID", ["DNK"], ["KEN"], []),
    "received gift": ("Kenya received a grant of $3 million from Denmark.", "AID", ["DNK"], ["KEN"], []),
    "future gift is a promise": ("Denmark will give Kenya a grant.", "AGREE", ["DNK"], ["KEN"], ["future"]),
    "possible gift": ("Denmark could give Kenya a grant.", "AGREE", ["DNK"], ["KEN"], ["future", "hypothetical"]),
    "joint signing": ("Denmark and Norway signed a treaty.", "AGREE", ["DNK", "NOR"], [], []),
    "agreed with": ("Denmark agreed with Norway to open a route.", "AGREE", ["DNK", "NOR"], [], []),
    "no agreement": ("No agreement was signed between Denmark and Norway.", "AGREE", ["DNK", "NOR"], [], ["negation"]),
    "request": ("Denmark asked Norway to lift the ban.", "REQUEST", ["DNK"], ["NOR"], []),
    "refusal": ("Denmark rejected a request by Norway.", "REJECT", ["DNK"], ["NOR"], []),
    "will not": ("Denmark will not provide aid to Norway.", "REJECT", ["DNK"], ["NOR"], []),
    "blame": ("Denmark accused Norway of overfishing.", "ACCUSE", ["DNK"], ["NOR"], []),
    "sanction": ("Denmark imposed sanctions on Norway.", "SANCTION", ["DNK"], ["NOR"], []),
    "future sanction is a threat": ("Denmark will impose sanctions on Norway.", "THREATEN", ["DNK"], ["NOR"], []),
    "expulsion": ("Denmark expelled two Norwegian diplomats.", "SANCTION", ["DNK"], ["NOR"], []),
    "arrest": ("Danish police arrested a Norwegian citizen.", "COERCE", ["DNK"], ["NOR"], []),
    "attack": ("Danish warplanes bombed Norway.", "ASSAULT", ["DNK"], ["NOR"], []),
    "ease": ("Denmark lifted the embargo against Norway.", "CONCEDE", ["DNK"], ["NOR"], []),
    "old": ("In 2010, Denmark gave Kenya a grant.", "AID", ["DNK"], ["KEN"], ["historical"]),
}


@pytest.mark.parametrize("text, kind, actors, recipients, flags", SENTENCES.values(), ids=SENTENCES.keys())
def test_one_sentence_gives_one_event_with_its_parties_and_mode(
    text: str, kind: str, actors: list[str], recipients: list[str], flags: list[str]
) -> None:
    [e] = code(text, DAY).events
    assert _key(e) == (kind, tuple(sorted(actors)), tuple(sorted(recipients)))
    assert [f for f in ("future", "hypothetical", "negation", "historical") if getattr(e, f)] == flags


NOTHING = {
    "sport": "Denmark beat Norway 3-1 in a friendly match. A captain scored a goal from a penalty, the referee smiled "
    "and the coach of the league side praised the striker at the stadium.",
    "portrait": "Our consul was born in Oslo. She keeps two dogs, bakes and laughs. Opening hours: Monday 9-12.",
    "weather": "Heavy rain fell in Denmark. Norway was cold.",
    "nouns": "The Danish grants office, its visits and talks are described in the guide to Norway.",
    "condition": "If Denmark signs the treaty, nobody knows.",
    "question": "He was asked whether Denmark had attacked Norway.",
    "other language": "Le Danemark a signé un accord avec la Norvège dans le cadre de la visite du ministre.",
    "empty": "",
}


@pytest.mark.parametrize("text", NOTHING.values(), ids=NOTHING.keys())
def test_a_text_without_acts_gives_no_event_and_no_commitment(text: str) -> None:
    coded = code(text, DAY)
    assert (coded.events, coded.commitments) == ([], [])


def test_a_meeting_told_three_times_is_one_event() -> None:
    text = "Denmark's minister met Norway's minister. The sides held talks. Denmark and Norway discussed fishing."
    assert [_key(e) for e in code(text, DAY).events] == [("CONSULT", ("DNK", "NOR"), ())]


def test_the_place_of_a_meeting_is_no_party() -> None:
    [e] = code("Denmark and Norway held talks in Geneva, Switzerland, and Vienna.", DAY).events
    assert {p.id for p in e.actors} == {"DNK", "NOR"}


def test_a_pledge_and_its_signing_are_one_event_and_an_agreed_commitment() -> None:
    coded = code("Denmark will lend Kenya $9 million for a road. The agreement was signed on Friday.", DAY)
    assert [_key(e) for e in coded.events] == [("AGREE", ("DNK", "KEN"), ())]
    [c] = coded.commitments
    assert (c.committed_by, c.beneficiary, c.stage, c.topic) == (["DNK"], ["KEN"], "agreed", "transport.road")


def test_a_condition_is_kept_in_its_words() -> None:
    [c] = code("Denmark is ready to lend Kenya $5 million if its parliament consents.", DAY).commitments
    assert (c.stage, c.conditional) == ("pledged", "if its parliament consents")
    [c] = code("Denmark asked Norway to lend $5 million to Kenya if its parliament consents.", DAY).commitments
    assert (c.stage, c.conditional) == ("proposed", "if its parliament consents")
    [c] = code("Denmark is ready to lend Kenya $5 million for a road.", DAY).commitments
    assert c.conditional is None


def test_a_denied_or_background_deed_commits_nobody() -> None:
    assert code("Denmark did not agree to a loan of $5 million for Kenya.", DAY).commitments == []
    assert code("In 2009, Denmark gave Kenya a grant of $5 million.", DAY).commitments == []


def test_friendship_is_no_commitment() -> None:
    assert code("Denmark and Norway agreed to strengthen friendly relations.", DAY).commitments == []


def test_spans_slice_in_a_text_with_marks_and_entities() -> None:
    text = "<p>Den\u00admark &amp; Norway\u200b “signed” a treaty. Denmark lent Ken\u202eya $4&nbsp;million.</p>"
    coded = code(text, DAY)
    assert coded.events
    _check_spans(text, coded)


@given(
    st.lists(
        st.sampled_from(
            [
                "Denmark",
                "Norway",
                "agreed",
                "to lend",
                "$5 million",
                ",",
                ".",
                "that",
                "«",
                "»",
                "will",
                "not",
                "and",
                "the",
                "Minister of",
                "if",
                "by 2030",
                "Ida Holm",
                "\u202e",
                "&amp;",
                "\n\n",
                "(",
                "between",
                "was signed",
                "flights",
            ]
        ),
        max_size=40,
    )
)
@settings(max_examples=150, deadline=None)
def test_any_words_in_any_order_are_coded_with_true_spans(tokens: list[str]) -> None:
    text = " ".join(tokens)
    coded = code(text, DAY)
    _check_spans(text, coded)
    assert coded == code(text, DAY)


RUNAWAY = {
    "no stop": "Denmark and Norway agreed to increase flights " * 4_000,
    "one word": "a" * 1_000_000,
    "amounts": "$5 million, " * 10_000,
    "digits": "1 " * 100_000,
    "comma groups": "1,000," * 60_000,
    "capitals": "Abc " * 60_000,
    "offices": "Minister of Foreign Affairs of " * 6_000,
    "list of states": "Denmark, " * 10_000,
    "entities": "&amp;" * 50_000,
    "open tags": "<a" * 100_000,
    "blanks": " " * 500_000,
    "lines": "\n" * 500_000,
    "quotes": '"' * 200_000,
    "conditions": "as the big " * 30_000,
    "control characters": "\x00Denmark\x07 lent \x1bKenya $5 million. " * 1_000,
    "right-to-left marks": "\u202eDenmark\u202c \u200flent\u200f Kenya $5 million. " * 1_000,
}


@pytest.mark.parametrize("text", RUNAWAY.values(), ids=RUNAWAY.keys())
def test_no_text_runs_away(text: str) -> None:
    start = time.process_time()
    code(text, DAY)
    signature(text)
    assert time.process_time() - start < 60  # a guard against runaway, not a measure of speed


def test_control_characters_and_marks_hide_no_act() -> None:
    [e] = code("\u202eDenmark\u202c \x00lent\u200f Kenya $5 million.", DAY).events
    assert _key(e) == ("AID", ("DNK",), ("KEN",))


FIRST = (
    "Denmark and Norway agreed on Monday to open a ferry line between Skagen and Larvik from June, with six crossings "
    "a week. The transport ministers signed the memorandum in Oslo and said that fares would be set by the carriers."
)
REWORDED = (
    "Denmark and Norway agreed on Monday to open a ferry line between Skagen and Larvik from June, with six weekly "
    "crossings. The ministers of transport signed the memorandum in Oslo and noted that fares would be set by carriers."
)
OTHER = (
    "Denmark and Norway held talks on Monday on fishing quotas in the Skagerrak. The fisheries ministers met in Oslo "
    "and said that the quota for cod would be lowered next year, while that for herring stays as it is."
)


def test_a_light_rewording_is_the_same_story_and_another_text_is_not() -> None:
    assert similarity(signature(FIRST), signature(REWORDED)) > 2 * similarity(signature(FIRST), signature(OTHER))
    rows = [("b", date(2021, 9, 14), REWORDED), ("a", date(2021, 9, 13), FIRST), ("c", date(2021, 9, 14), OTHER)]
    assert stories(rows) == {"a": "a", "b": "a", "c": "c"}


def test_texts_of_one_template_are_different_stories() -> None:
    template = (
        "The ministry's press service reported that the {} of the two countries met on Monday in the residence on the "
        "hill and discussed {}. After the talks the sides agreed {}, and {} was named as the next place to meet."
    )
    one = template.format("ministers of transport", "a ferry line to Larvik", "to lower harbour fees by half", "Bergen")
    two = template.format("heads of police", "smuggling across the Skagerrak", "to swap lists of wanted men", "Aarhus")
    assert similarity(signature(one), signature(two)) > 0
    assert stories([("a", DAY, one), ("b", DAY, two)]) == {"a": "a", "b": "b"}


def test_the_same_words_outside_the_window_are_another_story() -> None:
    assert stories([("a", date(2021, 1, 1), FIRST), ("b", date(2021, 3, 1), FIRST)]) == {"a": "a", "b": "b"}


def test_stories_do_not_depend_on_the_order_of_rows() -> None:
    rows = [("a", DAY, FIRST), ("b", DAY, REWORDED), ("c", DAY, OTHER)]
    assert stories(rows) == stories(rows[::-1])


def test_a_signature_is_the_same_in_every_process() -> None:
    script = "import sys; from ingest.coding import signature; print(signature(sys.stdin.read())[:3])"
    out = subprocess.run(
        [sys.executable, "-c", script],
        input=FIRST,
        capture_output=True,
        text=True,
        check=True,
        cwd=LEXICON.parents[2],
        env={"PYTHONHASHSEED": "7"},
    )
    assert out.stdout.strip() == str(signature(FIRST)[:3])


def test_the_coder_imports_nothing_heavy() -> None:
    script = (
        "import sys, ingest.coding; print([m for m in ('pandas', 'spacy', 'airflow', 'duckdb') if m in sys.modules])"
    )
    out = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=LEXICON.parents[2]
    )
    assert out.stdout.strip() == "[]"


def test_every_event_type_has_its_pinned_class_and_scale() -> None:
    pinned = {
        "AGREE": (1, 5), "CONSULT": (1, 3), "SUPPORT": (1, 4), "CONCEDE": (1, 5), "COOPERATE": (2, 6), "AID": (2, 7),
        "REQUEST": (3, 0), "ACCUSE": (3, -2), "REJECT": (3, -4), "THREATEN": (3, -6), "PROTEST": (4, -6),
        "SANCTION": (4, -6), "MOBILIZE": (4, -7), "COERCE": (4, -8), "ASSAULT": (4, -9),
    }  # fmt: skip
    rows = {r["event_type"]: (int(r["quad_class"]), float(r["event_scale"])) for r in table("event_types")}
    assert rows == pinned
    assert {r["event_type"] for r in table("rules")} == set(pinned)


def test_rule_ids_are_unique() -> None:
    ids = [r["rule_id"] for r in table("rules")]
    assert len(ids) == len(set(ids))


def test_the_command_codes_files_and_names_a_bad_one(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    good, bad = tmp_path / "good.txt", tmp_path / "bad.txt"
    good.write_text(" date 2021-09-17 Denmark lent Kenya $5 million.", encoding="utf-8")
    bad.write_bytes(b"\xff\xfe")
    assert main([str(good), str(bad)]) == 1
    out, err = capsys.readouterr()
    [row] = map(json.loads, out.splitlines())
    assert (row["date"], row["countries"]) == ("2021-09-17", ["DNK", "KEN"])
    event = row["events"][0]
    assert good.read_text(encoding="utf-8")[event["trigger_start"] : event["trigger_end"]] == event["trigger"]
    assert "bad.txt" in err and "UTF-8" in err


def test_the_statements_task_reads_and_writes_json_lines(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    lines = [json.dumps({"doc_id": i, "date": "2021-09-13", "text": t}) for i, t in (("a", FIRST), ("b", REWORDED))]
    monkeypatch.setattr("sys.stdin", io.StringIO("\n".join(lines)))
    assert main(["--task", "statements"]) == 0
    first, second = map(json.loads, capsys.readouterr().out.splitlines())
    assert (first["story_of"], second["story_of"]) == (None, "a")
    for row, text in ((first, FIRST), (second, REWORDED)):
        for record, words in [*((e, "trigger") for e in row["events"]), *((c, "evidence") for c in row["commitments"])]:
            a, b = record["span"]
            assert text[a:b] == record[words]


@pytest.mark.parametrize(
    "line", ["{", '{"doc_id": "a"}', '{"doc_id": "a", "text": 5}', '{"doc_id":"a","text":"x","date":"5"}']
)
def test_a_bad_line_is_named_by_its_number(
    line: str, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(line))
    assert main(["--task", "statements"]) == 1
    assert "row 1" in capsys.readouterr().err


def test_the_version_is_a_version() -> None:
    assert len(CODER_VERSION.split(".")) == 3
    assert {f.name for f in Commitment.__dataclass_fields__.values()} >= {"evidence", "rule_id", "confidence"}
