"""ingest/http.py against a real server on this machine: what is asked, what is kept, and who is left in peace."""

from __future__ import annotations

import gzip
import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from multiprocessing import get_context
from pathlib import Path

import pytest

from ingest import http
from ingest.errors import FetchFailed

BODY = hashlib.sha256(b"entente").digest() * 20_000  # 640 kB
ETAG = '"v1"'

Answer = Callable[["Handler"], None]


@dataclass
class Server:
    """Answers the n-th request with the n-th of `answers`, the last for ever; keeps what was asked and when."""

    url: str = ""
    answers: list[Answer] = field(default_factory=list)
    asked: list[dict[str, str]] = field(default_factory=list)
    when: list[float] = field(default_factory=list)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    state: Server

    def do_GET(self) -> None:
        state = self.state
        state.asked.append({name.lower(): value for name, value in self.headers.items()} | {"path": self.path})
        state.when.append(time.monotonic())
        state.answers[min(len(state.asked), len(state.answers)) - 1](self)
        self.close_connection = True

    def log_message(self, format: str, *args: object) -> None:
        pass

    def say(self, status: int, body: bytes = b"", **headers: str) -> None:
        self.send_response(status)
        headers = {"Content_Length": str(len(body)), **headers}
        for name, value in headers.items():
            if value:
                self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[Server]:
    patience = http.Patience(attempts=4, first_wait_s=0.01, longest_wait_s=0.02, jitter_s=0, longest_retry_after_s=2)
    monkeypatch.setattr(http, "PATIENCE", patience)
    state = Server()
    running = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"state": state}))
    state.url = f"http://127.0.0.1:{running.server_port}/file.csv"
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield state
    running.shutdown()
    running.server_close()
    thread.join()


def answer(status: int, body: bytes = b"", **headers: str) -> Answer:
    return lambda handler: handler.say(status, body, **headers)


def cut(after: int, **headers: str) -> Answer:
    """Announces the whole body and breaks off."""

    def run(handler: Handler) -> None:
        handler.say(200, BODY[:after], Content_Length=str(len(BODY)), **headers)
        handler.wfile.flush()
        handler.connection.close()

    return run


def rest(handler: Handler) -> None:
    """Serves Range and If-Range as RFC 9110 has it."""
    asked = handler.headers.get("Range")
    if asked and handler.headers.get("If-Range") == ETAG:
        start = int(asked.removeprefix("bytes=").rstrip("-"))
        span = f"bytes {start}-{len(BODY) - 1}/{len(BODY)}"
        handler.say(206, BODY[start:], ETag=ETAG, Content_Range=span)
    else:
        handler.say(200, BODY, ETag=ETAG)


