"""A small published database of invented rows, the page made from it, and a browser that notes all that it asks for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from ingest import page

EVIL = 'They <script>window.owned = 1</script></script><img src="x" onerror="window.owned = 1"> agreed & signed "it".'

MARTS = """
create table dim_country (country_id varchar, iso2 varchar, m49 varchar, name varchar, official_name varchar,
    name_ru varchar, kind varchar, sovereign varchar, valid_from date, valid_to date, cow_code integer, gw_code integer,
    capital varchar, is_un_member boolean);
create table dim_source (source_key varchar, domain varchar, title varchar, publisher varchar, landing_page varchar,
    licence varchar, citation varchar, cadence varchar, look_back_days integer, coverage varchar, covers_from date,
    covers_to date, canonical_table varchar, is_sample boolean, files_landed bigint, files_rejected bigint,
    rows_landed bigint, rows_quarantined bigint, data_from date, data_to date, vintages varchar[]);
create table dim_indicator (indicator varchar, label varchar, pillar varchar, unit varchar, is_directed boolean,
    direction integer, grain varchar, source_key varchar, formula varchar, citation varchar);
create table fct_statement_events (event_id varchar, statement_id varchar, published_on date, event_type varchar,
    event_scale double, actors varchar[], recipients varchar[], is_future boolean, is_hypothetical boolean,
    is_negated boolean, is_historical boolean, is_first_telling boolean, topics varchar[], speaker varchar,
    "trigger" varchar, trigger_start integer, sentence varchar, outlet varchar, url varchar);
create table fct_event_parties (event_id varchar, dyad varchar);
create table fct_commitments (commitment_id varchar, statement_id varchar, published_on date, committed_by varchar[],
    beneficiaries varchar[], kind varchar, topic varchar, direction varchar, amount_min double, amount_max double,
    currency varchar, instrument varchar, stage varchar, condition varchar, deadline varchar, is_first_telling boolean,
    evidence varchar, span_start integer, sentence varchar, outlet varchar, url varchar);
create table fct_commitment_parties (commitment_id varchar, dyad varchar);
create table fct_commitment_followthrough (commitment_id varchar, dyad varchar, indicator varchar, verdict varchar,
    reason varchar, value_before double, value_after double, change_beyond double, p_value double,
    evidence_beside varchar[]);
create table dyad_month (directed_dyad varchar, dyad varchar, origin_id varchar, destination_id varchar, month date,
    n_statements bigint, n_events double, cooperation_balance double, n_requests double, n_consults double,
    n_commitments double, n_flights bigint);
create table fct_flights_coverage_month (country_id varchar, month date, share_both_ends double, source_key varchar);
create table fct_migration (directed_dyad varchar, dyad varchar, year integer, sex varchar, concept varchar,
    vintage varchar, value double, source_key varchar, measure varchar default 'stock', age varchar default 'all',
    purpose varchar default 'all', breakdown varchar, dataset varchar, reporter_side varchar,
    unit varchar, method varchar, grain varchar, period_start date, known_on date);
"""

# Three years of months for five states. Statements of KGZ, RUS and KAZ are covered; flights of KGZ and RUS from July
# 2019 to September 2020, with an observed zero from April to June 2020.
ROWS = """
insert into dim_country (country_id, name, official_name, name_ru) values
    ('KGZ', 'Kyrgyzstan', 'Kyrgyz Republic', 'Кыргызстан'), ('RUS', 'Russia', 'Russian Federation', 'Россия'),
    ('KAZ', 'Kazakhstan', 'Republic of Kazakhstan', 'Казахстан'), ('UZB', 'Uzbekistan', null, null),
    ('DEU', 'Germany', 'Federal Republic of Germany', null), ('FRA', 'France', null, null);
insert into dim_source (source_key, domain, title, publisher, landing_page, licence, citation, coverage, is_sample,
    rows_landed, rows_quarantined, data_from, data_to, vintages) values
    ('text_files', 'statements', 'Statements of <ministries> & presidents', 'Several outlets', 'javascript:owned=1',
        'CC BY 4.0', 'Cite the outlet', 'KGZ, KAZ, RUS from 2019', true, 40, 2, '2019-01-05', '2021-12-20',
        ['2026-01-10']),
    ('seen_flights', 'flights', 'Flights seen', 'A network of receivers', 'https://example.org/flights',
        'CC BY-SA 4.0', 'Receivers (2021)', 'where receivers stand', true, 12345, 7, '2019-07-01', '2020-09-30',
        ['v2.1']),
    ('stock_matrix', 'migration', 'Stock of migrants', 'A statistical office', null, 'CC BY 3.0 IGO', 'Office (2020)',
        'the world', true, 900, 0, '1990-07-01', '2024-07-01', ['2020', '2024']),
    ('not_yet', 'migration', 'Source without a file', 'Nobody', null, 'none', 'none', 'nothing', null, 0, 0, null, null,
        []);
