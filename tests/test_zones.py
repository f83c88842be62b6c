"""Positions derived from drawn streets, alleys and parcels: each case drawn and reckoned by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
import shapely
from drawn import CHEAP, DEAR, MAIN, NQ87, alley, box, by_class, codes, derived, one, ring, street, worth
from hypothesis import given, settings
from hypothesis import strategies as st

from landinfo import law
from landinfo.zones import Between, Ground
from landinfo.zones.network import Way

HOME = box(-4, 60, 4, 72)
"""8 m × 12 m at the end of an alley that runs north from the street along x = 0."""


def at_the_end(width: float, **more: object) -> Ground:
    return one(HOME, MAIN, alley((0, -5), (0, 60), width=width, **more))  # type: ignore[arg-type]


def told(ground: Ground) -> tuple[int, dict[str, str]]:
    return ground.position, dict(ground.conditions)


# ---- on the street ----


def test_a_rectangle_on_a_street() -> None:
    ground = one(box(0, 0, 10, 15), MAIN)
    assert told(ground) == (1, {})
    assert (ground.section, ground.agricultural_position) == (DEAR, 1)
    assert ground.found["frontage_m"] == "10.0"
    assert ground.found["street"].startswith("ĐẠI LỘ BÌNH DƯƠNG")
    assert ground.found["rule"] == "87/2025/NQ-HĐND Phụ lục I khoản 1"
    assert ground.shape.equals(box(0, 0, 10, 15))


def test_a_side_counts_from_half_a_metre_and_1_4_metres() -> None:
    """data/rules/zones.toml: touch 0.5 m, side 1.4 m."""
    assert one(box(0, 0.49, 10, 15), MAIN).position == 1
    assert one(box(0, 0.51, 10, 15), MAIN).position == 4
    flag = ring((0, 0), (1.5, 0), (1.5, 5), (8, 5), (8, 15), (0, 15))
    assert {g.position for g in derived(flag, MAIN)} == {1}
    thin = ring((0, 0), (1.3, 0), (1.3, 5), (8, 5), (8, 15), (0, 15))
    assert {g.position for g in derived(thin, MAIN)} == {4}


def test_a_strip_that_is_nothing_but_front() -> None:
    """0.4 m along the kerb: every corner lies within the touch of the street."""
    assert told(one(box(0, 0, 10, 0.4), MAIN)) == (1, {})


def test_frontage_is_the_side_and_not_the_bits_beside_it() -> None:
    """A parcel 0.2 m off the kerb: its side is 10 m, though 0.3 m of both flanks lie within the touch of 0.5 m."""
    assert one(box(0, 0.2, 10, 15), MAIN).found["frontage_m"] == "10.0"


@pytest.mark.parametrize("width", [2.9, 3.0, 5.0])
def test_the_front_at_the_end_of_an_alley_is_as_wide_as_the_alley(width: float) -> None:
    assert at_the_end(width).found["frontage_m"] == f"{width:.1f}"


def test_a_front_ends_where_its_street_ends() -> None:
    """The street is drawn to x = 6: 6 m of the parcel's 10 m lie on it."""
    assert one(box(0, 0, 10, 15), street((-200, -5), (6, -5))).found["frontage_m"] == "6.0"


def test_a_corner_parcel_has_two_fronts_and_takes_the_dearer_street() -> None:
    side = street((-5, -10), (-5, 100), section=CHEAP, width=10)
    ground = one(box(0, 0, 30, 12), MAIN, side)  # 30 m on the dear one, 12 m on the cheap one
    assert told(ground) == (1, {"fronts": "2", "other_fronts": CHEAP})
    assert ground.section == DEAR
    turned = derived(box(0, 0, 12, 30), MAIN, side)[0]  # 30 m on the cheap one: the dear one stays the front
    assert turned.section == DEAR
    assert turned.found["frontage_m"] == "12.0"
    assert codes(box(0, 0, 30, 12), MAIN, side) == ["ZON-009"]


