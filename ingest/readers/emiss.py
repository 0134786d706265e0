"""EMISS (fedstat.ru): the form of an indicator's page, its answer in SDMX-ML, and the pivot that it gives in Excel."""

from __future__ import annotations

import csv
import json
import re
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urljoin

from ingest.errors import BadFile, FetchFailed
from ingest.http import BY_HAND, Form
from ingest.readers import russian, sheets

YEAR = re.compile(r"(?:19|20)\d\d(?:\.0)?")
UNITS = ("человек", "единица", "чел.", "раз", "тысяча человек", "тыс. человек", "тысяч человек")
UNIT_ABOVE = re.compile(r"(?i)\b(тыс(?:яча|яч|\.) человек|человек|единица)\b")
RUSSIA = "российская федерация"
TOKEN = re.compile(r'id="downloadTokenHolder".*?name="struts\.token\.name"\s+value="([^"]+)"', re.S)
SCRIPT = re.compile(r"'((?:[^'\\]|\\.)*)'|([A-Za-z_]\w*|\d+)(?=\s*:)|,(?=\s*[}\]])", re.S)  # what JSON writes otherwise
LETTER = re.compile(r"""\\['"]|["\n]""")  # in a string of a script: what JSON writes otherwise, or not at all
WANTED = "the SDMX form of the indicator, all filters chosen"
CHOOSE = "choose years and periods in columns, countries and purposes in rows; or take the SDMX form"

# row, name of the country, words of the purpose, purpose, year, grain, month, words of the period, unit, parts, cell
Line = tuple[int, str, str, str, str, str, str, str, str, str, str]


def form(page: str, url: str) -> Form:
    """All that an indicator has, as SDMX: the form that its page sends, every value of every filter chosen.

    Fields and address as the page's own script sends them in 2026 (fedstatAPIr, and timryadovouu/fedstat): a token
    that is good for one answer, and the ids of filters, of which the page alone knows. Raises FetchFailed for a page
    without them, which is what EMISS sends to some programs.
    """
    started, token = page.find("filters:"), TOKEN.search(page)
    if started < 0 or not token:
        raise FetchFailed(f"{url} holds no filters or no token", mend=BY_HAND, retry=False)
    try:
        script = SCRIPT.sub(_as_json, page[started + len("filters:") :]).lstrip()
        filters, _ = json.JSONDecoder().raw_decode(script)
        chosen = [f"{field}_{value}" for field, told in filters.items() for value in told["values"]]
        ((indicator, about),) = filters["0"]["values"].items()
    except (ValueError, LookupError, TypeError, AttributeError) as error:
        raise FetchFailed(f"the filters of {url} can't be read: {error}", mend=BY_HAND, retry=False) from error
    name = token[1]
    [value] = re.findall(rf'name="{re.escape(name)}"\s+value="([^"]+)"', page[token.end() :])[:1] or [""]
    lines, columns = _ids(page, "left_columns") + _ids(page, "groups"), _ids(page, "top_columns")
    fields = [("title", about["title"]), ("struts.token.name", name), (name, value), ("id", indicator)]
    fields += [("lineObjectIds", field) for field in lines] + [("columnObjectIds", field) for field in columns]
    fields += [("selectedFilterIds", choice) for choice in chosen]
    fields += [("filterObjectIds", field) for field in filters if field not in (*lines, *columns)]
    return Form(urljoin(url, "/indicator/downloadData.do?format=sdmx"), fields)


def _as_json(found: re.Match[str]) -> str:
    """A piece of a script as JSON has it: strings in double quotes, keys as strings, no comma before a bracket."""
    if found[1] is not None:
        return f'"{LETTER.sub(_in_json, found[1])}"'
    return f'"{found[2]}"' if found[2] else ""


def _in_json(found: re.Match[str]) -> str:
    return {"\\'": "'", "\n": " "}.get(found[0], '\\"')


def _ids(page: str, name: str) -> list[str]:
    found = re.search(rf"\b{name}:\s*\[([^\]]*)\]", page)
    return re.findall(r"\d+", found[1]) if found else []


