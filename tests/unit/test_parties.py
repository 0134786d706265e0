"""Whom a published name means: states that are no more, disputed ones, and people of no state."""

from __future__ import annotations

import pytest

from ingest.readers import russian
from ingest.readers.parties import Party, party

NAMES = {
    ("SUN", "state"): ("USSR", "Former USSR", "SU", "СССР"),
    ("YUG", "state"): ("YUG",),
    ("SCG", "state"): ("Serbia and Montenegro", "SCG", "Сербия и Черногория"),
    ("CSK", "state"): ("Czechoslovakia",),
    ("ANT", "territory"): ("Netherlands Antilles", "AN", "530", "Нидерландские Антильские острова"),
    ("XKX", "state"): ("XK", "Kosovo*", "Kosovo (S/RES/1244)", "Kosovo (under UNSC res. 1244)", "Косово"),
    ("SRB", "state"): ("Serbia and Kosovo: S/RES/1244 (1999)",),
    ("TWN", "state"): ("TW", "China, Taiwan Province of China", "Taiwan, China", "Тайвань (Китай)"),
    ("HKG", "territory"): ("China, Hong Kong SAR", "HK", "Гонконг"),
    ("CHI", "special"): ("Channel Islands", "830"),
    ("XXA", "special"): ("Stateless", "Лица без гражданства"),
    ("XXX", "special"): ("Unknown", "Various/Unknown"),
    ("XXT", "special"): ("Tibetan",),
    ("GRC", "state"): ("EL", "GR"),
    ("KGZ", "state"): ("Киргизия", "Кыргызстан", "Республика Кыргызстан", "Кыргызская Республика"),
}


@pytest.mark.parametrize(("named", "names"), NAMES.items(), ids=[country for country, _ in NAMES])
def test_states_in_time_are_found_by_what_publishers_call_them(named: tuple[str, str], names: tuple[str, ...]) -> None:
    assert {name: (party(name).id, party(name).kind) for name in names} == dict.fromkeys(names, named)


def test_a_name_of_two_states_and_an_unknown_one_are_nobody_with_a_reason() -> None:
    for name in ("Yugoslavia", "Atlantis", ""):
        found = party(name)
        assert (found.id, found.kind) == (None, None) and found.reason and found.mend


def test_what_russia_alone_lists_as_states_makes_no_dyad() -> None:
    assert russian.whom("Республика Абхазия") == Party("ABKHAZIA", "aggregate")
    assert russian.whom("Южная Осетия").kind == "aggregate"
