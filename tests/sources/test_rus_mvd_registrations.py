"""The ministry's workbooks, from cumulative months to landing: no sum over them, headings known or refused."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from sample.make_migration import Sheet, workbook
from tests.figures import differing
from tests.landed import Landed

KEY = "rus_mvd_registrations"
HERE = Path(__file__).parent / KEY


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


def book(*rows: list[str], hidden: bool = False) -> bytes:
    return workbook([Sheet("A", rows, is_hidden=hidden)])


TITLE = ["Показатели за январь - май 2024 г."]


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        (
            "a.xlsx",
            book(["без месяца"], ["Гражданство", "Всего"], ["Киргизия", "5"]),
            ("tell no month", "name the file"),
        ),
        ("июнь 2024.xlsx", book(TITLE, ["Гражданство", "Всего"], ["Киргизия", "5"]), ("or two", "name the file")),
        ("a.xlsx", book(TITLE, ["Гражданство", "Космос"], ["Киргизия", "5"]), ("not known: Космос", "PURPOSES")),
        ("a.xlsx", book(TITLE, ["Гражданство", "Всего", "Итого"], ["Киргизия", "5", "5"]), ("one twice", "again")),
        ("a.xlsx", book(TITLE, ["Кто", "Всего"], ["Киргизия", "5"]), ("none of its sheets", "merged")),
        ("a.xlsx", book(TITLE, ["Гражданство", "Всего"], ["Киргизия", "5"], hidden=True), ("hidden", "unhide")),
        ("a.xlsx", b"PK\x03\x04 no", ("can't be opened as a workbook", "password")),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_months_that_grow_from_january_can_t_be_added_up_by_mistake(landed: Landed) -> None:
    for month in ("01", "02"):
        landed.land(settings.SAMPLE / "migration" / KEY / f"registrations_2021-{month}.xlsx")
    told = "select breakdown, period_start::varchar, period_end::varchar, vintage from landed where origin = 'KGZ' "
    assert landed.rows(f"{told} and purpose = 'all' order by all") == [
        ("cumulative=2021-01", "2021-01-01", "2021-02-01", "2021-01"),
        ("cumulative=2021-02", "2021-01-01", "2021-03-01", "2021-02"),
    ]
