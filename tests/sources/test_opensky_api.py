"""OpenSky's REST lists, offline: wire-format rows with each trap, and runs against a server on this machine."""

from __future__ import annotations

import csv
import dataclasses
import json
import logging
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import duckdb
import pytest

from ingest import http, landing, pipeline, settings, source
from ingest.errors import EntenteError, InputMissing, TryAgain
from ingest.landing import Receipt, Store
from ingest.reference import read_seed
from ingest.settings import Login
from ingest.source import Remote, Window
from ingest.sources.flights import opensky_api

MODULE = source.get("opensky_api")
HERE = Path(__file__).parent / "opensky_api"
RAW = HERE / "raw" / "UCFM_departure_2026-11-20.json"
NOTHING = HERE / "raw" / "UCFL_arrival_2026-11-20.json"
NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
SECRET = "s3cr3t-of-the-test"
ME = Login("client-of-the-test", SECRET)


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "flights") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    return duckdb.execute(f"select {columns} from read_parquet(?) order by raw_row", [files]).fetchall()


def expected(name: str) -> tuple[str, list[list[str]]]:
    with (HERE / "expected" / name).open(newline="") as handle:
        header, *rows = csv.reader(handle)
    return ", ".join(header), rows


# ---- the file ----------------------------------------------------------------------------------------------


def test_every_row_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path) -> None:
    receipt = land(RAW, tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("flights", "quarantine"):
        columns, rows = expected(f"{table}.csv")
        made = [["" if value is None else str(value) for value in row] for row in landed(tmp_path, columns, table)]
        assert made == rows
    assert receipt.rows_in == 13 == receipt.rows_landed + receipt.rows_quarantined
    assert receipt.vintages == ["2026-11-20"]


def test_an_airport_day_without_flights_is_a_file_of_no_rows(tmp_path: Path) -> None:
    receipt = land(NOTHING, tmp_path)
    assert (receipt.status, receipt.rows_in, receipt.rows_landed) == ("landed", 0, 0)


def test_same_bytes_give_the_same_parquet_whatever_the_machines_time_zone(tmp_path: Path) -> None:
    """In processes of their own, for DuckDB asks for the zone once."""
    code = (
        "import sys; from pathlib import Path; from ingest import landing, source; from ingest.source import Remote; "
        "raw = Path(sys.argv[1]); landing.land(source.get('opensky_api'), Remote(raw.name, str(raw), is_local=True), "
        "landing.Store(sys.argv[2]))"
    )
    made = []
    for zone in ("UTC", "Asia/Bishkek"):
        env = os.environ | {"TZ": zone}
        command = [sys.executable, "-c", code, str(RAW), str(tmp_path / zone)]
        subprocess.run(command, env=env, check=True, cwd=settings.REPOSITORY)
        made.append([path.read_bytes() for path in sorted((tmp_path / zone).rglob("*.parquet"))])
    assert made[0] == made[1] != []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("<html>Please wait</html>", "it is no JSON: it begins '<html>"),
        ('[{"icao24": "60190a"', "no JSON"),
        ('{"message": "busy"}', "no list of flights"),
        ("[1, 2]", "no list of flights"),
        (RAW.read_text().replace("lastSeen", "last_seen"), "fields missing: lastSeen; unknown: last_seen"),
        (RAW.read_text().replace('"callsign"', '"operator":"x","callsign"'), "unknown: operator"),
        ("", "the file is empty"),
    ],
)
def test_a_file_that_is_no_list_of_flights_is_rejected_in_plain_words(tmp_path: Path, text: str, says: str) -> None:
    path = tmp_path / RAW.name
    path.write_text(text)
    receipt = land(path, tmp_path)
    assert receipt.status == "rejected" and says in receipt.problem and receipt.mend


def test_the_lists_of_both_ends_are_kept_apart_for_staging_to_unite(tmp_path: Path) -> None:
    """One leg, two lists of the sample: another last message, and an origin that the other end did not see."""
    sample = settings.SAMPLE / "flights" / MODULE.source.key
    for path in sorted(sample.glob("*2026-11-20.json")):
        assert land(path, tmp_path).status == "landed"
    rows = landed(tmp_path, "origin, destination, last_seen, icao24")
    both = {row[2] for row in rows if row[3] == "4e1234"}
    assert len(both) == 2 and {row[0] for row in rows if row[3] == "4e1234"} == {"UCFM", None}


