"""How the cooperation index is made, read from its three seeds and refused where it would make a wrong index."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ingest import reference
from ingest.errors import EntenteError

PILLARS, INDICATORS, PARAMETERS = "index_pillars", "index_indicators", "index_method"
NORMALISATIONS = ("percentile_rank", "z_score", "min_max")
MEANS = ("arithmetic", "geometric")
AGGREGATIONS = tuple(f"{within}/{across}" for within in MEANS for across in MEANS)
MISSING = ("available", "middle")
TRANSFORMS = ("none", "log1p", "share")
WEIGHTINGS = ("uniform", "dirichlet")

Row = Mapping[str, Any]
Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Parameters:
    """seeds/index_method.csv, typed; what each is for stands there."""

    normalisation: str
    aggregation: str
    winsorise_share: float
    geometric_floor: float
    min_observations: int
    min_months: int
    min_pillar_weight: float
    min_weight: float
    draws: int
    random_seed: int
    mc_normalisations: tuple[str, ...]
    mc_aggregations: tuple[str, ...]
    mc_missing: tuple[str, ...]
    mc_weights: str
    mc_weight_range: float
    mc_weight_concentration: float
    band_low: float
    band_high: float
    sensitivity_runs: int
    sensitivity_dyads: int


ALLOWED = {
    "normalisation": NORMALISATIONS, "mc_normalisations": NORMALISATIONS, "aggregation": AGGREGATIONS,
    "mc_aggregations": AGGREGATIONS, "mc_missing": MISSING, "mc_weights": WEIGHTINGS,
}  # fmt: skip
BETWEEN = {
    "winsorise_share": (0, 0.25), "geometric_floor": (1e-6, 0.5), "min_observations": (2, 1e9), "min_months": (1, 12),
    "min_pillar_weight": (0, 1), "min_weight": (0, 1), "draws": (20, 100_000), "random_seed": (0, 2**62),
    "mc_weight_range": (0, 0.999), "mc_weight_concentration": (1e-3, 1e9), "band_low": (0, 0.5), "band_high": (0.5, 1),
    "sensitivity_runs": (8, 65_536), "sensitivity_dyads": (10, 1e9),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class Method:
    """Weights as shares: of the index for pillars, of its pillar for each indicator (K of them in P pillars)."""

    pillars: tuple[str, ...]
    pillar_weights: Floats
    indicators: tuple[str, ...]
    pillar_of: NDArray[np.int64]
    weights: Floats
    directions: Floats
    transforms: tuple[str, ...]
    parameters: Parameters
    method_id: str


def _wrong(seed: str, key: str, problem: str, mend: str) -> EntenteError:
    """The error, with the line of the seed whose first column is `key`."""
    rows = enumerate(reference.read_seed(seed), 2)
    line = next((number for number, row in rows if next(iter(row.values())) == key), None)
    return EntenteError(problem, mend=mend, source="cooperation index", file=f"dbt_project/seeds/{seed}.csv", row=line)


def _weight(seed: str, row: Row, key: str) -> float:
    weight = float("nan") if row["weight"] is None else float(row["weight"])
    if not 0 <= weight < float("inf"):
        raise _wrong(seed, key, f"{key} has the weight {row['weight']}", "give it a number of 0 or more")
    return weight


def _once(seed: str, keys: Sequence[str]) -> None:
    twice = [key for place, key in enumerate(keys) if key in keys[:place]]
    if twice:
        raise _wrong(seed, twice[0], f"{twice[0]} stands twice", "leave one of the rows")


def _parameter(field: dataclasses.Field[Any], text: str) -> Any:
    """One value as its field's type. Raises EntenteError for one that is no number, no choice or out of bounds."""
    name = field.name
    value: Any = tuple(text.split("|")) if "tuple" in str(field.type) else text
    if name in ALLOWED:
        if not set(value if isinstance(value, tuple) else (value,)) <= set(ALLOWED[name]):
            raise _wrong(PARAMETERS, name, f"{name} is {text!r}", f"write one of {', '.join(ALLOWED[name])}")
        return value
    low, high = BETWEEN[name]
    try:
        number = int(text) if field.type == "int" else float(text)
    except ValueError:
        raise _wrong(PARAMETERS, name, f"{name} is {text!r}", "write a number") from None
    if not low <= number <= high:
        raise _wrong(PARAMETERS, name, f"{name} is {text}", f"write a number from {low:g} to {high:g}")
    return number


