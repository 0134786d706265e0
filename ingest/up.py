"""Everything on this machine: Airflow on loopback runs the DAGs on the sample or on the user's folder.

Airflow is started as its own processes and spoken to over its REST API; nothing here imports it. One home holds
all that a run leaves (metadata, landing, warehouse, published), so that the sample never mixes with real data.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb
import httpx
import psutil
from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from ingest import landing, settings, source, warehouse
from ingest.errors import EntenteError, InputMissing, NothingGiven

FREE_BYTES = 2 << 30
READY_S = 300.0
RUN_S = 3600.0
BUSY_S = 60.0
DONE = ("success", "failed")
REVIEW = "review"
HEALTHY = ("metadatabase", "scheduler", "dag_processor", "triggerer")
MAIN = "from airflow.__main__ import main; main()"
# Tasks are forks of the scheduler, and parses forks of the dag-processor: what these have imported, no fork imports
# again. Without it each of the fifty tasks of a build would spend seconds on imports.
PRELOADED = (
    "import cosmos, pandas, ingest.pipeline, ingest.warehouse; from ingest.source import discover; discover(); " + MAIN
)
# Who wants to write into SQLite waits for a writer. With the driver's 5 s a scheduler on a busy machine gives up
# ("database is locked") and ends, and with it the run. The API server keeps the 5 s: one of its threads may wait for a
# lock that another can't give back before the first has answered; only an error, which is asked again, ends that.
PATIENT = {"AIRFLOW__DATABASE__SQL_ALCHEMY_CONNECT_ARGS": "ingest.settings.SQLITE_PATIENCE"}
# the log servers of scheduler and triggerer would listen on every interface; here logs are read from the folder
PARTS = {
    "api-server": (MAIN, ["api-server"]),
    "scheduler": (PRELOADED, ["scheduler", "--skip-serve-logs"]),
    "dag-processor": (PRELOADED, ["dag-processor"]),
    "triggerer": (MAIN, ["triggerer", "--skip-serve-logs"]),
}
WRITERS = ("scheduler", "dag-processor")
console = Console(highlight=False)


def up(data: str | None, *, port: int, once: bool) -> int:
    """Start, run, report, stay until Ctrl-C; returns 0 where all runs succeeded, 1 where some did not."""
    started = time.monotonic()
    folder = _input(data)
    home = home_of(folder)
    os.environ |= {"ENTENTE_HOME": str(home), "ENTENTE_INPUT": str(folder)}
    settings.published().mkdir(parents=True, exist_ok=True)
    _check_machine(home, port)
    for sign in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):  # whatever ends it, no child is left behind
        signal.signal(sign, signal.default_int_handler)
    with contextlib.suppress(KeyboardInterrupt), _airflow(home, port) as airflow:
        runs, problems = _run_all(airflow, started)
        _report(airflow, runs, problems, is_sample=(folder / "SAMPLE.md").exists(), started=started)
        failed = bool(problems)
        if once:
            return int(failed)
        console.print("\nAirflow stays up. Ctrl-C stops it.")
        while not airflow.ended():
            time.sleep(0.5)
        console.print(f"[red]Airflow's {airflow.ended()} stopped by itself.[/] Its log: {airflow.logs}")
        return 1
    console.print("stopped.")
    return 0


def home_of(folder: Path) -> Path:
    """The home of an input folder: ENTENTE_HOME where it is set, else one below var/ for each folder."""
    if given := os.environ.get("ENTENTE_HOME"):
        return Path(given).expanduser().resolve()
    if folder == settings.SAMPLE:
        return settings.REPOSITORY / "var" / "sample"
    return settings.REPOSITORY / "var" / f"{folder.name}-{hashlib.sha256(str(folder).encode()).hexdigest()[:6]}"


def _input(data: str | None) -> Path:
    folder = Path(data).expanduser().resolve() if data else settings.SAMPLE
    known = [f"{m.source.domain}/{key}" for key, m in source.discover().items() if m.source.domain != "reference"]
    layout = f"give a folder that holds files in at least one of: {', '.join(known)}"
    if not folder.is_dir():
        raise InputMissing(f"DATA={folder} is no folder", mend=layout)
    if not any((folder / name).is_dir() for name in known):
        raise InputMissing(f"DATA={folder} holds none of the sources' folders", mend=layout)
    return folder


def _check_machine(home: Path, port: int) -> None:
    home.mkdir(parents=True, exist_ok=True)
    free = shutil.disk_usage(home).free
    if free < FREE_BYTES:
        raise EntenteError(
            f"{free / 2**30:.1f} GiB are free at {home}, {FREE_BYTES / 2**30:.0f} are needed",
            mend="free some, or set ENTENTE_HOME to a folder on another disk",
        )
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise EntenteError(
                f"port {port} is in use ({error.strerror})",
                mend=f"stop what uses it (another `make run`?), or choose another: make run PORT={port + 1}",
            ) from error


@dataclass
class _Airflow:
    parts: dict[str, subprocess.Popen[bytes]]
    client: httpx.Client
    address: str
    logs: Path

    def ended(self) -> str:
        """The name of a part that runs no more; empty while all do."""
        return next((name for name, process in self.parts.items() if process.poll() is not None), "")

    def get(self, path: str, **params: Any) -> Any:
        return self._ask("GET", path, params=params).json()

    def unpause(self, key: str) -> None:
        self._ask("PATCH", f"/dags/{key}", json={"is_paused": False})

    def trigger(self, key: str, run_id: str) -> None:
        """Start one run. `run_id` makes it safe to ask again: that the run is there already is no fault."""
        self._ask("POST", f"/dags/{key}/dagRuns", json={"logical_date": None, "dag_run_id": run_id}, fine=(409,))

    def _ask(self, method: str, path: str, fine: tuple[int, ...] = (), **body: Any) -> httpx.Response:
        """Ask until Airflow has an answer: on SQLite it says 500 or 503 where another part writes for too long."""
        end = time.monotonic() + BUSY_S
        while True:
            answer = self.client.request(method, f"/api/v2{path}", **body)
            if answer.status_code < 500 or time.monotonic() > end or self.ended():
                break
            time.sleep(1)
        if answer.status_code not in fine:
            answer.raise_for_status()
        return answer


def airflow_environment(home: Path, port: int) -> dict[str, str]:
    """Airflow's settings for one machine: loopback only, all-admin there, SQLite, no telemetry, no examples."""
    place = home / "airflow"
    place.mkdir(parents=True, exist_ok=True)
    secret = place / "jwt_secret"
    if not secret.exists():
        secret.touch(mode=0o600)
        secret.write_text(secrets.token_urlsafe(32))
    address = f"http://127.0.0.1:{port}"
    return warehouse.environment() | {
        "AIRFLOW_HOME": str(place),
        "AIRFLOW__API__BASE_URL": address,
        "AIRFLOW__API__HOST": "127.0.0.1",
        "AIRFLOW__API__PORT": str(port),
        "AIRFLOW__API__WORKERS": "1",
        "AIRFLOW__API_AUTH__JWT_SECRET": secret.read_text(),
        "AIRFLOW__CORE__DAGBAG_IMPORT_TIMEOUT": "120",  # imports take a second; a loaded machine is no error
        "AIRFLOW__CORE__DAGS_FOLDER": str(settings.REPOSITORY / "dags"),
        "AIRFLOW__CORE__EXECUTION_API_SERVER_URL": f"{address}/execution/",
        "AIRFLOW__CORE__EXECUTOR": "LocalExecutor",
        "AIRFLOW__CORE__LOAD_EXAMPLES": "False",
        "AIRFLOW__CORE__PARALLELISM": "6",
        "AIRFLOW__CORE__SIMPLE_AUTH_MANAGER_ALL_ADMINS": "True",
        "AIRFLOW__COSMOS__ENABLE_TELEMETRY": "False",
        "AIRFLOW__LOGGING__LOGGING_LEVEL": "INFO",
        "AIRFLOW__TRIGGERER__DEFAULT_CAPACITY": "100",
        "AIRFLOW__USAGE_DATA_COLLECTION__ENABLED": "False",
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ.get('PATH', '')}",
        "PYTHONPATH": str(settings.REPOSITORY),
        "PYTHONUNBUFFERED": "1",
    }


