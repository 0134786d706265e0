"""Coders beside the rules: how a user plugs in one of their own, and what its answers must be.

    ENTENTE_CODER=package.module:factory

names a callable without arguments that makes a `Coder`. None is set by default, and none is called then. Its codings
stand beside those of the rules, under its own name; the marts take them where the dbt variable `coder` names it. What
it says of itself in `describe` (the call, the prompt or the weights' name) stands in the receipt of every coding.

An answer that breaks the codebook loses that statement alone, which is quarantined with the reason. A coder that waits
for something (a hosted model that is busy) raises `ingest.errors.TryAgain`, and nothing is noted until it answers.
"""

from __future__ import annotations

import importlib
import json
import math
import re
from collections.abc import Sequence
from datetime import date as Date
from functools import cache
from typing import Any, Protocol

from ingest import coding, settings
from ingest.coding.tables import seed, table
from ingest.errors import EntenteError, TryAgain

KINDS = ("financial", "action")
DIRECTIONS = ("increase", "decrease", "start", "stop", "maintain")
STAGES = ("proposed", "pledged", "agreed", "delivered")
RULES = "rules"
_NAME = re.compile(r"[a-z][a-z0-9_]{0,39}")
_VERSION = re.compile(r"[0-9]+(\.[0-9]+){0,3}")
_FLAGS = ("future", "hypothetical", "negation", "historical")


class Coder(Protocol):
    """What codes a statement. `name` is lower_case, `version` numbers with dots: versions are compared by them."""

    name: str
    version: str

    def describe(self) -> dict[str, Any]:
        """What a reader needs to know to judge or repeat it: the call, the prompt or the weights' name; plain JSON."""

    def code(self, text: str, date: Date | None, *, outlet: str | None = None) -> coding.Coded:
        """Code one statement, as `ingest.coding.code` does; every span is [start, end) into `text`."""


class Rules:
    """The coder that this project ships."""

    name, version = RULES, coding.CODER_VERSION

    def describe(self) -> dict[str, Any]:
        return {"call": "ingest.coding.code", "rules": "ingest/coding/lexicon"}

    def code(self, text: str, date: Date | None, *, outlet: str | None = None) -> coding.Coded:
        return coding.code(text, date, outlet=outlet)


def plugged() -> Coder | None:
    """The user's coder, or None where none is set; raises EntenteError where it can't be made."""
    named = settings.plugged_coder()
    if not named:
        return None
    mend = "set ENTENTE_CODER to package.module:factory, with the package on PYTHONPATH, or unset it"
    try:
        module, _, factory = named.partition(":")
        coder: Coder = getattr(importlib.import_module(module), factory)()
        said = json.loads(json.dumps(coder.describe()))
        name, version = coder.name, coder.version
    except Exception as error:  # whatever a user's code may raise
        raise EntenteError(f"the coder {named} can't be made: {type(error).__name__}: {error}", mend=mend) from error
    if not _NAME.fullmatch(str(name)) or name == RULES:
        raise EntenteError(f"a coder named {name!r}", mend=f"name it in lower_case letters, and not {RULES!r}")
    if not _VERSION.fullmatch(str(version)):
        raise EntenteError(f"coder {name}: version {version!r}", mend="number its versions: 1.0, 1.1, 1.10")
    if not isinstance(said, dict) or not said:
        raise EntenteError(f"coder {name} describes nothing", mend="describe(): the call, the prompt or the weights")
    return coder


def ask(coder: Coder, text: str, date: Date, outlet: str | None) -> tuple[coding.Coded, str]:
    """The answer, and why it can't be used; where it can't, the answer is empty. Raises TryAgain as the coder does."""
    try:
        coded = coder.code(text, date, outlet=outlet)
        problem = wrong_in(coded, text)
    except TryAgain:
        raise
    except Exception as error:  # whatever a user's code may raise
        problem = f"its call failed: {type(error).__name__}: {str(error)[:200]}"
    return (coding.Coded(None, [], [], [], None), problem) if problem else (coded, "")


def wrong_in(coded: coding.Coded, text: str) -> str:
    """What the codebook does not allow in an answer; empty where all is well."""
    if not isinstance(coded, coding.Coded):
        return f"its answer is a {type(coded).__name__} and no Coded"
    for number, event in enumerate(coded.events):
        if wrong := _wrong_event(event, text):
            return f"event {number}: {wrong}"
    for number, given in enumerate(coded.commitments):
        if wrong := _wrong_commitment(given, text):
            return f"commitment {number}: {wrong}"
    keys = [(e.event_type, _ids(e.actors), _ids(e.recipients), *(getattr(e, flag) for flag in _FLAGS), e.trigger_start,
             e.trigger_end) for e in coded.events]  # fmt: skip
    promises = [(sorted(set(c.committed_by)), sorted(set(c.beneficiary)), c.topic, c.stage, c.amount_max, c.span_start,
                 c.span_end) for c in coded.commitments]  # fmt: skip
    for rows in (keys, promises):
        if len({repr(row) for row in rows}) < len(rows):
            return "the same event or commitment twice"
    return ""


