"""An aid project's title and description -> one commitment: who gives whom how much, by what, at which stage.

    answer({"id": ..., "title": ..., "description": ...})

Conventions, where two readers could differ:
- The sum is the title's; the description's where the title has none, or where it writes the same sum out in full
  ("$12.3 million", "12,345,678 dollars").
- `instrument` tells the terms, not the form: a gift is a `grant` in money and in goods, so `in_kind` is not used here.
  Supplier's and buyer's credits are `export_credit`; `none` is money whose terms the text leaves open.
- `concessional` is said of credit only: interest-free and soft words, else a rate up to 3 % a year is concessional.
- `stage`: `pledged` is a promise without a signature, `agreed` a signature without a deed, `delivered` work begun.

Which words tell which is in lexicon/project_cues.csv, state lenders in lexicon/lenders.csv.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from ingest.coding import money
from ingest.coding.actors import Mention, find
from ingest.coding.commitments import concessional as _soft_words
from ingest.coding.money import Money, Number
from ingest.coding.tables import seed, table
from ingest.coding.text import fold, normalise

# A possessive apostrophe that was decoded in the wrong charset: "BolivarÕs", "Bolivar_„Žs".
_BROKEN_APOSTROPHE = re.compile(r"(?<=[a-z])(?:_„Ž|_„¢|[ÍÕ])(?=s\b|\s)")
_CREDIT = ("loan", "export_credit")
_NOT_THE_PROJECT = re.compile(r"(?i)\((?:link\w*|see|project|part)\b[^()]{0,120}\)|#\d{1,6}")
_VERB = (
    r"(?:grant|give|donate|provide|loan|lend|commit|pledge|offer|cancel|forgive|waive|relieve|write|extend|fund|finance|"
    r"build|construct|supply|send|issue|aid|invest|promise|allocate|disburse|approve|hand)"
)
_GIVING = (
    rf"(?:(?:to|will|would|agree[sd]?\s+to|offer(?:s|ed)?\s+to)\s+(?:also\s+)?{_VERB}|{_VERB}s|"
    r"(?:has\s+|had\s+|have\s+)?(?:(?:grant|loan|extend|fund|construct|hand|aid|invest|offer)ed|(?:donat|provid|pledg|"
    r"forgiv|waiv|reliev|financ|issu|promis|allocat|disburs|approv)ed|gave|given|lent|sent|built|wrote|written|supplied|"
    r"committed|cancell?ed)|supplies)\b"
)
_SUBJECT = re.compile(rf"(?:'s?)?(?:,?\s+[\w'&()-]+){{0,5}}?\s+(?i:{_GIVING})")
_HAS_TERMS = re.compile(
    r"(?i)(?:\s+\w+){0,3}?\s+(?:loans?|grants?|credits?|aid|donations?|gifts?|assistance|funding|funds|money|financing|debts?)\b"
)
_EXIM_AFTER = re.compile(
    r"(?i)(?:'s?)?\s+(?:state\s+|state-owned\s+)?(?:exim\b|eximbank|export[\s-]+import\s+bank|import[\s-]+export\s+bank)"
)
_EXIM_BEFORE = re.compile(
    r"(?i)(?:exim|eximbank|export[\s-]+import|import[\s-]+export)(?:\s+bank)?\s+of\s+(?:the\s+)?$"
)
_FROM = re.compile(
    r"(?i)(?:\b(?:loans?|grants?|credits?|aid|assistance|donations?|gifts?|fund(?:s|ing)?|financing|money|help|support|from|"
    r"million|billion|equipment|goods|relief|received?|borrow\w*|accept\w*)\s+(?:[^\s.;]+\s+){0,4}?from|"
    r"\b(?:\w{3,}ed|given|built|lent|made|written\s+off|project|financing)\s+by|\b(?:owed|owes|indebted|debts?|due)\s+to)\s+"
    r"(?:the\s+)?(?:(?:\w+\s+)?(?:government|people|embassy|republic|bank)\s+of\s+)?(?:the\s+)?$"
)
_BORROWS = re.compile(
    r"(?i)\b(?:receiv\w+|borrow\w*|gets?|got|secur\w+|obtain\w*|accept\w*|to\s+repay|owe[sd]?|requested)\b"
)
_TO = re.compile(
    r"(?i)\b(?:to|for|in|with|of|across|near)\s+(?:the\s+)?(?:(?:government|people|republic)\s+of\s+)?(?:the\s+)?$"
)
_PERCENT = (
    r"(?P<{0}>\d{{1,2}}(?:\.\d{{1,4}})?|zero|one|two|three|four|five|six|seven|eight|nine|ten)\s?(?:%|per\s?cent)"
)
_RATE = re.compile(
    rf"(?i)interest(?:\s+rates?)?\s+(?:\w+\s+){{0,3}}?{_PERCENT.format('a')}|\b{_PERCENT.format('b')}\s+(?:\w+\s+){{0,2}}?interest"
)
_DIGIT = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten".split())}
_LOAN = re.compile(
    r"(?i)\b(?:loans?|loaned|lends?|lent|lending|borrow\w*|creditors?|lines?\s+of\s+credit|credit\s+lines?|soft\s+credits?)\b"
)
_GIFT = re.compile(
    r"(?i)\b(?:grants?|granted|grant-in-aid|donat\w+|gifts?|in-kind|non-?refundable|free\s+of\s+charge)\b"
)
_GIFT_NOUN = re.compile(r"(?i)\b(?:grant|donat\w+|gifts?|in-kind|non-?refundable|in\s+grants)\b")
_SEA = re.compile(r"\b(?:Gulf|Bay|Sea|Strait)\s+of\s+$")
_SOFT_RATE = 3.0  # per cent a year
_PLACE = re.compile(r"\b(?:in|at|near|to|for|from|of)\s+(?:the\s+)?([A-Z][\w'-]{3,20}(?:\s[A-Z][\w'-]{2,20})?)")


@dataclass(slots=True)
class _Text:
    """A title or description, with its sums and the states that it names outside of them."""

    words: str
    outside: str  # the same with blanks for the sums
    sums: list[Money]
    states: list[Mention]


def answer(row: Mapping[str, object]) -> dict[str, object]:
    """{id, title, description} -> {id, donor, recipient, amount, currency, instrument, concessional, stage}.

    `donor` is an ISO 3166-1 alpha-3 code or an organisation's acronym, `recipient` a list of ISO3 codes, best first;
    `amount` is in units of `currency` (ISO 4217). What the texts do not say is None, or an empty list. Never raises on
    any text; a title or description that is missing or no string counts as empty.
    """
    title, description = _read(row.get("title")), _read(row.get("description"))
    donor = _donor(title, description)
    both = f"{title.words}. {description.words}"
    recipient = _recipients(title, description, donor) or _short_names(both, donor)
    found = _sum(title, description, donor, recipient)
    recipient = recipient or _sole_user(found, donor) or _by_place(both, donor)
    instrument = _instrument(title, description)
    return {
        "id": row.get("id"),
        "donor": donor,
        "recipient": recipient,
        "amount": found[0] if found else None,
        "currency": found[1] if found else None,
        "instrument": instrument,
        "concessional": _concessional(title, description) if instrument in _CREDIT else None,
        "stage": _cue("stage", title.words, description.words),
    }


def _read(value: object) -> _Text:
    text = _BROKEN_APOSTROPHE.sub("'", value) if isinstance(value, str) else ""
    words = normalise(text).text
    sums = money.amounts(words)
    rest = list(words)
    for m in sums:  # "US$ 5 million" is no United States
        rest[m.start : m.end] = " " * (m.end - m.start)
    outside = "".join(rest)
    return _Text(words, outside, sums, find(outside, None))


@cache
def _cues(field: str) -> tuple[tuple[str, str, re.Pattern[str]], ...]:
    return tuple(
        (r["value"], r["where"], re.compile(rf"\b(?:{r['pattern']})\b", re.IGNORECASE))
        for r in table("project_cues")
        if r["field"] == field
    )


def _cue(field: str, title: str, description: str) -> str | None:
    """The first row of the word list whose pattern stands where the row looks; None where none does."""
    for value, where, pattern in _cues(field):
        if where != "description" and pattern.search(title) or where != "title" and pattern.search(description):
            return value
    return None


@cache
def _lenders() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    rows = sorted(table("lenders"), key=lambda r: -len(r["name"]))
    return tuple((re.compile(rf"(?<!\w){re.escape(r['name'])}(?!\w)"), r["country_id"], r["kind"]) for r in rows)


_LENDING = frozenset(r["country_id"] for r in table("lenders") if r["kind"] != "borrower")


def _banks(text: str, *kinds: str) -> list[str]:
    """The states of the lenders or borrowers that a text names, in its order."""
    found = sorted((m.start(), state) for p, state, kind in _lenders() if kind in kinds and (m := p.search(text)))
    return list(dict.fromkeys(state for _, state in found))


def _donor(title: _Text, description: _Text) -> str | None:
    """Who gives: the subject of a verb of giving, the source after "from", whose bank lends; the title weighs more.

    Where the words are silent ("A and B signed a loan agreement"), the one state of them that has an aid agency or a
    lending bank of its own; None where that is open too.
    """
    score: dict[str, float] = {}
    for part, weight in ((title, 2.0), (description, 1.0)):
        states = [m for m in part.states if m.kind == "state" or m.sector in ("IGO", None)]
        for i, m in enumerate(states):
            score[m.id] = score.get(m.id, 0.0) + weight * _gives(part.outside, m, states[i + 1 : i + 2])
        for lender in _banks(part.outside, "lender"):
            score[lender] = score.get(lender, 0.0) + 2 * weight
    best = sorted(score, key=lambda i: -score[i])
    if best and score[best[0]] > 0 and (len(best) == 1 or score[best[0]] > score[best[1]]):
        return best[0]
    able = [i for i in best if score[i] == score[best[0]] and i in _LENDING]
    return able[0] if len(able) == 1 else None


def _gives(text: str, m: Mention, following: list[Mention]) -> float:
    """How much the words around a name speak for the giver (positive) or the receiver (negative)."""
    stop = following[0].start if following else len(text)
    if _FROM.search(text, max(0, m.start - 60), m.start):
        return 3.0
    if _BORROWS.search(text, m.end, min(stop, m.end + 40)):
        return -2.0
    bank = _EXIM_AFTER.match(text, m.end) or _EXIM_BEFORE.search(text, max(0, m.start - 40), m.start)
    if bank and not _TO.search(text, max(0, m.start - 60), bank.start() if bank.start() < m.start else m.start):
        return 3.0
    if re.search(r"(?i)\b(?:to|for|in|with)\s+(?:the\s+)?$", text[max(0, m.start - 12) : m.start]):
        return -1.0
    if _SUBJECT.match(text, m.end, min(stop, m.end + 80)):
        return 3.0 if not m.weak or m.sector else 2.0
    if m.weak and _HAS_TERMS.match(text, m.end, min(stop, m.end + 60)):
        return 1.0  # "a Chinese grant", but "the Ghanaian debt" too
    return 0.0


def _recipients(title: _Text, description: _Text, donor: str | None) -> list[str]:
    """The states that a project is for, best first: the title's, then those that the description names most."""
    score: dict[str, float] = {}
    order: dict[str, int] = {}
    for part, first, more in ((title, 6.0, 0.5), (description, 1.0, 1.0)):
        seen: set[str] = set()
        for m in part.states:
            if m.kind != "state" or m.id == donor or _SEA.search(part.outside, max(0, m.start - 12), m.start):
                continue
            gain = first if m.id not in seen else more
            if m.id not in seen and _TO.search(part.words, max(0, m.start - 40), m.start):
                gain += 0.6
            if m.form in ("capital", "metonym"):
                gain *= 0.8
            if not seen and part is description:
                gain += 0.5
            seen.add(m.id)
            order.setdefault(m.id, len(order))
            score[m.id] = score.get(m.id, 0.0) + min(gain, 6.6)
    if donor == "CHN":
        score.pop("TWN", None)  # named for who recognises whom
    out = sorted(score, key=lambda i: (-score[i], order[i]))
    for part in (title, description) if not out else ():
        out += [s for s in _banks(part.words, "borrower", "lender") if s != donor and s not in out]
    return out