@contextlib.contextmanager
def _airflow(home: Path, port: int) -> Iterator[_Airflow]:
    """Airflow, started and healthy; every process of it is stopped on the way out."""
    env = airflow_environment(home, port)
    with console.status("preparing the dbt project"):
        prepare_manifest()
    logs = home / "airflow" / "output"
    logs.mkdir(exist_ok=True)
    address = env["AIRFLOW__API__BASE_URL"]
    parts: dict[str, subprocess.Popen[bytes]] = {}
    try:
        with console.status("starting Airflow") as status, httpx.Client(base_url=address, timeout=60) as client:
            if _start("migrate", MAIN, ["db", "migrate"], logs, env).wait():
                raise EntenteError("Airflow's metadata database can't be made", mend=f"read {logs / 'migrate.log'}")
            for name, (code, given) in PARTS.items():
                parts[name] = _start(name, code, given, logs, env | (PATIENT if name in WRITERS else {}))
            airflow = _Airflow(parts, client, address, logs)
            _wait_until_ready(airflow, status.update)
            status.stop()
            yield airflow
    finally:
        _stop(list(parts.values()))


def _start(name: str, code: str, arguments: list[str], logs: Path, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """One `airflow` process in a group of its own, so that Ctrl-C reaches it through _stop alone."""
    with (logs / f"{name}.log").open("wb") as out:
        return subprocess.Popen(
            [sys.executable, "-c", code, *arguments],
            env=env, cwd=settings.REPOSITORY, stdout=out, stderr=subprocess.STDOUT, start_new_session=True,
        )  # fmt: skip


def _stop(parts: list[subprocess.Popen[bytes]]) -> None:
    """End the parts and all that they started: politely, then, after 20 s, for good.

    Tasks make sessions of their own, so that signals to a process group would miss them.
    """
    living: list[psutil.Process] = []
    for part in parts:
        with contextlib.suppress(psutil.Error):
            process = psutil.Process(part.pid)
            living += [process, *process.children(recursive=True)]
    for end in (psutil.Process.terminate, psutil.Process.kill):
        for process in living:
            with contextlib.suppress(psutil.Error):
                end(process)
        _, living = psutil.wait_procs(living, timeout=20)


def prepare_manifest() -> None:
    """Let dbt write its manifest, from which the DAG takes its tasks, unless it is newer than the project."""
    manifest = warehouse.PROJECT / "target" / "manifest.json"
    newest = max(
        path.stat().st_mtime
        for path in warehouse.PROJECT.rglob("*")
        if path.suffix in (".sql", ".yml", ".csv", ".py") and "target" not in path.parts and "logs" not in path.parts
    )
    if not manifest.exists() or manifest.stat().st_mtime < newest:
        warehouse.dbt("parse", "--quiet")


def _wait_until_ready(airflow: _Airflow, say: Any) -> None:
    """Wait for all parts to be healthy and all DAGs to be there; raises with the log's place."""
    wanted = {*source.discover(), "warehouse", REVIEW}
    end = time.monotonic() + READY_S
    missing: object = "all"
    while time.monotonic() < end:
        if name := airflow.ended():
            raise EntenteError(f"Airflow's {name} did not start", mend=f"read {airflow.logs / name}.log")
        with contextlib.suppress(httpx.HTTPError):
            health = airflow.get("/monitor/health")
            missing = [part for part in HEALTHY if (health.get(part) or {}).get("status") != "healthy"]
            if not missing:
                token = airflow.client.get("/auth/token").json()["access_token"]
                airflow.client.headers["Authorization"] = f"Bearer {token}"
                errors = airflow.get("/importErrors")["import_errors"]
                if errors:
                    first = errors[0]
                    raise EntenteError(
                        f"{first['filename']} can't be imported:\n{first['stack_trace'][-2000:]}",
                        mend="correct the module that the last line names",
                    )
                found = {dag["dag_id"] for dag in airflow.get("/dags", limit=500)["dags"]}
                missing = sorted(wanted - found)
                if not missing:
                    return
            say(f"starting Airflow: waiting for {', '.join(missing)}")
        time.sleep(0.5)
    raise EntenteError(
        f"Airflow was not ready after {READY_S:.0f} s (missing: {missing})", mend=f"read the logs in {airflow.logs}"
    )


def _run_all(airflow: _Airflow, started: float) -> tuple[list[dict[str, Any]], list[str]]:
    """Run every DAG but the review, unpause all, show them; returns the runs and what went wrong.

    A source that never ran is only unpaused: its schedule's first run is due at once, and a second one beside it would
    do all its work twice. Of the others those are triggered for which the folder may hold something. The warehouse
    comes last and waits for them all.
    """
    before = {_identity(run) for run in _runs(airflow)}
    seen = {identity.split()[0] for identity in before}
    given = {key for key, module in source.discover().items() if _may_find(module)}
    keys = [*(key for key in source.discover() if key in given or key not in seen), "warehouse"]
    run_id = f"make_run__{datetime.now(UTC):%Y-%m-%dT%H:%M:%S}"
    for key in keys[:-1]:
        if key in seen:
            airflow.trigger(key, run_id)
        airflow.unpause(key)
    _await_runs(airflow, set(source.discover()) - seen)
    airflow.trigger("warehouse", run_id)
    for key in ("warehouse", REVIEW):  # which starts by itself when something is published, and waits for people
        airflow.unpause(key)
    end = time.monotonic() + RUN_S
    shown: dict[str, str] = {}
    with Live(console=console, refresh_per_second=4, transient=False) as live:
        while True:
            runs = [run for run in _runs(airflow) if _identity(run) not in before and run["dag_id"] != REVIEW]
            tasks = airflow.get("/dags/~/dagRuns/~/taskInstances", state="running", limit=100)["task_instances"]
            rows = {key: sum(r.rows_landed for r in landing.receipts(landing.store(), key)) for key in keys}
            live.update(_progress(keys, runs, tasks, rows, started))
            if not console.is_terminal:
                _say_changes(runs, rows, shown, started)
            if {run["dag_id"] for run in runs} == set(keys) and all(run["state"] in DONE for run in runs):
                break
            if name := airflow.ended():
                raise EntenteError(f"Airflow's {name} stopped meanwhile", mend=f"read {airflow.logs / name}.log")
            if time.monotonic() > end:
                raise EntenteError(f"not done after {RUN_S / 60:.0f} minutes", mend=f"look at {airflow.address}")
            time.sleep(1 if console.is_terminal else 4)
        live.update(_progress(keys, runs, [], rows, started) if console.is_terminal else Group())
    return runs, [text for run in runs if run["state"] == "failed" for text in _why(airflow, run)]


def _may_find(module: source.Module) -> bool:
    """Whether a run of the source would find files, or a fault that it has to tell."""
    try:
        return bool(source.remotes(module, None))
    except NothingGiven:
        return False
    except EntenteError:
        return True


def _await_runs(airflow: _Airflow, keys: set[str]) -> None:
    """Wait until the scheduler has made the first run of each of these DAGs."""
    end = time.monotonic() + READY_S
    while late := keys - {run["dag_id"] for run in _runs(airflow)}:
        if time.monotonic() > end or airflow.ended():
            raise EntenteError(
                f"no run of {', '.join(sorted(late))} after {READY_S:.0f} s", mend=f"read {airflow.logs}/scheduler.log"
            )
        time.sleep(0.5)


def _runs(airflow: _Airflow) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = airflow.get("/dags/~/dagRuns", limit=100, order_by="-run_after")["dag_runs"]
    return found


def _identity(run: dict[str, Any]) -> str:
    return f"{run['dag_id']} {run['dag_run_id']}"  # scheduled runs of two DAGs share their ids


def _progress(
    keys: list[str], runs: list[dict[str, Any]], tasks: list[dict[str, Any]], rows: dict[str, int], started: float
) -> Table:
    table = Table("DAG", "state", "running now", "rows landed", "elapsed", box=None, pad_edge=False)
    colours = {"success": "green", "failed": "red", "running": "yellow"}
    for key in keys:
        mine = [run for run in runs if run["dag_id"] == key]
        states = {run["state"] for run in mine}
        state = next((s for s in ("running", "queued", "failed", "success") if s in states), "waiting")
        names = [task["task_id"] + (f"[{task['map_index']}]" if task["map_index"] >= 0 else "")
                 for task in tasks if task["dag_id"] == key]  # fmt: skip
        text = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
        landed = f"{rows[key]:,}" if key in source.discover() else ""
        table.add_row(key, Text(state, colours.get(state, "dim")), text, landed, _elapsed(mine))
    table.add_row("", "", "", "", f"{time.monotonic() - started:.0f} s in all")
    return table


def _elapsed(runs: list[dict[str, Any]]) -> str:
    seconds = sum(run["duration"] or 0 for run in runs if run["state"] in DONE)
    return f"{seconds:.0f} s" if seconds else ""


def _say_changes(runs: list[dict[str, Any]], rows: dict[str, int], shown: dict[str, str], started: float) -> None:
    for run in runs:
        if shown.get(_identity(run)) != run["state"]:
            shown[_identity(run)] = run["state"]
            landed = f", {rows[run['dag_id']]:,} rows landed" if run["dag_id"] in source.discover() else ""
            print(f"{time.monotonic() - started:5.0f} s  {run['dag_id']}: {run['state']}{landed}", flush=True)


def _why(airflow: _Airflow, run: dict[str, Any]) -> list[str]:
    """What the failed tasks of a run said, one text per task."""
    path = f"/dags/{run['dag_id']}/dagRuns/{run['dag_run_id']}/taskInstances"
    texts = []
    for task in airflow.get(path, state="failed", limit=20)["task_instances"]:
        log = airflow.get(f"{path}/{task['task_id']}/logs/{task['try_number']}", map_index=task["map_index"])
        said = [
            line["error_detail"][-1]["exc_value"]
            for line in log["content"]
            if isinstance(line, dict) and line.get("error_detail")
        ]
        texts.append(f"{run['dag_id']}.{task['task_id']}: {said[-1] if said else 'see its log in the UI'}")
    return texts


def _report(
    airflow: _Airflow, runs: list[dict[str, Any]], problems: list[str], *, is_sample: bool, started: float
) -> None:
    place = settings.published() / "current"
    if place.is_relative_to(settings.REPOSITORY):
        link = settings.REPOSITORY / "published"  # the last run's, where people look for it
        link.unlink(missing_ok=True)
        link.symlink_to(settings.published().relative_to(settings.REPOSITORY))
        place = link / "current"
    short = Path(os.path.relpath(place)) if place.is_relative_to(Path.cwd()) else place
    console.print(f"\n{len(runs)} runs in {time.monotonic() - started:.0f} s")
    for text in problems:
        console.print(Text("not well: ", "red") + Text(text))
    access = "loopback only; everybody on this machine is admin there, no password"
    console.print(f"Airflow UI  {airflow.address}  ({access})", soft_wrap=True)
    if not (place / "entente.duckdb").exists():
        console.print("Nothing is published yet.")
        return
    console.print(f"Database    {short}/entente.duckdb", soft_wrap=True)
    console.print(
        f"""            python -c "import duckdb; duckdb.connect('{short}/entente.duckdb', read_only=True)"""
        """.sql('select source_key, rows_landed, data_from, data_to from dim_source').show(max_rows=99)\"""",
        soft_wrap=True,
    )  # fmt: skip
    console.print(f"Page        {short}/index.html", soft_wrap=True)
    console.print(f"Review      {airflow.address}/required_actions  (what the coder is not sure of)", soft_wrap=True)
    console.print(indicators(place / "entente.duckdb", is_sample=is_sample))


def indicators(database: Path, *, is_sample: bool) -> Table:
    """A few yearly indicators of one dyad, Kyrgyzstan and Russia where they are there."""
    con = duckdb.connect(str(database), read_only=True)
    try:
        dyads = con.execute(
            "select dyad from dyad_year group by dyad "
            "order by sum(n_statements) desc nulls last, dyad = 'KGZ-RUS' desc, dyad limit 1"
        ).fetchone()
        dyad = dyads[0] if dyads else "KGZ-RUS"
        a, b = sorted(dyad.split("-"))
        rows = con.execute(
            """
            select
                there.year, there.n_statements, there.n_events, round(there.cooperation_balance, 1),
                there.n_commitments, there.n_flights, back.n_flights, there.migrant_stock_persons,
                there.migrant_stock_vintage
            from dyad_year as there
            inner join dyad_year as back
                on there.year = back.year and back.directed_dyad = ? || '>' || ?
            where there.directed_dyad = ? || '>' || ?
                and (there.n_statements > 0 or there.n_flights > 0 or there.migrant_stock_persons is not null)
            order by there.year
            """,
            [b, a, a, b],
        ).fetchall()
    finally:
        con.close()
    heads = ("year", "statements", "events", "balance", "commitments", f"flights {a}>{b}", f"flights {b}>{a}",
             f"from {a} in {b}", "edition")  # fmt: skip
    title = f"{dyad}{': sample, invented figures' if is_sample else ''}"
    table = Table(*heads, title=title, title_justify="left", caption="\u00b7 not covered; 0 observed to be none",
                  caption_justify="left", box=None, pad_edge=False)  # fmt: skip
    for year, *values in rows:
        table.add_row(str(year), *("\u00b7" if value is None else _plain(value) for value in values))
    for column in table.columns[1:]:
        column.justify = "right"
        column.overflow = "fold"
    return table


def _plain(value: object) -> str:
    return f"{value:,.10g}" if isinstance(value, int | float) else str(value)
