"""Reads the coder's word lists (lexicon/*.csv) and the warehouse's reference seeds: CSV files, UTF-8, with a header."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from ingest.errors import InputMissing
from ingest.settings import SEEDS

FOLDER = Path(__file__).resolve().parent
LEXICON = FOLDER / "lexicon"


@cache
def table(name: str, folder: Path = LEXICON) -> tuple[dict[str, str], ...]:
    """The rows of `folder`/`name`.csv as dicts of strings; raises InputMissing where there is no such file."""
    path = folder / f"{name}.csv"
    if not path.is_file():
        raise InputMissing("the coder needs this table", mend="restore it from the repository", file=path.name)
    with path.open(encoding="utf-8", newline="") as f:
        return tuple(csv.DictReader(f))


def words(name: str) -> tuple[str, ...]:
    """The first column of a word list of the lexicon."""
    rows = table(name)
    return tuple(next(iter(row.values())) for row in rows)


def seed(name: str) -> tuple[dict[str, str], ...]:
    """The rows of a reference seed of the warehouse."""
    return table(name, SEEDS)
