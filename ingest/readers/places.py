"""Which country an end of a published flight figure lies in, in tables that say the country by name or code."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache

from ingest.reference import MEND, NotAStateThen, UnknownCountry, countries


@dataclass(frozen=True)
class Place:
    """A country as a figure's end: `id`, `kind` and `sovereign` of seeds/countries.csv, or why there is none."""

    id: str | None
    kind: str | None
    sovereign: str | None
    reason: str | None = None
    mend: str | None = None


@cache
def place(name: str, start: date, end: date) -> Place:
    """The country of that name or code in the period [start, end): a state that begins within it counts already."""
    for day in (start, end - timedelta(days=1)):
        try:
            country = countries().by_id[countries().resolve(name, day)]
            return Place(country.country_id, country.kind, country.sovereign or None)
        except NotAStateThen as error:
            reason, mend = f"country did not exist then: {error}", "compare the period with the publisher's; " + MEND
        except UnknownCountry as error:
            reason, mend = f"country is not known: {error}", f"{MEND}, or to country_codes.csv where no text has it"
    return Place(None, None, None, reason, mend)


def month_after(start: date) -> date:
    """The first day of the month after the one that `start` opens."""
    return date(start.year + start.month // 12, start.month % 12 + 1, 1)
