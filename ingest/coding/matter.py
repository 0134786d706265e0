"""What an act or a commitment is about: topics weighed by where their words stand, not merely found.

Two linear models, both learnt in seconds from files of this folder (learn.py). The first reads the words of a sentence
and gives a share to each topic (lexicon/topic_sentences.csv, written for this purpose). The second weighs, for each
topic that comes into question, what the words of the act, its sentence, those beside it and the whole text say,
and the phrases of topics.csv found there (labels/, statements of our own labelled by the codebook).
"""

from __future__ import annotations

import gzip
import hashlib
import math
import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache
from itertools import pairwise
from typing import TYPE_CHECKING

from ingest.coding.stems import stem
from ingest.coding.tables import FOLDER, LEXICON, table
from ingest.coding.text import fold
from ingest.coding.topics import Hit
from ingest.errors import BadFile, InputMissing

if TYPE_CHECKING:
    from ingest.coding.events import Act, Document

WORD_WEIGHTS = "topic_word_weights.csv.gz"
PLACE_WEIGHTS = "topic_place_weights.csv"
SENTENCES = "topic_sentences.csv"
LABELS = ("first", "second")  # "blind" is for judging: nothing is learnt from it
PHRASE = 2.0  # how much a phrase of topics.csv counts beside a plain word
UNITS = 100
MOST = 3
OPENING = 8  # sentences that tell what a text is about
LEAST = 0.35  # the share from which a topic is named

Features = dict[str, float]
Shares = dict[str, float]

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_STOP = frozenset(
    "the a an of to in on for and at by with from its his her their will be is are was were has have had that this it "
    "as would not which who said says after before until between both two more new also than into under over about or "
    "but he she they them been".split()
)
_MEETS = re.compile(r"\b(?:meeting|visit|session|round|talks|summit|consultations)\b")
_SPECIAL = ("diplomacy.meetings", "other", "diplomacy.treaty")


def stems(text: str, start: int, end: int, names: Sequence[tuple[int, int]]) -> list[tuple[int, str]]:
    """(offset, stem) of the words of [start, end) that can tell a topic; names of parties left out."""
    out: list[tuple[int, str]] = []
    first = bisect_left(names, start, key=lambda n: n[1])
    inside = [n for n in names[first : first + 40] if n[0] < end]
    for m in _WORD.finditer(text, start, end):
        at, word = m.start(), m[0]
        if any(a <= at < b for a, b in inside):
            continue
        lower = fold(word)
        if len(lower) < 3 or lower in _STOP:
            continue
        if word[0].isupper() and not word.isupper() and at > start and text[at - 2 : at] not in (". ", '" '):
            continue  # a name
        out.append((at, stem(lower)))
    return out


def words(text: str, start: int, end: int, names: Sequence[tuple[int, int]], hits: Iterable[Hit]) -> Features:
    """The stems, pairs of stems and topic phrases of [start, end), each with its value."""
    return _found([w for _, w in stems(text, start, end, names)], hits)


def _found(said: Sequence[str], hits: Iterable[Hit]) -> Features:
    found: Features = dict.fromkeys(said, 1.0)
    found.update((f"{a} {b}", 1.0) for a, b in pairwise(said))
    found.update((f"#{h.rank} {h.topic}", PHRASE) for h in hits)
    return found


def shares(found: Features) -> Shares:
    """Topic -> its share by the words found, summing to 1; no word known, no share."""
    topics, weights = _word_weights()
    known = [(weights[w], v) for w, v in found.items() if w in weights]
    if not known:
        return {}
    score = [0.0] * len(topics)
    for row, value in known:
        for k, w in row:
            score[k] += w * value
    scale = 1 / (UNITS * math.sqrt(len(known)))
    top = max(score)
    grown = [math.exp((s - top) * scale) for s in score]
    total = sum(grown)
    return {t: g / total for t, g in zip(topics, grown, strict=True)}


