"""Acts in a text: which rule fired on which words, who acted towards whom, and in which mode.

There is no parser. A rule's trigger is found by its anchor word; the auxiliaries before it say active or passive,
future, conditional or negated; the party before it in its clause is the subject, the party after it the object. What a
sentence leaves out ("The sides agreed", "he thanked Oslo") is taken from who was spoken of before, and only where that
is unique. No rule, no event.
"""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import deque
from dataclasses import dataclass, field
from datetime import date, timedelta
from functools import cache, cached_property
from itertools import islice, pairwise

from ingest.coding import actors, agents, dates, money, topics
from ingest.coding.actors import Mention, Party
from ingest.coding.matter import Matter, choose
from ingest.coding.rules import BASE, ING, NOUN, PARTICIPLE, PAST, Rule, S, rules
from ingest.coding.tables import table
from ingest.coding.text import Sentence, fold, sentences

# A statement about a past farther back than this is background (CODEBOOK section 1).
HISTORICAL_DAYS = 90
# How many office-holders and acts back a reference may reach: the time stays linear in the text.
MEMORY = 200

_COOPERATIVE_DEEDS = frozenset(("AID", "COOPERATE", "SUPPORT", "CONSULT", "CONCEDE"))
_HOSTILE_DEEDS = frozenset(("SANCTION", "COERCE", "ASSAULT", "MOBILIZE", "PROTEST"))


@dataclass(slots=True)
class Ref:
    """What stands in a sentence for one or several parties: a name, or a word that refers back to one."""

    start: int
    end: int
    parties: list[Party]
    place: bool = False
    weak: bool = False
    coref: str = ""  # both, person, other, ... ; empty for a name
    headed: bool = False  # carries an office or body ("the Kyrgyz side"), so that it may stand after "of"
    possessive: bool = False
    agent: agents.Agent | None = None  # an office-holder or body whose state the words around it do not name


@dataclass(slots=True)
class Act:
    """One trigger in one sentence, before acts that tell the same event are merged. Offsets: normalised text."""

    rule: Rule
    event_type: str
    start: int
    end: int
    scope_start: int
    scope_end: int
    sentence: Sentence
    actors: list[Party]
    recipients: list[Party]
    flags: set[str]
    topics: list[str]
    confidence: float
    condition: tuple[int, int] | None
    passive: bool
    speaker: str | None = None
    absorbed: bool = False  # the pledge that a following "the agreement was signed" is about


@dataclass(frozen=True, slots=True)
class Trial:
    """A rule that was tried on words: `outcome` is "fired", else why it did not. Offsets: normalised text."""

    start: int
    end: int
    rule: Rule
    outcome: str


class _Marks:
    """What the triggers of a sentence ask for, found once and only where one asks. Offsets: normalised text."""

    def __init__(self, text: str, s: Sentence, day: date | None) -> None:
        self.text, self.s, self.day = text, s, day

    @cached_property
    def clauses(self) -> list[tuple[int, int, str]]:
        """(start, end, word) of what opens a clause."""
        found = _CLAUSE.finditer(self.text, self.s.start, self.s.end)
        return [(m.start(), m.end(), m[0].strip(' ,"').lower()) for m in found]

    @cached_property
    def speech(self) -> list[tuple[int, int]]:
        """Verbs of speech."""
        return [m.span() for m in _SPEECH.finditer(self.text, self.s.start, self.s.end)]

    @cached_property
    def conditions(self) -> list[tuple[int, int]]:
        """Conditions, each to its end."""
        out = []
        for m in _CONDITION.finditer(self.text, self.s.start, self.s.end):
            stop = _CONDITION_END.search(self.text, m.end(), self.s.end)
            last = stop.start() if stop else self.s.end
            if last - m.start() > 8:
                out.append((m.start(), last))
        return out

    @cached_property
    def past(self) -> list[tuple[int, bool]]:
        """(offset, whether a preposition of time leads) of dates beyond HISTORICAL_DAYS."""
        text, start, day = self.text, self.s.start, self.day
        if not day:
            return []
        out = []
        for when in dates.dates(text[start : self.s.end], day, back=True):
            before = text[max(start, start + when.start - 12) : start + when.start].lower()
            if when.last_day < day - timedelta(days=HISTORICAL_DAYS) and not re.search(
                r"(?:by|until|of|from|the)\s$", before
            ):
                led = bool(re.search(r"(?:in|on|since|during)\s(?:early\s|late\s|mid-)?$", before))
                out.append((start + when.start, led))
        return out

    @cached_property
    def past_words(self) -> bool:
        """Whether it speaks of a past long gone."""
        return bool(_PAST_MARK.search(self.text, self.s.start, self.s.end))


@dataclass(slots=True)
class Document:
    """A normalised text with everything found in it; `acts` is in the order of the text."""

    text: str
    day: date | None
    sentences: list[Sentence]
    mentions: list[Mention]
    topic_hits: list[topics.Hit]
    acts: list[Act]
    principals: list[Party]
    sums: list[money.Money] = field(default_factory=list)  # set when commitments are looked for
    trials: list[Trial] | None = None  # filled only where somebody wants to know
    unresolved: list[actors.Unresolved] = field(default_factory=list)
    matter: Matter = field(init=False)

    def __post_init__(self) -> None:
        self.matter = Matter(self)


_TOKEN = re.compile(r"[^\W_]+(?:['’-][^\W_]+)*")
_AUX = frozenset(
    (
        "will would shall could may might can must should has have had having is are was were be been being "
        "do does did not never no to cannot going about set due likely expected ready willing prepared plans "
        "planned planning intends intend intended wants n't aims hopes vowed scheduled supposed 'll 've also "
        "again already now then still further jointly once today yesterday both all each just first soon so "
        "far formally ever later even yet only twice together"
    ).split()
)
# "the minister" is no prime minister, and an envoy an ambassador
_SAME_OFFICE = {
    "minister": r"(?<!prime )minister", "premier": "(?:prime minister|premier)",
    "diplomat": "(?:ambassador|envoy|diplomat)",
    "envoy": "(?:ambassador|envoy)", "chairwoman": "chair(?:woman|person)?", "chairman": "chair(?:man|person)?",
}  # fmt: skip
# "will" with any verb: these give way to a rule for the verb itself
_GENERIC = frozenset(
    "agree.will agree.is_to agree.would agree.will_be_done agree.is_to_be_done agree.would_be_done reject.would_not "
    "agree.going_to agree.will_be agree.could".split()
)
_WEEKDAYS = frozenset("monday tuesday wednesday thursday friday saturday sunday".split())
_BE = frozenset("is are was were be been being".split())
_HAVE = frozenset("has have had having".split())
_FUTURE = frozenset(
    "will would shall going plans planned planning intends intend intended ready willing prepared set due aims "
    "scheduled expected 'll".split()
)
_MODAL = frozenset("could may might can".split())
_DETERMINERS = frozenset("the a an its his her their our this that these those any no some of such every".split())
_PREPOSITIONS = frozenset(
    "to with from against for by between about on toward towards into upon over of than under like among via "
    "including per".split()
)

