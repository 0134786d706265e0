"""What a reader of the page must be able to rely on. The rows are invented: conftest.py."""

from __future__ import annotations

import base64
import gzip
import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from ingest import page

Visit = Callable[..., Any]
Build = Callable[..., Path]

needs_browser = pytest.mark.slow
CHARTS = ("balance", "stories", "flights", "coverage", "migration")


def packed(html: Path) -> Any:
    found = re.search(r'id="data-packed">([^<]*)<', html.read_text("utf-8"))
    assert found
    return json.loads(gzip.decompress(base64.b64decode(found[1])))


# ---- the file --------------------------------------------------------------------------------------------------------


def test_the_same_database_gives_the_same_bytes(build: Build, rows: str) -> None:
    assert build(rows).read_bytes() == build(rows).read_bytes()


def test_the_page_of_a_small_database_stays_below_a_megabyte(html: Path) -> None:
    assert html.stat().st_size < 1_000_000


def test_the_page_of_a_matrix_of_eleven_thousand_pairs_stays_below_six_megabytes(build: Build, rows: str) -> None:
    matrix = """
    create temp table code as select 'Q' || (100 + i)::varchar as id from range(106) as r(i);
    insert into dim_country (country_id, name) select id, 'State of ' || id from code;
    insert into fct_migration (directed_dyad, dyad, year, sex, concept, vintage, value, source_key)
        select a.id || '>' || b.id, least(a.id, b.id) || '-' || greatest(a.id, b.id), year, 'both', 'birth', vintage,
            hash(a.id, b.id, year, vintage) % 1000000 // (1 + hash(a.id, b.id) % 500), 'stock_matrix'
        from code as a, code as b, (values ('2020'), ('2024')) as editions(vintage),
            unnest([1990, 1995, 2000, 2005, 2010, 2015, 2020]) as years(year)
        where a.id <> b.id;
    """
    html = build(rows, matrix)
    assert len(packed(html)["dyads"]) > 11_000
    assert html.stat().st_size < 6_000_000


def test_the_page_names_no_address_but_those_of_its_sources(html: Path) -> None:
    text = html.read_text("utf-8")
    assert set(re.findall(r"(?:https?:)?//[\w.-]+\.\w+[^\s\"'<)]*", text)) == {"https://example.org/flights"}
    assert not re.search(r"<(?:link|iframe|object|embed|img)\b|@import|\burl\((?!#)", text.split("bundle-packed")[0])


def test_only_the_two_scripts_of_the_page_may_run(html: Path) -> None:
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html.read_text("utf-8"))
    assert policy
    directives = dict(part.strip().split(" ", 1) for part in policy[1].replace("&#39;", "'").split(";"))
    assert directives["default-src"] == "'none'"
    assert re.fullmatch(r"'sha256-[\w+/=]{44}' 'sha256-[\w+/=]{44}'", directives["script-src"])


def test_equal_series_are_kept_once_as_runs(html: Path) -> None:
    data = packed(html)
    assert page._runs([0, 0, 0, 5, None]) == (0, 3, 5, 1, None, 1)
    assert len({json.dumps(series) for series in data["series"]}) == len(data["series"])
    assert all(sum(series[1::2]) == data["n_months"] for series in data["series"])


def test_months_without_a_row_are_not_observed(build: Build, rows: str) -> None:
    hole = "delete from dyad_month where directed_dyad = 'KGZ>RUS' and month = '2020-05-01';\n"
    data = packed(build(rows, hole))
    runs = data["series"][data["monthly"]["n_flights"][data["dyads"].index("KGZ>RUS")]]
    values = [value for value, length in zip(runs[::2], runs[1::2], strict=True) for _ in range(length)]
    assert values[15:18] == [0, None, 0]


def test_more_rows_than_the_page_holds_are_counted_and_the_newest_kept(build: Build, rows: str) -> None:
    many = """
    insert into fct_statement_events
        select 'm' || i, 'm' || i, date '2010-01-01' + i::integer, 'CONSULT', 3, ['DEU', 'UZB'], [], false, false,
            false, false, true, [], null, 'met', 0, 'They met.', null, null
        from range(250) as r(i);
    insert into fct_event_parties select 'm' || i, 'DEU-UZB' from range(250) as r(i);
    """
    events = packed(build(rows, many))["events"]
    dates = [day for day, parties in zip(events["published_on"], events["actors"], strict=True) if "DEU" in parties]
    assert events["more"] == {"DEU-UZB": 250}
    assert len(dates) == page.NEWEST_PER_DYAD
    assert max(dates) == "2010-09-07"
    assert min(dates) == "2010-05-31"


