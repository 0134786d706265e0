#!/usr/bin/env python3
"""Make samples of what ties states to each other. ALL FIGURES ARE INVENTED.

    python sample/make_structure.py [FOLDER]      (default: structure/ beside this file)

Contiguity, distances, alliances, organisations, votes and trade agreements of twenty states from 2018 to 2022, the list
of these states, and exchange rates. What ties two states follows from a grid on which each has a place, and from a hash
of their names, so that the same program writes the same bytes. Borders and treaties are not those of the real world.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Iterable, Sequence
from datetime import date, timedelta
from itertools import combinations, permutations
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))
from sample.make_migration_offices import chance

FOLDER = Path(__file__).parent / "structure"
YEARS = range(2018, 2023)
STATES = {  # COW number: its abbreviation, name, ISO number, place on the grid
    703: ("KYR", "Kyrgyzstan", 417, 7, 4), 705: ("KZK", "Kazakhstan", 398, 6, 5), 704: ("UZB", "Uzbekistan", 860, 6, 4),
    702: ("TAJ", "Tajikistan", 762, 7, 3), 701: ("TKM", "Turkmenistan", 795, 5, 4), 365: ("RUS", "Russia", 643, 6, 7),
    369: ("UKR", "Ukraine", 804, 3, 6), 370: ("BLR", "Belarus", 112, 3, 7), 371: ("ARM", "Armenia", 51, 4, 4),
    372: ("GRG", "Georgia", 268, 4, 5), 373: ("AZE", "Azerbaijan", 31, 5, 5), 255: ("GMY", "Germany", 276, 1, 7),
    230: ("SPN", "Spain", 724, -1, 5), 220: ("FRN", "France", 250, 0, 6), 325: ("ITA", "Italy", 380, 1, 5),
    305: ("AUS", "Austria", 40, 2, 6), 640: ("TUR", "Turkey", 792, 3, 4), 710: ("CHN", "China", 156, 9, 4),
    750: ("IND", "India", 356, 7, 1), 2: ("USA", "United States of America", 840, -6, 5),
}  # fmt: skip
EAST, WEST = (703, 705, 702, 365, 370, 371), (255, 230, 220, 325, 305)
ORGANISATIONS = ("AlphaCU", "BetaBank", "GammaPU", "Delta", "EpsilonCS", "Zeta")
BASIS = {"USD": 1.15, "JPY": 128.0, "GBP": 0.88, "CHF": 1.09, "TRY": 8.0, "CNY": 7.6, "RUB": 78.0, "INR": 83.0}


def table(header: Sequence[str], rows: Iterable[Sequence[object]], delimiter: str = ",", end: str = "\n") -> bytes:
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=delimiter, lineterminator=end)
    writer.writerow(header)
    writer.writerows(rows)
    return out.getvalue().encode()


def apart(one: int, other: int) -> int:
    """Invented kilometres between two states: steps on the grid times 400, less the two that a border takes."""
    (x, y), (u, v) = STATES[one][3:], STATES[other][3:]
    return max(0, 400 * (abs(x - u) + abs(y - v)) - 800)


def border(one: int, other: int) -> int:
    """Type of contiguity, 0 for none."""
    return 1 if not apart(one, other) else 4 if apart(one, other) == 400 and chance(one, other) < 0.3 else 0


def pairs() -> list[tuple[int, int]]:
    return list(combinations(sorted(STATES), 2))


def contiguity() -> dict[str, bytes]:
    directed = [
        (f"{a}{b:03}", a, STATES[a][0], b, STATES[b][0], year, border(*sorted((a, b))), 3.2)
        for a, b in permutations(sorted(STATES), 2) for year in YEARS if border(*sorted((a, b)))
    ]  # fmt: skip
    distances = [(a, b, year, apart(a, b)) for a, b in pairs() for year in YEARS]
    header = ("dyad", "state1no", "state1ab", "state2no", "state2ab", "year", "conttype", "version")
    return {
        "contiguity_distance/contdird.csv": table(header, directed),
        "contiguity_distance/cshapes_2.0_mindist.csv": table(("ccode1", "ccode2", "year", "mindist"), distances),
    }


def alliances() -> dict[str, bytes]:
    rows = []
    for a, b in permutations(sorted(STATES), 2):
        together = {a, b} <= {*EAST} or {a, b} <= {*WEST}
        signed = 2018 + int(5 * chance("pact", *sorted((a, b))))
        for year in YEARS:
            nonagg = int(together or (chance("peace", *sorted((a, b))) < 0.15 and year >= signed))
            consul = int(together or chance("talk", *sorted((a, b))) < 0.1)
            if together or nonagg or consul:
                rows.append((f"{a}{b:03}", year, 1, int(together), 0, 0, nonagg, consul, a, b))
    header = ("ddyad", "year", "atopally", "defense", "offense", "neutral", "nonagg", "consul", "stateA", "stateB")
    return {"alliances/atop5_1ddyr.csv": table(header, rows)}


def member(state: int, organisation: str, year: int) -> int:
    """1 full member, 2 associate, 3 observer, 0 none, -9 not known, -1 where the organisation did not exist."""
    if organisation == "Zeta" and year < 2020:
        return -1
    at = chance(state, organisation)
    if at < 0.02:
        return -9
    return 1 if at < 0.55 else 2 if at < 0.6 else 3 if at < 0.65 else 0


def organisations() -> dict[str, bytes]:
    rows = [(a, year, STATES[a][0].lower(), *(member(a, name, year) for name in ORGANISATIONS))
            for a in sorted(STATES) for year in YEARS]  # fmt: skip
    joint = [
        (f"{a}{b:03}", a, STATES[a][1], STATES[a][0], b, STATES[b][1], STATES[b][0], year,
         *(-1 if -1 in (m, n) else -9 if -9 in (m, n) else int({m, n} <= {1, 2}) for m, n in (
             (member(a, name, year), member(b, name, year)) for name in ORGANISATIONS)))
        for a, b in pairs() for year in YEARS
    ]  # fmt: skip
    header = ("dyadid", "ccode1", "country1", "state1", "ccode2", "country2", "state2", "year")
    return {
        "igo_memberships/state_year_formatv3.csv": table(("ccode", "year", "state", *ORGANISATIONS), rows),
        "igo_dyads/dyadic_formatv3.csv": table((*header, *ORGANISATIONS), joint),
    }


def cast(state: int, roll_call: int) -> int:
    """1 yes, 2 abstain, 3 no, 8 absent: by the camp of the state and the lean of the roll call."""
    if chance("away", state, roll_call) < 0.05:
        return 8
    lean = chance("lean", roll_call) + (0.35 if state in WEST or state == 2 else -0.25 if state in EAST else 0.0)
    at = lean + 0.3 * (chance(state, roll_call) - 0.5)
    return 1 if at < 0.55 else 2 if at < 0.8 else 3


def votes() -> dict[str, bytes]:
    header = ("rcid", "ccode", "member", "vote", "Country", "Countryname", "year", "session", "importantvote", "date",
              "unres", "short", "descr")  # fmt: skip
    rows, agree = [], []
    for year in YEARS:
        calls = [100 * (year - 2018) + n for n in range(1, 25)]
        for n, rcid in enumerate(calls):
            day = date(year, 10, 1) + timedelta(days=3 * n)
            rows += [
                (rcid, a, 1, cast(a, rcid), STATES[a][0], STATES[a][1], year, year - 1945, int(chance(rcid) < 0.2), day,
                 f"R/{year - 1945}/{n + 1}", f"Invented matter {n + 1}", f"An invented resolution, no. {n + 1}")
                for a in sorted(STATES)
            ]  # fmt: skip
        for a, b in permutations(sorted(STATES), 2):
            both = [(cast(a, rcid), cast(b, rcid)) for rcid in calls]
            both = [(x, y) for x, y in both if 8 not in (x, y)]
            same = sum(x == y for x, y in both) / len(both)
            agree.append((len(agree) + 1, year - 1945, a, b, f"{same:.6f}", year, f"{3 * (1 - same):.6f}"))
    columns = ("", "session.x", "ccode1", "ccode2", "agree", "year", "IdealPointDistance")
    return {
        "unga_votes/UNVotes2022.csv": table(header, rows),
        "unga_agreement/AgreementScoresAll_Jun2023.csv": table(columns, agree),
    }


def treaties() -> dict[str, bytes]:
    """Two blocs with an accession and a withdrawal, and treaties of two; members and their roles in 8 columns each."""
    size = 8
    iso = {a: STATES[a][2] for a in STATES}
    made: list[tuple[str, str, str, str, object, object, int, list[tuple[int, int]]]] = [
        ("1", "1", "Eastern Customs Union", "base_treaty", 2014, 2018, 2, [(a, 0) for a in (705, 365, 370)]),
        ("1+1", "1", "Eastern Customs Union Kyrgyzstan accession", "accession", 2019, "NA", 5,
         [(a, 2) for a in (705, 365, 370)] + [(703, 1)]),
        ("2", "2", "Western Market", "base_treaty", 2018, 2018, 2, [(a, 0) for a in WEST]),
        ("3", "3", "Western Market Turkey", "base_treaty", 2019, 2020, 3, [(640, 0), *((a, 1) for a in WEST)]),
        ("1_1", "1", "Eastern Customs Union withdrawal", "withdrawal", 2022, "NA", 7,
         [(a, 2) for a in (705, 365, 703)] + [(370, 1)]),
        ("4", "4", "Western Market India", "negotiation", "NA", "NA", 4, [(750, 0), *((a, 1) for a in WEST)]),
    ]  # fmt: skip
    for a, b in pairs():
        if chance("treaty", a, b) < 0.12:
            year = 2018 + int(5 * chance("signed", a, b))
            number = str(len(made) + 1)
            force = year if chance("force", a, b) < 0.8 else "NA"
            names = f"{STATES[a][1]} {STATES[b][1]}"
            made.append((number, number, names, "base_treaty", year, force, 1, [(a, 0), (b, 0)]))
    rows = [
        (number, base, name, kind, 0, year, force, "English", form, "Intercontinental", 0, "NA",
         *_filled([iso[a] for a, _ in members], size), *_filled([role for _, role in members], size))
        for number, base, name, kind, year, force, form, members in made
    ]  # fmt: skip
    header = ("number", "base_treaty", "name", "entry_type", "consolidated", "year", "entryforceyear", "language",
              "typememb", "regioncon", "wto_listed", "wto_name")  # fmt: skip
    places = [*(f"c{n}" for n in range(1, size + 1)), *(f"mc{n}" for n in range(1, size + 1))]
    indices = [
        (number, base, name, kind, form, index, f"{index / 2 - 1.5:.4f}")
        for number, base, name, kind, _, _, form, _ in made if kind == "base_treaty"
        for index in (int(8 * chance("depth", name)),)
    ]  # fmt: skip
    columns = ("number", "base_treaty", "name", "entry_type", "typememb", "depth_index", "depth_rasch")
    return {
        "trade_agreements/DESTA_02_03.csv": table((*header, *places), rows, delimiter=";"),
        "trade_agreement_depth/desta_indices_version_02_03.csv": table(columns, indices),
    }


def _filled(values: list[int], size: int) -> list[object]:
    return [*values, *["NA"] * (size - len(values))]


def system() -> dict[str, bytes]:
    header = ("stateabb", "ccode", "statenme", "styear", "stmonth", "stday", "endyear", "endmonth", "endday", "version")
    rows = [(abbreviation, a, name, 1992, 1, 1, 2022, 12, 31, 2022)
            for a, (abbreviation, name, *_) in sorted(STATES.items())]  # fmt: skip
    return {"state_system/states2022.csv": table(header, rows)}


def rates() -> dict[str, bytes]:
    """Working days of 2019 to 2022, the latest first; the rouble ends on 1 March 2022, as it really does."""
    days = [date(2019, 1, 1) + timedelta(days=n) for n in range(4 * 365 + 1)]
    lines, months = [], []
    for day in reversed(days):
        if day.weekday() < 5:
            cells = [f"{_rate(code, day):.4f}" if code != "RUB" or day <= date(2022, 3, 1) else "N/A" for code in BASIS]
            lines.append((day, *cells, ""))
    for code in BASIS:
        for n in range(48):
            year, month = 2019 + n // 12, n % 12 + 1
            if code != "RUB" or (year, month) <= (2022, 2):
                rate = _rate(code, date(year, month, 15))
                key = f"EXR.M.{code}.EUR.SP00.A"
                months.append((key, "M", code, "EUR", "SP00", "A", f"{year}-{month:02}", f"{rate:.6f}", "A"))
    header = ("KEY", "FREQ", "CURRENCY", "CURRENCY_DENOM", "EXR_TYPE", "EXR_SUFFIX", "TIME_PERIOD", "OBS_VALUE",
              "OBS_STATUS")  # fmt: skip
    return {
        "exchange_rates/eurofxref-hist.csv": table(("Date", *BASIS, ""), lines),
        "exchange_rates/EXR_M_2023-01-15.csv": table(header, months, end="\r\n"),
    }


def _rate(code: str, day: date) -> float:
    drift = 1 + 0.02 * (day.year - 2019) + 0.04 * (chance(code, day.year, day.month) - 0.5)
    return BASIS[code] * drift * (1 + 0.004 * (chance(code, day) - 0.5))


def made() -> dict[str, bytes]:
    """Content of each file, by its path below FOLDER."""
    return contiguity() | alliances() | organisations() | votes() | treaties() | system() | rates()


def main(folder: Path = FOLDER) -> None:
    for name, content in made().items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
