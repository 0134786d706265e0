"""What the DAGs and the command line call: find what there is, land it, code it. Plain functions, plain values.

The results are small dicts of numbers and texts, so that Airflow can hand them from task to task.
"""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Iterable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb

from ingest import coding, contract, http, landing, settings, source
from ingest.coding import plugin
from ingest.errors import EntenteError, TryAgain
from ingest.identity import commitment_id, event_id
from ingest.source import Remote, Window

BATCH_BYTES = 64 << 20
BATCH_FILES = 500
MOST_FILES_NAMED = 5


def window(start: str | None, end: str | None, look_back_days: int = 0) -> Window | None:
    """A window from two ISO dates, longer by the look-back; None, which is everything, where either is missing."""
    if not start or not end:
        return None
    try:
        return Window(date.fromisoformat(start[:10]) - timedelta(days=look_back_days), date.fromisoformat(end[:10]))
    except (ValueError, OverflowError) as error:
        raise EntenteError(f"no window from {start} to {end}: {error}", mend="give days as YYYY-MM-DD") from None


def find(key: str, span: Window | None = None) -> list[list[dict[str, Any]]]:
    """What there is to land, in batches of at most BATCH_FILES files and about BATCH_BYTES bytes.

    Where requests are counted the latest comes first: it is the cheapest, and the rest may have to wait for a day.
    """
    module = source.get(key)
    batches: list[list[dict[str, Any]]] = []
    size = 0
    remotes = source.remotes(module, span)
    if module.source.access:
        days = {remote.name: told.start for remote in remotes if (told := module.period(remote.name))}
        remotes.sort(key=lambda remote: days.get(remote.name, date.max), reverse=True)
    for remote in remotes:
        place = Path(remote.url)
        unknown = min(BATCH_BYTES, module.source.max_bytes)
        weight = place.stat().st_size if remote.is_local and place.exists() else unknown
        if not batches or size + weight > BATCH_BYTES or len(batches[-1]) >= BATCH_FILES:
            batches.append([])
            size = 0
        batches[-1].append({"name": remote.name, "url": remote.url, "is_local": remote.is_local})
        size += weight
    return batches


def is_sample(key: str) -> bool:
    """Whether the source's files come from a folder that says it is a sample (it holds SAMPLE.md)."""
    folder = settings.input_folder()
    if folder is None or not (folder / "SAMPLE.md").exists():
        return False
    domain = source.get(key).source.domain
    return domain != "reference" or (folder / domain / key).is_dir()  # else it is what lies on the machine, and real


def land(key: str, batch: Iterable[dict[str, Any]], login: settings.Login | None = None) -> dict[str, Any]:
    """Land a batch of files; a bad file stops none of the others. Returns counts and what was rejected.

    `login` is for a publisher that asks for one, where it does not stand in the environment. Files for which the
    publisher's credits did not suffice are `left`, and no fault: what is `left` is asked for again from `back` on.

    Raises at once where the publisher does not let us in; after the rest, the first error that is no file's fault
    (the code, the disk), else TryAgain for the first fault that waiting may mend (the network, a file being written).
    """
    module, store, batch = source.get(key), landing.store(), list(batch)
    if module.source.access and login is None and not all(item["is_local"] for item in batch):
        login = settings.login(module.source.access.connection)
    landing.prepare(store)
    _catalogue(store)
    total: dict[str, Any] = {"source": key, "files": 0, "new": 0, "rows": 0, "quarantined": 0, "left": 0, "back": ""}
    rejected: list[str] = []
    again: EntenteError | None = None
    broken: Exception | None = None
    for item in batch:
        total["files"] += 1
        try:
            made = landing.land(module, Remote(**item), store, is_sample=is_sample(key), login=login)
        except http.Refused:
            raise
        except http.Spent as spent:
            total["left"] += 1
            total["back"] = max(total["back"], f"{spent.back:%Y-%m-%dT%H:%M:%SZ}")
            continue
        except EntenteError as error:
            if error.retry:
                again = again or error
            else:
                rejected.append(str(error))
            continue
        except Exception as error:
            error.add_note(f"source {key}, file {item['name']}")
            broken = broken or error
            continue
        total["new"] += made.is_new
        total["rows"] += made.rows_landed
        total["quarantined"] += made.rows_quarantined
        if made.status == "rejected":
            rejected.append(f"source {key}, file {made.file}: {made.problem}. Mend: {made.mend}")
    if broken:
        raise broken
    if again:
        raise TryAgain(again.problem, mend=again.mend, source=again.source, file=again.file) from again
    return {**total, "rejected": rejected}


