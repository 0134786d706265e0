"""Polite fetching: one file, streamed to disk, resumed where a connection breaks, never asked for too often.

A publisher that is busy (5xx, 429, a timeout, a cut connection) is asked again, later each time and never sooner
than its Retry-After; one that refuses (other 4xx) is not. A target file is there whole or not at all.
One that wants to know who asks is asked through its Door: with a token, and within its credits. One that answers to
the form of its own page alone is sent that form, made of the page of a moment ago and with the page's cookies.
"""

from __future__ import annotations

import gzip
import json
import os
import re
import shutil
import ssl
import tempfile
import threading
import time
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from functools import cache
from html.parser import HTMLParser
from itertools import accumulate
from pathlib import Path
from typing import TYPE_CHECKING, ClassVar
from urllib.parse import unquote, urlencode, urljoin, urlsplit

import httpx
import stamina

from ingest import settings
from ingest.errors import FetchFailed

if TYPE_CHECKING:
    from ingest.source import Access

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
BY_HAND = "look at the page in a browser; put the file into the folder by hand, or change fetch() in the module"
MOST_PAGE_BYTES = 50_000_000
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
DAY_S = 86_400.0


@dataclass(frozen=True)
class Form:
    """What is posted: to which address, and the fields, of which one may come many times."""

    url: str
    fields: list[tuple[str, str]]


class Spent(FetchFailed):
    """The budget is used up: no fault of anybody. `back` is when there is enough again."""

    def __init__(self, problem: str, back: datetime) -> None:
        wait_s = max(0.0, (back - utc_now()).total_seconds())
        super().__init__(problem, mend=f"come back in {wait_s:.0f} s, at {_zulu(back)}", retry=True)
        self.back = back


class Refused(FetchFailed):
    """The publisher does not let us in at all: asking for the source's other files is of no use."""

    def __init__(self, problem: str, mend: str) -> None:
        super().__init__(problem, mend=mend, retry=False)


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

    With `ledger`, a small file, all processes of the machine share the budget, and so do its next runs. `aligned`
    counts by the clock instead: for a day from midnight to midnight UTC.
    """

    credits: float
    per_seconds: float
    cost: float = 1
    ledger: Path | None = None
    aligned: bool = False
    _spent: list[tuple[float, float]] = field(default_factory=list, repr=False)
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    def spend(self, host: str) -> None:
        """Take one request's cost, or raise Spent that says when there is enough again."""
        with self._lock, self._entries() as entries:
            now, free = self._free(entries)
            if self.cost <= free:
                entries.append((self._back(now), self.cost))
                return
            problem = f"{host}: a request costs {self.cost:g} and {max(0, free):g} of {self.credits:g} credits are left"
            if self.cost > self.credits:
                raise FetchFailed(problem, mend="raise the budget, or ask for less at once", retry=False)
            oldest_first = sorted(entries)
            freed = accumulate(cost for _, cost in oldest_first)
            back = next(back for (back, _), more in zip(oldest_first, freed, strict=True) if free + more >= self.cost)
            raise Spent(f"{problem} of this {self.per_seconds:g} s", datetime.fromtimestamp(back, UTC))

    def hear(self, left: float) -> None:
        """The publisher says how many credits are left: where it counts fewer than we do, it is right."""
        with self._lock, self._entries() as entries:
            now, free = self._free(entries)
            if left < free:
                entries.append((self._back(now), free - left))

    def close(self, wait_s: float | None) -> datetime:
        """The publisher wants no more requests for so long, or for this span; returns when it may be asked again."""
        with self._lock, self._entries() as entries:
            now, free = self._free(entries)
            back = self._back(now) if wait_s is None else now + wait_s
            entries.append((back, max(free, self.credits)))
            return datetime.fromtimestamp(back, UTC)

    def _back(self, now: float) -> float:
        """When what is spent now is given back."""
        return now - (now % self.per_seconds if self.aligned else 0) + self.per_seconds

    def _free(self, entries: list[tuple[float, float]]) -> tuple[float, float]:
        """The time, and the credits that are left; what was given back is struck off."""
        now = utc_now().timestamp()
        entries[:] = [(back, cost) for back, cost in entries if back > now]
        return now, self.credits - sum(cost for _, cost in entries)

    @contextmanager
    def _entries(self) -> Iterator[list[tuple[float, float]]]:
        """What was spent, (when given back, cost); in the ledger, held under a lock of the system meanwhile."""
        if self.ledger is None:
            yield self._spent
            return
        import fcntl

        self.ledger.parent.mkdir(parents=True, exist_ok=True)
        with open(self.ledger, "a+", encoding="utf-8") as handle:
            fcntl.flock(handle, fcntl.LOCK_EX)
            handle.seek(0)
            text = handle.read()
            entries = [(float(back), float(cost)) for back, cost in json.loads(text or "[]")]
            yield entries
            handle.seek(0)
            handle.truncate()
            json.dump(entries, handle)
            handle.flush()
            os.fsync(handle.fileno())