# ---- what is asked for -------------------------------------------------------------------------------------


def test_fetch_asks_for_past_days_alone_and_each_of_both_directions() -> None:
    today = date(2026, 11, 22)
    names = [remote.name for remote in opensky_api.fetch(Window(date(2026, 11, 20), date(2026, 12, 1)), today)]
    airports = {row["airport"] for row in read_seed("watched_airports")}
    assert len(names) == len(set(names)) == len(airports) * 2 * 2
    assert {name[-15:-5] for name in names} == {"2026-11-20", "2026-11-21"}
    assert {name[:4] for name in names} == airports >= {"UCFM", "UAFM", "UCFO", "UUEE", "UUDD", "UUWW"}
    recent = {remote.name[-15:-5] for remote in opensky_api.fetch(None, today)}
    assert (min(recent), max(recent), len(recent)) == ("2026-11-15", "2026-11-21", 7)
    assert not list(opensky_api.fetch(Window(date(2026, 10, 1), date(2026, 11, 1)), today)), "before from_date"


def test_a_list_is_asked_for_from_midnight_to_midnight_utc() -> None:
    day = Window(date(2026, 11, 20), date(2026, 11, 21))
    [remote] = [r for r in opensky_api.fetch(day, date(2026, 11, 22)) if r.name == RAW.name]
    parts = urlsplit(remote.url)
    begin, end = (int(parse_qs(parts.query)[name][0]) for name in ("begin", "end"))
    assert parts.path == "/api/flights/departure" and parse_qs(parts.query)["airport"] == ["UCFM"]
    assert datetime.fromtimestamp(begin, UTC) == datetime(2026, 11, 20, tzinfo=UTC) and end - begin == 86_399


def test_the_period_stands_in_the_file_name() -> None:
    assert MODULE.period("mine/UCFM_arrival_2026-11-30.json") == Window(date(2026, 11, 30), date(2026, 12, 1))
    assert MODULE.period("flights.json") is None and MODULE.period("UCFM_arrival_2026-13-30.json") is None


def test_a_day_of_all_watched_airports_fits_the_credits_at_the_dearer_price() -> None:
    access = MODULE.source.access
    assert access and access.cost(0) == 4 and access.cost(1) == access.cost(100) == 30
    assert len(read_seed("watched_airports")) * 2 * access.cost(1) < access.credits_per_day


# ---- runs against a server ---------------------------------------------------------------------------------


@dataclass
class Publisher:
    """A server that gives tokens and lists of one flight each, and does what the test wants."""

    url: str = ""
    secret: str = SECRET
    tokens: int = 0
    token_status: int = 200
    token_body: str = ""
    lives: int = 10**9  # requests that a token is good for
    uses: int = 0
    paths: list[str] = field(default_factory=list)
    asked: list[str] = field(default_factory=list)  # headers and bodies, as they came
    special: dict[str, tuple[int, str, dict[str, str]]] = field(default_factory=dict)  # by airport and direction
    remaining: int | None = None
    slow_s: float = 0


