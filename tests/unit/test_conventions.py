"""What every source module and every file must have: a new source is one module, its sample and its golden files."""

from __future__ import annotations

import ast
import dataclasses
import re
import subprocess
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from ingest import contract, http, settings, source
from ingest.source import DOMAINS, Module, Source, Window

REPOSITORY = settings.REPOSITORY
HEADINGS = ("One row is", "Published", "Beware")
MAY_BE_EMPTY = {"landing_page", "covers_from", "covers_to", "look_back_days", "is_own", "access"}
PRESETS = ("@hourly", "@daily", "@weekly", "@monthly", "@quarterly", "@yearly")
LINES = 220


def missing_in(module: Module) -> list[str]:
    """What a source module lacks, each said so that it can be mended."""
    s, lines = module.source, module.doc.splitlines()
    found = [f"docstring: a line {heading!r}" for heading in HEADINGS if heading not in lines]
    found += [
        f"docstring: some words below {heading!r}"
        for heading in HEADINGS
        if heading in lines and not "".join(lines[lines.index(heading) + 1 :][:1]).startswith("    ")
    ]
    found += [
        f"SOURCE.{field.name}: a value"
        for field in dataclasses.fields(Source)
        if field.name not in MAY_BE_EMPTY and getattr(s, field.name) in ("", None, 0)
    ]
    found += [f"SOURCE.domain: one of {DOMAINS}"] if s.domain not in DOMAINS else []
    found += [f"SOURCE.table: one of {sorted(contract.TABLES)}"] if s.table not in contract.TABLES else []
    found += ["SOURCE.key: lower_case_letters"] if not re.fullmatch(r"[a-z][a-z0-9_]+", s.key) else []
    if s.landing_page and not s.landing_page.startswith("https://"):
        found.append("SOURCE.landing_page: an https:// address, or nothing")
    if s.cadence not in PRESETS and len(s.cadence.split()) != 5:
        found.append(f"SOURCE.cadence: a cron expression or one of {PRESETS}")
    if not 0 <= s.rows_per_file[0] <= s.rows_per_file[1]:
        found.append("SOURCE.rows_per_file: (fewest, most)")
    if s.covers_from and s.covers_to and s.covers_from > s.covers_to:
        found.append("SOURCE.covers_to: a day after covers_from")
    return found


def missing_beside(module: Module) -> list[str]:
    """What must stand beside a source module: its place, its sample and its golden files."""
    s = module.source
    found = []
    if module.file != REPOSITORY / "ingest" / "sources" / s.domain / f"{s.key}.py":
        found.append(f"its file at ingest/sources/{s.domain}/{s.key}.py")
    if len(module.file.read_text(encoding="utf-8").splitlines()) > LINES:
        found.append(f"a file of at most {LINES} lines: move what is not of this source out of it")
    folders = [f"tests/sources/{s.key}/raw", f"tests/sources/{s.key}/expected"]
    if s.domain != "reference":
        folders.append(f"sample/{s.domain}/{s.key}")
    found += [f"files below {name}" for name in folders if not _files(REPOSITORY / name)]
    if not (REPOSITORY / "tests" / "sources" / f"test_{s.key}.py").exists():
        found.append(f"tests/sources/test_{s.key}.py")
    return found


def _wanted(module: Module, missing: list[str]) -> str:
    return f"source {module.source.key} needs:\n" + "\n".join(missing)


def _files(folder: Path) -> list[Path]:
    return [path for path in folder.rglob("*") if path.is_file() and path.stat().st_size] if folder.is_dir() else []


@pytest.mark.parametrize("module", source.discover().values(), ids=source.discover())
def test_a_source_module_says_all_that_a_source_must_say(module: Module) -> None:
    assert not missing_in(module), _wanted(module, missing_in(module))


@pytest.mark.parametrize("module", source.discover().values(), ids=source.discover())
def test_a_source_module_has_its_sample_and_its_golden_files(module: Module) -> None:
    assert not missing_beside(module), _wanted(module, missing_beside(module))


