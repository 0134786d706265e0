"""Eurostat's migration, asylum and enforcement, offline: rows in each wire form with each trap, and the real files."""

import csv
import gzip
import os
from collections.abc import Sequence
from datetime import UTC, date, datetime
from pathlib import Path

import duckdb
import pytest

from ingest import landing, settings, source
from ingest.landing import Receipt, Store
from ingest.source import Remote, Window

MODULE = source.get("eurostat_migration")
HERE = Path(__file__).parent / "eurostat_migration"
RAW = {path.name: path for path in sorted((HERE / "raw").iterdir())}
TSV = RAW["migr_imm1ctz_2024-03-18.tsv"]
LINES = TSV.read_bytes().decode().split("\r\n")
SAMPLE = settings.SAMPLE / "migration" / MODULE.source.key
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data"))
needs_real = pytest.mark.skipif(
    not (REAL / "eurostat_tsv_rebuilt").is_dir(), reason="no eurostat_tsv_rebuilt/ (ENTENTE_REAL names its parent)"
)
Row = tuple[object, ...]


def land(path: Path, folder: Path) -> Receipt:
    return landing.land(MODULE, Remote(path.name, str(path), is_local=True), Store(str(folder / "landing")))


def landed(folder: Path, columns: str, table: str = "migration", where: str = "true") -> list[Row]:
    files = str(folder / "landing" / table / MODULE.source.key / "*.parquet")
    then = "period_start" if table == "migration" else "reason"
    return duckdb.execute(
        f"select {columns} from read_parquet(?) where {where} order by raw_row nulls last, {then}", [files]
    ).fetchall()


def write(folder: Path, lines: Sequence[str], name: str = TSV.name) -> Path:
    path = folder / name
    folder.mkdir(parents=True, exist_ok=True)
    text = "\r\n".join([*lines, ""]).encode()
    path.write_bytes(gzip.compress(text, mtime=0) if name.endswith(".gz") else text)
    return path


@pytest.mark.parametrize("name", RAW)
def test_every_figure_lands_as_expected_or_is_quarantined_with_its_reason(tmp_path: Path, name: str) -> None:
    receipt = land(RAW[name], tmp_path)
    assert receipt.status == "landed", receipt.problem
    for table in ("migration", "quarantine"):
        golden = HERE / "expected" / f"{name}.{table}.csv"
        if not golden.exists():
            assert receipt.rows_quarantined == 0
            continue
        with golden.open(newline="", encoding="utf-8") as handle:
            header, *rows = csv.reader(handle)
        found = landed(tmp_path, ", ".join(header), table)
        assert [["" if value is None else str(value) for value in row] for row in found] == rows
    assert receipt.rows_in == receipt.rows_landed + receipt.rows_quarantined


def test_gzipped_or_plain_and_with_any_line_end_the_rows_are_the_same(tmp_path: Path) -> None:
    land(write(tmp_path / "one", LINES[:-1]), tmp_path / "one")
    land(write(tmp_path / "two", LINES[:-1], TSV.name + ".gz"), tmp_path / "two")
    (tmp_path / "three").mkdir()
    (tmp_path / "three" / TSV.name).write_bytes(b"\xef\xbb\xbf" + "\n".join(LINES).encode())
    land(tmp_path / "three" / TSV.name, tmp_path / "three")
    made = [landed(tmp_path / name, "* exclude (raw_sha256)") for name in ("one", "two", "three")]
    assert made[0] == made[1] == made[2] != []


def test_same_bytes_twice_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        assert land(TSV, tmp_path / run).is_new
        files = sorted((tmp_path / run / "landing").rglob("*.parquet"))
        made.append([file.read_bytes() for file in files if file.stem != "_empty"])
    assert made[0] == made[1] and len(made[0]) == 2


