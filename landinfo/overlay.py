"""Shares of a parcel under the features of a theme, adding up by construction.

Areas are measured on the drawing and apportioned to the registered area; percentages are apportioned on their own by
the same function (largest remainder, Hamilton's method), so both always sum exactly. Rounding each share alone is what
makes three equal strips of 10 m² show 90 %.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from enum import StrEnum
from fractions import Fraction
from math import lcm
from typing import Any

import shapely
from shapely.errors import GEOSException
from shapely.geometry.base import BaseGeometry

from landinfo.model import (
    Coverage,
    Feature,
    Held,
    LayerFacts,
    Measured,
    MeasuredRow,
    Notice,
    Parcel,
    Theme,
    ThemeKind,
    light,
    shape_when_read,
)

WAY = 1
"""Raised when ``measure`` gives something else of the same rows: what was kept of it is then measured anew."""
TENTH = Decimal("0.1")
HUNDRED = Decimal("100.0")
TOUCH = 1e-6
"""m²: ground shared by less than this is a boundary in common, not a share."""

EXACT = 1e-5
"""m² by which the two sides of a cut may miss the whole: rounding of coordinates, thousands of times over."""
GRIDS = (0.0, 1e-6, 1e-4)
"""m: the grid of a cut; 0 is exact, and the coarser ones are for drawings on which the exact one fails."""

_KINDS = ("designation", "conflict", "in_doubt", "uncovered", "no_data")
_EMPTY = shapely.MultiPolygon()


class Answer(StrEnum):
    """What a theme says of a parcel; "no data" is never "not concerned"."""

    CONCERNED = "concerned"
    NOT_CONCERNED = "not_concerned"
    NO_DATA = "no_data"


@shape_when_read
@light
@dataclass(frozen=True, slots=True)
class ShareRow:
    """One line of a theme's answer.

    ``kind``: designation | conflict ("A+B" on the same ground) | in_doubt (thin strips, "A|B") | uncovered (the plan
    is held and says nothing) | no_data (the plan is not held there). ``area`` is m² of the registered area, ``percent``
    0..100 in steps of 0.1, ``drawn_area`` m² as measured, ``shape`` in the store's plane.
    """

    kind: str
    designation: str
    area: Decimal
    percent: Decimal
    drawn_area: float
    shape: BaseGeometry
    features: tuple[Feature, ...]


@light
@dataclass(frozen=True, slots=True)
class ThemeShares:
    """A theme's answer. Rows of a partition sum to the registered area and to 100.0; rows of an overlay stand alone.

    The totals of an overlay are the ground that any of its designations takes, each square metre once.
    """

    theme: Theme
    answer: Answer
    reason: Notice | None
    rows: tuple[ShareRow, ...]
    total_area: Decimal
    total_percent: Decimal


def apportion(total: Decimal, weights: Sequence[float | Decimal | Fraction], step: Decimal) -> tuple[Decimal, ...]:
    """``total`` shared out by ``weights`` in whole steps: largest remainder, ties in order. Sums exactly to ``total``.

    ``total`` must be a multiple of ``step`` and some weight positive, or ``ValueError``. A weight of 0 gets 0.
    """
    units = int(total / step)
    if units * step != total:
        raise ValueError(f"{total} is not a multiple of {step}")
    if len(weights) == 1 and weights[0] > 0:
        return (units * step,)
    ratios = [w.as_integer_ratio() for w in weights]
    unit = lcm(*(below for _, below in ratios))
    exact = [above * (unit // below) for above, below in ratios]
    whole = sum(exact)
    if min(exact, default=0) < 0 or (whole <= 0 and units):
        raise ValueError(f"weights must be positive: {weights}")
    if not units:
        return tuple(Decimal(0) * step for _ in exact)
    floors, rests = (list(part) for part in zip(*(divmod(units * w, whole) for w in exact), strict=True))
    order = sorted(range(len(exact)), key=lambda i: (-rests[i], i))
    for i in order[: units - sum(floors)]:
        floors[i] += 1
    return tuple(n * step for n in floors)


def area_step(registered: Decimal | None) -> Decimal:
    """0.1 m², or the registered area's own last decimal where that is finer."""
    exponent = registered.as_tuple().exponent if registered is not None else -1
    return Decimal(1).scaleb(min(exponent, -1)) if isinstance(exponent, int) else TENTH


def whole_area(parcel: Parcel) -> Decimal:
    """The area that shares are taken of: the registered one, else the drawn one to 0.1 m²."""
    if parcel.registered_area is not None:
        return parcel.registered_area.quantize(area_step(parcel.registered_area))
    return Decimal(shapely.area(parcel.shape)).quantize(TENTH, ROUND_HALF_UP)


