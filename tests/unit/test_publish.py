"""ingest/publish.py: readers see one whole publication or the one before it, and never wait."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import landing, page, publish, settings
from ingest.errors import EntenteError, InputMissing, TryAgain
from tests import tiny
from tests.browser.conftest import ROWS, make_database

REPOSITORY = Path(__file__).resolve().parents[2]


@pytest.fixture(autouse=True)
def light_page(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """The page of the real data without what is the same in every page and most of the work: bundle and charts."""
    if not request.node.get_closest_marker("real_page"):
        monkeypatch.setattr(page, "_bundle", lambda: "")
        monkeypatch.setattr(page, "charts", lambda: {})


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A build database: thirteen marts, and beside them what must never be shipped."""
    path = make_database(tmp_path_factory.mktemp("base") / settings.warehouse_file().name, ROWS)
    with duckdb.connect(str(path)) as con:
        con.execute("create table aa_first as select range as n from range(20000)")
        con.execute("create table zz_last as from aa_first")
        for (mart,) in con.execute("select table_name from duckdb_tables()").fetchall():
            con.execute(f"alter table {mart} add column batch integer")
            con.execute(f"comment on table {mart} is 'One row per {mart}, and it''s so. More.'")
            con.execute(f"comment on column {mart}.batch is 'the batch''s number'")
        con.execute("create table helper as select 1 as secret")
        con.execute("comment on table helper is 'Rows of passage'")
        con.execute("create schema staging")
        con.execute("create table staging.stg_deliveries as select 1 as secret")
        con.execute("comment on table staging.stg_deliveries is 'One row per delivery'")
        con.execute("create view files as from read_csv('/etc/passwd', columns = {'line': 'varchar'}, delim = '')")
        con.execute("comment on view files is 'One row per line of a file'")
        con.execute("create view secrets as select n from aa_first, staging.stg_deliveries")
        con.execute("comment on view secrets is 'One row per secret'")
        con.execute("create view longer as select n, batch from entente.main.aa_first")
        con.execute("comment on view longer is 'One row per number'")
        con.execute("comment on column longer.batch is 'the batch''s number'")
    return path


@pytest.fixture
def build(home: Path, base: Path) -> Callable[[int], None]:
    """Write the build database of a batch: in every mart, every row carries the batch's number."""

    def built(batch: int) -> None:
        settings.warehouse_file().parent.mkdir(parents=True, exist_ok=True)
        passing = home / settings.warehouse_file().name
        shutil.copyfile(base, passing)
        with duckdb.connect(str(passing)) as con:
            marts = con.execute(
                "select table_name from duckdb_columns() semi join duckdb_tables() using (table_oid) "
                "where column_name = 'batch'"
            ).fetchall()
            for (mart,) in marts:
                con.execute(f"update {mart} set batch = {batch}")
        os.replace(passing, settings.warehouse_file())

    return built


def query(sql: str) -> list[tuple[Any, ...]]:
    """Ask the current publication as a BI tool would: read-only, without access to other files."""
    database = settings.published() / "current" / "entente.duckdb"
    config = {"enable_external_access": "false", "lock_configuration": "true"}
    with duckdb.connect(str(database), read_only=True, config=config) as con:
        return con.execute(sql).fetchall()


def folders() -> list[str]:
    return sorted(path.name for path in settings.published().iterdir() if path.name.isdigit())


READER = """
import sys, time
from pathlib import Path
import duckdb
held, database, stop = sys.argv[1] == "held", sys.argv[2], Path(sys.argv[3])
config = {"enable_external_access": "false"}
marts = ("aa_first", "dim_country", "dyad_month", "zz_last")
every = " union all ".join(f"select batch from {mart}" for mart in marts)
ask = f"select distinct batch, (select count(*) from aa_first), (select count(*) from zz_last) from ({every})"
con, seen, reads = duckdb.connect(database, read_only=True, config=config), [], 0
print("ready", flush=True)
is_last = False
while not is_last or reads < 3:
    is_last = stop.exists()  # asked before the read: the last read sees the last publication
    if not held:
        con.close()
        con = duckdb.connect(database, read_only=True, config=config)
    found = con.execute(ask).fetchall()
    assert len(found) == 1 and found[0][1:] == (20_000, 20_000), f"mixed or half-built: {found}"
    reads += 1
    time.sleep(0.01)
    if found[0][0] not in seen:
        seen.append(found[0][0])
print(*seen)
"""


