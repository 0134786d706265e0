"""Trade agreements, from DESTA's two lists to landing: accessions, withdrawals, blocs, and what is signed only."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest

from ingest import settings
from tests.figures import differing
from tests.landed import Landed

KEY = "trade_agreements"
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
        ("x.csv", b"number;name\n1;a\n", ("columns missing: base_treaty", "list by pairs")),
        (
            "x.csv",
            b"number;base_treaty;name;entry_type;year;entryforceyear;c1;c2\n1;1;A;base_treaty;2000;2000;417\n",
            ("more or fewer cells", "whole"),
        ),
        (
            "x.csv",
            b"number;base_treaty;name;entry_type;year;entryforceyear;c1;c2\n1;1;A;base_treaty;2000;2000;417;999\n",
            ("100.0% of its total", "'999' (1)", "country_codes.csv"),
        ),
        ("x.csv", b"number;base_treaty;name;entry_type;year;entryforceyear;c1;c2\n", ("no lines below", "whole")),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_real_treaties_tie_the_pairs_that_they_name(landed: Landed, shared_data: Path) -> None:
    """The list of 1,216 treaties, read here once more: lines that tie, treaties of two, and Kyrgyzstan with Russia."""
    path = shared_data / "desta" / "DESTA.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle, delimiter=";"))
    receipt = landed.land(path)
    assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    tying = [line for line in lines if line["entry_type"] not in ("negotiation", "withdrawal")]
    landed_lines = landed.rows("select count(distinct raw_row) from landed")
    assert landed_lines == [(len(tying),)]
    of_two = [line for line in tying if line["typememb"] == "1"]
    assert all(line["c3"] == "NA" for line in of_two)
    numbers = {line["number"] for line in of_two}
    counted = dict(landed.rows("select code, count(*) from landed group by 1"))
    assert {counted[number] for number in numbers} == {1}
    members = {line["number"]: {line[f"c{n}"] for n in range(1, 92)} - {"NA"} for line in tying}
    both = {number for number, named in members.items() if {"417", "643"} <= named}
    tied = dict(landed.rows("select code, min(period_start)::varchar from landed where origin in ('KGZ', 'RUS') "
                            "and destination in ('KGZ', 'RUS') group by 1"))  # fmt: skip
    # who is in it already is not tied again by another's accession, nor one side of a treaty with others to itself
    assert set(tied) <= both and tied["1040+2"] == "2015-01-01"
    told = {line["number"]: line for line in tying}
    for number in both - set(tied):
        roles = {told[number][f"mc{n}"] for n in range(1, 92) if told[number][f"c{n}"] in ("417", "643")}
        assert len(roles) == 1 and told[number]["typememb"] in ("3", "4", "5", "6"), number
    assert landed.rows("select count(*) from landed where origin = destination") == [(0,)]
    georgian = landed.rows("select distinct period_end::varchar from landed where code = '244' and origin = 'GEO'")
    assert georgian == [("2009-01-01",)], "Georgia left the treaty of the Commonwealth in 2009"
