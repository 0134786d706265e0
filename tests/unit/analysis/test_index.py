"""The cooperation index: against published figures, against figures worked out by hand, and what it refuses.

The Technology Achievement Index is the worked example of the OECD/JRC Handbook on Constructing Composite Indicators
(2008): its raw figures are Table A.2 (rounded there, telephones and electricity as logarithms), normalised ones for
schooling Table 15. The index itself is UNDP's, Human Development Report 2001, with its technical note's goalposts.
"""

from __future__ import annotations

from typing import Any

import duckdb
import numpy as np
import pytest

from ingest import reference
from ingest.analysis import index
from ingest.analysis.method import Method, method
from ingest.errors import EntenteError

# patents, royalties, internet, exports, telephones, electricity, schooling, university; the index as UNDP published it
TAI = {
    "Finland": (187, 125.6, 200.2, 50.7, 3.08, 4.15, 10, 27.4, 0.744),
    "United States": (289, 130, 179.1, 66.2, 3.00, 4.07, 12, 13.9, 0.733),
    "Sweden": (271, 156.6, 125.8, 59.7, 3.10, 4.14, 11.4, 15.3, 0.703),
    "Japan": (994, 64.6, 49, 80.8, 3.00, 3.86, 9.5, 10, 0.698),
    "Korea": (779, 9.8, 4.8, 66.7, 2.97, 3.65, 10.8, 23.2, 0.666),
    "Netherlands": (189, 151.2, 136, 50.9, 3.02, 3.77, 9.4, 9.5, 0.630),
    "United Kingdom": (82, 134, 57.4, 61.9, 3.02, 3.73, 9.4, 14.9, 0.606),
    "Canada": (31, 38.6, 108, 48.7, 2.94, 4.18, 11.6, 14.2, 0.589),
    "Germany": (235, 36.8, 41.2, 64.2, 2.94, 3.75, 10.2, 14.4, 0.583),
    "Norway": (103, 20.2, 193.6, 19, 3.12, 4.39, 11.9, 11.2, 0.579),
    "Ireland": (106, 110.3, 48.6, 53.6, 2.97, 3.68, 9.4, 12.3, 0.566),
    "Belgium": (72, 73.9, 58.9, 47.6, 2.91, 3.86, 9.3, 13.6, 0.553),
}
LOW = np.array([0, 0, 0, 0, np.log10(1), np.log10(22), 0.8, 0.1])
HIGH = np.array([994, 272.6, 232.4, 80.8, np.log10(901), np.log10(6969), 12, 27.4])
# mean years of schooling of all 23 countries of Table 15, with z-score and min-max as printed there
SCHOOLING = [
    (10, 0.26, 0.59), (12, 1.52, 1.00), (11.4, 1.14, 0.88), (9.5, -0.06, 0.49), (10.8, 0.76, 0.76),
    (9.4, -0.12, 0.47), (9.4, -0.12, 0.47), (11.6, 1.27, 0.92), (10.9, 0.83, 0.78), (7.1, -1.58, 0.00),
    (10.2, 0.38, 0.63), (11.9, 1.46, 0.98), (9.4, -0.12, 0.47), (9.3, -0.19, 0.45), (11.7, 1.33, 0.94),
    (8.4, -0.76, 0.27), (7.9, -1.08, 0.16), (9.6, 0.00, 0.51), (7.3, -1.46, 0.04), (7.2, -1.52, 0.02),
    (9.5, -0.06, 0.49), (9.1, -0.31, 0.41), (7.1, -1.58, 0.00),
]  # fmt: skip

Rows = list[dict[str, Any]]
NAN = np.nan


def settings(**changes: Any) -> Rows:
    rows = [dict(row) for row in reference.read_seed("index_method")]
    assert set(changes) <= {row["parameter"] for row in rows}
    return [row | {"value": str(changes.get(row["parameter"], row["value"]))} for row in rows]