insert into dim_indicator values ('n_flights', 'Flights', 'deeds', 'flights', true, 1, 'dyad_month', 'seen_flights',
    'count of legs seen', 'Receivers (2021)');

create temp table months as
    select unnest(generate_series(date '2019-01-01', date '2021-12-01', interval 1 month))::date as month;
create temp table states as select unnest(['DEU', 'KAZ', 'KGZ', 'RUS', 'UZB']) as id;
insert into fct_flights_coverage_month
    select id, month, case id when 'KGZ' then 0.5 else 0.9 end + month(month) / 200, 'seen_flights'
    from states, months where id in ('KGZ', 'RUS') and month between '2019-07-01' and '2020-09-01'
    union all
    select 'KGZ', month, 0.01, 'another_source' from months;
insert into dyad_month
    select a.id || '>' || b.id, least(a.id, b.id) || '-' || greatest(a.id, b.id), a.id, b.id, month,
        case when said then linked * (month(month) % 3) end,
        case when said then linked * (month(month) % 4) end,
        case when said then linked * ((month(month) * 7 + year(month)) % 17 - 5.5) end,
        case when said then 0 end, case when said then linked * (month(month) % 2) end,
        case when said then linked * 0.5 end,
        case when flown and month between '2020-04-01' and '2020-06-01' then 0
            when flown then 100 + month(month) * 3 + (a.id = 'RUS')::integer end
    from states as a, states as b, months,
        lateral (select a.id in ('KAZ', 'KGZ', 'RUS') and b.id in ('KAZ', 'KGZ', 'RUS') as said,
            ('KGZ' in (a.id, b.id))::integer as linked,
            a.id in ('KGZ', 'RUS') and b.id in ('KGZ', 'RUS')
                and month between '2019-07-01' and '2020-09-01' as flown)
    where a.id <> b.id;
insert into fct_migration (directed_dyad, dyad, year, sex, concept, vintage, value, source_key)
    select o || '>' || d, least(o, d) || '-' || greatest(o, d), year, sex, 'birth', vintage,
        case when year <> 1995 then (year - 1980) * 10000 + (vintage::integer - 2020) * 9000 end, 'stock_matrix'
    from (values ('KGZ', 'RUS'), ('UZB', 'DEU')) as pairs(o, d), (values ('2020'), ('2024')) as editions(vintage),
        (values ('both'), ('male')) as sexes(sex), unnest([1990, 1995, 2000, 2010, 2020]) as years(year);

insert into fct_statement_events values
    ('e1', 's1', '2021-03-02', 'CONSULT', 3, ['KGZ', 'RUS'], [], false, false, false, false, true,
        ['diplomacy.meetings'], 'press service', 'met', 40, 'In the metropolis the ministers met on Tuesday.',
        'An agency', 'https://example.org/a'),
    ('e2', 's2', '2021-04-02', 'AGREE', 5, ['KGZ', 'RUS'], [], true, false, false, false, true,
        ['finance.loan'], null, 'agreed', 40, ?, '<b>Evil</b>', 'javascript:window.owned=1'),
    ('e3', 's3', '2021-05-02', 'ACCUSE', -2, ['KAZ'], ['KGZ'], false, false, false, false, true,
        ['trade.barriers'], null, 'blamed', 40, 'Astana blamed Bishkek.', 'An agency', null),
    ('e4', 's4', '2021-03-03', 'CONSULT', 3, ['KGZ', 'RUS'], [], false, false, false, false, false,
        ['diplomacy.meetings'], null, 'met', 40, 'A second telling: they met.', 'A copy', null);
insert into fct_event_parties values ('e1', 'KGZ-RUS'), ('e2', 'KGZ-RUS'), ('e3', 'KAZ-KGZ'), ('e4', 'KGZ-RUS');
insert into fct_commitments values
    ('c1', 's1', '2021-03-02', ['RUS'], ['KGZ'], 'financial', 'finance.loan', 'start', null, 100e6, 'USD', 'loan',
        'pledged', 'if parliament agrees', '2022', true, 'is ready to provide up to $100 million', 10,
        'Moscow is ready to provide up to $100 million by 2022 if parliament agrees.', 'An agency',
        'https://example.org/a'),
    ('c2', 's2', '2021-04-02', ['KGZ', 'RUS'], [], 'action', 'aviation.flights', 'increase', null, null, null, 'none',
        'agreed', null, null, true, 'agreed', 10, ?, '<b>Evil</b>', 'javascript:window.owned=1'),
    ('c3', 's3', '2021-05-02', ['KAZ'], ['KGZ'], 'financial', 'energy.power', 'start', 5e6, 5e6, 'KZT', 'grant',
        'delivered', null, null, true, 'delivered', 10, 'Kazakhstan delivered.', null, null);