def test_one_street_cut_into_two_sections_is_one_front() -> None:
    west, east = street((-100, -5), (5, -5)), street((5, -5), (100, -5), section=CHEAP)
    ground = one(box(0, 0, 10, 15), west, east)
    assert told(ground) == (1, {})
    assert ground.section == DEAR


def test_a_parcel_between_two_streets_has_two_fronts() -> None:
    back = street((-100, 25), (100, 25), section=CHEAP)  # its southern kerb is y = 20
    assert one(box(0, 0, 10, 20), MAIN, back).conditions["fronts"] == "2"


def test_a_deep_parcel_is_cut_at_100_and_200_metres() -> None:
    """100 m wide, 250 m deep: 2 R = 200 m (business), 5 R = 500 m; depth 100 m; fields 200 m."""
    grounds = derived(box(-50, 0, 50, 250), MAIN)
    assert [(dict(g.conditions), g.agricultural_position) for g in grounds] == [
        ({}, 1),
        ({"depth_from_100m": "true"}, 1),
        ({"depth_from_100m": "true", "long_band_business": "second"}, 2),
    ]
    # the front is 100 m long and the bands run parallel to it inside the parcel
    assert [round(g.shape.area) for g in grounds] == [10_000, 10_000, 5_000]


def test_a_very_deep_field_ends_in_position_3() -> None:
    grounds = derived(box(-100, 0, 100, 450), MAIN)
    assert [g.agricultural_position for g in grounds] == [1, 1, 2, 3]
    assert [round(g.shape.area) for g in grounds] == [20_000, 20_000, 40_000, 10_000]


def test_a_long_parcel_falls_into_bands() -> None:
    """R = 5 m, 50 m deep: business 10 and 20 m, residential 25 and 40 m."""
    grounds = derived(box(0, 0, 5, 50), MAIN)
    assert [round(g.shape.area) for g in grounds] == [50, 50, 25, 75, 50]
    assert [g.conditions.get("long_band") for g in grounds] == [None, None, None, "second", "third"]
    assert [g.conditions.get("long_band_business") for g in grounds] == [None, "second", "third", "third", "third"]


@pytest.mark.parametrize(("arm", "hidden"), [(1.49, False), (1.6, True)])
def test_the_hidden_part_of_an_l_counts_from_15_square_metres(arm: float, *, hidden: bool) -> None:
    """An L: 10 m on the street, 20 m deep, and an arm 10 m wide to the east behind the neighbour."""
    lot = ring((0, 0), (10, 0), (10, 20 - arm), (20, 20 - arm), (20, 20), (0, 20))
    parts = {g.conditions.get("hidden_part", ""): g.shape.area for g in derived(lot, MAIN)}
    assert {k: round(v, 1) for k, v in parts.items()} == ({"": 200.0, "true": 16.0} if hidden else {"": 214.9})


def test_a_quarter_cut_out_of_a_square_leaves_a_hidden_part() -> None:
    lot = ring((0, 0), (10, 0), (10, 10), (20, 10), (20, 20), (0, 20))
    assert [(dict(g.conditions), round(g.shape.area)) for g in derived(lot, MAIN)] == [
        ({}, 200),
        ({"hidden_part": "true"}, 100),
    ]


def test_wings_count_each_for_itself() -> None:
    """Behind a front of 10 m wings of 1 m × 10 m = 10 m² and 2 m × 10 m = 20 m²: the larger counts, 6.1a."""
    lot = ring((0, 0), (10, 0), (10, 10), (12, 10), (12, 20), (-1, 20), (-1, 10), (0, 10))
    hidden = [g.shape.area for g in derived(lot, MAIN) if g.conditions.get("hidden_part")]
    assert hidden == [pytest.approx(20)]
    assert sum(g.shape.area for g in derived(lot, MAIN)) == pytest.approx(230)


