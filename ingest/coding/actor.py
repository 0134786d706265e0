"""One actor phrase ("Israeli troops", "the Kremlin", "Mr Lavrov") -> country, sector, name, by rules and word lists.

The lists, from general knowledge and open to review: lexicon/actor_names.csv (phrase, country, sector, valid_from,
valid_to, kind, note: armed groups, parties, bodies, companies, agencies, peoples, regions and cities, each with its
state), lexicon/sector_nouns.csv (phrase, sector, rank) and lexicon/office_holders.csv (see `actors`).

`kind` of a name: group, party, body, company, agency, figure (a person), org (an international body), ngo and stateless
(of no state, so that a state later in the phrase is where they are, not whose they are), people (without a state of
their own: "Kurds"), demonym, place.
`rank` of a noun: strong nouns decide wherever they stand ("rebel army leaders" are rebels), weak ones only where no
other does ("police chief" is police).

Nothing is guessed: a bare state has no sector, an unknown phrase no country; of a name that means several states the
country is None and `reason` says so. Capitals and ministries are the government, unless they say only where.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import NamedTuple

import ahocorasick

from ingest.coding import actors
from ingest.coding.actors import Alias
from ingest.coding.tables import table
from ingest.coding.text import fold, normalise
from ingest.settings import SEEDS


class Hit(NamedTuple):
    """A name in the phrase, [start, end): whose it is and what it says of the sector. `id` is None for no state."""

    start: int
    end: int
    id: str | None
    sector: str | None
    kind: str  # of actor_names.csv, or "seed" and "person"
    form: str  # of the seeds, else ""
    reason: str | None = None
    name: str | None = None
    role_status: str | None = None


@dataclass(slots=True)
class _Lists:
    names: dict[str, list[dict[str, str]]]
    automaton: ahocorasick.Automaton
    nouns: dict[str, tuple[str, str]]
    noun: re.Pattern[str]
    spelling: dict[str, str]  # folded one-word names of states, by which misspellings are mended


@cache
def _lists() -> _Lists:
    names: dict[str, list[dict[str, str]]] = {}
    for r in table("actor_names"):
        names.setdefault(fold(r["phrase"].replace("’", "'")), []).append(r)
    nouns = {fold(r["phrase"]): (r["sector"], "normal") for r in table("offices")}
    nouns |= {fold(r["phrase"]): (r["sector"], r["rank"]) for r in table("sector_nouns")}
    body = "|".join(re.escape(p).replace(r"\ ", r"[\s-]+") for p in sorted(nouns, key=lambda p: (-len(p), p)))
    automaton = ahocorasick.Automaton()
    for key in names:
        automaton.add_word(key, key)
    automaton.make_automaton()
    spelling = {
        fold(r["alias"]): r["alias"]
        for r in table("country_aliases", SEEDS)
        if r["lang"] == "en"
        and r["kind"] in ("name", "short_name", "adjective", "demonym")
        and r["alias"].isalpha()
        and len(r["alias"]) > 4
        and r["ambiguous"] == "false"
    }
    return _Lists(names, automaton, nouns, re.compile(rf"(?<!\w)(?:{body})(?!\w)"), spelling)


# What stands before a name and says that the phrase is about something else, or only where it is
_AGAINST = re.compile(
    r"(?:\b(?:anti|pro|non|ex-pro)-|\b(?:against|over|about|with|to|toward|towards|accused\s+of|fleeing)\s+"
    r"(?:the\s+)?(?:[\w-]+\s+)?)$",
    re.I,
)
_WHERE = re.compile(
    r"\b(?:in|at|near|from|inside|outside|around|based\s+in|for|on|across|off|along|via|throughout|within|of)\s+"
    r"(?:the\s+)?(?:(?:(?i:north|south|east|west)\w*|central|occupied|capital|city)\s+)*$",
    re.I,
)
_GLUED = re.compile(
    r"[\s-](?:backed|led|based|controlled|held|run|owned|sponsored|supported|dominated|occupied)\b", re.I
)
_REST = re.compile(r"\s(?:of|in|at|near|from|for|on|who|fleeing|based|operating|inside|outside|against|to)\s|,\s", re.I)
_FORMER = re.compile(r"\b(?:former|ex|ousted|deposed|late|onetime|one-time)\b", re.I)
_ETHNIC = re.compile(r"\bethnic(?:ally)?[\s-]+$", re.I)
_ETHNIC_WORDS = frozenset(
    "albanians serbs croats armenians hungarians turks russians muslims moslems kurds tatars uzbeks germans".split()
)
_PLACE_FORMS = ("capital", "metonym")
# Peoples who are named as such where others are named by their state
_AS_PARTY = frozenset(("ISR", "PSE"))
_FORMS = "name short_name official_name adjective demonym metonym capital publisher".split()


def answer(row: Mapping[str, object]) -> dict[str, object]:
    """{id, phrase, date} -> {id, country, sector, name, role_status, reason}.

    `date` is an ISO day or empty. `country` is an ISO 3166-1 alpha-3 code, an organisation's acronym or None; `sector`
    one of the codebook's or None; `role_status` None without a person, "role_verified" where the table of
    office-holders has the person in office on that day, "stated" for an office known from the phrase only, else
    "role_unverified". `reason` says why a name stayed open. Raises ValueError where `date` is no ISO day.
    """
    given = row.get("date")
    day = date.fromisoformat(str(given)[:10]) if given else None
    return {"id": row.get("id")} | code_phrase(str(row.get("phrase") or ""), day)


def code_phrase(phrase: str, day: date | None) -> dict[str, object]:
    """One phrase as {country, sector, name, role_status, reason}; see `answer`."""
    text = normalise(phrase).text.strip(" ,;:\"'")
    hits = _hits(text, day)
    if not any(h.id or h.kind in ("ngo", "stateless", "person") for h in hits):
        mended = _mend(text)
        if mended != text:
            text, hits = mended, _hits(mended, day)
    head, aside = _head(text, hits)
    sector = _sector(text, hits, head, aside)
    person = next((h for h in hits if h.kind == "person"), None)
    figure = next((h for h in hits if h.kind == "figure"), None)
    if person:
        name, status = person.name, person.role_status
    elif figure:
        name, status = text[figure.start : figure.end], "role_unverified"
    else:
        name, status = _stranger(text, hits)
    reason = head.reason if head else next((h.reason for h in hits if h.reason), None)
    return {
        "country": head.id if head else None,
        "sector": sector,
        "name": name,
        "role_status": status,
        "reason": reason,
    }


def _hits(text: str, day: date | None) -> list[Hit]:
    """The longest names, in order."""
    folded = fold(text)
    found: list[Hit] = [*_named(text, folded, day), *_seeded(text, folded, day), *_persons(text, folded, day)]
    # of two readings of the same words the lexicon's own is the reviewed one, a person's the last
    rank = {"seed": 1, "person": 2}
    found.sort(key=lambda h: (h.start - h.end, rank.get(h.kind, 0), h.start))
    kept: list[Hit] = []
    for h in found:
        if not any(h.start < k.end and k.start < h.end for k in kept):
            kept.append(h)
    return sorted((h for h in kept if h.kind != actors._NO_PARTY), key=lambda h: h.start)


def _whole(text: str, start: int, end: int) -> bool:
    return not (text[start - 1 : start].isalnum() and start) and not text[end : end + 1].isalnum()


def _named(text: str, folded: str, day: date | None) -> Iterator[Hit]:
    lists = _lists()
    for last, key in lists.automaton.iter(folded):
        start, end = last + 1 - len(key), last + 1
        if not _whole(text, start, end):
            continue
        words = text[start:end]
        rows = [r for r in lists.names[key] if actors._case_fits(r["phrase"], words)]
        rows = [r for r in rows if Alias(r["phrase"], "", "", "", False, r["valid_from"], r["valid_to"]).valid(day)]
        rows = [r for r in rows if r["phrase"] == words] or rows
        # a row with a period is an exception to the one without, and holds only on a known day in it
        rows = [r for r in rows if day and (r["valid_from"] or r["valid_to"])] or [
            r for r in rows if not (r["valid_from"] or r["valid_to"])
        ]
        if not rows:
            continue
        states = {r["country"] for r in rows}
        if len(states) > 1:
            yield Hit(start, end, None, None, rows[0]["kind"], "", "may be of " + " or ".join(sorted(states)))
        else:
            yield Hit(start, end, rows[0]["country"] or None, rows[0]["sector"] or None, rows[0]["kind"], "")


def _seeded(text: str, folded: str, day: date | None) -> Iterator[Hit]:
    for last, (length, rows) in actors.gazetteer().automaton.iter(folded):
        start, end = last + 1 - length, last + 1
        if not _whole(text, start, end):
            continue
        fit = [a for a in rows if actors._case_fits(a.text, text[start:end])]
        fit = [a for a in fit if a.valid(day)] or fit
        if not fit:
            continue
        if any(a.kind == actors._NO_PARTY for a in fit):
            yield Hit(start, end, None, None, actors._NO_PARTY, "")
            continue
        plain = [a for a in fit if not a.ambiguous] or fit
        if len({a.id for a in plain}) > 1:
            best = min(_FORMS.index(a.form) if a.form in _FORMS else 9 for a in plain)
            settled = [a for a in plain if a.form in _FORMS[:3] and _FORMS.index(a.form) == best and not a.ambiguous]
            if len({a.id for a in settled}) != 1:
                reason = "may be " + " or ".join(sorted({a.id for a in plain}))
                yield Hit(start, end, None, None, "seed", "", reason)
                continue
            plain = settled
        # "Singapore" is first the state, then its capital
        forms = ("name", "demonym", "metonym", "capital")
        alias = min(plain, key=lambda a: forms.index(a.form) if a.form in forms else len(forms))
        if all(a.ambiguous for a in fit):
            doubt = _doubt(text, start, end, alias)
            if doubt:
                yield Hit(start, end, None, None, "seed", "", doubt)
                continue
        org = alias.kind == "organisation"
        if alias.form == "demonym" and any(a.form == "adjective" for a in plain):
            alias = next(a for a in plain if a.form == "adjective")
        yield Hit(start, end, alias.id, "IGO" if org else None, "org" if org else "seed", alias.form)


def _doubt(text: str, start: int, end: int, alias: Alias) -> str | None:
    """Why an ambiguous name isn't the state in this phrase; None where nothing speaks against it."""
    reason = actors.not_the_state(text, start, end, alias.id)
    if reason:
        return reason
    if not alias.text.isascii() and text[start:end].isascii():
        return "a common word without its accent"
    if alias.form not in ("name", "publisher", "short_name"):
        return None
    before = re.search(r"([A-Z][\w'-]+)\s$", text[:start])
    after = re.match(r"\s([A-Z][\w'-]+)", text[end:])
    for near in (before, after):
        if near and not _known_word(near[1]):
            return "a person's name"
    return None


