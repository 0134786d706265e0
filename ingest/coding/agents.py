"""Office-holders and bodies that a text names without their state: "Finance Minister Ida Holm", "the embassy".

Whose they are is for `events` to say, which knows where the text is at home and who is being spoken of.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from ingest.coding.tables import words
from ingest.coding.text import fold

_NAME_WORD = r"(?:[A-ZÀ-ÞĀ-Ž\u0130][\w'’]*(?:-\w+)*)"
_PARTICLE = r"(?:(?:al|el|bin|bint|ibn|ben|de|da|del|della|di|dos|van|von|der|den|la|le|ter|ould|abu)[\s-])"
NAME = rf"{_NAME_WORD}(?:\s+{_PARTICLE}{{0,2}}{_NAME_WORD}|\s+[A-Z]\.){{1,3}}"
_PORTFOLIO = "(?:" + "|".join(sorted(set(words("portfolios")), key=lambda w: (-len(w), w))) + ")"
_FIELD = rf"(?i:{_PORTFOLIO})(?:(?:,|,?\s+and|\s+&|\s+of)?\s+(?:the\s+)?(?i:{_PORTFOLIO})\b){{0,6}}"
PERSON = (
    r"(?:prime\s+minister|vice[\s-]president|minister|president|premier|chancellor|secretary(?:\s+of\s+state|\s+general)?|ambassador|"
    r"envoy|consul(?:\s+general)?|charg[eé]\s+d['’]affaires|spokes(?:man|woman|person)|governor|speaker|chair(?:man|woman|person)?|"
    r"director(?:[\s-]general)?|head|chief|commissioner|negotiator|official|diplomat|leader|commander|deputy\s+head|"
    r"adviser|advisor|representative|mayor|senator|king|emir|sultan)"
)
BODY = (
    r"(?:ministry|embassy|fund|state\s+bank|eximbank|development\s+bank|aid\s+agency|airline|airlines|carrier|carriers|consulate(?:\s+general)?|government|parliament|senate|cabinet(?:\s+of\s+ministers)?|agency|authority|"
    r"authorities|office|department|directorate|watchdog|regulator|service|administration|committee|commission|council|"
    r"central\s+bank|national\s+bank|border\s+guards?|coast\s+guard|police|army|navy|air\s+force|armed\s+forces|troops|"
    r"security\s+forces|officers|prosecutors?|court|supreme\s+court|lawmakers|deputies|mps|lower\s+house|upper\s+house|"
    r"delegation|press\s+(?:service|office)|treasury|chancellery|presidency|palace)"
)
RANK = (
    r"(?:(?:Major|Lieutenant|Brigadier|Colonel)[\s-]General|General|Colonel|Admiral|Amb\.|Dr\.?|Mr\.?|Mrs\.?|Ms\.?|"
    r"H\.E\.|Sir|Dame|Sheikh|Prince|Princess|Professor|Prof\.)"
)
_LEAD = r"(?:(?:deputy|first|acting|vice|senior|chief|special|newly\s+appointed|permanent|state|junior|top)\s+){0,3}"
_AGENT = re.compile(
    rf"\b(?P<det>(?i:the|a|an|its|his|her|their|another|our)\s+)?(?P<title>(?i:{_LEAD})(?:{_FIELD}\s+)?"
    rf"(?:(?P<body>(?i:{BODY}))(?:\s+(?P<spoke>(?i:spokes(?:man|woman|person)|official|officials|sources?)))?|(?P<person>(?i:{PERSON})s?))\b(?!-)"
    rf"(?:\s+(?:of|for|at|from)\s+(?:the|its|that)\s+(?:{_FIELD}\s+)?(?i:{BODY})\b(?:\s+(?:of|for)\s+(?:the\s+)?{_FIELD})?"
    rf"|\s+(?:of|for|on|in\s+charge\s+of)\s+(?:the\s+)?{_FIELD}(?!\s+(?i:{BODY})\b))?)"
    rf"(?P<comma>,)?(?:\s+{RANK})?(?P<name>\s+{NAME}(?=\s*[,.;\"']|\s+[a-z]|\s*$))?"
)
_COLLEAGUE = re.compile(
    rf"\b(?P<whose>(?i:his|her|their|its))\s+(?:[\w-]+\s+){{0,2}}?(?P<what>(?i:colleague|counterpart|opposite\s+number|guest|host|interlocutor))s?\b(?P<name>,?\s+{NAME})?"
)


@dataclass(frozen=True, slots=True)
class Agent:
    """An office-holder or body at [start, end) of the normalised text; `other`: the other side's ("his guest")."""

    start: int
    end: int
    head: str  # its last word that says what it is, folded: "minister", "embassy"
    office: str
    name: str | None
    sector: str
    definite: bool
    other: bool = False


