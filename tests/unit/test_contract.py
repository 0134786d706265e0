"""ingest/contract.py: every row that comes in goes on or is kept with its reason, and nothing is altered in silence."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pandas
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest import contract
from ingest.contract import PROVENANCE, Checked, Column, Table

THINGS = Table(
    "things",
    "One row per thing",
    ("thing",),
    (
        Column("thing", "VARCHAR", "its name", True),
        Column("persons", "BIGINT", "persons", False, "persons >= 0", "count again: there's no negative person"),
        Column("height_m", "DOUBLE", "metres"),
        Column("seen_on", "DATE", "day", True, "seen_on >= date '1945-01-01'", "give YYYY-MM-DD"),
        Column("parties", "VARCHAR[]", "parties"),
    ),
    prefer="height_m",
)
BARE = Table("bare", "One row per thing", ("thing",), (Column("thing", "VARCHAR", "its name", True),))
GOOD = {"thing": "a", "persons": "3", "height_m": "1.5", "seen_on": "2020-02-29", "parties": None}
Row = dict[str, Any]


@pytest.fixture
def con() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


def check(con: duckdb.DuckDBPyConnection, rows: list[Row], table: Table = THINGS) -> Checked:
    names = [*table.names, *{name for row in rows for name in row if name not in table.names}]
    complete = [
        {name: row.get(name) for name in names}
        | {"source_key": "s", "vintage": "1", "raw_sha256": "0" * 64, "raw_row": number}
        for number, row in enumerate(rows, 1)
    ]
    names += [column.name for column in PROVENANCE]
    con.register("frame", pandas.DataFrame(complete, columns=list(dict.fromkeys(names)), dtype=object))
    con.execute("create or replace temp view rows_in as from frame")
    return contract.check(con, "rows_in", table)


def good(con: duckdb.DuckDBPyConnection, checked: Checked) -> list[Row]:
    return con.execute(f'from "{checked.good}"').df().astype(object).to_dict("records")  # type: ignore[return-value]


def bad(con: duckdb.DuckDBPyConnection, checked: Checked) -> list[tuple[Any, ...]]:
    return con.execute(f'select raw_row, reason, mend, row_json from "{checked.bad}"').fetchall()


def test_a_good_row_goes_on_in_the_declared_types(con: duckdb.DuckDBPyConnection) -> None:
    checked = check(con, [GOOD])
    described = con.execute(f'describe "{checked.good}"').fetchall()
    assert [(row[0], row[1]) for row in described] == [(c.name, c.type) for c in contract.all_columns(THINGS)]
    assert con.execute(f'select thing, persons, height_m, seen_on from "{checked.good}"').fetchall() == [
        ("a", 3, 1.5, date(2020, 2, 29))
    ]


@pytest.mark.parametrize(
    ("column", "value", "reason"),
    [
        ("thing", None, "thing is missing"),
        ("seen_on", "2020-13-40", "seen_on is no DATE: 2020-13-40"),
        ("seen_on", "1812-06-24", "seen_on is not as declared: 1812-06-24"),
        ("persons", "many", "persons is no BIGINT: many"),
        ("persons", "3.7", "persons is no BIGINT: 3.7"),
        ("persons", 3.7, "persons is no BIGINT: 3.7"),
        ("persons", "-4", "persons is not as declared: -4"),
        ("persons", "99999999999999999999", "persons is no BIGINT: 99999999999999999999"),
        ("height_m", "4e1234", "height_m is no DOUBLE: 4e1234"),
        ("height_m", "nan", "height_m is no DOUBLE: nan"),
    ],
)
def test_a_bad_value_is_quarantined_with_its_column_its_value_and_the_row_as_read(
    con: duckdb.DuckDBPyConnection, column: str, value: object, reason: str
) -> None:
    checked = check(con, [GOOD, GOOD | {"thing": "b", column: value}])
    assert (checked.rows_in, checked.rows_good, checked.rows_bad) == (2, 1, 1)
    [(row, said, mend, as_read)] = bad(con, checked)
    assert (row, said) == (2, reason)
    assert mend
    assert str(json.loads(as_read)[column]) == str(value)
    assert checked.reasons == {reason.partition(":")[0]: 1}


def test_the_mend_is_the_column_s_own_and_a_quote_in_it_is_no_harm(con: duckdb.DuckDBPyConnection) -> None:
    [(_, _, mend, _)] = bad(con, check(con, [GOOD | {"persons": "-1"}]))
    assert mend == "count again: there's no negative person"


def test_a_table_without_any_mend_can_be_checked(con: duckdb.DuckDBPyConnection) -> None:
    checked = check(con, [{"thing": "a"}, {"thing": None}], BARE)
    assert (checked.rows_good, checked.rows_bad) == (1, 1)


@pytest.mark.parametrize("table", contract.TABLES.values(), ids=lambda table: table.name)
def test_every_canonical_table_can_be_checked_written_empty_and_read(
    con: duckdb.DuckDBPyConnection, table: Table, tmp_path: Path
) -> None:
    checked = check(con, [{}], table)
    assert (checked.rows_in, checked.rows_bad) == (1, 1)
    contract.empty(con, table, str(tmp_path / "it's empty.parquet"))
    found = con.execute(f"describe from read_parquet('{tmp_path}/*.parquet')").fetchall()
    assert [(row[0], row[1]) for row in found] == [(c.name, c.type) for c in contract.all_columns(table)]


def test_a_reason_that_the_source_gives_comes_first_and_keeps_its_mend(con: duckdb.DuckDBPyConnection) -> None:
    given_reason = {"_reason": "a ghost: b", "_mend": "ask a medium"}
    [(row, reason, mend, _)] = bad(con, check(con, [GOOD, GOOD | {"thing": "b", "persons": "x"} | given_reason]))
    assert (row, reason, mend) == (2, "a ghost: b", "ask a medium")


def test_of_rows_with_one_key_the_first_by_prefer_stays_and_nulls_come_last(con: duckdb.DuckDBPyConnection) -> None:
    rows = [GOOD | {"height_m": height} for height in (None, "9", "2", "2")]
    checked = check(con, rows)
    assert [row["raw_row"] for row in good(con, checked)] == [3]
    assert [(row, reason) for row, reason, _, _ in bad(con, checked)] == [
        (row, "same key as another row: a") for row in (1, 2, 4)
    ]


def test_a_quarantined_row_takes_no_key_from_a_good_one(con: duckdb.DuckDBPyConnection) -> None:
    checked = check(con, [GOOD | {"persons": "-1", "height_m": "0"}, GOOD])
    assert [row["raw_row"] for row in good(con, checked)] == [2]


def test_which_of_two_equal_keys_stays_does_not_depend_on_the_order_of_the_rows(con: duckdb.DuckDBPyConnection) -> None:
    rows = [GOOD | {"persons": str(n), "_row": 1} for n in range(20)]
    kept = set()
    for some in (rows, rows[::-1]):
        con.register("frame", pandas.DataFrame(some, dtype=object).drop(columns="_row"))
        con.execute(
            "create or replace temp view rows_in as "
            "select *, 's' as source_key, '1' as vintage, '0' as raw_sha256, null::bigint as raw_row from frame"
        )
        checked = contract.check(con, "rows_in", THINGS)
        kept.add(str(good(con, checked)))
    assert len(kept) == 1


def test_good_rows_stand_in_the_order_of_their_key(con: duckdb.DuckDBPyConnection) -> None:
    checked = check(con, [GOOD | {"thing": name} for name in ("c", "a", "b")])
    assert [row["thing"] for row in good(con, checked)] == ["a", "b", "c"]


def test_keys_that_are_null_in_the_same_column_are_equal(con: duckdb.DuckDBPyConnection) -> None:
    columns = (Column("carrier", "VARCHAR", "null for all carriers"), Column("grain", "VARCHAR", "D or M", True))
    table = Table("figures", "One row per figure", ("carrier", "grain"), columns)
    rows = [{"carrier": None, "grain": "M"}, {"carrier": "KG", "grain": "M"}, {"carrier": None, "grain": "D"}]
    checked = check(con, [*rows, rows[0]], table)
    assert sorted(row["raw_row"] for row in good(con, checked)) == [1, 2, 3]
    assert [(row, reason) for row, reason, _, _ in bad(con, checked)] == [(4, "same key as another row: M")]


@pytest.mark.parametrize("spooled", [False, True])
def test_rows_that_the_source_does_not_number_are_numbered_and_stay_in_the_order_of_the_file(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, spooled: bool
) -> None:
    # more than two row groups, with a bad row and a repeated key in each, and as many threads as may mix them
    con.execute("set threads = 4")
    con.execute(
        "create view rows_in as select case when i % 1000 = 7 then null when i % 1000 = 9 then 'a' else 'b' || i end "
        "as thing, case when i % 1000 = 7 then 'correct line {line}' end as _mend, "
        "case when i % 1000 = 7 then 'nameless' end as _reason, 's' as source_key, '1' as vintage, '0' as raw_sha256 "
        "from range(1, 300001) as t (i)"
    )
    checked = contract.check(con, "rows_in", BARE, tmp_path / "it's spool.parquet" if spooled else None)
    assert (checked.rows_in, checked.rows_good, checked.rows_bad) == (300_000, 299_401, 599)
    wrong = "thing <> case when raw_row = 9 then 'a' else 'b' || raw_row end"
    con.execute(f"copy \"{checked.good}\" to '{tmp_path}/good.parquet'")
    found = con.execute(
        f"select count(*) filter ({wrong}), count(*) filter (file_row_number > 0 and raw_row <= before), count(*) from "
        "(select *, lag(raw_row) over (order by file_row_number) as before "
        f"from read_parquet('{tmp_path}/good.parquet', file_row_number = true))"
    ).fetchone()
    assert found == (0, 0, 299_401)
    first, second, *_ = bad(con, checked)
    assert first[:3] == (7, "nameless", "correct line 8") and json.loads(first[3])["raw_row"] == 7
    assert second[:2] == (1007, "nameless")
    [again] = con.execute(f"select min(raw_row) from \"{checked.bad}\" where reason like 'same key%'").fetchall()
    assert again == (1009,)


NUMBERED = "'s'::enum('s') as source_key, '1' as vintage, '0' as raw_sha256, i as raw_row"


def spooled(con: duckdb.DuckDBPyConnection, rows: str, folder: Path, table: Table = THINGS) -> Checked:
    con.execute(f"create or replace temp view rows_in as {rows}")
    return contract.check(con, "rows_in", table, folder / "it's spool.parquet")


def test_many_rows_in_the_order_of_their_number_are_written_once_and_stay_in_it(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(contract, "SORTED_BELOW", 3)
    monkeypatch.setattr(contract, "HASHES", 2)  # of keys, in several parts
    rows = "select unnest(['c', 'a', 'b', 'd']) as thing, unnest([1, 2, 2, {}]) as i"
    ordered = spooled(con, f"select thing, {NUMBERED} from ({rows.format(3)})", tmp_path, BARE)
    assert ordered.file and ordered.rows_good == 4
    found = con.execute(f"select thing, raw_row, source_key from '{tmp_path}/*.parquet'").fetchall()
    assert found == [("c", 1, "s"), ("a", 2, "s"), ("b", 2, "s"), ("d", 3, "s")]
    mixed = spooled(con, f"select thing, {NUMBERED} from ({rows.format(1)})", tmp_path, BARE)
    assert mixed.file is None and [row["thing"] for row in good(con, mixed)] == ["a", "b", "c", "d"]


@pytest.mark.parametrize("fewest", [0, 10**9])
def test_what_is_written_at_once_leaves_out_the_rows_that_the_slow_way_leaves_out(
    con: duckdb.DuckDBPyConnection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fewest: int
) -> None:
    rows = (
        "select case i % 7 when 0 then 'x' when 1 then null else 'b' || i end as thing, "
        "case i % 11 when 0 then '-1' when 1 then '3.7' else i::varchar end as persons, "
        "case when i % 13 = 0 then 'inf'::double else i end as height_m, "
        "date '1900-01-01' + i::int * 200 as seen_on, [i::varchar] as parties, "
        "case when i % 17 = 0 then 'a ghost: ' || i end as _reason, case when i % 17 = 0 then 'ask' end as _mend, "
        f"{NUMBERED} "
        "from range(1, 400) as t (i)"
    )
    con.execute(f"create or replace temp view rows_in as {rows}")
    slow = contract.check(con, "rows_in", THINGS)
    expected = sorted(map(str, good(con, slow))), bad(con, slow)
    monkeypatch.setattr(contract, "SORTED_BELOW", fewest)
    fast = spooled(con, rows, tmp_path)
    assert (sorted(map(str, good(con, fast))), bad(con, fast)) == expected
    assert (fast.rows_in, fast.rows_good, fast.rows_bad) == (slow.rows_in, slow.rows_good, slow.rows_bad)
    assert fast.reasons == slow.reasons and 0 < fast.rows_good < fast.rows_in


def test_an_enum_is_text_and_one_of_its_values_may_be_bad(con: duckdb.DuckDBPyConnection, tmp_path: Path) -> None:
    kind = Column("kind", "VARCHAR", "what it is", True, "kind in ('tree', 'stone')", "write tree or stone")
    table = Table("kinds", "One row per thing", ("thing",), (*BARE.columns, kind))
    rows = (
        "select 'a' || i as thing, {}::enum('tree', 'stone', 'ghost') as kind, " + NUMBERED + " from range(1, 4) t (i)"
    )
    fit = spooled(con, rows.format("['tree', 'stone', 'tree'][i]"), tmp_path, table)
    described = con.execute(f'describe "{fit.good}"').fetchall()
    assert fit.rows_bad == 0 and {str(row[1]) for row in described} == {"VARCHAR", "BIGINT"}
    unfit = spooled(con, rows.format("['tree', 'ghost', null][i]"), tmp_path, table)
    assert [(row[1], row[2]) for row in bad(con, unfit)] == [
        ("kind is not as declared: ghost", "write tree or stone"),
        ("kind is missing", "write tree or stone"),
    ]
    assert json.loads(bad(con, unfit)[0][3])["kind"] == "ghost"


def test_missing_and_unknown_columns_are_named(con: duckdb.DuckDBPyConnection) -> None:
    con.execute("create view rows_in as select 'a' as thing, 1 as weight_kg")
    with pytest.raises(
        LookupError, match=r"missing: \['height_m', .*'vintage'\]; columns not of things: \['weight_kg'"
    ):
        contract.check(con, "rows_in", THINGS)


def test_no_rows_are_no_error(con: duckdb.DuckDBPyConnection) -> None:
    checked = check(con, [])
    assert (checked.rows_in, checked.rows_good, checked.rows_bad, checked.reasons) == (0, 0, 0, {})


def test_lists_stay_lists_and_an_empty_one_is_not_null(con: duckdb.DuckDBPyConnection) -> None:
    rows = [GOOD | {"thing": "a", "parties": ["KGZ", "it's, RUS"]}, GOOD | {"thing": "b", "parties": []}]
    checked = check(con, rows)
    found = con.execute(f'select parties from "{checked.good}"').fetchall()
    assert found == [(["KGZ", "it's, RUS"],), ([],)]


VALUES = st.one_of(
    st.none(),
    st.integers(-5, 5).map(str),
    st.floats(-3, 3).map(str),
    st.sampled_from(["2020-01-01", "2020-02-30", "x", ""]),
)


@settings(max_examples=30, deadline=None)
@given(st.lists(st.fixed_dictionaries(dict.fromkeys(("thing", "persons", "height_m", "seen_on"), VALUES)), max_size=8))
def test_every_row_goes_on_or_is_quarantined_once_and_no_figure_changes(rows: list[Row]) -> None:
    with duckdb.connect() as con:
        checked = check(con, rows)
        kept = con.execute(f'select raw_row, thing, persons from "{checked.good}"').fetchall()
        held = bad(con, checked)
        assert checked.rows_in == len(rows) == checked.rows_good + checked.rows_bad
        assert sorted([row[0] for row in kept] + [row[0] for row in held]) == list(range(1, len(rows) + 1))
        assert all(reason and mend for _, reason, mend, _ in held)
        assert sum(checked.reasons.values()) == checked.rows_bad
        assert len({thing for _, thing, _ in kept}) == len(kept)
        for raw_row, _, persons in kept:
            said = rows[raw_row - 1]["persons"]
            assert persons is None if said is None else float(said) == persons