def test_a_bare_module_is_told_all_that_it_lacks(tmp_path: Path) -> None:
    empty = Source(
        "ghost", "", "", "", "http://x", "", "", "often", 0, date(2020, 1, 1), date(2019, 1, 1), "", "t", (2, 1), 0, ""
    )
    (tmp_path / "bare.py").write_text("\n" * 500)
    bare = Module(
        empty,
        "Published",
        lambda window: iter(()),
        lambda raw, con: con.sql(""),
        lambda name: None,
        tmp_path / "bare.py",
    )
    told = "\n".join(missing_in(bare) + missing_beside(bare))
    for word in (
        "'One row is'", "'Beware'", "words below 'Published'", "SOURCE.licence: a value",
        "SOURCE.citation: a value", "SOURCE.coverage: a value", "SOURCE.domain: one of", "SOURCE.table: one of",
        "https://", "cron expression", "rows_per_file", "covers_to", "lines", "/raw", "/expected", "sample/",
    ):  # fmt: skip
        assert word in told


def test_no_two_sources_share_a_key() -> None:
    keys = Counter(
        found
        for path in (REPOSITORY / "ingest" / "sources").rglob("*.py")
        for found in re.findall(r'^    key="(\w+)"', path.read_text(encoding="utf-8"), re.M)
    )
    assert max(keys.values()) == 1 and set(keys) == set(source.discover())


@pytest.mark.parametrize("module", source.discover().values(), ids=source.discover())
def test_fetch_asks_for_a_page_of_links_at_most_and_its_names_tell_their_period(
    module: Module, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A window takes a part of what there is, and `period` agrees with `fetch` on which part. Of a page the links to
    files that are named like the sample's are taken."""
    samples = sorted(path.name for path in (settings.SAMPLE / module.source.domain / module.source.key).glob("*"))

    def links(url: str, name: str) -> list[str]:
        assert any(re.fullmatch(name, sample, re.I) for sample in samples), (name, samples)
        return [f"{url}/{sample}" for sample in samples]

    monkeypatch.setattr(http, "links", links)
    monkeypatch.setattr(http, "download", lambda *given, **more: pytest.fail(f"asked for {given[0]}"))
    window = Window(date(2020, 1, 1), date(2020, 3, 1))
    every = {remote.name for remote in module.fetch(None)}
    some = {remote.name for remote in module.fetch(window)}
    assert some <= every
    for name in every - some:
        period = module.period(name)
        assert period is None or not period.overlaps(window), name
    for name in some:
        period = module.period(name)
        assert period is None or period.overlaps(window), name


def python_files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (REPOSITORY / folder).rglob("*.py"))


def imports(path: Path) -> set[str]:
    names = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module and not node.level:
            names.add(node.module.split(".")[0])
    return names


def test_ingest_never_imports_airflow() -> None:
    found = [path.name for path in python_files("ingest") if imports(path) & {"airflow", "cosmos"}]
    assert found == []


def test_source_modules_import_nothing_that_reaches_the_network_or_the_warehouse() -> None:
    forbidden = {"httpx", "requests", "urllib", "socket", "dbt"}
    found = {path.name: imports(path) & forbidden for path in python_files("ingest/sources")}
    assert {name: names for name, names in found.items() if names} == {}


def test_every_python_file_says_what_it_is() -> None:
    found = [
        str(path.relative_to(REPOSITORY))
        for path in python_files("ingest", "dags")
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert found == []


def ours() -> list[Path]:
    """Every file that is or would be committed, without the data of samples and golden files."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"], cwd=REPOSITORY, capture_output=True
    )
    if listed.returncode:
        pytest.skip("this is no git checkout")
    names = [name for name in listed.stdout.decode().split("\0") if name]
    data = (".csv", ".gz", ".xlsx", ".jsonl", ".lock", ".png", ".html", ".txt", ".parquet", ".zip", ".duckdb")
    return [REPOSITORY / name for name in names if not name.endswith(data) and (REPOSITORY / name).is_file()]


def test_nothing_is_left_to_do_and_no_path_of_one_machine_is_written_down() -> None:
    marks = re.compile(r"\b(TO" r"DO|FIX" r"ME)\b|(?<![\w}.])/(ro" r"ot|wo" r"rk|Us" r"ers|ho" r"me)/\w")
    found = [
        f"{path.relative_to(REPOSITORY)}:{number}: {line.strip()[:80]}"
        for path in ours()
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1)
        if marks.search(line) and not re.search("/home/(airflow|entente)", line)
    ]
    assert not found, "\n".join(found)
