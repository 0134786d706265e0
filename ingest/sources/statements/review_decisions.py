"""Decisions of reviewers: what people say of codings that the coder was not sure of, or that it missed.

One row is
    one verdict of one person about one event or commitment of a statement: accept, reject, correct or add. The form is
    what `entente review --export` writes; rows whose verdict is empty are not decided yet and are passed over.

Published
    by the people of this house: CSV files in the folder, and those that the form in Airflow writes (one per run).

Beware
    A decision carries all that it decides, so that it stands without the coding that it was about and outlives every
    coder version. Parties, topics and flags are lists with blanks between; offsets count the characters of the text as
    landed. A file that changes is a new delivery and replaces the old one: correct a wrong row in place, or decide
    again, for of two decisions about the same the later day holds, and of one day the one that came later.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

from ingest import contract, settings
from ingest.coding import plugin
from ingest.errors import BadFile
from ingest.identity import commitment_id, event_id, identity
from ingest.source import Raw, Remote, Source, Window

if TYPE_CHECKING:
    import duckdb

SOURCE = Source(
    key="review_decisions",
    domain="statements",
    title="Decisions of reviewers",
    publisher="the reviewers of this warehouse",
    landing_page="",
    licence="the reviewers' own",
    citation="Each decision by its reviewer and day.",
    cadence="@daily",
    look_back_days=0,
    covers_from=None,
    covers_to=None,
    coverage="the events and commitments that somebody has looked at",
    table="review_decisions",
    rows_per_file=(0, 1_000_000),
    max_bytes=64 << 20,
    files="*.csv",
    is_own=True,
)

LISTS = ("coded_actors", "actors", "recipients", "flags", "topics")
FLAGS = {"future": "is_future", "hypothetical": "is_hypothetical", "negated": "is_negated",
         "historical": "is_historical"}  # fmt: skip
COMMITMENT = ("kind", "direction", "amount_min", "amount_max", "currency", "instrument", "is_concessional", "stage",
              "condition", "deadline")  # fmt: skip
NEEDED = ("verdict", "reviewer", "decided_on", "item_kind", "statement_id", "span_start", "span_end", "evidence",
          "event_type", "actors", "recipients", "topics")  # fmt: skip
KNOWN = (*NEEDED, "note", "flags", *COMMITMENT, "coded_id", "coded_type", "coded_actors", "coder", "coder_version")
CONTEXT = ("published_on", "outlet", "url", "sentence", "confidence", "rule_id")  # for the reader's eye; not landed


def fetch(window: Window | None) -> Iterator[Remote]:
    """What the form wrote; the user's own folder is looked into beside it."""
    for path in sorted(settings.review_folder().glob("*.csv")):
        yield Remote(f"form/{path.name}", str(path), is_local=True)


def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> duckdb.DuckDBPyRelation:
    """The decisions of one file; raises BadFile for what is no CSV of decisions."""
    import pyarrow  # not above: every parse of a DAG would pay for it

    try:
        text = raw.path.read_bytes().decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadFile(f"byte {error.start} is no UTF-8", mend="save it as CSV UTF-8") from error
    head = text.split("\n", 1)[0]
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter=";" if head.count(";") > head.count(",") else ",")
    have = [name or "" for name in lines.fieldnames or []]
    missing = [name for name in NEEDED if name not in have]
    unknown = [name for name in have if name not in (*KNOWN, *CONTEXT)]
    if missing or unknown:
        raise BadFile(
            f"columns missing: {', '.join(missing) or 'none'}; columns not known: {', '.join(unknown) or 'none'}",
            mend="start from what `entente review --export` writes",
        )
    try:
        numbered = list(enumerate(lines, 1))
    except csv.Error as error:
        raise BadFile(f"it is no CSV: {error}", mend="save it as CSV UTF-8", row=lines.line_num) from error
    rows = [_row(given, number, raw.name) for number, given in numbered if (given["verdict"] or "").strip()]
    kinds = {"VARCHAR[]": pyarrow.list_(pyarrow.string()), "BOOLEAN": pyarrow.bool_(), "BIGINT": pyarrow.int64()}
    columns = [c for c in contract.all_columns(contract.REVIEW_DECISIONS) if c.name not in ("source_key", "raw_sha256")]
    fields = [(c.name, pyarrow.string() if c.name == "is_concessional" else kinds.get(c.type, pyarrow.string()))
              for c in columns] + [("_reason", pyarrow.string()), ("_mend", pyarrow.string())]  # fmt: skip
    return con.from_arrow(pyarrow.Table.from_pylist(rows, schema=pyarrow.schema(fields)))


