"""One mapping between the values of the model and the rows of a store, for both engines, so that they cannot differ.

A row is what a table holds beside its shape: days as ISO text (a day on the way back may be a ``date``), registered
areas and everything nested as text, so that what was written comes back to the last digit and in its order.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any, Generic, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.model import (
    Commune,
    Coverage,
    Edition,
    Event,
    Feature,
    LandUse,
    Link,
    Parcel,
    ParcelRef,
    PriceZone,
    Refused,
    Status,
    Union,
)
from landinfo.store import DRAFT, Box, Load, Spoken

T = TypeVar("T")
Row = Sequence[Any]


@dataclass(frozen=True)
class Table(Generic[T]):
    """A table: its columns, and the two ways between a row and a value.

    ``order`` is the promised order of an answer; the number of the row (``fid``, by arrival) breaks the last tie. Rows
    that come from a store begin with ``fid`` and the shape as WKB.
    """

    name: str
    columns: tuple[str, ...]
    order: tuple[str, ...]
    row: Callable[[T], Row]
    value: Callable[[Row, BaseGeometry], T]

    def values(self, found: Iterable[Row], box: Box | None = None) -> list[T]:
        """The values of ``found`` whose own box meets ``box`` (closed): an index of an engine rounds, this does not."""
        held = list(found)
        shapes = shapely.from_wkb([bytes(row[1]) for row in held])
        if box is not None:
            low_x, low_y, high_x, high_y = shapely.bounds(shapes).reshape(-1, 4).T
            near = (low_x <= box[2]) & (high_x >= box[0]) & (low_y <= box[3]) & (high_y >= box[1])
            held, shapes = [row for row, is_near in zip(held, near, strict=True) if is_near], shapes[near]
        return [self.value(row[2:], shape) for row, shape in zip(held, shapes, strict=True)]

    def unread(self, found: Iterable[Row]) -> list[T]:
        """The values of ``found``, their shapes not yet decoded."""
        return [self.value(row[2:], bytes(row[1])) for row in found]  # type: ignore[arg-type]

    def sorted(self, found: Iterable[Row]) -> list[Row]:
        """``found`` in the promised order: by code point, as no database's collation may change it."""
        places = [self.columns.index(name) + 2 for name in self.order]
        return sorted(found, key=lambda row: (*(row[place] for place in places), row[0]))


def _parcel_row(p: Parcel) -> Row:
    r = p.ref
    days = iso(p.effective_from), iso(p.effective_to)
    area = _exact(p.registered_area)
    key = r.commune, r.period, r.sheet, r.number, r.suffix
    return (*key, area, _uses(p.land_uses), *days, p.commune_now, p.map_scale, p.edition)


def _uses(held: Sequence[LandUse]) -> str:
    """As ``_json`` writes a list of code, regime and area, which takes it ten times as long."""
    each = [_use(u.code, u.regime) + ("null}" if u.area is None else f'"{u.area}"}}') for u in held]
    return f"[{', '.join(each)}]"


@lru_cache(maxsize=1000)
def _use(code: str, regime: str) -> str:
    return _json({"code": code, "regime": regime})[:-1] + ', "area": '


def _parcel(row: Row, shape: BaseGeometry) -> Parcel:
    commune, period, sheet, number, suffix, area, uses, first, end, commune_now, map_scale, edition = row
    return Parcel(
        ref=ParcelRef(commune, period, sheet, number, suffix),
        shape=shape,
        registered_area=_decimal(area),
        land_uses=tuple(LandUse(u["code"], u["regime"], _decimal(u["area"])) for u in json.loads(uses)),
        effective_from=_day(first),
        effective_to=_day_or_none(end),
        commune_now=commune_now,
        map_scale=map_scale,
        edition=edition,
    )


def _feature_row(f: Feature) -> Row:
    days = iso(f.effective_from), iso(f.effective_to)
    return f.id, f.theme, f.designation, *days, f.document, f.article, f.edition


def _feature(row: Row, shape: BaseGeometry) -> Feature:
    key, theme, designation, first, end, document, article, edition = row
    return Feature(key, theme, designation, shape, _day(first), _day_or_none(end), document, article, edition)


def _coverage_row(c: Coverage) -> Row:
    return c.layer, iso(c.effective_from), iso(c.effective_to), c.complete, c.edition


def _coverage(row: Row, shape: BaseGeometry) -> Coverage:
    layer, first, end, complete, edition = row
    return Coverage(layer, shape, _day(first), _day_or_none(end), bool(complete), edition)


def _zone_row(z: PriceZone) -> Row:
    where = z.id, z.price_list, z.section, z.position, z.agricultural_position
    days = iso(z.effective_from), iso(z.effective_to)
    return (*where, _json(dict(z.conditions)), _json(dict(z.found)), *days, z.edition)


@lru_cache(1 << 14)
def _told(text: str) -> dict[str, str]:
    """Zones say the same of themselves over and over; nobody changes what a value holds."""
    found: dict[str, str] = json.loads(text)
    if not all(isinstance(said, str) for said in found.values()):
        raise ValueError(text)
    return found


