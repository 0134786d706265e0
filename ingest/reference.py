"""Which state a publisher's name or code means, on which day.

The answers are editorial and live in reviewed seeds, not in this module:

- ``dbt_project/seeds/countries.csv``: one row per state, territory or special code, with its validity;
- ``dbt_project/seeds/country_aliases.csv``: one row per name of a country and period;
- ``dbt_project/seeds/country_codes.csv``: one row per code or label of a publisher that no text has (EL, 736);
- ``dbt_project/seeds/aggregates.csv``: one row per aggregate ("Sub-Saharan Africa", 947) of a publisher.

Periods are half-open: ``valid_to`` is the first day on which the state, or the alias, is no more. An empty end is open.

Beware of figures carried back: UN DESA, the World Bank and Eurostat publish 1990 figures for states that did not
exist in 1990, on the territory of today. Resolve such names without a date, or on the day of the edition; give the date
of the observation only where the publisher names the states of that day (flights, statements, UNHCR before 1992).
"""

from __future__ import annotations

import csv
import functools
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from ingest.settings import SEEDS

# What a publisher may write in a country column. Adjectives, demonyms, capitals and metonyms are for running text only.
NAME_KINDS = frozenset({"name", "official_name", "publisher", "ru_name"})
SHORT_KINDS = frozenset({"short_name"})
TEXT_KINDS = frozenset({"adjective", "demonym", "capital", "metonym"})

MEND = "add a row to dbt_project/seeds/country_aliases.csv"

_DASHES = dict.fromkeys(map(ord, "-\u2010\u2011\u2012\u2013\u2014\u2015\u2212"), " ")
_APOSTROPHES = dict.fromkeys(map(ord, "'`\u00b4\u2018\u2019\u201b\u02bb\u02bc\u2032\uff07"))
_SUPERSCRIPTS = dict.fromkeys(map(ord, "\u00b9\u00b2\u00b3\u2070\u2074\u2075\u2076\u2077\u2078\u2079\u2020\u2021*"))
_FOOTNOTE = re.compile(r"(?<=\S)\s*(?:\((?:[a-z]|\d{1,2})\)|\[\w{1,2}\]|\d{1,2}/)\s*$", re.IGNORECASE)
_CODE = re.compile(r"[A-Z]{2,4}|\d{1,4}")
_AGGREGATE_CODE = re.compile(r"[A-Z]{2,}\d*|\d+")  # TOTAL, EU28, 947


class UnknownCountry(ValueError):
    """A name or code that no row of the seeds knows, or that means an aggregate or several states."""


class NotAStateThen(ValueError):
    """A name or code that the seeds know, for a state that did not exist on the day asked for."""


@functools.cache
def normalise(name: str) -> str:
    """Return the form in which two spellings of one name are equal: ``" Côte d’Ivoire*"`` gives ``"cote divoire"``.

    Casefolded; diacritics, apostrophes, full stops and trailing footnote marks dropped; dashes and runs of blanks
    become one blank; ``&`` becomes ``and``, a word ``st`` becomes ``saint``, a leading ``the`` goes.
    """
    text = name.translate(_SUPERSCRIPTS).translate(_APOSTROPHES).strip()
    text = _FOOTNOTE.sub("", text)
    text = unicodedata.normalize("NFKD", text)
    text = "".join(letter for letter in text if not unicodedata.combining(letter))
    text = text.casefold().translate(_DASHES).replace(".", "").replace("&", " and ")
    words = ["saint" if word == "st" else word for word in text.split()]
    if len(words) > 1 and words[0] == "the":
        del words[0]
    return " ".join(words)


@dataclass(frozen=True, slots=True)
class Country:
    """One row of countries.csv, as far as resolution needs it; dates parsed, empty dates None."""

    country_id: str
    iso2: str
    m49: str
    name: str
    official_name: str
    kind: str
    sovereign: str
    un_member: bool
    valid_from: date | None
    valid_to: date | None

    def exists_on(self, on: date) -> bool:
        """Tell whether the state or territory existed on that day."""
        return _within(on, self.valid_from, self.valid_to)


@dataclass(frozen=True, slots=True)
class Alias:
    """One row of country_aliases.csv; dates parsed, empty dates None."""

    alias: str
    country_id: str
    kind: str
    lang: str
    valid_from: date | None
    valid_to: date | None
    ambiguous: bool
    source: str


@dataclass(frozen=True, slots=True)
class Code:
    """One row of country_codes.csv; dates parsed, empty dates None."""

    code: str
    country_id: str
    valid_from: date | None
    valid_to: date | None


@dataclass(frozen=True, slots=True)
class _Reading:
    """A country that a name may mean, and the days on which it may mean it."""

    country_id: str
    valid_from: date | None
    valid_to: date | None


def _within(on: date, start: date | None, end: date | None) -> bool:
    return (start is None or start <= on) and (end is None or on < end)