@dataclass(frozen=True, slots=True)
class _Cell:
    codes: tuple[str, ...]
    shape: BaseGeometry


def measure(parcel: Parcel, theme: Theme, facts: LayerFacts) -> ThemeShares:
    """What ``theme`` says of every square metre of ``parcel``.

    Parts of one designation are united first; only different designations on the same ground are a conflict. The
    result does not depend on the order of ``facts``. What was measured before of the very same is not measured again.
    """
    if facts.measured is not None:
        kept = recalled(parcel, theme, facts.measured, facts.coverage, facts.features)
        if kept is not None:
            return kept
    absent = _not_held(parcel, facts)
    if absent is not None:
        return ThemeShares(theme, Answer.NO_DATA, absent, (), Decimal("0.0"), Decimal("0.0"))
    covered = _covered(parcel.shape, facts)
    regions = _regions(parcel.shape, facts.features)
    thin = _thin_test(parcel.shape, theme.strip_width)
    if theme.kind is ThemeKind.PARTITION:
        return _partition(parcel, theme, regions, covered, thin)
    return _overlay(parcel, theme, regions, covered, thin)


def way(theme: Theme) -> str:
    """All that ``measure`` goes by beside the rows: the theme's own terms, and who cuts."""
    return f"{WAY} {shapely.geos_version_string} {theme.kind} {theme.strip_width!r}"


def kept(parcel: Parcel, theme: Theme, facts: LayerFacts) -> Measured:
    """``measure`` in the form in which a store keeps it; a layer that failed has none."""
    found, whole = measure(parcel, theme, facts), shapely.to_wkb(parcel.shape)
    places = {id(feature): n for n, feature in enumerate(facts.features)}
    rows = tuple(
        MeasuredRow(
            *(row.kind, row.designation, row.area, row.percent, row.drawn_area),
            None if shapely.to_wkb(row.shape) == whole else row.shape,
            tuple(places[id(feature)] for feature in row.features),
        )
        for row in found.rows
    )
    said = (found.answer.value, found.reason, rows, found.total_area, found.total_percent)
    return Measured(way(theme), parcel, facts.coverage, facts.features, *said)


def recalled(
    parcel: Parcel, theme: Theme, held: Measured, coverage: tuple[Coverage, ...], candidates: tuple[Any, ...]
) -> ThemeShares | None:
    """What was measured of these very objects in the way of today; None: ``held`` speaks of others."""
    of_these = held.parcel is parcel and held.coverage is coverage and held.candidates is candidates
    if not of_these or held.way != way(theme):
        return None
    rows = tuple(
        ShareRow(
            *(row.kind, row.designation, row.area, row.percent, row.drawn_area),
            parcel.shape if row.shape is None else row.shape,
            tuple(candidates[n] for n in row.features),
        )
        for row in held.rows
    )
    return ThemeShares(theme, Answer(held.answer), held.reason, rows, held.total_area, held.total_percent)


def _not_held(parcel: Parcel, facts: LayerFacts) -> Notice | None:
    if facts.held is Held.FAILED:
        return Notice("theme-failed", severity="warning")
    touching = [c for c in facts.coverage if shapely.covers(c.shape, parcel.shape) or _shared(parcel.shape, c.shape)]
    if any(c.complete for c in touching):
        return None
    return Notice("theme-half-loaded" if touching else "theme-not-held")


def _shared(a: BaseGeometry, b: BaseGeometry) -> bool:
    return _area(common(a, b)) > TOUCH


def _covered(shape: BaseGeometry, facts: LayerFacts) -> BaseGeometry:
    complete = [c for c in facts.coverage if c.complete]
    if any(shapely.covers(c.shape, shape) for c in complete):
        return shape
    complete.sort(key=lambda c: (c.edition, shapely.to_wkb(c.shape)))
    return common(shape, shapely.union_all([c.shape for c in complete]))


def _regions(shape: BaseGeometry, features: Iterable[Feature]) -> dict[str, tuple[BaseGeometry, tuple[Feature, ...]]]:
    """Each designation's ground in the parcel, its parts united, with the features it comes from."""
    parts: dict[str, list[tuple[Feature, BaseGeometry]]] = defaultdict(list)
    for feature in sorted(features, key=lambda f: (f.designation, f.id, f.edition)):
        piece = shape if shapely.covers(feature.shape, shape) else split(shape, feature.shape)[0]
        if _area(piece) > TOUCH:
            parts[feature.designation].append((feature, piece))
    return {
        code: (
            found[0][1] if len(found) == 1 else _polygons(shapely.union_all([piece for _, piece in found])),
            tuple(feature for feature, _ in found),
        )
        for code, found in sorted(parts.items())
    }