def _zone(row: Row, shape: BaseGeometry) -> PriceZone:
    key, price_list, section, position, agricultural, conditions, found, first, end, edition = row
    return PriceZone(
        id=key,
        price_list=price_list,
        section=section,
        position=position,
        agricultural_position=agricultural,
        conditions=_told(conditions),
        found=_told(found),
        shape=shape,
        effective_from=_day(first),
        effective_to=_day_or_none(end),
        edition=edition,
    )


PARCELS = Table(
    "parcels",
    ("commune", "period", "sheet", "number", "suffix", "registered_area", "land_uses", "effective_from",
     "effective_to", "commune_now", "map_scale", "edition"),
    ("commune", "period", "sheet", "number", "suffix", "effective_from", "edition"),
    _parcel_row,
    _parcel,
)  # fmt: skip
FEATURES = Table(
    "features",
    ("id", "theme", "designation", "effective_from", "effective_to", "document", "article", "edition"),
    ("designation", "id", "edition"),
    _feature_row,
    _feature,
)
COVERAGE = Table(
    "coverage",
    ("layer", "effective_from", "effective_to", "complete", "edition"),
    ("edition",),
    _coverage_row,
    _coverage,
)
ZONES = Table(
    "price_zones",
    ("id", "price_list", "section", "position", "agricultural_position", "conditions", "found", "effective_from",
     "effective_to", "edition"),
    ("id", "edition"),
    _zone_row,
    _zone,
)  # fmt: skip
SHAPED: tuple[Table[Any], ...] = (PARCELS, FEATURES, COVERAGE, ZONES)


def content(edition: Edition, found: Callable[[Table[Any]], list[Row]], box: Box, bare: bool) -> Load:
    """The rows of an edition by table, ``found`` in the store, in their promised order; ``bare``: coverage alone."""
    parcels, features, coverage, zones = (
        table.values(table.sorted(found(table) if table is COVERAGE or not bare else ()), box) for table in SHAPED
    )
    return Load(edition, coverage, parcels, features, zones)


def days_ahead(found: Iterable[Row], on: date) -> tuple[tuple[date, str], ...]:
    """The days after ``on`` on which something changes in a layer, from the days of its rows and of their editions.

    A row is (layer, its first day, its last, the day from which a later edition speaks); one that never counts is left
    out.
    """
    days: set[tuple[date, str]] = set()
    for layer, first, end, later in found:
        begins, ends = _day(first), [_day(day) for day in (end, later) if day is not None]
        stops = min(ends, default=None)
        if stops is None or begins < stops:
            days |= {(day, layer) for day in (begins, stops) if day is not None and day > on}
    return tuple(sorted(days))


LAYER = {"parcels": "'parcels'", "features": "t.theme", "coverage": "t.layer", "price_zones": "'price_zones'"}
"""Table → the layer that a row of it belongs to, in SQL."""


def around(boxes: Iterable[Sequence[float | None]]) -> Box | None:
    """The box around boxes; those of nothing are all None."""
    held = [(x, y, right, top) for x, y, right, top in boxes if None not in (x, y, right, top)]
    if not held:
        return None
    low_x, low_y, high_x, high_y = zip(*held, strict=True)
    return min(low_x), min(low_y), max(high_x), max(high_y)


EDITION = (
    "id", "layer", "territory", "document", "effective_from", "content_hash", "simulated", "source", "rows",
)  # fmt: skip
SPAN = ("edition", "published", "withdrawn", "effective_to")
EVENT = ("edition", "day", "action", "who", "detail")
NUMBER = ("commune", "period", "sheet", "number")
_REF = (*NUMBER, "suffix")
LINK = ("kind", "day", *(f"before_{n}" for n in _REF), *(f"after_{n}" for n in _REF), "shared", "edition")
COMMUNE = ("code", "period", "effective_from", "effective_to", "names", "district", "province", "source", "status")
UNION = ("old_code", "old_period", "new_code", "new_period", "day", "whole")


def edition_row(e: Edition) -> Row:
    return e.id, e.layer, e.territory, e.document, iso(e.effective_from), e.content_hash, e.simulated, e.source, e.rows


def span_row(e: Edition) -> Row:
    return e.id, iso(e.published), iso(e.withdrawn), iso(e.effective_to)


EDITIONS = f"SELECT {', '.join(EDITION)} FROM editions ORDER BY layer, territory, id"  # noqa: S608
SPANS = f"SELECT {', '.join(SPAN)} FROM spans"  # noqa: S608
KNOWN = "e.published <= {known} AND (e.withdrawn IS NULL OR e.withdrawn > {known})"
"""Of a span ``e``; ``known`` is how the engine names the day."""
HASHES = "SELECT id, content_hash FROM editions"


def marked(found: Iterable[Row], hashes: Iterable[Row]) -> str:
    """All spans, and the ``HASHES`` of all editions, as one text: editions do not change otherwise."""
    return repr((list(found), list(hashes)))


Span = tuple[date, date | None, date | None]
"""One stretch of knowledge: published, withdrawn, and the day from which a later edition speaks."""


