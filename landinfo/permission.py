"""Which changes of use need permission (Land Law 31/2024/QH15 art. 121.1): what it does not name is only registered."""

from __future__ import annotations

from landinfo.levy.terms import AGRICULTURAL, BUSINESS, RESIDENTIAL

RICE_OR_FOREST = frozenset({"CHN", "LUA", "LUC", "LUK", "LUN", "RSX", "RSN", "RST", "RPH", "RDD"})
"""Art. 121.1(a), with the groups that may hold rice land."""
LIVESTOCK = "CNT"
"""Art. 121.1(c): to concentrated livestock, where the project is large."""


def registered_only(land_use: str, target: str) -> bool:
    """Is the change from ``land_use`` to ``target`` none of those that art. 121.1 names?

    Between agricultural uses other than rice and forest; from residential land, which was paid for, to business use.
    """
    if target in AGRICULTURAL:
        return land_use in AGRICULTURAL - RICE_OR_FOREST and target != LIVESTOCK
    return land_use in RESIDENTIAL and target in BUSINESS
