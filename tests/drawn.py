"""Streets, alleys and parcels drawn by hand, and what the derivation makes of them. Metres from ``EAST``, ``NORTH``."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import price
from landinfo.model import Citation, PriceList, PriceSection, PriceZone, Status
from landinfo.store.rulebook import read_rulebook
from landinfo.zones import Between, Ground, access, deriving
from landinfo.zones.network import Network, Way

BOOK = read_rulebook(Path(__file__).resolve().parent.parent / "data")
EAST, NORTH = 600_000.0, 1_214_000.0
DAY = date(2026, 3, 1)
NQ87: PriceList = next(x for x in BOOK.price_lists if x.id == "nq87-2025")
DEAR, CHEAP = "25750:1", "25750:11"
"""Two sections of the 2026 list, the dearer first."""
FAR = Between("far")


def line(*corners: tuple[float, float]) -> Any:
    return shapely.LineString([(EAST + x, NORTH + y) for x, y in corners])


def box(west: float, south: float, east: float, north: float) -> Any:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def ring(*corners: tuple[float, float], hole: Sequence[tuple[float, float]] = ()) -> Any:
    def moved(points: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
        return [(EAST + x, NORTH + y) for x, y in points]

    return shapely.Polygon(moved(corners), [moved(hole)] if hole else None)


def street(*corners: tuple[float, float], section: str = DEAR, width: float = 10, **more: Any) -> Way:
    return Way(line(*corners), section, width, width, "paved", **more)


def alley(*corners: tuple[float, float], width: float | None = 4, surface: str = "paved", **more: Any) -> Way:
    return Way(line(*corners), "", width, more.pop("narrowest", width), surface, **more)


MAIN = street((-200, -5), (200, -5))
"""Along the x axis, 10 m wide: its northern kerb is y = 0."""


def derived(
    lot: BaseGeometry, *ways: Way, on: date = DAY, prices: PriceList = NQ87, between: Between = FAR
) -> tuple[Ground, ...]:
    """The zones of one parcel, in order of their depth."""
    by = deriving(prices, on, BOOK.rules, ways)
    (reached,) = access.reached([lot], Network(ways, by.limits, by.reach))
    return by.zones(lot, reached, between).grounds


def one(lot: BaseGeometry, *ways: Way, **more: Any) -> Ground:
    (ground,) = derived(lot, *ways, **more)
    return ground


def codes(lot: BaseGeometry, *ways: Way, **more: Any) -> list[str]:
    by = deriving(more.get("prices", NQ87), more.get("on", DAY), BOOK.rules, ways)
    (reached,) = access.reached([lot], Network(ways, by.limits, by.reach))
    return [code for code, _ in by.zones(lot, reached, more.get("between", FAR)).remarks]


def worth(ground: Ground, use: str = "ODT", on: date = DAY, prices: PriceList = NQ87) -> Decimal | None:
    """What the price engine makes of the ground, đồng/m²."""
    book = replace(BOOK, price_lists=(prices,))
    zone = PriceZone(
        "Z", prices.id, ground.section, ground.position, ground.agricultural_position, ground.conditions, ground.found,
        ground.shape, prices.effective_from, None, "",
    )  # fmt: skip
    return price.quote(zone, use, ground.section.partition(":")[0], on, book, {}).unit_price


def by_class(area_kind: str = "DT", rules_from: date = date(2016, 1, 1)) -> PriceList:
    """A list by class with one section, 718:1, invented for the drawing: 1,000 đ at position 1, Đ = 1."""
    cited = Citation("thử", "", Status.ASSUMED)
    prices = {1: 1000, 2: 700, 3: 500, 4: 300}
    section = PriceSection(
        "718:1", "718", "1", "ĐƯỜNG THỬ", "", "", {}, (), cited, road_class="1", area_kind=area_kind,
        coefficient=Decimal(1),
    )  # fmt: skip
    base = {("718", area_kind, "1", "ODT", n): (Decimal(p), cited) for n, p in prices.items()}
    base |= {("718", area_kind, "", "CLN", n): (Decimal(p) / 10, cited) for n, p in prices.items()}
    return PriceList(
        "thử", "thử", "", "", rules_from, None, True, "", {"718:1": section}, {}, {}, cited,
        method="class_coefficient", base=base,
    )  # fmt: skip
