"""T-100 International Segment, offline: wire-format lines with each trap, and the real file where it is at hand."""

from __future__ import annotations

import csv
import os
from datetime import date
from pathlib import Path

import pytest

from ingest import landing, settings
from ingest.source import Window
from sample import make_air_traffic_states
from sample.make_air_traffic_states import T100, t100
from tests.landed import Landed
from tests.sources.bts_t100_international import make

KEY = "bts_t100_international"
HERE = Path(__file__).parent / KEY
REAL = Path(os.environ.get("ENTENTE_REAL", settings.REPOSITORY.parent / "shared/data")) / "bts"
needs_real = pytest.mark.skipif(
    not REAL.is_dir(), reason=f"no real files in {REAL.name}/ (ENTENTE_REAL names its parent)"
)


@pytest.fixture
def landed(tmp_path: Path) -> Landed:
    return Landed(KEY, tmp_path)


def table(lines: list[list[object]], columns: list[str]) -> bytes:
    """These lines with these columns only, in this order."""
    where = [T100.index(name) for name in columns]
    return "\n".join(
        ",".join(f'"{cell}"' for cell in cells)
        for cells in [columns, *([str(line[n]) for n in where] for line in lines)]
    ).encode()


@pytest.mark.parametrize("path", sorted((HERE / "raw").iterdir()), ids=lambda path: path.name)
def test_every_line_lands_as_reviewed_or_is_quarantined_with_its_reason(landed: Landed, path: Path) -> None:
    receipt = landed.land(path)
    assert receipt.status == "landed", receipt.problem
    for name, suffix in (("", ".csv"), ("quarantine", ".quarantine.csv")):
        expected = (HERE / "expected" / f"{path.name}{suffix}").read_text(encoding="utf-8").splitlines()
        assert landed.as_csv(name) == expected


def test_the_raw_files_are_what_their_program_writes() -> None:
    assert {path.name: path.read_bytes() for path in (HERE / "raw").iterdir()} == make.files()


def test_lines_that_differ_in_configuration_entity_or_airport_edition_are_summed_and_none_is_lost(
    landed: Landed,
) -> None:
    landed.land_bytes(make.PUBLISHER, t100(make.LINES[:3]))
    assert landed.rows("select value, note from landed where measure = 'flights'") == [
        (10, "class F; airport ids 1515201-1247801, 1515202-1247801; sum of lines 1, 2, 3")
    ]
    assert not landed.as_csv("quarantine")


def test_a_line_that_is_there_twice_is_counted_once_and_said_so(landed: Landed) -> None:
    receipt = landed.land_bytes(make.PUBLISHER, t100([make.LINES[0], make.LINES[5], make.LINES[0]]))
    assert receipt.reasons == {"same line as line 1 of the data": 1}
    assert landed.rows("select value from landed where measure = 'flights' and origin = 'UZB'") == [(4,)]


def test_pounds_become_kilogrammes_and_missing_is_not_zero(landed: Landed) -> None:
    landed.land_bytes(make.PUBLISHER, t100([make.line(FREIGHT=1, MAIL=0), make.line(CARRIER="ZZ", MONTH=3, SEATS="")]))
    assert landed.rows("select measure, value from landed where measure like '%kg' order by 1") == [
        ("freight_kg", 0.454),
        ("mail_kg", 0),
    ]
    assert landed.rows("select reason from landed", "quarantine") == [("SEATS is blank",)]


@pytest.mark.parametrize(
    ("origin", "destination", "side"),
    [("UZ", "US", "destination"), ("US", "UZ", "origin"), ("JP", "HK", "observer"), ("VI", "US", "both"),
     ("NA", "GU", "destination")],
)  # fmt: skip
def test_the_american_end_tells_the_side_of_the_reporter(
    landed: Landed, origin: str, destination: str, side: str
) -> None:
    lines = [make.line(ORIGIN_COUNTRY=origin, DEST_COUNTRY=destination)]
    assert landed.land_bytes(make.PUBLISHER, t100(lines)).rows_quarantined == 0
    assert landed.rows("select distinct reporter, reporter_side from landed") == [("USA", side)]


