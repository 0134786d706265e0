#!/usr/bin/env python3
"""Make the sample of Eurostat's migration tables. ALL FIGURES ARE INVENTED.

    python sample/make_migration_eurostat.py [FOLDER]      (default: migration/eurostat_migration beside this file)

Made by a seeded generator in the publisher's wire forms; real are only the codes and the shape of the years: 2015,
2020 and 2022. Immigration by citizenship comes in two editions (bulk TSV of March 2022, SDMX-CSV 1.0 of March 2024),
between which 2020 is revised and two years are added. Immigration by previous residence and emigration by next
residence are mirrors that differ. Beside them stand the stock on 1 January, emigration by citizenship, first permits
(JSON-stat), monthly asylum applicants (SDMX-CSV 2.0 with labels) and returns (labelled export of before 2023), with
both definitions of age, aggregates, combined flags, confidential cells, zeros and gaps.
"""

import gzip
import json
import random
import sys
from collections.abc import Iterator
from pathlib import Path

# persons a year into the reporter, before 2022
PEOPLE = {
    "DE": {"KG": 950, "RU": 19_000, "KZ": 4_300, "TR": 38_000, "UZ": 1_100, "UA": 15_000, "SY": 45_000, "PL": 150_000},
    "PL": {"KG": 1_400, "RU": 6_100, "KZ": 1_300, "TR": 4_000, "UZ": 2_900, "UA": 60_000, "SY": 120, "DE": 22_000},
    "AT": {"KG": 90, "RU": 2_100, "KZ": 250, "TR": 4_400, "UZ": 150, "UA": 2_200, "SY": 6_000, "DE": 18_000},
    "EL": {"KG": 60, "RU": 900, "KZ": 110, "TR": 700, "UZ": 40, "UA": 800, "SY": 1_900, "DE": 3_300},
}
LABELS = {
    "DE": "Germany", "PL": "Poland", "AT": "Austria", "EL": "Greece", "KG": "Kyrgyzstan", "RU": "Russia",
    "KZ": "Kazakhstan", "TR": "Türkiye", "UZ": "Uzbekistan", "UA": "Ukraine", "SY": "Syria", "TOTAL": "Total",
    "STLS": "Stateless",
}  # fmt: skip
OLD_LABELS = LABELS | {"DE": "Germany (until 1990 former territory of the FRG)", "TR": "Turkey"}
SHARES = {"T": 1.0, "M": 0.57, "F": 0.43}
Cells = dict[tuple[str, ...], dict[str, str]]  # codes: period: cell as in a TSV


def persons(reporter: str, origin: str, year: int, what: str) -> int:
    """Invented persons of a year; Ukrainians, Russians and Kyrgyz move as the real ones did."""
    chance = random.Random(f"{reporter} {origin} {year} {what}")
    grown = 1 + (2.2 if year == 2015 and origin == "SY" else 0) - (0.3 if year == 2020 else 0)
    grown += {"UA": 40.0, "RU": 0.9, "KG": 0.8}.get(origin, 0.0) if year >= 2022 else 0
    return round(PEOPLE[reporter].get(origin, 0) * grown * chance.uniform(0.85, 1.15))


def by_year(years: range, what: str, keys: str, factor: float = 1.0) -> Cells:
    """Cells of an annual table with agedef, age, unit, sex and geo after the origin, with totals."""
    cells: Cells = {}
    for reporter, origins in PEOPLE.items():
        for origin in [*origins, "TOTAL"]:
            for sex, share in SHARES.items():
                codes = keys.format(origin=origin, sex=sex, geo=reporter).split(",")
                row = cells.setdefault(tuple(codes), {})
                for year in years:
                    each = [persons(reporter, o, year, what) for o in ([origin] if origin != "TOTAL" else origins)]
                    flag = " bd" if year == 2022 and reporter == "AT" else " p" if year == years[-1] else " "
                    row[str(year)] = f"{round(sum(each) * share * factor)}{flag}"
    return cells


def tsv(head: str, periods: list[str], cells: Cells) -> str:
    lines = [f"{head}\\TIME_PERIOD\t" + "\t".join(f"{period} " for period in periods)]
    lines += [",".join(codes) + "".join(f"\t{row.get(p, ': ')}" for p in periods) for codes, row in cells.items()]
    return "\r\n".join([*lines, ""])


def both_ages(cells: Cells) -> Cells:
    """The cells, and the same people again by the age that they reach in the year."""
    reach = {tuple("REACH" if code == "COMPLET" else code for code in codes): row for codes, row in cells.items()}
    return dict(sorted({**cells, **reach}.items()))


def quoted(values: list[str]) -> str:
    return ",".join(f'"{value}"' for value in values)


def asylum() -> Iterator[str]:
    """Monthly asylum applicants with a label beside each code, rounded to 5."""
    names = "freq,Time frequency,unit,Unit of measure,citizen,Country of citizenship,sex,Sex,applicant,Applicant type,"
    yield (
        f"STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,{names}age,Age class,geo,Geopolitical entity (reporting),TIME_PERIOD,"
        "Time,OBS_VALUE,Observation value,OBS_FLAG,Observation status (Flag) V2 structure,CONF_STATUS,Confidentiality"
    )
    lead = 'dataflow,ESTAT:MIGR_ASYAPPCTZM(1.0),"Asylum applicants by type, citizenship, age and sex - monthly data"'
    for geo, origins in PEOPLE.items():
        for origin in origins:
            for month in range(1, 13):
                value = round(persons(geo, origin, 2023, f"asylum {month}") / 300 / 5) * 5
                for kind, label, share in (("ASY_APP", "Asylum applicant", 1.0), ("FRST", "First-time applicant", 0.8)):
                    yield (
                        f"{lead},M,Monthly,PER,Person,{origin},{LABELS[origin]},T,Total,{kind},{label},TOTAL,Total,{geo},"
                        f"{LABELS[geo]},2023-{month:02},,{round(value * share / 5) * 5},,,,,"
                    )


