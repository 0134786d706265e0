"""An aid project's title and description -> one commitment: which words decide, and that nothing is guessed."""

from __future__ import annotations

import pytest

from ingest.coding.project import answer


def told(title: str, description: str = "") -> dict[str, object]:
    return answer({"id": "p1", "title": title, "description": description})


def test_an_answer_has_every_field_and_keeps_the_id() -> None:
    found = told("Norway grants Peru 40 million NOK for fish farms", "The money was transferred in 2011.")
    assert found == {
        "id": "p1",
        "donor": "NOR",
        "recipient": ["PER"],
        "amount": 40_000_000,
        "currency": "NOK",
        "instrument": "grant",
        "concessional": None,
        "stage": "delivered",
    }


@pytest.mark.parametrize(
    "row", [{}, {"title": None, "description": 7}, {"title": "A road", "description": "No details."}]
)
def test_what_no_text_says_stays_unknown(row: dict[str, object]) -> None:
    assert answer(row) == {
        "id": None,
        "donor": None,
        "recipient": [],
        "amount": None,
        "currency": None,
        "instrument": "none",
        "concessional": None,
        "stage": None,
    }


SUMS = {
    "the title's sum goes before the description's": (
        "Japan lends Laos $30 million",
        "The dam costs $95 million in all.",
        (30_000_000, "USD"),
    ),
    "the description's where the title has none": (
        "Japan builds a dam in Laos",
        "It cost 12 million yen.",
        (12e6, "JPY"),
    ),
    "the description writes the title's sum out": (
        "Japan lends Laos $30.4 million",
        "The contract of $30,391,250 was signed.",
        (30_391_250, "USD"),
    ),
    "a figure further off is another sum": (
        "Japan lends Laos $30.4 million",
        "The contract of $30,591,250 was signed.",
        (30_400_000, "USD"),
    ),
    "a bare number takes its currency from the same number": (
        "Japan gives Laos 45 million for bridges",
        "A grant of $9 million came first, then 45 million yen.",
        (45_000_000, "JPY"),
    ),
    "dollars of the title only give way": (
        "Japan gives Laos $45 million",
        "The grant is 45 million yen.",
        (45_000_000, "JPY"),
    ),
    "CFA francs of the west": ("France lends Togo 4 billion CFA francs", "", (4_000_000_000, "XOF")),
    "CFA francs of the centre": ("France lends Gabon 4 billion CFA francs", "", (4_000_000_000, "XAF")),
    "CFA francs of both stay open": ("France lends Togo and Gabon 4 billion CFA francs", "", (4_000_000_000, None)),
    "a yen sign of Japan": ("Japan grants Laos ¥3 billion", "", (3_000_000_000, "JPY")),
    "a yuan sign of China": ("China grants Laos ¥3 billion", "", (3_000_000_000, "CNY")),
    "rupees of two states stay open": ("India gives Nepal 5 million rupees", "", (5_000_000, None)),
}


@pytest.mark.parametrize("title, description, expected", SUMS.values(), ids=SUMS.keys())
def test_the_sum_is_the_one_the_project_is_about(
    title: str, description: str, expected: tuple[float, str | None]
) -> None:
    found = told(title, description)
    assert (found["amount"], found["currency"]) == expected