def _known_word(word: str) -> bool:
    low = fold(word.removesuffix("'s"))
    return (
        low in _lists().nouns
        or low in actors._NOT_PERSON
        or low in actors._DIRECTIONS
        or any(low in title.split() for title in _lists().nouns)
        or actors.gazetteer_has(word)
    )


def _persons(text: str, folded: str, day: date | None) -> Iterator[Hit]:
    known = actors.holders()
    for last, key in known.automaton.iter(folded):
        start, end = last + 1 - len(key), last + 1
        if not (text[start].isupper() and _whole(text, start, end)) or text[end : end + 1] == "-":
            continue
        if text[start - 1 : start] == "-":
            continue
        before = text[:start].rstrip()
        title = _last_noun(before)
        if key not in known.by_name:
            stranger = re.search(r"([A-ZÀ-Ž][\w'.-]*)$", before)
            titled = re.search(r"\b(?:Mr|Mrs|Ms|Dr|Sir)\.?$", before)
            given = stranger and not titled and not _known_word(stranger[1]) and fold(stranger[1]) not in _FIRST_WORDS
            # a surname is a person's where it is the whole phrase or has a title, not "Clinton Street", "Ann Bush"
            if given or re.match(r"\s[A-Z]", text[end:]):
                continue
            if before and key in known.common and not title and not titled:
                continue
        who = actors.who(key, title, day, known)
        if who is None:
            continue
        if isinstance(who, str):
            yield Hit(start, end, None, None, "person", "", who, None, "role_unverified")
            continue
        holder, held = who
        org = holder.state in actors.gazetteer().org_kind
        sector: str | None = "IGO" if org else "GOV"
        if not held and day is not None:
            sector = None  # he is somebody else by then
        status = "role_verified" if held else "role_unverified"
        name = text[start:end] if holder.name == key else holder.name
        yield Hit(start, end, holder.state, sector, "person", "", None, name, status)


