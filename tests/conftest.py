"""Every test runs in a home of its own, and no setting of the machine reaches it."""

from __future__ import annotations

from pathlib import Path

import pytest

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