_CLAUSE = re.compile(
    r";|:\s|\s–\s|\"|"
    r",\s+(?:which|who|whom|whose|where|while|whereas|but|after|before|although|though|as|if|unless|provided|adding|saying|"
    r"according|noting|stressing|when|because|since|so|until|and\s+that|that)\b|"
    r"\b(?:that|which|who|whose|because|if|unless|while|whereas|when|after|before|until|where|although|whether|provided)\b",
    re.IGNORECASE,
)
_REPORTS = re.compile(
    r"(?:'s)?[\s,]*(?:(?:press|information)\s+(?:service|office|centre|center|department)\s+)?(?:\w+\s+){0,2}?"
    r"(?:reported|reports|said|noted|informed|informs|announced|stressed|told)\b"
)
_BOTH = re.compile(
    r"(?i)\b(?:mediat\w+|both|two|sides|parties|each|restraint|observers|monitors|good\s+offices|truce|ceasefire|host|neighbou?rs)\b"
)
_PERSON_OF = re.compile(rf"'s?\s+(?P<name>{agents.NAME})(?=\s+[a-z]|,)")
_APPOSED = re.compile(rf"(?:\s*\([A-Z]{{2,8}}\))?,\s+(?:{agents.RANK}\s+)?(?P<name>{agents.NAME})(?=\s*[,.;]|\s+[a-z])")
_NAME_AFTER = re.compile(rf",?\s+(?:{agents.RANK}\s+)?({agents.NAME})(?=\s*[,.;\"]|\s+[a-z])")
_BODY_OF = re.compile(
    rf"(?:'s?)?\s+(?:(?!(?:and|or|of|to|in|on|with|for|by|at|from|is|are|was|were|has|have|will)\b)[\w-]+\s+){{0,2}}?(?i:{agents.BODY}|{agents.PERSON})\b(?!-)"
)
_RELATIVE = frozenset("who which that whose whom where when as".split())
# what these open is a condition, a question or a time, not an act
_NO_ACT_AFTER = frozenset("if unless until whether provided before because".split())
_SPEECH = re.compile(
    r"\b(?:said|says|noted|notes|stated|(?-i:states)|reported|reports|added|announced|claimed|stressed|emphasi[sz]ed|informed|"
    r"explained|underlined|underscored|told\s+reporters|according\s+to|believes|recalled|declared|confirmed)\b",
    re.IGNORECASE,
)
_SHORT_GAP = re.compile(r"[\s,]*(?:[\w-]+\s+){0,4}")
_CONDITION = re.compile(
    r"\b(?:if\b(?!\s+(?:any|not|only))|unless\b|provided\s+(?:that\b)?|on\s+(?:the\s+)?condition\s+(?:that|of)\b|in\s+case\b|subject\s+to\b|"
    r"taking\s+into\s+account\b|depending\s+on\b|"
    r"as\s+(?:soon\s+as\s+)?(?:the\s+|its\s+|their\s+)?(?:[\w'-]+\s+){1,10}?(?:improves?|stabili[sz]es?|permits?|allows?|become|becomes|normali[sz]es?|recovers?|eases?)\b"
    r"|as\s+soon\s+as\b|once\s+(?!more\b|again\b|a\b)\w+|(?-i:should)\s+(?-i:[A-Z])\w+|should\s+the\b|after\s+(?:the|its|a|both|[A-Z]\w+)\s+(?:[\w-]+\s+){0,5}?(?:has|have)\s+\w+(?:ed|en|ne|wn)\b|contingent\s+(?:on|upon)\b|only\s+(?:after|when|if)\b|with\s+the\s+(?:improvement|stabili[sz]ation)\b)",
    re.IGNORECASE,
)
_CONDITION_END = re.compile(
    r"[.;\"]|,\s+(?:and|but|which|who|said|the|he|she|as\s+well)\b|,(?=\s[^,]{0,60}\b(?:said|noted|added)\b)"
)
_PAST_MARK = re.compile(
    r"\b(?:earlier\s+this\s+decade|decades?\s+ago|years?\s+ago|in\s+the\s+past|historically|back\s+in|at\s+the\s+time)\b",
    re.I,
)
_JOIN = re.compile(
    r"\s*(?:,|,?\s*and|,?\s*as\s+well\s+as|&|/|–|,?\s*together\s+with|,?\s*along\s+with|or)\s*(?:(?:the|its|his|her|of|those|that|by|with|also)\s+){0,3}(?:[a-z'-]+\s+){0,2}",
    re.I,
)
_NO_DOCUMENT = re.compile(r"\b(?:no|neither|not\s+a\s+single|none\s+of\s+the)\s+(?:[\w-]+\s+){0,4}$", re.IGNORECASE)


@cache
def _coreference() -> tuple[re.Pattern[str], dict[str, str]]:
    rows = {r["phrase"]: r["refers_to"] for r in table("coreference")}
    # by their first words, so that a position of the text is given up after that one
    tails: dict[str, list[str]] = {}
    for p in sorted(rows, key=lambda p: (-len(p), p)):
        first, _, rest = p.partition(" ")
        tails.setdefault(first, []).append(r"\s+" + re.escape(rest).replace(r"\ ", r"\s+") if rest else "")
    body = "|".join(f"{re.escape(first)}(?:{'|'.join(rest)})" for first, rest in tails.items())
    # "the minister of ..." or "the president Putin" names somebody and refers back to nobody
    return re.compile(rf"\b(?:{body})\b(?!\s+(?:of|for|from)\s|\s+(?-i:[A-Z][a-z]))", re.IGNORECASE), rows


def read(text: str, day: date | None, gaz: actors.Gazetteer | None = None, *, explain: bool = False) -> Document:
    """Find everything in a normalised text. `day`: the statement's date; `explain`: keep what was tried in `trials`."""
    sents = sentences(text)
    gaz = gaz or actors.gazetteer()
    found, unresolved = actors.scan(text, day, gaz)
    mentions = [m for m in found if not _inside_boilerplate(m, sents)]
    for m in mentions:
        m.id = _ACTS_FOR.get(m.id, m.id)
    doc = Document(
        text, day, sents, mentions, topics.hits(text), [], [], trials=[] if explain else None, unresolved=unresolved
    )
    _Reader(doc, gaz).run()
    _absorb(doc.acts)
    return doc


# organs that act for the whole
_ACTS_FOR = {"EURCOM": "EUR"}


def _inside_boilerplate(m: Mention, sents: list[Sentence]) -> bool:
    i = bisect_left(sents, m.end, key=lambda s: s.end)
    return i < len(sents) and sents[i].boilerplate and sents[i].start <= m.start


def _ids(parties: list[Party]) -> list[str]:
    return list(dict.fromkeys(p.id for p in parties))


def _unique(parties: list[Party]) -> list[Party]:
    """One party per id, the first mention of each."""
    seen: dict[str, Party] = {}
    for p in parties:
        seen.setdefault(p.id, p)
    return list(seen.values())


