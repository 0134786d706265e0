"""Write the samples of three states' air traffic statistics: T-100, BITRE and UK CAA, every figure in them invented.

    python -m sample.make_air_traffic_states [FOLDER]      (default: flights/ beside this file)

January to June 2021, a few routes of each. The same program writes the same bytes.
"""

from __future__ import annotations

import csv
import hashlib
import io
import sys
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from sample.make_migration import INVENTED, Cell, Sheet, workbook

FOLDER = Path(__file__).parent / "flights"
MONTHS = [date(2021, month, 1) for month in range(1, 7)]
T100 = (
    "DEPARTURES_SCHEDULED DEPARTURES_PERFORMED PAYLOAD SEATS PASSENGERS FREIGHT MAIL DISTANCE RAMP_TO_RAMP AIR_TIME "
    "UNIQUE_CARRIER AIRLINE_ID UNIQUE_CARRIER_NAME UNIQUE_CARRIER_ENTITY REGION CARRIER CARRIER_NAME CARRIER_GROUP "
    "CARRIER_GROUP_NEW ORIGIN_AIRPORT_ID ORIGIN_AIRPORT_SEQ_ID ORIGIN_CITY_MARKET_ID ORIGIN ORIGIN_CITY_NAME "
    "ORIGIN_COUNTRY ORIGIN_COUNTRY_NAME ORIGIN_WAC DEST_AIRPORT_ID DEST_AIRPORT_SEQ_ID DEST_CITY_MARKET_ID DEST "
    "DEST_CITY_NAME DEST_COUNTRY DEST_COUNTRY_NAME DEST_WAC AIRCRAFT_GROUP AIRCRAFT_TYPE AIRCRAFT_CONFIG YEAR QUARTER "
    "MONTH DISTANCE_GROUP CLASS"
).split()
# code: (id, city as BTS writes it, country, its name, WAC)
AIRPORTS = {
    "ALA": (10239, "Almaty, Kazakhstan", "KZ", "Kazakhstan", 741),
    "ANC": (10299, "Anchorage, AK", "US", "United States", 1),
    "FRA": (11760, "Frankfurt, Germany", "DE", "Germany", 429),
    "IST": (12601, "Istanbul, Turkey", "TR", "Turkey", 491),
    "JFK": (12478, "New York, NY", "US", "United States", 22),
    "LAX": (12892, "Los Angeles, CA", "US", "United States", 91),
    "LHR": (12972, "London, United Kingdom", "GB", "United Kingdom", 493),
    "MAD": (13105, "Madrid, Spain", "ES", "Spain", 482),
    "SVO": (15056, "Moscow, Russia", "RU", "Russia", 481),
    "SYD": (15070, "Sydney, Australia", "AU", "Australia", 802),
    "TAS": (15152, "Tashkent, Uzbekistan", "UZ", "Uzbekistan", 744),
}
# foreign airport, American airport, carrier, its name, aircraft type, seats, flights a month, class
SEGMENTS = (
    ("TAS", "JFK", "HY", "Uzbekistan Airways", 889, 246, 4, "F"),
    ("SVO", "JFK", "SU", "Aeroflot Russian Airlines", 637, 402, 12, "F"),
    ("FRA", "JFK", "LH", "Lufthansa German Airlines", 821, 340, 28, "F"),
    ("MAD", "JFK", "IB", "Iberia Air Lines Of Spain", 696, 288, 20, "F"),
    ("IST", "JFK", "TK", "Turk Hava Yollari A.O.", 637, 349, 40, "F"),
    ("LHR", "JFK", "BA", "British Airways Plc", 637, 299, 55, "F"),
    ("SYD", "LAX", "QF", "Qantas Airways Ltd.", 889, 236, 3, "L"),
    ("ALA", "ANC", "5Y", "Atlas Air Inc.", 820, 0, 6, "P"),
)
BITRE = "MONTH,AIRLINE,COUNTRY,FLTS IN,PAX IN,SEATS IN,FLTS OUT,PAX OUT,SEATS OUT,FIN_Y,CAL_Y".split(",")
# airline, country of service, seats, flights a month (none: not split between airlines)
SERVICES: tuple[tuple[str, str, int, int | None], ...] = (
    ("Emirates", "United Arab Emirates", 354, 62),
    ("Federal Express Corporation", "USA", 0, 22),
    ("Qantas Airways", "UK", 236, 2),
    ("Qantas Airways", "New Zealand", 174, None),
    ("Singapore Airlines", "Singapore", 253, 120),
    ("Turkish Airlines", "Turkey", 300, 4),
    ("United Airlines", "USA", 252, 30),
)
PORTS = (
    "Month,Airline,Port_Country,Passengers_In,Freight_In_(tonnes),Mail_In_(tonnes),Passengers_Out,"
    "Freight_Out_(tonnes),Mail_Out_(tonnes),Year,Month_num"
)
PUNCTUALITY = (
    "run_date reporting_period reporting_airport origin_destination_country origin_destination airline_name "
    "arrival_departure scheduled_charter number_flights_matched actual_flights_unmatched number_flights_cancelled "
    "flights_more_than_15_minutes_early_percent flights_15_minutes_early_to_1_minute_early_percent "
    "flights_0_to_15_minutes_late_percent flights_between_16_and_30_minutes_late_percent "
    "flights_between_31_and_60_minutes_late_percent flights_between_61_and_120_minutes_late_percent "
    "flights_between_121_and_180_minutes_late_percent flights_between_181_and_360_minutes_late_percent "
    "flights_more_than_360_minutes_late_percent flights_unmatched_percent flights_cancelled_percent "
    "average_delay_mins previous_year_month_flights_matched previous_year_month_early_to_15_mins_late_percent "
    "previous_year_month_average_delay"
).split()
# reporting airport, country, airport, airline, flights a month each way
ROUTES = (
    ("HEATHROW", "GERMANY", "FRANKFURT MAIN", "LUFTHANSA", 60),
    ("HEATHROW", "IRISH REPUBLIC", "DUBLIN", "AER LINGUS", 45),
    ("HEATHROW", "RUSSIA", "MOSCOW (SHEREMETYEVO)", "AEROFLOT RUSSIAN AIRLINES", 8),
    ("HEATHROW", "TURKEY", "ISTANBUL", "TURKISH AIRLINES", 40),
    ("HEATHROW", "USA", "NEW YORK (JF KENNEDY)", "BRITISH AIRWAYS PLC", 55),
    ("GATWICK", "SPAIN(CANARY ISLANDS)", "TENERIFE (SURREINA SOFIA)", "EASYJET UK LTD", 6),
    ("GATWICK", "UZBEKISTAN", "TASHKENT", "UZBEKISTAN AIRWAYS", 1),
    ("HEATHROW", "UNITED KINGDOM", "EDINBURGH", "BRITISH AIRWAYS PLC", 70),
    ("EDINBURGH", "UNITED KINGDOM", "HEATHROW", "BRITISH AIRWAYS PLC", 70),
)


