"""Where a source's files are taken from: the user's folder, the publisher, or this machine."""

import dataclasses
from collections.abc import Iterator
from pathlib import Path

import pytest

from ingest import pipeline, settings, source
from ingest.errors import InputMissing, NothingGiven
from ingest.source import Module, Remote, Window

ONLINE = [Remote("online.csv", "https://example.org/online.csv")]
PACKAGED = [Remote("packaged.csv", "packaged.csv", is_local=True)]


def reference(files: list[Remote]) -> Module:
    def fetch(window: Window | None) -> Iterator[Remote]:
        yield from files

    return dataclasses.replace(source.get("airports"), fetch=fetch)


def names(files: list[Remote], folder: Path | None) -> list[str]:
    return [remote.name for remote in source.remotes(reference(files), None, folder)]


def test_without_a_folder_reference_data_comes_from_its_publisher_or_its_package() -> None:
    assert names(ONLINE, None) == ["online.csv"]
    assert names(PACKAGED, None) == ["packaged.csv"]


def test_beside_a_folder_without_it_reference_data_is_never_fetched_from_the_network(tmp_path: Path) -> None:
    assert names(ONLINE, tmp_path) == []
    assert names(PACKAGED, tmp_path) == ["packaged.csv"]
    assert names(ONLINE + PACKAGED, tmp_path) == ["packaged.csv"]


def test_a_folder_s_own_reference_data_is_taken_and_nothing_else(tmp_path: Path) -> None:
    place = tmp_path / "reference" / "airports"
    place.mkdir(parents=True)
    with pytest.raises(InputMissing, match="holds no file"):
        names(PACKAGED, tmp_path)
    (place / "mine.csv").write_text("x")
    assert names(ONLINE, tmp_path) == names(PACKAGED, tmp_path) == ["mine.csv"]


def test_a_source_that_the_folder_has_nothing_for_is_told_and_is_no_fault(tmp_path: Path) -> None:
    with pytest.raises(NothingGiven, match="no folder"):
        source.remotes(source.get("openflights_routes"), None, tmp_path)


def test_a_folder_that_is_missing_or_called_after_no_source_is_a_fault(tmp_path: Path) -> None:
    (tmp_path / "flights" / "openflight_routes").mkdir(parents=True)
    for folder, told in ((tmp_path / "absent", "no folder"), (tmp_path, "openflight_routes")):
        with pytest.raises(InputMissing, match=told) as caught:
            source.remotes(source.get("openflights_routes"), None, folder)
        assert not isinstance(caught.value, NothingGiven)


def test_the_whole_sample_is_found_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_INPUT", str(settings.SAMPLE))
    for key in source.discover():
        assert all(item["is_local"] for batch in pipeline.find(key) for item in batch), key
    assert pipeline.find("ourairports")


def test_reference_data_of_the_sample_is_a_sample_and_a_package_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENTENTE_INPUT", str(settings.SAMPLE))
    assert pipeline.is_sample("ourairports") and pipeline.is_sample("vrs_routes")
    assert not pipeline.is_sample("airports")
