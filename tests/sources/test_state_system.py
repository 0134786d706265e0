"""The system of states, from the publishers' lists to landing, and where the reviewed dates differ from them."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from ingest.reference import read_seed
from tests.figures import differing
from tests.landed import Landed

KEY = "state_system"
HERE = Path(__file__).parent / KEY


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_row_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_the_sample_lands_whole(landed: Landed) -> None:
    for path in sorted((settings.SAMPLE / "structure" / KEY).iterdir()):
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.csv", b"ccode,statenme\n1,2\n", ("columns are of no form", "states2016.csv")),
        (
            "x.csv",
            b"Cow Nr.,Cow ID,Name of State,Start,End\n999,ATL,Atlantis,01.01.1990,31.12.2017\n",
            ("100.0% of its total", "'999' (1)", "state_systems.csv"),
        ),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


Span = tuple[str, str | None]


def reviewed(system: str) -> dict[str, set[Span]]:
    """Spans of membership since 1945 by number: countries.csv, but for states that state_systems.csv has rows of."""
    exceptions = [row for row in read_seed("state_systems") if row["system"] == system]
    found: dict[str, set[Span]] = {}
    for row in [*read_seed("countries"), *exceptions]:
        code = row.get("code") or row.get(f"{system}_code")
        is_replaced = "code" not in row and row["country_id"] in {other["country_id"] for other in exceptions}
        if not code or is_replaced or row.get("is_member") == "false" or "" < row["valid_to"] <= "1945-01-01":
            continue
        found.setdefault(code, set()).add((max(row["valid_from"], "1945-01-01"), row["valid_to"] or None))
    return {code: joined(spans) for code, spans in found.items()}


def joined(spans: set[Span]) -> set[Span]:
    """Spans that follow on each other as one: the Soviet Union's and Russia's under 365."""
    whole: list[Span] = []
    for start, end in sorted(spans):
        if whole and whole[-1][1] == start:
            whole[-1] = (whole[-1][0], end)
        else:
            whole.append((start, end))
    return set(whole)


def published(landed: Landed, system: str) -> dict[str, set[Span]]:
    found: dict[str, set[Span]] = {}
    rows = landed.rows("select code, period_start::varchar, period_end::varchar from landed "
                       f"where organisation = '{system.upper()}'")  # fmt: skip
    for code, start, end in rows:
        found.setdefault(code, set()).add((max(start, "1945-01-01"), end))
    return {code: joined(spans) for code, spans in found.items()}


@pytest.mark.parametrize(("system", "name", "outside"), [
    ("cow", "states2016.csv", {"511"}),
    ("gw", "gwstates.xlsx", {"511", "711"}),
])  # fmt: skip
def test_reviewed_dates_are_the_publishers_but_for_what_the_seed_gives_a_reason_for(
    landed: Landed, shared_data: Path, system: str, name: str, outside: set[str]
) -> None:
    receipt = landed.land(shared_data / "states_systems" / name)
    assert (receipt.status, receipt.rows_quarantined) == ("landed", len(outside)), receipt.problem
    ours, theirs = reviewed(system), published(landed, system)
    assert all(row["reason"] for row in read_seed("state_systems"))
    assert outside == set(ours) - set(theirs), "the number of a state that countries.csv has no row for"
    differing_codes = {code: (ours.get(code), spans) for code, spans in theirs.items() if ours.get(code) != spans}
    assert differing_codes == {}, "change countries.csv, or add a row with its reason to state_systems.csv"
