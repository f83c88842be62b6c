"""Rows with errors set aside: what is published without them, and that the store says that something is missing."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
from files_to_load import BOW, EVERYWHERE, RULEBOOK, TODAY, codes, field_map, held, parcels, square, words

from landinfo import cli
from landinfo.intake.findings import Collector, Place, found
from landinfo.intake.load import LoadResult, run
from landinfo.intake.rest import stops
from landinfo.store import open_store


def rest(at: Path, url: str, *shapes: Any, wanted: bool = True, known: date = TODAY, **columns: Any) -> LoadResult:
    given = {"new": columns.pop("new", True), "rest": wanted}
    edition = columns.pop("edition", "")
    file, map = parcels(at / "a.gpkg", list(shapes), **columns), field_map(at / "a.toml", edition=edition)
    return run(file, map, url, known, lambda step, done: None, RULEBOOK, **given)


def coverage(url: str) -> list[bool]:
    store = open_store(url)
    try:
        layer = store.layer("parcels", EVERYWHERE, date(2024, 6, 1), TODAY)
        return [c.complete for c in layer.coverage]
    finally:
        store.close()


def test_good_rows_are_published_and_the_others_named(tmp_path: Path, store_url: str) -> None:
    result = rest(tmp_path, store_url, square(), BOW, square(20), None, THUA=["1", "2", "3", None])
    assert result.published
    assert result.quarantined == {2, 4}
    assert [str(p.ref) for p in held(store_url)[2]] == ["25750@2024/12/1", "25750@2024/12/3"]
    (found,) = (f for f in result.findings if f.kind.code == "ROW-001")
    assert [(p.row, p.detail) for p in found.places] == [(2, "GEO-003"), (4, "GEO-001, PAR-001")]
    assert (found.count, found.params["rows"]) == (2, 4)
    assert result.edition
    assert result.edition.rows == 2


def test_the_coverage_says_that_it_is_not_complete(tmp_path: Path, store_url: str) -> None:
    assert rest(tmp_path, store_url, square(), BOW).published
    assert coverage(store_url) == [False]


def test_without_errors_it_is_as_complete_as_ever(tmp_path: Path, store_url: str) -> None:
    result = rest(tmp_path, store_url, square(), square(10))
    assert result.quarantined == frozenset()
    assert "ROW-001" not in codes(result)
    assert coverage(store_url) == [True]


def test_nobody_asked_so_all_is_refused(tmp_path: Path) -> None:
    result = rest(tmp_path, str(tmp_path / "s.gpkg"), square(), BOW, wanted=False)
    assert not result.published
    assert result.quarantined == frozenset()
    assert not (tmp_path / "s.gpkg").exists()


@pytest.mark.parametrize("shapes", [(BOW,), (None, BOW)])
def test_nothing_left_is_nothing_published(tmp_path: Path, shapes: tuple[Any, ...]) -> None:
    result = rest(tmp_path, str(tmp_path / "s.gpkg"), *shapes)
    assert not result.published
    assert not (tmp_path / "s.gpkg").exists()


def test_what_is_wrong_with_the_whole_file_still_refuses_it(tmp_path: Path) -> None:
    file, map = parcels(tmp_path / "a.gpkg", crs=None), field_map(tmp_path / "a.toml")
    result = run(file, map, str(tmp_path / "s.gpkg"), TODAY, lambda s, d: None, RULEBOOK, new=True, rest=True)
    assert not result.published
    assert not (tmp_path / "s.gpkg").exists()


def test_a_number_is_not_doubled_by_a_row_that_was_set_aside(tmp_path: Path, store_url: str) -> None:
    """Number 7 twice, one of them broken: the other is 7, not 7~2."""
    assert rest(tmp_path, store_url, BOW, square(20), THUA=["7", "7"]).published
    assert [str(p.ref) for p in held(store_url)[2]] == ["25750@2024/12/7"]


def test_the_mended_file_replaces_it_and_is_complete(tmp_path: Path, store_url: str) -> None:
    first = rest(tmp_path, store_url, square(), BOW)
    (tmp_path / "b").mkdir()
    again = rest(tmp_path, store_url, square(), BOW, new=False)
    assert "EDI-001" in codes(again)
    assert not again.published
    later = date(2026, 12, 1)
    whole = rest(tmp_path / "b", store_url, square(), square(10), new=False, edition="replaces = true", known=later)
    assert whole.published
    assert first.edition
    assert whole.edition
    assert first.edition.id != whole.edition.id
    store = open_store(store_url)
    try:
        (only,) = store.layer("parcels", EVERYWHERE, date(2024, 6, 1), later).coverage
    finally:
        store.close()
    assert only.complete


def test_dropping_no_row_and_publishing_the_same_content_are_two_editions(tmp_path: Path) -> None:
    """The same parcels, once all there are and once what was left: one says complete, the other does not."""
    (tmp_path / "b").mkdir()
    whole = rest(tmp_path, str(tmp_path / "a-store.gpkg"), square())
    left = rest(tmp_path / "b", str(tmp_path / "b-store.gpkg"), square(), None)
    assert whole.edition
    assert left.edition
    assert whole.edition.id != left.edition.id


def test_the_command_says_how_many_were_set_aside(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    more = ["--known", "2026-11-24", "--publish-rest", "--report", str(tmp_path / "out")]
    assert cli.main(words(tmp_path, square(), BOW, more=more)) == 0
    said = capsys.readouterr()
    assert "Để riêng 1 dòng" in said.out
    assert "Set aside 1 rows" in said.out
    table = (tmp_path / "out" / "findings.csv").read_text("utf-8-sig").splitlines()
    assert [line.split(",")[5] for line in table if line.startswith("GEO-003,")] == ["1"]
    assert [line.split(",")[5] for line in table if line.startswith("EDI-003,")] == ["0"]


def test_an_error_that_names_no_row_cannot_be_set_aside() -> None:
    """With whom would it go? Only where every place of it is a row."""
    for places, stopped in (([Place(2)], False), ([Place(2), Place(0)], True), ([], True)):
        collect = Collector()
        collect.put(found("GEO-003", places))
        assert stops(collect, rest=True) is stopped
        assert stops(collect, rest=False)
