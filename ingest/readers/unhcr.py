"""Tables of UNHCR's refugee statistics as lines, from the API's JSON, HDX's CSV or an export of the old portal.

A line is (row of the file, year, origin's ISO 3166-1 alpha-3, its name, the country of asylum's, its name, unit P or C,
parts as name=code;name=code, figure as the API names it, cell as it stands). Years and cells are judged by the module.
"""

from __future__ import annotations

import csv
import io
import json

from ingest.errors import BadFile
from ingest.readers.parties import Party, header, party
from ingest.source import Raw

Line = tuple[int, str | None, str | None, str | None, str | None, str | None, str | None, str, str, str | None]
# column of the API: column at HDX, measure, purpose, part of the breakdown, whether a zero is a row, told of all since
FIGURES: dict[str, dict[str, tuple[str, str, str, str, bool, int]]] = {
    "population": {
        "refugees": ("REF", "stock", "refugee", "", True, 1951),
        "asylum_seekers": ("ASY", "stock", "asylum_seeker", "", True, 2000),
        "oip": ("OIP", "stock", "other_in_need_of_protection", "", False, 2018),
        "idps": ("IDP", "stock", "internally_displaced", "", False, 1993),
        "stateless": ("STA", "stock", "stateless", "", False, 2004),
        "ooc": ("OOC", "stock", "other_of_concern", "", False, 2018),
        "hst": ("HST", "stock", "host_community", "", False, 2016),
        "returned_refugees": ("", "returns", "refugee", "", False, 1951),
        "returned_idps": ("", "returns", "internally_displaced", "", False, 1993),
    },
    "solutions": {
        "returned_refugees": ("RET", "returns", "refugee", "", False, 1951),
        "returned_idps": ("RDP", "returns", "internally_displaced", "", False, 1993),
        "resettlement": ("RST", "resettlements", "refugee", "", False, 1951),
        "naturalisation": ("NAT", "naturalisations", "refugee", "", False, 1951),
    },
    "asylum-applications": {"applied": ("Applications", "applications", "all", "", True, 2000)},
    "asylum-decisions": {
        "dec_recognized": ("Recognized", "decisions", "all", "recognized", True, 2000),
        "dec_other": ("RecognizedOther", "decisions", "all", "other_protection", True, 2000),
        "dec_rejected": ("Rejected", "decisions", "all", "rejected", True, 2000),
        "dec_closed": ("OtherwiseClosed", "decisions", "all", "closed", True, 2000),
        "dec_total": ("TotalDecided", "decisions", "all", "", True, 2000),
    },
}
KINDS = {  # of procedures: column of the API: column at HDX, by table
    "asylum-applications": {"app_type": "ApplicationType", "dec_level": "", "procedure_type": "ProcedureType"},
    "asylum-decisions": {"dec_level": "DecisionType", "procedure_type": "ProcedureType"},
}
UNITS = {"asylum-applications": ("app_pc", "ApplicationDataType"), "asylum-decisions": ("dec_pc", "DecisionDataType")}
OLD = ("Country / territory of asylum/residence", "Origin", "Population type", "Value")
OLD_TYPES = {"Refugees (incl. refugee-like situations)": "refugees", "Asylum-seekers": "asylum_seekers",
             "Internally displaced persons": "idps", "Stateless": "stateless", "Stateless persons": "stateless",
             "Others of concern": "ooc", "Returned refugees": "returned_refugees",
             "Returned IDPs": "returned_idps"}  # fmt: skip
WANTED = "a table of UNHCR's API (limit=15000&coo_all=true&coa_all=true&cf_type=ISO, one year), or HDX's CSV of it"


def lines(raw: Raw, year: int | None) -> tuple[str, list[Line]]:
    """The table's name in the API and its lines; BadFile where the file is no such table, or not of this year."""
    is_json = raw.plain.read_bytes()[:64].lstrip(b"\xef\xbb\xbf \r\n")[:1] == b"{"
    return _of_api(raw, year) if is_json else _of_csv(raw)