def made_of(
    indicators: dict[str, tuple[str, float]], weights: dict[str, float] | None = None, **changes: Any
) -> Method:
    """A method of indicators, each with pillar and weight; more is more, nothing is transformed unless told."""
    direction, transform = changes.pop("direction", 1), changes.pop("transform", "none")
    pillars = sorted({pillar for pillar, _ in indicators.values()})
    rows = [{"indicator": code, "pillar": pillar, "weight": weight, "direction": direction, "transform": transform}
            for code, (pillar, weight) in indicators.items()]  # fmt: skip
    return method([{"pillar": pillar, "weight": (weights or {}).get(pillar, 1.0)} for pillar in pillars], rows,
                  settings(**changes))  # fmt: skip


def seeds() -> tuple[Rows, Rows, Rows]:
    """The three seeds as dbt types them."""
    pillars = [row | {"weight": float(row["weight"])} for row in reference.read_seed("index_pillars")]
    indicators = [row | {"weight": float(row["weight"]), "direction": int(row["direction"])}
                  for row in reference.read_seed("index_indicators")]  # fmt: skip
    return pillars, indicators, settings()


def relation(rows: list[tuple[str, int, str, float]]) -> duckdb.DuckDBPyRelation:
    con = duckdb.connect()
    con.execute("create table inputs (dyad varchar, year integer, indicator varchar, value double)")
    if rows:
        con.execute(
            "insert into inputs select unnest(?), unnest(?), unnest(?), unnest(?)",
            [list(column) for column in zip(*rows, strict=True)],
        )
    return con.table("inputs")


def test_normalised_schooling_is_that_of_the_handbook() -> None:
    years, z, scaled = (np.array(column, dtype=float) for column in zip(*SCHOOLING, strict=True))
    assert np.round(index.z_score(years), 2) == pytest.approx(z, abs=0.0051)
    assert np.round(index.min_max(years), 2) == pytest.approx(scaled, abs=0.0051)


def test_technology_achievement_index_is_the_published_one() -> None:
    """Goalposts are two further rows; four pillars of two indicators, arithmetic in and across them.

    Figures are capped at the goalpost, as the technical note says; the raw figures of the Handbook are rounded.
    """
    raw = np.array([row[:8] for row in TAI.values()])
    values = np.vstack([np.clip(raw, LOW, HIGH), LOW, HIGH])
    pillar = dict(zip("abcdefgh", "wwxxyyzz", strict=True))
    how = made_of({code: (pillar[code], 1.0) for code in pillar}, normalisation="min_max",
                  aggregation="arithmetic/arithmetic", winsorise_share=0)  # fmt: skip
    made = index.index_of_year(values, how)
    assert made.score[: len(TAI)] == pytest.approx([row[8] for row in TAI.values()], abs=0.0015)
    assert made.rank[: len(TAI)].tolist() == [*range(2, 2 + len(TAI))], "after the goalposts' own row"


