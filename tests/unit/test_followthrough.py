"""ingest/analysis/followthrough.py: in worlds of known effect it finds what is there, and seldom what is not."""

from __future__ import annotations

import dataclasses
from datetime import date

import duckdb
import numpy as np
import pyarrow as pa
import pytest

from bench.followthrough import AT, FIRST, MONTHLY, findings, share, world
from ingest import settings
from ingest.analysis import followthrough
from ingest.analysis.followthrough import NO_SOURCE, NOT_OBSERVABLE, Panel, judge
from ingest.errors import EntenteError

WHEN = FIRST + AT


def test_the_outcome_is_paired_with_the_same_months_before_the_announcement() -> None:
    baseline, outcome = followthrough.pairs(WHEN, MONTHLY)
    assert outcome.tolist() == list(range(WHEN + 1, WHEN + 13))
    assert sorted(baseline) == list(range(WHEN - 12, WHEN)), "none of the announcement or after it"
    assert all((after - before) % 12 == 0 for before, after in zip(baseline, outcome, strict=True))


def test_the_rule_of_the_worlds_is_that_of_the_seed() -> None:
    rows = duckdb.read_csv(str(settings.SEEDS / "followthrough_method.csv"), all_varchar=True)
    assert followthrough._rules(rows.project("grain, parameter, value").fetchall())["M"] == MONTHLY


def test_a_promise_that_nothing_follows_is_found_followed_no_more_often_than_by_chance() -> None:
    """5 % of 120 worlds are 6; 99 of 100 such sets of worlds have 1 to 12."""
    found = findings(120, 40.0, 0.0)
    assert 1 <= sum(f.p_value <= MONTHLY.alpha for f in found) <= 12
    assert 1 <= sum(1 - f.p_value <= MONTHLY.alpha for f in found) <= 12
    assert share(found) <= 0.1 and share(found, "contrary") <= 0.1


@pytest.mark.parametrize(("effect", "verdict"), [(0.3, "followed"), (-0.3, "contrary")])
def test_a_change_of_thirty_per_cent_over_a_year_is_found(effect: float, verdict: str) -> None:
    found = findings(60, 60.0, effect)
    assert share(found, verdict) >= 0.8
    beyond = np.median([np.expm1(f.did) for f in found])
    assert beyond == pytest.approx(effect, abs=0.05)


def test_a_common_shock_and_receivers_that_go_are_no_change_of_the_dyad() -> None:
    panel, dyad = world(3, 200.0, 0.0)
    mine = panel.dyads.index(dyad)
    values = panel.values.copy()
    after = panel.periods > WHEN
    values[:, after] *= 0.4  # everybody falls
    touched = (panel.first == panel.first[mine]) | (panel.second == panel.first[mine])
    values[np.ix_(touched, after)] *= 0.5  # and one of the two states is seen half as well
    before = judge(panel, dyad, WHEN, 1, MONTHLY)
    found = judge(dataclasses.replace(panel, values=values), dyad, WHEN, 1, MONTHLY)
    assert found.change < before.change - 1.5
    assert found.did == pytest.approx(before.did, abs=0.05)
    assert found.verdict != "contrary"


def test_the_direction_of_the_promise_decides() -> None:
    panel, dyad = world(5, 300.0, 1.0)
    verdicts = {sign: judge(panel, dyad, WHEN, sign, MONTHLY).verdict for sign in (1, 0, -1)}
    assert verdicts == {1: "followed", 0: "followed", -1: "contrary"}
    panel, dyad = world(5, 300.0, -0.6)
    verdicts = {sign: judge(panel, dyad, WHEN, sign, MONTHLY).verdict for sign in (1, 0, -1)}
    assert verdicts == {1: "contrary", 0: "contrary", -1: "followed"}


