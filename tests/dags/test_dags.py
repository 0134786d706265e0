"""The DAGs as Airflow sees them, and runs of them through Airflow's own `dag.test`."""

import gzip
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import source, up

REPOSITORY = Path(__file__).resolve().parents[2]
BAG = """
    from airflow.dag_processing.dagbag import DagBag
    bag = DagBag(dag_folder=%r)
"""
RUN = """
    import runpy
    dag = runpy.run_path(%r)[%r]
    run = dag.test(run_conf=None)
    states = {}
    for ti in run.get_task_instances():
        states.setdefault(ti.task_id, []).append(str(ti.state))
    answer([str(run.state), states])
"""


@pytest.fixture
def run_source(in_airflow: Callable[..., Any], tmp_path: Path) -> Callable[[str], Any]:
    def run(key: str) -> Any:
        return in_airflow(RUN % (str(REPOSITORY / "dags" / "sources.py"), key), ENTENTE_INPUT=str(tmp_path / "input"))

    return run


def sample(tmp_path: Path, domain: str, key: str, most: int = 3) -> Path:
    folder = tmp_path / "input" / domain / key
    folder.mkdir(parents=True)
    for path in sorted((REPOSITORY / "sample" / domain / key).iterdir())[:most]:
        shutil.copy(path, folder)
    return folder


def test_every_source_has_one_dag_with_its_own_docs_and_nothing_fails_to_import(
    in_airflow: Callable[..., Any],
) -> None:
    code = BAG % str(REPOSITORY / "dags") + (
        "    answer([bag.import_errors, {d.dag_id: [d.doc_md, d.max_active_runs, len(d.tasks),"
        " list(d.params)] for d in bag.dags.values()}])"
    )
    errors, dags = in_airflow(code)
    assert errors == {}
    assert set(dags) == {*source.discover(), "warehouse", "review"}
    for key, module in source.discover().items():
        doc, runs_at_once, _, params = dags[key]
        assert source.describe(module) == doc
        assert runs_at_once == 1
        assert params == ["from", "to"]
    assert dags["warehouse"][1] == 1, "two builds at once would fight for DuckDB's lock"
    assert dags["review"][1] == 1, "two at once would ask the same twice"


def test_a_tasks_process_builds_its_own_dag_and_no_other(in_airflow: Callable[..., Any]) -> None:
    code = """
        import runpy
        from airflow.sdk import DAG
        answer(sorted(name for name, made in runpy.run_path(%r).items() if isinstance(made, DAG)))
    """
    made = in_airflow(code % str(REPOSITORY / "dags" / "sources.py"), _AIRFLOW_PARSING_CONTEXT_DAG_ID="text_files")
    assert made == ["text_files"]


def test_a_writer_of_the_metadata_waits_for_another_rather_than_end_the_scheduler(
    in_airflow: Callable[..., Any],
) -> None:
    code = """
        from airflow import settings
        settings.configure_orm()
        with settings.engine.connect() as con:
            answer(con.exec_driver_sql("pragma busy_timeout").scalar())
    """
    assert in_airflow(code, **up.PATIENT) == 120_000
    assert in_airflow(code) == 5_000, "the API server's threads must not wait for each other"


def test_the_warehouse_shows_each_model_as_a_task_and_one_process_runs_them(in_airflow: Callable[..., Any]) -> None:
    models = {
        path.stem for path in (REPOSITORY / "dbt_project" / "models").rglob("*") if path.suffix in (".sql", ".py")
    }
    code = BAG % str(REPOSITORY / "dags") + (
        "    dag = bag.dags['warehouse']\n"
        "    answer([[t.task_id for t in dag.tasks], [a.name for a in dag.timetable.asset_condition.objects]])"
    )
    tasks, assets = in_airflow(code)
    for model in models:
        assert any(f".{model}" in task for task in tasks), model
    assert sum("producer" in task and "done" not in task for task in tasks) == 1
    assert assets == ["landing"]