def _later(one: date | None, other: date | None) -> date | None:
    return max((day for day in (one, other) if day is not None), default=None)


def _sooner(one: date | None, other: date | None) -> date | None:
    return min((day for day in (one, other) if day is not None), default=None)


def _day(text: str) -> date | None:
    return date.fromisoformat(text) if text else None


def read_seed(name: str, seeds: Path = SEEDS) -> list[dict[str, str]]:
    """Return the rows of a seed as text, column by column; nothing is guessed, so Namibia's ``NA`` stays a string.

    Raises FileNotFoundError for a missing seed and ValueError, with file and line, for a row that is too short or long.
    """
    path = seeds / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as handle:
        reader = csv.DictReader(handle, restkey="", strict=True)
        rows = []
        for row in reader:
            if "" in row or None in row.values():
                raise ValueError(f"{path.name} line {reader.line_num}: not {len(reader.fieldnames or [])} fields")
            rows.append(row)
    return rows


class Countries:
    """The countries, their names and the aggregates that are not countries.

    Build it with :func:`countries`, which reads the seeds once per process.
    """

    def __init__(
        self,
        rows: Iterable[Country],
        aliases: Iterable[Alias],
        codes: Iterable[Code] = (),
        aggregates: Iterable[tuple[str, str, str]] = (),
    ) -> None:
        """Take countries, aliases, publishers' codes, and aggregates as (code, name, publisher).

        Raises ValueError for a country_id given twice, and for an alias or code of a country that has no row.
        """
        self.by_id: dict[str, Country] = {}
        self.aliases: list[Alias] = list(aliases)
        self._ids: dict[str, list[_Reading]] = {}
        self._codes: dict[str, list[_Reading]] = {}
        self._m49: dict[str, list[_Reading]] = {}
        self._names: dict[str, list[_Reading]] = {}
        self._shorts: dict[str, list[_Reading]] = {}
        for country in rows:
            if country.country_id in self.by_id:
                raise ValueError(f"countries.csv: {country.country_id} stands twice")
            self.by_id[country.country_id] = country
            reading = _Reading(country.country_id, country.valid_from, country.valid_to)
            self._ids[country.country_id] = [reading]
            if country.iso2:
                self._codes.setdefault(country.iso2, []).append(reading)
            if country.m49:
                self._m49.setdefault(country.m49, []).append(reading)
        for alias in self.aliases:
            if alias.country_id not in self.by_id:
                raise ValueError(f"country_aliases.csv: {alias.alias!r} names {alias.country_id}, not in countries.csv")
            self._file(alias)
        for code in codes:
            if code.country_id not in self.by_id:
                raise ValueError(f"country_codes.csv: {code.code!r} names {code.country_id}, not in countries.csv")
            reading = self._reading(code.country_id, code.valid_from, code.valid_to)
            if code.code.isdigit():
                self._m49.setdefault(code.code, []).append(reading)
            elif _CODE.fullmatch(code.code):
                self._codes.setdefault(code.code, []).append(reading)
            else:
                self._names.setdefault(normalise(code.code), []).append(reading)
        self._aggregate_codes: dict[str, str] = {}
        self._aggregate_names: dict[str, str] = {}
        for number, name, publisher in aggregates:
            what = f"{name} ({publisher})"
            self._aggregate_names.setdefault(normalise(name), what)
            if number:
                self._aggregate_codes.setdefault(number.lstrip("0"), what)
        self._memo: dict[tuple[str, date | None], str] = {}

    def _file(self, alias: Alias) -> None:
        if alias.kind in TEXT_KINDS:
            return
        if alias.kind in NAME_KINDS:
            table = self._names
        elif alias.kind in SHORT_KINDS:
            table = self._shorts
        else:
            raise ValueError(f"country_aliases.csv: {alias.alias!r} has unknown kind {alias.kind!r}")
        reading = self._reading(alias.country_id, alias.valid_from, alias.valid_to)
        table.setdefault(normalise(alias.alias), []).append(reading)

    def _reading(self, country_id: str, start: date | None, end: date | None) -> _Reading:
        country = self.by_id[country_id]
        return _Reading(country_id, _later(start, country.valid_from), _sooner(end, country.valid_to))

    def resolve(self, name_or_code: str, on: date | None = None) -> str:
        """Return the country_id that a publisher means by this name, ISO code or M49 number.

        Codes count in capitals only. ``on`` is the day for which the publisher speaks: with it "Yugoslavia" is YUG in
        1991 and SCG in 1999; without it a name means the one country of today that bears it, or else the one that
        ever did. Raises UnknownCountry for a name that has no row, that means an aggregate, or that means several
        countries; NotAStateThen where the country did not exist on that day.
        """
        memo = (name_or_code, on)
        if memo not in self._memo:
            self._memo[memo] = self._resolve(name_or_code, on)
        return self._memo[memo]

    def _resolve(self, given: str, on: date | None) -> str:
        text = given.strip()
        if text.isascii() and text.isdigit():
            return self.from_m49(text, on)
        known: list[_Reading] = []
        key = normalise(given)
        aggregate = self._aggregate(given)
        tables = [(self._ids, text), (self._codes, text), (self._names, key)]
        if not aggregate:  # "America" is the United States in a text, and a continent in a table
            tables.append((self._shorts, key))
        for table, lookup in tables:
            readings = table.get(lookup, [])
            known += readings
            found = _valid(readings, on)
            if len(found) == 1:
                return found.pop()
            if found:
                raise UnknownCountry(_several(given, found, on))
        if known:
            raise NotAStateThen(self._not_then(given, known, on))
        aggregate = self._aggregate(given)
        if aggregate:
            raise UnknownCountry(
                f"{given!r} is no country but the aggregate {aggregate}; drop such rows before resolving"
            )
        raise UnknownCountry(f"unknown country {given!r}; {MEND}")

    def from_m49(self, code: str | int, on: date | None = None) -> str:
        """Return the country_id of a UN M49 number or location code: ``417``, ``"417"`` and ``"004"`` are all read.

        Raises UnknownCountry for a number without a row or of an aggregate (900 and the like), NotAStateThen where the
        country did not exist on that day.
        """
        text = str(code).strip()
        if not (text.isascii() and text.isdigit()):
            raise UnknownCountry(f"{code!r} is no M49 number")
        readings = self._m49.get(text.zfill(3), [])
        found = _valid(readings, on)
        if len(found) == 1:
            return found.pop()
        if found:
            raise UnknownCountry(_several(text, found, on))
        if readings:
            raise NotAStateThen(self._not_then(text, readings, on))
        aggregate = self._aggregate_codes.get(text.lstrip("0"))
        if aggregate:
            raise UnknownCountry(
                f"M49 {text} is no country but the aggregate {aggregate}; drop such rows before resolving"
            )
        raise UnknownCountry(f"unknown M49 number {text}; add it to dbt_project/seeds/countries.csv or aggregates.csv")

    def is_aggregate(self, name_or_code: str) -> bool:
        """Tell whether a publisher means by this a group of countries, a total or a residual: a row to leave out."""
        return self._aggregate(name_or_code) is not None

    def _aggregate(self, given: str) -> str | None:
        text = given.strip()
        if _AGGREGATE_CODE.fullmatch(text) or "_" in text:
            by_code = self._aggregate_codes.get(text.lstrip("0"))
            if by_code:
                return by_code
        return self._aggregate_names.get(normalise(given))

    def _not_then(self, given: str, readings: list[_Reading], on: date | None) -> str:
        spans = ", ".join(
            f"{r.country_id} [{r.valid_from or '...'}, {r.valid_to or '...'})" for r in sorted(set(readings), key=str)
        )
        return (
            f"{given!r} was no state on {on}: it means {spans}. Where the publisher carries today's states back, "
            f"resolve without a date; where the period is wrong, mend dbt_project/seeds/countries.csv"
        )


