#!/usr/bin/env python3
"""Make samples of what offices publish of people who flee, move and send money. ALL FIGURES ARE INVENTED.

    python sample/make_migration_offices.py [FOLDER]      (default: migration/ beside this file)

UNHCR's and the World Bank's answers as JSON, the World Bank's matrix of remittances, Frontex's and the Home Office's
workbooks, EMISS' SDMX, and the workbooks of Russia's ministry of the interior and of Kyrgyzstan's bank. Formulas and a
hash take the place of a generator, so that the same program writes the same bytes. As in reality UNHCR's codes are not
ISO's, and figures below five are told as 0 or 5.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from sample.make_migration import INVENTED, Sheet, workbook

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


ECONOMIES = {  # ISO3: ISO2, name of the World Bank, millions of people, dollars a head
    "ARM": ("AM", "Armenia", 2.8, 4500), "AZE": ("AZ", "Azerbaijan", 10.1, 4200), "DEU": ("DE", "Germany", 83, 46000),
    "KAZ": ("KZ", "Kazakhstan", 19, 9100), "KGZ": ("KG", "Kyrgyz Republic", 6.6, 1200),
    "RUS": ("RU", "Russian Federation", 144, 10200), "TJK": ("TJ", "Tajikistan", 9.5, 850),
    "TUR": ("TR", "Turkiye", 84, 8600), "UZB": ("UZ", "Uzbekistan", 34, 1800),
}  # fmt: skip
DOLLARS = {"USA": ("US", "United States", 330, 65000)}  # whose deflator makes sums in dollars comparable
GROUPS = {"WLD": ("1W", "World", 7800, 11000), "ECS": ("Z7", "Europe & Central Asia", 920, 24000)}
SENT = {("RUS", "KGZ"): 1900.0, ("RUS", "TJK"): 1500.0, ("RUS", "UZB"): 4200.0, ("KAZ", "KGZ"): 60.0,
        ("RUS", "ARM"): 900.0, ("RUS", "AZE"): 600.0, ("DEU", "TUR"): 800.0, ("DEU", "KAZ"): 90.0}  # fmt: skip


def indicator(code: str, label: str) -> bytes:
    """An answer of the World Bank's API, years falling; one of two years is blank, as where no census was."""
    items = []
    told = DOLLARS if code == "NY.GDP.DEFL.ZS" else {**GROUPS, **ECONOMIES}
    for iso3, (iso2, name, people, income) in told.items():
        for year in range(2023, 2014, -1):
            share = 1 + 0.01 * (year - 2020)
            value: float | None = {
                "SP.POP.TOTL": float(int(people * 1e6 * share)),
                "NY.GDP.PCAP.CD": income * share,
                "BX.TRF.PWKR.CD.DT": sum(sum_ for (_, to), sum_ in SENT.items() if to == iso3) * 1.2e6 * share,
                "NY.GDP.DEFL.ZS": round(100 * 1.02 ** (year - 2017), 3),
                "SM.POP.NETM": round((chance(iso3, year) - 0.5) * people * 2000),
            }[code]
            if code == "BX.TRF.PWKR.CD.DT" and not value:
                value = None
            items.append({"indicator": {"id": code, "value": label}, "country": {"id": iso2, "value": name},
                          "countryiso3code": iso3, "date": str(year), "value": value, "unit": "", "obs_status": "",
                          "decimal": 0})  # fmt: skip
    about = {
        "page": 1,
        "pages": 1,
        "per_page": 20000,
        "total": len(items),
        "sourceid": "2",
        "lastupdated": "2026-10-08",
    }
    return (json.dumps([about, items], separators=(",", ":")) + "\n").encode()


