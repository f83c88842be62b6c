"""The derivation against the sample cadastre, whose zones its own drawing program made: the same, or the reason why."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import amount
import editions_to_publish as sample
import pytest
import shapely
import ways_of_sample
from drawn import BOOK, NQ87
from files_to_load import ROOT

from landinfo.intake import zones
from landinfo.intake.load import LoadResult
from landinfo.model import PriceZone
from landinfo.store import SCHEMA_VERSION, Load, StoreFacts, create_store, open_store
from landinfo.store.communes import read_communes

KNOWN = date(2026, 11, 27)
FACTOR = {1: Decimal(1), 2: Decimal("0.5"), 3: Decimal("0.4"), 4: Decimal("0.32")}
"""Art. 4.2 of Resolution 87/2025/NQ-HĐND."""


WARDS = amount.of(1, 2)
CODES = ("25750", "25747")[:WARDS]


def of_wards() -> Load:
    """The parcels of the first wards of the recipe, in an edition of their own."""
    return sample.changed(sample.of_layer("parcels"), lambda p: [p] if p.commune_now in CODES else [])


@pytest.fixture(scope="module")
def derived(
    new_place: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory
) -> tuple[LoadResult, list[PriceZone]]:
    url = new_place("geopackage")
    store = create_store(url, StoreFacts("Sổ thử", "EPSG:9210", SCHEMA_VERSION, True), *read_communes(ROOT / "data"))
    store.publish([of_wards()])
    store.close()
    streets, alleys, map_file = ways_of_sample.files(tmp_path_factory.mktemp("ways"), WARDS)
    asked = zones.Asked(streets, alleys, map_file, "nq87-2025", None, KNOWN)
    result = zones.run(asked, url, lambda step, done: None, BOOK)
    assert result.edition is not None
    store = open_store(url)
    try:
        return result, list(store.content(result.edition.id, sample.EVERYWHERE).zones)
    finally:
        store.close()


def worth(zone: PriceZone) -> Decimal:
    """Printed price × position × surface; the sample does not say how deep exactly."""
    earth = Decimal("0.8") if zone.conditions.get("alley_surface") == "earth" else Decimal(1)
    return NQ87.sections[zone.section].prices["ODT"] * FACTOR[zone.position] * earth


def reason(theirs: PriceZone, ours: PriceZone) -> str:
    """Why the derivation places ground otherwise than the sample."""
    if (theirs.section, theirs.position) == (ours.section, ours.position):
        return "same"
    if "shorter_way" in ours.found:
        return "two ways"  # the sample takes the shorter; the narrow one need not be passed
    if "hampered" in ours.conditions:
        return "canal"
    if worth(ours) >= worth(theirs):
        return "dearer side"  # of several streets or alleys; the sample goes by the recipe's order and the nearest
    if theirs.position == 1 or "access" in ours.conditions:
        return "short side"  # about 1.4 m: the sample counts the bits of its buffer with it
    if float(ours.found["distance_m"]) < float(theirs.found["distance_m"]) + 10:
        return "nearer road"  # by the nearest corner of the parcel; the sample measures from the middle of its side
    return "?"


def test_every_difference_from_the_sample_has_a_reason(derived: tuple[LoadResult, list[PriceZone]]) -> None:
    _, ours = derived
    tree = shapely.STRtree([z.shape for z in ours])
    theirs = [z for z in sample.of_layer("price_zones").zones if z.section.partition(":")[0] in CODES]
    pairs = []
    for zone, point in zip(theirs, shapely.point_on_surface([z.shape for z in theirs]), strict=True):
        hit, apart = tree.query_nearest(point, return_distance=True, all_matches=False)
        assert apart[0] < 0.5, zone.id  # the sample draws strips between some parcels that belong to none
        pairs.append((zone, ours[hit[0]]))
    short = {mine.found["parcel"] for zone, mine in pairs if float(zone.found.get("frontage_m", 9)) < 1.6}
    reasons: dict[str, set[str]] = defaultdict(set)
    for zone, mine in pairs:
        why = reason(zone, mine)
        reasons["short side" if why == "?" and mine.found["parcel"] in short else why].add(mine.found["parcel"])
    parcels = len({mine.found["parcel"] for _, mine in pairs})
    assert not reasons["?"], reasons["?"]
    assert len(reasons["same"]) > 0.93 * parcels
    assert len(reasons["two ways"] | reasons["dearer side"]) < 0.07 * parcels
    assert len(reasons["short side"] | reasons["nearer road"] | reasons["canal"]) < 0.01 * parcels


def test_the_zones_tile_the_parcels(derived: tuple[LoadResult, list[PriceZone]]) -> None:
    result, ours = derived
    assert result.counts["parcels"] == {1: 5_599, 2: 11_588}[WARDS]
    area: Counter[str] = Counter()
    for zone in ours:
        area[zone.found["parcel"]] += zone.shape.area
    shapes = [z.shape for z in ours]
    assert shapely.is_valid(shapes).all()
    assert float(shapely.area(shapely.union_all(shapes))) == pytest.approx(sum(area.values()), rel=1e-5)
    assert len({z.id for z in ours}) == len(ours)


def test_each_zone_says_how_it_was_found(derived: tuple[LoadResult, list[PriceZone]]) -> None:
    for zone in derived[1]:
        assert {"parcel", "rule", "street", "distance_m"} <= zone.found.keys()
        if zone.position > 1 and "access" not in zone.conditions:
            assert "alley_width_m" in zone.found
        if zone.position == 1 and "hampered" not in zone.conditions:
            assert float(zone.found["frontage_m"]) >= 1.4


def test_findings_of_the_sample(derived: tuple[LoadResult, list[PriceZone]]) -> None:
    codes = {f.kind.code for f in derived[0].findings}
    assert codes == {"ZON-008", "ZON-009", "ZON-011", "ZON-012", "ZON-013", "ZON-015"}
