"""KNOMAD's matrix, from workbook and Data360 to landing: who sends, millions, zeros by construction."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from sample.make_migration import Sheet, workbook
from tests.figures import differing
from tests.landed import Landed

KEY = "worldbank_remittances"
HERE = Path(__file__).parent / KEY
CORNER = "Remittance-receiving country (across) - Remittance-sending country (down)"


def matrix(corner: str, title: str = "Estimates for 2017 (millions of US$)", *, hidden: bool = False) -> bytes:
    return workbook([Sheet("M", [[title], [corner, "India", "World"], ["India", 0, 1]], is_hidden=hidden)])


DATA360 = (HERE / "raw" / "WB_KNOMAD_BRE_2026-11-24.csv").read_bytes()


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_the_sample_lands_whole(landed: Landed) -> None:
    for path in sorted((settings.SAMPLE / "migration" / KEY).iterdir()):
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("m.xlsx", matrix(CORNER.replace("receiving", "sending", 1)), ("does not say who receives", "matrix")),
        ("m.xlsx", matrix(CORNER, "Estimates for 2017 (thousands)"), ("no millions", "matrix")),
        ("m.xlsx", matrix(CORNER, hidden=True), ("hidden", "unhide")),
        ("m.xlsx", b"PK\x03\x04 no zip", ("can't be opened as a workbook", "password")),
        (
            "c.csv",
            b"Sending Countries Name,Sending Countries Code,2011Q1 [YR2011Q1]\nAngola,AGO,..\n",
            ("prices of sending money", "matrix"),
        ),
        ("w.csv", DATA360.replace(b"US$ million", b"US$"), ("tells no millions", "row 1")),
        ("w.csv", DATA360.replace(b"WB_KNOMAD_BRE", b"WB_KNOMAD_MRO"), ("none of its lines is of the matrix",)),
        ("w.csv", DATA360.replace(b"COMP_BREAKDOWN_1,", b"PARTNER,"), ("columns missing: COMP_BREAKDOWN_1", "again")),
        ("w.csv", DATA360[:-9], ("more or fewer cells", "row 8", "whole")),
        ("c.csv", b"Economy ISO3,Partner,Indicator,2021\nKGZ,RUS,Remittances,5\n", ("does not say who", "matrix")),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_a_zero_between_pairs_at_odds_is_flagged_and_others_are_not(landed: Landed) -> None:
    landed.land(HERE / "raw" / "bilateral_remittance_matrix_2017_apr2018.xlsx")
    told = "select origin, destination, flag from landed where value = 0 and destination <> 'WLD' order by all"
    assert landed.rows(told) == [("IND", "IND", None), ("IND", "PAK", "z"), ("PAK", "IND", "z")]
    sums = "select value from landed where origin = 'RUS' and destination = 'KGZ'"
    assert landed.rows(sums) == [(1_650_500_000,)], "millions of dollars are dollars, and Russia sends"


def test_in_data360_the_area_sends_and_what_its_multiplier_calls_dollars_are_millions(landed: Landed) -> None:
    landed.land(HERE / "raw" / "WB_KNOMAD_BRE_2026-11-24.csv")
    told = "select origin, destination, value, vintage from landed where destination = 'KGZ' order by all"
    assert landed.rows(told) == [
        ("RUS", "KGZ", 2_049_500_000, "2026-11-24"), ("WLD", "KGZ", 2_790_250_000, "2026-11-24")
    ]  # fmt: skip