_FIRST_WORDS = frozenset("the mr mrs ms dr sir comrade ayatollah sheikh lt gen col maj former late ex".split())


def _last_noun(before: str) -> str | None:
    """The office right before a name: "Foreign Minister" of "Russian Foreign Minister"."""
    last = None
    for m in _lists().noun.finditer(fold(before)):
        last = m
    return last[0] if last and last.end() >= len(before) - 1 else None


def _head(text: str, hits: list[Hit]) -> tuple[Hit | None, list[Hit]]:
    """Whose the actor is, and the names that say only where or against whom it is."""
    aside: list[Hit] = []
    strong: list[Hit] = []
    places: list[Hit] = []
    led: list[Hit] = []
    for h in hits:
        before = text[: h.start]
        if h.kind == "people" or _ETHNIC.search(before):
            continue
        if _AGAINST.search(before):
            aside.append(h)
        elif _GLUED.match(text, h.end):
            led.append(h)
        elif _WHERE.search(before):
            places.append(h)
        else:
            strong.append(h)
    if strong:
        first = strong[0]
        if fold(text[first.start : first.end]) in _ETHNIC_WORDS and places and places[0].id:
            return places[0], [*aside, places[0]]
        if first.reason and first.kind == "seed":
            settled = [h for h in hits if h.id and h.id in first.reason]
            if len({h.id for h in settled}) == 1:
                return settled[0], aside
            known = [h for h in hits if h.kind == "person" and h.id]
            if known:
                return first._replace(id=known[0].id, reason=None), aside  # "Yugoslav President Slobodan Milosevic"
        if first.kind == "person" and not first.id and len(strong) > 1:
            return strong[1], aside
        return first, [*aside, *places]
    if places:
        return places[0], [*aside, *places[1:]]
    if led:
        return led[0], aside
    return None, aside


