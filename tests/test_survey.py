"""Tolerance of a drawn area: the error of a square by hand, the table of Circular 25/2014 art. 7.4."""

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest
import shapely
import shapely.affinity

from landinfo import survey
from landinfo.model import Citation, Rule, RuleValue, Status

TABLE = Rule(
    survey.POSITION_ERROR,
    "",
    "",
    "m",
    (
        RuleValue(
            date(2014, 7, 1),
            None,
            {"200": Decimal("0.05"), "500": Decimal("0.07"), "1000": Decimal("0.15"), "10000": Decimal("3")},
            Citation("25/2014/TT-BTNMT", "7.4", Status.SECONDARY),
        ),
    ),
)
SQUARE = shapely.box(600000, 1220000, 600010, 1220010)


def test_error_of_a_square_by_hand() -> None:
    # Each chord between a corner's neighbours is a diagonal: 4 × (10√2)² = 800 m²; √800/2 · m_P/√2 = 10 m_P.
    assert survey.area_error(SQUARE, 0.15) == pytest.approx(1.5)


def test_error_by_simulation() -> None:
    import numpy as np

    shape = shapely.Polygon([(0, 0), (30, 4), (26, 22), (11, 17), (-3, 25)])
    corners = shapely.get_coordinates(shape)[:-1]
    rng = np.random.default_rng(1)
    moved = corners + rng.normal(0, 0.1 / np.sqrt(2), (20000, *corners.shape))
    spread = np.std(shapely.area(shapely.polygons(moved)))
    assert survey.area_error(shape, 0.1) == pytest.approx(spread, rel=0.02)


def test_a_hole_adds_its_own_error() -> None:
    hole = shapely.Polygon(SQUARE.exterior.coords, [[(600002, 1220002), (600002, 1220005), (600006, 1220004)]])
    assert survey.area_error(hole, 0.15) > survey.area_error(SQUARE, 0.15)


def test_one_and_many_have_the_same_errors_to_the_last_bit() -> None:
    hole = shapely.Polygon(SQUARE.exterior.coords, [[(600002, 1220002), (600002, 1220005), (600006, 1220004)]])
    odd = shapely.Polygon([(600000.1, 1220000.7), (600031.3, 1220004), (600026, 1220022.9), (600011, 1220017)])
    shapes = [SQUARE, odd, hole, shapely.MultiPolygon([odd, shapely.affinity.translate(hole, 50)])]
    many = survey.area_errors(shapes, 0.15).tolist()
    assert many == [survey.area_error(shape, 0.15) for shape in shapes]
    assert many == [survey.area_errors([shape], 0.15)[0] for shape in shapes]
    scales = [200, None, 500, 2000]
    together, value = survey.tolerances(shapes, scales, date(2026, 3, 1), TABLE)
    alone = [survey.tolerance(*each, date(2026, 3, 1), TABLE) for each in zip(shapes, scales, strict=True)]
    assert [(Decimal(str(each)), value) for each in together] == alone


def test_the_rule_of_the_day_counts() -> None:
    later = RuleValue(date(2027, 1, 1), None, {"500": 0.07}, replace(TABLE.values[0].citation, document="new"))
    rule = replace(TABLE, values=(replace(TABLE.values[0], effective_to=date(2027, 1, 1)), later))
    for day, document in ((date(2026, 12, 31), "25/2014/TT-BTNMT"), (date(2027, 1, 1), "new")):
        assert survey.tolerance(SQUARE, 500, day, rule)[1].citation.document == document


@pytest.mark.parametrize(
    ("scale", "metres"), [(200, "1.0"), (500, "1.4"), (1000, "3.0"), (None, "3.0"), (2000, "60.0")]
)
def test_tolerance_by_scale(scale: int | None, metres: str) -> None:
    # twice 10·m_P; a scale between two of the table takes the coarser
    tolerance, rule = survey.tolerance(SQUARE, scale, date(2026, 3, 1), TABLE)
    assert tolerance == Decimal(metres)
    assert rule.citation.document == "25/2014/TT-BTNMT"
