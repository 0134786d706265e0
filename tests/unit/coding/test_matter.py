"""What an act is about: fresh weights, and what outweighs what."""

from __future__ import annotations

from datetime import date

from ingest.coding import code, matter
from ingest.coding.topics import known

DAY = date(2021, 9, 17)


def test_the_weights_were_learnt_from_the_sentences_and_labels_of_this_tree() -> None:
    assert matter.learnt_from() == matter.fingerprint(), "run python -m ingest.coding.learn"


def test_the_blind_labels_are_never_learnt_from() -> None:
    assert "blind" not in matter.LABELS


def test_only_topics_of_the_codebook_are_named() -> None:
    found = matter.words("wheat and onions were turned back at customs", 0, 44, (), ())
    assert set(matter.shares(found)) <= known()


def test_a_text_without_a_known_word_has_no_shares() -> None:
    assert matter.shares(matter.words("qwx zzyx", 0, 8, (), ())) == {}


def test_what_is_about_comes_before_who_is_meant_and_on_what_it_depends() -> None:
    [event] = code("Norway asked Kenya to resume flights as soon as the epidemic ends.", DAY).events
    assert event.topics[0] == "aviation.flights"


def test_a_request_without_a_matter_of_its_own_is_about_what_was_named_before() -> None:
    text = "Norway's onions were refused a phytosanitary certificate. Norway asked Kenya to reconsider."
    last = code(text, DAY).events[-1]
    assert {"trade.barriers", "agriculture.food"} & set(last.topics)


def test_a_loan_is_about_its_purpose() -> None:
    [loan] = code("Norway will lend Kenya $9 million for a solar plant.", DAY).commitments
    assert loan.topic == "energy.power"
