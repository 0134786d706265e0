"""`make run` as a user has it: a real scheduler, the sample, the published database, the UI in a real browser."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import duckdb
import httpx
import pytest
from playwright.sync_api import Browser

from tests.dags.conftest import REPOSITORY, free_port

READY = "Airflow stays up"
PATIENCE_S = 1200  # for what hangs: how long it takes on a busy machine is no fault


def environment(home: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("ENTENTE", "AIRFLOW"))}
    return kept | {"ENTENTE_HOME": str(home), "COLUMNS": "200"}


def start(home: Path, port: int, *more: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "ingest", "up", "--port", str(port), *more],
        cwd=REPOSITORY, env=environment(home), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
        start_new_session=True,
    )  # fmt: skip


def until(process: subprocess.Popen[str], words: str) -> str:
    """What the process printed up to the line with `words`."""
    said, end = "", time.monotonic() + PATIENCE_S
    assert process.stdout
    while time.monotonic() < end:
        line = process.stdout.readline()
        said += line
        if words in line:
            return said
        assert line or process.poll() is None, said
    raise AssertionError(f"{words!r} did not come in {PATIENCE_S} s:\n{said}")


def processes_with(text: str) -> list[str]:
    listed = subprocess.run(["ps", "-eo", "pid,args"], capture_output=True, text=True, check=True).stdout
    return [line for line in listed.splitlines() if text in line]


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path, str]]:
    home, port = tmp_path_factory.mktemp("up"), free_port()
    process = start(home, port)
    try:
        said = until(process, READY)
        yield f"http://127.0.0.1:{port}", home, said
        os.killpg(process.pid, signal.SIGINT)
        assert process.wait(60) == 0
        assert not processes_with(str(home)), "Ctrl-C leaves nothing running"
        some = tmp_path_factory.mktemp("some") / "statements"  # or each source would run once more
        shutil.copytree(REPOSITORY / "sample" / "statements" / "text_files", some / "text_files")
        again = start(home, port, "--once", "--data", str(some.parent))
        said, _ = again.communicate(timeout=PATIENCE_S)
        assert again.returncode == 0, said
        assert "text_files: success" in said
        assert "un_desa_migrant_stock" not in said, "the folder holds nothing for it"
        assert len([p for p in (home / "published").iterdir() if p.name.isdigit()]) == 1, (
            "nothing new: nothing published"
        )
    finally:
        for left in processes_with(str(home)):
            os.kill(int(left.split()[0]), signal.SIGKILL)


def published(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str(home / "published" / "current" / "entente.duckdb"), read_only=True)


def test_it_ends_by_saying_where_everything_is(running: tuple[str, Path, str]) -> None:
    address, _home, said = running
    assert "not well" not in said
    assert address in said
    for name in ("entente.duckdb", "index.html", "KGZ-RUS", "sample"):
        assert name in said


def test_its_one_liner_works_as_printed(running: tuple[str, Path, str]) -> None:
    _, _home, said = running
    line = re.search(r'python -c "(.+)"\s*$', said, re.MULTILINE)
    assert line
    done = subprocess.run([sys.executable, "-c", line[1]], capture_output=True, text=True, cwd=REPOSITORY)
    assert done.returncode == 0, done.stderr
    assert "text_files" in done.stdout


def test_all_three_domains_are_published_and_say_that_they_are_a_sample(running: tuple[str, Path, str]) -> None:
    con = published(running[1])
    rows = con.sql("select source_key, is_sample, rows_landed from dim_source where rows_landed > 0").fetchall()
    samples = {key: is_sample for key, is_sample, _ in rows}
    assert {"text_files", "opensky_flightlist", "un_desa_migrant_stock"} <= set(samples)
    assert {key for key, is_sample in samples.items() if not is_sample} == {"airports"}


def test_the_sample_shows_the_collapse_of_2020(running: tuple[str, Path, str]) -> None:
    before, after = (
        published(running[1])
        .sql(
            "select sum(n_flights) filter (year = 2019), sum(n_flights) filter (year = 2020) from dyad_year "
            "where dyad = 'KGZ-RUS'"
        )
        .fetchone()
    )
    assert after < 0.7 * before


def test_no_call_leaves_the_machine_and_no_task_failed(running: tuple[str, Path, str]) -> None:
    address, _home, _ = running
    token = httpx.get(f"{address}/auth/token").json()["access_token"]
    client = httpx.Client(base_url=address, headers={"Authorization": f"Bearer {token}"})
    assert client.get("/api/v2/importErrors").json()["total_entries"] == 0
    failed = client.get("/api/v2/dags/~/dagRuns/~/taskInstances", params={"state": "failed"}).json()
    assert failed["task_instances"] == []


def test_the_ui_shows_the_dags_and_each_model_in_a_real_browser(
    running: tuple[str, Path, str], browser: Browser
) -> None:
    page = browser.new_page(viewport={"width": 1400, "height": 1000})
    try:
        page.goto(f"{running[0]}/dags")
        page.get_by_text("warehouse").first.wait_for(timeout=60_000)
        page.get_by_text("Statements in text files").first.wait_for()
        if folder := os.environ.get("ENTENTE_SCREENSHOTS"):
            page.wait_for_timeout(2000)
            page.screenshot(path=f"{folder}/airflow.png")
        page.goto(f"{running[0]}/dags/warehouse/tasks")
        for model in ("stg_flights", "dyad_month", "fct_commitments"):
            page.get_by_text(f"dbt.{model}_run").first.wait_for(timeout=60_000)
        if folder:
            page.screenshot(path=f"{folder}/warehouse.png")
    finally:
        page.close()


def test_a_port_in_use_is_said_with_its_mend(running: tuple[str, Path, str], tmp_path: Path) -> None:
    process = start(tmp_path / "other", int(running[0].rsplit(":", 1)[1]), "--once")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "in use" in said and "PORT=" in said


def test_a_data_folder_that_is_none_is_said_with_its_layout(tmp_path: Path) -> None:
    process = start(tmp_path / "home", free_port(), "--data", str(tmp_path / "nowhere"), "--once")
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "nowhere" in said and "statements/text_files" in said
