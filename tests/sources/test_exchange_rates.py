"""Exchange rates, from the ECB's two forms to landing: no rate is no row, days and means are kept apart."""

from __future__ import annotations

from pathlib import Path

import pytest

from ingest import settings
from tests.figures import differing
from tests.landed import Landed

KEY = "exchange_rates"
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
        ("x.csv", b"Date,USD,Yen,\n2020-01-02,1,2,\n", ("columns are of no currency: Yen", "eurofxref-hist.csv")),
        ("x.csv", b"Date,USD,USD,\n2020-01-02,1,2,\n", ("stands twice", "again")),
        ("x.csv", b"FREQ,CURRENCY\nD,USD\n", ("columns missing: currency_denom", "SDMX-CSV")),
        ("x.csv", b"Date,USD,\n2020-01-02,N/A,\n", ("0 good rows", "whole")),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_a_cross_rate_of_the_sample_is_made_by_way_of_the_euro_and_months_are_the_days_mean(landed: Landed) -> None:
    for path in sorted((settings.SAMPLE / "structure" / KEY).iterdir()):
        landed.land(path)
    days = landed.rows("select currency, count(*), min(period_start)::varchar, max(period_end)::varchar from landed "
                       "where grain = 'D' and currency in ('RUB', 'USD') group by 1 order by 1")  # fmt: skip
    assert [row[0] for row in days] == ["RUB", "USD"] and days[0][3] == "2022-03-02" and days[1][3] == "2022-12-31"
    far = landed.rows("""
        with months as (select * from landed where grain = 'M'), days as (select * from landed where grain = 'D')
        select count(*), max(abs(m.units_per_base / d.mean - 1)) from months as m join (
            select currency, date_trunc('month', period_start)::date as month, avg(units_per_base) as mean
            from days group by all
        ) as d on d.currency = m.currency and d.month = m.period_start
    """)
    assert far[0][0] > 300 and far[0][1] < 0.01