def remittances(year: int) -> bytes:
    """The matrix of a year: who receives across, who sends down, millions of dollars."""
    names = [name for _, name, *_ in ECONOMIES.values()]
    corner = "Remittance-receiving country (across)      -      Remittance-sending country (down) "
    title = f"{INVENTED}. Bilateral Remittance Estimates for {year} (millions of US$)"
    rows: list[list[Any]] = [[title], [corner, *names, "World"]]
    sums = [0.0] * len(names)
    for sender, (_, name, *_) in ECONOMIES.items():
        told = [round(SENT.get((sender, to), 0.0 if {sender, to} == {"ARM", "AZE"} else 3 * chance(sender, to))
                      * (1 + 0.03 * (year - 2017)), 3) if to != sender else 0 for to in ECONOMIES]  # fmt: skip
        sums = [a + b for a, b in zip(sums, told, strict=True)]
        rows.append([name, *told, round(sum(told), 3)])
    rows.append(["World", *(round(x, 3) for x in sums), round(sum(sums), 3)])
    return workbook([Sheet("Bilateral_Remittances", rows)])


def detections() -> bytes:
    """Frontex's workbook, January 2019 to December 2022."""
    months = [(year, month) for year in range(2019, 2023) for month in range(12)]
    names = ("JAN", "FEB", "MAR", "APR", "MAY", "JUN", "JUL", "AUG", "SEP", "OCT", "NOV", "DEC")
    rows: list[list[Any]] = [[INVENTED], ["Route", "BorderType", "NationalityLong",
                                          *(f"{names[month]}{year}" for year, month in months)]]  # fmt: skip
    for route, border, size in (
        ("Central Mediterranean Route", "Sea", 3.0), ("Eastern Borders Route", "Land", 0.2),
        ("Eastern Mediterranean Route", "Land", 1.0), ("Eastern Mediterranean Route", "Sea", 2.0),
        ("Western Balkan Route", "Land", 2.5),
    ):  # fmt: skip
        for name, often in (("Syria", 300), ("Afghanistan", 250), ("Kyrgyzstan", 2), ("Russia", 3), ("Kosovo*", 12),
                            ("Unknown", 20), ("Unspecified sub-Saharan nationals", 30)):  # fmt: skip
            rows.append([route, border, name, *(
                int(often * size * chance(route, border, name, year, month) * (0.4 if year == 2020 else 1))
                for year, month in months
            )])  # fmt: skip
    return workbook([Sheet("Detections_of_IBC", rows)])


