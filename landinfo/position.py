"""How a place gets its price position and the conditions of Annex I, from what somebody tells of it.

Lengths are metres, areas m². By the rules of Resolution 87/2025/NQ-HĐND (``data/rules/position_2026.toml``): alley
class by the narrowest width, reduction from 100 m off the road, bands of long parcels in multiples of the width R,
hidden parts, several fronts, the 70 % cases, agricultural positions by distance. ``price.quote`` prices the result.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from itertools import pairwise
from typing import Any

from landinfo import law, overlay
from landinfo.model import BadInput, Citation, Notice, Rule
from landinfo.price import positions

Rules = Mapping[str, Rule]
FRONT, LAST = 1, 4
SURFACES = ("paved", "earth")
MOST = {
    "width": Decimal(200),
    "depth": Decimal(20_000),
    "frontage": Decimal(2_000),
    "length": Decimal(20_000),
    "area": Decimal(100_000_000),
    "hidden_area": Decimal(100_000_000),
}
"""The largest number that is believed; beyond it a unit or a decimal sign was mistaken."""
MOST_FRONTS = 20
STEP = Decimal("0.01")
"""m² and m to which typed ground is divided."""


@dataclass(frozen=True, slots=True)
class Ground:
    """A place beside a street section as told; None: not told.

    ``width``: narrowest width of the alleys one must pass. ``depth``: in an alley the walking distance from the inner
    edge of the listed road; on the front how far back the ground lies or, with ``frontage``, reaches. ``frontage``: the
    parcel's own width R; ``length``: how far it runs back from there. ``hampered``: cases of Annex I.6.7–6.11.
    """

    position: int | None = None
    width: Decimal | None = None
    depth: Decimal | None = None
    frontage: Decimal | None = None
    length: Decimal | None = None
    area: Decimal | None = None
    hidden_area: Decimal | None = None
    surface: str | None = None
    fronts: int | None = None
    hampered: tuple[str, ...] = ()
    no_access: bool = False
    residential_area: bool | None = None
    agricultural_position: int | None = None

    def told(self) -> dict[str, Any]:
        """What was told, by name."""
        values = {f.name: getattr(self, f.name) for f in fields(self)}
        return {name: value for name, value in values.items() if value not in (None, (), False)}


@dataclass(frozen=True, slots=True)
class Stretch:
    """Part of the ground under one set of conditions: ``near``–``far`` m back from its front (None: not told)."""

    near: Decimal | None
    far: Decimal | None
    area: Decimal | None
    agricultural_position: int
    conditions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Placed:
    """The position, the parts it falls into (areas sum to ``area``), why, and what was taken for want of knowledge."""

    position: int
    area: Decimal | None
    stretches: tuple[Stretch, ...]
    reasons: tuple[tuple[Notice, Citation], ...]
    assumptions: tuple[Notice, ...]


MEASURED = {"urban": ("alley_width", None), "agricultural": ("distance", "road_edge")}
"""How positions are found of what ``Ground`` tells: the width of the alley, the distance from the road's edge."""


def check(ground: Ground) -> None:
    """Raises ``BadInput`` naming the field: a number out of reach, or one that contradicts another."""
    for name, most in MOST.items():
        value = getattr(ground, name)
        if value is not None and (value > most or value < 0 or (value == 0 and name != "depth")):
            raise BadInput("place-out-of-reach", name, value=value, most=most)
    for name, top in (("position", LAST), ("agricultural_position", 3)):
        value = getattr(ground, name)
        if value is not None and not 1 <= value <= top:
            raise BadInput("case-not-one-of", name, value=value, choices=", ".join(map(str, range(1, top + 1))))
    if ground.fronts is not None and not 0 <= ground.fronts <= MOST_FRONTS:
        raise BadInput("place-out-of-reach", "fronts", value=ground.fronts, most=MOST_FRONTS)
    if ground.surface is not None and ground.surface not in SURFACES:
        raise BadInput("case-not-one-of", "surface", value=ground.surface[:40], choices=", ".join(SURFACES))
    _agree(ground)
    _measured(ground)


def _agree(ground: Ground) -> None:
    alley = [name for name in ("width", "surface") if getattr(ground, name) is not None]
    if ground.no_access and (alley or ground.fronts or ground.position not in (None, LAST)):
        wrong = alley[0] if alley else "fronts" if ground.fronts else "position"
        raise BadInput("place-no-access", wrong)
    if ground.position == FRONT and alley:
        raise BadInput("place-front-has-no-alley", alley[0])
    if ground.position == FRONT and ground.fronts == 0:
        raise BadInput("place-front-has-fronts", "fronts")
    if ground.fronts and (alley or ground.position not in (None, FRONT)):
        raise BadInput("place-alley-has-no-front", "fronts", other=alley[0] if alley else "position")
    if ground.position is None and ground.width is None and (ground.surface or ground.fronts == 0):
        raise BadInput("place-needs-width", "width", other="surface" if ground.surface else "fronts")


