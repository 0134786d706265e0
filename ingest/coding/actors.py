"""Parties in a text: states and organisations by every name in the reference seeds, persons by their stated office.

A gazetteer (Aho-Corasick over the seeds' aliases) finds the longest names. What stands around a name says whether it
is a party, whose sector it is, or a mere place. Persons are bound to a state only by the text itself ("Danish Foreign
Minister Ida Holm"), and then recognised by surname in the rest of the text. "The sides", "he", "the ministry"
are resolved by `events`, which knows who is speaking.

Office-holders named without their office ("Mr Lavrov", "Angela Merkel") come from lexicon/office_holders.csv, or from
the file that ENTENTE_OFFICE_HOLDERS names: columns name, office, state (or an organisation's acronym), valid_from,
valid_to, source; periods are half-open, of days, months or years. On a day outside their rows, or on no known day, they
stand for their state with `role_unverified`; the office is never assumed. What stays open is in `unresolved`.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from pathlib import Path

import ahocorasick

from ingest.coding.tables import LEXICON, seed, table, words
from ingest.coding.text import fold
from ingest.errors import InputMissing
from ingest.settings import SEEDS, office_holders


@dataclass(frozen=True, slots=True)
class Alias:
    """One way to name a state or organisation, from the seeds."""

    text: str
    id: str
    kind: str  # state or organisation
    form: str  # name, official_name, short_name, adjective, demonym, capital, metonym, ru_name, acronym, ...
    ambiguous: bool
    valid_from: str
    valid_to: str

    def valid(self, day: date | None) -> bool:
        """Whether the name was in use on that day; an unknown day is no reason against it."""
        return day is None or (self.valid_from or "0") <= day.isoformat() < (self.valid_to or "9")


@dataclass(frozen=True, slots=True)
class Party:
    """One side of an event.

    `id` is an ISO 3166-1 alpha-3 code or an organisation's acronym, `kind` "state" or "organisation". `sector`, `name`
    and `office` are None where the text does not say. The span [start, end) holds the words and is None where the party
    is known by co-reference only. `role_status`: "stated" where the text gives the person the office, "role_verified"
    where the table of office-holders gives it for the day of the text, "role_unverified" for a person met without
    either, None where there is no person.
    """

    id: str
    kind: str
    sector: str | None = None
    name: str | None = None
    office: str | None = None
    span_start: int | None = None
    span_end: int | None = None
    role_status: str | None = None


@dataclass(slots=True)
class Mention:
    """A place in the normalised text that names a party, with what its surroundings say about it."""

    start: int
    end: int
    id: str
    kind: str
    form: str
    np_start: int = 0
    np_end: int = 0
    sector: str | None = None
    name: str | None = None
    office: str | None = None
    place: bool = False
    weak: bool = False  # an adjective whose noun is no party: "Chinese grant"
    possessive: bool = False
    role_status: str | None = None  # only where the table of office-holders knows the person

    def party(self) -> Party:
        """The mention as a party (offsets still into the normalised text)."""
        status = self.role_status or (
            "stated" if self.name and self.office else "role_unverified" if self.name else None
        )
        return Party(self.id, self.kind, self.sector, self.name, self.office, self.np_start, self.np_end, status)


@dataclass(frozen=True, slots=True)
class Unresolved:
    """Words [start, end) of the normalised text that look like a party but aren't taken for one, and why."""

    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Holder:
    """A person in an office of a state or organisation, in the half-open period [valid_from, valid_to)."""

    name: str
    office: str
    state: str
    valid_from: str  # ISO day, month or year; "" is open
    valid_to: str

    def held(self, day: date | None) -> bool:
        """Whether the person held the office on that day; on an unknown day nobody did."""
        return day is not None and (self.valid_from or "0") <= day.isoformat() < (self.valid_to or "9")


@dataclass(slots=True)
class Gazetteer:
    """All aliases in one automaton; `kinds` says which ids are states and which organisations."""

    automaton: ahocorasick.Automaton
    kinds: dict[str, str]
    org_kind: dict[str, str] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)


_NO_PARTY = "no party"  # kind of a phrase that only looks like one: "Paris Agreement"