def _sector(text: str, hits: list[Hit], head: Hit | None, aside: list[Hit]) -> str | None:
    covered = [(h.start, h.end) for h in hits if h.kind not in ("people", "person")]
    folded = fold(text)
    rest = _REST.search(text)
    cut = rest.start() if rest else len(text)
    nouns: list[tuple[int, str, str]] = []
    for m in _lists().noun.finditer(folded):
        # inside a name only the name itself counts, but "US border patrol" has its noun after the name
        if not any(a <= m.start() and m.end() <= b for a, b in covered):
            known = _lists().nouns
            sector, rank = known.get(m[0]) or known[re.sub(r"[\s-]+", " ", m[0])]
            if sector:
                nouns.append((m.start(), sector, rank))
    said = _choose(nouns, cut)
    if head is None:
        return said[0] if said else ("CVL" if any(h.kind == "people" for h in hits) and _plural(text, hits) else None)
    if head in aside:
        return said[0] if said else "CVL"  # "Albanians of southern Serbia"
    if head.kind == "ngo":
        return "NGO"
    if head.kind == "stateless":
        return None
    if head.kind == "org":
        return said[0] if said and said[0] in ("MIL", "COP", "JUD") else head.sector or "IGO"
    if head.kind == "person":
        if head.role_status == "role_verified" or not said:
            return None if _FORMER.search(text) else head.sector
        return None if _FORMER.search(text) and said[0] == "GOV" else said[0]
    if head.kind == "figure":
        return None if head.sector == "GOV" and _FORMER.search(text) else head.sector
    if head.kind in ("group", "party", "body", "company", "agency"):
        if said and said[1] != "weak" and said[0] in ("MIL", "LEG", "COP", "CVL", "REF", "JUD", "EDU"):
            return said[0] if head.kind != "company" and head.sector not in ("SPY",) else head.sector
        return head.sector
    if said:
        if said[0] == "GOV" and _FORMER.search(text):
            return None
        return said[0]
    person = next((h for h in hits if h.kind in ("person", "figure") and h.sector), None)
    if person:
        return person.sector
    other = next((h for h in hits if h is not head and h.sector and h.kind != "demonym" and h not in aside), None)
    if other:
        return other.sector
    if any(h.kind == "people" for h in hits):
        return "CVL"
    if head.form in _PLACE_FORMS:
        return None if _WHERE.search(text[: head.start]) else "GOV"
    if head.form == "demonym" and head.id not in _AS_PARTY or head.kind == "demonym":
        return "CVL"
    return None


