"""ingest/reference.py and the reviewed seeds: what a publisher's name means, on which day, and what it may not mean."""

from __future__ import annotations

import csv
import gzip
import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from math import acos, cos, radians, sin
from pathlib import Path

import airportsdata
import pytest

from ingest import reference
from ingest.reference import Alias, Countries, NotAStateThen, UnknownCountry, countries, normalise, read_seed
from ingest.settings import SEEDS

DATA = Path(__file__).resolve().parents[3] / "shared" / "data"
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
Row = Mapping[str, str]
HEADERS = {
    "countries": "country_id iso2 m49 name official_name name_ru kind sovereign valid_from valid_to cow_code "
    "cow_abbrev gw_code capital un_member successor_of note",
    "country_aliases": "alias country_id kind lang valid_from valid_to ambiguous source",
    "country_codes": "code country_id valid_from valid_to source",
    "organisations": "org_id name kind parent founded dissolved note",
    "organisation_aliases": "alias org_id lang ambiguous",
    "memberships": "country_id org_id valid_from valid_to status source",
    "aggregates": "code name publisher",
    "state_systems": "system code country_id valid_from valid_to is_member reason",
    "capitals": "country_id capital latitude_deg longitude_deg valid_from valid_to source",
}
KEYS = {
    "countries": ("country_id",),
    "country_aliases": ("alias", "country_id", "kind", "valid_from"),
    "country_codes": ("code", "country_id", "valid_from"),
    "organisations": ("org_id",),
    "organisation_aliases": ("alias", "org_id"),
    "memberships": ("country_id", "org_id", "valid_from", "status"),
    "aggregates": ("code", "name", "publisher"),
    "state_systems": ("system", "code", "country_id", "valid_from"),
    "capitals": ("country_id", "valid_from"),
}


# ---- checks: each returns what is wrong, so that a planted defect can be seen in it ------------------------


def doubled(rows: Sequence[Row], key: Sequence[str]) -> list[tuple[str, ...]]:
    """Keys that stand twice."""
    seen: dict[tuple[str, ...], int] = defaultdict(int)
    for row in rows:
        seen[tuple(row[column] for column in key)] += 1
    return [values for values, times in seen.items() if times > 1]


def bad_periods(rows: Iterable[Row]) -> list[Row]:
    """Rows whose period is no pair of ISO days, or is empty."""
    wrong = []
    for row in rows:
        start, end = row["valid_from"], row["valid_to"]
        if any(day and not ISO_DAY.fullmatch(day) for day in (start, end)) or (start and end and start >= end):
            wrong.append(row)
    return wrong


def overlap(one: tuple[str, str], other: tuple[str, str]) -> bool:
    """Whether two half-open periods, ISO text with empty as open, share a day."""
    return (not one[1] or other[0] < one[1]) and (not other[1] or one[0] < other[1])


def torn_aliases(aliases: Iterable[Row], states: Mapping[str, Row]) -> list[str]:
    """Aliases that mean two countries on one day without saying `ambiguous`."""
    by_name: dict[str, list[tuple[str, tuple[str, str], bool]]] = defaultdict(list)
    for row in aliases:
        state = states[row["country_id"]]
        period = (
            max(row["valid_from"], state["valid_from"]),
            min((day for day in (row["valid_to"], state["valid_to"]) if day), default=""),
        )
        by_name[normalise(row["alias"])].append((row["country_id"], period, row["ambiguous"] == "true"))
    return [
        name
        for name, readings in by_name.items()
        if any(
            a[0] != b[0] and overlap(a[1], b[1]) and not (a[2] and b[2])
            for i, a in enumerate(readings)
            for b in readings[i + 1 :]
        )
    ]


def strangers(rows: Iterable[Row], column: str, known: Iterable[str]) -> set[str]:
    """Ids in a column that no seed has."""
    have = {*known, ""}
    return {part for row in rows for part in row[column].split(";") if part not in have}


@pytest.fixture(scope="module")
def states() -> dict[str, Row]:
    return {row["country_id"]: row for row in read_seed("countries")}


# ---- names and codes ---------------------------------------------------------------------------------------


def test_all_193_members_of_the_united_nations_resolve_by_name_official_name_and_code(states: dict[str, Row]) -> None:
    members = [row for row in states.values() if row["un_member"] == "true" and not row["valid_to"]]
    assert len(members) == 193
    for row in members:
        written = (row["name"], row["official_name"], row["country_id"], row["iso2"], row["m49"], row["name_ru"])
        assert {countries().resolve(name) for name in written} == {row["country_id"]}


