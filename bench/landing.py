"""How fast a large file of flights lands, and in how much memory, beside what one would write instead.

    python -m bench.landing                            5,000,000 rows, a few minutes
    python -m bench.landing --peers other/bin/python   with polars and dlt too, from an environment of their own
    python -m bench.landing --file flightlist_20190101_20190131.csv.gz
    python -m bench.landing --files 18 --rows 2327814   41.9 million rows as eighteen months, landed by one process

The file is in OpenSky's form, drawn again and again from the sample's rows and shifted in time, unless one is given.
Every way runs in a process of its own, in turns, so that what else the machine does slows all of them; of the turns the
medians are printed. Landing keeps the raw bytes, checks each row, numbers it and writes Parquet and a receipt; all the
others do no more than to bring typed rows into a DuckDB file. Peaks of memory are of the process, as Linux counts them.
"""

from __future__ import annotations

import argparse
import json
import os
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
COLUMNS = (
    "callsign number icao24 registration typecode origin destination firstseen lastseen day "
    "latitude_1 longitude_1 altitude_1 latitude_2 longitude_2 altitude_2"
).split()
TIMES, NUMBERS = COLUMNS[7:10], COLUMNS[10:]
FEW = 100_000  # rows that dlt is given one by one; its time for all is that times the share


def generate(rows: int, path: Path, number: int = 0) -> None:
    """Write `rows` rows as gzip: sampled rows, shifted by whole days and by up to an hour so that keys differ.

    Files of another `number` have other rows.
    """
    import duckdb
    from isal import igzip

    sample = ROOT / "sample/flights/opensky_flightlist/*.csv.gz"
    plain = path.with_suffix("")
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'; set threads = 1; set enable_progress_bar = false")
        con.execute("select setseed(?)", [0.42 - number / 1000])
        con.execute(
            "create table sample as select row_number() over () - 1 as id, * "
            f"from read_csv('{sample}', all_varchar = true, header = true, delim = ',')"
        )
        [(n,)] = con.execute("select count(*) from sample").fetchall()
        moved = ", ".join(f"strftime({c}::timestamptz + shift, '%Y-%m-%d %H:%M:%S+00:00') as {c}" for c in TIMES[:2])
        con.execute(
            f"copy (with drawn as (select (random() * {n})::bigint % {n} as id, to_seconds("
            f"(random() * 28)::int * 86400 + (random() * 7200)::int - 3600) as shift from range({rows})), "
            f"moved as (select * replace ({moved}) from drawn join sample using (id)) "
            f"select {', '.join(COLUMNS)} from "
            "(select * replace (lastseen[:10] || ' 00:00:00+00:00' as day) from moved)"
            f") to '{plain}' (header true, quote '')"
        )
    with plain.open("rb") as source, igzip.open(path, "wb", compresslevel=2) as packed:
        while chunk := source.read(1 << 20):
            packed.write(chunk)
    plain.unlink()


def entente(file: Path, folder: Path) -> int:
    """Raw bytes kept, each row checked and numbered, Parquet with provenance, receipt."""
    from ingest import landing, source
    from ingest.source import Remote

    module = source.get("opensky_flightlist")
    got = landing.land(module, Remote(file.name, str(file), is_local=True), landing.Store(str(folder / "landing")))
    assert got.status == "landed", got.problem
    return got.rows_in


def _count(folder: Path, table: str = "flights") -> int:
    import duckdb

    with duckdb.connect(str(folder / "db.duckdb")) as con:
        [(n,)] = con.execute(f"select count(*) from {table}").fetchall()
    return int(n)


def duckdb_ctas(file: Path, folder: Path) -> int:
    """CREATE TABLE AS with declared types: the bare minimum."""
    import duckdb

    types = {c: "TIMESTAMPTZ" if c in TIMES else "DOUBLE" if c in NUMBERS else "VARCHAR" for c in COLUMNS}
    with duckdb.connect(str(folder / "db.duckdb")) as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(
            f"create table flights as from read_csv('{file}', auto_detect = false, header = true, delim = ',', "
            f"quote = '', escape = '', columns = {types})"
        )
    return _count(folder)


def _read_pandas(file: Path, **options: Any) -> Any:
    import pandas

    text = dict.fromkeys(COLUMNS[:7], "string")
    return pandas.read_csv(file, dtype=text, parse_dates=TIMES, **options)


def pandas_insert(file: Path, folder: Path) -> int:
    """pandas.read_csv and an insert from the frame."""
    import duckdb

    frame = _read_pandas(file)
    with duckdb.connect(str(folder / "db.duckdb")) as con:
        con.register("frame", frame)
        con.execute("create table flights as from frame")
    return _count(folder)


def polars_insert(file: Path, folder: Path) -> int:
    """polars.read_csv and an insert from the frame."""
    import duckdb
    import polars

    types: dict[str, Any] = {c: polars.Float64 if c in NUMBERS else polars.String for c in COLUMNS}
    frame = polars.read_csv(file, schema=types).with_columns(
        polars.col(TIMES).str.to_datetime("%Y-%m-%d %H:%M:%S%:z", time_zone="UTC")
    )
    with duckdb.connect(str(folder / "db.duckdb")) as con:
        con.register("frame", frame.to_arrow())
        con.execute("create table flights as from frame")
    return _count(folder)


def _dlt(folder: Path, rows: Callable[[], Iterator[Any]]) -> int:
    import dlt

    os.environ |= {"DLT_DATA_DIR": str(folder / "dlt"), "RUNTIME__DLTHUB_TELEMETRY": "false"}
    made = dlt.pipeline(
        "bench", pipelines_dir=str(folder / "pipelines"), dataset_name="main",
        destination=dlt.destinations.duckdb(str(folder / "db.duckdb")),
    )  # fmt: skip
    made.run(dlt.resource(rows, name="flights"), write_disposition="replace")
    return _count(folder, "main.flights")


