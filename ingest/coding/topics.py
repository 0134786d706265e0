"""Topics of a stretch of text, by the phrases of lexicon/topics.csv; the longest phrase wins where two overlap."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache

import ahocorasick

from ingest.coding.tables import table
from ingest.coding.text import fold


@dataclass(frozen=True, slots=True)
class Hit:
    """A phrase of a topic at [start, end) of the normalised text."""

    start: int
    end: int
    topic: str
    rank: int = 1  # 2: the phrase tells who or where rather than what ("migrant workers")


@cache
def _phrases() -> tuple[ahocorasick.Automaton, tuple[tuple[re.Pattern[str], str, int], ...]]:
    automaton = ahocorasick.Automaton()
    open_ended = []
    for row in table("topics"):
        rank = int(row["rank"])
        for phrase in row["phrases"].split("|"):
            if "*" in phrase:
                expression = r"\s+".join(r"(?:\S+\s+){0,2}?\S+" if w == "*" else re.escape(w) for w in phrase.split())
                open_ended.append((re.compile(rf"\b{expression}\b"), row["topic"], rank))
            else:
                for form in (fold(phrase), *_plurals(fold(phrase))):
                    if form not in automaton:
                        automaton.add_word(form, (len(form), row["topic"], rank))
    automaton.make_automaton()
    return automaton, tuple(open_ended)


def _plurals(phrase: str) -> tuple[str, ...]:
    """The plural of a phrase's last word, where it has a regular one."""
    if phrase[-1] in "s.%)" or phrase[-1].isdigit() or phrase.endswith(("ed", "ing", "ly", " of", " in", " on", "ese")):
        return ()
    if phrase[-1] == "y" and phrase[-2:-1] not in ("a", "e", "o"):
        return (phrase[:-1] + "ies",)
    return (phrase + ("es" if phrase.endswith(("x", "ch", "sh")) else "s"),)


@cache
def known() -> frozenset[str]:
    """Every topic that the lexicon knows."""
    return frozenset(r["topic"] for r in table("topics")) | {"other"}


def hits(text: str) -> list[Hit]:
    """Every topic phrase in a normalised text, in order, overlaps resolved in favour of the longer phrase."""
    folded = fold(text)
    automaton, open_ended = _phrases()
    found = []
    for last, (length, topic, rank) in automaton.iter(folded):
        a, b = last + 1 - length, last + 1
        if not (a and folded[a - 1].isalnum()) and not (b < len(folded) and folded[b].isalnum()):
            found.append(Hit(a, b, topic, rank))
    for pattern, topic, rank in open_ended:
        found.extend(Hit(m.start(), m.end(), topic, rank) for m in pattern.finditer(folded))
    found.sort(key=lambda h: (h.start, -h.end))
    out: list[Hit] = []
    for h in found:
        if not out or h.start >= out[-1].end:
            out.append(h)
        elif h.end - h.start > out[-1].end - out[-1].start:
            out[-1] = h
    return out
