"""Review by a person: what is asked, how a form looks, and the row of CSV that an answer becomes.

The queue is read from the publication, read-only. An answer is kept at once, as a file of its own below ENTENTE_HOME/
review, which the source `review_decisions` lands like any other input; nothing here writes to the warehouse.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import duckdb

from ingest import contract, landing, publish, settings, source
from ingest.coding import plugin
from ingest.errors import BadFile, EntenteError, InputMissing
from ingest.source import Raw
from ingest.sources.statements import review_decisions as decisions

ACCEPT, REJECT, CORRECT, LEAVE = "Accept", "Reject", "Correct", "Leave"
UNSAID = "not said"
OPTIONS = [ACCEPT, REJECT, CORRECT, LEAVE]
EDITED = {
    "event": ("event_type", "actors", "recipients", "flags", "topics"),
    "commitment": ("actors", "recipients", "topics", *decisions.COMMITMENT),
}
COLUMNS = (
    "verdict", "reviewer", "decided_on", "note", "item_kind", "sentence", "evidence", "event_type", "actors",
    "recipients", "flags", "topics", *decisions.COMMITMENT, "published_on", "outlet", "url", "confidence", "rule_id",
    "coder", "coder_version", "statement_id", "span_start", "span_end", "coded_id", "coded_type", "coded_actors",
)  # fmt: skip


def queue(most: int | None = None) -> list[dict[str, Any]]:
    """What a person should look at, the least certain of each kind first; without what is decided already.

    A decision that has not been built in yet still stands in the publication's queue: it is not asked again.
    """
    folder = publish.current()
    if folder is None:
        raise InputMissing("nothing is published yet", mend="run the DAG 'warehouse', or make run")
    con = duckdb.connect(str(folder / publish.DATABASE), read_only=True)
    try:
        found = con.execute(  # events and commitments in turn: their confidences are on no common scale
            "from review_queue order by row_number() over (partition by item_kind order by confidence, "
            "published_on desc, statement_id, span_start, item_id), item_kind desc"
        )
        names = [column[0] for column in found.description or []]
        items = [dict(zip(names, row, strict=True)) for row in found.fetchall()]
    finally:
        con.close()
    decided = {row["coded_id"] for row in _kept()}
    items = [item for item in items if item["item_id"] not in decided]
    for item in items:
        item["published_on"] = item["published_on"].isoformat()
    return items[:most]


def _kept() -> Iterable[dict[str, str]]:
    for path in sorted(settings.review_folder().glob("*.csv")):
        with path.open(encoding="utf-8", newline="") as handle:
            yield from csv.DictReader(handle)


def row_of(item: dict[str, Any]) -> dict[str, Any]:
    """An item of the queue as a row of CSV, not decided yet."""
    kind_of = item["event_type"] or item["topics"][0]
    row = item | {"coded_id": item["item_id"], "coded_type": kind_of, "coded_actors": item["actors"]}
    return {name: _cell(row.get(name)) for name in COLUMNS}


def _cell(value: Any) -> str:
    if isinstance(value, list):
        return " ".join(value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:.15g}" if isinstance(value, float) else "" if value is None else str(value)


def _as_csv(rows: Iterable[dict[str, Any]]) -> str:
    out = io.StringIO()
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return out.getvalue()


def export(path: Path) -> int:
    """Write the queue as CSV, with the verdict left open; returns how many rows."""
    items = queue()
    path.write_text(_as_csv(map(row_of, items)), encoding="utf-8")
    return len(items)


def check(path: Path) -> tuple[int, list[str]]:
    """How many rows of a CSV of decisions are fit to land, and what is wrong with the others, with its mend."""
    module = source.get(decisions.SOURCE.key)
    try:
        raw = Raw(path.name, path, landing.sha256_of(path))
    except OSError as error:
        raise InputMissing(f"{path} can't be read: {error.strerror}", mend="give a file") from error
    with duckdb.connect() as con:
        try:
            rows = module.tidy(raw, con)
        except BadFile as error:
            raise error.located("", path.name) from error
        con.register("tidied", rows)
        con.execute("create temp view rows_in as select *, 'x' as source_key, 'x' as raw_sha256 from tidied")
        checked = contract.check(con, "rows_in", contract.REVIEW_DECISIONS)
        wrong = con.execute(f'select raw_row, reason, mend from "{checked.bad}" order by raw_row').fetchall()
    return checked.rows_good, [f"{path.name}, row {row}: {reason}. Mend: {mend}" for row, reason, mend in wrong]


def subject(item: dict[str, Any]) -> str:
    """One line: what was coded, of which day."""
    what = item["event_type"] or f"{item['topics'][0]}, {item['stage']}"
    parties = "-".join(item["actors"]) + (f" > {'-'.join(item['recipients'])}" if item["recipients"] else "")
    return f"{item['published_on']} {parties}: {what} ({item['item_kind']}, confidence {item['confidence']:.2f})"


def body(item: dict[str, Any]) -> str:
    """The sentence, the words that the coding rests on, and all that was coded, as Markdown."""
    before, words, after = item["sentence"].partition(item["evidence"])
    sentence = _plain(item["sentence"])
    if words:
        gaps = [" " if side.isspace() else "" for side in (before[-1:], after[:1])]
        sentence = f"{_plain(before)}{gaps[0]}**{_plain(words)}**{gaps[1]}{_plain(after)}"
    shown = [name for name in EDITED[item["item_kind"]] if item[name] not in (None, [])]
    coded = "\n".join(f"| {name} | {_plain(_cell(item[name]))} |" for name in shown)
    address = f"<{item['url']}>" if re.fullmatch(r"https?://[^\s<>]+", item["url"] or "") else ""
    return (
        f"> {sentence}\n\n{_plain(item['outlet'] or 'outlet not stated')}, {item['published_on']} {address}\n\n"
        f"| coded | as |\n|---|---|\n{coded}\n"
        f"| evidence | {_plain(item['evidence'])} [{item['span_start']}, {item['span_end']}) |\n"
        f"| by | {item['coder']} {item['coder_version']}, rule {_plain(item['rule_id'])} |\n\n"
        f"**{ACCEPT}** as coded, **{REJECT}** it, change the fields below and **{CORRECT}** it, or **{LEAVE}** it in "
        "the queue. Flags and topics are the codebook's."
    )


def _plain(text: str) -> str:
    """Text that Markdown shows as it is, on one line."""
    return re.sub(r"([\\`*_{}\[\]()#+!|<>~$])", r"\\\1", " ".join(text.split()))


def fields(item: dict[str, Any]) -> dict[str, dict[str, Any]]:
    """The form's fields: name -> value as coded, description and JSON schema."""
    parties, topics = sorted(plugin.party_ids()), list(plugin.topic_names())
    texts = ["null", "string"]
    schemas: dict[str, tuple[str, dict[str, Any]]] = {
        "event_type": ("PLOVER event type", {"type": "string", "enum": list(plugin.event_types())}),
        "actors": ("who acts or commits", _several(parties, 1)),
        "recipients": ("who is acted upon, whom it is for; empty where mutual", _several(parties, 0)),
        "flags": ("modes of the statement", _several(list(decisions.FLAGS), 0)),
        "topics": ("topics of the codebook", _several(topics, 1)),
        "kind": ("", {"type": "string", "enum": list(plugin.KINDS)}),
        "direction": ("", {"type": "string", "enum": list(plugin.DIRECTIONS)}),
        "amount_min": ("currency units, not millions", {"type": ["null", "number"], "minimum": 0}),
        "amount_max": ("currency units, not millions", {"type": ["null", "number"], "minimum": 0}),
        "currency": ("ISO 4217", {"type": texts, "pattern": "^[A-Z]{3}$"}),
        "instrument": ("", {"type": "string", "enum": list(plugin.instruments())}),
        "is_concessional": ("what the text says", {"type": "string", "enum": [UNSAID, "true", "false"]}),
        "stage": ("", {"type": "string", "enum": list(plugin.STAGES)}),
        "condition": ("words of the condition", {"type": texts}),
        "deadline": ("YYYY, YYYY-MM or YYYY-MM-DD", {"type": texts, "pattern": r"^[0-9]{4}(-[0-9]{2}){0,2}$"}),
    }
    if item["item_kind"] == "commitment":
        schemas["topics"] = ("topic of the codebook", _several(topics, 1) | {"maxItems": 1})
    made = {
        name: {"value": _shown(item, name), "description": schemas[name][0], "schema": schemas[name][1]}
        for name in EDITED[item["item_kind"]]
    }
    note = {"value": None, "description": "why, for whoever reads it later", "schema": {"type": texts}}
    return made | {"note": note}


