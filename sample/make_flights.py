#!/usr/bin/env python3
"""Make the sample of flights: 36 months in the exact form of OpenSky's flight list. ALL FLIGHTS ARE INVENTED.

    python sample/make_flights.py [FOLDER]      (default: flights/opensky_flightlist beside this file)

No row is anybody's data and no count means anything: timetables, aircraft and registrations are made up by a seeded
generator, after the shape of the real lists. They serve to show every part of the warehouse without a download.
The real list sees next to nothing of Kyrgyzstan (10 of 170,000 sampled flights); here it is well visible, so that the
example of the README has something to show. Real are only the airports, their codes as OpenSky wrote them then (UAFM,
UAFO, UTTT) and a few dates: Russia-Georgia flights end on 8 July 2019, the collapse of spring 2020, and Moscow-Bishkek
going from one to three flights a week on 8 February 2021.

What is realistic on purpose: weekly timetables with seasons, a quarter of the flights with an end missing, private
strips and neighbouring fields taken for the airport, numbers empty in two rows of three, overnight flights filed by
the day of arrival, a flight told twice with two altitudes, negative and missing altitudes, an icao24 `4e1234`.
"""

import gzip
import math
import random
import sys
from datetime import date, datetime, timedelta
from pathlib import Path

HEADER = (
    "callsign,number,icao24,registration,typecode,origin,destination,firstseen,lastseen,day,"
    "latitude_1,longitude_1,altitude_1,latitude_2,longitude_2,altitude_2"
)
AIRPORTS = {
    "UAFM": (43.0613, 74.4776), "UAFO": (40.6090, 72.7933), "UUEE": (55.9726, 37.4146), "UUDD": (55.4088, 37.9063),
    "UUWW": (55.5915, 37.2615), "USSS": (56.7431, 60.8027), "UNNT": (55.0126, 82.6507), "UAAA": (43.3521, 77.0405),
    "UACC": (51.0222, 71.4669), "UTTT": (41.2579, 69.2812), "UTDD": (38.5433, 68.8250), "LTFM": (41.2753, 28.7520),
    "LTAI": (36.8987, 30.8005), "ZWWW": (43.9071, 87.4742), "EDDF": (50.0333, 8.5706), "EDDM": (48.3538, 11.7861),
    "LEMD": (40.4719, -3.5626), "LEPA": (39.5517, 2.7388), "UDYZ": (40.1473, 44.3959), "UMMS": (53.8825, 28.0307),
    "UGTB": (41.6692, 44.9547), "OMDB": (25.2528, 55.3644), "RKSI": (37.4691, 126.4505),
    "KU42": (40.6196, -111.9929), "60CO": (39.9433, -104.6860),
}  # fmt: skip
NEIGHBOURS = {"UUEE": "UUMU", "EDDF": "EDFZ", "LEMD": "LETO", "LTFM": "LTBA", "OMDB": "OMDW", "LEPA": "LESB"}
# prefix of callsigns: prefix of flight numbers, of icao24, of registrations, types of aircraft
AIRLINES = {
    "AFL": ("SU", "15", "VP-B", ("A320", "B738")), "SBI": ("S7", "15", "VQ-B", ("A320", "A21N")),
    "UTA": ("UT", "14", "VQ-B", ("B735", "B738")), "SVR": ("U6", "15", "VP-B", ("A320", "A321")),
    "LYM": ("ZM", "60", "EX-3", ("A320",)), "KZR": ("KC", "68", "P4-K", ("A320", "A20N")),
    "UZB": ("HY", "50", "UK32", ("A320", "B788")), "TJK": ("SZ", "51", "EY-4", ("B738", "B739")),
    "THY": ("TK", "4b", "TC-J", ("B738", "A333", "A21N")), "CSN": ("CZ", "78", "B-63", ("B738",)),
    "DLH": ("LH", "3c", "D-AI", ("A320", "A321")), "IBE": ("IB", "34", "EC-J", ("A320", "A321")),
    "BRU": ("B2", "51", "EW-4", ("B738", "E195")), "TGZ": ("A9", "51", "4L-T", ("B737", "E190")),
    "FDB": ("FZ", "89", "A6-F", ("B738",)), "KAL": ("KE", "71", "HL75", ("A333", "B77W")),
}  # fmt: skip
# origin, destination, airline, flights a week each way in 2019, how much more in July than in January,
# months of closure from 27 March 2020, share of 2019 flown at the end of 2021
ROUTES = (
    ("UUEE", "UAFM", "AFL", 7, 0.2, 6, 0.5), ("UUDD", "UAFM", "SBI", 3, 0.3, 13, 0.7),
    ("UUDD", "UAFO", "SVR", 3, 0.4, 14, 0.9), ("UUWW", "UAFO", "UTA", 3, 0.3, 14, 0.8),
    ("USSS", "UAFO", "SVR", 2, 0.4, 14, 0.6), ("UNNT", "UAFM", "SBI", 2, 0.3, 14, 0.7),
    ("UAAA", "UAFM", "KZR", 4, 0.2, 6, 0.8), ("LTFM", "UAFM", "THY", 5, 0.2, 3, 1.1),
    ("UTTT", "UAFM", "UZB", 2, 0.1, 7, 0.9), ("ZWWW", "UAFM", "CSN", 2, 0.1, 21, 0.0),
    ("OMDB", "UAFM", "FDB", 4, -0.1, 4, 1.2), ("UUEE", "UACC", "KZR", 4, 0.1, 5, 0.6),
    ("UUEE", "UAAA", "AFL", 4, 0.1, 6, 0.7), ("LTFM", "UAAA", "KZR", 3, 0.3, 3, 1.1),
    ("UUDD", "UTTT", "UZB", 4, 0.2, 6, 0.8), ("RKSI", "UTTT", "UZB", 2, 0.0, 4, 0.5),
    ("UUDD", "UTDD", "TJK", 4, 0.3, 12, 0.8), ("LTFM", "UTDD", "TJK", 1, 0.1, 6, 1.0),
    ("EDDF", "LTFM", "THY", 5, 0.4, 2, 0.8), ("EDDM", "LTAI", "THY", 3, 1.2, 3, 0.9),
    ("UUEE", "LTAI", "AFL", 4, 1.4, 4, 1.1), ("UUWW", "LTFM", "UTA", 4, 0.4, 4, 1.0),
    ("EDDF", "LEPA", "DLH", 4, 1.4, 3, 0.9), ("EDDF", "LEMD", "DLH", 4, 0.2, 2, 0.7),
    ("EDDM", "LEMD", "IBE", 3, 0.2, 3, 0.7), ("EDDF", "UUEE", "DLH", 5, 0.1, 4, 0.5),
    ("UUEE", "UDYZ", "AFL", 4, 0.4, 9, 1.0), ("UUEE", "UMMS", "BRU", 4, 0.2, 6, 0.9),
    ("EDDF", "UMMS", "BRU", 2, 0.2, 2, 0.0), ("UUEE", "UGTB", "TGZ", 4, 0.6, 21, 0.0),
    ("LTFM", "UGTB", "THY", 4, 0.3, 5, 1.0), ("UUDD", "OMDB", "FDB", 3, -0.3, 5, 1.2),
    ("UUEE", "RKSI", "KAL", 2, 0.1, 5, 0.3), ("UUEE", "USSS", "AFL", 1, 0.1, 1, 1.0),
)  # fmt: skip
CLOSED = date(2020, 3, 27)


