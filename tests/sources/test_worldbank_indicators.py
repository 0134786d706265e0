"""The World Bank's indicators, from its three forms to landing: errors with status 200, groups, blanks."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from ingest import settings
from tests.figures import differing
from tests.landed import Landed

KEY = "worldbank_indicators"
HERE = Path(__file__).parent / KEY
GIVEN = (HERE / "raw" / "SM.POP.NETM_2026-11-02.json").read_bytes()
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "worldbank"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)


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
        (
            "SM.POP.NETM_2026-11-02.json",
            b'[{"message": [{"id": "120", "key": "Invalid value", "value": "not valid"}]}]',
            ("answered with an error: not valid", "indicator"),
        ),
        ("SM.POP.NETM_2026-11-02.json", GIVEN.replace(b'"pages": 1', b'"pages": 2'), ("page 1 of 2", "per_page=20000")),
        ("SM.POP.NETM_2026-11-02.json", GIVEN.replace(b'"total": 8', b'"total": 9'), ("8 of 9 lines", "per_page")),
        ("SP.POP.TOTL_2026-11-02.json", GIVEN, ("of SM.POP.NETM and not of SP.POP.TOTL", "again")),
        ("SM.POP.NETM_2026-11-02.json", GIVEN[:300], ("no answer of the API", "JSON")),
        ("x.csv", b"<html>no</html>", ("no columns Country Name", "DataBank")),
        ("x.csv", b"Country Name,Country Code,Series Name,Series Code,A\n", ("no column of a year", "DataBank")),
        (
            "x.csv",
            b"Country Name,Country Code,Series Name,Series Code,2020\nA,KGZ,B,SP.POP.TOTL,1,2\n",
            ("more or fewer cells", "whole"),
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


@needs_real
def test_real_files_land_to_the_last_figure(landed: Landed) -> None:
    for path in sorted(REAL.glob("API_*.csv")):
        with path.open(encoding="utf-8-sig", newline="") as handle:
            lines = list(csv.reader(handle))[5:]
        cells = [cell for line in lines for cell in line[4:] if cell]
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
        total = f"select count(*), sum(value) from landed where indicator = '{lines[0][3]}'"
        assert landed.rows(total) == [(len(cells), pytest.approx(sum(map(float, cells)), rel=1e-9))]
    groups = landed.rows("select count(distinct country) from landed where country_kind = 'aggregate'")
    assert groups == [(48,)], "the World Bank's groups are no countries"
