"""Office-holders and bodies without a state of their own: found by their title, bound to whose they are."""

from __future__ import annotations

from datetime import date

import pytest

from ingest.coding import agents, code, events

DAY = date(2021, 9, 17)


@pytest.mark.parametrize(
    ("text", "head", "name"),
    [
        ("Finance Minister Ida Holm told parliament.", "minister", "Ida Holm"),
        ("the Deputy Minister of Energy, Nils Berg, blamed them", "minister", "Nils Berg"),
        ("Deputy Minister of Culture and Tourism Selma Ak declared", "minister", "Selma Ak"),
        ("a spokesman of the Energy Ministry dismissed it", "spokesman", None),
        ("The aviation authorities discussed them.", "authorities", None),
        ("His colleague Per Lund answered", "colleague", "Per Lund"),
    ],
)
def test_a_title_gives_an_agent_and_its_name(text: str, head: str, name: str | None) -> None:
    found = list(agents.find(text, 0, len(text)))
    assert [(a.head, a.name) for a in found][:1] == [(head, name)]
    for a in found:
        assert 0 <= a.start < a.end <= len(text)


def _acts(text: str) -> list[tuple[str, set[str], set[str]]]:
    return [(e.event_type, {p.id for p in e.actors}, {p.id for p in e.recipients}) for e in code(text, DAY).events]


def test_a_minister_without_a_state_is_of_where_the_text_is_at_home() -> None:
    text = "OSLO. Norway and Kenya met on Monday. Finance Minister Ida Holm thanked Kenya."
    assert ("SUPPORT", {"NOR"}, {"KEN"}) in _acts(text)


def test_a_surname_stands_for_the_state_that_its_first_mention_was_bound_to() -> None:
    text = "Kenya's foreign minister, Asha Mwangi, met the Norwegian minister, Ida Holm. Holm thanked Mwangi."
    assert ("SUPPORT", {"NOR"}, {"KEN"}) in _acts(text)


def test_two_adjectives_before_one_office_are_two_parties() -> None:
    assert ("CONSULT", {"NOR", "KEN"}, set()) in _acts("Kenyan and Norwegian ministers met on Monday.")


def test_a_third_state_without_an_object_deals_with_the_host_and_a_mediator_with_both() -> None:
    told = "NAIROBI. Kenya and Tanzania held talks on Monday. "
    assert ("REJECT", {"NOR"}, {"KEN"}) in _acts(told + "Norway refused.")
    assert ("AGREE", {"NOR"}, {"KEN", "TZA"}) in _acts(told + "Norway offered to mediate.")


def test_the_content_of_an_agreement_is_no_event_beside_its_signing() -> None:
    text = "Norway and Kenya signed an agreement under which Norway will lend Kenya $3 million."
    coded = code(text, DAY)
    assert [e.event_type for e in coded.events] == ["AGREE"]
    [loan] = coded.commitments
    assert (loan.committed_by, loan.amount_max, loan.stage) == (["NOR"], 3_000_000, "agreed")


def test_each_donor_with_a_sum_of_its_own_commits_alone() -> None:
    text = "Norway and Japan will give Kenya $3 million and $4 million for wells."
    given = {(tuple(c.committed_by), c.amount_max) for c in code(text, DAY).commitments}
    assert given == {(("NOR",), 3_000_000), (("JPN",), 4_000_000)}


def test_a_name_that_stays_open_is_told_with_its_reason_and_is_no_party() -> None:
    text = "Norway met Korea."
    coded = code(text, DAY)
    assert coded.countries == ["NOR"]
    [left] = coded.unresolved
    assert text[left.start : left.end] == left.text == "Korea" and left.reason


def test_who_asserts_an_act_is_who_says_so_and_not_who_publishes() -> None:
    text = (
        "The press service of the Norwegian Foreign Ministry reported that the ministers of Norway and Kenya met. "
        "Nairobi said that it would open a route to Oslo."
    )
    assert [e.speaker for e in code(text, DAY).events] == ["NOR", "KEN"]


def test_how_often_is_part_of_a_commitment() -> None:
    [flights] = code("Norway and Kenya agreed to raise flights from three to seven a week.", DAY).commitments
    assert flights.frequency == "7 per week"
    [loan] = code("Norway will lend Kenya $3 million.", DAY).commitments
    assert loan.frequency is None


def test_a_reference_reaches_back_only_so_far_that_time_stays_linear(monkeypatch: pytest.MonkeyPatch) -> None:
    text = (
        "Norwegian Finance Minister Ida Holm met Kenyan Ambassador Asha Mwangi. Kenyan Ambassador Asha Mwangi left. "
        "The minister praised Peru."
    )
    assert ("SUPPORT", {"NOR"}, {"PER"}) in _acts(text)
    monkeypatch.setattr(events, "MEMORY", 1)
    assert ("SUPPORT", {"NOR"}, {"PER"}) not in _acts(text)