def home_office() -> bytes:
    """The Home Office's workbook of claims and of initial decisions, 2021 and 2022."""
    claims: list[list[Any]] = [[f"{INVENTED}. Asy_D01: Asylum applications raised, by nationality, age, sex, UASC, "
                                "applicant type and location of application"], []]  # fmt: skip
    claims[1] = ["Year", "Quarter", "Nationality", "Region", "Applicant type", "Age", "Sex", "UASC",
                 "Location of application", "Applications"]  # fmt: skip
    decided: list[list[Any]] = [[f"{INVENTED}. Asy_D02: Outcomes of asylum applications at initial decision"],
                                ["Year", "Quarter", "Nationality", "Region", "Case type", "Case outcome group",
                                 "Case outcome", "Applicant type", "Age", "Sex", "UASC", "Decisions"]]  # fmt: skip
    for year in (2021, 2022):
        for quarter in range(1, 5):
            when = [year, f"{year} Q{quarter}"]
            for name, region, size in (("Syria", "Middle East", 400), ("Afghanistan", "Asia South", 500),
                                       ("Kyrgyzstan", "Asia Central", 6), ("Stateless", "Other", 30),
                                       ("Other and unknown", "Other", 9)):  # fmt: skip
                for age in ("Under 18", "18-29", "30-49", "50-69", "70+", "Unknown"):
                    for sex in ("Female", "Male"):
                        told = int(
                            size * chance(name, age, sex, year, quarter) * (0.3 if age in ("70+", "Unknown") else 1)
                        )
                        if told:
                            claims.append([*when, name, region, "Main applicant", age, sex, "Not UASC", "Port", told])
                            decided.append([*when, name, region, "Asylum Case", "Grant of Protection",
                                            "Refugee Permission", "Main applicant", age, sex, "Not UASC",
                                            max(told // 2, 1)])  # fmt: skip
    claims.append(["End of table"])
    return workbook([Sheet("Cover", [[INVENTED]]), Sheet("Data - Asy_D01", claims), Sheet("Data - Asy_D02", decided)])


RUSSIAN = {"KGZ": ("417", "Киргизия", 180), "TJK": ("762", "Таджикистан", 260), "UZB": ("860", "Узбекистан", 500),
           "KAZ": ("398", "Казахстан", 300), "DEU": ("276", "Германия", 25),
           "XXA": ("998", "Лица без гражданства", 2)}  # fmt: skip
AIMS = {"1": ("Всего", 1.0), "2": ("работа", 0.55), "3": ("учеба", 0.08), "4": ("туризм", 0.1), "5": ("частная", 0.2),
        "6": ("транзит", 0.02)}  # fmt: skip
CLOSED = {(2020, 2): 0.1, (2020, 3): 0.15, (2020, 4): 0.3}  # quarters of closed borders


def emiss() -> bytes:
    """EMISS' answer in SDMX: thousands of entries by country, purpose and quarter, 2019 to 2022."""
    space = "http://www.SDMX.org/resources/SDMXML/schemas/v1_0"
    lists = {"s_OKSM": ("Страна гражданства", {code: name for code, name, _ in RUSSIAN.values()} | {"999": "Всего"}),
             "s_CEL": ("Цель въезда", {code: name for code, (name, _) in AIMS.items()}),
             "s_OKATO": ("Классификатор объектов административно-территориального деления (ОКАТО)",
                         {"643": "Российская Федерация"})}  # fmt: skip
    out = [f'<?xml version="1.0" encoding="UTF-8"?>\n<!-- {INVENTED} -->\n<GenericData xmlns="{space}/message" '
           f'xmlns:generic="{space}/generic" xmlns:structure="{space}/structure">\n<CodeLists>']  # fmt: skip
    for key, (name, codes) in lists.items():
        out.append(f'<structure:CodeList id="{key}"><structure:Name>{name}</structure:Name>' + "".join(
            f'<structure:Code value="{code}"><structure:Description>{text}</structure:Description></structure:Code>'
            for code, text in codes.items()) + "</structure:CodeList>")  # fmt: skip
    out.append("</CodeLists>\n<DataSet>")
    for year in range(2019, 2023):
        for quarter in range(1, 5):
            for aim, (_, share) in AIMS.items():
                told = {code: people * share * (0.8 + 0.4 * chance(code, aim, year, quarter))
                        * CLOSED.get((year, quarter), 1) for code, _, people in RUSSIAN.values()}  # fmt: skip
                for code, thousands in {**told, "999": sum(told.values()) * 1.2}.items():
                    number = f"{thousands:.3f}".replace(".", ",")
                    out.append(
                        f'<generic:Series><generic:SeriesKey><generic:Value concept="s_OKSM" value="{code}"/>'
                        f'<generic:Value concept="s_CEL" value="{aim}"/><generic:Value concept="s_OKATO" value="643"/>'
                        '</generic:SeriesKey><generic:Attributes><generic:Value concept="EI" value="тысяча человек"/>'
                        f'<generic:Value concept="PERIOD" value="{quarter} квартал"/></generic:Attributes><generic:Obs>'
                        f'<generic:Time>{year}</generic:Time><generic:ObsValue value="{number}"/></generic:Obs>'
                        "</generic:Series>"
                    )
    return ("\n".join([*out, "</DataSet>\n</GenericData>"]) + "\n").encode()


def registrations(year: int, month: int) -> bytes:
    """The ministry's workbook of a year up to a month; stateless persons are corrected downwards in May."""
    names = ("январь", "февраль", "март", "апрель", "май", "июнь", "июль", "август", "сентябрь", "октябрь", "ноябрь",
             "декабрь")  # fmt: skip
    span = names[0] if month == 1 else f"{names[0]} - {names[month - 1]}"
    rows: list[list[Any]] = [
        [f"{INVENTED}. Сведения о фактах постановки на миграционный учет за {span} {year} г."],
        ["Гражданство", "Всего", "Работа", "Учеба", "Туризм", "Частная", "Иные"],
    ]
    for code, (_, name, people) in RUSSIAN.items():
        shares = (0.6, 0.1, 0.08, 0.15, 0.07)
        parts = [
            sum(int(people * 300 * share * (0.8 + 0.4 * chance(code, share, year, n))) for n in range(1, month + 1))
            for share in shares
        ]
        if code == "XXA" and month == 5:
            parts = [part // 2 for part in parts]
        rows.append([name, sum(parts), *parts])
    return workbook([Sheet("Лист1", rows)])


def transfers() -> bytes:
    """The bank's workbook of months, 2019 to 2022, inflow above outflow."""
    names = ("янв", "фев", "март", "апр", "май", "июнь", "июль", "авг", "сент", "окт", "нояб", "дек")
    months = [(year, month) for year in range(2019, 2023) for month in range(12)]
    title = f"{INVENTED}. Денежные переводы через системы переводов (млн. долларов США)"
    rows: list[list[Any]] = [[title], ["Страна", *(f"{names[month]}. {year}" for year, month in months)]]
    fell = {(2020, 3): 0.6}
    for heading, scale in (("Приток", 1.0), ("Отток", 0.2)):
        rows.append([heading])
        told = {
            name: [
                round(size * scale * (0.7 + 0.6 * chance(heading, name, *when)) * fell.get(when, 1), 2)
                for when in months
            ]
            for name, size in (
                ("Россия", 200.0),
                ("Казахстан", 3.0),
                ("США", 4.0),
                ("Турция", 1.5),
                ("Другие страны", 2.0),
            )
        }
        rows += [[name, *cells] for name, cells in told.items()]
        rows.append(["Всего", *(round(sum(column), 2) for column in zip(*told.values(), strict=True))])
    return workbook([Sheet("Переводы", rows)])


def made() -> dict[str, bytes]:
    """Each file by its name below the folder."""
    files = {}
    for year in (2015, 2018, 2019, 2020, 2021, 2022):
        files[f"unhcr_population/unhcr_population_{year}_{DAY}.json"] = answer(list(population(year)))
    for name, table in (("asylum_applications", applications), ("asylum_decisions", decisions),
                        ("solutions", solutions)):  # fmt: skip
        for year in (2020, 2022):
            files[f"unhcr_population/unhcr_{name}_{year}_{DAY}.json"] = answer(list(table(year)))
    for code, label in (("SP.POP.TOTL", "Population, total"), ("SM.POP.NETM", "Net migration"),
                        ("NY.GDP.PCAP.CD", "GDP per capita (current US$)"),
                        ("NY.GDP.DEFL.ZS", "GDP deflator (base year varies by country)"),
                        ("BX.TRF.PWKR.CD.DT", "Personal remittances, received (current US$)")):  # fmt: skip
        files[f"worldbank_indicators/{code}_{DAY}.json"] = indicator(code, label)
    for year in (2017, 2021):
        files[f"worldbank_remittances/bilateral_remittance_matrix_{year}.xlsx"] = remittances(year)
    files["frontex_detections/Monthly_detections_of_IBC_2026_09_02.xlsx"] = detections()
    files["uk_home_office/asylum-applications-datasets-dec-2022.xlsx"] = home_office()
    files[f"fedstat_entries/fedstat_38479_{DAY}.xml"] = emiss()
    for year, month in [*((2021, n) for n in range(1, 13)), (2022, 1), (2022, 2), (2022, 3)]:
        files[f"rus_mvd_registrations/registrations_{year}-{month:02}.xlsx"] = registrations(year, month)
    files[f"nbkr_remittances/nbkr_remittances_{DAY}.xlsx"] = transfers()
    return files


if __name__ == "__main__":
    for name, content in made().items():
        place = (Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER) / name
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(content)