def test_score_worked_out_by_hand() -> None:
    """Three dyads, pillar a of x (weight 3) and y (weight 1), pillar b of z, b weighing twice as much as a.

    Percentile ranks (rank - 1/2) / 3: x = 1, 2, 4 and z = 9, 8, 7 and y = 5, 5, 6 (ties share 1 1/2) give
    x: 1/6, 3/6, 5/6; y: 1/3, 1/3, 5/6; z: 5/6, 3/6, 1/6.
    Pillar a: (3 * 1/6 + 1/3) / 4 = 5/24; (3 * 3/6 + 1/3) / 4 = 11/24; (3 * 5/6 + 5/6) / 4 = 5/6.
    Arithmetic across: (5/24 + 2 * 5/6) / 3 = 15/24; (11/24 + 2 * 1/2) / 3 = 35/72; (5/6 + 2 * 1/6) / 3 = 7/18.
    Geometric across, 0 to 1 drawn in to f to 1 with f = 0.01 and back: the first is
    ((f + (1 - f) 5/24)^(1/3) * (f + (1 - f) 5/6)^(2/3) - f) / (1 - f) = (0.21625^(1/3) * 0.835^(2/3) - 0.01) / 0.99.
    """
    values = np.array([[1.0, 5, 9], [2, 5, 8], [4, 6, 7]])
    indicators = {"x": ("a", 3.0), "y": ("a", 1.0), "z": ("b", 1.0)}
    how = made_of(indicators, {"b": 2.0}, aggregation="arithmetic/arithmetic", min_observations=2)
    made = index.index_of_year(values, how)
    assert made.pillars == pytest.approx(np.array([[5 / 24, 5 / 6], [11 / 24, 1 / 2], [5 / 6, 1 / 6]]))
    assert made.score == pytest.approx([15 / 24, 35 / 72, 7 / 18])
    assert made.rank.tolist() == [1, 2, 3]
    geometric = made_of(indicators, {"b": 2.0}, aggregation="arithmetic/geometric", min_observations=2)
    expected = (0.21625 ** (1 / 3) * 0.835 ** (2 / 3) - 0.01) / 0.99
    assert index.index_of_year(values, geometric).score[0] == pytest.approx(expected)


def test_what_is_missing_lowers_the_coverage_and_is_never_filled_in() -> None:
    """Pillars a (x, y alike) and b (z) weigh the same; at least half of a pillar, at least 0.6 of the index."""
    values = np.array([[1.0, 1, 1], [2, NAN, 2], [3, 3, NAN], [NAN, 4, 4], [NAN, NAN, 5], [5, 5, 6]])
    how = made_of({"x": ("a", 1.0), "y": ("a", 1.0), "z": ("b", 1.0)}, min_observations=2)
    made = index.index_of_year(values, how)
    assert made.coverage == pytest.approx([1, 0.75, 0.5, 0.75, 0.5, 1])
    assert made.has_score.tolist() == [True, True, False, True, False, True]
    assert np.isnan(made.score[[2, 4]]).all() and made.rank[[2, 4]].tolist() == [0, 0]
    assert made.pillars[1, 0] == made.normalised[1, 0], "the pillar is what is there"
    assert np.isnan(made.pillars[2, 1]) and np.isnan(made.pillars[4, 0])
    told = index.scores_table(
        relation([(f"D{n}", 2020, code, float(v)) for n, row in enumerate(values)
                  for code, v in zip("xyz", row, strict=True) if not np.isnan(v)]), how
    ).to_pylist()  # fmt: skip
    assert told[2]["no_score_reason"] == "what is there carries 0.50 of the weight, less than 0.6"
    assert (told[2]["missing"], told[2]["score"], told[2]["rank"], told[2]["band_low"]) == (["z"], None, None, None)


def test_less_than_half_of_a_pillar_is_no_pillar() -> None:
    """Of a, x is a third and y two thirds: where only x is there, a has no score and adds nothing to the coverage."""
    values = np.array([[1.0, NAN, 1, 1], [2, 2, 2, 2], [3, 3, 3, 3]])
    indicators = {"x": ("a", 1.0), "y": ("a", 2.0), "z": ("b", 1.0), "zz": ("c", 1.0)}
    made = index.index_of_year(values, made_of(indicators, min_observations=2, aggregation="arithmetic/arithmetic"))
    assert np.isnan(made.pillars[0, 0]) and made.coverage == pytest.approx([2 / 3, 1, 1])
    assert made.score[0] == pytest.approx(made.pillars[0, 1:].mean())
    strict = made_of(indicators, min_observations=2, min_weight=0.7)
    assert index.index_of_year(values, strict).has_score.tolist() == [False, True, True]


