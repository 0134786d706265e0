"""World Population Prospects, from raw file to landing: thousands become persons, ages are summed, variants kept."""

from __future__ import annotations

import csv
import gzip
import os
from pathlib import Path

import pytest

from ingest import settings
from sample import make_migration_models
from tests.figures import content, differing
from tests.landed import Landed

KEY = "un_wpp_population"
HERE = Path(__file__).parent / KEY
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "gaskin_inputs"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)
NAME, AGES = "WPP2024_TotalPopulationBySex.csv", "WPP2024_PopulationByAge5GroupSex_Medium.csv"
HEADER, *LINES = (HERE / "raw" / NAME).read_text(encoding="utf-8").splitlines()
AGE_HEADER, *AGE_LINES = (HERE / "raw" / AGES).read_text(encoding="utf-8").splitlines()
KGZ = LINES[5]


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


def text(*lines: str, end: str = "\n") -> bytes:
    return end.join([*lines, ""]).encode()


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_thousands_are_persons_and_a_density_is_none(landed: Landed) -> None:
    landed.land_bytes(NAME, text(HEADER, KGZ))
    found = landed.rows("select indicator, sex, unit, value from landed order by indicator")
    assert found == [
        ("PopDensity", "both", "persons_per_km2", 36),
        ("PopFemale", "female", "persons", 3500456),
        ("PopMale", "male", "persons", 3400123),
        ("PopTotal", "both", "persons", 6900579),
    ]


def test_what_lies_ahead_of_the_revision_is_no_estimate(landed: Landed) -> None:
    of = "select variant, year(period_start) from landed where indicator = 'PopTotal' and country = 'KGZ' order by 2, 1"
    landed.land(HERE / "raw" / NAME)
    assert [row for row in landed.rows(of) if row[1] < 2024] == [("estimate", 1950), ("estimate", 2023)]
    assert {row[0] for row in landed.rows(of) if row[1] == 2024} == {"medium", "zero_migration", "upper_95_pi"}
    older = Landed(KEY, landed.folder / "older")
    (landed.folder / "older").mkdir()
    older.land_bytes(NAME.replace("2024", "2022"), text(HEADER, KGZ))
    assert older.rows("select distinct variant, vintage from landed") == [("medium", "2022")]


def test_a_packed_file_with_a_bom_and_windows_lines_gives_the_same_figures(landed: Landed) -> None:
    landed.land_bytes(NAME, text(HEADER, *LINES[:9]))
    landed.land_bytes(f"{NAME}.gz", gzip.compress(text("﻿" + HEADER, *LINES[:9], end="\r\n")))
    told = landed.rows("select country, indicator, variant, period_start, value, count(*) from landed group by all")
    assert told and {row[-1] for row in told} == {2}


def test_a_region_told_twice_lands_once_unless_its_figures_differ(landed: Landed) -> None:
    same = landed.land_bytes(NAME, text(HEADER, *LINES[:3]))
    assert (same.rows_landed, same.rows_quarantined) == (8, 0)
    other = landed.land_bytes(NAME, text(HEADER, LINES[1], LINES[2].replace("15500", "15501")))
    assert other.reasons == {"same key as another row": 4}


def test_ages_add_up_to_the_whole(landed: Landed) -> None:
    landed.land_bytes(AGES, text(AGE_HEADER, *AGE_LINES[:21]))
    whole = sum(round(float(line.rsplit(",", 1)[1]) * 1000) for line in AGE_LINES[:21])
    assert landed.rows("select sum(value), count(*) from landed where indicator = 'PopTotal'") == [(whole, 3)]


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (AGE_LINES[:20], "the age groups are not"),
        ([*AGE_LINES[:20], AGE_LINES[19]], "the age groups are not"),
        ([*AGE_LINES[:20], AGE_LINES[20].rsplit(",", 3)[0] + ",1,,2"], "a figure of an age group is no number"),
    ],
)
def test_a_year_that_lacks_an_age_has_no_sums(landed: Landed, given: list[str], says: str) -> None:
    russia = AGE_LINES[42:63]
    receipt = landed.land_bytes(AGES, text(AGE_HEADER, *given, *russia))
    assert receipt.status == "landed" and set(landed.rows("select sum(value) > 0 from landed group by all")) == {
        (True,)
    }
    reasons = {reason for (reason,) in landed.rows("select distinct reason from landed", "quarantine")}
    assert any(reason.startswith(says) for reason in reasons), reasons
    bad = {"PopMale", "PopFemale", "PopTotal"} if "groups" in says else {"PopFemale"}
    assert {row[0] for row in landed.rows("select indicator from landed where country = 'KGZ'")} == (
        {"PopMale", "PopFemale", "PopTotal"} - bad
    )


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        (NAME, b"<!DOCTYPE html>", "a web page"),
        ("population.csv", text(HEADER, KGZ), "does not tell the revision"),
        (NAME, text(HEADER.replace("Variant", "Scenario"), KGZ), "Variant"),
        (NAME, text(HEADER.replace("Pop", "People"), KGZ), "it has none of the columns"),
        (NAME, text(HEADER), "0 good rows"),
        (NAME, text(HEADER, KGZ, KGZ[:40]), "a line can't be read"),
        (NAME, text(HEADER, KGZ, KGZ.replace("KGZ", "QQQ")), "'Kyrgyzstan (4/417/QQQ)'"),
        (NAME + ".gz", gzip.compress(text(HEADER, *LINES))[:-30], "gzip is cut off"),
    ],
)
def test_what_is_no_such_file_is_rejected_in_plain_words(landed: Landed, name: str, given: bytes, says: str) -> None:
    receipt = landed.land_bytes(name, given)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend, receipt.problem
    assert not list(landed.parquet().glob("*.parquet"))


def test_the_sample_is_what_its_program_writes_and_its_tables_agree(landed: Landed) -> None:
    for name, written in make_migration_models.files().items():
        if name.startswith(KEY):
            assert content((make_migration_models.FOLDER / name).read_bytes()) == content(written)
            receipt = landed.land(make_migration_models.FOLDER / name)
            assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["2024"])
    of = "select sum(value) from landed where dataset = '{}' and indicator = 'PopTotal' and year(period_start) = 2020"
    whole, ages = (landed.rows(of.format(f"WPP_{name}"))[0][0] for name in ("TotalPopulationBySex",
                   "PopulationByAge5GroupSex"))  # fmt: skip
    assert ages == pytest.approx(whole, rel=1e-6)


@needs_real
def test_the_real_net_migration_lands_to_the_last_line(landed: Landed) -> None:
    path = REAL / "UN_WPP_2024_net_migration.csv.gz"
    with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.DictReader(handle))
    total = sum(float(line["Net Number of Migrants"]) for line in lines)
    receipt = landed.land(path)
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", len(lines), 0)
    found = landed.rows("select count(*), count(distinct country), sum(value) from landed")
    assert found == [(17775, 237, total)] and total == 85000
    assert landed.rows(
        "select variant, value from landed where country = 'KGZ' and year(period_start) >= 2021 order by period_start"
    ) == [("estimate", 46000), ("estimate", 13000), ("estimate", 6000), ("medium", 4000)]
