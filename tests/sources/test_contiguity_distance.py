"""Contiguity and distances, from COW's two forms and a table of distances to landing: successors and copies."""

from __future__ import annotations

import csv
import gzip
from collections import Counter
from pathlib import Path

import pytest

from ingest import settings
from sample import make_structure
from tests import rdata
from tests.figures import differing
from tests.landed import Landed

KEY = "contiguity_distance"
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
        ("x.csv", b"a,b\n1,2\n", ("columns are of no form", "as contdird it lacks conttype", "contdir.csv")),
        ("x.csv", b"state1no,state2no,year,conttype,version\n", ("no lines below its header", "whole")),
        ("x.csv", b"state1no,state2no,year,conttype,version\n2,20,2016\n", ("can't be read", "again")),
        (
            "x.csv",
            b"ccode1,ccode2,year,mindist\n703,705,2016,0\n999,705,2016,0\n",
            ("50.0% of its total", "'999' (1)", "state_systems.csv"),
        ),
        (
            "x.csv",
            b"ccode1,ccode2,year,mindist\n703,705,2016,0\n703,705,1980,0\n",
            ("50.0% of its total", "'703' (1)", "state_systems.csv"),
        ),
        ("x.csv", b"<html>no</html>", ("a web page", "again")),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_a_state_that_did_not_exist_then_is_quarantined_and_the_file_lands(landed: Landed) -> None:
    years = [f"703,705,{year},0" for year in range(1992, 2017)] + [f"200,220,{year},0" for year in range(1945, 2017)]
    more = [f"{a},{b},{year},9" for a, b in ((2, 20), (2, 70), (220, 230), (220, 325)) for year in range(1945, 2017)]
    bad = ["703,705,1980,0", "200,220,2017x,0"]
    receipt = landed.land_bytes("m.csv", "\n".join(["ccode1,ccode2,year,mindist", *years, *more, bad[0]]).encode())
    assert (receipt.status, receipt.rows_quarantined) == ("landed", 1)
    [(row, reason, mend)] = landed.rows("select raw_row, reason, mend from landed", "quarantine")
    assert row == len(years + more) + 1 and "countries.csv" in mend
    assert reason == "state 703 did not exist from 1980-01-01 to 1981-01-01: it means KGZ [1991-12-26, 9999-12-31)"
    receipt = landed.land_bytes("n.csv", "\n".join(["ccode1,ccode2,year,mindist", *years, *more, bad[1]]).encode())
    assert (receipt.status, receipt.rows_quarantined, receipt.reasons) == (
        "landed", 1, {"state or time is missing or not read": 1}
    )  # fmt: skip


def test_the_sample_is_what_its_program_writes() -> None:
    for name, content in make_structure.made().items():
        assert (settings.SAMPLE / "structure" / name).read_bytes() == content, name


def test_real_contiguity_lands_to_the_last_line(landed: Landed, shared_data: Path) -> None:
    """Years of each pair of 2016 and of Yugoslavia's successors, and the lines left, counted from the file."""
    path = shared_data / "cow_contiguity" / "contdird.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
        lines = [line for line in csv.DictReader(handle) if int(line["year"]) >= 1945]
    receipt = landed.land(path)
    zanzibar = sum("511" in (line["state1no"], line["state2no"]) for line in lines)
    ends = {"260": "255", "678": "679"}  # two numbers of one state in 1990
    told = Counter((ends.get(line["state1no"], line["state1no"]), ends.get(line["state2no"], line["state2no"]),
                    line["year"], line["conttype"]) for line in lines)  # fmt: skip
    copies = len(lines) - len(told)
    assert receipt.status == "landed" and receipt.vintages == ["3.2"]
    assert (receipt.rows_landed, receipt.rows_quarantined) == (len(lines) - zanzibar - copies, zanzibar + copies)
    assert receipt.reasons == {"state 511 is not in countries.csv": zanzibar, "same key as another row": copies}
    borders = landed.rows("select code, count(*) from landed where period_start = '2016-01-01' group by code")
    assert dict(borders) == Counter(line["conttype"] for line in lines if line["year"] == "2016")
    serbian = {line["year"] for line in lines if (line["state1no"], line["state2no"]) == ("345", "360")}
    of_year = landed.rows("select year(period_start), origin from landed where destination = 'ROU' "
                          "and origin in ('YUG', 'SCG', 'SRB')")  # fmt: skip
    assert {str(year) for year, _ in of_year} == serbian
    assert {origin for year, origin in of_year if year in (1991, 1992, 2005, 2006, 2007)} == {"YUG", "SCG", "SRB"}
    assert dict(of_year)[1992] == "SCG" and dict(of_year)[2006] == "SRB", "who held most of the year"


def test_real_spans_of_contiguity_are_the_years_that_the_other_file_tells(landed: Landed, shared_data: Path) -> None:
    receipts = [landed.land(shared_data / "cow_contiguity" / f"{name}.csv.gz") for name in ("contdir", "contdird")]
    assert [receipt.status for receipt in receipts] == ["landed", "landed"]
    dyads = "select *, least(origin, destination) || '-' || greatest(origin, destination) as dyad from landed"
    spans = landed.rows(f"""
        select distinct dyad, code, unnest(range(2000, 2017)) as year, period_start, period_end from ({dyads})
        where dataset = 'contdir'
    """)
    told = landed.rows(f"""
        select distinct dyad, code, year(period_start) from ({dyads})
        where dataset = 'contdird' and period_start >= '2000-01-01'
    """)
    lasting = {(dyad, code, year) for dyad, code, year, start, end in spans if start.year <= year <= end.year - 1}
    assert len({*told} - lasting) < 30 and len(lasting - {*told}) < 30 and len(told) > 9_000


def test_real_distances_land_by_pair_and_year(landed: Landed, shared_data: Path) -> None:
    frame = rdata.read(shared_data / "cow_rda" / "cow_mindist.rda")["cow_mindist"]
    lines = [line for line in zip(*frame.values(), strict=True) if line[2] in (1991, 2019)]
    text = "\n".join(["ccode1,ccode2,year,mindist", *(f"{a:.0f},{b:.0f},{y:.0f},{km!r}" for a, b, y, km in lines)])
    receipt = landed.land_bytes("cshapes_2.0_mindist.csv", text.encode())
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", len(lines), 0)
    [(total,)] = landed.rows("select sum(value) from landed")
    assert total == pytest.approx(sum(line[3] for line in lines))
    assert landed.rows("select distinct origin from landed where origin_name = '365' order by 1") == [
        ("RUS",),
        ("SUN",),
    ]
