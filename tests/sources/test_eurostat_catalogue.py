"""Eurostat's table of contents, from tabs to landing: tables once, folders never, days as they are written."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from tests.figures import differing
from tests.landed import Landed

KEY = "eurostat_catalogue"
HERE = Path(__file__).parent / KEY


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_table_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_the_sample_lands_whole(landed: Landed) -> None:
    for path in sorted((settings.SAMPLE / "reference" / KEY).iterdir()):
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"<html>no</html>", ("columns missing: title, code", "in English")),
        (b'"title"\t"code"\t"type"\t"last update of data"\n', ("columns missing: last table structure", "English")),
        ((HERE / "raw" / "toc_2026-11-02.txt").read_bytes()[:300], ("fewer cells", "again")),
        ("\ufeff\u0442".encode("utf-16"), ("no UTF-8", "toc")),
    ],
    ids=["page", "columns", "torn", "encoding"],
)
def test_what_is_no_catalogue_is_refused_in_plain_words(landed: Landed, content: bytes, says: tuple[str, ...]) -> None:
    receipt = landed.land_bytes("toc.txt", content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told