_SECTORS = {
    "LEG": "parliament senate speaker senator lawmakers deputies mps lower_house upper_house",
    "MIL": "army navy air_force armed_forces troops commander",
    "COP": "police officers security_forces",
    "JUD": "court supreme_court prosecutor prosecutors",
}
_SECTOR = {w.replace("_", " "): s for s, ws in _SECTORS.items() for w in ws.split()}
_PLURAL = frozenset(
    ("officers", "troops", "police", "border guards", "prosecutors", "lawmakers", "officials", "security forces")
)
_NO_NAME = frozenset(words("not_a_person"))


# the words that a head ends in; only around these is the whole pattern tried
_HEADS = frozenset(
    "minister president premier chancellor secretary state general ambassador envoy consul d'affaires "
    "d’affaires spokesman spokeswoman spokesperson governor speaker chair chairman chairwoman chairperson "
    "director head chief commissioner negotiator official diplomat leader commander adviser advisor "
    "representative mayor senator king emir sultan ministry fund bank eximbank agency airline carrier embassy "
    "consulate government parliament senate cabinet ministers authority authorities office department "
    "directorate watchdog regulator service administration committee commission council guard police army navy "
    "force forces troops officers prosecutor court lawmakers deputies mps house delegation treasury "
    "chancellery presidency palace".split()
)
_TOKEN = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_REACH = 8  # words of a title before its head


def _matches(text: str, start: int, end: int) -> Iterator[re.Match[str]]:
    """What the pattern finds from left to right, tried only where a head is near."""
    starts: list[int] = []
    done = start
    for token in _TOKEN.finditer(text, start, end):
        starts.append(token.start())
        word = token[0].lower()
        if word not in _HEADS and word.removesuffix("s") not in _HEADS or token.start() < done:
            continue
        for at in starts[-_REACH:]:
            if at < done:
                continue
            m = _AGENT.match(text, at, end)
            if m and m.end("title") >= token.end():
                yield m
                done = m.end()
                break


def find(text: str, start: int, end: int) -> Iterator[Agent]:
    """Agents in [start, end) of a normalised text, from left to right."""
    for m in _COLLEAGUE.finditer(text, start, end):
        name = _named(m["name"])
        stop = m.start("name") + m["name"].index(name) + len(name) if name else m.end("what")
        yield Agent(m.start(), stop, fold(m["what"]), m["what"], name, "GOV", True, True)
    for m in _matches(text, start, end):
        name = _named(m["name"])
        head = fold(re.sub(r"\s+", " ", m["body"] or m["person"]))
        if not name and not m["det"] and not m["title"][0].isupper() and head not in _PLURAL:
            continue
        stop = m.start("name") + m["name"].index(name) + len(name) if name else m.end("title")
        yield Agent(
            m.start(),
            stop,
            head,
            m["title"],
            name,
            _SECTOR.get(head, "GOV"),
            (m["det"] or "").strip().lower() in ("the", "its"),
        )


def is_name(words_: str) -> bool:
    """Whether capitalised words can be a person's name."""
    return _named(words_) is not None


def _named(words_: str | None) -> str | None:
    """A run of capitalised words as a name of at least two words; None where one of them is none of a name's."""
    if not words_:
        return None
    parts = words_.strip(" ,\n").split()
    if any(fold(p.strip(".")) in _NO_NAME for p in parts) or len(parts) < 2:
        return None
    return words_.strip(" ,\n").removesuffix("'s")