insert into fct_commitment_followthrough values
    ('c1', 'KGZ-RUS', null, 'no data', 'no series of this topic is loaded', null, null, null, null, []),
    ('c2', 'KGZ-RUS', 'n_flights', 'followed', 'it moved as promised', 120, 250, 0.31, 0.012,
        ['schedule: callsigns <b>262</b>', 'migration: edition 2024 before 399110']),
    ('c2', 'KAZ-KGZ', 'n_flights', 'contrary', 'of another pair', 9, 1, -0.5, 0.01, []);
insert into fct_commitment_parties values ('c1', 'KGZ-RUS'), ('c2', 'KGZ-RUS'), ('c3', 'KAZ-KGZ');
"""


def make_database(path: Path, *scripts: str) -> Path:
    """A database of the marts that the page reads, filled by the scripts; a `?` in them is EVIL."""
    with duckdb.connect(str(path)) as con:
        for statement in ";\n".join([MARTS, *scripts]).split(";\n"):
            if statement.strip():
                con.execute(statement, [EVIL] * statement.count("?"))
    return path


@pytest.fixture(scope="session")
def evil() -> str:
    return EVIL


@pytest.fixture(scope="session")
def rows() -> str:
    return ROWS


@pytest.fixture(scope="session")
def build(tmp_path_factory: pytest.TempPathFactory) -> Callable[..., Path]:
    """Make a database from scripts and the page from it: returns the page; entente.duckdb lies beside it."""

    def made(*scripts: str) -> Path:
        folder = tmp_path_factory.mktemp("published")
        database = make_database(folder / "entente.duckdb", *scripts)
        page.write(database, folder / "index.html")
        return folder / "index.html"

    return made


@pytest.fixture(scope="session")
def html(build: Callable[..., Path]) -> Path:
    return build(ROWS)


@dataclass
class Opened:
    """A page in the browser, with all that it asked for and all that it complained of."""

    page: Page
    asked: list[str] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def wait(self) -> None:
        """Until the pair is drawn."""
        self.page.wait_for_selector("#pair[aria-busy=false]")

    def choose(self, end: str, typed: str) -> None:
        """Type a state with the keyboard, as a reader does."""
        self.page.focus(f"#{end}")
        self.page.keyboard.type(typed)
        self.page.keyboard.press("Enter")
        self.wait()

    def text(self, selector: str) -> str:
        return self.page.inner_text(selector)

    def count(self, selector: str) -> int:
        return self.page.locator(selector).count()

    def hatched(self, chart: str) -> int:
        """Runs of months that the chart shows as not observed."""
        return self.count(f"#{chart} path[fill='url(#hatch)']")

    def numbers(self, of: str) -> dict[str, list[str]]:
        """The table of numbers below a chart: its rows by their header."""
        self.page.click(f"details[data-of={of}] summary")
        lines = self.page.locator(f"details[data-of={of}] tbody tr")
        lines.first.wait_for()  # the table is made when the browser tells of the opening, which is after the click
        rows = lines.all()
        cells = [row.locator("th, td").all_inner_texts() for row in rows]
        return {first: rest for first, *rest in cells}


@pytest.fixture
def visit(browser: Browser, html: Path) -> Iterator[Callable[..., Opened]]:
    contexts = []

    def go(hash_: str = "", width_px: int = 1100, dark: bool = False, file: Path = html, wait: bool = True) -> Opened:
        context = browser.new_context(
            viewport={"width": width_px, "height": 900}, color_scheme="dark" if dark else "light"
        )
        contexts.append(context)
        opened = Opened(context.new_page())

        def asked(request: Request) -> None:
            opened.asked.append(request.url)

        def told(message: ConsoleMessage) -> None:
            if message.type in ("error", "warning"):
                opened.complaints.append(message.text)

        context.on("request", asked)
        opened.page.on("console", told)
        opened.page.on("pageerror", lambda error: opened.complaints.append(str(error)))
        opened.page.goto(file.as_uri() + hash_)
        if wait:
            opened.wait()
        return opened

    yield go
    for context in contexts:
        context.close()
