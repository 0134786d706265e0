"""Normalisation that leads back to the raw text, sentences, boilerplate, language."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.coding.text import fold, language, normalise, sentences


@given(st.text(alphabet=st.sampled_from("aé\u0301«»“”\u200b\u202e&amp;<b>\n\x00. \u00ad–K"), max_size=60))
@settings(max_examples=300, deadline=None)
def test_every_normalised_character_has_its_place_in_the_raw_text(raw: str) -> None:
    norm = normalise(raw)
    before = 0
    for i in range(len(norm.text)):
        start, end = norm.span(i, i + 1)
        assert before <= start < end <= len(raw)
        before = start


def test_offsets_lead_through_marks_entities_and_tags() -> None:
    raw = "<p>Den\u00admark &amp; Nor\u200bway</p>"
    norm = normalise(raw)
    at = norm.text.index("Norway")
    start, end = norm.span(at, at + len("Norway"))
    assert raw[start:end] == "Nor\u200bway"
    assert "Denmark & Norway" in norm.text


def _split(text: str) -> list[str]:
    return [text[s.start : s.end] for s in sentences(text)]


@pytest.mark.parametrize(
    "text, n",
    [
        ("H.E. Amb. Lee met Mr. Roe on Jan. 5. They talked.", 2),
        ("See No. 7 of the U.S. note. It is short.", 2),
        ('"We agreed," he said. "We did." So it was.', 3),
        ("It rose by 3.5 per cent. Then it fell.", 2),
        ("1. The Parties met.\n\n2. They parted.", 2),
        ("A wrapped line that runs on over the edge of the page as outlets like\nto do ends once. Yes.", 2),
    ],
)
def test_a_stop_that_ends_no_sentence_splits_none(text: str, n: int) -> None:
    assert len(_split(text)) == n


def test_datelines_and_boilerplate_are_marked() -> None:
    text = "OSLO, 4 May. Norway lent Chad money.\n\nRead also: Denmark sues Peru\nTel. +47 000"
    flags = [(text[s.start : s.end], s.boilerplate) for s in sentences(text)]
    assert flags == [
        ("OSLO, 4 May.", True),
        ("Norway lent Chad money.", False),
        ("Read also: Denmark sues Peru", True),
        ("Tel. +47 000", True),
    ]


@pytest.mark.parametrize(
    "text, code",
    [
        ("The ministers of the two countries met in the capital and agreed to open a route.", "en"),
        ("Министры двух стран встретились в столице.", "ru"),
        ("Эки өлкөнүн министрлери жолугушту, алар сүйлөшүүлөрдү өткөрүштү.", "ky"),
        ("Les ministres des deux pays se sont réunis dans la capitale pour la signature.", "fr"),
        ("Die Minister der beiden Länder haben sich in der Hauptstadt getroffen und sind nicht einig.", "de"),
        ("عقد الوزيران اجتماعا في العاصمة", "ar"),
        ("", None),
        ("12 34 56", None),
    ],
)
def test_language_is_told_by_script_and_stop_words_or_left_open(text: str, code: str | None) -> None:
    assert language(text) == code


def test_folding_keeps_the_length() -> None:
    for text in ("Çavuşoğlu", "İstanbul", "ẞ ﬁ ŉ", "Ελλάδα", "Йод"):
        assert len(fold(text)) == len(text)
