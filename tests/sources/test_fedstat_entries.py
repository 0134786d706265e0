"""EMISS, from the form of its page to landing: crossings by purpose and quarter, nothing unknown let through."""

from __future__ import annotations

import threading
from collections.abc import Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from ingest import http, landing, settings
from ingest.errors import FetchFailed
from ingest.source import Remote
from sample.make_migration import Sheet, workbook
from tests.figures import differing
from tests.landed import Landed

KEY = "fedstat_entries"
HERE = Path(__file__).parent / KEY
GIVEN = (HERE / "raw" / "fedstat_38479_2021-05-20.xml").read_text(encoding="utf-8")


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_figure_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    assert differing(landed, path, HERE / "expected") == []


def test_the_sample_lands_whole(landed: Landed) -> None:
    for path in sorted((settings.SAMPLE / "migration" / KEY).iterdir()):
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem


@pytest.mark.parametrize(
    ("name", "content", "says"),
    [
        ("x.xml", b"<html><body>no</body></html>", ("none of its code lists", "SDMX")),
        ("x.xml", b"<!DOCTYPE html><html></html>", ("web page", "SDMX")),
        ("x.xml", b"<GenericData><Series>", ("no XML", "cut off")),
        ("x.xls", b"\xd0\xcf\x11\xe0rest", ("can't be opened as a workbook", "password")),
        (
            "x.xml",
            GIVEN.replace("UTF-8", "windows-1251").encode(),
            ("for 'Страны гражданства'", "as it came"),
        ),
        ("x.xml", GIVEN.encode("cp1251"), ("says that it is UTF-8, and byte", "windows-1251", "as it came")),
        ("x.xml", GIVEN.replace("Киргизия", "????????").encode(), ("letters of its names are lost", "as it came")),
        (
            "x.xml",
            GIVEN.replace("Атлантида", "Лемурия").replace('value="7"', 'value="700000"').encode(),
            ("not known", "Лемурия"),
        ),
    ],
)
def test_what_is_no_such_file_is_refused_in_plain_words(
    landed: Landed, name: str, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes(name, content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_the_same_country_under_two_names_is_one_and_thousands_are_multiplied_out(landed: Landed) -> None:
    landed.land(HERE / "raw" / "fedstat_38479_2021-05-20.xml")
    told = "select purpose, grain, period_start::varchar, value from landed where origin = 'KGZ' and breakdown is null"
    assert landed.rows(f"{told} order by all") == [
        ("all", "M", "2021-01-01", 41_000), ("all", "Q", "2021-01-01", 120_345), ("work", "Q", "2021-04-01", 60_500),
    ]  # fmt: skip
    assert landed.rows("select distinct unit, destination from landed") == [("events", "RUS")]


# ---- letters -----------------------------------------------------------------------------------------------


def test_letters_in_windows_1251_that_are_declared_give_the_rows_that_utf_8_gives(landed: Landed) -> None:
    told = "select * exclude (raw_sha256) from landed order by all"
    landed.land_bytes("x_2021-05-20.xml", GIVEN.replace('encoding="UTF-8"', 'encoding="windows-1251"').encode("cp1251"))
    by_1251 = landed.rows(told)
    (other := Landed(KEY, landed.folder / "utf-8")).folder.mkdir()
    other.land_bytes("x_2021-05-20.xml", GIVEN.encode())
    assert by_1251 == other.rows(told) != []


# ---- the pivot ---------------------------------------------------------------------------------------------

PERIODS = ["I квартал", "II квартал"]
HEAD: list[list[str]] = [
    ["Въезд иностранных граждан в Российскую Федерацию, человек"], [],
    ["", "", "", "2020", "", "2021", ""], ["", "", "", *PERIODS, *PERIODS],
]  # fmt: skip
BODY = [
    ["Киргизия", "Всего", "Российская Федерация", "120 345", "60,5", "7", "-"],
    ["", "Работа", "Российская Федерация", "80345", "40", "", "3"],
    ["Республика Узбекистан", "Всего", "Российская Федерация", "900", "1", "2", "3"],
]  # fmt: skip
FIGURES = [
    ("KGZ", "all", "2020-01-01", "Q", 120_345.0), ("KGZ", "all", "2020-04-01", "Q", 60.5),
    ("KGZ", "all", "2021-01-01", "Q", 7.0), ("KGZ", "work", "2020-01-01", "Q", 80_345.0),
    ("KGZ", "work", "2020-04-01", "Q", 40.0), ("KGZ", "work", "2021-04-01", "Q", 3.0),
    ("UZB", "all", "2020-01-01", "Q", 900.0), ("UZB", "all", "2020-04-01", "Q", 1.0),
    ("UZB", "all", "2021-01-01", "Q", 2.0), ("UZB", "all", "2021-04-01", "Q", 3.0),
]  # fmt: skip
TOLD = "select origin, purpose, period_start::varchar, grain, value from landed order by all"


def book(rows: Sequence[Sequence[str]], *merged: str, hidden: bool = False) -> bytes:
    return workbook([Sheet("Данные", rows, merged, is_hidden=hidden)])


FILLED = [*BODY[:1], ["Киргизия", *BODY[1][1:]], *BODY[2:]]
TEXT = "\r\n".join(";".join(row) for row in [*HEAD, *FILLED])
UNIT = [[*row[:3], "человек", *row[3:]] for row in FILLED]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("merged.xlsx", book([*HEAD, *BODY], "A1:G1", "D3:E3", "F3:G3", "A5:A6")),
        ("moved.xlsx", book([[], ["Выгружено из ЕМИСС"], [], *HEAD, *FILLED, [], ["Источник: ЕМИСС"]])),
        ("headings.xlsx", book([*HEAD[:2], ["Страна", "Цель", "", *HEAD[2][3:]], *HEAD[3:], *FILLED])),
        ("unit.xlsx", book([["Въезд"], *([*row[:3], "", *row[3:]] for row in HEAD[2:]), *UNIT])),
        ("windows.csv", TEXT.encode("cp1251")),
        ("bom.csv", b"\xef\xbb\xbf" + TEXT.encode()),
    ],
)
def test_the_pivot_is_read_wherever_its_headings_stand(landed: Landed, name: str, content: bytes) -> None:
    receipt = landed.land_bytes(f"fedstat_38479_2021-08-20_{name}", content)
    assert (receipt.status, receipt.rows_quarantined, receipt.vintages) == ("landed", 0, ["2021-08-20"]), (
        receipt.problem
    )
    assert landed.rows(TOLD) == FIGURES
    assert landed.rows("select distinct unit, dataset, breakdown from landed") == [("events", "38479", None)]


