"""Write raw/: a few lines in the CAA's form, with what is odd in it. Every figure is invented.

python -m tests.sources.uk_caa_routes.make
"""

from __future__ import annotations

from pathlib import Path

from sample.make_air_traffic_states import PUNCTUALITY, punctuality

RAW = Path(__file__).parent / "raw"
MONTH = "202501_Punctuality_Statistics_Full_Analysis_Arrival_Departure.csv"
YEAR = "2024_Annual_Punctuality_Statistics_Full_Analysis_Arrival_Departure.csv"
RUN = "14/03/2025 09:52"
AIRPORT_TABLE = (
    b"rundate,report_period,this_period,last_period,UK_airport_group,UK_airport,foreign_region,foreign_country,"
    b"foreign_airport,total_pax_this_period,total_pax_scheduled_this_period,total_pax_charter_this_period\r\r\n"
    b"14/03/2025,1,202501,202401,London Area Airports,HEATHROW,EASTERN EUROPE,RUSSIA,MOSCOW,1200,1200,0\r\r\n"
    b"14/03/2025,1,202501,202401,London Area Airports,HEATHROW,WESTERN EUROPE,GERMANY,FRANKFURT MAIN,34,34,0\r\r\n"
)


def line(
    here: str,
    country: str,
    there: str,
    way: str,
    *counts: object,
    airline: str = "KLM",
    kind: str = "S",
    period: str = "202501",
    run: str = RUN,
) -> list[object]:
    return [run, period, here, country, there, airline, way, kind, *counts]  # fmt: skip


LINES = [
    line("HEATHROW", "GERMANY", "FRANKFURT MAIN", "A", 86, 2, 4, airline="LUFTHANSA"),
    line("HEATHROW", "GERMANY", "FRANKFURT MAIN", "D", 86, 0, 0, airline="LUFTHANSA"),
    line("HEATHROW", "IRISH REPUBLIC", "DUBLIN", "D", 0, 0, 9, airline="AER LINGUS"),
    line("GATWICK", "SPAIN(CANARY ISLANDS)", "TENERIFE (SURREINA SOFIA)", "A", 12, 1, 0, kind="C", airline="TUI"),
    line("GATWICK", "SPAIN(CANARY ISLANDS)", "TENERIFE (SURREINA SOFIA)", "A", 6, 0, 0, airline="TUI"),
    line("HEATHROW", "UNITED KINGDOM", "EDINBURGH", "D", 100, 3, 1, airline="BA"),
    line("EDINBURGH", "UNITED KINGDOM", "HEATHROW", "A", 101, 1, 2, airline="BA"),
    line("EDINBURGH", "UNITED KINGDOM", "KIRKWALL", "A", 20, 0, 0, airline="LOGANAIR"),
    line("HEATHROW", "CHANNEL ISLANDS", "JERSEY", "D", 30, 0, 0, airline="BA"),
    line("JERSEY", "UNITED KINGDOM", "HEATHROW", "A", 30, 0, 0, airline="BA"),
    line("JERSEY", "FRANCE", "DINARD", "D", 2, 0, 0, airline="BA"),
    line("ISLE OF MAN", "UNITED KINGDOM", "HEATHROW", "D", 28, 0, 0, airline="LOGANAIR"),
    line("HEATHROW", "KYRGYZSTAN", "BISHKEK", "A", 1, 0, 0, airline="CAF\xc9 AIR", kind="C"),
    line("HEATHROW", "USA", "NEW YORK (JF KENNEDY)", "A", 58, 0, 2, airline="VIRGIN ATLANTIC", run=""),
    line("HEATHROW", "RURITANIA", "ZENDA", "A", 1, 0, 0),
    line("HEATHROW", "TURKEY", "ISTANBUL", "X", 1, 0, 0),
    line("HEATHROW", "TURKEY", "ISTANBUL", "A", 1, 0, 0, kind="Q"),
    line("HEATHROW", "TURKEY", "ISTANBUL", "A", "", 0, 0),
    line("HEATHROW", "TURKEY", "ISTANBUL", "A", 1, -1, 0),
    line("HEATHROW", "TURKEY", "ISTANBUL", "A", 1, 0, 0, period="202513"),
    line("HEATHROW", "TURKEY", "ISTANBUL", "A", 1, 0, 0, airline=""),
    line("HEATHROW", "TURKEY", "ISTANBUL", "A", 5, 0, 0),
    line("HEATHROW", "TURKEY", "ISTANBUL", "A", 5, 0, 0),
]


def files() -> dict[str, bytes]:
    annual = [line("HEATHROW", "GERMANY", "FRANKFURT MAIN", "D", 990, 10, 5, period=period, airline=airline)
              for period, airline in (("2024", "LUFTHANSA"), ("202412", "BA"))]  # fmt: skip
    return {MONTH: punctuality(LINES, PUNCTUALITY), YEAR: punctuality(annual)}


if __name__ == "__main__":
    for name, content in files().items():
        (RAW / name).write_bytes(content)