def test_what_is_hidden_from_one_front_may_lie_on_another() -> None:
    """The same L, its arm on a second street in the north."""
    back = street((-100, 25), (100, 25), section=CHEAP)
    lot = ring((0, 0), (10, 0), (10, 10), (20, 10), (20, 20), (0, 20))
    assert all("hidden_part" not in g.conditions for g in derived(lot, MAIN, back))


def test_a_convex_parcel_has_no_hidden_part() -> None:
    wedge = ring((0, 0), (10, 0), (25, 20), (-15, 20))
    assert told(one(wedge, MAIN)) == (1, {})


def test_a_parcel_with_a_hole_keeps_its_hole() -> None:
    lot = ring((0, 0), (30, 0), (30, 30), (0, 30), hole=[(10, 10), (20, 10), (20, 20), (10, 20)])
    ground = one(lot, MAIN)
    assert ground.shape.area == pytest.approx(800)
    assert ground.position == 1


# ---- in an alley ----


@pytest.mark.parametrize(
    ("width", "position"), [(2.9, 4), (2.99, 4), (3.0, 3), (3.1, 3), (4.9, 3), (4.99, 3), (5.0, 2), (5.1, 2), (12, 2)]
)
def test_the_width_of_an_alley_makes_the_position(width: float, position: int) -> None:
    ground = at_the_end(width)
    assert ground.position == position
    assert ground.found["alley_width_m"] == f"{width:.1f}"
    assert ground.found["distance_m"] == "60.0"  # from the kerb at y = 0, not from the middle of the street


def test_one_narrow_point_makes_the_class() -> None:
    """5 m wide but for 1 m of 2.5 m: the narrowest width one must pass (Annex I.3)."""
    ways = (alley((0, -5), (0, 30), width=5), alley((0, 30), (0, 31), width=2.5), alley((0, 31), (0, 60), width=5))
    ground = one(HOME, MAIN, *ways)
    assert (ground.position, ground.found["alley_width_m"]) == (4, "2.5")
    assert one(HOME, MAIN, alley((0, -5), (0, 60), width=5, narrowest=2.5)).position == 4
    before = box(2.5, 10, 20, 20)  # on the wide stretch before the narrow point
    assert one(before, MAIN, *ways).position == 2


def two_routes(longer: float | None, shorter: float | None) -> tuple[Way, ...]:
    """From the street to the place (0, 60): straight up, or 30 m east, up and back: 120 m from the kerb."""
    return (
        MAIN,
        alley((0, -5), (0, 60), width=shorter),
        alley((30, -5), (30, 60), width=longer),
        alley((0, 60), (30, 60), width=longer),
        alley((0, 60), (0, 80), width=5),
    )


def test_of_two_ways_to_one_road_the_narrow_one_need_not_be_passed() -> None:
    lot = box(2.5, 68, 12, 76)  # on the last alley, 8 m beyond the fork
    ground = one(lot, *two_routes(longer=5, shorter=2.5))
    # the wide way: 60 m + 30 m + 8 m = 98 m; the narrow one 60 m + 8 m = 68 m
    assert (ground.position, ground.found["distance_m"], ground.found["alley_width_m"]) == (2, "98.0", "5.0")
    assert ground.found["shorter_way"] == "68.0 m, 2.5 m"
    assert codes(lot, *two_routes(longer=5, shorter=2.5)) == ["ZON-012"]
    assert one(lot, *two_routes(longer=2.5, shorter=5)).found["distance_m"] == "68.0"


def test_a_class_begins_at_its_width() -> None:
    """Annex I.3: from 5 m on position 2, from 3 m on position 3: the longer way is just wide enough."""
    ground = one(box(2.5, 68, 12, 76), *two_routes(longer=5, shorter=4.99))
    assert (ground.position, ground.found["distance_m"]) == (2, "98.0")


