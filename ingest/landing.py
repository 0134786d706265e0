"""The landing: immutable raw bytes, typed Parquet and a receipt for each raw file, on a folder or an object store.

    raw/SOURCE/SHA256/NAME                 the publisher's bytes, content-addressed, never altered
    TABLE/SOURCE/SHA256.parquet            the file's rows of a canonical table, checked, sorted, zstd
    quarantine/SOURCE/SHA256.parquet       the rows that were not fit to land, each with its reason and mend
    receipts/SOURCE/SHA256.json            where it came from, when, what came of it
    asked/SOURCE/NAME.json                 for sources behind a login: when this file was asked for last, and its sha256
    codings/SOURCE/CODER/SHA256.json       for statements: what a version of a coder made of them, and what it is
    TABLE/SOURCE/CODER/SHA256.parquet      its codings, events and commitments; those of other versions stay beside

Every write goes to a temporary name and is then moved, so that a reader sees all of a file or none of it, and
two runs of the same window leave one result. The clock stands in receipts only: the same raw bytes and the
same code give the same Parquet bytes.
"""

from __future__ import annotations

import contextlib
import dataclasses
import errno
import gzip
import hashlib
import json
import os
import re
import shutil
import tempfile
import uuid
import zlib
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import fsspec
from isal import igzip_threaded
from isal.isal_zlib import IsalError

from ingest import contract, http, settings
from ingest.errors import BadFile, EntenteError, FileChanging, InputMissing, TryAgain
from ingest.source import Module, Raw, Remote

if TYPE_CHECKING:
    from ingest.source import Tidy

CHUNK = 1 << 20
UNPACKED = 20  # times max_bytes: what a raw file may unpack to
BAD_ROWS = "bad.parquet"
# a file of rows is far larger than memory may be; where a step needs more than this, DuckDB goes to disk
MEMORY = "600MB"
# each holds a row group or two of what it writes; a single one would cut row groups elsewhere: other bytes
THREADS = max(2, min(4, os.cpu_count() or 2))
QUARANTINE = (
    "source_key varchar, file varchar, raw_sha256 varchar, raw_row bigint, reason varchar, mend varchar, "
    "row_json varchar"
)


@dataclass(frozen=True)
class Receipt:
    """What became of one raw file. `is_new` is false where the file had landed before and nothing was written."""

    source_key: str
    table: str
    file: str
    url: str
    fetched_at: str  # ISO 8601, UTC
    etag: str | None
    last_modified: str | None
    sha256: str
    bytes: int
    is_sample: bool
    status: str  # landed or rejected
    rows_in: int
    rows_landed: int
    rows_quarantined: int
    reasons: dict[str, int]
    vintages: list[str]
    code_version: str
    problem: str = ""
    mend: str = ""
    is_new: bool = field(default=True, compare=False)