def test_a_source_run_lands_codes_and_announces(run_source: Callable[[str], Any], tmp_path: Path) -> None:
    sample(tmp_path, "statements", "text_files", 5)
    state, tasks = run_source("text_files")
    assert state == "success"
    assert {name: set(states) for name, states in tasks.items()} == {
        name: {"success"} for name in ("find", "land", "code", "announce", "check")
    }
    events = f"{tmp_path}/home/landing/statement_events/**/*.parquet"
    assert duckdb.sql(f"select count(*) from '{events}'").fetchone() > (0,)


def test_a_second_run_announces_nothing(run_source: Callable[[str], Any], tmp_path: Path) -> None:
    sample(tmp_path, "statements", "text_files", 2)
    run_source("text_files")
    state, tasks = run_source("text_files")
    assert state == "success"
    assert tasks["announce"] == ["skipped"]


def test_a_bad_file_turns_the_run_red_and_the_others_land_and_are_announced(
    run_source: Callable[[str], Any], tmp_path: Path
) -> None:
    folder = sample(tmp_path, "flights", "opensky_flightlist", 2)
    whole = sorted(folder.iterdir())[0]
    bad = folder / "flightlist_20220101_20220131.csv.gz"
    bad.write_bytes(gzip.compress(gzip.decompress(whole.read_bytes()))[:2000])
    state, tasks = run_source("opensky_flightlist")
    assert state == "failed"
    assert tasks["announce"] == ["success"]
    assert tasks["check"] == ["failed"]
    landed = duckdb.sql(
        f"select distinct vintage from '{tmp_path}/home/landing/flights/*/*.parquet' order by 1"
    ).fetchall()
    assert len(landed) == 2
    held = duckdb.sql(f"select file, reason, mend from '{tmp_path}/home/landing/quarantine/*/*.parquet'").fetchall()
    assert [row[0] for row in held if "rejected" in row[1]] == [bad.name]


def test_a_missing_folder_fails_at_once_without_retries(run_source: Callable[[str], Any]) -> None:
    state, tasks = run_source("un_desa_migrant_stock")
    assert state == "failed"
    assert tasks["find"] == ["failed"]


def test_a_source_that_the_folder_has_nothing_for_is_skipped(run_source: Callable[[str], Any], tmp_path: Path) -> None:
    (tmp_path / "input").mkdir()
    state, tasks = run_source("un_desa_migrant_stock")
    assert state != "failed"
    assert tasks["find"] == tasks["announce"] == ["skipped"]


def test_a_login_kept_in_airflows_database_reaches_the_publishers_door_and_no_xcom(
    in_airflow: Callable[..., Any],
) -> None:
    code = """
        import runpy
        from airflow.models import Connection
        from airflow.models.xcom import XComModel
        from airflow.utils.session import create_session
        from ingest import pipeline
        with create_session() as session:
            session.add(Connection(conn_id="opensky", conn_type="http", login="me", password="s3cr3t-of-airflow"))
        got = []
        def land(key, batch, login):
            got.append([login.user, login.password])
            print("who asks:", login)
            return {"source": key, "files": 1, "new": 0, "rows": 0, "quarantined": 0, "left": 1, "back": "2026-11-24",
                    "rejected": []}
        pipeline.find = lambda key, span: [[{"name": "a", "url": "http://127.0.0.1:9/a", "is_local": False}]]
        pipeline.land = land
        run = runpy.run_path(%r)["opensky_api"].test()
        with create_session() as session:
            kept = str([[row.key, row.value] for row in session.query(XComModel).all()])
        states = {ti.task_id: str(ti.state) for ti in run.get_task_instances()}
        answer([got, "s3cr3t" in kept, states])
    """
    got, is_kept, states = in_airflow(code % str(REPOSITORY / "dags" / "sources.py"))
    assert got == [["me", "s3cr3t-of-airflow"]] and not is_kept
    assert (states["check"], states["announce"]) == ("success", "skipped"), "files that wait for credits are no fault"
