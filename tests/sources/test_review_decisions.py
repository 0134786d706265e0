"""statements/review_decisions: the reviewed rows of good and bad decisions, and files that are no decisions."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Store
from ingest.source import Window
from tests import tiny

KEY = "review_decisions"
HERE = Path(__file__).parent / KEY


def landed(store: Store, path: Path) -> list[dict[str, Any]]:
    """The landed rows without what they have not, then the quarantined."""
    made = landing.land(source.get(KEY), tiny.remote(path), store)
    good = duckdb.sql(
        "select * exclude (source_key, raw_sha256, decided_on), decided_on::varchar as decided_on "
        f"from '{store.root}/review_decisions/{KEY}/{made.sha256}.parquet' order by raw_row"
    )
    found = [
        {name: value for name, value in zip(good.columns, row, strict=True) if value is not None}
        for row in good.fetchall()
    ]
    bad = f"{store.root}/quarantine/{KEY}/{made.sha256}.parquet"
    if Path(bad).exists():
        held = duckdb.sql(f"select raw_row, reason, mend from '{bad}' order by all")
        found += [dict(zip(held.columns, row, strict=True)) for row in held.fetchall()]
    return found


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_decisions_land_as_the_reviewed_rows(landing: Store, path: Path) -> None:
    expected = (HERE / "expected" / f"{path.name}.jsonl").read_text(encoding="utf-8")
    assert landed(landing, path) == [json.loads(line) for line in expected.splitlines()]


def test_every_row_of_the_bad_file_is_held_with_what_mends_it(landing: Store) -> None:
    path = HERE / "raw" / "bad.csv"
    rows = landed(landing, path)
    lines = len(path.read_text(encoding="utf-8").splitlines()) - 1
    assert len(rows) == lines
    assert [row["raw_row"] for row in rows if "decision_id" in row] == [lines - 1], "the first of two that are the same"
    assert all(row["mend"] for row in rows if "reason" in row)


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("verdict,reviewer\naccept,me\n", "columns missing"),
        ((HERE / "raw" / "good.csv").read_text(encoding="utf-8").replace("stage,", "stages,", 1), "stages"),
        ("\ud800", "no UTF-8"),
    ],
)
def test_a_file_that_is_no_list_of_decisions_is_rejected_with_its_mend(
    landing: Store, tmp_path: Path, text: str, reason: str
) -> None:
    path = tmp_path / "d.csv"
    path.write_bytes(text.encode(errors="surrogatepass"))
    made = source_land(landing, path)
    assert made.status == "rejected" and reason in made.problem and made.mend


def source_land(store: Store, path: Path) -> landing.Receipt:
    return landing.land(source.get(KEY), tiny.remote(path), store)


def test_rows_not_decided_yet_are_passed_over(landing: Store, tmp_path: Path) -> None:
    header, first = (HERE / "raw" / "good.csv").read_text(encoding="utf-8").splitlines()[:2]
    (tmp_path / "open.csv").write_text(f"{header}\n{first}\n")
    made = source_land(landing, tmp_path / "open.csv")
    assert (made.status, made.rows_in, made.rows_quarantined) == ("landed", 0, 0)


def test_the_form_s_answers_and_the_folder_s_files_are_both_found_and_neither_must_be_there(
    home: Path, tmp_path: Path
) -> None:
    module, folder = source.get(KEY), tmp_path / "input"
    assert source.remotes(module, None, folder) == source.remotes(module, None) == []
    (folder / "statements" / KEY).mkdir(parents=True)
    assert source.remotes(module, None, folder) == []
    (folder / "statements" / KEY / "mine.csv").write_text("x")
    settings.review_folder().mkdir(parents=True)
    (settings.review_folder() / "a.csv").write_text("x")
    (settings.review_folder() / ".a.csv.part").write_text("x")
    window = Window(*(source.date(2020, 1, day) for day in (1, 2)))
    assert [r.name for r in source.remotes(module, window, folder)] == ["mine.csv", "form/a.csv"]
    assert [r.name for r in source.remotes(module, None)] == ["form/a.csv"]


def test_every_decision_of_the_sample_lands(landing: Store) -> None:
    for path in sorted((settings.SAMPLE / "statements" / KEY).iterdir()):
        made = source_land(landing, path)
        assert (made.status, made.rows_quarantined) == ("landed", 0) and made.rows_landed, made.problem