class Handler(BaseHTTPRequestHandler):
    publisher: Publisher

    def log_message(self, format: str, *args: object) -> None:
        pass

    def say(self, status: int, body: str = "", **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content-Length": str(len(body.encode())), **headers}.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body.encode())

    def do_POST(self) -> None:
        own = self.publisher
        form = parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        own.tokens += 1
        own.uses = 0
        if own.token_status != 200 or own.token_body:
            self.say(own.token_status, own.token_body)
        elif form["client_secret"] != [own.secret] or form["grant_type"] != ["client_credentials"]:
            self.say(401, '{"error":"unauthorized_client"}')
        else:
            self.say(200, json.dumps({"access_token": f"token{own.tokens}", "expires_in": 1800}))

    def do_GET(self) -> None:
        own = self.publisher
        own.paths.append(self.path)
        own.asked.append(str(self.headers) + self.path)
        own.uses += 1
        if self.headers.get("Authorization") != f"Bearer token{own.tokens}" or own.uses > own.lives:
            self.say(401)
            return
        time.sleep(own.slow_s)
        parts = urlsplit(self.path)
        told = {name: values[0] for name, values in parse_qs(parts.query).items()}
        direction = parts.path.rsplit("/", 1)[1]
        more = {}
        if own.remaining is not None:
            own.remaining -= 30
            more = {"X-Rate-Limit-Remaining": str(own.remaining)}
        if special := own.special.get(f"{told['airport']}_{direction}"):
            self.say(special[0], special[1], **special[2])
            return
        flight = {
            "icao24": "60190a", "firstSeen": int(told["begin"]) + 60, "lastSeen": int(told["end"]) - 60,
            "estDepartureAirport": "UCFM", "estArrivalAirport": None, "callsign": told["airport"] + direction[:3] + " ",
        }  # fmt: skip
        self.say(200, json.dumps([flight]), **more)


@pytest.fixture
def publisher(monkeypatch: pytest.MonkeyPatch) -> Iterator[Publisher]:
    """The server, and the module turned to it: four airport-days of three airports, seen at noon of 22 November."""
    monkeypatch.setattr(http, "PATIENCE", http.Patience(3, 0.01, 0.02, 0, 2))
    monkeypatch.setattr(http.Door, "_tokens", {})
    own = Publisher()
    server = ThreadingHTTPServer(("127.0.0.1", 0), type("Bound", (Handler,), {"publisher": own}))
    own.url = f"http://127.0.0.1:{server.server_port}"
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    monkeypatch.setattr(opensky_api, "API", f"{own.url}/api/flights")
    monkeypatch.setattr(opensky_api, "read_seed", lambda _: [
        {"airport": airport, "from_date": "2026-11-01", "why": ""} for airport in ("UCFM", "UUEE", "UCFL")
    ])  # fmt: skip
    set_now(monkeypatch, NOON)
    use(monkeypatch, token_url=f"{own.url}/token")
    monkeypatch.setenv("AIRFLOW_CONN_OPENSKY", json.dumps({"login": ME.user, "password": SECRET}))
    yield own
    server.shutdown()
    server.server_close()
    thread.join()


def set_now(monkeypatch: pytest.MonkeyPatch, now: datetime) -> None:
    monkeypatch.setattr(http, "utc_now", lambda: now)


def use(monkeypatch: pytest.MonkeyPatch, **changes: object) -> None:
    """The module with another access, wherever it is looked up."""
    module = source.get("opensky_api")
    assert module.source.access
    access = dataclasses.replace(module.source.access, **changes)  # type: ignore[arg-type]
    changed = dataclasses.replace(module, source=dataclasses.replace(module.source, access=access))
    monkeypatch.setattr(source, "get", lambda key: changed)


def run(first: str = "2026-11-20", after: str = "2026-11-22", login: Login | None = None) -> dict[str, object]:
    window = Window(date.fromisoformat(first), date.fromisoformat(after))
    remotes = [r for r in opensky_api.fetch(window, date(2026, 11, 30)) if r.name[:4] != "UCFL" or "arr" in r.name]
    batch = [{"name": r.name, "url": r.url, "is_local": False} for r in sorted(remotes, key=lambda r: r.name[::-1])]
    batch.sort(key=lambda item: item["name"][-15:], reverse=True)
    return pipeline.summary("opensky_api", [pipeline.land("opensky_api", batch, login)])


def everything(folder: Path) -> bytes:
    return b"".join(path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file())


def test_a_run_lands_every_list_with_one_token_and_a_second_run_asks_for_nothing(publisher: Publisher) -> None:
    total = run()
    assert (total["files"], total["new"], total["rejected"], total["left"]) == (10, 10, [], 0)
    assert publisher.tokens == 1 and len(publisher.paths) == 10
    again = run()
    assert (again["files"], again["new"], again["left"]) == (10, 0, 0)
    assert len(publisher.paths) == 10, "what has landed was paid for twice"


def test_two_airport_days_without_flights_are_two_files_and_neither_is_asked_for_again(publisher: Publisher) -> None:
    publisher.special = {"UCFL_arrival": (404, "", {})}
    assert run()["new"] == 10
    made = [r for r in landing.receipts(landing.store(), "opensky_api") if r.rows_in == 0]
    assert sorted(r.file for r in made) == ["UCFL_arrival_2026-11-20.json", "UCFL_arrival_2026-11-21.json"]
    assert all(r.status == "landed" for r in made)
    asked = len(publisher.paths)
    assert run()["new"] == 0 and len(publisher.paths) == asked


def test_a_404_that_says_something_is_an_error(publisher: Publisher) -> None:
    publisher.special = {"UCFL_arrival": (404, "no such page", {})}
    total = run()
    assert len(total["rejected"]) == 2 and "404" in str(total["rejected"])  # type: ignore[arg-type]


def test_new_code_reads_what_has_landed_again_without_asking(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    run()
    monkeypatch.setattr(landing, "code_version", lambda file: "another")
    assert run()["files"] == 10 and len(publisher.paths) == 10
    assert {r.code_version for r in landing.receipts(landing.store(), "opensky_api")} == {"another"}


def test_a_list_asked_for_before_the_nights_work_is_asked_for_again(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_now(monkeypatch, NOON.replace(hour=1))
    run("2026-11-21")
    assert len(publisher.paths) == 5
    set_now(monkeypatch, NOON)
    run("2026-11-21")
    assert len(publisher.paths) == 10
    run("2026-11-21")
    assert len(publisher.paths) == 10


def test_a_token_that_runs_out_in_mid_run_is_renewed_once_and_the_list_asked_for_again(publisher: Publisher) -> None:
    publisher.lives = 3
    total = run()
    assert (total["new"], total["rejected"]) == (10, [])
    assert publisher.tokens == 4 and len(publisher.paths) == 10 + 3


def test_a_publisher_that_takes_no_token_is_asked_twice_and_no_more(publisher: Publisher) -> None:
    publisher.lives = 0
    with pytest.raises(http.Refused, match="new token") as caught:
        run()
    assert (publisher.tokens, len(publisher.paths)) == (2, 2)
    assert "credentials" in caught.value.mend and not caught.value.retry


def test_a_token_whose_time_is_over_is_not_sent(publisher: Publisher) -> None:
    publisher.token_body = json.dumps({"access_token": "token1", "expires_in": 0})
    door = http.Door(source.get("opensky_api").source.access, ME)  # type: ignore[arg-type]
    door.headers()
    door.headers()
    assert publisher.tokens == 2


def test_a_wrong_secret_is_told_by_name_with_its_mend_and_tried_once(
    publisher: Publisher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    with pytest.raises(http.Refused, match="does not take the login of 'opensky'") as caught:
        run(login=Login("client-of-the-test", "wr0ng"))
    assert publisher.tokens == 1 and publisher.paths == [] and "correct the client's id and secret" in str(caught.value)
    assert "wr0ng" not in str(caught.value) + caplog.text


def test_without_a_login_the_run_says_where_to_set_it(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("AIRFLOW_CONN_OPENSKY")
    with pytest.raises(http.Refused, match=r"no login for 'opensky'.*AIRFLOW_CONN_OPENSKY"):
        run()
    assert publisher.tokens == 0


@pytest.mark.parametrize(("status", "body"), [(200, "<html>"), (200, '{"error": "x"}'), (302, ""), (200, "[]")])
def test_an_answer_without_a_token_is_said_to_be_one(publisher: Publisher, status: int, body: str) -> None:
    publisher.token_status, publisher.token_body = status, body
    with pytest.raises(http.Refused, match="without a token"):
        run()


def test_a_busy_token_server_is_asked_again_and_then_left_to_the_next_try(publisher: Publisher) -> None:
    publisher.token_status = 503
    with pytest.raises(TryAgain, match="gave no token"):
        run("2026-11-21", login=ME)
    assert publisher.tokens == 5 * 3


def test_the_secret_and_the_token_stand_nowhere(
    publisher: Publisher, home: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    publisher.special = {"UUEE_arrival": (403, "", {}), "UCFM_arrival": (200, "<html>", {})}
    total = run()
    kept = everything(home) + (json.dumps(total) + caplog.text + repr(ME)).encode()
    assert b"UCFM" in kept and SECRET.encode() not in kept and b"token1" not in kept and b"Bearer" not in kept
    assert all(SECRET not in asked for asked in publisher.asked)


def test_the_days_credits_are_never_overspent_and_the_run_stops_green(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Five lists of yesterday at 4, then one of five at 30: 50 of 55."""
    use(monkeypatch, credits_per_day=55)
    total = run()
    assert len(publisher.paths) == 6 and all("begin=1795219200" in path for path in publisher.paths[:5])
    assert (total["new"], total["left"], total["rejected"]) == (6, 4, []) and not pipeline.complaint(total)
    told = pipeline.remainder(total)
    assert "4 of 10 files wait" in told and "2026-11-23T00:00:00Z" in told
    assert (run()["left"], len(publisher.paths)) == (4, 6), "the ledger outlives the run"
    left = [4, 3, 2, 1]
    for days in (1, 2, 3, 4):
        set_now(monkeypatch, NOON + timedelta(days=days))
        before = len(publisher.paths)
        assert run()["left"] == left[days - 1] - 1 and len(publisher.paths) == before + 1


def test_repeats_are_paid_too(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    use(monkeypatch, credits_per_day=9)
    publisher.special = {"UCFM_arrival": (500, "", {}), "UCFM_departure": (500, "", {})}
    total = run("2026-11-21")
    assert len(publisher.paths) == 2 and total["left"]


def test_what_the_publisher_says_is_left_holds_where_it_counts_fewer(publisher: Publisher) -> None:
    """It takes 30 for each and not the 4 that were reckoned with."""
    publisher.remaining = 64
    total = run("2026-11-21")
    assert len(publisher.paths) == 3 and publisher.remaining == -26
    assert (total["new"], total["left"]) == (3, 2)


@pytest.mark.parametrize("wait", ["5400", None])
def test_a_429_stops_the_run_until_the_publisher_says(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch, wait: str | None
) -> None:
    headers = {"X-Rate-Limit-Retry-After-Seconds": wait} if wait else {}
    publisher.special = {f"{airport}_{way}": (429, "", headers) for airport in ("UCFM", "UUEE", "UCFL") for way in
                         ("arrival", "departure")}  # fmt: skip
    total = run()
    assert len(publisher.paths) == 1 and (total["new"], total["left"], total["rejected"]) == (0, 10, [])
    back = "2026-11-22T13:30:00Z" if wait else "2026-11-23T00:00:00Z"
    assert back in pipeline.remainder(total)
    publisher.special = {}
    assert run()["left"] == 10 and len(publisher.paths) == 1
    set_now(monkeypatch, datetime.fromisoformat(back) + timedelta(seconds=1))
    assert run()["new"] == 10


def test_a_list_that_is_a_web_page_is_rejected_and_asked_for_again(publisher: Publisher) -> None:
    publisher.special = {"UUEE_arrival": (200, "<html>Checking your browser</html>", {})}
    total = run("2026-11-21")
    assert (total["new"], len(total["rejected"])) == (5, 1) and "no JSON" in str(total["rejected"])  # type: ignore[arg-type]
    publisher.special = {}
    assert run("2026-11-21")["rejected"] == [] and len(publisher.paths) == 6


def test_a_slow_publisher_is_given_up_and_left_to_the_next_try(
    publisher: Publisher, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(http, "TIMEOUT", 0.2)
    publisher.slow_s = 1
    with pytest.raises(TryAgain, match="after 3 attempts"):
        pipeline.land("opensky_api", [
            {"name": RAW.name, "url": f"{publisher.url}/api/flights/departure?airport=UCFM&begin=1&end=2",
             "is_local": False}
        ])  # fmt: skip


def test_the_latest_days_are_asked_for_first(publisher: Publisher, monkeypatch: pytest.MonkeyPatch) -> None:
    days = [item["name"][-15:-5] for batch in pipeline.find("opensky_api", Window(date(2026, 11, 1), date(2026, 11, 9)))
            for item in batch]  # fmt: skip
    assert days == sorted(days, reverse=True) and len(set(days)) == 8


# ---- the login ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "given",
    ['{"conn_type": "http", "login": "me@x", "password": "a/b c"}', "http://me%40x:a%2Fb+c%20@opensky-network.org/"],
)
def test_a_login_is_read_as_airflow_writes_it(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_OPENSKY", given)
    found = settings.login("opensky")
    assert found and found.user == "me@x" and found.password in ("a/b c", "a/b+c ")
    assert found.password not in repr(found)


@pytest.mark.parametrize("given", ["{broken s3cr3t", '{"login": "s3cr3t"}', "s3cr3t", '{"login": 1, "password": 2}'])
def test_a_login_that_cannot_be_read_is_told_without_it(monkeypatch: pytest.MonkeyPatch, given: str) -> None:
    monkeypatch.setenv("AIRFLOW_CONN_OPENSKY", given)
    with pytest.raises(InputMissing, match="AIRFLOW_CONN_OPENSKY holds no login") as caught:
        settings.login("opensky")
    error: EntenteError = caught.value
    assert "s3cr3t" not in str(error) and error.__suppress_context__
