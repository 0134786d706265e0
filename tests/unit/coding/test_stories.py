"""Stories: what outlets carry is one, what one desk writes by template is not, and batches give what one run gives."""

from __future__ import annotations

import random
from datetime import date, timedelta

import pytest

from bench.archive import archive
from ingest.coding.stories import SAME, Row, Stories, signature, similarity, stories

DAY = date(2021, 9, 17)
PARAGRAPHS = [
    "Minister of Foreign Affairs of Norway Ida Holmberg received in Oslo on 17 September the Minister of "
    "Foreign Affairs "
    "of Kenya Juma Odhiambo. The press service of the ministry reported.",
    "Holmberg confirmed readiness to lend 45 million dollars for the reconstruction of the Turkana hydropower plant, "
    "whose 8 turbines date from the seventies.",
    "The ministers agreed to raise the quota of Kenyan students at the maritime academy in Bergen to 120 places.",
    "Odhiambo asked that 17 fishermen held in Tromsø since May be released before the rainy season.",
]
RELEASE = "\n\n".join(PARAGRAPHS)
REWRITE = (
    "Kenya, Norway talk turbines and trawlers\n\nFishermen from Kenya, 17 of whom have sat in a Tromsø jail "
    "since spring, "
    "should go home before it rains, Juma Odhiambo told his colleague Ida Holmberg on Friday.\n\nOslo for its "
    "part stands "
    "ready with a credit of $45 mln to rebuild the power station at Turkana and its eight old turbines. Bergen's "
    "maritime academy will have 120 places for students from Kenya.\n\nRead also: Peru opens a bridge"
)
OTHER_MEETING = (
    "Minister of Foreign Affairs of Norway Ida Holmberg received in Oslo on 18 September the Minister of "
    "Foreign Affairs "
    "of Kenya Juma Odhiambo. The press service of the ministry reported.\n\nHolmberg informed about the ban on soap "
    "stone from 31 quarries of Kisii. The ministers agreed to open a line of cargo planes from Mombasa to "
    "Stavanger and to "
    "exchange 260 archive files on whaling with the museum of Sandefjord."
)
CARRIED = {
    "verbatim": RELEASE,
    "under another dateline and footer": f"NAIROBI, September 17. {RELEASE}\nPhoto: our own\nFollow us on Facebook",
    "cut to its first half": RELEASE[: len(RELEASE) // 2],
    "with paragraphs in another order": "\n\n".join([PARAGRAPHS[0], PARAGRAPHS[3], PARAGRAPHS[1], PARAGRAPHS[2]]),
    "lightly edited": RELEASE.replace("agreed to raise", "decided to increase").replace("received", "met"),
    "rewritten": REWRITE,
}  # fmt: skip
APART = {
    "other matters of the same two ministers": OTHER_MEETING,
    "other names and numbers in the same phrases": RELEASE.replace("45", "61").replace("8 ", "3 ").replace("120", "75")
    .replace("17", "22").replace("Turkana", "Masinga").replace("Bergen", "Ålesund").replace("Tromsø", "Bodø"),
}  # fmt: skip


@pytest.mark.parametrize("text", CARRIED.values(), ids=CARRIED.keys())
def test_what_another_outlet_carries_is_one_story(text: str) -> None:
    assert stories([("a", DAY, RELEASE), ("b", DAY, text)]) == {"a": "a", "b": "a"}
    assert similarity(signature(RELEASE), signature(text)) >= SAME


@pytest.mark.parametrize("text", APART.values(), ids=APART.keys())
def test_what_only_looks_alike_is_another_story(text: str) -> None:
    assert stories([("a", DAY, RELEASE), ("b", DAY + timedelta(days=1), text)]) == {"a": "a", "b": "b"}


def test_the_same_names_in_other_words_a_week_later_are_a_follow_up() -> None:
    assert stories([("a", DAY, RELEASE), ("b", DAY + timedelta(days=6), REWRITE)]) == {"a": "a", "b": "b"}


def test_a_digest_does_not_join_the_releases_that_it_lists() -> None:
    digest = f"{OTHER_MEETING}\n\n{RELEASE}"
    found = stories([("a", DAY, RELEASE), ("b", DAY, OTHER_MEETING), ("c", DAY, digest)])
    assert found["a"] != found["b"]


def test_bulletins_with_other_numbers_are_other_stories() -> None:
    text = "In the past week {} persons and {} vehicles crossed the border at Torkham. {} persons were refused entry."
    rows = [(f"w{n}", DAY + timedelta(days=n), text.format(1900 + 77 * n, 300 + 13 * n, 40 + n)) for n in range(1, 8)]
    assert len(set(stories(rows).values())) == 7


def test_texts_without_words_are_stories_of_their_own() -> None:
    rows = [("a", DAY, ""), ("b", DAY, ""), ("c", None, " \n\x00"), ("d", DAY, "...")]
    assert stories(rows) == {"a": "a", "b": "b", "c": "c", "d": "d"}


def test_an_undated_copy_joins_and_names_the_story() -> None:
    assert stories([("b", None, RELEASE), ("a", DAY, RELEASE)]) == {"a": "b", "b": "b"}


def _sample(n: int = 600) -> list[tuple[str, date | None, str]]:
    return [(r[0], r[1], r[2]) for r in archive(n, seed=5, per_day=60)]


def test_any_order_gives_the_same_stories() -> None:
    rows = _sample()
    whole = stories(rows)
    random.Random(3).shuffle(rows)
    index = Stories()
    for row in rows:
        index.add(*row)
    assert {i: index.story(i) for i, _, _ in rows} == whole


def test_batches_from_stored_rows_give_the_stories_of_one_run() -> None:
    rows = _sample()
    whole = stories(rows)
    random.Random(4).shuffle(rows)  # late statements come in every batch
    stored: dict[str, Row] = {}
    for at in range(0, len(rows), 200):
        batch = rows[at : at + 200]
        index = Stories()
        index.seed(stored.values())
        for row in batch:
            index.add(*row)
        new = list(index.added())
        assert {r.statement_id for r in new} == {i for i, _, _ in batch}
        stored |= {r.statement_id: r for r in new}
        renamed = index.renamed()
        days = {i: d for i, d, _ in rows}
        for key, r in stored.items():
            story = renamed.get(r.story_id, r.story_id)
            stored[key] = Row(r.statement_id, r.day, r.signature, story, days[story])
    assert {i: r.story_id for i, r in stored.items()} == whole


def test_what_is_forgotten_is_not_compared_but_keeps_its_story() -> None:
    index = Stories()
    index.add("a", DAY, RELEASE)
    index.add("b", DAY, RELEASE)
    index.forget(DAY + timedelta(days=1))
    assert index.add("c", DAY + timedelta(days=1), RELEASE) == "c"
    assert index.story("b") == "a"


def test_a_statement_known_already_is_not_added_again() -> None:
    index = Stories()
    index.add("a", DAY, RELEASE)
    assert index.add("a", DAY, "Something else.") == "a"
    assert len(index) == 1


def test_an_archive_with_known_stories_is_sorted_out() -> None:
    rows = list(archive(1_500, seed=9, per_day=120))
    found = stories((r[0], r[1], r[2]) for r in rows)
    truth = {r[0]: r[3] for r in rows}
    pairs = [(a, b) for i, a in enumerate(truth) for b in list(truth)[i + 1 : i + 700]]
    same = [(a, b) for a, b in pairs if truth[a] == truth[b]]
    merged = [(a, b) for a, b in pairs if found[a] == found[b]]
    right = sum(truth[a] == truth[b] for a, b in merged)
    assert right / len(same) > 0.97
    assert 1 - right / len(merged) < 0.015
