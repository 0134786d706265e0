"""The cooperation index: places of dyads in a year, made one number, with what other defensible methods would say.

After OECD/JRC, Handbook on Constructing Composite Indicators (2008): missing data (step 3), normalisation (step 5),
weighting and aggregation (step 6), uncertainty and sensitivity (step 7: a Monte Carlo over all choices at once,
equation 38 for the mean shift of ranks, equations 43 and 48 for first-order and total effects; Saltelli's design of
2010 and Jansen's estimator of total effects). The choices are ingest.analysis.method.Method, read from seeds.

Arrays are of one year: n dyads by K indicators, NaN where there is no observation. Scores run from 0 to 1 here and from
0 to 100 in the tables. Rank 1 is the highest score; equal scores share the better rank.
"""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray
from scipy.stats import qmc, rankdata

from ingest.analysis.method import Floats, Method

FACTORS = ("normalisation", "aggregation", "missing", "pillar_weights", "indicator_weights")
WEIGHT_SETS = 256  # sets of weights that a run of the sensitivity analysis chooses from
Bools = NDArray[np.bool_]
Draws = NDArray[np.int64]  # one row per draw, one column per factor: the level that is taken


def percentile_rank(values: Floats) -> Floats:
    """Share of the observed values below, plus half of the equal ones: all equal, or only one, is 0.5."""
    there = ~np.isnan(values)
    places = np.full(values.shape, np.nan)
    places[there] = (rankdata(values[there]) - 0.5) / max(there.sum(), 1)
    return places


def z_score(values: Floats) -> Floats:
    """Distance from the mean in standard deviations (n - 1): all equal, or only one, is 0."""
    there = ~np.isnan(values)
    if not there.any():
        return values.copy()
    spread = np.std(values[there], ddof=1) if there.sum() > 1 else 0.0
    distance: Floats = values - np.mean(values[there])
    return distance / spread if spread > 0 else distance * 0


def min_max(values: Floats) -> Floats:
    """0 for the lowest and 1 for the highest: all equal, or only one, is 0.5."""
    there = ~np.isnan(values)
    low, high = (values[there].min(), values[there].max()) if there.any() else (0.0, 0.0)
    return (values - low) / (high - low) if high > low else values * 0 + 0.5


def winsorised(values: Floats, share: float) -> Floats:
    """Draw the lowest and highest `share` in to its edge, unless that would leave one value only."""
    there = ~np.isnan(values)
    if not there.any() or share <= 0:
        return values
    low, high = np.quantile(values[there], [share, 1 - share])
    return np.clip(values, low, high) if high > low else values


def transformed(values: Floats, transform: str) -> Floats:
    """`log1p` keeps the sign: a balance of -9 is as far from 0 as one of 9."""
    return np.sign(values) * np.log1p(np.abs(values)) if transform == "log1p" else values


def normalised(values: Floats, method: Method, how: str) -> Floats:
    """All indicators on 0 to 1, more being more cooperation. A z-score z is 0.5 + z/6, cut at three deviations."""
    columns = []
    for place, transform in enumerate(method.transforms):
        column = transformed(values[:, place], transform) * method.directions[place]
        if how == "percentile_rank":
            columns.append(percentile_rank(column))
            continue
        column = winsorised(column, method.parameters.winsorise_share)
        columns.append(min_max(column) if how == "min_max" else np.clip(0.5 + z_score(column) / 6, 0, 1))
    return np.column_stack(columns)


def left_out(values: Floats, method: Method) -> list[str]:
    """Why an indicator ranks nobody this year, empty where it does."""
    reasons = []
    for column in values.T:
        there = column[~np.isnan(column)]
        if not len(there):
            reasons.append("no observation in this year")
        elif len(there) < method.parameters.min_observations:
            reasons.append("too few dyads in this year")
        else:
            reasons.append("the same for all dyads in this year" if there.min() == there.max() else "")
    return reasons


def _mean(values: Floats, weights: Any, there: Bools, how: str, floor: float) -> Any:
    """Weighted means over what is there: values n by k, weights D by k, the result D by n; NaN where nothing is."""
    if how == "geometric":
        values = np.log(floor + (1 - floor) * values)
    kind = weights.dtype  # single precision for draws, double for the index itself
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = (weights @ np.where(there, values, 0).T.astype(kind)) / (weights @ there.T.astype(kind))
    return (np.exp(mean) - floor) / (1 - floor) if how == "geometric" else mean


