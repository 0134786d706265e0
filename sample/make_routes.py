#!/usr/bin/env python3
"""Make the samples of routes and country pairs that go with the sample of flights. ALL OF IT IS INVENTED.

    python sample/make_routes.py [FOLDER]       (default: flights/ beside this file)

vrs_routes: the routes of the callsigns that make_flights.py invents, in the archive that a commit of the real
repository is published as, in today's codes (UCFM where the flights of then say UAFM). Wrong on purpose: routes that
are outdated (UTA282 to Bishkek and not to Osh), routes not known at all (TGZ, KAL), a callsign that
goes on to a third airport, one that visits an airport twice, a leg from an airport to itself, a line that is no route.

opensky_country_pairs: weekly flights between pairs of European countries from March 2019 to December 2021 in the wide
form of the real table. Germany and Spain are counted from the sample of flights (both ends seen); the rest are made up.
"""

import csv
import gzip
import io
import math
import random
import sys
import tarfile
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

HERE = Path(__file__).parent
COMMIT = "5a3b1e0000000000000000000000000000abcdef"
COMMITTED = datetime(2026, 8, 19, 3, 49, 34, tzinfo=UTC)
TODAY = {"UAFM": "UCFM", "UAFO": "UCFO"}
NOT_KNOWN = {"TGZ", "KAL"}
OUTDATED = {"UTA282": "UUWW-UCFM", "UTA283": "UCFM-UUWW", "SVR333": "UCFO-UWUU"}
LONGER = {
    "SBI382": "UUDD-UNNT-UCFM", "SBI383": "UCFM-UNNT-UUDD", "KZR782": "LTFM-UAAA-UACC", "THY482": "LTFM-UCFM-ZMCK",
    "CSN582": "ZWWW-UCFM-ZWWW",
}  # fmt: skip
MORE = {
    "THY1591": "LTFM-EDDF", "UZB9105": "UTTT-UTSS-UTTT-UTSS", "DLH9904": "EDDF-EDDF-EDDM", "AFL1882": "UUEE-UCFM",
    "AFL1883": "UCFM-UUEE", "SBI3230": "UNNT-UCFO", "UTA2709": "USRR-UCFM", "THY6484": "LTFM-UCFM",
    "DLH7QK": "EDDF-LEMD",
}  # fmt: skip
COLUMNS = "Callsign,Code,Number,AirlineCode,AirportCodes"
README = "# Invented routes in the form of VRS standing data\n\nMade by sample/make_routes.py; nothing here is true.\n"


def flights() -> dict[str, object]:
    """What make_flights.py knows: its routes, and how it numbers them."""
    script: dict[str, object] = {"__name__": "make_flights", "__file__": "make_flights.py"}
    exec((HERE / "make_flights.py").read_text(encoding="utf-8"), script)
    return script


def routes() -> dict[str, str]:
    """Airports of each callsign, A-B-C."""
    told: dict[str, str] = {}
    listed = flights()["ROUTES"]
    assert isinstance(listed, tuple)
    for index, (origin, destination, airline, *_) in enumerate(listed):
        one, other = (TODAY.get(code, code) for code in (origin, destination))
        if airline not in NOT_KNOWN:
            number = 100 + index * 50 + 32
            told[f"{airline}{number}"], told[f"{airline}{number + 1}"] = f"{one}-{other}", f"{other}-{one}"
    return told | OUTDATED | LONGER | MORE


def files() -> dict[str, str]:
    """The repository's files, by path."""
    made = {"README.md": README, "routes/schema-01/README.md": "# Route Schema 1\n"}
    for callsign, airports in sorted(routes().items()):
        code, number = callsign[:3], callsign[3:]
        path = f"routes/schema-01/{code[0]}/{code}-all.csv"
        made[path] = made.get(path, f"\ufeff{COLUMNS}\n") + f"{callsign},{code},{number},{code},{airports}\n"
    made["routes/schema-01/A/AFL-all.csv"] += "AFL1884,AFL,1884,AFL,UUEE\n"  # a route of one airport
    made["airlines/schema-01/airlines.csv"] = (
        "\ufeffCode,Name,ICAO,IATA,PositioningFlightPattern,CharterFlightPattern\n"
    )
    return made


def pack(path: Path) -> None:
    """Write what `git archive` writes: one folder, one time, and the commit in the header's comment."""
    plain = io.BytesIO()
    with tarfile.open(fileobj=plain, mode="w", format=tarfile.PAX_FORMAT, pax_headers={"comment": COMMIT}) as packed:
        for name, text in sorted(files().items()):
            member = tarfile.TarInfo(f"standing-data-main/{name}")
            data = text.encode()
            member.size, member.mtime = len(data), int(COMMITTED.timestamp())
            packed.addfile(member, io.BytesIO(data))
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(gzip.compress(plain.getvalue(), 9, mtime=0))


def week_of(day: date) -> str:
    year, week, _ = day.isocalendar()
    return f"{year}-{week:02}"


def pairs(path: Path, lists: Path) -> None:
    """Write the wide table of country pairs."""
    first, last = date(2019, 3, 1), date(2021, 12, 31)
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    weeks = sorted({week_of(day) for day in days})
    counts: dict[tuple[str, str], dict[str, int]] = {("DE", "ES"): {}, ("ES", "DE"): {}}
    lands = {"ED": "DE", "LE": "ES"}
    for file in sorted(lists.glob("flightlist_*.csv.gz")):
        with gzip.open(file, "rt", encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                day = date.fromisoformat(row["day"][:10])
                pair = lands.get(row["origin"][:2], ""), lands.get(row["destination"][:2], "")
                if pair in counts and day >= first:
                    counts[pair][week_of(day)] = counts[pair].get(week_of(day), 0) + 1
    rng = random.Random(20190301)
    made_up = {
        ("AT", "DE"): 390,
        ("DE", "AT"): 392,
        ("DE", "DE"): 800,
        ("FR", "ES"): 450,
        ("GR", "CY"): 60,
        ("IS", "PL"): 4,
    }
    for pair, usual in made_up.items():
        counts[pair] = {}
        for day in days:
            n = (day - date(2020, 3, 16)).days
            share = 1.0 if n < 0 else 0.05 if n < 100 else min(0.9, 0.3 + n / 1500)
            season = 1 + 0.2 * math.cos(2 * math.pi * (day.timetuple().tm_yday - 200) / 365)
            flown = int(usual / 7 * share * season * (0.9 + 0.2 * rng.random()) + rng.random())
            counts[pair][week_of(day)] = counts[pair].get(week_of(day), 0) + flown
    lines = [",".join(["origin", "destination", *weeks])]
    lines += [
        ",".join([*pair, *(str(counts[pair].get(week, 0)) for week in weeks)])
        for pair in sorted(counts, key=lambda pair: pair[0])
    ]
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def main(folder: Path) -> None:
    pack(folder / "vrs_routes" / "standing-data-main.tar.gz")
    pairs(folder / "opensky_country_pairs" / "flights_countries.csv", HERE / "flights" / "opensky_flightlist")


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else HERE / "flights")