def about(count: int, *what: object) -> int:
    """Invented: within a fifth of `count`, the same for the same `what`."""
    draw = hashlib.sha256("|".join(map(str, what)).encode()).digest()
    return round(count * (0.8 + 0.4 * draw[0] / 255))


def t100_line(
    origin: str,
    destination: str,
    month: date,
    figures: Sequence[object],
    carrier: tuple[str, str],
    kind: Sequence[object],
) -> list[object]:
    """A line of T-100. figures: scheduled, performed, seats, passengers, pounds of freight and of mail; carrier: code
    and name; kind: aircraft type, configuration, class."""
    scheduled, performed, *rest = figures
    ends = [[n, f"{n}01", 30000 + n % 1000, code, city, country, name, wac]
            for code in (origin, destination) for n, city, country, name, wac in [AIRPORTS[code]]]  # fmt: skip
    return [
        scheduled, performed, 0, *rest, 5000, 0, 0, carrier[0], 20000, carrier[1], "9" + carrier[0] + "A", "I",
        *carrier, 0, 0, *ends[0], *ends[1], 6, *kind[:2], month.year, (month.month + 2) // 3, month.month, 10, kind[2],
    ]  # fmt: skip


def t100(lines: Sequence[Sequence[object]]) -> bytes:
    """The publisher's CSV: text in quotes, a comma at the end of every line."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator=",\r\n")
    writer.writerows([T100, *lines])
    return out.getvalue().encode()


def t100_sample() -> bytes:
    lines = []
    for month in MONTHS:
        for foreign, american, code, name, aircraft, seats, usual, letter in SEGMENTS:
            for origin, destination in ((foreign, american), (american, foreign)):
                performed = about(usual, origin, destination, month)
                scheduled = performed if letter == "F" else 0
                passengers = about(performed * seats // 2, origin, month)
                freight = about(performed * (40_000 if letter == "P" else 9_000), origin, month)
                figures = (scheduled, performed, performed * seats, passengers, freight, freight // 20)
                lines.append(
                    t100_line(origin, destination, month, figures, (code, name), (aircraft, 1 if seats else 2, letter))
                )
    return t100(lines)


def bitre_sheets(rows: Sequence[Sequence[Cell]], header: Sequence[Cell] = BITRE, above: int = 3) -> list[Sheet]:
    """The publisher's three sheets; `above` lines of title stand over the table."""
    title: list[list[Cell]] = [[f"INTERNATIONAL SCHEDULED AIR TRANSPORT - Airline supplied data. {INVENTED}"]]
    notes: list[list[Cell]] = [["SYMBOLS AND OTHER USAGE"], ["-", "nil or zero"], ["..", "not applicable"]]
    data = [*title, *[[] for _ in range(above)], header, *rows]
    return [Sheet("ReadMe", [[], ["", f"This data shows flights. {INVENTED}"]]), Sheet("ExpNotes", notes),
            Sheet("Data", data)]  # fmt: skip


