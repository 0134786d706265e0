"""Alliances, from the forms of ATOP and of COW to landing: one row per obligation, none for its absence."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from tests import rdata
from tests.figures import differing
from tests.landed import Landed

KEY = "alliances"
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
        ("x.csv", b"statea,stateb\n1,2\n", ("columns are of no form", "atop5_1ddyr.csv")),
        (
            "x.csv",
            b"stateA,stateB,year,defense,offense,neutral,nonagg,consul\n703,999,2018,1,0,0,0,0\n",
            ("100.0% of its total", "'999' (1)", "state_systems.csv"),
        ),
        (
            "x.csv",
            b"stateA,stateB,year,defense,offense,neutral,nonagg,consul\n703,705,2018,0,0,0,0,0\n",
            ("0 good rows", "whole"),
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


def test_real_obligations_of_a_year_land_to_the_last(landed: Landed, shared_data: Path) -> None:
    """ATOP's own table, three of its years: an obligation a row, by kind."""
    frame = rdata.read(shared_data / "cow_rda" / "atop_alliance.rda")["atop_alliance"]
    lines = [line for line in zip(*frame.values(), strict=True) if line[2] in (1994, 2006, 2018)]
    header = "stateA,stateB,year,defense,offense,neutral,nonagg,consul"
    text = "\n".join([header, *(",".join(f"{cell:.0f}" for cell in line) for line in lines)])
    receipt = landed.land_bytes("atop5_1ddyr.csv", text.encode())
    assert (receipt.status, receipt.vintages) == ("landed", ["5.1"])
    names = ("defense", "offense", "neutrality", "nonaggression", "consultation")
    by_hand = {f"alliance_{name}": n for n, name in zip((sum(line[3 + k] for line in lines) for k in range(5)), names,
                                                        strict=True) if n}  # fmt: skip
    counted = dict(landed.rows("select measure, count(*) from landed group by 1"))
    assert counted == by_hand and receipt.rows_quarantined == 0
    pact = landed.rows("select distinct measure from landed where origin = 'KGZ' and destination = 'RUS' "
                       "and period_start = '2018-01-01' order by 1")  # fmt: skip
    [real] = [line for line in lines if line[:3] == (703, 365, 2018)]
    assert [name for (name,) in pact] == sorted(
        f"alliance_{name}" for name, n in zip(names, real[3:], strict=True) if n
    )
