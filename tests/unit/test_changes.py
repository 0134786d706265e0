"""ingest/changes.py and the macros of the publication: what is new, and what was known when."""

from __future__ import annotations

from pathlib import Path

import duckdb
import pytest

from ingest import changes, publish

VINTAGES = "('un_desa', 'stock', '2020', date '2021-01-31', 1000, null, 0, null)"
NEWER = VINTAGES + ", ('un_desa', 'stock', '2024', date '2025-01-31', 900, '2020', 800, 0.31)"
REVISED = "('KGZ>RUS', 'stock', 'birth', 'all', date '2020-07-01', 'persons', '2020', 591025, '2024', 399110, -0.325, \
'un_desa', 'stock', 'un_desa', true), ('TJK>AUS', 'stock', 'birth', 'all', date '2020-07-01', 'persons', '2020', 5, \
'2024', 9, 0.8, 'un_desa', 'stock', 'un_desa', false)"


def database(folder: Path, vintages: str, revisions: str = "") -> Path:
    folder.mkdir()
    with duckdb.connect(str(folder / "entente.duckdb")) as con:
        con.execute(
            "create table dim_vintage (source_key varchar, dataset varchar, vintage varchar, known_on date, "
            "n_figures bigint, vintage_before varchar, n_compared_above_zero bigint, share_changed double)"
        )
        con.execute(f"insert into dim_vintage values {vintages}")
        con.execute(
            "create table fct_revisions (directed_dyad varchar, measure varchar, concept varchar, purpose varchar, "
            "period_start date, unit varchar, vintage_before varchar, value_before double, vintage varchar, "
            "value double, relative_change double, source_key varchar, dataset varchar, method varchar, "
            "is_focus boolean)"
        )
        if revisions:
            con.execute(f"insert into fct_revisions values {revisions}")
    return folder / "entente.duckdb"


def test_a_watched_dyad_that_an_edition_moved_is_told_once_with_both_figures(tmp_path: Path) -> None:
    first = database(tmp_path / "000001", VINTAGES)
    second = database(tmp_path / "000002", NEWER, REVISED)
    told = changes.since(first, second)
    assert "# Changes since 000001" in told
    assert "KGZ>RUS stock by birth, 2020-07-01: 591,025 persons in 2020, 399,110 in 2024 (-32.5%)" in told
    assert "TJK>AUS" not in told, "not watched"
    assert "stock, 2024, known since 2025-01-31: 900 figures; 31.0% of 800 figures changed since 2020" in told
    assert "stock, 2020, known since" not in told, "an edition that was there before is not new"
    assert "`dim_vintage`: 1 rows before, 2 now" in told
    again = changes.since(second, second)
    assert "KGZ>RUS" not in again and "as many rows as before" in again


def test_in_the_first_publication_everything_is_new(tmp_path: Path) -> None:
    told = changes.since(None, database(tmp_path / "000001", NEWER, REVISED))
    assert "the first publication" in told and "2020, known since" in told and "KGZ>RUS" in told
    assert "`fct_revisions`: no rows before, 2 now" in told


def test_a_list_too_long_to_read_is_cut_and_says_where_the_rest_is(tmp_path: Path) -> None:
    many = ", ".join(f"('s', 'd{n}', '1', date '2021-01-31', 1, null, 0, null)" for n in range(changes.MOST + 7))
    assert "and 7 more: see `dim_vintage`" in changes.since(None, database(tmp_path / "000001", many))


@pytest.mark.parametrize(
    ("day", "known"),
    [
        ("2020-12-31", []),
        ("2021-06-01", [(2015, 90.0), (2020, 591025.0)]),
        ("2025-06-01", [(2015, 90.0), (2020, 399110.0)]),
    ],
)
def test_as_of_gives_what_was_known_on_the_day_and_nothing_later(day: str, known: list[tuple[int, float]]) -> None:
    con = duckdb.connect()
    con.execute("""
        create table fct_migration as select 's' as source_key, 't' as dataset, 'observer' as reporter_side,
            'birth' as concept, 'KGZ>RUS' as directed_dyad,
            'stock' as measure, 'persons' as unit, 'both' as sex, 'all' as age, 'all' as purpose, null as breakdown,
            'un_desa' as method, 'P' as grain, make_date(year, 7, 1) as period_start, vintage,
            known_on::date as known_on, value::double as value, true as is_latest_vintage
        from (values (2020, '2020', '2021-01-31', 591025), (2020, '2024', '2025-01-31', 399110),
            (2015, '2020', '2021-01-31', 90)) as v (year, vintage, known_on, value)
    """)
    name, _, query = publish.MACROS["fct_migration"]
    con.execute(f"create macro {name} as table {query}")
    found = con.execute("select year(period_start), value from migration_as_of($1::date) order by 1", [day]).fetchall()
    assert found == known
