"""A place to be priced: its zone, its row, the list and the rules in force; and the adjustments that hold on it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from landinfo import law
from landinfo.model import BadInput, Citation, Notice, PriceList, PriceSection, PriceZone, Rulebook
from landinfo.price.steps import Ladder

BOAT = "boat"
HAMPERED = "hampered"
"""The group of Annex I.6.7–6.11, whose note says how its text can be read."""


@dataclass(frozen=True, slots=True)
class Place:
    """``commune`` is the 2025 commune, which has the agricultural area; ``facts`` what only the land user knows."""

    zone: PriceZone
    section: PriceSection
    prices: PriceList
    commune: str
    on: date
    rulebook: Rulebook
    facts: Mapping[str, Any]

    def rule(self, key: str) -> tuple[Any, Citation]:
        """The value of a rule on the day, with its citation. Raises ``law.NotInForce``."""
        value = law.on(self.rulebook.rules[key], self.on)
        return value.value, value.citation

    def listed(self, key: str) -> tuple[Mapping[str, Any], ...]:
        """The entries of a rule that is a list; none on days that it does not cover."""
        value = law.in_force(self.rulebook.rules[key].values, self.on)
        return value.value if value and value.value else ()

    def holds(self, condition: str, value: str = "true") -> bool:
        return value in self.zone.conditions.get(condition, "").split("|")

    @property
    def area(self) -> str | None:
        """The agricultural area, I–IV; None where the list does not say."""
        return self.prices.zone_of.get(self.commune)

    @property
    def position(self) -> int:
        """The non-agricultural position; without any road it is the rule's (Annex I.6.5)."""
        return int(self.rule("position_no_access")[0]) if self.holds("access", BOAT) else self.zone.position

    @property
    def other_fronts(self) -> list[PriceSection]:
        """The rows of the other streets that the ground fronts on, where they are known."""
        named = self.zone.conditions.get("other_fronts", "").split("|")
        return [self.prices.sections[id_] for id_ in named if id_ in self.prices.sections]

    @property
    def fronts(self) -> int:
        """Street fronts, at least those that are named; 1 where nothing is said."""
        told = self.zone.conditions.get("fronts", "1")
        if not told.isdecimal():
            raise BadInput("bad-fronts", "conditions.fronts", value=told[:20])
        return max(int(told), 1 + len(self.other_fronts))


def adjust(ladder: Ladder, place: Place, kind: str, crops: Callable[[str], Decimal | None]) -> set[str]:
    """Apply the adjustments in force, in the order of the file; of one group only the first. Gives the groups held.

    ``kind``: residential | business | agricultural. ``crops`` gives the agricultural table price for a floor.
    """
    found = law.in_force(place.rulebook.rules["price_adjustments"].values, place.on)
    if found is None or found.value is None:
        if found:
            ladder.note(Notice("step-adjustments-unknown", severity="warning"), found.citation)
        return set()
    used: set[str] = set()
    told = place.zone.conditions.keys()
    for one in found.value:
        when = one.get("when")
        if when is not None and not when.keys() <= told:
            continue  # of most ground nothing of the kind is said
        group = one.get("group", "")
        if group in used or not _holds(one, place, kind):
            continue
        used |= {group} - {""}
        note = found.citation.note if group == HAMPERED else ""
        _apply(one, ladder, replace(found.citation, article=one["article"], note=note), crops)
    return used


def _holds(one: Mapping[str, Any], place: Place, kind: str) -> bool:
    when: Mapping[str, Any] = one.get("when", {})
    return (
        kind in one.get("kinds", ("residential", "business"))
        and ("positions" not in one or place.position in one["positions"])
        and (not one.get("several_fronts") or place.fronts >= place.rule("position_several_fronts")[0])
        and all(any(place.holds(name, v) for v in values) for name, values in when.items())
    )


def _apply(one: Mapping[str, Any], ladder: Ladder, cited: Citation, crops: Callable[[str], Decimal | None]) -> None:
    notice, scope = Notice(one["code"]), one["scope"]
    if one["operation"] == "multiply":
        ladder.times(notice, one["factor"], cited, scope)
    elif one["operation"] == "floor":
        floor = crops(one["of"])
        if floor is not None:
            ladder.at_least(floor, notice, cited, scope)
    else:
        ladder.note(notice, cited, scope)