PARTIES = {
    "who gives is the subject of the giving": ("Sweden provides Mali with pumps", "", "SWE", ["MLI"]),
    "a receiver may be the subject": ("Kenya receives €20m loan from Austria", "", "AUT", ["KEN"]),
    "a state bank gives for its state": ("JICA loan for the Hanoi metro", "", "JPN", ["VNM"]),
    "an export-import bank belongs to the state named with it": (
        "South Korea's Eximbank lends Vietnam $6m",
        "",
        "KOR",
        ["VNM"],
    ),
    "an organisation may give": ("World Bank approves $50m credit for Kenya", "", "WBG", ["KEN"]),
    "people from a state are no gift of it": (
        "Scholarships for students from Laos",
        "Thailand gave 20 scholarships.",
        "THA",
        ["LAO"],
    ),
    "dollars are no United States": ("China gives US$2 million to Tonga", "", "CHN", ["TON"]),
    "a gulf is no state": (
        "Spain grants 3 million EUR",
        "Spain gave Gabon a port in the Gulf of Guinea.",
        "ESP",
        ["GAB"],
    ),
    "the title's receiver comes first": (
        "Italy gives Chad $2m",
        "Ministers of Niger, Niger and Italy met before.",
        "ITA",
        ["TCD", "NER"],
    ),
    "an open name counts where no other state is named": ("Gift of $2m to Chad", "", None, ["TCD"]),
    "the only state of a currency": ("Gift of 9 million vatu to a school", "", None, ["VUT"]),
    "the only state of a town": ("Japan gives $9,000 to a school in Swakopmund", "", "JPN", ["NAM"]),
}


@pytest.mark.parametrize("title, description, donor, recipient", PARTIES.values(), ids=PARTIES.keys())
def test_giver_and_receiver_are_told_apart(
    title: str, description: str, donor: str | None, recipient: list[str]
) -> None:
    found = told(title, description)
    assert (found["donor"], found["recipient"]) == (donor, recipient)


INSTRUMENTS = {
    "a loan": ("Japan lends Laos $3m", "", "loan"),
    "the verb to grant is weaker than a loan": (
        "Japan grants Laos $3m",
        "The loan has a maturity of 20 years.",
        "loan",
    ),
    "goods are a gift": ("Japan gives Laos computers worth $3m", "", "grant"),
    "a buyer's credit": ("Japan offers Laos $3m", "The buyer's credit was signed in May.", "export_credit"),
    "a written-off debt": ("Japan writes off $3m of Laotian debt", "", "debt_relief"),
    "experts": ("Japan sends experts to Laos", "", "technical_assistance"),
    "terms left open": ("Japan gives Laos $3m", "The assistance is for wells.", "none"),
}


@pytest.mark.parametrize("title, description, instrument", INSTRUMENTS.values(), ids=INSTRUMENTS.keys())
def test_the_instrument_is_what_the_words_call_it(title: str, description: str, instrument: str) -> None:
    assert told(title, description)["instrument"] == instrument


SOFT = {
    "soft by its words": ("The loan is concessional.", True),
    "free of interest": ("It carries no interest.", True),
    "a low rate": ("The interest rate is 2 per cent.", True),
    "a rate in words": ("It has a fixed interest rate of two percent.", True),
    "a high rate": ("It bears 6.5% interest.", False),
    "a market rate": ("It is priced at LIBOR plus 3.", False),
    "nothing said": ("It was signed in May.", None),
}


@pytest.mark.parametrize("description, soft", SOFT.values(), ids=SOFT.keys())
def test_credit_is_soft_by_its_words_else_by_its_rate(description: str, soft: bool | None) -> None:
    assert told("Japan lends Laos $3m", description)["concessional"] is soft


def test_only_credit_is_concessional() -> None:
    assert told("Japan donates $3m to Laos", "An interest-free loan was given before.")["concessional"] is None


STAGES = {
    "a promise": ("Japan pledges $3m to Laos", "", "pledged"),
    "a plan": ("Japan to lend Laos $3m", "", "pledged"),
    "a signature": ("Japan lends Laos $3m", "The agreement was signed in May.", "agreed"),
    "a deed after the signature": ("Japan lends Laos $3m", "It was signed in May; the dam was completed.", "delivered"),
    "a pledge is no deed": ("Japan pledges $3m to Laos", "An earlier dam was completed.", "pledged"),
}


@pytest.mark.parametrize("title, description, stage", STAGES.values(), ids=STAGES.keys())
def test_the_stage_is_the_furthest_that_the_text_vouches_for(title: str, description: str, stage: str) -> None:
    assert told(title, description)["stage"] == stage
