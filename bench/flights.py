"""How long the marts over flights take, for eighteen months at once and for one more day, and in how much memory.

    python -m bench.flights                 41,900,652 legs, the size of eighteen months of OpenSky; some minutes
    python -m bench.flights --rows 100000   legs per month

The legs are drawn from the sample's rows and put on other days, and lie in the landing as if they had been landed. What
one more day is compared with is what dbt does by itself: to build everything again. Times are of the whole dbt process,
with its start; peaks of memory are of that process, as Linux counts them.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path

import duckdb

ROOT = Path(__file__).resolve().parent.parent
KEY = "opensky_flightlist"
BUILD = ("build", "--select", "+fct_flights_dyad_month", "--exclude-resource-types", "test", "unit_test", "--quiet")
RUN = """
import json, resource, sys, time
from ingest import warehouse
warehouse.prepare()
started = time.monotonic()
warehouse.dbt(*sys.argv[1:])
peak = resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss
print(json.dumps([time.monotonic() - started, peak / 2**20]))
"""


def put(landing: Path, number: int, first: date, days: int, rows: int) -> None:
    """One landed file: `rows` legs that end on `days` days from `first` on, with its receipt."""
    sha, name = f"{number:064d}", f"flightlist_{first:%Y%m%d}_{days}.csv.gz"
    for folder in ("flights", "receipts"):
        (landing / folder / KEY).mkdir(parents=True, exist_ok=True)
    with duckdb.connect() as con:
        con.execute("set TimeZone = 'UTC'")
        con.execute(
            "create table drawn as select row_number() over () - 1 as id, * "
            f"from '{ROOT}/var/bench/sample/landing/flights/{KEY}/*.parquet'"
        )
        [(n,)] = con.execute("select count(*) from drawn").fetchall()
        con.execute(
            f"""copy (
                with rows as (
                    select range, (hash(range * 31 + {number}) % {n})::bigint as id,
                        date '{first}' + (hash(range * 17 + {number}) % {days})::int as on_day
                    from range({rows})
                ),
                moved as (
                    select drawn.* replace (
                        printf('%06x', hash(rows.range * 7) % 160000 * 64) as icao24,
                        on_day + last_seen::time - (last_seen - first_seen) as first_seen,
                        on_day + last_seen::time as last_seen, on_day as day, '{name[:-7]}' as vintage,
                        '{sha}' as raw_sha256, rows.range + 1 as raw_row
                    )
                    from rows inner join drawn using (id)
                )
                select * exclude (id) from moved order by day, icao24
            ) to '{landing}/flights/{KEY}/{sha}.parquet' (compression zstd)"""
        )
    receipt = {
        "source_key": KEY, "table": "flights", "file": name, "url": "", "fetched_at": "2026-01-01T00:00:00+00:00",
        "etag": None, "last_modified": None, "sha256": sha, "bytes": 1, "is_sample": True, "status": "landed",
        "rows_in": rows, "rows_landed": rows, "rows_quarantined": 0, "reasons": {}, "vintages": [name[:-7]],
        "code_version": "bench", "problem": "", "mend": "",
    }  # fmt: skip
    (landing / "receipts" / KEY / f"{sha}.json").write_text(json.dumps(receipt))


def build(home: Path) -> tuple[float, float]:
    """Seconds and GiB of one dbt process over the flight marts."""
    env = os.environ | {
        "ENTENTE_HOME": str(home), "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
    }  # fmt: skip
    env.pop("ENTENTE_LANDING", None)
    done = subprocess.run(
        [sys.executable, "-c", RUN, *BUILD], env=env, cwd=ROOT, capture_output=True, text=True, check=True
    )
    seconds, peak = json.loads(done.stdout.splitlines()[-1])
    return seconds, peak


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rows", type=int, default=2_327_814, help="legs per month")
    parser.add_argument("--months", type=int, default=18)
    given = parser.parse_args()
    sample = ROOT / "var" / "bench" / "sample"
    env = os.environ | {"ENTENTE_HOME": str(sample), "ENTENTE_INPUT": str(ROOT / "sample")}
    for key in ("airports", "vrs_routes", KEY):
        subprocess.run([sys.executable, "-m", "ingest", "fetch", key], env=env, cwd=ROOT, check=True)
    with tempfile.TemporaryDirectory(dir=ROOT / "var" / "bench") as folder:
        home = Path(folder)
        for name in ("airports", "routes", "receipts/airports", "receipts/vrs_routes"):
            target = home / "landing" / name
            target.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-r", str(sample / "landing" / name), str(target)], check=True)
        for month in range(given.months):
            first = date(2019 + month // 12, month % 12 + 1, 1)
            after = date(2019 + (month + 1) // 12, (month + 1) % 12 + 1, 1)
            # the last month lacks its last day, which comes later
            days = (after - first).days - (month == given.months - 1)
            put(home / "landing", month, first, days, given.rows)
        whole, peak = build(home)
        print(f"{given.months * given.rows:,} legs       {whole:6.1f} s  {peak:5.2f} GiB", flush=True)
        put(home / "landing", given.months, after - timedelta(days=1), 1, given.rows // 30)
        day, peak = build(home)
        print(f"one more day           {day:6.1f} s  {peak:5.2f} GiB  {day / whole:.2f} of all", flush=True)
        none, peak = build(home)
        print(f"nothing new            {none:6.1f} s  {peak:5.2f} GiB", flush=True)


if __name__ == "__main__":
    main()