def test_a_way_of_known_widths_is_found_beside_one_that_nobody_measured() -> None:
    """The longer way is of the best class, so the width of the shorter one can change nothing."""
    ground = one(box(2.5, 68, 12, 76), *two_routes(longer=5, shorter=None))
    assert (ground.position, ground.found["distance_m"], ground.found["alley_width_m"]) == (2, "98.0", "5.0")
    hoped = one(box(2.5, 68, 12, 76), *two_routes(longer=4, shorter=None))  # of position 3, unless it is wider
    assert hoped.position == 0


def test_an_alley_that_ends_on_another_beside_the_street_has_no_door_of_its_own() -> None:
    """6 m wide, it begins on a 2.5 m one, 1.5 m behind the kerb (ways are joined up to 2 m): all must pass 2.5 m."""
    narrow = alley((0, -5), (0, 200), width=2.5)
    wide = alley((0, 1.5), (10, 1.5), (10, 60), width=6)
    ground = one(box(13, 30, 33, 45), MAIN, narrow, wide)
    assert (ground.position, ground.found["alley_width_m"]) == (4, "2.5")
    alone = one(box(13, 30, 33, 45), MAIN, wide)  # without the other it is joined to the street
    assert alone.position == 2


@pytest.mark.parametrize(("dear", "cheap"), [("25750:1", "25750:11"), ("25750:1", "25747:9")])
def test_of_roads_that_are_as_near_the_dearer_counts(dear: str, cheap: str) -> None:
    """The list cuts the road into two sections where the alley begins: 40 m to either, named before or after it."""
    assert (NQ87.sections[dear].prices["ODT"] or 0) > (NQ87.sections[cheap].prices["ODT"] or 0)
    roads = [street((-100, -5), (0.5, -5), section=dear), street((-0.5, -5), (100, -5), section=cheap)]
    for ways in (roads, roads[::-1]):
        ground = one(box(3, 40, 13, 50), *ways, alley((0, -5), (0, 60), width=6))
        assert (ground.section, ground.position, ground.found["distance_m"]) == (dear, 2, "40.0")


def test_of_several_roads_the_nearest_on_foot_counts() -> None:
    """Annex I.6.4: 40 m to the cheap one and 60 m to the dear one."""
    north = street((-100, 105), (100, 105), section=CHEAP)  # its southern kerb is y = 100
    lot = box(2, 60, 12, 70)
    ground = one(lot, MAIN, north, alley((0, -5), (0, 105)))
    assert (ground.section, ground.found["distance_m"]) == (CHEAP, "30.0")
    near = one(box(2, 30, 12, 40), MAIN, north, alley((0, -5), (0, 105)))
    assert (near.section, near.found["distance_m"]) == (DEAR, "30.0")


@pytest.mark.parametrize(("start", "deep"), [(99.9, False), (100.0, True), (100.1, True)])
def test_100_metres_on_foot_lower_the_price(start: float, *, deep: bool) -> None:
    ground = one(box(2, start, 12, start + 10), MAIN, alley((0, -5), (0, 150)))
    assert ("depth_from_100m" in ground.conditions) is deep
    assert ground.found["distance_m"] == f"{start:.1f}"


def test_the_way_is_walked_along_the_alley() -> None:
    """A bend: 40 m up, 70 m east: 110 m on foot, though the street is 40 m away."""
    ground = one(box(70, 35, 80, 45), MAIN, alley((0, -5), (0, 40), (70, 40)))
    assert ground.found["distance_m"] == "110.0"
    assert ground.conditions["depth_from_100m"] == "true"
    assert ground.agricultural_position == 2


def test_an_alley_that_ends_at_the_edge_of_another_is_walked_to_its_middle() -> None:
    """40 m up, 2 m from the middle line to the edge where the side alley begins, 10 m along it."""
    ground = one(box(12, 42, 22, 52), MAIN, alley((0, -5), (0, 60)), alley((2, 40), (40, 40)))
    assert ground.found["distance_m"] == "52.0"


