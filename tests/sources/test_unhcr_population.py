"""UNHCR's tables, from the API, HDX and the old portal to landing: its silences, codes, marks, floors and totals."""

from __future__ import annotations

import json
import math
import os
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from ingest import settings, source
from ingest.source import Window
from sample import make_migration_offices
from tests import rdata
from tests.figures import differing
from tests.landed import Landed

KEY = "unhcr_population"
HERE = Path(__file__).parent / KEY
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "unhcr"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)
GIVEN = json.loads((HERE / "raw" / "unhcr_population_2020_2026-11-02.json").read_text(encoding="utf-8"))
NAME = "unhcr_population_2020_2026-11-02.json"


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


def changed(**items: Any) -> bytes:
    """The answer with its first item altered."""
    return json.dumps(GIVEN | {"items": [GIVEN["items"][0] | items, *GIVEN["items"][1:]]}).encode()


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_each_table_and_year_is_asked_for_in_full_in_both_ends_and_years_and_in_iso_codes() -> None:
    asked = {r.name: r.url for r in source.get(KEY).fetch(Window(make_day(2020, 3), make_day(2020, 4)))}
    assert sorted(name.rsplit("_", 1)[0] for name in asked) == [
        f"unhcr_{table}_2020" for table in ("asylum_applications", "asylum_decisions", "population", "solutions")
    ]
    for url in asked.values():
        for part in ("yearFrom=2020", "yearTo=2020", "coo_all=true", "coa_all=true", "cf_type=ISO", "limit=15000"):
            assert part in url


def make_day(year: int, month: int) -> Any:
    from datetime import date

    return date(year, month, 1)


def test_unhcr_s_aus_is_austria_and_a_zero_before_the_floor_is_no_figure(landed: Landed) -> None:
    landed.land(HERE / "raw" / NAME)
    assert landed.rows("select distinct destination from landed where destination_name = 'Austria'") == [("AUT",)]
    assert landed.rows("select value from landed where origin = 'XXA' and purpose = 'asylum_seeker'") == [(0,)]
    early = [item | {"year": 1999, "refugees": 7, "asylum_seekers": "0"} for item in GIVEN["items"][:1]]
    landed.land_bytes("early.json", json.dumps(GIVEN | {"items": early}).encode())
    assert landed.rows("select purpose, value from landed where year(period_start) = 1999") == [("refugee", 7)]


def test_a_page_that_repeats_itself_counts_once_and_the_rest_is_quarantined(landed: Landed) -> None:
    whole = landed.land(HERE / "raw" / NAME)
    again = json.dumps(GIVEN | {"items": GIVEN["items"] * 2}).encode()
    receipt = landed.land_bytes("twice.json", again)
    assert receipt.rows_landed == whole.rows_landed
    assert receipt.rows_quarantined == 2 * whole.rows_quarantined + whole.rows_landed


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (NAME, changed(coo_iso="-", coo_name="-"), ("summed over countries", "row 1", "coo_all=true")),
        (NAME, changed(year=2019), ("year 2019 in a file of 2020", "row 1", "yearFrom and yearTo")),
        (NAME, changed(coo_iso="AUS", coo_name="Austria", refugees=900_000), ("not known", "AUS|Austria")),
        (NAME, json.dumps(GIVEN | {"maxPages": 3}).encode(), ("a page of 3", "limit=15000")),
        (NAME, json.dumps(GIVEN | {"items": []}).encode(), ("it has none", "take a table")),
        (NAME, b'{"error": "down"}', ("no answer of UNHCR's API", "take a table")),
        (NAME, json.dumps(GIVEN).encode()[:900], ("no answer of UNHCR's API", "take a table")),
        ("x.csv", b"<html>no</html>", ("web page", "get the file again")),
        ("x.csv", b"Year,ISO3CoO,ISO3CoA,What\n2000,AFG,IRN,1\n", ("no table known here", "HDX")),
        ("x.csv", b"Year,ISO3CoO,ISO3CoA,RST,NAT,RET,RDP\n2000,AFG,IRN,1\n", ("fewer cells", "row 1", "whole")),
        ("x.csv", b'"Year","ISO3CoO","ISO3CoA","Female_0_4","Total"\n2000,AFG,IRN,1,2\n', ("part of the pop", "HDX")),
        ("x.csv", b"Country / territory of asylum/residence,Origin,Population type,Value\nA,B,C,1\n",
         ("tells no year", "column Year")),
    ],
    ids=["dash", "year", "codes", "pages", "empty", "error", "torn", "page", "other", "short", "demography", "no year"],
)  # fmt: skip
def test_what_was_not_asked_for_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert receipt.status == "rejected" and receipt.rows_landed == 0
    assert all(word in told for word in says if word != "row 1"), told
    assert "row 1" not in says or "row 1" in told or landed.rows("select row from landed", "quarantine") == [(1,)], told


