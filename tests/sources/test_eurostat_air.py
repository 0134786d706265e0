"""Eurostat's air passengers, offline: rows in each wire form with each trap."""

import csv
import gzip
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote, Window

MODULE = source.get("eurostat_air")
HERE = Path(__file__).parent / "eurostat_air"
RAW = {path.name: path for path in sorted((HERE / "raw").iterdir())}
TSV = RAW["avia_paocc_2021-06-15.tsv"]
LINES = TSV.read_bytes().decode().split("\r\n")
SAMPLE = settings.SAMPLE / "flights" / MODULE.source.key


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "air_traffic", where: str = "true") -> list[tuple[object, ...]]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    then = "period_start" if table == "air_traffic" else "reason"
    return duckdb.execute(
        f"select {columns} from read_parquet(?) where {where} order by raw_row nulls last, {then}", [files]
    ).fetchall()


def as_text(rows: list[tuple[object, ...]]) -> list[list[str]]:
    return [["" if value is None else str(value) for value in row] for row in rows]


def expected(name: str) -> tuple[str, list[list[str]]]:
    with (HERE / "expected" / name).open(newline="") as handle:
        header, *rows = csv.reader(handle)
    return ", ".join(header), rows


def write(folder: Path, lines: list[str], name: str = TSV.name) -> Path:
    path = folder / name
    text = "\r\n".join([*lines, ""]).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    return path


