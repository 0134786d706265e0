"""Agreement and ideal points of pairs, from the published scores to landing: two measures of a line."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from tests.figures import differing
from tests.landed import Landed

KEY = "unga_agreement"
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
        ("x.csv", b"ccode1,ccode2,agree\n1,2,1\n", ("columns are of no form", "AgreementScoresAll.csv")),
        (
            "x.csv",
            b"ccode1,ccode2,agree,year\n703,999,0.5,2020\n",
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
