"""May the parcel be converted, which part of it, and what the conversion would cost: parts, not parcels.

A part is one designation × one price zone. Land uses have areas but no outline, so of a use with area U in a parcel
of area T of which M may be converted, between max(0, U + M − T) and min(U, M) can be converted, likely U·M/T.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

import shapely

from landinfo import case, estimate, overlay, planning, valuation
from landinfo.case import Case, Part
from landinfo.case.model import RESIDENTIAL
from landinfo.estimate import Estimate
from landinfo.model import BadInput, Citation, Facts, LandUse, Notice, Query, Rulebook, ThemeKind, light
from landinfo.overlay import ShareRow, ThemeShares
from landinfo.piece import Cut
from landinfo.valuation import HOUSING, Piece


@light
@dataclass(frozen=True, slots=True)
class Judged:
    """What the plan says of converting one row of shares. ``allowed``: yes | no | unknown."""

    row: ShareRow
    shares: ThemeShares
    allowed: str
    reason: Notice
    citations: tuple[Citation, ...]


@light
@dataclass(frozen=True, slots=True)
class Cell:
    """One designation × one price zone; ``area`` in steps of the registered area."""

    row: ShareRow
    piece: Piece
    area: Decimal


@light
@dataclass(frozen=True, slots=True)
class Convertible:
    """One use on one cell: its likely area there, and between what it may lie."""

    use: LandUse
    cell: Cell
    area: Decimal
    low: Decimal
    high: Decimal


@light
@dataclass(frozen=True, slots=True)
class Conversion:
    """The answer to ``convert_to``; ``estimate`` None with ``reason`` when there is nothing that could be converted."""

    verdicts: tuple[Judged, ...]
    parts: tuple[Convertible, ...]
    bounds: Mapping[str, tuple[Decimal, Decimal]]
    case: Case | None
    estimate: Estimate | None
    reason: Notice | None
    notices: tuple[Notice, ...]


def plan(
    query: Query,
    facts: Facts,
    shares: Sequence[ThemeShares],
    pieces: Sequence[Piece],
    rulebook: Rulebook,
    cut: Cut | None = None,
) -> Conversion:
    """Verdicts by designation and the estimate for the parts that may (or, where none may, perhaps may) be converted.

    ``cut``: the piece that is asked for; None: the parcel.

    Raises ``CannotBeAnswered`` (a day before every regime) and ``BadInput`` (an area beyond what there is to convert).
    """
    target = query.convert_to or ""
    verdicts = tuple(_judge(theme, row, query, rulebook) for theme in _deciding(shares) for row in theme.rows)
    allowed = [v for v in verdicts if v.allowed == "yes"]
    open_ = allowed or [v for v in verdicts if v.allowed == "unknown"]
    notices: tuple[Notice, ...] = ()
    if open_ and not allowed:
        notices = (Notice("estimate-if-allowed", severity="warning"),)
    notices += tuple(_corridors(shares))
    rows = [v.row for v in open_] if verdicts else [_whole(facts, pieces)]
    if not verdicts:
        notices += (Notice("no-deciding-plan", severity="warning"),)
    if cut is not None:
        rows, told = _inside(cut, rows, verdicts, open_)
        notices += told
    cells = _cells(rows, pieces, facts)
    total = sum((p.area for p in pieces), Decimal(0))
    uses = [(u, a) for u, a in valuation.use_areas(facts.parcel, total) if not _same(u.code, target)]
    reason = _nothing(verdicts, cells, uses, facts) if total else Notice("convertible-below-a-step")
    if reason is not None:
        return Conversion(verdicts, (), {}, None, None, reason, notices)
    known = [(u, a) for u, a in uses if a is not None]
    parts, bounds = _parts(cells, known, _among(cells, known, total, query), query)
    if not parts:
        return Conversion(verdicts, (), bounds, None, None, Notice("convertible-below-a-step"), notices)
    asked = _case(query, facts, parts, bounds, rulebook)
    return Conversion(verdicts, parts, bounds, asked, estimate.estimate(asked, rulebook.rules), None, notices)


def _deciding(shares: Sequence[ThemeShares]) -> tuple[ThemeShares, ...]:
    """The first deciding plan that says something of this ground."""
    held = [s for s in shares if s.theme.decides_conversion and s.answer != "no_data"]
    return tuple(held[:1])


def _corridors(shares: Sequence[ThemeShares]) -> Iterator[Notice]:
    """A corridor may restrict what the plan allows; which part then counts is for the office to say."""
    for theme in shares:
        if theme.theme.kind is ThemeKind.OVERLAY and theme.answer == "concerned":
            label = {"vi": theme.theme.label_vi, "en": theme.theme.label_en}
            yield Notice("corridor-may-restrict", {"theme": label, "area": theme.total_area}, "warning")


def _judge(theme: ThemeShares, row: ShareRow, query: Query, rulebook: Rulebook) -> Judged:
    if row.kind != "designation":
        return Judged(row, theme, "unknown", Notice(f"verdict-{row.kind}"), ())
    said = planning.verdict(row.designation, query.convert_to or "", query.on, rulebook)
    return Judged(row, theme, said.allowed, said.reason, tuple(said.citations))


def _same(code: str, target: str) -> bool:
    """Nothing to convert: the use is the target, or both are residential."""
    return code == target or (code in HOUSING and target in RESIDENTIAL)


def _whole(facts: Facts, pieces: Sequence[Piece]) -> ShareRow:
    area = sum((p.area for p in pieces), Decimal(0))
    return ShareRow("no_data", "", area, Decimal(0), 0.0, facts.parcel.shape, ())


def _inside(
    cut: Cut, rows: Sequence[ShareRow], verdicts: Sequence[Judged], open_: Sequence[Judged]
) -> tuple[list[ShareRow], tuple[Notice, ...]]:
    """The rows as far as they lie in the piece, and what of it lies where the plan does not allow conversion."""
    areas = cut.shared[verdicts[0].shares.theme.id] if verdicts else (cut.area,)
    judged = [(v.row, v.allowed) for v in verdicts] or [(row, "") for row in rows]
    said = open_[0].allowed if open_ else ""
    kept = [
        replace(row, area=area, shape=overlay.common(row.shape, cut.ground))
        for (row, allowed), area in zip(judged, areas, strict=True)
        if allowed == said and area > 0
    ]
    left = cut.area - sum((row.area for row in kept), Decimal(0))
    told = (Notice("piece-not-convertible", {"area": left, "whole": cut.area}, "warning"),) if left > 0 else ()
    return kept, told


def _cells(rows: Sequence[ShareRow], zones: Sequence[Piece], facts: Facts) -> tuple[Cell, ...]:
    if len(zones) == 1:
        return tuple(Cell(row, zones[0], row.area) for row in rows if row.area > 0)
    cells: list[Cell] = []
    step = overlay.area_step(facts.parcel.registered_area)
    for row in rows:
        whole = row.shape is facts.parcel.shape
        drawn = [float(shapely.area(p.shape if whole else overlay.common(row.shape, p.shape))) for p in zones]
        if not any(drawn):  # all of it in a strip between two zones
            near = min(zones, key=lambda zone: float(shapely.distance(zone.shape, row.shape)))
            drawn = [1.0 if zone is near else 0.0 for zone in zones]
        areas = overlay.apportion(row.area, drawn, step)
        cells += [Cell(row, p, a) for p, a in zip(zones, areas, strict=True) if a > 0]
    return tuple(cells)


def _nothing(
    verdicts: Sequence[Judged], cells: Sequence[Cell], uses: Sequence[tuple[LandUse, Decimal | None]], facts: Facts
) -> Notice | None:
    if not facts.parcel.land_uses:
        return Notice("no-land-use-recorded")
    if not uses:
        return Notice("nothing-to-convert")
    if any(area is None for _, area in uses):
        return Notice("use-areas-not-stated")
    if not cells and verdicts:
        return Notice("no-part-may-be-converted")
    return None


def _among(cells: Sequence[Cell], uses: Sequence[tuple[LandUse, Decimal]], total: Decimal, query: Query) -> Decimal:
    """The m² among which the uses lie: the parcel, or where a piece was drawn the uses alone, for it holds no other."""
    if not query.of_piece:
        return total
    drawn, most = sum((c.area for c in cells), Decimal(0)), sum((area for _, area in uses), Decimal(0))
    if drawn > most:
        raise BadInput("area-beyond-convertible", "piece" if query.piece else "strip", area=drawn, most=most)
    return most


def _parts(
    cells: Sequence[Cell], uses: Sequence[tuple[LandUse, Decimal]], total: Decimal, query: Query
) -> tuple[tuple[Convertible, ...], dict[str, tuple[Decimal, Decimal]]]:
    """Each use on each cell, and each use's bounds over all; an area given in the question is spread over them."""
    room = _Room(cells, [area for _, area in uses], total, query.area)
    bounds: dict[str, tuple[Decimal, Decimal]] = {}
    parts: list[Convertible] = []
    for index, (use, area) in enumerate(uses):
        low, likely, high = room.of_use(index)
        bounds[use.code] = (low, high)
        spread = _spread(likely, cells, room.step)
        for cell, part in zip(cells, spread, strict=True):
            least, most = room.on_cell(area, cell.area)
            if most > 0:
                parts.append(Convertible(use, cell, part, min(part, least), max(part, min(most, high))))
    return tuple(parts), bounds


