"""OECD's migration database, from SDMX-CSV to landing: every measure, units multiplied out, areas of OECD's own."""

from __future__ import annotations

import csv
import os
from pathlib import Path

import pytest

from ingest import settings, source
from sample import make_migration_models
from tests.figures import content, differing
from tests.landed import Landed

KEY = "oecd_imd"
HERE = Path(__file__).parent / KEY
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "oecd"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)
HEADER, *LINES = (HERE / "raw" / "oecd_imd_2026-11-02.csv").read_text(encoding="utf-8").splitlines()


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


def text(*lines: str, end: str = "\n") -> bytes:
    return end.join([*lines, ""]).encode()


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_each_measure_of_the_codelist_has_its_place() -> None:
    module = source.get(KEY)
    asked = {remote.name.split("_")[2]: remote.url for remote in module.fetch(None)}
    assert sorted(asked) == ["B11", "B12", "B13", "B14", "B15", "B16", "B21", "B22"]
    assert "DSD_MIG_F@DF_MIG_POPF,1.0/all?" in asked["B14"] and ",1.0/..A.B15....?" in asked["B15"]


def test_thousands_are_multiplied_out_and_zero_and_missing_are_two_things(landed: Landed) -> None:
    landed.land(HERE / "raw" / "oecd_imd_2026-11-02.csv")
    assert landed.rows("select value from landed where measure = 'outflow'") == [(9300,)]
    assert landed.rows("select value from landed where origin = 'XXA'") == [(0,)]
    assert landed.rows("select value, flag from landed where origin = 'KAZ'") == [(None, "q")]
    assert landed.rows("select count(*) from landed where origin = 'NAM'") == [(0,)]


def test_sex_m_is_no_boolean_and_a_windows_file_with_a_bom_gives_the_same_figures(landed: Landed) -> None:
    lines = [LINES[1], LINES[2].replace(",F,Female", ",M,Male")]
    landed.land_bytes("one.csv", text(HEADER, *lines))
    landed.land_bytes("other.csv", text("﻿" + HEADER, *lines, end="\r\n"))
    told = landed.rows("select sex, value, flag, count(*) from landed group by all order by 1")
    assert told == [("both", 2510, None, 2), ("male", 1190, "b", 2)]


def test_a_former_state_is_itself_and_a_group_is_no_state(landed: Landed) -> None:
    landed.land(HERE / "raw" / "oecd_imd_2026-11-02.csv")
    found = dict(
        landed.rows("select origin, origin_kind from landed where origin in ('SUN', 'XKX', 'W', 'W_X', 'XXA')")
    )
    assert found == {"SUN": "state", "XKX": "state", "W": "aggregate", "W_X": "aggregate", "XXA": "special"}


@pytest.mark.parametrize(
    ("given", "says"),
    [
        (b"<?xml version='1.0'?><mes:Error/>", "a web page"),
        (text(HEADER), "nothing: it has no lines"),
        (text(HEADER.replace("REF_AREA", "AREA"), LINES[0]), "columns missing: REF_AREA"),
        (text(HEADER, LINES[0].replace("DSD_MIG@DF_MIG", "DSD_PDB@DF_PDB")), "it is of OECD.ELS.IMD:DSD_PDB@DF_PDB"),
        (text(HEADER, LINES[0], LINES[1].replace("(1.0)", "(1.1)")), "it is of OECD.ELS.IMD:DSD_MIG@DF_MIG(1.0), "),
        (text(HEADER, LINES[0], LINES[1][:200]), "a line can't be read"),
        (text(HEADER, LINES[1], LINES[1].replace("KGZ", "QQQ")), "50.0% of its total"),
        (b"NoRecordsFound", "is no CSV"),
    ],
)
def test_what_is_no_such_file_is_rejected_in_plain_words(landed: Landed, given: bytes, says: str) -> None:
    receipt = landed.land_bytes("oecd_imd.csv", given)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend, receipt.problem
    assert not list(landed.parquet().glob("*.parquet"))


def test_totals_of_the_world_hide_no_unknown_nationality(landed: Landed) -> None:
    """W is as large as all nationalities: it does not count towards the share that is lost."""
    strange = LINES[1].replace("KGZ", "QQQ").replace(",2510,", ",20,")
    receipt = landed.land_bytes("oecd_imd.csv", text(HEADER, LINES[0], LINES[1], strange))
    assert receipt.status == "rejected" and "'QQQ' (20)" in receipt.problem


def test_the_sample_is_what_its_program_writes_and_lands_whole(landed: Landed) -> None:
    for name, written in make_migration_models.files().items():
        if name.startswith(KEY):
            assert content((make_migration_models.FOLDER / name).read_bytes()) == content(written)
            receipt = landed.land(make_migration_models.FOLDER / name)
            assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["2026-11-02"])
    found = landed.rows("select measure, count(distinct origin) from landed group by 1 order by 1")
    assert found == [("flow", 12), ("naturalisations", 12), ("outflow", 12), ("stock", 12)]


@needs_real
def test_the_real_file_lands_to_the_last_line(landed: Landed) -> None:
    path = REAL / "International-migration-database.csv"
    with path.open(encoding="utf-8-sig", newline="") as handle:
        lines = list(csv.DictReader(handle))
    total = sum(float(line["OBS_VALUE"]) for line in lines)
    receipt = landed.land(path)
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 393, 0)
    assert landed.rows("select sum(value) from landed")[0][0] == pytest.approx(total, rel=1e-12)
    assert landed.rows("select value from landed where destination = 'DEU' and year(period_start) = 2022") == [
        (2481019,)
    ]