def test_every_state_of_the_united_nations_has_the_forms_that_texts_use(states: dict[str, Row]) -> None:
    kinds: dict[str, set[str]] = defaultdict(set)
    for row in read_seed("country_aliases"):
        kinds[row["country_id"]].add(row["kind"])
    wanted = {"name", "official_name", "adjective", "demonym", "capital", "ru_name"}
    members = [key for key, row in states.items() if row["un_member"] == "true" and not row["valid_to"]]
    # a name equal to the official one stands once, as name
    short = {key for key in members if normalise(states[key]["name"]) == normalise(states[key]["official_name"])}
    lacking = {key: wanted - kinds[key] - ({"official_name"} if key in short else set()) for key in members}
    assert not {key: kinds for key, kinds in lacking.items() if kinds}


def test_iso_3166_is_complete_as_counted_by_its_agency(states: dict[str, Row]) -> None:
    current = [r for r in states.values() if r["iso2"] and not r["valid_to"] and r["country_id"] != "XKX"]
    assert len(current) == 249
    assert len({r["iso2"] for r in current}) == len({r["m49"] for r in current}) == 249
    assert all(re.fullmatch(r"\d{3}", r["m49"]) for r in current)


def test_namibias_iso2_is_text() -> None:
    assert countries().by_id["NAM"].iso2 == "NA"
    assert countries().resolve("NA") == "NAM"


@pytest.mark.parametrize(
    ("name", "country_id"),
    [
        ("Côte d’Ivoire", "CIV"), ("Cote d'Ivoire", "CIV"), ("CÔTE D`IVOIRE", "CIV"), (" Georgia* ", "GEO"),
        ("Aruba**", "ABW"), ("Türkiye", "TUR"), ("Turkey", "TUR"), ("China, Hong Kong SAR", "HKG"),
        ("Dem. People's Republic of Korea", "PRK"), ("Eswatini", "SWZ"), ("Swaziland", "SWZ"),
        ("TFYR Macedonia", "MKD"), ("North Macedonia", "MKD"), ("Kyrgyz Republic", "KGZ"), ("Кыргызстан", "KGZ"),
        ("Киргизия", "KGZ"), ("Russian Federation", "RUS"), ("РФ", "RUS"), ("Congo", "COG"),
        ("Congo, Dem. Rep.", "COD"), ("Channel Islands", "CHI"), ("EL", "GRC"), ("UK", "GBR"), ("XK", "XKX"),
        ("Serbia and Kosovo: S/RES/1244 (1999)", "SRB"), ("Guinea-Bissau", "GNB"), ("Guinea", "GIN"),
        ("St. Lucia", "LCA"), ("Korea, Rep.", "KOR"), ("Lao PDR", "LAO"), ("STLS", "XXA"), ("Unknown", "XXX"),
        ("ROM", "ROU"), ("417", "KGZ"), ("Gambia, The", "GMB"), ("The Gambia", "GMB"),
        ("Micronesia (Fed. States of)", "FSM"),
    ],
)  # fmt: skip
def test_spellings_of_publishers(name: str, country_id: str) -> None:
    assert countries().resolve(name) == country_id


@pytest.mark.parametrize("word", ["Kyrgyz", "Bishkek", "Moscow", "Kremlin", "Danes", "Danish", "White House"])
def test_words_of_running_text_are_no_countries_in_a_table(word: str) -> None:
    with pytest.raises(UnknownCountry):
        countries().resolve(word)


def test_an_unknown_name_says_what_would_mend_it() -> None:
    with pytest.raises(UnknownCountry, match=r"'Ruritania'.*add a row to dbt_project/seeds/country_aliases\.csv"):
        countries().resolve("Ruritania")


@pytest.mark.parametrize("nothing", ["", "  ", "*", "-", "..", "0", "999", "ru"])
def test_nothing_is_no_country(nothing: str) -> None:
    with pytest.raises(UnknownCountry):
        countries().resolve(nothing)


def test_m49_reads_numbers_with_and_without_leading_zeros() -> None:
    assert [countries().from_m49(code) for code in (4, "4", "004", "830", "412")] == ["AFG", "AFG", "AFG", "CHI", "XKX"]
    for code in ("900", "XX", "-4", "²"):
        with pytest.raises(UnknownCountry):
            countries().from_m49(code)