def _spread(area: Decimal, cells: Sequence[Cell], step: Decimal) -> tuple[Decimal, ...]:
    """The likely area of a use on each cell, in steps of ``step`` or of its own last decimal."""
    if len(cells) == 1:
        return (area + 0 * step,)
    return overlay.apportion(area, [c.area for c in cells], _step_of(area, step))


class _Room:
    """How much of each use may lie where: uses have areas but no outline, and so has an area that was asked for.

    Raises ``BadInput``: an area beyond what there is to convert.
    """

    def __init__(self, cells: Sequence[Cell], uses: Sequence[Decimal], total: Decimal, asked: Decimal | None) -> None:
        self.uses, self.total, self.asked = uses, total, asked
        self.open = sum((c.area for c in cells), Decimal(0))
        self.step = min((Decimal(1).scaleb(_exponent(c.area)) for c in cells), default=Decimal("0.1"))
        self.most = sum((min(u, self.open) for u in uses), Decimal(0))
        if asked is not None and not 0 < asked <= min(self.most, self.open):
            raise BadInput("area-beyond-convertible", "area", area=asked, most=min(self.most, self.open))

    def of_use(self, index: int) -> tuple[Decimal, Decimal, Decimal]:
        """Low, likely and high area of a use over all cells."""
        area, high = self.uses[index], min(self.uses[index], self.open)
        if self.asked is not None:
            likely = overlay.apportion(self.asked, self.uses, _step_of(self.asked, self.step))[index]
            return max(Decimal(0), self.asked - (self.most - high)), likely, min(high, self.asked)
        low = min(max(Decimal(0), area + self.open - self.total), high)
        # some of it may be convertible: the likely area is then a step at least
        return low, min(high, max(_stepped(area * self.open / self.total, self.step), self.step)), high

    def on_cell(self, area: Decimal, cell: Decimal) -> tuple[Decimal, Decimal]:
        """Least and most of a use of ``area`` on a cell."""
        most = min(area, cell)
        if self.asked is None:
            return min(max(Decimal(0), area + cell - self.total), most), most
        elsewhere = min(area, self.open - cell) + self.most - min(area, self.open)
        return max(Decimal(0), self.asked - min(self.open, elsewhere)), min(most, self.asked)


