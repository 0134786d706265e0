"""A source is a module below ingest/sources/: a docstring, a SOURCE record, `fetch` and `tidy`.

    SOURCE: Source                                   what it is, said once and only propagated
    fetch(window) -> Iterator[Remote]                what there is to get in the window (may ask the network)
    tidy(raw, con) -> relation or DataFrame          pure: rows of SOURCE.table in its contract's columns
    period(name) -> Window | None                    optional: the time that a file of this name covers
    tidy_by_lines(raw, con) -> relation              optional: slower, where the relation of `tidy` can't be read
    form(page, url) -> http.Form                     optional: the page at a Remote's URL is text with a form, and the
                                                     file is what the publisher answers to this

Rows that `tidy` knows to be bad carry their reason in `_reason` (and what would help in `_mend`) and are
quarantined; a file that can't be read at all raises `BadFile`. A relation is read once, after `tidy` has returned it;
one without `raw_row` has all rows of the file in their order: they are numbered, and not sorted. Adding a source is
one module and its sample.
"""

from __future__ import annotations

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING

from ingest import settings, sources
from ingest.errors import InputMissing, NothingGiven

if TYPE_CHECKING:
    import duckdb
    import pandas

    from ingest.http import Form

    Rows = duckdb.DuckDBPyRelation | pandas.DataFrame
    Tidy = Callable[["Raw", duckdb.DuckDBPyConnection], Rows]

DOMAINS = ("reference", "statements", "flights", "migration", "structure")


@dataclass(frozen=True)
class Window:
    """A span of days, half-open: [start, end)."""

    start: date
    end: date

    def overlaps(self, other: Window) -> bool:
        return self.start < other.end and other.start < self.end


@dataclass(frozen=True)
class Remote:
    """A file that can be got: its name, and its URL or local path. `is_local` where no network is needed."""

    name: str
    url: str
    is_local: bool = False


@dataclass(frozen=True)
class Raw:
    """A raw file in hand: its name as published, a local path to its bytes, and their sha256 (64 hex digits).

    `unpacked` is set for gzip, whose checksums have then been verified; `plain` is what to read in either case.
    """

    name: str
    path: Path
    sha256: str
    unpacked: Path | None = None

    @property
    def plain(self) -> Path:
        return self.unpacked or self.path


@dataclass(frozen=True)
class Access:
    """How a publisher is asked that wants to know who asks: an OAuth2 client, and credits by UTC day.

    The login is Airflow's connection of this id; outside of Airflow it stands in AIRFLOW_CONN_<ID> (settings.login).
    What has landed and changes no more is taken from the landing and not asked for again.
    """

    connection: str
    token_url: str
    credits_per_day: float
    cost: Callable[[int], float]  # credits of one file, by the full days since the end of its period
    final_after_hours: int  # hours after the end of its period from which a file changes no more
    nothing: int | None = None  # status that with an empty body says: there is nothing, and that is no error


@dataclass(frozen=True)
class Source:
    """What a source is. Written once here; receipts, dim_source, docs, citations and comments take it from here."""

    key: str
    domain: str
    title: str
    publisher: str
    landing_page: str
    licence: str
    citation: str
    cadence: str  # cron expression or preset; how often to look, which is how often the publisher publishes
    look_back_days: int  # how far back a later edition may still change what was published
    covers_from: date | None  # None: unbounded
    covers_to: date | None  # None: still published
    coverage: str  # what is inside the declared coverage, in words
    table: str  # the canonical table (ingest/contract.py)
    rows_per_file: tuple[int, int]  # fewest and most rows that one good file holds
    max_bytes: int  # a raw file larger than this is rejected unread
    files: str  # glob of the files' names in a user's folder
    is_own: bool = False  # made by people in this house: `fetch` is asked too, and the user's folder may be missing
    access: Access | None = None  # None: everybody may fetch


@dataclass(frozen=True)
class Module:
    """A source module found below ingest/sources/, with its parts."""

    source: Source
    doc: str
    fetch: Callable[[Window | None], Iterator[Remote]]
    tidy: Tidy
    period: Callable[[str], Window | None]
    file: Path
    tidy_by_lines: Tidy | None = None
    form: Callable[[str, str], Form] | None = None


