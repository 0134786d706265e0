"""The build: one dbt process over the landing, and the note of what it was built from."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

from ingest import landing, publish, settings
from ingest.errors import EntenteError, InputMissing

PROJECT = settings.REPOSITORY / "dbt_project"


def _note(name: str) -> Path:
    """A small file beside the build database: `building` or `published`, each the fingerprint of a landing."""
    return settings.warehouse_file().with_name(name)


def prepare() -> None:
    """Get ready for dbt: the build database's folder, the empty tables, and the note of what is going to be built.

    The note is taken now, because what lands while dbt runs may or may not be in the build.
    """
    landing.prepare(landing.store())
    settings.warehouse_file().parent.mkdir(parents=True, exist_ok=True)
    _note("building").write_text(publish.fingerprint_of_landing())


def is_stale() -> bool:
    """Whether the landing, the models or the seeds differ from those of the last published build."""
    note = _note("published")
    return not note.exists() or publish.current() is None or note.read_text() != publish.fingerprint_of_landing()


def publish_built() -> dict[str, Any]:
    """Publish what was built; returns where and how many rows, as plain values."""
    made = publish.publish()
    if _note("building").exists():
        _note("building").replace(_note("published"))
    rows = {mart["mart"]: mart["rows"] for mart in made.manifest["marts"]}
    return {"folder": str(made.folder), "is_new": made.is_new, "rows": rows}


def environment() -> dict[str, str]:
    """The process environment that dbt runs in: home and landing made explicit, nothing calls out."""
    return {
        **os.environ,
        "ENTENTE_HOME": str(settings.home()),
        "ENTENTE_LANDING": settings.landing_url(),
        "ENTENTE_REPOSITORY": str(settings.REPOSITORY),
        "DBT_SEND_ANONYMOUS_USAGE_STATS": "false",
        "DO_NOT_TRACK": "1",
    }


def dbt(*arguments: str) -> None:
    """Run dbt in a process of its own, which gives DuckDB's lock back when it ends; raises with the log's place."""
    command = [
        str(Path(sys.executable).with_name("dbt")), *arguments,
        "--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT),
    ]  # fmt: skip
    if subprocess.run(command, env=environment(), cwd=settings.REPOSITORY).returncode:
        raise EntenteError(
            f"dbt {arguments[0]} failed", mend=f"read what it printed above, or {PROJECT / 'logs' / 'dbt.log'}"
        )


def build() -> None:
    """Build and test all models. Raises InputMissing where nothing has landed."""
    store = landing.store()
    if next(landing.receipts(store), None) is None:
        raise InputMissing(f"nothing has landed in {store.url}", mend="fetch a source first: entente fetch KEY")
    prepare()
    dbt("build")