def _stepped(area: Decimal, step: Decimal) -> Decimal:
    return (area / step).to_integral_value() * step


def _step_of(area: Decimal, step: Decimal) -> Decimal:
    """The finer of ``step`` and the area's own last decimal, so that the area is a multiple of it."""
    return min(step, Decimal(1).scaleb(_exponent(area)))


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    return min(exponent, 0) if isinstance(exponent, int) else 0


def _case(
    query: Query,
    facts: Facts,
    parts: Sequence[Convertible],
    bounds: Mapping[str, tuple[Decimal, Decimal]],
    rulebook: Rulebook,
) -> Case:
    return case.settle(
        on=query.on,
        land_user=query.land_user,
        convert_to=query.convert_to,
        facts=_told(query, facts),
        parts=[_part(p, index, query, facts, rulebook) for index, p in enumerate(parts, 1)],
        together=sum((p.area for p in parts), Decimal(0)) if query.area is not None or query.of_piece else None,
        held=_held(query, facts),
    )


def _told(query: Query, facts: Facts) -> dict[str, Any]:
    """Recognised residential land in the list answers whether there is some in the parcel: it is not asked."""
    told: dict[str, Any] = {name: value for name, value in query.facts.items() if name in case.FACTS}
    name = "same_parcel_as_recognised_residential"
    if told.get(name) is None and any(u.code in HOUSING for u in facts.parcel.land_uses):
        told[name] = True
    return told


def _held(query: Query, facts: Facts) -> Decimal:
    """m² of recognised residential land of the parcel, where its area is stated: it stays, and is not converted."""
    if query.convert_to not in RESIDENTIAL:
        return Decimal(0)
    return sum((u.area for u in facts.parcel.land_uses if u.code in HOUSING and u.area), Decimal(0))


def _part(made: Convertible, index: int, query: Query, facts: Facts, rulebook: Rulebook) -> Part:
    cell = made.cell
    before = valuation.quoted(cell.piece, made.use.code, facts, query, rulebook)
    after = valuation.quoted(cell.piece, query.convert_to or "", facts, query, rulebook)
    return Part(
        id=f"{cell.row.designation or cell.row.kind}-{made.use.code}-{index}",
        area=made.area,
        area_low=made.low,
        area_high=made.high,
        land_use=made.use.code,
        price=before.unit_price,
        target_price=after.unit_price,
        other_prices=before.other_prices,
        other_target_prices=after.other_prices,
    )
