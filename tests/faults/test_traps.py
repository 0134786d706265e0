"""The traps of the migration sources' files, and where each is met: in a golden file, or in a test of its own.

A golden file below tests/sources/KEY/raw must hold the trap; what lands of it, or why it does not, stands beside in
KEY/expected. The type contract's traps that no migration source has are met in the flights'.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from ingest import settings

HERE = Path(__file__).parents[1]

GOLDEN: dict[str, tuple[str, str]] = {  # what may go wrong: (file, how the trap looks in it)
    "sex T and F are no booleans": ("eurostat_migration/raw/migr_pop1ctz_2024-03-18.tsv", r",T,DE\t[^§]*,F,AT\t"),
    "NA is Namibia and not missing": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r"^A,NA,COMPLET"),
    "a code of digits keeps its zero": ("eurostat_migration/raw/migr_resfirst_2025-05-01.csv", r",06888,"),
    "a code with an e is no number": ("opensky_flightlist/raw/flightlist_20200101_20200131.csv", r"\b4e1234\b"),
    "a date in two digits": ("eurostat_migration/raw/migr_resfirst_2025-05-01.csv", r",13/03/25 23:00:00,"),
    "a mark and a flag for a figure": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r"\t: c\t"),
    "a dash for no figure": ("unhcr_population/raw/unhcr_asylum_decisions_2021_2026-11-02.json", r': "-"'),
    "a byte order mark": ("eurostat_migration/raw/migr_asyappctzm_2024-03-18.csv", "^\ufeff"),
    "Windows' ends of lines": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", "\r\n"),
    "two definitions of age": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r"COMPLET[^§]*REACH"),
    "cases and persons": ("unhcr_population/raw/unhcr_asylum_decisions_2021_2026-11-02.json", r'"dec_pc": "C"'),
    "an aggregate": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r"EU27_2020_FOR"),
    "the Soviet Union": ("oecd_imd/raw/oecd_imd_2026-11-02.csv", r"\bSUN_F\b"),
    "Yugoslavia": ("oecd_imd/raw/popf.csv", r"\bYUG_F\b"),
    "Serbia and Montenegro": ("abel_cohen_flows/raw/bilat_mig.csv", r"\bSCG\b"),
    "Kosovo by a resolution": ("eurostat_migration/raw/migr_eirtn_2017-04-26.csv", r"Kosovo \(under .* 1244/99\)"),
    "Kosovo as XK": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r",XK\t"),
    "Kosovo as XKX": ("un_wpp_population/raw/WPP2024_TotalPopulationBySex.csv", r"\bXKX\b"),
    "Hong Kong": ("unhcr_population/raw/portal_2013.csv", r"China, Hong Kong SAR"),
    "Greece and Britain as EL and UK": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r",EL\t[^§]*,UK\t"),
    "stateless and unknown": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r"STLS[^§]*A,UNK,"),
    "rounded to 5": ("eurostat_migration/raw/migr_asyappctzm_2024-03-18.csv", r",6115,"),
    "suppressed by a star": ("unhcr_population/raw/portal_2013.csv", r",\*$"),
    "suppressed by a flag": ("eurostat_migration/raw/migr_emi3nxt_2024-03-18.json", r'": ?":c"'),
    "a break in the series": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r"\d b\b"),
    "missing beside zero": ("eurostat_migration/raw/migr_imm1ctz_2024-03-18.tsv", r"\t: \t?[^§]*\t0 "),
    "Russian names of one country": ("fedstat_entries/raw/fedstat_38479_2021-05-20.xml", r"Киргизия[^§]*Кыргызстан"),
}
TESTED: dict[str, str] = {  # file::test, or file::name of the unit test of a model
    "editions": "tests/sources/test_un_desa_migrant_stock.py::"
    "test_the_two_real_figures_of_the_home_example_stand_side_by_side",
    "concepts": "dbt_project/models/marts/fct_migration_dyad_year.yml::"
    "best_estimate_stands_beside_its_spread_and_concepts_are_never_mixed",
    "stocks, flows, events": "dbt_project/tests/migration_concepts_are_never_mixed.sql::n_concepts",
    "a footnote for a figure": "tests/sources/test_bitre_international.py::"
    "test_a_mark_is_zero_or_unknown_as_the_publisher_says",
    "states that are no more, and disputed ones": "tests/unit/test_parties.py::"
    "test_states_in_time_are_found_by_what_publishers_call_them",
    "months that add up since January": "dbt_project/models/intermediate/int_migration_differences.yml::"
    "a_month_is_what_came_since_the_one_before",
    "mirrors": "tests/sources/test_eurostat_migration.py::test_the_sample_shows_the_mirrors_and_a_revision",
    "purposes that vanish": "dbt_project/models/marts/dim_vintage.yml::"
    "editions_are_compared_with_the_one_before_and_a_purpose_that_vanishes_is_told",
    "a header that moved": "tests/sources/test_un_desa_migrant_stock.py::"
    "test_a_header_that_moved_and_columns_in_another_order_are_found_by_their_labels",
    "merged cells": "tests/sources/test_un_desa_migrant_stock.py::"
    "test_a_bad_file_is_refused_whole_with_what_is_wrong_and_what_would_mend_it",
    "merged cells of a pivot": "tests/sources/test_fedstat_entries.py::"
    "test_the_pivot_is_read_wherever_its_headings_stand",
    "a hidden sheet, a password": "tests/sources/test_rus_mvd_registrations.py::"
    "test_what_is_no_such_file_is_refused_in_plain_words",
    "an API that ignores a parameter": "tests/sources/test_unhcr_population.py::"
    "test_what_was_not_asked_for_is_refused_in_plain_words",
    "a page that repeats": "tests/sources/test_unhcr_population.py::"
    "test_a_page_that_repeats_itself_counts_once_and_the_rest_is_quarantined",
    "a page that is one of several": "tests/sources/test_worldbank_indicators.py::"
    "test_what_is_no_such_file_is_refused_in_plain_words",
    "letters of another encoding": "tests/sources/test_fedstat_entries.py::"
    "test_letters_in_windows_1251_that_are_declared_give_the_rows_that_utf_8_gives",
}


@pytest.mark.parametrize("trap", GOLDEN)
def test_a_golden_file_holds_the_trap(trap: str) -> None:
    name, looks = GOLDEN[trap]
    path = HERE / "sources" / name
    text = path.read_bytes().decode("utf-8", "replace")
    assert re.search(looks, text, re.M), f"{name} holds no {looks}"
    assert list((path.parents[1] / "expected").glob("*.csv")), "nobody says what lands of it"


@pytest.mark.parametrize("trap", TESTED)
def test_a_test_of_its_own_meets_the_trap(trap: str) -> None:
    file, name = TESTED[trap].split("::")
    text = (settings.REPOSITORY / file).read_text(encoding="utf-8")
    assert re.search(rf"\b{name}\b", text), f"{file} has no {name}"
