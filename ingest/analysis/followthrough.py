"""Whether what was announced is seen to come true: a series around a commitment, against what came to others.

The change of a dyad is the log ratio of what was counted in the outcome window to what was counted in the same
calendar months before the announcement. What its two states do with all others at that time, and what all dyads do, is
taken off: a difference in differences over two-way effects (state i, state j; Angrist and Pischke 2009, chapter 5),
with medians in place of means. What is left is divided by what counts of that size vary by, and is placed among the
same figure of dyads and dates to which nothing was promised: the share of them that is at least as large is the p-value
(randomisation inference; Fisher 1935; Abadie, Diamond and Hainmueller 2010 for placebos in space and time).

What this takes off: seasons, common shocks, receivers that a state gained or lost, whatever changes all dyads of one of
the two states alike. What it can't: receivers that see one route only, and anything else that came to this dyad at that
time. A verdict says that the series moved as promised, and not that it moved because of the promise.

Arrays are of one indicator: n dyads by periods in a row (months or years), NaN where nobody observed.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ingest.errors import EntenteError

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]

VERDICTS = ("followed", "partly", "not seen", "contrary", "not observable", "not measurable yet", "no data")
OBSERVABLE, NOT_OBSERVABLE, NO_SOURCE = 1, 0, -1  # what is known of a dyad's period where it has no value


@dataclass(frozen=True)
class Rule:
    """How a series of one grain is read; seeds/followthrough_method.csv says why. Lengths are in periods."""

    season: int  # periods in a year: the outcome is paired with the same period of a year before the announcement
    outcome: int  # periods of the outcome, and so of the baseline
    lag: int  # periods from the announcement to the first of the outcome
    min_pairs: int  # of the paired periods, so many must be observed on both sides
    min_observable: float  # share of the landed periods of both windows that must be observable
    min_count: float  # in the baseline, for a change to be a ratio: below, what counts is what came
    min_comparisons: int  # dyads of each partner with others
    min_placebos: int
    alpha: float
    alpha_partly: float
    min_change: float  # a change that is smaller is none, whatever its p-value
    placebo_dates: int  # other dates that placebos are taken from, on each side
    placebo_step: int  # periods between them


@dataclass(frozen=True)
class Panel:
    """One indicator. `values` and `status` are n by p; `first` and `second` number the two states of each dyad."""

    dyads: tuple[str, ...]
    periods: Ints  # in a row: months since year 0, or years
    values: Floats
    status: Ints
    first: Ints
    second: Ints

    @property
    def n_states(self) -> int:
        return int(max(self.first.max(initial=-1), self.second.max(initial=-1)) + 1)


@dataclass(frozen=True)
class Changes:
    """What happened around one date in every dyad; NaN where it can't be told."""

    before: Floats  # sums over the pairs that are observed on both sides
    after: Floats
    n_pairs: Ints
    change: Floats  # log ratio
    expected: Floats  # what the two states' other dyads, and all dyads, did
    did: Floats
    z: Floats  # did by what it varies by
    n_comparisons: Ints  # of the partner that has fewer


@dataclass(frozen=True)
class Finding:
    """What is found of one commitment and one series. Changes are log ratios, NaN where they can't be told."""

    verdict: str
    reason: str
    baseline_from: int
    outcome_from: int
    outcome_to: int
    n_pairs: int = 0
    before: float = np.nan
    after: float = np.nan
    change: float = np.nan
    expected: float = np.nan
    did: float = np.nan
    p_value: float = np.nan
    n_placebos: int = 0
    n_comparisons: int = 0
    observable_before: float = np.nan  # shares of the landed periods
    observable_after: float = np.nan


def pairs(at: int, rule: Rule) -> tuple[Ints, Ints]:
    """Periods of the baseline and of the outcome, the same season each; `at` is the period of the announcement."""
    after = np.arange(at + rule.lag, at + rule.lag + rule.outcome)
    years = (after - at) // rule.season + 1  # back to before the announcement, by whole years
    return after - years * rule.season, after


def leave_one_out_median(values: Floats) -> Floats:
    """For each value the median of the others; NaN where there are none."""
    n = len(values)
    if n < 2:
        return np.full(n, np.nan)
    order = np.argsort(values, kind="stable")
    ranked = values[order]
    place = np.empty(n, dtype=np.int64)
    place[order] = np.arange(n)
    m = n - 1  # how many are left
    low, high = (m - 1) // 2, m // 2
    middle: Floats = (ranked[low + (place <= low)] + ranked[high + (place <= high)]) / 2
    return middle


