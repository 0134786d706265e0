"""Sums of money in text: a grammar of our own (symbols, ISO codes, words, magnitudes, ranges, hyphens, grouped digits).

    sum      = [bound] (range | single)
    range    = "between" single "and" single | "from" single "to" single | number ("-" | "to") single
    single   = currency number [magnitude] [currency] | number [magnitude] currency

A number without a currency is no sum. The scan is one pass of one regular expression without nested repetition.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ingest.coding.tables import table

Number = int | float


@dataclass(frozen=True, slots=True)
class Money:
    """A sum as said. Amounts are in units of `currency` (ISO 4217, None where the word fits several states).

    `amount_min` is None after "up to"; otherwise one sum fills both. [start, end) bounds the words, bound included.
    """

    start: int
    end: int
    amount_min: Number | None
    amount_max: Number | None
    currency: str | None


_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_NUMBER_WORDS = (
    {w: i for i, w in enumerate(_ONES)} | {w: 10 * (i + 2) for i, w in enumerate(_TENS)} | {"a": 1, "hundred": 100}
)


def _any(aliases: Iterable[str]) -> str:
    return "|".join(re.escape(a).replace(r"\ ", r"\s+") for a in sorted(set(aliases), key=lambda a: (-len(a), a)))


def _currencies() -> tuple[dict[str, str | None], str, str]:
    """(alias -> ISO code, pattern of what may stand before a number, pattern of what may follow one)."""
    code: dict[str, str | None] = {}
    symbols: list[str] = []
    codes: list[str] = []
    names: list[str] = []
    for row in table("currencies"):
        alias, iso = row["alias"], row["currency"] or None
        code[alias if row["kind"] != "word" else alias.lower()] = iso
        {"symbol": symbols, "code": codes, "word": names}[row["kind"]].append(alias)
    before = rf"(?:{_any(symbols)})|\b(?:{_any(codes)})(?=[\s\d])\$?"
    signs = _any(s for s in symbols if len(s) == 1 or s == "US$")
    after = rf"(?:{_any(codes)})\b|(?i:{_any(names)})(?i:s|es)?\b|(?:{signs})"
    return code, before, after


_CODE, _BEFORE, _AFTER = _currencies()
_FACTOR = {row["word"]: int(row["factor"]) for row in table("magnitudes")}
_LONG = [w for w in _FACTOR if len(w) > 1]
_DIGITS = r"\d{1,3}(?:(?:,\d{2,3}){1,5}(?!\d)|(?:[ ']\d{3}){1,5}(?!\d))(?:\.\d{1,6})?|\d{1,15}(?:[.,]\d{1,6})?"
_WORDED = (
    rf"\b(?i:(?:{'|'.join(_TENS)})-(?:{'|'.join(_ONES[1:10])})|{'|'.join([*_TENS, *reversed(_ONES)])}|"
    r"a\s+hundred|hundred|(?:a\s+)?half\s+a|a)\b"
)
_NUM = rf"(?:(?<![\d.,])(?:{_DIGITS})|{_WORDED})"
_MAG = rf"(?:(?i:\s?-?\s?(?:hundred\s+|thousand\s+)?(?:{_any(_LONG)})s?)\b\.?|[mMbBkKtT]\b(?!')|\s[mMbB]\b(?!'))"
_HOW = (
    r"(?i:up\s+to|as\s+much\s+as|no\s+more\s+than|not\s+more\s+than|a\s+maximum\s+of|at\s+most|a\s+ceiling\s+of|"
    r"not\s+exceeding)\s+(?:(?i:about|around|some|an\s+additional|a\s+further|another)\s+)?"
)
_GAP = r"[\s-]{0,2}(?:(?i:of|in|worth)\s+)?"
_SUM = re.compile(
    rf"(?P<upto>{_HOW})?(?:(?P<between>(?i:between|from))\s+)?"
    rf"(?:(?P<c1>{_BEFORE})\s?)?(?P<n1>{_NUM})(?P<m1>{_MAG})?(?:\s?(?P<c2>{_AFTER}))?"
    rf"(?:\s?(?P<to>–|-|(?i:to|and|or))\s?(?:(?P<c3>{_BEFORE})\s?)?(?P<n2>{_NUM})(?P<m2>{_MAG})?)?"
    rf"(?:[\s-]{{0,2}}(?P<c4>{_AFTER}))?",
)
# Only here can a sum start; keeps the scan off the rest of the text.
_SYMBOL_OR_DIGIT = re.compile(rf"\d|(?i:\b(?:{_any(_LONG)})\b)")


def _number(words: str) -> Decimal | None:
    low = words.lower().strip()
    if low[:1].isdigit():
        digits = re.sub(r"[ ']", "", low)
        if re.fullmatch(r"\d{1,15},\d{1,2}|\d{1,15},\d{4,6}", digits):
            return Decimal(digits.replace(",", "."))
        return Decimal(digits.replace(",", ""))
    if "half" in low:
        return Decimal("0.5")
    total = 0
    for w in re.split(r"[\s-]+", low):
        total = total * 100 if w == "hundred" and total else total + _NUMBER_WORDS[w]
    return Decimal(total)


def _factor(magnitude: str | None) -> int:
    if not magnitude:
        return 1
    out = 1
    for w in re.split(r"[\s-]+", magnitude.strip(" -.\n")):
        w = w.rstrip(".")
        if w.lower() == "hundred":
            out *= 100
            continue
        key = w if w in _FACTOR else w.lower() if w.lower() in _FACTOR else w.lower().rstrip("s")
        out *= _FACTOR[key]
    return out


def _plain(value: Decimal) -> Number:
    return int(value) if value == value.to_integral_value() else float(value)


def _iso(alias: str | None) -> str | None:
    if not alias:
        return None
    alias = re.sub(r"\s+", " ", alias)
    for key in (
        alias,
        alias.lower(),
        alias.lower().removesuffix("s"),
        alias.lower().removesuffix("es"),
        alias.rstrip("$"),
    ):
        if key in _CODE:
            return _CODE[key]
    return None


def amounts(text: str) -> list[Money]:
    """Every sum of money in normalised text, in order. "3 Mb/s", "36 x 47 mm" and bare years are none."""
    if not _SYMBOL_OR_DIGIT.search(text):
        return []
    out = []
    m = _SUM.search(text)
    while m:
        found, at = _read(m)
        out.extend(found)
        m = _SUM.search(text, max(at, m.start() + 1))
    return out


def _read(m: re.Match[str]) -> tuple[list[Money], int]:
    """The sums that one match of the grammar holds, and where the scan goes on."""
    g = m.groupdict()
    own = g["c1"] or g["c2"]
    after = g["c3"] or g["c4"]
    if g["n2"] is not None:
        joined = g["to"].lower() in ("and", "or")
        is_range = not joined or (g["between"] or "").lower() == "between"
        if is_range and (own or after):
            return _range(m), m.end()
        # two sums side by side: "$2 million and $3 million", "100 million and 200 million dollars"
        end = m.end("c2") if g["c2"] else m.end("m1") if g["m1"] else m.end("n1")
        if own or (after and g["m1"]):
            return _single(m, end, own or after), end
        return [], end
    return (_single(m, m.end(), own or g["c4"]) if own or g["c4"] else []), m.end()


def _single(m: re.Match[str], end: int, currency: str | None) -> list[Money]:
    g = m.groupdict()
    first = _number(g["n1"])
    if first is None or (not g["n1"][0].isdigit() and not g["m1"]):
        return []
    second = g["c2"] or (g["c4"] if g["n2"] is None else None)
    # "$50 million Canadian dollars": the word is more precise than the sign
    iso = (_iso(second) if (g["c1"] or "") in ("$", "¥") and second else None) or _iso(currency)
    value = _plain(first * _factor(g["m1"]))
    start = m.start("upto") if g["upto"] else m.start("c1") if g["c1"] else m.start("n1")
    return [Money(start, end, None if g["upto"] else value, value, iso)]


def _range(m: re.Match[str]) -> list[Money]:
    g = m.groupdict()
    first, second = _number(g["n1"]), _number(g["n2"])
    if first is None or second is None or not (g["n1"][0].isdigit() or g["m1"] or g["m2"]):
        return []
    f2 = _factor(g["m2"] or g["m1"])
    # "from 7 to 14 million" shares the magnitude; "$500,000 to $1 million" does not
    f1 = _factor(g["m1"]) if g["m1"] else f2 if first < 1000 else 1
    low, high = first * f1, second * f2
    iso = next((c for c in map(_iso, (g["c1"], g["c2"], g["c4"], g["c3"])) if c), None)
    return [Money(m.start(), m.end(), _plain(min(low, high)), _plain(high), iso)]