# ---- dates -------------------------------------------------------------------------------------------------


def test_the_soviet_union_is_not_russia() -> None:
    assert countries().resolve("USSR") == "SUN"
    assert countries().resolve("RUS", date(1991, 12, 26)) == "RUS"
    assert countries().resolve("Soviet Union", date(1991, 12, 25)) == "SUN"
    with pytest.raises(NotAStateThen, match=r"RUS \[1991-12-26"):
        countries().resolve("Russia", date(1991, 1, 1))
    with pytest.raises(NotAStateThen):
        countries().resolve("SUN", date(1991, 12, 26))
    with pytest.raises(NotAStateThen):
        countries().from_m49(643, date(1990, 7, 1))


def test_a_name_means_the_state_that_bore_it_on_the_day() -> None:
    def yugoslavia(day: date) -> str:
        return countries().resolve("Yugoslavia", day)

    assert (yugoslavia(date(1991, 1, 1)), yugoslavia(date(1999, 1, 1))) == ("YUG", "SCG")
    assert countries().resolve("YUG", date(1999, 1, 1)) == "SCG"
    with pytest.raises(NotAStateThen):
        yugoslavia(date(2010, 1, 1))
    with pytest.raises(UnknownCountry, match="SCG, YUG"):
        countries().resolve("Yugoslavia")
    assert countries().resolve("Serbia") == "SRB"
    assert countries().resolve("Serbia", date(2001, 1, 1)) == "SCG"
    assert countries().resolve("Timor-Leste", date(1999, 1, 1)) == "TMP"
    assert countries().resolve("West Germany", date(1980, 1, 1)) == "DEU"
    with pytest.raises(NotAStateThen):
        countries().resolve("West Germany", date(2000, 1, 1))


def test_no_day_lies_between_a_state_and_its_successor(states: dict[str, Row]) -> None:
    assert not strangers(states.values(), "successor_of", states)
    for row in states.values():
        for old in filter(None, row["successor_of"].split(";")):
            gone = states[old]["valid_to"]
            if gone and row["valid_from"]:
                assert row["valid_from"] <= gone, row


# ---- aggregates --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "WORLD", "900", "1829", "Sub-Saharan Africa", "SUB-SAHARAN AFRICA", "High-income countries", "Other South",
        "Other North", "EU27_2020", "TOTAL", "Polynesia*", "Micronesia", "America", "UK_OCT", "2003",
        "Australia / New Zealand",
    ],
)  # fmt: skip
def test_an_aggregate_is_told_from_an_unknown_name(name: str) -> None:
    assert countries().is_aggregate(name)
    with pytest.raises(UnknownCountry, match="aggregate"):
        countries().resolve(name)


def test_no_country_is_an_aggregate(states: dict[str, Row]) -> None:
    for row in states.values():
        for text in (row["country_id"], row["iso2"], row["m49"], row["name"], row["official_name"]):
            assert not text or not countries().is_aggregate(text), text
    for row in read_seed("aggregates"):
        with pytest.raises(UnknownCountry):
            countries().resolve(row["name"])


# ---- the seeds ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize("seed", HEADERS)
def test_seeds_are_plain_utf8_with_lf_and_one_row_per_key(seed: str) -> None:
    raw = (SEEDS / f"{seed}.csv").read_bytes()
    assert raw.endswith(b"\n") and b"\r" not in raw and not raw.startswith(b"\xef\xbb\xbf")
    rows = read_seed(seed)
    assert list(rows[0]) == HEADERS[seed].split()
    assert not doubled(rows, KEYS[seed])
    assert all(value == value.strip() for row in rows for value in row.values())


def test_a_doubled_row_is_seen() -> None:
    rows = read_seed("countries")
    assert doubled([*rows, rows[3]], KEYS["countries"]) == [(rows[3]["country_id"],)]


def test_a_row_of_the_wrong_length_is_refused_with_its_line(tmp_path: Path) -> None:
    (tmp_path / "aggregates.csv").write_text("code,name,publisher\n900,World,UN DESA\n901,More,developed,regions\n")
    with pytest.raises(ValueError, match=r"aggregates\.csv line 3"):
        read_seed("aggregates", tmp_path)
    (tmp_path / "aggregates.csv").write_text("code,name,publisher\n900,World\n")
    with pytest.raises(ValueError, match=r"aggregates\.csv line 2"):
        read_seed("aggregates", tmp_path)