def _valid(readings: list[_Reading], on: date | None) -> set[str]:
    if on is not None:
        return {r.country_id for r in readings if _within(on, r.valid_from, r.valid_to)}
    return {r.country_id for r in readings if r.valid_to is None} or {r.country_id for r in readings}


def _several(given: str, found: set[str], on: date | None) -> str:
    when = f"on {on}" if on else "without a date"
    means = ", ".join(sorted(found))
    return f"{given!r} {when} may mean any of {means}: give a date or a code, or {MEND} with kind publisher"


def load(seeds: Path = SEEDS) -> Countries:
    """Read the four seeds and return the countries. Raises ValueError where a seed contradicts itself."""
    rows = [
        Country(
            country_id=row["country_id"],
            iso2=row["iso2"],
            m49=row["m49"],
            name=row["name"],
            official_name=row["official_name"],
            kind=row["kind"],
            sovereign=row["sovereign"],
            un_member=row["un_member"] == "true",
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
        )
        for row in read_seed("countries", seeds)
    ]
    aliases = [
        Alias(
            alias=row["alias"],
            country_id=row["country_id"],
            kind=row["kind"],
            lang=row["lang"],
            valid_from=_day(row["valid_from"]),
            valid_to=_day(row["valid_to"]),
            ambiguous=row["ambiguous"] == "true",
            source=row["source"],
        )
        for row in read_seed("country_aliases", seeds)
    ]
    codes = [
        Code(row["code"], row["country_id"], _day(row["valid_from"]), _day(row["valid_to"]))
        for row in read_seed("country_codes", seeds)
    ]
    aggregates = [(row["code"], row["name"], row["publisher"]) for row in read_seed("aggregates", seeds)]
    return Countries(rows, aliases, codes, aggregates)


@functools.cache
def countries() -> Countries:
    """Return the countries of the seeds, read once per process."""
    return load()
