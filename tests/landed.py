"""A landing of a test's own, for one source, and what it came to hold."""

from __future__ import annotations

import csv
import io
from pathlib import Path
from typing import Any

import duckdb

from ingest import landing, source


class Landed:
    """`table` is the source's canonical table; files are landed by path or by bytes."""

    def __init__(self, key: str, folder: Path) -> None:
        self.module, self.folder = source.get(key), folder
        self.store = landing.Store(str(folder / "landing"))
        self.table = self.module.source.table

    def land(self, path: Path) -> landing.Receipt:
        return landing.land(self.module, source.Remote(path.name, str(path), is_local=True), self.store)

    def land_bytes(self, name: str, content: bytes) -> landing.Receipt:
        place = self.folder / "input" / name
        place.parent.mkdir(exist_ok=True)
        place.write_bytes(content)
        return self.land(place)

    def parquet(self, table: str = "") -> Path:
        return self.folder / "landing" / (table or self.table) / self.module.source.key

    def rows(self, select: str, table: str = "") -> list[tuple[Any, ...]]:
        """The answer to `select ... from landed ...`."""
        with duckdb.connect() as con:
            con.read_parquet(f"{self.parquet(table)}/*.parquet").create_view("landed")
            return con.execute(select).fetchall()

    def as_csv(self, table: str = "") -> list[str]:
        """All rows of the landing as lines of CSV, without what every row has alike."""
        if not list(self.parquet(table).glob("*.parquet")):
            return []
        out = io.StringIO(newline="")
        with duckdb.connect() as con:
            skipped = "source_key, raw_sha256" + ("" if table else ", dataset, reporter, airport_codes, flag")
            found = con.sql(f"select * exclude ({skipped}) from '{self.parquet(table)}/*.parquet'")
            writer = csv.writer(out, lineterminator="\n")
            writer.writerow(found.columns)
            writer.writerows(found.fetchall())
        return out.getvalue().splitlines()