def summary(key: str, landed: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """The sum over batches; a batch that failed is not among them."""
    parts = list(landed)
    counts = {name: sum(part[name] for part in parts) for name in ("files", "new", "rows", "quarantined", "left")}
    back = max((part["back"] for part in parts), default="")
    return {"source": key, **counts, "back": back, "rejected": [text for part in parts for text in part["rejected"]]}


def remainder(total: dict[str, Any]) -> str:
    """What to tell a person about files that wait for the publisher's credits; empty where none does."""
    if not total["left"]:
        return ""
    return (
        f"{total['left']} of {total['files']} files wait: the publisher's credits are used up. The next run of this "
        f"window from {total['back']} on takes them up; what has landed is not asked for again."
    )


def complaint(total: dict[str, Any]) -> str:
    """What to tell a person about rejected files; empty where there is nothing to tell."""
    rejected = total["rejected"]
    if not rejected:
        return ""
    more = len(rejected) - MOST_FILES_NAMED
    named = "\n".join(rejected[:MOST_FILES_NAMED]) + (f"\nand {more} more" if more > 0 else "")
    return f"{len(rejected)} of {total['files']} files were rejected; the others landed and are used.\n{named}"


def _catalogue(store: landing.Store) -> None:
    """Write what the source modules say of themselves, for dim_source; the same bytes for the same modules."""
    records = [
        {
            "source_key": s.key, "domain": s.domain, "title": s.title, "publisher": s.publisher,
            "landing_page": s.landing_page, "licence": s.licence, "citation": s.citation, "cadence": s.cadence,
            "look_back_days": s.look_back_days, "covers_from": s.covers_from and s.covers_from.isoformat(),
            "covers_to": s.covers_to and s.covers_to.isoformat(), "coverage": s.coverage, "canonical_table": s.table,
            "doc": module.doc,
        }
        for module in source.discover().values()
        for s in [module.source]
    ]  # fmt: skip
    text = json.dumps(records, ensure_ascii=False, sort_keys=True)
    mark = f"catalogue/{hashlib.sha256(text.encode()).hexdigest()[:12]}.mark"
    if store.exists(mark) and store.exists("catalogue/sources.parquet"):
        return
    with tempfile.TemporaryDirectory() as folder:
        given, made, marked = (Path(folder) / name for name in ("given.json", "sources.parquet", "mark"))
        given.write_text(text, encoding="utf-8")
        types = dict.fromkeys(records[0], "VARCHAR") | {
            "look_back_days": "INTEGER", "covers_from": "DATE", "covers_to": "DATE"
        }  # fmt: skip
        duckdb.execute(
            f"copy (select * from read_json('{given}', columns={types}) order by source_key) to '{made}' "
            "(format parquet, compression zstd)"
        )
        store.put(made, "catalogue/sources.parquet")
        marked.write_text("")
        for old in store.names("catalogue", ".mark"):
            store.remove(old)
        store.put(marked, mark)


def code(key: str) -> dict[str, Any]:
    """Code every landed statement of a source that this version of a coder has not coded yet, with each coder.

    What another version coded stays beside it. A text on which the rules fail stops none of the others; the first
    such error is raised after the rest. Counted are the rules' codings, and how many a plug-in's could not be used.
    """
    store = landing.store()
    landing.prepare(store)
    total: dict[str, Any] = {"source": key, "statements": 0, "events": 0, "commitments": 0, "new": 0, "refused": 0}
    broken: Exception | None = None
    coders: list[plugin.Coder] = [plugin.Rules()]
    try:
        coders += filter(None, [plugin.plugged()])
    except EntenteError as error:
        broken = error
    landed = [made for made in landing.receipts(store, key) if made.status == "landed"]
    for coder in coders:
        about = coder.describe()
        for made in landed:
            note = f"codings/{key}/{_folder(coder)}/{made.sha256}.json"
            done = store.read_json(note)
            if not done or (done["code_version"], done["coder_is"]) != (made.code_version, about):
                try:
                    done = _code_file(store, key, made, coder)
                except Exception as error:
                    own = "" if coder.name == plugin.RULES else f", coder {coder.name}"
                    error.add_note(f"source {key}, file {made.file}{own}")
                    broken = broken or error
                    continue
                store.write_json(done, note)
                total["new"] += 1
            total["refused"] += done["refused"]
            for name in ("statements", "events", "commitments"):
                total[name] += done[name] if coder.name == plugin.RULES else 0
    if broken:
        raise broken
    return total


def _folder(coder: plugin.Coder) -> str:
    return f"{coder.name}-{coder.version}"


def _code_file(store: landing.Store, key: str, made: landing.Receipt, coder: plugin.Coder) -> dict[str, Any]:
    """Code the statements of one landed file and write what was read, its events and its commitments."""
    codings: list[dict[str, Any]] = []
    events: list[dict[str, Any]] = []
    commitments: list[dict[str, Any]] = []
    with tempfile.TemporaryDirectory(prefix="entente-") as name:
        folder = Path(name)
        texts = store.get(f"statements/{key}/{made.sha256}.parquet", folder / "statements.parquet")
        con = duckdb.connect()
        statements = con.execute(
            f"select statement_id, published_on, text, outlet, vintage, raw_row from '{texts}' order by statement_id"
        ).fetchall()
        for statement_id, published_on, text, outlet, vintage, raw_row in statements:
            if coder.name == plugin.RULES:
                coded, problem = coder.code(text, published_on, outlet=outlet), ""
            else:
                coded, problem = plugin.ask(coder, text, published_on, outlet)
            common = {
                "statement_id": statement_id, "vintage": vintage, "raw_row": raw_row, "source_key": key,
                "raw_sha256": made.sha256, "coder": coder.name, "coder_version": coder.version,
            }  # fmt: skip
            codings.append(common | {
                "text_sha256": hashlib.sha256(text.encode()).hexdigest(), "n_events": len(coded.events),
                "n_commitments": len(coded.commitments), "silent_because": coded.no_events_reason,
                "problem": problem or None,
            })  # fmt: skip
            dated = common | {"published_on": published_on.isoformat()}
            events += [dated | _event(statement_id, event) for event in coded.events]
            commitments += [dated | _commitment(statement_id, given) for given in coded.commitments]
        for table, rows in (
            (contract.STATEMENT_EVENTS, events),
            (contract.STATEMENT_COMMITMENTS, commitments),
            (contract.STATEMENT_CODINGS, codings),
        ):
            _write(con, store, folder, table, rows, f"{table.name}/{key}/{_folder(coder)}/{made.sha256}.parquet")
        refused = _refuse(con, store, folder, key, made, coder, codings)
    return {
        "source_key": key, "raw_sha256": made.sha256, "coder": coder.name, "coder_version": coder.version,
        "coder_is": coder.describe(), "code_version": made.code_version, "statements": len(statements),
        "events": len(events), "commitments": len(commitments), "refused": refused,
    }  # fmt: skip


def _refuse(
    con: duckdb.DuckDBPyConnection, store: landing.Store, folder: Path, key: str, made: landing.Receipt,
    coder: plugin.Coder, codings: list[dict[str, Any]],
) -> int:  # fmt: skip
    """Put the statements that the coder's answer was of no use for into quarantine; returns how many."""
    target = f"quarantine/{key}/{made.sha256}.{coder.name}.parquet"
    refused = [row for row in codings if row["problem"]]
    if not refused:
        store.remove(target)
        return 0
    local = folder / "refused.parquet"
    con.execute(f"create or replace table refused ({landing.QUARANTINE})")
    con.executemany(
        "insert into refused values (?, ?, ?, ?, ?, ?, ?)",
        [
            [key, made.file, made.sha256, row["raw_row"],
             f"coder {coder.name} {coder.version}, statement {row['statement_id']}: {row['problem']}",
             "mend the coder and raise its version; the statement has landed, and the rules' coding of it counts",
             json.dumps({name: row[name] for name in ("statement_id", "coder", "coder_version", "text_sha256")})]
            for row in refused
        ],
    )  # fmt: skip
    con.execute(f"copy refused to '{local}' (format parquet, compression zstd)")
    store.put(local, target)
    return len(refused)


def _event(statement_id: str, event: coding.Event) -> dict[str, Any]:
    flags = {
        "is_future": event.future, "is_hypothetical": event.hypothetical,
        "is_negated": event.negation, "is_historical": event.historical,
    }  # fmt: skip
    actors = sorted({party.id for party in event.actors})
    recipients = sorted({party.id for party in event.recipients})
    parties = [
        {"role": role, "id": p.id, "kind": p.kind, "sector": p.sector, "name": p.name, "office": p.office,
         "start": p.span_start, "end": p.span_end, "role_status": p.role_status}
        for role, group in (("actor", event.actors), ("recipient", event.recipients))
        for p in group
    ]  # fmt: skip
    span = (event.trigger_start, event.trigger_end)
    return flags | {
        "event_id": event_id(statement_id, event.event_type, actors, recipients, flags, span),
        "event_type": event.event_type, "quad_class": event.quad_class,
        "event_scale": event.event_scale, "actors": actors, "recipients": recipients,
        "parties": json.dumps(parties, ensure_ascii=False), "topics": sorted(event.topics),
        "speaker": event.speaker, "trigger_start": event.trigger_start, "trigger_end": event.trigger_end,
        "trigger": event.trigger, "confidence": event.confidence, "rule_id": event.rule_id,
        "sentence_no": event.sentence_no, "sentence_start": event.sentence_start, "sentence_end": event.sentence_end,
    }  # fmt: skip


def _commitment(statement_id: str, given: coding.Commitment) -> dict[str, Any]:
    committed_by, beneficiaries = sorted(set(given.committed_by)), sorted(set(given.beneficiary))
    span = (given.span_start, given.span_end)
    identity = commitment_id(
        statement_id, committed_by, beneficiaries, given.topic, given.stage, given.amount_max, span
    )
    return {
        "commitment_id": identity, "committed_by": committed_by, "beneficiaries": beneficiaries, "kind": given.kind,
        "topic": given.topic, "direction": given.direction, "amount_min": given.amount_min,
        "amount_max": given.amount_max, "currency": given.currency, "instrument": given.instrument,
        "is_concessional": given.concessional, "stage": given.stage, "condition": given.conditional,
        "deadline": given.deadline, "span_start": given.span_start, "span_end": given.span_end,
        "evidence": given.evidence, "confidence": given.confidence, "rule_id": given.rule_id,
        "sentence_no": given.sentence_no, "sentence_start": given.sentence_start, "sentence_end": given.sentence_end,
    }  # fmt: skip


def _write(
    con: duckdb.DuckDBPyConnection,
    store: landing.Store,
    folder: Path,
    table: contract.Table,
    rows: list[dict[str, Any]],
    target: str,
) -> None:
    """Check coded rows by the contract and write them; a row that fails is the coder's fault and raises."""
    given, local = folder / f"{table.name}.jsonl", folder / f"{table.name}.parquet"
    given.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    types = {column.name: column.type for column in contract.all_columns(table)}
    con.execute(
        f"create or replace temp table {table.name} as select * from read_json('{given}', columns={types}, "
        "format='newline_delimited', maximum_object_size=134217728)"
    )
    checked = contract.check(con, table.name, table)
    if checked.rows_bad:
        raise AssertionError(f"the coder broke the contract of {table.name}: {checked.reasons}")
    con.execute(f"copy \"{checked.good}\" to '{local}' (format parquet, compression zstd)")
    store.put(local, target)
