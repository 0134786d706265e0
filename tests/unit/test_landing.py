"""ingest/landing.py: what came is kept as it came, once, whole, and the same bytes wherever and whenever it lands."""

from __future__ import annotations

import dataclasses
import gzip
import json
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import landing as landings
from ingest.landing import Receipt, Store, land, prepare
from tests import tiny

REPOSITORY = Path(__file__).resolve().parents[2]
PYTHON = [sys.executable, "-c"]


@pytest.fixture
def delivery(tmp_path: Path) -> Path:
    path = tmp_path / "2020.csv"
    path.write_text(tiny.GOOD)
    return path


def rows(store: Store, pattern: str = "migration/**/*.parquet") -> list[tuple[Any, ...]]:
    return duckdb.sql(
        f"select origin, destination, value from read_parquet('{store.root}/{pattern}') order by all"
    ).fetchall()


def quarantine(store: Store) -> list[tuple[Any, ...]]:
    return duckdb.sql(
        f"select file, raw_row, reason, mend from read_parquet('{store.root}/quarantine/**/*.parquet') order by all"
    ).fetchall()


def without_clock(tree: dict[str, tuple[int, bytes]]) -> dict[str, Any]:
    """Names and bytes of a landing, receipts without `fetched_at`."""
    return {
        name: (json.loads(data) | {"fetched_at": ""}) if name.startswith("receipts/") else data
        for name, (_, data) in tree.items()
    }


def test_what_lands_is_raw_bytes_rows_and_a_receipt_that_counts_them(landing: Store, delivery: Path) -> None:
    delivery.write_text(tiny.GOOD + "KGZ,USA,2020,many\n")
    made = land(tiny.module(), tiny.remote(delivery), landing)
    assert (made.status, made.rows_in, made.rows_landed, made.rows_quarantined) == ("landed", 4, 3, 1)
    assert made.reasons == {"value is no DOUBLE": 1}
    assert made.vintages == ["1"] and made.is_new
    assert (Path(landing.root) / f"raw/tiny/{made.sha256}/2020.csv").read_bytes() == delivery.read_bytes()
    assert rows(landing) == [("KGZ", "KAZ", 11020), ("KGZ", "RUS", 591025), ("TJK", "RUS", 463000)]
    [(file, row, reason, mend)] = quarantine(landing)
    assert (file, row, reason) == ("2020.csv", 4, "value is no DOUBLE: many") and mend
    assert landings.receipt(landing, "tiny", made.sha256) == made


