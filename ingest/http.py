"""Polite fetching: one file, streamed to disk, resumed where a connection breaks, never asked for too often.

A publisher that is busy (5xx, 429, a timeout, a cut connection) is asked again, later each time and never sooner
than its Retry-After; one that refuses (other 4xx) is not. A target file is there whole or not at all.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import ssl
import threading
import time
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from itertools import accumulate
from pathlib import Path

import httpx
import stamina

from ingest.errors import FetchFailed

USER_AGENT = "Entente/1 (research warehouse of bilateral cooperation; python-httpx)"
TIMEOUT = httpx.Timeout(60, connect=15)
CHUNK = 1 << 18
REDIRECTS = 5
ASK_AGAIN = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 521, 522, 523, 524})
MENDS = {
    401: "set this source's credentials as docs/OPERATIONS.md says",
    403: "look whether the publisher wants a login or blocks this address; do not ask again unchanged",
    404: "the publisher moved or withdrew the file: find its new address and change fetch() in the source's module",
    410: "the publisher withdrew the file: use the landed copy, or change fetch() in the source's module",
}
LATER = "nothing: the next run asks again; if it lasts, look at the publisher's page"


@dataclass(frozen=True)
class Patience:
    """How long to bear with a publisher; waits double from first_wait_s up to longest_wait_s."""

    attempts: int = 6
    first_wait_s: float = 2.0
    longest_wait_s: float = 60.0
    jitter_s: float = 1.0
    longest_retry_after_s: float = 300.0  # one who asks for more is left to the scheduler's next try


PATIENCE = Patience()


@dataclass(frozen=True)
class Got:
    """The answer: 200 with the bytes now at the target, or 304 with the target untouched."""

    status: int
    etag: str | None
    last_modified: str | None
    bytes: int


@dataclass
class Budget:
    """At most `credits` within any `per_seconds`; each request, also a repeated one, costs `cost`.

    With `ledger`, a small file, all processes of the machine share the budget, and so do its next runs.
    """

    credits: float
    per_seconds: float
    cost: float = 1
    ledger: Path | None = None
    _spent: list[tuple[float, float]] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def spend(self, host: str) -> None:
        """Take one request's cost, or raise FetchFailed(retry=True) that says when there is enough again."""
        with self._lock, self._entries() as entries:
            now = time.time()
            entries[:] = [(when, cost) for when, cost in entries if when > now - self.per_seconds]
            free = self.credits - sum(cost for _, cost in entries)
            if self.cost <= free:
                entries.append((now, self.cost))
                return
            problem = f"{host}: a request costs {self.cost:g} and {free:g} of {self.credits:g} credits are left"
            if self.cost > self.credits:
                raise FetchFailed(problem, mend="raise the budget, or ask for less at once", retry=False)
            oldest_first = sorted(entries)
            freed = accumulate(cost for _, cost in oldest_first)
            when = next(when for (when, _), more in zip(oldest_first, freed, strict=True) if free + more >= self.cost)
            back = datetime.fromtimestamp(when + self.per_seconds, UTC)
            wait_s = max(0.0, when + self.per_seconds - now)
            raise FetchFailed(
                f"{problem} of this {self.per_seconds:g} s",
                mend=f"come back in {wait_s:.0f} s, at {back:%Y-%m-%dT%H:%M:%SZ}",
                retry=True,
            )

    @contextmanager
    def _entries(self) -> Iterator[list[tuple[float, float]]]:
        """What was spent, (when, cost); in the ledger, held under a lock of the operating system meanwhile."""
        if self.ledger is None:
            yield self._spent
            return
        import fcntl

        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        with open(self.ledger, "a+", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            handle.seek(0)
            text = handle.read()
            entries = [(float(when), float(cost)) for when, cost in json.loads(text or "[]")]
            yield entries
            handle.seek(0)
            handle.truncate()
            json.dump(entries, handle)
            handle.flush()
            os.fsync(handle.fileno())


class _Again(Exception):
    """An answer after which asking again may help; `wait_s` where the publisher said when."""

    def __init__(self, problem: str, wait_s: float | None = None) -> None:
        super().__init__(problem)
        self.wait_s = wait_s


def download(
    url: str,
    target: Path,
    *,
    etag: str | None = None,
    last_modified: str | None = None,
    headers: Mapping[str, str] = {},
    budget: Budget | None = None,
) -> Got:
    """Fetch `url` into `target`; with `etag` or `last_modified` of an earlier copy, only if it has changed since.

    Raises FetchFailed: `retry` where the publisher was busy or the budget is spent, not where it refused.
    """
    task = _Task(url, target, etag, last_modified, headers, budget)
    try:
        for attempt in stamina.retry_context(
            on=_when,
            attempts=PATIENCE.attempts,
            timeout=None,
            wait_initial=PATIENCE.first_wait_s,
            wait_max=PATIENCE.longest_wait_s,
            wait_jitter=PATIENCE.jitter_s,
        ):
            with attempt:
                return task.ask()
    except (_Again, httpx.TransportError) as error:
        problem = f"{_shown(url)}: {str(error) or type(error).__name__}, after {PATIENCE.attempts} attempts"
        raise FetchFailed(problem, mend=LATER, retry=True) from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise FetchFailed(f"{_shown(url)}: {error}", mend="correct fetch() in the module", retry=False) from error
    finally:
        task.part.unlink(missing_ok=True)
    raise AssertionError("stamina either returns or raises")


def _when(error: Exception) -> bool | float:
    """Whether to ask again, or after how many seconds."""
    if isinstance(error, _Again):
        return True if error.wait_s is None else error.wait_s
    return isinstance(error, httpx.TransportError) and not isinstance(error, httpx.UnsupportedProtocol)


class _Task:
    """One download over all its attempts: what has come so far, and of which version of the file."""

    def __init__(
        self,
        url: str,
        target: Path,
        etag: str | None,
        last_modified: str | None,
        headers: Mapping[str, str],
        budget: Budget | None,
    ) -> None:
        self.url, self.target, self.budget, self.headers = url, target, budget, headers
        self.known = {"If-None-Match": etag, "If-Modified-Since": last_modified}
        self.part = target.with_name(target.name + ".part")
        self.part.unlink(missing_ok=True)  # of an earlier process: nobody knows of which version it is
        self.version: str | None = None  # validator of what is in `part`, None where it can't be resumed

    def ask(self) -> Got:
        """One attempt."""
        have = self.part.stat().st_size if self.version and self.part.exists() else 0
        conditions = {name: value for name, value in self.known.items() if value}
        if have and self.version:
            conditions = {"Range": f"bytes={have}-", "If-Range": self.version}
        with (
            httpx.Client(verify=_certificates(), timeout=TIMEOUT, follow_redirects=False) as client,
            self._open(client, conditions) as answer,
        ):
            if answer.status_code == 304 and (self.known["If-None-Match"] or self.known["If-Modified-Since"]):
                return self._got(answer, 304, 0)
            if answer.status_code == 416 and have:
                self.version = None
                raise _Again("the publisher no longer has the rest of a file that broke off")
            if answer.status_code in ASK_AGAIN:
                raise self._later(answer)
            if answer.status_code not in (200, 206):
                mend = MENDS.get(answer.status_code, "look at the address in a browser, then correct fetch()")
                raise FetchFailed(f"{_shown(self.url)} answered {_status(answer)}", mend=mend, retry=False)
            if answer.status_code == 206:
                start, whole = _content_range(answer)
                changed = self.version != answer.headers.get("ETag", self.version) and '"' in (self.version or "")
                if not have or start != have or changed:
                    self.version = None
                    raise _Again(f"asked for the rest from byte {have}, got another one from byte {start}")
            else:
                have, whole = 0, _length(answer)
                self.version = _validator(answer)
            with self.part.open("ab" if have else "wb") as out:
                for chunk in answer.iter_raw():
                    out.write(chunk)
        size = self.part.stat().st_size
        if whole is not None and size != whole:
            if size > whole:
                self.version = None
            raise _Again(f"{size:,} bytes came of {whole:,} announced")
        self._decode(answer)
        os.replace(self.part, self.target)
        return self._got(answer, 200, self.target.stat().st_size)

    @contextmanager
    def _open(self, client: httpx.Client, conditions: Mapping[str, str]) -> Iterator[httpx.Response]:
        """The answer after redirects; to another host go no headers of ours, to another scheme goes nobody."""
        ours = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **conditions}
        request = client.build_request("GET", self.url, headers={**ours, **self.headers})
        if request.url.scheme not in ("http", "https"):
            raise FetchFailed(f"{_shown(self.url)} is no http address", mend="correct fetch()", retry=False)
        home = (request.url.scheme, request.url.host, request.url.port)
        for _ in range(REDIRECTS + 1):
            if self.budget:
                self.budget.spend(request.url.host)
            answer = client.send(request, stream=True)
            try:
                if not answer.has_redirect_location:
                    yield answer
                    return
            finally:
                answer.close()
            place = request.url.join(answer.headers["Location"])
            if place.scheme != request.url.scheme and (request.url.scheme, place.scheme) != ("http", "https"):
                raise FetchFailed(
                    f"{_shown(self.url)} redirects from {request.url.scheme} to {place.scheme}",
                    mend="find the file's secure address and put it into fetch()",
                    retry=False,
                )
            at_home = (place.scheme, place.host, place.port) == home
            request = client.build_request("GET", place, headers={**ours, **(self.headers if at_home else {})})
        raise FetchFailed(f"{_shown(self.url)} redirects without end", mend="correct fetch()", retry=False)

    def _later(self, answer: httpx.Response) -> Exception:
        """The busy publisher's wish: wait as long as it asks, or leave it to the scheduler where that is long."""
        wait_s = _retry_after_s(answer)
        problem = f"{_shown(self.url)} answered {_status(answer)}"
        if wait_s is not None and wait_s > PATIENCE.longest_retry_after_s:
            back = datetime.fromtimestamp(time.time() + wait_s, UTC)
            mend = f"come back in {wait_s:.0f} s, at {back:%Y-%m-%dT%H:%M:%SZ}, as the publisher asks"
            return FetchFailed(problem, mend=mend, retry=True)
        return _Again(_status(answer), wait_s)

    def _decode(self, answer: httpx.Response) -> None:
        """Undo a Content-Encoding that we asked not to have; a .gz that is labelled so is the file itself."""
        encoding = answer.headers.get("Content-Encoding", "identity").lower()
        if encoding == "identity" or answer.url.path.endswith((".gz", ".tgz")):
            return
        if encoding not in ("gzip", "x-gzip"):
            raise FetchFailed(f"{_shown(self.url)} is sent as {encoding}", mend="see ingest/http.py", retry=False)
        plain = self.part.with_name(self.part.name + ".plain")
        try:
            with gzip.open(self.part, "rb") as src, plain.open("wb") as out:
                shutil.copyfileobj(src, out, CHUNK)
        except (EOFError, gzip.BadGzipFile, zlib.error) as error:
            plain.unlink(missing_ok=True)
            self.version = None
            raise _Again(f"its gzip can't be read: {error}") from error
        os.replace(plain, self.part)

    @staticmethod
    def _got(answer: httpx.Response, status: int, size: int) -> Got:
        return Got(status, answer.headers.get("ETag"), answer.headers.get("Last-Modified"), size)


