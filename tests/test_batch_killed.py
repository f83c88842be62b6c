"""A batch that is killed, at any moment, and run again: the same bytes as one that nobody disturbed."""

from __future__ import annotations

import random
from collections.abc import Callable
from pathlib import Path
from typing import Any

import amount
import killed
import pytest
from batched import READERS, batch, done, files, ground, table

from landinfo.batch import run, runner
from landinfo.batch.journal import Journal
from landinfo.model import Refused

DAY = ("on", "2026-03-01")
ROWS = amount.of(24, 200)


@pytest.fixture(scope="module")
def url(engine: str, new_place: Callable[[str], str]) -> str:
    return ground(new_place(engine))


@pytest.fixture(scope="module")
def file_url(new_place: Callable[[str], str]) -> str:
    """One engine is enough for what no engine has a part in."""
    return ground(new_place("geopackage"))


@pytest.fixture
def source(tmp_path: Path) -> Path:
    numbers = ("1", "2", "7", "99", "10")
    rows = [f"{n},25750@2024,1,{numbers[n % 5]}" for n in range(ROWS)]
    place = tmp_path / "in.csv"
    place.write_text(table("id,commune,sheet,number", *rows), "utf-8")
    return place


def start(source: Path, target: Path, url: str, after: killed.After = None, jobs: int = 1) -> Any:
    """Run in a process of its own, killed ``after`` what ``killed.answering`` says; what that gives if it ends."""
    return killed.ended(killed.answering, source, target, url, after, jobs)


def same(one: Path, other: Path, ending: str) -> bool:
    if ending in (".gpkg", ".parquet"):
        return bool(READERS[ending](one / f"out{ending}") == READERS[ending](other / f"out{ending}"))
    return files(one) == files(other)


@pytest.mark.parametrize("ending", [".csv", ".xlsx"])
def test_killed_and_run_again_it_is_as_if_nothing_had_been(tmp_path: Path, url: str, source: Path, ending: str) -> None:
    _killed_and_run_again(tmp_path, url, source, ending)


@pytest.mark.parametrize("ending", [".geojson", ".gpkg", ".parquet"])
def test_killed_in_the_other_formats(tmp_path: Path, file_url: str, source: Path, ending: str) -> None:
    _killed_and_run_again(tmp_path, file_url, source, ending)


def _killed_and_run_again(tmp_path: Path, url: str, source: Path, ending: str) -> None:
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir(), broken.mkdir()
    spent, parts = start(source, whole / f"out{ending}", url)
    assert parts == ROWS // 2
    target = broken / f"out{ending}"
    assert start(source, target, url, after=2) is None
    assert files(broken).keys() <= {f".out{ending}.lock"}  # nothing half-written under its own name
    assert start(source, target, url, after=random.uniform(0, spent / 4)) in (None, [0, 0])
    assert start(source, target, url, after="write") is None
    before = files(broken)
    assert start(source, target, url, after="half") is None
    assert files(broken) == before  # half an output is nowhere to be seen
    _, again = start(source, target, url)
    assert again == 0  # what was done is not done again
    assert same(whole, broken, ending)
    assert [p.name for p in broken.iterdir() if p.name.startswith(".")] == []


def test_killed_with_processes_of_its_own(tmp_path: Path, file_url: str, source: Path) -> None:
    url = file_url
    whole, broken = tmp_path / "whole", tmp_path / "broken"
    whole.mkdir(), broken.mkdir()
    start(source, whole / "out.xlsx", url)
    assert start(source, broken / "out.xlsx", url, after=3, jobs=2) is None
    start(source, broken / "out.xlsx", url, jobs=2)
    assert same(whole, broken, ".xlsx")


def test_a_part_that_a_power_cut_spoiled_is_made_again(tmp_path: Path, url: str, source: Path) -> None:
    target = tmp_path / "out.csv"
    done(batch(source, tmp_path / "whole.csv", url, DAY, ("convert_to", "ODT")))
    assert start(source, target, url, after=5) is None
    (parts,) = tmp_path.glob(".out.csv.parts")
    first, second, third = sorted(parts.glob("*.part"))[:3]
    first.write_bytes(first.read_bytes()[:-4])
    second.write_bytes(b"")
    third.write_bytes(third.read_bytes()[:-1] + b"\0")
    start(source, target, url)
    for name, content in files(tmp_path).items():
        if name.startswith("out"):
            assert content == (tmp_path / name.replace("out", "whole", 1)).read_bytes()


@pytest.mark.parametrize("change", ["list", "question", "day", "format"])
def test_another_question_takes_nothing_over(tmp_path: Path, url: str, source: Path, change: str) -> None:
    import datetime

    target = tmp_path / "out.csv"
    assert start(source, target, url, after=5) is None
    asked = batch(source, target, url, DAY, ("convert_to", "ODT"))
    if change == "list":
        source.write_text(source.read_text("utf-8").replace("25750@2024,1,2", "25750@2024,1,7"), "utf-8")
    elif change == "question":
        asked = batch(source, target, url, DAY)
    elif change == "day":
        asked = batch(source, target, url, DAY, ("convert_to", "ODT"), today=datetime.date(2026, 11, 25))
    else:
        (tmp_path / ".out.csv.parts").rename(tmp_path / ".out.gpkg.parts")
        asked = batch(source, tmp_path / "out.gpkg", url, DAY, ("convert_to", "ODT"))
    answered = []
    run.run(asked, runner.alone, lambda step, share: answered.append(share) if step == "answer" else None)
    assert len(answered) == -(-ROWS // run.PART)
    clean = tmp_path / "clean"
    clean.mkdir()
    from dataclasses import replace

    done(replace(asked, target=clean / asked.target.name))
    for name, content in files(clean).items():
        assert content == (tmp_path / name).read_bytes()


def test_two_at_once_do_not_write_one_output(tmp_path: Path, url: str, source: Path) -> None:
    target = tmp_path / "out.csv"
    with Journal(target, "another"):
        with pytest.raises(Refused) as wrong:
            done(batch(source, target, url, DAY))
        assert wrong.value.code == "batch-runs-already"
    assert done(batch(source, target, url, DAY)).rows == ROWS


@pytest.mark.parametrize("by_hand", [False, True])
def test_data_changed_meanwhile_are_not_mixed(
    tmp_path: Path, source: Path, own_store: Any, store_url: str, run_sql: Any, by_hand: bool
) -> None:
    import cadastre

    target = tmp_path / "out.csv"
    source.write_text(table("commune,sheet,number", "25744@2024,1,1"), "utf-8")

    def publish(step: str, _: object) -> None:
        if step == "answer" and by_hand:
            run_sql(store_url, "UPDATE parcels SET registered_area = '77.7'")
        elif step == "answer":
            ids = [e.id for e in own_store.editions(None) if e.withdrawn is None]
            own_store.publish([], [ids[0]], known=cadastre.TODAY)

    with pytest.raises(Refused) as wrong:
        run.run(batch(source, target, store_url, DAY), runner.alone, publish)
    assert wrong.value.code == "batch-data-changed"
    assert not target.exists()
    assert done(batch(source, target, store_url, DAY)).rows == 1