def test_one_observation_and_equal_values_rank_nobody_and_are_said_to() -> None:
    values = np.array([[1.0, 7, NAN], [2, 7, NAN], [3, 7, 8], [4, 7, NAN], [5, 7, NAN]])
    how = made_of({"x": ("a", 1.0), "y": ("b", 1.0), "z": ("c", 1.0)}, min_observations=5)
    made = index.index_of_year(values, how)
    assert made.out == ["", "the same for all dyads in this year", "too few dyads in this year"]
    assert not made.has_score.any() and made.coverage == pytest.approx([1 / 3] * 5)
    rows = [("D1", 2020, "y", 7.0)] + [(f"D{n}", 2020, "x", float(n)) for n in range(5)]
    table = {(row["dyad"], row["indicator"]): row for row in index.normalised_table(relation(rows), how).to_pylist()}
    assert table["D1", "y"]["left_out_reason"] == "too few dyads in this year"
    assert table["D1", "y"]["normalised"] is None and table["D1", "x"]["left_out_reason"] is None


@pytest.mark.parametrize(
    ("function", "equal", "single"),
    [(index.percentile_rank, 0.5, 0.5), (index.z_score, 0.0, 0.0), (index.min_max, 0.5, 0.5)],
)
def test_equal_values_and_a_single_one_are_in_the_middle(function: Any, equal: float, single: float) -> None:
    assert function(np.array([4.0, NAN, 4, 4]))[[0, 2, 3]].tolist() == [equal] * 3
    assert function(np.array([NAN, 3.0]))[1] == single
    assert np.isnan(function(np.array([NAN, NAN]))).all()


def test_direction_and_transform_are_those_of_the_seed() -> None:
    values = np.array([[1.0], [10], [100]])
    less_is_more = made_of({"x": ("a", 1.0)}, direction=-1, winsorise_share=0)
    assert index.normalised(values, less_is_more, "min_max")[:, 0] == pytest.approx([1, 10 / 11, 0])
    signed = index.transformed(np.array([-9.0, 0, 9]), "log1p")
    assert signed == pytest.approx([-np.log(10), 0, np.log(10)])


def test_extremes_are_drawn_in_but_an_indicator_is_never_made_flat() -> None:
    assert index.winsorised(np.arange(101.0), 0.025)[[0, 50, 100]].tolist() == [2.5, 50, 97.5]
    rare = np.array([0.0] * 99 + [5])
    assert index.winsorised(rare, 0.025).tolist() == rare.tolist()


def test_equal_scores_share_the_better_rank() -> None:
    assert index.ranks(np.array([[0.5, 0.7, 0.5, 0.1], [1, 1, 1, 1]])).tolist() == [[2, 1, 2, 4], [1, 1, 1, 1]]


def panel(dyads: int, years: list[int], seed: int = 7) -> list[tuple[str, int, str, float]]:
    """Figures that agree in part, with a tenth missing; the last dyad is the highest in everything."""
    rng = np.random.default_rng(seed)
    rows = []
    for year in years:
        common = rng.normal(size=(dyads, 1))
        values = np.exp(common + 0.7 * rng.normal(size=(dyads, 3)))
        values[-1] = 1e6
        known = rng.random(values.shape) > 0.1
        known[-1] = True
        rows += [(f"D{n:03d}", year, "xyz"[k], float(values[n, k]))
                 for n in range(dyads) for k in range(3) if known[n, k]]  # fmt: skip
    return rows


THREE = {"x": ("a", 1.0), "y": ("b", 1.0), "z": ("c", 1.0)}