def _paired(panel: Panel, baseline: Ints, outcome: Ints) -> tuple[Floats, Floats]:
    """Values of all dyads in the pairs of periods of which both lie within the panel."""
    before, after = baseline - panel.periods[0], outcome - panel.periods[0]
    p = panel.values.shape[1]
    inside = (before >= 0) & (after >= 0) & (before < p) & (after < p)
    return panel.values[:, before[inside]], panel.values[:, after[inside]]


def changes(panel: Panel, at: int, rule: Rule, excluded: Bools) -> Changes:
    """What happened around the period `at` in every dyad, against dyads that are not `excluded` (n booleans)."""
    old, new = _paired(panel, *pairs(at, rule))
    seen = ~np.isnan(old) & ~np.isnan(new)
    n_pairs = seen.sum(axis=1)
    before, after = (np.where(seen, side, 0.0).sum(axis=1) for side in (old, new))
    enough = n_pairs >= rule.min_pairs
    before, after = np.where(enough, before, np.nan), np.where(enough, after, np.nan)
    change = np.log((after + 0.5) / (before + 0.5))
    fit = enough & (before >= rule.min_count)
    expected, n_comparisons = _expected(panel, np.where(fit & ~excluded, change, np.nan), change)
    did = np.where(fit, change - expected, np.nan)
    by_chance = 1 / (before + 0.5) + 1 / (after + 0.5)  # variance of the log ratio of two counts
    basis = ~np.isnan(did) & ~excluded
    spread = 1.4826 * np.median(np.abs(did[basis] - np.median(did[basis]))) if basis.any() else np.nan
    more = max(0.0, float(spread**2 - np.median(by_chance[basis]))) if basis.any() else 0.0
    return Changes(before, after, n_pairs, change, expected, did, did / np.sqrt(by_chance + more), n_comparisons)


def _expected(panel: Panel, of_others: Floats, change: Floats) -> tuple[Floats, Ints]:
    """median(i) + median(j) - median(all), each without the dyad itself; and how many dyads the scarcer state has."""
    n = len(change)
    of_state = np.full((2, n), np.nan)
    counts = np.zeros((2, n), dtype=np.int64)
    there = ~np.isnan(of_others)
    for state in range(panel.n_states):
        is_first, is_second = panel.first == state, panel.second == state
        members = np.flatnonzero((is_first | is_second) & there)
        known = of_others[members]
        middle = np.median(known) if len(known) else np.nan
        for side, at in enumerate((is_first, is_second)):
            of_state[side, at] = middle
            counts[side, at] = len(members)
        without = leave_one_out_median(known)
        for side, at in enumerate((is_first, is_second)):
            mine = at[members]
            of_state[side, members[mine]] = without[mine]
            counts[side, members[mine]] -= 1
    world = np.median(of_others[there]) if there.any() else np.nan
    return of_state.sum(axis=0) - world, counts.min(axis=0)


def judge(
    panel: Panel, dyad: str, at: int, direction: int, rule: Rule, promised: Iterable[tuple[str, int]] = ()
) -> Finding:
    """What is seen of a commitment of `dyad` announced in the period `at`, by which the series is to rise (1), to fall
    (-1) or to stay (0). `promised` are (dyad, period) of all commitments on the same series: dyads with one near a date
    are no comparison and no placebo there."""
    baseline, outcome = pairs(at, rule)
    place = (int(baseline.min()), int(outcome.min()), int(outcome.max()))
    if dyad not in panel.dyads:
        return Finding("no data", "nothing of this series has landed for the dyad", *place)
    mine = panel.dyads.index(dyad)
    shares = tuple(_observable(panel, mine, side) for side in (baseline, outcome))
    unseen = _why_unseen(panel, mine, baseline, outcome, rule)
    if unseen:
        return Finding(*unseen, *place, observable_before=shares[0], observable_after=shares[1])
    near = list(promised)
    here = changes(panel, at, rule, _promised_near(panel, near, at, rule, mine))
    told = {
        "n_pairs": int(here.n_pairs[mine]), "before": float(here.before[mine]), "after": float(here.after[mine]),
        "change": float(here.change[mine]), "observable_before": shares[0], "observable_after": shares[1],
    }  # fmt: skip
    is_ratio = here.before[mine] >= rule.min_count
    if is_ratio:
        n_comparisons = int(here.n_comparisons[mine])
        told |= {
            "expected": float(here.expected[mine]), "did": float(here.did[mine]), "n_comparisons": n_comparisons,
        }  # fmt: skip
        if n_comparisons < rule.min_comparisons:
            reason = (
                f"only {n_comparisons} other dyads of one partner can be compared: {rule.min_comparisons} are asked for"
            )
            return Finding("no data", reason, *place, **told)  # type: ignore[arg-type]
    placebos = _placebos(panel, near, at, rule, mine, is_ratio)
    told["n_placebos"] = len(placebos)
    if len(placebos) < rule.min_placebos:
        reason = f"only {len(placebos)} dyads and dates can stand for chance: {rule.min_placebos} are asked for"
        return Finding("no data", reason, *place, **told)  # type: ignore[arg-type]
    statistic = float(here.z[mine] if is_ratio else here.after[mine])
    effect = float(here.did[mine] if is_ratio else here.change[mine])
    above = (1 + int((placebos >= statistic).sum())) / (1 + len(placebos))
    below = (1 + int((placebos <= statistic).sum())) / (1 + len(placebos))
    verdict, reason, p_value = _verdict(direction, effect, above, below, rule)
    return Finding(verdict, reason, *place, p_value=p_value, **told)  # type: ignore[arg-type]


