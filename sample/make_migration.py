"""Write the sample of UN DESA's migrant stock: the publisher's three layouts, every figure in them invented.

    python sample/make_migration.py [FOLDER]

Fourteen states and the regions that they lie in, in editions 2019 (matrix as CSV), 2020 and 2024 (workbooks).
The figures come from a fixed formula and mean nothing; as in reality, the editions disagree with each other, women and
men add up to both, and countries and "Other" add up to WORLD. The same program writes the same bytes.
"""

from __future__ import annotations

import csv
import gzip
import hashlib
import io
import sys
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from xml.sax.saxutils import escape

Cell = str | int | float | date | None

FOLDER = Path(__file__).parent / "migration" / "un_desa_migrant_stock"
INVENTED = "SAMPLE WITH INVENTED FIGURES, NOT FOR CITATION"
YEARS = {
    2019: (1990, 1995, 2000, 2005, 2010, 2015, 2019),
    2020: (1990, 1995, 2000, 2005, 2010, 2015, 2020),
    2024: (1990, 1995, 2000, 2005, 2010, 2015, 2020, 2024),
}
SHIFT = {2019: 1.0, 2020: 1.03, 2024: 0.71}  # what an edition does to the one before
WORLD = ("WORLD", 900)
OTHER = ("Other", 2003)
# name as UN DESA writes it, M49, region, notes and type of data as destination, millions of people
STATES: tuple[tuple[str, int, str, str, str, float], ...] = (
    ("Armenia", 51, "Western Asia", "", "B R", 3.0),
    ("Belarus", 112, "Eastern Europe", "", "B R", 9.4),
    ("China*", 156, "Eastern Asia", "14", "C R", 1400.0),
    ("Georgia*", 268, "Western Asia", "9", "B R", 3.7),
    ("Germany", 276, "Western Europe", "", "B", 83.0),
    ("Kazakhstan", 398, "Central Asia", "", "B R", 19.0),
    ("Kyrgyzstan", 417, "Central Asia", "", "B R", 6.6),
    ("Republic of Korea", 410, "Eastern Asia", "", "C R", 51.0),
    ("Russian Federation", 643, "Eastern Europe", "", "B", 144.0),
    ("Spain*", 724, "Southern Europe", "28", "B", 47.0),
    ("Tajikistan", 762, "Central Asia", "", "B R", 9.7),
    ("Turkey", 792, "Western Asia", "", "B R", 84.0),
    ("United Arab Emirates", 784, "Western Asia", "", "C", 9.8),
    ("Uzbekistan", 860, "Central Asia", "", "I", 34.0),
)
REGIONS = {
    "Central Asia": 5500,
    "Eastern Asia": 906,
    "Eastern Europe": 923,
    "Southern Europe": 925,
    "Western Asia": 922,
    "Western Europe": 926,
}


def persons(origin: str, destination: str, year: int, edition: int) -> tuple[int, int]:
    """Invented males and females born in `origin` who live in `destination`; (0, 0) where there is no such pair."""
    digest = hashlib.sha256(f"{origin}>{destination}".encode()).digest()
    if origin == destination or (digest[0] < 50 and destination != "Russian Federation"):
        return 0, 0
    people = {name: millions for name, _, _, _, _, millions in STATES}.get(origin, 30.0)
    corridor = 150 if destination == "Russian Federation" and _region(origin) == "Central Asia" else 1
    neighbours = 12 if _region(origin) == _region(destination) else 3 if digest[1] < 80 else 1
    stock = min(people, 90.0) * 90 * neighbours * corridor * (1 + digest[2] / 64)
    stock *= 1 + (year - 1990) * (digest[3] - 90) / 6000
    stock *= SHIFT[edition] if digest[4] < 160 or year > 2005 else 1
    males = int(stock * (0.4 + digest[5] / 1280))
    return males, int(stock) - males


def _region(state: str) -> str:
    return next((region for name, _, region, _, _, _ in STATES if name == state), "")


def _total(origins: Sequence[str], destinations: Sequence[str], year: int, edition: int) -> tuple[int, int]:
    pairs = [persons(o, d, year, edition) for o in origins for d in destinations]
    return sum(male for male, _ in pairs), sum(female for _, female in pairs)


def _places() -> Iterator[tuple[str, int | None, list[str], str, str]]:
    """(name, code, states in it, notes, type of data): WORLD, a heading, regions with their states below."""
    everyone = [name for name, *_ in STATES]
    yield *WORLD, everyone, "", ""
    yield "Geographic regions", None, [], "", ""
    for region, code in REGIONS.items():
        yield region, code, [name for name, _, of, *_ in STATES if of == region], "", ""
        for name, m49, of, notes, data_type, _ in STATES:
            if of == region:
                yield name, m49, [name], notes, data_type