def _always(_: str) -> Window | None:
    return None


def _as_module(module: ModuleType) -> Module:
    return Module(
        source=module.SOURCE,
        doc=(module.__doc__ or "").strip(),
        fetch=module.fetch,
        tidy=module.tidy,
        period=getattr(module, "period", _always),
        file=Path(str(module.__file__)),
        tidy_by_lines=getattr(module, "tidy_by_lines", None),
        form=getattr(module, "form", None),
    )


@cache
def discover() -> dict[str, Module]:
    """Every source module, by key, in the order of DOMAINS and then by key."""
    found = [
        _as_module(importlib.import_module(info.name))
        for info in pkgutil.walk_packages(sources.__path__, f"{sources.__name__}.")
        if not info.ispkg
    ]
    found.sort(key=lambda module: (DOMAINS.index(module.source.domain), module.source.key))
    return {module.source.key: module for module in found}


def get(key: str) -> Module:
    """The module of one source; raises InputMissing with the keys that exist."""
    try:
        return discover()[key]
    except KeyError:
        raise InputMissing(f"no source {key!r}", mend=f"one of: {', '.join(discover())}") from None


def remotes(module: Module, window: Window | None, folder: Path | None = None) -> list[Remote]:
    """What there is to get: in the user's folder where one is set, else at the publisher. Sorted by name.

    Beside a user's folder nobody's network is asked: reference data comes from the folder where that holds some for
    the source, else from what lies on this machine already (an installed package), else there is none.
    """
    folder = folder or settings.input_folder()
    if folder is None:
        return sorted(module.fetch(window), key=lambda remote: remote.name)
    place = folder / module.source.domain / module.source.key
    may_lack = module.source.is_own or module.source.domain == "reference"
    fetched: list[Remote] = []
    if may_lack and (module.source.is_own or not place.is_dir()):
        fetched = sorted((r for r in module.fetch(window) if r.is_local), key=lambda remote: remote.name)
    if may_lack and not place.is_dir():
        return fetched
    expected = f"put files named {module.source.files} into {place}, or leave DATA unset to use the sample"
    if not folder.is_dir():
        raise InputMissing(f"no folder {folder}", mend=expected, source=module.source.key)
    if not place.is_dir():
        known = {other.source.key for other in discover().values()}
        beside = sorted(path.name for path in place.parent.iterdir()) if place.parent.is_dir() else []
        if strays := [name for name in beside if name not in known and not name.startswith(".")]:
            raise InputMissing(
                f"no folder {place}, and none of the sources is called {', '.join(strays)[:200]}",
                mend="name the folder after its source", source=module.source.key,
            )  # fmt: skip
        raise NothingGiven(f"no folder {place}", mend=expected, source=module.source.key)
    found = [
        Remote(str(name), str(path), is_local=True)
        for path in sorted(place.rglob("*"))
        if (path.is_file() or path.is_symlink()) and not any(part[0] == "." for part in path.relative_to(place).parts)
        for name in [path.relative_to(place)]
    ]
    if not found and not module.source.is_own:
        raise InputMissing(f"folder {place} holds no file", mend=expected, source=module.source.key)
    found += fetched
    if window is None:
        return found
    return [remote for remote in found if (span := module.period(remote.name)) is None or span.overlaps(window)]


def describe(module: Module) -> str:
    """The source's documentation as Markdown: what the docstring says, then the record."""
    s = module.source
    record = {
        "Publisher": s.publisher, "Landing page": s.landing_page or "none", "Licence": s.licence,
        "Citation": s.citation, "Coverage": s.coverage, "Cadence": f"`{s.cadence}`",
        "Canonical table": f"`{s.table}`", "Files": s.files,
    }  # fmt: skip
    headings = ("One row is", "Published", "Beware")
    doc = "\n".join(f"### {line}" if line in headings else line.removeprefix("    ") for line in module.doc.split("\n"))
    return f"## {s.title}\n\n{doc}\n\n| | |\n|---|---|\n" + "\n".join(f"| {k} | {v} |" for k, v in record.items())
