"""How a place gets its position: Resolution 87/2025/NQ-HĐND art. 3.2, 4.2 and Annex I, worked out by hand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from landinfo import law, position
from landinfo.model import BadInput
from landinfo.position import Ground, Placed
from landinfo.store.rulebook import read_rulebook

RULES = read_rulebook(Path(__file__).resolve().parent.parent / "data").rules
DAY = date(2026, 3, 1)


def ground(**told: Any) -> Ground:
    """Numbers as text become exact: ``width="4.5"``."""
    decimals = {*position.MOST}
    return Ground(**{k: Decimal(v) if k in decimals else v for k, v in told.items()})


def place(**told: Any) -> Placed:
    return position.place(ground(**told), DAY, RULES)


def parts(placed: Placed) -> list[tuple[Decimal | None, dict[str, str], int]]:
    return [(s.area, dict(s.conditions), s.agricultural_position) for s in placed.stretches]


# art. 4.2: position 2 from 5 m, position 3 from 3 m to less than 5 m, position 4 the rest
@pytest.mark.parametrize(
    ("width", "expected"),
    [("0.5", 4), ("2.99", 4), ("3", 3), ("4.99", 3), ("5", 2), ("5.01", 2), ("12", 2)],
)
def test_the_narrowest_width_makes_the_position(width: str, expected: int) -> None:
    placed = place(width=width)
    assert placed.position == expected
    assert [n.code for n, _ in placed.reasons] == [f"place-by-width-{expected}"]


def test_what_is_not_told_is_taken_and_said() -> None:
    front = place()
    assert (front.position, [n.code for n in front.assumptions]) == (1, ["place-assumed-front"])
    alley = place(position=3)
    assert [n.code for n in alley.assumptions] == ["place-assumed-paved", "place-assumed-near", "place-assumed-field"]
    told = place(width="4", depth="80", surface="paved")
    assert told.assumptions == ()


# art. 4.2c: from 100 m off the inner edge of the road, in every position
@pytest.mark.parametrize(("depth", "reduced"), [("0", False), ("99.99", False), ("100", True), ("350", True)])
@pytest.mark.parametrize("at", [1, 2, 3, 4])
def test_depth_reduces_from_100_metres(at: int, depth: str, *, reduced: bool) -> None:
    [stretch] = place(position=at, depth=depth).stretches
    assert ("depth_from_100m" in stretch.conditions) is reduced


# art. 3.2a: on a listed road 1 in its first 200 m, 2 from 200 to 400 m; off it 2 within 400 m, then 3
@pytest.mark.parametrize(
    ("told", "expected"),
    [
        ({"position": 1}, 1),
        ({"position": 1, "depth": "199.99"}, 1),
        ({"position": 1, "depth": "200"}, 2),
        ({"position": 1, "depth": "399.99"}, 2),
        ({"position": 1, "depth": "400"}, 3),
        ({"width": "6", "depth": "0"}, 2),
        ({"width": "6", "depth": "400"}, 2),
        ({"width": "6", "depth": "400.01"}, 3),
        ({"width": "6"}, 2),
        ({"width": "6", "depth": "30", "agricultural_position": 1}, 1),
        ({"no_access": True, "depth": "500"}, 3),
    ],
)
def test_agricultural_positions_go_by_distance(told: dict[str, Any], expected: int) -> None:
    [stretch] = place(**told).stretches
    assert stretch.agricultural_position == expected


def test_a_long_parcel_in_an_alley_falls_into_bands() -> None:
    # R = 5 m, 50 m long: business bands end at 2 R = 10 m and 4 R = 20 m, residential at 5 R = 25 m and 8 R = 40 m.
    placed = place(width="4", depth="30", surface="paved", frontage="5", length="50")
    held = {"alley_surface": "paved"}
    assert parts(placed) == [
        (Decimal(50), held, 2),  # 0–10 m × 5 m
        (Decimal(50), {**held, "long_band_business": "second"}, 2),  # 10–20 m
        (Decimal(25), {**held, "long_band_business": "third"}, 2),  # 20–25 m
        (Decimal(75), {**held, "long_band_business": "third", "long_band": "second"}, 2),  # 25–40 m
        (Decimal(50), {**held, "long_band_business": "third", "long_band": "third"}, 2),  # 40–50 m
    ]
    assert placed.area == 250


def test_a_deep_front_parcel_is_cut_by_every_rule() -> None:
    # R = 30 m, 450 m long: business 60 and 120 m, residential 150 and 240 m, depth 100 m, fields 200 and 400 m.
    placed = place(position=1, frontage="30", length="450")
    ends = [(s.near, s.far) for s in placed.stretches]
    assert ends == [(0, 60), (60, 100), (100, 120), (120, 150), (150, 200), (200, 240), (240, 400), (400, 450)]
    assert [s.agricultural_position for s in placed.stretches] == [1, 1, 1, 1, 1, 2, 2, 3]
    assert ["depth_from_100m" in s.conditions for s in placed.stretches] == [False, False] + [True] * 6
    assert [s.conditions.get("long_band", "first") for s in placed.stretches] == ["first"] * 4 + ["second"] * 2 + [
        "third"
    ] * 2
    assert [s.area for s in placed.stretches] == [1800, 1200, 600, 900, 1500, 1200, 4800, 1500]


def test_on_the_front_depth_with_frontage_is_the_length() -> None:
    assert parts(place(position=1, frontage="5", depth="50")) == parts(place(position=1, frontage="5", length="50"))
    assert parts(place(position=1, frontage="5", area="250")) == parts(place(position=1, frontage="5", length="50"))


def test_a_parcel_that_does_not_reach_a_band_is_whole() -> None:
    # 2 R = 20 m, and the parcel is 20 m long: a band that begins where it ends is no band
    assert parts(place(position=1, frontage="10", length="20")) == [(Decimal(200), {}, 1)]


# Annex I.6.1a: only from 15 m²
def test_a_hidden_part_counts_from_15_square_metres() -> None:
    assert parts(place(position=1, area="200", hidden_area="14.9")) == [(Decimal(200), {}, 1)]
    assert parts(place(position=1, area="200", hidden_area="15")) == [
        (Decimal(185), {}, 1),
        (Decimal(15), {"hidden_part": "true"}, 1),
    ]


def test_a_hidden_part_is_spread_over_the_bands() -> None:
    # 250 m² in two halves of 125 m² for housing (5 R = 25 m); 50 m² hidden: 25 m² of each
    placed = place(position=1, frontage="5", length="50", hidden_area="50")
    hidden = [s.area for s in placed.stretches if "hidden_part" in s.conditions]
    assert hidden == [10, 10, 5, 15, 10]  # a fifth of 50, 50, 25, 75 and 50 m²
    assert sum(s.area or 0 for s in placed.stretches) == 250
    assert "place-assumed-hidden-even" in [n.code for n in placed.assumptions]


def test_several_fronts_and_the_cases_of_70_percent() -> None:
    assert parts(place(fronts=1)) == [(None, {}, 1)]
    assert parts(place(fronts=3)) == [(None, {"fronts": "3"}, 1)]
    placed = place(position=1, hampered=("canal", "power_line"))
    assert parts(placed) == [(None, {"hampered": "canal|power_line"}, 1)]  # twice 70 % is still 70 %
    assert [c.article for _, c in placed.reasons] == ["Phụ lục I khoản 6 điểm 6.11", "Phụ lục I khoản 6 điểm 6.9"]


def test_without_access_it_is_position_4() -> None:
    placed = place(no_access=True)
    assert (placed.position, placed.reasons[0][0].code) == (4, "place-by-no-access")
    assert "alley_surface" not in placed.stretches[0].conditions


@pytest.mark.parametrize(
    ("told", "field", "code"),
    [
        ({"width": "0"}, "width", "place-out-of-reach"),
        ({"width": "-1"}, "width", "place-out-of-reach"),
        ({"width": "201"}, "width", "place-out-of-reach"),
        ({"depth": "20001"}, "depth", "place-out-of-reach"),
        ({"area": "0"}, "area", "place-out-of-reach"),
        ({"frontage": "0", "length": "5"}, "frontage", "place-out-of-reach"),
        ({"frontage": "0.01", "length": "0.01"}, "frontage", "place-out-of-reach"),
        ({"fronts": 21}, "fronts", "place-out-of-reach"),
        ({"position": 5}, "position", "case-not-one-of"),
        ({"position": 0}, "position", "case-not-one-of"),
        ({"agricultural_position": 4}, "agricultural_position", "case-not-one-of"),
        ({"position": 2, "surface": "mud"}, "surface", "case-not-one-of"),
        ({"hampered": ("noise",)}, "hampered", "case-not-one-of"),
        ({"position": 1, "width": "4"}, "width", "place-front-has-no-alley"),
        ({"position": 1, "surface": "earth"}, "surface", "place-front-has-no-alley"),
        ({"position": 2, "width": "4"}, "position", "place-width-against"),
        ({"position": 1, "fronts": 0}, "fronts", "place-front-has-fronts"),
        ({"position": 2, "fronts": 1}, "fronts", "place-alley-has-no-front"),
        ({"width": "4", "fronts": 2}, "fronts", "place-alley-has-no-front"),
        ({"surface": "earth"}, "width", "place-needs-width"),
        ({"fronts": 0}, "width", "place-needs-width"),
        ({"no_access": True, "width": "2"}, "width", "place-no-access"),
        ({"no_access": True, "fronts": 1}, "fronts", "place-no-access"),
        ({"no_access": True, "position": 3}, "position", "place-no-access"),
        ({"length": "30"}, "frontage", "place-needs-frontage"),
        ({"frontage": "5"}, "length", "place-needs-length"),
        ({"width": "4", "depth": "30", "frontage": "5"}, "length", "place-needs-length"),
        ({"position": 1, "frontage": "5", "length": "30", "depth": "30"}, "depth", "place-depth-or-length"),
        ({"position": 1, "hidden_area": "20"}, "area", "place-needs-area"),
        ({"position": 1, "hidden_area": "20", "area": "20"}, "hidden_area", "place-hidden-beyond"),
    ],
)
def test_contradictions_name_the_field(told: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(BadInput) as refused:
        place(**told)
    assert (refused.value.field, refused.value.code) == (field, code)


def test_the_rules_begin_in_2026() -> None:
    assert position.place(ground(width="4"), date(2026, 1, 1), RULES).position == 3
    with pytest.raises(law.NotInForce):
        position.place(ground(width="4"), date(2025, 12, 31), RULES)


METRES = st.decimals("0.5", "600", places=2)


@settings(deadline=None)
@given(at=st.integers(1, 4), width=METRES, length=METRES, hidden=st.none() | st.decimals("0.01", "0.99", places=2))
def test_the_parts_always_make_the_whole(at: int, width: Decimal, length: Decimal, hidden: Decimal | None) -> None:
    area = (width * length).quantize(Decimal("0.01"))
    part = None if hidden is None else (area * hidden).quantize(Decimal("0.01"))
    part = part if part and part < area else None
    told = Ground(position=at, frontage=width, length=length, area=area, hidden_area=part)
    placed = position.place(told, DAY, RULES)
    assert sum(s.area or 0 for s in placed.stretches) == area == placed.area
    assert all(s.area and s.area > 0 for s in placed.stretches)
    counted = sum(s.area or 0 for s in placed.stretches if "hidden_part" in s.conditions)
    assert counted == (part if part and part >= 15 else 0)


@settings(deadline=None)
@given(width=METRES, length=METRES)
def test_bands_only_get_cheaper_going_back(width: Decimal, length: Decimal) -> None:
    placed = position.place(Ground(position=1, frontage=width, length=length), DAY, RULES)
    order = ["first", "second", "third"]
    for name in ("long_band", "long_band_business"):
        bands = [order.index(s.conditions.get(name, "first")) for s in placed.stretches]
        assert bands == sorted(bands)
    fields = [s.agricultural_position for s in placed.stretches]
    assert fields == sorted(fields)
