"""The ground of the sample cadastre: lots and their roads, price zones by Annex I, plans with only the meant faults."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path

import numpy as np
import pytest
import shapely
from drawn_once import drawn
from shapely.geometry.base import BaseGeometry

from landinfo.intake import sample
from landinfo.intake.sample import plans
from landinfo.intake.sample.access import Access, reached
from landinfo.intake.sample.faces import Face
from landinfo.intake.sample.streets import Road
from landinfo.intake.sample.zones import pieces
from landinfo.model import Feature, PriceZone
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="module")
def drawing() -> sample.Drawing:
    return drawn()[0]


@pytest.fixture(scope="module")
def priced() -> tuple[PriceZone, ...]:
    return tuple(drawn()[1][1].zones)


def held(drawing: sample.Drawing) -> Iterator[tuple[int, Face, Access]]:
    for w, (faces, accesses) in enumerate(zip(drawing.faces, drawing.accesses, strict=True)):
        yield from ((w, faces[i], access) for i, access in accesses.items())


def test_faces_fill_the_ward_once(drawing: sample.Drawing) -> None:
    for ward, faces in zip(drawing.wards, drawing.faces, strict=True):
        shapes = [f.shape for f in faces]
        assert all(shapely.is_valid(shapes))
        ground = shapely.union_all(shapes)
        assert sum(s.area for s in shapes) - ground.area < 0.01
        assert ward.outline.symmetric_difference(ground).area < 20  # of 1.1 km²: faces under 2 m² are left out


def test_no_lot_lies_in_a_street_or_in_water(drawing: sample.Drawing) -> None:
    for ward, faces in zip(drawing.wards, drawing.faces, strict=True):
        lots = [f.shape for f in faces if f.held]
        for public in (ward.streets, ward.water):
            assert shapely.area(shapely.intersection(lots, public)).max() < 0.01


def test_lots_are_no_slivers(drawing: sample.Drawing) -> None:
    lots = [f.shape for _, f, _ in held(drawing)]
    thin = [s for s in lots if 2 * s.area / s.length < 1.1]
    assert len(thin) < 0.002 * len(lots)
    assert sum(1 for s in lots if s.area < 18) < 0.002 * len(lots)


def test_every_lot_is_reached_but_in_fields_and_inside_of_others(drawing: sample.Drawing) -> None:
    courtyards = [shapely.Polygon(ring) for _, f, _ in held(drawing) for ring in f.shape.interiors]
    inside = shapely.STRtree(courtyards)
    shut = [f for _, f, a in held(drawing) if a.position == 4 and a.narrowest is None]
    assert len(shut) > 50  # Annex I.6.5 has its cases
    for f in shut:
        assert f.block is not None
        within = inside.query(f.shape.representative_point(), predicate="within")
        assert f.block.kind == "field" or len(within)


def test_a_hole_is_filled_by_a_parcel_of_its_own(drawing: sample.Drawing) -> None:
    shapes = [f.shape for _, f, _ in held(drawing)]
    tree = shapely.STRtree(shapes)
    holes = [shapely.Polygon(ring) for s in shapes for ring in s.interiors]
    assert len(holes) > 20
    for hole in holes:
        filled = [shapes[i] for i in tree.query(hole.representative_point(), predicate="within")]
        assert [f.equals(hole) for f in filled] == [True]


def test_sections_are_of_the_list_and_of_the_ward(drawing: sample.Drawing, priced: tuple[PriceZone, ...]) -> None:
    prices = next(x for x in read_rulebook(ROOT / "data").price_lists if x.loaded)
    for z in priced:
        assert z.section in prices.sections
        ward = next(w for w in drawing.wards if w.code == z.section.partition(":")[0])
        assert ward.outline.covers(z.shape.representative_point())
    assert len({z.section for z in priced}) > 30


def test_position_follows_the_narrowest_width(priced: tuple[PriceZone, ...]) -> None:
    # NQ 87/2025 art. 4.2: front 1; alley of 5 m or more 2, 3 to under 5 m 3, else 4; no way at all 4 (Annex I.6.5)
    widths: dict[int, list[float]] = defaultdict(list)
    for z in priced:
        if "alley_width_m" in z.found:
            widths[z.position].append(float(z.found["alley_width_m"]))
            assert z.conditions["alley_surface"] in ("earth", "paved")
            assert "fronts" not in z.conditions
        else:
            assert z.position in (1, 4)
            assert "alley_surface" not in z.conditions
    assert min(widths[2]) >= 5
    assert 3 <= min(widths[3]) <= max(widths[3]) < 5
    assert max(widths[4]) < 3
    assert 1 not in widths


def test_a_side_on_a_listed_street_is_position_one(drawing: sample.Drawing) -> None:
    """Measured again: what lies along a street of the list, and only that, has position 1."""
    for w, f, access in list(held(drawing))[::37]:
        listed = [r for r in drawing.wards[w].roads if r.section]
        by_street = max(f.shape.boundary.intersection(r.ground.buffer(0.05)).length for r in listed)
        if by_street > 2 or f.block is None or not f.block.internal:
            assert (access.position == 1) == (by_street > 1.4)


def test_of_several_fronts_the_dearest_counts(drawing: sample.Drawing) -> None:
    corners = [(f, a) for _, f, a in held(drawing) if a.fronts > 1]
    assert len(corners) > 100  # Annex I.6.6
    for f, access in corners:
        ward = next(w for w in drawing.wards if w.code == access.section.partition(":")[0])
        touched = [r for r in ward.roads if r.section and r.ground.distance(f.shape) < 0.05]
        on = [
            r for r in touched if f.shape.boundary.intersection(r.ground.buffer(0.06, join_style="mitre")).length >= 1.4
        ]
        assert not on or access.section == min(on, key=lambda r: r.rank).section


def test_depth_conditions_are_as_measured(drawing: sample.Drawing) -> None:
    """100 m (art. 4.2c) and 200 m (art. 3.2a) from the street; from an alley the way to the street counts."""
    depths = []
    for _, f, access in list(held(drawing))[::5]:
        for p in pieces(f.shape, access):
            deep = "depth_from_100m" in dict(p.conditions)
            near, far = behind(p.shape, access.front)
            if access.position != 1:
                assert deep == (access.distance >= 100)  # Annex I.4
                assert p.agricultural_position == (3 if access.away > 400 else 2)
            elif deep:
                depths.append(far)
                assert near > 98  # arcs of a buffer have corners
                assert p.agricultural_position == (2 if near > 195 else 1)
            else:
                assert far < 103  # a rest of 2.5 m is not cut off
                assert p.agricultural_position == 1
    assert len(depths) > 5


def test_bands_of_long_lots_are_as_measured(drawing: sample.Drawing) -> None:
    """5 and 8 R for homes, 2 and 4 R for trade, R the width of the front (Annex I.6.1b)."""
    bands = {"long_band": (5, 8), "long_band_business": (2, 4)}
    counted: Counter[tuple[str, str]] = Counter()
    for _, f, access in list(held(drawing))[::5]:
        found = list(pieces(f.shape, access))
        assert sum(p.shape.area for p in found) == pytest.approx(f.shape.area, rel=2e-5, abs=0.05)  # to the millimetre
        if access.front.is_empty or any("hidden_part" in dict(p.conditions) for p in found):
            continue
        for p, (name, times) in product(found, bands.items()):
            said = dict(p.conditions).get(name, "")
            low, high = {"": (0, times[0]), "second": times, "third": (times[1], 0)}[said]
            width = access.front.length
            assert low * width * 0.98 - 0.1 < behind(p.shape, access.front)[0]
            if said != "third":  # a rest of 2.5 m and a scrap of 0.5 m² are not cut off
                assert p.shape.difference(access.front.buffer(high * width + 3)).area < 1
            counted[name, said] += 1
    assert min(counted[name, said] for name in bands for said in ("", "second", "third")) > 20


def behind(shape: BaseGeometry, front: BaseGeometry) -> tuple[float, float]:
    """The corners that lie nearest to the front and farthest from it (m)."""
    at = shapely.distance(shapely.points(shapely.get_coordinates(shape)), front)
    return float(np.min(at)), float(np.max(at))


def test_hidden_parts_lie_behind_the_front(drawing: sample.Drawing) -> None:
    # Annex I.6.1a: from 15 m² on, behind the square projection of the side on the road
    lots = [(f, a) for _, f, a in held(drawing) if f.shape.area / f.shape.convex_hull.area < 0.8 and a.front.length > 1]
    found = 0
    for f, access in lots[:200]:
        hidden = [p.shape for p in pieces(f.shape, access) if "hidden_part" in dict(p.conditions)]
        if hidden:
            found += 1
            assert sum(h.area for h in hidden) > 14.9
            ends = shapely.get_coordinates(access.front)[[0, -1]]
            before = shapely.LineString(ends).buffer(300, cap_style="flat")
            assert shapely.union_all(hidden).intersection(before).area < 1.0
    assert found > 20


def test_zones_fill_the_priced_lots_but_for_a_few(drawing: sample.Drawing, priced: tuple[PriceZone, ...]) -> None:
    lots = [f.shape for _, f, _ in held(drawing) if f.block and f.block.priced]
    ground, valued = shapely.union_all(lots), shapely.union_all([z.shape for z in priced])
    assert all(shapely.is_valid(z.shape) for z in priced)
    assert sum(z.shape.area for z in priced) - valued.area < 20  # millimetres along 2 km²
    assert valued.difference(ground.buffer(0.01)).area < 0.1
    blank = [p for p in shapely.get_parts(ground.difference(valued.buffer(0.01))) if p.area > 0.5]
    assert 20 < len(blank) < 90
    tree = shapely.STRtree(lots)
    for gap in blank:  # whole lots, not parts of one
        covered = [lots[i] for i in tree.query(gap.representative_point(), predicate="within")]
        assert gap.area > 0.95 * covered[0].area - 1


def planned(document: str) -> Sequence[Feature]:
    return next(load.features for load in drawn()[1] if load.edition.document == document)


def test_the_plan_has_the_meant_gaps_and_conflicts_and_no_others(drawing: sample.Drawing) -> None:
    cells = np.array([f.shape for f in planned("SIM-QHSDĐ-2026")])
    region = shapely.union_all([w.outline for w in drawing.wards])
    blank = [p for p in shapely.get_parts(region.difference(shapely.union_all(cells))) if p.area > 1]
    assert 1 <= len(blank) <= plans.GAPS
    assert all(1000 < p.area < 12000 for p in blank)
    one, other = shapely.STRtree(cells).query(cells, predicate="intersects")
    common = shapely.intersection(cells[one], cells[other])[one < other]
    wide = [p for c in common for p in shapely.get_parts(c) if p.area > 0.5]
    widths = [2 * shapely.maximum_inscribed_circle(p, 0.01).length for p in wide]
    assert sum(1 for w in widths if w > 5) >= plans.OVERLAPS
    assert sum(1 for w in widths if w < 0.2) >= plans.BRUSHES
    assert max(widths) < 1.6 * plans.OVERLAP


def test_the_zoning_plan_has_no_gap_and_no_conflict(drawing: sample.Drawing) -> None:
    cells = [f.shape for f in planned("SIM-QHPK")]
    assert drawing.wards[0].outline.difference(shapely.union_all(cells)).area < 1
    assert sum(c.area for c in cells) - shapely.union_all(cells).area < 1


def test_no_designation_is_a_strip() -> None:
    """Next to a street a designation narrower than 3 m would be noise of the drawing, not a plan."""
    uses = defaultdict(list)
    for f in planned("SIM-QHPK"):
        uses[f.designation].append(f.shape)
    grounds = [part for shapes in uses.values() for part in shapely.get_parts(shapely.union_all(shapes))]
    assert not [g for g in grounds if 2 * g.area / g.length < 2.5]


def test_the_narrowest_place_on_the_way_counts() -> None:
    """Annex I.3 and I.4: behind 40 m of an alley of 2.5 m one of 6 m is position 4; the way runs along middle lines."""

    def road(points: list[tuple[float, float]], width: float, section: str) -> Road:
        line = shapely.LineString(points)
        return Road(line, line.buffer(width / 2, cap_style="flat"), width, section, earth=False, rank=0)

    street = road([(-50, 0), (50, 0)], 10, "25750:1")
    narrow, broad = road([(0, 4), (0, 45)], 2.5, ""), road([(0, 45), (0, 90)], 6, "")
    lots = [shapely.box(1.25, 15, 12, 25), shapely.box(3, 65, 12, 75), shapely.box(-30, 5, -20, 25)]
    first, behind_it, front = reached(lots, [street, narrow, broad])
    assert (first.position, first.narrowest) == (4, 2.5)
    assert (behind_it.position, behind_it.narrowest) == (4, 2.5)
    assert behind_it.distance == pytest.approx(65, abs=6)  # from the kerb at y = 5 to the middle of the side at y = 70
    assert (front.position, front.fronts, front.section) == (1, 1, "25750:1")
    alone = reached(lots[1:2], [street, road([(0, 4), (0, 90)], 6, "")])
    assert (alone[0].position, alone[0].narrowest) == (2, 6)