def test_bands_hold_the_median_and_the_best_of_all_is_always_first() -> None:
    how = made_of(THREE, transform="log1p", draws=200)
    table = index.scores_table(relation(panel(60, [2020])), how).to_pandas().set_index("dyad")
    ranked = table[table.score.notna()]
    assert len(ranked) > 50 and (ranked.n_ranked == len(ranked)).all()
    assert ((ranked.band_low <= ranked["median"]) & (ranked["median"] <= ranked.band_high)).all()
    assert table.loc["D059", ["rank", "rank_low", "rank_high"]].tolist() == [1, 1, 1]
    inside = ((ranked.rank_low <= ranked["rank"]) & (ranked["rank"] <= ranked.rank_high)).mean()
    assert inside > 0.8 and (ranked.rank_high > ranked.rank_low).mean() > 0.8
    effects = index.sensitivity_table(relation(panel(60, [2020])), how).to_pandas()
    assert (effects.mean_rank_shift > 0.5).all() and effects["total"].between(0, 1.1).all()
    assert effects["total"].sum() > 0.9 and (effects.n_dyads_used == len(ranked)).all()


def test_the_same_seed_gives_the_same_draws_whatever_other_years_there_are() -> None:
    how = made_of(THREE, transform="log1p", draws=40, sensitivity_runs=8)
    other = made_of(THREE, transform="log1p", draws=40, sensitivity_runs=8, random_seed=1)
    rows = panel(20, [2019, 2020])
    both, one = relation(rows), relation([row for row in rows if row[1] == 2020])
    for make in (index.scores_table, index.sensitivity_table):
        of_both = [row for row in make(both, how).to_pylist() if row["year"] == 2020]
        assert of_both == make(one, how).to_pylist()
        by_other = make(one, other).to_pylist()
        assert [row | {"method_id": ""} for row in of_both] != [row | {"method_id": ""} for row in by_other]


def test_without_choices_the_band_is_the_score_and_no_choice_moves_a_rank() -> None:
    how = made_of(THREE, draws=20, mc_normalisations="percentile_rank", mc_aggregations="arithmetic/geometric",
                  mc_missing="available", mc_weight_range=0, sensitivity_runs=8)  # fmt: skip
    inputs = relation(panel(30, [2020]))
    table = index.scores_table(inputs, how).to_pandas().dropna(subset=["score"])
    assert table.band_low.to_numpy() == pytest.approx(table.score, abs=0.01)
    assert table.band_high.to_numpy() == pytest.approx(table.score, abs=0.01)
    assert (table.rank_low == table["rank"]).all() and (table.rank_high == table["rank"]).all()
    effects = index.sensitivity_table(inputs, how).to_pandas()
    assert effects["total"].isna().all() and (effects.mean_rank_shift == 0).all()
    assert set(effects.no_effect_reason) == {"no choice moves a rank"}


def test_weights_are_drawn_around_those_given_and_add_up_to_one() -> None:
    rng = np.random.default_rng(3)
    indicators = {"x": ("a", 3.0), "y": ("a", 1.0), "z": ("b", 1.0), "unused": ("b", 0.0)}
    for kind in ("uniform", "dirichlet"):
        within, across = index.drawn_weights(made_of(indicators, {"a": 3.0}, mc_weights=kind), 4000, rng)
        assert within[:, :1].sum() == 0, "unused stands first in the alphabet"
        assert within.mean(axis=0) == pytest.approx([0, 0.75, 0.25, 1], abs=0.01)
        assert across.mean(axis=0) == pytest.approx([0.75, 0.25], abs=0.01)
        assert across.sum(axis=1) == pytest.approx(np.ones(4000), abs=1e-6)


def test_effects_are_those_of_a_function_that_is_known() -> None:
    """Ishigami and Homma's function, a = 7 and b = 0.1: S = 0.3139, 0.4424, 0; T = 0.5576, 0.4424, 0.2437.

    As in Saltelli et al., Sensitivity Analysis (2000), p. 179; a fourth factor does nothing.
    """

    def ishigami(points: Any) -> Any:
        x = (2 * points - 1) * np.pi
        return np.sin(x[:, 0]) + 7 * np.sin(x[:, 1]) ** 2 + 0.1 * x[:, 2] ** 4 * np.sin(x[:, 0])

    first, total, mean = index.effects(ishigami, 4, 4096, np.random.default_rng(1))
    assert first == pytest.approx([0.3139, 0.4424, 0, 0], abs=0.03)
    assert total == pytest.approx([0.5576, 0.4424, 0.2437, 0], abs=0.03)
    assert mean == pytest.approx(3.5, abs=0.05)


