"""The statement coder: raw text -> parties, events, topics and commitments, each with the words that say so.

`code(text, date)` is all that a caller needs; CODEBOOK.md defines every field. Pure functions: no clock, no network,
the same text gives the same result. Every offset is [start, end) into the text as given.

    text.py         normalisation with a map to the raw text, sentences, boilerplate, language
    actors.py       names -> states, organisations, persons (gazetteer over the reference seeds)
    agents.py       office-holders and bodies that are named without their state
    rules.py        lexicon/rules.csv -> compiled triggers
    events.py       triggers + parties + auxiliaries -> acts
    topics.py, money.py, dates.py    phrases, sums, deadlines
    matter.py       what an act is about, weighed by two learnt models
    commitments.py  acts -> commitments
    stories.py      near-duplicate texts -> one story
    event_type.py, project.py, actor.py    the small tasks: one sentence, one aid project, one phrase
    explain.py      why a text is coded as it is
    learn.py        the learnt weights, from lexicon/*_sentences.csv and labels/
    plugin.py       a coder of the user's own
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date as Date

from ingest.coding import commitments as _commitments
from ingest.coding import dates as _dates
from ingest.coding import events as _events
from ingest.coding.actors import Party
from ingest.coding.money import Number
from ingest.coding.rules import rules as _rules
from ingest.coding.stories import Stories, signature, similarity, stories
from ingest.coding.text import Normalised, language, normalise

CODER_VERSION = "2.0.0"

__all__ = [
    "CODER_VERSION",
    "Coded",
    "Commitment",
    "Event",
    "Open",
    "Party",
    "Stories",
    "code",
    "signature",
    "similarity",
    "stories",
]


@dataclass(frozen=True, slots=True)
class Event:
    """One coded event. `quad_class` is 1 to 4, `event_scale` -10 to 10 (CODEBOOK section 1), `confidence` 0 to 1."""

    event_type: str
    quad_class: int
    event_scale: float
    actors: list[Party]
    recipients: list[Party]
    future: bool
    hypothetical: bool
    negation: bool
    historical: bool
    topics: list[str]
    trigger_start: int
    trigger_end: int
    trigger: str
    sentence_no: int
    sentence_start: int
    sentence_end: int
    rule_id: str
    confidence: float
    speaker: str | None


@dataclass(frozen=True, slots=True)
class Commitment:
    """One commitment (CODEBOOK section 3). Amounts are in units of `currency` (ISO 4217), never in millions.

    `conditional` is the text of the condition or None; `deadline` is YYYY, YYYY-MM or YYYY-MM-DD as said, or None;
    `frequency` is "4 per week" (of a rise the new rate) or None.
    """

    committed_by: list[str]
    beneficiary: list[str]
    kind: str
    topic: str
    direction: str
    amount_min: Number | None
    amount_max: Number | None
    currency: str | None
    instrument: str
    concessional: bool | None
    stage: str
    conditional: str | None
    deadline: str | None
    span_start: int
    span_end: int
    evidence: str
    sentence_no: int
    sentence_start: int
    sentence_end: int
    rule_id: str
    confidence: float
    frequency: str | None = None


@dataclass(frozen=True, slots=True)
class Open:
    """Words [start, end) that name a party, but do not settle which, and why: "Korea", "Congo", a namesake."""

    start: int
    end: int
    text: str
    reason: str


@dataclass(frozen=True, slots=True)
class Coded:
    """What one text holds. `no_events_reason` says why nothing was looked for, where that is so; `unresolved` are the
    names that were left open."""

    language: str | None
    countries: list[str]
    events: list[Event]
    commitments: list[Commitment]
    speaker: str | None
    no_events_reason: str | None = None
    unresolved: tuple[Open, ...] = ()


def code(text: str, date: Date | None, *, outlet: str | None = None) -> Coded:
    """Code one statement.

    `date` is the statement's own date, needed to read "next week" and to tell background; `outlet` is who published it
    (kept for coders that weigh outlets; the rules do not). Unknown is None or empty. Never raises on any text.
    """
    norm = normalise(text)
    spoken = language(norm.text)
    doc = _events.read(norm.text, date)
    countries = sorted(
        {m.id for m in doc.mentions if not m.weak and not (m.place and (m.form == "capital" or m.kind != "state"))}
    )
    left = tuple(Open(*norm.span(u.start, u.end), u.text, u.reason) for u in doc.unresolved)
    reason = None
    if spoken not in ("en", None):
        reason = "language"
    elif _events.is_sport(norm.text):
        reason, countries = "sport", []
    if reason:
        return Coded(spoken, countries, [], [], None, reason, left)
    promises = _commitments.find(doc)
    source = _events.speaker(doc)
    return Coded(
        spoken,
        countries,
        [_event(norm, text, a, source) for a in _events.merge(doc.acts)],
        [_commitment(norm, text, p) for p in promises],
        source,
        unresolved=left,
    )


def _party(norm: Normalised, p: Party) -> Party:
    if p.span_start is None or p.span_end is None:
        return p
    start, end = norm.span(p.span_start, p.span_end)
    return replace(p, span_start=start, span_end=end)


def _event(norm: Normalised, raw: str, a: _events.Act, source: str | None) -> Event:
    _, types = _rules()
    _, quad, scale = types[a.event_type]
    start, end = norm.span(a.start, a.end)
    s_start, s_end = norm.span(a.sentence.start, a.sentence.end)
    return Event(
        a.event_type,
        quad,
        scale,
        [_party(norm, p) for p in a.actors],
        [_party(norm, p) for p in a.recipients],
        "future" in a.flags,
        "hypothetical" in a.flags,
        "negation" in a.flags,
        "historical" in a.flags,
        a.topics,
        start,
        end,
        raw[start:end],
        a.sentence.no,
        s_start,
        s_end,
        a.rule.id,
        a.confidence,
        a.speaker or source,
    )


def _commitment(norm: Normalised, raw: str, p: _commitments.Promise) -> Commitment:
    start, end = norm.span(p.start, p.end)
    s_start, s_end = norm.span(p.act.sentence.start, p.act.sentence.end)
    condition = None
    if p.condition:
        a, b = norm.span(*p.condition)
        condition = raw[a:b].strip()
    return Commitment(
        p.committed_by,
        p.beneficiary,
        p.kind,
        p.topic,
        p.direction,
        p.amount_min,
        p.amount_max,
        p.currency,
        p.instrument,
        p.concessional,
        p.stage,
        condition,
        p.deadline,
        start,
        end,
        raw[start:end],
        p.act.sentence.no,
        s_start,
        s_end,
        p.rule_id,
        p.confidence,
        next((f"{n} per {unit}" for *_, n, unit in reversed(_dates.frequencies(norm.text[p.start : p.end]))), None),
    )
