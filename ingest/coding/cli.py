"""`entente code`: statements from files or from standard input -> JSON lines.

entente code FILE...                 one line per statement: file, date, countries, events, commitments
entente code --task statements       JSON lines {doc_id, date, text} on stdin -> doc_id, story_of, countries, events,
                                     commitments, each with `span` [start, end) into the text as given
entente code --task event-type       {id, text, source, target} -> event_type, quad_class, confidence, span
entente code --task commitment       {id, title, description} -> donor, recipient, amount, currency, instrument, ...
entente code --task actor            {id, phrase, date} -> country, sector, name, role_status
entente code --explain FILE...       for a person: which rule fired on which words, and which nearly did
"""

from __future__ import annotations

import argparse
import importlib
import json
import re
import sys
from collections.abc import Iterable, Iterator
from dataclasses import asdict
from datetime import date
from pathlib import Path
from typing import Any

from ingest.coding import CODER_VERSION, Coded, Commitment, Event, Stories, code
from ingest.coding.explain import explain
from ingest.errors import BadFile, EntenteError, InputMissing

_HEADER = re.compile(r"\s*date\s+(\d{4}-\d{2}-\d{2})\s")
# task -> (module, the fields that it needs); imported when asked for, because each reads its own lists
_IDS = ("id", "doc_id")
_ANSWERS = {
    "event-type": ("event_type", ("id", "text")),
    "commitment": ("project", ("id", "title")),
    "actor": ("actor", ("id", "phrase")),
}
_FLAGS = ("future", "hypothetical", "negation", "historical")


def main(argv: list[str]) -> int:
    """Run the command; returns the exit code (0 done, 1 some input could not be read, 2 wrong use)."""
    parser = argparse.ArgumentParser(
        prog="entente code", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "files",
        nargs="*",
        type=Path,
        metavar="FILE",
        help="text files; a first line ` date YYYY-MM-DD ` gives the date",
    )
    parser.add_argument("--task", choices=("statements", *_ANSWERS), help="read JSON lines from standard input")
    parser.add_argument("--explain", action="store_true", help="say why; `-` as FILE reads standard input")
    parser.add_argument("--version", action="version", version=CODER_VERSION)
    args = parser.parse_args(argv)
    if bool(args.files) == bool(args.task):
        parser.print_usage(sys.stderr)
        print("entente code: give either files or --task", file=sys.stderr)
        return 2
    failed = 0
    try:
        if args.task:
            for row in statements(sys.stdin) if args.task == "statements" else answers(args.task, sys.stdin):
                _write(row)
            return 0
        for path in args.files:
            try:
                if args.explain:
                    day, text, _ = _read(path)
                    for line in explain(text, day):
                        print(line)
                else:
                    _write(_file(path))
            except EntenteError as e:
                print(f"entente code: {e}", file=sys.stderr)
                failed = 1
    except EntenteError as e:
        print(f"entente code: {e}", file=sys.stderr)
        return 1
    return failed


def _write(row: dict[str, Any]) -> None:
    print(json.dumps(row, ensure_ascii=False))


def _read(path: Path) -> tuple[date | None, str, int]:
    """The date of a file's header, its text, and where that begins in the file."""
    try:
        raw = sys.stdin.buffer.read() if str(path) == "-" else path.read_bytes()
        text = raw.decode("utf-8")
    except FileNotFoundError as e:
        raise InputMissing("there is no such file", mend="check the path", file=str(path)) from e
    except OSError as e:
        raise BadFile(
            f"the file can't be read ({e.strerror})", mend="check its kind and permissions", file=str(path)
        ) from e
    except UnicodeDecodeError as e:
        raise BadFile(f"byte {e.start} is no UTF-8", mend="save the file as UTF-8", file=str(path)) from e
    header = _HEADER.match(text)
    if not header:
        return None, text, 0
    return _day(header[1], str(path), None), text[header.end() :], header.end()


def _file(path: Path) -> dict[str, Any]:
    day, text, shift = _read(path)
    coded = code(text, day)
    return {
        "file": str(path),
        "date": day.isoformat() if day else None,
        "language": coded.language,
        "countries": coded.countries,
        "events": [_shifted(asdict(e), shift) for e in coded.events],
        "commitments": [_shifted(asdict(c), shift) for c in coded.commitments],
        "unresolved": [asdict(u) | {"start": u.start + shift, "end": u.end + shift} for u in coded.unresolved],
    }


