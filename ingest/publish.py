"""Publishing: the marts of the build database become a numbered folder, and `current` comes to point at it.

    published/000042/entente.duckdb     the marts and nothing else, with their comments; open it read-only. A mart that
                                        is a view reads other marts of the same file
    published/000042/parquet/*.parquet  the same marts, one file each
    published/000042/index.html         the page, self-contained
    published/000042/manifest.json      rows, columns and sha256 of each mart; the raw files they rest on
    published/000042/CHANGES.md         what is new since the publication before
    published/current                   symlink to the newest folder, flipped by one rename

A reader that has `current/entente.duckdb` open keeps the folder that it opened; folders are removed only when
KEEP newer ones exist. Nothing is ever overwritten in place.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from ingest import changes, landing, page, settings
from ingest.errors import EntenteError, InputMissing, TryAgain

KEEP = 10
DATABASE = "entente.duckdb"
# What a reader can call in the published database, by the mart that it reads: name, what it is, and the query.
MACROS = {
    "fct_migration": (
        "migration_as_of(day)",
        "What was known on a day: of each figure the newest edition that was out by then (`use` the database first). "
        "select * from migration_as_of(date '2022-01-01')",
        """
        select * from fct_migration where known_on <= day
        qualify row_number() over (
            partition by source_key, dataset, reporter_side, directed_dyad, measure, unit, sex, age, purpose, breakdown,
                method, grain, case when method <> 'un_desa' then concept end, period_start
            order by known_on desc, vintage desc
        ) = 1
        """,
    )
}


@dataclass(frozen=True)
class Publication:
    """A published folder; `is_new` is false where the marts were the same as in the one before."""

    folder: Path
    manifest: dict[str, Any]
    is_new: bool


def current() -> Path | None:
    """The folder that `current` points at, or None before the first publication."""
    link = settings.published() / "current"
    return link.resolve() if link.exists() else None


def marts(con: duckdb.DuckDBPyConnection, catalog: str) -> list[tuple[str, str]]:
    """(schema, table) of every mart: the base tables of the schema `main` that dbt marks with its comment."""
    rows = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = ? and schema_name = 'main' "
        "and comment like 'One row per%' order by table_name",
        [catalog],
    ).fetchall()
    return [(str(schema), str(table)) for schema, table in rows]


def publish() -> Publication:
    """Copy the marts of the build database out, write page and manifest, and flip `current`.

    What equals the current publication is not published again. Raises InputMissing where nothing was built, TryAgain
    where somebody is still writing the build database.
    """
    build = settings.warehouse_file()
    if not build.exists():
        raise InputMissing(f"no build database {build}", mend="run the DAG 'warehouse', or `entente build`, first")
    root = settings.published()
    root.mkdir(parents=True, exist_ok=True)
    _sweep(root)
    passing = root / f".{uuid.uuid4().hex}"
    (passing / "parquet").mkdir(parents=True)
    try:
        described = _copy(build, passing)
        page.write(passing / DATABASE, passing / "index.html")
        page_sha256 = landing.sha256_of(passing / "index.html")
        manifest = {
            "marts": described,
            "page_sha256": page_sha256,
            "sources": _raw_files(),
            "duckdb": duckdb.__version__,
            "fingerprint": _fingerprint([*described, page_sha256, MACROS]),
        }
        last = current()
        if last and _fingerprint_in(last) == manifest["fingerprint"]:
            return Publication(last, manifest, is_new=False)
        told = changes.since(last / DATABASE if last else None, passing / DATABASE)
        (passing / "CHANGES.md").write_text(told, encoding="utf-8")
        text = json.dumps(manifest, ensure_ascii=False, indent=1, sort_keys=True)
        (passing / "manifest.json").write_text(text + "\n", encoding="utf-8")
        folder = _number(root, passing)
    finally:
        shutil.rmtree(passing, ignore_errors=True)
    _flip(root, folder)
    for number in sorted(_numbers(root))[:-KEEP]:
        shutil.rmtree(root / f"{number:06d}", ignore_errors=True)
    return Publication(folder, manifest, is_new=True)


def _copy(build: Path, folder: Path) -> list[dict[str, Any]]:
    """Write the marts' database and Parquet files; returns what the manifest says of each."""
    con = duckdb.connect()
    described = []
    try:
        try:
            con.execute(f"attach {_text(str(build))} as build (read_only)")
        except duckdb.IOException as error:
            raise TryAgain(
                f"the build database can't be read: {str(error).splitlines()[0]}",
                mend="wait for the build to end; close what else has the file open (readers use published/current)",
                file=str(build),
            ) from error
        con.execute(f"attach {_text(str(folder / DATABASE))} as entente")
        con.begin()  # one commit: else each comment waits for the disk
        tables = marts(con, "build")
        if not tables:
            raise EntenteError("the build database holds no mart", mend="look at the dbt tasks of the last run")
        for schema, table in tables:
            columns = con.execute(
                "select column_name, data_type, comment from duckdb_columns() where database_name = 'build' "
                "and schema_name = ? and table_name = ? order by column_index",
                [schema, table],
            ).fetchall()
            source, target = f'build."{schema}"."{table}"', f'entente.main."{table}"'
            con.execute(f"create table {target} as from {source}")
            comment = con.execute(
                "select comment from duckdb_tables() where database_name = 'build' and schema_name = ? "
                "and table_name = ?",
                [schema, table],
            ).fetchone()
            con.execute(f"comment on table {target} is {_text(comment[0] if comment else '')}")
            for name, _, said in columns:
                con.execute(f'comment on column {target}."{name}" is {_text(said or "")}')
            parquet = folder / "parquet" / f"{table}.parquet"
            con.execute(f"copy (from {target}) to {_text(str(parquet))} (format parquet, compression zstd)")
            counted = con.execute(f"select count(*) from {target}").fetchone()
            described.append(
                {
                    "mart": table,
                    "row_is": str(comment[0]).split(".")[0] if comment else "",
                    "rows": counted[0] if counted else 0,
                    "columns": {str(name): str(kind) for name, kind, _ in columns},
                    "holds": {str(name): str(said or "") for name, _, said in columns},
                    "parquet_sha256": landing.sha256_of(parquet),
                }
            )
        con.execute("use entente")
        for name, said, statement in _views(con, {table for _, table in tables}):
            con.execute(statement)  # without the catalogue's name, which a reader may attach the file under another of
            con.execute(f'comment on view "{name}" is {_text(said)}')
            for column, holds in con.execute(
                "select column_name, comment from duckdb_columns() where database_name = 'build' "
                "and schema_name = 'main' and table_name = ? and comment is not null",
                [name],
            ).fetchall():
                con.execute(f'comment on column "{name}"."{column}" is {_text(holds)}')
        for name, said, query in (MACROS[table] for _, table in tables if table in MACROS):
            con.execute(f"create macro {name} as table {query}")
            con.execute(f"comment on macro table {name.partition('(')[0]} is {_text(said)}")
        con.execute("use memory")
        con.commit()
        con.execute("checkpoint entente")
        con.execute("detach entente")
    finally:
        con.close()
    return described