class Door:
    """The way in at a publisher that wants to know who asks: a token, kept while it is good, and a day's credits.

    The secret goes to the token's address in the body of a POST, the token to the publisher in a header; neither
    stands in an address, an error or a log.
    """

    _tokens: ClassVar[dict[tuple[str, str], tuple[str, float]]] = {}  # by address and user: token, and until when

    def __init__(self, access: Access, login: settings.Login | None, days_old: int = 0) -> None:
        self.access, self.login = access, login
        self.budget = Budget(
            access.credits_per_day, DAY_S, access.cost(days_old), settings.ledger(access.connection), aligned=True
        )

    def headers(self) -> dict[str, str]:
        """The header that lets us in; asks for a token where there is none or its time is over."""
        name, key = self.access.connection, (self.access.token_url, self.login.user if self.login else "")
        if self.login is None:
            raise Refused(
                f"no login for {name!r}",
                f"set Airflow's connection {name!r} (login: the client's id, password: its secret), or outside of "
                f"Airflow AIRFLOW_CONN_{name.upper()}",
            )
        token, until = self._tokens.get(key, ("", 0.0))
        if time.monotonic() >= until:
            token, until = self._tokens[key] = self._ask(self.login)
        return {"Authorization": f"Bearer {token}"}

    def forget(self) -> None:
        """The token is good no more, whatever its time."""
        if self.login:
            self._tokens.pop((self.access.token_url, self.login.user), None)

    def _ask(self, login: settings.Login) -> tuple[str, float]:
        form = {"grant_type": "client_credentials", "client_id": login.user, "client_secret": login.password}
        shown = _shown(self.access.token_url)
        try:
            for attempt in _attempts():
                with attempt, httpx.Client(verify=_certificates(), timeout=TIMEOUT) as client:
                    answer = client.post(self.access.token_url, data=form, headers={"User-Agent": USER_AGENT})
                    if answer.status_code in ASK_AGAIN:
                        raise _Again(_status(answer), _retry_after_s(answer))
        except (_Again, httpx.HTTPError) as error:  # from None: the request in it holds the secret
            problem = f"{shown} gave no token: {str(error) or type(error).__name__}"
            raise FetchFailed(problem, mend=LATER, retry=True) from None
        if answer.status_code in (400, 401, 403):
            raise Refused(
                f"{shown} does not take the login of {self.access.connection!r} ({_status(answer)})",
                f"correct the client's id and secret in the connection {self.access.connection!r}; make new ones at "
                "the publisher's page if they are lost or withdrawn",
            )
        try:
            told = answer.json()
            token, life_s = str(told["access_token"]), float(told.get("expires_in", 60))
        except (ValueError, LookupError, TypeError, AttributeError):
            raise Refused(
                f"{shown} answered {_status(answer)} without a token",
                "look whether the publisher moved the address, then change SOURCE.access in the module",
            ) from None
        return token, time.monotonic() + 0.9 * life_s


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
    door: Door | None = None,
    form: Callable[[str, str], Form] | None = None,
) -> Got:
    """Fetch `url` into `target`; with `etag` or `last_modified` of an earlier copy, only if it has changed since.

    With `form`, what is fetched is the answer to the form that it makes of the page at `url` (its text, and `url`).

    Raises FetchFailed: `retry` where the publisher was busy or the budget is spent, not where it refused.
    """
    task = _Task(url, target, etag, last_modified, headers, door.budget if door else budget, door, form)
    try:
        for attempt in _attempts():
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


def links(url: str, name: str) -> list[str]:
    """Addresses that the page at `url` links to, whose file's name fits the pattern `name` whole; each once, as listed.

    Raises FetchFailed where there is none: the page has changed, or is no page.
    """
    with tempfile.TemporaryDirectory(prefix="entente-") as folder:
        download(url, Path(folder) / "page")
        text = (Path(folder) / "page").read_text(encoding="utf-8", errors="replace")
    reader = _Links()
    reader.feed(text)
    found = [urljoin(url, place) for place in reader.found]
    fit = [place for place in dict.fromkeys(found) if re.fullmatch(name, file_name(place), re.I)]
    if not fit:
        raise FetchFailed(
            f"none of the {len(found)} links of {_shown(url)} is to a file {name}", mend=BY_HAND, retry=False
        )
    return fit


def file_name(url: str) -> str:
    """The last part of an address, as a file is called."""
    return unquote(urlsplit(url).path).rpartition("/")[2]