def test_a_withdrawn_source_shows_as_missing_and_not_as_another_index() -> None:
    """Nobody has y any more: the rest is as it would be without, and each row names it."""
    how = made_of(THREE | {"w": ("a", 1.0)}, draws=20)
    rows = [row for row in panel(30, [2020]) if row[2] != "y"] + [(f"D{n:03d}", 2020, "w", float(n)) for n in range(30)]
    table = index.scores_table(relation(rows), how).to_pylist()
    assert all("y" in row["missing"] for row in table)
    assert {row["coverage_share"] <= 2 / 3 + 1e-9 for row in table} == {True}


def test_nothing_observed_gives_tables_without_rows() -> None:
    how = made_of(THREE)
    for make in (index.scores_table, index.normalised_table, index.sensitivity_table):
        empty, full = make(relation([]), how), make(relation(panel(6, [2020])), how)
        assert empty.num_rows == 0 and empty.schema == full.schema


def test_the_seeds_are_a_method() -> None:
    how = method(*seeds())
    assert how.weights.sum() == pytest.approx(len(how.pillars)) and how.pillar_weights.sum() == pytest.approx(1)
    assert how.method_id != method(seeds()[0], seeds()[1], settings(draws=501)).method_id


@pytest.mark.parametrize(
    ("seed", "key", "change", "told"),
    [
        ("index_pillars", "air", {"weight": -1.0}, "row 3: air has the weight -1.0"),
        ("index_pillars", "", {"weight": 0.0}, "the weights of the pillars add up to 0"),
        ("index_indicators", "n_flights", {"weight": 0.0}, "row 6: the weights of the pillar air add up to 0"),
        ("index_indicators", "n_flights", {"weight": None}, "row 6: n_flights has the weight None"),
        ("index_indicators", "n_flights", {"pillar": "people"}, "row 3: the pillar air has no indicator"),
        ("index_indicators", "n_flights", {"pillar": "sea"}, "row 6: n_flights is of the pillar 'sea'"),
        ("index_indicators", "n_flights", {"direction": 0}, "row 6: n_flights has the direction 0"),
        ("index_indicators", "n_flights", {"transform": "log"}, "row 6: n_flights has the transform 'log'"),
        ("index_indicators", "n_flights", {"indicator": "n_events"}, "row 2: n_events stands twice"),
        ("index_method", "draws", {"value": "many"}, "row 10: draws is 'many'"),
        ("index_method", "draws", {"value": "5"}, "row 10: draws is 5. Mend: write a number from 20"),
        ("index_method", "normalisation", {"value": "rank"}, "row 2: normalisation is 'rank'"),
        ("index_method", "draws", {"parameter": "drawn"}, "no parameter is called 'drawn'"),
    ],
)
def test_a_seed_that_makes_a_wrong_index_is_an_error_with_its_row(
    seed: str, key: str, change: dict[str, Any], told: str
) -> None:
    """A key of nothing means all rows."""
    given = dict(zip(("index_pillars", "index_indicators", "index_method"), seeds(), strict=True))
    given[seed] = [row | change if key in ("", next(iter(row.values()))) else row for row in given[seed]]
    with pytest.raises(EntenteError) as error:
        method(*given.values())
    assert told in str(error.value), str(error.value)
    assert "source cooperation index, file dbt_project/seeds/index_" in str(error.value) and "Mend: " in str(
        error.value
    )


def test_a_parameter_that_is_not_given_is_an_error() -> None:
    pillars, indicators, rows = seeds()
    with pytest.raises(EntenteError, match=r"the parameter draws is not given. Mend: add its row"):
        method(pillars, indicators, [row for row in rows if row["parameter"] != "draws"])