def edition_2019(years: Sequence[int] = YEARS[2019]) -> bytes:
    """The matrix as CSV, both sexes: a row per year and destination, a column per origin; stars are not written."""
    text = io.StringIO(newline="")
    out = csv.writer(text, lineterminator="\n")
    names = sorted(name for name, *_ in STATES)
    out.writerow(["Year", "Destination", "Total", "Other South", "Other North", *(name.rstrip("*") for name in names)])
    for year in years:
        for place, code, inside, _, _ in _places():
            shown = place.rstrip("*")
            if code is None:
                out.writerow([year, shown, *[".."] * (len(names) + 3)])
                continue
            cells = {name: sum(_total([name], inside, year, 2019)) for name in names}
            south, north = (sum(_total([other], inside, year, 2019)) for other in ("Other South", "Other North"))
            figures = [str(cells[name] or ("" if len(inside) == 1 else 0)) for name in names]
            out.writerow([year, shown, sum(cells.values()) + south + north, south, north, *figures])
    return gzip.compress(text.getvalue().encode(), mtime=0)


def edition_list(edition: int) -> bytes:
    """The workbook of edition 2020 or 2024: a row per destination and origin, years three times."""
    rows: list[list[Cell]] = []
    for destination, d_code, inside, notes, data_type in _places():
        for origin, o_code, outside, _, _ in [*_places(), (*OTHER, [OTHER[0]], "", "")]:
            if o_code is not None and origin == WORLD[0]:
                outside = [*outside, OTHER[0]]
            if d_code is None and origin != WORLD[0]:
                continue
            found = [_total(outside, inside, year, edition) for year in YEARS[edition]]
            if d_code is None or o_code is None:
                figures: list[Cell] = [".."] * (3 * len(found))
            elif not any(map(sum, found)):
                continue
            elif "Uzbekistan" in inside[:1] and origin == "China*":  # not told apart by the destination
                figures = [".."] * (3 * len(found))
            else:
                figures = [*map(sum, found), *(male for male, _ in found), *(female for _, female in found)]
            rows.append(
                [len(rows) + 1, _indent(destination), notes, d_code, data_type, _indent(origin), o_code, *figures]
            )
    return workbook(list_sheets(edition, rows))


def _indent(name: str) -> str:
    return name if name == WORLD[0] else "  " + name if name in REGIONS else "    " + name


def list_sheets(edition: int, rows: Sequence[Sequence[Cell]], title: str = INVENTED) -> list[Sheet]:
    """Rows in the publisher's layout of 2020 or 2024, title and bands above them."""
    place = "Region, development group, country or area of"
    years: list[Cell] = list(YEARS[edition])
    if edition == 2020:
        labels = ["Index", f"{place} destination", "Notes of destination", "Location code of destination",
                  "Type of data of destination", f"{place} origin", "Location code of origin"]  # fmt: skip
    else:
        labels = ["Index", f"{place} destination", "Coverage", "Data type", "Location code of destination",
                  f"{place} origin", "Location code of origin"]  # fmt: skip
        rows = [[*row[:3], row[4], row[3], *row[5:]] for row in rows]
    wide = len(years)
    band: list[Cell] = [None] * (len(labels) + 3 * wide)
    for n, whom in enumerate(("both sexes combined", "males", "females")):
        band[len(labels) + n * wide] = f"International migrant stock at mid-year, {whom}"
    merged = tuple(f"{_letters(7 + n * wide)}8:{_letters(7 + n * wide + wide - 1)}10" for n in range(3))
    head: list[list[Cell]] = [
        [],
        ["", "", "", "", f"International Migrant Stock {edition}: Destination and origin. {title}"],
        ["", "", "", "", "Table 1: International migrant stock at mid-year by sex and by region, country or area of "
         f"destination and origin, 1990-{edition}"],
        ["", "", "", "", f"POP/DB/MIG/Stock/Rev.{edition}"],
        [], [], [],
        band,
        [], [],
        [*labels, *years, *years, *years],
    ]  # fmt: skip
    contents = Sheet("Table of contents", [[], [f"International Migrant Stock {edition}. {title}"]])
    notes = Sheet("Notes", [["Two dots (..) indicate that data are not available or are not reported separately"]])
    return [contents, Sheet("Table 1", [*head, *rows], merged), notes]


@dataclass
class Sheet:
    """A sheet of a workbook: None and "" are empty cells."""

    name: str
    rows: Sequence[Sequence[Cell]]
    merged: tuple[str, ...] = ()
    is_hidden: bool = False


