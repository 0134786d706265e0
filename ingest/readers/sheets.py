"""Finds the one table of a workbook, or of a CSV, by the words in its header."""

from __future__ import annotations

import csv
import io
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    SheetMetadata,
    SheetTypeEnum,
    SheetVisibleEnum,
)

from ingest.errors import BadFile

UNPACKED_BYTES = 500_000_000
HEADER_WITHIN = 60  # rows from the top
AGAIN = "get the file again from the publisher's page"
CHANGED = AGAIN + "; if the publisher changed its form, change the module and its sample"

Lines = list[list[Any]]


def text(cell: object) -> str:
    """A cell as text, blanks around it gone."""
    return str(cell).strip()


def _word(cell: object) -> str:
    return text(cell).casefold()


def of_workbook(path: Path, words: Sequence[str], *, sheet_name: str = "") -> tuple[list[str], Lines]:
    """Header and lines below it, of the one visible sheet with a row that has all of these words in its cells.

    With `sheet_name` only the sheet of this name is looked at.
    """
    _, header, lines = with_title(path, words, sheet_name=sheet_name)
    return header, lines


def _opened(path: Path, sheet_name: str = "") -> list[tuple[SheetMetadata, CalamineSheet]]:
    """The sheets of cells of a workbook, hidden ones too; with `sheet_name` only the one of this name."""
    try:
        if zipfile.is_zipfile(path):
            with zipfile.ZipFile(path) as parts:
                if sum(part.file_size for part in parts.infolist()) > UNPACKED_BYTES:
                    raise BadFile(f"it unpacks to more than {UNPACKED_BYTES:,} bytes", mend=AGAIN)
        book = CalamineWorkbook.from_path(str(path))
        sheets = [
            sheet for sheet in book.sheets_metadata
            if sheet.typ == SheetTypeEnum.WorkSheet and sheet_name in ("", sheet.name.strip())
        ]  # fmt: skip
        return [(sheet, book.get_sheet_by_name(sheet.name)) for sheet in sheets]
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError) as error:
        mend = "if it has a password, save it without one; else it is no workbook, or cut short: " + AGAIN
        raise BadFile(f"it can't be opened as a workbook: {error}", mend=mend) from error


def with_title(path: Path, words: Sequence[str], *, sheet_name: str = "") -> tuple[str, list[str], Lines]:
    """As of_workbook, with the text above the header before them."""
    wanted = {*map(_word, words)}
    found = [
        (sheet, grid, top)
        for sheet, cells in _opened(path, sheet_name)
        for grid in [cells.to_python(skip_empty_area=False)]
        if (top := next((n for n, row in enumerate(grid[:HEADER_WITHIN]) if wanted <= {*map(_word, row)}), None))
        is not None
    ]
    shown = [(grid, top) for sheet, grid, top in found if sheet.visible == SheetVisibleEnum.Visible]
    names = ", ".join(repr(sheet.name) for sheet, _, _ in found)
    if found and not shown:
        raise BadFile(f"sheet {names} is hidden", mend="it may be an old copy: unhide it if it is the table")
    if not shown:
        mend = "if cells of the header are merged, unmerge them; else " + CHANGED
        raise BadFile(f"none of its sheets has the columns {', '.join(words)}", mend=mend)
    if len(shown) > 1:
        raise BadFile(f"sheets {names} hold the same table", mend="leave only the publisher's sheet in the workbook")
    grid, top = shown[0]
    above = " ".join(told for row in grid[:top] for cell in row if (told := text(cell)))
    return above, [text(cell) for cell in grid[top]], grid[top + 1 :]


def grids(path: Path) -> list[tuple[str, Lines]]:
    """Names and cells, as text, of a workbook's visible sheets; what stands in a merged cell stands in each of its."""
    found = []
    for sheet, cells in _opened(path):
        if sheet.visible != SheetVisibleEnum.Visible:
            continue
        grid = [[text(cell) for cell in row] for row in cells.to_python(skip_empty_area=False)]
        for (top, left), (bottom, right) in cells.merged_cell_ranges or ():
            for row in grid[top : bottom + 1]:
                row[left : right + 1] = [grid[top][left]] * len(row[left : right + 1])
        found.append((sheet.name.strip(), grid))
    return found


def sheet_names(path: Path) -> list[str]:
    """The names of a workbook's visible sheets; empty where it is none."""
    try:
        book = CalamineWorkbook.from_path(str(path))
    except (CalamineError, zipfile.BadZipFile, OSError, ValueError):
        return []
    return [sheet.name.strip() for sheet in book.sheets_metadata if sheet.visible == SheetVisibleEnum.Visible]


def of_csv(path: Path, *, fallback: str = "") -> tuple[list[str], Lines]:
    """Header and lines of a CSV in UTF-8, or else in the encoding `fallback`; blank lines are left out."""
    content = path.read_bytes()
    try:
        told = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if not fallback:
            raise BadFile(f"it is no UTF-8: {error}", mend=AGAIN) from error
        told = content.decode(fallback, "replace")
    try:
        lines = list(csv.reader(io.StringIO(told, newline=""), strict=True))
    except csv.Error as error:
        raise BadFile(f"it can't be read as CSV: {error}", mend=AGAIN) from error
    return [text(cell) for cell in lines[0]] if lines else [], [line for line in lines[1:] if line]


def check_columns(header: Sequence[str], wanted: Sequence[str], *, only: bool) -> None:
    """Raise BadFile for columns that are missing or doubled, and with `only` for ones that are not wanted."""
    missing = [name for name in wanted if name not in header]
    wrong = [repr(name) for name in header if name and (header.count(name) > 1 or (only and name not in wanted))]
    if missing or wrong:
        said = {"missing": missing, "unknown or doubled" if only else "doubled": wrong}
        problem = "; ".join(f"columns {how}: {', '.join(names)}" for how, names in said.items() if names)
        raise BadFile(problem, mend="if cells of the header are merged, unmerge them; else " + CHANGED)
