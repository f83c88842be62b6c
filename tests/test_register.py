"""What the web writes is kept once, found again and never lost in silence: one suite on both engines."""

from __future__ import annotations

import multiprocessing
import sqlite3
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import date
from pathlib import Path

import amount
import postgres
import psycopg2
import pytest
from postgres import execute

from landinfo.model import Busy
from landinfo.store.register import VERSION, Register, beside, open_register
from landinfo.store.register.table import _BY_DAY

DAY, LATER = date(2026, 11, 24), date(2026, 12, 1)


def test_what_is_kept_is_found_again(register: Register) -> None:
    body = {"question": "/parcels/x?on=2026-03-01", "vi": 'Phú Lợi ‘"\\ %s ?', "n": 1.5, "none": None}
    assert register.get("extract", "A") is None
    assert register.add("extract", "A", DAY, body, ["hash-1", "hash-2"])
    found = register.get("extract", "A")
    assert found is not None
    assert (found.kind, found.key, found.day, found.body, found.revision) == ("extract", "A", DAY, body, 1)
    assert register.marked("extract", "hash-1") == register.marked("extract", "hash-2") == found


def test_kinds_do_not_meet(register: Register) -> None:
    register.add("extract", "A", DAY, {"is": "extract"}, ["m"])
    assert register.get("report", "A") is None
    assert register.marked("report", "m") is None
    assert register.add("report", "A", DAY, {"is": "report"}, ["m"])
    found = register.marked("report", "m")
    assert found is not None
    assert found.body == {"is": "report"}


def test_what_is_there_already_stays(register: Register) -> None:
    register.add("extract", "A", DAY, {"first": True}, ["m"])
    assert not register.add("extract", "A", LATER, {"first": False}, ["m", "n"])
    found = register.get("extract", "A")
    assert found is not None
    assert (found.day, found.body, found.revision) == (DAY, {"first": True}, 1)
    assert register.marked("extract", "n") == found
    register.add("extract", "B", LATER, {}, ["m"])
    assert register.marked("extract", "m") == found


def test_a_change_is_refused_when_another_came_before(register: Register) -> None:
    register.add("report", "A", DAY, {"state": "new"})
    assert register.revise("report", "A", {"state": "seen"}, 1)
    assert not register.revise("report", "A", {"state": "closed"}, 1)
    assert not register.revise("report", "B", {"state": "closed"}, 1)
    found = register.get("report", "A")
    assert found is not None
    assert (found.day, found.body, found.revision) == (DAY, {"state": "seen"}, 2)


def test_what_is_removed_is_gone_with_its_marks(register: Register) -> None:
    for key in ("A", "B"):
        register.add("contact", key, DAY, {"of": key}, [f"m-{key}"])
    register.add("report", "A", DAY, {}, ["m-A"])
    assert register.remove("contact", "A")
    assert not register.remove("contact", "A")
    assert register.get("contact", "A") is register.marked("contact", "m-A") is None
    assert [entry.key for entry in register.listed("contact")] == ["B"]
    assert register.marked("contact", "m-B") == register.get("contact", "B")
    assert register.marked("report", "m-A") == register.get("report", "A") is not None
    assert register.add("contact", "A", LATER, {"of": "another"})
    assert register.marked("contact", "m-A") is None


def test_what_is_removed_does_not_stay_in_the_file(tmp_path: Path) -> None:
    place = tmp_path / "some.sqlite"
    register = open_register(str(place))
    register.add("contact", "A", DAY, {"contact": "0903-nguyen-van-a"})
    assert b"0903-nguyen-van-a" in place.read_bytes()
    register.remove("contact", "A")
    files = list(tmp_path.iterdir())
    assert [file.name for file in files if b"0903-nguyen-van-a" in file.read_bytes()] == []


def test_entries_are_listed_page_by_page(register: Register) -> None:
    keys = ["a-1", "B", "a1", "b", "A", "Đ", "é"]
    for key in keys:
        register.add("report", key, DAY, {"key": key})
    register.add("other", "C", DAY, {})
    in_order = sorted(keys, key=lambda key: key.encode())
    assert [entry.key for entry in register.listed("report")] == in_order
    assert [entry.key for entry in register.listed("report", after=in_order[1], limit=3)] == in_order[2:5]
    assert register.listed("report", after=in_order[-1]) == ()


def add_many(url: str, worker: int, times: int) -> list[bool]:
    register = open_register(url, wait=20)
    return [register.add("extract", f"K{n}", DAY, {"n": n}, [f"m{n}", f"w{worker}-{n}"]) for n in range(times)]


def test_workers_that_issue_at_once_keep_each_code_once(register_url: str) -> None:
    """The place itself is made by whoever comes first, too."""
    times, workers = amount.of(8, 100), 4
    with multiprocessing.get_context("spawn").Pool(workers) as pool:
        new = pool.starmap(add_many, [(register_url, worker, times) for worker in range(workers)])
    assert [sum(column) for column in zip(*new, strict=True)] == [1] * times
    register = open_register(register_url)
    for n in range(times):
        found = register.get("extract", f"K{n}")
        assert found is not None
        assert found.revision == 1
        assert [register.marked("extract", f"w{worker}-{n}") for worker in range(workers)] == [found] * workers


def test_threads_share_one_register(register: Register) -> None:
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda n: register.add("extract", f"K{n % 5}", DAY, {}), range(40)))
    assert sum(new) == 5
    assert len(register.listed("extract")) == 5


