"""Near-duplicate texts: the same release carried by several outlets is one story and counts once.

A copy keeps phrases, a rewrite keeps names and numbers, and the texts of one template keep phrases but not what they
are about. So a text is known by its words in order, each with its kind (number, name, word, commonplace of the genre),
and two texts are compared by what they share. A copy holds nearly all that the shorter text says (containment, Broder
1997, since copies get cut), and nothing in the midst of one contradicts the other. A rewrite holds its names and
numbers, and of the words outside common phrases many are the same, which those of two texts of one template are not.

Texts are brought together, never all with all, by the smallest hashes of their word triples (bottom-k sketch, Broder
1997), which finds copies, and by inverted lists of their names and numbers, which find rewrites. Both are kept per day,
so that a statement costs as much as the days of its window hold, however large the archive.

Two statements that are alike are of one story, and so are those alike to the same third (connected components by
union-find, Tarjan 1975). A story is called by its earliest statement, by date, then by id. That depends on the set of
statements only: any order and any batches give the same stories, except for keys that more than CROWD statements of a
day share, which are not followed. Hashes have no seed: every run and machine gives the same.
"""

from __future__ import annotations

import heapq
import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from itertools import chain
from zlib import crc32

from ingest.coding.tables import seed, table, words
from ingest.coding.text import fold, normalise, sentences

METHOD = "phrases-and-names-1"  # changes whenever a stored signature would no longer mean the same
WINDOW_DAYS = 7  # a copy may come this late
REWRITE_DAYS = 2  # and a rewrite this late: later, the same names with other words are a follow-up
SAME = 0.5  # similarity from which two texts are one story
COPY = 0.86  # what a copy must hold of the shorter text
LATE_COPY = 0.95  # and a copy later than REWRITE_DAYS
POINTED = 0.7  # the share of names and numbers that a copy keeps
RETOLD = 0.68  # see _retold
FEWEST = 3  # common names and numbers of a rewrite
EVIDENCE = 7.0  # the same with words; two ministers alone have four names, and meet again
WORDS_PER_NAME = 4  # so many common words weigh as much as one common name
MOST_WORDS = 5  # what common words may add to the evidence
MAX_WORDS = 800  # of a text that count; enough to tell any release
COPY_KEYS = 12
CROWD = 250

_COMMON, _PLAIN, _NAMED, _NUMBER = range(4)
_WEIGHT = (0.25, 1.0, 1.5, 2.0)
_TOKEN = re.compile(
    r"\d{1,3}(?:[ ,]\d{3})+(?!\d)|\d+(?:[.,]\d+)*|[\u3040-\u30ff\u4e00-\u9fff]{1,2}|[^\W\d_]+(?:'[^\W\d_]+)?"
)
_COUNTED = {
    w: str(n)
    for n, w in enumerate(
        "two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
        "eighteen nineteen twenty".split(),
        2,
    )
} | {w: str(10 * n) for n, w in enumerate("thirty forty fifty sixty seventy eighty ninety".split(), 3)}


def _stem(word: str) -> str:
    """The first six letters without a plural's s: "Kyrgyz" and "Kyrgyzstan", "resident" and "residence" are one."""
    return (word[:-1] if len(word) > 3 and word[-1] == "s" and word[-2] != "s" else word)[:6]


def _generic() -> frozenset[str]:
    """Stems that nearly every release holds, and those of the names of states: a dyad's texts all have them."""
    states = (w for r in seed("country_aliases") for w in _TOKEN.findall(fold(r["alias"])))
    return frozenset(map(_stem, [*words("generic_words"), *states]))


_GENERIC = _generic()
_STOP = frozenset(w for r in table("stop_words") for w in r["words"].split())
_KNOWN: dict[str, int] = {}  # words as met -> hash and kind; 0: does not count
_KNOWN_LIMIT = 200_000


