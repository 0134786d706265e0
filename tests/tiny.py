"""A source of four columns, for tests of what every source passes through: CSV, also gzipped, read by DuckDB."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import duckdb

from ingest.source import Module, Raw, Remote, Source, Window

HEADER = "origin,destination,year,persons"
GOOD = f"{HEADER}\nKGZ,RUS,2020,591025\nKGZ,KAZ,2020,11020\nTJK,RUS,2020,463000\n"

SOURCE = Source(
    key="tiny", domain="migration", title="Tiny", publisher="tests", landing_page="", licence="CC0-1.0",
    citation="Tests.", cadence="@daily", look_back_days=0, covers_from=None, covers_to=None, coverage="three pairs",
    table="migration", rows_per_file=(1, 1_000_000), max_bytes=64 << 20, files="*.csv",
)  # fmt: skip


def fetch(window: Window | None) -> Iterator[Remote]:
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    return con.sql(
        "select 'tiny' as dataset, origin, origin as origin_name, 'state' as origin_kind, destination, "
        "destination as destination_name, 'state' as destination_kind, 'observer' as reporter_side, "
        "'stock' as measure, 'birth' as concept, 'persons' as unit, 'both' as sex, 'all' as age, 'all' as purpose, "
        "null as breakdown, 'reported' as method, 'P' as grain, year || '-07-01' as period_start, "
        "year || '-07-02' as period_end, persons as value, null as value_low, "
        "null as value_high, null as rounding_base, null as flag, null as is_imputed, null as note, '1' as vintage, "
        "row_number() over () as raw_row "
        f"from read_csv('{raw.path}', header = true, all_varchar = true, auto_detect = true, delim = ',')"
    )


def module(
    tidy: Callable[[Raw, duckdb.DuckDBPyConnection], Any] = tidy, file: Path = Path(__file__), **changes: Any
) -> Module:
    """The module, with another `tidy`, another file of code, or other fields of its record."""
    return Module(dataclasses.replace(SOURCE, **changes), "Tiny.", fetch, tidy, lambda name: None, file)


def remote(path: Path, name: str = "") -> Remote:
    return Remote(name or path.name, str(path), is_local=True)


def tree(root: Path) -> dict[str, tuple[int, bytes]]:
    """Every file below a folder: its time of change in nanoseconds and its bytes."""
    return {
        str(path.relative_to(root)): (path.stat().st_mtime_ns, path.read_bytes())
        for path in sorted(root.rglob("*"))
        if path.is_file()
    }
