"""Sums of money: the number in units, the currency as ISO 4217, and the words."""

from __future__ import annotations

import pytest

from ingest.coding.money import amounts

RULES = {
    "symbol before": ("a credit of $ 7 million for", 7_000_000, 7_000_000, "USD"),
    "two-letter symbol": ("US$ 2.5 billion", 2_500_000_000, 2_500_000_000, "USD"),
    "code before": ("KZT 12.25 bn", 12_250_000_000, 12_250_000_000, "KZT"),
    "code after": ("30 mln EUR", 30_000_000, 30_000_000, "EUR"),
    "word after": ("4.1 trln rubles", 4_100_000_000_000, 4_100_000_000_000, "RUB"),
    "nationality before the word": ("9 million Swiss francs", 9_000_000, 9_000_000, "CHF"),
    "magnitude glued": ("€65m", 65_000_000, 65_000_000, "EUR"),
    "hyphenated": ("a 3-billion-yuan line", 3_000_000_000, 3_000_000_000, "CNY"),
    "crore": ("INR 250 crore", 2_500_000_000, 2_500_000_000, "INR"),
    "lakh": ("12 lakh Indian rupees", 1_200_000, 1_200_000, "INR"),
    "comma groups": ("$1,250,000", 1_250_000, 1_250_000, "USD"),
    "spaced groups": ("75 000 000 tenge", 75_000_000, 75_000_000, "KZT"),
    "decimal comma": ("2,5 million euros", 2_500_000, 2_500_000, "EUR"),
    "number in words": ("ten million U.S. dollars", 10_000_000, 10_000_000, "USD"),
    "half": ("half a million dollars", 500_000, 500_000, "USD"),
    "between": ("between $4 million and $6 million", 4_000_000, 6_000_000, "USD"),
    "range shares the magnitude": ("15-25 million euros", 15_000_000, 25_000_000, "EUR"),
    "up to fills the maximum only": ("up to USD 8 mln", None, 8_000_000, "USD"),
    "a sign of several states stays open": ("¥ 40 million", 40_000_000, 40_000_000, None),
    "a word of several states stays open": ("600 million shillings", 600_000_000, 600_000_000, None),
}


@pytest.mark.parametrize("words, low, high, currency", RULES.values(), ids=RULES.keys())
def test_a_sum_is_read_in_units_with_its_currency(words: str, low: int | None, high: int, currency: str | None) -> None:
    [found] = amounts(words)
    assert (found.amount_min, found.amount_max, found.currency) == (low, high, currency)
    assert type(found.amount_max) is int


@pytest.mark.parametrize(
    "words", ["36 x 47 mm", "in 2014, 20 people", "10 thousand tonnes", "3 Mb/s", "a dollar store"]
)
def test_a_number_without_a_currency_is_no_sum(words: str) -> None:
    assert amounts(words) == []


def test_sums_side_by_side_are_two_and_share_the_currency() -> None:
    found = amounts("3 million and 5 million euros respectively, and $2 m and $4 m")
    assert [(m.amount_max, m.currency) for m in found] == [
        (3_000_000, "EUR"),
        (5_000_000, "EUR"),
        (2_000_000, "USD"),
        (4_000_000, "USD"),
    ]


def test_the_span_of_a_sum_slices_to_its_words() -> None:
    text = "They will pay up to €9 million in May."
    [found] = amounts(text)
    assert text[found.start : found.end] == "up to €9 million"