def test_a_code_means_the_state_of_that_month_even_where_it_begins_within_it(landed: Landed) -> None:
    lines = [make.line(ORIGIN_COUNTRY=code, YEAR=year, MONTH=12) for code, year in
             (("RU", 1990), ("SU", 1990), ("RU", 1991))]  # fmt: skip
    landed.land_bytes(make.PUBLISHER, t100(lines))
    assert landed.rows("select origin, period_start from landed where measure = 'seats' order by 2") == [
        ("SUN", date(1990, 12, 1)),
        ("RUS", date(1991, 12, 1)),
    ]
    assert landed.rows("select raw_row, split_part(reason, ':', 1) from landed", "quarantine") == [
        (1, "country did not exist then")
    ]


def test_another_order_of_columns_and_windows_lines_give_the_same_rows(tmp_path: Path) -> None:
    good = [make.LINES[n] for n in (0, 4, 6, 8, 11)]
    contents = {
        "published": t100(good),
        "shuffled": table(good, T100[::-1]),
        "windows": b"\xef\xbb\xbf" + table(good, T100).replace(b"\n", b"\r\n") + b"\r\n",
        "least": table(good, [name for name in T100 if name not in ("PAYLOAD", "DISTANCE", "DEST_WAC")]),
        "r": make.from_r(good),
    }
    found = {}
    for name, content in contents.items():
        (tmp_path / name).mkdir()
        one = Landed(KEY, tmp_path / name)
        assert one.land_bytes(make.PUBLISHER, content).rows_quarantined == 0
        found[name] = one.as_csv()
    assert len(found["published"]) == 26
    assert all(rows == found["published"] for rows in found.values())


def test_lines_after_one_that_is_cut_keep_their_numbers(landed: Landed) -> None:
    lines = [make.LINES[0][:20], make.LINES[0], make.LINES[4][:9], make.LINES[5]]
    receipt = landed.land_bytes(make.PUBLISHER, t100(lines))
    assert (receipt.rows_landed, receipt.rows_quarantined) == (10, 2)
    assert landed.rows("select distinct raw_row from landed order by 1") == [(2,), (4,)]
    assert landed.rows("select raw_row from landed order by 1", "quarantine") == [(1,), (3,)]


def broken(what: str) -> bytes:
    lines = make.LINES[:2]
    content = t100(lines)
    return {
        "market": table(
            lines, [name for name in T100 if name not in ("DEPARTURES_PERFORMED", "SEATS") and "AIRCRAFT" not in name]
        ),
        "missing": table(lines, [name for name in T100 if name != "AIRCRAFT_CONFIG"]),
        "renamed": content.replace(b'"FREIGHT"', b'"FREIGHT_LBS"'),
        "added": content.replace(b'"CLASS"', b'"CLASS","NEW"'),
        "twice": content.replace(b'"PAYLOAD"', b'"SEATS"'),
        "packed": b"PK\x03\x04" + content,
        "page": b"<!DOCTYPE html>\n<title>TranStats</title>",
        "no lines": t100([]),
        "cut lines": b"\n".join(line[:40] for line in content.splitlines()),
        "nothing": b"",
    }[what]


@pytest.mark.parametrize(
    ("what", "says"),
    [
        ("market", "it is a T-100 market table"),
        ("missing", "columns missing: AIRCRAFT_CONFIG"),
        ("renamed", "columns missing: FREIGHT; columns unknown: 'FREIGHT_LBS'"),
        ("added", "columns unknown: 'NEW'"),
        ("twice", "columns there twice: SEATS"),
        ("packed", "it is packed"),
        ("page", "it is no T-100 table: it begins '<!DOCTYPE html>'"),
        ("no lines", "0 good rows"),
        ("cut lines", "it is no T-100 table"),
        ("nothing", "the file is empty"),
    ],
)
def test_a_file_that_is_no_segment_table_is_rejected_in_plain_words(landed: Landed, what: str, says: str) -> None:
    receipt = landed.land_bytes(make.PUBLISHER, broken(what))
    assert (receipt.status, receipt.rows_landed) == ("rejected", 0)
    assert says in receipt.problem and receipt.mend
    assert not landed.parquet().exists()


