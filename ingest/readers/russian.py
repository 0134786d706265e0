"""Words that tables in Russian use for months, quarters, purposes and groups of countries, and their letters."""

from __future__ import annotations

import re
from collections.abc import Iterable

from ingest.errors import BadFile
from ingest.readers.parties import Party, party

MONTHS = ("янв", "февр", "март", "апр", "ма", "июн", "июл", "авг", "сент", "окт", "нояб", "дек")  # май, мая: ма
MONTH = re.compile(r"(янв|февр?|март|апр|ма[йя]|июн|июл|авг|сент?|окт|нояб?|дек)[а-я]*\.?", re.I)
QUARTER = re.compile(r"(?i)\b(IV|I{1,3}|[1-4])[-\s]*(?:й\s*)?квартал")
PURPOSES = (  # what a purpose of travel or stay begins with, and its name here; the first that fits counts
    ("всего", "all"), ("итого", "all"), ("работа", "work"), ("трудов", "work"), ("учеб", "study"), ("учёб", "study"),
    ("обучен", "study"), ("туриз", "tourism"), ("туристич", "tourism"), ("частн", "private"), ("делов", "business"),
    ("служебн", "business"), ("транзит", "transit"), ("обслуживающий персонал", "crew"), ("постоянное", "settlement"),
    ("въезд на постоянн", "settlement"), ("лечен", "treatment"), ("гуманитарн", "humanitarian"), ("иные", "other"),
    ("иная", "other"), ("иной", "other"), ("иное", "other"),
    ("друг", "other"), ("проч", "other"),
)  # fmt: skip
UNTOUCHED = "get the file again and put it into the folder as it came, not as another program saved it"
GROUPS = {
    "всего": "WORLD", "итого": "WORLD", "все страны": "WORLD", "total": "WORLD", "страны снг": "CIS", "снг": "CIS",
    "cis": "CIS", "государства - участники снг": "CIS", "дальнее зарубежье": "NON_CIS", "вне снг": "NON_CIS",
    "страны вне снг": "NON_CIS", "другие страны": "OTHER", "прочие страны": "OTHER", "прочие": "OTHER",
    "other": "OTHER", "other countries": "OTHER",
    # listed by Russia as states, and none in seeds/countries.csv: they make no dyad
    "абхазия": "ABKHAZIA", "республика абхазия": "ABKHAZIA", "южная осетия": "SOUTH_OSSETIA",
    "республика южная осетия": "SOUTH_OSSETIA",
}  # fmt: skip


def month(text: str) -> int:
    """The month, 1 to 12, that a word in Russian names, in full or in short; 0 where it names none."""
    found = MONTH.search(text)
    stem = found[1].lower()[:3] if found else ""
    return next((n for n, name in enumerate(MONTHS, 1) if stem and (name[:3] == stem or name == stem[:2] == "ма"
                                                                     and stem != "мар")), 0)  # fmt: skip


def period(text: str) -> tuple[str, int]:
    """Grain (A, Q, M) and first month of a part of a year: "IV квартал" is ("Q", 10); ("", 0) where it is not known."""
    if quarter := QUARTER.search(text):
        number = ("I", "II", "III", "IV", "1", "2", "3", "4").index(quarter[1].upper()) % 4
        return "Q", number * 3 + 1
    if "-" not in text and (found := month(text)):
        return "M", found
    return ("A", 1) if re.search(r"(?i)за год|^год$|^$", text) else ("", 0)


def purpose(text: str) -> str:
    """The purpose that a heading names, "" where it is not known here."""
    words = re.sub(r"^(цель|с целью|цель въезда|цель поездки)[:\s]+", "", text.strip().lower())
    return next((name for start, name in PURPOSES if words.startswith(start)), "")


def whom(text: str | None) -> Party:
    """The country, or group of countries, of a name in a Russian (or the Kyrgyz bank's English) table."""
    words = re.sub(r"\s+", " ", (text or "").strip()).rstrip(":*")
    if group := GROUPS.get(words.lower()):
        return Party(group, "aggregate")
    return party(words)


def decoded(content: bytes) -> str:
    """Text in UTF-8 or else in windows-1251, in which every byte has a meaning: see refuse_broken."""
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError:
        return content.decode("cp1251", "replace")


def refuse_broken(names: Iterable[str]) -> None:
    """Raise BadFile where a name's letters were lost, or are those of another encoding (Киргизия as РљРёСЂРі...)."""
    for name in names:
        if "\ufffd" in name or re.search(r"\?{3,}", name):
            raise BadFile(f"letters of its names are lost: {name[:60]!r}", mend=UNTOUCHED)
        if meant := _meant(name):
            raise BadFile(
                f"its letters were read in a wrong encoding: {name[:60]!r} for {meant[:60]!r}", mend=UNTOUCHED
            )


def _meant(name: str) -> str:
    """The Russian text whose bytes, read in another encoding than its own, are `name`; "" where there is none."""
    for read, right in (("cp1251", "utf-8"), ("cp1252", "utf-8"), ("cp1252", "cp1251")):
        try:
            meant = b"".join(_byte(letter, read) for letter in name).decode(right)
        except UnicodeError:
            continue
        letters = [letter for letter in meant if letter.isalpha()]
        if meant != name and letters and all("\u0400" <= letter <= "\u04ff" for letter in letters):
            return meant
    return ""


def _byte(letter: str, encoding: str) -> bytes:
    """The letter's byte; one that the encoding does not have stands for the byte of its number."""
    try:
        return letter.encode(encoding)
    except UnicodeEncodeError:
        return letter.encode("latin-1")
