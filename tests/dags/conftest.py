"""Airflow in the tests is the real one: its own processes, a home in a temporary folder, a free port on loopback."""

import json
import os
import socket
import subprocess
import sys
import textwrap
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import up

REPOSITORY = Path(__file__).resolve().parents[2]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@pytest.fixture(scope="session")
def migrated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home with Airflow's metadata database made, and dbt's manifest written."""
    home = tmp_path_factory.mktemp("airflow")
    os.environ["ENTENTE_HOME"] = str(home)
    up.prepare_manifest()
    env = up.airflow_environment(home, free_port())
    subprocess.run([sys.executable, "-m", "airflow", "db", "migrate"], env=env, check=True, capture_output=True)
    return home


@pytest.fixture
def in_airflow(migrated: Path, tmp_path: Path) -> Callable[..., Any]:
    """Run a piece of Python in a process with Airflow's environment; returns what its last line says, as JSON."""

    def run(code: str, **environment: str) -> Any:
        env = up.airflow_environment(migrated, free_port()) | {"ENTENTE_HOME": str(tmp_path / "home")} | environment
        env.pop("ENTENTE_LANDING", None)
        done = subprocess.run(
            [sys.executable, "-c", textwrap.dedent(code)], env=env, capture_output=True, text=True, timeout=300
        )
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-6000:]
        return json.loads(done.stdout.strip().splitlines()[-1])

    return run