def test_a_trigger_is_marked_as_a_word_and_not_inside_another() -> None:
    assert page._quote("In the metropolis they met.", "met") == ("In the metropolis they ", "met", ".")
    assert page._quote(None, "met") == ("", "met", "")


# ---- in the browser --------------------------------------------------------------------------------------------------


@needs_browser
def test_the_page_asks_the_network_for_nothing_and_complains_of_nothing(visit: Visit, html: Path) -> None:
    opened = visit()
    opened.choose("destination", "KAZ")
    assert opened.asked == [html.as_uri()]
    assert opened.complaints == []


@needs_browser
def test_kyrgyzstan_and_russia_are_shown_first(visit: Visit) -> None:
    opened = visit()
    assert "Kyrgyzstan" in opened.text("#pair-title")
    assert "Russia" in opened.text("#pair-title")


@needs_browser
def test_without_kyrgyzstan_and_russia_the_pair_that_most_is_said_about_is_shown(
    visit: Visit, build: Build, rows: str
) -> None:
    without = "".join(f"delete from {table} where dyad = 'KGZ-RUS';\n" for table in ("dyad_month", "fct_migration"))
    opened = visit(file=build(rows, without))
    assert re.fullmatch(r"Kazakhstan\W+to\W+Kyrgyzstan", opened.text("#pair-title"))


@needs_browser
def test_every_chart_is_drawn_and_named_for_those_who_do_not_see_it(visit: Visit) -> None:
    opened = visit()
    for chart in CHARTS:
        assert opened.count(f"#{chart} svg") == 1, chart
        name = opened.page.get_attribute(f"#{chart} [aria-roledescription=visualization]", "aria-label")
        assert "Kyrgyzstan to Russia" in name


@needs_browser
def test_choosing_a_pair_changes_charts_and_tables(visit: Visit) -> None:
    opened = visit()
    before = {chart: opened.page.inner_html(f"#{chart}") for chart in CHARTS}
    assert opened.count("#commitments tbody") == 2
    opened.choose("destination", "Kazakhstan")
    after = {chart: opened.page.inner_html(f"#{chart}") for chart in CHARTS}
    assert all(before[chart] != after[chart] for chart in CHARTS)
    assert opened.count("#commitments tbody") == 1
    assert "Kazakhstan delivered." in opened.text("#commitments")
    assert "Astana blamed Bishkek." in opened.text("#events")
    assert opened.page.evaluate("location.hash") == "#KGZ-KAZ"


@needs_browser
def test_a_state_is_found_by_name_code_official_and_russian_name(visit: Visit) -> None:
    opened = visit("#KGZ-KAZ")
    for typed in ("russia", "RUS", "Russian Federation", "Россия", "Russia (RUS)"):
        opened.choose("destination", typed)
        assert opened.page.input_value("#destination") == "Russia (RUS)"
        opened.choose("destination", "KAZ")


@needs_browser
def test_an_unknown_state_is_named_and_changes_nothing(visit: Visit) -> None:
    opened = visit()
    opened.choose("destination", "Ruritania")
    assert "Ruritania" in opened.text("#choice-problem")
    assert opened.page.get_attribute("#destination", "aria-invalid") == "true"
    assert "Russia" in opened.text("#pair-title")


@needs_browser
def test_the_swap_button_turns_the_direction_and_its_figures(visit: Visit) -> None:
    opened = visit()
    assert opened.numbers("flown")["Jul 2019"][0] == "121"
    opened.page.focus("#swap")
    opened.page.keyboard.press("Enter")
    opened.wait()
    assert opened.page.evaluate("location.hash") == "#RUS-KGZ"
    assert opened.text("details[data-of=flown] tbody tr:last-child td").startswith("not observed")
    assert "122" in opened.text("details[data-of=flown] tbody")