def test_a_second_run_touches_no_file(landing: Store, delivery: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.csv"
    bad.write_text("what,ever\n1,2\n")
    for path in (delivery, bad):
        land(tiny.module(), tiny.remote(path), landing)
    before = tiny.tree(Path(landing.root))
    again = [land(tiny.module(), tiny.remote(path), landing) for path in (delivery, bad)]
    prepare(landing)
    assert [made.is_new for made in again] == [False, False]
    assert [made.status for made in again] == ["landed", "rejected"]
    assert tiny.tree(Path(landing.root)) == before


def test_the_same_raw_bytes_give_the_same_files_in_another_home_on_another_day(
    tmp_path: Path, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery.write_text(
        tiny.GOOD + "KGZ,USA,2020,many\n" + "".join(f"A{n % 50},B{n},2020,{n}\n" for n in range(20_000))
    )

    class Later(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> Any:
            return datetime(2031, 1, 1, tzinfo=tz)

    trees = []
    for number, threads in ((1, 1), (2, 4)):
        monkeypatch.setattr(landings.duckdb, "connect", _with_threads(threads))
        store = Store(str(tmp_path / f"home {number}" / "landing"))
        prepare(store)
        land(tiny.module(), tiny.remote(delivery), store)
        trees.append(tiny.tree(Path(store.root)))
        monkeypatch.setattr(landings, "datetime", Later)
    assert without_clock(trees[0]) == without_clock(trees[1])
    assert {name for name in trees[0] if trees[0][name][1] != trees[1][name][1]} == {
        name for name in trees[0] if name.startswith("receipts/")
    }


def _with_threads(threads: int, connect: Any = duckdb.connect) -> Any:
    def connected(config: Any = None) -> Any:
        return connect(config={**(config or {}), "threads": threads})

    return connected


def test_two_runs_at_once_leave_one_result(tmp_path: Path, delivery: Path) -> None:
    alone = Store(str(tmp_path / "alone"))
    prepare(alone)
    land(tiny.module(), tiny.remote(delivery), alone)
    code = (
        "import sys, time; from pathlib import Path; from ingest.landing import Store, land, prepare; "
        "from tests import tiny; store = Store(sys.argv[1]); time.sleep(max(0, float(sys.argv[3]) - time.time())); "
        "prepare(store); land(tiny.module(), tiny.remote(Path(sys.argv[2])), store)"
    )
    start = str(time.time() + 2.0)
    both = [
        subprocess.Popen([*PYTHON, code, str(tmp_path / "both"), str(delivery), start], cwd=REPOSITORY)
        for _ in range(3)
    ]
    assert [process.wait(60) for process in both] == [0, 0, 0]
    assert without_clock(tiny.tree(tmp_path / "both")) == without_clock(tiny.tree(tmp_path / "alone"))


def test_a_file_is_never_seen_before_it_is_whole(
    landing: Store, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    copy, seen = landings.shutil.copyfile, []

    def watched(source: Path, target: Path) -> None:
        copy(source, target)
        seen.append((Path(target).name, landing.names("migration", ".parquet")))

    monkeypatch.setattr(landings.shutil, "copyfile", watched)
    land(tiny.module(), tiny.remote(delivery), landing)
    assert len(seen) == 3  # raw, rows, receipt
    assert all(name.startswith(".") and name.endswith(".part") for name, _ in seen)
    assert not list(Path(landing.root).rglob("*.part"))


def test_a_disk_without_room_leaves_nothing_behind(
    landing: Store, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(source: Path, target: Path) -> None:
        Path(target).write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(landings.shutil, "copyfile", full)
    before = tiny.tree(Path(landing.root))
    with pytest.raises(OSError, match="No space left"):
        land(tiny.module(), tiny.remote(delivery), landing)
    assert tiny.tree(Path(landing.root)) == before


def test_another_content_under_the_same_name_keeps_both_raws_and_both_receipts(landing: Store, delivery: Path) -> None:
    first = land(tiny.module(), tiny.remote(delivery), landing)
    delivery.write_text(tiny.GOOD.replace("591025", "591026"))
    second = land(tiny.module(), tiny.remote(delivery), landing)
    assert first.sha256 != second.sha256 and second.is_new
    assert [made.file for made in landings.receipts(landing, "tiny")] == ["2020.csv"] * 2
    assert len(landing.names("raw", ".csv")) == 2
    assert second.fetched_at >= first.fetched_at
    assert len(rows(landing)) == 6  # dbt takes the newest delivery of a name


def test_new_code_lands_a_file_anew_and_keeps_the_day_that_it_was_fetched(
    landing: Store, delivery: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    delivery.write_text(tiny.GOOD + "KGZ,USA,2020,many\n")
    (tmp_path / "one.py").write_text("1")
    (tmp_path / "two.py").write_text("2")
    first = land(tiny.module(file=tmp_path / "one.py"), tiny.remote(delivery), landing)

    def mended(raw: Any, con: Any) -> Any:
        return tiny.tidy(raw, con).select("* replace (replace(value, 'many', '7') as value)")

    second = land(tiny.module(mended, file=tmp_path / "two.py"), tiny.remote(delivery), landing)
    assert second.is_new and second.code_version != first.code_version and second.fetched_at == first.fetched_at
    assert ("KGZ", "USA", 7) in rows(landing)
    assert quarantine(landing) == []
    assert len(list(landings.receipts(landing))) == 1


def test_new_code_with_the_same_result_is_nothing_new(landing: Store, delivery: Path, tmp_path: Path) -> None:
    (tmp_path / "one.py").write_text("1")
    (tmp_path / "two.py").write_text("2")
    land(tiny.module(file=tmp_path / "one.py"), tiny.remote(delivery), landing)
    assert not land(tiny.module(file=tmp_path / "two.py"), tiny.remote(delivery), landing).is_new


def test_code_that_now_rejects_a_file_withdraws_its_rows(landing: Store, delivery: Path, tmp_path: Path) -> None:
    (tmp_path / "strict.py").write_text("1")
    land(tiny.module(), tiny.remote(delivery), landing)
    made = land(tiny.module(file=tmp_path / "strict.py", rows_per_file=(10, 20)), tiny.remote(delivery), landing)
    assert (made.status, made.is_new, made.rows_in, made.rows_landed) == ("rejected", True, 3, 0)
    assert rows(landing) == []


def test_a_rejected_file_is_kept_and_is_one_row_of_quarantine_beside_its_bad_rows(
    landing: Store, delivery: Path
) -> None:
    delivery.write_text(f"{tiny.HEADER}\nKGZ,RUS,2020,many\nKGZ,KAZ,2020,-1\n")
    made = land(tiny.module(), tiny.remote(delivery), landing)
    assert (made.status, made.rows_in, made.rows_landed, made.rows_quarantined) == ("rejected", 2, 0, 2)
    assert (Path(landing.root) / f"raw/tiny/{made.sha256}/2020.csv").exists()
    assert rows(landing) == []
    whole, *each = sorted(quarantine(landing), key=lambda row: not row[2].startswith("file rejected"))
    assert whole[2].startswith("file rejected: 0 good rows, expected 1 to 1,000,000; 2 bad") and whole[3]
    assert [row[2] for row in each] == ["value is no DOUBLE: many", "value is not as declared: -1.0"]


@pytest.mark.parametrize(
    "name", ["it's.csv", "a[1]*?.csv", "ки́р гиз.csv", "x" * 240 + ".csv", '"; drop table x --.csv']
)
def test_a_file_may_be_called_what_it_likes(landing: Store, tmp_path: Path, name: str) -> None:
    (tmp_path / name).write_text(tiny.GOOD)
    made = land(tiny.module(), tiny.remote(tmp_path / name), landing)
    assert (made.status, made.file, made.rows_landed) == ("landed", name, 3), made.problem
    assert (Path(landing.root) / f"raw/tiny/{made.sha256}" / name).exists()


def test_a_landing_of_an_older_contract_gets_today_s_columns(landing: Store) -> None:
    empty = Path(landing.root) / "airports/_empty.parquet"
    good = empty.read_bytes()
    duckdb.sql("select 1 as old where false").write_parquet(str(empty))
    prepare(landing)
    assert empty.read_bytes() == good


def test_a_code_fault_is_raised_and_lands_nothing_but_the_raw_bytes(landing: Store, delivery: Path) -> None:
    def broken(raw: Any, con: Any) -> Any:
        raise TypeError("a slip of the pen")

    with pytest.raises(TypeError):
        land(tiny.module(broken), tiny.remote(delivery), landing)
    assert len(landing.names("raw", ".csv")) == 1
    assert rows(landing) == [] and list(landings.receipts(landing)) == []


KILLED = """
import os, shutil, signal, sys
from pathlib import Path
from ingest import landing
from tests import tiny
at, count, copy = int(sys.argv[3]), 0, shutil.copyfile
def copying(source, target):
    global count
    count += 1
    if count == at:
        Path(target).write_bytes(Path(source).read_bytes()[:50])
        os.kill(os.getpid(), signal.SIGKILL)
    copy(source, target)
landing.shutil.copyfile = copying
landing.land(tiny.module(), tiny.remote(Path(sys.argv[2])), landing.Store(sys.argv[1]))
"""


@pytest.mark.parametrize("write", [1, 2, 3])
def test_a_run_that_is_killed_leaves_no_half_file_and_the_next_one_completes_it(
    landing: Store, delivery: Path, tmp_path: Path, write: int
) -> None:
    killed = subprocess.run([*PYTHON, KILLED, landing.root, str(delivery), str(write)], cwd=REPOSITORY, timeout=60)
    assert killed.returncode == -signal.SIGKILL
    assert len(list(Path(landing.root).rglob("*.part"))) == 1, "it must be killed in the middle of a write"
    rows(landing)  # every file that the pattern finds can be read
    assert list(landings.receipts(landing)) == []
    assert land(tiny.module(), tiny.remote(delivery), landing).is_new
    whole = Store(str(tmp_path / "whole"))
    prepare(whole)
    land(tiny.module(), tiny.remote(delivery), whole)
    left = {name: data for name, data in tiny.tree(Path(landing.root)).items() if not name.endswith(".part")}
    assert without_clock(left) == without_clock(tiny.tree(Path(whole.root)))


def test_gzip_that_is_cut_off_is_rejected_where_duckdb_would_read_what_there_is(landing: Store, tmp_path: Path) -> None:
    lines = "".join(f"KGZ,R{n},2020,{n}\n" for n in range(5_000))
    packed = gzip.compress(f"{tiny.HEADER}\n{lines}".encode())
    made = []
    for cut in range(1, 12):
        path = tmp_path / f"{cut}.csv.gz"
        path.write_bytes(packed[:-cut])
        made.append(land(tiny.module(), tiny.remote(path), landing))
    assert {receipt.status for receipt in made} == {"rejected"}
    assert all("cut off" in receipt.problem and "again" in receipt.mend for receipt in made)


PACKED = gzip.compress(tiny.GOOD.encode(), mtime=0)
LINE = gzip.compress(b"UZB,RUS,2020,1135000\n", mtime=0)


@pytest.mark.parametrize(
    ("packed", "n_rows"),
    [
        (PACKED, 3),
        (PACKED + LINE, 4),
        (PACKED + b"\0" * 512, 3),
        (PACKED + b"left over", None),
        (PACKED + LINE[:-1], None),
        (PACKED[:-8] + b"\0\0\0\0" + PACKED[-4:], None),
        (PACKED[:-4] + b"\0\0\0\1", None),
    ],
    ids=["one member", "two", "padded", "garbage after it", "second cut off", "wrong checksum", "wrong length"],
)
def test_gzip_is_unpacked_whole_or_rejected(landing: Store, tmp_path: Path, packed: bytes, n_rows: int | None) -> None:
    path = tmp_path / "2020.csv.gz"
    path.write_bytes(packed)

    def tidy(raw: Any, con: Any) -> Any:
        return tiny.tidy(dataclasses.replace(raw, path=raw.plain), con)

    made = land(tiny.module(tidy), tiny.remote(path), landing)
    assert (made.status, made.rows_landed) == (("landed", n_rows) if n_rows else ("rejected", 0)), made.problem
    assert n_rows or ("damaged" in made.problem and "again" in made.mend)
    assert (Path(landing.root) / f"raw/tiny/{made.sha256}/2020.csv.gz").read_bytes() == packed


def test_gzip_that_would_fill_the_disk_is_rejected(landing: Store, tmp_path: Path) -> None:
    path = tmp_path / "bomb.csv.gz"
    path.write_bytes(gzip.compress(b"0" * (8 << 20)))
    made = land(tiny.module(max_bytes=100_000), tiny.remote(path), landing)
    assert made.status == "rejected" and made.problem == "it unpacks to more than 2,000,000 bytes" and made.mend


# ---- an object store -------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def s3() -> Iterator[dict[str, str]]:
    """The environment in which s3://bucket is an object store on this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(300):
            try:
                urllib.request.urlopen(urllib.request.Request(f"{url}/bucket", method="PUT"), timeout=5)
                break
            except OSError:
                time.sleep(0.1)
        yield {
            "AWS_ENDPOINT_URL": url,
            "AWS_ACCESS_KEY_ID": "nobody",
            "AWS_SECRET_ACCESS_KEY": "nothing",
            "AWS_DEFAULT_REGION": "us-east-1",
            "ENTENTE_LANDING": "s3://bucket/landing",
        }
    finally:
        server.terminate()
        server.wait(10)


TWICE = """
import dataclasses, json, sys
from pathlib import Path
from ingest import landing
from tests import tiny
runs = []
for _ in range(2):
    store = landing.store()
    store.fs.invalidate_cache()
    landing.prepare(store)
    made = landing.land(tiny.module(), tiny.remote(Path(sys.argv[1])), store)
    names = [str(name) for name in store.fs.find(store.root)]
    files = {name[len(store.root) + 1:]: [store.fs.cat_file(name).hex(), str(store.fs.info(name)["LastModified"])]
             for name in names}
    runs.append({"made": dataclasses.asdict(made), "files": files})
print(json.dumps(runs))
"""


def test_an_object_store_takes_one_setting_and_gets_the_same_bytes(
    s3: dict[str, str], delivery: Path, tmp_path: Path
) -> None:
    delivery.write_text(tiny.GOOD + "KGZ,USA,2020,many\n")
    # a process of its own, so that nothing but its environment tells it where
    done = subprocess.run(
        [*PYTHON, TWICE, str(delivery)], cwd=REPOSITORY, env={**os.environ, **s3}, text=True, timeout=60,
        capture_output=True,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    first, second = json.loads(done.stdout)
    assert first["made"]["is_new"] and not second["made"]["is_new"]
    assert second["files"] == first["files"], "a second run lands nothing"
    folder = Store(str(tmp_path / "folder"))
    prepare(folder)
    made = land(tiny.module(), tiny.remote(delivery), folder)
    here = without_clock(tiny.tree(Path(folder.root)))
    there = without_clock({name: (0, bytes.fromhex(data)) for name, (data, _) in first["files"].items()})
    assert there == here
    assert Receipt(**first["made"]) == dataclasses.replace(made, fetched_at=first["made"]["fetched_at"])
