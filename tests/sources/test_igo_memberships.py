"""Memberships of states, from COW's wide table to landing: a row each, and one for who is in none."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from tests import rdata
from tests.figures import differing
from tests.landed import Landed

KEY = "igo_memberships"
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
        ("x.csv", b"ccode,year\n1,2\n", ("columns are of no form", "state_year_formatv3.csv")),
        ("x.csv", b"ccode,year,state\n703,2014,kyrgyzstan\n", ("no column of an organisation", "state_year")),
        (
            "x.csv",
            b"ccode,year,state,UN\n999,2014,atlantis,1\n",
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


def test_real_state_years_have_as_many_full_memberships_as_published(landed: Landed, shared_data: Path) -> None:
    """The table at hand has sums only: as many columns with 1, 2 and 3 as it says, and 0 else, since 2010."""
    frame = rdata.read(shared_data / "cow_rda" / "cow_igo_sy.rda")["cow_igo_sy"]
    lines = [line for line in zip(*frame.values(), strict=True) if line[1] >= 2010]
    width = int(max(line[5] for line in lines))
    text = ["ccode,year,state," + ",".join(f"igo{n}" for n in range(width))]
    for code, year, full, associate, observer, _ in lines:
        cells = ["1"] * int(full) + ["2"] * int(associate) + ["3"] * int(observer)
        text.append(f"{code:.0f},{year:.0f},s," + ",".join(cells + ["0"] * (width - len(cells))))
    receipt = landed.land_bytes("state_year_formatv3.csv", "\n".join(text).encode())
    assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["3"])
    assert receipt.rows_landed == sum(sum(line[2:5]) for line in lines)
    counted = landed.rows(
        "select code, year(period_start), count(*) filter (status = 'member') from landed group by all"
    )
    assert {(code, year): n for code, year, n in counted} == {
        (f"{line[0]:.0f}", int(line[1])): int(line[2]) for line in lines
    }
