"""Bad input: each names the source, the file, the row and the mend, and stops none of the files beside it."""

from __future__ import annotations

import gzip
import json
import os
import resource
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from ingest import landing, pipeline, source
from ingest.errors import EntenteError, InputMissing, TryAgain
from ingest.source import Module, Raw, Window
from tests import tiny

GOOD_TEXT = " date 2020-10-24 The ministers met in Moscow.\n\nThey agreed to meet again.\n"


class Folder:
    """A user's folder of files of one source, with the warehouse that they land in."""

    def __init__(self, place: Path, key: str) -> None:
        self.place, self.key = place, key
        place.mkdir(parents=True)

    def put(self, name: str, content: str | bytes) -> Path:
        path = self.place / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
        return path

    def land(self) -> dict[str, Any]:
        landed = [pipeline.land(self.key, batch) for batch in pipeline.find(self.key)]
        return pipeline.summary(self.key, landed)

    def quarantine(self) -> list[tuple[Any, ...]]:
        return duckdb.sql(
            "select source_key, file, raw_row, reason, mend "
            f"from read_parquet('{landing.store().root}/quarantine/**/*.parquet') order by all"
        ).fetchall()

    def landed(self) -> list[str]:
        return [
            made.file
            for made in landing.receipts(landing.store(), self.key)
            if made.status == "landed" and made.rows_landed
        ]

    def assert_named(self, total: dict[str, Any], file: str, *words: str) -> None:
        """The one complaint names source, file, what is wrong and what mends it, and the good file landed."""
        [said] = total["rejected"]
        assert said.startswith(f"source {self.key}, file {file}: ")
        assert said.partition(". Mend: ")[2]
        for word in words:
            assert word in said, said
        assert said in pipeline.complaint(total)
        assert any(name.startswith("good") for name in self.landed())


@pytest.fixture
def texts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("ENTENTE_INPUT", str(tmp_path / "input"))
    folder = Folder(tmp_path / "input" / "statements" / "text_files", "text_files")
    folder.put("good.txt", GOOD_TEXT)
    return folder


