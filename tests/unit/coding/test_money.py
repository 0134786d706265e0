"""Sums of money: the number in units, the currency as ISO 4217, and the words."""

from __future__ import annotations

import pytest

from ingest.coding.money import amounts, bare
from ingest.coding.tables import table

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
    "at least fills the minimum only": ("at least EUR 8 mln", 8_000_000, None, "EUR"),
    "sign and code": ("$450,000 USD", 450_000, 450_000, "USD"),
    "code and word": ("RMB 20 million yuan", 20_000_000, 20_000_000, "CNY"),
    "the number's magnitude is of the range": ("$20-35m", 20_000_000, 35_000_000, "USD"),
    "between, in words after": ("between 20 and 35 million dollars", 20_000_000, 35_000_000, "USD"),
    "one and a half": ("one and a half million dollars", 1_500_000, 1_500_000, "USD"),
    "hundreds in words": ("one hundred and fifty million euros", 150_000_000, 150_000_000, "EUR"),
    "a quarter": ("a quarter of a million dollars", 250_000, 250_000, "USD"),
    "thousand million": ("20 thousand million yen", 20_000_000_000, 20_000_000_000, "JPY"),
    "lakh crore": ("2 lakh crore Indian rupees", 2_000_000_000_000, 2_000_000_000_000, "INR"),
    "the number in words beside it": ("10 million (ten million) dollars", 10_000_000, 10_000_000, "USD"),
    "dots that group": ("1.234.567 euros", 1_234_567, 1_234_567, "EUR"),
    "the word refines the sign": ("$50 million Canadian dollars", 50_000_000, 50_000_000, "CAD"),
    "a state before the word": ("4 million Fiji dollars", 4_000_000, 4_000_000, "FJD"),
    "a state's acronym before the word": ("110,000 PNG kina", 110_000, 110_000, "PGK"),
    "the word before": ("Kenyan shillings 5 million", 5_000_000, 5_000_000, "KES"),
    "letters that are a sign": ("TD 4 million", 4_000_000, 4_000_000, "TND"),
    "a sign with a stroke": ("S/ 3 million", 3_000_000, 3_000_000, "PEN"),
    "a year before a code": ("in 2014 USD 5 million", 5_000_000, 5_000_000, "USD"),
    "seven digits and a million is a slip": ("$45,250,000 million", 45_250_000, 45_250_000, "USD"),
    "a sign of several states stays open": ("¥ 40 million", 40_000_000, 40_000_000, None),
    "a word of several states stays open": ("600 million shillings", 600_000_000, 600_000_000, None),
}


@pytest.mark.parametrize("words, low, high, currency", RULES.values(), ids=RULES.keys())
def test_a_sum_is_read_in_units_with_its_currency(
    words: str, low: int | None, high: int | None, currency: str | None
) -> None:
    [found] = amounts(words)
    assert (found.amount_min, found.amount_max, found.currency) == (low, high, currency)
    assert type(found.amount_max if low is None else found.amount_min) is int


@pytest.mark.parametrize(
    "words",
    [
        "36 x 47 mm",
        "in 2014, 20 people",
        "10 thousand tonnes",
        "3 Mb/s",
        "a dollar store",
        "call +996 312 555 010",
        "15 per cent of 150 MW",
        "5 pounds of rice",
        "Group of 77, block K2, 5 won the race",
        "several hundred million dollars",
        "see ID#34187 USD",
    ],
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


def test_a_word_of_several_states_is_settled_by_the_one_state_that_uses_it() -> None:
    words = "a grant of 9 million rupees"
    assert [m.currency for m in amounts(words, ["NPL", "CHN"])] == ["NPR"]
    assert [m.currency for m in amounts(words, ["NPL", "IND"])] == [None]
    assert [m.currency for m in amounts(words)] == [None]
    assert "NPR" in amounts(words)[0].candidates


def test_pounds_are_british_unless_the_text_knows_another_state_only() -> None:
    assert amounts("3 million pounds")[0].currency == "GBP"
    assert amounts("3 million pounds", ["EGY"])[0].currency == "EGP"
    assert amounts("3 million pounds", ["EGY", "GBR"])[0].currency == "GBP"


def test_an_open_sign_takes_the_currency_of_its_company() -> None:
    assert [m.currency for m in amounts("RMB 20 million and later ¥5 million")] == ["CNY", "CNY"]


def test_sums_of_several_donors_keep_their_own_currency() -> None:
    found = amounts("Sweden gives SEK 5 million, Japan $2m and Austria 300 thousand euros to 10 million people")
    assert [(m.amount_max, m.currency) for m in found] == [(5_000_000, "SEK"), (2_000_000, "USD"), (300_000, "EUR")]


def test_a_number_of_people_after_a_sum_makes_no_range() -> None:
    assert [m.amount_max for m in amounts("$5 million to 10 million people")] == [5_000_000]


def test_a_number_with_a_magnitude_and_no_currency_is_bare() -> None:
    text = "a 20 million loan in 2014 and $3 million"
    assert [(text[a:b], value) for a, b, value in bare(text)] == [("20 million", 20_000_000)]


def test_every_sum_of_a_long_text_is_found() -> None:
    assert len(amounts("$5 million, " * 5_000)) == 5_000


def test_every_currency_that_a_word_may_mean_is_some_states_tender() -> None:
    tender = {r["currency"] for r in table("currency_states") if not r["valid_to"]}
    unknown = {r["alias"]: r["open"] for r in table("currencies") if set(r["open"].split()) - tender}
    assert not unknown, "settle() can never choose these"