# Endings of Russian names: genitive, dative, accusative, instrumental, prepositional
_RU_ENDINGS = (
    ("ия", "ии ии ию ией ии"),
    ("ья", "ьи ье ью ьей ье"),
    ("ея", "еи ее ею еей ее"),
    ("ая", "ой ой ую ой ой"),
    ("ка", "ки ке ку кой ке"),
    ("га", "ги ге гу гой ге"),
    ("а", "ы е у ой е"),
    ("ий", "ого ому ий им ом"),
    ("ые", "ых ым ые ыми ых"),
    ("ие", "их им ие ими их"),
    ("ы", "ов ам ы ами ах"),
    ("й", "я ю й ем е"),
    ("ь", "и и ь ью и"),
    ("", "а у  ом е"),
)


def _oblique(name: str) -> tuple[str, ...]:
    """The oblique cases of a Russian name of one or two words; () where the name does not change or is longer."""
    parts = name.split()
    if len(parts) > 2 or not name.replace(" ", "").replace("-", "").isalpha() or name.isupper():
        return ()
    forms = []
    for part in parts:
        if part[-1] in "оиуэеюё" and not part.endswith(("ые", "ие")):
            forms.append([part] * 5)
            continue
        ending, cases = next((e, c) for e, c in _RU_ENDINGS if part.endswith(e))
        stem = part[: len(part) - len(ending)]
        forms.append([stem + c for c in cases.split(" ")])
    if len(parts) == 2 and not parts[0].endswith(("ая", "ий", "ые", "ие")):
        return ()  # an adjective and its noun change together; of two nouns only one does
    return tuple(dict.fromkeys(" ".join(case) for case in zip(*forms, strict=True)))


def _flag(value: str | None) -> bool:
    return (value or "").strip().lower() in ("true", "1", "t", "yes", "y")


@cache
def gazetteer(seeds: Path = SEEDS) -> Gazetteer:
    """The gazetteer of a folder of reference seeds, built once per process (about 0.1 s)."""
    aliases: dict[str, list[Alias]] = {}
    kinds: dict[str, str] = {}
    org_kind: dict[str, str] = {}
    names: dict[str, str] = {}

    def add(a: Alias, override: bool = False) -> None:
        if a.id:
            kinds[a.id] = a.kind
        key = fold(a.text.replace("’", "'"))
        if override:
            aliases[key] = [o for o in aliases.get(key, []) if o.id != a.id or o.form != a.form or not o.ambiguous]
        # acronyms fit by their exact letters, so that "TİKA" is needed beside "TIKA"
        same = (o for o in aliases.get(key, []) if o.id == a.id and o.form == a.form)
        if len(key) > 1 and all(a.text.isupper() and o.text != a.text for o in same):
            aliases.setdefault(key, []).append(a)

    for r in table("country_aliases", seeds):
        period = r.get("valid_from") or "", r.get("valid_to") or ""
        for alias in (r["alias"], *(_oblique(r["alias"]) if r["kind"] == "ru_name" else ())):
            add(Alias(alias, r["country_id"], "state", r["kind"], _flag(r.get("ambiguous")), *period))
    for r in table("organisations", seeds):
        org_kind[r["org_id"]] = (r.get("kind") or "").lower()
        names[r["org_id"]] = r.get("name") or ""
        add(Alias(r["name"], r["org_id"], "organisation", "name", False, "", ""))
    for r in table("organisation_aliases", seeds):
        form = "acronym" if r["alias"].isupper() else "name"
        add(Alias(r["alias"], r["org_id"], "organisation", form, _flag(r.get("ambiguous")), "", ""))
    for r in table("no_party"):
        add(Alias(r["phrase"], "", _NO_PARTY, "name", False, "", ""))
    for r in table("extra_aliases"):
        add(
            Alias(r["alias"], r["id"], r["kind"], r["form"], _flag(r["ambiguous"]), r["valid_from"], r["valid_to"]),
            True,
        )
    automaton = ahocorasick.Automaton()
    for key, rows in aliases.items():
        automaton.add_word(key, (len(key), tuple(rows)))
    automaton.make_automaton()
    return Gazetteer(automaton, kinds, org_kind, names)