def _shifted(record: dict[str, Any], by: int) -> dict[str, Any]:
    """Offsets of a record moved from the statement's text to the file's text, header included."""
    for key, value in record.items():
        if isinstance(value, int) and not isinstance(value, bool) and key.endswith(("_start", "_end")):
            record[key] = value + by
        elif isinstance(value, list):
            record[key] = [_shifted(v, by) if isinstance(v, dict) else v for v in value]
    return record


def _day(value: object, file: str, row: int | None) -> date | None:
    if value in (None, ""):
        return None
    try:
        return date.fromisoformat(str(value))
    except ValueError as e:
        raise BadFile(f"{value!r} is no date", mend="write it as YYYY-MM-DD", file=file, row=row) from e


def _rows(lines: Iterable[str], *needed: str) -> Iterator[tuple[int, dict[str, Any]]]:
    """(line number, object) of each line that is not blank; raises BadFile for one that is not as asked."""
    for number, line in enumerate(lines, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            missing = [name for name in needed if not isinstance(row[name], str | int if name in _IDS else str)]
        except (ValueError, KeyError, TypeError) as e:
            raise BadFile(
                f"the line is no JSON object with {' and '.join(needed)}",
                mend="see entente code --help",
                file="stdin",
                row=number,
            ) from e
        if missing:
            raise BadFile(f"{missing[0]} is no string", mend="see entente code --help", file="stdin", row=number)
        yield number, row


def answers(task: str, lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """JSON lines of one of the small tasks, each answered by its module; unknown is null, never a guess."""
    module, needed = _ANSWERS[task]
    answer = importlib.import_module(f"ingest.coding.{module}").answer
    for _, row in _rows(lines, *needed):
        yield answer(row)


def statements(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    """JSON lines {doc_id, date, text} -> coded rows in the form of the labelled statements, with stories.

    All lines are read before the first is answered: which telling of a story is the first is known only then.
    """
    index = Stories()
    given = []
    for number, row in _rows(lines, "doc_id", "text"):
        day = _day(row.get("date"), "stdin", number)
        index.add(str(row["doc_id"]), day, row["text"])
        given.append((row["doc_id"], day, row["text"], row.get("outlet")))
    for doc_id, day, text, outlet in given:
        story = index.story(str(doc_id))
        yield {
            "doc_id": doc_id,
            "story_of": None if story == str(doc_id) else story,
            **_labels(code(text, day, outlet=outlet)),
        }


def _labels(coded: Coded) -> dict[str, Any]:
    return {
        "countries": coded.countries,
        "events": [_event(e) for e in coded.events],
        "commitments": [_commitment(c) for c in coded.commitments],
        "unresolved": [{"span": [u.start, u.end], "text": u.text, "reason": u.reason} for u in coded.unresolved],
    }


def _event(e: Event) -> dict[str, Any]:
    return {
        "event_type": e.event_type,
        "flags": [f for f in _FLAGS if getattr(e, f)],
        "actors": list(dict.fromkeys(p.id for p in e.actors)),
        "recipients": list(dict.fromkeys(p.id for p in e.recipients)),
        "topics": e.topics,
        "trigger": e.trigger,
        "span": [e.trigger_start, e.trigger_end],
        "sentence": e.sentence_no,
        "speaker": e.speaker,
        "rule_id": e.rule_id,
        "confidence": e.confidence,
    }


def _commitment(c: Commitment) -> dict[str, Any]:
    keep = (
        "committed_by",
        "beneficiary",
        "kind",
        "topic",
        "direction",
        "amount_min",
        "amount_max",
        "currency",
        "instrument",
        "concessional",
        "stage",
        "deadline",
        "frequency",
        "evidence",
        "rule_id",
        "confidence",
    )
    row = {k: getattr(c, k) for k in keep}
    return row | {
        "conditional": c.conditional is not None,
        "condition": c.conditional,
        "span": [c.span_start, c.span_end],
    }
