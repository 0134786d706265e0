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

BOM = "\ufeff"  # as UN DESA writes
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


PLACE = "SortOrder,LocID,Notes,ISO3_code,ISO2_code,SDMX_code,LocTypeID,LocTypeName,ParentID,Location,VarID,Variant,Time"
REGIONS = {900: "World", 5500: "Central Asia"}
VARIANTS = {"Medium": (2, 0.0), "High": (3, 2.0), "Low": (4, -2.0), "Zero migration": (7, 1.0)}
AGES = [(start, 5 if start < 100 else -1) for start in range(0, 101, 5)]
INDICATORS = (
    "TPopulation1Jan,TPopulation1July,TPopulationMale1July,TPopulationFemale1July,PopDensity,PopSexRatio,MedianAgePop,"
    "NatChange,NatChangeRT,PopChange,PopGrowthRate,DoublingTime,Births,Births1519,CBR,TFR,NRR,MAC,SRB,Deaths,"
    "DeathsMale,DeathsFemale,CDR,LEx,LExMale,LExFemale,LE15,LE15Male,LE15Female,LE65,LE65Male,LE65Female,LE80,LE80Male,"
    "LE80Female,InfantDeaths,IMR,LBsurvivingAge1,Under5Deaths,Q5,Q0040,Q0040Male,Q0040Female,Q0060,Q0060Male,"
    "Q0060Female,Q1550,Q1550Male,Q1550Female,Q1560,Q1560Male,Q1560Female,NetMigrations,CNMR"
)


def men_and_women(state: str, year: int, variant: str = "Medium") -> tuple[int, int]:
    """Invented persons on 1 July."""
    _, _, _, _, millions, growth = STATES[state]
    more = VARIANTS[variant][1] * max(0, year - 2023)
    both = int(millions * 1e6 * (1 + growth / 1000) ** (year - 2020) * (1 + more / 1000))
    men = int(both * (0.48 + 0.02 * chance(state)))
    return men, both - men


def places(year: int, variant: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """The cells that say place, variant and year, with men and women there: the world, a region, the states."""
    number, _ = VARIANTS[variant]
    told = {state: men_and_women(state, year, variant) for state in STATES}
    for code, name in REGIONS.items():
        inside = [people for state, people in told.items() if code == 900 or STATES[state][3] == code]
        kind = "1,World,0" if code == 900 else "3,Subregion,921"
        people = sum(men for men, _ in inside), sum(women for _, women in inside)
        yield f"1,{code},,,,{code},{kind},{name},{number},{variant},{year}", people
    for state, people in told.items():
        two, m49, name, region, _, _ = STATES[state]
        yield f"9,{m49},,{state},{two},{m49},4,Country/Area,{region},{name},{number},{variant},{year}", people


def wpp_totals() -> Iterator[str]:
    yield f"{PLACE},MidPeriod,PopMale,PopFemale,PopTotal,PopDensity"
    for variant in VARIANTS:
        for year in range(1990 if variant == "Medium" else 2024, 2036):
            for place, (men, women) in places(year, variant):
                both = men + women
                yield f"{place},{year}.5,{men / 1000:.3f},{women / 1000:.3f},{both / 1000:.3f},{both / 3e5:.4f}"


def wpp_ages() -> Iterator[str]:
    yield f"{PLACE},MidPeriod,AgeGrp,AgeGrpStart,AgeGrpSpan,PopMale,PopFemale,PopTotal"
    for year in range(2015, 2026):
        for place, people in places(year, "Medium"):
            for start, span in AGES:
                men, women = (int(n * (106 - start) / 1176) / 1000 for n in people)  # 1176: the sum of all shares
                group = "100+" if span < 0 else f"{start}-{start + 4}"
                yield f"{place},{year}.5,{group},{start},{span},{men:.3f},{women:.3f},{men + women:.3f}"


def wpp_indicators() -> Iterator[str]:
    """Net migration, births and deaths; columns that do not land are blank."""
    yield f"{PLACE},{INDICATORS}"
    for year in range(2010, 2031):
        for place, (men, women) in places(year, "Medium"):
            code, both = place.split(",")[3], men + women
            others = [one for one in STATES if one != code]
            net = sum(moves(one, code, year) - moves(code, one, year) for one in others) if code else 0.0
            told = dict.fromkeys(INDICATORS.split(","), "")
            told |= {"TPopulation1July": f"{both / 1000:.3f}", "Births": f"{both * 0.018 / 1000:.3f}",
                     "Deaths": f"{both * 0.009 / 1000:.3f}", "NetMigrations": f"{net / 1000:.3f}",
                     "CNMR": f"{net / both * 1000:.3f}"}  # fmt: skip
            yield ",".join([place, *told.values()])


def files() -> dict[str, bytes]:
    """Every file of the sample by its path below migration/."""
    return {
        "abel_cohen_flows/bilat_mig_ims2024_wpp2024.csv": text(abel_cohen(False)),
        "abel_cohen_flows/bilat_mig_sex_ims2024_wpp2024.csv.gz": packed(abel_cohen(True)),
        "gaskin_abel_flows/mig_bilateral_zenodo17344747.csv.gz": packed(gaskin_abel()),
        **{f"oecd_imd/oecd_imd_{code}_2026-11-02.csv.gz": packed(oecd(code)) for code in OECD_MEASURES},
        "un_wpp_population/WPP2024_TotalPopulationBySex.csv.gz": packed(wpp_totals(), BOM),
        "un_wpp_population/WPP2024_PopulationByAge5GroupSex_Medium.csv.gz": packed(wpp_ages(), BOM),
        "un_wpp_population/WPP2024_Demographic_Indicators_Medium.csv.gz": packed(wpp_indicators(), BOM),
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
