"""The reader of Eurostat's wire forms: one small table in each form, what each may hide, and the real files."""

import gzip
import json
import os
from datetime import date
from pathlib import Path

import duckdb
import pytest

from ingest import settings
from ingest.errors import BadFile
from ingest.readers import eurostat

REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data"))
needs_real = pytest.mark.skipif(
    not (REAL / "eurostat_tsv_rebuilt").is_dir(), reason="no eurostat_tsv_rebuilt/ (ENTENTE_REAL names its parent)"
)

Row = tuple[object, ...]
# citizen NA is Namibia, sex T and F are no booleans, `bd` is two flags, `: c` is confidential, `:` is nothing
TSV = (
    "freq,citizen,sex,geo\\TIME_PERIOD\t2019 \t2020 \r\n"
    "A,NA,T,DE\t5 \t1200.5 bd\r\n"
    "A,NA,F,DE\t: \t: c\r\n"
    "A,KG,T,EL\t0 \t7 e\r\n"
)
EXPECTED: list[Row] = [
    ("A", "NA", "T", "DE", "2019", 5.0, None),
    ("A", "NA", "T", "DE", "2020", 1200.5, "bd"),
    ("A", "NA", "F", "DE", "2020", None, "c"),
    ("A", "KG", "T", "EL", "2019", 0.0, None),
    ("A", "KG", "T", "EL", "2020", 7.0, "e"),
]
FIRST = (
    "DATAFLOW,LAST UPDATE,freq,citizen,sex,geo,TIME_PERIOD,OBS_VALUE,OBS_FLAG,CONF_STATUS\n"
    "ESTAT:MIGR_X(1.0),13/03/25 23:00:00,A,NA,T,DE,2019,5,,\n"
    "ESTAT:MIGR_X(1.0),13/03/25 23:00:00,A,NA,T,DE,2020,1200.5,db,\n"
    "ESTAT:MIGR_X(1.0),13/03/25 23:00:00,A,NA,F,DE,2019,,,\n"
    "ESTAT:MIGR_X(1.0),13/03/25 23:00:00,A,NA,F,DE,2020,,c,C\n"
    "ESTAT:MIGR_X(1.0),13/03/25 23:00:00,A,KG,T,EL,2019,0,,\n"
    "ESTAT:MIGR_X(1.0),13/03/25 23:00:00,A,KG,T,EL,2020,7,e,\n"
)
_LEAD = 'dataflow,ESTAT:MIGR_X(1.0),"A table, with commas",A,Annual'
SECOND = (
    "STRUCTURE,STRUCTURE_ID,STRUCTURE_NAME,freq,Time frequency,citizen,Country of citizenship,sex,Sex,geo,Place,"
    "TIME_PERIOD,Time,OBS_VALUE,Observation value,OBS_FLAG,Observation status,CONF_STATUS,Confidentiality\n"
    f"{_LEAD},NA,Namibia,T,Total,DE,Germany,2019,,5,,,,,\n"
    f"{_LEAD},NA,Namibia,T,Total,DE,Germany,2020,,1200.5,,bd,break,,\n"
    f"{_LEAD},NA,Namibia,F,Females,DE,Germany,2020,,,,c,confidential,C,\n"
    f'{_LEAD},KG,"Kyrgyzstan, ""KG""",T,Total,EL,Greece,2019,,0,,,,,\n'
    f"{_LEAD},KG,Kyrgyzstan,T,Total,EL,Greece,2020,,7,,e,estimated,,\n"
)
CUBE = {
    "version": "2.0", "class": "dataset", "updated": "2025-03-13T23:00:00+0100",
    "id": ["freq", "citizen", "sex", "geo", "time"], "size": [1, 2, 2, 2, 2],
    "dimension": {
        "freq": {"category": {"label": {"A": "Annual"}}},
        "citizen": {"category": {"index": {"KG": 1, "NA": 0}}},
        "sex": {"category": {"index": ["T", "F"]}},
        "geo": {"category": {"index": {"DE": 0, "EL": 1}}},
        "time": {"category": {"index": {"2019": 0, "2020": 1}}},
    },
    "value": {"0": 5, "1": 1200.5, "10": 0, "11": 7}, "status": {"1": "bd", "4": ":", "5": ": c", "11": "e"},
    "extension": {"id": "MIGR_X"},
}  # fmt: skip


def put(folder: Path, text: str, name: str = "file") -> Path:
    path = folder / name
    path.write_bytes(gzip.compress(text.encode(), mtime=0) if name.endswith(".gz") else text.encode())
    return path