def test_flights_that_start_from_none_are_found_by_what_came() -> None:
    panel, dyad = world(7, 30.0, 0.0)
    values = panel.values.copy()
    quiet = np.arange(len(panel.dyads)) % 3 == 0  # a third of the dyads is hardly flown
    quiet[panel.dyads.index(dyad)] = True
    values[quiet] = (np.arange(values.shape[1]) % 17 == 0).astype(float)
    silent = dataclasses.replace(panel, values=values)
    assert judge(silent, dyad, WHEN, 1, MONTHLY).verdict == "not seen"
    values[panel.dyads.index(dyad), panel.periods > WHEN] = 4.0
    found = judge(silent, dyad, WHEN, 1, MONTHLY)
    assert (found.verdict, found.after) == ("followed", 48.0)
    assert np.isnan(found.did), "there is no ratio to nothing"


def unseen(status: int, periods: slice) -> tuple[Panel, str]:
    panel, dyad = world(1, 60.0, 0.5)
    values, known = panel.values.copy(), panel.status.copy()
    mine = panel.dyads.index(dyad)
    rows = slice(None) if status == NO_SOURCE else mine
    values[rows, periods], known[rows, periods] = np.nan, status
    return dataclasses.replace(panel, values=values, status=known), dyad


@pytest.mark.parametrize(
    ("status", "periods", "verdict", "words"),
    [
        (NOT_OBSERVABLE, slice(0, None), "not observable", "observable in 0% of the landed periods"),
        (NOT_OBSERVABLE, slice(AT - 12, AT - 2), "not observable", "observable in 58%"),
        (NO_SOURCE, slice(AT + 5, None), "not measurable yet", "8 of the outcome's 12 periods have not landed"),
        (NO_SOURCE, slice(0, AT), "no data", "0 of 12 pairs of periods are observed"),
    ],
)
def test_what_nobody_could_see_has_no_verdict_on_the_promise(
    status: int, periods: slice, verdict: str, words: str
) -> None:
    panel, dyad = unseen(status, periods)
    found = judge(panel, dyad, WHEN, 1, MONTHLY)
    assert found.verdict == verdict
    assert words in found.reason
    assert np.isnan(found.p_value)


def test_a_dyad_that_is_never_observable_is_so_also_where_the_windows_have_not_landed() -> None:
    """The home question: the windows lie after the last month that landed, and receivers saw little before."""
    panel, dyad = unseen(NOT_OBSERVABLE, slice(0, None))
    found = judge(panel, dyad, FIRST + 120, 1, MONTHLY)
    assert (found.verdict, found.reason) == (
        "not observable", "no period of the two windows has landed; observable in 0% of those that have",
    )  # fmt: skip


def test_dyads_that_something_was_promised_to_are_no_comparison() -> None:
    panel, dyad = world(2, 60.0, 0.0)
    alone = judge(panel, dyad, WHEN, 1, MONTHLY)
    partner = dyad.split("-")[0]
    others = [(d, WHEN + 3) for d in panel.dyads if partner in d.split("-") and d != dyad][:20]
    fewer = judge(panel, dyad, WHEN, 1, MONTHLY, others)
    assert (alone.n_comparisons, fewer.n_comparisons) == (22, 2)
    assert (fewer.verdict, fewer.reason) == (
        "no data", "only 2 other dyads of one partner can be compared: 3 are asked for",
    )  # fmt: skip


def test_the_dyad_is_no_placebo_of_its_own() -> None:
    panel, dyad = world(2, 60.0, 3.0)
    rule = dataclasses.replace(MONTHLY, placebo_dates=0)
    found = judge(panel, dyad, WHEN, 1, rule)
    assert found.n_placebos == len(panel.dyads) - 1
    assert found.p_value == 1 / len(panel.dyads), "nothing else quadruples"


