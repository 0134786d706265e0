"""The real files, from their bytes to the figures that `make run` prints, against counts made by hand."""

import csv
import gzip
import hashlib
import io
import json
import os
import re
import subprocess
import sys
import tarfile
from collections import Counter
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import duckdb
import pytest
from python_calamine import CalamineWorkbook

from ingest import settings, source, up
from ingest.reference import countries
from ingest.trace import trace

FLIGHTS = "flights/opensky_flightlist"
STOCKS = "migration/un_desa_migrant_stock"
BESIDE = {
    STOCKS: "un_desa_rebuilt/undesa_pd_2024*.xlsx",
    "migration/abel_cohen_flows": "abel_cohen_json/flow_*.json.gz",
    "migration/gaskin_abel_flows": "gaskin_abel_json/flows_2015_2016.json.gz",
    "flights/opensky_country_pairs": "opensky_country_pairs/flights_countries.csv",
    "flights/eurocontrol_daio": "eurocontrol_daio/daio_20[12][09].csv",
    "structure/contiguity_distance": "cow_contiguity/contdird.csv.gz",
    "structure/trade_agreements": "desta/DESTA.csv",
}  # what stands beside the first run's files
ANNOUNCED = (  # our own words for what was announced
    "date 2021-02-04 Russia and Kyrgyzstan agreed to increase the number of flights between Moscow and Bishkek from "
    "one to three a week from February 8, 2021, Russia's government said on Thursday.\n"
)
METHODS = {
    "sd_drop_neg": 0, "sd_rev_neg": 2_899, "da_min_open": 42_883, "da_min_closed": 120_286, "mig_rate": 141_540,
    "da_pb_closed": 192_342,
}  # fmt: skip


@pytest.fixture(scope="module")
def first_run(shared_data: Path) -> Path:
    folder = shared_data / "first-run"
    if not folder.is_dir():
        pytest.skip(f"no {folder}: the publishers' files are not part of the repository")
    return folder


