"""statements/text_files: the reviewed rows of each kind of file, and offsets that lead back to its characters."""

from __future__ import annotations

import hashlib
import json
import unicodedata
from pathlib import Path
from typing import Any

import duckdb
import pytest
from hypothesis import example, given
from hypothesis import settings as trying
from hypothesis import strategies as st

from ingest import landing, settings, source
from ingest.errors import BadFile
from ingest.landing import Store
from ingest.source import Raw
from tests import tiny

KEY = "text_files"
HERE = Path(__file__).parent / KEY
COLUMNS = (
    "statement_id, published_on::varchar as published_on, outlet, url, language, title, raw_start, file, vintage, "
    "raw_row, text"
)


def tidied(path: Path) -> list[dict[str, Any]]:
    raw = Raw(path.name, path, hashlib.sha256(path.read_bytes()).hexdigest())
    frame = source.get(KEY).tidy(raw, duckdb.connect())
    assert not isinstance(frame, duckdb.DuckDBPyRelation)
    return [{str(name): value for name, value in row.items()} for row in frame.to_dict("records")]


def golden(store: Store, path: Path) -> list[dict[str, Any]]:
    """The landed rows, then the quarantined."""
    made = landing.land(source.get(KEY), tiny.remote(path), store)
    good = duckdb.sql(f"select {COLUMNS} from '{store.root}/statements/{KEY}/{made.sha256}.parquet'")
    bad = f"{store.root}/quarantine/{KEY}/{made.sha256}.parquet"
    found = [dict(zip(good.columns, row, strict=True)) for row in good.fetchall()]
    if Path(bad).exists():
        held = duckdb.sql(f"select raw_row, reason, mend from '{bad}' order by all")
        found += [dict(zip(held.columns, row, strict=True)) for row in held.fetchall()]
    return found


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_each_kind_of_file_lands_as_the_reviewed_rows(landing: Store, path: Path) -> None:
    expected = (HERE / "expected" / f"{path.name}.jsonl").read_text(encoding="utf-8")
    assert golden(landing, path) == [json.loads(line) for line in expected.splitlines()]


def assert_offsets_lead_back(path: Path) -> None:
    """text[i] is the decoded file's character raw_start + i, but for spaces and control characters."""
    decoded = path.read_bytes().decode("utf-8")
    [row] = tidied(path)
    text, start = row["text"], row["raw_start"]
    for place, (ours, theirs) in enumerate(zip(text, decoded[start:], strict=False)):
        same = ours == theirs or (ours == " " and unicodedata.category(theirs) in {"Cc", "Cf", "Zs", "Zl", "Zp"})
        assert same and (ours == "\n") == (theirs == "\n"), (path.name, place, ours, theirs)
    left_out = decoded[start + len(text) :]
    assert all(unicodedata.category(character) in {"Cc", "Cf", "Zs", "Zl", "Zp"} for character in left_out)
    assert not set(text) & set("\r\t\u00a0\u202f\ufeff\x00")


def test_offsets_of_the_sample_lead_back_to_the_raw_files() -> None:
    paths = sorted((settings.SAMPLE / "statements" / KEY).glob("*.txt"))
    assert len(paths) > 40
    for path in paths:
        assert_offsets_lead_back(path)


def test_offsets_of_the_real_files_lead_back_to_them(shared_data: Path) -> None:
    paths = sorted((shared_data / "first-run" / "statements" / KEY).glob("*.txt"))
    if not paths:
        pytest.skip("no first-run among the real files")
    for path in paths:
        assert_offsets_lead_back(path)


@trying(max_examples=40, deadline=None)
@given(st.sampled_from(["", "\ufeff", "\n", " "]), st.sampled_from(["\n", " ", "\r\n", " \n"]), st.text(max_size=60))
@example("\ufeff", "\r\n", "\u00a0\t a\u202fb\u2028\x00\x7f\U0001f6eb№\n\n c\x85 ")
def test_offsets_of_any_text_lead_back_to_its_file(
    tmp_path_factory: pytest.TempPathFactory, before: str, between: str, text: str
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(f"{before}date 2020-10-24{between}x{text}".encode())
    try:
        assert_offsets_lead_back(path)
    except BadFile:
        assert "\x00" in text  # which makes it no text file


def test_every_file_of_the_sample_lands_whole(landing: Store) -> None:
    for path in sorted((settings.SAMPLE / "statements" / KEY).iterdir()):
        made = _land(landing, path)
        assert (made.status, made.rows_quarantined) == ("landed", 0), f"{path.name}: {made.problem} {made.reasons}"


def _land(store: Store, path: Path) -> landing.Receipt:
    return landing.land(source.get(KEY), tiny.remote(path), store)


def test_a_text_is_known_by_its_address_else_by_its_words(tmp_path: Path) -> None:
    lines = [
        {"url": "https://a.example.org", "text": "One."},
        {"url": "https://a.example.org", "text": "Two."},
        {"text": "One."},
        {"text": "One."},
        {"url": "", "text": "One."},
    ]
    path = tmp_path / "a.jsonl"
    path.write_text("".join(json.dumps({"date": "2020-10-24"} | line) + "\n" for line in lines))
    a, b, c, d, e = (row["statement_id"] for row in tidied(path))
    assert a == b and c == d == e and a != c
