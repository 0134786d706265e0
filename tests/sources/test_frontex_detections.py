"""Frontex's workbook, from its wide sheet to landing: every month once, names of its own, no state of entry."""

from __future__ import annotations

import dataclasses
import os
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import pytest

from ingest import landing, settings
from ingest.errors import FetchFailed
from ingest.sources.migration import frontex_detections
from sample.make_migration import Sheet, workbook
from tests import rdata
from tests.figures import differing
from tests.landed import Landed
from tests.pages import serving

KEY = "frontex_detections"
HERE = Path(__file__).parent / KEY

# how the table at hand writes what is no country, and how Frontex does
SPECIAL = {"OOO": "Unknown", "OOS": "Unspecified sub-Saharan nationals", "STL": "Stateless"}


def sheet(*header: str) -> bytes:
    return workbook([Sheet("Detections_of_IBC", [header, ["Other", "Land", "Russia", 1, 2]])])


REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "iom_gdidata"
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
        ("x.xlsx", sheet("Route", "BorderType", "JAN2009"), ("columns missing", "NationalityLong")),
        ("x.xlsx", sheet("Route", "BorderType", "NationalityLong", "JAN2009", "JAN2009"), ("a month twice", "again")),
        ("x.xlsx", sheet("Route", "BorderType", "NationalityLong", "JAN2009", "Total"), ("columns unknown", "Total")),
        ("x.xlsx", sheet("Weg", "BorderType", "NationalityLong", "JAN2009"), ("none of its sheets", "merged")),
        ("x.xlsx", b"no workbook", ("can't be opened as a workbook", "password")),
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
def test_the_real_months_land_to_the_last_detection(landed: Landed) -> None:
    frame = rdata.read(REAL / "frontex.rda")["frontex"]
    days = sorted({*frame["t"]})
    cells: dict[tuple[str, str, str], dict[float, float]] = {}
    for route, border, nationality, day, number in zip(*frame.values(), strict=True):
        name = SPECIAL.get(nationality, nationality)
        cells.setdefault((route, border, name), {})[day] = number
    dates = [date(1970, 1, 1) + timedelta(days=day) for day in days]
    header = ["Route", "BorderType", "NationalityLong", *(f"{day:%b%Y}".upper() for day in dates)]
    rows = [[*key, *(told.get(day) for day in days)] for key, told in cells.items()]
    receipt = landed.land_bytes("Monthly_detections_of_IBC_2025_06_10.xlsx", workbook([Sheet("D", [header, *rows])]))
    assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["2025-06-10"])
    by_hand: Counter[int] = Counter()
    for day, number in zip(frame["t"], frame["n"], strict=True):
        by_hand[(date(1970, 1, 1) + timedelta(days=day)).year] += int(number)
    assert dict(landed.rows("select year(period_start), sum(value)::bigint from landed group by 1")) == by_hand
    assert landed.rows("select distinct destination, destination_kind from landed") == [("EU", "aggregate")]


def test_fetch_takes_the_workbook_that_the_page_links_to(landed: Landed, monkeypatch: pytest.MonkeyPatch) -> None:
    name = "Monthly_detections_of_IBC_2026_09_02.xlsx"
    place = f"/assets/Migratory_routes/2026/{name}"
    page = f'''<a href="/">Home</a> <a class="btn" href="{place}">Download</a> <a href="{place}">again</a>
        <a href="/assets/Migratory_routes/2026/Guide.xlsx">guide</a> <script>"href='{place}?x'"</script>'''
    book = (settings.SAMPLE / "migration" / KEY / name).read_bytes()
    with serving({"/map/": page.encode(), "/none/": b"<a href='/'>Home</a>", place: book}) as site:

        def at(path: str) -> None:
            about = dataclasses.replace(landed.module.source, landing_page=f"{site}{path}")
            monkeypatch.setattr(frontex_detections, "SOURCE", about)

        at("/map/")
        [remote] = landed.module.fetch(None)
        assert (remote.name, remote.url, remote.is_local) == (name, f"{site}{place}", False)
        receipt = landing.land(landed.module, remote, landed.store)
        assert (receipt.status, receipt.vintages) == ("landed", ["2026-09-02"]), receipt.problem
        at("/none/")
        with pytest.raises(FetchFailed, match=r"none of the 1 links of .* is to a file .*by hand"):
            list(landed.module.fetch(None))
        at("/moved/")
        with pytest.raises(FetchFailed, match=r"404.*find its new address"):
            list(landed.module.fetch(None))
