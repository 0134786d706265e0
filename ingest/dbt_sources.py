"""Writes dbt's sources from the contract, so that the canonical tables are described once.

    python -m ingest.dbt_sources            write dbt_project/models/staging/_sources.yml
    python -m ingest.dbt_sources --check    exit 1 where the file is not what the contract says

Receipts, quarantine and the catalogue are no canonical tables: their columns stand here, in FURTHER.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from ingest import contract, settings
from ingest.contract import Column

TARGET = settings.REPOSITORY / "dbt_project" / "models" / "staging" / "_sources.yml"

HEADER = """\
# Generated from ingest/contract.py by `python -m ingest.dbt_sources`: change the contract and run it again.
# The landing's root is ENTENTE_LANDING, or landing/ below ENTENTE_HOME; both must be absolute, for a view over
# Parquet keeps the path that it was made with.
"""

ROOT = "{{ env_var('ENTENTE_LANDING', '') or env_var('ENTENTE_HOME') ~ '/landing' }}"

_RECEIPTS = (
    Column("source_key", "VARCHAR", "the source module's key"),
    Column("table", "VARCHAR", "the canonical table that the file's rows are of"),
    Column("file", "VARCHAR", "name of the raw file; a later delivery under the same name replaces an earlier one"),
    Column("url", "VARCHAR", "where it came from, empty where it is a user's own file"),
    Column("fetched_at", "TIMESTAMPTZ", "when it was first fetched"),
    Column("etag", "VARCHAR", "HTTP entity tag, where one was sent"),
    Column("last_modified", "VARCHAR", "HTTP Last-Modified, where one was sent"),
    Column("sha256", "VARCHAR", "sha256 of the raw bytes"),
    Column("bytes", "BIGINT", "bytes"),
    Column("is_sample", "BOOLEAN", "whether it comes from a sample that ships with the project"),
    Column("status", "VARCHAR", "landed or rejected"),
    Column("rows_in", "BIGINT", "rows read"),
    Column("rows_landed", "BIGINT", "rows landed"),
    Column("rows_quarantined", "BIGINT", "rows quarantined"),
    Column("vintages", "VARCHAR[]", "editions that the rows are of"),
    Column("code_version", "VARCHAR", "version of the code that landed it"),
    Column("problem", "VARCHAR", "why it was rejected, empty where it landed"),
    Column("mend", "VARCHAR", "what would mend it"),
)
_QUARANTINE = (
    Column("source_key", "VARCHAR", "the source module's key"),
    Column("file", "VARCHAR", "name of the raw file"),
    Column("raw_sha256", "VARCHAR", "sha256 of the raw file"),
    Column("raw_row", "BIGINT", "row of the raw file, from 1; null where the file as a whole is meant"),
    Column("reason", "VARCHAR", "why the row was not fit to land"),
    Column("mend", "VARCHAR", "what would mend it"),
    Column("row_json", "VARCHAR", "the row as read, as JSON"),
)
_CATALOGUE = (
    Column("source_key", "VARCHAR", "the source module's key"),
    Column("domain", "VARCHAR", "reference, statements, flights, migration or structure"),
    Column("title", "VARCHAR", "title"),
    Column("publisher", "VARCHAR", "publisher"),
    Column("landing_page", "VARCHAR", "publisher's page"),
    Column("licence", "VARCHAR", "licence"),
    Column("citation", "VARCHAR", "how to cite it"),
    Column("cadence", "VARCHAR", "how often the publisher publishes, as a cron expression or preset"),
    Column("look_back_days", "INTEGER", "days back that a later edition may still change"),
    Column("covers_from", "DATE", "first day of the declared coverage, null where unbounded"),
    Column("covers_to", "DATE", "last day of the declared coverage, null where still published"),
    Column("coverage", "VARCHAR", "what is inside the declared coverage, in words"),
    Column("canonical_table", "VARCHAR", "the canonical table that it lands in"),
    Column("doc", "VARCHAR", "the module's own description"),
)


def _columns_of(columns: Iterable[Column]) -> str:
    return "{" + ", ".join(f"'{column.name}': '{column.type}'" for column in columns) + "}"


# Locations are string.Template (formatter: template), for DuckDB's structs have braces.
FURTHER = (
    (
        "receipts",
        "One row per raw file that ever came, landed or rejected",
        f"read_json('{ROOT}/receipts/*/*.json', columns = {_columns_of(_RECEIPTS)})",
        _RECEIPTS,
    ),
    (
        "quarantine",
        "One row per row that was not fit to land, and one per file rejected whole",
        f"read_parquet('{ROOT}/quarantine/**/*.parquet')",
        _QUARANTINE,
    ),
    (
        "catalogue",
        "One row per source module",
        f"read_parquet('{ROOT}/catalogue/sources.parquet')",
        _CATALOGUE,
    ),
)


def _text(value: str) -> str:
    return "'" + value.replace("'", "''") + "'"


def _table(name: str, row_is: str, location: str, columns: Iterable[Column]) -> list[str]:
    lines = [
        f"      - name: {name}",
        f"        description: {_text(row_is + '.')}",
        "        config:",
        "          formatter: template",
        f'          external_location: "{location}"',
        "        columns:",
    ]
    for column in columns:
        lines += [
            f"          - name: {column.name}",
            f"            data_type: {_text(column.type)}",
            f"            description: {_text(column.holds)}",
        ]
    return lines


def text() -> str:
    """What _sources.yml must hold."""
    lines = [
        "version: 2",
        "",
        "sources:",
        "  - name: landing",
        "    description: 'What ingest landed: typed Parquet, receipts, quarantine and the catalogue of sources.'",
        "    tables:",
    ]
    for table in contract.TABLES.values():
        # codings of earlier versions stay as they were written, with the columns of their time
        by_name = ", union_by_name = true" if "coder_version" in table.names else ""
        location = f"read_parquet('{ROOT}/{table.name}/**/*.parquet'{by_name})"
        lines += _table(table.name, table.row_is, location, contract.all_columns(table))
    for name, row_is, location, columns in FURTHER:
        lines += _table(name, row_is, location, columns)
    return HEADER + "\n".join(lines) + "\n"


def main(arguments: list[str]) -> int:
    """Write the file, or with --check compare it; returns the exit status."""
    if "--check" not in arguments:
        TARGET.write_text(text(), encoding="utf-8")
        return 0
    if TARGET.exists() and TARGET.read_text(encoding="utf-8") == text():
        return 0
    print("_sources.yml is not what the contract says. Mend: python -m ingest.dbt_sources", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