def of_sdmx(path: Path, start: bytes) -> tuple[str, list[Line]]:
    """The day on which EMISS made the answer, and a line for each observation; series by series, for there are many."""
    if b"<!DOCTYPE" in start or b"<!ENTITY" in start:
        raise BadFile("it is a web page, or XML with a document type", mend=f"take {WANTED}")
    names: dict[str, str] = {}
    codes: dict[str, dict[str, str]] = {}
    days: dict[str, str] = {}
    country = purpose = ""
    row = 0
    lines: list[Line] = []
    try:
        for _, node in ET.iterparse(path):
            match node.tag.rpartition("}")[2]:
                case "Extracted" | "Prepared" as name:
                    days[name] = (node.text or "").strip()[:10]
                case "CodeList":
                    _add_code_list(node, names, codes)
                    russian.refuse_broken([*names.values(), *codes[str(node.get("id"))].values()])
                case "Series":
                    row += 1
                    if not country:
                        country = _concept(names, r"стран|гражданств|государств|ОКСМ")
                        purpose = _concept(names, r"\bцел[ьи]")
                    lines += _of_series(row, node, codes, country, purpose)
                    node.clear()
    except ET.ParseError as error:
        if b"encoding" not in start[:200] or b"utf-8" in start[:200].lower():
            problem = _no_utf8(path)
            if problem:
                raise BadFile(problem, mend=russian.UNTOUCHED) from error
        raise BadFile(f"it is no XML: {error}", mend=f"the file is cut off, or no SDMX: take {WANTED}") from error
    _concept(names, "стран|гражданств|государств|ОКСМ")
    vintage = days.get("Extracted") or days.get("Prepared") or ""
    return vintage if re.fullmatch(r"\d{4}-\d\d-\d\d", vintage) else "", lines


def _no_utf8(path: Path) -> str:
    try:
        path.read_bytes().decode("utf-8")
    except UnicodeDecodeError as error:
        return f"it says that it is UTF-8, and byte {error.start} is none (windows-1251?)"
    return ""


def _of_series(
    row: int, series: ET.Element, codes: dict[str, dict[str, str]], country: str, purpose: str
) -> Iterator[Line]:
    told = {str(part.get("concept")): str(part.get("value")) for part in _all(series, "Value")}
    label = {name: codes.get(name, {}).get(value, value) for name, value in told.items()}
    parts = ";".join(sorted(
        f"{re.sub('[^a-z0-9]+', '_', name.lower()).strip('_')}={value}" for name, value in told.items()
        if name not in (country, purpose, "EI", "PERIOD") and not (name == "s_OKATO" and value == "643")
    ))  # fmt: skip
    when = label.get("PERIOD", "")
    grain, month = russian.period(when)
    for obs in _all(series, "Obs"):
        year = next((str(time.text).strip() for time in _all(obs, "Time")), "")
        cell = next((str(value.get("value")) for value in _all(obs, "ObsValue")), "")
        yield (row, label.get(country, ""), label.get(purpose, ""),
               russian.purpose(label[purpose]) if purpose in label else "all", year, grain, str(month or 1), when,
               label.get("EI", ""), parts, cell)  # fmt: skip


def of_pivot(path: Path, start: bytes) -> list[Line]:
    """A line for each cell of the pivot, which is a workbook or a CSV of one."""
    if start[:4] in (b"PK\x03\x04", b"\xd0\xcf\x11\xe0"):
        grids = sheets.grids(path)
    else:
        text = russian.decoded(path.read_bytes())
        separator = max(";\t,", key=text[:10_000].count)
        rows = [[cell.strip() for cell in row] for row in csv.reader(text.splitlines(), delimiter=separator)]
        widest = max(map(len, rows), default=0)
        grids = [("", [row + [""] * (widest - len(row)) for row in rows])]
    found = [grid for _, grid in grids if any(YEAR.fullmatch(cell) for row in grid for cell in row)]
    if len(found) != 1:
        raise BadFile(f"{len(found)} of its sheets have years, and one should", mend=f"take {WANTED}")
    russian.refuse_broken(dict.fromkeys(cell for row in found[0] for cell in row))
    lines: list[Line] = []
    for told in _figures(found[0]):
        grain, month = russian.period(told.period)
        aim = "all" if told.purpose is None else russian.purpose(told.purpose)
        parts = ";".join(f"told_{n}={re.sub('[;=]', ' ', part)}" for n, part in enumerate(told.parts, 1))
        lines.append((told.row, told.country, told.purpose or "", aim, told.year, grain, str(month or 1), told.period,
                      told.unit, parts, told.cell))  # fmt: skip
    return lines


def _all(node: ET.Element, name: str) -> Iterator[ET.Element]:
    """Elements of this name below a node, in whichever namespace."""
    return (found for found in node.iter() if found.tag.rpartition("}")[2] == name)


def _add_code_list(found: ET.Element, names: dict[str, str], codes: dict[str, dict[str, str]]) -> None:
    """The code list's name, and what its codes mean."""
    key = str(found.get("id"))
    names[key] = next((str(name.text).strip() for name in _all(found, "Name")), "")
    codes[key] = {
        str(code.get("value")): next((str(text.text).strip() for text in _all(code, "Description")), "")
        for code in _all(found, "Code")
    }


def _concept(names: dict[str, str], pattern: str) -> str:
    """The id of the code list whose id or name fits; BadFile where none does."""
    for key, name in names.items():
        if re.search(pattern, f"{key} {name}", re.I):
            return key
    raise BadFile(f"none of its code lists is of {pattern}: {', '.join(names.values())[:200] or 'it has none'}",
                  mend=f"take {WANTED}")  # fmt: skip