class Matter:
    """The topics of one document, asked for stretch by stretch."""

    def __init__(self, doc: Document) -> None:
        self.doc = doc
        self.hits = doc.topic_hits
        self.names = sorted((m.start, m.end) for m in doc.mentions)
        self.titles: dict[int, list[tuple[int, int]]] = {}  # sentence -> office-holders and bodies, which are no matter
        self._stems: dict[int, list[tuple[int, str]]] = {}
        self._sentences: dict[int, Shares] = {}
        self._whole: Shares | None = None
        strong = [h.topic for h in self.hits if h.rank == 1]
        self.count = Counter(strong)
        self.weak = Counter(h.topic for h in self.hits if h.rank > 1)
        self.theme = next((t for t, _ in self.count.most_common() if not t.startswith("diplomacy.")), "")
        opening = doc.sentences[min(1, len(doc.sentences) - 1)].end if doc.sentences else 0
        self.first = {h.topic for h in self.hits[: self._at(opening)]}

    def _at(self, offset: int) -> int:
        return bisect_left(self.hits, offset, key=lambda h: h.start)

    def _shares(self, no: int, start: int, end: int) -> Shares:
        """The shares of [start, end) of sentence `no`."""
        if no not in self._stems:
            s = self.doc.sentences[no]
            self._stems[no] = stems(self.doc.text, s.start, s.end, self.names)
        said = [w for at, w in self._stems[no] if start <= at < end]
        if len(said) == len(self._stems[no]) and no in self._sentences:
            return self._sentences[no]
        return shares(_found(said, self.hits[self._at(start) : self._at(end)]))

    def sentence(self, no: int) -> Shares:
        """The shares of one sentence by its number; none where there is no such sentence or it is boilerplate."""
        if not 0 <= no < len(self.doc.sentences) or self.doc.sentences[no].boilerplate:
            return {}
        if no not in self._sentences:
            s = self.doc.sentences[no]
            self._sentences[no] = self._shares(no, s.start, s.end)
        return self._sentences[no]

    def whole(self) -> Shares:
        """The mean over the sentences."""
        if self._whole is None:
            # a long text is about what its beginning is about
            rows = [r for n in range(min(len(self.doc.sentences), OPENING)) if (r := self.sentence(n))]
            self._whole = {t: sum(r.get(t, 0.0) for r in rows) / len(rows) for t in (rows[0] if rows else ())}
        return self._whole

    def features(self, act: Act, start: int, end: int, last: Act | None) -> dict[str, Features]:
        """Topic -> what speaks for it, for each that comes into question in [start, end) of the act's sentence. What an
        act depends on is not what it is about. `last` is the act told before it."""
        s, condition, event_type = act.sentence, act.condition, act.event_type
        hits = self.hits[self._at(s.start) : self._at(s.end)]
        if condition and start < condition[0]:
            end = min(end, condition[0])
            hits = [h for h in hits if not condition[0] <= h.start < condition[1]]
        titles = self.titles.get(s.no, [])
        here = [h for h in hits if not any(a <= h.start < b for a, b in titles)]
        inside = [h for h in here if start <= h.start < end]
        strong = Counter(h.topic for h in inside if h.rank == 1)
        weak = Counter(h.topic for h in inside if h.rank > 1)
        around = Counter(h.topic for h in here if h.rank == 1)
        local = any(not t.startswith("diplomacy.") for t in strong)
        told = any(not t.startswith("diplomacy.") for t in around)
        before = self.doc.sentences[s.no - 1] if s.no else s
        prev = {h.topic for h in self.hits[self._at(before.start) : self._at(s.start)] if h.rank == 1}
        order = list(dict.fromkeys(h.topic for h in inside))
        carried = set(last.topics) if last and 0 <= s.no - last.sentence.no <= 1 else set()
        lower = self.doc.text[start:end].lower()
        whole, sentence = self.whole(), self.sentence(s.no)
        scope = self._shares(s.no, start, end)
        ahead, behind = self.sentence(s.no - 1), self.sentence(s.no + 1)
        n, n_weak = max(1, self.count.total()), max(1, self.weak.total())
        meets = act.rule.event_type == "CONSULT" or (event_type in ("AGREE", "REQUEST") and bool(_MEETS.search(lower)))
        asked = {
            *strong,
            *weak,
            *around,
            *prev,
            *carried,
            *self.first,
            *_SPECIAL,
            *([self.theme] if self.theme else []),
        }
        asked |= {t for r, least in ((scope, 0.08), (sentence, 0.08), (whole, 0.06)) for t, v in r.items() if v > least}
        purpose = any(not t.startswith(("finance.", "diplomacy.", "trade.goods")) for t in strong)
        near = {h.topic for h in inside if 0 <= h.start - act.end < 40}
        long: dict[str, int] = {}
        for h in inside:
            long[h.topic] = max(long.get(h.topic, 0), self.doc.text.count(" ", h.start, h.end))
        out: dict[str, Features] = {}
        for t in sorted(asked):
            f: Features = {"bias": 1.0}
            if t in strong or t in weak:
                f["scope_phrase"] = min(strong[t], 2)
                f["scope_weak"] = min(weak[t], 2)
                f["near"] = float(t in near)
                f["long"] = long[t]
                f["order"] = min(order.index(t), 3)
            if t in around:
                f["sentence_phrase"] = min(around[t] - strong[t], 2)
            if t in prev:
                f["before_phrase"] = 1.0
            if t in self.weak:
                f["weak_share"] = self.weak[t] / n_weak
            if t == self.theme:
                f["theme"] = 1.0
            if t in self.first:
                f["opening"] = 1.0
            if t in carried:
                f["carried"] = 1.0
            f["scope_words"] = math.log(scope.get(t, 0.02) + 0.01) + 4
            f["sentence_words"] = math.log(sentence.get(t, 0.02) + 0.01) + 4
            f["whole_words"] = math.log(whole.get(t, 0.02) + 0.01) + 4
            f["before_words"] = ahead.get(t, 0.0)
            f["after_words"] = behind.get(t, 0.0)
            if not local:
                f["else_share"] = self.count[t] / n
                f["else_sentence"] = float(around[t] > 0)
                f["else_carried"] = float(t in carried)
            if not told:
                f["silent_share"] = self.count[t] / n
                f["silent_words"] = whole.get(t, 0.0)
            if t == "diplomacy.meetings":
                f["meetings"] = 1.0
                f["meetings_consult"] = float(event_type == "CONSULT")
                f["meetings_else"] = float(meets and event_type != "CONSULT")
            elif t == "diplomacy.treaty":
                f["treaty"] = 1.0
                f["treaty_ratified"] = float("ratif" in lower)
                f["treaty_document"] = float(act.rule.frame == "doc")
            elif t == "diplomacy.representation":
                f["representation"] = 1.0
            elif t == "other":
                f["other"] = 1.0
                f["other_silent"] = float(not told)
            elif t.startswith("finance."):
                f["finance"] = 1.0
                f["finance_purpose"] = float(purpose)
                f["finance_words"] = f["scope_words"]
            elif event_type == "CONSULT":
                f["consult"] = 1.0
            if event_type == "SUPPORT":
                f["support_theme"] = float(t == self.theme)
            out[t] = f
        return out