def rows(read: eurostat.Observations, columns: str = "freq, citizen, sex, geo, time_period, value, flag") -> list[Row]:
    return read.rows.order("raw_row, time_period").project(columns).fetchall()


def arrays() -> str:
    """The cube with `value` and `status` as arrays over all cells."""
    cells = range(16)
    dense = {
        "value": [CUBE["value"].get(str(n)) for n in cells],  # type: ignore[attr-defined]
        "status": [CUBE["status"].get(str(n)) for n in cells],  # type: ignore[attr-defined]
    }
    return json.dumps(CUBE | dense)


@pytest.mark.parametrize("packed", ["file", "file.gz"])
@pytest.mark.parametrize(
    ("text", "form", "dataset", "updated"),
    [
        (TSV, "tsv", None, None),
        (TSV.replace("\r\n", "\n"), "tsv", None, None),
        (TSV.replace("TIME_PERIOD", "time"), "tsv", None, None),
        (FIRST, "sdmx-csv 1.0", "migr_x", date(2025, 3, 13)),
        ("\ufeff" + FIRST.replace("\n", "\r\n"), "sdmx-csv 1.0", "migr_x", date(2025, 3, 13)),
        (SECOND, "sdmx-csv 2.0", "migr_x", None),
        (json.dumps(CUBE), "json-stat", "migr_x", date(2025, 3, 13)),
        (arrays(), "json-stat", "migr_x", date(2025, 3, 13)),
    ],
)
def test_each_form_of_one_table_gives_the_same_rows(
    tmp_path: Path, text: str, form: str, dataset: str | None, updated: date | None, packed: str
) -> None:
    with duckdb.connect() as con:
        read = eurostat.read(put(tmp_path, text, packed), con)
        assert (read.form, read.dataset, read.updated) == (form, dataset, updated)
        assert read.dimensions == ("freq", "citizen", "sex", "geo")
        assert rows(read) == EXPECTED
        assert tuple(read.rows.columns) == (*read.dimensions, *eurostat.OBSERVED)
        assert set(map(str, read.rows.types[:4])) == {"VARCHAR"}
        assert rows(read, "_reason, _mend") == [(None, None)] * len(EXPECTED)


def test_raw_row_is_the_row_of_the_file_also_where_rows_are_left_out(tmp_path: Path) -> None:
    with duckdb.connect() as con:
        assert rows(eurostat.read(put(tmp_path, TSV), con), "raw_row") == [(1,), (1,), (2,), (3,), (3,)]
        assert rows(eurostat.read(put(tmp_path, FIRST), con), "raw_row") == [(1,), (2,), (4,), (5,), (6,)]


def test_conf_status_may_be_missing_and_stands_beside_the_flag_where_told(tmp_path: Path) -> None:
    without = "\n".join(line.rpartition(",")[0] for line in FIRST.splitlines())
    with duckdb.connect() as con:
        read = eurostat.read(put(tmp_path, without), con)
        assert rows(read) == EXPECTED and set(rows(read, "conf")) == {(None,)}
        assert rows(eurostat.read(put(tmp_path, FIRST), con), "conf")[2] == ("C",)


def test_last_update_may_be_empty_and_a_view_s_name_is_no_part_of_the_code(tmp_path: Path) -> None:
    text = FIRST.replace("13/03/25 23:00:00", "").replace("MIGR_X(1.0)", "MIGR_X$DEFAULTVIEW(1.0)")
    with duckdb.connect() as con:
        read = eurostat.read(put(tmp_path, text), con)
        assert (read.dataset, read.updated, rows(read)) == ("migr_x", None, EXPECTED)


@pytest.mark.parametrize(
    ("cell", "value", "flag", "reason"),
    [
        ("12 ", 12.0, None, None),
        ("12 be", 12.0, "be", None),
        ("12 eb", 12.0, "be", None),
        ("12 e b", 12.0, "be", None),
        (":c", None, "c", None),
        ("-0.5 p", -0.5, "p", None),
        ("1e3", 1000.0, None, None),
        ("12 x", 12.0, "x", "the flag is not known: 12 x"),
        (": q", None, "q", "the flag is not known: : q"),
        ("1,234", None, None, "the figure is no number: 1,234"),
        ("nan", None, None, "the figure is no number: nan"),
        ("inf b", None, "b", "the figure is no number: inf b"),
        ("n/a", None, None, "the figure is no number: n/a"),
    ],
)
def test_a_cell_is_a_figure_with_known_flags_or_is_marked(
    tmp_path: Path, cell: str, value: float | None, flag: str | None, reason: str | None
) -> None:
    with duckdb.connect() as con:
        read = eurostat.read(put(tmp_path, f"freq,geo\\TIME_PERIOD\t2020 \r\nA,DE\t{cell}\r\n"), con)
        assert rows(read, "value, flag, _reason") == [(value, flag, reason)]
        assert rows(read, "_mend is null") == [(reason is None,)]


