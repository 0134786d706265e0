"""Gaskin and Abel's yearly flows, from raw file to landing: the CSV under both headers, and the map's files by year."""

from __future__ import annotations

import gzip
import json
import os
from datetime import date
from pathlib import Path

import pytest

from ingest import settings, source
from ingest.source import Window
from sample import make_migration_models
from tests.figures import content, differing
from tests.landed import Landed

KEY = "gaskin_abel_flows"
HERE = Path(__file__).parent / KEY
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "gaskin_abel_json"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)
HEADER, *LINES = (HERE / "raw" / "mig_bilateral_zenodo17344747.csv").read_text(encoding="utf-8").splitlines()
YEAR = json.loads((HERE / "raw" / "flows_2022_2023.json").read_bytes())


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


def csv(*lines: str, end: str = "\n") -> bytes:
    return end.join([*lines, ""]).encode()


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_the_map_names_the_destination_first(landed: Landed) -> None:
    landed.land(HERE / "raw" / "flows_2022_2023.json")
    assert landed.rows("select value from landed where origin = 'RUS' and destination = 'KGZ'") == [(41000,)]
    assert landed.rows("select count(*) from landed where origin = destination") == [(0,)]


def test_a_map_read_the_other_way_round_is_found_out_by_its_net_migration(landed: Landed) -> None:
    told: dict[str, dict[str, int]] = {}
    for outside, row in YEAR.items():
        for inside, persons in row.items():
            told.setdefault(inside, {})[outside] = persons
    receipt = landed.land_bytes("flows_2022_2023.json", json.dumps(told).encode())
    assert receipt.status == "rejected" and "the other way round" in receipt.problem


def test_years_before_the_model_are_another_method_and_concept(landed: Landed) -> None:
    landed.land(HERE / "raw" / "flows_1985_1986.json")
    landed.land_bytes("flows_1990_1991.json", json.dumps(YEAR).encode())
    found = landed.rows("select distinct year(period_start), method, concept from landed order by 1")
    assert found == [(1985, "unu_cris_stock_difference", "birth"), (1990, "gaskin_abel_2025", "residence")]


@pytest.mark.parametrize(
    "name", ["flows_1990_2000.json", "flows_1960_2024.json", "flows_2024_2025.json", "countries.json"]
)
def test_sums_over_years_and_years_after_the_model_are_refused_by_name(landed: Landed, name: str) -> None:
    receipt = landed.land_bytes(name, json.dumps(YEAR).encode())
    assert receipt.status == "rejected" and "1990 to 2023" in receipt.problem and "take it out" in receipt.mend


def test_a_windows_file_with_a_bom_gives_the_same_figures(landed: Landed) -> None:
    landed.land_bytes("mig_bilateral_1.csv", csv(HEADER, *LINES[1:5]))
    landed.land_bytes("mig_bilateral_2.csv", csv("﻿" + HEADER, *LINES[1:5], end="\r\n"))
    told = landed.rows("select origin, destination, concept, value, count(*) from landed group by all")
    assert len(told) == 7 and {row[-1] for row in told} == {2}


@pytest.mark.parametrize(
    ("name", "given", "says"),
    [
        ("mig_bilateral.csv", b"<!DOCTYPE html><html>", "a web page"),
        ("mig_bilateral.csv", csv("orig,dest,year,flow", "KGZ,RUS,1990,1"), "missing: ['mig_prev']; unknown"),
        ("mig_bilateral.csv", csv(HEADER), "no lines below its header"),
        ("mig_bilateral.csv", csv(HEADER, LINES[1], "9,KGZ,RUS,19"), "a line can't be read"),
        ("mig_bilateral.csv", csv(HEADER, LINES[1], LINES[1].replace("1990", "9999")), "year is no year: '9999'"),
        ("mig_bilateral.csv", csv(HEADER, LINES[1], LINES[6].replace("0.5", "5000")), "'ZZZ' (10,000)"),
        ("flows_2022_2023.json", json.dumps(YEAR).encode()[:-9], "no JSON"),
        ("flows_2022_2023.json", b'{"KG": {"RU": "41000"}}', "no table of figures"),
        ("flows_2022_2023.json", gzip.compress(json.dumps(YEAR).encode())[:-20], "gzip is cut off"),
    ],
)  # fmt: skip
def test_what_is_no_such_file_is_rejected_in_plain_words(landed: Landed, name: str, given: bytes, says: str) -> None:
    receipt = landed.land_bytes(name, given)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend, receipt.problem
    assert not list(landed.parquet().glob("*.parquet"))


def test_the_name_of_a_map_s_file_tells_its_year() -> None:
    module = source.get(KEY)
    assert module.period("2026/flows_1990_1991.json.gz") == Window(date(1990, 1, 1), date(1991, 1, 1))
    assert module.period("mig_bilateral.csv") is None


def test_the_sample_is_what_its_program_writes_and_lands_whole(landed: Landed) -> None:
    for name, written in make_migration_models.files().items():
        if name.startswith(KEY):
            assert content((make_migration_models.FOLDER / name).read_bytes()) == content(written)
            receipt = landed.land(make_migration_models.FOLDER / name)
            assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    of = "select sum(value) from landed where origin = '{}' and destination = '{}' and year(period_start) = {}"
    war, before = (landed.rows(of.format("RUS", "KGZ", year))[0][0] for year in (2022, 2021))
    assert war > 2 * before and landed.rows("select max(year(period_start)) from landed") == [(2023,)]


@needs_real
def test_the_real_years_land_to_the_last_person(landed: Landed) -> None:
    paths = [path for path in sorted(REAL.glob("flows_*.json.gz")) if (told := path.name[6:15].split("_"))
             and int(told[1]) == int(told[0]) + 1]  # fmt: skip
    assert len(paths) == 64
    cells = persons = 0
    for path in paths[2::3]:  # every third, 2019 and 2022 among them; all 64 are 416,843 figures of 721,620,254 persons
        book = json.loads(gzip.decompress(path.read_bytes()))
        off = [n for inside, row in book.items() for outside, n in row.items() if inside != outside]
        cells, persons = cells + len(off), persons + sum(off)
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined, receipt.rows_landed) == ("landed", 0, len(off))
    assert landed.rows("select count(*), sum(value)::bigint from landed") == [(cells, persons)]
    found = landed.rows(
        "select year(period_start), origin, value from landed where year(period_start) in (2019, 2022) "
        "and (origin, destination) in (('KGZ', 'RUS'), ('RUS', 'KGZ')) order by all"
    )
    assert found == [(2019, "KGZ", 15028), (2019, "RUS", 19276), (2022, "KGZ", 12779), (2022, "RUS", 46983)]