def spans(found: Iterable[Row]) -> dict[str, list[Span]]:
    """The stretches of each edition, the earliest first."""
    held: dict[str, list[Span]] = {}
    for key, published, withdrawn, end in found:
        held.setdefault(key, []).append((_day(published), _day_or_none(withdrawn), _day_or_none(end)))
    return {key: sorted(each, key=lambda s: (s[0], s[1] or date.max)) for key, each in held.items()}


def editions(found: Iterable[Row], of: Iterable[Row], known: date | None) -> tuple[Edition, ...]:
    """The editions of ``found`` that were published (``DRAFT``: that are prepared) by their stretches ``of`` knowledge.

    On a day ``known`` its stretch says until when it speaks; without one, its last stretch.
    """
    stretches, chosen = spans(of), []
    for row in found:
        own = [s for s in stretches.get(row[0], ()) if (s[0] == DRAFT) is (known == DRAFT)]
        then = [s for s in own if known is None or is_known(s, known)]
        if then:
            chosen.append(_edition(row, own[0][0], own[-1][1], then[-1][2]))
    return tuple(chosen)


def ends(of: Iterable[Row], known: date) -> dict[str, str | None]:
    """The editions that speak on a day of knowledge (``DRAFT``: the prepared too), and until which day, as ISO text."""
    return {key: iso(span[2]) for key, each in spans(of).items() for span in each if is_known(span, known)}


def _edition(row: Row, published: date, withdrawn: date | None, end: date | None) -> Edition:
    key, layer, territory, document, first, content_hash, simulated, source, count = row
    days = _day(first), published, withdrawn
    return Edition(key, layer, territory, document, *days, content_hash, bool(simulated), source, count, end)


def is_known(span: Span, known: date) -> bool:
    return span[0] <= known and (span[1] is None or known < span[1])


def edition_of(found: Iterable[Row], name: str) -> Edition:
    """The edition by its id, whether it is known or not. Raises ``Refused``: it is not there."""
    for row in found:
        if row[0] == name:
            return _edition(row, DRAFT, None, None)
    raise Refused("edition-unknown", "edition", edition=name)


def event_row(e: Event) -> Row:
    return e.edition, iso(e.day), e.action, e.who, _json(dict(e.detail))


def event(row: Row) -> Event:
    return Event(row[0], _day(row[1]), row[2], row[3], json.loads(row[4]))


def link_row(link: Link) -> Row:
    b, a = link.before, link.after
    before, after = ((r.commune, r.period, r.sheet, r.number, r.suffix) for r in (b, a))
    return link.kind, iso(link.day), *before, *after, str(link.shared), link.edition


def link(row: Row) -> Link:
    return Link(row[0], _day(row[1]), ParcelRef(*row[2:7]), ParcelRef(*row[7:12]), Decimal(row[12]), row[13])


def links(found: Iterable[Row]) -> tuple[Link, ...]:
    """Links in their promised order, each once."""
    return tuple(sorted({link(row) for row in found}, key=lambda x: (x.day, x.before, x.after, x.edition)))


def commune_row(c: Commune) -> Row:
    names = _json([[iso(day), kind, name] for day, kind, name in c.names])
    days = iso(c.effective_from), iso(c.effective_to)
    return c.code, c.period, *days, names, c.district, c.province, c.source, str(c.status)


def commune(row: Row) -> Commune:
    code, period, first, end, names, district, province, source, status = row
    dated = tuple((_day(day), kind, name) for day, kind, name in json.loads(names))
    return Commune(code, period, _day(first), _day_or_none(end), dated, district, province, source, Status(status))


def union_row(u: Union) -> Row:
    return u.old_code, u.old_period, u.new_code, u.new_period, iso(u.day), u.whole


def union(row: Row) -> Union:
    return Union(row[0], row[1], row[2], row[3], _day(row[4]), bool(row[5]))


def numbers(refs: Sequence[ParcelRef]) -> list[tuple[str, str, str, str]]:
    """The numbers without their suffixes, each once."""
    return list(dict.fromkeys((r.commune, r.period, r.sheet, r.number) for r in refs))


def spoken(row: Row) -> Spoken:
    """Number (5 columns), first day, end, end of what the edition speaks of, edition."""
    ends = [_day(end) for end in row[6:8] if end is not None]
    return ParcelRef(*row[:5]), _day(row[5]), min(ends, default=None), row[8]


def pairs(series: Sequence[str]) -> list[tuple[str, str]]:
    """(commune, period) of each map series ``code@period``, each once."""
    return [(name.partition("@")[0], name.partition("@")[2]) for name in dict.fromkeys(series) if "@" in name]


def iso(day: date | None) -> str | None:
    """A day as a store writes it."""
    return None if day is None else day.isoformat()


def _day(held: date | str) -> date:
    return date.fromisoformat(held) if isinstance(held, str) else held


def _day_or_none(held: date | str | None) -> date | None:
    return None if held is None else _day(held)


def _exact(number: Decimal | None) -> str | None:
    return None if number is None else str(number)


def _decimal(held: str | None) -> Decimal | None:
    return None if held is None else Decimal(held)


_json = json.JSONEncoder(ensure_ascii=False).encode
