"""Statements in a folder of text files: ministries' releases, agencies' reports, communiqués.

One row is
    one text as published by one outlet, with its date. `.txt` is one text whose first line starts with
    `date YYYY-MM-DD`; `.html` is one page (date and address from its <meta> tags, text from <article>, <main>
    or <body>); `.jsonl` is one text per line: {"date", "text"} and, where known, "outlet", "url", "lang", "title".

Published
    whenever the owner of the folder adds a file. A file that changes is a new delivery and replaces the old one.

Beware
    Typography is normalised character by character (non-breaking spaces, line ends, control characters), so that
    an offset into `text` plus `raw_start` is an offset into the decoded file; HTML has none, its text is extracted.
    A text without a date can't be placed in time and is quarantined. What the folder leaves out is not known:
    silence between two states here is no evidence of silence between them.
"""

from __future__ import annotations

import hashlib
import html
import json
import re
from collections.abc import Iterator
from datetime import date
from html.parser import HTMLParser
from typing import TYPE_CHECKING, Any

from ingest.errors import BadFile
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb
    import pandas

SOURCE = Source(
    key="text_files",
    domain="statements",
    title="Statements in text files",
    publisher="the outlets named in the files",
    landing_page="",
    licence="as each outlet states; texts are quoted for research",
    citation="Each statement by its outlet, date and address.",
    cadence="@daily",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="the texts in the folder and no others; between the first and last day of its texts, for states that "
    "are party in at least one of them",
    table="statements",
    rows_per_file=(1, 2_000_000),
    max_bytes=128 << 20,
    files="*.txt, *.html or *.jsonl",
)

MOST_CHARACTERS = 2_000_000  # of one text: a longer one is a dump and no statement
MOST_BYTES = 8 * MOST_CHARACTERS  # of a file that holds one text, with its markup
_HEADER = re.compile(r"[\s\ufeff]*date[ \t]+(\S{1,40})[ \t]*(?:\r?\n)?")
_DAY = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}(?![0-9])")
_CONTROLS = "".join(map(chr, (*range(9), *range(14, 32), 0x7F)))
_PLAIN = {ord(c): " " for c in f"\r\t\x0b\x0c\x85\u00a0\u2007\u202f\u2028\u2029\ufeff{_CONTROLS}"}
_SURROGATE = re.compile("[\ud800-\udfff]")  # half a character, which JSON can write and no file can hold
_TEXT_TAGS = {"p", "div", "li", "h1", "h2", "h3", "br", "tr", "blockquote", "article", "section"}
_SKIP_TAGS = {"script", "style", "nav", "footer", "header", "aside", "form", "noscript", "svg", "figcaption"}
COLUMNS = ("published_on", "outlet", "url", "language", "title", "text", "raw_start", "raw_row", "_reason", "_mend")


def fetch(window: Window | None) -> Iterator[Remote]:
    """Nothing: texts come from the user's folder alone."""
    return iter(())


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> pandas.DataFrame:
    """The statements of one file; raises BadFile for binary files and unknown kinds."""
    import pandas  # not above: it takes a second, which every parse of a DAG would pay

    kind = raw.path.suffix.lower()
    if kind != ".jsonl" and raw.path.stat().st_size > MOST_BYTES:
        raise BadFile(f"text is longer than {MOST_CHARACTERS:,} characters", mend="split it into statements")
    text = _decode(raw)
    if kind == ".txt":
        rows = [_plain(text)]
    elif kind in (".html", ".htm"):
        rows = [_page(text)]
    elif kind == ".jsonl":
        lines = text.removeprefix("\ufeff").split("\n")  # not splitlines(): U+2028 may stand inside a JSON string
        rows = [_line(line, number) for number, line in enumerate(lines, 1) if line.strip()]
    else:
        raise BadFile(f"a file named {kind or 'without an ending'}", mend=f"name it {SOURCE.files}, or move it away")
    frame = pandas.DataFrame(rows, columns=list(COLUMNS), dtype=object)
    long = frame["text"].str.len().fillna(0) > MOST_CHARACTERS
    frame.loc[long, "_reason"] = f"text is longer than {MOST_CHARACTERS:,} characters"
    frame.loc[long, "_mend"] = "split it into statements"
    frame.loc[long, "text"] = frame.loc[long, "text"].str.slice(0, 200)
    frame["file"] = raw.name
    frame["vintage"] = frame["published_on"]
    frame["statement_id"] = [_identity(row.url, row.text) for row in frame.itertuples()]
    return frame