def _value(token: str) -> int:
    """32 bits: 30 of the hash of the stem, 2 of the kind; 0 for what does not count."""
    low = fold(token)
    low = _COUNTED.get(low, low)
    if low[0].isdigit():
        kind = _NUMBER
        low = re.sub(r"[ ,](?=\d{3}(?!\d))", "", low).replace(",", ".")
        if len(low) == 1 and low < "2":
            return 0
        if len(low) == 4 and low[:2] in ("19", "20"):
            kind = _PLAIN
    else:
        low = low.partition("'")[0]
        if len(low) < 2 and low.isascii() or low in _STOP:
            return 0
        low = _stem(low)
        kind = _COMMON if low in _GENERIC else _NAMED if token[0].isupper() else _PLAIN
    return crc32(low.encode("utf-8", "surrogatepass")) & ~3 | kind or 4


def signature(text: str) -> tuple[int, ...]:
    """What a text is known by: its words in order as 32-bit numbers, the kind in the lowest two bits; at most MAX_WORDS
    of them, () for a text without words. Datelines, boilerplate and stop words do not count."""
    clean = normalise(text).text
    parts = [clean[s.start : s.end] for s in sentences(clean) if not s.boilerplate]
    out: list[int] = []
    if len(_KNOWN) > _KNOWN_LIMIT:
        _KNOWN.clear()
    for part in parts or [clean]:
        found = _TOKEN.findall(part)
        if found and found[0][0].isupper():
            found[0] = found[0].lower()  # a capital there tells no name
        for token in found:
            value = _KNOWN.get(token)
            if value is None:
                value = _KNOWN[token] = _value(token)
            if value:
                out.append(value)
        if len(out) >= MAX_WORDS:
            break
    return tuple(out[:MAX_WORDS])


class _Profile:
    """A signature taken apart for comparison."""

    __slots__ = ("grams", "ids", "numbers", "pointed", "total", "triples", "weight")

    def __init__(self, sig: Iterable[int]) -> None:
        values = list(sig)
        self.ids = [v >> 2 for v in values]
        # a name that opens a sentence in one place and stands within one in another counts as a name
        self.weight = {v >> 2: _WEIGHT[v & 3] for v in sorted(values, key=_kind)}
        self.total = sum(self.weight.values())
        self.numbers = frozenset(v >> 2 for v in values if v & 3 == _NUMBER)
        self.pointed = frozenset(v >> 2 for v in values if v & 2)  # names and numbers
        self.triples = _triples(self.ids)
        self.grams = frozenset(self.triples)


def _kind(value: int) -> int:
    return value & 3


def _triples(ids: list[int]) -> list[int]:
    """A 32-bit number for every three words in a row; one for all of a text of fewer."""
    if len(ids) < 3:
        ids = [*ids, *[0] * (3 - len(ids))]
    return [
        (a * 0x9E3779B1 ^ b * 0x85EBCA6B ^ c * 0xC2B2AE35) & 0xFFFFFFFF
        for a, b, c in zip(ids, ids[1:], ids[2:], strict=False)
    ]


def _copy_keys(profile: _Profile) -> list[int]:
    """The smallest hashes of a text's word triples, two at least, since two in common make a candidate."""
    keys = heapq.nsmallest(COPY_KEYS, profile.grams)
    return keys if len(keys) > 1 else [keys[0], keys[0] ^ 0xFFFFFFFF]


@dataclass(slots=True)
class _Side:
    """What one text says outside the phrases that it shares with another. Weights are sums over different words."""

    outside: float  # weight of the words outside shared phrases
    found: float  # weight of those of them that the other has elsewhere
    apart: float  # weight of what the other lacks, between the first shared phrase and the last
    numbers: int  # of these, numbers
    names: int  # and names
    early: float  # share of the shared phrases that stands where the other text would, were it the beginning of this


