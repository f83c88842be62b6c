"""What the first answer must not wait for: it is imported and made when somebody asks for it, or beside the answers."""

from __future__ import annotations

import subprocess
import sys
import threading
import time
from collections.abc import Iterator

import pytest
import street
from flask import Flask
from serving import client
from street import ROOT

from landinfo.store import Store
from landinfo.web import later

LATE = ("folium", "branca", "pandas", "geopandas", "pyogrio", "pyarrow", "openpyxl", "pydantic", "xlsxwriter", "dask")


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = street.create(str(tmp_path_factory.mktemp("start") / "ground.gpkg"))
    yield made
    made.close()


def test_an_answer_needs_none_of_the_large_packages(ground: Store, tmp_path_factory: pytest.TempPathFactory) -> None:
    """In a process of its own: served, asked, and then what it has imported."""
    place = tmp_path_factory.mktemp("alone") / "ground.gpkg"
    street.create(str(place)).close()
    said = f"""
import sys
sys.path.insert(0, {str(ROOT)!r})
import app
from landinfo.web import Settings, create_app
made = create_app(Settings(store={str(place)!r}, tiles="none", register={str(place.with_name("r.sqlite"))!r}))
asked = made.test_client()
assert asked.get("/readyz").status_code == 200
assert asked.get("/api/parcels/25750@2024/1/1?on=2026-03-01").status_code == 200
print(*sorted(name for name in {LATE!r} if name in sys.modules))
"""
    done = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True, cwd=ROOT)
    assert done.stdout.split() == []


def test_what_is_made_later_is_made_once() -> None:
    app, made = Flask("x"), list[int]()

    def make() -> int:
        time.sleep(0.05)
        made.append(len(made))
        return made[-1]

    get = later.add(app, make)
    others = list[str]()
    other = later.add(app, lambda: others.append("other"))
    assert made == [], "nothing is made before it is asked for"
    found = list[int]()
    asking = [threading.Thread(target=lambda: found.append(get())) for _ in range(5)]
    for each in asking:
        each.start()
    for each in asking:
        each.join()
    assert others == []
    later.make_all(app)
    assert others == ["other"], "before somebody asks"
    other()
    assert (made, found, get(), others) == ([0], [0] * 5, 0, ["other"])


def test_all_of_it_is_made_and_a_fault_does_not_stay() -> None:
    app, tries = Flask("x"), list[str]()

    def make() -> str:
        tries.append("try")
        if len(tries) == 1:
            raise OSError("not yet")
        return "made"

    get = later.add(app, make)
    with pytest.raises(OSError, match="not yet"):
        get()
    later.make_all(app)
    assert (get(), len(tries)) == ("made", 2)
    later.make_all(Flask("of its own"))


def test_map_and_streets_are_there_for_who_asks_first(ground: Store) -> None:
    """Without anything made beforehand, and after all was made: the same pages."""
    doors = ("/", "/api/streets?q=thich+quang+duc&on=2026-03-01", "/api/streets/25750:10?on=2024-09-01")
    lazy, eager = client(ground), client(ground)
    later.make_all(eager.application)
    for door in doors:
        first = lazy.get(door)
        assert first.status_code == 200
        assert first.get_data() == eager.get(door).get_data(), door


def test_each_day_is_searched_in_the_lists_near_it(ground: Store) -> None:
    asked = client(ground)
    for day, has in (("2026-03-01", True), ("2025-03-01", True)):
        found = asked.get(f"/api/streets?q=thich+quang+duc&on={day}").json
        assert found is not None
        assert bool(found["results"] or found["suggestions"]) is has
        assert found["on"] == day
