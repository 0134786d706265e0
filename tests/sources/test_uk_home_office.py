"""The Home Office's detailed datasets, from workbook to landing: no total, each cell once, visas that are permits."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest
from python_calamine import CalamineWorkbook

from ingest import landing, settings
from ingest.sources.migration import uk_home_office
from sample.make_migration import Sheet, workbook
from tests.figures import differing
from tests.landed import Landed
from tests.pages import serving

KEY = "uk_home_office"
HERE = Path(__file__).parent / KEY


def sheet(table: str, *names: str) -> bytes:
    return workbook([Sheet(f"Data - {table}", [["Quarter", "Nationality", *names]])])


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
            "x.xlsx",
            sheet("Asy_D99", "N"),
            ("none of its sheets is one of",),
        ),
        ("x.xlsx", workbook([Sheet("Cover", [["a"]])]), ("none of its sheets", "again")),
        ("x.xlsx", sheet("Asy_D01", "Persons"), ("no column Claims",)),
        (
            "x.xlsx",
            sheet("Asy_D01", "Sex", "Sex", "Claims"),
            ("twice",),
        ),
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


def test_an_issued_visa_is_a_permit_with_its_purpose_and_a_refused_one_is_a_decision(landed: Landed) -> None:
    landed.land(HERE / "raw" / "entry-clearance-visa-outcomes-datasets-dec-2025.xlsx")
    told = "select measure, purpose, value, note, vintage from landed order by all"
    assert landed.rows(told) == [
        ("decisions", "work", 33, None, "2025-12"), ("permits", "study", None, "*", "2025-12"),
        ("permits", "work", 1820, None, "2025-12"),
    ]  # fmt: skip


def test_cells_add_up_to_the_sheet_and_none_is_told_twice(landed: Landed) -> None:
    path = settings.SAMPLE / "migration" / KEY / "asylum-applications-datasets-dec-2022.xlsx"
    landed.land(path)
    book = CalamineWorkbook.from_path(str(path))
    rows = book.get_sheet_by_name("Data - Asy_D01").to_python()[2:]
    by_hand = sum(row[9] for row in rows if isinstance(row[9], float))
    assert landed.rows("select sum(value) from landed where dataset = 'Asy_D01'") == [(by_hand,)]
    assert landed.rows("select count(*) from landed where breakdown is null") == [(0,)], "no row is a total"


def test_fetch_takes_the_datasets_that_are_read_from_the_links_of_the_page(
    landed: Landed, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The sheets of these have the names that they bear since 2023, and one name tells its year in two digits."""
    wanted = ["asylum-claims-datasets-jun-2026.xlsx", "returns-datasets-sep-24.xlsx"]
    others = [f"{name}-jun-2026.xlsx" for name in ("asylum-claims-awaiting-decision-datasets", "asylum-summary-tables",
                                                   "outcome-analysis-asylum-claims-datasets")]  # fmt: skip
    books = {
        wanted[0]: [["Quarter", "Nationality", "Claims"], ["2026 Q1", "Kyrgyzstan", "5"]],
        wanted[1]: [["Quarter", "Nationality", "Number of returns"], ["2024 Q1", "Kyrgyzstan", "7"]],
    }
    tables = {wanted[0]: "Data_Asy_D01", wanted[1]: "Data_Ret_D01"}
    files = {f"/media/6a{n}/{name}": workbook([Sheet(tables.get(name, "x"), books.get(name, [["x"]]))])
             for n, name in enumerate(wanted + others)}  # fmt: skip
    with serving(files) as site:
        files["/tables"] = "".join(f'<a class="govuk-link" href="{site}{path}">x</a>' for path in [*files]).encode()
        about = dataclasses.replace(landed.module.source, landing_page=f"{site}/tables")
        monkeypatch.setattr(uk_home_office, "SOURCE", about)
        remotes = list(landed.module.fetch(None))
        assert [remote.name for remote in remotes] == wanted
        for remote in remotes:
            assert landing.land(landed.module, remote, landed.store).status == "landed"
    assert landed.rows("select vintage, dataset, measure, origin, value from landed order by all") == [
        ("2024-09", "Ret_D01", "returns", "KGZ", 7.0), ("2026-06", "Asy_D01", "applications", "KGZ", 5.0)
    ]  # fmt: skip
