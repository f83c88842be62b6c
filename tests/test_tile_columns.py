"""What a tile tells of its rows, as columns of bytes: each row has its own text, and none its neighbour's."""

from __future__ import annotations

import json
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given, settings
from hypothesis import strategies as st
from tiled import read

from landinfo.rings import Rings, rounded, ways
from landinfo.store import mvt
from landinfo.store.main_use import main_uses
from landinfo.store.text_column import TextColumn

TEXTS = st.lists(st.text(max_size=9), max_size=12)
CODES = ("ODT", "O", "CLN/x", "LUCHNKTM", "LUCHNKTM9", "Vườn", 'a"b', "a\\b", "{", "}", "")


def told(each: TextColumn) -> list[str | None]:
    pairs = zip(each.texts(), each.start.tolist(), strict=True)
    return [None if start < 0 else text.decode() for text, start in pairs]


@given(TEXTS)
@settings(max_examples=300, deadline=None)
def test_texts_that_differ_are_told_once(each: list[str]) -> None:
    """Also those of which one begins as another, or has no sign at all, or ends what is held."""
    held = TextColumn.of(each)
    assert told(held) == each
    distinct, which = held.distinct()
    assert sorted(told(distinct)) == sorted(set(each))  # type: ignore[type-var]
    assert [told(distinct)[n] for n in which.tolist()] == each
    assert told(held.chosen(np.arange(len(each))[::-1])) == each[::-1]


def written(use: Any, compact: bool) -> str:
    return json.dumps(use, ensure_ascii=False, separators=(",", ":") if compact else None)


def use_of(code: str, area: str | None = "10", regime: str = "TT08/2024") -> dict[str, str | None]:
    return {"code": code, "regime": regime, "area": area}


@pytest.mark.parametrize("compact", [False, True])
def test_a_code_is_found_as_json_has_it(compact: bool) -> None:
    """Short and long, with signs of escape, one among several, none; whatever stands in the rows beside it."""
    several = [use_of("CLN", "9.9"), use_of("ODT", "10"), use_of("HNK", None)]
    strange = [{"regime": "x", "code": "DGT", "area": "1"}], [use_of("ODT", regime="{TT}")], [use_of("T", regime='"\\')]
    uses = [[], *([use_of(code)] for code in CODES), several, *strange, [use_of("NKH", None)]]
    wanted = [None, *CODES, "ODT", "DGT", "ODT", "T", "NKH"]
    column = TextColumn.of([written(each, compact) for each in uses])
    assert told(main_uses(column)) == wanted
    some = [14, 1, 1, 0]
    assert told(main_uses(column.chosen(np.array(some)))) == [wanted[n] for n in some]
    assert told(main_uses(TextColumn.of([]))) == []


@pytest.mark.parametrize("most", [127, 128, 16_383, 16_384, 32_767, 40_000, 3_000_000])
def test_numbers_of_every_length_are_written(most: int) -> None:
    """Steps and texts whose numbers end on either side of a byte."""
    shapes = [shapely.box(0, 0, most // 2, 3), shapely.box(1, 1, 60 + most // 4, 90)]
    said = {"id": ["x" * min(most, 40_000), "y" * 126], "n": TextColumn.of(["", None])}
    (one, other) = read(mvt.written([mvt.shapes("areas", np.array(shapes), said)], 4096))["areas"]
    assert one["properties"] == {"id": said["id"][0], "n": ""}
    assert other["properties"] == {"id": said["id"][1]}
    drawn = [shapely.geometry.shape(each["geometry"]) for each in (one, other)]
    assert all(mine.equals(true) for mine, true in zip(drawn, shapes, strict=True))


@pytest.mark.parametrize("length", [0, 7, 8, 125, 126, 127, 128, 300])
def test_texts_of_every_length_are_written(length: int) -> None:
    each = ["ộ" * (length // 3) + "x" * (length % 3), "b", None, "b"]
    points = np.array([(1, 2), (3, 4), (5, 6), (7, 8)])
    found = read(mvt.written([mvt.points("p", points, {"t": TextColumn.of(each)})], 4096))["p"]
    assert [feature["properties"].get("t") for feature in found] == each


def test_boxes_of_rings_are_those_of_their_corners() -> None:
    """Below 0 too, where the bytes of a number are in another order than numbers are."""
    for shift in (0.0, -5.0, 100.0):
        corners = np.array([(3.5, 0.25, 7), (1, 9, 2.5)]) + shift
        low, high = Rings(corners, np.array([2, 1])).bounds()
        assert (low.T - shift).tolist() == [[0.25, 1], [7, 2.5]]
        assert (high.T - shift).tolist() == [[3.5, 9], [7, 2.5]]


def test_corners_far_from_a_tile_are_whole_numbers_too() -> None:
    far = np.array([(0.0, 3e9, 3e9), (0.0, 0.0, -5e9)])
    assert rounded(Rings(far, np.array([3]))).corners.tolist() == far.tolist()


def test_a_large_ring_turns_as_a_small_one() -> None:
    """The products of its steps take more than four bytes."""
    for side in (100.0, 66_000.0, 150_000.0):
        square = np.array([(0, side, side, 0), (0, 0, side, side)])
        assert ways(rounded(Rings(square, np.array([4])))).tolist() == [1]
        assert ways(rounded(Rings(square[:, ::-1].copy(), np.array([4])))).tolist() == [-1]