def dlt_arrow(file: Path, folder: Path) -> int:
    """dlt that is given Arrow tables, as pyarrow reads them."""
    import pyarrow as pa
    from pyarrow import csv

    types = {
        c: pa.timestamp("us", "UTC") if c in TIMES else pa.float64() if c in NUMBERS else pa.string() for c in COLUMNS
    }
    options = csv.ConvertOptions(column_types=types)
    return _dlt(folder, lambda: (pa.Table.from_batches([b]) for b in csv.open_csv(
        file, read_options=csv.ReadOptions(block_size=32 << 20), convert_options=options)))  # fmt: skip


def dlt_frames(file: Path, folder: Path) -> int:
    """dlt that is given pandas frames of 500,000 rows."""
    return _dlt(folder, lambda: iter(_read_pandas(file, chunksize=500_000)))


def dlt_rows(file: Path, folder: Path) -> int:
    """dlt that is given dictionaries, as its guides begin."""
    import csv
    import gzip
    from itertools import islice

    def rows() -> Iterator[Any]:
        with gzip.open(file, "rt", encoding="utf-8", newline="") as handle:
            for row in islice(csv.DictReader(handle), FEW):
                yield row | {c: float(row[c]) if row[c] else None for c in NUMBERS}

    return _dlt(folder, rows)


OWN: dict[str, Callable[[Path, Path], int]] = {"bare": duckdb_ctas, "landing": entente, "pandas": pandas_insert}
PEERS = {"polars": polars_insert, "dlt_arrow": dlt_arrow, "dlt_frames": dlt_frames, "dlt_rows": dlt_rows}


def once(way: str, file: Path) -> dict[str, float]:
    """Run one way; seconds of its work with its imports, peak of memory in GB, and rows in its table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        start = time.perf_counter()
        rows = (OWN | PEERS)[way](file, Path(folder))
        seconds = time.perf_counter() - start
    return {"s": seconds, "gb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9, "rows": rows}


def in_turn(files: int, rows: int, folder: Path) -> None:
    """Land `files` files of `rows` rows in this process, as a run does; print what each took and the peak so far."""
    from ingest import landing, source
    from ingest.source import Remote

    module, store = source.get("opensky_flightlist"), landing.Store(str(folder / "landing"))
    print("file            s    rows landed   peak GB of the process so far", flush=True)
    for number in range(files):
        file = folder / f"flightlist_{2019 + number // 12}{number % 12 + 1:02}01_{number:02}.csv.gz"
        subprocess.run(
            [sys.executable, "-c", f"from pathlib import Path; from bench.landing import generate; "
             f"generate({rows}, Path({str(file)!r}), {number})"], cwd=ROOT, check=True,
        )  # fmt: skip
        start = time.perf_counter()
        got = landing.land(module, Remote(file.name, str(file), is_local=True), store)
        assert got.status == "landed", got.problem
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e9
        print(f"{number + 1:4} {time.perf_counter() - start:12.1f} {got.rows_landed:14,} {peak:10.2f}", flush=True)
        file.unlink()


def child(python: str, way: str, file: Path) -> dict[str, float]:
    """`once` in a process of its own; raises with the end of what it said where it fails."""
    done = subprocess.run(
        [python, "-m", "bench.landing", "--only", way, "--file", str(file)], cwd=ROOT, capture_output=True, text=True
    )
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}")
    out: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return out


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=5_000_000)
    parser.add_argument("--files", type=int, help="land so many files of --rows rows one after the other, and no more")
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--peers", help="a Python that has dlt[duckdb], polars, pandas and pyarrow")
    parser.add_argument("--ways", nargs="+", choices=[*OWN, *PEERS], default=[*OWN, *PEERS])
    parser.add_argument("--only", choices=[*OWN, *PEERS], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(once(args.only, args.file)))
        return
    if args.files:
        with tempfile.TemporaryDirectory(prefix="bench-") as folder:
            in_turn(args.files, args.rows, Path(folder))
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = args.file and args.file.resolve()
        if not file:
            file = Path(folder) / "flightlist_20190101_20190131.csv.gz"
            generate(args.rows, file)
        size = file.stat().st_size / 1e6
        print(f"{size:,.0f} MB of gzip; load average {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores\n")
        runs: dict[str, list[dict[str, float]]] = {}
        for turn in range(args.repeat):
            for way in [way for way in args.ways if way in OWN or args.peers]:
                if turn and way not in runs:  # it failed
                    continue
                try:
                    made = child(sys.executable if way in OWN else args.peers, way, file)
                except RuntimeError as error:
                    print(f"{way}: left out, {error}")
                    continue
                runs.setdefault(way, []).append(made)
    medians = {way: statistics.median(run["s"] for run in made) for way, made in runs.items()}
    if "dlt_rows" in runs:
        medians["dlt_rows"] *= runs["bare"][0]["rows"] / FEW
    print("way              s   times bare   peak GB        rows")
    for way, seconds in medians.items():
        gb, n = max(run["gb"] for run in runs[way]), runs[way][0]["rows"]
        told = "   (time extrapolated from these rows)" if way == "dlt_rows" else ""
        print(f"{way:10} {seconds:8.1f} {seconds / medians['bare']:12.2f} {gb:9.2f} {n:11,.0f}{told}")
    if not args.peers:
        print(f"\n{', '.join(PEERS)}: left out, give --peers a Python that has dlt[duckdb], polars, pandas and pyarrow")


if __name__ == "__main__":
    main()