Regions = dict[str, tuple[BaseGeometry, tuple[Feature, ...]]]
Thin = Callable[[BaseGeometry], bool]


def _partition(parcel: Parcel, theme: Theme, regions: Regions, covered: BaseGeometry, thin: Thin) -> ThemeShares:
    ground = _ground(parcel.shape, regions, covered, thin)
    order = sorted(ground, key=lambda key: (_KINDS.index(key[0]), -_area(ground[key]), key[1]))
    drawn = [_area(ground[key]) for key in order]
    areas = apportion(whole_area(parcel), drawn, area_step(parcel.registered_area))
    percents = apportion(HUNDRED, drawn, TENTH)
    rows = tuple(
        ShareRow(kind, name, area, percent, size, ground[kind, name], _features(name, regions))
        for (kind, name), area, percent, size in zip(order, areas, percents, drawn, strict=True)
    )
    answer, reason = _partition_answer({row.kind for row in rows}, parcel, covered)
    return ThemeShares(theme, answer, reason, rows, sum(areas, Decimal(0)), sum(percents, Decimal(0)))


def _partition_answer(kinds: set[str], parcel: Parcel, covered: BaseGeometry) -> tuple[Answer, Notice | None]:
    """A strip of noise from the neighbour's ground neither concerns a parcel nor hides that nothing is held on it."""
    if kinds & {"designation", "conflict"} or kinds == {"in_doubt"}:
        return Answer.CONCERNED, None
    if "no_data" in kinds:
        return Answer.NO_DATA, _partly(parcel, covered)
    return Answer.NOT_CONCERNED, Notice("theme-gap", severity="warning")


def _ground(
    shape: BaseGeometry, regions: Regions, covered: BaseGeometry, thin: Thin
) -> dict[tuple[str, str], BaseGeometry]:
    """The parcel's ground by (kind, name), every square metre once; all strips of noise together."""
    parts: dict[tuple[str, str], list[BaseGeometry]] = defaultdict(list)
    doubtful: dict[str, list[BaseGeometry]] = defaultdict(list)
    for cell in _cells(shape, regions):
        for kind, name, piece in _kinds(cell, covered):
            for part in shapely.get_parts(piece):
                if kind != "no_data" and thin(part):
                    doubtful[name].append(part)
                else:
                    parts[kind, name].append(part)
    if doubtful:
        names = "|".join(sorted(n for n in doubtful if n))
        parts["in_doubt", names] = [p for name in sorted(doubtful) for p in doubtful[name]]
    return {key: _join(found) for key, found in parts.items()}


def _cells(shape: BaseGeometry, regions: Regions) -> list[_Cell]:
    """The parcel cut into the ground of each combination of designations, the empty one included."""
    cells = [_Cell((), shape)]
    for code, (region, _) in regions.items():
        cut: list[_Cell] = []
        for cell in cells:
            if region is cell.shape:
                cut.append(_Cell((*cell.codes, code), cell.shape))
                continue
            inside, outside = split(cell.shape, region)
            cut += [_Cell((*cell.codes, code), inside)] if _area(inside) > TOUCH else []
            cut += [_Cell(cell.codes, outside)] if _area(outside) > TOUCH else []
        cells = cut
    return cells


def _kinds(cell: _Cell, covered: BaseGeometry) -> list[tuple[str, str, BaseGeometry]]:
    if len(cell.codes) == 1:
        return [("designation", cell.codes[0], cell.shape)]
    if cell.codes:
        return [("conflict", "+".join(cell.codes), cell.shape)]
    if covered is cell.shape or shapely.covers(covered, cell.shape):
        return [("uncovered", "", cell.shape)]
    inside, outside = split(cell.shape, covered)
    found = [("uncovered", "", inside), ("no_data", "", outside)]
    return [row for row in found if _area(row[2]) > TOUCH]


def _overlay(parcel: Parcel, theme: Theme, regions: Regions, covered: BaseGeometry, thin: Thin) -> ThemeShares:
    solid: list[tuple[str, str, BaseGeometry]] = []
    doubtful: dict[str, list[BaseGeometry]] = {}
    for code, (region, _) in regions.items():
        parts = [p for p in shapely.get_parts(region) if p.area > 0]
        firm = [p for p in parts if not thin(p)]
        if firm:
            solid.append(("designation", code, region if len(firm) == len(parts) else _join(firm)))
        if len(firm) < len(parts):
            doubtful[code] = [p for p in parts if thin(p)]
    if doubtful:
        solid.append(("in_doubt", "|".join(doubtful), _join([p for ps in doubtful.values() for p in ps])))
    outside = _EMPTY if covered is parcel.shape else split(parcel.shape, covered)[1]
    outside = _join([p for p in shapely.get_parts(outside) if p.area > TOUCH and not thin(p)])
    if _area(outside) > TOUCH:
        solid.append(("no_data", "", outside))
    rows = tuple(_alone(parcel, kind, name, shape, regions) for kind, name, shape in solid)
    reason, answer = None, Answer.CONCERNED
    if not any(row.kind == "designation" for row in rows):
        unknown = any(row.kind == "no_data" for row in rows)
        answer = Answer.NO_DATA if unknown else Answer.NOT_CONCERNED
        reason = _partly(parcel, covered) if unknown else None
    whole = _alone(parcel, "designation", "", _join([s for kind, _, s in solid if kind == "designation"]), regions)
    return ThemeShares(theme, answer, reason, rows, whole.area, whole.percent)


