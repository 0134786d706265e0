"""How fast a large table of Eurostat's lands, and in how much memory, beside what one would write instead.

    python -m bench.migration --file estat_migr_asyappctza_2024-01-18.tsv.gz
    python -m bench.migration --peers other/bin/python     with polars and pandas too, from an environment of their own

Without --file a table in the bulk TSV's form is made: 600,000 series of 15 years, of which two cells in three hold a
figure, nine of ten a zero, and one of a hundred a flag. Every way makes it long, splits flags off and writes Parquet;
landing also keeps the raw bytes, says what each code means, checks every row and its key, and adds provenance and a
receipt. Every way runs in a process of its own, in turns, so that what else the machine does slows all of them; medians
are printed. `cpu` is what all threads took together. Peaks of memory are of the process, as Linux counts them.
"""

from __future__ import annotations

import argparse
import gzip
import itertools
import json
import os
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
KEYS = ("freq", "citizen", "sex", "unit", "age", "asyl_app", "geo")
YEARS = [str(year) for year in range(2008, 2023)]


def generate(series: int, path: Path) -> None:
    """Write a table of invented figures as gzip."""
    from ingest.reference import countries

    chance = random.Random(42)
    citizens = sorted(c.iso2 for c in countries().by_id.values() if c.kind == "state" and c.iso2 and not c.valid_to)
    geos = "AT BE BG CH CY CZ DE DK EE EL ES FI FR HR HU IE IS IT LI LT LU LV MT NL NO PL PT RO SE SI SK UK".split()
    ages, kinds = ("TOTAL", "UNK", "Y14-17", "Y18-34", "Y35-64", "Y_GE65", "Y_LT14"), ("ASY_APP", "NASY_APP")
    codes = itertools.product("A", citizens, "TMF", ("PER",), ages, kinds, geos)
    zeros = ["0 "] * 9
    with gzip.open(path, "wt", compresslevel=3, newline="") as out:
        out.write(f"{','.join(KEYS)}\\TIME_PERIOD\t" + "\t".join(f"{year} " for year in YEARS) + "\r\n")
        for key in itertools.islice(codes, series):
            first = chance.randrange(0, 11)
            cells = [": "] * first
            for _ in YEARS[first:]:
                cell = chance.choice([*zeros, f"{chance.randrange(1, 400) * 5} "])
                cells.append(f"{cell}p" if chance.random() < 0.01 else cell)
            out.write("\t".join([",".join(key), *cells]) + "\r\n")


def landing(file: Path, folder: Path) -> str:
    """Raw bytes kept, codes resolved, each row checked, Parquet with provenance, receipt."""
    from ingest import landing, source
    from ingest.source import Remote

    module = source.get("eurostat_migration")
    got = landing.land(module, Remote(file.name, str(file), is_local=True), landing.Store(str(folder / "landing")))
    assert got.status == "landed" and got.rows_quarantined == 0, got.problem
    return f"{folder}/landing/migration/*/*.parquet"


def bare(file: Path, folder: Path) -> str:
    """DuckDB: declared columns, UNPIVOT, split, Parquet."""
    import duckdb

    columns = {"key": "VARCHAR"} | dict.fromkeys(YEARS, "VARCHAR")
    keys = ", ".join(f"k[{n}] as {name}" for n, name in enumerate(KEYS, 1))
    duckdb.execute(
        f"copy (with wide as (select string_split(key, ',') as k, columns('^2') from read_csv('{file}', "
        f"auto_detect = false, header = true, delim = '\t', quote = '', columns = {columns})), "
        "long as (unpivot wide on columns('^2') into name time_period value cell) "
        f"select {keys}, time_period::int as time_period, try_cast(split_part(cell, ' ', 1) as double) as value, "
        "nullif(split_part(trim(cell), ' ', 2), '') as flag from long where value is not null or flag is not null"
        f") to '{folder}/out.parquet' (format parquet, compression zstd)"
    )
    return f"{folder}/out.parquet"


def bare_lines(file: Path, folder: Path) -> str:
    """DuckDB, with whole lines split by UNNEST."""
    import duckdb

    keys = ", ".join(f"k[{n}] as {name}" for n, name in enumerate(KEYS, 1))
    duckdb.execute(
        "copy (with lines as (select string_split(line, chr(9)) as cells, string_split(cells[1], ',') as k "
        f"from read_csv('{file}', auto_detect = false, header = true, delim = '\x01', quote = '', "
        f"columns = {{'line': 'VARCHAR'}})), long as (select {keys}, unnest([{', '.join(YEARS)}]) as time_period, "
        "trim(unnest(cells[2:])) as cell from lines) select * exclude (cell), try_cast(split_part(cell, ' ', 1) as "
        "double) as value, nullif(split_part(cell, ' ', 2), '') as flag from long where value is not null "
        f"or flag is not null) to '{folder}/out.parquet' (format parquet, compression zstd)"
    )
    return f"{folder}/out.parquet"