def _measured(ground: Ground) -> None:
    """Bands and hidden parts need the measures they are counted in."""
    front = _is_front(ground)
    if ground.length is not None and ground.frontage is None:
        raise BadInput("place-needs-frontage", "frontage")
    if ground.frontage is not None and _length(ground) is None:
        raise BadInput("place-needs-length", "length")
    if ground.frontage is not None and area(ground) is None:
        raise BadInput("place-out-of-reach", "frontage", value=ground.frontage, most=MOST["frontage"])
    if front and ground.length is not None and ground.depth is not None:
        raise BadInput("place-depth-or-length", "depth")
    if ground.hidden_area is not None:
        whole = area(ground)
        if whole is None:
            raise BadInput("place-needs-area", "area")
        if ground.hidden_area >= whole:
            raise BadInput("place-hidden-beyond", "hidden_area", value=ground.hidden_area, area=whole)


def _is_front(ground: Ground) -> bool:
    if ground.position is not None:
        return ground.position == FRONT
    return ground.width is None and not ground.no_access


def _length(ground: Ground) -> Decimal | None:
    if ground.frontage is None or ground.length is not None:
        return ground.length
    if _is_front(ground) and ground.depth:
        return ground.depth
    return None if ground.area is None else (ground.area / ground.frontage).quantize(STEP, ROUND_HALF_UP) or None


def area(ground: Ground) -> Decimal | None:
    """m², as told or frontage × length; None: not told."""
    length = _length(ground)
    if ground.area is not None or ground.frontage is None or length is None:
        return ground.area
    return (ground.frontage * length).quantize(STEP, ROUND_HALF_UP) or None


def place(ground: Ground, on: date, rules: Rules) -> Placed:
    """Position and conditions of ``ground`` on a day.

    Raises ``BadInput`` (see ``check``; or a position that the width contradicts) and ``law.NotInForce``: a day on which
    these rules do not hold.
    """
    check(ground)
    found = _Placing(ground, on, rules)
    position = found.position()
    stretches = tuple(found.with_hidden(tuple(found.stretches(position))))
    return Placed(position, area(ground), stretches, tuple(found.reasons), tuple(found.assumptions))