def covered(there: Bools, method: Method) -> tuple[Floats, Floats]:
    """Share of each pillar's weight that is there, n by P, and of the index's weight in pillars that count, n."""
    pillars = np.arange(len(method.pillars))
    shares = np.column_stack([there[:, method.pillar_of == p] @ method.weights[method.pillar_of == p] for p in pillars])
    counts = shares >= max(method.parameters.min_pillar_weight - 1e-9, 1e-9)
    return shares, (shares * counts) @ method.pillar_weights


def scores(
    values: Floats, counts: Bools, method: Method, how: str, weights: Any, pillar_weights: Any
) -> tuple[Any, list[Any]]:
    """The index for D sets of weights, D by n, and each pillar's scores, D by n each.

    `values` are normalised, n by K; `counts`, n by P, tells which pillars count. `how` is within/across, a mean each.
    """
    within, across = how.split("/")
    floor = method.parameters.geometric_floor
    pillars = []
    for place in range(len(method.pillars)):
        mine = method.pillar_of == place
        part = values[:, mine]
        mean = _mean(part, weights[:, mine], ~np.isnan(part), within, floor)
        mean[:, ~counts[:, place]] = np.nan
        pillars.append(mean)
    with np.errstate(invalid="ignore", divide="ignore"):
        total: Any = 0
        for place, mean in enumerate(pillars):
            value = np.log(floor + (1 - floor) * mean) if across == "geometric" else mean
            total = total + pillar_weights[:, place, None] * np.where(counts[:, place], value, 0)
        total = total / (pillar_weights @ counts.T.astype(pillar_weights.dtype))
    return ((np.exp(total) - floor) / (1 - floor) if across == "geometric" else total), pillars


def ranks(values: Any) -> Any:
    """Ranks along the last axis, 1 for the highest; scores that agree to five decimals share the better rank."""
    keys = -np.rint(np.asarray(values) * 1e5).astype(np.int32)
    order = np.argsort(keys, axis=-1)
    ordered = np.take_along_axis(keys, order, axis=-1)
    first = np.ones(ordered.shape, dtype=bool)
    first[..., 1:] = ordered[..., 1:] != ordered[..., :-1]
    places = np.maximum.accumulate(np.where(first, np.arange(1, ordered.shape[-1] + 1, dtype=np.int32), 0), axis=-1)
    found = np.empty_like(keys)
    np.put_along_axis(found, order, places.astype(np.int32), axis=-1)
    return found


def drawn_weights(method: Method, draws: int, rng: np.random.Generator) -> tuple[Any, Any]:
    """Sets of weights around the method's: of indicators, draws by K, and of pillars, draws by P; shares again."""
    p = method.parameters
    groups = [np.flatnonzero(method.pillar_of == place) for place in range(len(method.pillars))]
    made = np.zeros((draws, len(method.indicators)))
    for group in groups:
        made[:, group] = _around(method.weights[group], draws, rng, p)
    return made.astype(np.float32), _around(method.pillar_weights, draws, rng, p).astype(np.float32)


def _around(weights: Floats, draws: int, rng: np.random.Generator, parameters: Any) -> Any:
    used = weights > 0
    made = np.zeros((draws, len(weights)))
    if parameters.mc_weights == "dirichlet":
        made[:, used] = rng.dirichlet(weights[used] * parameters.mc_weight_concentration, draws)
        return made
    spread = parameters.mc_weight_range
    made[:, used] = weights[used] * rng.uniform(1 - spread, 1 + spread, (draws, used.sum()))
    return made / made.sum(axis=1, keepdims=True)


