#!/usr/bin/env python3
"""Make the sample of ADSB.lol's schedules: two quarters of a few dozen rows. ALL FLIGHTS ARE INVENTED.

    python sample/make_schedules.py [FOLDER]      (default: flights/adsblol_schedules beside this file)

The form is the publisher's: Parquet with text in every column, `-` for what is unknown, `icaohex-` before the address,
Python lists of the airports near an end. Realistic on purpose: flights of the neighbouring quarter at both edges, ends
lost over the steppe or seen from high above, two airports near one end, a route that only the callsign tells.
"""

import json
import sys
import tempfile
from datetime import datetime, timedelta
from pathlib import Path

import duckdb

ENDS = ("Track_Origin", "Track_Destination")
COLUMNS = (
    "ICAO_Hex Reg AC_Type AC_Type_Description AC_Type_Detailed Airline Callsign".split()
    + [f"{end}_{what}" for end in ENDS for what in ("Lat", "Lon", "FL_Ft", "DateTime_UTC", "ApplicableAirports")]
    + ["Route_Validation_Based_on_Callsign"]
)  # fmt: skip
PLACES = {
    "UCFM": ("43.0613", "74.4776"), "UUEE": ("55.9726", "37.4146"), "LTFM": ("41.2753", "28.7520"),
    "EDDF": ("50.0333", "8.5706"), "LEMD": ("40.4719", "-3.5626"), "UAAA": ("43.3521", "77.0405"),
    "UZTT": ("41.2579", "69.2812"), "EGLL": ("51.4706", "-0.4619"), "KJFK": ("40.6398", "-73.7789"),
    "YSSY": ("-33.9461", "151.1772"),
}  # fmt: skip
# address, registration, type, its name, callsign, origin, destination, minutes, how the far end was seen
FLIGHTS = (
    ("60190a", "EX-32001", "A320", "AIRBUS A-320", "LYM107", "UCFM", "UUEE", 255, "lost"),
    ("4bb183", "TC-JVA", "B738", "BOEING 737-800", "THY347", "UCFM", "LTFM", 340, "ground"),
    ("68012c", "P4-KBA", "A20N", "AIRBUS A-320neo", "KZR110", "UCFM", "UAAA", 45, "ground"),
    ("507c1a", "UK32019", "A20N", "AIRBUS A-320neo", "UZB602", "UUEE", "UZTT", 230, "high"),
    ("3c6675", "D-AIUA", "A320", "AIRBUS A-320", "DLH1112", "EDDF", "LEMD", 150, "near two"),
    ("a8f1c2", "N774XJ", "B77W", "BOEING 777-300ER", "AAL100", "KJFK", "EGLL", 410, "ground"),
    ("7c6b2f", "VH-ZNA", "B789", "BOEING 787-9", "QFA1", "YSSY", "EGLL", 1400, "ground"),
)  # fmt: skip
FAR = {"ground": "ground", "lost": "-", "high": "34000", "near two": "3225"}


def rows(first_day: datetime) -> list[dict[str, str]]:
    """A week of the flights, from two days before the quarter."""
    made = []
    for day in range(-2, 6):
        for number, (address, registration, kind, name, callsign, origin, destination, minutes, far) in enumerate(
            FLIGHTS
        ):
            start = first_day + timedelta(days=day, hours=2 + 3 * number, minutes=7 * day + 17)
            near = {"near two": f"['{destination}', 'LETO']", "high": "['UTDD']"}.get(far, f"['{destination}']")
            values = (
                f"icaohex-{address}", registration, kind, name, f"{name} ({registration})", callsign[:3], callsign,
                *PLACES[origin], "ground", f"{start}", f"['{origin}']",
                *(("-",) * 5 if far == "lost" else
                  (*PLACES[destination], FAR[far], f"{start + timedelta(minutes=minutes)}", near)),
                "YSSY-WSSS-EGLL" if callsign == "QFA1" else f"{origin}-{destination}" if number != 2 else "-",
            )  # fmt: skip
            made.append(dict(zip(COLUMNS, values, strict=True)))
    return made


def write(path: Path, made: list[dict[str, str]], columns: list[str] | None = None) -> None:
    """The rows as Parquet with text in every column."""
    with tempfile.TemporaryDirectory() as folder:
        given = Path(folder) / "rows.json"
        given.write_text("\n".join(json.dumps(row) for row in made))
        types = dict.fromkeys(columns or COLUMNS, "VARCHAR")
        duckdb.execute(
            f"copy (select * from read_json('{given}', format = 'newline_delimited', columns = {types})) "
            f"to '{path}' (format parquet, compression zstd)"
        )


def main(folder: Path) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    write(folder / "2026_Q2_detailed_github.parquet", rows(datetime(2026, 4, 1)))
    no_detail = [column for column in COLUMNS if column != "AC_Type_Detailed"]
    write(folder / "2025_Q1_detailed_github.parquet", rows(datetime(2025, 1, 1)), no_detail)


if __name__ == "__main__":
    beside = Path(__file__).parent / "flights" / "adsblol_schedules"
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else beside)
