"""EMISS' SDMX, from Russian words to landing: crossings by purpose and quarter, nothing unknown let through."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from tests.figures import differing
from tests.landed import Landed

KEY = "fedstat_entries"
HERE = Path(__file__).parent / KEY
GIVEN = (HERE / "raw" / "fedstat_38479_2021-05-20.xml").read_text(encoding="utf-8")


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
        ("x.xml", b"<html><body>no</body></html>", ("none of its code lists", "SDMX")),
        ("x.xml", b"<!DOCTYPE html><html></html>", ("web page", "SDMX")),
        ("x.xml", b"<GenericData><Series>", ("no XML", "cut off")),
        ("x.xls", b"\xd0\xcf\x11\xe0rest", ("Excel's pivot", "SDMX")),
        (
            "x.xml",
            GIVEN.replace("Атлантида", "Лемурия").replace('value="7"', 'value="700000"').encode(),
            ("not known", "Лемурия"),
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


def test_the_same_country_under_two_names_is_one_and_thousands_are_multiplied_out(landed: Landed) -> None:
    landed.land(HERE / "raw" / "fedstat_38479_2021-05-20.xml")
    told = "select purpose, grain, period_start::varchar, value from landed where origin = 'KGZ' and breakdown is null"
    assert landed.rows(f"{told} order by all") == [
        ("all", "M", "2021-01-01", 41_000), ("all", "Q", "2021-01-01", 120_345), ("work", "Q", "2021-04-01", 60_500),
    ]  # fmt: skip
    assert landed.rows("select distinct unit, destination from landed") == [("events", "RUS")]
