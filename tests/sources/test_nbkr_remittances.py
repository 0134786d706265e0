"""The bank's workbook, from two blocks of months to landing: who sends, millions, what is not available."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from sample.make_migration import Sheet, workbook
from tests.figures import differing
from tests.landed import Landed

KEY = "nbkr_remittances"
HERE = Path(__file__).parent / KEY


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


TITLE = ["Transfers (mln. USD)"]


def book(*rows: list[str]) -> bytes:
    return workbook([Sheet("A", rows)])


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("a.xlsx", book(["Transfers"], ["Country", "Jan 2022"], ["Inflow"], ["Russia", "1"]), ("no millions", "again")),
        ("a.xlsx", book(TITLE, ["Country", "Jan 2022", "01.2022"], ["Inflow"], ["Russia", "1", "1"]), ("month twice",)),
        (
            "a.xlsx",
            book(TITLE, ["Country", "Jan 2022", "share"], ["Inflow"], ["Russia", "1", "1"]),
            ("no month", "share"),
        ),
        ("a.xlsx", book(TITLE, ["Country", "Jan 2022"], ["Russia", "1"]), ("whether Russia sends or receives",)),
        ("a.xlsx", b"PK\x03\x04 no", ("can't be opened as a workbook", "password")),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_inflow_comes_from_the_country_and_outflow_goes_there(landed: Landed) -> None:
    landed.land(HERE / "raw" / "nbkr_remittances_2022-05-11.xlsx")
    told = (
        "select origin, destination, reporter_side, value from landed where period_start = '2022-01-01' and 'RUS' in "
    )
    assert landed.rows(f"{told} (origin, destination) order by all") == [
        ("KGZ", "RUS", "origin", 22_100_000), ("RUS", "KGZ", "destination", 170_550_000),
    ]  # fmt: skip
