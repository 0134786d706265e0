"""Deadlines and frequencies in text, at the precision said: "by June 30" -> 2023-06-30, "next week" -> 2023-05.

A date relative to the statement ("by the end of the year") needs the statement's own date; without it, it is unknown.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta

_MONTHS = ("january february march april may june july august september october november december").split()
_MONTH_NO = {m: i for i, m in enumerate(_MONTHS, 1)} | {m[:3]: i for i, m in enumerate(_MONTHS, 1)} | {"sept": 9}
# "may" is a month only beside a day or a year, or capitalised after a preposition
_M = (
    r"(?P<{0}>(?:January|February|March|April|May|June|July|August|September|October|November|December|"
    r"Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept|Sep|Oct|Nov|Dec)\b\.?)"
)
_Y = r"(?P<{0}>(?:19|20)\d\d)(?!\d)"
_D = r"(?P<{0}>[0-3]?\d)(?:st|nd|rd|th)?\b"

_SEASONS = ("spring", "summer", "autumn", "fall", "winter")

_DATE = re.compile(
    "|".join(
        (
            rf"(?P<iso>{_Y.format('iy')}-(?P<im>[01]\d)-(?P<id>[0-3]\d))\b",
            rf"(?P<dmy>{_D.format('d1')}\s+(?:of\s+)?{_M.format('m1')}(?:,?\s+{_Y.format('y1')})?)",
            rf"(?P<mdy>{_M.format('m2')}\s+{_D.format('d2')}(?:,?\s+{_Y.format('y2')})?)(?!\d)",
            rf"(?P<my>{_M.format('m3')}\s+(?:of\s+)?{_Y.format('y3')})",
            rf"(?P<half>(?i:(?P<hn>first|second|1st|2nd)\s+half)\s+of\s+(?:{_Y.format('y4')}|(?P<hy>(?i:this|the|next)\s+year)))",
            rf"(?P<quarter>(?i:(?P<qn>first|second|third|fourth|last)\s+quarter)\s+of\s+(?:{_Y.format('y5')}|(?P<qy>(?i:this|the|next)\s+year)))",
            r"(?P<span>(?:19|20)\d\d\s?[–/-]\s?(?P<to>(?:(?:19|20)\d\d|\d\d)(?!\d)))",
            rf"(?P<season>(?i:\b(?P<sn>spring|summer|autumn|fall|winter)(?:\s+(?:season|schedule))?\s+(?:of\s+)?){_Y.format('y6')})",
            rf"(?P<year>\b{_Y.format('y7')})",
            rf"(?P<mon>(?i:\b(?:in|by|until|till|before|from|since|of|late|early|mid|next|this|last|end)[\s-]+){_M.format('m4')})(?!\s+\d)",
            r"(?P<next>(?i:\b(?:next|this|coming|last)\s+(?:week|month|year|spring|summer|autumn|fall|winter)\b|"
            r"\b(?:the\s+)?year-?end\b|\bend\s+of\s+(?:the|this)\s+(?:year|month)\b|\bwithin\s+(?:a|the\s+(?:next|coming))\s+(?:week|month|year)\b|"
            r"\btomorrow\b|\byesterday\b|\b(?:last|next)\s+(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b))",
        )
    )
)


# A quick look before the long pattern.
_MAYBE = re.compile(
    r"\d|(?i:\b(?:next|this|coming|last|year-?end|end|within|tomorrow|yesterday)\b)|\b(?:January|February|March|April|May|June|July|August|"
    r"September|October|November|December|Jan|Feb|Mar|Apr|Jun|Jul|Aug|Sept?|Oct|Nov|Dec)\b"
)


@dataclass(frozen=True, slots=True)
class When:
    """A date as said: `value` is YYYY, YYYY-MM or YYYY-MM-DD; [start, end) are its words."""

    start: int
    end: int
    value: str

    @property
    def last_day(self) -> date:
        """The last day that the words can mean."""
        parts = [int(p) for p in self.value.split("-")]
        year, month = parts[0], parts[1] if len(parts) > 1 else 12
        if len(parts) == 3:
            return date(*parts)
        return date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)


def _month(year: int, month: int) -> str:
    return f"{year:04d}-{month:02d}"


def _number_of(name: str) -> int:
    return _MONTH_NO[name.rstrip(".").lower()]


def _near(month: int, day: date, back: bool) -> int:
    """The year of a month named without one: the next such month, or the last one where the words look back."""
    if back:
        return day.year if month <= day.month else day.year - 1
    return day.year if month >= day.month else day.year + 1


def _valid(year: int, month: int, day: int) -> str | None:
    try:
        return date(year, month, day).isoformat()
    except ValueError:
        return None


def _relative(words: str, day: date) -> str | None:
    low = re.sub(r"\s+", " ", words.lower())
    if low == "tomorrow":
        return (day + timedelta(days=1)).isoformat()
    if low == "yesterday":
        return (day - timedelta(days=1)).isoformat()
    if "year-end" in low or "yearend" in low or low.endswith(("the year", "this year")) and low.startswith("end"):
        return str(day.year)
    first = low.split()[0]
    if low.startswith("end of"):
        return _month(day.year, day.month)
    step = {"next": 1, "coming": 1, "within": 1, "this": 0, "last": -1}.get(first)
    if step is None:
        return None
    for season in _SEASONS:
        if low.endswith(season):
            return str(day.year + step)
    if low.endswith("year"):
        return str(day.year + step)
    if low.endswith("month"):
        y, m0 = divmod(day.year * 12 + day.month - 1 + step, 12)
        return _month(y, m0 + 1)
    if low.endswith("week"):
        there = day + timedelta(days=7 * step)
        return _month(there.year, there.month)
    names = ("mon", "tues", "wednes", "thurs", "fri", "satur", "sun")
    target = next(i for i, n in enumerate(names) if n in low)
    ahead = (target - day.weekday()) % 7 or 7
    return (day + timedelta(days=ahead if step > 0 else ahead - 7)).isoformat()


def dates(text: str, day: date | None, *, back: bool = False) -> list[When]:
    """Every date in normalised text, in order. `day` is the statement's date; `back` reads bare months as past ones."""
    out: list[When] = []
    if not _MAYBE.search(text):
        return out
    for m in _DATE.finditer(text):
        g = m.groupdict()
        value: str | None = None
        if g["iso"]:
            value = _valid(int(g["iy"]), int(g["im"]), int(g["id"]))
        elif g["dmy"] or g["mdy"]:
            n = "1" if g["dmy"] else "2"
            month, dom, year = _number_of(g["m" + n]), int(g["d" + n]), g["y" + n]
            if year:
                value = _valid(int(year), month, dom)
            elif day:
                value = _valid(_near(month, day, back), month, dom)
                if value and not back and date.fromisoformat(value) < day - timedelta(days=31):
                    value = _valid(day.year + 1, month, dom)
        elif g["my"]:
            value = _month(int(g["y3"]), _number_of(g["m3"]))
        elif g["half"] or g["quarter"]:
            said = g["y4"] or g["y5"]
            which = (g["hy"] or g["qy"] or "").lower()
            year_no = int(said) if said else day.year + which.startswith("next") if day else None
            if year_no:
                if g["half"]:
                    month = 6 if g["hn"].lower() in ("first", "1st") else 12
                else:
                    month = {"first": 3, "second": 6, "third": 9, "fourth": 12, "last": 12}[g["qn"].lower()]
                value = _month(year_no, month)
        elif g["span"]:
            to = g["to"]
            value = to if len(to) == 4 else m[0][:2] + to
        elif g["season"]:
            value = g["y6"]
        elif g["year"]:
            value = g["y7"]
        elif g["mon"] and day:
            month = _number_of(g["m4"])
            past = back or m[0].lower().startswith(("since", "last"))
            value = _month(_near(month, day, past), month)
        elif g["next"] and day:
            value = _relative(m[0], day)
        if value:
            out.append(When(m.start(), m.end(), value))
    return out