@dataclass(frozen=True, eq=False)
class Year:
    """One year's dyads that have an index, ready to be scored by any choice of method."""

    method: Method
    by_normalisation: dict[str, Floats]  # n by K each
    counts: Bools  # n by P

    def levels(self) -> tuple[tuple[str, ...], ...]:
        p = self.method.parameters
        return p.mc_normalisations, p.mc_aggregations, p.mc_missing

    def run(self, draws: Draws, weights: Any, pillar_weights: Any) -> Iterator[tuple[NDArray[np.int64], Any]]:
        """Yield which draws, and their scores (draws by n), for all draws that share the three choices."""
        for chosen in itertools.product(*(range(len(level)) for level in self.levels())):
            mine = np.flatnonzero((draws[:, :3] == chosen).all(axis=1))
            if not len(mine):
                continue
            how, aggregation, missing = (level[place] for level, place in zip(self.levels(), chosen, strict=True))
            values, counts = self.by_normalisation[how], self.counts
            if missing == "middle":
                values, counts = np.where(np.isnan(values), 0.5, values), np.ones_like(counts)
            yield mine, scores(values, counts, self.method, aggregation, weights[mine], pillar_weights[mine])[0]

    def uncertainty(self, rng: np.random.Generator) -> dict[str, Any]:
        """Median and band of the score and interval of the rank over the draws, each an array of n."""
        p = self.method.parameters
        chosen = np.column_stack([rng.integers(len(level), size=p.draws) for level in self.levels()])
        weights, pillar_weights = drawn_weights(self.method, p.draws, rng)
        n = len(self.counts)
        all_scores = np.empty((p.draws, n), dtype=np.float32)
        all_ranks = np.empty((p.draws, n), dtype=np.int32)
        for mine, made in self.run(chosen, weights, pillar_weights):
            all_scores[mine], all_ranks[mine] = made, ranks(made)
        low, high = (max(int(np.ceil(share * p.draws)) - 1, 0) for share in (p.band_low, p.band_high))
        middle = (p.draws - 1) // 2
        all_scores.partition((low, middle, high), axis=0)
        all_ranks.partition((low, high), axis=0)
        return {
            "band_low": all_scores[low], "median": all_scores[middle], "band_high": all_scores[high],
            "rank_low": all_ranks[low], "rank_high": all_ranks[high],
        }  # fmt: skip

    def sensitivity(self, reference: Any, rng: np.random.Generator) -> tuple[Floats, Floats, float]:
        """First-order and total effect of each factor on the mean absolute shift of ranks, and that shift's mean.

        `reference` holds the n ranks of the method itself. NaN where the shift is the same in all runs.
        """
        p = self.method.parameters
        weights, pillar_weights = drawn_weights(self.method, WEIGHT_SETS, rng)
        levels = np.array([*(len(level) for level in self.levels()), WEIGHT_SETS, WEIGHT_SETS])

        def shift(points: Floats) -> Floats:
            chosen = np.minimum((points * levels).astype(np.int64), levels - 1)
            shifts = np.empty(len(points))
            for mine, made in self.run(chosen, weights[chosen[:, 4]], pillar_weights[chosen[:, 3]]):
                shifts[mine] = np.abs(ranks(made) - reference).mean(axis=1)
            return shifts

        return effects(shift, len(levels), p.sensitivity_runs, rng)


def effects(
    function: Callable[[Floats], Floats], factors: int, runs: int, rng: np.random.Generator
) -> tuple[Floats, Floats, float]:
    """First-order (Saltelli et al. 2010) and total (Jansen 1999) effects, and the mean of the function.

    `function` takes points of the unit cube, one per row. Takes runs * (factors + 2) evaluations.
    """
    points = qmc.Sobol(2 * factors, rng=rng).random(runs)
    one, two = points[:, :factors], points[:, factors:]
    mixed = np.repeat(one[None], factors, axis=0)
    for factor in range(factors):
        mixed[factor, :, factor] = two[:, factor]
    of_one, of_two = function(one), function(two)
    of_mixed = function(mixed.reshape(-1, factors)).reshape(factors, runs)
    both = np.concatenate([of_one, of_two])
    variance, mean = both.var(), both.mean()
    if not variance > 1e-12:
        return np.full(factors, np.nan), np.full(factors, np.nan), float(mean)
    first = ((of_two - mean) * (of_mixed - of_one)).mean(axis=1) / variance
    total = ((of_one - of_mixed) ** 2).mean(axis=1) / (2 * variance)
    return first, total, float(mean)