_OFFICES = {fold(r["phrase"]): (r["sector"], r["kind"]) for r in table("offices")}
_OFFICE = "|".join(re.escape(p).replace(r"\ ", r"\s+") for p in sorted(_OFFICES, key=lambda p: (-len(p), p)))
_HONORIFIC = r"(?:Mr|Mrs|Ms|Dr|Amb|Gen|Col|Lt|Prof|Rev|Hon|St|H\.E)\."
# a word of a name: no full stop ends it but an initial's or a title's
_NAME_WORD = rf"(?:{_HONORIFIC}|[A-Z]\.|[A-ZÀ-ÞĀ-Ž\u0130][\w'’]*(?:-\w+)*)"
# "of Trade", "of Foreign Affairs and Trade", "of Foreign Affairs, Trade and Culture", but not "of Trade, Ida Holm"
_FIELD = (
    r"[A-Z]\w+(?:\s+and\s+[A-Z]\w+|\s+[A-Z]\w+|,\s+[A-Z]\w+(?=(?:\s+[A-Z]\w+)?(?:,|\s+and)\s+[A-Z])){{0,4}}".replace(
        "{{", "{"
    ).replace("}}", "}")
)
_NAME = rf"{_NAME_WORD}(?:\s+(?:(?:al|el|bin|ibn|de|da|dos|van|von|der|ben)[\s-])?{_NAME_WORD}){{0,3}}"
# "[Danish] Foreign Minister Ida Holm", "[Danish] Ministry of Trade and Fisheries"
_RIGHT = re.compile(
    rf"(?:'s?)?\s+(?P<mods>(?:(?!(?:and|or|of|to|in|on|with|for|by|at|from|will|would|is|are|was|were|has|have|had|can|could|may|"
    rf"might|must|should|shall)\b)[\w-]+\s+){{0,3}}?)(?P<office>(?i:{_OFFICE}))\b"
    rf"(?P<of>\s+(?:of|for)\s+(?:the\s+)?{_FIELD})?(?P<name>,?\s+{_NAME})?"
)
# "Foreign Minister of the [Kingdom of Denmark]", "Ambassador of [Kazakhstan] to Georgia"
_LEFT = re.compile(
    rf"\b(?P<office>(?i:(?:(?:deputy|acting|first|former|newly\s+appointed)\s+)?(?:{_OFFICE})))"
    r"(?:\s+(?:of|for)\s+(?:the\s+)?[A-Z]\w+(?:(?:\s+and|,)?\s+[A-Z]\w+){0,4})?\s+(?:of|from|for)\s+(?:the\s+)?$"
)
_NAME_AFTER = re.compile(
    rf"(?:\s+to\s+(?:the\s+)?{_NAME})?(?P<comma>,)?\s+(?P<name>{_NAME_WORD}(?:\s+{_NAME_WORD}){{1,3}})"
)
_NAME_BEFORE = re.compile(rf"(?P<name>{_NAME_WORD}(?:\s+{_NAME_WORD}){{1,2}}),\s+(?:the\s+)?$")
_BETWEEN_WORDS = frozenset("the southern northern eastern western central nearby neighbouring neighboring".split())
_GLUED = re.compile(
    r"-(?P<what>based|made|owned|led|backed|born|built|speaking|language|funded|supported|registered|type|style)\b",
    re.I,
)
_APPOSED = re.compile(
    rf",\s+(?P<one>{_NAME_WORD}(?:\s+{_NAME_WORD}){{1,3}})(?:\s+and\s+(?P<two>{_NAME_WORD}(?:\s+{_NAME_WORD}){{1,3}}))?\s*(?=[,.;]|\s(?:met|held|spoke|signed|agreed|discussed|said))"
)
_ROLE = re.compile(
    r"\b(?:chair\w*|head|speaker|deputy|director|leader|member|secretary|minister|president|ambassador|diplomat|envoy|official)s?\b",
    re.I,
)
_NOT_PERSON = frozenset(words("not_a_person"))
_PLACE_WORDS = frozenset(words("places"))
ADJECTIVAL = ("adjective", "demonym")
_DIRECTIONS = frozenset(
    "southern northern eastern western central inner outer greater upper lower new great mainland neighbouring".split()
)


