"""The coder's figures come out as counted by hand, and one below its floor fails the run."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import pytest

from bench import score

Row = dict[str, Any]

TEXT = (
    "Norway and Peru met in Lima on Monday. Norway will lend Peru 5 million dollars for a fish farm. "
    "The two ministers also looked at the school of the port, where they were received by pupils and by the teachers. "
    "Peru asked Norway to open its market to quinoa."
)


def event(kind: str, words: str, actors: list[str], recipients: list[str], *flags: str) -> Row:
    """One event, labelled and coded alike: what a label lacks (the span) is not looked at in it."""
    start = TEXT.index(words)
    return {
        "event_type": kind,
        "flags": list(flags),
        "actors": actors,
        "recipients": recipients,
        "topics": ["finance.loan"],
        "trigger": words,
        "span": [start, start + len(words)],
    }


def commitment() -> Row:
    words = "Norway will lend Peru 5 million dollars"
    start = TEXT.index(words)
    return {
        "committed_by": ["NOR"],
        "kind": "financial",
        "topic": "agriculture.food",
        "amount_max": 5_000_000,
        "currency": "USD",
        "evidence": words,
        "span": [start, start + len(words)],
    }


@pytest.fixture
def labelled() -> list[Row]:
    """A statement of three events and a commitment, and one of none."""
    events = [
        event("CONSULT", "met in Lima", ["NOR", "PER"], []),
        event("AGREE", "will lend Peru", ["NOR"], ["PER"], "future"),
        event("REQUEST", "asked Norway", ["PER"], ["NOR"]),
    ]
    return [
        {"doc_id": "a", "date": "2020-01-02", "text": TEXT, "events": events, "commitments": [commitment()]},
        {"doc_id": "b", "date": "2020-01-02", "text": "It rained in Oslo.", "events": [], "commitments": []},
    ]


@pytest.fixture
def coded(labelled: list[Row]) -> list[Row]:
    """A perfect coding, to be spoilt."""
    return copy.deepcopy(labelled)


def figures(labelled: list[Row], coded: list[Row]) -> score.Figures:
    return score.whole(labelled, coded)[0]


def test_a_perfect_coding_has_perfect_figures(labelled: list[Row], coded: list[Row]) -> None:
    found = figures(labelled, coded)
    counts = {"statements": 2, "events labelled": 3, "events coded": 3}
    counts |= {"commitments labelled": 1, "commitments coded": 1}
    for name, value in found.items():
        assert value == counts.get(name, 0 if name in score.LESS_IS_BETTER else 1), name


def test_a_missing_event_lowers_recall_alone(labelled: list[Row], coded: list[Row]) -> None:
    del coded[0]["events"][2]
    found, types = score.whole(labelled, coded)
    assert found["events lenient P"] == found["events strict P"] == 1
    assert found["events lenient R"] == found["events strict R"] == pytest.approx(2 / 3)
    assert found["events lenient F1"] == pytest.approx(0.8)
    assert found["extra per labelled event"] == 0
    assert (types["right", "REQUEST"], types["labelled", "REQUEST"], types["coded", "REQUEST"]) == (0, 1, 0)


def test_a_statement_without_an_answer_is_missed(labelled: list[Row], coded: list[Row]) -> None:
    found = figures(labelled, coded[1:])
    assert found["events lenient F1"] == found["commitments lenient F1"] == 0
    assert found["spans that give their words"] is found["quad class accuracy"] is None


def test_an_extra_event_raises_extra_and_lowers_precision(labelled: list[Row], coded: list[Row]) -> None:
    coded[0]["events"].append(event("AID", "lend Peru", ["NOR"], ["PER"]))
    found = figures(labelled, coded)
    assert found["extra per labelled event"] == pytest.approx(1 / 3)
    assert found["events lenient P"] == 0.75 and found["events lenient R"] == 1
    assert found["duplicates"] == found["events in documents without any"] == 0


def test_an_event_coded_twice_is_a_duplicate_and_extra(labelled: list[Row], coded: list[Row]) -> None:
    coded[0]["events"].append(copy.deepcopy(coded[0]["events"][0]))
    found = figures(labelled, coded)
    assert found["duplicates"] == 1 and found["extra per labelled event"] == pytest.approx(1 / 3)


def test_an_event_where_there_is_none_is_counted_and_its_span_must_give_its_words(
    labelled: list[Row], coded: list[Row]
) -> None:
    coded[1]["events"].append(event("CONSULT", "met in Lima", ["NOR"], []))
    found = figures(labelled, coded)
    assert found["events in documents without any"] == 1
    assert found["spans that give their words"] == 0.8


def test_a_wrong_party_keeps_lenient_and_loses_strict(labelled: list[Row], coded: list[Row]) -> None:
    coded[0]["events"][1]["recipients"] = ["CHL"]
    found = figures(labelled, coded)
    assert found["events lenient F1"] == 1
    assert found["events strict F1"] == pytest.approx(2 / 3)
    assert found["parties F1"] == pytest.approx(5 / 6)


def test_parties_that_have_nothing_in_common_or_words_far_away_match_nothing(
    labelled: list[Row], coded: list[Row]
) -> None:
    coded[0]["events"][1] |= {"actors": ["CHL"], "recipients": ["BOL"]}
    coded[0]["events"][2] |= {"trigger": "Norway", "span": [0, 6]}
    assert figures(labelled, coded)["events lenient R"] == pytest.approx(1 / 3)


def test_quad_classes_are_compared_where_types_differ(labelled: list[Row], coded: list[Row]) -> None:
    coded[0]["events"][0]["event_type"] = "SUPPORT"  # class 1 as CONSULT is
    coded[0]["events"][2]["event_type"] = "ASSAULT"
    found = figures(labelled, coded)
    assert found["events lenient R"] == pytest.approx(1 / 3)
    assert found["quad class accuracy"] == pytest.approx(2 / 3)


def test_flags_and_topics_count_over_matched_events(labelled: list[Row], coded: list[Row]) -> None:
    coded[0]["events"][1] |= {"flags": ["future", "hypothetical"], "topics": ["other"]}
    found = figures(labelled, coded)
    assert found["flags F1"] == pytest.approx(2 / 3) and found["topics F1"] == pytest.approx(2 / 3)


@pytest.mark.parametrize(
    ("spoilt", "loose", "exact", "sums"),
    [
        ({"topic": "finance.loan"}, 1, 0, 1),
        ({"committed_by": ["PER"]}, 1, 0, 1),
        ({"currency": "PEN"}, 1, 0, 0),
        ({"amount_max": 5}, 1, 0, 0),
        ({"kind": "action"}, 0, 0, None),
    ],
)
def test_commitments(
    labelled: list[Row], coded: list[Row], spoilt: Row, loose: float, exact: float, sums: float | None
) -> None:
    coded[0]["commitments"][0] |= spoilt
    found = figures(labelled, coded)
    assert found["commitments lenient F1"] == loose and found["commitments strict F1"] == exact
    assert found["amount and currency of matched"] == sums


def test_each_label_takes_the_nearest_event_and_no_event_twice(labelled: list[Row]) -> None:
    first, second = event("AGREE", "Norway and", ["NOR"], []), event("AGREE", "Norway will", ["NOR"], [])
    assert score.match([second, first], [first, second], score.lenient) == [(second, second), (first, first)]
    assert score.match([first, second], [second], score.lenient) == [(first, second)]
    assert score.nearest([first, second], [second], score.any_type) == [(second, second)]


def test_a_label_that_does_not_stand_in_its_text_is_told(labelled: list[Row], coded: list[Row]) -> None:
    labelled[0]["events"][0]["trigger"] = "met in Quito"
    with pytest.raises(ValueError, match="met in Quito"):
        figures(labelled, coded)


def test_macro_f1_is_the_mean_over_the_labelled_classes() -> None:
    answers = [("a", "a"), ("a", "b"), ("b", "b"), ("c", None), ("a", "d")]
    assert score.macro(answers) == pytest.approx((0.5 + 2 / 3 + 0) / 3)
    assert score.macro([]) is None


def test_the_small_tasks_are_asked_and_counted() -> None:
    sentence = {"id": "1", "text": "Norway met Peru.", "source": "Norway", "target": "Peru"}
    found, pairs = score.event_types([sentence | {"event_type": "CONSULT"}, sentence | {"event_type": "YIELD"}])
    assert [a for a, _ in pairs] == ["CONSULT", "CONCEDE"]
    assert pairs[0][1] == "CONSULT" and found["accuracy"] == 0.5 and found["quad class accuracy"] == 1

    one = {"project_id": 1, "title": "Norway grants Peru 40 million NOK for fish farms", "description": ""}
    one |= {"donor": "NOR", "recipient_iso3": "PER", "amount": 40e6, "currency": "NOK", "flow": "Grant"}
    other = one | {"recipient_iso3": "Africa, regional", "currency": "USD", "flow": "Vague TBD"}
    told = score.commitments([one, other])
    assert told["amount"] == told["recipient found"] == told["recipient first"] == told["donor"] == 1
    assert told["amount and currency"] == told["instrument accuracy"] == 0.5
    assert told["instrument macro-F1"] == pytest.approx(1 / 3)

    people = [{"text": "Norway", "code": "NOR", "sector": None}, {"text": "Peruvian troops", "code": "PER"}]
    people[1]["sector"] = "GOV"
    assert score.actors([{"id": "1", "actor": people, "recipient": people[:1]}]) == {
        "phrases": 3,
        "country": 1,
        "country and sector": pytest.approx(2 / 3),
    }


@pytest.mark.parametrize(
    ("code", "sector", "country", "told", "right"),
    [
        ("PER", "REBsna", "PER", "OPP", (True, True)),
        ("PER", "***", "CHL", "MIL", (False, True)),
        ("PER", "ELI", "PER", None, (True, True)),
        ("ITL", None, "ITA", "GOV", (True, False)),
        ("IGO", None, "UNO", None, (True, False)),
        ("IGO", None, None, None, (False, False)),
        ("IGO", None, None, "NGO", (True, True)),
        ("NGO", None, "PER", "NGO", (False, True)),
        ("", None, None, None, (True, True)),
    ],
)
def test_codes_of_actors(
    code: str, sector: str | None, country: str | None, told: str | None, right: tuple[bool, bool]
) -> None:
    answer = {"country": country, "sector": told}
    assert (score.right_country(code, answer), score.right_sector(code, sector, answer)) == right


@pytest.mark.parametrize(
    ("row", "exit_code", "said"),
    [
        ("blind,events lenient P,0,", 0, "no figure is below its floor"),
        ("blind,events labelled,3,4", 0, "MISSED: blind"),
        ("blind,events labelled,4,", 1, "blind: events labelled is 3, the floor is 4"),
        ("blind,extra per labelled event,-1,", 1, "the most allowed is -1"),
        ("blind,events lenient F2,0,", 1, "was not measured"),
        ("actors,country,1,", 0, "skipped"),
    ],
)
def test_a_figure_below_its_floor_fails_the_run(
    labelled: list[Row],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    row: str,
    exit_code: int,
    said: str,
) -> None:
    for name in score.OWN:
        (tmp_path / f"{name}.jsonl").write_text("\n".join(map(json.dumps, labelled)), encoding="utf-8")
    monkeypatch.setattr(score, "LABELS", tmp_path)
    monkeypatch.setattr(score, "GOLD", tmp_path / "none")
    (tmp_path / "floors.csv").write_text(f"set,figure,floor,target\n{row}\n", encoding="utf-8")
    assert score.main(["--floors", str(tmp_path / "floors.csv")]) == exit_code
    assert said in capsys.readouterr().out


def test_floors_stand_in_the_file_for_every_set_of_our_own() -> None:
    bounds = score.floors(score.FLOORS)
    assert set(score.OWN) < {name for name, _ in bounds}
    for figure in score.LESS_IS_BETTER:
        assert all((name, figure) in bounds for name in score.OWN)
