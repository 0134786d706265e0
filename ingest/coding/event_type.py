"""Which PLOVER event type one sentence tells, when it is said who deals with whom.

The rules of rules.csv read the sentence with the two phrases as its parties. What they say is evidence, beside the words
around the two phrases, for a linear model whose weights were learnt from lexicon/plover_sentences.csv, sentences written
for this purpose (see learn.py). The model decides: a rule knows its own words, but not that the next verb weighs more.

PLOVER's sentence codebooks read three things otherwise than CODEBOOK.md, and so do those sentences: a formal signing is
SUPPORT (it is AGREE where statements are coded), sanctions imposed on persons or a state are COERCE and a sealed border
is ASSAULT (SANCTION there). This module speaks only for sentences with a source and a target.
"""

from __future__ import annotations

import csv
import gzip
import io
import math
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from ingest.coding import events
from ingest.coding.rules import inflect, rules
from ingest.coding.tables import LEXICON, table
from ingest.coding.text import dateline_end, fold, normalise
from ingest.errors import BadFile, InputMissing

WEIGHTS = "event_type_weights.csv.gz"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one sentence. `features`: name -> weight before scaling; `where`: name -> first words it is
    from; `acts`: (rule id, event type, rank 0 to 3 of how well its parties fit, span), best first. Offsets: raw text."""

    features: dict[str, float]
    where: dict[str, Span]
    acts: list[tuple[str, str, int, Span]]


_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")
_FILLER = frozenset(
    "a an the this that these those its his her their our of also now again still already today yesterday on in at "
    "jointly once formally reportedly officially repeatedly has have had having is are was were be been being would "
    "will shall could may might can do does did said says saying say announced told reported according it he she they "
    "who which monday tuesday wednesday thursday friday saturday sunday week month year last next early late and to "
    "for by with from as january february march april june july august september october november december one two "
    "three several some many".split()
)
_SPEECH = frozenset("said says say saying announced told reported according stated added declared confirmed".split())
_FUTURE = frozenset("will would shall plan intend ready willing prepared going 'll due set".split())
_NEGATION = frozenset("not no never n't cannot without neither nor".split())
_DATE_WORDS = frozenset(
    "monday tuesday wednesday thursday friday saturday sunday january february march april june july august september "
    "october november december".split()
)


@cache
def _bases() -> dict[str, str]:
    out: dict[str, str] = {}
    for row in table("irregular_verbs"):
        for form in inflect(row["base"]):
            out.setdefault(form, row["base"])
    out.update(dict.fromkeys(("is", "are", "was", "were", "been", "being", "am"), "be"))
    out.update(dict.fromkeys(("has", "had", "having"), "have"))
    return out


_SUFFIX = re.compile(r"(?:ies|ied|ying|y)$")
_ENDING = re.compile(r"(?:ements?|ations?|ions?|ings?|ers?|ors?|ed|es|s|e)$")


@cache
def stem(word: str) -> str:
    """A light stem: the base of an irregular verb, else the word without its inflection; "attacks" -> "attack"."""
    base = _bases().get(word)
    if base:
        return base
    if len(word) < 5:
        return word[:-1] if len(word) == 4 and word.endswith("s") and not word.endswith("ss") else word
    out = _SUFFIX.sub("i", word)
    if out == word:
        out = _ENDING.sub("", word) if len(word) > 5 else re.sub(r"(?:ed|s|e)$", "", word)
    if len(out) > 3 and out[-1] == out[-2] and out[-1] not in "ls":
        out = out[:-1]
    return out if len(out) > 2 else word


def find(text: str, phrase: str) -> Span | None:
    """Where a phrase stands in a text: as it is written and as whole words if it can be had, else as it folds."""
    if not phrase:
        return None
    for haystack, needle in ((text, phrase), (fold(text), fold(phrase))):
        m = re.search(rf"(?<!\w){re.escape(needle)}(?!\w)", haystack)
        if m:
            return m.span()
    at = fold(text).find(fold(phrase))
    return (at, at + len(phrase)) if at >= 0 else None


def _tokens(text: str, source: Span | None, target: Span | None) -> list[tuple[str, int, int]]:
    """(stem, start, end) of each word; names of others become "_n", figures "_d", the parties SOURCE and TARGET."""
    start = dateline_end(text)
    parties = sorted((span, name) for span, name in ((source, "SOURCE"), (target, "TARGET")) if span)
    out: list[tuple[str, int, int]] = []
    done = 0
    named: set[str] = set()
    for m in _WORD.finditer(text):
        a, b = m.span()
        for span, name in parties:
            if span[0] <= a < span[1]:
                if name not in named:
                    out.append((name, span[0], span[1]))
                    named.add(name)
                break
        else:
            word = m[0]
            lower = fold(word)
            if a < start:
                continue
            if any(c.isdigit() for c in word):
                out.append(("_d", a, b))
            elif lower in _DATE_WORDS:
                out.append(("_t", a, b))
            elif word[0].isupper() and done:
                if not out or out[-1][0] != "_n":
                    out.append(("_n", a, b))
            else:
                if lower.endswith("n't"):
                    out.append(("not", a, b))
                    lower = lower[:-3]
                out.append((stem(lower.removesuffix("'s")), a, b))
        done += 1
    return out


_APPOSITION = 12  # words: farther from its party than this, a word is not looked at as what the party does


def read(text: str, source: str, target: str) -> Reading:
    """Find the evidence in one sentence (offsets into `text` as given; any text is accepted)."""
    norm = normalise(text)
    src, tgt = find(norm.text, source), find(norm.text, target)
    tokens = _tokens(norm.text, src, tgt)
    where: dict[str, Span] = {}
    groups: dict[str, set[str]] = {"words": set(), "near": set(), "head": set(), "marks": set(), "rules": set()}

    def add(group: str, name: str, a: int, b: int) -> None:
        groups[group].add(name)
        where.setdefault(name, norm.span(a, b))

    for n in (1, 2, 3):
        for i in range(len(tokens) - n + 1):
            part = tokens[i : i + n]
            add("words", "w:" + " ".join(p[0] for p in part), part[0][1], part[-1][2])
    order = [i for i, t in enumerate(tokens) if t[0] in ("SOURCE", "TARGET")]
    first = order[0] if order else -1
    turned = bool(order) and tokens[first][0] == "TARGET"
    lead = "t" if turned else "s"
    near = tokens[first + 1 : first + 1 + _APPOSITION]
    content = [t for t in near if t[0] not in _FILLER_STEMS and t[0][0] != "_"]
    for i, (word, a, b) in enumerate(content):
        add("near", f"n{lead}:{word}", a, b)
        if i + 1 < len(content):
            add("near", f"n{lead}:{word} {content[i + 1][0]}", a, content[i + 1][2])
        if i + 2 < len(content):
            add("near", f"n{lead}:{word} * {content[i + 2][0]}", a, content[i + 2][2])
    verbs = [t for t in content if t[0] not in ("SOURCE", "TARGET")]
    for i, (word, a, b) in enumerate(verbs[:2]):
        add("head", f"h{i}{lead}:{word}", a, b)
    if len(verbs) > 1:
        add("head", f"hp:{verbs[0][0]} {verbs[1][0]}", verbs[0][1], verbs[1][2])
    stop = verbs[0][1] if verbs else len(text)
    before = [t for t in near if t[1] < stop]
    for t in before:
        for mark, words in (("future", _FUTURE_STEMS), ("not", _NEGATION), ("speech", _SPEECH_STEMS)):
            if t[0] in words:
                add("marks", f"{mark}", t[1], t[2])
                if verbs:
                    add("marks", f"{mark}:{verbs[0][0]}", t[1], verbs[0][2])
    for t in tokens:
        if t[0] in ("if", "unless", "until", "by", "must"):
            add("marks", f"has:{t[0]}", t[1], t[2])

    acts, loose = events.between(norm.text, src, tgt)
    ranked = sorted(acts, key=lambda a: _rank(a, src), reverse=True)
    found = []
    for i, act in enumerate(ranked):
        fit = _rank(act, src)[0]
        a, b = act.start, act.end
        found.append((act.rule.id, act.event_type, fit, norm.span(a, b)))
        add("rules", f"any:{act.event_type}", a, b)
        if i == 0:
            add("rules", f"rule:{act.rule.id}", a, b)
            add("rules", f"best:{act.event_type}", a, b)
            add("rules", f"best{fit}:{act.event_type}", a, b)
            for flag in sorted(act.flags):
                add("rules", f"{flag}:{act.event_type}", a, b)
    here = (src[1] + tgt[0]) // 2 if src and tgt else 0
    for i, (a, b, rule) in enumerate(sorted(loose, key=lambda f: (abs(f[0] - here), f[2].order))):
        add("rules", f"loose:{rule.event_type}", a, b)
        if i == 0 and not acts:
            add("rules", f"lone:{rule.event_type}", a, b)
            found.append((rule.id, rule.event_type, 0, norm.span(a, b)))
    features: dict[str, float] = {}
    for group, names in groups.items():
        for name in sorted(names):
            features[name] = SCALE[group] / math.sqrt(len(names))
    return Reading(features, where, found)


SCALE = {"words": 1.0, "near": 1.0, "head": 1.0, "marks": 0.5, "rules": 1.0}


def _rank(act: events.Act, source: Span | None) -> tuple[int, float, int]:
    """How well an act's parties fit: 3 both in their places, 2 the source acts, 1 one of them takes part, 0 neither."""
    acting, receiving = {p.id for p in act.actors}, {p.id for p in act.recipients}
    fit = 2 + ("TARGET" in receiving) if "SOURCE" in acting else int(bool(acting or receiving) and "TARGET" not in acting)
    return fit, act.confidence, -abs(act.start - source[1]) if source else -act.start


_FILLER_STEMS = frozenset(map(stem, _FILLER))
_SPEECH_STEMS = frozenset(map(stem, _SPEECH))
_FUTURE_STEMS = frozenset(map(stem, _FUTURE))
