"""The compose file: valid, without a default password, and nothing in it runs as root."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from ingest import settings

FILE = settings.REPOSITORY / "docker-compose.yml"
SERVICES = {"postgres", "migrate", "api-server", "scheduler", "dag-processor", "triggerer"}


def compose(*arguments: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    if not shutil.which("docker-compose"):
        plugin = (
            subprocess.run(["docker", "compose", "version"], capture_output=True) if shutil.which("docker") else None
        )
        if plugin is None or plugin.returncode:
            pytest.skip("neither docker-compose nor docker's compose plugin is on this machine")
        command = ["docker", "compose"]
    else:
        command = ["docker-compose"]
    base = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    return subprocess.run([*command, "-f", str(FILE), *arguments], env=base | env, capture_output=True, text=True)


def test_compose_finds_it_valid_with_the_generated_secrets() -> None:
    secrets = {"POSTGRES_PASSWORD": "a", "JWT_SECRET": "b", "FERNET_KEY": "c"}
    done = compose("config", "--quiet", env=secrets)
    assert done.returncode == 0, done.stderr


def test_it_refuses_to_start_without_a_password_and_says_the_mend(tmp_path: Path) -> None:
    if (settings.REPOSITORY / ".env").exists():
        pytest.skip("a .env is there: it has the passwords")
    done = compose("config", "--quiet", env={})
    assert done.returncode != 0
    assert "make-env.sh" in done.stderr


def test_every_part_is_there_healthy_or_waited_for_and_none_is_root() -> None:
    services = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    assert set(services) == SERVICES
    for name in SERVICES - {"migrate"}:
        assert services[name]["healthcheck"]["test"], name
    for name in SERVICES - {"postgres"}:
        assert services[name]["user"] == "50000:50000", name
        assert services[name]["depends_on"], name


def test_the_ui_is_published_on_loopback_only() -> None:
    services = yaml.safe_load(FILE.read_text(encoding="utf-8"))["services"]
    ports = [port for service in services.values() for port in service.get("ports", [])]
    assert ports and all(port.startswith("127.0.0.1:") for port in ports)
