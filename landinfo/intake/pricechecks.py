"""What rows of a price list say against each other, and against the list before: overlaps, outliers, jumps."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import combinations, pairwise
from statistics import median

from landinfo.intake.findings import Collector, found
from landinfo.intake.pricerows import Row
from landinfo.model import PriceList, PriceSection
from landinfo.search import fold

TIMES = 3
"""A price that rises more than this, or falls below its inverse, is worth a look."""
OFF = Decimal("0.05")
"""A TMD or SKC share of residential farther than this from the commune's median is an outlier."""
FEW = 5
"""Rows: with fewer a commune has no usual share."""
_BRACKETS = re.compile(r"\([^)]*\)?")
Base = Mapping[tuple[str, str, str, str, int], Decimal]


def stretches(rows: Sequence[Row], collect: Collector) -> None:
    """The same stretch in several rows: by its words, and by chainage where the ends are chainages."""
    by_words: dict[tuple[str, frozenset[str]], list[Row]] = defaultdict(list)
    by_street: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        by_words[_words(row.section)].append(row)
        if row.section.chainage:
            by_street[fold(row.section.street)].append(row)
    for same in by_words.values():
        for first, later in pairwise(same):
            other = later.section.commune == first.section.commune and _prices(later) != _prices(first)
            collect.add("PRI-016" if other else "PRI-034", later.place(f"= {first.section.id}"))
    for road in by_street.values():
        for first, later in combinations(road, 2):
            if _overlap(first.section, later.section) and _prices(first) != _prices(later):
                collect.add("PRI-015", later.place(f"× {first.section.id}"))
    _forks(rows, collect)


def _words(one: PriceSection) -> tuple[str, frozenset[str]]:
    """Street and its two ends, in either order; a closing row is told by its conditions, which stand in ``start``."""
    commune = one.commune if one.kind != "section" or not (one.start or one.end) else ""
    return f"{commune} {fold(one.street)}", frozenset((fold(one.start), fold(one.end)))


def _prices(row: Row) -> tuple[object, ...]:
    one = row.section
    return tuple(sorted(one.prices.items())), one.coefficient, one.road_class


def _overlap(a: PriceSection, b: PriceSection) -> bool:
    if a.chainage is None or b.chainage is None:
        return False
    (first, last), (start, end) = sorted(a.chainage), sorted(b.chainage)
    return first < end and start < last


def _forks(rows: Sequence[Row], collect: Collector) -> None:
    starts: dict[tuple[str, str, str], list[Row]] = defaultdict(list)
    for row in rows:
        one = row.section
        if one.kind == "section" and one.start and one.end:
            starts[(one.commune, fold(one.street), fold(one.start))].append(row)
    for same in starts.values():
        for first, later in pairwise(same):
            if fold(first.section.end) != fold(later.section.end) and _prices(first) != _prices(later):
                collect.add("PRI-033", later.place(f"~ {first.section.id}"))


def shares(rows: Sequence[Row], collect: Collector) -> None:
    """Outliers of TMD and SKC against residential; they are flagged in the row itself and never corrected."""
    by_commune: dict[str, list[tuple[Row, dict[str, Decimal]]]] = defaultdict(list)
    for row in rows:
        prices = row.section.prices
        if "ODT" in prices:
            by_commune[row.section.commune].append(
                (row, {use: prices[use] / prices["ODT"] for use in ("TMD", "SKC") if use in prices})
            )
    for own in by_commune.values():
        usual = {
            use: median(s[use] for _, s in own if use in s) for use in ("TMD", "SKC") if any(use in s for _, s in own)
        }
        for row, share in own:
            told = ", ".join(f"{use} {ratio:.2f}" for use, ratio in share.items())
            if len(own) >= FEW and any(abs(ratio - usual[use]) > OFF for use, ratio in share.items()):
                _flag(row, "ratio_exception")
                collect.add("PRI-030", row.place(told))
            if any(ratio > 1 for ratio in share.values()):
                _flag(row, "suspect_price")
                collect.add("PRI-031", row.place(told))


def _flag(row: Row, flag: str) -> None:
    row.cells["flags"] = "|".join(sorted({*filter(None, row.cells["flags"].split("|")), flag}))


def unread(rows: Sequence[Row], collect: Collector) -> None:
    """Rows with words that have no typed form, or with text that breaks off."""
    for row in rows:
        closing = row.section.residual
        if "unbalanced" in row.section.flags or (closing and closing.unread):
            collect.add("PRI-035", row.place(closing.unread if closing else ""))


def jumps(rows: Sequence[Row], base: Base, previous: PriceList | None, collect: Collector) -> None:
    """Residential prices of position 1 against the list before, for stretches named alike and once in both lists."""
    if previous is None:
        return
    before = _once((s, _printed(s, {k: v for k, (v, _) in previous.base.items()})) for s in previous.sections.values())
    now = _once((row.section, _printed(row.section, base)) for row in rows)
    places = []
    for row in rows:
        key = _stretch(row.section)
        old, new = before.get(key), now.get(key)
        if old and new and not Decimal(1) / TIMES <= new / old <= TIMES:
            places.append(row.place(f"{(old / 1000).normalize():f} → {(new / 1000).normalize():f}"))
    if places:
        collect.put(found("PRI-032", places, times=TIMES, previous=previous.document))


def _printed(one: PriceSection, base: Base) -> Decimal | None:
    if "ODT" in one.prices:
        return one.prices["ODT"]
    price = base.get((one.commune, one.area_kind, one.road_class, "ODT", 1))
    return None if price is None or one.coefficient is None else price * one.coefficient


def _stretch(one: PriceSection) -> tuple[str, frozenset[str]]:
    """Without what stands in brackets: renamed roads print their old name there."""
    street, start, end = (fold(_BRACKETS.sub(" ", text)) for text in (one.street, one.start, one.end))
    return street, frozenset((start, end))


def _once(priced: Iterator[tuple[PriceSection, Decimal | None]]) -> dict[tuple[str, frozenset[str]], Decimal]:
    by_key: dict[tuple[str, frozenset[str]], list[Decimal]] = defaultdict(list)
    for one, price in priced:
        if price is not None and one.kind == "section" and (one.start or one.end):
            by_key[_stretch(one)].append(price)
    return {key: prices[0] for key, prices in by_key.items() if len(prices) == 1}


def without_base(rows: Sequence[Row], base: Base, collect: Collector) -> None:
    """Sections of a list by class whose road class has no base price: they would have no price at all."""
    classes = {key[:3] for key in base}
    for row in rows:
        one = row.section
        if one.coefficient is not None and (one.commune, one.area_kind, one.road_class) not in classes:
            collect.add("PRI-018", row.place(f"{one.area_kind} {one.road_class}"))