@cache
def _cities() -> dict[str, set[str]]:
    """Folded names of cities with an airport -> the ISO 3166-1 alpha-3 codes of their states (loaded only at need)."""
    import airportsdata

    iso3 = {r["iso2"]: r["country_id"] for r in seed("countries") if r["iso2"]}
    out: dict[str, set[str]] = {}
    for a in airportsdata.load("ICAO").values():
        for name in (a["city"], a["subd"]):
            if name and a["country"] in iso3:
                out.setdefault(fold(name), set()).add(iso3[a["country"]])
    return out


def _by_place(text: str, donor: str | None) -> list[str]:
    """The state of a city or province that the project is said to be in, where one state only has such a name."""
    out: list[str] = []
    for m in _PLACE.finditer(text):
        for name in (m[1], m[1].split()[0]):
            states = _cities().get(fold(name.removesuffix("'s")), set())
            if len(states) == 1 and donor not in states and not states & set(out):
                out += states
                break
    return out


@cache
def _open_names() -> dict[str, set[str]]:
    """Names that may be something else beside a state: "Chad", "Micronesia" of "Micronesia (Federated States of)"."""
    out: dict[str, set[str]] = {}
    for r in seed("country_aliases"):
        if r["kind"] in ("name", "short_name", "official_name", "publisher") and r["lang"] == "en":
            short = re.split(r"\s\(|,\s", r["alias"])[0]
            if short != r["alias"] or r["ambiguous"] == "true":
                out.setdefault(short, set()).add(r["country_id"])
    return out