def test_a_region_of_the_pivot_is_told_apart_and_thousands_are_multiplied_out(landed: Landed) -> None:
    rows = [[*FILLED[0][:2], "Москва", *FILLED[0][3:]], *FILLED]
    landed.land_bytes("x.xlsx", book([["Въезд, тыс. человек"], *HEAD[1:], *rows]))
    told = (
        "select breakdown, value from landed where origin = 'KGZ' and purpose = 'all' and period_start = '2021-01-01'"
    )
    assert landed.rows(f"{told} order by all") == [("told_1=Москва", 7_000.0), ("told_1=Российская Федерация", 7_000.0)]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (book([*HEAD[:2], *BODY]), ("0 of its sheets have years",)),
        (book([*HEAD, *FILLED], hidden=True), ("0 of its sheets have years",)),
        (workbook([Sheet(name, [*HEAD, *FILLED]) for name in "AB"]), ("2 of its sheets have years",)),
        (book([*HEAD[:3], *FILLED]), ("does not tell period", "choose years and periods")),
        (book([["Въезд"], *HEAD[1:], *FILLED]), ("does not tell the unit", "choose years")),
        (book([*HEAD, *([row[1], row[1], *row[2:]] for row in FILLED)]), ("does not tell country", "choose years")),
        (
            TEXT.encode().decode("cp1251", "replace").encode(),
            ("wrong encoding", "as it came"),
        ),
        (TEXT.encode("cp1251").decode("latin-1").encode(), ("'Âúåçä", "for 'Въезд", "as it came")),
    ],
)
def test_a_pivot_that_does_not_tell_all_is_refused_in_plain_words(
    landed: Landed, content: bytes, says: tuple[str, ...]
) -> None:
    receipt = landed.land_bytes("x.xlsx", content)
    told = f"{receipt.problem} {receipt.mend}"
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert all(word in told for word in says), told


def test_a_country_that_the_pivot_leaves_blank_is_in_nobody_s_figures(landed: Landed) -> None:
    receipt = landed.land_bytes("x.xlsx", book([*HEAD, BODY[2], ["", "Всего", "", "1", "", "", ""]]))
    assert receipt.status == "landed" and receipt.rows_quarantined == 1
    assert landed.rows("select distinct origin from landed") == [("UZB",)]


# ---- the form ----------------------------------------------------------------------------------------------

PAGE = """<html><body><form><input type="hidden" name="token" value="ANOTHER" /></form>
<div class="dropdown" id="downloadTokenHolder">
  <input type="hidden" name="struts.token.name" value="token" />
<input type="hidden" name="token" value="{token}" /></div>
<script>$(function () {{ window['grid'] = new FGrid({{
  id: 38479, block: $('#grid'), debug: true,
  filters: {{
    0: {{ title: '\\u041F', all: true, values: {{ 38479: {{ title: 'Въезд "всех"', order: 0, checked: true }} }} }},
    3: {{ title: 'Год', values: {{ 2020: {{ title: '2020' }}, 2021: {{ title: '2021', checked: false, }}, }} }},
    33560: {{ title: 'Период: квартал', values: {{ 1540283: {{ title: 'I квартал' }} }} }},
    58335: {{ title: 'Страна', values: {{ 1749017: {{ title: 'Кот-д\\'Ивуар' }}, 1749018: {{ title: 'a, }}: b' }} }} }}
  }},
  left_columns: [58335], top_columns: [3, 33560], groups: [], filterObjectIds: [0]
}}); grid.init(); }});</script></body></html>"""
ALL = ["0_38479", "3_2020", "3_2021", "33560_1540283", "58335_1749017", "58335_1749018"]