def workbook(sheets: Sequence[Sheet]) -> bytes:
    """A minimal .xlsx, the same bytes for the same cells. Dates are numbers of days with the second style."""
    main = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    office = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
    package = "http://schemas.openxmlformats.org/package/2006"
    kind = "application/vnd.openxmlformats-officedocument.spreadsheetml"
    numbered = list(enumerate(sheets, 1))
    files = {
        "[Content_Types].xml": f'<Types xmlns="{package}/content-types">'
        '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
        f'<Override PartName="/xl/workbook.xml" ContentType="{kind}.sheet.main+xml"/>'
        + "".join(
            f'<Override PartName="/xl/worksheets/sheet{n}.xml" ContentType="{kind}.worksheet+xml"/>'
            for n, _ in numbered
        )
        + "</Types>",
        "_rels/.rels": f'<Relationships xmlns="{package}/relationships">'
        f'<Relationship Id="rId1" Type="{office}/officeDocument" Target="xl/workbook.xml"/></Relationships>',
        "xl/workbook.xml": f'<workbook xmlns="{main}" xmlns:r="{office}"><sheets>'
        + "".join(
            f'<sheet name="{escape(sheet.name)}" sheetId="{n}" '
            f'state="{"hidden" if sheet.is_hidden else "visible"}" r:id="rId{n}"/>'
            for n, sheet in numbered
        )
        + "</sheets></workbook>",
        "xl/_rels/workbook.xml.rels": f'<Relationships xmlns="{package}/relationships">'
        + "".join(
            f'<Relationship Id="rId{n}" Type="{office}/worksheet" Target="worksheets/sheet{n}.xml"/>'
            for n, _ in numbered
        )
        + "</Relationships>",
    }
    for n, sheet in numbered:
        files[f"xl/worksheets/sheet{n}.xml"] = _sheet_xml(sheet, main)
    if any(isinstance(cell, date) for sheet in sheets for row in sheet.rows for cell in row):
        styles = "[Content_Types].xml", "xl/_rels/workbook.xml.rels"
        files[styles[0]] = files[styles[0]].replace(
            "</Types>", f'<Override PartName="/xl/styles.xml" ContentType="{kind}.styles+xml"/></Types>'
        )
        files[styles[1]] = files[styles[1]].replace(
            "</Relationships>",
            f'<Relationship Id="rId{len(sheets) + 1}" Type="{office}/styles" Target="styles.xml"/></Relationships>',
        )
        files["xl/styles.xml"] = (
            f'<styleSheet xmlns="{main}"><cellXfs count="2"><xf numFmtId="0"/><xf numFmtId="17"/></cellXfs>'
            "</styleSheet>"
        )
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in files.items():
            entry = zipfile.ZipInfo(name, (2026, 1, 1, 0, 0, 0))
            entry.compress_type, entry.create_system, entry.external_attr = zipfile.ZIP_DEFLATED, 3, 0o644 << 16
            archive.writestr(entry, '<?xml version="1.0" encoding="UTF-8" standalone="yes"?>\n' + text)
    return packed.getvalue()


def _sheet_xml(sheet: Sheet, main: str) -> str:
    lines = []
    for number, row in enumerate(sheet.rows, 1):
        cells = []
        for column, value in enumerate(row):
            place = f"{_letters(column)}{number}"
            if isinstance(value, str) and value:
                text = f'<is><t xml:space="preserve">{escape(value)}</t></is>'
                cells.append(f'<c r="{place}" t="inlineStr">{text}</c>')
            elif isinstance(value, date):
                cells.append(f'<c r="{place}" s="1"><v>{(value - date(1899, 12, 30)).days}</v></c>')
            elif isinstance(value, int | float):
                cells.append(f'<c r="{place}"><v>{value}</v></c>')
        lines.append(f'<row r="{number}">{"".join(cells)}</row>')
    merges = "".join(f'<mergeCell ref="{ref}"/>' for ref in sheet.merged)
    tail = f'<mergeCells count="{len(sheet.merged)}">{merges}</mergeCells>' if merges else ""
    return f'<worksheet xmlns="{main}"><sheetData>{"".join(lines)}</sheetData>{tail}</worksheet>'


def _letters(column: int) -> str:
    """0 is A, 26 is AA."""
    text = ""
    column += 1
    while column:
        column, rest = divmod(column - 1, 26)
        text = chr(65 + rest) + text
    return text


def main(folder: Path = FOLDER) -> None:
    """Write the three files."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "migrants_by_origin_and_destination_total.csv.gz").write_bytes(edition_2019())
    for edition in (2020, 2024):
        name = f"undesa_pd_{edition}_ims_stock_by_sex_destination_and_origin.xlsx"
        (folder / name).write_bytes(edition_list(edition))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
