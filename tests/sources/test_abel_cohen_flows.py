"""Abel and Cohen's six answers, from raw file to landing: by total, sex and type, and as the explorer's matrix."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from ingest import settings
from sample import make_migration_models
from tests.figures import content, differing
from tests.landed import Landed

KEY = "abel_cohen_flows"
HERE = Path(__file__).parent / KEY
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "abel_cohen_json"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)
LINES = (HERE / "raw" / "bilat_mig.csv").read_text(encoding="utf-8").splitlines()
GOOD = [LINES[n] for n in (0, 2, 5)]
MATRIX = json.loads((HERE / "raw" / "flow_da_pb_closed.json").read_bytes())


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


def csv(*lines: str, end: str = "\n") -> bytes:
    return end.join([*lines, ""]).encode()


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_the_methods_stand_side_by_side_and_zero_is_no_blank(landed: Landed) -> None:
    landed.land(HERE / "raw" / "bilat_mig.csv")
    of = "select method, value from landed where origin = '{}' and destination = '{}' order by method"
    there, back = (dict(landed.rows(of.format(*ends))) for ends in (("KGZ", "RUS"), ("RUS", "KGZ")))
    assert len(there) == 6 and there["sd_drop_neg"] == 0
    assert set(there) - set(back) == {"da_min_open", "da_min_closed"}  # NA and blank are no figures


def test_a_windows_file_with_a_bom_and_columns_in_another_order_gives_the_same_figures(landed: Landed) -> None:
    rows = [line.split(",") for line in GOOD]
    turned = ["﻿" + ",".join(rows[0][::-1]), *(",".join(row[::-1]) for row in rows[1:])]
    landed.land_bytes("one.csv", csv(*GOOD))
    landed.land_bytes("other.csv", csv(*turned, end="\r\n"))
    told = landed.rows("select origin, destination, method, value, count(*) from landed group by all")
    assert len(told) == 12 and {row[-1] for row in told} == {2}


def test_countries_nobody_knows_fail_the_file_where_they_weigh_and_are_named(landed: Landed) -> None:
    receipt = landed.land_bytes("bilat_mig.csv", csv(*GOOD, "2015,KGZ,ZZZ,0,0,0,0,0,5000"))
    assert receipt.status == "rejected" and "'ZZZ' (5,000)" in receipt.problem
    light = landed.land_bytes("bilat_mig.csv", csv(*GOOD, "2015,KGZ,ZZZ,0,0,0,0,0,50"))
    assert (light.status, light.rows_quarantined) == ("landed", 6)


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (b"<html><body>403</body></html>", "a web page"),
        (csv("year0,orig,dest,stock,flow", "1990,KGZ,RUS,1,2"), "unknown or doubled: ['stock', 'flow']"),
        (csv("year0,orig,dest", "1990,KGZ,RUS"), "columns missing"),
        (csv(GOOD[0]), "no lines below its header"),
        (csv(*GOOD, "2015,KGZ,RUS,1,2"), "a line can't be read"),
        (csv(*GOOD, "year,KGZ,RUS,1,2,3,4,5,6"), "year0 is no year: 'year'"),
        (b"\xff\xfe\x00y", "no UTF-8"),
    ],
)
def test_what_is_no_such_file_is_rejected_in_plain_words(landed: Landed, given: bytes, says: str) -> None:
    receipt = landed.land_bytes("bilat_mig.csv", given)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend, receipt.problem
    assert not list(landed.parquet().glob("*.parquet"))


def turned(book: dict[str, dict[str, list[list[int]]]]) -> None:
    book["matrix"] = {year: [list(row) for row in zip(*rows, strict=True)] for year, rows in book["matrix"].items()}


def short(book: dict[str, dict[str, list[list[int]]]]) -> None:
    book["matrix"]["2015"][3].pop()


def emptied(book: dict[str, dict[str, list[list[int | None]]]]) -> None:
    book["matrix"]["2015"][3][2] = None


@pytest.mark.parametrize(
    ("change", "says"), [(turned, "is not its outflow"), (short, "not square"), (emptied, "a cell or key")]
)
def test_a_matrix_that_is_turned_or_torn_is_rejected(landed: Landed, change: object, says: str) -> None:
    book = json.loads(json.dumps(MATRIX))
    change(book)  # type: ignore[operator]
    receipt = landed.land_bytes("flow_da_pb_closed.json", json.dumps(book).encode())
    assert receipt.status == "rejected" and says in receipt.problem


def test_the_explorer_s_stocks_are_no_flows(landed: Landed) -> None:
    receipt = landed.land_bytes("stock_male.json", json.dumps(MATRIX).encode())
    assert receipt.status == "rejected" and "UN DESA" in receipt.mend


def test_the_edition_is_told_by_the_name_or_by_the_number_of_countries(landed: Landed) -> None:
    from ingest.reference import countries

    codes = sorted(code for code in countries().by_id if not code.startswith("XX"))[:230]
    lines = [f"{year},{code},RUS,1" for n, year in enumerate(range(1990, 2020, 5))
             for code in codes[: 228 if n < 4 else 230]]  # fmt: skip
    plain = landed.land_bytes("bilat_mig.csv", csv("year0,orig,dest,mig_rate", *lines))
    assert plain.vintages == ["ims2024_wpp2024"], plain.problem
    named = landed.land_bytes("bilat_mig_ims2020_wpp2019.csv", csv(*GOOD))
    assert named.vintages == ["ims2020_wpp2019"]


def test_the_sample_is_what_its_program_writes_and_its_sexes_add_up(landed: Landed) -> None:
    for name, written in make_migration_models.files().items():
        if name.startswith(KEY):
            assert content((make_migration_models.FOLDER / name).read_bytes()) == content(written)
            receipt = landed.land(make_migration_models.FOLDER / name)
            assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    sums = dict(landed.rows("select dataset, sum(value) from landed where method = 'mig_rate' group by 1"))
    assert sums["bilat_mig"] == pytest.approx(sums["bilat_mig_sex"], rel=1e-6)


@needs_real
def test_a_real_method_lands_whole(landed: Landed) -> None:
    receipt = landed.land(REAL / "flow_da_pb_closed.json.gz")
    assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["ims2020_wpp2022"])
    assert receipt.rows_landed == 3 * 225 * 224 + 226 * 225 + 2 * 229 * 228
    total = "select sum(value) from landed where period_start = '2015-01-01'"
    assert landed.rows(total) == [(101_176_337,)]
    assert landed.rows(f"{total} and origin = 'KGZ' and destination = 'RUS'") == [(192_342,)]