def test_the_sample_is_what_its_program_writes_and_lands_whole(landed: Landed) -> None:
    for name, content in make_migration_offices.made().items():
        path = settings.SAMPLE / "migration" / name
        assert path.read_bytes() == content
        if path.parent.name == KEY:
            receipt = landed.land(path)
            assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem


@needs_real
@pytest.mark.parametrize(
    ("table", "figures"),
    [
        ("population", {"refugees": "refugee", "asylum_seekers": "asylum_seeker", "idps": "internally_displaced",
                        "stateless": "stateless", "ooc": "other_of_concern", "oip": "other_in_need_of_protection",
                        "hst": "host_community"}),
        ("solutions", {"resettlement": "resettlements", "naturalisation": "naturalisations"}),
        ("asylum_decisions", {"dec_total": None, "dec_recognized": "recognized"}),
    ],
    ids=["population", "solutions", "decisions"],
)  # fmt: skip
def test_real_totals_are_the_publisher_s_in_every_year(
    landed: Landed, table: str, figures: dict[str, str | None]
) -> None:
    frame = rdata.read(REAL / f"{table}.rda")[table]
    items = [
        {name: "-" if isinstance(cell, float) and math.isnan(cell) else int(cell) if isinstance(cell, float) else cell
         for name, cell in zip(frame, row, strict=True)}
        for row in zip(*frame.values(), strict=True)
    ]  # fmt: skip
    receipt = landed.land_bytes(f"{table}.json", json.dumps({"page": 1, "maxPages": 1, "items": items}).encode())
    assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    for name, kind in figures.items():
        told: Counter[int] = Counter()
        for year, cell in zip(frame["year"], frame[name], strict=True):
            told[int(year)] += 0 if math.isnan(cell) else int(cell)
        if kind is None or table == "asylum_decisions":
            which = f"breakdown {'not ' if kind is None else ''}like 'decision=%'"
            which += "" if kind is None else f" and contains(breakdown, 'decision={kind};')"
        else:
            which = f"'{kind}' in (purpose, measure)" + (" and measure = 'stock'" if table == "population" else "")
        found = landed.rows(f"select year(period_start), sum(value)::bigint from landed where {which} group by 1")
        assert {year: n for year, n in found if n} == {year: n for year, n in told.items() if n}, name
    if table == "population":
        assert landed.rows("select sum(value)::bigint from landed where purpose = 'refugee' and measure = 'stock' "
                           "and period_start = '2024-12-31'") == [(30_958_200,)]  # fmt: skip


@needs_real
def test_hdx_s_real_tables_land_whole(landed: Landed) -> None:
    for path in sorted(REAL.glob("HDX_*.csv")):
        receipt = landed.land(path)
        if "Demographics" in path.name:
            assert receipt.status == "rejected" and "part of the population" in receipt.problem
        else:
            assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    totals = landed.rows("select sum(value)::bigint from landed where dataset = 'population' and purpose = 'refugee'")
    # R wrote one of them as 1e+05
    assert totals == [(sum(float(line.split(",")[3]) for line in (REAL / "HDX_EndYearPopulationTotals.csv").read_text(
        encoding="utf-8-sig").splitlines()[1:]),)]  # fmt: skip