def _short_names(text: str, donor: str | None) -> list[str]:
    """The states of `_open_names`, for a text that names no other; only where the name is one state's."""
    found = (_open_names().get(m[0], set()) for m in re.finditer(r"[A-Z][a-z]{3,}(?:\s[A-Z][a-z]{3,})?", text))
    return list(dict.fromkeys(next(iter(s)) for s in found if len(s) == 1 and donor not in s))


def _sole_user(found: tuple[Number, str | None] | None, donor: str | None) -> list[str]:
    """The one state that uses a currency, for "a gift of 9 million maloti"; none for the currencies of trade."""
    if not found or not found[1]:
        return []
    rows = table("currency_states")
    users = [r["country_id"] for r in rows if r["currency"] == found[1] and not r["valid_to"]]
    return users if len(users) == 1 and users[0] != donor else []


def _sum(title: _Text, description: _Text, donor: str | None, to: list[str]) -> tuple[Number, str | None] | None:
    """The project's sum in units and its currency; None where no text has one."""
    states = list(dict.fromkeys([*([donor] if donor else []), *to]))
    named = {m.id for m in title.states}
    in_title = [s for s in states if s in named]
    if title.sums:
        told = title.sums[0]
        value, currency = _value(told), _currency(told, states, in_title)
        currency = _other_currency(value, currency, description.sums) or currency
        return _in_full(title.words, told, value, currency, description.sums), currency
    loose = [value for start, end, value in money.bare(_NOT_THE_PROJECT.sub("", title.words))]
    if loose:
        same = [m for m in description.sums if _value(m) == loose[0]]
        if same:
            return loose[0], _currency(same[0], states, in_title)
        after = re.search(
            r"(?i)(?:million|billion|thousand|[\d][mbk]n?)\s+(?:\w+\s+)?(?:loan|grant|credit|debt|aid|donation)",
            title.words,
        )
        if after:
            return loose[0], None
    if description.sums:
        told = description.sums[0]
        return _value(told), _currency(told, states, in_title)
    return None