def _alone(parcel: Parcel, kind: str, name: str, shape: BaseGeometry, regions: Regions) -> ShareRow:
    """A row measured against the parcel alone: its own part and the rest, apportioned together."""
    size = _area(shape)
    weights = (size, max(0.0, _area(parcel.shape) - size))
    area = apportion(whole_area(parcel), weights, area_step(parcel.registered_area))[0]
    return ShareRow(kind, name, area, apportion(HUNDRED, weights, TENTH)[0], size, shape, _features(name, regions))


def _partly(parcel: Parcel, covered: BaseGeometry) -> Notice:
    ratio = Decimal(_area(covered) / _area(parcel.shape)).quantize(Decimal("0.001"))
    return Notice("theme-partly-held", {"ratio": ratio})


def _features(name: str, regions: Regions) -> tuple[Feature, ...]:
    codes = [c for c in name.replace("|", "+").split("+") if c]
    return tuple(f for code in dict.fromkeys(codes) for f in regions[code][1])


def _thin_test(parcel: BaseGeometry, width: float) -> Thin:
    """Is a polygon nowhere wider than ``width`` (m)? In a parcel that is itself that thin nothing is noise."""

    def thin(part: BaseGeometry) -> bool:
        # Twice the area over the perimeter is at most the width of a strip: most parts are settled without a buffer.
        if part.area > width * part.length:
            return False
        return bool(shapely.is_empty(shapely.buffer(part, -width / 2, join_style="mitre")))

    return (lambda part: False) if thin(parcel) else thin


def _area(shape: BaseGeometry) -> float:
    return float(shapely.area(shape))


def split(a: BaseGeometry, b: BaseGeometry) -> tuple[BaseGeometry, BaseGeometry]:
    """The ground of ``a`` inside ``b``, and the rest of it: every square metre of ``a`` once.

    Where edges all but coincide GEOS may take the wrong side without an error; then the two do not make up the whole,
    and the cut is made again on a grid, where it is robust (snap rounding).
    """
    if _apart(a, b):
        return _EMPTY, _polygons(a)
    whole = _area(a)
    for grid in GRIDS:
        inside, outside = (_polygons(_safe(op, a, b, grid)) for op in (shapely.intersection, shapely.difference))
        if abs(_area(inside) + _area(outside) - whole) <= EXACT:
            break
    return inside, outside


def _apart(a: BaseGeometry, b: BaseGeometry) -> bool:
    """Do the insides not meet? Exact and a third of a cut's time: most of what a box finds only touches (DE-9IM)."""
    try:
        return bool(shapely.relate_pattern(a, b, "F********"))
    except GEOSException:  # a drawing that is not valid
        return False


def common(a: BaseGeometry, b: BaseGeometry) -> BaseGeometry:
    """The ground that two shapes share; lines and points in common are no ground."""
    return split(a, b)[0]


def _join(parts: Sequence[BaseGeometry]) -> BaseGeometry:
    if not parts:
        return _EMPTY
    return parts[0] if len(parts) == 1 else _polygons(shapely.union_all(list(parts)))


def _safe(operation: Callable[..., BaseGeometry], a: BaseGeometry, b: BaseGeometry, grid: float) -> BaseGeometry:
    """``operation``, once more on mended shapes where a drawing is not valid."""
    try:
        return operation(a, b, grid_size=grid or None)
    except GEOSException:
        return operation(shapely.make_valid(a), shapely.make_valid(b), grid_size=grid or None)


def _polygons(shape: BaseGeometry) -> BaseGeometry:
    """Only ground has area: lines and points in common are dropped."""
    if shapely.get_type_id(shape) in (3, 6):
        return shape
    return shapely.union_all([p for p in _flat(shape) if shapely.get_type_id(p) == 3])


def _flat(shape: BaseGeometry) -> Iterable[BaseGeometry]:
    for part in shapely.get_parts(shape):
        if shapely.get_type_id(part) in (6, 7):
            yield from _flat(part)
        else:
            yield part