@pytest.mark.parametrize(
    "seed", ["countries", "country_aliases", "country_codes", "memberships", "state_systems", "capitals"]
)
def test_periods_are_days_and_not_empty(seed: str) -> None:
    rows = read_seed(seed)
    assert not bad_periods(rows)
    for start, end in (("1991-12-26", "1991-12-26"), ("2000-01-02", "2000-01-01"), ("26.12.1991", ""), ("", "1991")):
        assert bad_periods([{**rows[0], "valid_from": start, "valid_to": end}])


def test_no_alias_means_two_countries_on_one_day_unless_it_says_so(states: dict[str, Row]) -> None:
    aliases = read_seed("country_aliases")
    assert not torn_aliases(aliases, states)
    planted = {**aliases[0], "alias": "KYRGYZSTAN", "country_id": "KAZ", "ambiguous": "false"}
    assert torn_aliases([*aliases, planted], states) == ["kyrgyzstan"]
    assert torn_aliases([*aliases, {**planted, "alias": "Moscow", "country_id": "SUN", "valid_to": ""}], states) == []
    assert torn_aliases([*aliases, {**planted, "alias": "Moscow", "country_id": "UKR"}], states) == ["moscow"]


def test_two_unmarked_publisher_names_of_one_day_are_refused_when_resolved() -> None:
    known = countries()
    twice = Alias("Ruritania", "KAZ", "publisher", "en", None, None, True, "entente")
    again = Alias("Ruritania", "UZB", "name", "en", None, None, True, "entente")
    planted = Countries(known.by_id.values(), [twice, again])
    with pytest.raises(UnknownCountry, match="KAZ, UZB"):
        planted.resolve("Ruritania")


def test_an_alias_of_no_country_and_a_country_given_twice_are_refused() -> None:
    known = list(countries().by_id.values())
    with pytest.raises(ValueError, match="QQQ"):
        Countries(known, [Alias("Ruritania", "QQQ", "name", "en", None, None, False, "entente")])
    with pytest.raises(ValueError, match="stands twice"):
        Countries([*known, known[0]], [])
    with pytest.raises(ValueError, match="unknown kind"):
        Countries(known, [Alias("Ruritania", "KAZ", "nickname", "en", None, None, False, "entente")])


def test_words_of_the_seeds_are_of_the_agreed_lists(states: dict[str, Row]) -> None:
    assert {row["kind"] for row in states.values()} == {"state", "territory", "special"}
    aliases = read_seed("country_aliases")
    assert {row["kind"] for row in aliases} == reference.NAME_KINDS | reference.SHORT_KINDS | reference.TEXT_KINDS
    assert {row["ambiguous"] for row in [*aliases, *read_seed("organisation_aliases")]} == {"true", "false"}
    assert {row["kind"] for row in read_seed("organisations")} == {"IGO", "bank", "fund", "agency"}
    assert {row["status"] for row in read_seed("memberships")} == {"member", "observer", "associate"}


def test_ids_that_a_seed_refers_to_exist(states: dict[str, Row]) -> None:
    organisations = [row["org_id"] for row in read_seed("organisations")]
    memberships = read_seed("memberships")
    assert not strangers(states.values(), "sovereign", states)
    assert not strangers(read_seed("country_aliases"), "country_id", states)
    assert not strangers(read_seed("country_codes"), "country_id", states)
    assert not strangers(read_seed("organisations"), "parent", organisations)
    assert not strangers(read_seed("organisation_aliases"), "org_id", organisations)
    assert not strangers(memberships, "org_id", organisations)
    assert not strangers(memberships, "country_id", states)
    assert strangers([{**memberships[0], "country_id": "QQQ"}], "country_id", states) == {"QQQ"}
    assert not strangers(read_seed("capitals"), "country_id", states)
    assert not strangers(read_seed("state_systems"), "country_id", states)


def test_an_organisation_is_never_coded_as_a_country(states: dict[str, Row]) -> None:
    assert not {row["org_id"] for row in read_seed("organisations")} & set(states)
    sure = {normalise(row["alias"]) for row in read_seed("country_aliases") if row["ambiguous"] == "false"}
    clash = {row["alias"] for row in read_seed("organisation_aliases") if row["ambiguous"] == "false"}
    assert not {alias for alias in clash if normalise(alias) in sure}


