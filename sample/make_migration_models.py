#!/usr/bin/env python3
"""Make samples of modelled and official flows, stocks and populations. ALL FIGURES ARE INVENTED.

    python sample/make_migration_models.py [FOLDER]      (default: migration/ beside this file)

Eleven states in the publishers' exact forms: Abel and Cohen's CSV in total and by sex, Gaskin and Abel's CSV, OECD's
SDMX-CSV with labels, and UN DESA's World Population Prospects. Formulas and a hash take the place of a generator, so
that the same program writes the same bytes. As in reality the six methods of Abel and Cohen lie far apart, sexes add up
to both, flows turned round in 2022, and official figures end before the models do.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from collections.abc import Iterator
from pathlib import Path

FOLDER = Path(__file__).parent / "migration"
# ISO3: ISO2, M49, name of UN DESA, parent region, millions in 2020, growth a year in per mille
STATES = {
    "CHN": ("CN", 156, "China", 906, 1400.0, 3), "DEU": ("DE", 276, "Germany", 926, 83.0, 2),
    "KAZ": ("KZ", 398, "Kazakhstan", 5500, 19.0, 12), "KGZ": ("KG", 417, "Kyrgyzstan", 5500, 6.6, 18),
    "RUS": ("RU", 643, "Russian Federation", 923, 145.0, -1), "SYR": ("SY", 760, "Syrian Arab Republic", 922, 20.0, -8),
    "TJK": ("TJ", 762, "Tajikistan", 5500, 9.7, 21), "TUR": ("TR", 792, "Türkiye", 922, 84.0, 9),
    "UKR": ("UA", 804, "Ukraine", 923, 42.0, -6), "USA": ("US", 840, "United States of America", 918, 336.0, 6),
    "UZB": ("UZ", 860, "Uzbekistan", 5500, 34.0, 19),
}  # fmt: skip
PULL = {"RUS": 6.0, "DEU": 5.0, "USA": 6.0, "TUR": 3.0, "KAZ": 2.0}
CORRIDORS = {
    ("KGZ", "RUS"): 40, ("TJK", "RUS"): 60, ("UZB", "RUS"): 30, ("SYR", "TUR"): 30, ("SYR", "DEU"): 9,
    ("UKR", "DEU"): 4, ("TUR", "DEU"): 3, ("UZB", "KAZ"): 12, ("KAZ", "RUS"): 9, ("UKR", "RUS"): 4,
}  # fmt: skip
METHODS = {"sd_drop_neg": 0.1, "sd_rev_neg": 0.14, "mig_rate": 0.75, "da_min_open": 0.3, "da_min_closed": 0.6,
           "da_pb_closed": 1.0}  # fmt: skip
PAIRS = [(one, other) for one in STATES for other in STATES]


def chance(*words: object) -> float:
    """A number in [0, 1) that belongs to these words."""
    return int.from_bytes(hashlib.sha256(repr(words).encode()).digest()[:4], "big") / 2**32


def moves(origin: str, destination: str, year: int) -> float:
    """Invented persons who move within the year."""
    people = STATES[origin][4]
    base = min(people, 90.0) * 12 * PULL.get(destination, 0.6) * CORRIDORS.get((origin, destination), 1)
    base *= 0.6 + 0.8 * chance(origin, destination) + 0.1 * chance(origin, destination, year)
    if year == 2020:
        base *= 0.5
    if destination == "RUS" and year >= 2022:
        base *= 0.6
    if origin == "RUS" and year == 2022:
        base *= 3.5
    if (origin, destination) == ("UKR", "DEU") and year == 2022:
        base *= 20
    return base


def abel_cohen(parts: bool) -> Iterator[str]:
    """The lines of bilat_mig.csv, or with `parts` of bilat_mig_sex.csv."""
    yield ",".join(["year0", *(["sex"] if parts else []), "orig", "dest", *METHODS])
    for year in range(1990, 2020, 5):
        for sex, share in (("female", 0.45), ("male", 0.55)) if parts else (("", 1.0),):
            for origin, destination in PAIRS:
                told = ["0"] * len(METHODS)
                if origin != destination:
                    five = sum(moves(origin, destination, year + n) for n in range(5)) * share
                    told = [f"{five * factor * (1 + 0.3 * chance(origin, destination, year, name)):.2f}"
                            for name, factor in METHODS.items()]  # fmt: skip
                    if chance(origin, destination, year, "stock falls") < 0.4:
                        told[0] = "0"
                yield ",".join([str(year), *([sex] if parts else []), origin, destination, *told])


def gaskin_abel() -> Iterator[str]:
    """The lines of mig_bilateral.csv; the flows of 2024 are blank."""
    yield ",orig,dest,year,stock_mean,stock_std,mig_prev,mig_prev_std,mig_brth,mig_brth_std"
    number = 0
    for year in range(2010, 2025):
        for origin, destination in PAIRS:
            told = ["", "", "", ""]
            if year < 2024:
                mean = moves(origin, destination, year) * 0.8 if origin != destination else 0.0
                told = [f"{x:.6f}" for x in (mean, mean * 0.12, mean * 0.9, mean * 0.11)]
            stock = moves(origin, destination, year) * 14
            yield f"{number},{origin},{destination},{year},{stock:.4f},{stock * 0.05:.4f}," + ",".join(told)
            number += 1


OECD = ("DEU", "TUR", "USA")
OECD_NAMES = {"DEU": "Germany", "KGZ": "Kyrgyzstan", "RUS": "Russia", "USA": "United States", "W": "World"}
OECD_MEASURES = {
    "B11": ("Inflows of foreign population", 1.1), "B12": ("Outflows of foreign population", 0.4),
    "B15": ("Stocks of foreign population", 13.0),
    "B16": ("Acquisitions of nationality by country of former nationality", 0.2),
}  # fmt: skip


def oecd(measure: str) -> Iterator[str]:
    """The lines of one measure, codes with labels, 2010 to 2022; the world before the nationalities."""
    yield (
        "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,ACTION,REF_AREA,Reference area,CITIZENSHIP,Citizenship,FREQ,Frequency of"
        " observation,MEASURE,Measure,SEX,Sex,BIRTH_PLACE,Place of birth,EDUCATION_LEV,Education level,UNIT_MEASURE,"
        "Unit of measure,TIME_PERIOD,Time period,OBS_VALUE,Observation value,OBS_STATUS,Observation status,UNIT_MULT,"
        "Unit multiplier,DECIMALS,Decimals"
    )
    label, factor = OECD_MEASURES[measure]
    start = "DATAFLOW,OECD.ELS.IMD:DSD_MIG@DF_MIG(1.0),International migration database,I"
    for reporter in OECD:
        for year in range(2010, 2023):
            for sex, name, share in (("_T", "Total", 1.0), ("F", "Female", 0.45)):
                told = {one: int(moves(one, reporter, year) * factor * share) for one in STATES if one != reporter}
                status = "B,Time series break" if (reporter, year) == ("DEU", 2011) else "A,Normal value"
                for citizen, persons in {"W": int(sum(told.values()) * 1.9), **told}.items():
                    area, of = (OECD_NAMES.get(code) or STATES[code][2] for code in (reporter, citizen))
                    yield (
                        f"{start},{reporter},{area},{citizen},{of},A,Annual,{measure},{label},{sex},{name},_Z,Not "
                        f"applicable,_Z,Not applicable,PS,Persons,{year},,{persons},,{status},0,Units,0,Zero"
                    )


def files() -> dict[str, bytes]:
    """Every file of the sample by its path below migration/."""
    return {
        "abel_cohen_flows/bilat_mig_ims2024_wpp2024.csv": text(abel_cohen(False)),
        "abel_cohen_flows/bilat_mig_sex_ims2024_wpp2024.csv.gz": packed(abel_cohen(True)),
        "gaskin_abel_flows/mig_bilateral_zenodo17344747.csv.gz": packed(gaskin_abel()),
        **{f"oecd_imd/oecd_imd_{code}_2026-11-02.csv.gz": packed(oecd(code)) for code in OECD_MEASURES},
    }


def text(lines: Iterator[str]) -> bytes:
    return "".join(line + "\n" for line in lines).encode()


def packed(lines: Iterator[str], start: str = "") -> bytes:
    return gzip.compress(start.encode() + text(lines), 9, mtime=0)


def main(folder: Path = FOLDER) -> None:
    for name, content in files().items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:2]))
