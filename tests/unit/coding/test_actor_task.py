"""One actor phrase -> country and sector: what each kind of phrase answers, and that nothing is guessed."""

from __future__ import annotations

import pytest

from ingest.coding.actor import answer
from ingest.coding.tables import table
from ingest.settings import SEEDS

SECTORS = set("GOV LEG JUD MIL SPY COP BUS CVL EDU MED IGO NGO REF OPP UNK".split())


def _pair(phrase: str, day: str | None = None) -> tuple[object, object]:
    got = answer({"id": "x", "phrase": phrase, "date": day})
    return got["country"], got["sector"]


@pytest.mark.parametrize(
    "phrase, wanted",
    [
        ("Denmark", ("DNK", None)),
        ("Copenhagen", ("DNK", "GOV")),
        ("the Danish side", ("DNK", "GOV")),
        ("Danish frogmen's army unit", ("DNK", "MIL")),
        ("Danes", ("DNK", "CVL")),
        ("Danish rebel leaders", ("DNK", "OPP")),
        ("Danish refugees in Norway", ("DNK", "REF")),
        ("villagers near Oslo", ("NOR", "CVL")),
        ("the United Nations", ("UNO", "IGO")),
        ("U.N.", ("UNO", "IGO")),
        ("NATO jets", ("NATO", "MIL")),
        ("Greenpeace", (None, "NGO")),
        ("police", (None, "COP")),
        ("the rouble", (None, None)),
        ("", (None, None)),
    ],
)
def test_each_kind_of_phrase_has_its_country_and_sector(phrase: str, wanted: tuple[str | None, str | None]) -> None:
    assert _pair(phrase) == wanted


def test_whom_a_phrase_is_against_or_deals_with_is_not_whose_it_is() -> None:
    assert _pair("anti-Danish lawmakers") == (None, "LEG")
    assert _pair("the Norwegian ambassador to Denmark") == ("NOR", "GOV")
    assert _pair("a Danish-backed Norwegian militia") == ("NOR", "MIL")
    assert _pair("Danish-led forces") == ("DNK", "MIL")


def test_an_ethnic_group_belongs_to_where_it_lives_and_without_a_place_to_nobody() -> None:
    assert _pair("ethnic Serbs")[0] is None
    assert _pair("Albanians of northern Denmark") == ("DNK", "CVL")


@pytest.mark.parametrize(
    "phrase, day, wanted",
    [
        ("Putin", "2005-03-01", ("RUS", "GOV", "role_verified")),
        ("Putin", "1995-03-01", ("RUS", None, "role_unverified")),
        ("Putin", None, ("RUS", "GOV", "role_unverified")),
        ("Mr Lavrov", "2010-01-01", ("RUS", "GOV", "role_verified")),
        ("President Clinton", "1996-01-01", ("USA", "GOV", "role_verified")),
        ("President Clinton", "2003-01-01", ("USA", "GOV", "role_unverified")),
        ("Kim", None, (None, None, "role_unverified")),
        ("Danish Trade Minister Ida Holm", None, ("DNK", "GOV", "stated")),
    ],
)
def test_a_role_is_verified_by_the_table_on_the_day_and_never_assumed(
    phrase: str, day: str | None, wanted: tuple[str | None, str | None, str]
) -> None:
    got = answer({"id": "x", "phrase": phrase, "date": day})
    assert (got["country"], got["sector"], got["role_status"]) == wanted


def test_a_party_is_the_government_only_while_it_governs() -> None:
    assert [_pair("Taliban", day)[1] for day in (None, "1999-01-01", "2010-01-01", "2022-01-01")] == [
        "OPP",
        "GOV",
        "OPP",
        "GOV",
    ]


def test_a_former_office_gives_no_sector() -> None:
    assert _pair("former Danish prime minister") == ("DNK", None)


def test_an_open_name_says_why() -> None:
    assert answer({"id": "x", "phrase": "Congo", "date": None})["reason"] == "may be COD or COG"
    assert answer({"id": "x", "phrase": "Georgia governor"})["reason"] == "the state of the USA"
    assert answer({"id": "x", "phrase": "Denmark"})["reason"] is None


def test_a_misspelt_state_is_mended_only_where_one_is_near() -> None:
    assert _pair("Phillippines")[0] == "PHL"
    assert _pair("Danmarq army")[0] is None


def test_a_day_that_is_none_is_refused() -> None:
    with pytest.raises(ValueError, match="soon"):
        answer({"id": "x", "phrase": "Denmark", "date": "soon"})


def test_the_answers_are_of_the_codebooks_lists() -> None:
    names = table("actor_names")
    states = {r["country_id"] for r in table("countries", SEEDS)} | {r["org_id"] for r in table("organisations", SEEDS)}
    assert {r["country"] for r in names} - {""} <= states
    assert {r["sector"] for r in names} - {""} <= SECTORS
    assert {r["sector"] for r in table("sector_nouns")} - {""} <= SECTORS
    assert {r["rank"] for r in table("sector_nouns")} == {"strong", "normal", "weak"}
    keys = [(r["phrase"], r["country"], r["valid_from"]) for r in names]
    assert len(keys) == len(set(keys))