@needs_browser
def test_the_address_keeps_the_pair(visit: Visit) -> None:
    opened = visit("#UZB-DEU")
    assert re.fullmatch(r"Uzbekistan\W+to\W+Germany", opened.text("#pair-title"))
    opened.page.evaluate("location.hash = '#KAZ-KGZ'")
    opened.page.wait_for_function("document.title.startsWith('Kazakhstan')")
    assert opened.page.input_value("#origin") == "Kazakhstan (KAZ)"


@needs_browser
def test_what_nobody_observed_is_hatched_and_spelled_out_and_never_zero(visit: Visit) -> None:
    opened = visit()
    assert opened.hatched("balance") == 0
    assert opened.hatched("flights") == 2
    assert "not observed" in opened.text("#flights")
    numbers = opened.numbers("flown")
    assert numbers["Jun 2019"] == ["not observed"] * 3
    assert numbers["May 2020"][0] == "0"
    assert "in 15 observed months of 36" in opened.text("#figures")


@needs_browser
def test_a_pair_outside_all_coverage_says_so_and_has_no_chart_of_zeros(visit: Visit) -> None:
    opened = visit("#UZB-DEU")
    for chart in ("balance", "stories", "flights", "coverage"):
        assert opened.count(f"#{chart} svg") == 0
        assert "Not observed" in opened.text(f"#{chart}")
    assert opened.count("#migration svg") == 1
    assert "not observed" in opened.text("#figures")


@needs_browser
def test_a_pair_that_the_page_does_not_hold_is_not_called_zero(visit: Visit) -> None:
    opened = visit("#UZB-RUS")
    assert "not observed" in opened.text("#unheld")
    assert not opened.page.is_visible("#held")


@needs_browser
def test_coverage_is_of_the_source_that_the_flights_are_of(visit: Visit) -> None:
    assert visit().numbers("flown")["Jul 2019"][1:] == ["53.5", "93.5"]


@needs_browser
def test_editions_of_a_matrix_stay_apart(visit: Visit) -> None:
    opened = visit()
    assert "edition 2024, by country of birth" in opened.text("#migration")
    assert "edition 2020, by country of birth" in opened.text("#migration")
    numbers = opened.numbers("moved")
    assert numbers["2000"] == ["236,000", "200,000"]
    assert numbers["1995"] == ["not observed", "not observed"]


@needs_browser
def test_a_commitment_says_whether_it_is_seen_to_come_true_and_what_others_say(visit: Visit) -> None:
    opened = visit("?pair=KGZ-RUS")
    told = opened.text("#commitments tbody:first-of-type")
    assert "followed Flights: it moved as promised." in " ".join(told.split())
    assert "120 before, 250 after; +31 % beyond what came to others (p = 0.012)." in told
    assert "of another pair" not in told
    opened.page.click("#commitments tbody:first-of-type summary")
    assert "schedule: callsigns <b>262</b>" in opened.text("#commitments tbody:first-of-type details li:first-child")
    assert "no data No series: no series of this topic is loaded." in opened.text("#commitments tbody:last-child")


@needs_browser
def test_a_commitment_tells_who_what_how_much_when_and_on_what_condition(visit: Visit) -> None:
    opened = visit()
    told = opened.text("#commitments tbody:last-child")
    for part in ("2 Mar 2021", "Russia", "Kyrgyzstan", "finance: loan", "pledged", "up to 100 million USD", "2022",
                 "if parliament agrees", "An agency"):  # fmt: skip
        assert part in told, part
    assert opened.text("#commitments tbody:last-child mark") == "is ready to provide up to $100 million"
    assert opened.page.get_attribute("#commitments a", "href") == "https://example.org/a"


@needs_browser
def test_an_event_is_told_once_with_its_trigger_marked(visit: Visit) -> None:
    opened = visit()
    assert opened.page.locator("#events mark").all_inner_texts() == ["agreed", "met"]
    assert "A second telling" not in opened.text("#events")
    assert "+3 points" in opened.text("#events")


@needs_browser
def test_words_of_a_statement_are_text_and_never_run(visit: Visit, evil: str) -> None:
    opened = visit()
    assert opened.text("#events li:first-child q").split() == evil.split()
    assert opened.text("#commitments tbody:first-of-type q").split() == evil.split()
    assert opened.page.evaluate("window.owned") is None
    assert opened.count("main script, main img, main b:text('Evil')") == 0
    assert opened.count("a[href^=javascript]") == 0
    assert opened.complaints == []