def _verdict(direction: int, effect: float, above: float, below: float, rule: Rule) -> tuple[str, str, float]:
    """Verdict, reason and the p-value that it rests on: of a promise to keep something, that of its fall."""
    least = np.log1p(rule.min_change)
    if direction == 0:
        if below <= rule.alpha and effect <= -least:
            return "contrary", "it fell, against what came to others", below
        return ("followed", "it did not fall, against what came to others", below) if effect > -least else (
            "not seen", "it fell, but not more than chance allows", below
        )  # fmt: skip
    wanted, unwanted = (above, below) if direction > 0 else (below, above)
    as_promised = direction * effect
    if as_promised >= least and wanted <= rule.alpha:
        return "followed", "it moved as promised, more than chance allows", wanted
    if as_promised <= -least and unwanted <= rule.alpha:
        return "contrary", "it moved the other way, more than chance allows", wanted
    if as_promised >= least and wanted <= rule.alpha_partly:
        return "partly", "it moved as promised, but chance does as much now and then", wanted
    return "not seen", "it did not move as promised beyond what came to others", wanted


def _observable(panel: Panel, mine: int, periods: Ints) -> float:
    """Share of the landed periods in which the dyad is observable; NaN where none has landed."""
    at = periods - panel.periods[0]
    status = panel.status[mine, at[(at >= 0) & (at < panel.values.shape[1])]]
    landed = status[status != NO_SOURCE]
    return float((landed == OBSERVABLE).mean()) if len(landed) else float("nan")


def _why_unseen(panel: Panel, mine: int, baseline: Ints, outcome: Ints, rule: Rule) -> tuple[str, str] | None:
    """Verdict and reason where the two windows are not observed enough to be compared; None where they are."""
    both = np.concatenate([baseline, outcome])
    share, of_all = _observable(panel, mine, both), _observable(panel, mine, panel.periods)
    landed = np.flatnonzero((panel.status != NO_SOURCE).any(axis=0))
    last = int(panel.periods[landed[-1]]) if len(landed) else int(panel.periods[0]) - 1
    beyond = int((outcome > last).sum())
    later = f"; {beyond} of the outcome's {len(outcome)} periods have not landed" if beyond else ""
    if share < rule.min_observable:
        return "not observable", f"observable in {share:.0%} of the landed periods of the two windows{later}"
    if np.isnan(share) and of_all < rule.min_observable:
        return (
            "not observable",
            f"no period of the two windows has landed; observable in {of_all:.0%} of those that have",
        )
    if beyond and (len(outcome) - beyond) < rule.min_pairs:
        return "not measurable yet", f"the outcome's window ends after the last period that has landed{later}"
    old, new = _paired(panel, baseline, outcome)
    seen = ~np.isnan(old[mine]) & ~np.isnan(new[mine])
    if seen.sum() < rule.min_pairs:
        return (
            "no data",
            f"{int(seen.sum())} of {len(outcome)} pairs of periods are observed: {rule.min_pairs} are asked for",
        )
    return None