def _of_api(raw: Raw, year: int | None) -> tuple[str, list[Line]]:
    """Table and lines of an answer of the API; BadFile where it is not what was asked for."""
    try:
        told = json.loads(raw.plain.read_bytes().decode("utf-8-sig"))
        items, pages = told["items"], int(told.get("maxPages") or 1)
        fields = set(items[0]) if items else set()
    except (ValueError, KeyError, TypeError) as error:
        raise BadFile(f"it is no answer of UNHCR's API: {error!r}"[:300], mend=f"take {WANTED}") from error
    table = next((name for name, figures in FIGURES.items() if fields and {*figures} - {"oip", "hst"} <= fields), None)
    if table is None:
        raise BadFile(f"its items are of no table known here: {', '.join(sorted(fields))[:200] or 'it has none'}",
                      mend=f"take {WANTED}")  # fmt: skip
    if pages > 1:
        raise BadFile(f"it is a page of {pages}: what the others hold would be lost", mend="ask with limit=15000")
    found: list[Line] = []
    for row, item in enumerate(items, 1):
        ends = [item.get("coo_iso"), item.get("coo_name"), item.get("coa_iso"), item.get("coa_name")]
        if "-" in ends or None in (ends[0], ends[2]):
            raise BadFile("the API summed over countries: '-' stands for one", row=row,
                          mend="ask with coo_all=true&coa_all=true, each spelled so")  # fmt: skip
        if year and str(item.get("year")) != str(year):
            raise BadFile(f"year {item.get('year')} in a file of {year}: the API ignored what was asked",
                          row=row, mend="ask with both yearFrom and yearTo")  # fmt: skip
        parts = ";".join(f"{name}={item[name]}" for name in KINDS.get(table, ()) if item.get(name))
        unit = item.get(UNITS[table][0]) if table in UNITS else "P"
        told = {name: item[name] for name in FIGURES[table] if name in item}
        found += [(row, str(item.get("year")), ends[0], ends[1], ends[2], ends[3], unit, parts, name,
                   None if cell is None else str(cell)) for name, cell in told.items()]  # fmt: skip
    return table, found


def _of_csv(raw: Raw) -> tuple[str, list[Line]]:
    """Table and lines of HDX's CSV, told by its columns, or of an export of the old portal."""
    columns = [name.strip() for name in header(raw.plain, WANTED)]
    try:
        rows = list(csv.DictReader(io.StringIO(raw.plain.read_bytes().decode("utf-8-sig"), newline=""), columns,
                                   strict=True))[1:]  # fmt: skip
    except (UnicodeDecodeError, csv.Error) as error:
        raise BadFile(f"it can't be read as CSV in UTF-8: {error}", mend=f"take {WANTED}") from error
    if short := next((n for n, row in enumerate(rows, 1) if None in row or None in row.values()), None):
        raise BadFile("a line has more or fewer cells than the header", row=short, mend="get the file again, whole")
    if {*OLD} <= {*columns}:
        if "Year" not in columns:
            raise BadFile("the export tells no year", mend="export it with the column Year, a row per year")
        ends = [(row[OLD[1]], row[OLD[0]]) for row in rows]
        return "population", [
            (n, row["Year"], None, origin, None, asylum, "P", "", OLD_TYPES.get(row[OLD[2]], row[OLD[2]]), row[OLD[3]])
            for n, (row, (origin, asylum)) in enumerate(zip(rows, ends, strict=True), 1)
        ]
    if "Female_0_4" in columns:
        raise BadFile("demographics are of a part of the population only", mend="take HDX's end-year population totals")
    table = next((name for name, figures in FIGURES.items()
                  if {told[0] for told in figures.values()} - {"", "HST"} <= {*columns}), None)  # fmt: skip
    if table is None or not {"Year", "ISO3CoO", "ISO3CoA"} <= {*columns}:
        raise BadFile(f"its columns are of no table known here: {', '.join(columns)[:200]}", mend=f"take {WANTED}")
    found: list[Line] = []
    for n, row in enumerate(rows, 1):
        parts = ";".join(f"{name}={row[column]}" for name, column in KINDS.get(table, {}).items() if row.get(column))
        unit = row.get(UNITS[table][1]) if table in UNITS else "P"
        found += [(n, row["Year"], row["ISO3CoO"], None, row["ISO3CoA"], None, unit, parts, name, row[told[0]])
                  for name, told in FIGURES[table].items() if told[0] in row]  # fmt: skip
    return table, found


def end(told: str | None) -> Party:
    """Whom "ISO3|name" means; where both are told they must agree, or UNHCR's codes stand in the place of ISO's."""
    code, _, name = (told or "|").partition("|")
    found = party(code or name)
    if code and name and (named := party(name)).id and named.id != found.id:
        reason = f"code {code} is not of {name}: it is UNHCR's own, or misplaced"
        return Party(None, None, None, reason, "ask with cf_type=ISO; ISO's codes stand in coo_iso and coa_iso")
    return found
