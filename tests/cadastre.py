"""A cadastre small enough to check by hand, with everything in it that goes wrong in life.

Metres from ``EAST``, ``NORTH``; sheet 1 of the old Phú Lợi (25744@2024) unless said otherwise, drawn on 2020-01-01::

    20 ┌────┬────┬─────────┐  ┌────┐
       │    │ 2  │    3    │  │ 5  │      1 and 2 share an edge; 2 is an L; 3 has a hole
    10 │ 1  │  ┌─┴─┐ ┌─┐   │  ├────┤      4 overlaps 2 and 3 on 2 m; a gap of 2 m lies between 3 and the column of 5
       │    │  │ 4 │ └─┘   │  │5~1 │      5 and 5~1 are equal numbers
     0 └────┴──┴───┴───────┘  └────┘
       0    10 15  20     30  32   40

Parcel 6 (50..70 × 0..20) is divided into 6 and 7 on 1 July 2025. 8 lies in two pieces. Sheet 1 with number 1 is there
again in 25750@2024, and a commune whose code begins with zeros has sheet "01" with number "007".
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

import shapely
from shapely import affinity
from shapely.geometry.base import BaseGeometry

from landinfo.model import (
    Commune,
    Coverage,
    Edition,
    Feature,
    LandUse,
    Parcel,
    ParcelRef,
    PriceZone,
    Union,
)
from landinfo.store import SCHEMA_VERSION, Box, Load, StoreFacts

EAST, NORTH = 605_000.0, 1_216_000.0
DRAWN, MERGED, REPLANNED = date(2020, 1, 1), date(2025, 7, 1), date(2026, 1, 1)
PUBLISHED, CORRECTED, TODAY = date(2026, 1, 15), date(2026, 6, 1), date(2026, 11, 24)
EVERYWHERE: Box = (0.0, 0.0, 1e7, 1e7)
FACTS = StoreFacts("Sổ thử nghiệm", "EPSG:9210", SCHEMA_VERSION, True)
NFD_NAME = unicodedata.normalize("NFD", "Phú Hòa")

OLD_PHU_LOI, OLD_PHU_HOA, ZEROS = ("25744", "2024"), ("25750", "2024"), ("00025", "2024")


def box(min_x: float, min_y: float, max_x: float, max_y: float) -> Box:
    """A box of the store in metres from the cadastre's corner."""
    return EAST + min_x, NORTH + min_y, EAST + max_x, NORTH + max_y


def shape(*outline: tuple[float, float], hole: Sequence[tuple[float, float]] = ()) -> BaseGeometry:
    return affinity.translate(shapely.Polygon(outline, [hole] if hole else None), EAST, NORTH)


def rectangle(min_x: float, min_y: float, max_x: float, max_y: float) -> BaseGeometry:
    return shapely.box(*box(min_x, min_y, max_x, max_y))


def edition(key: str, layer: str, published: date = PUBLISHED, withdrawn: date | None = None, rows: int = 0) -> Edition:
    return Edition(key, layer, "25744", "hồ sơ địa chính", DRAWN, published, withdrawn, "0" * 8, True, "tests", rows)


def parcel(key: str, where: BaseGeometry, area: str | None = None, **given: Any) -> Parcel:
    """``key`` is ``number`` or ``number~suffix`` on sheet 1 of 25744@2024."""
    number, _, suffix = key.partition("~")
    commune, period = given.pop("series", OLD_PHU_LOI)
    values: dict[str, Any] = {
        "ref": ParcelRef(commune, period, given.pop("sheet", "1"), number, suffix),
        "shape": where,
        "registered_area": None if area is None else Decimal(area),
        "land_uses": (LandUse("ODT", "TT08/2024", Decimal("60.00")), LandUse("CLN", "TT08/2024", None)),
        "effective_from": DRAWN,
        "effective_to": None,
        "commune_now": "25750",
        "map_scale": 500,
        "edition": "parcels-1",
    }
    return Parcel(**(values | given))


def communes() -> tuple[Commune, ...]:
    first = date(1997, 1, 1)

    def old(code: str, *names: tuple[date, str, str]) -> Commune:
        return Commune(code, "2024", first, MERGED, names, "Thành phố Thủ Dầu Một", "Bình Dương", "tests")

    def new(code: str, name: str) -> Commune:
        return Commune(code, "2025", MERGED, None, ((MERGED, "Phường", name),), "", "Thành phố Hồ Chí Minh", "tests")

    return (
        new("25750", "Phú Lợi"),
        old("25741", (first, "Phường", "Hiệp Thành")),
        old("25744", (first, "Xã", "Phú Lợi"), (date(2003, 1, 1), "Phường", "Phú Lợi")),
        old("25750", (first, "Phường", NFD_NAME)),
        old("00025", (first, "Phường", "mã có số 0 ở đầu")),
        new("25747", "Thủ Dầu Một"),
    )


UNIONS = (
    Union("25744", "2024", "25750", "2025", MERGED, True),
    Union("25750", "2024", "25750", "2025", MERGED, True),
    Union("25741", "2024", "25750", "2025", MERGED, False),
    Union("25741", "2024", "25747", "2025", MERGED, False),
)