def ranked(asked: dict[str, Features], model: str) -> list[tuple[str, float]]:
    """All topics in question with their scores, the loudest first. `model`: "act" or "promise"."""
    weights = _place_weights()[model]
    scored = ((t, sum(weights.get(k, 0.0) * v for k, v in f.items())) for t, f in asked.items())
    return sorted(scored, key=lambda x: (-x[1], x[0]))


def choose(asked: dict[str, Features], model: str) -> list[str]:
    """The topics that speak loudest, at most MOST, at least one."""
    scored = ranked(asked, model)
    bound = math.log(LEAST / (1 - LEAST))
    return [t for t, score in scored[:MOST] if score >= bound] or [scored[0][0]]


def fingerprint() -> str:
    """sha256 over all that the two models were learnt from, line endings aside."""
    digest = hashlib.sha256()
    paths = [LEXICON / SENTENCES, LEXICON / "topics.csv", *(FOLDER / "labels" / f"{n}.jsonl" for n in LABELS)]
    for path in paths:
        digest.update(path.read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


@cache
def _word_weights() -> tuple[list[str], dict[str, tuple[tuple[int, int], ...]]]:
    """(topics, word -> (topic's number, weight in 1/UNITS) of those that count)."""
    path = LEXICON / WORD_WEIGHTS
    try:
        _, head, *lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    except FileNotFoundError as e:
        raise InputMissing(
            "topics need learnt weights", mend="run python -m ingest.coding.learn", file=path.name
        ) from e
    except (OSError, EOFError, ValueError) as e:
        raise BadFile("the weights can't be read", mend="run python -m ingest.coding.learn", file=path.name) from e
    out: dict[str, tuple[tuple[int, int], ...]] = {}
    for line in lines:
        word, body = line.split("\t")
        numbers = list(map(int, body.split()))
        out[word] = tuple(zip(numbers[::2], numbers[1::2], strict=True))
    return head.split(), out


@cache
def _place_weights() -> dict[str, dict[str, float]]:
    rows = table(PLACE_WEIGHTS.removesuffix(".csv")) if (LEXICON / PLACE_WEIGHTS).exists() else ()
    return {model: {r["feature"]: float(r[model]) for r in rows} for model in ("act", "promise")}


def forget() -> None:
    """Read the weights again when next asked for: they were learnt anew."""
    _word_weights.cache_clear()
    _place_weights.cache_clear()
    table.cache_clear()


def learnt_from() -> str:
    """The fingerprint of what the weights in use were learnt from."""
    return gzip.decompress((LEXICON / WORD_WEIGHTS).read_bytes()).decode().split("\n", 1)[0].removeprefix("# ")
