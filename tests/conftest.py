"""Every test runs in a home of its own, and no setting of the machine reaches it."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

from ingest import up
from ingest.landing import Store, prepare, store

SHARED = Path(__file__).resolve().parents[2] / "shared" / "data"


def pytest_configure(config: pytest.Config) -> None:
    """Once for all workers: the manifest that the DAGs take their tasks from, which two at once would tear."""
    if not hasattr(config, "workerinput"):
        up.prepare_manifest()


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty warehouse."""
    for name in ("ENTENTE_LANDING", "ENTENTE_INPUT"):
        monkeypatch.delenv(name, raising=False)
    place = tmp_path / "home"
    monkeypatch.setenv("ENTENTE_HOME", str(place))
    return place


@pytest.fixture
def landing(home: Path) -> Store:
    """An empty landing in a folder."""
    made = store()
    prepare(made)
    return made


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The folder of real files beside the repository; the test is skipped where there is none."""
    if not SHARED.is_dir():
        pytest.skip(f"no folder {SHARED.name} with the real files beside the repository")
    return SHARED


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    names = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
    executable = next((found for name in names if (found := shutil.which(name))), None)
    if executable is None:
        pytest.skip(f"no browser on this machine: none of {', '.join(names)} is on the path")
    quiet = ("background-networking", "component-update", "default-apps", "domain-reliability", "sync")
    arguments = ["--no-sandbox", "--no-first-run", "--no-pings", *(f"--disable-{name}" for name in quiet)]
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=executable, args=arguments)
        yield found
        found.close()