def test_a_line_of_another_width_is_marked_and_the_others_are_read(tmp_path: Path) -> None:
    lines = TSV.splitlines()
    lines.insert(1, "A,RU,T,DE\t5 ")
    lines.insert(2, "A,RU,T\t5 \t6 ")
    with duckdb.connect() as con:
        read = eurostat.read(put(tmp_path, "\r\n".join([*lines, ""])), con)
        assert rows(read, "raw_row, _reason")[:2] == [
            (1, "2 cells instead of 3: A,RU,T,DE\t5 "), (2, "3 codes instead of 4: A,RU,T")
        ]  # fmt: skip
        assert rows(read)[2:] == EXPECTED


def test_a_row_of_another_table_or_edition_is_marked(tmp_path: Path) -> None:
    text = FIRST + FIRST.splitlines()[1].replace("MIGR_X", "MIGR_Y") + "\n"
    text += FIRST.splitlines()[1].replace("13/03/25", "14/03/25") + "\n"
    with duckdb.connect() as con:
        reasons = rows(eurostat.read(put(tmp_path, text), con), "_reason")[-2:]
    assert [str(reason).partition(":")[0] for (reason,) in reasons] == [
        "DATAFLOW is not that of the first row", "LAST UPDATE is not that of the first row"
    ]  # fmt: skip


def test_a_wide_table_of_blanks_gives_no_rows(tmp_path: Path) -> None:
    periods = [f"{year}-{month:02} " for year in range(1993, 2024) for month in range(1, 13)]
    lines = ["freq,geo\\TIME_PERIOD\t" + "\t".join(periods), *("M,DE\t" + "\t".join([": "] * 372) for _ in range(50))]
    with duckdb.connect() as con:
        assert rows(eurostat.read(put(tmp_path, "\r\n".join([*lines, ""])), con), "raw_row") == []


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("Dear colleague,\nplease find attached\n", "it begins 'Dear colleague,'"),
        ('<?xml version="1.0"?><S:Fault/>', "it begins '<?xml"),
        (TSV[: TSV.rindex("\t")], "last line has 2 cells instead of 3: the file is cut off"),
        (FIRST[:-10], "last line has 7 fields instead of 10: the file is cut off"),
        (TSV.replace("2020 ", "total "), "a period of the header is 'total'"),
        (TSV.replace("2020 ", "2019 "), "a period of the header is missing or told twice"),
        (TSV.replace("citizen", "value"), "are not a table's"),
        (TSV.replace("citizen", "sex"), "are not a table's"),
        (FIRST.replace("OBS_FLAG", "OBS_NOTE"), "unknown: OBS_NOTE"),
        (FIRST.replace("OBS_VALUE", "OBS_FIGURE"), "columns missing: OBS_VALUE; unknown: OBS_FIGURE"),
        (FIRST.replace("13/03/25", "2025-03-13"), "no day/month/year: '2025-03-13"),
        (json.dumps(CUBE)[:-30], "begins as JSON and is none"),
        (json.dumps(CUBE | {"size": [1, 2, 2, 2, 3]}), "no JSON-stat 2.0 dataset: size is"),
        (json.dumps(CUBE | {"value": {"16": 1}}), "outside the 16 cells"),
        (json.dumps({"value": {}}), "no JSON-stat 2.0 dataset: no 'id'"),
        ('{"error":[{"status":400,"label":"Dimension GEOX not found"}]}', "400: Dimension GEOX not found"),
        ('{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE. ..."}}', "query is too large (413"),
        ('{"warning":[{"status":413,"label":"Too many cells"}]}', "query is too large (413: Too many cells"),
    ],
)
def test_what_is_no_whole_table_is_rejected_in_plain_words(tmp_path: Path, text: str, says: str) -> None:
    with duckdb.connect() as con, pytest.raises(BadFile) as caught:
        eurostat.read(put(tmp_path, text), con)
    assert says in caught.value.problem and caught.value.mend