@cache
def _certificates() -> ssl.SSLContext:
    """Reading the certificate authorities takes longer than most requests, so it is done once."""
    return httpx.create_ssl_context()


def _status(answer: httpx.Response) -> str:
    return f"{answer.status_code} {answer.reason_phrase}".strip()


def _shown(url: str) -> str:
    """The address without its query and without a login, which may hold secrets."""
    return re.sub(r"//[^/@]*@", "//", url.partition("?")[0])


def _length(answer: httpx.Response) -> int | None:
    text = answer.headers.get("Content-Length", "")
    return int(text) if text.isdigit() else None


def _content_range(answer: httpx.Response) -> tuple[int, int | None]:
    """First byte and whole length of a partial answer; (-1, None) where it does not say."""
    found = re.fullmatch(r"bytes (\d+)-\d+/(\d+|\*)", answer.headers.get("Content-Range", "").strip())
    return (int(found[1]), None if found[2] == "*" else int(found[2])) if found else (-1, None)


def _validator(answer: httpx.Response) -> str | None:
    """What If-Range may name: a strong ETag, else the date; without one a broken file starts over."""
    etag: str = answer.headers.get("ETag", "")
    return etag if etag.startswith('"') else answer.headers.get("Last-Modified")


def _retry_after_s(answer: httpx.Response) -> float | None:
    """Seconds that the publisher asks us to wait, by its own clock; None where it does not say so readably."""
    text = answer.headers.get("Retry-After", "").strip()
    if text.isdigit():
        return float(text)
    try:
        now = parsedate_to_datetime(answer.headers["Date"]) if "Date" in answer.headers else datetime.now(UTC)
        seconds: float = (parsedate_to_datetime(text) - now).total_seconds()
        return max(0.0, seconds)
    except (ValueError, TypeError):
        return None