def left(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def test_a_file_comes_whole_under_its_name_and_names_entente_as_the_asker(server: Server, tmp_path: Path) -> None:
    server.answers = [answer(200, BODY, ETag=ETAG, Last_Modified="Mon, 02 Feb 2026 00:00:00 GMT")]
    got = http.download(server.url, tmp_path / "raw")
    assert got == http.Got(200, ETAG, "Mon, 02 Feb 2026 00:00:00 GMT", len(BODY))
    assert (tmp_path / "raw").read_bytes() == BODY and left(tmp_path) == ["raw"]
    assert "Entente" in server.asked[0]["user-agent"]


def test_a_cut_connection_is_resumed_from_where_it_broke(server: Server, tmp_path: Path) -> None:
    server.answers = [cut(300_000, ETag=ETAG), rest]
    http.download(server.url, tmp_path / "raw")
    assert (tmp_path / "raw").read_bytes() == BODY
    assert server.asked[1]["range"] == "bytes=300000-" and server.asked[1]["if-range"] == ETAG


def test_a_file_that_changed_while_broken_off_starts_over(server: Server, tmp_path: Path) -> None:
    server.answers = [cut(300_000, ETag='"v0"'), rest]
    http.download(server.url, tmp_path / "raw")
    assert server.asked[1]["if-range"] == '"v0"' and (tmp_path / "raw").read_bytes() == BODY


def test_a_rest_of_another_version_is_never_glued_on(server: Server, tmp_path: Path) -> None:
    """A server that ignores If-Range: the ETag of the rest tells."""
    span = f"bytes 300000-{len(BODY) - 1}/{len(BODY)}"
    wrong = answer(206, b"x" * (len(BODY) - 300_000), ETag='"v2"', Content_Range=span)
    server.answers = [cut(300_000, ETag=ETAG), wrong, answer(200, BODY, ETag='"v2"')]
    http.download(server.url, tmp_path / "raw")
    assert (tmp_path / "raw").read_bytes() == BODY and "range" not in server.asked[2]


@pytest.mark.parametrize("headers", [{}, {"ETag": 'W/"v1"'}])
def test_without_a_strong_validator_a_broken_file_starts_over(
    server: Server, tmp_path: Path, headers: dict[str, str]
) -> None:
    server.answers = [cut(300_000, **headers), answer(200, BODY)]
    http.download(server.url, tmp_path / "raw")
    assert "range" not in server.asked[1] and (tmp_path / "raw").read_bytes() == BODY


def test_a_part_left_by_an_earlier_process_is_not_resumed(server: Server, tmp_path: Path) -> None:
    (tmp_path / "raw.part").write_bytes(b"of another version")
    server.answers = [rest]
    http.download(server.url, tmp_path / "raw")
    assert "range" not in server.asked[0] and (tmp_path / "raw").read_bytes() == BODY


def test_a_body_shorter_than_announced_never_becomes_the_file(server: Server, tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"yesterday's")
    server.answers = [cut(1_000)]
    with pytest.raises(FetchFailed) as caught:
        http.download(server.url, tmp_path / "raw")
    assert caught.value.retry and len(server.asked) == 4
    assert (tmp_path / "raw").read_bytes() == b"yesterday's" and left(tmp_path) == ["raw"]


def test_a_partial_answer_that_ends_early_is_not_taken_for_whole(server: Server, tmp_path: Path) -> None:
    """Its own Content-Length is right, the whole length in Content-Range tells."""

    def short(handler: Handler) -> None:
        handler.say(206, BODY[300_000:300_100], ETag=ETAG, Content_Range=f"bytes 300000-300099/{len(BODY)}")

    server.answers = [cut(300_000, ETag=ETAG), short, rest]
    http.download(server.url, tmp_path / "raw")
    assert server.asked[2]["range"] == "bytes=300100-" and (tmp_path / "raw").read_bytes() == BODY


def test_an_unchanged_file_is_not_sent_again(server: Server, tmp_path: Path) -> None:
    (tmp_path / "raw").write_bytes(b"as it was")
    server.answers = [answer(304, ETag=ETAG)]
    got = http.download(server.url, tmp_path / "raw", etag=ETAG, last_modified="Mon, 02 Feb 2026 00:00:00 GMT")
    assert (got.status, got.bytes) == (304, 0) and (tmp_path / "raw").read_bytes() == b"as it was"
    assert server.asked[0]["if-none-match"] == ETAG
    assert server.asked[0]["if-modified-since"] == "Mon, 02 Feb 2026 00:00:00 GMT"


def test_a_304_that_nobody_asked_for_is_an_error(server: Server, tmp_path: Path) -> None:
    server.answers = [answer(304)]
    with pytest.raises(FetchFailed):
        http.download(server.url, tmp_path / "raw")


@pytest.mark.parametrize("status", [500, 502, 503, 504, 429, 408])
def test_a_busy_publisher_is_asked_again(server: Server, tmp_path: Path, status: int) -> None:
    server.answers = [answer(status), answer(200, BODY)]
    assert http.download(server.url, tmp_path / "raw").bytes == len(BODY)


def test_waits_grow(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "PATIENCE", http.Patience(4, 0.05, 10, 0, 2))
    server.answers = [answer(500)]
    with pytest.raises(FetchFailed) as caught:
        http.download(server.url, tmp_path / "raw")
    waits = [later - earlier for earlier, later in zip(server.when, server.when[1:], strict=False)]
    assert caught.value.retry and len(waits) == 3
    assert waits[0] >= 0.05 and waits[1] >= 0.1 and waits[2] >= 0.2


@pytest.mark.parametrize("form", ["seconds", "date"])
def test_retry_after_is_waited_for_in_both_its_forms(server: Server, tmp_path: Path, form: str) -> None:
    """The date is taken by the publisher's own clock, here an hour slow."""
    slow = datetime.now(UTC).replace(microsecond=0) - timedelta(hours=1)
    asked = "1" if form == "seconds" else format_datetime(slow + timedelta(seconds=1), usegmt=True)

    def busy(handler: Handler) -> None:
        handler.date_time_string = lambda *_: format_datetime(slow, usegmt=True)  # type: ignore[method-assign]
        handler.say(429, Retry_After=asked)

    server.answers = [busy, answer(200, BODY)]
    http.download(server.url, tmp_path / "raw")
    assert server.when[1] - server.when[0] >= 1.0


@pytest.mark.parametrize("asked", ["86400", "Fri, 31 Dec 2100 00:00:00 GMT"])
def test_one_who_asks_for_a_long_wait_is_left_to_the_scheduler(server: Server, tmp_path: Path, asked: str) -> None:
    server.answers = [answer(503, Retry_After=asked)]
    with pytest.raises(FetchFailed, match="come back in") as caught:
        http.download(server.url, tmp_path / "raw")
    assert caught.value.retry and len(server.asked) == 1


def test_an_unreadable_retry_after_is_an_ordinary_wait(server: Server, tmp_path: Path) -> None:
    server.answers = [answer(503, Retry_After="soon"), answer(200, BODY)]
    assert http.download(server.url, tmp_path / "raw").status == 200


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 451])
def test_a_refusal_is_not_repeated_and_says_what_to_do(server: Server, tmp_path: Path, status: int) -> None:
    server.answers = [answer(status, b"<html>no</html>")]
    with pytest.raises(FetchFailed, match=str(status)) as caught:
        http.download(server.url + "?key=secret", tmp_path / "raw")
    assert not caught.value.retry and caught.value.mend and len(server.asked) == 1
    assert "secret" not in str(caught.value) and left(tmp_path) == []