def _several(values: list[str], least: int) -> dict[str, Any]:
    """A choice of values; one that may be empty is nullable, for the UI holds every other field to be required."""
    kind = "array" if least else ["null", "array"]
    return {"type": kind, "items": {"type": "string", "enum": values}, "examples": values, "minItems": least}


def _shown(item: dict[str, Any], name: str) -> Any:
    return _cell(item[name]) or UNSAID if name == "is_concessional" else item[name]


def keep(item: dict[str, Any], option: str, given: dict[str, Any], reviewer: str, at: datetime) -> str:
    """Write an answer as a CSV of its own and return its name; empty where the item is left in the queue.

    Whether something was corrected is told by the fields and not by the button alone. Raises EntenteError for an
    answer that could not land; it is not kept, and the item is asked again.
    """
    if option == LEAVE:
        return ""
    row = row_of(item)
    edited = {
        name: _cell(given[name]).strip().replace(UNSAID, "") for name in EDITED[item["item_kind"]] if name in given
    }
    changed = {name: text for name, text in edited.items() if not _same(text, row[name])}
    verdict = "reject" if option == REJECT else "correct" if changed else "accept"
    row |= {} if verdict == "reject" else changed
    row |= {"verdict": verdict, "reviewer": reviewer, "decided_on": at.astimezone(UTC).date().isoformat(),
            "note": _cell(given.get("note"))}  # fmt: skip
    name = f"{at.astimezone(UTC):%Y%m%dT%H%M%S}_{item['item_id']}.csv"
    folder = settings.review_folder()
    folder.mkdir(parents=True, exist_ok=True)
    passing = folder / f".{name}.part"
    try:
        passing.write_text(_as_csv([row]), encoding="utf-8")
        _, wrong = check(passing)
        if wrong:
            raise EntenteError(wrong[0].partition(": ")[2].partition(". Mend")[0],
                               mend=wrong[0].rpartition("Mend: ")[2] + "; the item will be asked again")  # fmt: skip
        passing.replace(folder / name)
    finally:
        passing.unlink(missing_ok=True)
    return name


def _same(one: str, other: str) -> bool:
    return sorted(one.split()) == sorted(other.split())
