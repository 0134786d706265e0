"""Write raw/: a few rows in each of UN DESA's layouts, with what is odd in the real ones.

    python -m tests.sources.un_desa_migrant_stock.make

Kyrgyzstan in the Russian Federation has the published figures of 2020 and 2024; all other figures are invented.
"""

from __future__ import annotations

import csv
import gzip
import io
from functools import partial
from pathlib import Path

from sample.make_migration import YEARS, Cell, Sheet, list_sheets, workbook

RAW = Path(__file__).parent / "raw"
KGZ_RUS: dict[int, list[Cell]] = {  # both, males, females
    2020: [
        *(433625, 455644, 461140, 526124, 580279, 591349, 591025),
        *(212785, 223132, 225474, 256976, 283353, 287245, 287089),
        *(220840, 232512, 235666, 269148, 296926, 304104, 303936),
    ],
    2024: [
        *(433625, 455644, 461140, 526124, 566372, 480993, 399110, 333664),
        *(212785, 223132, 225474, 256976, 276552, 234896, 194908, 162947),
        *(220840, 232512, 235666, 269148, 289820, 246097, 204202, 170717),
    ],
}


def figures(edition: int, both: int) -> list[Cell]:
    """Invented: `both` in 1990, ten more with each date, two fifths of them male."""
    years = range(len(YEARS[edition]))
    totals = [both + 10 * n for n in years]
    males = [total * 2 // 5 for total in totals]
    return [*totals, *males, *(total - male for total, male in zip(totals, males, strict=True))]


def list_rows(edition: int) -> list[list[Cell]]:
    """index, destination, notes, code, type of data, origin, code, figures."""
    some = partial(figures, edition)
    wide = 3 * len(YEARS[edition])
    world = "WORLD" if edition == 2020 else "World"
    spare = some(900)
    spare[1], spare[2], spare[3] = "..", "-", "~"
    rows: list[list[Cell]] = [
        [world, "", 900, "", world, 900, *some(90000)],
        ["Geographic regions", "", None, "", world, 900, *[".."] * wide],
        ["  Central Asia", "", 5500, "", world, 900, *some(5000)],
        ["  Australia and New Zealand", "", 927, "", world, 900, *some(700)],
        ["  AUSTRALIA AND NEW ZEALAND", "", 927, "", world, 900, *some(700)],
        [world, "", 900, "", "  Micronesia", 954, *some(60)],
        ["    Kyrgyzstan", "", 417, "B R", "    Russian Federation", 643, *some(3000)],
        ["    Russian Federation", "", 643, "B", "    Kyrgyzstan", 417, *KGZ_RUS[edition]],
        ["    Sudan*", 5, 729, "B C R", "    South Sudan", 728, *some(800)],
        ["    United States of America**", "26, 27", 840, "B", "    China, Hong Kong SAR*", 344, *some(400)],
        ["    Channel Islands*", 20, 830, "I", "Other", 2003, *some(30)],
        ["    Republic of Korea", "", 410, "C", "    Namibia", 516, *spare],
        ["    United Arab Emirates", "", 784, "C R", "    Georgia*", 268, *[".."] * wide],
    ]
    return [[number, *row] for number, row in enumerate(rows, 1)]


MATRIX: dict[
    str, tuple[int | None, str, str, list[Cell]]
] = {  # destination: code, notes, type of data, then Total, Other South, Other North, China, Kyrgyzstan, Serbia
    "WORLD": (900, "", "", [1500, 400, 300, 500, 200, 100]),
    "Geographic regions": (None, "", "", [".."] * 6),
    "Europe": (908, "", "", [600, 100, 100, 200, 150, 50]),
    "Micronesia": (954, "", "", [9, 3, 3, 3, 0, 0]),
    "EUROPE": (917, "", "", [600, 100, 100, 200, 150, 50]),
    "Oceania": (909, "", "", [10, 3, 4, 3, 0, 0]),
    "OCEANIA": (909, "", "", [10, 3, 4, 3, 0, 0]),
    "LATIN AMERICA AND THE CARIBBEAN": (1830, "", "", [7, 0, 7, 0, 0, 0]),
    "Russian Federation": (643, "", "B R", [450, 50, 50, 200, 150, None]),
    "Micronesia (Fed. States of)": (583, "(9)", "I", ["9.00000000000001", 3, 3, 3, None, ".."]),
    "Falkland Islands (Malvinas)*": (238, "(15)", "C", [7, "-", 7, None, None, None]),
}
ORIGINS = ("Total", "Other South", "Other North", "China", "Kyrgyzstan", "Serbia")


def matrix_csv() -> bytes:
    """The matrix of 2019 as CSV: no codes, no stars."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    out.writerow(["Year", "Destination", *ORIGINS])
    for year in YEARS[2019]:
        for name, (_, _, _, cells) in MATRIX.items():
            out.writerow([year, name.rstrip("*"), *("" if cell is None else cell for cell in cells)])
    return text.getvalue().encode()


def _share(cell: Cell, share: float) -> Cell:
    return cell if cell in (None, "..", "-") else round(float(cell or 0) * share)


def matrix_workbook() -> bytes:
    """The publisher's own workbook of 2019: a header of two rows, a sheet per sex."""
    sheets = [Sheet("CONTENTS", [[], ["Workbook: UN_MigrantStockByOriginAndDestination_2019.xlsx"]])]
    labels = ["Year", "Sort\r\norder", "Major area, region, country or area of destination", "Notes", "Code",
              "Type of data (a)", "Country or area of origin"]  # fmt: skip
    for number, (whom, share) in enumerate((("Total", 1.0), ("Male", 0.4), ("Female", 0.6)), 1):
        rows: list[list[Cell]] = [[] for _ in range(8)]
        rows += [
            ["", "", "", "", "", "Workbook: UN_MigrantStockByOriginAndDestination_2019.xlsx"],
            ["", "", "", "", "", f"Table {number} - {whom} migrant stock at mid-year by origin and by major area, "
             "region, country or area of destination, 1990-2019"],
            [], [], [], [],
            [*labels],
            ["", "", "", "", "", "", *ORIGINS],
        ]  # fmt: skip
        for year in YEARS[2019]:
            for order, (name, (code, notes, data_type, cells)) in enumerate(MATRIX.items(), 1):
                rows.append([year, order, name, notes, code, data_type, *(_share(cell, share) for cell in cells)])
        merged = (*(f"{letter}15:{letter}16" for letter in "ABCDEF"), "G15:L15")
        sheets.append(Sheet(f"Table {number}", rows, merged))
    sheets.append(Sheet("NOTES", [["(15)", "A dispute exists concerning sovereignty"]]))
    return workbook(sheets)


def files() -> dict[str, bytes]:
    """The raw files by name."""
    return {
        "migrants_by_origin_and_destination_total.csv": matrix_csv(),
        "migrants_by_origin_and_destination_female.csv.gz": gzip.compress(matrix_csv(), mtime=0),
        "UN_MigrantStockByOriginAndDestination_2019.xlsx": matrix_workbook(),
        "undesa_pd_2020_ims_stock_by_sex_destination_and_origin.xlsx": workbook(
            list_sheets(2020, list_rows(2020), "TEST")
        ),
        "undesa_pd_2024_ims_stock_by_sex_destination_and_origin.xlsx": workbook(
            list_sheets(2024, list_rows(2024), "TEST")
        ),
    }


if __name__ == "__main__":
    RAW.mkdir(exist_ok=True)
    for name, content in files().items():
        (RAW / name).write_bytes(content)