def _decode(raw: Raw) -> str:
    data = raw.path.read_bytes()
    if b"\x00" in data[:8192] or data[:4] in (b"%PDF", b"PK\x03\x04", b"\x1f\x8b\x08\x00", b"\x89PNG"):
        raise BadFile("this is a binary file, no text", mend="save the text as UTF-8 .txt, .html or .jsonl")
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise BadFile(
            f"byte {error.start} on line {line} is no UTF-8", mend="save the file as UTF-8 (it may be cp1251)", row=line
        ) from error


def _day(value: object) -> tuple[str | None, str | None]:
    """The ISO date, or None and the reason."""
    try:
        if _DAY.match(str(value)):
            return date.fromisoformat(str(value)[:10]).isoformat(), None
    except ValueError:
        pass
    return None, f"date is no day of the calendar: {str(value)[:40]}"


def _row(day: object, text: str, **known: Any) -> dict[str, Any]:
    published, reason = _day(day) if day else (None, "date is missing")
    mend = "start the file with 'date YYYY-MM-DD', or give the date that the outlet prints"
    return {"published_on": published, "text": text, "_reason": reason, "_mend": mend if reason else None} | known


def _plain(text: str) -> dict[str, Any]:
    header = _HEADER.match(text)
    start = header.end() if header else 0
    return _row(header and header[1], text[start:].translate(_PLAIN).rstrip(), raw_start=start, raw_row=1)


def _line(line: str, number: int) -> dict[str, Any]:
    try:
        given = json.loads(line)
    except (ValueError, RecursionError):
        given = None
    if not isinstance(given, dict):
        return _no_row(line, number, "line is no JSON object", "one JSON object per line")
    for name in ("date", "text", "outlet", "url", "lang", "title"):
        value = given.get(name)
        if value is not None and (not isinstance(value, str) or _SURROGATE.search(value)):
            return _no_row(line, number, f"{name} is no text", f"give {name} as a string, or leave it out")
    return _row(
        given.get("date"), (given.get("text") or "").translate(_PLAIN), outlet=given.get("outlet"),
        url=given.get("url"), language=given.get("lang"), title=given.get("title"), raw_row=number,
    )  # fmt: skip


def _no_row(line: str, number: int, reason: str, mend: str) -> dict[str, Any]:
    return {"raw_row": number, "text": line[:200], "_reason": reason, "_mend": mend}


class _Reader(HTMLParser):
    """Collects meta tags, the title and the text of <article>, <main> and <body>, without navigation and scripts."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.meta: dict[str, str] = {}
        self.parts: dict[str, list[str]] = {"article": [], "main": [], "body": [], "title": []}
        self.open: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        if tag == "html" and given.get("lang"):
            self.meta["lang"] = given["lang"][:2].lower()
        if tag == "meta":
            self.meta[given.get("property") or given.get("name") or ""] = given.get("content", "")
        elif tag == "link" and given.get("rel") == "canonical":
            self.meta["canonical"] = given.get("href", "")
        elif tag == "time" and given.get("datetime"):
            self.meta.setdefault("time", given["datetime"])
        elif tag in self.parts or tag in _SKIP_TAGS:
            self.open.append(tag)
        if tag in _TEXT_TAGS:
            self.handle_data("\n")

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            del self.open[len(self.open) - 1 - self.open[::-1].index(tag) :]
        if tag in _TEXT_TAGS:
            self.handle_data("\n")

    def handle_data(self, data: str) -> None:
        if not _SKIP_TAGS.intersection(self.open):
            inside = self.parts.keys() & set(self.open)
            for tag in inside if "title" in inside else inside | {"body"}:  # the tag <body> may be left out
                self.parts[tag].append(data)

    def text(self, tag: str) -> str:
        words = "".join(self.parts[tag]).translate(_PLAIN)
        return re.sub(r"[ \n]*\n[ \n]*", "\n\n", re.sub(r" {2,}", " ", words)).strip()


def _page(text: str) -> dict[str, Any]:
    reader = _Reader()
    reader.feed(text)
    reader.close()
    meta = reader.meta
    day = meta.get("article:published_time") or meta.get("date") or meta.get("time")
    return _row(
        day, reader.text("article") or reader.text("main") or reader.text("body"), outlet=meta.get("og:site_name"),
        url=meta.get("og:url") or meta.get("canonical"), language=meta.get("lang"),
        title=html.unescape(meta.get("og:title") or "") or reader.text("title") or None, raw_row=1,
    )  # fmt: skip


def _identity(url: object, text: object) -> str:
    """16 hex digits of source and address, or of the text where there is no address."""
    what = f"url:{url}" if isinstance(url, str) and url else f"text:{text}"
    return hashlib.sha256(f"{SOURCE.key}\x1f{what}".encode()).hexdigest()[:16]
