"""What makes a large load fast gives what the plain way gives, which is written down here."""

from __future__ import annotations

import hashlib
import io
import random
from dataclasses import fields, replace
from datetime import date
from decimal import Decimal
from typing import Any

import amount
import cadastre
import numpy as np
import pytest
import shapely
import shapely.affinity
from files_to_load import RULEBOOK, TEXTS
from hypothesis import given, settings
from hypothesis import strategies as st
from shapely.geometry.base import BaseGeometry

from landinfo.cli.bar import Bar
from landinfo.intake import corners, coverage, editions, neighbours, repair
from landinfo.intake.checks import same_ground
from landinfo.intake.close import close_pairs
from landinfo.intake.corners import check_corners
from landinfo.intake.editions import content_hash
from landinfo.intake.limits import read_limits
from landinfo.intake.repair import mend
from landinfo.intake.steps import Share
from landinfo.intake.template import Template
from landinfo.intake.values import read_area

LIMITS: Any = type("Limits", (), {"overlap_area": 0.05, "sliver_width": 0.3, "gap_area": 10.0})
REAL = read_limits(RULEBOOK.rules, date(2026, 1, 1))
NO_END = (date(2020, 1, 1), None)


def plain_hash(rows: list[Any]) -> str:
    """SHA-256 over the sorted texts of the rows: name=value of each field but the edition."""

    def text(value: Any) -> bytes:
        if isinstance(value, BaseGeometry):
            return bytes(shapely.to_wkb(value, byte_order=1))
        return repr(sorted(value.items()) if isinstance(value, dict) else value).encode()

    lines = [
        b"\x1e".join(f.name.encode() + b"=" + text(getattr(row, f.name)) for f in fields(row) if f.name != "edition")
        for row in rows
    ]
    return hashlib.sha256(b"".join(sorted(line + b"\n" for line in lines))).hexdigest()