class _Placing:
    def __init__(self, ground: Ground, on: date, rules: Rules) -> None:
        self.ground, self.on, self.rules = ground, on, rules
        self.reasons: list[tuple[Notice, Citation]] = []
        self.assumptions: list[Notice] = []

    def rule(self, name: str) -> tuple[Any, Citation]:
        value = law.on(self.rules[f"position_{name}"], self.on)
        return value.value, value.citation

    def limits(self, group: str) -> tuple[tuple[Decimal, ...], Citation]:
        """Metres that part the positions of a group of land, where they part it as ``Ground`` is told.

        Raises ``law.NotInForce``: the list of the day goes by distance from another line, or its rule is not known.
        """
        rule, value = self.rules[positions.CLASSES], law.on(self.rules[positions.CLASSES], self.on)
        found = (value.value or {}).get(group, {})
        if (found.get("by"), found.get("line")) != MEASURED[group]:
            first = max(v.effective_from for v in rule.values)
            label = {"vi": rule.label_vi, "en": rule.label_en}
            raise law.NotInForce("rule-not-in-force", "on", rule=rule.key, label=label, day=self.on, first=first)
        return found["limits"], value.citation

    def because(self, cited: Citation, code: str, **params: Any) -> None:
        self.reasons.append((Notice(code, params), cited))

    def position(self) -> int:
        ground, (limits, cited) = self.ground, self.limits("urban")
        if ground.no_access:
            position, cited = self.rule("no_access")
            self.because(cited, "place-by-no-access", position=int(position))
            return int(position)
        if ground.width is not None:
            found = positions.by_width(limits, ground.width) or LAST
            if ground.position not in (None, found):
                raise BadInput(
                    "place-width-against", "position", value=ground.position, width=ground.width, right=found
                )
            self.because(cited, f"place-by-width-{found}", width=ground.width, two=limits[0], three=limits[1])
            return found
        if ground.position is not None or ground.fronts:
            return ground.position or FRONT
        self.assumptions.append(Notice("place-assumed-front", severity="warning"))
        return FRONT

    def stretches(self, position: int) -> Iterator[Stretch]:
        """The ground cut where a condition begins; areas by length."""
        ground, length = self.ground, _length(self.ground)
        front, held = position == FRONT, self._held(position)
        if length is None or ground.frontage is None:
            at = ground.depth or Decimal(0)
            yield Stretch(None, None, ground.area, self._farmed(front, at), held | self._deep(at))
            return
        cuts = set(self._bands(ground.frontage))
        if front:
            cuts |= {self.rule("depth_from")[0], *self.limits("agricultural")[0]}
        ends = [Decimal(0), *sorted(cut for cut in cuts if cut < length), length]
        whole = area(ground) or Decimal(0)
        step = min(STEP, overlay.area_step(whole))
        areas = overlay.apportion(whole, [far - near for near, far in pairwise(ends)], step)
        bare = self._deep(ground.depth or Decimal(0)) if not front else {}
        found: list[Stretch] = []
        for (near, far), part in zip(pairwise(ends), areas, strict=True):
            at = near if front else ground.depth or Decimal(0)
            band = held | (self._deep(near) if front else bare) | self._long(near, ground.frontage)
            _join(found, Stretch(near, far, part, self._farmed(front, at), band))
        yield from found

    def _held(self, position: int) -> dict[str, str]:
        """Conditions of the whole ground."""
        ground, held = self.ground, dict[str, str]()
        several, cited = self.rule("several_fronts")
        if position == FRONT and (ground.fronts or 1) >= several:
            held["fronts"] = str(ground.fronts)
            self.because(cited, "place-by-fronts", fronts=ground.fronts)
        if ground.surface is not None:
            held["alley_surface"] = ground.surface
        elif position != FRONT and not ground.no_access:
            self.assumptions.append(Notice("place-assumed-paved"))
        if ground.hampered:
            cases, cited = self.rule("hampered")
            for name in ground.hampered:
                if name not in cases:
                    raise BadInput("case-not-one-of", "hampered", value=name[:40], choices=", ".join(cases))
                self.because(replace(cited, article=f"Phụ lục I khoản 6 điểm {cases[name]}"), f"place-by-{name}")
            held["hampered"] = "|".join(ground.hampered)
        if ground.residential_area:
            held["residential_area"] = "true"
        if position != FRONT and ground.depth is None:
            self.assumptions.append(Notice("place-assumed-near", {"metres": self.rule("depth_from")[0]}))
        return held

    def _deep(self, at: Decimal) -> dict[str, str]:
        least, cited = self.rule("depth_from")
        if at < least:
            return {}
        if not any(notice.code == "place-by-depth" for notice, _ in self.reasons):
            self.because(cited, "place-by-depth", metres=least)
        return {"depth_from_100m": "true"}

    def _bands(self, width: Decimal) -> list[Decimal]:
        return [times * width for times in self.rule("long_parcel")[0].values()]

    def _long(self, near: Decimal, width: Decimal) -> dict[str, str]:
        begins, cited = self.rule("long_parcel")
        found = {}
        for name, kind in (("long_band", "residential"), ("long_band_business", "business")):
            for band in ("second", "third"):
                if near >= begins[f"{kind}_{band}"] * width:
                    found[name] = band
        if found and not any(notice.code == "place-by-length" for notice, _ in self.reasons):
            self.because(cited, "place-by-length", width=width, length=_length(self.ground))
        return found

    def _farmed(self, front: bool, at: Decimal) -> int:
        """Agricultural position: by distance on the front; elsewhere 2 within the second distance, then 3."""
        told, ((first, second), _) = self.ground.agricultural_position, self.limits("agricultural")
        if told is not None:
            return told
        if front:
            return 1 if at < first else 2 if at < second else 3
        found = 2 if at <= second else 3
        near = self.ground.depth is not None and found == 2
        notice = Notice("place-assumed-field", {"position": found, "metres": second})
        if not near and notice not in self.assumptions:
            self.assumptions.append(notice)
        return found

    def with_hidden(self, stretches: tuple[Stretch, ...]) -> Iterator[Stretch]:
        """A hidden part spread over the stretches by area: where it lies is not told."""
        hidden, (least, cited) = self.ground.hidden_area, self.rule("hidden_part_from")
        if hidden is None or hidden < least:
            if hidden is not None:
                self.because(cited, "place-hidden-too-small", area=hidden, least=least)
            yield from stretches
            return
        self.because(cited, "place-by-hidden-part", area=hidden, least=least)
        if len(stretches) > 1:
            self.assumptions.append(Notice("place-assumed-hidden-even"))
        areas = [s.area or Decimal(0) for s in stretches]
        step = min(STEP, overlay.area_step(hidden), overlay.area_step(sum(areas, Decimal(0))))
        for stretch, part in zip(stretches, overlay.apportion(hidden, areas, step), strict=True):
            seen = (stretch.area or Decimal(0)) - part
            if seen > 0:
                yield replace(stretch, area=seen)
            if part > 0:
                yield replace(stretch, area=part, conditions={**stretch.conditions, "hidden_part": "true"})


def _join(found: list[Stretch], new: Stretch) -> None:
    """Neighbours under the same conditions are one stretch."""
    last = found[-1] if found else None
    if last and (last.conditions, last.agricultural_position) == (new.conditions, new.agricultural_position):
        found[-1] = replace(last, far=new.far, area=(last.area or Decimal(0)) + (new.area or Decimal(0)))
    elif new.area:
        found.append(new)