def _person(name: str | None) -> str | None:
    """A capitalised run of words as a person's name, or None where a word of it is none of a name's."""
    if not name:
        return None
    parts = name.strip(" ,").split()
    while parts and (fold(parts[0].strip(".")) in ("mr", "mrs", "ms", "dr", "sir", "amb", "general", "h.e")):
        parts = parts[1:]
    keep = []
    for p in parts:
        if fold(p.strip(".")) in _NOT_PERSON:
            break
        keep.append(p.removesuffix("'s"))
    return " ".join(keep).rstrip(".") or None


def _boundary(text: str, start: int, end: int) -> bool:
    return not (start and (text[start - 1].isalnum() or text[start - 1] == "_")) and not (
        end < len(text) and (text[end].isalnum() or text[end] == "_")
    )


def _case_fits(alias: str, found: str) -> bool:
    if alias.isupper() and len(alias) <= 6:
        return alias == found  # "US" and "us", "WHO" and "who"
    return not alias[0].isupper() or found[0].isupper()


def find(text: str, day: date | None, gaz: Gazetteer | None = None) -> list[Mention]:
    """Every state and organisation named in a normalised text, longest names first come, with sector and person.

    Ambiguous names (Georgia, Jordan, Congo, ...) are kept only where the text elsewhere settles which state is meant;
    the others are in `unresolved`.
    """
    return scan(text, day, gaz or gazetteer())[0]


def unresolved(text: str, day: date | None, gaz: Gazetteer | None = None) -> list[Unresolved]:
    """The names in a normalised text that `find` leaves open, in order, each with the reason."""
    return scan(text, day, gaz or gazetteer())[1]


def scan(text: str, day: date | None, gaz: Gazetteer) -> tuple[list[Mention], list[Unresolved]]:
    """What `find` and `unresolved` give, in one go."""
    folded = fold(text)
    hits: list[tuple[int, int, tuple[Alias, ...]]] = []
    for last, (length, rows) in gaz.automaton.iter(folded):
        start, end = last + 1 - length, last + 1
        if _boundary(text, start, end):
            fit = tuple(a for a in rows if _case_fits(a.text, text[start:end]) and a.valid(day))
            if fit:
                hits.append((start, end, fit))
    longest = _longest(hits)
    out: list[Mention] = []
    open_: list[Unresolved] = []
    sure = Counter(a.id for _, _, rows in longest for a in rows if not a.ambiguous and len({r.id for r in rows}) == 1)
    del sure[""]
    for start, end, rows in longest:
        if any(a.kind == _NO_PARTY for a in rows):
            continue
        alias = _settle(text, start, end, rows, sure)
        if isinstance(alias, str):
            open_.append(Unresolved(start, end, text[start:end], alias))
            continue
        m = _describe(text, Mention(start, end, alias.id, alias.kind, alias.form, start, end), out)
        if out and out[-1].id == m.id and text[out[-1].end : start].strip() == "(":
            m.place, m.weak = out[-1].place, out[-1].weak  # "the Fund for Stabilization (FFS)" is one name
        out.append(m)
    _add_persons(text, folded, day, gaz, out, open_)
    return out, open_


def _longest(hits: list[tuple[int, int, tuple[Alias, ...]]]) -> list[tuple[int, int, tuple[Alias, ...]]]:
    hits.sort(key=lambda h: (h[0], -h[1]))
    longest: list[tuple[int, int, tuple[Alias, ...]]] = []
    for h in hits:
        if not longest or h[0] >= longest[-1][1]:
            longest.append(h)
        elif h[1] - h[0] > longest[-1][1] - longest[-1][0]:
            longest[-1] = h
    return longest


@cache
def _contexts() -> dict[str, list[tuple[str, re.Pattern[str], str]]]:
    """State -> (side, pattern, reason): what around an ambiguous name says that it isn't the state."""
    out: dict[str, list[tuple[str, re.Pattern[str], str]]] = {}
    for r in table("name_contexts"):
        out.setdefault(r["id"], []).append((r["side"], re.compile(r["pattern"]), r["reason"]))
    return out


