"""Sums of money in text: a grammar of our own over two word lists (lexicon/currencies.csv and magnitudes.csv).

    sum      = [bound] (range | single)
    range    = ("between" single "and" | "from" single "to" | number ("-" | "to")) single
    single   = currency number [magnitude] [currency] | number [magnitude] currency
    currency = sign | ISO 4217 code | [adjective or name of a state] word ("Kenyan shillings", "Fiji dollars")

A number without a currency is no sum. The names of currencies follow Unicode CLDR. What a word of several states stands
for ("rupees", "CFA francs", "¥") is settled by the states that the caller knows the text to name, else it stays open.
Every number is looked at once, with a bounded stretch of text on either side: the time is linear in the text.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache

from ingest.coding.tables import seed, table

Number = int | float


@dataclass(frozen=True, slots=True)
class Money:
    """A sum as said. Amounts are in units of `currency` (ISO 4217, None where the word fits several states).

    `amount_min` is None after "up to", `amount_max` after "at least"; otherwise one sum fills both. [start, end) bounds
    the words, bound included. `candidates` are the ISO codes that the currency's word may mean where it has several.
    """

    start: int
    end: int
    amount_min: Number | None
    amount_max: Number | None
    currency: str | None
    candidates: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Currency:
    code: str | None
    candidates: tuple[str, ...] = ()
    large: bool = False  # a common word or letter too: a currency only beside thousands or a magnitude
    kind: str = "word"


@dataclass(slots=True)
class _Quantity:
    """A number with what stands around it; [start, end) holds currency and magnitude too."""

    start: int
    end: int
    value: Decimal
    factor: int | None
    before: _Currency | None
    after: _Currency | None
    digits: bool

    @property
    def currency(self) -> _Currency | None:
        # "$50 million Canadian dollars": the word is more precise than the sign
        if self.before and self.after and (self.before.code == "USD" or not self.before.code) and self.after.code:
            return self.after
        return self.before or self.after

    def units(self, factor: int | None = None) -> Decimal:
        factor = self.factor or factor or 1
        # "$97,847,205 million" is a slip of the pen: seven digits are the units already
        return self.value if self.value >= 1_000_000 and factor >= 1_000_000 else self.value * factor


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {w: i for i, w in enumerate(_ONES)} | {w: 10 * (i + 2) for i, w in enumerate(_TENS)}
_MAGNITUDES = {row["word"]: int(row["factor"]) for row in table("magnitudes")}
_LONG = sorted((w for w in _MAGNITUDES if len(w) > 2), key=len, reverse=True)


def _currencies() -> dict[str, dict[str, _Currency]]:
    """By kind (symbol, code, letters, word), what each alias means; words are in lower case."""
    out: dict[str, dict[str, _Currency]] = {"symbol": {}, "code": {}, "letters": {}, "word": {}}
    for row in table("currencies"):
        kind = row["kind"]
        alias = row["alias"].lower() if kind == "word" else row["alias"]
        out[kind][alias] = _Currency(row["currency"] or None, tuple(row["open"].split()), row["large"] == "1", kind)
    return out


_BY_KIND = _currencies()
_SIGNS = _BY_KIND["symbol"]
_LETTERS = _BY_KIND["code"] | _BY_KIND["letters"]
_NAMES = _BY_KIND["word"]
_MARKS = "".join(sorted({c for s in _SIGNS for c in s if not c.isalnum() and c not in "./"}))

_DIGITS = (
    r"\d{1,3}(?:,\d{2,3}){1,5}(?:\.\d{1,6})?(?![\d,]\d)(?!\d)"
    r"|\d{1,3}(?:[ ']\d{3}){1,5}(?:[.,]\d{1,2})?(?!\d)"
    r"|\d{1,3}(?:\.\d{3}){1,5},\d{1,2}(?!\d)|\d{1,3}(?:\.\d{3}){2,5}(?!\d)"
    r"|\d{1,15}(?:[.,]\d{1,6})?(?!\d)"
)
_ONE_WORD = "|".join([*_TENS, *sorted(_ONES, key=len, reverse=True)])
_AMOUNT_WORD = rf"(?:{_ONE_WORD}|hundred|and\s(?:a\shalf|{_ONE_WORD}))"
_NUMBER = re.compile(
    rf"(?<![\d#])(?<!\d[.,])(?:{_DIGITS})(?:\sand\sa\shalf\b)?"
    r"|(?<![\w.-])(?i:(?:a\s)?half[\s-](?:an?[\s-])?|(?:a|three)\squarters?\sof\sa\s|(?:an?[\s-])(?:half[\s-])?)"
    rf"(?=(?i:hundred|{'|'.join(_LONG)}))(?i:hundred\b(?:[\s-](?:and\s)?(?:{_ONE_WORD})\b){{0,2}})?"
    rf"|(?<![\w.-])(?i:(?:{_ONE_WORD}|hundred)\b(?:[\s-]{_AMOUNT_WORD}\b){{0,6}}(?:-and-a-half\b)?)"
)
_VAGUE = re.compile(r"(?i)\b(?:several|few|many|some|tens\s+of|couple\s+of)\s+$")
_MAGNITUDE = re.compile(r"[\s-]{0,2}([A-Za-z]{1,10})\b(?!')")
_UP_TO = re.compile(
    r"(?i)\b(?:up\s+to|as\s+much\s+as|no\s+more\s+than|not\s+more\s+than|a\s+maximum\s+of|at\s+most|a\s+ceiling\s+of|"
    r"not\s+exceeding)\s+(?:(?:about|around|some|an\s+additional|a\s+further|another)\s+)?$"
)
_AT_LEAST = re.compile(
    r"(?i)\b(?:at\s+least|no\s+less\s+than|not\s+less\s+than|no\s+fewer\s+than|a\s+minimum\s+of)\s+"
    r"(?:(?:about|around|some|an\s+additional|a\s+further|another)\s+)?$"
)
_LEAD = re.compile(r"(?i)\b(between|from)\s+$")
_JOINT = re.compile(r"\s?(–|-|\b(?i:to|and|or)\b)\s?")
_SIGN_BEFORE = re.compile(rf"([A-Za-z./]{{0,4}}[{re.escape(_MARKS)}]{{1,2}}(?:US)?|S/\.?|B/\.)\s?$")
_LETTERS_BEFORE = re.compile(r"(?<![^\W_])([^\W\d_]{1,5}\.?|F\sCFA)[\s:]?$")
_NAME_BEFORE = re.compile(r"(?<![\w-])((?:[^\W\d_][\w.']{0,12}\s){0,2})\(?([^\W\d_]{3,14})\)?\s$")
_GAP = re.compile(r"\.?[\s-]{0,2}(?:\([A-Za-z][A-Za-z\s-]{2,60}\)\s)?(?:(?i:of|in|worth\sof)\s)?\(?")
_SIGN_AFTER = re.compile(rf"(?:US|U\.S\.)?[{re.escape(_MARKS)}](?!\d)|S/")
_LETTERS_AFTER = re.compile(r"[^\W\d_]{2,4}\$?(?!\w)")
_NAME_AFTER = re.compile(r"[^\W\d_][\w.'’&]{0,20}(?:[\s-][^\W\d_&][\w.'’&]{0,20}){0,4}")
_NUMBER_NEXT = re.compile(r"[\s:]?\d")
_DIGIT_OR_LARGE = re.compile(rf"\d|(?i:\b(?:{'|'.join(_LONG)}))")


@cache
def state_currencies() -> dict[str, frozenset[str]]:
    """ISO 3166-1 alpha-3 code -> the currencies that are legal tender there today."""
    out: dict[str, set[str]] = {}
    for row in table("currency_states"):
        if not row["valid_to"]:
            out.setdefault(row["country_id"], set()).add(row["currency"])
    return {k: frozenset(v) for k, v in out.items()}


@cache
def _state_names() -> dict[str, str]:
    """Names, short names and adjectives of states, in lower case -> ISO 3166-1 alpha-3 code."""
    rows = seed("country_aliases")
    return {
        r["alias"].lower(): r["country_id"]
        for r in rows
        if r["kind"] in ("name", "short_name", "adjective") and not r["valid_to"]
    }


@cache
def _family(word: str) -> frozenset[str]:
    """The currencies whose name ends in a word: "dollar" -> USD, AUD, FJD, ..."""
    return frozenset(c.code for name, c in _NAMES.items() if c.code and name.split()[-1] == word)


def settle(found: Money, states: Iterable[str]) -> str | None:
    """The currency of a sum in a text that names these states (ISO3), and no others.

    A word of several currencies ("rupees") is the one that a state of the text uses; two such, or none, leave it open.
    """
    if not found.candidates:
        return found.currency
    used = {c for s in states for c in state_currencies().get(s, ()) if c in found.candidates}
    if found.currency in used or len(used) != 1:
        return found.currency
    return used.pop()


def amounts(text: str, states: Iterable[str] = ()) -> list[Money]:
    """Every sum of money in normalised text, in order. "3 Mb/s", "36 x 47 mm" and bare years are none.

    `states` (ISO3) are the states that the text names; they settle words and signs that several currencies share.
    """
    if not _DIGIT_OR_LARGE.search(text):
        return []
    found = _join(text, _quantities(text))
    if not any(m.candidates for m in found):
        return found
    states = tuple(states)
    said = {m.currency for m in found if m.currency and not m.candidates}
    return [replace(m, currency=_by_company(m, said) or settle(m, states)) if m.candidates else m for m in found]


def _by_company(found: Money, said: set[str]) -> str | None:
    """An open sign beside sums that are not: "RMB 20 million", then "¥5 million"."""
    fit = said & set(found.candidates)
    return fit.pop() if found.currency is None and len(fit) == 1 else None


def bare(text: str) -> list[tuple[int, int, Number]]:
    """Numbers with a magnitude and no currency ("a 20 million loan"): (start, end, value), for texts that say the
    currency elsewhere."""
    return [
        (q.start, q.end, _plain(q.units()))
        for q in _quantities(text)
        if not q.currency and q.factor and q.factor >= 1_000
    ]


def _number(words: str) -> Decimal:
    low = re.sub(r"\s+", " ", words.lower().strip(" -"))
    if low[0].isdigit():
        half = low.endswith(" and a half")
        low = low.removesuffix(" and a half").replace(" ", "").replace("'", "")
        if re.fullmatch(r"\d+(?:\.\d{3})+,\d+|\d+(?:\.\d{3}){2,}", low):
            low = low.replace(".", "").replace(",", ".")
        elif re.fullmatch(r"\d{1,15},\d{1,2}|\d{1,15},\d{4,6}", low):
            low = low.replace(",", ".")
        return Decimal(low.replace(",", "")) + (Decimal("0.5") if half else 0)
    if low.startswith(("half", "a half")):
        return Decimal("0.5")
    if "quarter" in low:
        return Decimal("0.75") if low.startswith("three") else Decimal("0.25")
    half = low.endswith(("and a half", "and-a-half"))
    total = 0
    for w in re.split(r"[\s-]+", re.sub(r"[ -]and[ -]a[ -]half$", "", low)):
        if w == "hundred":
            total = (total or 1) * 100
        else:
            total += _WORDS.get(w, 0)
    return (Decimal(total) if total else Decimal(1)) + (Decimal("0.5") if half else 0)


def _magnitude(text: str, at: int) -> tuple[int | None, int]:
    """The factor that stands at a position ("million", "hundred thousand", "bn") and where it ends."""
    factor: int | None = None
    for _ in range(3):
        m = _MAGNITUDE.match(text, at)
        if not m:
            break
        word = m[1]
        if len(word) <= 2 and word in ("k", "K", "t", "T") and m.start(1) > at:
            break  # "20 t" are tonnes
        if len(word) == 1 and (factor or m.start(1) > at + 1):
            break
        known = _MAGNITUDES.get(word) or (
            (_MAGNITUDES.get(word.lower()) or _MAGNITUDES.get(word.lower().removesuffix("s")))
            if len(word) > 1
            else None
        )
        if not known:
            break
        factor, at = (factor or 1) * known, m.end()
    return factor, at


def _before(text: str, at: int, floor: int) -> tuple[_Currency | None, int]:
    """The currency that ends right before a number, and where it starts; looks back to `floor` at most."""
    left = text[max(floor, at - 40) : at]
    base = at - len(left)
    m = _SIGN_BEFORE.search(left)
    if m:
        sign = m[1]
        for cut in range(len(sign)):
            # letters before the sign belong to it only as a whole: "worth US$", never "wortC$"
            whole = not sign[cut].isalpha() or not (
                base + m.start(1) + cut and text[base + m.start(1) + cut - 1].isalpha()
            )
            if whole and sign[cut:] in _SIGNS:
                return _SIGNS[sign[cut:]], base + m.start(1) + cut
    m = _LETTERS_BEFORE.search(left)
    if m and (m[1] in _LETTERS or m[1].rstrip(".") in _LETTERS):
        known = _LETTERS.get(m[1]) or _LETTERS[m[1].rstrip(".")]
        if len(m[1]) > 1 or m.end(1) == len(left):
            return known, base + m.start(1)
    m = _NAME_BEFORE.search(left)
    if m:
        known_name = _name(f"{m[1]}{m[2]}") or _name(m[2])
        if known_name:
            c, words = known_name
            start = m.start(2) if words == 1 else m.start(1)
            return _Currency(c.code, c.candidates, True, "word"), base + start
    return None, at


def _name(words: str) -> tuple[_Currency, int] | None:
    """The currency that a run of one to three words names as a whole, and how many words that is."""
    key = re.sub(r"[\s-]+", " ", words.lower()).strip().replace("’", "'").rstrip(".'")
    for k in (key, key.removesuffix("s"), key.removesuffix("es"), re.sub(r"ies$", "y", key)):
        if k in _NAMES:
            return _NAMES[k], key.count(" ") + 1
    return None


def _after(text: str, at: int) -> tuple[_Currency | None, int]:
    """The currency that follows a position, and where it ends."""
    gap = _GAP.match(text, at)
    at = gap.end() if gap else at
    m = _LETTERS_AFTER.match(text, at)
    if m and (m[0] in _LETTERS or m[0].rstrip("$") in _LETTERS):
        known = _LETTERS.get(m[0]) or _LETTERS[m[0].rstrip("$")]
        longer = _NAME_AFTER.match(text, at)
        name = longer and _longest_name(longer[0])
        if name and name[1] > len(m[0]):  # "RMB yuan", "PNG kina", "CFA francs"
            return name[0], at + name[1]
        return known, m.end()
    m = _SIGN_AFTER.match(text, at)
    if m and m[0] in _SIGNS:
        return _SIGNS[m[0]], m.end()
    m = _NAME_AFTER.match(text, at)
    if m:
        name = _longest_name(m[0])
        if name:
            return name[0], at + name[1]
    return None, at


def _longest_name(words: str) -> tuple[_Currency, int] | None:
    """The currency that a run of words begins with, and its length in characters: "Fiji dollars to" -> FJD, 12."""
    ends = [m.end() for m in re.finditer(r"[^\s-]+", words)]
    for end in reversed(ends[:4]):
        known = _name(words[:end])
        if known:
            return known[0], len(words[:end].rstrip(".'’"))
    # the name of a state before a word of several currencies
    for i, end in enumerate(ends[:3]):
        state = _state_names().get(words[:end].lower().removesuffix("'s"))
        if not state or i + 1 >= len(ends):
            continue
        word = words[end + 1 : ends[i + 1]]
        known = _name(word)
        if not known:
            continue
        key = word.lower().rstrip(".'’")
        family = set(known[0].candidates) | _family(key) | _family(key.removesuffix("s")) | {known[0].code or ""}
        own = state_currencies().get(state, frozenset()) & family
        if len(own) == 1:
            return _Currency(next(iter(own))), len(words[: ends[i + 1]].rstrip(".'’"))
        if known[0].code and not known[0].candidates:
            return known[0], len(words[: ends[i + 1]].rstrip(".'’"))
    return None


def _quantities(text: str) -> list[_Quantity]:
    """Every number of the text with its magnitude and currency, in order and without overlaps."""
    out: list[_Quantity] = []
    floor = 0
    for m in _NUMBER.finditer(text):
        if m.start() < floor or _VAGUE.search(text, max(0, m.start() - 12), m.start()):
            continue
        digits = m[0][0].isdigit()
        before, start = _before(text, m.start(), floor) if digits else (None, m.start())
        if digits and not before and m.start() and text[m.start() - 1].isalpha():
            continue  # "G77", "K2": a name
        value = _number(m[0])
        factor, end = _magnitude(text, m.end())
        large = bool(factor) or value >= 1_000
        if before and before.large and not large:
            before, start = None, m.start()
        after, stop = _after(text, end)
        if after and (
            after.large
            and not large
            or after.kind != "word"
            and not (factor or before)
            and _NUMBER_NEXT.match(text, stop)  # "in 2013 USD 5 million": the code is the next number's
        ):
            after = None
        if before and before.kind == "word" and after:
            before, start = None, m.start()
        if after:
            end = stop
        out.append(_Quantity(start, end, value, factor, before, after, digits))
        floor = end
    return out


def _plain(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else float(value)


def _join(text: str, quantities: list[_Quantity]) -> list[Money]:
    """Ranges and sums that share a currency, out of numbers that stand side by side."""
    out: list[Money] = []
    i = 0
    while i < len(quantities):
        q = quantities[i]
        after = quantities[i + 1] if i + 1 < len(quantities) else None
        joint = _JOINT.fullmatch(text, q.end, after.start) if after and after.start - q.end <= 6 else None
        if after and joint:
            lead = _LEAD.search(text, max(0, q.start - 10), q.start)
            if _is_range(q, after, joint[1].lower(), lead[1].lower() if lead else ""):
                out.extend(_range(q, after, lead.start() if lead else q.start))
                i += 2
                continue
            if not q.currency and after.currency and q.factor and joint[1].lower() in ("and", "or"):
                q.after = after.currency  # "100 million and 200 million dollars"
        out.extend(_single(text, q))
        i += 1
    return out


def _is_range(first: _Quantity, second: _Quantity, joint: str, lead: str) -> bool:
    if not (first.currency or second.currency):
        return False
    if joint in ("and", "or"):
        return lead == "between" and joint == "and"
    if not first.currency and not first.factor and first.value > second.value:
        return False  # "from 2010 to 15 million dollars"
    if not second.currency and joint == "to" and not lead:
        return not first.factor and bool(second.factor)  # "$5 million to 10 million people" is no range
    return bool(first.digits or first.factor or second.factor)


def _range(first: _Quantity, second: _Quantity, start: int) -> list[Money]:
    # "from 7 to 14 million" shares the magnitude; "$500,000 to $1 million" does not
    low = first.units(second.factor if first.value < 1_000 else None)
    high = second.units(first.factor if second.value < 1_000 else None)
    known = [c for c in (first.currency, second.currency) if c]
    currency = next((c for c in known if c.code), known[0])
    return [Money(start, second.end, _plain(min(low, high)), _plain(high), currency.code, currency.candidates)]


def _single(text: str, q: _Quantity) -> list[Money]:
    currency = q.currency
    if not currency or (not q.digits and not q.factor and currency.kind != "word"):
        return []
    if not q.digits and not q.factor and q.value < 100:
        return []  # "one euro", "a dollar store"
    value = _plain(q.units())
    most = _UP_TO.search(text, max(0, q.start - 48), q.start)
    least = None if most else _AT_LEAST.search(text, max(0, q.start - 48), q.start)
    start = most.start() if most else least.start() if least else q.start
    low, high = (None if most else value), (None if least else value)
    return [Money(start, q.end, low, high, currency.code, currency.candidates)]