class _Reader:
    """Walks through a document sentence by sentence and remembers who is being spoken of."""

    def __init__(self, doc: Document, gaz: actors.Gazetteer, pair: bool = False) -> None:
        self.doc, self.gaz, self.text = doc, gaz, doc.text
        self.pair = pair  # source and target are given: rules that need no parties of their own fire too
        self.folded = fold(doc.text)
        self.persons: dict[str, Party] = {}
        self.surnames: set[str] = set()  # of persons whose side is known only when the text gets there
        self.last_person: Party | None = None
        self.last_subject: list[Party] = []
        self.last_group: list[Party] = []
        self.last_bank: Party | None = None
        self.last_told = ""
        self.loose: list[tuple[int, int, Rule]] = []  # triggers without a subject of their own
        self.last_org: Party | None = None
        self.by_sentence: list[list[Mention]] = []
        self.bare: list[list[Ref]] = [[] for _ in doc.sentences]
        self.heads: dict[str, Party] = {}  # "embassy" -> whose embassy was spoken of last
        self.home: Party | None = None
        # "danish foreign minister" and whose, in the order of the text; what stands too far back is not referred to
        self.offices: deque[tuple[str, Party]] = deque(maxlen=MEMORY)
        self.refs_here: list[Ref] = []
        self.sentence_text = ""
        self.reason = ""  # why the last trigger was no act
        self.ranked: list[Party] = []  # who the text names, the most named first
        self._split_mentions()
        self._principals()
        self._find_home()
        self._bind_agents()
        self._know_persons()

    # --- who is there ---------------------------------------------------------------------------------------------

    def _split_mentions(self) -> None:
        by_sentence: list[list[Mention]] = [[] for _ in self.doc.sentences]
        ends = [s.end for s in self.doc.sentences]
        for m in self.doc.mentions:
            i = bisect_left(ends, m.end)
            if i < len(by_sentence):
                by_sentence[i].append(m)
                if m.np_end > ends[i]:  # no name goes beyond its sentence
                    m.np_end = max(m.end, ends[i])
                    m.name = m.name.split(". ")[0] if m.name else None
            if m.name:
                self.persons.setdefault(fold(m.name.split()[-1]), m.party())
        self.by_sentence = by_sentence

    def _find_home(self) -> None:
        """The state where the text is at home, whose offices need no adjective: of who reports it, else of its
        dateline's capital, where that is a principal, else the first that the text names as a party."""
        ids = {p.id for p in self.doc.principals if p.kind == "state"}
        flat = [m for group in self.by_sentence for m in group if m.kind == "state"]
        early = [m for group in self.by_sentence[:4] for m in group if m.kind == "state"]
        source = next(
            (m for m in early if m.sector and not m.place and _REPORTS.match(self.text[m.np_end : m.np_end + 60])), None
        )
        lead = flat[0] if flat and flat[0].form == "capital" and flat[0].start < 40 else None
        first = next((m for m in flat if not m.place), None)
        for m in (source, lead, first):
            if m and (m.id in ids or (m is first and not ids)):
                self.home = Party(m.id, m.kind, "GOV")
                return

    def _bind_agents(self) -> None:
        """Give the office-holders and bodies without a state of their own the one that the words around them name."""
        for s, names in zip(self.doc.sentences, self.by_sentence, strict=True):
            if s.boilerplate:
                continue
            for m in names:
                self._owner_of_person(m, s)
            for a, b in reversed(list(pairwise(names))):
                # "Danish and Norwegian ministers": both are parties
                if (
                    a.weak
                    and not b.weak
                    and b.sector
                    and re.fullmatch(r"(?:,|,?\s+and)\s+(?:the\s+)?", self.text[a.end : b.start])
                ):
                    a.weak, a.place, a.sector = False, False, b.sector
            taken = [(m.np_start, m.np_end) for m in names if not m.weak]
            for g in agents.find(self.text, s.start, s.end):
                if any(a < g.end and g.start < b for a, b in taken):
                    owner = next((m for m in names if m.np_start < g.end and g.start < m.np_end and not m.weak), None)
                    if owner and g.name and not owner.name and owner.np_end <= g.end:  # "the Danish minister, Ida Holm"
                        owner.name, owner.office, owner.np_end = g.name, owner.office or g.office, g.end
                        self.persons.setdefault(fold(g.name.split()[-1]), owner.party())
                    continue
                end, name, owner = g.end, g.name, self._owner(g, names, s)
                if owner and owner.start >= g.end:
                    after = _NAME_AFTER.match(self.text, owner.end, s.end)
                    end = owner.end
                    if after and not name and agents.is_name(after[1]):
                        end, name = after.end(1), after[1]
                    owner.weak = True
                    owner.np_end = owner.np_start = owner.start
                party = (
                    Party(owner.id, owner.kind, g.sector, name, g.office, g.start, end, "stated" if name else None)
                    if owner
                    else None
                )
                ref = Ref(g.start, end, [party] if party else [], headed=True)
                if not party:
                    ref.coref = "other" if g.other else "office"
                    ref.agent = g
                self.bare[s.no].append(ref)
                taken.append((g.start, end))
                if party and name:
                    self.persons.setdefault(fold(name.split()[-1]), party)
                elif name and g.other:
                    self.surnames.add(fold(name.split()[-1]))
                elif name and not g.other and self.home and fold(name.split()[-1]) not in self.persons:
                    party = Party(
                        self.home.id, self.home.kind, g.sector, name, g.office, g.start, end, "role_unverified"
                    )
                    self.persons[fold(name.split()[-1])] = party

    def _owner_of_person(self, m: Mention, s: Sentence) -> None:
        """ "Stockholm's Karin Lindahl": a person of that state."""
        after = _PERSON_OF.match(self.text, m.end, s.end) if m.possessive and not m.name else None
        if after and agents.is_name(after["name"]):
            m.name, m.np_end, m.possessive, m.place, m.sector = after["name"], after.end("name"), False, False, "GOV"
            self.persons.setdefault(fold(m.name.split()[-1]), m.party())
        if m.sector and not m.name and not m.place and not m.weak:
            apposed = _APPOSED.match(self.text, m.np_end, s.end)
            if apposed and agents.is_name(apposed["name"]):
                m.name, m.np_end = apposed["name"], apposed.end("name")
                m.office = m.office or self.text[m.np_start : m.end]
                self.persons.setdefault(fold(m.name.split()[-1]), m.party())
        if (m.possessive or m.weak) and not m.sector:  # "Russia's agricultural watchdog", "the Danish border service"
            body = _BODY_OF.match(self.text, m.end, s.end)
            if body:
                m.np_end, m.possessive, m.place, m.weak, m.sector = body.end(), False, False, False, "GOV"

    def _owner(self, g: agents.Agent, names: list[Mention], s: Sentence) -> Mention | None:
        """The name that says whose the agent is: "[Danish] border police", "the embassy of [Denmark]", "in [Oslo]"."""
        for m in names:
            if m.weak and 0 <= g.start - m.end <= 1:
                return m
            if m.start >= g.end and re.fullmatch(
                r"\s+(?:of|in|from|to)\s+(?:the\s+)?(?:(?:State|Republic|Kingdom)\s+of\s+)?",
                self.text[g.end : m.start],
            ):
                return None if m.form in actors.ADJECTIVAL else m
        first = names[0] if names else None
        if (
            first
            and first.form == "capital"
            and first.end < g.start
            and re.fullmatch(r"(?i)in\s+", self.text[s.start : first.start].lstrip('" '))
            and g.start - first.end < 25
        ):
            return first
        return None

    def _know_persons(self) -> None:
        self.surnames |= set(self.persons)
        if self.surnames:
            body = "|".join(re.escape(n) for n in sorted(self.surnames, key=lambda n: (-len(n), n)))
            self.surname = re.compile(rf"\b(?:{body})\b")

    def _principals(self) -> None:
        """The parties that the document is about: those of its first sentence with two, else the two most named."""
        score: dict[str, float] = {}
        first: dict[str, Party] = {}
        pair: list[Party] = []
        early = 0
        for group in self.by_sentence:
            early += bool(group)
            here: dict[str, Party] = {}
            for m in group:
                if m.form == "capital" and m.start < 20:
                    continue  # a dateline
                weight = 0.3 if m.place else 0.7 if m.weak else 1.0
                score[m.id] = score.get(m.id, 0.0) + weight * (2 if early <= 2 else 1)
                bare = Party(m.id, m.kind)
                first.setdefault(m.id, bare)
                if not m.place and not m.weak:
                    here.setdefault(m.id, bare)
            if not pair and len(here) >= 2:
                pair = list(here.values())
        ranked = sorted(first.values(), key=lambda p: -score[p.id])
        if len(ranked) < 2:
            self.doc.principals = ranked
            return
        self.ranked = ranked
        third = score[ranked[2].id] if len(ranked) > 2 else 0.0
        if score[ranked[1].id] >= 1.25 * third:
            self.doc.principals = ranked[:2]
        elif len(pair) == 2 and {p.id for p in pair} <= {p.id for p in ranked[:3]}:
            self.doc.principals = pair

    def _other(self, of: list[Party]) -> list[Party]:
        """The other side of `of`: of the document's two principals, else whom it last dealt with; a third party's other
        side is both principals."""
        pair = self.doc.principals
        ids = {p.id for p in of}
        if not ids:
            return []
        if len(pair) == 2:
            if len(ids) == 1 and ids & {p.id for p in pair}:
                return [p for p in pair if p.id not in ids]
            if not ids & {p.id for p in pair}:
                # a third party deals with the side where the text is at home, a mediator with both
                if self.home and self.home.id in {p.id for p in pair} and not _BOTH.search(self.sentence_text):
                    return [p for p in pair if p.id == self.home.id]
                return pair
            return []
        for a in islice(reversed(self.doc.acts), MEMORY):
            parties = _unique([*a.actors, *a.recipients])
            rest = [p for p in parties if p.id not in ids]
            if len(rest) < len(parties) and len(rest) == 1:
                return [Party(rest[0].id, rest[0].kind)]
        return [p for p in self.ranked if p.kind == "state" and p.id not in ids][:1]

    def _refs(self, s: Sentence, names: list[Mention]) -> list[Ref]:
        out = []
        for m in names:
            if m.form == "capital" and m.start == s.start and self.text[m.end : m.end + 1] in "./":
                continue
            hyphen = m.start > 1 and self.text[m.start - 1] == "-" and self.text[m.start - 2].islower()
            # a place in which, unless it owns something there ("in Paris's view")
            out.append(
                Ref(
                    m.np_start,
                    m.np_end,
                    [m.party()],
                    m.place,
                    m.weak or hyphen,
                    "",
                    bool(m.sector and not hyphen),
                    m.possessive and m.np_end <= m.end,
                )
            )
            if m.kind == "organisation":
                self._seen_org(m)
        out.extend(self.bare[s.no])
        taken = [(r.start, r.end) for r in out]
        if self.surnames:
            for f in self.surname.finditer(self.folded, s.start, s.end):
                if self.text[f.start()].isupper() and not any(a <= f.start() < b for a, b in taken):
                    p = self.persons.get(f[0])
                    if p is None:
                        continue
                    start = f.start()
                    if (
                        p.name
                        and len(p.name) > len(f[0])
                        and self.text[max(0, f.end() - len(p.name)) : f.end()] == p.name
                    ):
                        start = f.end() - len(p.name)
                    party = Party(p.id, p.kind, p.sector, p.name, p.office, start, f.end(), p.role_status)
                    out.append(Ref(start, f.end(), [party], headed=True, possessive=self.text.startswith("'", f.end())))
        taken = [(r.start, r.end) for r in out]
        pattern, meaning = _coreference()
        for c in pattern.finditer(self.text, s.start, s.end):
            if not any(a < c.end() and c.start() < b for a, b in taken if (a, b) != c.span()):
                kind = meaning.get(re.sub(r"\s+", " ", c[0].lower()))
                if not kind:  # "İ" is an "i" to the pattern, but to no list
                    continue
                out = [r for r in out if (r.start, r.end) != c.span()]
                out.append(Ref(c.start(), c.end(), [], coref=kind, headed=True))
        out.sort(key=lambda r: (r.start, r.end))
        return out

    def _seen_org(self, m: Mention) -> None:
        party = Party(m.id, m.kind, m.sector)
        self.last_org = party
        if "bank" in self.gaz.org_kind.get(m.id, "") or "bank" in self.gaz.names.get(m.id, "").lower():
            self.last_bank = party

    def _resolve(self, r: Ref, so_far: list[Party], here: list[Party]) -> list[Party]:
        """The parties of a reference; [] where the text does not settle it.

        `so_far`: all parties of the sentence up to here; `here`: those of them that said or did something in it.
        """
        if not r.coref:
            return r.parties
        if r.coref == "office" and r.agent:
            return self._office(r.agent)
        if r.coref == "we":
            return self._quoted(r, here)
        if r.coref == "host":
            return [self.home] if self.home else []
        if r.coref == "guest":
            return self._other([self.home]) if self.home else []
        if r.coref == "person":
            word = self.text[r.start : r.end].lower().split()[-1]
            if word not in ("he", "she"):
                office = re.compile(rf"\b{_SAME_OFFICE.get(word, word)}\b")
                for held, party in reversed(self.offices):
                    if office.search(held) and "deputy" not in held:
                        return [party]
        if r.coref == "both":
            if len(_ids(so_far)) >= 2:
                return so_far
            if len(self.doc.principals) >= 2:
                return self.doc.principals
            return self.last_group
        if r.coref == "all":
            return self.last_group if len(self.last_group) >= 3 else []
        if r.coref in ("person", "subject") and here:
            return (
                here[:1]
                if len(_ids(here)) == 1 or r.coref == "subject"
                else [p for p in here if p.name or p.office][:1] or here[:1]
            )
        if r.coref == "person":
            if self.last_person:
                return [self.last_person]
            return self.last_subject if len(self.last_subject) == 1 else []
        if r.coref == "subject":
            return self.last_subject if len(self.last_subject) == 1 else []
        if r.coref == "other":
            return self._other(so_far or self.last_subject)
        if r.coref == "bank":
            return [self.last_bank] if self.last_bank else []
        return [self.last_org] if self.last_org else []

    def _quoted(self, r: Ref, here: list[Party]) -> list[Party]:
        """Who says "we": the speaker named in the sentence, else the last one, else whose text it is."""
        refs = self.refs_here
        for a, b in self.marks.speech:
            near = [
                o
                for o in refs
                if o is not r and o.parties and not o.place and (0 <= a - o.end <= 30 or 0 <= o.start - b <= 5)
            ]
            if near:
                return near[0].parties[:1]
        known = self.last_person or (self.last_subject[0] if len(_ids(self.last_subject)) == 1 else None) or self.home
        return [known] if known else []

    def _strangers(self, subject: list[Party]) -> list[Party]:
        """A person taken to be at home who turns out to be a stranger there: he is the other side's from now on."""
        if len(subject) != 1 or subject[0].role_status != "role_unverified" or not subject[0].name:
            return []
        other = self._other(subject)
        if len(other) != 1:
            return []
        p = subject[0]
        party = Party(other[0].id, other[0].kind, p.sector, p.name, p.office, p.span_start, p.span_end, p.role_status)
        self.persons[fold((p.name or "").split()[-1])] = party
        self.offices.append(((p.office or "").lower(), party))
        return [party]

    def _office(self, g: agents.Agent) -> list[Party]:
        """Whose office-holder or body this is: by name, by what was called so before, by the last speaker, at home."""
        known = self.persons.get(fold(g.name.split()[-1])) if g.name else None
        if not known and g.definite:
            known = self.heads.get(g.head)
        if not known and not g.name:
            known = self.last_person or (self.last_subject[0] if len(_ids(self.last_subject)) == 1 else None)
        known = known or self.home
        return [Party(known.id, known.kind, g.sector, g.name, g.office, None, None, "role_unverified")] if known else []

    # --- the walk -------------------------------------------------------------------------------------------------

    def run(self) -> None:
        for s, names in zip(self.doc.sentences, self.by_sentence, strict=True):
            if s.boilerplate:
                continue
            self.marks = _Marks(self.text, s, self.doc.day)
            self.sentence_text = self.text[s.start : s.end]
            refs = self.refs_here = self._refs(s, names)
            self._resolve_all(refs)
            self.doc.matter.titles[s.no] = [(r.start, r.end) for r in refs if r.headed]
            self._acts(s, refs)
            self._remember(s, refs)

    def _resolve_all(self, refs: list[Ref]) -> None:
        so_far: list[Party] = []
        here: list[Party] = []
        for r in refs:
            if r.coref:
                r.parties = [
                    Party(p.id, p.kind, p.sector, p.name, p.office, None, None, p.role_status)
                    for p in self._resolve(r, so_far, here)
                ]
                if r.agent and r.agent.name and len(r.parties) == 1:
                    self.persons.setdefault(fold(r.agent.name.split()[-1]), r.parties[0])
            if not r.place and not r.weak:
                so_far = _unique([*so_far, *r.parties])
                if any(
                    0 <= a - r.end <= 40 and _SHORT_GAP.fullmatch(self.text, r.end, a) for a, _ in self.marks.speech
                ):
                    here = list(r.parties)

    def _remember(self, s: Sentence, refs: list[Ref]) -> None:
        for r in refs:
            if r.headed and len(r.parties) == 1 and r.parties[0].office and (not r.coref or r.agent):
                self.offices.append((r.parties[0].office.lower(), r.parties[0]))
            if r.headed and len(r.parties) == 1 and not r.coref:
                for word in re.findall(r"[\w-]+", self.text[r.start : r.end].lower()):
                    self.heads[word] = r.parties[0]
        strong = [r for r in refs if not r.place and not r.weak and r.parties]
        persons = [p for r in strong for p in r.parties if p.name]
        subject = next((r for r in strong if self._subjectlike(s, r)), None)
        if persons:
            self.last_person = persons[0]
        elif subject and len(_ids(subject.parties)) == 1 and subject.parties[0].sector:
            self.last_person = subject.parties[0]
        if subject:
            self.last_subject = subject.parties
        for i in range(len(refs)):
            group = self._group(refs, i)
            if len(_ids(group)) >= 2:
                self.last_group = group

    def _subjectlike(self, s: Sentence, r: Ref) -> bool:
        before = self.text[max(s.start, r.start - 30) : r.start].split()
        while before and before[-1].lower() in ("the", "a"):
            before.pop()
        return (
            not before
            or before[-1].lower().strip(",") not in _PREPOSITIONS
            or (before[-1].lower() == "of" and r.headed)
        )

    def _led_by_of(self, s: Sentence, r: Ref) -> bool:
        return bool(re.search(r"\bof\s+(?:the\s+)?$", self.text[max(s.start, r.start - 10) : r.start]))

    def _group(self, refs: list[Ref], i: int, limit: int | None = None) -> list[Party]:
        """The parties joined to reference i by "and" or a comma, itself first, as far as they end before `limit`."""
        out, waiting = list(refs[i].parties), []
        for a, b in pairwise(refs[i:]):
            if limit is not None and b.end > limit:
                break
            between = self.text[a.end : b.start]
            if b.place and not a.place:
                break
            if b.start < a.end or re.fullmatch(r"\s*\(\s*", between):
                out.extend(b.parties)
            elif len(between) < 60 and _JOIN.fullmatch(between):
                waiting.extend(b.parties)
                if not between.lstrip().startswith(",") or "and" in between:
                    # a comma alone makes no list: "Within the Union, Russia ..."; it needs its "and"
                    out, waiting = [*out, *waiting], []
            else:
                break
        return _unique(out)

    # --- one sentence ---------------------------------------------------------------------------------------------

    def _acts(self, s: Sentence, refs: list[Ref]) -> None:
        by_anchor, _ = rules()
        tokens = [(m.start(), m.end(), m[0].lower()) for m in _TOKEN.finditer(self.text, s.start, s.end)]
        found: list[tuple[int, int, int, Rule, frozenset[str], set[str], int]] = []
        for i, (a, _b, word) in enumerate(tokens):
            options = by_anchor.get(word)
            if not options:
                continue
            best = None
            for rule, uses in options:
                if "pair" in rule.flags and not self.pair:
                    continue
                m = rule.pattern.match(self.text, a, s.end)
                if not m:
                    if self.doc.trials is None:
                        continue
                    self._tried(a, tokens[i][1], rule, "its first word stands here, the rest of its pattern does not")
                    continue
                aux, v = self._aux(tokens, i) if rule.verbal else (set(), i)
                use = self._use(tokens, i, v, aux, uses, refs) if rule.verbal else NOUN
                if use is None:
                    self._tried(a, m.end(), rule, "the words match, but no finite verb of a party stands here")
                    self.loose.append((a, m.end(), rule))
                    continue
                rank = (m.end() - a, -rule.order)
                if best is not None:
                    longer = best[1][3] if rank > best[0] else rule
                    self._tried(a, m.end(), longer, "another rule matches more words")
                if best is None or rank > best[0]:
                    best = (rank, (a, m.end(), tokens[v][0], rule, frozenset((use,)), aux, i))
            if best:
                found.append(best[1])
        # a trigger inside another one's words is part of it
        kept: list[tuple[int, int, int, Rule, frozenset[str], set[str], int]] = []
        spare: dict[int, tuple[int, int, int, Rule, frozenset[str], set[str], int]] = {}
        for f in found:
            if (
                kept
                and f[3].frame == "undertaken"
                and kept[-1][3].event_type == "AGREE"
                and ";" not in self.text[kept[-1][1] : f[0]]
            ):
                continue  # "vowed that the road would be built" is one promise
            if kept and kept[-1][3].id in _GENERIC and f[0] < kept[-1][1] and f[3].id not in _GENERIC:
                spare[f[0]] = kept[-1]
                kept[-1] = f  # "will send": the verb's own rule knows better than "will"
                continue
            if not kept or (f[0] >= kept[-1][1] and not (f[2] < kept[-1][1] and f[2] < f[0])):
                kept.append(f)
        acts: list[Act] = []
        nxt = s.end  # from right to left: an act ends where the next one begins, a trigger that is no act ends nothing
        for f in reversed(kept):
            act = self._act(s, refs, f, nxt) or (f[0] in spare and self._act(s, refs, spare[f[0]], nxt)) or None
            if act:
                self._tried(f[0], f[1], act.rule, "fired")
                acts.append(act)
                nxt = act.start
            else:
                self._tried(f[0], f[1], f[3], self.reason)
                self.loose.append((f[0], f[1], f[3]))
        acts.reverse()
        says = self._speaks(refs)
        for act in acts:
            act.speaker = says
        self._contents(s, acts)
        self.doc.acts.extend(acts)

    def _speaks(self, refs: list[Ref]) -> str | None:
        """Who asserts the sentence: the party beside its verb of speech; a paraphrase keeps the side that it is of."""
        for a, b in self.marks.speech:
            for r in refs:
                beside = (0 <= a - r.end <= 30 and _SHORT_GAP.fullmatch(self.text, r.end, a)) or 0 <= r.start - b <= 5
                if beside and not r.place and not r.weak and len(_ids(r.parties)) == 1:
                    return r.parties[0].id
        return None

    def _tried(self, start: int, end: int, rule: Rule, outcome: str) -> None:
        if self.doc.trials is not None:
            self.doc.trials.append(Trial(start, end, rule, outcome))

    def _contents(self, s: Sentence, acts: list[Act]) -> None:
        """ "Signed an agreement under which X will ...", "Under the agreement signed today X will ...": one AGREE, the
        signing; the pledge is its content."""
        for k, signed in enumerate(acts):
            if signed.event_type != "AGREE" or signed.flags or signed.rule.stage != "agreed":
                continue
            led = re.search(
                r"(?i)\b(?:under|according\s+to|by|in\s+line\s+with)\s+(?:the|an|a|this|that)?\s*(?:[\w-]+\s+){0,3}$",
                self.text[s.start : signed.start],
            )
            for later in acts[k + 1 :]:
                opener = self._clause(s, later.start)[1]
                inside = opener in ("which", "that", "whereby") or opener.startswith("which")
                if later.event_type == "AGREE" and "future" in later.flags and (led or inside):
                    later.absorbed = True
                    signed.actors = _unique([*signed.actors, *later.actors, *later.recipients])
                    more = [t for t in later.topics if t != "other" and not t.startswith("diplomacy.")]
                    kept = [t for t in signed.topics if t != "other" and not t.startswith("diplomacy.")]
                    signed.topics = list(dict.fromkeys([*kept, *more])) or signed.topics
                    signed.recipients = []

    def _aux(self, tokens: list[tuple[int, int, str]], i: int) -> tuple[set[str], int]:
        """The auxiliaries before token i, and the index of the first word of the verb group."""
        aux: set[str] = set()
        j = i
        while j > 0:
            _, b, w = tokens[j - 1]
            if "," in self.text[b : tokens[j][0]] or j < i - 8 or '"' in self.text[b : tokens[j][0]]:
                break
            if w in _WEEKDAYS and j > 1 and tokens[j - 2][2] == "on":
                j -= 2
                continue
            if (
                w in _WEEKDAYS
                or w.endswith("n't")
                or w in _AUX
                or (w.endswith("ly") and len(w) > 4 and w not in ("italy", "family", "reply", "supply"))
            ):
                if w.endswith("n't"):
                    aux.add("not")
                    w = {"won't": "will", "can't": "can"}.get(w, w[:-3])
                if w not in ("no",):
                    aux.add(w)
                j -= 1
                continue
            break
        return aux, j

    def _use(
        self, tokens: list[tuple[int, int, str]], i: int, v: int, aux: set[str], uses: frozenset[str], refs: list[Ref]
    ) -> str | None:
        """How the anchor verb is used here, or None where it is no finite verb (noun, gerund, bare infinitive)."""
        before = tokens[v - 1][2] if v else ""
        direct = tokens[i - 1][2] if i else ""
        if ING in uses:
            return ING if aux & _BE else None
        if BASE in uses:
            if direct in _DETERMINERS or (v == i and before in _PREPOSITIONS):
                return None
            if "to" in aux:
                return BASE if aux & _FUTURE or (aux & _BE and direct == "to") else None
            if aux & {
                "will",
                "would",
                "shall",
                "could",
                "may",
                "might",
                "can",
                "must",
                "should",
                "did",
                "do",
                "does",
                "'ll",
            }:
                return BASE
            if aux & _BE:
                return None  # "is back"
            if not (PAST in uses or PARTICIPLE in uses):
                # a present plural ("The parties welcome") needs a party right before it; else it may be a noun
                at = tokens[v][0]
                return BASE if any(not r.weak and 0 <= at - r.end <= 2 for r in refs) else None
        if PAST in uses or PARTICIPLE in uses:
            bare = not aux & (_BE | _HAVE | _FUTURE | _MODAL)
            if direct in _DETERMINERS or (
                bare and (before in _DETERMINERS or before in ("of", "with", "by", "to", "as", "for"))
            ):
                return None  # "the previously reached agreements"
            if aux & _BE:
                return PARTICIPLE
            nxt = tokens[i + 1][2] if i + 1 < len(tokens) else ""
            if PARTICIPLE in uses and nxt == "by" and not aux & _HAVE:
                return None  # "assistance provided by ..." tells whose, not that it was given now
            return PAST
        if direct in _DETERMINERS or "to" in aux:
            return None
        # "visits", "permits", "talks": a verb only right after a party, a pronoun or another verb's "and"
        at = tokens[v][0]
        return (
            S
            if before in ("who", "which", "that", "he", "she", "it")
            or any(not r.weak and 0 <= at - r.end <= 2 for r in refs)
            else None
        )

    def _clause(self, s: Sentence, at: int) -> tuple[int, str]:
        """Where the clause that holds position `at` begins, and the word that opens it."""
        start, word = s.start, ""
        for _a, b, opener in self.marks.clauses:
            if b > at:
                break
            start, word = b, opener
        return start, word

    def _subject(self, s: Sentence, refs: list[Ref], v: int) -> tuple[list[Party], bool]:
        """(parties that are the subject of the verb group at v, whether the words themselves name one)."""
        clause, opener = self._clause(s, v)
        here = [k for k, r in enumerate(refs) if r.start >= clause and r.end <= v + 1 and not r.place]
        if here:
            cut = [b for a, b in self.marks.speech if clause <= a and b <= v]
            later = [k for k in here if cut and refs[k].start >= cut[-1]]
            here = later or here
        lead = self.text[clause:v]
        joined = lead.rstrip()[-1:] == "," or lead[-12:].split()[-1:] in (["and"], ["but"], ["or"], ["then"])
        fit = [
            k
            for k in here
            if not refs[k].weak and refs[k].parties and not refs[k].possessive and self._subjectlike(s, refs[k])
        ]
        # "on the visit of the president the Parties adopted": what an "of" leads is the subject where nothing else is
        strong = next((k for k in fit if not self._led_by_of(s, refs[k])), fit[0] if fit else None)
        if joined and opener in _RELATIVE and strong is not None and self.text[clause:v].count(",") > 0:
            # "which X did, ..., and called for": the verb goes on with the main clause's subject
            main = self._first_subject(s, refs, v)
            strong = main if main is not None else strong
        if strong is not None:
            return self._group(refs, strong, v + 1), True
        if not lead.strip(' ,"') and opener in ("which", "who", "that") or opener in ("whose",):
            before = [r for r in refs if r.end <= clause and not r.weak and r.parties]
            if before and clause - before[-1].end < 25:
                return before[-1].parties, True
        if joined or not lead.strip(' ,"-'):
            first = self._first_subject(s, refs, v)
            if first is not None:
                return self._group(refs, first, v + 1), True
        return [], False

    def _first_subject(self, s: Sentence, refs: list[Ref], v: int) -> int | None:
        """The first reference of the sentence that can be the subject of the verb at v."""
        return next(
            (
                k
                for k, r in enumerate(refs)
                if r.end <= v and not r.place and not r.weak and r.parties and self._subjectlike(s, r)
            ),
            None,
        )

    def _objects(
        self, s: Sentence, refs: list[Ref], start: int, stop: int, not_ids: set[str]
    ) -> tuple[list[Party], str]:
        """(first group of parties after a trigger, the preposition before it)."""
        end = stop
        for a, _b, opener in self.marks.clauses:
            if start <= a < stop and opener not in ("that", ""):
                end = a
                break
        after = [k for k, r in enumerate(refs) if start <= r.start < end and r.parties]
        for weak in (False, True):
            for k in after:
                r = refs[k]
                if r.weak != weak or r.place or all(p.id in not_ids for p in r.parties):
                    continue
                words_ = self.text[start : r.start].split()
                while words_ and words_[-1].lower() in ("the", "a", "an", "its"):
                    words_.pop()
                preposition = words_[-1].lower() if words_ and words_[-1].lower() in _PREPOSITIONS else ""
                group = [p for p in (self._group(refs, k) if not weak else r.parties) if p.id not in not_ids]
                return group, preposition
        return [], ""

    def _by(self, refs: list[Ref], start: int, stop: int) -> list[Party]:
        """The agent of a passive: the group after "by"."""
        for k, r in enumerate(refs):
            if (
                start <= r.start < stop
                and r.parties
                and re.search(r"\bby\s+(?:the\s+)?(?:[\w-]+\s+){0,2}$", self.text[max(start, r.start - 40) : r.start])
            ):
                return self._group(refs, k)
        return []

    def _act(
        self, s: Sentence, refs: list[Ref], f: tuple[int, int, int, Rule, frozenset[str], set[str], int], nxt: int
    ) -> Act | None:
        start, end, vstart, rule, use, aux, _ = f
        text = self.text
        clause, opener = self._clause(s, vstart)
        goes_on = opener in ("before", "until", "because") and text[:vstart].rstrip().endswith((" and", " but"))
        if (opener in _NO_ACT_AFTER and not goes_on) or any(a <= vstart < b for a, b in self.marks.conditions):
            self.reason = "it stands in a condition, a question or a time"
            return None
        passive = PARTICIPLE in use and bool(aux & _BE)
        flags = set(rule.flags) - {"pair"}
        event_type = rule.event_type
        confidence = 0.8
        stop = nxt if nxt > end else s.end
        lead = text[max(s.start, vstart - 60) : vstart]
        if (
            "not" in aux
            or "never" in aux
            or (rule.frame == "doc" and re.search(r"\bnot\b", text[start:end]))
            or _NO_DOCUMENT.search(lead)
        ):
            flags.add("negation")
        future, modal = bool(aux & _FUTURE or ("to" in aux and aux & _BE)), bool(aux & _MODAL)
        if ("would" in aux and "have" in aux) or "had" in aux and "to" in aux:
            self.reason = "it did not happen (would have, had to)"
            return None
        if future or modal:
            changed = self._future(event_type, "negation" in flags, modal)
            if changed is None:
                self.reason = "what is to come of it is no act"
                return None
            event_type, add = changed
            flags |= add
            if event_type == "REJECT":
                flags.discard("negation")
        condition = self._condition(s, vstart, end)
        if condition and (flags & {"future"} or event_type == "THREATEN"):
            flags.add("hypothetical")
        subject, told = self._subject(s, refs, vstart)
        parties = self._frame(s, refs, rule, start, end, stop, passive, subject, told)
        if parties is None:
            self.reason = f"the words around it name nobody who could act (frame {rule.frame})"
            return None
        acting, receiving, weaker = parties
        if weaker and event_type == "REQUEST" and any(p.sector == "LEG" for p in subject):
            self.reason = "a parliament's proposal at home"  # "the parliament proposed a prime minister"
            return None
        if weaker:
            confidence -= 0.2
        if receiving and set(_ids(acting)) == set(_ids(receiving)):
            # an office-holder taken to be at home speaks to home: he is the other side's
            acting = self._strangers(subject) or self._other(receiving)
        if event_type == "AID" and not receiving and self.home and self.home.id not in _ids(acting):
            receiving = [self.home]
        if not acting or (event_type == "AID" and not receiving):
            self.reason = "no party acts" if not acting else "nobody receives"
            return None
        if event_type == "CONSULT" and re.match(r"\s+(?:\w+\s+){0,3}?possibilit", text[end : end + 40]):
            flags.add("hypothetical")
        if rule.frame == "undertaken" and text[start : start + 5].lower() == "shall" and not condition:
            flags.discard("future")  # the language of what has been agreed
        if self._historical(aux, flags):
            flags.add("historical")
        scope_start, scope_end = (clause if passive or rule.frame in ("doc", "around", "undertaken") else start), stop
        act = Act(
            rule,
            event_type,
            min(vstart, start),
            end,
            scope_start,
            scope_end,
            s,
            acting,
            receiving,
            flags,
            [],
            round(confidence, 2),
            condition,
            passive,
        )
        if not self.pair:
            last = self.doc.acts[-1] if self.doc.acts else None
            act.topics = choose(self.doc.matter.features(act, scope_start, scope_end, last), "act")
        return act

    @staticmethod
    def _future(event_type: str, negated: bool, modal: bool) -> tuple[str, set[str]] | None:
        """What an act becomes when it is still to come."""
        add = {"future"} | ({"hypothetical"} if modal else set())
        if event_type in _COOPERATIVE_DEEDS:
            return ("REJECT", set()) if negated and not modal else ("AGREE", add)
        if event_type in _HOSTILE_DEEDS:
            return ("AGREE", {"future"}) if negated else ("THREATEN", set())
        if event_type == "AGREE":
            return "AGREE", add
        return event_type, add

    def _condition(self, s: Sentence, start: int, end: int) -> tuple[int, int] | None:
        """The words of the condition that an act in this sentence stands under, as offsets."""
        return next(((a, b) for a, b in self.marks.conditions if a >= end or b <= start or a == s.start), None)

    def _historical(self, aux: set[str], flags: set[str]) -> bool:
        if "future" in flags:
            return False
        if "previously" in aux or self.marks.past_words:
            return True
        return any("had" in aux or led for _at, led in self.marks.past)

    def _frame(
        self,
        s: Sentence,
        refs: list[Ref],
        rule: Rule,
        start: int,
        end: int,
        stop: int,
        passive: bool,
        subject: list[Party],
        told: bool,
    ) -> tuple[list[Party], list[Party], bool] | None:
        """(actors, recipients, whether context had to help); None where the words name nobody who could act."""
        ids = set(_ids(subject))
        anchor_end = start + len(re.match(r"\S+", self.text[start:])[0])  # type: ignore[index]
        objects, preposition = self._objects(s, refs, anchor_end, stop, ids)
        frame = rule.frame
        if frame == "doc":
            group = self._by(refs, end, s.end) or self._between(refs, s.start, s.end)
            if not group:
                here = _unique([p for r in refs if not r.place and not r.weak for p in r.parties])
                group = here if len(_ids(here)) >= 2 else self.doc.principals
                return (group, [], True) if len(_ids(group)) >= 2 else None
            group = _unique([*group, *self._other(group)])
            return group, [], False
        if frame == "around":
            here = _unique([p for r in refs if not r.weak and not r.place for p in r.parties])
            if rule.event_type in ("CONSULT", "COOPERATE"):
                if len(_ids(here)) < 2:
                    here = _unique([*here, *self._other(here)])
                if len(_ids(here)) < 2 and rule.event_type == "COOPERATE" and len(self.doc.principals) == 2:
                    here = self.doc.principals  # "flights were resumed": between whom the text is about
                return (here, [], True) if len(_ids(here)) >= 2 else None
            return (here[:1], here[1:2], True) if here else None
        if frame == "attention":
            named = [r for r in refs if start <= r.start < end and r.parties and not r.weak]
            if not named:
                return None
            return self._other(named[0].parties) or self.last_subject, named[0].parties, True
        if frame == "need":
            first = [
                k
                for k, r in enumerate(refs)
                if r.end <= start and r.parties and not r.weak and not r.place and self._subjectlike(s, r)
            ]
            who = self._group(refs, first[0]) if first else self.last_subject
            if len(_ids(who)) != 1:
                return None
            return who, self._other(who), True
        if frame == "undertaken":
            return self._undertaken(s, refs, start, end)
        if frame == "told":
            # indirect speech: "he said that the permit would be issued"
            if not any(a < start for a, _ in self.marks.speech) and not re.search(
                r"\b(?:promis|pledg|assur|repl|answer|vow|announc|confirm|agree)\w*\b", self.text[s.start : start]
            ):
                return None
            if rule.id.endswith("_done"):
                return self._undertaken(s, refs, start, end)
            return (subject, self._other(subject), True) if subject else None
        if frame == "freed":
            return self._done_to(s, refs, start, end, stop)
        if frame == "given":
            return self._given(s, refs, start, end)
        if frame == "received":
            giver = self._from(refs, start, s.end) or self._only_other(s, refs, subject, "AID")
            giver = giver or ([self.last_bank] if self.last_bank else self._other(subject))
            return (giver, subject, True) if subject and giver else None
        if frame == "builtwith":
            return self._built_with(s, refs, start, end, subject)
        if frame == "with":
            partner = [k for k, r in enumerate(refs) if 0 <= r.start - end <= 30 and r.parties and not r.weak]
            if not partner:
                return None
            group = self._group(refs, partner[0])
            others = subject if subject and set(_ids(subject)) - set(_ids(group)) else self._other(group)
            both = _unique([*others, *group])
            return (both, [], True) if len(_ids(both)) >= 2 else None
        if frame in ("call", "host"):
            partner = [
                k
                for k, r in enumerate(refs)
                if -12 <= r.start - end <= 25 and r.end > end - 2 and r.parties and not r.place
            ]
            group = self._group(refs, partner[0]) if partner else []
            both = _unique([*subject, *group])
            return (both, [], False) if subject and len(_ids(both)) >= 2 else None
        if frame == "aroundvisit":
            here = _unique([p for r in refs if r.start >= s.start and not r.place for p in r.parties])
            if len(_ids(here)) < 2:
                here = _unique([*here, *[p for r in refs for p in r.parties], *self._other(here)])
            return (here[:2], [], True) if len(_ids(here)) >= 2 else None
        if frame == "together":
            return (subject, [], False) if len(_ids(subject)) >= 2 else None
        if frame == "aroundmeeting":
            here = _unique([p for r in refs if not r.weak and not r.place and r.end <= start for p in r.parties])
            return (here, [], True) if len(_ids(here)) >= 2 else None
        if frame == "participle":
            who = subject or next(
                (r.parties for r in refs if r.end <= start and not r.weak and not r.place and r.parties), []
            )
            target = objects or self._other(who)
            return (who, target, not objects) if who and target else None
        if frame == "expects":
            near = [r for r in refs if 0 <= r.start - (start + 6) <= 14 and r.parties and not r.weak]
            if not near or not subject or _ids(near[0].parties) == _ids(subject):
                return None
            return subject, near[0].parties, False
        if frame == "handed":
            to = subject or [p for r in refs if r.end <= start and not r.place for p in r.parties][:1]
            agent = self._by(refs, end, s.end) or self._other(to)
            return (agent, to, True) if agent and to else None
        if frame == "demo":
            weak = [r for r in refs if r.parties and r.start >= end and (not r.place or r.headed)]
            target = weak[0].parties if weak else []
            who = [
                p for p in (subject or ([self.home] if self.home else [])) if p.id not in _ids(target)
            ] or self._other(target)
            return (who, target, True) if who and target else None
        if frame == "fire":
            each = re.match(r"\s+(?:one\s+another|each\s+other)", self.text[end : end + 16])
            if each:
                group = subject if len(_ids(subject)) >= 2 else self.doc.principals
                return (group, [], True) if len(_ids(group)) >= 2 else None
            if not subject:
                return None
            return subject, objects or self._other(subject), not objects
        if frame == "none":
            return None
        if passive:
            agent = self._by(refs, end, stop) or self._by(refs, anchor_end, stop)
            if frame in ("mutual", "meet", "agree", "visit", "mutual_obj"):
                group = _unique([*agent, *subject]) or self._between(refs, s.start, s.end) or self.doc.principals
                return (group, [], not agent) if len(_ids(group)) >= 2 else None
            to, _prep = self._objects(s, refs, end, stop, set(_ids(agent)))
            target = subject or to
            if not agent:
                owners = [r for r in refs if r.weak and r.end <= start and r.parties]
                agent = (
                    owners[0].parties
                    if owners and frame == "direct" and rule.event_type == "AID"
                    else self._other(target)
                )
            if not agent and not told:
                return None
            target = target or self._only_other(s, refs, agent, rule.event_type)
            return agent, [p for p in target if p.id not in _ids(agent)], True
        if not subject:
            return None
        if frame == "reverse":
            giver = self._from(refs, start, stop) or objects or self._other(subject)
            return (giver, subject, False) if giver else None
        if frame in ("mutual", "meet", "visit", "mutual_obj"):
            if frame == "mutual_obj" and not re.search(
                r"\b(?:agreement|treaty|memorand|protocol|declaration|contract|deal|document|plan|pact)",
                self.text[end : min(stop, end + 80)],
                re.I,
            ):
                return None
            group = subject
            weaker = False
            if len(subject) == 1 and objects == [] and frame == "meet":
                same = [
                    r
                    for r in refs
                    if r.start >= end and r.end <= stop and _ids(r.parties) == _ids(subject) and not r.place
                ]
                stranger = self._strangers(subject) if same and self._named_alike(same[0], subject[0]) else []
                if stranger:
                    return _unique([*stranger, *same[0].parties]), [], True
            if len(_ids(group)) < 2:
                if rule.id == "consult.visit" and not objects:
                    objects = self._place(refs, start, stop, ids)
                    if not objects:
                        return None  # "the ministers visited the depot"
                if frame == "visit":
                    objects = objects or self._place(refs, start, stop, ids)
                group = _unique([*subject, *objects])
            if len(_ids(group)) < 2:
                other = self._other(subject)
                group, weaker = _unique([*subject, *other]), True
            if len(_ids(group)) == 1 and rule.event_type == "CONSULT" and group[0].kind == "organisation":
                return group, [], False  # "the ministers of the Union met"
            if rule.event_type in ("ASSAULT",):
                return subject[:1], [p for p in group if p.id not in _ids(subject[:1])], weaker
            return (group, [], weaker) if len(_ids(group)) >= 2 else None
        if frame in ("agree", "ready"):
            if len(_ids(subject)) >= 2:
                return subject, [], False
            if preposition == "with" and "future" not in rule.flags:
                return _unique([*subject, *objects]), [], False
            if objects:
                return subject, objects, False
            return subject, self._other(subject) or self._only_other(s, refs, subject, "AGREE"), True
        if frame == "ask":
            near = [r for r in refs if start <= r.start <= end + 6 and r.parties and not r.weak]
            if not near:
                return None
            return subject, near[0].parties, False
        if objects:
            return subject, objects, False
        return subject, self._other(subject) or self._only_other(s, refs, subject, rule.event_type), True

    def _done_to(
        self, s: Sentence, refs: list[Ref], start: int, end: int, stop: int
    ) -> tuple[list[Party], list[Party], bool] | None:
        """ "Three Danish sailors were released": whose they are is the recipient, the other side did it."""
        agent = self._by(refs, end, stop)
        before = [r for r in refs if r.end <= start and r.parties and not r.place]
        target = before[-1].parties if before else []
        if not target and agent:
            target = self._other(agent)
        if not target:
            # "Two persons were released": the host state acts, where two states are spoken of
            if not self.home or len(self.doc.principals) != 2:
                return None
            last = self.doc.acts[-1] if self.doc.acts else None
            if last is None or len(_ids(last.actors)) != 1 or len(_ids(last.recipients)) != 1:
                return None
            if last.event_type in ("COERCE", "REJECT", "AGREE"):
                return last.actors, last.recipients, True
            return last.recipients, last.actors, True
        agent = [p for p in agent or self._other(target) if p.id not in _ids(target)]
        return (agent, target, True) if agent else None

    def _given(
        self, s: Sentence, refs: list[Ref], start: int, end: int
    ) -> tuple[list[Party], list[Party], bool] | None:
        """ "Danish doctors arrived in Kenya", "the tranche was paid": from whom, or whose, and to the other."""
        named = [r for r in refs if r.parties and r.start <= end + 60]
        giver = self._from(refs, s.start, s.end) or self._by(refs, end, s.end)
        giver = giver or next((r.parties for r in named if r.end <= end and (r.weak or r.headed)), [])
        ids = set(_ids(giver))
        to = next((r.parties for r in named if r.start >= end and not r.weak and not set(_ids(r.parties)) & ids), [])
        to = to or self._other(giver)
        last = self.doc.acts[-1] if self.doc.acts else None
        if not giver and last and last.event_type == "AID":
            giver, to = last.actors, last.recipients
        return (giver, to, True) if giver and to else None

    def _built_with(
        self, s: Sentence, refs: list[Ref], start: int, end: int, subject: list[Party]
    ) -> tuple[list[Party], list[Party], bool] | None:
        """ "The line was built with a soft loan from the Danish bank": the lender gives, who is spoken of receives."""
        giver = self._from(refs, start, s.end) or self._by(refs, start, s.end)
        giver = giver or next((r.parties for r in refs if r.start >= start and r.parties and (r.weak or r.headed)), [])
        if not giver:
            return None
        to = [p for p in (subject or self.last_subject or self._other(giver)) if p.id not in _ids(giver)]
        return (giver, to, True) if to else None

    @staticmethod
    def _named_alike(r: Ref, p: Party) -> bool:
        """Whether a reference is somebody else of the same state: "Ambassador A met the minister of Denmark, B"."""
        return bool(r.headed and not r.coref and r.parties and r.parties[0].name != p.name)

    def _only_other(self, s: Sentence, refs: list[Ref], subject: list[Party], event_type: str) -> list[Party]:
        """The one other party that the sentence names, if there is just one; for aid also the place it goes to."""
        ids = set(_ids(subject))
        for place in (False, True) if event_type in ("AID", "AGREE") else (False,):
            others = _unique(
                [
                    p
                    for r in refs
                    if (not r.weak or r.headed) and (place or not r.place)
                    for p in r.parties
                    if p.id not in ids
                ]
            )
            if len(others) == 1 and others[0].kind == "state":
                return others
        return []

    def _undertaken(
        self, s: Sentence, refs: list[Ref], start: int, end: int
    ) -> tuple[list[Party], list[Party], bool] | None:
        """Who binds himself in "X will be done": the agent, who says so, the giver of what it adds to, or both."""
        agent = self._by(refs, end, s.end)
        if agent:
            return agent, self._other(agent), False
        if self.doc.acts and re.search(r"\b(?:further|additional|another|more)\b", self.text[s.start : start], re.I):
            last = self.doc.acts[-1]
            if last.event_type == "AID":
                return last.actors, last.recipients, True
        for a, b in self.marks.speech:
            near = [
                k
                for k, r in enumerate(refs)
                if r.parties and not r.weak and not r.place and (0 <= a - r.end <= 12 or 0 <= r.start - b <= 5)
            ]
            if near:
                who = self._group(refs, near[0])
                return who, self._other(who), True
        named = [k for k, r in enumerate(refs) if r.end <= start and r.parties and r.coref == "both"]
        if named or re.match(r"(?:shall|will not|shall not)\b", self.text[start:], re.I) or self.last_told == "both":
            return (self.doc.principals, [], True) if len(self.doc.principals) == 2 else None
        return None

    def _between(self, refs: list[Ref], start: int, stop: int) -> list[Party]:
        for k, r in enumerate(refs):
            if (
                start <= r.start < stop
                and r.parties
                and re.search(r"\bbetween\s+(?:the\s+)?$", self.text[max(start, r.start - 14) : r.start])
            ):
                group = self._group(refs, k)
                if len(_ids(group)) >= 2:
                    return group
        return []

    def _from(self, refs: list[Ref], start: int, stop: int) -> list[Party]:
        for k, r in enumerate(refs):
            if (
                start <= r.start < stop
                and r.parties
                and re.search(r"\bfrom\s+(?:the\s+)?(?:[\w-]+\s+)?$", self.text[max(start, r.start - 30) : r.start])
            ):
                return self._group(refs, k)
        return []

    def _place(self, refs: list[Ref], start: int, stop: int, not_ids: set[str]) -> list[Party]:
        for r in refs:
            if start <= r.start < stop and r.parties and not all(p.id in not_ids for p in r.parties):
                return r.parties
        return []