def test_series_without_anything_or_anybody_to_compare_are_no_error() -> None:
    panel, dyad = world(2, 60.0, 0.0)
    flat = dataclasses.replace(panel, values=np.zeros_like(panel.values))
    assert judge(flat, dyad, WHEN, 1, MONTHLY).verdict == "not seen"
    assert judge(panel, "KGZ-SUN", WHEN, 1, MONTHLY).verdict == "no data"
    assert judge(panel, dyad, 1900 * 12, 1, MONTHLY).verdict == "no data"
    one = panel.dyads.index(dyad)
    lonely = Panel((dyad,), panel.periods, panel.values[[one]], panel.status[[one]], np.array([0]), np.array([1]))
    assert judge(lonely, dyad, WHEN, 1, MONTHLY).verdict == "no data"


def test_the_event_study_expects_what_others_did() -> None:
    sides: dict[bool, list[float]] = {True: [], False: []}
    for seed in range(10):
        panel, dyad = world(seed, 200.0, 0.5)
        study = followthrough.event_study(panel, dyad, WHEN, MONTHLY, 12)
        assert [row[0] for row in study] == list(range(-12, 13))
        for offset, value, _, expected in study:
            sides[offset > 0].append(value / expected)
    assert np.median(sides[False]) == pytest.approx(1.0, abs=0.07)
    assert np.median(sides[True]) == pytest.approx(1.5, abs=0.1)


def relations(method: str = "") -> tuple[duckdb.DuckDBPyRelation, ...]:
    panel, dyad = world(5, 300.0, 1.0)
    con = duckdb.connect()
    months = [date(int(p) // 12, int(p) % 12 + 1, 1) for p in panel.periods]
    cells = pa.table({  # noqa: F841 # read by name
        "dyad": np.repeat(panel.dyads, len(months)), "period_start": months * len(panel.dyads),
        "value": panel.values.ravel(),
    })  # fmt: skip
    con.execute("create table series as select 'n_flights' as indicator, 'M' as grain, *, 1 as status from cells")
    con.execute("create table asked (commitment_id text, dyad text, published_on date, direction text, indicator text, "
                "grain text, sign_of_decrease int)")  # fmt: skip
    con.executemany("insert into asked values (?, ?, ?, ?, ?, ?, ?)", [
        ("up", dyad, "2021-05-17", "increase", "n_flights", "M", -1),
        ("down", dyad, "2021-05-17", "decrease", "n_flights", "M", -1),
        ("eased", dyad, "2021-05-17", "decrease", "n_flights", "M", 1),
        ("loan", dyad, "2021-05-17", "start", None, None, -1),
    ])  # fmt: skip
    seed = con.read_csv(str(settings.SEEDS / "followthrough_method.csv"), all_varchar=True)
    return con.table("asked"), con.table("series"), seed.filter(method) if method else seed


def test_the_table_has_a_row_per_commitment_and_series_and_reads_the_direction_by_the_rule() -> None:
    rows = {row["commitment_id"]: row for row in followthrough.table(*relations()).to_pylist()}
    assert {key: row["verdict"] for key, row in rows.items()} == {
        "up": "followed", "down": "contrary", "eased": "followed", "loan": "no data",
    }  # fmt: skip
    up = rows["up"]
    assert (up["baseline_from"], up["outcome_from"], up["outcome_to"]) == (
        date(2020, 5, 1), date(2021, 6, 1), date(2022, 5, 1),
    )  # fmt: skip
    assert up["change"] == pytest.approx((up["value_after"] + 0.5) / (up["value_before"] + 0.5) - 1)
    assert (1 + up["change_expected"]) * (1 + up["change_beyond"]) == pytest.approx(1 + up["change"])


def test_the_same_figures_give_the_same_table() -> None:
    given = relations()
    assert followthrough.table(*given).equals(followthrough.table(*given)), "no clock and no dice"


@pytest.mark.parametrize("broken", ["parameter <> 'min_pairs'", "parameter <> 'alpha'"])
def test_a_parameter_that_is_missing_is_named_with_its_seed(broken: str) -> None:
    with pytest.raises(EntenteError, match=r"followthrough_method\.csv.*grain M.*Mend: give each parameter"):
        followthrough.table(*relations(broken))