@pytest.mark.parametrize("block", [1, 3, 20_000])
def test_the_hash_is_that_of_the_sorted_rows(block: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(editions, "_BLOCK", block)
    rng = random.Random(block)
    for load in cadastre.loads():
        rows: list[Any] = [*load.parcels, *load.features, *load.zones, *load.coverage]
        moved = [replace(row, shape=shapely.affinity.translate(row.shape, 1), edition="x") for row in rows]
        rows += moved  # each number twice: what stands behind it decides the order
        rng.shuffle(rows)
        assert content_hash(rows) == plain_hash(rows)
    assert content_hash([]) == hashlib.sha256().hexdigest()


GRID = st.integers(0, 40)
BOX = st.tuples(GRID, GRID, st.integers(1, 12), st.integers(1, 12), st.sampled_from([0, 0, 0, 15, 45]))


@settings(max_examples=amount.of(150, 3000), deadline=None)
@given(st.lists(BOX, min_size=1, max_size=14))
def test_overlaps_are_those_of_every_pair(boxes: list[tuple[int, ...]]) -> None:
    """Rectangles on a grid, some turned: equal, inside one another, edge to edge, corner to corner, crossing."""
    drawn = [shapely.affinity.rotate(shapely.box(x, y, x + w, y + h), turn) for x, y, w, h, turn in boxes]
    shapes = np.array(drawn, dtype=object)
    twins = {frozenset(pair) for rows in same_ground(shapes, 0.001) for pair in _pairs(rows)}
    expected = {
        (i, j)
        for i, j in _pairs(range(len(shapes)))
        if frozenset((i, j)) not in twins and shapes[i].intersection(shapes[j]).area >= 0.05
    }
    found = neighbours.overlaps(shapes, [NO_END] * len(shapes), LIMITS)
    assert [(one.left, one.right) for one in found] == sorted(expected)


@settings(max_examples=amount.of(100, 2000), deadline=None)
@given(st.lists(BOX, min_size=1, max_size=12), st.sampled_from([1.0, 0.021]))
def test_gaps_and_strips_are_those_of_plain_unions(boxes: list[tuple[int, ...]], scale: float) -> None:
    drawn = [shapely.box(x * scale, y * scale, (x + w) * scale, (y + h) * scale) for x, y, w, h, _ in boxes]
    shapes = np.array(drawn, dtype=object)
    whole = shapely.union_all(shapes)
    holes = [hole for hole in neighbours.holes(whole) if 0.05 <= hole.area <= 10]
    found = [gap.area for gap in neighbours.gaps(shapes, [0] * len(shapes), LIMITS)]
    assert sorted(found) == pytest.approx(sorted(hole.area for hole in holes))
    near = {p for p in _pairs(range(len(drawn))) if 0 < drawn[p[0]].distance(drawn[p[1]]) <= LIMITS.sliver_width}
    left, right = neighbours._apart(shapes, LIMITS.sliver_width)
    assert list(zip(left.tolist(), right.tolist(), strict=True)) == sorted(near)


def test_ground_drawn_twice_is_no_coverage() -> None:
    """Flats on one plot: their union is not that of a coverage, in which each edge stands at most twice."""
    ring = [
        shapely.box(x, y, x + 2, y + 2) for x, y in ((0, 0), (2, 0), (4, 0), (0, 2), (4, 2), (0, 4), (2, 4), (4, 4))
    ]
    shapes = np.array([*ring, ring[1]], dtype=object)
    assert neighbours.fitting(shapes).tolist() == [True, False, *[True] * 6, False]
    assert [gap.area for gap in neighbours.gaps(shapes, [0] * 9, LIMITS)] == [4.0]


def told(shapes: Any) -> list[tuple[Any, ...]]:
    """All that is found in single drawings, repaired in them and found between them."""
    said: list[tuple[Any, ...]] = []

    def tell(code: str, i: int, detail: str, mark: Any) -> None:
        said.append((code, i, detail, mark and mark.wkt))

    check_corners(shapes, REAL, tell)
    mended = mend(shapes, REAL, tell)
    said += [("mended", i, shape.wkt) for i, shape in enumerate(mended)]
    return said + [("strip", gap.row, round(gap.area, 6)) for gap in neighbours.strips(shapes, REAL)]


def test_blocks_tell_the_rows_of_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    """Sixteen drawings, their faults far back; two at a time are told like all at once."""
    plain = [shapely.box(100 * n, 0, 100 * n + 10, 10) for n in range(11)]
    doubled = shapely.Polygon([(0, 50), (10, 50), (10, 60), (10, 60.0004), (0, 60)])
    spike = shapely.Polygon([(50, 50), (60, 50), (60, 60), (59.95, 75), (59.9, 60), (50, 60)])
    near, strip = shapely.box(1010.012, 0, 1020, 10), shapely.box(910.2, 0, 920, 10)
    tiny = shapely.box(70, 50, 70.5, 50.5)
    shapes = np.array([*plain, doubled, spike, near, strip, tiny], dtype=object)
    whole = told(shapes)
    assert [one[:2] for one in whole if one[0] not in ("mended",)] == [
        *(("GEO-011", 11), ("GEO-012", 12), ("GEO-015", 15), ("GEO-021", 11), ("GEO-023", 13), ("strip", 9)),
        ("strip", 10),
    ]
    for module in (corners, neighbours, repair):
        monkeypatch.setattr(module, "BLOCK", 2)
    assert told(shapes) == whole


def _pairs(rows: Any) -> list[tuple[int, int]]:
    return [(i, j) for i in rows for j in rows if i < j]


NEARBY = st.integers(-9, 9)


@settings(max_examples=amount.of(150, 3000), deadline=None)
@given(st.lists(st.tuples(NEARBY, NEARBY), max_size=30), st.sampled_from([0.5, 1.0, 2.0, 2.3]))
def test_close_places_are_those_of_every_pair(places: list[tuple[int, int]], distance: float) -> None:
    xy = np.array(places, dtype=float).reshape(-1, 2) / 2
    different = sorted(set(map(tuple, xy.tolist())))
    near = {
        one: {other for other in different if other != one and np.hypot(*np.subtract(one, other)) <= distance}
        for one in different
    }
    found, of = close_pairs(xy, distance)
    kept = [tuple(place) for place in found.tolist()]
    assert kept == [place for place in different if near[place]]
    assert {kept[n]: {kept[m] for m in others} for n, others in of.items()} == {p: near[p] for p in kept}
    assert all(len(others) == len(set(others)) for others in of.values())


CELL = st.one_of(st.none(), st.text("a 1é́", max_size=3), st.sampled_from([1, 1.0, True, 1.5, float("nan"), 12]))


@given(st.lists(st.tuples(CELL, CELL), max_size=8))
@pytest.mark.parametrize("text", ["{A}", "{B}-{A}", "{A}[-{B:1-2}]x", "tờ", "{C}", "[{A}]{B:2-2}"])
def test_a_column_is_filled_like_its_rows(text: str, rows: list[tuple[Any, Any]]) -> None:
    template, columns = Template(text), {"A": [a for a, _ in rows], "B": [b for _, b in rows]}
    assert template.fill_all(columns, len(rows)) == [template.fill({"A": a, "B": b}) for a, b in rows]


@pytest.mark.parametrize(
    ("text", "area"), [("1200", "1200"), ("007.50", "7.5"), ("0.00", "0"), ("123456789012345.12345678", None)]
)
def test_square_metres_are_exact(text: str, area: str | None) -> None:
    if area is None:
        with pytest.raises(ValueError, match=text):
            read_area(text, "m2", False)
    else:
        assert str(read_area(text, "m2", False)) == str(Decimal(area))


class _Terminal(io.StringIO):
    def __init__(self, terminal: bool) -> None:
        super().__init__()
        self._terminal = terminal

    def isatty(self) -> bool:
        return self._terminal


def shown(terminal: bool, *steps: tuple[float, str, float, int]) -> str:
    """What the bar writes when it is told (time, step, share, rows)."""
    now = [0.0]
    to = _Terminal(terminal)
    bar = Bar(TEXTS, to, lambda: now[0])
    for at, step, done, rows in steps:
        now[0] = at
        bar(step, Share(done, rows))
    return to.getvalue()


def test_the_bar_tells_rate_and_time_left() -> None:
    """After 30 s a quarter of 1,200 rows is done: 10 rows/s, and three times as long again."""
    text = shown(True, (0, "read", 0, 0), (1, "check", 0.2, 1200), (30, "write", 0.25, 1200), (100, "done", 1, 1200))
    first, early, later, last = text.split("\r")[1:]
    assert first.rstrip() == "[························]   0% read"
    assert early.rstrip() == "[████····················]  20% check"  # nobody knows yet
    assert later.rstrip() == "[██████··················]  25% write · 10 dòng/s · còn 1:30"
    assert last.rstrip(" \n") == "[████████████████████████] 100% done · 12 dòng/s"
    assert len(last) > len(later)  # nothing of the line before stays
    assert text.endswith("\n")


def test_without_a_terminal_there_are_lines() -> None:
    """One for each step and each tenth, none twice."""
    steps = [(n, "write", n / 100, 1000) for n in range(100)]
    lines = shown(False, (0, "read", 0, 0), *steps, (100, "done", 1.0, 1000)).splitlines()
    assert [line.split()[1] for line in lines] == ["read", *["write"] * 10, "done"]
    assert lines[3] == " 20% write · 10 dòng/s · còn 1:20"
    assert "\r" not in "".join(lines)


def test_the_hull_of_features_is_that_of_all_their_corners() -> None:
    """Reckoned by hand: squares in a row from (0, 0) to (90, 10) and one at (40, 50) have a hull of six corners."""
    shapes = [shapely.box(10 * n, 0, 10 * n + 10, 10) for n in range(9)] + [shapely.box(40, 50, 50, 60)]
    whole = coverage._ground(shapes, "hull_of_features")
    assert shapely.normalize(whole) == shapely.normalize(shapely.convex_hull(shapely.union_all(shapes)))
    assert {tuple(c) for c in shapely.get_coordinates(whole)} == {
        (0, 0), (90, 0), (90, 10), (50, 60), (40, 60), (0, 10)
    }  # fmt: skip
