#!/usr/bin/env python3
"""Make the samples of Eurostat's air passengers and EUROCONTROL's daily counts. ALL FIGURES ARE INVENTED.

    python sample/make_air_traffic_eurostat.py [FOLDER]      (default: flights beside this file)

Made by a seeded generator in the publishers' wire forms; real are only the codes and the collapse of spring 2020.

eurostat_air: avia_paocc in two editions, of June 2021 (bulk TSV) and of March 2022 (SDMX-CSV 1.0), and the routes
avia_par_de (JSON-stat). Between the editions Germany-Turkey of 2020 is revised by 3 % and nine months are added. In it
are months, quarters and years side by side, directions and their totals, mirrors that differ a little, aggregates as
partner and as reporter, provisional figures, confidential cells, and three totals without their directions.

eurocontrol_daio: 2019 and 2020 of Germany and Spain, with April 2020 of an airspace of two states and of Moldova, whose
overflights fall below zero on one day, as the real ones do.
"""

import gzip
import json
import random
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

# reporter and partner: thousands of passengers each way in 2019, seasonality, share of 2019 flown in a month of 2020-21
PAIRS = {
    ("DE", "ES"): (14_800, 0.5), ("ES", "DE"): (14_800, 0.5), ("DE", "TR"): (7_900, 0.6), ("DE", "RU"): (1_700, 0.2),
    ("ES", "RU"): (800, 0.6), ("EL", "DE"): (3_700, 0.8), ("DE", "UK"): (7_200, 0.1), ("DE", "KG"): (4, 0.1),
    ("DE", "EXT_EU27_2020"): (39_000, 0.2), ("EU27_2020", "RU"): (8_900, 0.3),
}  # fmt: skip
SHARES_2020 = (1.0, 0.97, 0.4, 0.01, 0.01, 0.06, 0.27, 0.34, 0.26, 0.22, 0.14, 0.17)
SHARES_2021 = (0.13, 0.1, 0.14, 0.16, 0.2, 0.34, 0.54, 0.62, 0.58, 0.6, 0.53, 0.48)
SEASON = (-0.9, -0.8, -0.3, 0.0, 0.3, 0.7, 1.0, 1.0, 0.7, 0.4, -0.6, -0.7)
TOTALS = {"PAS_BRD": "PAS", "PAS_CRD": "PAS", "CAF_PAS": "FLIGHT", "ST_PAS": "SEAT"}
ROUTES = {
    "DE_EDDF_ES_LEMD": 0.035, "DE_EDDF_ES_LEPA": 0.06, "DE_EDDM_ES_LEPA": 0.05, "DE_EDDF_TR_LTFM": 0.08,
    "DE_EDDF_RU_UUEE": 0.3,
}  # fmt: skip
MONTHS = [f"{year}-{month:02}" for year in (2019, 2020, 2021) for month in range(1, 13)]
Cube = dict[tuple[str, ...], tuple[int | None, str]]  # freq, unit, tra_meas, ..., period: figure and flag


def months(reporter: str, partner: str, scale: float = 1.0) -> Iterator[tuple[str, str, dict[str, int]]]:
    """Period, direction and the four figures of a month."""
    passengers, season = PAIRS[reporter, partner]
    chance = random.Random(f"{reporter} {partner} {scale}")
    for period in MONTHS:
        year, month = int(period[:4]), int(period[5:]) - 1
        share = {2019: (1.0,) * 12, 2020: SHARES_2020, 2021: SHARES_2021}[year][month]
        if partner == "RU" and "2020-04" <= period <= "2020-07":
            share = 0.0  # no flights at all, which is a figure and no gap
        for direction in ("ARR", "DEP"):
            flown = passengers * 1000 / 12 * (1 + season * SEASON[month]) * share * scale * chance.uniform(0.97, 1.03)
            flights = round(flown / 135)
            seats = flights * 172
            on_board = min(round(flown), seats)
            carried = round(on_board * 0.985)
            yield period, direction, {"PAS_BRD": on_board, "PAS_CRD": carried, "CAF_PAS": flights, "ST_PAS": seats}


def cube(keys: tuple[str, ...], rows: Iterator[tuple[str, str, dict[str, int]]]) -> Cube:
    """Months, quarters and years of each figure, by direction and together."""
    made: dict[tuple[str, ...], int] = {}
    for period, direction, figures in rows:
        quarter = f"{period[:4]}-Q{(int(period[5:]) + 2) // 3}"
        for measure, figure in figures.items():
            for freq, when in (("M", period), ("Q", quarter), ("A", period[:4])):
                for told in (f"{measure}_{direction}", measure):
                    key = (freq, TOTALS[measure], told, *keys, when)
                    made[key] = made.get(key, 0) + figure
    return {key: (figure, "") for key, figure in made.items()}


def edition(until: str, revised: bool) -> Cube:
    """avia_paocc with all periods that end by the month `until`."""
    found: Cube = {}
    for reporter, partner in PAIRS:
        for key, (figure, _) in cube((partner, reporter), months(reporter, partner)).items():
            freq, unit, measure, *_, period = key
            year, part = period[:4], period[5:]
            last = {"M": period, "Q": f"{year}-{3 * int(part[-1]):02}" if freq == "Q" else "", "A": f"{year}-12"}[freq]
            if last > until:
                continue
            told: tuple[int | None, str] = (figure, "p" if last > until[:4] else "")
            if revised and (reporter, partner) == ("DE", "TR") and year == "2020":
                told = (round(figure * 0.97), "r")
            if partner == "KG":  # a handful of passengers by one carrier
                if measure in ("CAF_PAS_ARR", "CAF_PAS_DEP") and freq == "A":
                    continue  # and so only the totals of both directions
                told = (None, "c") if unit != "FLIGHT" and freq == "M" else told
            found[key] = told
    return found


