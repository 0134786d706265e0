#!/usr/bin/env python3
"""Make samples of what offices publish of people who flee, move and send money. ALL FIGURES ARE INVENTED.

    python sample/make_migration_offices.py [FOLDER]      (default: migration/ beside this file)

UNHCR's answers as JSON. Formulas and a hash take the place of a generator, so that the same program writes the same
bytes. As in reality UNHCR's codes are not ISO's and figures below five are told as 0 or 5.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parent / "migration"
UNHCR = {  # ISO3: UNHCR's code, its name
    "AFG": ("AFG", "Afghanistan"), "AUT": ("AUS", "Austria"), "CUB": ("CUB", "Cuba"), "DEU": ("GFR", "Germany"),
    "KAZ": ("KAZ", "Kazakhstan"), "KGZ": ("KGZ", "Kyrgyzstan"), "RUS": ("RUS", "Russian Federation"),
    "SRB": ("SRB", "Serbia and Kosovo: S/RES/1244 (1999)"), "SYR": ("SYR", "Syrian Arab Rep."),
    "TJK": ("TJK", "Tajikistan"), "TUR": ("TUR", "Türkiye"), "UKR": ("UKR", "Ukraine"), "UNK": ("UKN", "Unknown"),
    "XXA": ("STA", "Stateless"), "TIB": ("TIB", "Tibetan"),
}  # fmt: skip
FLIGHT = {"SYR": 900.0, "AFG": 300.0, "UKR": 60.0, "RUS": 12.0, "TJK": 4.0, "KGZ": 2.0, "SRB": 3.0, "XXA": 2.0,
          "UNK": 3.0, "TIB": 0.5, "CUB": 1.0}  # fmt: skip
HOST = {"TUR": 9.0, "DEU": 6.0, "AUT": 1.0, "RUS": 0.4, "KGZ": 0.02, "KAZ": 0.01}
DAY = "2026-11-02"


def chance(*words: object) -> float:
    """A number in [0, 1) that belongs to these words."""
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:4], "big") / 2**32


def fled(origin: str, asylum: str, year: int) -> int:
    """Invented refugees at the end of the year; none below five."""
    people = 250 * FLIGHT[origin] * HOST[asylum] * (0.5 + chance(origin, asylum)) * (1 + 0.04 * (year - 2015))
    if origin == "UKR" and year >= 2022 and asylum in ("DEU", "AUT"):
        people *= 60
    return int(people) if people >= 5 else 5 * round(people / 5)


def ends(origin: str, asylum: str, year: int) -> dict[str, Any]:
    own, name = UNHCR[origin]
    own_too, name_too = UNHCR[asylum]
    return {"year": year, "coo_id": 1 + list(UNHCR).index(origin), "coo_name": name, "coo": own, "coo_iso": origin,
            "coa_id": 1 + list(UNHCR).index(asylum), "coa_name": name_too, "coa": own_too,
            "coa_iso": asylum}  # fmt: skip


def population(year: int) -> Iterator[dict[str, Any]]:
    """Items of the table of stocks: integers, "0" where there is none, "-" where a column does not apply."""
    for asylum in HOST:
        for origin in FLIGHT:
            if origin != asylum:
                refugees = fled(origin, asylum, year)
                yield ends(origin, asylum, year) | {
                    "refugees": refugees or "0", "asylum_seekers": int(refugees * 0.07) // 5 * 5 or "0",
                    "returned_refugees": int(refugees * 0.01) if origin in ("UKR", "SYR") else "0", "idps": "0",
                    "returned_idps": "0", "stateless": refugees if origin == "XXA" else "0", "ooc": "0", "oip": "-",
                    "hst": "0",
                }  # fmt: skip
    for state, people in (("UKR", 700_000 if year < 2022 else 5_900_000), ("SYR", 6_100_000 + 10_000 * (year - 2015))):
        yield ends(state, state, year) | {
            "refugees": "0", "asylum_seekers": "0", "returned_refugees": "0", "idps": people, "returned_idps": "0",
            "stateless": "0", "ooc": "0", "oip": "-", "hst": "0",
        }  # fmt: skip


def applications(year: int) -> Iterator[dict[str, Any]]:
    """Items of the table of asylum applications: Germany's count persons, Austria's cases."""
    for asylum in ("DEU", "AUT", "RUS"):
        for origin in FLIGHT:
            if origin != asylum and (told := int(fled(origin, asylum, year) * 0.09)) >= 5:
                kinds = {"procedure_type": "G", "dec_level": "FI", "app_pc": "C" if asylum == "AUT" else "P"}
                yield ends(origin, asylum, year) | kinds | {"app_type": "N", "applied": told}
                if told > 500:
                    yield ends(origin, asylum, year) | kinds | {"app_type": "R", "applied": told // 20}


def decisions(year: int) -> Iterator[dict[str, Any]]:
    """Items of the table of decisions, whose total is what was decided."""
    for item in applications(year):
        if item["app_type"] == "N":
            yes, other, closed = (int(item["applied"] * share) for share in (0.4, 0.15, 0.1))
            no = int(item["applied"] * 0.3)
            yield {name: item[name] for name in item if name not in ("app_type", "app_pc", "applied")} | {
                "dec_pc": item["app_pc"], "dec_recognized": yes, "dec_other": other, "dec_rejected": no,
                "dec_closed": closed, "dec_total": yes + other + no + closed,
            }  # fmt: skip


def solutions(year: int) -> Iterator[dict[str, Any]]:
    """Items of the table of solutions."""
    for asylum in HOST:
        for origin in ("SYR", "UKR", "AFG"):
            told = fled(origin, asylum, year)
            if told > 100:
                yield ends(origin, asylum, year) | {
                    "returned_refugees": int(told * 0.01) if origin != "AFG" else "0",
                    "resettlement": told // 200 if asylum in ("DEU", "AUT") else "-",
                    "naturalisation": told // 50 if asylum in ("DEU", "TUR") else "0", "returned_idps": "0",
                }  # fmt: skip


def answer(items: list[dict[str, Any]]) -> bytes:
    told = {"page": 1, "short-url": "", "maxPages": 1, "total": [], "items": items}
    return (json.dumps(told, ensure_ascii=False, separators=(",", ":")) + "\n").encode()


def made() -> dict[str, bytes]:
    """Each file by its name below the folder."""
    files = {}
    for year in (2015, 2018, 2019, 2020, 2021, 2022):
        files[f"unhcr_population/unhcr_population_{year}_{DAY}.json"] = answer(list(population(year)))
    for name, table in (("asylum_applications", applications), ("asylum_decisions", decisions),
                        ("solutions", solutions)):  # fmt: skip
        for year in (2020, 2022):
            files[f"unhcr_population/unhcr_{name}_{year}_{DAY}.json"] = answer(list(table(year)))
    return files


if __name__ == "__main__":
    for name, content in made().items():
        place = (Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
