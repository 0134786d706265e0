"""How often the follow-through finds what is not there, and how often it finds what is, in worlds of known effect.

    python -m bench.followthrough                 400 worlds per line; some minutes
    python -m bench.followthrough --worlds 100

A world has 24 states and five years of months. A dyad's flights are counts of a level of its own, with seasons;
everything falls to a third for a year (as in 2020) and comes back before the baseline; each state's receivers come and
go, which moves all its dyads; a dyad wanders on its own, and varies by 5 % beside chance. One dyad is promised more:
its flights from the month after on are multiplied by 1 + effect.

The variance is that of real dyads: in 300 dyads of `opensky_country_pairs`, blocks of four weeks from March 2019 to
February 2020, what seasons and states leave varies from block to block by 0.23, 0.15, 0.10, 0.07 and 0.06 of the level
(10 to 30 flights a block, to 60, 150, 400 and more), where counts by chance alone would vary by 0.24, 0.15, 0.10, 0.07
and 0.04.
"""

from __future__ import annotations

import argparse
from itertools import combinations

import numpy as np

from ingest.analysis.followthrough import OBSERVABLE, Finding, Panel, Rule, judge

MONTHLY = Rule(
    season=12, outcome=12, lag=1, min_pairs=9, min_observable=0.75, min_count=12, min_comparisons=3, min_placebos=39,
    alpha=0.05, alpha_partly=0.2, min_change=0.1, placebo_dates=2, placebo_step=6,
)  # fmt: skip
STATES, MONTHS, AT = 24, 60, 40
FIRST = 2018 * 12


def world(seed: int, level: float, effect: float, states: int = STATES) -> tuple[Panel, str]:
    """A panel of flights per month and the dyad that was promised more in the month FIRST + AT. `level` is what that
    dyad has in a usual month."""
    random = np.random.default_rng(seed)
    names = [f"S{n:02d}" for n in range(states)]
    dyads = list(combinations(range(states), 2))
    first, second = (np.array([dyad[end] for dyad in dyads]) for end in (0, 1))
    base = np.exp(random.normal(np.log(60), 1.0, len(dyads)))
    mine = int(random.integers(len(dyads)))
    base[mine] = level
    months = np.arange(MONTHS)
    season = 1 + 0.25 * np.sin(2 * np.pi * (months[None, :] + random.uniform(0, 12, (len(dyads), 1))) / 12)
    shock = np.where((months >= 12) & (months < 24), 1 / 3, 1.0)
    receivers = np.exp(np.cumsum(random.normal(0, 0.03, (states, MONTHS)), axis=1))
    wander = np.exp(np.cumsum(random.normal(0, 0.02, (len(dyads), MONTHS)), axis=1))
    mean = base[:, None] * season * shock * receivers[first] * receivers[second] * wander
    mean[mine, AT + 1 :] *= 1 + effect
    shape = 400.0  # variance = mean + (mean / 20)^2
    values = random.poisson(random.gamma(shape, mean / shape)).astype(float)
    status = np.full(values.shape, OBSERVABLE, dtype=np.int64)
    told = tuple(f"{names[a]}-{names[b]}" for a, b in dyads)
    return Panel(told, FIRST + months, values, status, first, second), told[mine]


def findings(worlds: int, level: float, effect: float, start: int = 0) -> list[Finding]:
    """What is found of the promise, in so many worlds."""
    found = []
    for seed in range(start, start + worlds):
        panel, dyad = world(seed, level, effect)
        found.append(judge(panel, dyad, FIRST + AT, 1, MONTHLY, [(dyad, FIRST + AT)]))
    return found


def share(found: list[Finding], verdict: str = "followed") -> float:
    """Share of the worlds with the verdict."""
    return sum(f.verdict == verdict for f in found) / len(found)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=400)
    worlds = parser.parse_args().worlds
    print(f"of {worlds} worlds each: no effect, the share with p <= {MONTHLY.alpha} and that called followed;")
    print("then the share called followed by effect, and that called contrary where flights fall")
    print("flights a month   p <= alpha   followed   +15 %    +30 %    +50 %    +100 %   contrary at -30 %")
    for level in (10, 30, 60, 150, 300):
        none = findings(worlds, level, 0.0)
        size = sum(f.p_value <= MONTHLY.alpha for f in none) / worlds
        power = [share(findings(worlds, level, effect)) for effect in (0.15, 0.3, 0.5, 1.0)]
        contrary = share(findings(worlds, level, -0.3), "contrary")
        told = "    ".join(f"{one:.3f}" for one in power)
        print(f"{level:>15}   {size:>10.3f}   {share(none):>8.3f}   {told}   {contrary:>17.3f}", flush=True)


if __name__ == "__main__":
    main()