def not_the_state(text: str, start: int, end: int, id_: str) -> str | None:
    """Why an ambiguous name at [start, end) isn't the state `id_` ("the river"); None where nothing says so."""
    for side, pattern, reason in _contexts().get(id_, ()):
        if (
            (side == "before" and pattern.search(text, max(0, start - 40), start))
            or (side == "after" and pattern.match(text, end))
            or (side == "text" and pattern.search(text, max(0, start - 2_000), end + 2_000))
        ):
            return reason
    return None


def _settle(text: str, start: int, end: int, rows: tuple[Alias, ...], sure: Counter[str]) -> Alias | str:
    """Which alias a name stands for, or the reason why that stays open."""
    plain = [a for a in rows if not a.ambiguous]
    ids = {a.id for a in plain}
    if len(ids) == 1:
        alone = plain[0].form in ("name", "short_name") and plain[0].kind == "state" and " " not in plain[0].text
        return "a person's name" if alone and _surname(text, start, sure[plain[0].id]) else plain[0]
    several = "may be " + " or ".join(sorted({a.id for a in rows}))
    if not plain and all(a.kind == "organisation" for a in rows):
        named = [a for a in rows if sure[a.id]]
        return named[0] if len({a.id for a in named}) == 1 else several
    candidates = plain or list(rows)
    for id_ in sorted({a.id for a in candidates}):
        reason = not_the_state(text, start, end, id_)
        if reason:
            return reason
    named = [a for a in candidates if sure[a.id]]
    if len({a.id for a in named}) == 1:
        return named[0]
    if len({a.id for a in candidates}) > 1:
        return several
    alias = candidates[0]
    if not alias.text.isascii() and text[start:end].isascii():
        return "a common word without its accent"  # "male", no capital
    # "Michael Jordan", "Jordan Peele": a name beside a name is a person's, unless an office stands there
    before = re.search(r"([A-Z][\w'’-]+)\s$", text[max(0, start - 30) : start])
    after = re.match(r"\s([A-Z][\w'’-]+)", text[end : end + 30])
    for near in (before, after):
        if near and fold(near[1]) not in _OFFICES and fold(near[1]) not in _NOT_PERSON:
            return "a person's name"
    if len(sure - Counter([alias.id])) or _RIGHT.match(text, end) or _LEFT.search(text, max(0, start - 90), start):
        return alias
    return "ambiguous, and nothing else in the text speaks of states"


def _surname(text: str, start: int, named: int) -> bool:
    """Whether the name of a state is a person's ("Ann Holland said"): a capitalised stranger right before it."""
    before = re.search(r"([a-z,;:)]|\d)\s+([A-Z][a-zà-ž]+)\s$", text[max(0, start - 40) : start])
    if not before or named > 2:
        return False
    word = fold(before[2])
    return word not in _OFFICES and word not in _NOT_PERSON and word not in _DIRECTIONS and not gazetteer_has(before[2])