class Store:
    """A folder or bucket, by fsspec URL. Paths are relative to its root, with forward slashes."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.fs, self.root = fsspec.core.url_to_fs(url)
        self.is_local = "file" in (self.fs.protocol if isinstance(self.fs.protocol, tuple) else (self.fs.protocol,))

    def path(self, name: str) -> str:
        return f"{self.root}/{name}"

    def exists(self, name: str) -> bool:
        return bool(self.fs.exists(self.path(name)))

    def put(self, local: Path, name: str) -> None:
        """Copy a local file to `name`, in one step for every reader."""
        target = self.path(name)
        if not self.is_local:
            self.fs.put_file(str(local), target)
            return
        place = Path(target)
        place.parent.mkdir(parents=True, exist_ok=True)
        passing = place.with_name(f".{uuid.uuid4().hex}.part")
        try:
            shutil.copyfile(local, passing)
            passing.replace(place)
        except OSError:  # no room: leave nothing behind that takes up more
            passing.unlink(missing_ok=True)
            raise

    def remove(self, name: str) -> None:
        """Remove a file, where another run has not removed it already."""
        with contextlib.suppress(FileNotFoundError):
            self.fs.rm_file(self.path(name))

    def read(self, name: str) -> bytes | None:
        """The bytes of a file as they are now and not as a listing remembers them; None where there is none."""
        try:
            return bytes(self.fs.cat_file(self.path(name)))
        except FileNotFoundError:
            return None

    def read_json(self, name: str) -> dict[str, Any] | None:
        given = self.read(name)
        return None if given is None else dict(json.loads(given))

    def write_json(self, value: dict[str, Any], name: str) -> None:
        with tempfile.TemporaryDirectory() as folder:
            local = Path(folder) / "value.json"
            local.write_text(json.dumps(value, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8")
            self.put(local, name)

    def names(self, folder: str, suffix: str) -> list[str]:
        """File names below `folder` that end in `suffix`, relative to the root, sorted."""
        self.fs.invalidate_cache()
        found = self.fs.find(self.path(folder)) if self.fs.exists(self.path(folder)) else []
        names = (str(name)[len(self.root) :].lstrip("/") for name in found)
        return sorted(name for name in names if name.endswith(suffix) and "/." not in name)

    def get(self, name: str, local: Path) -> Path:
        self.fs.get_file(self.path(name), str(local))
        return local


def store() -> Store:
    """The landing that the settings name."""
    return Store(settings.landing_url())


def prepare(landing: Store) -> None:
    """Lay an empty Parquet of each canonical table and of quarantine, where there is none of today's columns."""
    with tempfile.TemporaryDirectory() as folder, duckdb.connect() as con:
        for table in contract.TABLES.values():
            contract.empty(con, table, f"{folder}/{table.name}")
        con.execute(f"create table quarantine ({QUARANTINE})")
        con.execute(f"copy quarantine to '{folder}/quarantine' (format parquet)")
        for local in sorted(Path(folder).iterdir()):
            if landing.read(f"{local.name}/_empty.parquet") != local.read_bytes():
                landing.put(local, f"{local.name}/_empty.parquet")


@cache
def code_version(module_file: Path) -> str:
    """12 hex digits over all that decides what a raw file's rows are: the module, the contract, the reference."""
    digest = hashlib.sha256()
    package = Path(__file__).parent
    shared = [package / "contract.py", package / "reference.py", *sorted((package / "readers").glob("*.py"))]
    shared += sorted(settings.SEEDS.glob("*.csv"))
    for path in [module_file, *shared]:
        if path.exists():
            digest.update(path.read_bytes())
    return digest.hexdigest()[:12]