def test_the_413_answer_says_to_split_the_query_or_take_the_bulk_file(tmp_path: Path) -> None:
    path = put(tmp_path, '{"warning":{"status":413,"label":"ASYNCHRONOUS_RESPONSE"}}')
    with duckdb.connect() as con, pytest.raises(BadFile) as caught:
        eurostat.read(path, con)
    assert "split the query" in caught.value.mend and "bulk TSV" in caught.value.mend


@pytest.mark.parametrize("keep", [0.5, 0.99])
def test_a_gzip_cut_off_or_damaged_is_rejected_before_duckdb_sees_it(tmp_path: Path, keep: float) -> None:
    packed = gzip.compress((TSV * 50).encode(), mtime=0)
    (tmp_path / "cut.gz").write_bytes(packed[: int(len(packed) * keep)])
    with duckdb.connect() as con, pytest.raises(BadFile, match="gzip is cut off or damaged"):
        eurostat.read(tmp_path / "cut.gz", con)


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("EL", ("GRC", "state")),
        ("UK", ("GBR", "state")),
        ("XK", ("XKX", "state")),
        ("NA", ("NAM", "state")),
        ("UNK", ("XXX", "special")),
        ("EU27_2020", ("EU27_2020", "aggregate")),
        ("EXT_EU27_2020", ("EXT_EU27_2020", "aggregate")),
        ("EU28", ("EU28", "aggregate")),
        ("EA19", ("EA19", "aggregate")),
        ("TOTAL", ("TOTAL", "aggregate")),
        ("WORLD", ("WORLD", "aggregate")),
        ("DOM", (None, None)),  # by ISO's three letters, which are not Eurostat's, the Dominican Republic
        ("Germany", (None, None)),
        ("QQ", (None, None)),
    ],
)
def test_a_place_is_eurostat_s_code_and_nothing_else(code: str, found: tuple[str | None, str | None]) -> None:
    _, country, kind, reason = eurostat.place(code)
    assert (country, kind) == found and (reason is None) == (country is not None)


def test_periods_follow_each_other_without_gap_in_both_spellings() -> None:
    known = {period: (freq, start, after) for period, freq, start, after in eurostat.periods()}
    assert known["2020"] == ("A", "2020-01-01", "2021-01-01")
    assert known["2020-Q4"] == known["2020Q4"] == ("Q", "2020-10-01", "2021-01-01")
    assert known["2020-02"] == known["2020M02"] == ("M", "2020-02-01", "2020-03-01")
    assert known["2020-S2"] == ("S", "2020-07-01", "2021-01-01")
    assert "2020-13" not in known and "2020-W01" not in known


@needs_real
def test_the_real_bulk_file_gives_its_6_268_730_observations() -> None:
    with duckdb.connect() as con:
        read = eurostat.read(REAL / "eurostat_tsv_rebuilt" / "estat_migr_asyappctza.tsv.gz", con)
        read.rows.create_view("observed")
        counted = con.execute(
            "select count(*), sum(value), max(raw_row), count(_reason), count(*) filter (where value = 0) from observed"
        ).fetchone()
    assert counted == (6_268_730, 448_143_075.0, 639_424, 0, 5_656_678)


@needs_real
@pytest.mark.parametrize(
    ("name", "form", "dataset", "updated", "counted", "flags"),
    [
        ("asylum_applicants_total", "sdmx-csv 2.0", "migr_asyappctza", None, 1_080, set()),
        ("migrants_illegally_present", "sdmx-csv 1.0", "migr_eipre", None, 2_535, {"b", "d", "bd"}),
        ("migration_permits_issued", "sdmx-csv 1.0", "tps00170", date(2025, 3, 3), 387, {"b", "d", "p", "u"}),
        ("unemployment_by_citizenship", "sdmx-csv 1.0", "lfsa_ugan", date(2025, 3, 13), 5_719, {"u", "bu", "bd"}),
        ("temporary_protection_beneficiaries_monthly", "sdmx-csv 2.0", "migr_asytpsm", None, 1_136, {"d", "b", "e"}),
    ],
)
def test_real_sdmx_csv_is_read_whole(
    name: str, form: str, dataset: str, updated: date | None, counted: int, flags: set[str]
) -> None:
    with duckdb.connect() as con:
        read = eurostat.read(REAL / "eurostat_sdmx_csv" / f"{name}.csv", con)
        assert (read.form, read.dataset, read.updated) == (form, dataset, updated)
        found = rows(read, "flag, _reason")
    assert len(found) == counted and not any(reason for _, reason in found)
    assert flags <= {flag for flag, _ in found}