def test_the_two_definitions_of_age_never_add_up(tmp_path: Path) -> None:
    land(TSV, tmp_path)
    where = "origin = 'KGZ' and period_start = '2022-01-01' and age = 'all'"
    assert landed(tmp_path, "breakdown, value", where=where) == [(None, 1830.0), ("agedef=REACH", 1830.0)]
    parts = landed(tmp_path, "count(*), count(distinct (origin, destination, sex, age, period_start)), 1 as raw_row, "
                   "1 as period_start", where="breakdown is null")  # fmt: skip
    assert parts[0][0] == parts[0][1]


def test_an_aggregate_is_never_a_state_and_specials_are_told_apart(tmp_path: Path) -> None:
    land(TSV, tmp_path)
    found = set(landed(tmp_path, "origin, origin_kind")) | set(landed(tmp_path, "destination, destination_kind"))
    assert {row for row in found if row[1] == "aggregate"} == {
        (code, "aggregate") for code in ("TOTAL", "EU27_2020_FOR", "EU27_2020")
    }
    assert {row for row in found if row[1] == "special"} == {("XXA", "special"), ("XXX", "special")}
    assert {("GRC", "state"), ("GBR", "state"), ("XKX", "state"), ("NAM", "state")} <= found


@pytest.mark.parametrize(
    ("table", "whence", "expected"),
    [
        ("migr_imm5prv", "partner", ("KGZ", "DEU", "flow", "previous_residence", "destination", "A", None)),
        ("migr_emi3nxt", "partner", ("DEU", "KGZ", "flow", "next_residence", "origin", "A", None)),
        ("migr_emi1ctz", "citizen", ("KGZ", "DEU", "outflow", "citizenship", "destination", "A", None)),
        ("migr_pop3ctb", "c_birth", ("KGZ", "DEU", "stock", "birth", "destination", "P", None)),
        ("migr_asydcfsta", "citizen", ("KGZ", "DEU", "decisions", "citizenship", "destination", "A", 5)),
        ("migr_eipre", "citizen", ("KGZ", "DEU", "detections", "citizenship", "destination", "A", 5)),
        ("migr_eirfs", "citizen", ("KGZ", "DEU", "refusals", "citizenship", "destination", "A", 5)),
        ("migr_eiord", "citizen", ("KGZ", "DEU", "orders", "citizenship", "destination", "A", 5)),
    ],
)
def test_who_goes_where_and_what_is_counted_is_the_table_s(
    tmp_path: Path, table: str, whence: str, expected: Row
) -> None:
    lines = [f"freq,{whence},unit,geo\\TIME_PERIOD\t2022 ", "A,KG,PER,DE\t15 "]
    receipt = land(write(tmp_path, lines, f"{table}_2024-03-18.tsv"), tmp_path)
    assert receipt.status == "landed", receipt.problem
    columns = "origin, destination, measure, concept, reporter_side, grain, rounding_base"
    assert landed(tmp_path, columns) == [expected]


def test_an_unknown_origin_of_many_people_fails_the_file_and_of_few_is_quarantined_by_name(tmp_path: Path) -> None:
    head, kyrgyz = LINES[0], "A,KG,COMPLET,TOTAL,NR,T,DE\t1990 \t: \t: "
    few = land(write(tmp_path / "few", [head, kyrgyz, "A,QZ,COMPLET,TOTAL,NR,T,DE\t10 \t: \t: "]), tmp_path / "few")
    assert (few.status, few.rows_landed, few.reasons) == ("landed", 1, {"country is not known": 1})
    many = land(write(tmp_path / "many", [head, kyrgyz, "A,QZ,COMPLET,TOTAL,NR,T,DE\t11 \t: \t: "]), tmp_path / "many")
    assert many.status == "rejected" and "QZ (0.5%)" in many.problem and "country_codes.csv" in many.mend
    total = "A,TOTAL,COMPLET,TOTAL,NR,T,DE\t100000 \t: \t: "  # hides nothing
    again = land(write(tmp_path / "sum", [head, total, kyrgyz, "A,QZ,COMPLET,TOTAL,NR,T,DE\t11 \t: \t: "]), tmp_path)
    assert again.status == "rejected"