def parcels() -> tuple[Parcel, ...]:
    pieces = shapely.MultiPolygon([rectangle(80, 0, 90, 10), rectangle(92, 0, 100, 10)])
    return (
        parcel("1", rectangle(0, 0, 10, 20), "200.0"),
        parcel("2", shape((10, 0), (15, 0), (15, 10), (20, 10), (20, 20), (10, 20)), "161.50"),
        parcel("3", shape((20, 0), (30, 0), (30, 20), (20, 20), hole=[(24, 4), (26, 4), (26, 6), (24, 6)])),
        parcel("4", rectangle(13, 0, 22, 10), "90"),
        parcel("5", rectangle(32, 10, 40, 20), "80.0", land_uses=()),
        parcel("5~1", rectangle(32, 0, 40, 10), "79.999"),
        parcel("6", rectangle(50, 0, 70, 20), "400.0", effective_to=MERGED),
        parcel("6", rectangle(50, 0, 60, 20), "200.0", effective_from=MERGED),
        parcel("7", rectangle(60, 0, 70, 20), "200.0", effective_from=MERGED),
        parcel("8", pieces, "180.0", commune_now=None, map_scale=None),
        parcel("12a", rectangle(0.03, 40, 10.03, 50), "1E+2", sheet="D4-12"),
        parcel("1", rectangle(500, 0, 510, 20), "200.1", series=OLD_PHU_HOA),
        parcel("007", rectangle(900, 0, 910, 20), "0.1", series=ZEROS, sheet="01"),
    )


def feature(key: str, designation: str, where: BaseGeometry, **given: Any) -> Feature:
    values = {"theme": "land_use_plan", "effective_from": DRAWN, "effective_to": None, "edition": "plan-1"} | given
    return Feature(id=key, designation=designation, shape=where, document="QĐ 1/2020", article="Điều 1", **values)


def features() -> tuple[Feature, ...]:
    """ODT and CLN meet at x = 15, CLN and DGT overlap on 1 m, nothing from x = 40 on; DGT becomes TMD in 2026."""
    return (
        feature("a2", "CLN", rectangle(15, -5, 31, 25)),
        feature("a1", "ODT", rectangle(-5, -5, 15, 25)),
        feature("a3", "DGT", rectangle(30, -5, 40, 25), effective_to=REPLANNED),
        feature("a4", "TMD", rectangle(30, -5, 40, 25), effective_from=REPLANNED),
        feature("a1", "ODT", rectangle(500, 0, 505, 20)),
    )


def zone(key: str, where: BaseGeometry, **given: Any) -> PriceZone:
    values: dict[str, Any] = {
        "price_list": "87/2025/NQ-HĐND",
        "section": "25744:12",
        "position": 1,
        "agricultural_position": 1,
        "conditions": {"fronts": "2", "alley_surface": "earth"},
        "found": {"by": "khoảng cách", "metres": "12.5"},
        "effective_from": REPLANNED,
        "effective_to": None,
        "edition": "zones-1",
    }
    return PriceZone(id=key, shape=where, **(values | given))


def coverage(layer: str, where: BaseGeometry, key: str, **given: Any) -> Coverage:
    values = {"effective_from": DRAWN, "effective_to": None, "complete": True} | given
    return Coverage(layer=layer, shape=where, edition=key, **values)


def loads() -> tuple[Load, ...]:
    """All that is published at first; "corridor" covers everything and has one feature, "river" is not held at all."""
    all_ground, corridor = rectangle(-100, -100, 1000.03, 100), "road_corridor"
    plan = (
        coverage("land_use_plan", rectangle(-100, -100, 200, 100), "plan-1"),
        coverage("land_use_plan", rectangle(200, -100, 1000, 100), "plan-1", complete=False),
    )
    road = feature("r", "corridor", rectangle(-5, -5, 100.03, 2), theme=corridor, edition="road-1")
    zones = (zone("z2", rectangle(0, 10, 40.03, 20), position=2), zone("z1", rectangle(0, 0, 40, 10), conditions={}))
    held = coverage("price_zones", all_ground, "zones-1")
    return (
        Load(
            edition("parcels-1", "parcels", rows=13),
            coverage=[coverage("parcels", all_ground, "parcels-1")],
            parcels=parcels(),
        ),
        Load(edition("plan-1", "land_use_plan", rows=5), coverage=plan, features=features()),
        Load(edition("road-1", corridor, rows=1), coverage=[coverage(corridor, all_ground, "road-1")], features=[road]),
        Load(edition("zones-1", "price_zones", rows=2), coverage=[held], zones=zones),
    )


def corrected() -> Load:
    """The plan again, as known from ``CORRECTED`` on: only ODT, everywhere."""
    everywhere = rectangle(-100, -100, 1000, 100)
    return Load(
        edition("plan-2", "land_use_plan", published=CORRECTED, rows=1),
        coverage=[coverage("land_use_plan", everywhere, "plan-2")],
        features=[feature("b1", "ODT", everywhere, edition="plan-2")],
    )
