"""A ground small enough to work out by hand: six lots along a street, a plan that halves one, two price positions.

Metres from ``X`` (easting), ``Y`` (northing); section 25750:10 Thích Quảng Đức has 62.6 M đ/m² for ODT at position 1::

    30 ┌───┬───┬───┬───┬───┬───┐         ┌───┐      lots of 20 × 30 m; 10 overlaps 8, which ends on 1 February 2026
       │ 1 │ 2 │ 1 │ 1 │ 7 │8 10         │ 9 │      1 and 2 of 25750@2024, then 1 of 25744, 1 of 25741, 7, 8
     0 └───┴───┴───┴───┴───┴───┘         └───┘      9 lies where nothing else is held
       0   20  40  60  80  100 120       300        plan: ODT to x = 30, DGT to 60, ODT from there
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely

from landinfo.model import Coverage, Edition, Feature, LandUse, Parcel, ParcelRef, PriceZone
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes

ROOT = Path(__file__).resolve().parent.parent
FIRST, UNION, TODAY = date(2014, 7, 1), date(2025, 7, 1), date(2026, 11, 24)
X, Y = 601500.0, 1215240.0


def box(x0: float, y0: float, x1: float, y1: float) -> Any:
    return shapely.box(X + x0, Y + y0, X + x1, Y + y1)


def lot(
    series: str, number: str, shape: Any, registered: str | None, *uses: tuple[str, str | None], **more: Any
) -> Parcel:
    code, _, period = series.partition("@")
    listed = tuple(LandUse(c, "TT25/2014", None if a is None else Decimal(a)) for c, a in uses)
    area = None if registered is None else Decimal(registered)
    parcel = Parcel(ParcelRef(code, period, "1", number), shape, area, listed, FIRST, None, "25750", 500, "p")
    return replace(parcel, **more)


# A street runs along y = 0; lots are 20 m wide and 30 m deep; the plan changes at x = 30, which halves lot 2.
PARCELS = [
    lot("25750@2024", "1", box(0, 0, 20, 30), "600", ("CLN", "600")),
    lot("25750@2024", "2", box(20, 0, 40, 30), "610", ("ODT", "200"), ("CLN", "410")),
    lot("25744@2024", "1", box(40, 0, 60, 30), None, ("ODT", None)),
    lot("25741@2024", "1", box(60, 0, 80, 30), "600.55", ("LUC", None), commune_now="25747"),
    lot("25750@2024", "7", box(80, 0, 100, 30), "700", ("CLN", "700")),
    lot("25750@2024", "8", box(100, 0, 120, 30), "600", ("CLN", "600"), effective_to=date(2026, 2, 1)),
    lot("25750@2024", "9", box(300, 0, 320, 30), "600", ("CLN", "600"), effective_from=date(2010, 1, 1)),
    lot("25750@2024", "10", box(118, 10, 140, 30), "400", ("CLN", "150"), ("HNK", "150")),
]
PLAN = [
    ("ODT", box(-5, -5, 30, 40)),
    ("DGT", box(30, -5, 60, 40)),
    ("ODT", box(60, -5, 250, 40)),
]


def edition(layer: str, name: str, document: str, first: date = FIRST, simulated: bool = True) -> Edition:
    return Edition(name, layer, "T", document, first, date(2026, 1, 5), None, name, simulated, "test", 1)


def loads() -> list[Load]:
    plan = [
        Feature(str(i), "land_use_planning", code, shape, FIRST, None, "SIM-QHSDĐ-2025", "", "plan")
        for i, (code, shape) in enumerate(PLAN)
    ]
    everywhere = box(-50, -50, 250, 100)
    # 25750:10 Thích Quảng Đức at 62.6 M; the front 20 m at position 1, the ground behind at position 3
    zones = [
        PriceZone("F", "nq87-2025", "25750:10", 1, 1, {}, {}, box(-5, -5, 90, 20), date(2026, 1, 1), None, "zones"),
        PriceZone("B", "nq87-2025", "25750:10", 3, 1, {}, {}, box(-5, 20, 90, 40), date(2026, 1, 1), None, "zones"),
    ]
    held = [Coverage("price_zones", everywhere, date(2026, 1, 1), None, True, "zones")]
    return [
        Load(edition("parcels", "p", "SIM-BĐĐC"), (), PARCELS),
        Load(
            edition("land_use_planning", "plan", "SIM-QHSDĐ-2025"),
            [Coverage("land_use_planning", everywhere, FIRST, None, True, "plan")],
            (),
            plan,
        ),
        Load(edition("price_zones", "zones", "87/2025/NQ-HĐND", date(2026, 1, 1)), held, (), (), zones),
    ]


def create(url: str) -> Store:
    """A store at ``url`` with this ground and the communes of the project."""
    made = create_store(url, StoreFacts("test", "EPSG:9210", SCHEMA_VERSION, True), *read_communes(ROOT / "data"))
    made.publish(loads())
    return made
