"""Write raw/: a few lines in T-100's two forms, with what is odd in the real ones. Every figure is invented.

python -m tests.sources.bts_t100_international.make
"""

from __future__ import annotations

import csv
import io
from pathlib import Path

from sample.make_air_traffic_states import T100, t100

RAW = Path(__file__).parent / "raw"
PUBLISHER = "T_T100I_SEGMENT_ALL_CARRIER_2011_2026-11-23.csv"
FROM_R = "T100_2011_int.csv"
BASE: dict[str, object] = dict.fromkeys(T100, 0) | {
    "DEPARTURES_SCHEDULED": 4, "DEPARTURES_PERFORMED": 4, "PAYLOAD": 100000, "SEATS": 800, "PASSENGERS": 500,
    "FREIGHT": 1000, "MAIL": 100, "UNIQUE_CARRIER": "HY", "AIRLINE_ID": 20341,
    "UNIQUE_CARRIER_NAME": "Uzbekistan Airways", "UNIQUE_CARRIER_ENTITY": "9586A", "REGION": "I", "CARRIER": "HY",
    "CARRIER_NAME": "Uzbekistan Airways", "ORIGIN_AIRPORT_SEQ_ID": 1515201, "ORIGIN": "TAS",
    "ORIGIN_CITY_NAME": "Tashkent, Uzbekistan", "ORIGIN_COUNTRY": "UZ", "ORIGIN_COUNTRY_NAME": "Uzbekistan",
    "ORIGIN_WAC": 744, "DEST_AIRPORT_SEQ_ID": 1247801, "DEST": "JFK", "DEST_CITY_NAME": "New York, NY",
    "DEST_COUNTRY": "US", "DEST_COUNTRY_NAME": "United States", "DEST_WAC": 22, "AIRCRAFT_GROUP": 6,
    "AIRCRAFT_TYPE": 625, "AIRCRAFT_CONFIG": 1, "YEAR": 2011, "QUARTER": 1, "MONTH": 2, "CLASS": "F",
}  # fmt: skip


def line(**changes: object) -> list[object]:
    return list((BASE | changes).values())


def end(side: str, code: str, city: str, country: str, seq: int = 1111101) -> dict[str, object]:
    return {side: code, f"{side}_CITY_NAME": city, f"{side}_COUNTRY": country, f"{side}_AIRPORT_SEQ_ID": seq}


def carrier(code: str, entity: str = "06000") -> dict[str, object]:
    return {"UNIQUE_CARRIER": code, "CARRIER": code[:2], "UNIQUE_CARRIER_ENTITY": entity}


CARGO = carrier("KAQ", "16683") | end("ORIGIN", "ALA", "Almaty, Kazakhstan", "KZ") | {"AIRCRAFT_TYPE": 819, "SEATS": 0,
         "PASSENGERS": 0, "FREIGHT": 353070, "AIRCRAFT_CONFIG": 2, "DEPARTURES_SCHEDULED": 0}  # fmt: skip
LINES = [
    line(),  # 1
    line(SEATS=400, DEPARTURES_PERFORMED=2, AIRCRAFT_CONFIG=4),  # summed with 1
    line(ORIGIN_AIRPORT_SEQ_ID=1515202, UNIQUE_CARRIER_ENTITY="9586B", PASSENGERS=7),  # summed with 1
    line(),  # the same as 1
    line(**carrier("3M", "06888"), **end("ORIGIN", "ELH", "North Eleuthera", "BS"), DEPARTURES_PERFORMED="54.00"),
    line(**carrier("DL"), **end("ORIGIN", "WDH", "Windhoek, Namibia", "NA"), CLASS="L", DEPARTURES_SCHEDULED=0),
    line(**CARGO, CLASS="P"),  # 7
    line(**CARGO, CLASS="G", MONTH="02"),  # summed with 7
    line(**carrier("AA"), **end("ORIGIN", "POS", "Port of Spain, Trinidad and Tobago", "TT"),
         **end("DEST", "SJU", "San Juan, PR", "US")),
    line(**carrier("AA"), **end("ORIGIN", "SJU", "San Juan, PR", "PR")),  # 10
    line(**carrier("CO"), **end("ORIGIN", "GUM", "Guam, TT", "US"), **end("DEST", "MAJ", "Majuro", "MH")),
    line(**carrier("DL"), **end("ORIGIN", "NRT", "Tokyo", "JP"), **end("DEST", "HKG", "Hong Kong", "HK")),
    line(**carrier("PA (1)"), **end("ORIGIN", "SVO", "Moscow", "RU"), DEPARTURES_PERFORMED=0, SEATS=0, PASSENGERS=0),
    line(**carrier("WO"), **end("ORIGIN", "FRA", "Frankfurt, Germany", "DE"), CLASS="N"),
    line(**carrier("X1"), CLASS="K"),  # 15
    line(**carrier("X2"), CLASS="J"),
    line(**carrier("X3"), **end("ORIGIN", "QQQ", "Nowhere", "QQ")),
    line(**carrier("X4"), **end("ORIGIN", "LED", "Leningrad, USSR", "SU")),
    line(**carrier("X5"), SEATS=""),
    line(**carrier("X6"), FREIGHT="1,234"),  # 20
    line(**carrier("X7"), PASSENGERS=-5),
    line(**carrier("X8"), MONTH=13),
    line(UNIQUE_CARRIER=""),
    line(**carrier("X9"))[:30],
    line(**carrier("IB"), **end("ORIGIN", "MAD", "Madrid, Spain", "ES"), MONTH=12, QUARTER=4),  # 25
]  # fmt: skip


def from_r(lines: list[list[object]]) -> bytes:
    """As R writes it: a first column of row names without a name, no comma at the end."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, quoting=csv.QUOTE_NONNUMERIC, lineterminator="\n")
    writer.writerows([["", *T100], *([str(n), *line] for n, line in enumerate(lines, 1))])
    return out.getvalue().encode()


def files() -> dict[str, bytes]:
    return {PUBLISHER: t100(LINES), FROM_R: from_r([LINES[0], LINES[4], LINES[6], LINES[0]])}


if __name__ == "__main__":
    for name, content in files().items():
        (RAW / name).write_bytes(content)
