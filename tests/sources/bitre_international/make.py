"""Write raw/: a few lines in BITRE's two forms, with what is odd in the real ones. Every figure is invented.

python -m tests.sources.bitre_international.make
"""

from __future__ import annotations

from datetime import date
from pathlib import Path

from sample.make_air_traffic_states import PORTS, bitre_sheets
from sample.make_migration import Cell, workbook

RAW = Path(__file__).parent / "raw"
FLIGHTS = "International_airline_activity_Flights_seats_0825.xlsx"
PORT_COUNTRY = "internationalport_country_0922.csv"


def row(year: int, month: int, airline: str, country: str, *figures: Cell) -> list[Cell]:
    return [date(year, month, 1), airline, country, *figures, year + (month > 6), year]


ROWS: list[list[Cell]] = [
    row(1991, 1, "Qantas Airways", "Yugoslavia", 10, 2378, 3000, 9, 1587, 2700),
    row(1991, 1, "Federal Express Corporation ", "USA", 11, "..", "..", "-", "..", ".."),
    row(1991, 5, "Canadian Airlines International", "Canada", "-", 1295, 2880, "-", "-", "-"),
    row(1992, 5, "JAT", "Yugoslavia", 2, 300, 400, 2, 310, 400),
    row(1992, 12, "Air China", "China", "", "", "", 4, 789, 1080),
    row(1997, 6, "Ansett International", "Hong Kong (SAR)", "(a)", "(b)", "(a)", 4, 700, 900),
    row(2001, 6, "Merpati", "East Timor", 8, " 1 056", " 10 184", 8, " 1\xa0056", "1,234"),
    row(2002, 6, "Merpati", "East Timor", 8, "120 (c)", 200, 8, 130, 200),
    row(2010, 7, "Virgin Samoa", "Western Samoa", 5, 696, 910, 5, 740, 910),
    row(2022, 11, "Qantas Airways", "Western Somoa", 5, 696, 910, 5, 740, 910),
    row(2025, 8, "Turkish Airlines", "Turkey", 4, 1100, 1200, 4, 1000, 1200),
    row(2025, 8, "Nowhere Air", "Ruritania", 4, 1100, 1200, 4, 1000, 1200),
    row(2025, 8, "United Airlines", "USA", "n/a", 2500, -1, 10, 2400, 2520),
    [date(2025, 8, 1), "Singapore Airlines", "Singapore", 1, 2, 3, 4, 5, 6, 2025, 2025],
    [date(2025, 8, 15), "Singapore Airlines", "Singapore", 1, 2, 3, 4, 5, 6, 2026, 2025],
    [],
    ["Source: BITRE"],
]
LINES = [
    PORTS,
    "Jan-85,Air Caledonie,New Caledonia,725,0.368,0,474,0.167,0,1985,1",
    "Mar-93,UTA,Wallis Island,12,0,0,9,0,0,1993,3",
    "Sep-22,Turkish Airlines,Turkey,0,167.591,0.299,..,198.587,0,2022,9",
    "Sep-22,Xiamen Airlines,China,3456,167.591,0.299,2109,198.587,0,2021,9",
    "Sept-22,Xiamen Airlines,China,3456,167.591,0.299,2109,198.587,0,2022,9",
]


def files() -> dict[str, bytes]:
    return {FLIGHTS: workbook(bitre_sheets(ROWS)), PORT_COUNTRY: ("\r\n".join(LINES) + "\r\n").encode()}


if __name__ == "__main__":
    for name, content in files().items():
        (RAW / name).write_bytes(content)
