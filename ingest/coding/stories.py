"""Near-duplicate texts: the same release carried by several outlets is one story and counts once.

What outlets keep when they reword are names and numbers; what different releases of one office share is the phrasing.
So a text is known by two sets, its names and numbers and its word pairs, each as a MinHash (Broder 1997), and texts are
compared only where banded locality-sensitive hashing (Indyk and Motwani 1998) brings them together, never all with all.
Hashes have a fixed seed, so the same texts give the same stories in every run and on every machine.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import date
from zlib import crc32

from ingest.coding.text import fold, normalise, sentences

NAME_HASHES = 64
PAIR_HASHES = 32
ROWS = 2  # per band: two texts that share half of their names share a band with probability 0.9999
SAME_NAMES = 0.35  # estimated Jaccard similarity of names and numbers from which two texts are one story
SAME_WORDS = 0.6  # the same of word pairs, asked of texts with fewer than MIN_NAMES names
MIN_NAMES = 2
WINDOW_DAYS = 7

_PRIME = (1 << 61) - 1
_WORD = re.compile(r"\w+")
_NAME = re.compile(r"(?<=[^\W\d_,;(\"] )[A-ZÀ-ÞĀ-ŽА-Я]\w+|\d+(?:[.,]\d+)*")


def _coefficients() -> list[tuple[int, int]]:
    """Coefficients of the hash family (a*x + b) mod p from a fixed linear congruential sequence."""
    state, out = 20_201_024, []
    for _ in range(NAME_HASHES + PAIR_HASHES):
        pair = []
        for _ in range(2):
            state = (state * 6_364_136_223_846_793_005 + 1_442_695_040_888_963_407) % (1 << 64)
            pair.append(state % (_PRIME - 1) + 1)
        out.append((pair[0], pair[1]))
    return out


_FAMILY = _coefficients()


def _minima(items: Iterable[str], family: list[tuple[int, int]]) -> list[int]:
    values = sorted({crc32(i.encode()) for i in items})
    return [min((a * x + b) % _PRIME for x in values) for a, b in family] if values else [0] * len(family)


def signature(text: str) -> tuple[int, ...]:
    """MinHash signature of a text: the count of its names and numbers, NAME_HASHES minima over them, PAIR_HASHES over
    its word pairs; () for a text without words. Datelines and boilerplate do not count."""
    clean = normalise(text).text
    kept = " ".join(clean[s.start : s.end] for s in sentences(clean) if not s.boilerplate) or clean
    tokens = _WORD.findall(fold(kept))
    if not tokens:
        return ()
    names = {fold(m[0]) for m in _NAME.finditer(kept)}
    pairs = {" ".join(tokens[i : i + 2]) for i in range(max(1, len(tokens) - 1))}
    return (len(names), *_minima(names, _FAMILY[:NAME_HASHES]), *_minima(pairs, _FAMILY[NAME_HASHES:]))


def _likeness(one: tuple[int, ...], two: tuple[int, ...]) -> tuple[float, float]:
    """Estimated Jaccard similarity of names and of word pairs."""
    same = [a == b for a, b in zip(one[1:], two[1:], strict=True)]
    return sum(same[:NAME_HASHES]) / NAME_HASHES, sum(same[NAME_HASHES:]) / PAIR_HASHES


def similarity(one: tuple[int, ...], two: tuple[int, ...]) -> float:
    """How much two texts are the same story, 0 to 1, by their signatures; SAME_NAMES and more is one story."""
    if not one or not two:
        return 0.0
    names, pairs = _likeness(one, two)
    if min(one[0], two[0]) >= MIN_NAMES:
        return names
    return pairs * SAME_NAMES / SAME_WORDS


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
        keys = [(b, *sig[b : b + ROWS]) for b in range(1, len(sig), ROWS)]
        candidates = {c for k in keys for c in self._bands.get(k, ())}
        for c in sorted(candidates):
            other_day, other, story = self._seen[c]
            if day and other_day and abs((day - other_day).days) > self.window:
                continue
            like = similarity(sig, other)
            if like >= SAME_NAMES and like > best[0]:
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