def test_the_edition_is_the_last_update_else_the_day_in_the_name(tmp_path: Path) -> None:
    assert land(RAW["migr_resfirst_2025-05-01.csv"], tmp_path / "csv").vintages == ["2025-03-13"]
    assert land(RAW["migr_emi3nxt_2024-03-18.json"], tmp_path / "json").vintages == ["2024-03-14"]
    assert land(TSV, tmp_path / "tsv").vintages == ["2024-03-18"]


@pytest.mark.parametrize(
    ("name", "says", "mend"),
    [
        ("migr_imm1ctz.tsv", "tells the edition's day", "migr_imm1ctz_2024-03-18.tsv.gz"),
        ("migr_imm1ctz_2024-13-40.tsv", "tells the edition's day", "migr_imm1ctz_2024-03-18.tsv.gz"),
        ("migr_acq_2024-03-18.tsv", "tells none of the tables", "migr_imm1ctz_2024-03-18.tsv.gz"),
        ("migr_imm5prv_2024-03-18.tsv", "expected partner, geo", "code"),
    ],
)
def test_a_name_that_tells_no_table_or_no_day_is_rejected_with_the_name_it_should_have(
    tmp_path: Path, name: str, says: str, mend: str
) -> None:
    receipt = land(write(tmp_path, LINES[:4], name), tmp_path)
    assert receipt.status == "rejected" and says in receipt.problem and mend in receipt.mend


def test_a_file_named_after_another_table_than_it_holds_is_rejected(tmp_path: Path) -> None:
    path = tmp_path / "migr_imm1ctz_2025-05-01.csv"
    path.write_bytes(RAW["migr_resfirst_2025-05-01.csv"].read_bytes())
    receipt = land(path, tmp_path)
    assert receipt.status == "rejected" and "named migr_imm1ctz and holds migr_resfirst" in receipt.problem


@pytest.mark.parametrize(
    ("name", "answer"),
    [
        ("migr_asyappctza_2024-03-18.json", '{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE. Wait"}}'),
        ("migr_asyappctza_2024-03-18.csv", '<?xml version="1.0"?><S:Fault><faultcode>413</faultcode></S:Fault>'),
        (
            "migr_asyappctza_2024-03-18.tsv",
            "<?xml version='1.0'?>\n<e><faultstring>EXTRACTION_TOO_BIG</faultstring></e>",
        ),
    ],
)
def test_the_answer_that_a_query_is_too_large_says_what_to_do(tmp_path: Path, name: str, answer: str) -> None:
    (tmp_path / name).write_text(answer)
    receipt = land(tmp_path / name, tmp_path)
    assert receipt.status == "rejected" and "413" in receipt.problem and "bulk TSV" in receipt.mend
    assert not list((tmp_path / "landing" / "migration").rglob("*.parquet"))


def test_a_file_cut_off_lands_nothing(tmp_path: Path) -> None:
    whole = RAW["migr_eirtn_2017-04-26.csv"].read_bytes()
    for name, content in (
        ("migr_eirtn_2017-04-26.csv", whole[:-40]),
        ("migr_eirtn_2017-04-27.csv.gz", gzip.compress(whole)[:-9]),
        ("migr_imm1ctz_2024-03-18.tsv", TSV.read_bytes()[:-20]),
    ):
        (tmp_path / name).write_bytes(content)
        receipt = land(tmp_path / name, tmp_path)
        assert receipt.status == "rejected" and "cut off" in receipt.problem and "whole" in receipt.mend


def test_fetch_names_each_table_with_the_day_whatever_the_window() -> None:
    before = datetime.now(UTC).date()
    names = [remote.name for remote in MODULE.fetch(None)]
    again = [remote.name for remote in MODULE.fetch(Window(date(2020, 1, 1), date(2020, 2, 1)))]
    if datetime.now(UTC).date() == before:
        assert names == again
        assert f"migr_imm1ctz_{before}.tsv.gz" in names and f"migr_eirtn_{before}.tsv.gz" in names
    urls = [remote.url for remote in MODULE.fetch(None)]
    assert all(url.startswith("https://ec.europa.eu/") and url.endswith("compressed=true") for url in urls)
    assert len(set(names)) == len(names) == len(set(urls)) == 14