def merge(acts: list[Act]) -> list[Act]:
    """One event per type, actors, recipients and flags: the first telling, with the topics of all."""
    kept: dict[tuple[object, ...], Act] = {}
    for a in acts:
        if a.absorbed:
            continue
        key = (a.event_type, frozenset(_ids(a.actors)), frozenset(_ids(a.recipients)), frozenset(a.flags))
        first = kept.get(key)
        if first is None:
            kept[key] = a
        else:
            first.topics = [t for t in dict.fromkeys([*first.topics, *a.topics]) if t != "other"] or ["other"]
            first.confidence = max(first.confidence, a.confidence)
    return list(kept.values())


def _absorb(acts: list[Act]) -> None:
    """A pledge and, in the next sentence, its signing are one AGREE, that of the signing; the pledge is its content."""
    for last, a in pairwise(acts):
        if a.rule.id != "agree.signed_doc" or "negation" in a.flags or a.sentence.no - last.sentence.no != 1:
            continue
        pledge = last.event_type == "AGREE" and "future" in last.flags and not last.flags & {"negation", "hypothetical"}
        if pledge and set(_ids(last.actors)) <= set(_ids(a.actors)):
            last.absorbed = True
            a.actors = _unique([*a.actors, *last.recipients])
            topics_ = [*last.topics, *(t for t in a.topics if not t.startswith("diplomacy."))]
            a.topics = [t for t in dict.fromkeys(topics_) if t != "other"] or a.topics


