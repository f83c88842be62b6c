"""What the conversion costs wherever ground of which not all was told may lie beside its section."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import product
from typing import Any

import shapely

from landinfo import position
from landinfo.estimate import Estimate, Item
from landinfo.model import BadInput, Notice
from landinfo.position import FRONT, LAST, Ground

EARTH = "earth"
BACK = Decimal(150)
"""m: a depth from which the reduction of art. 4.2c holds (100 m and more)."""
Prices = tuple[tuple[Decimal | None, Decimal | None], ...]
"""Of each stretch the price of the land as it is and of the new use, đồng/m²."""


def grounds(ground: Ground, rural: bool) -> Iterator[Ground]:
    """Every way in which what was not told may stand, as far as it does not contradict what was.

    An alley counts as paved where nobody told; a residential area matters in a xã (``rural``) only.
    """
    residential = ground.residential_area is None and rural
    placed = ground.position is not None or ground.width is not None or ground.no_access
    ways: dict[str, Any] = {
        "position": (ground.position,) if placed else range(FRONT, LAST + 1),
        "surface": (ground.surface,) if ground.surface else (None, EARTH),
        "depth": (ground.depth,) if ground.depth is not None else (None, BACK),
        "fronts": (ground.fronts,) if ground.fronts is not None else (None, 2),
        "agricultural_position": (ground.agricultural_position,) if ground.agricultural_position else (1, 2, 3),
        "residential_area": (True, False) if residential else (ground.residential_area,),
    }
    for values in product(*ways.values()):
        told: dict[str, Any] = dict(zip(ways, values, strict=True))
        other = replace(ground, **told)
        try:
            position.check(other)
        except BadInput:
            continue
        yield other


def corners(found: Iterable[Prices]) -> list[Prices]:
    """Those between whose costs all others lie: a cost is linear in both prices, and 0 at least.

    Only of ground in one stretch with both prices known; else all of them.
    """
    distinct = list(dict.fromkeys(found))
    if any(len(prices) != 1 or None in prices[0] for prices in distinct):
        return distinct
    hull = shapely.get_coordinates(
        shapely.convex_hull(shapely.multipoints([[float(v or 0) for v in p[0]] for p in distinct]))
    )
    kept = {tuple(corner) for corner in hull.tolist()}
    return [p for p in distinct if tuple(float(v or 0) for v in p[0]) in kept]


def widened(own: Estimate, others: Iterable[Estimate]) -> Estimate:
    """``own`` with the bounds of all; a bound that one of them does not know is not known."""
    all_of = [own, *others]
    if own.total is None or all((e.low, e.high) == (own.low, own.high) for e in all_of):
        return own
    items = tuple(_item(item, [i for e in all_of for i in e.items if i.code == item.code]) for item in own.items)
    low, high = _end(min, (e.low for e in all_of)), _end(max, (e.high for e in all_of))
    return replace(own, items=items, low=low, high=high, notices=(*own.notices, Notice("street-range")))


def _item(own: Item, all_of: list[Item]) -> Item:
    return replace(own, low=_end(min, (i.low for i in all_of)), high=_end(max, (i.high for i in all_of)))


def _end(pick: Callable[..., Decimal], values: Iterable[Decimal | None]) -> Decimal | None:
    held = list(values)
    known = [value for value in held if value is not None]
    return pick(known) if len(known) == len(held) else None