@pytest.fixture(scope="module")
def published(first_run: Path, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    home, given = tmp_path_factory.mktemp("first-run"), tmp_path_factory.mktemp("input")
    for place in sorted({*BESIDE, *(str(p.relative_to(first_run)) for p in first_run.glob("*/*") if p.is_dir())}):
        (given / place).mkdir(parents=True)
        beside = shared_data.glob(BESIDE[place]) if place in BESIDE else ()
        for path in (*(first_run / place).glob("*"), *beside):
            (given / place / path.name).symlink_to(path)
    (given / "statements" / "text_files" / "announced.txt").write_text(ANNOUNCED, encoding="utf-8")
    (given / "flights" / "vrs_routes").mkdir()
    routes_of_kyrgyzstan(shared_data / "vrs_standing_data", given / "flights" / "vrs_routes")
    env = os.environ | {
        "ENTENTE_HOME": str(home), "ENTENTE_INPUT": str(given),
        "DBT_TARGET_PATH": str(home / "target"), "DBT_LOG_PATH": str(home / "logs"),
    }  # fmt: skip
    env.pop("ENTENTE_LANDING", None)
    keys = ["airports", *(path.name for path in sorted(given.glob("*/*")))]
    for step in (*(["fetch", key] for key in keys), ["build"], ["publish"]):
        command = [sys.executable, "-m", "ingest", *step]
        done = subprocess.run(command, env=env, cwd=settings.REPOSITORY, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    yield home / "published" / "current" / "entente.duckdb"


def routes_of_kyrgyzstan(folder: Path, target: Path) -> None:
    """Of the routes' archive the carriers that fly to Kyrgyzstan, each file as it is: all of them take a minute."""
    archive = folder / "vrs_routes_airports_airlines.tar.xz"
    with tarfile.open(archive) as given, tarfile.open(target / "vrs_routes.tar.gz", "w:gz", compresslevel=1) as taken:
        for member in given:
            content = handle.read() if (handle := given.extractfile(member)) else b""
            if not member.name.startswith("routes/") or re.search(rb"UC[A-Z]{2}|UAF[MOW]", content):
                taken.addfile(member, io.BytesIO(content) if content else None)


def ask(database: Path, sql: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(database), read_only=True) as con:
        return con.execute(sql).fetchall()


def country_of_code() -> dict[str, str]:
    """Airport code to country, from the register and the reviewed history, read here once more."""
    (remote,) = source.get("airports").fetch(None)
    known = countries()
    with Path(remote.url).open(encoding="utf-8", newline="") as handle:
        found = {row["icao"]: known.resolve(row["country"]) for row in csv.DictReader(handle)}
    with (settings.SEEDS / "airport_codes_former.csv").open(encoding="utf-8", newline="") as handle:
        found |= {row["code"]: row["country_id"] for row in csv.DictReader(handle)}
    with (settings.SEEDS / "airport_history.csv").open(encoding="utf-8", newline="") as handle:
        found |= {row["code"]: row["country_id"] for row in csv.DictReader(handle) if row["code_system"] == "icao"}
    return found


def test_flights_of_every_dyad_month_are_those_counted_by_hand(published: Path, first_run: Path) -> None:
    place = country_of_code()
    states = {c.country_id for c in countries().by_id.values() if c.kind == "state"}
    legs: dict[tuple[str, str, str], tuple[str, str, str]] = {}
    for path in sorted((first_run / FLIGHTS).glob("*.gz")):
        with gzip.open(path, "rt", encoding="utf-8", newline="") as handle:
            for row in csv.DictReader(handle):
                legs[row["icao24"], row["firstseen"], row["lastseen"]] = (
                    row["origin"], row["destination"], row["day"][:7]
                )  # fmt: skip
    by_hand: Counter[tuple[str, str, str]] = Counter()
    for origin, destination, month in legs.values():
        a, b = place.get(origin), place.get(destination)
        if a in states and b in states and a != b:
            by_hand[str(a), str(b), month] += 1
    seen = "n_flights > 0"  # what was only repaired stands beside, with none
    found = ask(
        published, f"select origin_id, destination_id, month, n_flights from fct_flights_dyad_month where {seen}"
    )
    counted = {(str(a), str(b), str(month)[:7]): n for a, b, month, n in found if a in states and b in states}
    assert counted == by_hand
    assert sum(by_hand.values()) > 3_000


def test_a_dyad_that_receivers_see_well_has_its_flights_in_the_panel(published: Path) -> None:
    rows = ask(
        published,
        "select month, n_flights from dyad_month where directed_dyad = 'DEU>ESP' and n_flights is not null order by 1",
    )
    assert [str(month)[:7] for month, _ in rows] == ["2019-01", "2020-01", "2020-02", "2020-03"]
    assert all(isinstance(n, int) and n > 0 for _, n in rows)


def test_a_dyad_that_no_receiver_saw_is_null_and_not_zero(published: Path) -> None:
    rows = ask(
        published,
        "select n_flights from dyad_month where directed_dyad = 'KGZ>RUS' "
        "and month between '2020-01-01' and '2020-03-01'",
    )
    assert rows == [(None,)] * 3, "Kyrgyzstan is hardly seen by OpenSky: that is no evidence of no flights"


def test_the_migrant_stock_is_what_the_workbook_says(published: Path, first_run: Path) -> None:
    book = CalamineWorkbook.from_path(str(next((first_run / STOCKS).glob("*.xlsx"))))
    rows = book.get_sheet_by_name("Table 1").to_python()
    row = next(row for row in rows if row[3] == 643 and row[6] == 417)  # destination Russia, origin Kyrgyzstan
    assert 591_025.0 in row
    found = ask(
        published,
        "select year, value from fct_migration where origin_id = 'KGZ' and destination_id = 'RUS' "
        "and vintage = '2020' and sex = 'both' order by year",
    )
    assert [value for _, value in found] == [int(cell) for cell in row[-21:-14]]
    assert found[-1] == (2020, 591_025)


def test_borders_of_each_year_are_those_of_the_file_and_unknown_after_it(published: Path, shared_data: Path) -> None:
    nearest: dict[tuple[str, str, int], str] = {}  # Denmark and Sweden stand in 2000 before and after their bridge
    with gzip.open(shared_data / BESIDE["structure/contiguity_distance"], "rt", encoding="utf-8", newline="") as handle:
        for row in csv.DictReader(handle):
            if int(row["year"]) >= 1994 and int(row["state1no"]) < int(row["state2no"]):
                pair = row["state1no"], row["state2no"], int(row["year"])
                nearest[pair] = min(row["conttype"], nearest.get(pair, "9"))
    by_hand = Counter((year, kind) for (_, _, year), kind in nearest.items())
    found = ask(
        published,
        "select year, contiguity_type::varchar, count(*) from fct_structure_dyad_year "
        "where contiguity_type is not null and year >= 1994 group by all",
    )
    assert {(year, kind): n for year, kind, n in found} == by_hand
    rows = ask(published, "select year, is_contiguous from fct_structure_dyad_year where dyad = 'KAZ-KGZ' "
               "and year between 2015 and 2018 order by year")  # fmt: skip
    assert rows == [(2015, True), (2016, True), (2017, None), (2018, None)]


def test_the_home_dyad_is_tied_by_the_treaties_that_name_both(published: Path, shared_data: Path) -> None:
    """By hand: treaties in force between both, accessions of Kyrgyzstan to what Russia was in already."""
    with (shared_data / BESIDE["structure/trade_agreements"]).open(encoding="utf-8", newline="") as handle:
        lines = list(csv.DictReader(handle, delimiter=";"))
    by_hand: Counter[int] = Counter()
    for line in lines:
        roles = {line[f"c{n}"]: line[f"mc{n}"] for n in range(1, 92)}
        is_of_others = line["typememb"] in ("3", "4") and roles.get("417") == roles.get("643")  # of a bloc with a third
        both = {"417", "643"} <= set(roles) and not is_of_others
        joins = line["entry_type"] == "accession" and "1" in (roles.get("417"), roles.get("643"))
        base = next(other for other in lines if other["number"] == line["base_treaty"])
        year = line["entryforceyear"] if line["entryforceyear"] != "NA" else line["year"] if joins else "NA"
        if both and (joins or line["entry_type"] == "base_treaty") and "NA" not in (year, base["entryforceyear"]):
            by_hand.update(range(max(int(year), int(base["entryforceyear"]), 1991), 2021))
    rows = ask(published, "select year, n_trade_agreements from fct_structure_dyad_year where dyad = 'KGZ-RUS' "
               "and year <= 2020")  # fmt: skip
    assert dict(rows) == {year: by_hand[year] for year in range(1991, 2021)}
    assert by_hand[2015] == by_hand[2014] + 1, "the Eurasian Economic Union"


def test_the_loan_of_the_seed_statement_leads_back_to_its_characters(published: Path, first_run: Path) -> None:
    [(evidence, amount, currency, stage, committed_by, span_start, span_end, published_on)] = ask(
        published,
        "select evidence, amount_max, currency, stage, committed_by, span_start, span_end, published_on "
        "from fct_commitments where published_on = '2020-10-24' and amount_max is not null",
    )
    assert (amount, currency, stage, published_on) == (100_000_000, "USD", "pledged", date(2020, 10, 24))
    assert "RUS" in committed_by
    raw = next((first_run / "statements" / "text_files").glob("000_*")).read_text(encoding="utf-8")
    start = raw.index("Ministers of Foreign Affairs")
    assert raw[start + span_start : start + span_end].split() == str(evidence).split()


def test_the_printed_table_says_what_the_database_holds(published: Path) -> None:
    table = up.indicators(published, is_sample=False)
    years = list(table.columns[0].cells)
    stocks = dict(zip(years, table.columns[7].cells, strict=True))
    assert "399,110" in stocks["2020"], "the newest edition that is there, not the first"
    flights = dict(zip(years, table.columns[5].cells, strict=True))
    assert flights["2019"] == flights["2020"] == "\u00b7", "ten of 170,000 flights touch Kyrgyzstan: not observable"


def test_the_published_file_replays_what_was_known_on_a_day(published: Path) -> None:
    query = (
        "select value from migration_as_of(date '{}') where directed_dyad = 'KGZ>RUS' and year = 2020 and sex = 'both' "
        "and measure = 'stock'"
    )
    assert ask(published, query.format("2020-12-31")) == []
    assert ask(published, query.format("2022-01-01")) == [(591_025.0,)]
    told = (published.parent / "CHANGES.md").read_text(encoding="utf-8")
    assert "the first publication" in told and "International Migrant Stock" in told


# ---- flights beside what others count


def test_kyrgyzstan_and_russia_are_not_observable_and_their_coverage_says_why(published: Path) -> None:
    rows = ask(
        published,
        "select distinct flights_observability, n_flights, flights_coverage < 0.55 or flights_coverage is null "
        "from dyad_month where dyad = 'KGZ-RUS' and month in ('2019-01-01', '2020-01-01', '2020-02-01', '2020-03-01')",
    )
    assert rows == [("not observable", None, True)]
    growth = ask(
        published,
        "select count(*) from fct_flights_dyad_month where dyad = 'KGZ-RUS' "
        "and (growth_year is not null or growth_year_panel is not null)",
    )
    assert growth == [(0,)], "what can't be seen can't grow"
    seen = ask(
        published,
        "select country_id, sum(n_legs_touching), max(share_both_ends) from fct_flights_coverage_month "
        "where country_id in ('DEU', 'KGZ') and source_key = 'opensky_flightlist' group by 1 order by 1",
    )
    (_, german, german_share), (_, kyrgyz, _) = seen
    assert german > 1000 and german_share > 0.75
    assert kyrgyz <= 10, "10 of 170,000 legs touch Kyrgyzstan"


def test_germany_and_spain_show_the_collapse_of_2020(published: Path) -> None:
    rows = ask(
        published,
        "select sum(value) filter (year(period_start) = 2019), sum(value) filter (year(period_start) = 2020) "
        "from fct_air_traffic_dyad where directed_dyad = 'DEU>ESP' and grain = 'W' and measure = 'flights' "
        "and month(period_start) between 4 and 6",
    )
    [(before, after)] = rows
    assert after / before == pytest.approx(0.215, abs=0.005), "6,724 flights seen in 2019, 1,446 in 2020"


def test_legs_of_the_flight_list_and_weekly_counts_of_others_go_together(published: Path) -> None:
    """The list is a sample (a dozenth of all legs), so that a week of a dyad holds few: that alone keeps r below 1."""
    ask_build = """
        with legs as (
            select origin_id, destination_id, day, sum(n_legs) as n from reduce.flight_dyad_days
            where source_key = 'opensky_flightlist' group by all
        ),
        weeks as (
            select origin_id, destination_id, period_start, period_end, value from fct_air_traffic_dyad
            where source_key = 'opensky_country_pairs' and origin_id <> destination_id
                and period_start between '2020-01-06' and '2020-03-23'
        ),
        both_ as (
            select w.origin_id, w.destination_id, w.period_start, any_value(w.value) as told, coalesce(sum(l.n), 0) as n
            from weeks as w
            left join legs as l on l.origin_id = w.origin_id and l.destination_id = w.destination_id
                and l.day >= w.period_start and l.day < w.period_end
            group by all
        ),
        dyads as (select origin_id, destination_id, sum(told) as told, sum(n) as n from both_ group by all)
        select (select count(*) from both_), (select corr(told, n) from both_), (select corr(told, n) from dyads)
    """
    [(compared, by_week, by_dyad)] = ask(published.parents[2] / "warehouse" / "entente.duckdb", ask_build)
    assert compared > 8_000
    assert by_week > 0.6, by_week
    assert by_dyad > 0.85, by_dyad


def test_a_week_told_in_part_is_no_week(published: Path) -> None:
    rows = ask(published, "select min(period_end - period_start) from fct_air_traffic_dyad where grain = 'W'")
    assert rows == [(7,)]


# ---- migration


def test_one_fact_has_a_figure_in_each_edition(published: Path) -> None:
    rows = ask(
        published,
        "select vintage, value, is_latest_vintage from fct_migration where directed_dyad = 'KGZ>RUS' and year = 2020 "
        "and sex = 'both' and source_key = 'un_desa_migrant_stock' order by 1",
    )
    assert rows == [("2020", 591_025, False), ("2024", 399_110, True)]


def test_six_methods_are_six_figures_and_the_best_stands_beside_their_spread(
    published: Path,
) -> None:
    rows = ask(
        published,
        "select method, value from fct_migration where directed_dyad = 'KGZ>RUS' and grain = '5A' and year = 2015",
    )
    assert {method: round(value) for method, value in rows} == METHODS
    best = ask(
        published,
        "select best_estimate, best_method, value_min, value_max, n_methods, spread from fct_migration_dyad_year "
        "where directed_dyad = 'KGZ>RUS' and grain = '5A' and year = 2015 and measure = 'flow'",
    )
    assert best == [(192_342, "da_pb_closed", 0, 192_342, 6, None)]


def test_a_model_of_years_is_not_compared_with_one_of_five_years(published: Path) -> None:
    rows = ask(
        published,
        "select grain, n_sources from fct_migration_dyad_year where directed_dyad = 'KGZ>RUS' and year = 2015 "
        "and measure = 'flow' order by 1",
    )
    assert rows == [("5A", 1), ("A", 1)]


def test_31_per_cent_of_the_figures_above_zero_differ_between_two_editions(published: Path) -> None:
    [(share, compared)] = ask(
        published,
        "select share_changed, n_compared_above_zero from dim_vintage where source_key = 'un_desa_migrant_stock' "
        "and vintage = '2024'",
    )
    assert share == pytest.approx(0.31, abs=0.005)
    assert compared == 167_697
    listed = ask(
        published,
        "select count(*) from fct_revisions where source_key = 'un_desa_migrant_stock' and value_before > 0 "
        "and value is not null and vintage = '2024' and vintage_before = '2020'",
    )
    assert listed == [(round(share * compared),)], "each of them is in the list"


def test_the_watched_dyad_s_revision_is_told(published: Path) -> None:
    rows = ask(
        published,
        "select year, value_before, value, round(relative_change, 3) from fct_revisions where is_focus "
        "and directed_dyad = 'KGZ>RUS' and vintage = '2024' order by 1",
    )
    assert (2020, 591_025, 399_110, -0.325) in rows
    told = (published.parent / "CHANGES.md").read_text(encoding="utf-8")
    assert "591,025 persons in 2020, 399,110 in 2024 (-32.5%)" in told


def test_origins_and_sexes_add_up_to_what_the_publisher_prints(published: Path) -> None:
    rows = ask(
        published,
        "select check_name, max(share_off), count(*) from fct_migration_checks "
        "where source_key = 'un_desa_migrant_stock' group by 1 order by 1",
    )
    assert [(name, round(share, 6)) for name, share, _ in rows] == [("origins add up", 0), ("sexes add up", 0)]


def test_a_figure_leads_back_to_its_raw_bytes(published: Path, shared_data: Path) -> None:
    [(sha256,)] = ask(
        published,
        "select raw_sha256 from fct_migration where directed_dyad = 'KGZ>RUS' and grain = '5A' and year = 2015 "
        "and method = 'da_pb_closed'",
    )
    path = shared_data / "abel_cohen_json" / "flow_da_pb_closed.json.gz"
    assert hashlib.sha256(path.read_bytes()).hexdigest() == sha256
    assert "192342" in json.dumps(json.loads(gzip.decompress(path.read_bytes()))), "the figure stands in them"


def test_a_dyad_month_leads_to_its_legs_and_they_to_rows_of_the_raw_file(
    published: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = published.parents[2]
    monkeypatch.setenv("ENTENTE_HOME", str(home))
    seen = "n_flights > 0 and n_flights + n_flights_repaired between 5 and 40"
    [(dyad, month, whole, filled)] = ask(
        published,
        "select directed_dyad, strftime(month, '%Y-%m'), n_flights + n_flights_repaired, n_flights_repaired "
        f"from fct_flights_dyad_month where source_key = 'opensky_flightlist' and {seen} "
        "order by n_flights_repaired desc, directed_dyad, month limit 1",
    )
    head, kind, *lines = trace("fct_flights_dyad_month", str(dyad), str(month)).splitlines()
    assert str(dyad) in head and kind == f"flights: {whole}"
    assert len(lines) == whole
    assert sum("repaired_" in line for line in lines) == filled
    for line in lines:
        place, _, told = line.strip().partition(" row ")
        row, _, words = told.partition(": ")
        with gzip.open(home / "landing" / place, "rt") as file:
            raw = next(r for number, r in enumerate(csv.DictReader(file), 1) if number == int(row))
        assert words.split()[0] == raw["icao24"]
        assert f"{raw['origin'] or '?'}>{raw['destination'] or '?'}" in words


def test_an_official_figure_leads_back_to_its_cell(published: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_HOME", str(published.parents[2]))
    [(dyad, month, value)] = ask(
        published,
        "select directed_dyad, strftime(period_start, '%Y-%m'), value::bigint from fct_air_traffic_dyad "
        "where source_key = 'opensky_country_pairs' and value > 0 order by directed_dyad, period_start limit 1",
    )
    told = trace("fct_air_traffic_dyad", str(dyad), str(month))
    assert "opensky_country_pairs" in told and "flights_countries.csv row " in told
    assert f" {value}" in told


def test_more_flights_to_bishkek_were_announced_and_nobody_could_see_whether_they_came(published: Path) -> None:
    """The home question: no confident number, but why there is none, and what else is known, by edition."""
    [(verdict, reason, p_value, beside, stage, direction)] = ask(
        published,
        "select verdict, reason, p_value, evidence_beside, stage, direction from fct_commitment_followthrough "
        "where published_on = '2021-02-04' and dyad = 'KGZ-RUS' and indicator = 'n_flights'",
    )
    assert (verdict, p_value, stage, direction) == ("not observable", None, "agreed", "increase")
    assert reason == (
        "observable in 0% of the landed periods of the two windows; 12 of the outcome's 12 periods have not landed"
    )
    told = "\n".join(map(str, beside)) if isinstance(beside, list) else ""
    assert "schedule: callsigns whose route joins the two states, of no date 262 [vrs_routes]" in told
    assert "edition 2020 KGZ>RUS before 591025 (2020)" in told
    assert "edition 2024 KGZ>RUS before 399110 (2020) after 333664 (2024)" in told
    found = ask(
        published,
        "select distinct verdict from fct_commitment_followthrough where dyad = 'KGZ-RUS' and topic like 'aviation.%'",
    )
    assert set(found) <= {("not observable",), ("no data",)}, "of no announcement on these flights can more be said"