_WORDS = re.compile(r"[a-z]+(?:-[a-z]+)*")


@cache
def _sport() -> frozenset[str]:
    return frozenset(r["word"].removesuffix("s") for r in table("sport_words"))


_STATE_WORDS = re.compile(
    r"\b(?:minist(?:er|ry|ers|ries)|presidents?|government|ambassador|embassy|parliament|treaty|agreement|diplomatic|bilateral|delegation|"
    r"foreign|prime|loan|sanctions|negotiations|troops|police|court)\b",
    re.IGNORECASE,
)


def is_sport(text: str) -> bool:
    """Whether a text reports sport: there "Georgia" beats "Jordan" without any state acting."""
    head = text[:20_000]
    found = _sport() & {w.removesuffix("s") for w in _WORDS.findall(head.lower())}
    return len(found) >= 4 and len(found) > 2 * len({m[0].lower() for m in _STATE_WORDS.finditer(head)})


def speaker(doc: Document) -> str | None:
    """Who asserts the statement as a whole: the party whose ministry or press service is given as the source."""
    for m in doc.mentions:
        if m.weak or m.place:
            continue
        after = doc.text[m.np_end : m.np_end + 40]
        if re.match(r"(?:'s)?[\s,]*(?:\w+\s+){0,2}(?:reported|said|noted|informed|announced|stressed)\b", after):
            return m.id
    return None


def between(
    text: str, source: tuple[int, int] | None, target: tuple[int, int] | None
) -> tuple[list[Act], list[tuple[int, int, Rule]]]:
    """(acts, triggers without a subject of their own) of one sentence, read with two phrases standing for its parties.

    `source` and `target` are offsets [start, end) into `text`, None where a phrase is not in it. Whether or not the
    gazetteer knows the phrases, the acts name them as the parties SOURCE and TARGET, and name nobody else.
    """
    mentions = [
        Mention(at[0], at[1], name, "state", "name", at[0], at[1], "GOV")
        for at, name in ((source, "SOURCE"), (target, "TARGET"))
        if at
    ]
    mentions.sort(key=lambda m: m.start)
    doc = Document(text, None, [Sentence(0, 0, len(text), False)], mentions, topics.hits(text), [], [])
    reader = _Reader(doc, actors.gazetteer(), pair=True)
    reader.run()
    return doc.acts, reader.loose
