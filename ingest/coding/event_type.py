"""Which PLOVER event type one sentence tells, when it is said who deals with whom.

The rules of rules.csv read the sentence with the two phrases as its parties. What they say is evidence, beside the
words around the two phrases and the classes that these belong to (word_classes.csv), for a linear model whose weights
were learnt from plover_sentences.csv, sentences written for this purpose (see learn.py). The model decides: a rule
knows its own words, but not that the next verb weighs more.

PLOVER's sentence codebooks read three things otherwise than CODEBOOK.md, and so do those sentences: a formal signing is
SUPPORT (it is AGREE where statements are coded), sanctions imposed on persons or a state are COERCE and a sealed border
is ASSAULT (SANCTION there). This module speaks only for sentences with a source and a target.
"""

from __future__ import annotations

import gzip
import hashlib
import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ingest.coding import events
from ingest.coding.rules import rules
from ingest.coding.stems import stem
from ingest.coding.tables import LEXICON, table
from ingest.coding.text import dateline_end, fold, normalise
from ingest.errors import BadFile, InputMissing

WEIGHTS = "event_type_weights.csv.gz"

Span = tuple[int, int]


@dataclass(frozen=True, slots=True)
class Reading:
    """What was found in one sentence; offsets are [start, end) into the text as given.

    `features`: name -> value; `where`: name -> the first words it is from; `acts`: (rule id, event type, 0 to 3 for how
    well the parties fit, span), best first.
    """

    features: dict[str, float]
    where: dict[str, Span]
    acts: list[tuple[str, str, int, Span]]
    by_rule: frozenset[str]  # features that say what the rules found


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
def _classes() -> dict[str, tuple[str, ...]]:
    """Stem -> the classes of word_classes.csv that it belongs to: words that tell the same kind of thing."""
    out: dict[str, list[str]] = {}
    for row in table("word_classes"):
        for word in row["words"].split():
            have = out.setdefault(stem(word), [])
            if row["class"] not in have:
                have.append(row["class"])
    return {k: tuple(v) for k, v in out.items()}


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
    groups: dict[str, set[str]] = {name: set() for name in SCALE}

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
    start = first + 1
    if order:
        start = _after_apposition(norm.text, tokens, start)
    near = tokens[start : start + _APPOSITION]
    kinds = _classes()
    classed = [(kind, t[1], t[2], i) for i, t in enumerate(tokens) for kind in kinds.get(t[0], ())]
    for kind, a, b, _ in classed:
        add("class", f"c:{kind}", a, b)
    for i, (kind, a, _, at) in enumerate(classed):
        for other, _, d, at2 in classed[i + 1 : i + 9]:
            if at < at2 <= at + 3:
                add("pairs", f"cc:{kind} {other}", a, d)
    ahead = [(kind, t[1], t[2]) for t in near for kind in kinds.get(t[0], ())]
    for i, (kind, a, b) in enumerate(ahead):
        add("near class", f"k{lead}:{kind}", a, b)
        for other, _, d in ahead[i + 1 : i + 6]:
            add("near pairs", f"kk{lead}:{kind} {other}", a, d)
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
    for i, (word, a, b) in enumerate(verbs[:2]):
        for kind in kinds.get(word, ()):
            add("head class", f"hc{i}{lead}:{kind}", a, b)
    stop = verbs[0][1] if verbs else len(text)
    before = [t for t in near if t[1] < stop]
    for t in before:
        for mark, words in (("future", _FUTURE_STEMS), ("not", _NEGATION), ("speech", _SPEECH_STEMS)):
            if t[0] in words:
                add("marks", f"{mark}", t[1], t[2])
                if verbs:
                    add("marks", f"{mark}:{verbs[0][0]}", t[1], verbs[0][2])
                    for kind in kinds.get(verbs[0][0], ()):
                        add("marks", f"{mark}:{kind}", t[1], verbs[0][2])
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
    return Reading(features, where, found, frozenset(groups["rules"]))


def _after_apposition(text: str, tokens: list[tuple[str, int, int]], i: int) -> int:
    """Index of the token after what is said about the party before token i in brackets or between commas."""
    if i >= len(tokens):
        return i
    gap = text[tokens[i - 1][2] : tokens[i][1]]
    closing = ")" if "(" in gap else "," if "," in gap else ""
    for j in range(i, min(i + 16, len(tokens) - 1)):
        if closing and closing in text[tokens[j][2] : tokens[j + 1][1]]:
            return j + 1
    return i


# how much each kind of evidence weighs as a whole before anything is learnt
SCALE = {
    "words": 1.0,
    "near": 1.0,
    "head": 1.0,
    "marks": 1.0,
    "class": 1.0,
    "pairs": 1.0,
    "near class": 1.0,
    "near pairs": 1.0,
    "head class": 1.0,
    "rules": 1.0,
}