def test_stateless_and_unknown_are_no_names_that_a_text_could_hold(states: dict[str, Row]) -> None:
    special = {key for key, row in states.items() if row["kind"] == "special"} - {"CHI"}
    assert special == {"XXA", "XXR", "XXT", "XXX"}
    assert not {row["alias"] for row in read_seed("country_aliases") if row["country_id"] in special}


def test_a_membership_does_not_overlap_itself() -> None:
    spans: dict[tuple[str, str], list[tuple[str, str]]] = defaultdict(list)
    for row in read_seed("memberships"):
        spans[row["country_id"], row["org_id"]].append((row["valid_from"], row["valid_to"]))
    assert not [
        pair
        for pair, periods in spans.items()
        if any(overlap(a, b) for i, a in enumerate(periods) for b in periods[i + 1 :])
    ]


@pytest.mark.parametrize(
    ("org_id", "day", "members"),
    [
        ("EUR", "2020-01-31", 28), ("EUR", "2020-02-01", 27), ("EUR", "2004-04-30", 15), ("NATO", "2024-03-07", 32),
        ("EAEU", "2015-08-12", 5), ("CSTO", "2012-12-19", 6), ("SCO", "2024-07-04", 10), ("OTS", "2022-01-01", 5),
        ("ASEAN", "2025-10-26", 11), ("GCC", "2000-01-01", 6), ("BRICS", "2025-01-06", 10),
        ("SCHENGEN", "2024-03-31", 29),
    ],
)  # fmt: skip
def test_memberships_add_up_to_the_counts_that_everybody_knows(org_id: str, day: str, members: int) -> None:
    rows = [row for row in read_seed("memberships") if row["org_id"] == org_id and row["status"] == "member"]
    inside = [r["country_id"] for r in rows if r["valid_from"] <= day and (not r["valid_to"] or day < r["valid_to"])]
    assert len(inside) == members, sorted(inside)


@pytest.mark.parametrize(
    ("alias", "day", "country_id"),
    [
        ("Nur-Sultan", "2020-01-01", "KAZ"), ("Moscow", "2020-01-01", "RUS"), ("Moscow", "1990-01-01", "SUN"),
        ("Kiev", "2020-01-01", "UKR"), ("Kyiv", "2020-01-01", "UKR"), ("Kremlin", "2020-01-01", "RUS"),
        ("Smolenskaya", "2020-01-01", "RUS"), ("Ak Orda", "2020-01-01", "KAZ"),
        ("Downing Street", "2020-01-01", "GBR"), ("Elysee", "2020-01-01", "FRA"), ("Beijing", "2020-01-01", "CHN"),
    ],
)  # fmt: skip
def test_words_of_texts_mean_one_country_on_their_day(alias: str, day: str, country_id: str) -> None:
    rows = [row for row in read_seed("country_aliases") if normalise(row["alias"]) == normalise(alias)]
    on = {r["country_id"] for r in rows if r["valid_from"] <= day and (not r["valid_to"] or day < r["valid_to"])}
    assert on == {country_id}


def test_nur_sultan_was_a_name_for_three_and_a_half_years() -> None:
    (row,) = [row for row in read_seed("country_aliases") if row["alias"] == "Nur-Sultan"]
    assert (row["valid_from"], row["valid_to"]) == ("2019-03-23", "2022-09-17")


# ---- the publishers' own files -----------------------------------------------------------------------------


def un_desa_names() -> set[tuple[str, str]]:
    """Every (name, location code) of an area in the three editions; the code is empty where the file has none."""
    calamine = pytest.importorskip("python_calamine")
    found: set[tuple[str, str]] = set()
    workbooks = [*DATA.glob("un_desa*/undesa_pd_*.xlsx"), *DATA.glob("first-run/migration/*/*.xlsx")]
    for path in workbooks:
        sheet = calamine.CalamineWorkbook.from_path(str(path)).get_sheet_by_name("Table 1")
        columns: list[tuple[int, int]] = []
        for row in sheet.to_python(skip_empty_area=False):
            cells = [str(int(cell)) if isinstance(cell, float) else str(cell).strip() for cell in row]
            heads = [re.sub(r"\s+", " ", cell).lower() for cell in cells[:8]]
            if not columns and sum("region" in head or "code" in head for head in heads) >= 2:
                names = [i for i, head in enumerate(heads) if "region" in head]
                codes = [i for i, head in enumerate(heads) if "code" in head]
                columns = list(zip(names, codes, strict=True))
            elif columns and cells[0].isdigit():
                found |= {(cells[name], cells[code]) for name, code in columns if cells[name]}
    for path in [*DATA.glob("un_desa_csv/migrants_*.csv.gz"), *DATA.glob("first-run/migration/*/*.csv.gz")]:
        with gzip.open(path, "rt", encoding="utf-8-sig", newline="") as handle:
            reader = csv.reader(handle)
            head = next(reader)
            found |= {(name, "") for name in head[head.index("Total") :]} | {(row[1], "") for row in reader}
    return found


