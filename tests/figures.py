"""Golden files of figures that have landed: what stands in the landing, as lines of CSV."""

from __future__ import annotations

import csv
import gzip
import io
from pathlib import Path

import duckdb

from tests.landed import Landed

ALIKE = "source_key, raw_sha256"


def as_csv(landed: Landed, sha256: str, table: str = "") -> list[str]:
    """The rows that came of one raw file, without their provenance; columns that are null in all rows are left out."""
    path = landed.parquet(table) / f"{sha256}.parquet"
    if not path.exists():
        return []
    out = io.StringIO(newline="")
    with duckdb.connect() as con:
        found = con.sql(f"select * exclude ({ALIKE}) from '{path}'")
        rows = found.fetchall()
    told = [n for n, _ in enumerate(found.columns) if any(row[n] is not None for row in rows)]
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow(found.columns[n] for n in told)
    writer.writerows([row[n] for n in told] for row in rows)
    return out.getvalue().splitlines()


def differing(landed: Landed, raw: Path, expected: Path) -> list[str]:
    """Lands a raw file; the lines in which rows and quarantine differ from the golden files of its name."""
    receipt = landed.land(raw)
    if receipt.status != "landed":
        return [receipt.problem]
    found = []
    for table, suffix in (("", ".csv"), ("quarantine", ".quarantine.csv")):
        golden = expected / f"{raw.name}{suffix}"
        wanted = golden.read_text(encoding="utf-8").splitlines() if golden.exists() else []
        got = as_csv(landed, receipt.sha256, table)
        if table and not receipt.rows_quarantined:
            got = []
        found += [f"{golden.name}: {sign}{line}" for sign, a, b in (("-", wanted, got), ("+", got, wanted))
                  for line in a if line not in b]  # fmt: skip
        if not found and got != wanted:
            found.append(f"{golden.name}: lines in another order, or not as often")
    return found


def content(packed: bytes) -> bytes:
    """What a file holds, unpacked: the headers of gzip differ between Python's versions."""
    return gzip.decompress(packed) if packed[:2] == b"\x1f\x8b" else packed