def test_ten_publishes_disturb_no_reader_and_none_sees_a_mixture(build: Callable[..., None], tmp_path: Path) -> None:
    build(0)
    publish.publish()
    database, stop = settings.published() / "current" / "entente.duckdb", tmp_path / "stop"
    readers = [
        subprocess.Popen(
            [sys.executable, "-c", READER, kind, str(database), str(stop)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )
        for kind in ("held", "reopened")
    ]  # fmt: skip
    for reader in readers:
        assert reader.stdout and reader.stdout.readline() == "ready\n"
    for batch in range(1, 11):
        build(batch)
        made = publish.publish()
        assert made.is_new
        assert query("select distinct batch from dim_country") == [(batch,)]
        assert all(reader.poll() is None for reader in readers)
    stop.touch()
    said = [reader.communicate(timeout=30) for reader in readers]
    assert [reader.returncode for reader in readers] == [0, 0], said
    held, reopened = ([int(word) for word in out.split()] for out, _ in said)
    assert held == [0], "who keeps it open keeps what it opened"
    assert reopened == sorted(reopened) and reopened[-1] == 10 and len(reopened) > 2


def test_only_marts_are_published_with_their_comments_and_types(build: Callable[..., None]) -> None:
    build(1)
    publish.publish()
    tables = query("select table_name, comment from duckdb_tables() order by 1")
    assert len(tables) == 13
    assert all(comment == f"One row per {name}, and it's so. More." for name, comment in tables)
    assert query("select view_name, comment from duckdb_views() where not internal") == [
        ("longer", "One row per number")
    ], "a view that reads a file, or a table that is not shipped, is none for a reader"
    with duckdb.connect() as con:  # by another name than the view was made under
        con.execute(f"attach '{settings.published() / 'current' / publish.DATABASE}' as other (read_only)")
        assert con.execute("select count(*), min(batch) from other.longer").fetchall() == [(20_000, 1)]
    assert query("select distinct comment from duckdb_columns() where column_name = 'batch'") == [
        ("the batch's number",)
    ]
    assert query(
        "select data_type from duckdb_columns() where table_name = 'dim_source' and column_name = 'vintages'"
    ) == [("VARCHAR[]",)]
    with pytest.raises(duckdb.PermissionException):
        query("from read_text('/etc/passwd')")


def test_the_manifest_is_true(build: Callable[..., None], tmp_path: Path) -> None:
    delivery = tmp_path / "2020.csv"
    delivery.write_text(tiny.GOOD)
    received = landing.land(tiny.module(), tiny.remote(delivery), landing.store())
    build(1)
    folder = publish.publish().folder
    manifest = json.loads((folder / "manifest.json").read_text())
    assert len(manifest["marts"]) == 13
    for mart in manifest["marts"]:
        parquet = folder / "parquet" / f"{mart['mart']}.parquet"
        assert mart["parquet_sha256"] == landing.sha256_of(parquet)
        assert mart["row_is"] == f"One row per {mart['mart']}, and it's so"
        assert query(f"select count(*) from {mart['mart']}") == [(mart["rows"],)]
        described = duckdb.sql(f"describe from '{parquet}'").fetchall()
        assert {row[0]: row[1] for row in described} == mart["columns"]
    assert len(list((folder / "parquet").iterdir())) == 13
    assert manifest["page_sha256"] == landing.sha256_of(folder / "index.html")
    assert [(raw["file"], raw["sha256"]) for raw in manifest["sources"]] == [("2020.csv", received.sha256)]
    assert manifest["duckdb"] == duckdb.__version__


def test_the_same_marts_are_not_published_again(build: Callable[..., None]) -> None:
    build(1)
    first = publish.publish()
    before = tiny.tree(settings.published())
    build(1)
    second = publish.publish()
    assert first.is_new and not second.is_new and second.folder == first.folder
    assert tiny.tree(settings.published()) == before
    assert not list(settings.published().glob(".*"))


def _comment(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("comment on column dim_country.batch is 'said better'")


def _row(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("update dim_country set name = 'Kirghizia' where country_id = 'KGZ'")


@pytest.mark.parametrize("change", [_comment, _row])
def test_any_change_of_the_marts_is_published(build: Callable[..., None], change: Callable[..., None]) -> None:
    build(1)
    publish.publish()
    with duckdb.connect(str(settings.warehouse_file())) as con:
        change(con)
    assert publish.publish().is_new


def test_a_page_that_is_written_otherwise_is_published(
    build: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(1)
    publish.publish()
    monkeypatch.setattr(page, "SAMPLE", "another wording")
    monkeypatch.setattr(page, "_bundle", lambda: "let another;")
    assert publish.publish().is_new


def test_a_page_that_fails_leaves_current_as_it_was(
    build: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    build(1)
    publish.publish()
    before = tiny.tree(settings.published())
    build(2)

    def fail(database: Path, target: Path) -> None:
        target.write_text("half a pa")
        raise RuntimeError("no ink")

    monkeypatch.setattr(page, "write", fail)
    with pytest.raises(RuntimeError, match="no ink"):
        publish.publish()
    assert tiny.tree(settings.published()) == before
    assert sorted(path.name for path in settings.published().iterdir()) == ["000001", "current"]
    assert query("select distinct batch from dim_country") == [(1,)]


def test_the_newest_ten_are_kept_and_current_is_the_newest(
    build: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(publish, "KEEP", 2)
    for batch in range(1, 4):
        build(batch)
        publish.publish()
    assert publish.current() == settings.published().resolve() / "000003"
    assert folders() == ["000002", "000003"]


def test_what_a_killed_publisher_left_is_swept_up_a_day_later(build: Callable[..., None]) -> None:
    root = settings.published()
    for name, age_s in ((".fresh", 60), (".stale", 100_000)):
        (root / name).mkdir(parents=True)
        (root / name / "entente.duckdb").write_bytes(b"half")
        os.utime(root / name, (time.time() - age_s,) * 2)
    build(1)
    publish.publish()
    assert sorted(path.name for path in root.glob(".*")) == [".fresh"]


def test_two_publishers_at_once_take_two_numbers(build: Callable[..., None], monkeypatch: pytest.MonkeyPatch) -> None:
    build(1)
    numbers = publish._last_number
    asked = []

    def overtaken(root: Path) -> int:
        last = numbers(root)
        if not asked:  # another publisher takes the number between the question and the rename
            (root / f"{last + 1:06d}").mkdir()
            (root / f"{last + 1:06d}" / "manifest.json").write_text("{}")
        asked.append(last)
        return last

    monkeypatch.setattr(publish, "_last_number", overtaken)
    assert publish.publish().folder.name == "000002"


def test_a_lost_manifest_or_link_is_mended_by_publishing(build: Callable[..., None]) -> None:
    build(1)
    folder = publish.publish().folder
    (folder / "manifest.json").unlink()
    assert publish.publish().is_new
    shutil.rmtree(settings.published() / "000002")
    assert publish.current() is None
    assert publish.publish().is_new and query("select distinct batch from dim_country") == [(1,)]


def test_nothing_built_says_what_to_run() -> None:
    with pytest.raises(InputMissing, match=r"no build database.*Mend: run the DAG 'warehouse'"):
        publish.publish()


def test_a_build_without_marts_is_no_publication(home: Path) -> None:
    settings.warehouse_file().parent.mkdir(parents=True)
    duckdb.connect(str(settings.warehouse_file())).close()
    with pytest.raises(EntenteError, match="holds no mart"):
        publish.publish()
    assert publish.current() is None


def test_a_build_that_somebody_is_writing_is_tried_again_and_names_the_mend(build: Callable[..., None]) -> None:
    build(1)
    code = "import duckdb, sys; con = duckdb.connect(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    writer = subprocess.Popen(
        [sys.executable, "-c", code, str(settings.warehouse_file())],
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert writer.stdout and writer.stdout.readline() == "open\n"
    try:
        with pytest.raises(TryAgain, match=r"build database can't be read.*Mend: wait for the build to end"):
            publish.publish()
    finally:
        writer.communicate("")
    assert publish.publish().is_new


def test_a_home_with_a_quote_in_its_name_can_publish(
    build: Callable[..., None], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    build(1)
    quoted = tmp_path / "o'home"
    shutil.copytree(settings.home(), quoted)
    monkeypatch.setenv("ENTENTE_HOME", str(quoted))
    assert publish.publish().is_new


@pytest.mark.real_page
def test_the_real_page_is_published_with_the_marts(build: Callable[..., None]) -> None:
    build(1)
    html = (publish.publish().folder / "index.html").read_text(encoding="utf-8")
    assert "Kyrgyzstan" in html or len(html) > 100_000
    assert not publish.publish().is_new, "the same database gives the same page"
