"""What lets a million rows in: near corners without an object for each, rows made ready in steps, a kill that costs
little. The same findings, names and answers as for ten.
"""

from __future__ import annotations

import hashlib
import io
import os
import pty
import random
import re
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing, suppress
from datetime import date
from pathlib import Path
from typing import Any

import amount
import cadastre
import geopandas
import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st

from landinfo.intake import corners, editions, load
from landinfo.intake.coverage import _ground
from landinfo.intake.nearness import near_places
from landinfo.store import Store, open_store
from landinfo.store.checks import parts
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 24)
EVERYWHERE = (0.0, 0.0, 1e7, 1e7)
GRID = st.integers(0, 40).map(lambda n: n / 100)


@given(places=st.lists(st.tuples(GRID, GRID), min_size=3, max_size=40), distance=st.sampled_from([0.0, 0.02, 0.05]))
@settings(max_examples=amount.of(200, 5000), deadline=None)
def test_near_places_are_those_of_every_pair(places: list[tuple[float, float]], distance: float) -> None:
    line = np.array([shapely.LineString(places)], dtype=object)
    found, near = near_places(line, distance)
    each = sorted(set(places))
    pairs = {
        (a, b) for a in each for b in each if a != b and distance > 0 and np.hypot(a[0] - b[0], a[1] - b[1]) <= distance
    }
    shown = [tuple(p) for p in found.tolist()]
    assert shown == sorted({a for a, _ in pairs})
    assert {(shown[i], shown[j]) for i, others in near.items() for j in others} == pairs


def test_near_places_far_from_the_origin_and_beyond_a_cell() -> None:
    # 601000.01 and 601000.03 are 2 cm apart (to 1e-10), 1234000.00 and 1233999.985 1.5 cm across the border of a cell
    xy = [(601000.01, 1234000.0), (601000.03, 1234000.0), (601000.01, 1233999.985), (601000.07, 1234000.0)]
    found, near = near_places(np.array([shapely.LineString(xy)], dtype=object), 0.0201)
    assert found.tolist() == [[601000.01, 1233999.985], [601000.01, 1234000.0], [601000.03, 1234000.0]]
    assert {i: sorted(others) for i, others in near.items()} == {0: [1], 1: [0, 2], 2: [1]}
    assert len(near_places(np.array([None], dtype=object), 0.02)[0]) == 0


def test_rows_in_blocks_are_the_rows(monkeypatch: pytest.MonkeyPatch) -> None:
    shapes = np.array([p.shape for p in cadastre.loads()[0].parcels], dtype=object)

    def found() -> tuple[list[tuple[str, int, str]], list[int], bytes]:
        said: list[tuple[str, int, str]] = []
        limits = _limits()
        corners.check_corners(shapes, limits, lambda code, i, detail, mark: said.append((code, i, detail)))
        hull = shapely.to_wkb(shapely.normalize(_ground(list(shapes), "hull_of_features")))
        return sorted(said), corners.wound_wrongly(shapes), bytes(hull)

    whole = found()
    monkeypatch.setattr(corners, "BLOCK", 3)
    assert found() == whole


def _limits() -> Any:
    from landinfo.intake.limits import read_limits

    return read_limits(read_rulebook(ROOT / "data").rules, TODAY)


def test_the_content_is_named_by_all_its_lines_in_order() -> None:
    """Said again without the saving: every line is made and all are sorted."""
    for made in cadastre.loads():
        rows = [*made.parcels, *made.features, *made.zones, *made.coverage]
        lines = sorted(editions._canonical(row) for row in rows)
        random.Random(7).shuffle(rows)
        assert editions.content_hash(rows) == hashlib.sha256(b"".join(lines)).hexdigest()


def test_parts_of_any_size_hold_the_same_rows() -> None:
    for made in cadastre.loads():
        whole = [(part.table.name, row) for part in parts(made, 1000) for row in part.rows]
        for step in (1, 2, 5):
            split = list(parts(made, step))
            assert max(len(part.rows) for part in split) <= step
            assert [(part.table.name, row) for part in split for row in part.rows] == whole


def test_rows_are_named_when_they_are_looked_at() -> None:
    rows = list(cadastre.loads()[0].parcels)
    named = load.Named(rows, "parcels-9")
    assert len(named) == len(rows)
    assert {row.edition for row in named} == {named[0].edition} == {row.edition for row in named[2:5]} == {"parcels-9"}
    assert [row.ref for row in named] == [row.ref for row in rows]