class Emiss(BaseHTTPRequestHandler):
    """Gives a page with a token that is good once and with its cookie alone, and data for what the page can post."""

    protocol_version = "HTTP/1.1"
    tokens: list[str]
    forms: list[list[tuple[str, str]]]
    busy: int
    is_cut = False  # whether it breaks off where it is busy
    is_strict = False  # takes no form at all

    def say(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        for name, value in {"Content_Length": str(len(body)), **headers}.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self) -> None:
        if self.path != "/indicator/38479":
            self.say(200, b"<html>shell</html>")
            return
        self.tokens.append(f"T{len(self.tokens)}")
        self.say(200, PAGE.format(token=self.tokens[-1]).encode(), Set_Cookie=f"JSESSIONID=S{self.tokens[-1]}; Path=/")

    def do_POST(self) -> None:
        form = parse_qsl(self.rfile.read(int(self.headers["Content-Length"])).decode())
        assert "Range" not in self.headers, "each answer is another"
        self.forms.append(form)
        token = dict(form)["token"]
        is_good = (
            not self.is_strict and token == self.tokens[-1] and self.headers.get("Cookie") == f"JSESSIONID=S{token}"
        )
        self.tokens.append("used")
        if len(self.forms) <= self.busy:
            cut = {"Content_Length": str(len(GIVEN.encode())), "ETag": '"v1"'}
            self.say(200, GIVEN.encode()[:999], **cut) if self.is_cut else self.say(503, b"busy")
            self.close_connection = True
        elif self.is_strict or not is_good or self.path != "/indicator/downloadData.do?format=sdmx":
            self.say(302, b"", Location="/indicator/38479")
        else:
            self.say(200, GIVEN.encode(), Content_Type="text/xml")

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def emiss(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, type[Emiss]]]:
    monkeypatch.setattr(http, "PATIENCE", http.Patience(3, 0.01, 0.02, 0, 2))
    handler = type("Bound", (Emiss,), {"tokens": [], "forms": [], "busy": 0})
    running = ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{running.server_port}/indicator/38479", handler
    running.shutdown()
    running.server_close()
    thread.join()


def test_the_form_of_the_page_is_answered_by_all_that_the_indicator_has(
    landed: Landed, emiss: tuple[str, type[Emiss]]
) -> None:
    url, server = emiss
    [remote] = landed.module.fetch(None)
    assert remote.url == "https://www.fedstat.ru/indicator/38479"
    receipt = landing.land(landed.module, Remote(remote.name, url), landed.store)
    assert (receipt.status, receipt.url, receipt.rows_landed) == ("landed", url, 5), receipt.problem
    assert remote.name.startswith(f"fedstat_38479_{receipt.vintages[0]}")
    [form] = server.forms
    assert [value for name, value in form if name == "selectedFilterIds"] == ALL
    assert [pair for pair in form if pair[0] != "selectedFilterIds"] == [
        ("title", 'Въезд "всех"'), ("struts.token.name", "token"), ("token", "T0"), ("id", "38479"),
        ("lineObjectIds", "58335"), ("columnObjectIds", "3"), ("columnObjectIds", "33560"), ("filterObjectIds", "0"),
    ]  # fmt: skip


@pytest.mark.parametrize("is_cut", [False, True])
def test_a_publisher_that_is_busy_or_breaks_off_is_asked_for_its_page_again_because_the_token_is_used(
    landed: Landed, emiss: tuple[str, type[Emiss]], is_cut: bool
) -> None:
    url, server = emiss
    server.busy, server.is_cut = 1, is_cut
    assert landing.land(landed.module, Remote("x_2021-05-20.xml", url), landed.store).status == "landed"
    assert [dict(form)["token"] for form in server.forms] == ["T0", "T2"]


def test_a_form_that_is_sent_back_and_a_page_without_one_are_told_and_nothing_lands(
    landed: Landed, emiss: tuple[str, type[Emiss]]
) -> None:
    url, server = emiss
    with pytest.raises(FetchFailed, match=r"no filters or no token.*by hand"):
        landing.land(landed.module, Remote("x.xml", url.replace("38479", "1")), landed.store)
    server.is_strict = True
    with pytest.raises(FetchFailed, match="sent the form back to a page, after 3 attempts") as failed:
        landing.land(landed.module, Remote("x.xml", url), landed.store)
    assert failed.value.retry and not list((landed.folder / "landing").rglob("*.*"))