@pytest.mark.skipif(not DATA.is_dir(), reason="real files not at ../shared/data")
def test_every_area_of_the_three_un_desa_editions_is_a_country_or_an_aggregate() -> None:
    pairs = un_desa_names()
    assert len(pairs) > 500
    unknown = set()
    for name, code in pairs:
        try:
            aggregate, by_name = countries().is_aggregate(name), ""
            by_name = "" if aggregate else countries().resolve(name)
            if code:
                assert aggregate == countries().is_aggregate(code), (name, code)
                assert aggregate or by_name == countries().from_m49(code), (name, code)
        except UnknownCountry:
            unknown.add((name, code))
    assert not unknown
    areas = {countries().from_m49(code) for _, code in pairs if code and not countries().is_aggregate(code)}
    assert len(areas) >= 230


@pytest.mark.skipif(not (DATA / "states_systems").is_dir(), reason="real files not at ../shared/data")
def test_correlates_of_war_codes_are_those_of_its_state_system(states: dict[str, Row]) -> None:
    with (DATA / "states_systems" / "states2016.csv").open(encoding="utf-8") as handle:
        cow = list(csv.DictReader(handle))
    abbreviations = {row["ccode"]: row["stateabb"] for row in cow}
    assert {r["cow_code"]: r["cow_abbrev"] for r in states.values() if r["cow_code"]}.items() <= abbreviations.items()
    # 260 the Federal Republic before 1990, 678 North Yemen, 511 Zanzibar have no code of their own in ISO
    alive = {row["ccode"] for row in cow if int(row["endyear"]) >= 1946} - {"260", "678", "511"}
    assert alive == {row["cow_code"] for row in states.values() if row["cow_code"]}


NO_AIRPORT = {"AND", "LIE", "MCO", "PSE", "SMR", "VAT"}  # by air to a neighbour's
HEIRS = {"CSK": "CZE", "DDR": "DEU", "SCG": "SRB", "SUN": "RUS", "VDR": "VNM", "XVS": "VNM", "YMD": "YEM", "YUG": "SRB"}


def far_capitals(rows: Iterable[Row]) -> list[str]:
    """Capitals of which the nearest airport with an IATA code is another state's, or more than 60 km away."""
    ports = [port for port in airportsdata.load().values() if port["iata"]]
    wrong = []
    for row in rows:
        place = float(row["latitude_deg"]), float(row["longitude_deg"])
        around = [port for port in ports if abs(port["lat"] - place[0]) < 1 and abs(port["lon"] - place[1]) < 2]
        near = min(around or ports, key=lambda port: km(*place, port["lat"], port["lon"]))
        owner = countries().resolve(near["country"])
        is_own = owner == HEIRS.get(row["country_id"], row["country_id"]) or row["country_id"] in NO_AIRPORT
        if not is_own or km(*place, near["lat"], near["lon"]) > 60:
            wrong.append(row["capital"])
    return wrong


def km(latitude: float, longitude: float, other_latitude: float, other_longitude: float) -> float:
    """Kilometres of a great circle, by the cosine rule: another formula than the models'."""
    a, b = radians(latitude), radians(other_latitude)
    cosine = sin(a) * sin(b) + cos(a) * cos(b) * cos(radians(longitude - other_longitude))
    return 6371 * acos(min(1.0, cosine))


def test_a_capital_lies_where_its_airport_does(states: dict[str, Row]) -> None:
    capitals = read_seed("capitals")
    assert not far_capitals(capitals)
    moved = next(row for row in capitals if row["capital"] == "Bishkek")
    assert far_capitals([{**moved, "latitude_deg": moved["longitude_deg"], "longitude_deg": moved["latitude_deg"]}])
    assert far_capitals([{**moved, "country_id": "KAZ"}]) == ["Bishkek"]
    of_today = {row["country_id"]: row["capital"] for row in capitals if not row["valid_to"]}
    named = {key: row["capital"] for key, row in states.items() if row["kind"] == "state"}
    assert of_today == named