def _row(given: dict[str, Any], number: int, file: str) -> dict[str, Any]:
    cells = {name: " ".join((given.get(name) or "").split()) for name in KNOWN if name not in ("evidence", "condition")}
    row: dict[str, Any] = {name: text or None for name, text in cells.items() if name not in LISTS}
    lists = {name: sorted(set(cells[name].replace("|", " ").replace(",", " ").split())) for name in LISTS}
    row |= {"evidence": given["evidence"] or None, "condition": given.get("condition") or None, "file": file}
    row |= {name: lists[name] for name in ("actors", "recipients", "topics")}
    is_event = row["item_kind"] == "event"
    quad, scale = plugin.event_types().get(row["event_type"] or "", (None, None)) if is_event else (None, None)
    flags = {column: flag in lists["flags"] for flag, column in FLAGS.items()}
    decided = row["event_type"] if is_event else next(iter(lists["topics"]), None)
    row["coded_type"] = row["coded_type"] or decided
    row["coded_actors"] = lists["coded_actors"] or lists["actors"]
    row |= flags if is_event else dict.fromkeys(flags)
    row |= dict.fromkeys(COMMITMENT) if is_event else {}
    row |= {"quad_class": _text(quad), "event_scale": _text(scale)} | ({} if is_event else {"event_type": None})
    about = (row["statement_id"], row["item_kind"], row["coded_id"], row["coded_type"], row["coded_actors"],
             row["span_start"], row["span_end"])  # fmt: skip
    row["decision_id"] = identity(row["reviewer"], row["decided_on"], *about, *(() if row["coded_id"] else (
        lists["actors"], lists["recipients"], lists["topics"], lists["flags"], row["amount_max"])))  # fmt: skip
    row |= {"vintage": row["decided_on"], "raw_row": number}
    too_many = ("the row has more cells than there are columns", "quote cells that hold the separator")
    reason, mend = (too_many if None in given else _problem(row, lists, decided)) or (None, None)
    row["item_id"] = None if reason or row["verdict"] == "reject" else _item(row, flags, is_event)
    return row | {"_reason": reason, "_mend": mend}


def _text(value: object) -> str | None:
    return None if value is None else str(value)


def _item(row: dict[str, Any], flags: dict[str, bool], is_event: bool) -> str:
    """The id of what stands by the decision: what was accepted keeps its own."""
    if row["verdict"] == "accept" and row["coded_id"]:
        return str(row["coded_id"])
    span = (int(row["span_start"]), int(row["span_end"]))
    if is_event:
        return event_id(row["statement_id"], row["event_type"], row["actors"], row["recipients"], flags, span)
    most = float(row["amount_max"]) if row["amount_max"] else None
    return commitment_id(
        row["statement_id"], row["actors"], row["recipients"], row["topics"][0], row["stage"], most, span
    )


def _problem(row: dict[str, Any], lists: dict[str, list[str]], decided: str | None) -> tuple[str, str] | None:
    """What is wrong with a row beyond what the contract sees, and what mends it; of what is rejected nothing more."""
    spans = [row["span_start"], row["span_end"]]
    if not all(re.fullmatch("[0-9]{1,9}", place or "") for place in spans):
        return f"span is no pair of whole numbers: {spans}", "give span_start and span_end as they were exported"
    if row["verdict"] not in ("accept", "correct", "add") or row["item_kind"] not in ("event", "commitment"):
        return None
    if row["item_kind"] == "event" and row["event_type"] not in plugin.event_types():
        return f"event_type is not in the codebook: {row['event_type']}", "write a PLOVER type such as AGREE"
    if not lists["actors"]:
        return "actors is empty", "say who acts or commits: KGZ RUS"
    if wrong := plugin.unknown_party(lists["actors"] + lists["recipients"]):
        return f"a party is not known: {wrong}", "write ISO 3166-1 alpha-3 codes or acronyms: KGZ, RUS, EAEU"
    if wrong := plugin.unknown_topic(lists["topics"]):
        return f"topics: {wrong}", "write topics of the codebook: finance.loan"
    if wrong := ", ".join(set(lists["flags"]) - set(FLAGS)):
        return f"flags are not known: {wrong}", f"write any of: {' '.join(FLAGS)}"
    if row["verdict"] == "accept" and (decided, lists["actors"]) != (row["coded_type"], row["coded_actors"]):
        return "accept, but type or actors differ from what was coded", "write correct, or leave them as they were"
    if row["item_kind"] == "commitment":
        if empty := ", ".join(name for name in ("kind", "direction", "instrument", "stage") if not row[name]):
            return f"a commitment needs: {empty}", "fill it in as the codebook says"
        if len(lists["topics"]) > 1:
            return "a commitment has one topic", "keep the one that the money or the act is for"
        if row["instrument"] not in plugin.instruments():
            return f"instrument is not known: {row['instrument']}", f"write one of: {' '.join(plugin.instruments())}"
        try:
            float(row["amount_max"] or 0)
        except ValueError:
            return f"amount_max is no number: {row['amount_max']}", "write it in units: 40000000"
    return None