def _side(x: _Profile, y: _Profile) -> _Side:
    mark = bytearray(len(x.ids) + 3)
    grams = y.grams
    for i, g in enumerate(x.triples):
        if g in grams:
            mark[i : i + 3] = b"\1\1\1"
    low, high = mark.find(1), mark.rfind(1)
    weight, other = x.weight, y.weight
    outside = found = apart = 0.0
    numbers = names = 0
    seen: set[int] = set()
    within: set[int] = set()
    for i, w in enumerate(x.ids):
        if mark[i]:
            continue
        if w not in seen:
            seen.add(w)
            outside += weight[w]
            if w in other:
                found += weight[w]
        if low <= i <= high and w not in other and w not in within:
            within.add(w)
            apart += weight[w]
            numbers += w in x.numbers
            names += w in x.pointed
    early = mark.count(1, 0, 10 + 11 * len(y.ids) // 10) / max(1, mark.count(1))
    return _Side(outside, found, apart, numbers, names - numbers, early)


def _alike(a: _Profile, b: _Profile, gap: int) -> float:
    """How far two texts that are `gap` days apart are one story, 0 to 1; SAME and more says that they are."""
    if not a.ids or not b.ids:
        return 0.0
    small, large = (a, b) if (a.total, a.ids) <= (b.total, b.ids) else (b, a)
    shared = len(a.pointed & b.pointed)
    fewest = min(len(a.pointed), len(b.pointed))
    pointed = shared / fewest if fewest else 1.0
    weight = small.weight
    common = weight.keys() & large.weight.keys()
    contained = sum(weight[w] for w in common) / small.total
    evidence = shared + min(MOST_WORDS, sum(weight[w] == 1.0 for w in common) / WORDS_PER_NAME)
    again = gap <= REWRITE_DAYS and shared >= FEWEST and evidence >= EVIDENCE  # whether it can be a rewrite
    retold = _retold(contained, pointed, evidence) if again else 0.0  # at most: see `told`
    least = LATE_COPY if gap > REWRITE_DAYS else COPY
    if max(_scaled(contained, least), _scaled(retold, RETOLD)) < SAME:
        return min(_scaled(contained, least), 0.4)
    one, two = _side(small, large), _side(large, small)
    apart = min(one.apart / small.total, two.apart / large.total)
    numbers, names = min(one.numbers, two.numbers), min(one.names, two.names)
    # a part of a longer text is its copy where it opens it: a digest would join all that it lists
    opens = small.total >= 0.7 * large.total or two.early >= 0.7
    copy = contained - max(0.0, apart - 0.06) - 0.15 * (numbers + names)
    if not opens or pointed < POINTED:
        copy = min(copy, 0.5)
    best = _scaled(copy, least)
    if again:
        told = one.found / one.outside if one.outside else 1.0
        # mostly common phrases: within a digest, or with other things between them, one template filled in twice
        filled = 0.0 if one.outside >= 0.5 * small.total else apart if opens else 1.0
        best = max(best, _scaled(_retold(told, pointed, evidence) - filled - 0.07 * min(names, 2), RETOLD))
    return best


def _retold(told: float, pointed: float, evidence: float) -> float:
    """Weighs for a rewrite, 0 to 1: the share found of the words outside common phrases, the share of common names and
    numbers, and how many there are. The weights are those of a logistic regression on bench/archive.py, rounded."""
    return 0.31 * told + 0.36 * pointed + 0.033 * min(evidence, 10)


def _scaled(value: float, least: float) -> float:
    """Brings `least` to SAME, 0 to 0 and 1 to 1."""
    value = min(1.0, max(0.0, value))
    return SAME * value / least if value < least else 1 - (1 - SAME) * (1 - value) / (1 - least)


def similarity(one: tuple[int, ...], two: tuple[int, ...]) -> float:
    """How much two texts of one day are the same story, 0 to 1, by their signatures; SAME and more is one story."""
    return _alike(_Profile(one), _Profile(two), 0)


@dataclass(frozen=True, slots=True)
class Row:
    """What to keep of a statement so that later batches can be compared with it. `signature` is as `signature` gives
    it (METHOD says by which method); `story_day` is the date of the statement `story_id`."""

    statement_id: str
    day: date | None
    signature: tuple[int, ...]
    story_id: str
    story_day: date | None


class _Day:
    """The keys of the statements of one day -> their numbers."""

    __slots__ = ("copies", "pointed")

    def __init__(self) -> None:
        self.copies: dict[int, list[int]] = {}
        self.pointed: dict[int, list[int]] = {}


_UNDATED = -1
_PROFILES = 2_000  # kept at hand


class Stories:
    """An index to which statements are added, in any order, and which knows the story of each.

    For a new batch: `seed` it with the stored rows of WINDOW_DAYS around the batch, `add` the new statements, store
    `added()` and apply `renamed()`; the cost is that of the batch and of reading those rows. Where statements come in
    the order of their dates, `forget` keeps the memory to that of a window.
    """

    def __init__(self, window_days: int = WINDOW_DAYS) -> None:
        self.window = window_days
        self._days: dict[int, _Day] = {}
        self._number: dict[str, int] = {}
        self._ids: list[str] = []
        self._when: list[int] = []  # day number (proleptic Gregorian ordinal) or _UNDATED
        self._sig: list[array[int] | None] = []
        self._pointed: list[frozenset[int]] = []
        self._above: list[int] = []  # union-find
        self._name: dict[int, tuple[int, str]] = {}  # head of a set -> (day number, id) of its story
        self._profiles: dict[int, _Profile] = {}
        self._given: dict[str, int] = {}  # story ids told to the caller -> a statement of the story
        self._seeded = 0

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, statement_id: str, day: date | None, text: str) -> str:
        """The story_id of a statement as known now; a statement known already keeps its story and is not compared."""
        if statement_id in self._number:
            return self.story(statement_id)
        return self.add_signature(statement_id, day, signature(text))

    def add_signature(self, statement_id: str, day: date | None, sig: tuple[int, ...]) -> str:
        """The same for a text of which the signature is known."""
        if statement_id in self._number:
            return self.story(statement_id)
        profile = _Profile(sig)
        when = day.toordinal() if day else _UNDATED
        n = self._enter(statement_id, when, sig, (when, statement_id))
        if sig:
            keys = _copy_keys(profile)
            for other in self._like(when, profile, keys):
                self._join(n, other)
            self._index(n, when, profile, keys)
            self._keep(n, profile)
        story = self._name[self._head(n)][1]
        self._given.setdefault(story, n)
        return story

    def story(self, statement_id: str) -> str:
        """The story_id of a statement added or seeded before; KeyError for any other."""
        return self._name[self._head(self._number[statement_id])][1]

    def seed(self, rows: Iterable[Row]) -> None:
        """Take in stored rows with the stories that they have: nothing is compared. Rows known already are skipped."""
        told: dict[str, int] = {}
        for row in rows:
            if row.statement_id in self._number:
                continue
            when = row.day.toordinal() if row.day else _UNDATED
            name = (row.story_day.toordinal() if row.story_day else _UNDATED, row.story_id)
            n = self._enter(row.statement_id, when, row.signature, name)
            self._join(n, told.setdefault(row.story_id, n))
            self._given.setdefault(row.story_id, n)
            if row.signature:
                profile = _Profile(row.signature)
                self._index(n, when, profile, _copy_keys(profile))
        self._seeded = len(self._ids)

    def added(self) -> Iterator[Row]:
        """The rows to store: of all statements added since the last `seed`, but those that were forgotten."""
        for n in range(self._seeded, len(self._ids)):
            sig = self._sig[n]
            if sig is not None:
                at, story = self._name[self._head(n)]
                yield Row(self._ids[n], _date(self._when[n]), tuple(sig), story, _date(at))

    def renamed(self) -> dict[str, str]:
        """Story ids given before -> the ids of the stories that they have become part of, where that has happened."""
        now = ((old, self._name[self._head(n)][1]) for old, n in self._given.items())
        return {old: new for old, new in now if old != new}

    def forget(self, before: date) -> None:
        """Compare nothing more with statements dated before a day; their stories stay known."""
        limit = before.toordinal()
        for when in [d for d in self._days if _UNDATED < d < limit]:
            gone = {n for held in self._days.pop(when).copies.values() for n in held}
            for n in gone:
                self._sig[n] = None
                self._pointed[n] = frozenset()
                self._profiles.pop(n, None)

    def _enter(self, statement_id: str, when: int, sig: Iterable[int], name: tuple[int, str]) -> int:
        n = len(self._ids)
        self._number[statement_id] = n
        self._ids.append(statement_id)
        self._when.append(when)
        self._sig.append(array("I", sig))
        self._pointed.append(frozenset())
        self._above.append(n)
        self._name[n] = name
        return n

    def _index(self, n: int, when: int, profile: _Profile, keys: list[int]) -> None:
        day = self._days.get(when)
        if day is None:
            day = self._days[when] = _Day()
        for k in keys:
            day.copies.setdefault(k, []).append(n)
        self._pointed[n] = profile.pointed
        for k in profile.pointed:
            day.pointed.setdefault(k, []).append(n)

    def _like(self, when: int, profile: _Profile, keys: list[int]) -> list[int]:
        """The statements of the window that tell the same story as a new one."""
        copied: list[list[int]] = []
        pointed: list[list[int]] = []
        for other, day in self._window(when):
            copied += [held for k in keys if (held := day.copies.get(k)) and len(held) <= CROWD]
            if _gap(when, other) <= REWRITE_DAYS:
                pointed += [held for k in profile.pointed if (held := day.pointed.get(k)) and len(held) <= CROWD]
        shared = Counter(chain.from_iterable(pointed))
        mine, has = profile.pointed, self._pointed
        fewest = len(mine)
        # the most that a pair could come to; most that share a name end here
        near = {
            n
            for n, k in shared.items()
            if k >= FEWEST and _retold(1.0, k / min(fewest, len(has[n])), k + MOST_WORDS) >= RETOLD
        }
        for n, k in Counter(chain.from_iterable(copied)).items():
            if k > 1 and n not in near:
                theirs = has[n]
                if len(mine & theirs) >= POINTED * min(fewest, len(theirs)):
                    near.add(n)
        return [n for n in near if _alike(profile, self._profile(n), _gap(when, self._when[n])) >= SAME]

    def _window(self, when: int) -> Iterator[tuple[int, _Day]]:
        """The days to look at: all for an undated statement, else those near and the undated."""
        if when == _UNDATED:
            yield from self._days.items()
            return
        for d in (*range(when - self.window, when + self.window + 1), _UNDATED):
            day = self._days.get(d)
            if day is not None:
                yield d, day

    def _profile(self, n: int) -> _Profile:
        profile = self._profiles.get(n)
        if profile is None:
            profile = _Profile(self._sig[n] or ())
            self._keep(n, profile)
        return profile

    def _keep(self, n: int, profile: _Profile) -> None:
        if len(self._profiles) >= _PROFILES:
            for old in list(self._profiles)[: _PROFILES // 2]:
                del self._profiles[old]
        self._profiles[n] = profile

    def _head(self, n: int) -> int:
        above = self._above
        while above[n] != n:
            above[n] = above[above[n]]
            n = above[n]
        return n

    def _join(self, one: int, two: int) -> None:
        a, b = self._head(one), self._head(two)
        if a == b:
            return
        if self._name[b] < self._name[a]:
            a, b = b, a
        self._above[b] = a
        del self._name[b]


def _gap(one: int, two: int) -> int:
    """Days between two day numbers; an undated statement may be of any day."""
    return 0 if _UNDATED in (one, two) else abs(one - two)


def _date(when: int) -> date | None:
    return None if when == _UNDATED else date.fromordinal(when)


def stories(rows: Iterable[tuple[str, date | None, str]], window_days: int = WINDOW_DAYS) -> dict[str, str]:
    """statement_id -> story_id for rows (statement_id, date, text) in any order; a story is named by its earliest
    member (undated ones come first). Of a statement_id given twice, the first row by date counts."""
    index = Stories(window_days)
    ordered = sorted(rows, key=lambda r: (r[1] is not None, r[1] or date.min, r[0]))
    last = None
    for sid, day, text in ordered:
        if day and day != last:
            index.forget(date.fromordinal(max(1, day.toordinal() - window_days)))
            last = day
        index.add(sid, day, text)
    return {sid: index.story(sid) for sid, _, _ in ordered}
