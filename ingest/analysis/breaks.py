"""Turning points of a series: where its level breaks, and which periods fall out of line.

Breaks: least squares with a penalty for each break, solved exactly by PELT (Killick, Fearnhead and Eckley 2012) as
ruptures does it (Truong, Oudre and Vayatis 2020). The penalty is `penalty` * log(n) times the long-run variance of the
noise, which the first differences tell whatever the level does: a series that wanders is not one that breaks.
Single periods that stand out weigh no more than three deviations. Anomalies: Iglewicz and Hoaglin's modified z-score
(1993) of the distance from the median of the segment. Calendar months are taken out first where they differ.

Series are numpy arrays of consecutive periods, without gaps; `season` is the number of periods in a year.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import ruptures
from numpy.typing import NDArray
from scipy.ndimage import median_filter
from scipy.stats import f as f_distribution

from ingest.analysis.index import transformed

Floats = NDArray[np.float64]
SEASONS = {"M": 12, "A": 1}


@dataclass(frozen=True)
class Rule:
    """A row of seeds/turning_points.csv, as far as the series needs it."""

    transform: str
    min_length: int
    min_nonzero: int
    min_size: int
    penalty: float
    threshold: float


@dataclass(frozen=True)
class Point:
    """A turning point: its place in the series, levels in the unit of the series, strength in deviations of noise."""

    place: int
    kind: str
    level_before: float
    level_after: float
    strength: float


def noise(series: Floats) -> float:
    """Standard deviation around a level that may break, from the first differences; 0 for a flat series."""
    steps = np.diff(series)
    if not len(steps):
        return 0.0
    robust = 1.4826 * float(np.median(np.abs(steps - np.median(steps)))) / 2**0.5
    return robust if robust > 0 else float(np.std(steps)) / 2**0.5


def wandering(series: Floats) -> float:
    """First-order autocorrelation of the noise, 0 to 0.9, from the first differences, which a break moves once.

    Of an autoregressive series with coefficient r, neighbouring differences correlate by -(1 - r) / 2.
    """
    steps = np.diff(series)
    edge = 3 * 2**0.5 * noise(series)
    steps = np.clip(steps - np.median(steps), -edge, edge)
    spread = float(steps @ steps)
    return min(max(1 + 2 * float(steps[1:] @ steps[:-1]) / spread, 0.0), 0.9) if spread > 0 else 0.0


def long_run_variance(series: Floats) -> float:
    """Variance of a mean of the noise times its length: what a break has to stand out from."""
    wander = wandering(series)
    return noise(series) ** 2 * (1 + wander) / (1 - wander) ** 2


def _season_of(residual: Floats, season: int, usual: NDArray[np.bool_]) -> Floats:
    """Means of the calendar months where they differ (F test at 1 %, three years at least); else zeros.

    Only `usual` periods tell: one month that stands out says nothing of the same month of other years.
    """
    n = len(residual)
    if season == 1 or n < 3 * season:
        return np.zeros_like(residual)
    month = np.arange(n) % season
    means = np.bincount(month, residual * usual) / np.maximum(np.bincount(month, usual), 1)
    explained, left = means[month][usual], (residual - means[month])[usual]
    bar = f_distribution.isf(0.01, season - 1, n - season) * (season - 1) / (n - season)
    return means[month] if float(explained @ explained) > bar * float(left @ left) else np.zeros_like(residual)


def _ends(series: Floats, min_size: int, penalty: float) -> list[int]:
    """Ends of the segments of constant level, the last being the length."""
    price = penalty * np.log(max(len(series), 2)) * long_run_variance(series)
    if price <= 0 or len(series) < 2 * min_size:
        return [len(series)]
    search = ruptures.KernelCPD(kernel="linear", min_size=min_size).fit(series.reshape(-1, 1))
    return [int(end) for end in search.predict(pen=price)]


def _moving_mean(series: Floats, season: int) -> Floats:
    """Centred mean over a year, which has no season in it; its ends are held."""
    if season == 1 or len(series) < 3 * season:
        return series
    window = np.r_[0.5, np.ones(season - 1), 0.5] / season
    held: Floats = np.pad(np.convolve(series, window, mode="valid"), season // 2, mode="edge")
    return held


def _calmed(series: Floats, min_size: int) -> Floats:
    """Single periods drawn in to three deviations from the median around them, or one of them would make two breaks."""
    around = median_filter(series, size=2 * min_size - 1, mode="nearest")
    edge = 3 * noise(series)
    return np.clip(series, around - edge, around + edge)


def _mostly_alike(series: Floats) -> bool:
    return not np.median(np.abs(series - np.median(series))) > 0


def segments(series: Floats, season: int, min_size: int, penalty: float) -> tuple[list[int], Floats]:
    """Ends of the segments, and the series without its seasons.

    Seasons are told from what stands out of a moving mean first, and from what the segments leave then. A series of
    rare events has none, and no event of it is out of line.
    """
    if _mostly_alike(series):
        return _ends(series, min_size, penalty), series
    rest = series - _moving_mean(series, season)
    usual = np.abs(rest - np.median(rest)) <= 4.5 * np.median(np.abs(rest - np.median(rest)))
    plain = series - _season_of(rest, season, usual)
    calm = _calmed(plain, min_size)
    parts = np.split(calm, _ends(calm, min_size, penalty)[:-1])
    levels = np.concatenate([np.full(len(part), part.mean()) for part in parts])
    plain = series - _season_of(series - levels, season, calm == plain)
    return _ends(_calmed(plain, min_size), min_size, penalty), plain


def turning_points(values: Floats, rule: Rule, season: int) -> list[Point]:
    """Breaks and anomalies of one series of consecutive periods, in order. None where it is too short or too empty."""
    if len(values) < rule.min_length or np.count_nonzero(values) < rule.min_nonzero:
        return []
    series = transformed(np.asarray(values, dtype=float), rule.transform)
    ends, plain = segments(series, season, rule.min_size, rule.penalty)
    spread = long_run_variance(plain) ** 0.5
    starts = [0, *ends[:-1]]
    found = []
    for before, at, end in zip(starts, ends[:-1], ends[1:], strict=False):
        size = (at - before) * (end - at) / (end - before)
        strength = (plain[at:end].mean() - plain[before:at].mean()) / spread * size**0.5
        found.append(Point(at, "break", float(values[before:at].mean()), float(values[at:end].mean()), strength))
    distance = np.concatenate([plain[a:b] - np.median(plain[a:b]) for a, b in zip(starts, ends, strict=True)])
    usual = float(np.median(np.abs(distance))) / 0.6745
    if not usual > 0:
        return found
    for place in np.flatnonzero(np.abs(distance) > rule.threshold * usual):
        start, end = next((a, b) for a, b in zip(starts, ends, strict=True) if a <= place < b)
        level = float(np.median(values[start:end]))
        found.append(Point(int(place), "anomaly", level, level, float(distance[place]) / usual))
    return sorted(found, key=lambda point: (point.place, point.kind))


def _runs(series: Any) -> Iterator[tuple[tuple[str, str, str], NDArray[Any], Floats]]:
    """Each series' runs of consecutive periods: (directed dyad, indicator, grain), first days, values."""
    ordered = series.order("directed_dyad, indicator, grain, period_start").fetchnumpy()
    keys = list(zip(*(ordered[name].astype(str) for name in ("directed_dyad", "indicator", "grain")), strict=True))
    if not keys:
        return
    days = ordered["period_start"].astype("datetime64[D]")
    yearly = np.array([key[2] == "A" for key in keys])
    period = np.where(yearly, days.astype("datetime64[Y]").astype(int), days.astype("datetime64[M]").astype(int))
    changed = np.array([one != other for one, other in itertools.pairwise(keys)], dtype=bool)
    cuts = np.flatnonzero(changed | (np.diff(period) != 1)) + 1
    for run in np.split(np.arange(len(keys)), cuts):
        yield keys[run[0]], days[run], np.asarray(ordered["value"][run], dtype=float)