def _ids(parties: Sequence[coding.Party]) -> list[str]:
    return sorted({party.id for party in parties})


def _wrong_event(event: coding.Event, text: str) -> str:
    known = event_types()
    if event.event_type not in known:
        return f"type {event.event_type!r} is not in the codebook"
    if (event.quad_class, event.event_scale) != known[event.event_type]:
        return f"quad class and scale of {event.event_type} are {known[event.event_type]}"
    if any(type(getattr(event, flag)) is not bool for flag in _FLAGS):
        return "a flag is neither true nor false"
    parties = [party.id for party in (*event.actors, *event.recipients)]
    return (
        ("nobody acts" if not event.actors else "")
        or unknown_party(parties)
        or unknown_topic(event.topics)
        or _wrong_common(event, text, event.trigger_start, event.trigger_end, event.trigger)
    )


def _wrong_commitment(given: coding.Commitment, text: str) -> str:
    for name, value, allowed in (
        ("kind", given.kind, KINDS),
        ("direction", given.direction, DIRECTIONS),
        ("stage", given.stage, STAGES),
        ("instrument", given.instrument, instruments()),
    ):
        if value not in allowed:
            return f"{name} {value!r} is none of {', '.join(allowed)}"
    sums = [value for value in (given.amount_min, given.amount_max) if value is not None]
    if not all(math.isfinite(value) for value in sums) or sums != sorted(sums):
        return "the amounts are no numbers in order"
    if given.currency is not None and not re.fullmatch("[A-Z]{3}", given.currency):
        return f"currency {given.currency!r} is no ISO 4217"
    if given.concessional not in (None, True, False):
        return "concessional is neither true, false nor None"
    return (
        ("nobody commits" if not given.committed_by else "")
        or unknown_party([*given.committed_by, *given.beneficiary])
        or unknown_topic([given.topic])
        or _wrong_common(given, text, given.span_start, given.span_end, given.evidence)
    )


def _wrong_common(item: coding.Event | coding.Commitment, text: str, start: int, end: int, words: str) -> str:
    spans = (start, end, item.sentence_start, item.sentence_end, item.sentence_no)
    if any(type(place) is not int for place in spans):
        return "an offset is no whole number"
    if not 0 <= item.sentence_start <= start < end <= item.sentence_end <= len(text):
        return f"the span [{start}, {end}) lies in no sentence of the text"
    if text[start:end] != words:
        return f"the text at [{start}, {end}) is {text[start:end][:60]!r} and not {str(words)[:60]!r}"
    if not 0 <= item.confidence <= 1:
        return f"confidence {item.confidence!r} is not between 0 and 1"
    return "" if item.rule_id and isinstance(item.rule_id, str) else "rule_id says nothing of how it was found"


def unknown_party(ids: Sequence[str]) -> str:
    """The first id that is neither a country nor an organisation of the seeds, said in words; empty where all are."""
    wrong = next((one for one in ids if one not in party_ids()), None)
    return "" if wrong is None else f"{wrong!r} is no country and no organisation of the seeds"


def unknown_topic(topics: Sequence[str]) -> str:
    """The first topic that is not the codebook's, or that there is none, said in words; empty where all is well."""
    wrong = next((one for one in topics if one not in topic_names()), None)
    return "no topic" if not topics else "" if wrong is None else f"{wrong!r} is no topic of the codebook"


@cache
def event_types() -> dict[str, tuple[int, float]]:
    """Event type -> quad class and scale, as in the codebook."""
    return {row["event_type"]: (int(row["quad_class"]), float(row["event_scale"])) for row in table("event_types")}


@cache
def topic_names() -> tuple[str, ...]:
    """The topics of the codebook."""
    return tuple(sorted({row["topic"] for row in table("topics")} | {"other"}))


@cache
def instruments() -> tuple[str, ...]:
    """The instruments of the codebook."""
    return tuple(sorted({row["instrument"] for row in table("instruments")} | {"none"}))


@cache
def party_ids() -> frozenset[str]:
    """Every country_id and every organisation's acronym."""
    return frozenset(
        {row["country_id"] for row in seed("countries")} | {row["org_id"] for row in seed("organisations")}
    )
