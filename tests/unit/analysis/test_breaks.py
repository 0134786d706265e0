"""Turning points: what was planted is found where it was planted, and little else is."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import duckdb
import numpy as np
import pytest

from ingest import reference
from ingest.analysis import breaks
from ingest.analysis.breaks import Rule, turning_points

SEED = [dict(row) for row in reference.read_seed("turning_points")]
RULE = Rule("log1p", **{name: (float if name in ("penalty", "threshold") else int)(SEED[0][name])
                        for name in Rule.__dataclass_fields__ if name != "transform"})  # fmt: skip
PLAIN = dataclasses.replace(RULE, transform="none")
MONTHS = np.arange(72)
SEASON = 1 + 0.3 * np.sin(2 * np.pi * MONTHS / 12)


def flights(level: Any, seed: int = 1) -> Any:
    return np.random.default_rng(seed).poisson(level * SEASON).astype(float)


def places(values: Any, kind: str, rule: Rule = RULE) -> list[int]:
    return [point.place for point in turning_points(values, rule, 12) if point.kind == kind]


def test_planted_steps_are_found_in_their_month_with_their_levels() -> None:
    level = np.where(MONTHS < 24, 30, np.where(MONTHS < 50, 90, 45))
    found = [point for point in turning_points(flights(level), RULE, 12) if point.kind == "break"]
    assert [point.place for point in found] == [24, 50]
    assert [point.level_before for point in found] == pytest.approx([30, 90], rel=0.1)
    assert [point.level_after for point in found] == pytest.approx([90, 45], rel=0.1)
    assert found[0].strength > 10 and found[1].strength < -5


def test_a_month_without_flights_is_an_anomaly_and_no_break() -> None:
    values = flights(np.full(72, 60))
    values[40] = 5
    assert places(values, "break") == []
    assert places(values, "anomaly") == [40], "nor do the other Mays pay for it"
    lowest = next(point for point in turning_points(values, RULE, 12) if point.place == 40)
    assert lowest.strength < -RULE.threshold and lowest.level_before == lowest.level_after


def test_noise_breaks_in_few_series_also_where_it_wanders() -> None:
    """As in docs/METHODOLOGY.md: 60 months, at most 2 % of white series, 8 % of those with autocorrelation 0.5."""
    rng = np.random.default_rng(5)
    white, wandering = rng.normal(size=(300, 60)), np.zeros((300, 60))
    for month in range(1, 60):
        wandering[:, month] = 0.5 * wandering[:, month - 1] + white[:, month]
    rates = [np.mean([bool(places(10 + row, "break", PLAIN)) for row in rows]) for rows in (white, wandering)]
    assert rates[0] <= 0.02 and rates[1] <= 0.08
    anomalies = sum(len(places(10 + row, "anomaly", PLAIN)) for row in white)
    assert anomalies <= 0.004 * white.size


def test_a_season_is_no_turning_point() -> None:
    assert np.mean([bool(places(flights(np.full(72, 40), seed), "break")) for seed in range(200)]) <= 0.05


@pytest.mark.parametrize("values", [np.zeros(72), np.full(72, 7.0), np.r_[np.zeros(66), np.ones(6)]])
def test_flat_and_empty_series_have_none_and_no_error(values: Any) -> None:
    """The last is a step, told by fewer periods than the rule asks for."""
    assert turning_points(values, PLAIN, 12) == []


def test_a_series_that_is_too_short_has_none_whatever_it_shows() -> None:
    values = flights(np.where(MONTHS < 18, 20, 200))[:36]
    assert places(values, "break") == [18]
    assert turning_points(values[:-1], RULE, 12) == []


def test_a_step_without_noise_is_found_and_sparse_series_have_no_anomalies() -> None:
    assert places(np.r_[np.zeros(36), np.full(36, 5.0)], "break", PLAIN) == [36]
    sparse = (np.random.default_rng(2).random(120) < 0.2) * 3.0
    assert np.count_nonzero(sparse) >= PLAIN.min_nonzero and turning_points(sparse, PLAIN, 12) == []


def table(rows: list[tuple[str, str, str, date, float]]) -> list[dict[str, Any]]:
    con = duckdb.connect()
    con.execute("create table series (directed_dyad varchar, indicator varchar, grain varchar, period_start date, "
                "value double)")  # fmt: skip
    if rows:
        columns = [list(column) for column in zip(*rows, strict=True)]
        con.execute("insert into series select unnest(?), unnest(?), unnest(?), unnest(?), unnest(?)", columns)
    seeds = f"read_csv('{reference.SEEDS / 'turning_points.csv'}')"
    made = breaks.turning_points_table(con.table("series"), con.sql(f"select * from {seeds}"))
    return made.to_pylist()


def month(place: int) -> date:
    return date(2015 + place // 12, place % 12 + 1, 1)


def test_series_are_kept_apart_and_a_gap_ends_one() -> None:
    """The step of one dyad is not seen in another, nor where one begins when the last ends; a gap parts two runs."""
    steps = flights(np.where(MONTHS < 30, 20, 60))
    rows = [("KGZ>RUS", "n_flights", "M", month(n), float(v)) for n, v in enumerate(steps)]
    rows += [("RUS>KGZ", "n_flights", "M", month(n), float(v)) for n, v in enumerate(flights(np.full(72, 50), 3))]
    level = np.r_[flights(np.full(72, 20), 7)[:40], flights(np.full(72, 80), 7)[:40]]
    rows += [("KAZ>RUS", "n_flights", "M", month(n + (n >= 40)), float(v)) for n, v in enumerate(level)]
    rows += [("KAZ>TJK" if n < 40 else "KAZ>UZB", "n_flights", "M", month(n), float(v)) for n, v in enumerate(level)]
    found = [row for row in table(rows[::-1]) if row["kind"] == "break"]
    assert [(row["directed_dyad"], row["period_start"]) for row in found] == [("KGZ>RUS", month(30))]
    assert found[0]["series_from"] == month(0) and found[0]["series_to"] == month(71)
    assert (found[0]["n_periods"], found[0]["value"]) == (72, float(steps[30]))


def test_no_series_give_a_table_without_rows() -> None:
    assert table([]) == []