def _value(m: Money) -> Number:
    return m.amount_max if m.amount_max is not None else m.amount_min or 0


def _currency(m: Money, states: list[str], in_title: list[str]) -> str | None:
    """The sum's currency; a word of several is settled by all states of the texts, else by those of the title."""
    return money.settle(m, states) or money.settle(m, in_title)


def _other_currency(value: Number, currency: str | None, sums: list[Money]) -> str | None:
    """The currency in which the description alone gives a title's dollars: "$30 million", then "30 million yuan"."""
    if currency != "USD" or any(m.currency == "USD" and _value(m) == value for m in sums):
        return None
    said = {m.currency for m in sums if _value(m) == value}
    return said.pop() if len(said) == 1 else None


def _in_full(title: str, told: Money, value: Number, currency: str | None, others: list[Money]) -> Number:
    """The figure that writes the title's rounded sum out: same currency, more digits, less than a last place away."""
    number = re.search(r"\d[\d,]*(?:\.(\d+))?", title[told.start : told.end])
    if not number or told.amount_min != told.amount_max or "," in number[0]:
        return value
    shown = float(number[0].replace(",", ""))
    place = (value / shown if shown else 1) / 10 ** len(number[1] or "")
    for m in others:
        exact = _value(m)
        if (
            m.currency == currency
            and exact != value
            and abs(exact - value) < min(place, 0.01 * value)
            and _digits(exact) > _digits(value)
        ):
            return exact
    return value


def _digits(value: Number) -> int:
    return len(f"{value:.2f}".rstrip("0").rstrip(".").rstrip("0"))


def _instrument(title: _Text, description: _Text) -> str:
    """One of the codebook's instruments; `none` where neither title nor description names the terms."""
    told = _cue("instrument", title.words, description.words)
    told_weakly = told == "grant"
    if (
        told == "grant"
        and not _GIFT_NOUN.search(title.words)
        and _LOAN.search(description.words)
        and not _GIFT.search(description.words)
    ):
        told = None  # "grants X a loan", "a loan for flood relief": the verb and the purpose are weaker than the noun
    if told:
        return told
    loan, gift = _LOAN.search(description.words), _GIFT.search(description.words)
    if loan and (not gift or loan.start() < gift.start()):
        return "loan"
    if gift or told_weakly:
        return "grant"
    return _cue("instrument_hint", title.words, description.words) or "none"


def _concessional(title: _Text, description: _Text) -> bool | None:
    """Whether the credit is said to be soft; by its words, else by its rate of interest."""
    words = f"{title.words}. {description.words}"
    soft = _soft_words(words)
    if soft is not None:
        return soft
    if re.search(r"(?i)\b(?:without|free\s+of|no|zero)[\s-]+interest\b|\binterest[\s-]free\b|\bnon-?interest\b", words):
        return True
    m = _RATE.search(words)
    if m:
        rate = (m["a"] or m["b"]).lower()
        return float(_DIGIT.get(rate, rate)) <= _SOFT_RATE
    return (
        False if re.search(r"(?i)\bL(?:IBOR|ibor)\b|\bEURIBOR\b|\bcommercial\s+(?:credit|interest)\b", words) else None
    )