def flights_per_week(route: tuple[str, str, str, int, float, int, float], day: date) -> float:
    origin, destination, _, base, season, months_closed, recovered = route
    if (origin, destination) == ("UUEE", "UGTB") and day >= date(2019, 7, 8):
        return 0.0
    if (origin, destination) == ("UUEE", "UMMS") and day < date(2020, 9, 21) and day >= CLOSED:
        return 0.0
    if (origin, destination) == ("UUEE", "UAFM") and day >= CLOSED:
        return 0.0 if day < date(2020, 9, 21) else 1.0 if day < date(2021, 2, 8) else 3.0
    yearly = base * (1 + season * (1 - math.cos(2 * math.pi * (day.timetuple().tm_yday - 15) / 365)) / 2)
    if (origin, destination) in {("EDDF", "UMMS")} and day >= date(2021, 5, 26):
        return 0.0
    if day < CLOSED:
        return yearly
    reopening = CLOSED + timedelta(days=30 * months_closed)
    if day < reopening:
        return 0.0
    return yearly * (0.2 + (max(recovered, 0.2) - 0.2) * min(1.0, (day - reopening).days / 400))


def kilometres(one: tuple[float, float], other: tuple[float, float]) -> float:
    (a, b), (c, d) = ((math.radians(x), math.radians(y)) for x, y in (one, other))
    return 12742 * math.asin(
        math.sqrt(math.sin((c - a) / 2) ** 2 + math.cos(a) * math.cos(c) * math.sin((d - b) / 2) ** 2)
    )