def tsv(found: Cube, dimensions: str) -> bytes:
    periods = sorted({key[-1] for key in found})
    series = sorted({key[:-1] for key in found})
    lines = ["\t".join([dimensions + "\\TIME_PERIOD", *(f"{period} " for period in periods)])]
    for keys in series:
        cells = []
        for period in periods:
            figure, flag = found.get((*keys, period), (None, ""))
            cells.append(f"{':' if figure is None else figure} {flag}")
        lines.append("\t".join([",".join(keys), *cells]))
    return "".join(line + "\r\n" for line in lines).encode()


def sdmx_csv(found: Cube, code: str, dimensions: str, update: str) -> bytes:
    lines = [f"DATAFLOW,LAST UPDATE,{dimensions},TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS"]
    for key, (figure, flag) in sorted(found.items()):
        told = "" if figure is None else str(figure)
        flags = ",C" if flag == "c" else f"{flag},"
        lines.append(f"ESTAT:{code}(1.0),{update},{','.join(key)},{told},{flags}")
    return "".join(line + "\r\n" for line in lines).encode()


def json_stat(found: Cube, code: str, dimensions: str, update: str) -> bytes:
    names = [*dimensions.split(","), "time"]
    codes = [sorted({key[n] for key in found}) for n in range(len(names))]
    value: dict[str, int] = {}
    status: dict[str, str] = {}
    for key, (figure, flag) in sorted(found.items()):
        place = 0
        for n, own in enumerate(key):
            place = place * len(codes[n]) + codes[n].index(own)
        if figure is not None:
            value[str(place)] = figure
        if flag:
            status[str(place)] = flag
    told = {
        "version": "2.0", "class": "dataset", "label": "Invented sample", "source": "ESTAT", "updated": update,
        "value": value, "status": status, "id": names, "size": [len(found) for found in codes],
        "dimension": {
            name: {"label": name, "category": {"index": {own: n for n, own in enumerate(codes[at])}}}
            for at, name in enumerate(names)
        },
        "extension": {"lang": "EN", "id": code, "agencyId": "ESTAT", "version": "1.0"},
    }  # fmt: skip
    return json.dumps(told, separators=(",", ":")).encode()


def routes() -> Cube:
    found: Cube = {}
    for route, scale in ROUTES.items():
        _, _, partner, airport = route.split("_")
        for key, told in cube((route,), months("DE", partner, scale)).items():
            freq, _, measure, *_ = key
            if freq != "Q" and measure.startswith(("PAS_BRD", "CAF_PAS")):
                found[key] = (None, "c") if airport == "UUEE" and key[-1] == "2021-02" else told
    return found


def daio(year: int) -> bytes:
    header = (
        "entry_date,country_icao_code,country_name,flt_daio,flt_o,flt_i,flt_c,flt_dai,flt_d,flt_a,flt_da,flt_i_excl_c"
    )
    states = {
        "LE,Spain": (1_900, 2_100, 1_200), "LU,Moldova": (30, 0, 1), "EB,Belgium and Luxembourg": (900, 2_300, 30),
        "ED,Germany": (2_500, 3_400, 900),
    }  # fmt: skip
    lines = [header]
    for state, (abroad, over, within) in sorted(states.items()):
        chance = random.Random(f"{state} {year}")
        for n in range(366 if year % 4 == 0 else 365):
            day = date(year, 1, 1) + timedelta(n)
            if state[:2] in ("LU", "EB") and not (year == 2020 and day.month == 4):
                continue
            share = (1 + 0.2 * SEASON[day.month - 1]) * (max(SHARES_2020[day.month - 1], 0.08) if year == 2020 else 1)
            d, a, o, i = (round(what * share * chance.uniform(0.9, 1.1)) for what in (abroad, abroad, over, within))
            if state.startswith("LU"):
                o = -1 if day.day == 22 else 0
            c = round(i * 0.05)
            lines.append(f"{day},{state},{d + a + i + o},{o},{i},{c},{d + a + i},{d},{a},{d + a},{i - c}")
    return "".join(line + "\n" for line in lines).encode()


def main(folder: Path) -> None:
    """Write the files below `folder`; the same bytes each time."""
    made = {
        "eurostat_air/avia_paocc_2021-06-15.tsv.gz": gzip.compress(
            tsv(edition("2021-03", revised=False), "freq,unit,tra_meas,partner,geo"), mtime=0
        ),
        "eurostat_air/avia_paocc_2022-03-18.csv.gz": gzip.compress(
            sdmx_csv(
                edition("2021-12", revised=True), "AVIA_PAOCC", "freq,unit,tra_meas,partner,geo", "18/03/22 23:00:00"
            ),
            mtime=0,
        ),
        "eurostat_air/avia_par_de_2022-03-18.json": json_stat(
            routes(), "AVIA_PAR_DE", "freq,unit,tra_meas,airp_pr", "2022-03-18T23:00:00+0100"
        ),
        "eurocontrol_daio/daio_2019.csv": daio(2019),
        "eurocontrol_daio/daio_2020.csv": daio(2020),
    }
    for name, data in made.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(data)


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).with_name("flights"))
