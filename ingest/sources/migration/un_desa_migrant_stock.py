"""International migrant stock by origin and destination (United Nations, DESA, Population Division).

One row is
    the persons from one origin who live in one destination at mid-year, of one sex, in one edition.

Published
    every two to five years as a workbook; each edition revises all years back to 1990. 2019 is a matrix (a row per
    destination and year, a column per origin, a sheet per sex), also going round as CSV with the sex in the file's
    name (..._total.csv, ..._male.csv.gz); 2020 and 2024 are lists (a row per destination and origin, the years side
    by side for both sexes, males and females). The edition is `vintage`.

Beware
    - Editions disagree: Kyrgyzstan-born in Russia in 2020 are 591,025 in edition 2020 and 399,110 in edition 2024.
      Never join years of different editions into one series.
    - Borders are today's: people from South Sudan or Serbia are told for 1990 too. Such rows land, and `note` says
      "origin in present-day borders" (or destination). For some destinations the early years are those of a
      predecessor and only the publisher's numbered note says so (Sudan, Serbia, Curaçao: 1990 to 2005). Serbia
      includes Kosovo; the Channel Islands are one area.
    - Regions and income groups stand among the countries; they land as `aggregate` under the publisher's code, since
      names change with the edition. One listed twice with equal figures and code lands once. Headings, which have
      neither code nor figures, are left out.
    - "Other", and in 2019 "Other South" and "Other North", are residuals: countries do not add up to WORLD.
    - `..` is not zero but unknown: `value` is null; so too for `~` (fewer than five, so 0 to 4) and the unexplained
      `-`, which `note` tells. A blank in the matrix is an origin that the destination does not publish: no row.
    - Whether birth or citizenship counts differs by destination (`concept`). The CSV matrix does not say, so that
      with the workbook of 2019 beside it each pair stands twice: take one of the two.
    - un.org turns away some programs (403): then save the files with a browser into the input folder.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="un_desa_migrant_stock",
    domain="migration",
    title="International Migrant Stock, by destination and origin",
    publisher="United Nations, Department of Economic and Social Affairs, Population Division",
    landing_page="https://www.un.org/development/desa/pd/content/international-migrant-stock",
    licence="CC BY 3.0 IGO",
    citation="United Nations Department of Economic and Social Affairs, Population Division. International Migrant "
    "Stock (editions 2019, 2020 and 2024).",
    cadence="@monthly",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="233 countries and areas, mid-year 1990 to 2024 in five-year steps, pairs that the destination publishes",
    table="migration",
    rows_per_file=(100, 1_500_000),
    max_bytes=60_000_000,
    files="*.xlsx, or *_total|_male|_female.csv or .csv.gz",
)
FILES = (
    "https://www.un.org/en/development/desa/population/migration/data/estimates2/data/"
    "UN_MigrantStockByOriginAndDestination_2019.xlsx",
    "https://www.un.org/development/desa/pd/sites/www.un.org.development.desa.pd/files/"
    "undesa_pd_2020_ims_stock_by_sex_destination_and_origin.xlsx",
    "https://www.un.org/development/desa/pd/sites/www.un.org.development.desa.pd/files/"
    "undesa_pd_2024_ims_stock_by_sex_destination_and_origin.xlsx",
)


def fetch(window: Window | None) -> Iterator[Remote]:
    """Every edition: each is a revision of all years, whatever the window."""
    for url in FILES:
        yield Remote(url.rpartition("/")[2], url)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """Rows of `migration`, from a workbook of any of the editions or from a CSV matrix."""
    from ingest.readers import un_desa  # not above: pandas takes a second, which every parse of a DAG would pay

    return un_desa.read(raw, con)