@needs_browser
def test_even_markup_in_the_document_can_not_run_a_script(visit: Visit) -> None:
    opened = visit()
    opened.page.evaluate("""() => {
        const script = document.createElement('script');
        script.textContent = 'window.owned = 1';
        document.body.append(script);
        document.body.insertAdjacentHTML('beforeend', '<p onclick="window.owned = 1" id="trap">');
        document.getElementById('trap').click();
    }""")
    assert opened.page.evaluate("window.owned") is None


@needs_browser
def test_a_sample_is_called_invented(visit: Visit, build: Build, rows: str) -> None:
    opened = visit()
    assert "sample: invented figures in the sources' wire form" in opened.text("#sample")
    assert opened.count("#held .tag") == 5
    real = visit(file=build(rows, "update dim_source set is_sample = false;\n"))
    assert real.count("#sample") == 0
    assert real.count(".tag") == 0


@needs_browser
def test_every_source_is_shown_with_licence_citation_and_counts(visit: Visit) -> None:
    told = visit().text("table.sources")
    for part in ("Statements of <ministries> & presidents", "CC BY 3.0 IGO", "Receivers (2021)", "12,345", "2020, 2024",
                 "Source without a file", "nothing landed"):  # fmt: skip
        assert part in " ".join(told.split()), part


@needs_browser
def test_a_database_without_a_figure_says_what_to_do(visit: Visit, build: Build) -> None:
    empty = build()
    opened = visit(file=empty, wait=False)
    opened.page.wait_for_selector("#trouble:visible")
    assert "land a source" in opened.text("#trouble")


@needs_browser
@pytest.mark.parametrize("hash_", ["", "#UZB-DEU"])
def test_the_page_is_readable_at_400_pixels(visit: Visit, hash_: str) -> None:
    opened = visit(hash_, width_px=400)
    assert opened.page.evaluate("document.documentElement.scrollWidth") <= 400
    wide = opened.page.evaluate("""() => [...document.querySelectorAll('p, h1, h2, h3, input, svg.marks, td, th, q')]
        .filter((node) => node.checkVisibility() && !node.closest('thead, details:not([open])'))
        .filter((node) => node.getBoundingClientRect().right > 400.5).map((node) => node.outerHTML.slice(0, 80))""")
    assert wide == []


@needs_browser
@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_from_its_ground_in_light_and_dark(visit: Visit, dark: bool) -> None:
    opened = visit(dark=dark)
    ratios = opened.page.evaluate("""() => {
        const luminance = (colour) => {
            const parts = colour.match(/[\\d.]+/g).slice(0, 3).map((n) => n / 255)
                .map((n) => (n <= 0.04045 ? n / 12.92 : ((n + 0.055) / 1.055) ** 2.4));
            return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2];
        };
        const ground = (node) => {
            const colour = getComputedStyle(node).backgroundColor;
            return /, 0\\)$/.test(colour) ? ground(node.parentElement) : colour;
        };
        const nodes = document.querySelectorAll('p, h1, h2, h3, h4, dt, dd b, a, th, td, mark, label, span');
        return [...nodes].filter((node) => node.checkVisibility()).map((node) => {
            const [a, b] = [getComputedStyle(node).color, ground(node)].map(luminance);
            return [(Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05), node.outerHTML.slice(0, 60)];
        });
    }""")
    assert ratios
    assert [worst for worst in ratios if worst[0] < 4.5] == []


@needs_browser
def test_every_field_button_and_table_column_has_a_name(visit: Visit) -> None:
    opened = visit()
    for details in opened.page.locator("details summary").all():
        details.click()
    unnamed = opened.page.evaluate("""() => [
        ...[...document.querySelectorAll('input')].filter((node) => !node.labels.length),
        ...[...document.querySelectorAll('button:not([hidden]), a, summary')].filter((node) => !node.innerText.trim()),
        ...[...document.querySelectorAll('table')].filter((node) => !node.querySelector('thead th[scope=col]')),
        ...[...document.querySelectorAll('section')].filter((node) => !node.hasAttribute('aria-labelledby')),
    ].map((node) => node.outerHTML.slice(0, 80))""")
    assert unnamed == []
    assert opened.page.get_attribute("html", "lang") == "en"
