"""Airflow in the tests is the real one: its own processes, a home in a temporary folder, a free port on loopback."""

import json
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from ingest import up

REPOSITORY = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


ANSWER = "answer: "
FORKS = f"""
    import builtins, json, os, signal, sys, traceback
    answers = os.fdopen(os.dup(1), "w")
    os.dup2(2, 1)
    import airflow.dag_processing.dagbag, airflow.models.dagbag, airflow.serialization.serialized_objects
    import airflow.api_fastapi.execution_api.routes, airflow.sdk.execution_time.task_runner
    import a2wsgi, aiohttp, cosmos, pandas, ingest.pipeline, ingest.warehouse
    from airflow.settings import engine
    from ingest.source import discover
    discover()
    for line in sys.stdin:
        code, env, said = json.loads(line)
        child = os.fork()
        if not child:
            status = 1
            try:
                signal.alarm(300)
                os.environ.clear()
                os.environ.update(env)
                out = os.open(said, os.O_WRONLY | os.O_CREAT | os.O_TRUNC)
                os.dup2(out, 1)
                os.dup2(out, 2)
                engine.dispose(close=False)
                answer = lambda told: print("\\n{ANSWER}" + json.dumps(told), flush=True)
                exec(compile(code, "test", "exec"), {{"__name__": "__main__", "answer": answer}})
                status = 0
            except BaseException:
                traceback.print_exc()
            sys.stdout.flush()
            sys.stderr.flush()
            os._exit(status)
        print(os.waitpid(child, 0)[1], file=answers, flush=True)
"""


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with Airflow's metadata database made, and dbt's manifest written."""
    home = tmp_path_factory.mktemp("airflow")
    os.environ["ENTENTE_HOME"] = str(home)
    up.prepare_manifest()
    env = up.airflow_environment(home, free_port())
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    return home


@pytest.fixture(scope="session")
def warm(migrated: Path) -> Iterator[subprocess.Popen[str]]:
    """A process that has imported Airflow, which takes seconds, and forks a child for each piece of Python."""
    env = up.airflow_environment(migrated, free_port())
    process = subprocess.Popen(
        [sys.executable, "-c", textwrap.dedent(FORKS)],
        env=env, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True,
    )  # fmt: skip
    yield process
    assert process.stdin
    process.stdin.close()
    process.wait(20)


@pytest.fixture
def in_airflow(migrated: Path, warm: subprocess.Popen[str], tmp_path: Path) -> Callable[..., Any]:
    """Run a piece of Python in a process with Airflow's environment; returns what its last line says, as JSON."""

    def run(code: str, **environment: str) -> Any:
        env = up.airflow_environment(migrated, free_port()) | {"ENTENTE_HOME": str(tmp_path / "home")} | environment
        env.pop("ENTENTE_LANDING", None)
        said = tmp_path / "said"
        assert warm.stdin and warm.stdout
        warm.stdin.write(json.dumps([textwrap.dedent(code), env, str(said)]) + "\n")
        warm.stdin.flush()
        status = warm.stdout.readline()
        text = said.read_text(encoding="utf-8", errors="replace")
        assert status.strip() == "0", text[-9000:]
        return json.loads(next(line for line in reversed(text.splitlines()) if line.startswith(ANSWER))[len(ANSWER) :])

    return run