def _promised_near(panel: Panel, promised: Sequence[tuple[str, int]], at: int, rule: Rule, mine: int) -> Bools:
    """Dyads to which something was promised in the windows around `at`, and the dyad in question."""
    reach = rule.outcome + rule.lag
    near = {dyad for dyad, when in promised if at - reach <= when <= at + reach}
    excluded = np.array([dyad in near for dyad in panel.dyads], dtype=bool)
    excluded[mine] = True
    return excluded


def _placebos(
    panel: Panel, promised: Sequence[tuple[str, int]], at: int, rule: Rule, mine: int, is_ratio: bool
) -> Floats:
    """The statistic of dyads and dates that nothing was promised to: of those with a baseline, or of those without."""
    dates = [at + step * rule.placebo_step for step in range(-rule.placebo_dates, rule.placebo_dates + 1)]
    found = []
    for when in dates:
        excluded = _promised_near(panel, promised, when, rule, mine)
        there = changes(panel, when, rule, excluded)
        if is_ratio:
            fit = ~np.isnan(there.z) & (there.n_comparisons >= rule.min_comparisons)
            found.append(there.z[fit & ~excluded])
        else:
            fit = there.before < rule.min_count
            found.append(there.after[fit & ~excluded])
    return np.concatenate(found) if found else np.empty(0)


def event_study(panel: Panel, dyad: str, at: int, rule: Rule, reach: int) -> list[tuple[int, float, float, float]]:
    """(offset, value, value a year before, value expected) of the periods around `at`: expected is the value a year
    before, moved by what the two states' other dyads and all dyads did between the two. NaN where unknown."""
    if dyad not in panel.dyads:
        return []
    mine = panel.dyads.index(dyad)
    rows = []
    for offset in range(-reach, reach + 1):
        now = at + offset - int(panel.periods[0])
        ago = now - rule.season
        value = panel.values[mine, now] if 0 <= now < panel.values.shape[1] else np.nan
        before, expected = np.nan, np.nan
        if 0 <= ago < panel.values.shape[1] and now < panel.values.shape[1]:
            before = panel.values[mine, ago]
            ratio = np.log((panel.values[:, now] + 0.5) / (panel.values[:, ago] + 0.5))
            ratio[panel.values[:, ago] < rule.min_count / rule.outcome] = np.nan
            others = ratio.copy()
            others[mine] = np.nan
            moved, n = _expected(panel, others, ratio)
            if n[mine] >= rule.min_comparisons:
                expected = (before + 0.5) * np.exp(moved[mine]) - 0.5
        rows.append((offset, float(value), float(before), float(expected)))
    return rows


DIRECTIONS = {"increase": 1, "start": 1, "decrease": -1, "stop": -1, "maintain": 0}
SCHEMA = pa.schema([
    ("commitment_id", pa.string()), ("dyad", pa.string()), ("indicator", pa.string()), ("grain", pa.string()),
    ("verdict", pa.string()), ("reason", pa.string()), ("expected_sign", pa.int32()),
    ("baseline_from", pa.date32()), ("outcome_from", pa.date32()), ("outcome_to", pa.date32()),
    ("n_pairs", pa.int32()), ("value_before", pa.float64()), ("value_after", pa.float64()), ("change", pa.float64()),
    ("change_expected", pa.float64()), ("change_beyond", pa.float64()), ("p_value", pa.float64()),
    ("n_placebos", pa.int32()), ("n_comparisons", pa.int32()), ("observable_before", pa.float64()),
    ("observable_after", pa.float64()),
    ("study", pa.list_(pa.struct([
        ("period_offset", pa.int32()), ("value", pa.float64()), ("value_year_before", pa.float64()),
        ("value_expected", pa.float64()),
    ]))),
])  # fmt: skip
NO_SERIES = "no series of this topic is loaded: see the seed followthrough_rules"


