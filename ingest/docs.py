"""Writes SOURCES, DICTIONARY and INDICATORS of docs/ from where the facts are written once; a test sees any drift."""

from __future__ import annotations

import csv
from pathlib import Path
from typing import Any

import yaml

from ingest import contract, settings, source

NOTE = "<!-- written by `entente docs`; edit the modules, the contract or the models' yml instead -->\n\n"


def sources() -> str:
    """What the modules below ingest/sources say of themselves."""
    parts = (source.describe(module) for module in source.discover().values())
    return f"{NOTE}# The sources\n\n" + "\n\n".join(parts) + "\n"


def dictionary() -> str:
    """Every column of every canonical table and of every mart."""
    text = f"{NOTE}# The dictionary\n\n## Marts\n\nTables of `published/current/entente.duckdb`.\n"
    for model in _marts():
        text += f"\n### {model['name']}\n\n{' '.join(model['description'].split())}\n\n"
        text += "| column | type | holds |\n|---|---|---|\n"
        for column in model["columns"]:
            holds = " ".join(column.get("description", "").split()).replace("|", "\\|")
            text += f"| `{column['name']}` | {column['data_type']} | {holds} |\n"
    text += (
        "\n## Canonical tables\n\nWhat ingest lands and dbt's staging reads; every row also carries the provenance.\n"
    )
    provenance = contract.Table("provenance", "Carried by every row", (), contract.PROVENANCE)
    for table in (*contract.TABLES.values(), provenance):
        key = f" Key: {', '.join(f'`{name}`' for name in table.key)}." if table.key else ""
        text += f"\n### {table.name}\n\n{table.row_is}.{key}\n\n| column | type | null | holds |\n|---|---|---|---|\n"
        for column in table.columns:
            text += f"| `{column.name}` | {column.type} | {'no' if column.required else 'yes'} | {column.holds} |\n"
    return text


def indicators() -> str:
    """Every indicator of the panels: what it is, how it is made, what to beware of."""
    text = (
        f"{NOTE}# The indicators\n\nOf `dyad_month`, `dyad_year` and `observations`; `dim_indicator` in the database."
    )
    text += " What the formulas take for granted stands in METHODOLOGY.md.\n"
    with (settings.SEEDS / "indicators.csv").open(encoding="utf-8", newline="") as handle:
        rows = list(csv.DictReader(handle))
    for pillar in dict.fromkeys(row["pillar"] for row in rows):
        text += f"\n## {pillar.capitalize()}\n"
        for row in (row for row in rows if row["pillar"] == pillar):
            side = "from the origin to the destination" if row["is_directed"] == "true" else "of the pair"
            text += f"\n### {row['indicator']}\n\n{row['label']}. *{row['unit']}, {side}, `{row['grain']}`*\n\n"
            text += f"- Formula: {row['formula']}\n"
            text += "".join(
                f"- {name}: {row[key]}\n"
                for name, key in (("Beware", "caveat"), ("Source", "source_key"), ("After", "citation"))
                if row[key]
            )
    return text


def _marts() -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = []
    for path in sorted((settings.REPOSITORY / "dbt_project" / "models" / "marts").rglob("*.yml")):
        found += yaml.safe_load(path.read_text(encoding="utf-8")).get("models", [])
    return sorted(found, key=lambda model: str(model["name"]))


def written() -> dict[Path, str]:
    """Path and text of each generated page."""
    folder = settings.REPOSITORY / "docs"
    return {
        folder / "SOURCES.md": sources(),
        folder / "DICTIONARY.md": dictionary(),
        folder / "INDICATORS.md": indicators(),
    }


def write() -> None:
    """Write them."""
    for path, text in written().items():
        path.write_text(text, encoding="utf-8")