def test_nobody_there_can_be_tried_later(server: Server, tmp_path: Path) -> None:
    with pytest.raises(FetchFailed) as caught:
        http.download("http://127.0.0.1:9/file", tmp_path / "raw")
    assert caught.value.retry


def test_a_silent_publisher_is_given_up(server: Server, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(http, "TIMEOUT", 0.4)
    server.answers = [lambda handler: time.sleep(1), answer(200, BODY)]
    assert http.download(server.url, tmp_path / "raw").bytes == len(BODY)


def test_a_redirect_is_followed_and_takes_no_secret_to_another_host(server: Server, tmp_path: Path) -> None:
    elsewhere = server.url.replace("127.0.0.1", "localhost")
    server.answers = [answer(302, Location=elsewhere), answer(302, Location="/final"), answer(200, BODY)]
    http.download(server.url, tmp_path / "raw", headers={"Authorization": "Bearer secret", "X-Key": "secret"})
    assert server.asked[0]["x-key"] == "secret" and server.asked[2]["path"] == "/final"
    assert all("secret" not in str(asked) for asked in server.asked[1:])


@pytest.mark.parametrize("place", ["file:///etc/hostname", "ftp://127.0.0.1/file"])
def test_a_redirect_to_another_scheme_is_refused(server: Server, tmp_path: Path, place: str) -> None:
    server.answers = [answer(302, Location=place)]
    with pytest.raises(FetchFailed, match="redirects from http to") as caught:
        http.download(server.url, tmp_path / "raw")
    assert not caught.value.retry and left(tmp_path) == []


def test_redirects_without_end_end(server: Server, tmp_path: Path) -> None:
    server.answers = [answer(302, Location="/file.csv")]
    with pytest.raises(FetchFailed, match="without end"):
        http.download(server.url, tmp_path / "raw")


@pytest.mark.parametrize("url", ["file:///etc/hostname", "data.csv", "http://"])
def test_what_is_no_web_address_is_said_to_be_none(tmp_path: Path, url: str) -> None:
    with pytest.raises(FetchFailed) as caught:
        http.download(url, tmp_path / "raw")
    assert not caught.value.retry


@pytest.mark.parametrize(("path", "kept"), [("/file.csv", "plain"), ("/file.csv.gz", "packed")])
def test_a_transfer_compression_is_undone_and_a_gz_file_is_kept(
    server: Server, tmp_path: Path, path: str, kept: str
) -> None:
    packed = gzip.compress(BODY)
    server.answers = [answer(200, packed, Content_Encoding="gzip")]
    http.download(server.url.replace("/file.csv", path), tmp_path / "raw")
    assert (tmp_path / "raw").read_bytes() == (BODY if kept == "plain" else packed)


def test_a_budget_is_never_overspent_and_says_when_to_come_back(server: Server, tmp_path: Path) -> None:
    server.answers = [answer(200, BODY)]
    budget = http.Budget(3, 3600)
    for _ in range(3):
        http.download(server.url, tmp_path / "raw", budget=budget)
    with pytest.raises(FetchFailed, match=r"come back in 3\d\d\d s, at \d{4}-") as caught:
        http.download(server.url, tmp_path / "raw", budget=budget)
    assert caught.value.retry and len(server.asked) == 3


def test_repeats_and_redirects_are_paid_from_the_budget_too(server: Server, tmp_path: Path) -> None:
    server.answers = [answer(302, Location="/x"), answer(500)]
    with pytest.raises(FetchFailed, match="come back in"):
        http.download(server.url, tmp_path / "raw", budget=http.Budget(3, 3600))
    assert len(server.asked) == 3


def test_a_budget_fills_again_with_time() -> None:
    budget = http.Budget(1, 1)
    budget.spend("host")
    with pytest.raises(FetchFailed, match="come back in 1 s"):
        budget.spend("host")
    time.sleep(1.01)
    budget.spend("host")


def test_a_request_dearer_than_the_whole_budget_is_no_matter_of_time() -> None:
    with pytest.raises(FetchFailed) as caught:
        http.Budget(1, 60, cost=4).spend("host")
    assert not caught.value.retry


def _spend_all(ledger: Path) -> int:
    budget, spent = http.Budget(50, 3600, ledger=ledger), 0
    try:
        while True:
            budget.spend("host")
            spent += 1
    except FetchFailed:
        return spent


def test_processes_that_share_a_ledger_share_one_budget(tmp_path: Path) -> None:
    with get_context("spawn").Pool(3) as pool:
        assert sum(pool.map(_spend_all, [tmp_path / "ledger.json"] * 3)) == 50


def test_threads_share_one_budget() -> None:
    budget, spent = http.Budget(100, 3600), []

    def run() -> None:
        for _ in range(60):
            try:
                budget.spend("host")
                spent.append(1)
            except FetchFailed:
                pass

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(spent) == 100
