"""The corners of one parcel of a list → its ring: in which order they go round, by what the points are called."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

XY = tuple[float, float]
_NAMED = re.compile(r"([^\W\d_]{0,3})[-. ]?(\d{1,6})")
_SHOWN = 12
_SAME = 0.05
"""m: coordinates of one point are rounded to the centimetre in one list and to the millimetre in another."""


@dataclass(frozen=True, slots=True)
class Ring:
    """The corners of a parcel as they go round. ``code`` is what there is to say of their order ("" nothing): COR-006
    sorted by the names of the points, COR-007 these say no order; ``detail`` shows it.
    """

    corners: Sequence[XY]
    code: str = ""
    detail: str = ""


def point_number(value: Any) -> tuple[str, int] | None:
    """``3``, ``M3``, ``P-03`` or a letter alone: what stands before the number, and the number; else None."""
    if isinstance(value, float) and not value.is_integer():
        return None
    text = str(int(value) if isinstance(value, float) else value).strip()
    if len(text) == 1 and text.isascii() and text.isalpha():
        return ".", ord(text.casefold())
    match = _NAMED.fullmatch(text)
    return (match[1].casefold(), int(match[2])) if match else None


def name_points_of_the_sheet(parcels: Iterable[Sequence[tuple[Any, XY]]]) -> bool:
    """Do the names of points belong to the whole list (one name, one place in all parcels), not to each parcel?

    Then neighbours share them (2, 5, 6, 3 beside 1, 2, 3, 4), and the numbers say nothing of the order.
    """
    places: dict[Any, XY] = {}
    votes = 0
    for corners in parcels:
        own = {name: xy for point, xy in corners if (name := point_number(point))}
        for name, xy in own.items():
            if name in places:
                votes += 1 if _near(places[name], xy) else -1
        places |= own
    return votes > 0


def ring_of(corners: Sequence[tuple[Any, XY]], of_the_sheet: bool) -> Ring:
    """The ring of one parcel's (name of the point, corner), in the order of the list.

    That order stands where the names go round (1 2 3 4, 3 4 1 2, 4 3 2 1; gaps do not matter), where they are no
    numbers, or are those of the whole sheet; the first corner may come again at the end.
    """
    in_order = [xy for _, xy in corners]
    names = [point_number(point) for point, _ in corners]
    stated = [(name, str(point).strip()) for name, (point, _) in zip(names, corners, strict=True) if point is not None]
    given = [name for name, _ in stated if name]
    if not given or len(given) < len(stated) or len({prefix for prefix, _ in given}) > 1:
        return Ring(in_order)
    if len(corners) > 3 and names[0] and names[0] == names[-1] and _near(in_order[0], in_order[-1]):
        given, stated, in_order = given[:-1], stated[:-1], in_order[:-1]
    numbers, shown = [number for _, number in given], _shown([text for _, text in stated])
    if len(set(numbers)) < len(numbers):
        return Ring(in_order, "COR-007", shown)
    if of_the_sheet or _go_round(numbers):
        return Ring(in_order)
    if len(numbers) < len(in_order):
        return Ring(in_order, "COR-007", shown)
    order = sorted(range(len(numbers)), key=numbers.__getitem__)
    return Ring([in_order[n] for n in order], "COR-006", f"{shown} → {_shown([stated[n][1] for n in order])}")


def _go_round(numbers: Sequence[int]) -> bool:
    """Do they rise, or fall, all the way but for one step back?"""
    steps = [b > a for a, b in pairwise([*numbers, numbers[0]])]
    return 1 in (steps.count(True), steps.count(False))


def _near(one: XY, other: XY) -> bool:
    return abs(one[0] - other[0]) <= _SAME and abs(one[1] - other[1]) <= _SAME


def _shown(points: Sequence[str]) -> str:
    return ", ".join(points[:_SHOWN]) + (" …" if len(points) > _SHOWN else "")
