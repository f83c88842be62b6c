"""Brings an older store up to this version's schema: all of it or nothing.

A store carries its version; one that is older or newer is not opened. ``STEPS[n]`` leads from version n to n + 1, with
the statements of each engine. A released step is never changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from landinfo.store import SCHEMA_VERSION, is_postgis


@dataclass(frozen=True, slots=True)
class Step:
    """Statements that lead one version on; they run in one transaction with all other steps."""

    geopackage: Sequence[str]
    postgis: Sequence[str]


# Where an old commune went whole into one new one, its parcels lie there; the ground of a divided one is not known.
_DERIVE_COMMUNE_NOW = """
UPDATE {parcels} SET commune_now = (
  SELECT min(u.new_code) FROM {unions} u WHERE u.old_code = commune AND u.old_period = period AND u.whole)
"""

STEPS: tuple[Step, ...] = (
    Step(
        geopackage=(
            "ALTER TABLE parcels ADD COLUMN commune_now TEXT",
            _DERIVE_COMMUNE_NOW.format(parcels="parcels", unions="unions"),
        ),
        postgis=(
            "ALTER TABLE landinfo.parcels ADD COLUMN commune_now text",
            _DERIVE_COMMUNE_NOW.format(parcels="landinfo.parcels", unions="landinfo.unions"),
        ),
    ),
)


def upgrade(url: str) -> tuple[int, int]:
    """Bring the store at ``url`` to this version; returns (version before, version now), equal when it was there.

    Raises ``Refused``: not a store, or a newer one; ``Busy``: it is in use and stayed so. Then nothing was changed.
    """
    if is_postgis(url):
        from landinfo.store.postgis import PostgisStore

        return PostgisStore.upgrade(url, [step.postgis for step in STEPS], SCHEMA_VERSION), SCHEMA_VERSION
    from landinfo.store.geopackage import GeopackageStore

    return GeopackageStore.upgrade(url, [step.geopackage for step in STEPS], SCHEMA_VERSION), SCHEMA_VERSION