@pytest.fixture
def tables(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    monkeypatch.setenv("ENTENTE_INPUT", str(tmp_path / "input"))
    monkeypatch.setattr(source, "discover", lambda: {"tiny": tiny.module()})
    folder = Folder(tmp_path / "input" / "migration" / "tiny", "tiny")
    folder.put("good.csv", tiny.GOOD)
    return folder


# ---- folders ---------------------------------------------------------------------------------------------------------


def test_a_missing_folder_is_named_with_what_to_put_where(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_INPUT", str(tmp_path))
    with pytest.raises(InputMissing) as caught:
        pipeline.find("text_files")
    said = str(caught.value)
    assert said.startswith("source text_files: ") and str(tmp_path / "statements" / "text_files") in said
    assert "Mend: put files named *.txt, *.html or *.jsonl into" in said


def test_an_empty_folder_is_no_success(texts: Folder) -> None:
    (texts.place / "good.txt").unlink()
    with pytest.raises(InputMissing, match="holds no file"):
        pipeline.find("text_files")


def test_files_of_the_machine_are_left_alone(texts: Folder) -> None:
    texts.put(".DS_Store", b"\x00")
    texts.put(".git/config.txt", "x")
    assert [item["name"] for batch in pipeline.find("text_files") for item in batch] == ["good.txt"]


def test_a_window_that_is_none_says_so() -> None:
    with pytest.raises(EntenteError, match=r"2020-13-40.*Mend: give days as YYYY-MM-DD"):
        pipeline.window("2020-13-40", "2021-01-01")


# ---- texts -----------------------------------------------------------------------------------------------------------

TEXTS: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "empty": ("bad.txt", b"", ("the file is empty", "remove it")),
    "no such day": ("bad.txt", " date 2020-13-40 They met.", ("2020-13-40", "(row 1)", "date YYYY-MM-DD")),
    "a day with a digit too many": ("bad.txt", " date 2020-01-155 They met.", ("2020-01-155", "date YYYY-MM-DD")),
    "no date": ("bad.txt", "They met.", ("date is missing", "(row 1)", "start the file with 'date YYYY-MM-DD'")),
    "no words": ("bad.txt", " date 2020-10-24  \n\u00a0\n", ("text is not as declared", "the text is empty")),
    "binary": ("bad.txt", b"MZ\x90\x00\x03\x00" * 99, ("binary file", "save the text as UTF-8")),
    "a workbook": ("bad.txt", b"PK\x03\x04rest of a zip", ("binary file", "save the text as UTF-8")),
    "UTF-16": ("bad.txt", GOOD_TEXT.encode("utf-16"), ("binary file", "save the text as UTF-8")),
    "cp1251": ("bad.txt", " date 2020-10-24\nВстреча\n".encode("cp1251"), ("line 2", "no UTF-8", "cp1251", "(row 2)")),
    "broken UTF-8": ("bad.txt", b" date 2020-10-24 a\nb\n\xc3(", ("byte 21 on line 3", "no UTF-8")),
    "another kind": ("bad.docx", "words", ("a file named .docx", "name it *.txt, *.html or *.jsonl")),
    "no kind": ("bad", "words", ("without an ending", "name it")),
    "a page without a date": ("bad.html", "<html><body><p>They met.</p></body></html>", ("date is missing", "(row 1)")),
    "a page of nothing": (
        "bad.html", '<meta name="date" content="2020-10-24"><body><nav>Home</nav></body>', ("text is not", "is empty"),
    ),
    "no line of JSON": ("bad.jsonl", "{]\n", ("line is no JSON object", "(row 1)", "one JSON object per line")),
    "blank lines": ("bad.jsonl", "\n \n", ("0 good rows, expected 1",)),
    "one text that is a dump": ("bad.txt", " date 2020-10-24 " + "word " * 500_000, ("longer than 2,000,000", "split")),
}  # fmt: skip


@pytest.mark.parametrize("case", TEXTS)
def test_a_bad_text_is_named_and_the_others_land(texts: Folder, case: str) -> None:
    name, content, words = TEXTS[case]
    texts.put(name, content)
    texts.put("good too.txt", GOOD_TEXT.replace("Moscow", "Osh"))
    total = texts.land()
    texts.assert_named(total, name, *words)
    assert (total["files"], total["rows"]) == (3, 2)
    held = [(key, file, bool(reason), bool(mend)) for key, file, _, reason, mend in texts.quarantine()]
    assert held and set(held) == {("text_files", name, True, True)}


def test_a_broken_line_is_quarantined_with_its_number_and_the_other_lines_land(texts: Folder) -> None:
    good = {"date": "2020-10-24", "outlet": "Post"}
    lines = [
        json.dumps(good | {"text": "They met."}),
        "",
        '{"date": "2020-10-24", "text": "They',
        json.dumps(good | {"text": "They met\u2028again.", "url": "https://post.example.org/1"}, ensure_ascii=False),
        json.dumps(good | {"text": "half a letter \ud800"}),
        json.dumps(good | {"text": ["They", "met."]}),
        json.dumps(good | {"text": "Who?", "outlet": {"name": "Post"}}),
        json.dumps({"date": "2020-13-40", "text": "They met."}),
        json.dumps({"text": "They met, but when?"}),
        json.dumps({"date": "2020-10-24"}),
        "[1, 2]",
        json.dumps(good | {"text": "They met."}),
        json.dumps(good | {"text": "They parted."}),
    ]
    texts.put("good.jsonl", "\ufeff" + "\r\n".join(lines))
    total = texts.land()
    assert total["rejected"] == [] and (total["rows"], total["quarantined"]) == (4, 9)
    assert [(row, reason) for _, file, row, reason, _ in texts.quarantine()] == [
        (3, "line is no JSON object"),
        (5, "text is no text"),
        (6, "text is no text"),
        (7, "outlet is no text"),
        (8, "date is no day of the calendar: 2020-13-40"),
        (9, "date is missing"),
        (10, "text is not as declared: "),
        (11, "line is no JSON object"),
        (12, "same key as another row: " + texts.quarantine()[-1][3].rpartition(" ")[2]),
    ]
    assert all(file == "good.jsonl" and mend for _, file, _, _, mend in texts.quarantine())
    found = duckdb.sql(f"select raw_row, text from '{landing.store().root}/statements/**/*.parquet'").fetchall()
    assert dict(found)[4] == "They met again."


def test_a_file_with_a_byte_order_mark_is_read(texts: Folder) -> None:
    texts.put("good notepad.txt", "\ufeff" + GOOD_TEXT.replace("\n", "\r\n").replace("Moscow", "Osh"))
    assert texts.land()["rows"] == 2


@pytest.mark.parametrize("name", ["bad.txt", "bad.html", "bad.jsonl"])
def test_200_mb_are_rejected_in_bounded_time_and_memory(texts: Folder, name: str) -> None:
    path = texts.put(name, b" date 2020-10-24 ")
    os.truncate(path, 200 << 20)
    before, start = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, time.monotonic()
    total = texts.land()
    texts.assert_named(total, name, "209,715,200 bytes, more than one file", "split it, or raise max_bytes")
    assert time.monotonic() - start < 20
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 100 << 10  # kilobytes
    assert not [name for name in landing.store().names("raw", "") if "bad" in name], "what is not read is not kept"


def test_a_text_of_60_mb_is_rejected_before_it_is_decoded(texts: Folder) -> None:
    path = texts.put("bad.html", b"<" * (1 << 10))
    os.truncate(path, 60 << 20)
    texts.assert_named(texts.land(), "bad.html", "longer than 2,000,000 characters", "split it into statements")


def test_a_file_that_is_being_written_is_tried_again_later_and_the_others_land(
    texts: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = texts.put("bad.txt", GOOD_TEXT + "More. " * 2_000_000)
    stop = threading.Event()

    def write() -> None:
        with path.open("ab") as out:
            while not stop.is_set():
                out.write(b"And more. ")
                out.flush()

    monkeypatch.setattr(landing, "CHUNK", 1 << 12)
    writer = threading.Thread(target=write)
    writer.start()
    try:
        with pytest.raises(TryAgain) as caught:
            texts.land()
    finally:
        stop.set()
        writer.join()
    assert "source text_files, file bad.txt: it changed while it was read. Mend: wait until" in str(caught.value)
    assert caught.value.retry
    assert texts.landed() == ["good.txt"]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything: run the tests as another user")
def test_a_file_without_permission_is_named_and_the_others_land(texts: Folder) -> None:
    texts.put("bad.txt", GOOD_TEXT).chmod(0)
    texts.assert_named(texts.land(), "bad.txt", "no permission to read it", "chmod a+r")


def test_permission_refused_stops_no_other_file(texts: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    """The same for root, who is refused nothing: the operating system's answer is put in its mouth."""
    texts.put("bad.txt", GOOD_TEXT)
    opened = Path.open

    def refusing(self: Path, *arguments: Any, **named: Any) -> Any:
        if self.name == "bad.txt" and "text_files" in self.parts:
            raise PermissionError(13, "Permission denied")
        return opened(self, *arguments, **named)

    monkeypatch.setattr(Path, "open", refusing)
    texts.assert_named(texts.land(), "bad.txt", "no permission to read it", "chmod a+r")


def _loop(texts: Folder) -> None:
    (texts.place / "bad.txt").symlink_to("bad.txt")


def _dangling(texts: Folder) -> None:
    (texts.place / "bad.txt").symlink_to("gone.txt")


def _link_to_folder(texts: Folder) -> None:
    (texts.place.parent / "elsewhere").mkdir()
    (texts.place / "bad.txt").symlink_to(texts.place.parent / "elsewhere")


@pytest.mark.parametrize(
    ("make", "word"), [(_loop, "symbolic links"), (_dangling, "gone"), (_link_to_folder, "link to a folder")]
)
def test_a_link_that_leads_to_no_file_is_named(texts: Folder, make: Callable[[Folder], None], word: str) -> None:
    make(texts)
    texts.assert_named(texts.land(), "bad.txt", word)


def test_a_folder_named_like_a_text_is_a_folder(texts: Folder) -> None:
    texts.put("2020.txt/good.txt", GOOD_TEXT.replace("Moscow", "Osh"))
    texts.land()
    assert sorted(texts.landed()) == ["2020.txt/good.txt", "good.txt"]


def test_a_name_that_is_no_utf_8_is_named(texts: Folder) -> None:
    with open(os.fsencode(texts.place) + b"/bad\xff.txt", "wb") as out:
        out.write(GOOD_TEXT.encode())
    texts.assert_named(texts.land(), "'bad\\udcff.txt'", "no UTF-8", "rename it")


# ---- tables ----------------------------------------------------------------------------------------------------------

PACKED = gzip.compress(f"{tiny.HEADER}\n{''.join(f'KGZ,R{n},2020,{n}' + chr(10) for n in range(9_000))}".encode())
TABLES: dict[str, tuple[str, str | bytes, tuple[str, ...]]] = {
    "empty": ("bad.csv", b"", ("the file is empty",)),
    "truncated gzip": ("bad.csv.gz", PACKED[:-3000], ("cut off", "get the file again, whole")),
    "gzip without its last byte": ("bad.csv.gz", PACKED[:-1], ("cut off", "get the file again, whole")),
    "a changed byte in gzip": ("bad.csv.gz", PACKED[:-6] + b"\x00" + PACKED[-5:], ("damaged", "get the file again")),
    "no gzip at all": ("bad.csv.gz", b"not gzip", ("can't be read as Tiny", "get the file again")),
    "a renamed column": (
        "bad.csv", tiny.GOOD.replace("persons", "migrants"), ('"persons" not found', "renamed a column", "tidy()"),
    ),
    "a page instead of the table": ("bad.csv", "<html>404</html>\n", ("not found", "change tidy()")),
    "too few rows": ("bad.csv", tiny.HEADER + "\n", ("0 good rows, expected 1",)),
    "binary": ("bad.csv", bytes(range(256)) * 40, ("bad.csv",)),
}  # fmt: skip


@pytest.mark.parametrize("case", TABLES)
def test_a_bad_table_is_named_and_the_others_land(tables: Folder, case: str) -> None:
    name, content, words = TABLES[case]
    tables.put(name, content)
    total = tables.land()
    tables.assert_named(total, name, *words)
    assert total["rows"] == 3
    assert all(mend for *_, mend in tables.quarantine())


def test_a_value_that_the_contract_refuses_is_one_row_of_quarantine(tables: Folder) -> None:
    tables.put("good too.csv", tiny.GOOD + "KGZ,XXX,20200,1\nKGZ,YYY,2020,-1\n")
    total = tables.land()
    assert (total["rejected"], total["rows"], total["quarantined"]) == ([], 6, 2)
    assert [row[:4] for row in tables.quarantine()] == [
        ("tiny", "good too.csv", 4, "period_start is not as declared: 20200-07-01"),
        ("tiny", "good too.csv", 5, "value is not as declared: -1.0"),
    ]


def test_a_fault_of_the_code_is_raised_after_the_other_files_have_landed(
    tables: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    def tidy(raw: Raw, con: duckdb.DuckDBPyConnection) -> Any:
        if raw.name == "bad.csv":
            raise TypeError("a slip of the pen")
        return tiny.tidy(raw, con)

    module: Module = tiny.module(tidy)
    monkeypatch.setattr(source, "discover", lambda: {"tiny": module})
    tables.put("bad.csv", tiny.GOOD)
    tables.put("good z.csv", tiny.GOOD.replace("2020", "2015"))
    with pytest.raises(TypeError) as caught:
        tables.land()
    assert caught.value.__notes__ == ["source tiny, file bad.csv"]
    assert sorted(tables.landed()) == ["good z.csv", "good.csv"]


def test_one_coder_s_fault_stops_no_other_text(texts: Folder, monkeypatch: pytest.MonkeyPatch) -> None:
    coding = pytest.importorskip("ingest.coding")
    texts.put("bad.txt", " date 2020-10-24 Kyrgyzstan trips the coder.")
    texts.land()
    code = coding.code

    def tripping(text: str, *arguments: Any, **named: Any) -> Any:
        if "trips" in text:
            raise IndexError("tripped")
        return code(text, *arguments, **named)

    monkeypatch.setattr(pipeline.coding, "code", tripping)
    with pytest.raises(IndexError) as caught:
        pipeline.code("text_files")
    assert caught.value.__notes__ == ["source text_files, file bad.txt"]
    assert len(landing.store().names("codings", ".json")) == 1


# ---- the real sources ------------------------------------------------------------------------------------------------


@pytest.fixture
def flights(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Folder:
    if "opensky_flightlist" not in source.discover():
        pytest.skip("no module opensky_flightlist yet")
    monkeypatch.setenv("ENTENTE_INPUT", str(tmp_path / "input"))
    folder = Folder(tmp_path / "input" / "flights" / "opensky_flightlist", "opensky_flightlist")
    folder.put("good_20200101_20200131.csv.gz", gzip.compress(f"{FLIGHT_HEADER}\n{FLIGHTS}".encode()))
    return folder


FLIGHT_HEADER = (
    "callsign,number,icao24,registration,typecode,origin,destination,firstseen,lastseen,day,"
    "latitude_1,longitude_1,altitude_1,latitude_2,longitude_2,altitude_2"
)
FLIGHT = (
    "AFL{0},,4e12{0},,A320,UCFM,UUEE,2020-01-02 0{1}:00:00+00:00,2020-01-02 0{1}:50:00+00:00,"
    "2020-01-02 00:00:00+00:00,43.06,74.47,600.0,55.97,37.41,0.0\n"
)
FLIGHTS = "".join(FLIGHT.format(number, number % 8) for number in range(10, 60))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("bad.csv.gz", gzip.compress(f"{FLIGHT_HEADER}\n{FLIGHTS}".encode())[:-40], ("cut off", "again")),
        ("bad.csv.gz", gzip.compress(f"{FLIGHT_HEADER}\n{FLIGHTS}".encode())[:-4], ("cut off", "again")),
        (
            "bad.csv.gz",
            gzip.compress(f"{FLIGHT_HEADER.replace('origin', 'start')}\n{FLIGHTS}".encode()),
            ("origin", "start", "columns missing"),
        ),
        ("bad.csv.gz", b"", ("the file is empty",)),
    ],
    ids=["truncated gzip", "gzip without its last bytes", "a renamed column", "empty"],
)
def test_a_bad_flight_list_is_named_and_the_others_land(
    flights: Folder, name: str, content: bytes, words: tuple[str, ...]
) -> None:
    flights.put(name, content)
    total = flights.land()
    flights.assert_named(total, name, *words)
    assert total["rows"] == 50


def test_a_month_outside_the_window_is_not_read(flights: Folder) -> None:
    flights.put("flightlist_20200201_20200229.csv.gz", b"whatever")
    span = Window(*(landing.datetime(2020, month, 1).date() for month in (3, 4)))
    names = [item["name"] for batch in pipeline.find("opensky_flightlist", span) for item in batch]
    assert "flightlist_20200201_20200229.csv.gz" not in names


def test_an_unknown_country_is_quarantined_with_the_name_and_the_mend(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    if "un_desa_migrant_stock" not in source.discover():
        pytest.skip("no module un_desa_migrant_stock yet")
    sample = Path(__file__).resolve().parents[2] / "sample" / "migration" / "un_desa_migrant_stock"
    given = sorted(sample.glob("*.csv*")) if sample.is_dir() else []
    if not given:
        pytest.skip("no CSV in the sample of un_desa_migrant_stock yet")
    data = given[0].read_bytes()
    text = (gzip.decompress(data) if data[:2] == b"\x1f\x8b" else data).decode("utf-8-sig")
    assert "Kyrgyzstan" in text
    monkeypatch.setenv("ENTENTE_INPUT", str(tmp_path / "input"))
    folder = Folder(tmp_path / "input" / "migration" / "un_desa_migrant_stock", "un_desa_migrant_stock")
    folder.put(given[0].name.removesuffix(".gz"), text.replace("Kyrgyzstan", "Kyrgyzlandia"))
    folder.land()
    assert [row for row in folder.quarantine() if "Kyrgyzlandia" in row[3] and row[4]]