def _views(con: duckdb.DuckDBPyConnection, marts: set[str]) -> list[tuple[str, str, str]]:
    """(name, comment, statement) of every mart that is a view and reads other marts only: no file."""
    rows = con.execute(
        "select view_name, comment, sql from duckdb_views() where database_name = 'build' and schema_name = 'main' "
        "and comment like 'One row per%' order by view_name"
    ).fetchall()
    found = []
    for name, comment, statement in rows:
        query = str(statement).partition(" AS ")[2].rstrip(";")
        [parsed] = con.execute("select json_serialize_sql(?)", [query]).fetchall()
        nodes = list(_nodes(json.loads(parsed[0])))
        steps = {step["key"] for node in nodes for step in node.get("cte_map", {}).get("map", [])}
        read = [node for node in nodes if node.get("type") == "BASE_TABLE"]
        is_of_marts = all(
            node["table_name"] in (marts if node["schema_name"] == "main" else marts | steps)
            and node["schema_name"] in ("main", "")
            for node in read
        )
        if is_of_marts and not any(node.get("type") == "TABLE_FUNCTION" for node in nodes):
            unqualified = re.sub(r"\b\w+[.]main[.]", "", query)
            found.append((str(name), str(comment), f'create view "{name}" as {unqualified}'))
    return found


def _nodes(part: Any) -> Iterator[dict[str, Any]]:
    """Every object of a parsed statement, however deep."""
    if isinstance(part, dict):
        yield part
    for inner in part.values() if isinstance(part, dict) else part if isinstance(part, list) else ():
        yield from _nodes(inner)


def _raw_files() -> list[dict[str, Any]]:
    """What the marts rest on: every raw file of the landing, by content."""
    return [
        {"source_key": r.source_key, "file": r.file, "sha256": r.sha256, "status": r.status, "is_sample": r.is_sample}
        for r in landing.receipts(landing.store())
    ]


def _fingerprint(described: list[Any]) -> str:
    return hashlib.sha256(json.dumps(described, sort_keys=True).encode()).hexdigest()


def _fingerprint_in(folder: Path) -> str | None:
    """The fingerprint of a publication; None where somebody took its manifest away."""
    try:
        return str(json.loads((folder / "manifest.json").read_text(encoding="utf-8"))["fingerprint"])
    except (OSError, ValueError, KeyError):
        return None


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _numbers(root: Path) -> list[int]:
    return [int(path.name) for path in root.iterdir() if path.name.isdigit()]


def _last_number(root: Path) -> int:
    return max(_numbers(root), default=0)


def _number(root: Path, passing: Path) -> Path:
    """Give the finished folder the next number; another publisher may take that number first."""
    while True:
        folder = root / f"{_last_number(root) + 1:06d}"
        try:
            return passing.rename(folder)
        except OSError:
            if not folder.exists():
                raise


def _sweep(root: Path) -> None:
    """Remove what a publisher that was killed left behind, a day ago or longer."""
    for path in root.glob(".*"):
        if path.is_dir() and not path.is_symlink() and path.stat().st_mtime < time.time() - 86_400:
            shutil.rmtree(path, ignore_errors=True)


def _flip(root: Path, folder: Path) -> None:
    """Point `current` at `folder` by renaming a new symlink over the old one."""
    link = root / f".{uuid.uuid4().hex}"
    link.symlink_to(folder.name)
    os.replace(link, root / "current")


def fingerprint_of_landing() -> str:
    """What has landed, in 64 hex digits: equal fingerprints build equal marts."""
    store = landing.store()
    digest = hashlib.sha256()
    for made in landing.receipts(store):
        digest.update(f"{made.source_key} {made.sha256} {made.code_version} {made.status}\n".encode())
    for name in store.names("codings", ".json"):
        digest.update(name.encode() + (store.read(name) or b""))  # no clock stands in them
    analysis = settings.REPOSITORY / "ingest" / "analysis"  # what the Python models call
    for path in (*sorted(settings.SEEDS.parent.rglob("*")), *sorted(analysis.glob("*.py"))):
        if path.suffix in (".sql", ".yml", ".csv", ".py") and "target" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()