@pytest.mark.parametrize("name", RAW)
def test_every_figure_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path, name: str) -> None:
    receipt = land(RAW[name], tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("air_traffic", "quarantine"):
        columns, rows = expected(f"{name}.{table}.csv")
        assert as_text(landed(tmp_path, columns, table)) == rows
    assert receipt.rows_in == receipt.rows_landed + receipt.rows_quarantined


def test_gzipped_or_plain_and_with_any_line_end_the_rows_are_the_same(tmp_path: Path) -> None:
    folders = [tmp_path / name for name in ("one", "two", "three")]
    for folder in folders:
        folder.mkdir()
    land(write(folders[0], LINES[:-1]), folders[0])
    land(write(folders[1], LINES[:-1], TSV.name + ".gz"), folders[1])
    (folders[2] / TSV.name).write_bytes(b"\xef\xbb\xbf" + "\n".join(LINES).encode())
    land(folders[2] / TSV.name, folders[2])
    made = [landed(folder, "* exclude (raw_sha256)") for folder in folders]
    assert made[0] == made[1] == made[2] != []


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        assert land(TSV, tmp_path / run).is_new
        files = sorted((tmp_path / run / "landing").rglob("*.parquet"))
        made.append([file.read_bytes() for file in files if file.stem != "_empty"])
    assert made[0] == made[1] and len(made[0]) == 2


def test_an_aggregate_is_never_a_state_and_reports_for_nobody(tmp_path: Path) -> None:
    land(TSV, tmp_path)
    found = landed(tmp_path, "origin, origin_kind, destination, destination_kind, reporter")
    ends = {end for row in found for end in (row[:2], row[2:4])}
    assert {end for end in ends if end[1] == "aggregate"} == {
        (code, "aggregate") for code in ("EXT_EU27_2020", "WORLD", "EU27_2020", "EU28")
    }
    assert {("GRC", "state"), ("GBR", "state"), ("XKX", "state")} <= ends
    assert [row[4] for row in found if "WORLD" in row] == [None]


def test_departures_leave_the_reporter_and_arrivals_reach_it(tmp_path: Path) -> None:
    land(TSV, tmp_path)
    columns = "reporter, reporter_side, origin, destination, value"
    where = "grain = 'M' and period_start = '2020-04-01' and 'ESP' in (origin, destination)"
    assert landed(tmp_path, columns, where=where) == [
        ("DEU", "origin", "DEU", "ESP", 9100.0),
        ("DEU", "destination", "ESP", "DEU", 8900.0),
        ("ESP", "destination", "DEU", "ESP", 9080.0),  # the mirror of the first
    ]


def test_confidential_is_null_with_its_flag_zero_is_zero_and_nothing_is_no_row(tmp_path: Path) -> None:
    land(TSV, tmp_path)
    turkey = landed(tmp_path, "period_start, value, flag", where="destination = 'TUR'")
    assert turkey == [
        (date(2019, 12, 1), 3900.0, None), (date(2020, 4, 1), 12.0, None), (date(2020, 5, 1), None, "c")
    ]  # fmt: skip
    assert landed(tmp_path, "period_start, value", where="destination = 'GRC'") == [
        (date(2019, 12, 1), 360.0), (date(2020, 4, 1), 0.0)
    ]  # fmt: skip


def test_a_total_of_both_directions_never_lands_and_is_never_lost_in_silence(tmp_path: Path) -> None:
    head, departures, arrivals, total = LINES[0], LINES[4], LINES[5], LINES[6]
    for name, lines, counted, single in (
        ("both", [departures, arrivals, total], 2, 1),  # of May the arrivals are confidential
        ("one", [departures, total], 0, 3),
        ("none", [total, "M,PAS,PAS_BRD_DEP,ES,EL\t: \t1 \t: \t: \t: "], 0, 3),
    ):
        (tmp_path / name).mkdir()
        land(write(tmp_path / name, [head, *lines]), tmp_path / name)
        reasons = [str(reason) for (reason,) in landed(tmp_path / name, "reason", "quarantine")]
        left_out = [reason for reason in reasons if reason.startswith("totals of both directions are left out")]
        assert left_out == (
            [f"totals of both directions are left out, since both directions land: {counted} of PAS_BRD, grain M"]
            if counted
            else []
        )
        assert reasons.count("total of both directions, which are not both published: PAS_BRD") == single
        assert not landed(tmp_path / name, "*", where="reporter_side is null or reporter_side = 'both'")


def test_passengers_by_flight_number_are_of_another_basis_than_those_on_board(tmp_path: Path) -> None:
    name = "avia_paoac_2021-06-15.tsv"
    head, carried = RAW[name].read_bytes().decode().split("\r\n")[:2]
    assert carried.startswith("M,PAS,PAS_CRD_DEP,DE_EDDF,ES\t")
    land(
        write(tmp_path, [head, carried, carried.replace("PAS_CRD", "PAS_BRD").replace("250000", "260000")], name),
        tmp_path,
    )
    then = "period_start = '2019-12-01'"
    assert landed(tmp_path, "measure, basis, value", where=then) == [
        ("passengers", "od", 250_000.0), ("passengers", "stage", 260_000.0)
    ]  # fmt: skip


def test_the_edition_is_the_last_update_else_the_day_in_the_name(tmp_path: Path) -> None:
    assert land(RAW["avia_paincc_2021-06-15.csv"], tmp_path / "csv").vintages == ["2021-03-13"]
    assert land(RAW["avia_par_de_2021-06-15.json"], tmp_path / "json").vintages == ["2021-03-14"]
    assert land(TSV, tmp_path / "tsv").vintages == ["2021-06-15"]


@pytest.mark.parametrize(
    ("name", "says", "mend"),
    [
        ("avia_paocc.tsv", "tells the edition's day", "avia_paocc_2024-03-18.tsv.gz"),
        ("avia_paocc_2021-13-40.tsv", "tells the edition's day", "avia_paocc_2024-03-18.tsv.gz"),
        ("flights_2021-06-15.tsv", "tells none of the tables", "avia_paocc_2024-03-18.tsv.gz"),
        ("avia_par_de_2021-06-15.tsv", "expected airp_pr, freq, tra_meas, unit", "download"),
    ],
)
def test_a_name_that_tells_no_table_or_no_day_is_rejected_with_the_name_it_should_have(
    tmp_path: Path, name: str, says: str, mend: str
) -> None:
    receipt = land(write(tmp_path, LINES[:4], name), tmp_path)
    assert receipt.status == "rejected" and says in receipt.problem and mend in receipt.mend


def test_a_file_named_after_another_table_than_it_holds_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "avia_paexcc_2021-06-15.csv"
    path.write_bytes(RAW["avia_paincc_2021-06-15.csv"].read_bytes())
    receipt = land(path, tmp_path)
    assert receipt.status == "rejected" and "named avia_paexcc and holds avia_paincc" in receipt.problem


def test_the_answer_that_a_query_is_too_large_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "avia_paocc_2021-06-15.json"
    path.write_text('{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE. Your request will be treated"}}')
    receipt = land(path, tmp_path)
    assert receipt.status == "rejected" and "413" in receipt.problem and "bulk TSV" in receipt.mend


def test_fetch_names_each_table_with_the_day_whatever_the_window() -> None:
    before = datetime.now(UTC).date()
    names = [remote.name for remote in MODULE.fetch(None)]
    again = [remote.name for remote in MODULE.fetch(Window(date(2020, 1, 1), date(2020, 2, 1)))]
    if datetime.now(UTC).date() == before:
        assert names == again
        assert f"avia_paocc_{before}.tsv.gz" in names and f"avia_par_el_{before}.tsv.gz" in names
    urls = [remote.url for remote in MODULE.fetch(None)]
    assert all(url.startswith("https://ec.europa.eu/") and url.endswith("compressed=true") for url in urls)
    assert len(set(names)) == len(names) == len(set(urls))


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    script: dict[str, object] = {"__name__": "make", "__file__": "make_air_traffic_eurostat.py"}
    exec((settings.SAMPLE / "make_air_traffic_eurostat.py").read_text(encoding="utf-8"), script)
    main = script["main"]
    assert callable(main)
    main(tmp_path)
    for key in ("eurostat_air", "eurocontrol_daio"):
        committed = sorted((settings.SAMPLE / "flights" / key).iterdir())
        assert committed and sum(file.stat().st_size for file in committed) < 100_000
        for file in committed:
            made = (tmp_path / key / file.name).read_bytes()
            same = file.read_bytes()
            if file.suffix == ".gz":
                made, same = gzip.decompress(made), gzip.decompress(same)
            assert made == same, file.name


def test_the_sample_shows_the_collapse_and_a_revision(tmp_path: Path) -> None:
    for file in sorted(SAMPLE.iterdir()):
        receipt = land(file, tmp_path)
        assert receipt.status == "landed", receipt.problem
    where = "measure = 'passengers' and basis = 'stage' and reporter = 'DEU' and origin = 'DEU' and destination = '{}'"
    april = landed(tmp_path, "value, raw_row", where=where.format("ESP") + " and grain = 'M' and period_start in "
                   "('2019-04-01', '2020-04-01') and origin_airport is null")  # fmt: skip
    assert min(april)[0] < max(april)[0] / 50  # type: ignore[operator]
    years = landed(tmp_path, "vintage, value, raw_row", where=where.format("TUR") + " and grain = 'A' "
                   "and period_start = '2020-01-01' and origin_airport is null")  # fmt: skip
    by_edition = {row[0]: row[1] for row in years}
    assert sorted(by_edition) == ["2021-06-15", "2022-03-18"]
    assert by_edition["2022-03-18"] == pytest.approx(by_edition["2021-06-15"] * 0.97, rel=1e-6)  # type: ignore[operator]
