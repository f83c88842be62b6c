"""Lists by class (Bình Dương 2015–2024): base price (district, urban or rural, road class, use, position) × Đ."""

from __future__ import annotations

from decimal import Decimal

from landinfo.model import Notice
from landinfo.price.place import Place, adjust
from landinfo.price.steps import Ladder, begin

BY_SECTION = ("ODT", "ONT", "TMD", "SKC")
"""Uses whose base price is multiplied by the section's Đ; agricultural land is not."""


def agricultural(land_use: str, place: Place) -> bool:
    """Is the use, or the one it is priced as, without Đ?"""
    ratio = place.prices.ratios.get(land_use)
    return (ratio.of if ratio else land_use) not in BY_SECTION


def priced(land_use: str, place: Place) -> Ladder | None:
    """Steps of a land use; None when the list has no price for it here."""
    ratio = place.prices.ratios.get(land_use)
    use = ratio.of if ratio else land_use
    position = place.zone.agricultural_position if use not in BY_SECTION else place.zone.position
    ladder = _base(use, position, place)
    if ladder is None:
        return None
    if use in BY_SECTION:
        if place.section.coefficient is None:
            return None
        ladder.times(Notice("step-coefficient"), place.section.coefficient, place.section.citation)
    if ratio and (ratio.ratio != 1 or ratio.of != land_use):
        ladder.times(Notice("step-ratio", {"use": ratio.of}), ratio.ratio, ratio.citation)
    kind = "agricultural" if use not in BY_SECTION else "residential" if use in ("ODT", "ONT") else "business"
    adjust(ladder, place, kind, lambda _: None)
    return ladder


def _base(use: str, position: int, place: Place) -> Ladder | None:
    """The base price of the road class, else of every class; position 0: the list knows no positions for the use."""
    one = place.section
    keys = [(one.commune, one.area_kind, c, use, p) for p in (position, 0) for c in (one.road_class, "")]
    found = next((place.prices.base[key] for key in keys if key in place.prices.base), None)
    if found is None:
        return None
    price, cited = found
    values: dict[str, str | int | Decimal] = {"road_class": one.road_class, "position": position}
    return begin(Notice("step-base", values), price, cited)