def _plural(text: str, hits: list[Hit]) -> bool:
    return any(h.kind == "people" and text[h.start : h.end].endswith("s") for h in hits)


def _choose(nouns: list[tuple[int, str, str]], cut: int) -> tuple[str, str] | None:
    """The noun that says what the actor is, as (sector, rank): in the head of the phrase rather than after "of"."""
    for rank in ("strong", "normal", "weak"):
        for inside in (True, False):
            here = [n for n in nouns if n[2] == rank and (n[0] < cut) == inside]
            if here:
                return (here[-1] if inside else here[0])[1:]
    return None


def _stranger(text: str, hits: list[Hit]) -> tuple[str | None, str | None]:
    """The name of a person whom no table knows, where an office says that it is a person."""
    last = None
    for m in _lists().noun.finditer(fold(text)):
        if not any(h.start <= m.start() and m.end() <= h.end for h in hits):
            last = m
    offices = {p for p, (_, kind) in actors._OFFICES.items() if kind == "person"}
    if last is None or (last[0] not in offices and last[0].split()[-1] not in offices):
        return None, None
    after = re.match(rf",?\s+({actors._NAME})$", text[last.end() :])
    name = actors._person(after[1]) if after else None
    if not name or actors.gazetteer_has(name) or any(h.start >= last.end() for h in hits):
        return None, None
    return name, "stated"


def _mend(text: str) -> str:
    """The phrase with one misspelt name of a state or office-holder mended ("Phillippines"); unchanged if in doubt."""
    lists = _lists()
    surnames = actors.holders().by_surname
    for m in reversed(list(re.finditer(r"\b[A-Z][a-z]{5,}\b", text))):  # the surname before the first name
        word = fold(m[0])
        near = {lists.spelling[k] for k in lists.spelling if abs(len(k) - len(word)) < 2 and _one_apart(word, k)}
        if not near and len(word) > 6:
            near = {k.title() for k in surnames if len(k) > 6 and abs(len(k) - len(word)) < 2 and _one_apart(word, k)}
        if len(near) == 1:
            return text[: m.start()] + near.pop() + text[m.end() :]
    return text


def _one_apart(a: str, b: str) -> bool:
    """Whether one letter dropped, added, changed or swapped makes one word the other."""
    if a[0] != b[0]:
        return False
    i = 0
    while i < min(len(a), len(b)) and a[i] == b[i]:
        i += 1
    return (
        a[i + 1 :] == b[i:]
        or a[i:] == b[i + 1 :]
        or a[i + 1 :] == b[i + 1 :]
        or (a[i : i + 2] == b[i : i + 2][::-1] and a[i + 2 :] == b[i + 2 :])
    )