def bitre_sample() -> bytes:
    rows: list[list[Cell]] = []
    for month in MONTHS:
        for airline, country, seats, usual in SERVICES:
            figures: list[Cell] = []
            for way in ("in", "out"):
                flights = about(usual or 90, airline, country, month, way)
                passengers = about(flights * seats // 4, airline, month, way)
                carried: list[Cell] = [passengers, flights * seats] if seats else ["..", ".."]
                figures += [".." if usual is None else flights, *carried]
            rows.append([month, airline, country, *figures, month.year + (month.month > 6), month.year])
    return workbook(bitre_sheets(rows))


def ports_sample() -> bytes:
    lines = [PORTS]
    for month in MONTHS:
        for airline, country, seats, usual in SERVICES:
            ways = [
                f"{about((usual or 90) * seats // 4, airline, country, month, way)},"
                f"{about(90_000, airline, month, way) / 1000},{about(900, airline, month, way) / 1000}"
                for way in ("in", "out")
            ]
            lines.append(f"{month:%b-%y},{airline},{country},{','.join(ways)},{month.year},{month.month}")
    return ("\r\n".join(lines) + "\r\n").encode()


def punctuality(lines: Sequence[Sequence[object]], header: Sequence[str] = PUNCTUALITY) -> bytes:
    """The CAA's CSV; a line's first eleven columns are given, delays are made up."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, lineterminator="\r\n")
    delays = [
        "5.000000",
        "40.000000",
        "40.000000",
        "15.000000",
        *["0.000000"] * 5,
        "0.000000",
        "0.000000",
        9,
        40,
        "85.000000",
        8,
    ]
    writer.writerows([header, *([*line, *delays][: len(header)] for line in lines)])
    return out.getvalue().encode("cp1252")


def punctuality_sample(month: date) -> bytes:
    lines = []
    for airport, country, other, airline, usual in ROUTES:
        for way in ("A", "D"):
            here = (airport, other) if way == "D" else (other, airport)
            flown = about(usual, *here, airline, month)
            run, counts = f"14/{month.month + 2:02}/{month.year} 09:52", (flown, flown // 30, about(3, airline, month))
            lines.append([run, f"{month:%Y%m}", airport, country, other, airline, way, "S", *counts])
    return punctuality(lines)


def main(folder: Path = FOLDER) -> None:
    """Write the files, in a folder for each source."""
    files = {
        "bts_t100_international/T_T100I_SEGMENT_ALL_CARRIER_2021_2021-12-20.csv": t100_sample(),
        "bitre_international/International_airline_activity_Flights_seats_0621.xlsx": bitre_sample(),
        "bitre_international/internationalport_country_0621.csv": ports_sample(),
    } | {
        f"uk_caa_routes/{month:%Y%m}_Punctuality_Statistics_Full_Analysis_Arrival_Departure.csv": punctuality_sample(
            month
        )
        for month in MONTHS
    }
    for name, content in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
