"""What publishing an edition would change for whom, before it is published: found by asking, before and after.

Only parcels whose box meets ground that changes are asked about. Nothing is written.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import zip_longest
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo import difference, lookup
from landinfo.difference import Difference
from landinfo.intake import editions
from landinfo.intake.lineage import squares
from landinfo.intake.supposed import Once, Supposed, in_force, speaks
from landinfo.intake.template import plain
from landinfo.model import Coverage, Edition, Notice, Parcel, ParcelRef, PriceZone, Query, Rulebook, State
from landinfo.report import Report, report
from landinfo.store import Box, Ground, Load, Store

LARGEST = 50
"""Effects that are told one by one in a text."""
SIDES = ("price", "share", "verdict", "estimate", "area")

Progress = Callable[[float], None]


@dataclass(frozen=True, slots=True)
class Outcome:
    """What of an answer counts: money in đồng, areas in m². Equal outcomes are no effect.

    ``price``: low, likely, high of the worth, and of each use; ``share``: rows of each theme; ``verdict``: what may be
    converted; ``estimate``: total, low and high of the cost; ``area``: the parcel's own area and uses.
    """

    price: tuple[Any, ...]
    share: tuple[Any, ...]
    verdict: tuple[Any, ...]
    estimate: tuple[Any, ...]
    area: tuple[Any, ...]

    @property
    def worth(self) -> Decimal | None:
        value: Decimal | None = self.price[1]
        return value

    @property
    def cost(self) -> Decimal | None:
        value: Decimal | None = self.estimate[0]
        return value


@dataclass(frozen=True, slots=True)
class Effect:
    """A parcel whose answer changes; ``before`` None: it is new, ``after`` None: it is no more. ``what``: of SIDES.

    ``ground``: m² of it that go from one designation to another, in the plan where most do.
    """

    ref: ParcelRef
    commune: str
    shape: BaseGeometry
    before: Outcome | None
    after: Outcome | None
    what: tuple[str, ...]
    reason: Notice
    ground: Decimal = Decimal(0)

    @property
    def worth(self) -> Decimal | None:
        """How much more it is worth by the list, in đồng; None: not known on a side, or not there."""
        return _less(self.before.worth, self.after.worth) if self.before and self.after else None

    @property
    def cost(self) -> Decimal | None:
        """How much more the conversion costs, in đồng; None: not known on a side, or not there."""
        return _less(self.before.cost, self.after.cost) if self.before and self.after else None

    @property
    def kind(self) -> str:
        return "new" if self.before is None else "gone" if self.after is None else "changed"


@dataclass(frozen=True, slots=True)
class Preview:
    """All effects, the largest first; ``asked``: parcels that were asked about."""

    edition: str
    query: Query
    replaces: tuple[str, ...]
    asked: int
    effects: tuple[Effect, ...]

    def sides(self) -> dict[str, int]:
        """How many parcels change in what; ``new`` and ``gone`` are told apart from these."""
        counted = Counter(side for e in self.effects for side in (e.what if e.kind == "changed" else (e.kind,)))
        return {side: counted[side] for side in (*SIDES, "new", "gone")}

    def communes(self) -> dict[str, int]:
        """Parcels that change, by commune, in order of its name."""
        return dict(sorted(Counter(e.commune for e in self.effects).items()))


def _less(before: Decimal | None, after: Decimal | None) -> Decimal | None:
    return None if before is None or after is None else after - before


def preview(
    store: Store, name: str, query: Query, rulebook: Rulebook, progress: Progress = lambda done: None
) -> Preview:
    """The effects of publishing the edition ``name`` on the day ``query.known``, for the question ``query``.

    Raises ``Refused`` as publishing would, and as ``lookup.answerable``.
    """
    lookup.answerable(query, rulebook)
    found = editions.told(store, name)
    states = editions.changes(store, found, query.known)
    asking = _Asking(store, found.edition, states, query, rulebook)
    effects: list[Effect] = []
    places = sorted({place for e in (name, *(s.edition for s in states)) for place in squares(store, e)})
    for n, place in enumerate(places, 1):
        effects += asking.effects(place)
        progress(n / len(places))
    effects.sort(key=_size)
    return Preview(name, query, tuple(s.edition for s in states), len(asking.seen), tuple(effects))


def _size(effect: Effect) -> tuple[Any, ...]:
    """By money first; an amount that is not known, or not there, moves as much as the other side of it."""
    sides = (effect.before, effect.after)
    costs, worths = ([(side and getattr(side, name)) or Decimal(0) for side in sides] for name in ("cost", "worth"))
    return -abs(costs[1] - costs[0]), -abs(worths[1] - worths[0]), -effect.ground, effect.kind, effect.ref


class _Asking:
    """Asks about parcels place by place, each parcel once."""

    def __init__(
        self, store: Store, edition: Edition, states: Sequence[State], query: Query, rulebook: Rulebook
    ) -> None:
        self._store, self._query, self._rulebook = store, query, rulebook
        self._edition = replace(edition, published=query.known, withdrawn=None)
        self._states, self._once = states, Once(store)
        spoken = {e.id: State(e.id, effective_to=e.effective_to) for e in store.editions(query.known)}
        self._ending = [s for s in states if speaks(spoken[s.edition], query.on) and not speaks(s, query.on)]
        self.seen: set[ParcelRef] = set()

    def effects(self, place: Box) -> Iterator[Effect]:
        """The effects on parcels whose box meets ``place``."""
        on, known = self._query.on, self._query.known
        before = self._store.parcels_in(place, on, known)
        own = self._store.content(self._edition.id, place).parcels
        around = _around(place, [p.shape for p in (*before, *own)])
        content = replace(self._store.content(self._edition.id, around), edition=self._edition)
        ground = self._changed(content, around)
        after_store = Supposed(self._once, content, self._states)
        after = after_store.parcels_in(place, on, known) if own or self._edition.layer == "parcels" else before
        for one, other in _pairs(before, after):
            near = [p for p in (one, other) if p is not None and _meets(ground, p)]
            if not near or near[0].ref in self.seen:
                continue
            self.seen.add(near[0].ref)
            self._once.forget()
            sides = self._report(one, self._once), self._report(other, after_store)
            if (effect := _effect(*sides, self._rulebook)) is not None:
                yield effect

    def _report(self, parcel: Parcel | None, ground: Ground) -> Report | None:
        if parcel is None:
            return None
        return report(self._query, lookup.gather(parcel, self._query, ground, self._rulebook), self._rulebook)

    def _changed(self, content: Load, around: Box) -> shapely.STRtree:
        """The boxes of ground that is other than before."""
        on = self._query.on
        old = [self._store.content(state.edition, around) for state in self._ending]
        rows = Counter(_key(r) for load in old for r in _rows(load) if in_force(r, on))
        come = Counter(_key(r) for r in _rows(content) if in_force(r, on))
        wkb = [key[-1] for key in ((rows - come) + (come - rows))]
        cover = [c for load in old for c in load.coverage if in_force(c, on)]
        edges = _covered_otherwise(cover, [c for c in content.coverage if in_force(c, on)])
        return shapely.STRtree(shapely.envelope(np.array([*shapely.from_wkb(wkb), *edges], dtype=object)))


def _around(place: Box, shapes: Sequence[BaseGeometry]) -> Box:
    west, south, east, north = shapely.total_bounds([shapely.box(*place), *shapes]).tolist()
    return west, south, east, north


def _rows(load: Load) -> Iterator[Any]:
    yield from load.parcels
    yield from load.features
    yield from load.zones


def _key(row: Any) -> tuple[Any, ...]:
    """What of a row can move an answer, its shape last; not the edition, nor the days that it is in force on anyway."""
    if isinstance(row, Parcel):
        return row.ref, row.registered_area, row.land_uses, row.commune_now, row.map_scale, row.shape.wkb
    if isinstance(row, PriceZone):
        place = row.price_list, row.section, row.position, row.agricultural_position
        return row.id, *place, repr(sorted(row.conditions.items())), row.shape.wkb
    return row.id, row.designation, row.shape.wkb


def _covered_otherwise(old: Sequence[Coverage], new: Sequence[Coverage]) -> list[BaseGeometry]:
    found: list[BaseGeometry] = []
    for complete in (True, False):
        one, other = (shapely.union_all([c.shape for c in side if c.complete is complete]) for side in (old, new))
        apart = shapely.symmetric_difference(one, other)
        found += [part for part in shapely.get_parts(apart).tolist() if not part.is_empty]
    return found


def _meets(ground: shapely.STRtree, parcel: Parcel) -> bool:
    return len(ground) > 0 and len(ground.query(parcel.shape)) > 0


def _pairs(before: Sequence[Parcel], after: Sequence[Parcel]) -> Iterator[tuple[Parcel | None, Parcel | None]]:
    """The same number on both sides; None where it is not there."""
    sides: dict[ParcelRef, tuple[list[Parcel], list[Parcel]]] = {}
    for side, parcels in enumerate((before, after)):
        for parcel in parcels:
            sides.setdefault(parcel.ref, ([], []))[side].append(parcel)
    for one, other in sides.values():
        yield from zip_longest(one, other)


def outcome(told: Report) -> Outcome:
    """What of an answer counts."""
    worth, plan = told.valuation, told.conversion
    found = plan.estimate if plan else None
    shares = [
        (s.theme.id, str(s.answer), *((r.kind, r.designation, r.area, r.percent) for r in s.rows)) for s in told.shares
    ]
    uses = [(u.land_use.code, u.area, u.low, u.likely, u.high) for u in worth.uses]
    verdicts = [(v.row.kind, v.row.designation, v.row.area, v.allowed) for v in plan.verdicts] if plan else []
    return Outcome(
        price=(worth.low, worth.likely, worth.high, worth.state, *uses),
        share=tuple(shares),
        verdict=tuple(verdicts),
        estimate=(found.total, found.low, found.high) if found else (None, None, None),
        area=(told.facts.parcel.registered_area, told.drawn_area, told.facts.parcel.land_uses),
    )


def _effect(before: Report | None, after: Report | None, rulebook: Rulebook) -> Effect | None:
    one, other = (outcome(side) if side else None for side in (before, after))
    if one == other:
        return None
    shown = after or before
    assert shown is not None
    parcel, commune = shown.facts.parcel, shown.facts.commune_now or shown.facts.commune
    what = tuple(s for s in SIDES if one is None or other is None or getattr(one, s) != getattr(other, s))
    effect = Effect(parcel.ref, commune.name, parcel.shape, one, other, what, Notice("preview-because-new"))
    if before is None or after is None:
        return effect if before is None else replace(effect, reason=Notice("preview-because-gone"))
    found = difference.difference(before, after, rulebook.rules)
    ground = max((abs(m.after - m.before) for m in found.moved), default=Decimal(0))
    return replace(effect, reason=_reason(found, what, rulebook), ground=ground)


def _reason(found: Difference, what: Sequence[str], rulebook: Rulebook) -> Notice:
    """The parcel itself where it is another; else what moved the cost most, or the worth, or the plan."""
    before, after = found.before, found.after
    if "area" in what:
        return _area_reason(before, after)
    factors = next((item.factors for item in found.items if item.code == "total"), ())
    moves = {name: abs(amount) for name, amount in factors if amount is not None and amount != 0}
    most = max(moves, key=lambda name: moves[name], default="")
    if found.moved and (most in ("area", "designation") or "price" not in what):
        return _plan_reason(found, rulebook)
    return _price_reason(before, after) if "price" in what else Notice("preview-because-other")


def _area_reason(before: Report, after: Report) -> Notice:
    """The registered area, the land uses or the drawing: the first of them that is another."""
    one, other = before.facts.parcel, after.facts.parcel
    for code, sides in (
        ("area", (one.registered_area, other.registered_area)),
        ("uses", (_uses(one), _uses(other))),
        ("drawing", (before.drawn_area, after.drawn_area)),
    ):
        if sides[0] != sides[1]:
            return Notice(f"preview-because-{code}", {"before": sides[0], "after": sides[1]})
    return Notice("preview-because-other")


def _uses(parcel: Parcel) -> str:
    listed = (u.code if u.area is None else f"{u.code} {plain(u.area)}" for u in parcel.land_uses)
    return " + ".join(listed) or "–"


def _plan_reason(found: Difference, rulebook: Rulebook) -> Notice:
    """The designation that loses most and the one that gains most, in the theme where most moves."""
    most = max(found.moved, key=lambda m: abs(m.after - m.before))
    theme = rulebook.themes[most.theme]
    own = sorted((m for m in found.moved if m.theme == most.theme), key=lambda m: m.after - m.before)
    lost, won = (m if (m.after < m.before) is less else None for m, less in ((own[0], True), (own[-1], False)))
    return Notice(
        "preview-because-plan",
        {
            "theme": {"vi": theme.label_vi, "en": theme.label_en},
            "lost": (lost.designation or lost.kind) if lost else "–",
            "less": lost.before - lost.after if lost else None,
            "won": (won.designation or won.kind) if won else "–",
            "more": won.after - won.before if won else None,
        },
    )


def _price_reason(before: Report, after: Report) -> Notice:
    """The first use whose dearest ground is priced otherwise."""
    for one, other in zip(before.valuation.uses, after.valuation.uses, strict=False):
        prices = [max((s.quote.unit_price for s in u.shares if s.quote.unit_price), default=None) for u in (one, other)]
        if prices[0] != prices[1]:
            return Notice(
                "preview-because-price",
                {"use": other.land_use.code, "before": prices[0], "after": prices[1]},
            )
    return Notice("preview-because-zones")