def test_a_register_of_another_version_is_not_touched(register: Register, register_url: str, engine: str) -> None:
    register.add("extract", "A", DAY, {})
    if engine == "postgis":
        execute(register_url, "UPDATE landinfo_register.meta SET version = version + 1")
    else:
        with sqlite3.connect(register_url) as file:
            file.execute(f"PRAGMA user_version = {VERSION + 1}")
        file.close()
    calls: list[Callable[[], object]] = [
        lambda: register.get("extract", "A"),
        lambda: register.add("extract", "B", DAY, {}),
        lambda: register.listed("extract"),
    ]
    for call in calls:
        with pytest.raises(Busy) as refused:
            call()
        assert refused.value.code == "register-of-another-version"
        assert refused.value.params == {"held": VERSION + 1, "wanted": VERSION}


@pytest.mark.postgis
def test_a_server_that_only_reads_is_busy(postgis_server: postgres.Server) -> None:
    url = postgis_server.new_database()
    assert open_register(url).add("extract", "A", DAY, {"kept": 1})
    name = psycopg2.extensions.parse_dsn(url)["dbname"]
    execute(url, f'ALTER DATABASE "{name}" SET default_transaction_read_only = on')
    assert open_register(url).get("extract", "A") is not None
    with pytest.raises(Busy) as refused:
        open_register(url).add("extract", "B", DAY, {})
    assert refused.value.code == "register-cannot-be-used"
    assert open_register(url).get("extract", "B") is None
    postgis_server.drop(url)


def test_no_server_is_busy() -> None:
    with pytest.raises(Busy):
        open_register("postgresql://127.0.0.1:1/nothing", wait=0.1).get("extract", "A")


def test_a_folder_that_is_gone_is_busy_and_not_empty(tmp_path: Path) -> None:
    register = open_register(str(tmp_path / "gone" / "some.sqlite"))
    with pytest.raises(Busy) as refused:
        register.get("extract", "A")
    assert refused.value.status == 503
    assert not (tmp_path / "gone").exists()


@pytest.mark.parametrize("content", [b"no database, only words " * 50, b""])
def test_a_file_of_somebody_else_is_left_alone(tmp_path: Path, content: bytes) -> None:
    place = tmp_path / "other.sqlite"
    if content:
        place.write_bytes(content)
    else:
        with sqlite3.connect(place) as made:
            made.execute("CREATE TABLE theirs (a)")
        made.close()
    before = place.read_bytes()
    with pytest.raises(Busy) as refused:
        open_register(str(place)).add("extract", "A", DAY, {})
    assert refused.value.code == ("register-cannot-be-used" if content else "register-not-one")
    assert place.read_bytes() == before


def test_a_writer_that_holds_the_file_is_waited_for(tmp_path: Path) -> None:
    place = str(tmp_path / "some.sqlite")
    open_register(place).add("extract", "A", DAY, {})
    held = sqlite3.connect(place, isolation_level=None)
    held.execute("BEGIN IMMEDIATE")
    assert open_register(place).get("extract", "A") is not None
    with pytest.raises(Busy):
        open_register(place, wait=0.05).add("extract", "B", DAY, {})
    held.close()
    assert open_register(place).add("extract", "B", DAY, {})


def test_it_stands_beside_the_store() -> None:
    assert beside("/srv/my.gpkg") == "/srv/my.register.sqlite"
    assert beside("postgresql://host/base") == "postgresql://host/base"


def test_a_list_by_day_is_paged(register: Register) -> None:
    """In order of day, then of the key's bytes; the same page by page, whatever the size of a page."""
    days = [DAY, LATER, date(2025, 12, 31)]
    keys = ["b", "a", "Z", "ă", "z", "10", "9"]
    for n, key in enumerate(keys):
        register.add("report", key, days[n % 3], {"n": n})
        register.add("extract", f"x{key}", DAY, {})
    expected = sorted(((days[n % 3], key) for n, key in enumerate(keys)), key=lambda each: (each[0], each[1].encode()))
    for size in (1, 2, 3, 7, 50):
        found: list[tuple[date, str]] = []
        while page := register.by_day("report", found[-1] if found else None, size):
            assert len(page) <= size
            found += [(entry.day, entry.key) for entry in page]
        assert found == expected
    assert register.by_day("report", (DAY, "ă"), 1)[0].day == LATER
    assert register.by_day("nothing") == ()


def test_a_list_by_day_reads_by_its_index(register: Register, register_url: str) -> None:
    register.add("report", "a", DAY, {})
    if register.engine == "sqlite":
        with sqlite3.connect(register_url) as held:
            plan = held.execute(f"EXPLAIN QUERY PLAN {_BY_DAY}", ("report", "", "", 5)).fetchall()
        assert "entries_by_day" in str(plan)
        assert "TEMP B-TREE" not in str(plan)
    else:
        asked = _BY_DAY.replace("?", "'x'", 3).replace("?", "5")
        settings = "SET search_path TO landinfo_register; SET enable_seqscan = off; SET enable_bitmapscan = off;"
        with closing(psycopg2.connect(register_url)) as held, held.cursor() as cursor:
            cursor.execute(f"{settings} EXPLAIN {asked}")
            plan = cursor.fetchall()
        assert "entries_by_day" in str(plan)
        assert "Sort" not in str(plan)