def with_polars(file: Path, folder: Path) -> str:
    """polars: read_csv, unpivot, split, Parquet."""
    import polars as pl

    wide = pl.read_csv(file, separator="\t", infer_schema=False, quote_char=None, new_columns=["key", *YEARS])
    wide = wide.with_columns(pl.col("key").str.split(",").list.to_struct(fields=list(KEYS))).unnest("key")
    cell = pl.col("cell").str.strip_chars().str.splitn(" ", 2)
    long = wide.unpivot(YEARS, index=list(KEYS), variable_name="time_period", value_name="cell").with_columns(
        pl.col("time_period").cast(pl.Int32),
        value=cell.struct.field("field_0").cast(pl.Float64, strict=False),
        flag=cell.struct.field("field_1"),
    )
    found = long.filter(pl.col("value").is_not_null() | pl.col("flag").is_not_null()).drop("cell")
    found.write_parquet(folder / "out.parquet", compression="zstd")
    return f"{folder}/out.parquet"


def with_pandas(file: Path, folder: Path) -> str:
    """pandas: read_csv, melt, split, Parquet."""
    import pandas as pd

    wide = pd.read_csv(file, sep="\t", dtype=str, header=0, names=["key", *YEARS], keep_default_na=False)
    keys = wide.pop("key").str.split(",", expand=True)
    keys.columns = list(KEYS)
    long = pd.concat([keys, wide], axis=1).melt(list(KEYS), YEARS, "time_period", "cell")
    parts = long.pop("cell").str.strip().str.split(" ", n=1, expand=True).reindex(columns=[0, 1])
    long["time_period"] = long["time_period"].astype("int32")
    long["value"] = pd.to_numeric(parts[0], errors="coerce")
    long["flag"] = parts[1]
    long[long["value"].notna() | long["flag"].notna()].to_parquet(folder / "out.parquet", compression="zstd")
    return f"{folder}/out.parquet"


OWN: dict[str, Callable[[Path, Path], str]] = {"bare": bare, "bare_lines": bare_lines, "landing": landing}
PEERS = {"polars": with_polars, "pandas": with_pandas}


def once(way: str, file: Path) -> dict[str, float]:
    """Run one way: seconds with its imports, of the clock and of all threads, peak in GB, rows and sum of its table."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        start = time.perf_counter()
        made = (OWN | PEERS)[way](file, Path(folder))
        seconds, used = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_SELF)
        import duckdb  # what it counts comes after what is measured

        rows, total = duckdb.execute(f"select count(*), sum(value) from '{made}'").fetchone() or (0, 0)
    cpu = used.ru_utime + used.ru_stime
    return {"s": seconds, "cpu": cpu, "gb": used.ru_maxrss * 1024 / 1e9, "rows": rows, "sum": total}


def child(python: str, way: str, file: Path, compiled: str) -> dict[str, float]:
    """`once` in a process of its own; raises with the end of what it said where it fails."""
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONDONTWRITEBYTECODE"}
    done = subprocess.run(
        [python, "-m", "bench.migration", "--only", way, "--file", str(file)], cwd=ROOT, capture_output=True, text=True,
        env=environment | {"PYTHONPYCACHEPREFIX": compiled},
    )  # fmt: skip
    if done.returncode:
        raise RuntimeError(done.stderr.strip().splitlines()[-1] if done.stderr.strip() else f"exit {done.returncode}")
    out: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return out


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--series", type=int, default=600_000)
    parser.add_argument("--repeat", type=int, default=3)
    parser.add_argument("--file", type=Path)
    parser.add_argument("--peers", help="a Python that has duckdb, polars, pandas and pyarrow")
    parser.add_argument("--ways", nargs="+", choices=[*OWN, *PEERS], default=[*OWN, *PEERS])
    parser.add_argument("--only", choices=[*OWN, *PEERS], help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.only:
        print(json.dumps(once(args.only, args.file)))
        return
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        file = args.file and args.file.resolve()
        if not file:
            file = Path(folder) / "estat_migr_asyappctza_2024-01-18.tsv.gz"
            generate(args.series, file)
        size, load = file.stat().st_size / 1e6, os.getloadavg()[0]
        print(f"{size:,.1f} MB of gzip; load average {load:.1f} on {os.cpu_count()} cores")
        ways = [way for way in args.ways if way in OWN or args.peers]
        runs: dict[str, list[dict[str, float]]] = {}
        for turn in range(args.repeat + 1):  # the first compiles modules and fills caches, and does not count
            for way in list(ways):
                try:
                    made = child(sys.executable if way in OWN else args.peers, way, file, f"{folder}/compiled")
                except RuntimeError as error:
                    print(f"{way}: left out, {error}")
                    ways.remove(way)
                    continue
                if turn:
                    runs.setdefault(way, []).append(made)
    assert len({(made["rows"], made["sum"]) for found in runs.values() for made in found}) == 1, "they differ"
    middle = {way: {k: statistics.median(run[k] for run in found) for k in found[0]} for way, found in runs.items()}
    base = middle.get("bare", middle[next(iter(middle))])
    print(f"{base['rows']:,.0f} figures, sum {base['sum']:,.0f}\n")
    print("way              s   times bare     cpu   times bare   peak GB")
    for way, m in middle.items():
        print(f"{way:10} {m['s']:8.2f} {m['s'] / base['s']:12.2f} {m['cpu']:7.2f} {m['cpu'] / base['cpu']:12.2f}"
              f"{max(run['gb'] for run in runs[way]):10.2f}")  # fmt: skip
    if not args.peers:
        print(f"\n{', '.join(PEERS)}: left out, give --peers a Python that has duckdb, polars, pandas and pyarrow")


if __name__ == "__main__":
    main()