@dataclass(frozen=True)
class Figure:
    """A cell of the pivot with what stands beside and above it; `row` counts from the sheet's first row, 1."""

    row: int
    country: str
    purpose: str | None
    year: str
    period: str
    unit: str
    parts: tuple[str, ...]
    cell: str


def _figures(grid: Sequence[Sequence[str]]) -> list[Figure]:
    """The figures of the sheet, wherever its table begins and however many headings it has.

    What a column of names or a line of headings tells is known by what stands in it: their own headings are mostly
    blank. Of the rest a value that is the same all over is left out where the title has it, and else a part.
    """
    top = next((n for n, row in enumerate(grid[: sheets.HEADER_WITHIN]) if any(map(YEAR.fullmatch, row))), None)
    if top is None:
        raise BadFile("none of its rows is one of years", mend=CHOOSE)
    left = next(n for n, cell in enumerate(grid[top]) if YEAR.fullmatch(cell))
    heads = [n for n in range(top) if any(grid[n][left:]) and not any(grid[n][:left])] + [top]
    body = top + 1
    while body < len(grid) and not any(map(_is_figure, grid[body][left:])) and any(grid[body][left:]):
        heads.append(body)
        body += 1
    above = " ".join(cell for n, row in enumerate(grid[:top]) if n not in heads for cell in dict.fromkeys(row) if cell)
    rows = [n for n in range(body, len(grid)) if any(grid[n][left:])]
    columns = [n for n in range(left, len(grid[top])) if any(grid[row][n] for row in rows)]
    beside = [[grid[row][n] for row in rows] for n in range(left)]
    over = [_stretched(grid[n], columns, left) for n in heads]
    names = [next((grid[n][at] for n in reversed(heads) if grid[n][at]), "") for at in range(left)] + [""] * len(heads)
    kinds = _kinds([*beside, *over], names, above)
    unit = UNIT_ABOVE.search(above)
    missing = [kind for kind in ("country", "year", "period") if kinds.count(kind) != 1]
    if missing or not (unit or "unit" in kinds):
        raise BadFile(f"it does not tell {', '.join(missing) or 'the unit'}, or tells it twice", mend=CHOOSE)
    found = []
    for y, row in enumerate(rows):
        for x, column in enumerate(columns):
            told = [*(labels[y] for labels in beside), *(labels[x] for labels in over)]
            of = dict(zip(kinds, told, strict=True))
            parts = tuple(label for kind, label in zip(kinds, told, strict=True) if kind == "part" and label)
            found.append(Figure(row + 1, of["country"], of.get("purpose"), of["year"].removesuffix(".0"), of["period"],
                                of.get("unit") or (unit[1] if unit else ""), parts, grid[row][column]))  # fmt: skip
    return found


def _is_figure(cell: str) -> bool:
    return bool(re.fullmatch(r"-?[\d\s\xa0]+([.,]\d+)?", cell)) and not YEAR.fullmatch(cell)


def _stretched(row: Sequence[str], columns: Sequence[int], left: int) -> list[str]:
    """The headings over the columns: one stands over all columns up to the next."""
    told, label = {}, ""
    for at in range(left, len(row)):
        label = row[at] or label
        told[at] = label
    return [told.get(at, label) for at in columns]


def _kinds(axes: Sequence[Sequence[str]], names: Sequence[str], above: str) -> list[str]:
    """What each axis tells: year, period, unit, country, purpose, "" for what says nothing, else part."""
    kinds = [_kind({*labels} - {""}, name.lower(), above) for labels, name in zip(axes, names, strict=True)]
    open_ = [n for n, kind in enumerate(kinds) if kind == "name"]
    if "country" not in kinds and open_:
        best = max(open_, key=lambda n: _share(axes[n], lambda word: russian.whom(word).id is not None))
        if _share(axes[best], lambda word: russian.whom(word).id is not None) >= 0.5:
            kinds[best] = "country"
    for n in open_:
        if kinds[n] == "name":
            known = _share(axes[n], lambda word: bool(russian.purpose(word))) >= 0.5
            kinds[n] = "purpose" if known and "purpose" not in kinds else "part"
    return kinds


def _kind(labels: set[str], name: str, above: str) -> str:
    words = {label.lower() for label in labels}
    if not words or words == {RUSSIA} or (len(labels) == 1 and " ".join(labels) in above):
        return ""
    if all(map(YEAR.fullmatch, words)):
        return "year"
    if _share([*words], lambda word: bool(russian.period(word)[0])) >= 0.5:
        return "period"
    if all(map(UNITS.__contains__, words)):
        return "unit"
    if re.search(r"стран|гражданств|государств|оксм", name):
        return "country"
    return "purpose" if re.search(r"\bцел[ьи]", name) else "name"


def _share(labels: Sequence[str], test: Callable[[str], bool]) -> float:
    """Of the different labels, those of totals left out, the share that passes the test."""
    words = {label for label in labels if label and label.lower() not in russian.GROUPS}
    return sum(map(test, words)) / max(1, len(words))