def permits() -> str:
    """First permits of 2021 and 2022 by reason, as a cube; a few confidential."""
    reasons, years, citizens = ["TOTAL", "FAM", "EDUC", "EMP", "OTH"], ["2021", "2022"], ["KG", "KZ", "UZ", "UA", "RU"]
    shares = dict(zip(reasons, (1.0, 0.2, 0.15, 0.5, 0.15), strict=True))
    codes = {
        "freq": ["A"], "reason": reasons, "citizen": citizens, "duration": ["TOTAL"], "unit": ["PER"],
        "geo": list(PEOPLE), "time": years,
    }  # fmt: skip
    value, status, place = {}, {}, 0
    for reason in reasons:
        for citizen in citizens:
            for geo in codes["geo"]:
                for year in years:
                    figure = round(persons(geo, citizen, int(year), "permits") * shares[reason])
                    if 0 < figure < 10:
                        status[str(place)] = ":c"
                    else:
                        value[str(place)] = figure
                    place += 1
    dimension = {
        name: {"category": {"index": {code: n for n, code in enumerate(found)}}} for name, found in codes.items()
    }
    cube = {
        "version": "2.0", "class": "dataset", "updated": "2024-03-12T23:00:00+0100", "value": value, "status": status,
        "id": list(codes), "size": [len(found) for found in codes.values()], "dimension": dimension,
        "extension": {"id": "MIGR_RESFIRST", "agencyId": "ESTAT"},
    }  # fmt: skip
    return json.dumps(cube) + "\n"


def returns() -> Iterator[str]:
    """People returned after an order to leave, in labels and with thousands separators."""
    yield quoted(["TIME", "GEO", "CITIZEN", "INDIC_MG", "UNIT", "Value", "Flag and Footnotes"])
    for year in (2014, 2015, 2016):
        for geo, origins in PEOPLE.items():
            for origin in [*origins, "STLS"]:
                figure = round(persons(geo, origin, year, "returns") / 20 / 5) * 5
                cell = ":" if origin == "STLS" and geo == "EL" else f"{figure:,}"
                kind = "Total number of persons returned"
                yield quoted([str(year), OLD_LABELS[geo], OLD_LABELS[origin], kind, "Person", cell, ""])


def main(folder: Path) -> None:
    """Write every file of the sample into `folder`."""
    folder.mkdir(parents=True, exist_ok=True)

    def write(name: str, text: str) -> None:
        content = text.encode()
        (folder / name).write_bytes(gzip.compress(content, mtime=0) if name.endswith(".gz") else content)

    ages = "freq,{},agedef,age,unit,sex,geo"
    keys = "A,{origin},COMPLET,TOTAL,NR,{sex},{geo}"
    early, late = range(2013, 2021), range(2013, 2023)
    first = both_ages(by_year(early, "in", keys))
    write("migr_imm1ctz_2022-03-18.tsv.gz", tsv(ages.format("citizen"), [str(y) for y in early], first))
    later = both_ages(by_year(late, "in", keys))
    lines = ["DATAFLOW,LAST UPDATE,freq,citizen,agedef,age,unit,sex,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for codes, row in later.items():
        for period, cell in row.items():
            figure, _, flag = cell.partition(" ")
            told = round(int(figure) * 1.04) if period == "2020" else int(figure)
            flow = f"ESTAT:MIGR_IMM1CTZ(1.0),13/03/24 23:00:00,{','.join(codes)},{period}"
            lines.append(f"{flow},,c,C" if 0 < told < 30 else f"{flow},{told},{flag},")
    write("migr_imm1ctz_2024-03-18.csv.gz", "\n".join([*lines, ""]))
    periods = [str(year) for year in late]
    for table, dimension, what, factor in (
        ("migr_imm5prv", "partner", "from", 0.9), ("migr_emi3nxt", "partner", "to", 0.35),
        ("migr_emi1ctz", "citizen", "out", 0.4),
    ):  # fmt: skip
        cells = by_year(late, what, keys, factor)
        write(f"{table}_2024-03-18.tsv.gz", tsv(ages.format(dimension), periods, cells))
    stock = by_year(range(2014, 2024), "stock", "A,{origin},TOTAL,NR,{sex},{geo}", 14.0)
    write(
        "migr_pop1ctz_2024-03-18.tsv.gz",
        tsv("freq,citizen,age,unit,sex,geo", [str(y) for y in range(2014, 2024)], stock),
    )
    write("migr_asyappctzm_2024-03-18.csv.gz", "\r\n".join([*asylum(), ""]))
    write("migr_resfirst_2024-03-18.json", permits())
    write("migr_eirtn_2017-04-26.csv.gz", "\n".join([*returns(), ""]))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "migration/eurostat_migration")