def _describe(text: str, m: Mention, before: list[Mention]) -> Mention:
    """Fill in what the words around a name tell: sector, office, person, place."""
    adjectival = m.form in ADJECTIVAL
    glued = _GLUED.match(text, m.end)
    if glued:
        m.place = m.weak = True
        return m
    if text.startswith(("$", " dollar", "-dollar"), m.end):
        m.place = m.weak = True
        return m
    right = _RIGHT.match(text, m.end)
    words_before = text[max(0, m.start - 40) : m.start].split()
    if words_before and words_before[-1] == "the":
        words_before.pop()
    led = bool(words_before) and words_before[-1].lower() in ("of", "from", "for")
    left = _LEFT.search(text, max(0, m.start - 110), m.start) if led else None
    m.possessive = text.startswith("'", m.end)
    if right and (adjectival or m.possessive or right["office"][0].isupper() or not right["mods"]):
        sector, kind = _OFFICES[fold(re.sub(r"\s+", " ", right["office"]))]
        m.sector, m.np_end = sector, right.end("of") if right["of"] else right.end("office")
        if kind == "person":
            m.office = text[right.start("mods") : m.np_end].strip()
            comma = (right["name"] or "").startswith(",")
            name = _person(right["name"]) if not (comma and len((right["name"] or "").split()) < 2) else None
            if name:
                m.name, m.np_end = name, right.start("name") + right["name"].index(name.split()[0]) + len(name)
    elif left:
        sector, kind = _OFFICES.get(
            fold(
                re.sub(
                    r"\s+",
                    " ",
                    re.sub(r"^(?i:deputy|acting|first|former|newly\s+appointed)\s+(?=\w)", "", left["office"]),
                )
            ),
            ("GOV", "person"),
        )
        m.sector, m.np_start = sector, left.start("office")
        if kind == "person":
            m.office = text[left.start("office") : m.end].strip()
            _name_after(text, m)
            earlier = _NAME_BEFORE.search(text, max(0, m.np_start - 60), m.np_start)
            if not m.name and earlier:
                m.name, m.np_start = _person(earlier["name"]), earlier.start("name")
    elif (
        m.form == "demonym"
        and not m.possessive
        and text[max(0, m.start - 4) : m.start].lower() == "the "
        and not re.match(r"\s+[a-z]+s\b", text[m.end : m.end + 20])
    ):
        m.sector = "CVL"
    elif adjectival:
        m.weak = True
    elif (
        before
        and before[-1].office
        and not before[-1].weak
        and re.fullmatch(r"[\w\s'’,.-]{0,60}?\band\s+(?:of\s+)?(?:the\s+)?", text[before[-1].end : m.start])
    ):
        # "Ministers of Foreign Affairs of A Ruslan X and B Sergei Y"
        m.office, m.sector = before[-1].office, before[-1].sector
        _apposed(text, m, before)
        if not m.name:
            _name_after(text, m)
    if m.sector and not m.name:
        _apposed(text, m, before)
    if m.kind == "organisation" and not m.sector:
        m.sector = "IGO"
    if m.form in ("capital", "metonym") and not m.sector:
        m.sector = "GOV"
    m.place = _is_place(text, m)
    return m


def _name_after(text: str, m: Mention) -> None:
    after = _NAME_AFTER.match(text, m.end)
    name = _person(after["name"]) if after else None
    if after and name and len(name.split()) > 1 and not gazetteer_has(name):
        m.name, m.np_end = name, after.start("name") + len(name)


def _apposed(text: str, m: Mention, before: list[Mention]) -> None:
    """Persons named after the office: "head of the Danish parliament, Ida Holm," and, for two states at once,
    "the foreign ministers of A and B, Ann Smith and Bob Jones"."""
    after = _APPOSED.match(text, m.np_end)
    if not after:
        return
    first, second = _person(after["one"]), _person(after["two"])
    pair = (
        before[-1] if before and before[-1].office and not before[-1].name and m.start - before[-1].end < 12 else None
    )
    if pair and first and second and len(first.split()) > 1:
        pair.name, m.name = first, second
        m.office = m.office or pair.office
    elif first and not second and len(first.split()) > 1 and _ROLE.search(text, max(0, m.np_start - 120), m.np_end):
        m.name, m.office = first, m.office or text[m.np_start : m.np_end]
        m.np_end = after.end("one")


def gazetteer_has(words_: str) -> bool:
    """Whether these words are themselves the name of a state or organisation."""
    return fold(words_) in gazetteer().automaton


def _word_before(text: str, start: int) -> str:
    """The last word before a position that is neither an article nor a direction."""
    words_ = text[max(0, start - 60) : start].lower().split()
    while words_ and words_[-1] in _BETWEEN_WORDS:
        words_.pop()
    return words_[-1].lstrip("\"'(") if words_ else ""


