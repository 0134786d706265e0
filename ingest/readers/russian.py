"""Words that tables in Russian use for months, quarters, purposes and groups of countries."""

from __future__ import annotations

import re

from ingest.readers.parties import Party, party

MONTHS = ("янв", "февр", "март", "апр", "ма", "июн", "июл", "авг", "сент", "окт", "нояб", "дек")  # май, мая: ма
MONTH = re.compile(r"(янв|февр?|март|апр|ма[йя]|июн|июл|авг|сент?|окт|нояб?|дек)[а-я]*\.?", re.I)
PURPOSES = (  # what a purpose of travel or stay begins with, and its name here; the first that fits counts
    ("всего", "all"), ("итого", "all"), ("работа", "work"), ("трудов", "work"), ("учеб", "study"), ("учёб", "study"),
    ("обучен", "study"), ("туриз", "tourism"), ("туристич", "tourism"), ("частн", "private"), ("делов", "business"),
    ("служебн", "business"), ("транзит", "transit"), ("обслуживающий персонал", "crew"), ("постоянное", "settlement"),
    ("въезд на постоянн", "settlement"), ("лечен", "treatment"), ("гуманитарн", "humanitarian"), ("иные", "other"),
    ("иная", "other"), ("иной", "other"), ("иное", "other"),
    ("друг", "other"), ("проч", "other"),
)  # fmt: skip
GROUPS = {
    "всего": "WORLD", "итого": "WORLD", "все страны": "WORLD", "total": "WORLD", "страны снг": "CIS", "снг": "CIS",
    "cis": "CIS", "государства - участники снг": "CIS", "дальнее зарубежье": "NON_CIS", "вне снг": "NON_CIS",
    "страны вне снг": "NON_CIS", "другие страны": "OTHER", "прочие страны": "OTHER", "прочие": "OTHER",
    "other": "OTHER", "other countries": "OTHER",
}  # fmt: skip


def month(text: str) -> int:
    """The month, 1 to 12, that a word in Russian names, in full or in short; 0 where it names none."""
    found = MONTH.search(text)
    stem = found[1].lower()[:3] if found else ""
    return next((n for n, name in enumerate(MONTHS, 1) if stem and (name[:3] == stem or name == stem[:2] == "ма"
                                                                     and stem != "мар")), 0)  # fmt: skip


def purpose(text: str) -> str:
    """The purpose that a heading names, "" where it is not known here."""
    words = re.sub(r"^(цель|с целью|цель въезда|цель поездки)[:\s]+", "", text.strip().lower())
    return next((name for start, name in PURPOSES if words.startswith(start)), "")


def whom(text: str | None) -> Party:
    """The country, or group of countries, of a name in a Russian (or Kyrgyz bank's English) table."""
    words = re.sub(r"\s+", " ", (text or "").strip()).rstrip(":*")
    if group := GROUPS.get(words.lower()):
        return Party(group, "aggregate")
    return party(words)