def test_an_earth_alley_and_one_of_unknown_surface() -> None:
    assert at_the_end(4, surface="earth").conditions == {"alley_surface": "earth"}
    assert at_the_end(4, surface="").conditions == {"alley_surface": "unknown"}
    assert worth(at_the_end(4, surface="earth")) == (worth(at_the_end(4)) or 0) * Decimal("0.8")


def test_an_alley_of_unknown_width_gives_no_position() -> None:
    ground = one(box(-4, 60, 4, 72), MAIN, alley((0, -5), (0, 60), width=None))
    assert (ground.position, ground.found["alley_width_m"]) == (0, "unknown")
    assert worth(ground) is None
    assert codes(HOME, MAIN, alley((0, -5), (0, 60), width=None)) == ["ZON-004"]


def test_an_unknown_width_that_cannot_matter_leaves_the_position() -> None:
    """2.5 m at the lot: whatever the alley before it is, position 4. And a known way beside an unknown one may do."""
    before = (alley((0, -5), (0, 30), width=None), alley((0, 30), (0, 60), width=2.5))
    assert one(HOME, MAIN, *before).position == 4
    ways = (alley((0, -5), (0, 60), width=5), alley((30, -5), (30, 60), width=None), alley((0, 60), (30, 60), width=5))
    assert one(box(2.5, 40, 12, 50), MAIN, *ways).position == 2


def test_an_alley_that_reaches_no_street_gives_no_position() -> None:
    lone = alley((0, 20), (0, 60))
    ground = one(HOME, MAIN, lone)
    assert (ground.position, ground.found["alley_width_m"]) == (0, "unknown")
    assert codes(HOME, MAIN, lone) == ["ZON-003"]


def test_a_way_does_not_cross_a_listed_street() -> None:
    """An alley that crosses the cheap street: behind it the cheap street is the road."""
    middle = street((-100, 35), (100, 35), section=CHEAP)  # kerbs y = 30 and y = 40
    ground = one(box(2, 50, 12, 60), MAIN, middle, alley((0, -5), (0, 80)))
    assert (ground.section, ground.found["distance_m"]) == (CHEAP, "10.0")


# ---- without a way ----


def test_a_landlocked_parcel_is_position_4_of_the_nearest_road() -> None:
    ground = one(box(0, 60, 10, 70), MAIN)
    assert told(ground) == (4, {"access": "boat"})
    assert (ground.agricultural_position, ground.found["distance_m"]) == (2, "60.0")
    assert one(box(0, 400.1, 10, 420), MAIN).agricultural_position == 3
    assert one(box(0, 400, 10, 420), MAIN).agricultural_position == 2
    assert codes(box(0, 60, 10, 70), MAIN) == ["ZON-008"]


def test_a_canal_between_street_and_parcel_is_70_percent() -> None:
    ground = one(box(0, 6, 10, 20), MAIN, between=Between("canal", "1/7"))
    assert told(ground) == (1, {"hampered": "canal"})
    assert worth(ground) == (worth(one(box(0, 0, 10, 14), MAIN)) or 0) * Decimal("0.7")


def test_a_gap_that_nobody_explains_gives_no_position() -> None:
    ground = one(box(0, 6, 10, 20), MAIN, between=Between("gap"))
    assert ground.position == 0
    assert codes(box(0, 6, 10, 20), MAIN, between=Between("gap")) == ["ZON-011"]


# ---- lists by distance ----

ROAD = street((-200, -5), (200, -5), section="718:1")
OLD = date(2016, 6, 1)


def old(lot: shapely.Polygon, *ways: Way, kind: str = "DT") -> list[tuple[int, int, float]]:
    grounds = derived(lot, *ways, on=OLD, prices=by_class(kind))
    return [(g.position, g.agricultural_position, round(g.shape.area)) for g in grounds]