def table(asked: Any, series: Any, method: Any, reach: int = 12) -> pa.Table:
    """One row per commitment, dyad and series asked about, as SCHEMA says; a row without indicator is `no data`.

    `asked` has commitment_id, dyad, published_on, direction, indicator, grain, sign_of_decrease; `series` indicator,
    grain, dyad, period_start, value, status; `method` grain, parameter, value. All are DuckDB relations. Raises
    EntenteError naming the seed and what mends it where a parameter is missing or no number.
    """
    rules = _rules(method.project("grain, parameter, value").fetchall())
    columns = "commitment_id, dyad, published_on, direction, indicator, grain, sign_of_decrease"
    questions = asked.project(columns).order(columns).fetchall()
    rows: list[dict[str, Any]] = []
    for indicator, grain in sorted({(q[4] or "", q[5] or "") for q in questions}):
        mine = [q for q in questions if (q[4] or "", q[5] or "") == (indicator, grain)]
        panel = _panel(series, indicator, grain) if indicator else None
        promised = [(q[1], _period(q[2], grain)) for q in mine]
        for commitment_id, dyad, day, direction, _, _, sign in mine:
            sign = DIRECTIONS[direction] if direction != "decrease" else int(sign)
            row = {"commitment_id": commitment_id, "dyad": dyad, "indicator": indicator or None,
                   "grain": grain or None, "expected_sign": sign}  # fmt: skip
            if panel is None or not len(panel.dyads):
                rows.append(row | {"verdict": "no data", "reason": NO_SERIES})
                continue
            rule, at = rules[grain], _period(day, grain)
            found = judge(panel, dyad, at, sign, rule, promised)
            study = event_study(panel, dyad, at, rule, reach if grain == "M" else 3)
            rows.append(row | _told(found, grain) | {"study": [
                {"period_offset": o, "value": _number(v), "value_year_before": _number(b), "value_expected": _number(e)}
                for o, v, b, e in study
            ]})  # fmt: skip
    return pa.Table.from_pylist([{name: row.get(name) for name in SCHEMA.names} for row in rows], schema=SCHEMA)


def _told(found: Finding, grain: str) -> dict[str, Any]:
    return {
        "verdict": found.verdict, "reason": found.reason, "n_pairs": found.n_pairs,
        "baseline_from": _first_day(found.baseline_from, grain), "outcome_from": _first_day(found.outcome_from, grain),
        "outcome_to": _first_day(found.outcome_to, grain), "value_before": _number(found.before),
        "value_after": _number(found.after), "change": _number(np.expm1(found.change)),
        "change_expected": _number(np.expm1(found.expected)), "change_beyond": _number(np.expm1(found.did)),
        "p_value": _number(found.p_value), "n_placebos": found.n_placebos, "n_comparisons": found.n_comparisons,
        "observable_before": _number(found.observable_before), "observable_after": _number(found.observable_after),
    }  # fmt: skip


def _number(value: float) -> float | None:
    """Rounded, since the last digits of sums depend on their order; None where it is unknown."""
    return None if np.isnan(value) else round(float(value), 9)


def _period(day: date, grain: str) -> int:
    return day.year * 12 + day.month - 1 if grain == "M" else day.year


def _first_day(period: int, grain: str) -> date:
    return date(period // 12, period % 12 + 1, 1) if grain == "M" else date(period, 1, 1)


def _panel(series: Any, indicator: str, grain: str) -> Panel:
    rows = series.filter(f"indicator = '{indicator}' and grain = '{grain}'")
    told = rows.project("dyad, period_start, value, status").order("dyad, period_start").fetchall()
    dyads = sorted({row[0] for row in told})
    at = [_period(row[1], grain) for row in told]
    if not told:
        empty = np.empty(0, dtype=np.int64)
        return Panel((), empty, np.empty((0, 0)), np.empty((0, 0), dtype=np.int64), empty, empty)
    periods = np.arange(min(at), max(at) + 1)
    values = np.full((len(dyads), len(periods)), np.nan)
    status = np.full(values.shape, NO_SOURCE, dtype=np.int64)
    number = {dyad: n for n, dyad in enumerate(dyads)}
    for (dyad, _, value, known), period in zip(told, at, strict=True):
        values[number[dyad], period - periods[0]] = np.nan if value is None else value
        status[number[dyad], period - periods[0]] = known
    states = sorted({state for dyad in dyads for state in dyad.split("-")})
    of = {state: n for n, state in enumerate(states)}
    first, second = (np.array([of[dyad.split("-")[end]] for dyad in dyads]) for end in (0, 1))
    return Panel(tuple(dyads), periods, values, status, first, second)


def _rules(rows: list[tuple[str, str, str]]) -> dict[str, Rule]:
    rules = {}
    for grain in ("M", "A"):
        given = {name: value for of, name, value in rows if of == grain}
        try:
            read: dict[str, Any] = {
                f.name: (int if f.type == "int" else float)(given[f.name]) for f in dataclasses.fields(Rule)
            }
            rules[grain] = Rule(**read)
        except (KeyError, ValueError) as error:
            raise EntenteError(
                f"grain {grain}: parameter missing or no number: {error}",
                mend="give each parameter of the grain a number", file="dbt_project/seeds/followthrough_method.csv",
            ) from error  # fmt: skip
    return rules