class _Links(HTMLParser):
    """What a page's anchors lead to, in `found`."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "a":
            self.found += [value.strip() for name, value in attrs if name == "href" and value]


def _attempts() -> Iterable[stamina.Attempt]:
    return stamina.retry_context(
        on=_when,
        attempts=PATIENCE.attempts,
        timeout=None,
        wait_initial=PATIENCE.first_wait_s,
        wait_max=PATIENCE.longest_wait_s,
        wait_jitter=PATIENCE.jitter_s,
    )


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
        door: Door | None,
        form: Callable[[str, str], Form] | None,
    ) -> None:
        self.url, self.target, self.budget, self.headers, self.door = url, target, budget, headers, door
        self.form = form
        self.is_renewed = False  # whether a token that had been good was refused, and another was asked for
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
            self._open(client, conditions, self._form(client)) as answer,
        ):
            if answer.status_code == 304 and (self.known["If-None-Match"] or self.known["If-Modified-Since"]):
                return self._got(answer, 304, 0)
            if answer.status_code == 416 and have:
                self.version = None
                raise _Again("the publisher no longer has the rest of a file that broke off")
            if self.door and (got := self._at_the_door(answer, self.door)):
                return got
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
                self.version = None if self.form else _validator(answer)
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

    def _at_the_door(self, answer: httpx.Response, door: Door) -> Got | None:
        """What the answer says of our token and credits. Got where it says, without a body, that there is nothing.

        The file of such an answer says what was asked, so that no two of them have the same bytes.
        """
        if answer.headers.get("X-Rate-Limit-Remaining", "").isdigit():
            door.budget.hear(float(answer.headers["X-Rate-Limit-Remaining"]))
        if answer.status_code == 401 and not self.is_renewed:
            self.is_renewed = True
            door.forget()
            raise _Again("the token is good no more", 0.01)
        if answer.status_code == 401:
            raise Refused(f"{_shown(self.url)} does not take a new token either", MENDS[401])
        if answer.status_code == 429:
            back = door.budget.close(_retry_after_s(answer))
            raise Spent(f"{_shown(self.url)} answered {_status(answer)}: its credits are used up", back)
        if answer.status_code != door.access.nothing or answer.read().strip():
            return None
        told = json.dumps({"status": answer.status_code, "asked": self.url}) + "\n"
        self.part.write_text(told, encoding="utf-8")
        os.replace(self.part, self.target)
        return self._got(answer, answer.status_code, len(told.encode()))

    def _form(self, client: httpx.Client) -> Form | None:
        """What to post, made of the page as it is now: what its form holds may be good for one answer only."""
        if self.form is None:
            return None
        with self._open(client, {}) as answer:
            if answer.status_code in ASK_AGAIN:
                raise self._later(answer)
            if answer.status_code != 200:
                mend = MENDS.get(answer.status_code, BY_HAND)
                raise FetchFailed(f"{_shown(self.url)} answered {_status(answer)}", mend=mend, retry=False)
            page = b""
            for chunk in answer.iter_bytes():
                page += chunk
                if len(page) > MOST_PAGE_BYTES:
                    raise FetchFailed(f"{_shown(self.url)} is no page: it does not end", mend=BY_HAND, retry=False)
        return self.form(page.decode("utf-8", "replace"), self.url)

    @contextmanager
    def _open(
        self, client: httpx.Client, conditions: Mapping[str, str], form: Form | None = None
    ) -> Iterator[httpx.Response]:
        """The answer after redirects; to another host go no headers of ours, to another scheme goes nobody.

        A form is sent once, and one that is answered by a redirect was not taken.
        """
        ours = {"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **conditions}
        private = {**self.headers, **(self.door.headers() if self.door else {})}
        request = client.build_request("GET", self.url, headers={**ours, **private})
        if form:
            ours["Content-Type"] = "application/x-www-form-urlencoded"
            body = urlencode(form.fields).encode("ascii")
            request = client.build_request("POST", form.url, headers={**ours, "Referer": self.url}, content=body)
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
            if form:
                raise _Again(f"{_shown(form.url)} sent the form back to a page")
            place = request.url.join(answer.headers["Location"])
            if place.scheme != request.url.scheme and (request.url.scheme, place.scheme) != ("http", "https"):
                raise FetchFailed(
                    f"{_shown(self.url)} redirects from {request.url.scheme} to {place.scheme}",
                    mend="find the file's secure address and put it into fetch()",
                    retry=False,
                )
            at_home = (place.scheme, place.host, place.port) == home
            request = client.build_request("GET", place, headers={**ours, **(private if at_home else {})})
        raise FetchFailed(f"{_shown(self.url)} redirects without end", mend="correct fetch()", retry=False)

    def _later(self, answer: httpx.Response) -> Exception:
        """The busy publisher's wish: wait as long as it asks, or leave it to the scheduler where that is long."""
        wait_s = _retry_after_s(answer)
        problem = f"{_shown(self.url)} answered {_status(answer)}"
        if wait_s is not None and wait_s > PATIENCE.longest_retry_after_s:
            back = datetime.fromtimestamp(time.time() + wait_s, UTC)
            mend = f"come back in {wait_s:.0f} s, at {_zulu(back)}, as the publisher asks"
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


def utc_now() -> datetime:
    """The time, from here alone, so that a test can set it."""
    return datetime.now(UTC)


def _zulu(when: datetime) -> str:
    return f"{when:%Y-%m-%dT%H:%M:%SZ}"


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
    text = (answer.headers.get("Retry-After") or answer.headers.get("X-Rate-Limit-Retry-After-Seconds", "")).strip()
    if text.isdigit():
        return float(text)
    try:
        now = parsedate_to_datetime(answer.headers["Date"]) if "Date" in answer.headers else datetime.now(UTC)
        seconds: float = (parsedate_to_datetime(text) - now).total_seconds()
        return max(0.0, seconds)
    except (ValueError, TypeError):
        return None