def _is_place(text: str, m: Mention) -> bool:
    """Whether a name says only where: "in Moscow", "flights between Oslo and Rome", "Oslo–Rome"."""
    if m.office or m.name or m.form in ADJECTIVAL:
        return False
    before = _word_before(text, m.start)
    if before in _PLACE_WORDS:
        return True
    if m.kind == "organisation":
        return before == "through"  # a means: "a loan through the Fund"
    if m.form == "capital" and re.search(
        r"\b(?:came|went|flew|travell?ed|moved|returned|arrived|home)\s+to\s+$", text[max(0, m.start - 24) : m.start]
    ):
        return True
    if m.form == "capital":
        tail = text[m.end : m.end + 12]
        if re.match(r"\s?[–-]\s?[A-Z]", tail) or re.search(r"[a-z]\s?[–-]\s?$", text[max(0, m.start - 4) : m.start]):
            return True
        if (
            re.match(r",\s+[A-Z]", tail)
            and re.search(r",\s*$", text[max(0, m.start - 3) : m.start]) is None
            and re.match(r",\s+[A-Z]\w+,", tail + " ")
        ):
            return False
        if before in ("from", "between") and re.search(
            r"(?i)\b(?:flights?|routes?|trains?|services?|planes?|line|road|railway)\b",
            text[max(0, m.start - 80) : m.start],
        ):
            return True
        if re.match(
            r"\s+(?:airport|region|province|city|summit|conference|declaration|agreement|protocol|treaty|court|metro|office)\b",
            text[m.end : m.end + 25],
            re.I,
        ):
            return True
    return bool(re.match(r"\s+(?:airport|university|stadium)\b", text[m.end : m.end + 14], re.I))


# --- office-holders ---------------------------------------------------------------------------------------------------

# There the family name comes first; in Vietnam and Myanmar people go by their full names.
_FAMILY_FIRST = frozenset(("CHN", "PRK", "KOR", "TWN", "HKG", "SGP"))
_NO_SURNAME = frozenset(("VNM", "MMR"))
_TITLE = re.compile(rf"\b(?:(?P<office>(?i:{_OFFICE}))|Mr|Mrs|Ms|Dr|Sir)\.?\s+$")
_BEFORE_NAME = frozenset(
    "when while but and as if after before then today yesterday meanwhile however earlier later although since for "
    "with to by from of that because both said says according like unlike also thus here there instead so yet".split()
)


@dataclass(slots=True)
class Holders:
    """The table of office-holders: by folded full name, by folded surname, and both in one automaton."""

    by_name: dict[str, tuple[Holder, ...]]
    by_surname: dict[str, tuple[Holder, ...]]
    common: frozenset[str]
    automaton: ahocorasick.Automaton


def holders(path: str | None = None) -> Holders:
    """The table of office-holders: `path`, or ENTENTE_OFFICE_HOLDERS, or the lexicon's own; read once per process.

    Raises InputMissing where the file is missing or lacks a column.
    """
    return _holders(path or str(office_holders() or LEXICON / "office_holders.csv"))


@cache
def _holders(path: str) -> Holders:
    file = Path(path)
    by_name: dict[str, tuple[Holder, ...]] = {}
    by_surname: dict[str, tuple[Holder, ...]] = {}
    for r in table(file.stem, file.parent) if file.suffix == ".csv" else ():
        if lacking := {"name", "office", "state", "valid_from", "valid_to"} - r.keys():
            raise InputMissing(f"no column {min(lacking)}", mend="see lexicon/office_holders.csv", file=file.name)
        h = Holder(r["name"], r["office"], r["state"], r["valid_from"] or "", r["valid_to"] or "")
        key = fold(h.name)
        by_name[key] = (*by_name.get(key, ()), h)
        parts = key.split()
        if len(parts) > 1 and h.state not in _NO_SURNAME:
            first = h.state in _FAMILY_FIRST and "ki-moon" not in key
            surname = parts[0] if first or parts[0] == "ban" else parts[-1]
            if surname not in ("jr", "i", "ii", "iii", "iv", "v", "vi", "xiv", "xvi"):
                by_surname[surname] = (*by_surname.get(surname, ()), h)
            if surname.startswith(("al-", "el-")):
                by_surname[surname[3:]] = (*by_surname.get(surname[3:], ()), h)
    automaton = ahocorasick.Automaton()
    for key in {*by_name, *by_surname}:
        automaton.add_word(key, key)
    automaton.make_automaton()
    return Holders(by_name, by_surname, frozenset(fold(w) for w in words("common_surnames")), automaton)


@cache
def _heirs() -> dict[str, str]:
    """State of the past -> the state of today that went on under another code in the same capital (SCG -> SRB)."""
    rows = {r["country_id"]: r for r in seed("countries")}
    return {
        old: new
        for new, r in rows.items()
        for old in (r.get("successor_of") or "").replace(";", " ").split()
        if not r["valid_to"] and old in rows and rows[old]["capital"] == r["capital"] and old != "SUN"
    }