def test_the_sample_is_what_its_script_makes(tmp_path: Path) -> None:
    script: dict[str, object] = {"__name__": "make", "__file__": "make_migration_eurostat.py"}
    exec((settings.SAMPLE / "make_migration_eurostat.py").read_text(encoding="utf-8"), script)
    main = script["main"]
    assert callable(main)
    main(tmp_path)
    committed = sorted(SAMPLE.iterdir())
    assert committed and sum(file.stat().st_size for file in committed) < 100_000
    for file in committed:
        made, same = (tmp_path / file.name).read_bytes(), file.read_bytes()
        if file.suffix == ".gz":
            made, same = gzip.decompress(made), gzip.decompress(same)
        assert made == same, file.name


def test_the_sample_shows_the_mirrors_and_a_revision(tmp_path: Path) -> None:
    for file in sorted(SAMPLE.iterdir()):
        receipt = land(file, tmp_path)
        assert receipt.status == "landed", receipt.problem
    where = (
        "origin = 'POL' and destination = 'DEU' and period_start = '2019-01-01' and sex = 'both' and age = 'all' and "
    )
    mirrors = landed(tmp_path, "reporter_side, value", where=where + "measure = 'flow' and concept like '%residence'")
    assert {row[0] for row in mirrors} == {"origin", "destination"}
    assert len({row[1] for row in mirrors}) == 2
    where = "origin = 'KGZ' and destination = 'DEU' and period_start = '2020-01-01' and concept = 'citizenship' "
    editions = landed(
        tmp_path, "vintage, value", where=where + "and measure = 'flow' and breakdown is null and sex = 'both'"
    )
    assert len({row[0] for row in editions}) == 2 == len({row[1] for row in editions})


@needs_real
def test_the_real_export_of_before_2023_lands_whole(tmp_path: Path) -> None:
    """Its 34,680 rows (2,757 of them `:`) of the publisher's labels, of which none is unknown.

    Of citizens it has the parts alone; their sum differs from the published 441,800 by the rounding to 5.
    """
    path = tmp_path / "migr_asyappctza_2017-05-31.csv.gz"
    path.write_bytes((REAL / "eurostat_old_extract/migr_asyappctza_allcitizenships.csv.gz").read_bytes())
    receipt = land(path, tmp_path)
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 31_923, 0)
    columns = "sum(value), count(*) filter (value % 5 <> 0), 1 as raw_row, 1 as period_start"
    assert landed(tmp_path, columns, where="destination = 'DEU' and period_start = '2015-01-01'")[0][:2] == (441_875, 0)


@needs_real
def test_the_real_csv_of_both_versions_land_whole(tmp_path: Path) -> None:
    for name, rows in (("asylum_applicants_total", 1_080), ("migrants_illegally_present", 2_535)):
        table = "migr_asyappctza" if rows == 1_080 else "migr_eipre"
        path = tmp_path / f"{table}_2025-05-01.csv"
        path.write_bytes((REAL / f"eurostat_sdmx_csv/{name}.csv").read_bytes())
        receipt = land(path, tmp_path)
        assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", rows, 0)


@needs_real
def test_the_six_million_real_figures_land_with_their_sum_and_their_zeros(tmp_path: Path) -> None:
    path = tmp_path / "estat_migr_asyappctza_2024-01-18.tsv.gz"
    path.write_bytes((REAL / "eurostat_tsv_rebuilt/estat_migr_asyappctza.tsv.gz").read_bytes())
    receipt = land(path, tmp_path)
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 6_268_730, 0)
    columns = "sum(value), count(*) filter (value = 0), 1 as raw_row, 1 as period_start"
    assert landed(tmp_path, columns)[0][:2] == (448_143_075, 5_656_678)
