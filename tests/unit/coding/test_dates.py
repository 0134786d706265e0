"""Deadlines at the precision said, relative ones from the statement's own date."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.coding.dates import deadline, frequencies

DAY = date(2021, 9, 17)
RULES = {
    "day and month without year is the next one": ("will be ready by March 5", "2022-03-05"),
    "full date": ("by 31 January 2023", "2023-01-31"),
    "month and year": ("until October 2025", "2025-10"),
    "end of a year": ("by the end of 2027", "2027"),
    "end of this year": ("before the end of the year", "2021"),
    "half-year": ("in the first half of 2022", "2022-06"),
    "quarter": ("in the third quarter of 2022", "2022-09"),
    "span of years": ("over 2022–2026", "2026"),
    "financial year": ("in the 2022-23 financial year", "2023"),
    "season": ("in the winter season of 2022", "2022"),
    "next week keeps the month": ("will come next week", "2021-09"),
    "next year": ("will come next year", "2022"),
    "bare month": ("to be opened in April", "2022-04"),
}


@pytest.mark.parametrize("words, due", RULES.values(), ids=RULES.keys())
def test_a_deadline_keeps_the_precision_said(words: str, due: str) -> None:
    assert deadline(words, 0, len(words), DAY) == due


@pytest.mark.parametrize("words", ["signed on September 2", "may open in may", "since 2006", "room 2031", ""])
def test_a_past_or_no_date_is_no_deadline(words: str) -> None:
    assert deadline(words, 0, len(words), DAY) is None


def test_a_relative_date_needs_the_date_of_the_statement() -> None:
    assert deadline("by the end of the year", 0, 22, None) is None


def test_frequencies_are_counts_per_unit() -> None:
    found = frequencies("from seven flights a week to 10 weekly, later 2 per day")
    assert [(n, unit) for _, _, n, unit in found] == [(7, "week"), (10, "week"), (2, "day")]