def _rank(act: events.Act, source: Span | None) -> tuple[int, float, int]:
    """How well an act's parties fit: 3 both in their places, 2 the source acts, 1 one of them takes part, 0 neither."""
    acting, receiving = {p.id for p in act.actors}, {p.id for p in act.recipients}
    fit = (
        2 + ("TARGET" in receiving) if "SOURCE" in acting else int(bool(acting or receiving) and "TARGET" not in acting)
    )
    return fit, act.confidence, -abs(act.start - source[1]) if source else -act.start


_FILLER_STEMS = frozenset(map(stem, _FILLER))
_SPEECH_STEMS = frozenset(map(stem, _SPEECH))
_FUTURE_STEMS = frozenset(map(stem, _FUTURE))

# weights are kept as whole numbers of this part
UNITS = 100

# a change in any of these asks for new weights
_LEARNT_FROM = ("plover_sentences.csv", "rules.csv", "word_classes.csv", "irregular_verbs.csv")


def fingerprint() -> str:
    """name=sha256 of each file that the weights were learnt from, line endings aside."""
    return " ".join(
        f"{name}={hashlib.sha256((LEXICON / name).read_bytes().replace(bytes([13, 10]), bytes([10]))).hexdigest()}"
        for name in _LEARNT_FROM
    )


@cache
def _weights() -> tuple[str, dict[str, str]]:
    """(what the weights were learnt from, feature -> its weights as written); a weight is parsed when it is used."""
    path = LEXICON / WEIGHTS
    try:
        head, *lines = gzip.decompress(path.read_bytes()).decode().splitlines()
    except FileNotFoundError as e:
        raise InputMissing(
            "the event types need learnt weights", mend="run python -m ingest.coding.learn", file=WEIGHTS
        ) from e
    except (OSError, EOFError, ValueError) as e:
        raise BadFile("the weights can't be read", mend="run python -m ingest.coding.learn", file=WEIGHTS) from e
    return head.removeprefix("# "), dict(line.split("\t") for line in lines)


def learnt_from() -> str:
    """The `fingerprint()` at the time of learning."""
    return _weights()[0]


@cache
def _row(name: str) -> tuple[int, ...]:
    written = _weights()[1].get(name)
    return tuple(int(w) if w else 0 for w in written.split(" ")) if written is not None else ()


def between(text: str, source: str, target: str) -> tuple[str, float, Span, str] | None:
    """(event type, confidence 0 to 1, [start, end) of the words that say so, by what) or None where nothing is known.

    `source` and `target` are phrases of the sentence `text`. "By what" is a rule's id where the best reading of the
    rules is of the same type, else "learnt:" and the feature that weighed most.
    """
    types = list(rules()[1])
    reading = read(text, source, target)
    scores = [0.0] * len(types)
    known: list[tuple[str, float, tuple[int, ...]]] = []
    for name, value in reading.features.items():
        row = _row(name)
        if row:
            known.append((name, value, row))
            for i, w in enumerate(row):
                scores[i] += value * w
    if not known:
        return None
    top = max(range(len(types)), key=lambda i: (scores[i], -i))
    share = 1 / sum(math.exp((s - scores[top]) / UNITS) for s in scores)
    for rule_id, event_type, _, span in reading.acts:
        if event_type == types[top]:
            return types[top], share, span, rule_id
    told = [k for k in known if k[0] not in reading.by_rule] or known
    name = max(told, key=lambda k: (k[1] * k[2][top], k[0]))[0]
    return types[top], share, reading.where[name], f"learnt:{name}"


def answer(row: Mapping[str, object]) -> dict[str, object]:
    """One row {id, text, source, target} -> {id, event_type, quad_class, confidence, span, by}.

    Where nothing in the sentence is known, all but the id are None. Raises BadFile where a field is missing or no
    string; a phrase that is not in the sentence is no error.
    """
    fields = [row.get(key) for key in ("text", "source", "target")]
    if not all(isinstance(f, str) for f in fields):
        raise BadFile("the row lacks text, source or target", mend="give all three as strings", file=str(row.get("id")))
    found = between(*(str(f) for f in fields))
    if found is None:
        return {"id": row.get("id"), **dict.fromkeys(("event_type", "quad_class", "confidence", "span", "by"))}
    event_type, confidence, span, by = found
    return {
        "id": row.get("id"),
        "event_type": event_type,
        "quad_class": rules()[1][event_type][1],
        "confidence": round(confidence, 3),
        "span": list(span),
        "by": by,
    }