@dataclass(frozen=True, eq=False)
class Made:
    """One year's index: arrays of n dyads; `year` holds those that `has_score` names."""

    normalised: Floats
    out: list[str]
    shares: Floats
    coverage: Floats
    has_score: Bools
    score: Floats
    pillars: Floats
    rank: NDArray[np.int32]
    year: Year


def index_of_year(values: Floats, method: Method) -> Made:
    """The index by the method itself, of n dyads by K indicators. Dyads below the minimal coverage have NaN."""
    p = method.parameters
    out = left_out(values, method)
    values = np.where(np.array([reason != "" for reason in out]), np.nan, values)
    by_normalisation = {how: normalised(values, method, how) for how in {p.normalisation, *p.mc_normalisations}}
    shares, coverage = covered(~np.isnan(values), method)
    counts = shares >= max(p.min_pillar_weight - 1e-9, 1e-9)
    has_score = coverage >= max(p.min_weight - 1e-9, 1e-9)
    n = len(values)
    score, pillars = np.full(n, np.nan), np.full((n, len(method.pillars)), np.nan)
    rank = np.zeros(n, dtype=np.int32)
    if n:
        own = scores(by_normalisation[p.normalisation], counts, method, p.aggregation,
                     method.weights[None], method.pillar_weights[None])  # fmt: skip
        pillars = np.column_stack([mean[0] for mean in own[1]])
        score = np.where(has_score, own[0][0], np.nan)
        rank[has_score] = ranks(score[has_score])
    year = Year(method, {how: made[has_score] for how, made in by_normalisation.items()}, counts[has_score])
    return Made(by_normalisation[p.normalisation], out, shares, coverage, has_score, score, pillars, rank, year)


def generator(method: Method, year: int) -> np.random.Generator:
    """A year's own random numbers: another year more or less changes none of them."""
    return np.random.default_rng([method.parameters.random_seed, year])


def years(inputs: Any, method: Method) -> Iterator[tuple[int, list[str], Floats]]:
    """Each year's dyads, sorted, and their values, n by K, from a relation of dyad, year, indicator and value."""
    for (year,) in inputs.project("year").distinct().order("year").fetchall():
        part = inputs.filter(f"year = {year}").project("dyad, indicator, value").order("dyad").fetchnumpy()
        dyads, row = np.unique(part["dyad"].astype(str), return_inverse=True)
        values = np.full((len(dyads), len(method.indicators)), np.nan)
        for place, indicator in enumerate(method.indicators):
            mine = part["indicator"].astype(str) == indicator
            values[row[mine], place] = part["value"][mine]
        yield int(year), list(map(str, dyads)), values


def _nullable(values: Any, decimals: int = 9) -> pa.Array:
    return pa.array(np.round(np.asarray(values, dtype=float), decimals) + 0.0, type=pa.float64(), from_pandas=True)


def _why_none(made: Made, method: Method) -> list[str | None]:
    """Why a dyad has no index; None where it has."""
    least = method.parameters.min_weight
    return [
        None if has else f"what is there carries {share:.2f} of the weight, less than {least:g}"
        for has, share in zip(made.has_score, made.coverage, strict=True)
    ]


def scores_table(inputs: Any, method: Method) -> pa.Table:
    """One row per dyad and year with anything there: the index with its pillars, coverage, band and ranks."""
    tables = [_scores(year, dyads, values, method) for year, dyads, values in years(inputs, method)]
    return pa.concat_tables([_scores(0, [], np.empty((0, len(method.indicators))), method), *tables])