class Maker:
    def __init__(self) -> None:
        self.rng = random.Random(20210208)
        self.rows: dict[tuple[int, int], list[tuple[str, str]]] = {}

    def end(self, airport: str, toward: str, is_seen: bool) -> tuple[float, float, str]:
        """Where the first or last message was received; far out on the way where the end was not seen."""
        (a, b), (c, d) = AIRPORTS[airport], AIRPORTS[toward]
        share = 0.15 + 0.5 * self.rng.random() if not is_seen else 0.01 * self.rng.random()
        feet = 25 * int(self.rng.random() * 60 - 8) if is_seen else 1000 * int(31 + 8 * self.rng.random())
        altitude = "" if self.rng.random() < 0.03 else str(round(feet * 0.3048, 2))
        return round(a + (c - a) * share, 4), round(b + (d - b) * share, 4), altitude

    def fly(
        self, origin: str, destination: str, airline: str, day: date, minute: int, number: int, icao24: str = ""
    ) -> None:
        rng = self.rng
        short, block, registered, types = AIRLINES.get(airline, ("", "a0", "N8", ("C172",)))
        hull = int(rng.random() * 14)
        aircraft = icao24 or f"{block}{(hull * 2741 + number * 7) % 65536:04x}"
        start = datetime(day.year, day.month, day.day) + timedelta(
            minutes=minute, seconds=int(rng.random() * 2400) - 600
        )
        hours = kilometres(AIRPORTS[origin], AIRPORTS[destination]) / (790 if short else 180) + 0.4
        landed = start + timedelta(seconds=int(3600 * hours * (0.95 + 0.1 * rng.random())))
        lost = 0.03 if {"UAFM", "UAFO"} & {origin, destination} else 0.18
        sees_start, sees_end = rng.random() >= lost, rng.random() >= lost
        one, other = self.end(origin, destination, sees_start), self.end(destination, origin, sees_end)
        told = NEIGHBOURS.get(destination, destination) if rng.random() < 0.02 else destination
        stamp = "{:%Y-%m-%d %H:%M:%S}+00:00".format
        cells = [
            f"{airline}{number}" if short else f"N8{number}",
            f"{short}{number}" if short and rng.random() < 0.35 else "",
            aircraft,
            f"{registered}{chr(65 + hull)}{chr(65 + number % 26)}",
            "" if rng.random() < 0.057 else types[hull % len(types)],
            origin if sees_start else "",
            told if sees_end else "",
            stamp(start), stamp(landed), f"{landed:%Y-%m-%d} 00:00:00+00:00",
            *map(str, one), *map(str, other),
        ]  # fmt: skip
        month = self.rows.setdefault((landed.year, landed.month), [])
        month.append((cells[7], ",".join(cells)))
        if not short and day.day == 25:  # the same flight again, first heard higher up
            cells[12] = "1143.0"
            month.append((cells[7], ",".join(cells)))

    def days(self) -> None:
        day = date(2018, 12, 31)
        while day <= date(2021, 12, 31):
            for index, route in enumerate(ROUTES):
                weekly = min(flights_per_week(route, day), 7.0)
                slots = int(weekly) + (self.rng.random() < weekly % 1)
                if (day.weekday() * 3 + index) % 7 < slots:  # 3 and 7 have no common factor: the days are spread
                    minute, number = (index * 97 + 380) % 1440, 100 + index * 50 + 32
                    self.fly(route[0], route[1], route[2], day, minute, number)
                    back = (minute + 60 * 9) % 1440
                    self.fly(route[1], route[0], route[2], day, back, number + 1)
            if day.day in (11, 25):
                self.fly("KU42", "60CO", "", day, 900, 10 + day.month)
            if day.day == 15:
                self.fly("LTFM", "EDDF", "THY", day, 700, 1591, icao24="4e1234")
            day += timedelta(days=1)


def main(folder: Path) -> None:
    maker = Maker()
    maker.days()
    folder.mkdir(parents=True, exist_ok=True)
    for (year, month), rows in sorted(maker.rows.items()):
        if 2019 <= year <= 2021:
            last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
            text = "\n".join([HEADER, *(row for _, row in sorted(rows))]) + "\n"
            name = f"flightlist_{year}{month:02}01_{last:%Y%m%d}.csv.gz"
            (folder / name).write_bytes(gzip.compress(text.encode(), 9, mtime=0))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent / "flights" / "opensky_flightlist")