def test_the_same_bytes_give_the_same_parquet(tmp_path: Path) -> None:
    made = []
    for run in ("one", "two"):
        (tmp_path / run).mkdir()
        one = Landed(KEY, tmp_path / run)
        one.land(HERE / "raw" / make.PUBLISHER)
        made.append([path.read_bytes() for name in ("", "quarantine") for path in one.parquet(name).iterdir()])
    assert made[0] == made[1] and len(made[0]) == 2


def test_the_file_name_tells_the_year_and_the_edition(landed: Landed) -> None:
    period = landed.module.period
    assert period("2011/T100_2011_int.csv") == period(make.PUBLISHER) == Window(date(2011, 1, 1), date(2012, 1, 1))
    assert period("T_T100I_SEGMENT_ALL_CARRIER_2011.csv") == Window(date(2011, 1, 1), date(2012, 1, 1))
    assert period("T_T100I_SEGMENT_ALL_CARRIER_2026-11-23.csv") is None
    assert period("T_T100I_SEGMENT_ALL_CARRIER.csv") is None
    assert not list(landed.module.fetch(None))
    for name, vintage in ((make.PUBLISHER, "2026-11-23"), ("T100_2011_int.csv", "T100_2011_int")):
        assert landed.land_bytes(name, t100([make.line(MAIL=len(name))])).vintages == [vintage]


def test_the_sample_is_what_its_program_writes_and_lands_whole(tmp_path: Path, landed: Landed) -> None:
    make_air_traffic_states.main(tmp_path / "made")
    for made in sorted((tmp_path / "made").rglob("*.csv")):
        committed = make_air_traffic_states.FOLDER / made.relative_to(tmp_path / "made")
        assert committed.read_bytes() == made.read_bytes(), made.name
    for path in (make_air_traffic_states.FOLDER / KEY).iterdir():
        receipt = landed.land(path)
        assert (receipt.status, receipt.rows_quarantined) == ("landed", 0), receipt.problem
    sides = dict(landed.rows("select origin, count(*) from landed where destination = 'USA' group by all"))
    assert {"UZB", "RUS", "DEU", "ESP", "TUR", "GBR", "AUS", "KAZ"} <= set(sides)


def real_receipt(landed: Landed, name: str) -> landing.Receipt:
    return landed.land(REAL / name)


@needs_real
def test_the_real_segment_file_agrees_with_a_count_by_hand(landed: Landed) -> None:
    receipt = real_receipt(landed, "T100_2011_int.csv")
    with (REAL / "T100_2011_int.csv").open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle))
    assert len(lines) == 100, "the file at hand is another than the one that this test was written for"
    assert (receipt.status, receipt.rows_landed, receipt.rows_quarantined) == ("landed", 500, 0)
    for month in range(1, 13):
        by_hand = {
            measure: sum(int(line[column]) for line in lines if int(line["MONTH"]) == month)
            for measure, column in (("flights", "DEPARTURES_PERFORMED"), ("seats", "SEATS"),
                                    ("passengers", "PASSENGERS"), ("freight_kg", "FREIGHT"), ("mail_kg", "MAIL"))
        }  # fmt: skip
        found = dict(
            landed.rows(f"select measure, sum(value) from landed where month(period_start) = {month} group by 1")
        )
        assert found == pytest.approx({k: v * (0.45359237 if "kg" in k else 1) for k, v in by_hand.items()}, abs=0.1)
    assert landed.rows("select sum(value) from landed where measure = 'flights'") == [(2035,)]
    assert landed.rows("select distinct reporter_side from landed order by 1") == [("destination",), ("origin",)]


@needs_real
def test_the_real_market_file_is_rejected_as_another_table(landed: Landed) -> None:
    receipt = real_receipt(landed, "T100_2011_mkt.csv")
    assert receipt.status == "rejected" and "market table" in receipt.problem
    assert "T-100 International Segment" in receipt.mend