def turning_points_table(series: Any, rules: Any) -> pa.Table:
    """One row per turning point, from relations of the series (long) and of the rules (by indicator and grain)."""
    told = {}
    for row in rules.fetchall():
        given = dict(zip(rules.columns, row, strict=True))
        told[given["indicator"], given["grain"]] = Rule(**{name: given[name] for name in Rule.__dataclass_fields__})
    rows = []
    for (dyad, indicator, grain), days, values in _runs(series):
        for point in turning_points(values, told[indicator, grain], SEASONS[grain]):
            rows.append({
                "directed_dyad": dyad, "indicator": indicator, "grain": grain,
                "period_start": days[point.place].item(), "kind": point.kind, "value": float(values[point.place]),
                "level_before": round(point.level_before, 9), "level_after": round(point.level_after, 9),
                "strength": round(point.strength, 4), "series_from": days[0].item(), "series_to": days[-1].item(),
                "n_periods": len(values),
            })  # fmt: skip
    text, day, number = pa.string(), pa.date32(), pa.float64()
    schema = pa.schema([
        ("directed_dyad", text), ("indicator", text), ("grain", text), ("period_start", day), ("kind", text),
        ("value", number), ("level_before", number), ("level_after", number), ("strength", number),
        ("series_from", day), ("series_to", day), ("n_periods", pa.int32()),
    ])  # fmt: skip
    return pa.Table.from_pylist(rows, schema=schema)
