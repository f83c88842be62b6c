"""The whole answer about one parcel, from facts and rules alone: no file, no clock, no engine."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

import shapely

from landinfo import conversion, overlay, piece, price, strip, survey, valuation
from landinfo.ahead import Ahead
from landinfo.conversion import Conversion
from landinfo.model import Citation, Facts, Notice, Query, Rulebook
from landinfo.overlay import ThemeShares
from landinfo.piece import Cut
from landinfo.strip import Side
from landinfo.valuation import Piece, Valuation


@dataclass(frozen=True, slots=True)
class AreaCheck:
    """Drawn against registered area, m²; ``beyond``: more apart than the survey explains."""

    difference: Decimal
    ratio: Decimal
    tolerance: Decimal
    beyond: bool
    citation: Citation


@dataclass(frozen=True, slots=True)
class Report:
    """Everything known of one parcel for one question. ``side``: its street side; None: not known.

    ``pieces``: the parcel by its price zones; ``ahead``: what will change after the day asked (None: nobody looked).
    """

    query: Query
    facts: Facts
    drawn_area: Decimal
    area_check: AreaCheck | None
    shares: tuple[ThemeShares, ...]
    valuation: Valuation
    conversion: Conversion | None
    notices: tuple[Notice, ...]
    pieces: tuple[Piece, ...] = ()
    side: Side | None = None
    cut: Cut | None = None
    ahead: Ahead | None = None


def report(query: Query, facts: Facts, rulebook: Rulebook) -> Report:
    """The answer to ``query`` about ``facts.parcel``.

    Raises ``CannotBeAnswered``: an estimate is asked for a day before the first regime (2014-07-01); ``BadInput``: a
    piece that is none of this parcel.
    """
    shares = tuple(
        overlay.measure(facts.parcel, theme, layer)
        for theme, layer in zip(rulebook.themes.values(), facts.themes, strict=True)
    )
    parts = valuation.pieces(facts, shares)
    drawn = Decimal(str(round(shapely.area(facts.parcel.shape), 3)))
    check = _area_check(facts, drawn, query.on, rulebook)
    worth = valuation.value(facts, query, rulebook, parts)
    side = strip.found(facts.parcel.shape, [p.zone for p in parts if p.zone])
    cut = piece.cut(query, facts, side, shares)
    plan = conversion.plan(query, facts, shares, parts, rulebook, cut) if query.convert_to else None
    notices = tuple(_notices(query, facts, check, worth, shares, parts, drawn, rulebook))
    return Report(query, facts, drawn, check, shares, worth, plan, notices, parts, side, cut)


def _area_check(facts: Facts, drawn: Decimal, on: date, rulebook: Rulebook) -> AreaCheck | None:
    registered = facts.parcel.registered_area
    if registered is None:
        return None
    tolerance, rule = survey.tolerance(
        facts.parcel.shape, facts.parcel.map_scale, on, rulebook.rules[survey.POSITION_ERROR]
    )
    difference = drawn - registered
    ratio = (difference / registered).quantize(Decimal("0.0001"))
    return AreaCheck(difference, ratio, tolerance, abs(difference) > tolerance, rule.citation)


def _notices(
    query: Query,
    facts: Facts,
    check: AreaCheck | None,
    worth: Valuation,
    shares: Sequence[ThemeShares],
    pieces: Sequence[Piece],
    drawn: Decimal,
    rulebook: Rulebook,
) -> Iterator[Notice]:
    if any(e.simulated for e in facts.editions):
        yield Notice("simulated-data", severity="warning")
    if query.on > query.known:
        yield Notice("day-ahead", {"day": query.on, "known": query.known}, "warning")
    if facts.parcel.registered_area is None:
        yield Notice("no-registered-area", {"area": drawn.quantize(Decimal("0.1"))})
    if check is not None and check.beyond:
        yield Notice(
            "area-beyond-tolerance",
            {
                "drawn": drawn.quantize(Decimal("0.1")),
                "registered": facts.parcel.registered_area,
                "tolerance": check.tolerance,
            },
            "warning",
        )
    if facts.parcel.map_scale is None and check is not None:
        yield Notice("map-scale-not-known", {"scale": survey.ASSUMED_SCALE})
    yield from _use_notices(worth, facts)
    yield from _hampered(query, facts, pieces, shares, rulebook)
    if any(row.kind == "conflict" for theme in shares for row in theme.rows):
        yield Notice("designations-in-conflict", severity="warning")


def _hampered(
    query: Query, facts: Facts, pieces: Sequence[Piece], shares: Sequence[ThemeShares], rulebook: Rulebook
) -> Iterator[Notice]:
    """Ground whose price is lower for a theme that lies on it, where its price zones do not say so themselves."""
    said = {(zone.edition, zone.id): valuation.hampered(zone) for zone in facts.zones}
    uses = [*(use.code for use in facts.parcel.land_uses), *filter(None, [query.convert_to])]
    for theme in valuation.hampering(shares):
        case = theme.theme.hampers
        lower = [
            piece.area
            for piece in pieces
            if piece.zone
            and case in valuation.hampered(piece.zone)
            and not said[piece.zone.edition, piece.zone.id]  # of several cases the reduction counts once
            and any(price.lowered(valuation.quoted(piece, use, facts, query, rulebook), case, rulebook) for use in uses)
        ]
        if lower:
            label = {"vi": theme.theme.label_vi, "en": theme.theme.label_en}
            yield Notice("price-reduced-by-theme", {"theme": label, "area": sum(lower, Decimal(0))})


def _use_notices(worth: Valuation, facts: Facts) -> Iterator[Notice]:
    if not facts.parcel.land_uses:
        yield Notice("no-land-use-recorded", severity="warning")
        return
    registered = facts.parcel.registered_area
    stated = [u.area for u in worth.uses]
    if None in stated:
        yield Notice("use-areas-not-stated", severity="warning")
    elif registered is not None:
        total = sum((a for a in stated if a is not None), Decimal(0))
        if total != registered:
            yield Notice("use-areas-do-not-sum", {"uses": total, "registered": registered}, "warning")