def test_a_parcel_across_the_50_and_100_metre_bands_is_split() -> None:
    """20 m wide, 120 m deep, on the street: urban 50/100/200, agricultural 100/200/300."""
    assert old(box(0, 0, 20, 120), ROAD) == [(1, 1, 1000), (2, 1, 1000), (3, 2, 400)]


def test_rural_bands_are_others() -> None:
    assert old(box(0, 0, 20, 320), ROAD, kind="NT") == [
        (1, 1, 1000), (2, 1, 1000), (2, 2, 1000), (3, 2, 1000), (3, 3, 2000), (4, 4, 400),
    ]  # fmt: skip


def test_bands_begin_at_the_line_of_the_corridor() -> None:
    """The corridor is 30 m wide: its line is y = 10, so the first band ends at y = 60."""
    wide = street((-200, -5), (200, -5), section="718:1", corridor=30)
    assert old(box(0, 0, 20, 80), wide) == [(1, 1, 1200), (2, 1, 400)]


def test_off_the_street_it_begins_at_position_2() -> None:
    path = alley((0, -5), (0, 150), width=4)
    assert old(box(2, 30, 22, 40), ROAD, path) == [(2, 2, 200)]
    assert old(box(2, 30, 62, 40), ROAD, path) == [(2, 2, 600)]  # 0–50 m and 50–60 m from the alley: both position 2
    assert old(box(2, 30, 122, 40), ROAD, path) == [(2, 2, 1000), (3, 2, 200)]


@pytest.mark.parametrize(("width", "narrow"), [(3.9, True), (4.0, False)])
def test_an_alley_under_4_metres_is_a_narrow_one(width: float, *, narrow: bool) -> None:
    ground = derived(box(2, 30, 22, 40), ROAD, alley((0, -5), (0, 150), width=width), on=OLD, prices=by_class())[0]
    assert ("alley_below_4m" in ground.conditions) is narrow
    assert worth(ground, "CLN", OLD, by_class()) == (Decimal(56) if narrow else Decimal(70))


def test_bands_that_are_not_known_give_no_position() -> None:
    """2020–2024: the urban bands are told, the rural and agricultural ones are not."""
    day, prices = date(2022, 1, 1), by_class("DT", date(2020, 1, 1))
    assert [(g.position, g.agricultural_position) for g in derived(box(0, 0, 20, 60), ROAD, on=day, prices=prices)] == [
        (1, 0), (2, 0),
    ]  # fmt: skip
    rural = by_class("NT", date(2020, 1, 1))
    assert [(g.position, g.agricultural_position) for g in derived(box(0, 0, 20, 60), ROAD, on=day, prices=rural)] == [
        (0, 0)
    ]
    assert codes(box(0, 0, 20, 60), ROAD, on=day, prices=rural) == ["ZON-014"]


@pytest.mark.parametrize("day", [date(2015, 6, 1), date(2025, 6, 1)])
def test_days_without_rules_are_refused(day: date) -> None:
    with pytest.raises(law.NotInForce):
        derived(box(0, 0, 20, 60), ROAD, on=day, prices=by_class())


# ---- what must hold for every drawing ----

WIDTHS = st.floats(0.5, 9).map(lambda w: round(w, 1))
LENGTHS = st.floats(20, 200).map(round)


@st.composite
def networks(draw: st.DrawFn) -> tuple[list[tuple[tuple[float, float], ...]], list[float], list[str]]:
    """Three alleys up from the street and rungs between them: several ways to every place."""
    top = draw(st.integers(30, 140))
    spread = draw(st.integers(15, 60))
    runs: list[tuple[tuple[float, float], ...]] = [((spread * n, -5), (spread * n, top)) for n in range(3)]
    runs += [((spread * n, top), (spread * (n + 1), top)) for n in range(2)]
    runs.append(((0, top), (0, top + 40)))
    surfaces = draw(st.lists(st.sampled_from(("paved", "earth")), min_size=6, max_size=6))
    return runs, draw(st.lists(WIDTHS, min_size=6, max_size=6)), surfaces


