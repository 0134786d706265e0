"""Near-duplicate texts: the same release carried by several outlets is one story and counts once.

MinHash (Broder 1997) over word shingles, with banded locality-sensitive hashing (Indyk and Motwani 1998): each text is
compared only with texts that share a band with it, never with all. Hashes have a fixed seed, so the same texts give
the same stories in every run and on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from zlib import crc32

from ingest.coding.text import fold, normalise, sentences

SHINGLE = 2  # words; short, because outlets reword
HASHES = 96
BANDS = 48  # of two rows each: a pair with similarity 0.3 shares a band with probability 0.99
SAME_STORY = 0.33  # estimated Jaccard similarity from which two texts are one story
WINDOW_DAYS = 7

_PRIME = (1 << 61) - 1
_WORD = re.compile(r"\w+")


def _coefficients() -> list[tuple[int, int]]:
    """Coefficients of the hash family (a*x + b) mod p from a fixed linear congruential sequence."""
    state, out = 20_201_024, []
    for _ in range(HASHES):
        pair = []
        for _ in range(2):
            state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64)
            pair.append(state % (_PRIME - 1) + 1)
        out.append((pair[0], pair[1]))
    return out


_FAMILY = _coefficients()


def signature(text: str) -> tuple[int, ...]:
    """MinHash signature of a text, HASHES integers; () for a text without words. Boilerplate does not count."""
    clean = normalise(text).text
    kept = " ".join(clean[s.start : s.end] for s in sentences(clean) if not s.boilerplate) or clean
    tokens = [t for t in _WORD.findall(fold(kept)) if len(t) > 2 or t.isdigit()]
    if not tokens:
        return ()
    grams = {" ".join(tokens[i : i + SHINGLE]) for i in range(max(1, len(tokens) - SHINGLE + 1))}
    values = sorted({crc32(g.encode()) for g in grams})
    return tuple(min((a * x + b) % _PRIME for x in values) for a, b in _FAMILY)


def similarity(one: tuple[int, ...], two: tuple[int, ...]) -> float:
    """Estimated Jaccard similarity, 0 to 1, of two texts by their signatures."""
    if not one or not two:
        return 0.0
    return sum(a == b for a, b in zip(one, two, strict=True)) / len(one)


class Stories:
    """An index to which statements are added in the order of their dates; each gets the id of its story at once."""

    def __init__(self, window_days: int = WINDOW_DAYS) -> None:
        self.window = window_days
        self._bands: dict[tuple[int, ...], list[str]] = {}
        self._seen: dict[str, tuple[date | None, tuple[int, ...], str]] = {}

    def add(self, statement_id: str, day: date | None, text: str) -> str:
        """The story_id of a statement: that of the most similar earlier one within the window, else its own id."""
        sig = signature(text)
        best: tuple[float, str] = (0.0, statement_id)
        rows = HASHES // BANDS
        keys = [(b, *sig[b * rows : (b + 1) * rows]) for b in range(BANDS)] if sig else []
        candidates = {c for k in keys for c in self._bands.get(k, ())}
        for c in sorted(candidates):
            other_day, other, story = self._seen[c]
            if day and other_day and abs((day - other_day).days) > self.window:
                continue
            like = similarity(sig, other)
            if like >= SAME_STORY and like > best[0]:
                best = (like, story)
        self._seen[statement_id] = (day, sig, best[1])
        for k in keys:
            self._bands.setdefault(k, []).append(statement_id)
        return best[1]


def stories(rows: Iterable[tuple[str, date | None, str]], window_days: int = WINDOW_DAYS) -> dict[str, str]:
    """statement_id -> story_id for rows (statement_id, date, text); a story is named by its earliest member.

    Rows may come in any order: they are taken by date, then by id. Undated rows come first and match any date.
    """
    index = Stories(window_days)
    ordered = sorted(rows, key=lambda r: (r[1] is not None, r[1] or date.min, r[0]))
    return {sid: index.add(sid, day, text) for sid, day, text in ordered}
