"""dbt reads a landing that is an object store through the fsspec file system that wrote it, not through extensions."""

from __future__ import annotations

from collections.abc import Iterator

import duckdb
import pytest
from dbt.adapters.duckdb.plugins import BasePlugin
from moto.server import ThreadedMotoServer

from ingest import contract, landing

BUCKET = "s3://landing-of-a-test"


@pytest.fixture
def bucket(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    for name, value in {
        "AWS_ENDPOINT_URL": f"http://{host}:{port}",
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": "us-east-1",
        "ENTENTE_LANDING": f"{BUCKET}/landing",
    }.items():
        monkeypatch.setenv(name, value)
    yield BUCKET
    server.stop()


def test_plugin_lets_duckdb_read_the_landing(bucket: str) -> None:
    store = landing.store()
    store.fs.mkdir(bucket.removeprefix("s3://"))
    landing.prepare(store)
    store.write_json({"source_key": "s", "sha256": "a", "status": "landed"}, "receipts/s/a.json")
    con = duckdb.connect()
    BasePlugin.create("ingest.dbt_plugin").configure_connection(con)
    found = con.execute(f"select * from read_parquet('{store.url}/flights/**/*.parquet')")
    assert [column[0] for column in found.description] == [c.name for c in contract.all_columns(contract.FLIGHTS)]
    receipts = f"read_json('{store.url}/receipts/*/*.json', columns = {{'source_key': 'VARCHAR', 'status': 'VARCHAR'}})"
    assert con.execute(f"from {receipts}").fetchall() == [("s", "landed")]


def test_plugin_does_nothing_for_a_folder(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_LANDING", "relative/landing")
    con = duckdb.connect()
    BasePlugin.create("ingest.dbt_plugin").configure_connection(con)
    assert con.list_filesystems() == []