@settings(deadline=None, max_examples=60)
@given(drawn=networks(), which=st.integers(0, 5), more=st.floats(0.1, 6), at=st.floats(0, 1))
def test_a_wider_alley_never_lowers_the_price(
    drawn: tuple[list[tuple[tuple[float, float], ...]], list[float], list[str]], which: int, more: float, at: float
) -> None:
    runs, widths, surfaces = drawn
    end = runs[-1][1][1]
    lot = box(-8, end - 12, 8, end + at)

    def price_of(wider: float) -> Decimal:
        ways = [
            alley(*run, width=2, narrowest=width + (wider if n == which else 0), surface=surface)
            for n, (run, width, surface) in enumerate(zip(runs, widths, surfaces, strict=True))
        ]
        return max(worth(g) or Decimal(0) for g in derived(lot, MAIN, *ways))

    assert price_of(more) >= price_of(0)


@settings(deadline=None, max_examples=60)
@given(drawn=networks(), more=st.floats(0.5, 120))
def test_a_greater_distance_never_raises_the_price(
    drawn: tuple[list[tuple[tuple[float, float], ...]], list[float], list[str]], more: float
) -> None:
    """The street is moved away: every way becomes longer by the same stretch."""
    runs, widths, surfaces = drawn
    end = runs[-1][1][1]
    lot = box(-8, end - 2, 8, end + 12)

    def price_of(farther: float) -> Decimal:
        main = street((-200, -5 - farther), (200, -5 - farther))
        longer = [((x, y if y >= 0 else y - farther), to) for (x, y), to in (r[:2] for r in runs)]
        ways = [
            alley(*run, width=2, narrowest=width, surface=surface)
            for run, width, surface in zip(longer, widths, surfaces, strict=True)
        ]
        return max(worth(g) or Decimal(0) for g in derived(lot, main, *ways))

    assert price_of(more) <= price_of(0)


@settings(deadline=None, max_examples=40)
@given(near=st.integers(0, 400), more=st.integers(1, 300), kind=st.sampled_from(("DT", "NT")))
def test_bands_only_get_cheaper_going_back(near: int, more: int, kind: str) -> None:
    def cheapest(distance: int) -> list[tuple[int, int]]:
        grounds = derived(box(0, distance, 10, distance + 10), ROAD, on=OLD, prices=by_class(kind))
        return [(g.position, g.agricultural_position) for g in grounds]

    assert min(cheapest(near)) <= min(cheapest(near + more))


@settings(deadline=None, max_examples=60)
@given(
    width=st.floats(3, 80), depth=st.floats(3, 500), notch=st.floats(0, 0.9), arm=st.floats(0.05, 0.9),
)  # fmt: skip
def test_the_zones_make_the_parcel(width: float, depth: float, notch: float, arm: float) -> None:
    lot = ring((0, 0), (width, 0), (width, depth * arm), (width * (1 + notch) + 1, depth * arm),
               (width * (1 + notch) + 1, depth), (0, depth))  # fmt: skip
    for grounds in (derived(lot, MAIN), derived(lot, ROAD, on=OLD, prices=by_class())):
        shapes = [g.shape for g in grounds]
        assert shapely.union_all(shapes).symmetric_difference(lot).area < 0.01 * len(shapes)
        assert sum(s.area for s in shapes) == pytest.approx(lot.area, abs=0.01 * len(shapes))


def test_the_same_drawing_in_another_order_gives_the_same_zones() -> None:
    ways = two_routes(longer=5, shorter=2.5)
    lot = box(2.5, 68, 12, 76)
    first, again = one(lot, *ways), one(lot, *reversed(ways))
    assert told(first) == told(again)
    assert first.found == again.found
