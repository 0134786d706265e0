"""The real files of migration, from their bytes to the marts: editions, methods and sources kept apart."""

from __future__ import annotations

import gzip
import hashlib
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source

FILES = {
    "un_desa_migrant_stock": "un_desa_rebuilt/*.xlsx",
    "abel_cohen_flows": "abel_cohen_json/flow_*.json.gz",
    "gaskin_abel_flows": "gaskin_abel_json/flows_2015_2016.json.gz",
}
MARTS = ("fct_migration_dyad_year", "fct_revisions", "dim_vintage", "fct_migration_checks")
METHODS = {
    "sd_drop_neg": 0, "sd_rev_neg": 2_899, "da_min_open": 42_883, "da_min_closed": 120_286, "mig_rate": 141_540,
    "da_pb_closed": 192_342,
}  # fmt: skip


@pytest.fixture(scope="module")
def warehouse(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[duckdb.DuckDBPyConnection]:
    home = tmp_path_factory.mktemp("migration")
    store = landing.Store(str(home / "landing"))
    landing.prepare(store)
    for key, pattern in FILES.items():
        paths = sorted(shared_data.glob(pattern))
        if not paths:
            pytest.skip(f"no {pattern}: the publishers' files are not part of the repository")
        for path in paths:
            made = landing.land(source.get(key), source.Remote(path.name, str(path), is_local=True), store)
            assert made.status == "landed", f"{path.name}: {made.problem}"
            assert made.rows_quarantined <= 0.005 * made.rows_in, f"{path.name}: {made.reasons}"
    (home / "warehouse").mkdir()
    env = os.environ | {
        "ENTENTE_HOME": str(home), "ENTENTE_REPOSITORY": str(settings.REPOSITORY),
        "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
    }  # fmt: skip
    project = str(settings.REPOSITORY / "dbt_project")
    command = [
        str(Path(sys.executable).with_name("dbt")), "build", "--project-dir", project, "--profiles-dir", project,
        "--select", *(f"+{mart}" for mart in MARTS), "--exclude-resource-type", "test", "unit_test",
    ]  # fmt: skip
    done = subprocess.run(command, env=env, cwd=settings.REPOSITORY, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout[-3000:]
    con = duckdb.connect(str(home / "warehouse" / "entente.duckdb"), read_only=True)
    yield con
    con.close()


def test_one_fact_has_a_figure_in_each_edition(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select vintage, value, is_latest_vintage from fct_migration where directed_dyad = 'KGZ>RUS' and year = 2020 "
        "and sex = 'both' and source_key = 'un_desa_migrant_stock' order by 1"
    ).fetchall()
    assert rows == [("2020", 591_025, False), ("2024", 399_110, True)]


def test_six_methods_are_six_figures_and_the_best_stands_beside_their_spread(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    rows = warehouse.execute(
        "select method, value from fct_migration where directed_dyad = 'KGZ>RUS' and grain = '5A' and year = 2015"
    ).fetchall()
    assert {method: round(value) for method, value in rows} == METHODS
    best = warehouse.execute(
        "select best_estimate, best_method, value_min, value_max, n_methods, spread from fct_migration_dyad_year "
        "where directed_dyad = 'KGZ>RUS' and grain = '5A' and year = 2015 and measure = 'flow'"
    ).fetchall()
    assert best == [(192_342, "da_pb_closed", 0, 192_342, 6, None)]


def test_a_model_of_years_is_not_compared_with_one_of_five_years(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select grain, n_sources from fct_migration_dyad_year where directed_dyad = 'KGZ>RUS' and year = 2015 "
        "and measure = 'flow' order by 1"
    ).fetchall()
    assert rows == [("5A", 1), ("A", 1)]


def test_31_per_cent_of_the_figures_above_zero_differ_between_two_editions(
    warehouse: duckdb.DuckDBPyConnection,
) -> None:
    share, compared = warehouse.execute(
        "select share_changed, n_compared_above_zero from dim_vintage where source_key = 'un_desa_migrant_stock' "
        "and vintage = '2024'"
    ).fetchone() or (None, None)
    assert share == pytest.approx(0.31, abs=0.005)
    assert compared == 167_697
    listed = warehouse.execute(
        "select count(*) from fct_revisions where source_key = 'un_desa_migrant_stock' and value_before > 0 "
        "and value is not null"
    ).fetchone()
    assert listed == (round(share * compared),), "each of them is in the list"


def test_the_watched_dyad_s_revision_is_told(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select year, value_before, value, round(relative_change, 3) from fct_revisions where is_focus "
        "and directed_dyad = 'KGZ>RUS' order by 1"
    ).fetchall()
    assert (2020, 591_025, 399_110, -0.325) in rows


def test_origins_and_sexes_add_up_to_what_the_publisher_prints(warehouse: duckdb.DuckDBPyConnection) -> None:
    rows = warehouse.execute(
        "select check_name, max(share_off), count(*) from fct_migration_checks "
        "where source_key = 'un_desa_migrant_stock' group by 1 order by 1"
    ).fetchall()
    assert [(name, round(share, 6)) for name, share, _ in rows] == [("origins add up", 0), ("sexes add up", 0)]


def test_a_figure_leads_back_to_its_raw_bytes(warehouse: duckdb.DuckDBPyConnection, shared_data: Path) -> None:
    (sha256,) = warehouse.execute(
        "select raw_sha256 from fct_migration where directed_dyad = 'KGZ>RUS' and grain = '5A' and year = 2015 "
        "and method = 'da_pb_closed'"
    ).fetchone() or ("",)
    path = shared_data / "abel_cohen_json" / "flow_da_pb_closed.json.gz"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    assert "192342" in json.dumps(json.loads(gzip.decompress(path.read_bytes()))), "the figure stands in them"