# What makes a date the time by which, or in which, something will be done.
_DUE = re.compile(
    r"(?i:\b(?:by|until|till|before|no\s+later\s+than|not\s+later\s+than|up\s+to|through|in|during|for|over|within|on|as\s+of|from|to|starting|end\s+of)"
    r"(?:\s+(?:about|the|its|their|end|beginning|start|close|of|summer|winter|season|financial|fiscal|year|years|period|course|mid|late|early))*[\s-]*)$"
)


def deadline(text: str, start: int, end: int, day: date | None) -> str | None:
    """The date by which the words text[start:end] are to be done, at the precision said; None where none is said.

    A date before the statement's own is no deadline. Of several, "by" and "until" win over "in", then the first.
    """
    best: tuple[int, str] | None = None
    for when in dates(text[start:end], day):
        value = when.value
        if day and when.last_day < day:
            continue
        lead = _DUE.search(text, max(start, start + when.start - 40), start + when.start)
        own = text[start + when.start : start + when.end].lower()
        if not lead and not re.match(r"next|this|coming|within|tomorrow|year-?end|end of|by |until |in |before ", own):
            continue
        words = ((lead[0] if lead else "") + own).lower()
        rank = 0 if re.match(r"(by|until|till|before|no later|not later)", words) else 1
        if best is None or rank < best[0]:
            best = (rank, value)
    return best[1] if best else None


_FREQUENCY = re.compile(
    r"\b(?P<n>\d{1,4}|one|two|three|four|five|six|seven|eight|nine|ten|twelve|fourteen|once|twice)\s+"
    r"(?:(?:additional|extra|regular|weekly|passenger|cargo|direct|scheduled|more)\s+){0,3}(?:(?:flights?|services?|trains?|departures|frequencies|times)\s+)?"
    r"(?:(?:a|per|every|each)\s+(?P<u>day|week|month|year)|(?P<ly>daily|weekly|monthly|annually))",
    re.IGNORECASE,
)
_COUNT = {w: i for i, w in enumerate("zero one two three four five six seven eight nine ten".split())} | {
    "twelve": 12,
    "fourteen": 14,
    "once": 1,
    "twice": 2,
}


def frequencies(text: str) -> list[tuple[int, int, int, str]]:
    """ "Four flights a week" -> (start, end, 4, "week") for every frequency in normalised text."""
    unit = {"daily": "day", "weekly": "week", "monthly": "month", "annually": "year"}
    out = []
    for m in _FREQUENCY.finditer(text):
        n = int(m["n"]) if m["n"].isdigit() else _COUNT[m["n"].lower()]
        out.append((m.start(), m.end(), n, (m["u"] or unit[m["ly"].lower()]).lower()))
    return out