def sha256_of(path: Path) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as handle:
        while chunk := handle.read(CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _take_local(remote: Remote, target: Path) -> str:
    """Copy a local file, refusing one that changes meanwhile; returns its sha256."""
    place, digest = Path(remote.url), hashlib.sha256()
    if ascii(remote.name) != ascii(remote.name.encode(errors="ignore").decode()):  # no receipt could name it
        raise BadFile("its name is no UTF-8", mend="rename it", file=ascii(remote.name))
    if place.is_dir():
        raise BadFile("it is a link to a folder", mend="put the files themselves, or a copy, in its place")
    try:
        before = place.stat()
        with place.open("rb") as src, target.open("wb") as out:
            while chunk := src.read(CHUNK):
                digest.update(chunk)
                out.write(chunk)
        after = place.stat()
    except FileNotFoundError:
        raise InputMissing("the file is gone", mend="put it back, or run again without it", file=remote.name) from None
    except PermissionError as error:
        raise BadFile("no permission to read it", mend=f"chmod a+r {place}", file=remote.name) from error
    except OSError as error:
        if error.errno == errno.ENOSPC:
            raise
        raise BadFile(f"it can't be read: {error.strerror}", mend="put a plain file in its place") from error
    changed = (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns)
    if changed or target.stat().st_size != after.st_size:
        raise FileChanging(
            "it changed while it was read",
            mend="wait until it is written whole; write under another name and move it into the folder",
            file=remote.name,
        )
    return digest.hexdigest()


def _fetch(
    module: Module, remote: Remote, landing: Store, login: settings.Login | None, local: Path
) -> tuple[str | None, str | None]:
    """Get the file into `local`; returns its ETag and Last-Modified.

    Behind a login requests are counted: what has landed and changes no more is taken from the landing.
    """
    key, access = module.source.key, module.source.access
    if access is None:
        got = http.download(remote.url, local, form=module.form)
        return got.etag, got.last_modified
    now, span, noted = http.utc_now(), module.period(remote.name), f"asked/{key}/{remote.name}.json"
    ended = datetime(span.end.year, span.end.month, span.end.day, tzinfo=UTC) if span else now
    last = landing.read_json(noted)
    made = receipt(landing, key, last["sha256"]) if last else None
    is_final = last is not None and datetime.fromisoformat(last["at"]) >= ended + timedelta(
        hours=access.final_after_hours
    )
    if made and made.status == "landed" and (is_final or span is None):
        landing.get(f"raw/{key}/{made.sha256}/{Path(made.file).name}", local)
        return made.etag, made.last_modified
    door = http.Door(access, login, (now - ended).days)
    got = http.download(remote.url, local, door=door)
    landing.write_json({"at": now.isoformat(timespec="seconds"), "sha256": sha256_of(local)}, noted)
    return got.etag, got.last_modified


def land(
    module: Module,
    remote: Remote,
    landing: Store,
    *,
    is_sample: bool = False,
    login: settings.Login | None = None,
) -> Receipt:
    """Get one file, keep its bytes, check its rows and land them; returns the receipt, landed or rejected.

    A file that came before, as it is now and with the code as it is now, is left alone. A file that can be read
    but not used is a rejected receipt and not an exception; raised is an EntenteError for one that can't be got,
    with `retry` where waiting may mend it (the network, a file being written), and what the machine lacks.
    """
    source = module.source
    with tempfile.TemporaryDirectory(prefix="entente-") as name:
        folder = Path(name)
        local = folder / "raw"
        etag = modified = None
        try:
            if remote.is_local:
                sha256 = _take_local(remote, local)
            else:
                etag, modified = _fetch(module, remote, landing, login, local)
                sha256 = sha256_of(local)
        except EntenteError as error:
            raise error.located(source.key, remote.name) from error
        size, version = local.stat().st_size, code_version(module.file)
        previous = receipt(landing, source.key, sha256)
        if previous and previous.code_version == version:
            return dataclasses.replace(previous, is_new=False)

        published = Path(remote.name).name
        keeping = f"raw/{source.key}/{sha256}/{published}"
        # the path is fit to stand in SQL and is no pattern, whatever the file is called
        raw = Raw(remote.name, local.rename(folder / re.sub(r"['*?\[\]]", "_", published)), sha256)
        try:
            with ThreadPoolExecutor(1) as beside:
                unpacking = beside.submit(_unpacked, raw, folder / "unpacked", source.max_bytes)
                if size <= source.max_bytes and not landing.exists(keeping):
                    landing.put(raw.path, keeping)
            raw = unpacking.result()
            counted = _rows(module, raw, landing, folder)
        except BadFile as error:
            counted = _reject(module, raw, landing, folder, error)
        made = Receipt(
            source_key=source.key, table=source.table, file=remote.name, url="" if remote.is_local else remote.url,
            fetched_at=previous.fetched_at if previous else datetime.now(UTC).isoformat(timespec="milliseconds"),
            etag=etag, last_modified=modified, sha256=sha256, bytes=size, is_sample=is_sample, code_version=version,
            **counted,
        )  # fmt: skip
        unchanged = previous is not None and dataclasses.replace(previous, code_version=version) == made
        landing.write_json(_as_json(made), f"receipts/{source.key}/{sha256}.json")
        return dataclasses.replace(made, is_new=not unchanged)


def _rows(module: Module, raw: Raw, landing: Store, folder: Path) -> dict[str, Any]:
    """Tidy, check and write the rows of one raw file; returns what its receipt says of them."""
    source = module.source
    table = contract.TABLES[source.table]
    limits: dict[str, Any] = {"temp_directory": str(folder / "spill"), "memory_limit": MEMORY, "threads": THREADS}
    with duckdb.connect(config=limits) as con:
        try:
            checked = _checked(module, raw, con, table, folder / "spool.parquet")
        except (duckdb.OutOfMemoryException, MemoryError) as error:
            raise TryAgain(
                f"memory ran out: {_first_line(error)}", mend="run it where or when more is free",
                source=source.key, file=raw.name,
            ) from error  # fmt: skip
        except (duckdb.BinderException, duckdb.CatalogException, duckdb.ParserException):
            raise  # the code is at fault and not the file
        except (duckdb.Error, ValueError, LookupError, EOFError, zlib.error) as error:
            if isinstance(error, duckdb.IOException) and not any(
                str(path) in str(error) for path in (raw.path, raw.plain)
            ):
                raise  # the machine's disk and not the file
            raise BadFile(
                f"it can't be read as {source.title}: {_first_line(error)}",
                mend="get the file again; if the publisher changed its form, change tidy() and its sample",
            ) from error
        if checked.rows_bad:
            con.execute(f"create table quarantine ({QUARANTINE})")
            con.execute(
                "insert into quarantine select ?, ?, ?, raw_row, reason, mend, row_json "
                f'from "{checked.bad}" order by raw_row, reason, row_json',
                [source.key, raw.name, raw.sha256],
            )
            con.execute(f"copy quarantine to '{folder / BAD_ROWS}' (format parquet, compression zstd)")
        fewest, most = source.rows_per_file
        if not fewest <= checked.rows_good <= most:
            unfit = _unfit(con, checked, fewest, most)
            return _reject(module, raw, landing, folder, unfit) | _counts(checked) | {"rows_landed": 0}
        local = checked.file or folder / "rows.parquet"
        if not checked.file:
            con.execute(f"copy \"{checked.good}\" to '{local}' ({contract.PARQUET})")
        vintages = con.execute(f"select distinct vintage from '{local}' order by 1").fetchall()
    landing.put(local, f"{table.name}/{source.key}/{raw.sha256}.parquet")
    bad = f"quarantine/{source.key}/{raw.sha256}.parquet"
    if checked.rows_bad:
        landing.put(folder / BAD_ROWS, bad)
    else:  # where the code was mended, what was bad has landed now
        landing.remove(bad)
    return _counts(checked) | {"status": "landed", "vintages": [str(row[0]) for row in vintages]}


def _fits(raw: Raw, max_bytes: int) -> None:
    """Raise BadFile for a file that is empty or too large to be read."""
    size = raw.path.stat().st_size
    if size == 0:
        raise BadFile("the file is empty", mend="get it again, or remove it")
    if size > max_bytes:
        raise BadFile(
            f"{size:,} bytes, more than one file of this source can have ({max_bytes:,})",
            mend="split it, or raise max_bytes in the source's module",
        )


def _unpacked(raw: Raw, plain: Path, max_bytes: int) -> Raw:
    """The raw file, unpacked to `plain` where it is gzip. Raises BadFile for gzip that is damaged or cut off (DuckDB
    would read what there is and say nothing), and for a file that is empty or too large."""
    _fits(raw, max_bytes)
    with raw.path.open("rb") as packed:
        if packed.read(2) != b"\x1f\x8b":
            return raw
    size = 0
    try:
        with igzip_threaded.open(raw.path, "rb") as file, plain.open("wb") as out:
            while chunk := file.read(CHUNK):
                size += out.write(chunk)
                if size > UNPACKED * max_bytes:
                    problem = f"it unpacks to more than {UNPACKED * max_bytes:,} bytes"
                    raise BadFile(problem, mend="split it, or raise max_bytes in the source's module")
    except (EOFError, gzip.BadGzipFile, IsalError) as error:
        raise BadFile(f"the gzip is cut off or damaged: {error}", mend="get the file again, whole") from error
    return dataclasses.replace(raw, unpacked=plain)


def _checked(
    module: Module, raw: Raw, con: duckdb.DuckDBPyConnection, table: contract.Table, spool: Path
) -> contract.Checked:
    """The rows that the module makes of the file, checked by the contract; by lines where they can't be read else."""
    try:
        return _check(module, module.tidy, raw, con, table, spool)
    except (duckdb.InvalidInputException, duckdb.ConversionException):
        if module.tidy_by_lines is None:
            raise
        return _check(module, module.tidy_by_lines, raw, con, table, spool)


def _check(
    module: Module, tidy: Tidy, raw: Raw, con: duckdb.DuckDBPyConnection, table: contract.Table, spool: Path
) -> contract.Checked:
    try:
        rows = tidy(raw, con)
    except duckdb.BinderException as error:
        raise BadFile(
            f"it has not the columns that are read: {_first_line(error)}",
            mend="look whether the publisher renamed a column, then change tidy() and its sample",
        ) from error
    if isinstance(rows, duckdb.DuckDBPyRelation):
        rows.create_view("tidied")
    else:
        con.register("tidied", rows)
    con.execute(
        f"create or replace temp view rows_in as select *, {_enum(module.source.key)} as source_key, "
        f"{_enum(raw.sha256)} as raw_sha256 from tidied"
    )
    return contract.check(con, "rows_in", table, spool)


def _enum(text: str) -> str:
    """SQL of a constant that is written at no cost, whatever the rows."""
    return f"'{text}'::enum('{text}')"


def _counts(checked: contract.Checked) -> dict[str, Any]:
    return {
        "rows_in": checked.rows_in,
        "rows_landed": checked.rows_good,
        "rows_quarantined": checked.rows_bad,
        "reasons": checked.reasons,
    }


def _first_line(error: BaseException) -> str:
    text = f"no {error}" if isinstance(error, KeyError) else str(error).strip()
    return (text or type(error).__name__).splitlines()[0]


def _unfit(con: duckdb.DuckDBPyConnection, checked: contract.Checked, fewest: int, most: int) -> BadFile:
    """What is wrong with a file of too few or too many good rows: the first bad one, where there are any."""
    problem = f"{checked.rows_good:,} good rows, expected {fewest:,} to {most:,}"
    mend = "look whether the file is whole and of this source, or change rows_per_file in the module"
    first = con.execute(f'select raw_row, reason, mend from "{checked.bad}" limit 1').fetchone()
    if first is None:
        return BadFile(problem, mend=mend)
    row, reason, its_mend = first
    if checked.rows_bad > 1:
        reason = f"{_in_words(checked.reasons)}; the first is: {reason}"
    return BadFile(f"{problem}; {checked.rows_bad:,} bad: {reason}", mend=f"{its_mend}; else {mend}", row=row)


def _in_words(reasons: dict[str, int]) -> str:
    return ", ".join(f"{reason} ({count:,})" for reason, count in list(reasons.items())[:3])


def _reject(module: Module, raw: Raw, landing: Store, folder: Path, error: BadFile) -> dict[str, Any]:
    """Put the file as a whole into quarantine, as one row beside its bad rows where they are known; returns what
    its receipt says. Rows of it that landed with earlier code are withdrawn."""
    source, local = module.source, folder / "rejected.parquet"
    with duckdb.connect() as con:
        con.execute(f"create table quarantine ({QUARANTINE})")
        con.execute(
            "insert into quarantine values (?, ?, ?, ?, ?, ?, null)",
            [source.key, raw.name, raw.sha256, error.row, f"file rejected: {error.problem}", error.mend],
        )
        if (folder / BAD_ROWS).exists():
            con.execute(f"insert into quarantine from '{folder / BAD_ROWS}'")
        con.execute(f"copy quarantine to '{local}' (format parquet, compression zstd)")
    landing.put(local, f"quarantine/{source.key}/{raw.sha256}.parquet")
    landing.remove(f"{source.table}/{source.key}/{raw.sha256}.parquet")
    return {
        "status": "rejected", "rows_in": 0, "rows_landed": 0, "rows_quarantined": 0, "reasons": {}, "vintages": [],
        "problem": error.problem + (f" (row {error.row})" if error.row is not None else ""), "mend": error.mend,
    }  # fmt: skip


def _as_json(made: Receipt) -> dict[str, Any]:
    value = dataclasses.asdict(made)
    del value["is_new"]
    return value


def receipt(landing: Store, source_key: str, sha256: str) -> Receipt | None:
    """The receipt of a raw file, or None where it never came."""
    value = landing.read_json(f"receipts/{source_key}/{sha256}.json")
    return Receipt(**value) if value else None


def receipts(landing: Store, source_key: str = "") -> Iterator[Receipt]:
    """All receipts, of one source or of all, by name."""
    folder = f"receipts/{source_key}".rstrip("/")
    for name in landing.names(folder, ".json"):
        if value := landing.read_json(name):
            yield Receipt(**value)
