"""What dbt_project_evaluator asks of a project, asked of the manifest: it is a dbt package, which dbt fetches from its
own hub, so its rules stand here by their names (its documentation, section Rules). An exception has its reason."""

from __future__ import annotations

import json
import re
from collections import Counter
from functools import cache
from typing import Any

import pytest

from ingest import settings

Node = dict[str, Any]

# rule: what breaks it, and why it may
REASONS = {
    "source_fanout": {
        "flights": "stg_flight_days counts in the file what stg_flights reads row by row",
    },
    "missing_primary_key_tests": {
        "quarantine": "a bad file may hold the same row twice, and both are held back",
        "flight_legs": "landing refuses a leg told twice; a test would read all history at each build",
        "flight_dyad_days": "its key is what it is grouped by; as above",
        "flight_route_months": "as above",
        "flight_repair_tests": "as above",
        "int_flight_routes": "a row per row of flight_route_months: tests/warehouse counts both",
    },
    "staging_models_dependent_on_staging_models": {
        "*": "what of a canonical table counts (the newest good delivery) is told once, by stg_deliveries",
    },
    "exposure_parents_materializations": {
        "observations": "a view over two marts, which it therefore cannot contradict",
    },
}


@cache
def manifest() -> dict[str, Any]:
    path = settings.REPOSITORY / "dbt_project" / "target" / "manifest.json"
    return dict(json.loads(path.read_text(encoding="utf-8")))


def models() -> list[Node]:
    return [node for node in manifest()["nodes"].values() if node["resource_type"] == "model"]


def layer(node: Node) -> str:
    return str(node["fqn"][1])


def parents(node: Node, kind: str) -> list[Node]:
    known = manifest()["nodes"] | manifest()["sources"]
    return [known[name] for name in node["depends_on"]["nodes"] if known[name]["resource_type"] == kind]


def root_models() -> list[str]:
    return [m["name"] for m in models() if not m["depends_on"]["nodes"]]


def direct_join_to_source() -> list[str]:
    return [m["name"] for m in models() if layer(m) != "staging" and parents(m, "source") and parents(m, "model")]


def marts_or_intermediate_dependent_on_source() -> list[str]:
    return [m["name"] for m in models() if layer(m) != "staging" and parents(m, "source")]


def multiple_sources_joined() -> list[str]:
    return [m["name"] for m in models() if len(parents(m, "source")) > 1]


def source_fanout() -> list[str]:
    read = Counter(source["name"] for m in models() for source in parents(m, "source"))
    return [name for name, n in read.items() if n > 1]


def unused_sources() -> list[str]:
    read = {source["name"] for m in models() for source in parents(m, "source")}
    return [source["name"] for source in manifest()["sources"].values() if source["name"] not in read]


def staging_models_dependent_on_staging_models() -> list[str]:
    found = ((m, p) for m in models() if layer(m) == "staging" for p in parents(m, "model"))
    return [m["name"] for m, parent in found if layer(parent) == "staging" and parent["name"] != "stg_deliveries"]


def staging_models_dependent_on_downstream_models() -> list[str]:
    return [m["name"] for m in models() if layer(m) == "staging" for p in parents(m, "model") if layer(p) != "staging"]


def hard_coded_references() -> list[str]:
    written = re.compile(r"\b(?:from|join)\s+(?:main|staging|intermediate|reduce|seeds)\.", re.IGNORECASE)
    return [m["name"] for m in models() if written.search(m["raw_code"])]


def missing_primary_key_tests() -> list[str]:
    keyed = {
        name
        for test in manifest()["nodes"].values()
        if test["resource_type"] == "test" and (test.get("test_metadata") or {}).get("name") in ("unique_key", "unique")
        for name in test["depends_on"]["nodes"]
    }
    return [m["name"] for m in models() if m["unique_id"] not in keyed and m["config"]["materialized"] != "view"]


def undocumented_models() -> list[str]:
    return [m["name"] for m in models() if not m["description"].startswith("One row per ")]


def undocumented_columns() -> list[str]:
    return [
        f"{m['name']}.{name}"
        for m in models()
        for name, column in m["columns"].items()
        if not column["description"] and layer(m) == "marts"
    ]


def model_naming_conventions() -> list[str]:
    prefix = {"staging": "stg_", "intermediate": "int_", "reduce": "flight_"}
    return [m["name"] for m in models() if not m["name"].startswith(prefix.get(layer(m), ""))]


def test_directories() -> list[str]:
    return [m["name"] for m in models() if not m["patch_path"].endswith(f"{layer(m)}/{m['name']}.yml")]


test_directories.__test__ = False  # type: ignore[attr-defined] # the rule's name


def chained_views_dependencies() -> list[str]:
    def depth(node: Node) -> int:
        if node["config"]["materialized"] != "view":
            return 0
        return 1 + max((depth(parent) for parent in parents(node, "model")), default=0)

    return [m["name"] for m in models() if depth(m) > 3]


def exposure_parents_materializations() -> list[str]:
    nodes = manifest()["nodes"]
    used = {name for exposure in manifest()["exposures"].values() for name in exposure["depends_on"]["nodes"]}
    return [nodes[name]["name"] for name in sorted(used) if nodes[name]["config"]["materialized"] == "view"]


def exposures_dependent_on_private_models() -> list[str]:
    nodes = manifest()["nodes"]
    used = {name for exposure in manifest()["exposures"].values() for name in exposure["depends_on"]["nodes"]}
    return [nodes[name]["name"] for name in sorted(used) if layer(nodes[name]) != "marts"]


def marts_in_no_exposure() -> list[str]:
    used = {name for exposure in manifest()["exposures"].values() for name in exposure["depends_on"]["nodes"]}
    return [m["name"] for m in models() if layer(m) == "marts" and m["unique_id"] not in used]


def public_models_without_contract() -> list[str]:
    return [
        m["name"]
        for m in models()
        if layer(m) == "marts" and not m["config"]["contract"]["enforced"] and m["config"]["materialized"] != "view"
    ]


RULES = (
    root_models, direct_join_to_source, marts_or_intermediate_dependent_on_source, multiple_sources_joined,
    source_fanout, unused_sources, staging_models_dependent_on_staging_models,
    staging_models_dependent_on_downstream_models, hard_coded_references, missing_primary_key_tests,
    undocumented_models, undocumented_columns, model_naming_conventions, test_directories, chained_views_dependencies,
    exposure_parents_materializations, exposures_dependent_on_private_models, marts_in_no_exposure,
    public_models_without_contract,
)  # fmt: skip


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: str(rule.__name__))
def test_rules_of_dbt_project_evaluator(rule: Any) -> None:
    excused = REASONS.get(rule.__name__, {})
    broken = [name for name in rule() if name not in excused and "*" not in excused]
    assert not broken, f"{rule.__name__}: {', '.join(broken)}: mend the model, or say in REASONS why it may"
    idle = [name for name in excused if name != "*" and name not in rule()]
    assert not idle, f"excused from {rule.__name__} without need: {', '.join(idle)}"
