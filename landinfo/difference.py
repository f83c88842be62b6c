"""Why two estimates of one parcel differ: two days, two targets, two lists.

One thing is changed at a time, in this order: prices, law (rates), what the user told and the limit (quota), areas,
designations. What each change moves is its share of the difference, so the shares sum to it exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from operator import attrgetter

from landinfo import estimate
from landinfo.case import Case, Part
from landinfo.conversion import Conversion
from landinfo.model import Rule
from landinfo.report import Report

FACTORS = ("price", "rate", "quota", "area", "designation")

Rules = Mapping[str, Rule]
Key = tuple[str, ...]
Amounts = Mapping[str, Decimal | None]


@dataclass(frozen=True, slots=True)
class Change:
    """One amount before and after, in đồng; ``factors`` sum to ``after − before``, None from where one is not known."""

    code: str
    before: Decimal | None
    after: Decimal | None
    factors: tuple[tuple[str, Decimal | None], ...]

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None or self.after is None else self.after - self.before


@dataclass(frozen=True, slots=True)
class Moved:
    """The m² of one designation of one theme before and after."""

    theme: str
    kind: str
    designation: str
    before: Decimal
    after: Decimal


@dataclass(frozen=True, slots=True)
class Difference:
    """``value``: worth by the list; ``items``: levy, charges, their total; ``moved``: ground whose plan changed."""

    before: Report
    after: Report
    value: Change
    items: tuple[Change, ...]
    moved: tuple[Moved, ...]


def difference(before: Report, after: Report, rules: Rules) -> Difference:
    """What changed between two answers about one parcel. Without an estimate on a side its items are not known."""
    value = Change("value", before.valuation.likely, after.valuation.likely, ())
    return Difference(before, after, value, tuple(_items(before, after, rules)), tuple(_moved(before, after)))


def _items(before: Report, after: Report, rules: Rules) -> Iterator[Change]:
    one, other = before.conversion, after.conversion
    if one is None or other is None:
        return
    if one.case is None or other.case is None:
        ends = [_amounts(c.case, rules) if c.case else _nothing(c) for c in (one, other)]
        for code in dict.fromkeys([*ends[0], *ends[1]]):
            was, now = (_end(end, code) for end in ends)
            yield Change(code, was, now, (("designation", _less(was, now)),))
        return
    same = _ground(before) == _ground(after)
    stages = [_amounts(case, rules) for case in _stages(one, other, same)]
    for code in dict.fromkeys([*stages[0], *stages[-1]]):
        amounts = [_end(stage, code) for stage in stages]
        moves = zip(FACTORS, amounts, amounts[1:], strict=False)
        yield Change(code, amounts[0], amounts[-1], tuple((name, _less(a, b)) for name, a, b in moves))


def _nothing(conversion: Conversion) -> Amounts:
    """Where nothing is left to convert nothing is paid; what is not allowed, or cannot be said, is not 0."""
    settled = conversion.reason is not None and conversion.reason.code == "nothing-to-convert"
    return {"total": Decimal(0) if settled else None}


def _end(stage: Amounts, code: str) -> Decimal | None:
    """An item that a side does not have is 0 there, unless that side's total itself is not known."""
    return stage[code] if code in stage else None if stage["total"] is None else Decimal(0)


def _less(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


def _amounts(case: Case, rules: Rules) -> Amounts:
    found = estimate.estimate(case, rules)
    return {**{item.code: item.amount for item in found.items}, "total": found.total}


def _ground(report: Report) -> tuple[object, ...]:
    """What the ground measures and what of it was asked for, whatever the plan says."""
    parcel, query = report.facts.parcel, report.query
    return parcel.registered_area, parcel.land_uses, parcel.shape.wkb, query.area, query.piece, query.strip


def _stages(one: Conversion, other: Conversion, same_ground: bool) -> Iterator[Case]:
    """The first case, turned into the second one factor at a time.

    On the same ground it is the plan that moves the areas; on other ground what both plans allow is a matter of area.
    """
    assert one.case is not None
    assert other.case is not None
    first, last = _by_plan(one), _by_plan(other)
    yield one.case
    priced = {key: _spread(first[key], last[key]) if key in last else first[key] for key in first}
    case = replace(one.case, parts=_all(priced))
    yield case
    case = replace(case, on=other.case.on, convert_to=other.case.convert_to, land_user=other.case.land_user)
    yield case
    case = replace(other.case, parts=case.parts)
    yield case
    if not same_ground:
        case = replace(case, parts=_all({key: last.get(key, parts) for key, parts in priced.items()}))
    yield case
    yield other.case


def _all(grouped: Mapping[Key, Sequence[Part]]) -> tuple[Part, ...]:
    return tuple(part for parts in grouped.values() for part in parts)


def _spread(ground: Sequence[Part], priced: Sequence[Part]) -> list[Part]:
    """The area of ``ground`` at the prices of ``priced``, divided among them as they divide their own.

    Where both lists draw their zones alike each part keeps its area; where they do not, it is the list that says how
    much of the ground lies in which position.
    """
    whole = sum((part.area for part in priced), Decimal(0))
    if not whole or _prices(ground) == _prices(priced):
        return list(ground)
    area, low, high = (sum((get(part) for part in ground), Decimal(0)) for get in _AREAS)
    shares = [part.area / whole for part in priced]
    return [
        replace(part, area=area * share, area_low=low * share, area_high=high * share)
        for part, share in zip(priced, shares, strict=True)
    ]


def _prices(parts: Sequence[Part]) -> list[Part]:
    """All of the parts but how much ground they are."""
    return [replace(part, id="", area=Decimal(1), area_low=Decimal(1), area_high=Decimal(1)) for part in parts]


_AREAS = (attrgetter("area"), attrgetter("area_low"), attrgetter("area_high"))


def _by_plan(conversion: Conversion) -> dict[Key, list[Part]]:
    """The parts by designation and use, whatever the editions they come from and the price zones they lie in."""
    assert conversion.case is not None
    found: dict[Key, list[Part]] = {}
    for made, part in zip(conversion.parts, conversion.case.parts, strict=True):
        found.setdefault((made.cell.row.kind, made.cell.row.designation, made.use.code), []).append(part)
    return found


def _moved(before: Report, after: Report) -> Iterator[Moved]:
    for one, other in zip(before.shares, after.shares, strict=True):
        areas: Sequence[dict[tuple[str, str], Decimal]] = [
            {(row.kind, row.designation): row.area for row in shares.rows} for shares in (one, other)
        ]
        for kind, designation in sorted(areas[0].keys() | areas[1].keys()):
            was, now = (side.get((kind, designation), Decimal(0)) for side in areas)
            if was != now:
                yield Moved(one.theme.id, kind, designation, was, now)