def _scores(year: int, dyads: list[str], values: Floats, method: Method) -> pa.Table:
    made = index_of_year(values, method)
    n, has = len(dyads), made.has_score
    spread: dict[str, Any] = {}
    found = made.year.uncertainty(generator(method, year)) if has.any() else {}
    for name in ("band_low", "median", "band_high", "rank_low", "rank_high"):
        spread[name] = np.full(n, np.nan)
        if found:
            spread[name][has] = found[name]
    there = ~np.isnan(made.normalised)
    codes = np.array(method.indicators)
    ranked = int(has.sum())
    return pa.table({
        "dyad": pa.array(dyads, pa.string()),
        "year": pa.array([year] * n, pa.int32()),
        "score": _nullable(made.score * 100, 4),
        **{f"score_{name}": _nullable(made.pillars[:, place] * 100, 4) for place, name in enumerate(method.pillars)},
        "coverage_share": _nullable(made.coverage),
        "n_indicators": pa.array(there.sum(axis=1), pa.int32()),
        "missing": pa.array([sorted(codes[~row].tolist()) for row in there], pa.list_(pa.string())),
        **{name: _nullable(spread[name] * 100, 2) for name in ("band_low", "median", "band_high")},
        "rank": _nullable(np.where(has, made.rank, np.nan)).cast(pa.int32()),
        **{name: _nullable(spread[name]).cast(pa.int32()) for name in ("rank_low", "rank_high")},
        "n_ranked": pa.array([ranked] * n, pa.int32()),
        "no_score_reason": pa.array(_why_none(made, method), pa.string()),
        "method_id": pa.array([method.method_id] * n, pa.string()),
    })  # fmt: skip


def normalised_table(inputs: Any, method: Method) -> pa.Table:
    """One row per dyad, year and indicator that was observed: on 0 to 1 as the index takes it, with its weights."""
    tables = [_normalised(year, dyads, values, method) for year, dyads, values in years(inputs, method)]
    return pa.concat_tables([_normalised(0, [], np.empty((0, len(method.indicators))), method), *tables])


def _normalised(year: int, dyads: list[str], values: Floats, method: Method) -> pa.Table:
    made = index_of_year(values, method)
    row, place = np.nonzero(~np.isnan(values))
    reasons = np.array(made.out, dtype=object)[place]
    thin = made.shares[row, method.pillar_of[place]] < method.parameters.min_pillar_weight - 1e-9
    reasons = np.where((reasons == "") & thin, "too little of its pillar is there", reasons)
    return pa.table({
        "dyad": pa.array(np.array(dyads, dtype=object)[row], pa.string()),
        "year": pa.array([year] * len(row), pa.int32()),
        "indicator": pa.array(np.array(method.indicators, dtype=object)[place], pa.string()),
        "normalised": _nullable(made.normalised[row, place]),
        "weight_in_pillar": pa.array(method.weights[place], pa.float64()),
        "pillar_weight": pa.array(method.pillar_weights[method.pillar_of[place]], pa.float64()),
        "left_out_reason": pa.array([reason or None for reason in reasons], pa.string()),
    })  # fmt: skip


def sensitivity_table(inputs: Any, method: Method) -> pa.Table:
    """One row per year and factor: its first-order and total effect on the mean absolute shift of ranks."""
    tables = [_sensitivity(year, values, method) for year, _, values in years(inputs, method)]
    return pa.concat_tables([_sensitivity(0, np.empty((0, len(method.indicators))), method).slice(0, 0), *tables])


def _sensitivity(year: int, values: Floats, method: Method) -> pa.Table:
    made = index_of_year(values, method)
    ranked = int(made.has_score.sum())
    rng = generator(method, year)
    first = total = np.full(len(FACTORS), np.nan)
    mean, reason, chosen = np.nan, None, np.arange(ranked)
    if ranked < method.parameters.min_observations:
        reason = "too few dyads have an index"
    else:
        if ranked > method.parameters.sensitivity_dyads:
            chosen = np.sort(rng.choice(ranked, method.parameters.sensitivity_dyads, replace=False))
        some = Year(method, {how: part[chosen] for how, part in made.year.by_normalisation.items()},
                    made.year.counts[chosen])  # fmt: skip
        own = ranks(made.score[made.has_score][chosen])
        first, total, mean = some.sensitivity(own, rng)
        reason = "no choice moves a rank" if np.isnan(first[0]) else None
    n = len(FACTORS)
    return pa.table({
        "year": pa.array([year] * n, pa.int32()),
        "factor": pa.array(FACTORS, pa.string()),
        "first_order": _nullable(first, 4),
        "total": _nullable(total, 4),
        "mean_rank_shift": _nullable([mean] * n, 4),
        "n_ranked": pa.array([ranked] * n, pa.int32()),
        "n_dyads_used": pa.array([len(chosen)] * n, pa.int32()),
        "no_effect_reason": pa.array([reason] * n, pa.string()),
        "method_id": pa.array([method.method_id] * n, pa.string()),
    })  # fmt: skip