def who(
    name: str, office: str | None, day: date | None, known: Holders | None = None
) -> tuple[Holder, bool] | str | None:
    """Which office-holder a name means on a day: (row, whether he held it then), the reason why that is open, or None
    where the table doesn't know the name.

    `office`: the office that the text gives him ("President"), which settles between namesakes. Of namesakes of one
    state (father and son) the state is known and the name stays as given.
    """
    known = known or holders()
    key = fold(name)
    rows = known.by_name.get(key) or known.by_surname.get(key)
    if not rows:
        return None
    if office:
        said = fold(office).removeprefix("deputy ")
        fitting = tuple(h for h in rows if said in h.office or h.office in said)
        rows = fitting or rows
    held = [h for h in rows if h.held(day)]
    pool = held or list(rows)
    if not held and day is not None:
        # out of office, but of his own time rather than of a namesake's: nobody is named before he has an office
        since = [h for h in rows if (h.valid_from or "0") <= day.isoformat()]
        pool = since or pool
    states = {h.state for h in pool}
    if len(states) > 1 and not held:
        heirs = _heirs()
        states = {heirs.get(h.state, h.state) for h in pool}
    if len(states) > 1:
        return "may be of " + " or ".join(sorted(states))
    best = max(pool, key=lambda h: h.valid_from)
    namesakes = len({fold(h.name.removeprefix("King "))[0] for h in pool}) > 1
    return replace(best, state=states.pop(), name=name if namesakes else best.name), bool(held)


def _add_persons(
    text: str, folded: str, day: date | None, gaz: Gazetteer, out: list[Mention], open_: list[Unresolved]
) -> None:
    """Office-holders named without their state; a common word, or a surname stated for another, is none."""
    known = holders()
    stated = {fold(m.name.split()[-1]) for m in out if m.name}
    taken = bytearray(len(text))  # 1 where a mention already stands
    for m in out:
        taken[m.np_start : m.np_end] = b"\x01" * (m.np_end - m.np_start)
    found: list[tuple[int, int, str]] = []
    for last, key in known.automaton.iter(folded):
        start, end = last + 1 - len(key), last + 1
        # "Xi'an" and "Costa-Gavras" are other names
        if text[start].isupper() and _boundary(text, start, end) and not re.match(r"-|'(?!s\b)\w", text[end : end + 3]):
            found.append((start, end, key))
    found.sort(key=lambda f: (f[0], -f[1]))
    full: dict[str, str] = {}
    reached = 0
    new: list[Mention] = []
    for start, end, key in found:
        if start < reached or any(taken[start:end]):
            continue
        title = _TITLE.search(text, max(0, start - 40), start)
        if key in known.by_name:
            pass
        elif key in stated:
            continue
        elif not title:
            near = re.search(r"\b([A-ZÀ-Ž][\w'-]*)\.?\s$", text[max(0, start - 30) : start])
            given = near and fold(near[1]) not in _BEFORE_NAME | _NOT_PERSON
            if (key in known.common and key not in full) or given or re.match(r"\s[A-Z][a-z]", text[end : end + 3]):
                continue
        who_ = who(full.get(key, key), title["office"] if title else None, day, known)
        if who_ is None:
            continue
        if isinstance(who_, str):
            open_.append(Unresolved(start, end, text[start:end], who_))
            continue
        holder, verified = who_
        if key in known.by_name:
            for part in (key.split()[0], key.split()[-1]):
                if any(fold(h.name) == key for h in known.by_surname.get(part, ())):
                    full.setdefault(part, key)
        reached = end
        kind = gaz.kinds.get(holder.state, "state")
        m = Mention(start, end, holder.state, kind, "person", title.start() if title else start, end)
        m.name = text[start:end] if holder.name == full.get(key, key) else holder.name
        m.role_status = "role_verified" if verified else "role_unverified"
        if verified:
            m.office, m.sector = holder.office, "IGO" if kind == "organisation" else "GOV"
        m.possessive = text.startswith("'", end)
        new.append(m)
    if new:
        out.extend(new)
        out.sort(key=lambda m: (m.start, m.end))
        open_.sort(key=lambda u: u.start)
