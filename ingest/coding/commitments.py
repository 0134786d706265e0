"""Commitments: what the acts of a document bind somebody to do, in the fields of CODEBOOK section 3."""

from __future__ import annotations

import re
from bisect import bisect_left
from dataclasses import dataclass, replace
from functools import cache
from itertools import pairwise

from ingest.coding import dates, money
from ingest.coding.actors import Mention, Party
from ingest.coding.events import Act, Document
from ingest.coding.matter import Features, ranked
from ingest.coding.money import Money, Number
from ingest.coding.tables import table


@dataclass(slots=True)
class Promise:
    """A commitment with offsets into the normalised text."""

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
    condition: tuple[int, int] | None
    deadline: str | None
    start: int
    end: int
    act: Act
    rule_id: str
    confidence: float


@cache
def _patterns(name: str, key: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    return tuple((r[key], re.compile(rf"\b(?:{r['pattern']})\b", re.IGNORECASE)) for r in table(name))


def _first(name: str, key: str, text: str) -> str | None:
    """The first row of a word list whose pattern stands in the text (the list is in order of precedence)."""
    return next((value for value, p in _patterns(name, key) if p.search(text)), None)


def instrument(text: str) -> str | None:
    """Financial instrument that the words name, by lexicon/instruments.csv; None where they name none."""
    return _first("instruments", "instrument", text)


def instrument_named(name: str, text: str) -> bool:
    """Whether the words name this very instrument."""
    return any(p.search(text) for value, p in _patterns("instruments", "instrument") if value == name)


def concessional(text: str) -> bool | None:
    """Whether a loan is said to be concessional; None where nothing is said."""
    if re.search(r"\b(?:non-concessional|commercial\s+(?:loan|terms|rate))\b", text, re.I):
        return False
    soft = (
        r"\b(?:concessional|concessionary|soft\s+loan|soft\s+credit|preferential|low-interest|interest-free|"
        r"zero-interest|highly\s+favou?rable\s+terms)\b"
    )
    return True if re.search(soft, text, re.I) else None


_VAGUE = re.compile(
    r"\b(?:continue|maintain|keep|stay)\s+(?:\w+\s+){0,3}(?:contacts?|in\s+touch|dialogue|consultations|cooperation|talks|exchanges)\b|"
    r"\b(?:strengthen|deepen|expand|develop|enhance|promote|intensify|further)\w*\s+(?:\w+\s+){0,4}(?:cooperation|relations|ties|partnership|friendship|dialogue|interaction)\b|"
    r"\bmake\s+efforts\b",
    re.IGNORECASE,
)
_STAGE_BY_TYPE = {
    "AID": "delivered",
    "COOPERATE": "delivered",
    "CONCEDE": "delivered",
    "SUPPORT": "delivered",
    "REQUEST": "proposed",
}
_INCREASE_IN_DISCUSSION = re.compile(
    r"\b(?:issues?|possibility|prospects?|question|idea)\s+of\s+(?:the\s+)?(?:further\s+)?(?:increas|expand|open|resum|launch|restor|establish|introduc|reduc|abolish|eas|simplif|build|creat|extend|attract)\w*",
    re.IGNORECASE,
)
# "signed an agreement on X, and an agreement on Y"
MARGIN = 1.5  # by how much a topic without a phrase of its own has to be ahead
UNSURE = -2.0  # the score below which nothing can be said to be what a promise is about
_SERVICES = frozenset("aid.built aid.assist aid.help aid.evacuate aid.asylum aid.peacekeep aid.protect".split())
_GIVES = re.compile(
    r"\b(?:giv(?:e|es|ing|en)|gave|donat\w+|gifts?|present(?:ed|s)?|hand(?:ed|s)?\s+over|humanitarian|free\s+of\s+charge|"
    r"without\s+payment|ship(?:s|ped)?|send|sends|sent|deliver\w*)\b",
    re.IGNORECASE,
)
_PRICE = re.compile(
    r"\s*(?:per|a|an|for\s+each|apiece)\s+(?!year\b|month\b)(?:\d|ton|tonne|cubic|kwh|kilowatt|barrel|kilo|litre|room|night)",
    re.I,
)
_GOODS = re.compile(
    r"\b(?:\d[\d,.]*|two|three|four|five|six|seven|eight|nine|ten|twelve|twenty|thirty|forty|fifty|sixty|hundred|thousand)\s+"
    r"(?:[\w-]+\s+){0,3}?(?:tonnes?|tons|doses|ambulances|buses|trucks|vehicles|tractors|tents|blankets|ventilators|kits|"
    r"boats|machines|tankers|computers|beds|generators|books|helicopters|drones|vaccines)\b",
    re.IGNORECASE,
)
# what is delivered under a contract is no gift
_SOLD = re.compile(
    r"\b(?:gas|oil|crude|electricity|coal|uranium|kwh|exports?|imports?|sell|sold|buy|bought|a\s+year|annually|per\s+year|quota)\b",
    re.IGNORECASE,
)
_FUNDS = re.compile(r"\b(?:financ\w+|fund(?:s|ing|ed)?|money|aid|assistance)\b", re.IGNORECASE)
_AND_A = re.compile(
    r",?\s+(?:and|as\s+well\s+as)\s+(?=(?:an?|two|three|on\s+the)\s+(?:[\w-]+\s+){0,3}?"
    r"(?:agreement|convention|protocol|memorandum|treaty|contract|plan|programme|declaration)\b|on\s+the\s+withdrawal\b)",
    re.IGNORECASE,
)
_PACKAGE = re.compile(r",?\s+(?:as\s+well\s+as|and(?:\s+also)?)\s+to\s+(?=\w)", re.IGNORECASE)


def find(doc: Document) -> list[Promise]:
    """Every commitment of the document, in the order of the text, each once."""
    states = list(dict.fromkeys(m.id for m in doc.mentions if m.kind == "state"))
    doc.sums = [m for m in money.amounts(doc.text, states=states) if not _PRICE.match(doc.text, m.end)]
    out: list[Promise] = []
    for act in doc.acts:
        out.extend(_of(doc, act))
    seen: set[tuple[object, ...]] = set()
    unique = []
    for p in out:
        key = (
            tuple(sorted(p.committed_by)),
            tuple(sorted(p.beneficiary)),
            p.kind,
            p.topic,
            p.direction,
            p.amount_min,
            p.amount_max,
            p.instrument,
        )
        if key not in seen:
            seen.add(key)
            unique.append(p)
    return unique


def _sums(doc: Document, start: int, stop: int) -> list[Money]:
    """The sums, prices left out, that begin in [start, stop)."""
    first = bisect_left(doc.sums, start, key=lambda m: m.start)
    return doc.sums[first : bisect_left(doc.sums, stop, key=lambda m: m.start)]


def _ids(parties: list[Party]) -> list[str]:
    return list(dict.fromkeys(p.id for p in parties))


def _of(doc: Document, act: Act) -> list[Promise]:
    flags = act.flags
    if "historical" in flags or ("negation" in flags and act.event_type != "AGREE"):
        return []
    if "negation" in flags and "future" not in flags:
        return []
    text = doc.text
    stop = min(act.sentence.end, max(act.scope_end, act.end))
    words = text[act.start : stop]
    if act.event_type == "CONSULT":
        return _discussed(doc, act)
    if act.event_type == "AGREE" and not flags and _holds_another(doc, act):
        return []  # "signed an agreement under which X will ...": what X will do is what is promised
    if act.rule.id.startswith("coop.exercise") or (act.rule.id == "request.draw" and _asks_on(doc, act)):
        return []
    eased = act.event_type == "CONCEDE" or act.rule.id in (
        "support.visa",
        "support.visa2",
        "support.embassy",
        "support.dipl",
    )
    if act.event_type not in ("AGREE", "REQUEST", "AID", "COOPERATE") and not eased:
        return []
    out = []
    for a, b in _parts(act, text, stop):
        part = text[a:b]
        promise = _one(doc, act, a, b, part if len(part) > 12 else words)
        if promise:
            out.extend(_each(doc, act, promise))
    return out


def _holds_another(doc: Document, act: Act) -> bool:
    """Whether a signing's sentence tells its content as a pledge of its own, or its words name no content at all."""
    if any(a.absorbed for a in _beside(doc, act)):
        return True
    if act.rule.frame != "doc" and act.rule.id != "agree.accept":
        return False
    return not _names_a_matter(doc, act.scope_start, act.scope_end) and not _sums(doc, act.scope_start, act.scope_end)


def _asks_on(doc: Document, act: Act) -> bool:
    """Whether a request follows in the same sentence ("drew attention to the wages and asked that they be paid")."""
    return any(a.event_type == "REQUEST" and a.start > act.start for a in _beside(doc, act))


def _beside(doc: Document, act: Act) -> list[Act]:
    """The acts of the same sentence, itself among them."""
    first = bisect_left(doc.acts, act.sentence.no, key=lambda a: a.sentence.no)
    return doc.acts[first : bisect_left(doc.acts, act.sentence.no + 1, key=lambda a: a.sentence.no)]


def _each(doc: Document, act: Act, whole: Promise) -> list[Promise]:
    """One commitment per donor where each has a sum of its own: "A and B will give 3 and 4 million", "A pledged 3 and B
    4 million", "A and B will lend 5 million each"."""
    text = doc.text
    if whole.kind != "financial" or act.event_type not in ("AGREE", "AID") or whole.amount_max is None:
        return [whole]
    sums = _sums(doc, act.start, whole.end)
    out = [whole]
    donors = [i for i in whole.committed_by if i in _ids(act.actors)]
    if len(donors) > 1 and donors == whole.committed_by and whole.beneficiary:
        if len(sums) == len(donors) and re.search(r"\band\b", text[sums[0].end : sums[-1].start]):
            order = sorted(_mentions(doc, act.sentence.start, act.start), key=lambda m: m.start)
            told = [i for i in dict.fromkeys(m.id for m in order) if i in donors]
            donors = told if len(told) == len(donors) else donors
            return [
                replace(whole, committed_by=[d], amount_min=m.amount_min, amount_max=m.amount_max, currency=m.currency)
                for d, m in zip(donors, sums, strict=True)
            ]
        if sums and re.search(r"\beach\b", text[sums[0].start : act.sentence.end]):
            return [replace(whole, committed_by=[d]) for d in donors]
    for a, b in pairwise(sums):
        between = _mentions(doc, a.end, b.start)
        gap = text[a.end : b.start]
        if len(between) == 1 and not between[0].weak and len(gap) < 60 and re.match(r",?\s+(?:and|while)\s", gap):
            other = between[0]
            whole.beneficiary = [i for i in whole.beneficiary if i != other.id]
            more = replace(whole, committed_by=[other.id], start=other.start, end=b.end)
            more.amount_min, more.amount_max, more.currency = b.amount_min, b.amount_max, b.currency
            out.append(more)
    return out


def _parts(act: Act, text: str, stop: int) -> list[tuple[int, int]]:
    """The stretches that commit to one thing each: "to provide X, as well as to provide Y" are two."""
    if act.event_type == "AGREE" and "future" in act.flags:
        cuts = [m.start() for m in _PACKAGE.finditer(text, act.end, stop)]
    elif act.event_type == "REQUEST":
        lead = re.match(r"(?:\w+\s+){0,4}?(to|for|that)\b", text[act.end - 5 : act.end + 60].lstrip())
        again = re.compile(rf",?\s+and(?:\s+also)?\s+{lead[1] if lead else 'to'}\s+(?=\w)", re.I)
        cuts = [m.start() for m in again.finditer(text, act.end + 12, stop)]
    elif act.rule.stage == "agreed":
        cuts = [m.start() for m in _AND_A.finditer(text, act.end, stop)]
    else:
        return [(act.start, stop)]
    edges = [act.start, *cuts, stop]
    return list(pairwise(edges))


def _discussed(doc: Document, act: Act) -> list[Promise]:
    """ "Discussed the issue of increasing flights between A and B": a proposal of those who would act, both named."""
    m = _INCREASE_IN_DISCUSSION.search(doc.text, act.start, act.sentence.end)
    who = _ids(act.actors)
    if not m or len(who) < 2 or "negation" in act.flags:
        return []
    stop = act.condition[1] if act.condition and act.condition[0] > m.start() else act.scope_end
    topic, _ = _topic(doc, m.start(), stop, act)
    if topic.startswith("diplomacy.") or topic == "other":
        return []
    words = doc.text[m.start() : stop]
    return [
        Promise(
            who,
            [],
            "action",
            topic,
            _direction(words, act),
            None,
            None,
            None,
            "none",
            None,
            "proposed",
            act.condition,
            dates.deadline(doc.text, m.start(), stop, doc.day),
            act.start,
            stop,
            act,
            "commit.discussed",
            0.6,
        )
    ]


def _names_a_matter(doc: Document, start: int, stop: int) -> bool:
    first = bisect_left(doc.topic_hits, start, key=lambda h: h.start)
    last = bisect_left(doc.topic_hits, stop, key=lambda h: h.start)
    return any(not h.topic.startswith("diplomacy.") for h in doc.topic_hits[first:last])


def _topic(doc: Document, start: int, stop: int, act: Act) -> tuple[str, float]:
    """(topic, how sure: the score of the model)."""
    found = asked(doc, start, stop, act)
    order = ranked(found, "promise")
    if order[0][0] in ("finance.loan", "finance.grant", "finance.investment"):
        for topic, score in order:  # the purpose where one is stated
            if (found[topic].get("scope_phrase") or found[topic].get("scope_weak")) and not topic.startswith(
                ("finance.", "diplomacy.", "trade.goods")
            ):
                return topic, score
    for topic, score in order:  # a phrase that names a matter says more than words around it, unless these are many
        if found[topic].get("scope_phrase") and not topic.startswith("diplomacy.") and order[0][1] - score < MARGIN:
            return topic, score
    return order[0]


def asked(doc: Document, start: int, stop: int, act: Act) -> dict[str, Features]:
    """What speaks for each topic of a commitment told in [start, stop), for matter.ranked."""
    out = doc.matter.features(act, start, stop, None)
    for topic, found in out.items():
        found["of_act"] = float(topic in act.topics)
        found["first_of_act"] = float(topic == act.topics[0])
        found.pop("meetings_consult", None)  # what was talked of is not the talk
    return out


def _direction(words: str, act: Act) -> str:
    found = _first("directions", "direction", words)
    return found or (
        "maintain"
        if act.event_type == "AGREE" and re.search(r"\buntil\b", words) and "negation" in act.flags
        else "start"
    )


def _one(doc: Document, act: Act, start: int, stop: int, words: str) -> Promise | None:
    text = doc.text
    first_clause = text[act.sentence.start : stop]
    sums = _sums(doc, start, stop)
    if not sums and (act.passive or act.rule.frame in ("undertaken", "doc", "given", "told")):
        sums = _sums(doc, act.scope_start, stop)
        if sums:
            words = text[act.scope_start : stop]
    told = instrument(words)
    if (
        act.event_type == "AID"
        and act.passive
        and not sums
        and instrument_named("in_kind", text[act.scope_start : stop])
    ):
        told = "in_kind"  # "buses paid for by a loan were delivered": the buses
    gives = act.event_type == "AID" and act.rule.id not in _SERVICES
    financial = (
        bool(sums and _pays(words))
        or told in ("loan", "grant", "debt_relief", "export_credit", "guarantee", "technical_assistance")
        or (told == "investment" and act.event_type == "AGREE")
        or (told == "in_kind" and (gives or bool(_GIVES.search(words))))
        or (told == "none" and act.event_type in ("AID", "REQUEST") and bool(_FUNDS.search(words)))
        or (gives and told is None and bool(re.search(r"\d|\b(?:two|three|four|five|six|ten|dozen)\b", words)))
    )
    if told in (None, "in_kind") and not sums and _GOODS.search(words) and not _SOLD.search(words):
        pledged = act.event_type == "AGREE" and "future" in act.flags
        if gives or (pledged and (_GIVES.search(words) or act.rule.id in ("agree.promise", "agree.offer"))):
            told, financial = "in_kind", True
    elif told == "in_kind" and not sums and _SOLD.search(words) and act.event_type != "AID":
        financial = False
    if financial and not sums and told in (None, "none") and gives:
        told = "in_kind"
    topic, sure = _topic(doc, start, stop, act)
    if _VAGUE.search(words) and not sums and not _names_a_matter(doc, start, stop):
        return None
    if (
        not financial
        and not _visit(words)
        and (topic in ("other", "diplomacy.meetings", "diplomacy.treaty") or sure < UNSURE)
    ):
        return None
    by, to = _ids(act.actors), _ids(act.recipients)
    stage = act.rule.stage or _STAGE_BY_TYPE.get(act.event_type, "pledged")
    if act.event_type == "REQUEST":
        by, to, stage = to, by, "proposed"
        if not by:
            return None
    elif act.event_type == "AGREE" and "future" in act.flags:
        stage = (
            "proposed"
            if stage == "proposed" or act.rule.stage is None and "hypothetical" in act.flags and not act.condition
            else "pledged"
        )
        if re.search(r"\bcould\b", text[act.start : act.end]):
            stage = "proposed"
    elif act.event_type == "AGREE":
        stage = "agreed"
    if act.rule.frame == "undertaken" and text[act.start : act.start + 5].lower() == "shall":
        stage = "agreed"
    if not by:
        return None
    if financial and not to and len(by) > 1:
        lender = _lender(doc, act, start, stop) or _giver(by, sums)
        if lender:
            by, to = [lender], [i for i in by if i != lender]
    if act.absorbed:
        stage = "agreed"
    if financial and told in ("loan", "grant", "export_credit", None):
        by += [o for o in _through(doc, start, stop) if o not in by + to]
    amount = sums[0] if sums else None
    low, high = (amount.amount_min, amount.amount_max) if amount else (None, None)
    direction = _direction(words, act)
    due = None
    if told != "debt_relief":  # a deferral "until May" is what is given, not when
        due = dates.deadline(text, start, max(stop, act.condition[1]) if act.condition else stop, doc.day)
    if amount and direction == "increase" and text[amount.start : amount.end].lower().startswith("from"):
        low = None  # "raise from 3 to 4 million": the new sum is the second
    kind = "financial" if financial else "action"
    condition = (
        act.condition
        if act.condition and start <= act.condition[0] <= stop + 2 or act.condition and "hypothetical" in act.flags
        else None
    )
    begin = act.scope_start if act.passive or act.rule.frame == "undertaken" else start
    begin, stop = _trim(text, begin, stop)
    currency = amount.currency if amount else None
    if amount and not currency:
        # "rupees from India": the donor's own, where the word fits it
        currency = money.settle(amount, by) or money.settle(amount, to)
    return (
        Promise(
            by,
            to,
            kind,
            topic,
            direction,
            low,
            high,
            currency,
            (told or "none") if financial else "none",
            concessional(words) if financial else None,
            stage,
            condition,
            due,
            begin,
            stop,
            act,
            "commit." + act.rule.id,
            round(act.confidence - 0.05, 2),
        )
        if first_clause
        else None
    )


def _lender(doc: Document, act: Act, start: int, stop: int) -> str | None:
    """Who of several signatories gives the money: the source named with it ("a loan from X"), else the one bank that is
    an organisation or an export-import bank; None where that is open."""
    ids = _ids(act.actors)
    here = [m for m in _mentions(doc, act.sentence.start, act.sentence.end) if m.id in ids]
    for m in here:
        lead = doc.text[max(start, m.start - 60) : m.start]
        if start <= m.start < stop and re.search(
            r"(?i)\b(?:loans?|credits?|grants?|money|funds?|funding|financing|million|billion|bn|mln)\s+(?:\S+\s+){0,3}?(?:from|by)\s+(?:the\s+)?$",
            lead,
        ):
            return m.id
    banks = [
        m.id for m in here if re.search(r"(?i)\b(?:exim|eximbank|export-import)\b", doc.text[m.np_start : m.np_end])
    ]
    banks = banks or [p.id for p in act.actors if p.kind == "organisation"]
    return banks[0] if len(set(banks)) == 1 else None


def _giver(ids: list[str], sums: list[Money]) -> str | None:
    """Which of two signatories gives: whose currency it is, else the one that is a donor and the other not (or a lesser
    one, by donor_states.csv); None where that is open."""
    if len(ids) != 2:
        return None
    if sums and sums[0].currency and sums[0].currency != "USD":
        issuers = [i for i in ids if sums[0].currency in money.state_currencies().get(i, ())]
        if len(issuers) == 1:
            return issuers[0]
    rank = {r["id"]: int(r["rank"]) for r in table("donor_states")}
    a, b = (rank.get(i, 3) for i in ids)
    return ids[0] if a < b else ids[1] if b < a else None


def _trim(text: str, start: int, stop: int) -> tuple[int, int]:
    """The stretch without the blanks, commas and joining words at its edges."""
    lead = re.compile(r"(?:[\s,.;]|and\b|as\s+well\s+as\b)*").match(text, start, stop)
    start = lead.end() if lead else start
    while stop > start and text[stop - 1] in " \t\n,.;":
        stop -= 1
    return start, stop


def _mentions(doc: Document, start: int, stop: int) -> list[Mention]:
    """The names that begin in [start, stop)."""
    first = bisect_left(doc.mentions, start, key=lambda m: m.start)
    return doc.mentions[first : bisect_left(doc.mentions, stop, key=lambda m: m.start)]


def _through(doc: Document, start: int, stop: int) -> list[str]:
    """Banks and funds through which money is given ("a loan within the Fund for Stabilization"): they commit too."""
    out = []
    for m in _mentions(doc, start, stop):
        lead = doc.text[max(start, m.start - 20) : m.start]
        lends = m.kind == "organisation" and re.search(r"(?i)\b(?:bank|fund|facility)\b", doc.text[m.start : m.end])
        if lends and re.search(r"(?i)\b(?:within|through|via|from)\s+(?:the\s+)?$", lead):
            out.append(m.id)
    return out


def _pays(words: str) -> bool:
    """A sum that is paid or lent, not a target of trade."""
    return not re.search(
        r"\b(?:turnover|commerce|trade\s+(?:volume|target|to)|(?:bilateral|mutual|two-way|annual)\s+trade|exports?\s+to)\b",
        words,
        re.IGNORECASE,
    )


def _visit(words: str) -> bool:
    return bool(
        re.search(
            r"\b(?:receive|visit|host|hold|meet|attend|talks|summit|confer|session|round|consultations|negotiat\w+|discuss|mediate|gather|come)\b",
            words,
            re.IGNORECASE,
        )
    )
