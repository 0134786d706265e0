"""Bad input: whatever the text, the coder ends in time that grows with its length, loses nothing and cites truly.

The rule for time is a ratio in one run: four times the text may take at most GROWTH times as long, where linear time
gives 4 and quadratic time 16. Times are of the processor, the best of two.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.coding import Coded, code
from ingest.coding.dates import dates, deadline, frequencies
from ingest.coding.stories import Stories, signature
from ingest.coding.text import dateline_end, language, normalise, sentences
from ingest.coding.topics import hits

DAY = date(2021, 9, 17)
GROWTH = 9.0

UNITS = {
    "a letter": "a",
    "a capital": "A",
    "a digit": "1",
    "a blank": " ",
    "a line": "\n",
    "a tab": "\t",
    "a stop": ".",
    "a quote": '"',
    "a curly quote": "“",
    "an apostrophe": "'",
    "a bracket": "(",
    "a square bracket": "[",
    "less than": "<",
    "an ampersand": "&",
    "a hyphen": "-",
    "a dash": "–",
    "a comma": ",",
    "NUL": "\0",
    "a right-to-left mark": "\u200f",
    "a lone surrogate": "\ud800",
    "an accent": "e\u0301",
    "bare accents": "\u0301",
    "a comment": "<!-- ",
    "a script": "<script>",
    "an open tag": "<a ",
    "a tag": "<p>",
    "an entity": "&amp;amp;",
    "a shortcode": "[caption ",
    "a dateline": "OSLO, ",
    "a numbered point": "1. ",
    "abbreviations": "No. ",
    "initials": "J. ",
    "capitalised words": "Abc ",
    "hyphenated names": "Aa-",
    "words": "abc ",
    "of the": "of the ",
    "digits apart": "1 ",
    "digit groups": "1,000,",
    "sums": "$5 million, ",
    "amounts": "Denmark lent Kenya $5 million. ",
    "dates": "4 May 2021, ",
    "months": "May ",
    "from and to": "from 4 to 5 ",
    "by the end of": "by the end of the ",
    "states": "Denmark, ",
    "states by and": "Denmark and ",
    "offices": "Minister of Foreign Affairs of ",
    "persons": "President Ida Holm and ",
    "acts": "Denmark and Norway signed a treaty. ",
    "acts without a stop": "Denmark agreed with Norway to lend Kenya flights ",
    "not": "not ",
    "that": "that ",
    "said": "said ",
    "conditions": "as the big ",
    "if": "if ",
    "both sides": "the sides ",
    "Cyrillic": "Министр ",
    "Chinese": "外交部",
    "Arabic": "وزير ",
    "mixed scripts": "Осло Oslo 奥斯陆 أوسلو ",
    "photo lines": "Photo: x\n",
    "urls": "https://a.example/b ",
}


def _check(text: str, coded: Coded) -> None:
    """Every span cites the text as given."""
    for e in coded.events:
        assert text[e.trigger_start : e.trigger_end] == e.trigger
        assert 0 <= e.sentence_start <= e.trigger_start < e.trigger_end <= e.sentence_end <= len(text)
    for c in coded.commitments:
        assert text[c.span_start : c.span_end] == c.evidence


def _seconds(call: Callable[[str], object], text: str) -> float:
    best = float("inf")
    for _ in range(2):
        start = time.process_time()
        call(text)
        best = min(best, time.process_time() - start)
    return best


def _grows_linearly(call: Callable[[str], object], unit: str, length: int) -> None:
    short = unit * (length // len(unit))
    few = max(_seconds(call, short), 0.002)  # below that the clock says nothing
    many = _seconds(call, short * 4)
    assert many / few < GROWTH, f"{few:.3f} s for {len(short)} characters, {many:.3f} s for four times as many"


def _all_parts(text: str) -> None:
    norm = normalise(text)
    sentences(norm.text)
    language(norm.text)
    hits(norm.text)
    dates(norm.text, DAY)
    deadline(norm.text, 0, len(norm.text), DAY)
    frequencies(norm.text)
    dateline_end(norm.text)
    signature(text)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_time_grows_with_the_length_of_repeated_text(unit: str) -> None:
    _grows_linearly(lambda text: code(text, DAY), unit, 8_000)
    _grows_linearly(_all_parts, unit, 16_000)


@pytest.mark.parametrize("unit", UNITS.values(), ids=UNITS.keys())
def test_repeated_text_is_cited_truly(unit: str) -> None:
    text = unit * (4_000 // len(unit)) + " Denmark lent Kenya $5 million."
    _check(text, code(text, DAY))


def test_every_one_of_many_acts_is_found() -> None:
    pairs = [("Denmark", "Kenya"), ("Norway", "Peru"), ("Chile", "Nepal"), ("Latvia", "Ghana")]
    text = " ".join(f"{a} lent {b} ${n} million." for n, (a, b) in enumerate(pairs * 50, 2))
    coded = code(text, DAY)
    _check(text, coded)
    assert {c.amount_max for c in coded.commitments} == {n * 1_000_000 for n in range(2, 202)}


def test_sentences_cover_all_but_blanks_and_bullets() -> None:
    text = normalise("OSLO. Denmark met Kenya; " * 3_000 + "\n\nA new line " + "x" * 5_000).text
    found = sentences(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert "".join("".join(text[s.start : s.end] for s in found).split()) == "".join(text.split())


TOKENS = st.sampled_from(
    [
        *UNITS.values(),
        "Denmark ",
        "Kenya ",
        "lent ",
        "will ",
        "agreed ",
        "$5 million ",
        "by June ",
        "«",
        "»",
        "”",
        "&#x202e;",
        "&nbsp;",
        "</p>",
        "-->",
        "</script>",
        "\r\n",
        "\u202e",
        "\u2066",
        "\x1b",
        "\ufeff",
        "İ",
        "ß",
        "ﬁ",
        "\U0001f600",
        "\udfff",
        ") ",
    ]
)


@given(st.one_of(st.lists(TOKENS, max_size=60).map("".join), st.text(max_size=300)))
@settings(max_examples=250, deadline=None)
def test_any_text_is_coded_the_same_twice_and_cited_truly(text: str) -> None:
    coded = code(text, DAY)
    _check(text, coded)
    assert coded == code(text, DAY)
    norm = normalise(text)
    before = 0
    for i in range(len(norm.text)):
        start, end = norm.span(i, i + 1)
        assert before <= start < end <= len(text)
        before = start
    for s in sentences(norm.text):
        assert norm.text[s.start : s.end].strip() == norm.text[s.start : s.end] != ""


@given(st.lists(st.lists(TOKENS, max_size=20).map("".join), max_size=6))
@settings(max_examples=60, deadline=None)
def test_any_texts_have_stories_whatever_their_order(texts: list[str]) -> None:
    one, two = Stories(), Stories()
    rows = [(str(n), DAY, text) for n, text in enumerate(texts)]
    for row in rows:
        one.add(*row)
    for row in reversed(rows):
        two.add(*row)
    assert [one.story(i) for i, _, _ in rows] == [two.story(i) for i, _, _ in rows]