MAP = """
[store]
title = "Nạp lớn"
crs = "EPSG:9210"
simulated = true
[edition]
territory = "25750"
document = "landinfo"
effective_from = 2026-01-01
simulated = true
source = "tests"
[parcel]
commune = "25750"
period = "2025"
sheet = "{TO}"
number = "{THUA}"
[coverage]
of = "hull_of_features"
"""
LOADED = """
import sys
from datetime import date
from pathlib import Path
from landinfo.intake import load
from landinfo.store import editing
from landinfo.store.rulebook import read_rulebook
editing.STEP = load.STEP = int(sys.argv[4])
said = lambda step, done, rows=0: print(step, done, flush=True)
rulebook = read_rulebook(Path("data"))
result = load.run(Path(sys.argv[1]), Path(sys.argv[2]), sys.argv[3], date(2026, 11, 24), said, rulebook, new=True)
print("edition", result.edition.id, flush=True)
"""


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A file of parcels side by side, and its field map."""
    folder, side = tmp_path_factory.mktemp("big"), amount.of(40, 300)
    at = np.arange(side * side)
    west, south = 601_000.0 + at % side * 10, 1_214_000.0 + at // side * 20
    table = {"TO": (at // 400 + 1).astype(str), "THUA": (at % 400 + 1).astype(str)}
    shapes = shapely.box(west, south, west + 10, south + 20)
    geopandas.GeoDataFrame(table, geometry=shapes, crs=9210).to_file(folder / "rows.gpkg", engine="pyogrio")
    (folder / "map.toml").write_text(MAP, "utf-8")
    return folder / "rows.gpkg", folder / "map.toml"


def started(files: tuple[Path, Path], url: str, step: int) -> subprocess.Popen[str]:
    command = [sys.executable, "-c", LOADED, *map(str, files), url, str(step)]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def answers(store: Store) -> list[Any]:
    return [store.parcels_in(EVERYWHERE, TODAY, TODAY), store.layer("parcels", EVERYWHERE, TODAY, TODAY)]


def _killed(running: subprocess.Popen[str], chosen: random.Random) -> None:
    """Kill it after a step or two of writing."""
    assert running.stdout is not None
    wanted = chosen.randint(2, 3)
    for line in running.stdout:
        wanted -= "ghi" in line
        if not wanted:
            break
    time.sleep(chosen.random() * 0.01)
    running.kill()
    running.communicate()
    assert running.returncode == -9


def test_a_load_killed_at_any_moment_goes_on(
    files: tuple[Path, Path], engine: str, new_place: Callable[[str], str], tmp_path: Path
) -> None:
    step = amount.of(200, 10_000)
    undisturbed = new_place(engine)
    whole = started(files, undisturbed, step)
    said, wrong = whole.communicate()
    assert whole.returncode == 0, wrong
    place, chosen = new_place(engine), random.Random(3)
    for _ in range(amount.of(3, 12)):
        _killed(started(files, place, step), chosen)
        with closing(open_store(place)) as held:
            assert answers(held)[0] == ()
            assert held.editions() == held.drafts() == ()
    last = started(files, place, step)
    said_again, wrong = last.communicate()
    assert last.returncode == 0, wrong
    assert said_again.splitlines()[-1] == said.splitlines()[-1]
    assert said_again.count("ghi") < said.count("ghi")
    with closing(open_store(undisturbed)) as one, closing(open_store(place)) as other:
        assert answers(one) == answers(other)
        assert one.editions() == other.editions()


BAR = """
import sys
from landinfo.cli.common import progress
for done in (0.0, 0.25, 0.5):
    progress("kiểm tra · checking", done, 4000 if done else 0)
progress("xong · done", 1.0, 4000)
"""


def _all(reader: io.FileIO) -> str:
    """What a terminal was sent; at its end Linux raises an error."""
    shown = b""
    with suppress(OSError):
        while piece := reader.read(4096):
            shown += piece
    return shown.decode()


def test_progress_is_lines_in_a_file_and_a_bar_on_a_terminal() -> None:
    piped = subprocess.run([sys.executable, "-c", BAR], cwd=ROOT, capture_output=True, text=True, check=True)
    assert piped.stderr.splitlines() == ["  0%  kiểm tra · checking", "100%  xong · done"]
    master, terminal = pty.openpty()
    with os.fdopen(master, "rb", buffering=0) as reader:
        subprocess.run([sys.executable, "-c", BAR], cwd=ROOT, stderr=terminal, check=True)
        os.close(terminal)
        shown = _all(reader)
    bars = shown.split("\r")
    (half,) = [bar for bar in bars if " 50 %" in bar]
    assert "kiểm tra" in half
    assert re.search(r"[\d.]+k? dòng · rows/s · còn · left \d+:\d\d", half)
