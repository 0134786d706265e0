"""What a publication says otherwise than the one before: its tables, its editions, and the watched dyads that moved.

Written as CHANGES.md into the published folder, from the two databases alone: equal publications say the same.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import duckdb

MOST = 100
EDITIONS = """
    select source_key, dataset, vintage, known_on, n_figures, vintage_before, n_compared_above_zero, share_changed
    from {}.dim_vintage
"""
REVISIONS = """
    select directed_dyad, measure, concept, purpose, period_start, unit, vintage_before, value_before, vintage, value,
        relative_change, source_key, dataset, method
    from {}.fct_revisions
    where is_focus
"""


def since(before: Path | None, now: Path) -> str:
    """Markdown of what is new in the database `now`; everything is, where there is none before."""
    con = duckdb.connect()
    try:
        con.execute(f"attach {_text(now)} as now (read_only)")
        if before:
            con.execute(f"attach {_text(before)} as before (read_only)")
        have = {name: _tables(con, name) for name in ("now", "before")}
        counts = {name: {table: _count(con, name, table) for table in tables} for name, tables in have.items()}
        lines = [f"# Changes since {before.parent.name}" if before else "# Changes: the first publication", ""]
        lines += ["## Tables", ""]
        moved = [
            f"- `{table}`: {_number(counts['before'].get(table))} rows before, {_number(counts['now'].get(table))} now"
            for table in sorted(have["now"] | have["before"])
            if counts["now"].get(table) != counts["before"].get(table)
        ]
        lines += moved or ["Each has as many rows as before."]
        lines += ["", "## Editions", ""]
        lines += _new(con, have, "dim_vintage", EDITIONS, _edition) or ["None is new."]
        lines += ["", "## Watched dyads that an edition moved by more than a tenth", ""]
        lines += _new(con, have, "fct_revisions", REVISIONS, _revision) or ["None."]
        return "\n".join(lines) + "\n"
    finally:
        con.close()


def _new(con: duckdb.DuckDBPyConnection, have: dict[str, set[str]], table: str, query: str, say: Any) -> list[str]:
    """A line per row that the database before has not; at most MOST."""
    if table not in have["now"]:
        return []
    known = f"except {query.format('before')}" if table in have["before"] else ""
    rows = con.execute(f"{query.format('now')} {known} order by all").fetchall()
    more = [f"- and {len(rows) - MOST:,} more: see `{table}`"] if len(rows) > MOST else []
    return [f"- {say(*row)}" for row in rows[:MOST]] + more


def _edition(
    source: str, dataset: str, vintage: str, known_on: Any, figures: int, before: str | None, compared: int,
    changed: float | None,
) -> str:  # fmt: skip
    revised = f"; {changed:.1%} of {compared:,} figures changed since {before}" if changed is not None else ""
    return f"`{source}` {dataset}, {vintage}, known since {known_on}: {figures:,} figures{revised}"


def _revision(
    directed_dyad: str, measure: str, concept: str, purpose: str, period: Any, unit: str, before: str,
    told: float | None, vintage: str, tells: float | None, change: float | None, source: str, dataset: str, method: str,
) -> str:  # fmt: skip
    what = f"{measure} by {concept}" + (f", {purpose}" if purpose != "all" else "")
    by = f" ({change:+.1%})" if change is not None else ""
    return (
        f"{directed_dyad} {what}, {period}: {_number(told)} {unit} in {before}, {_number(tells)} in {vintage}{by}; "
        f"`{source}` {dataset}, {method}"
    )


def _number(value: float | None) -> str:
    return "no" if value is None else f"{value:,.10g}"


def _tables(con: duckdb.DuckDBPyConnection, catalog: str) -> set[str]:
    rows = con.execute("select table_name from duckdb_tables() where database_name = ?", [catalog]).fetchall()
    return {str(row[0]) for row in rows}


def _count(con: duckdb.DuckDBPyConnection, catalog: str, table: str) -> int:
    row = con.execute(f'select count(*) from {catalog}."{table}"').fetchone()
    return int(row[0]) if row else 0


def _text(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"
