"""Joint memberships of pairs, from COW's wide table to landing: full memberships are added up as the file lands."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from tests import rdata
from tests.figures import differing
from tests.landed import Landed

KEY = "igo_dyads"
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
        ("x.csv", b"ccode1,year\n1,2\n", ("columns are of no form", "dyadic_formatv3.csv")),
        ("x.csv", b"ccode1,ccode2,year\n703,705,2014\n", ("no column of an organisation", "dyadic")),
        (
            "x.csv",
            b"ccode1,ccode2,year,UN\n999,705,2014,1\n",
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


def test_real_pairs_share_as_many_as_published_and_no_more_than_either_is_in(landed: Landed, shared_data: Path) -> None:
    """The table at hand has sums only: as many columns with 1 as it says, in 2014."""
    pairs = rdata.read(shared_data / "cow_rda" / "cow_igo_ndy.rda")["cow_igo_ndy"]
    lines = [line for line in zip(*pairs.values(), strict=True) if line[2] == 2014]
    width = int(max(line[3] for line in lines))
    text = ["ccode1,ccode2,year," + ",".join(f"igo{n}" for n in range(width))]
    for a, b, _, n in lines:
        text.append(f"{a:.0f},{b:.0f},2014," + ",".join(["1"] * int(n) + ["0"] * (width - int(n))))
    receipt = landed.land_bytes("dyadic_formatv3.csv", "\n".join(text).encode())
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", len(lines), 0)
    [(total,)] = landed.rows("select sum(value) from landed")
    assert total == sum(line[3] for line in lines)
    where = "least(origin, destination) = 'KGZ' and greatest(origin, destination) = 'RUS'"
    assert landed.rows(f"select value from landed where {where}") == [
        (line[3],) for line in lines if {line[0], line[1]} == {365, 703}
    ]
    states = rdata.read(shared_data / "cow_rda" / "cow_igo_sy.rda")["cow_igo_sy"]
    told = [line for line in zip(*states.values(), strict=True) if line[1] == 2014]
    inside = {code: full + associate for code, _, full, associate, *_ in told}
    assert all(n <= min(inside[a], inside[b]) for a, b, _, n in lines)
    assert any(n > min(line[2] for line in told if line[0] in (a, b)) for a, b, _, n in lines if 347 in (a, b)), (
        "full members alone would be fewer: Kosovo is an associate of one"
    )