def parameters(rows: Sequence[Row]) -> Parameters:
    """Read the parameters. Raises EntenteError for a name or value that means nothing and for one that is not there."""
    _once(PARAMETERS, [row["parameter"] for row in rows])
    given = {row["parameter"]: str(row["value"]) for row in rows}
    fields = {field.name: field for field in dataclasses.fields(Parameters)}
    for name in [*given, *fields]:
        if name not in fields:
            raise _wrong(PARAMETERS, name, f"no parameter is called {name!r}", f"one of: {', '.join(fields)}")
        if name not in given:
            raise _wrong(PARAMETERS, name, f"the parameter {name} is not given", "add its row")
    return Parameters(**{name: _parameter(field, given[name]) for name, field in fields.items()})


def method(pillars: Sequence[Row], indicators: Sequence[Row], settings: Sequence[Row]) -> Method:
    """Read the method from the rows of the three seeds, in any order.

    Raises EntenteError, with the seed, its row and the mend, for a weight below 0, weights that add up to 0, a pillar
    without indicators, an indicator of no pillar and a word that means nothing.
    """
    pillars = sorted(pillars, key=lambda row: str(row["pillar"]))
    indicators = sorted(indicators, key=lambda row: str(row["indicator"]))
    names = [str(row["pillar"]) for row in pillars]
    codes = [str(row["indicator"]) for row in indicators]
    _once(PILLARS, names)
    _once(INDICATORS, codes)
    for code, row in zip(codes, indicators, strict=True):
        if row["pillar"] not in names:
            raise _wrong(INDICATORS, code, f"{code} is of the pillar {row['pillar']!r}, which index_pillars has not",
                         f"one of: {', '.join(names)}")  # fmt: skip
        if row["direction"] not in (1, -1):
            raise _wrong(INDICATORS, code, f"{code} has the direction {row['direction']}", "write 1 or -1")
        if row["transform"] not in TRANSFORMS:
            raise _wrong(INDICATORS, code, f"{code} has the transform {row['transform']!r}",
                         f"write one of {', '.join(TRANSFORMS)}")  # fmt: skip
    of = np.array([names.index(row["pillar"]) for row in indicators], dtype=np.int64)
    weights = np.array([_weight(INDICATORS, row, code) for code, row in zip(codes, indicators, strict=True)])
    whole = np.array([_weight(PILLARS, row, name) for name, row in zip(names, pillars, strict=True)])
    if not whole.sum() > 0:
        raise _wrong(PILLARS, "", "the weights of the pillars add up to 0", "give one of them a weight above 0")
    for place, name in enumerate(names):
        if not (of == place).any():
            raise _wrong(PILLARS, name, f"the pillar {name} has no indicator",
                         "give it one in dbt_project/seeds/index_indicators.csv, or take its row out")  # fmt: skip
        if not weights[of == place].sum() > 0:
            first = codes[int(np.flatnonzero(of == place)[0])]
            raise _wrong(INDICATORS, first, f"the weights of the pillar {name} add up to 0",
                         "give one of its indicators a weight above 0")  # fmt: skip
    said = json.dumps([[dict(row) for row in rows] for rows in (pillars, indicators)], default=str, sort_keys=True)
    read = parameters(settings)
    told = hashlib.sha256((said + repr(read)).encode()).hexdigest()[:8]
    return Method(
        pillars=tuple(names),
        pillar_weights=whole / whole.sum(),
        indicators=tuple(codes),
        pillar_of=of,
        weights=weights / np.bincount(of, weights)[of],
        directions=np.array([float(row["direction"]) for row in indicators]),
        transforms=tuple(str(row["transform"]) for row in indicators),
        parameters=read,
        method_id=f"{read.normalisation} {read.aggregation} {told}",
    )


def of_relations(pillars: Any, indicators: Any, settings: Any) -> Method:
    """The method from the three seeds as DuckDB relations."""
    given = (pillars, indicators, settings)
    lists = [[dict(zip(one.columns, row, strict=True)) for row in one.fetchall()] for one in given]
    return method(*lists)
