"""Parcels by sheet and number, in the communes that were named or in all of them."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from landinfo import lookup
from landinfo.hits.found import BEGUN, EXACT, Gathered, Held, ParcelHit
from landinfo.model import NotHere, Notice, Param, Parcel, Query
from landinfo.search.communes import like, resolve, series_of
from landinfo.search.parcels import Numbers, ParcelAsked, parse_parcel, variants
from landinfo.search.places import Placed

_BESIDE, _SHEETS_BESIDE = 5, 20
"""Numbers on either side that are tried where no commune was named and none has the number."""
_EXAMPLES = 5


def addressed(asked: ParcelAsked, query: Query, held: Held, into: Gathered) -> None:
    """The parcel of an address of this site."""
    series = resolve(asked, query.on, held.communes.communes, held.communes.unions)
    try:
        found = lookup.in_series(asked, series, query, held.store)
    except NotHere as wrong:
        _missing(wrong, query, held, into)
        return
    into.hits += [(EXACT, hit(p, Notice("search-read-address"), query, held)) for p in found]


def numbered(numbers: Numbers, place: Placed, query: Query, held: Held, into: Gathered) -> None:
    """The parcels of a sheet and number in the communes meant; of half a question, what would make it whole."""
    if place.unread and (place.communes or place.anywhere):
        into.notices.append(Notice("search-unread", {"text": place.unread}))
    if not place.communes and not place.anywhere:
        near = like(place.unread, held.communes.communes)
        similar = "; ".join(dict.fromkeys(c.name for c in near)) or "–"
        into.reasons.append(Notice("unknown-commune", {"commune": place.unread, "similar": similar}))
        return
    series = series_of(place.communes or held.communes.communes, query.on, held.communes.unions)
    if not numbers.number or not numbers.sheet:
        _half(numbers, series, query, held, into)
        return
    rank = BEGUN if place.rank == BEGUN else EXACT
    for group, at in ((series, rank), (series_of(place.district, query.on, held.communes.unions), BEGUN)):
        found = list(_found(numbers, group, place, query, held, into)) if group else []
        into.hits += [(at, hit(p, Notice(numbers.why), query, held)) for p in found]


def _found(
    numbers: Numbers, series: Sequence[str], place: Placed, query: Query, held: Held, into: Gathered
) -> Iterator[Parcel]:
    """As typed, and as a source may have written the same; why there is none, and what is near, where there is none."""
    number, _, suffix = numbers.number.partition("~")
    name = place.communes[0].name if place.communes else ""
    wrong: NotHere | None = None
    some = False
    for sheet in variants(numbers.sheet):
        for given in variants(number):
            asked = ParcelAsked(name, None, sheet, given, suffix or None)
            if name:
                try:
                    found = lookup.in_series(asked, series, query, held.store)
                except NotHere as missing:
                    wrong, found = wrong or missing, ()
            else:
                found = held.store.parcels(series, sheet, given, query.on, query.known)
                found = tuple(p for p in found if suffix in ("", p.ref.suffix))
            yield from found
            some = some or bool(found)
    if some:
        return
    if wrong is not None:
        _missing(wrong, query, held, into)
    else:
        asked_for: dict[str, Param] = {"number": numbers.number, "sheet": numbers.sheet, "day": query.on}
        into.reasons.append(Notice("search-no-parcel-anywhere", asked_for))
        into.nearest += [
            hit(p, Notice("search-near"), query, held) for p in _beside(numbers.sheet, number, series, query, held)
        ]
    if not into.nearest:
        near = _sheets_beside(numbers.sheet, number, series, query, held)
        into.nearest += [hit(p, Notice("search-near"), query, held) for p in near]


def _beside(sheet: str, number: str, series: Sequence[str], query: Query, held: Held) -> list[Parcel]:
    """Parcels of the sheet in any commune whose numbers come next."""
    if not (number.isascii() and number.isdecimal() and len(number) < 7):
        return []
    found: list[Parcel] = []
    for step in (n for away in range(1, _BESIDE + 1) for n in (-away, away)):
        if int(number) + step > 0 and len(found) < _EXAMPLES:
            found += held.store.parcels(series, sheet, str(int(number) + step), query.on, query.known)
    return found[:_EXAMPLES]


def _sheets_beside(sheet: str, number: str, series: Sequence[str], query: Query, held: Held) -> list[Parcel]:
    """Of a sheet that is not held: the same number, or the first, on those whose numbers come next."""
    if not (sheet.isascii() and sheet.isdecimal() and len(sheet) < 5):
        return []
    found: list[Parcel] = []
    for near in (n for away in range(1, _SHEETS_BESIDE + 1) for n in (int(sheet) - away, int(sheet) + away) if n > 0):
        if len(found) < _EXAMPLES:
            same = held.store.parcels(series, str(near), number, query.on, query.known)
            found += same or held.store.parcels(series, str(near), "1", query.on, query.known)
    return found[:_EXAMPLES]


def _missing(wrong: NotHere, query: Query, held: Held, into: Gathered) -> None:
    into.reasons.append(Notice(wrong.code, {k: v for k, v in wrong.params.items() if k not in ("nearest", "history")}))
    into.nearest += nearest(wrong, query, held)


def nearest(wrong: NotHere, query: Query, held: Held) -> list[ParcelHit]:
    """The parcels that a ``NotHere`` names, as far as they stand on the day."""
    found = []
    for ref in wrong.params.get("nearest", ()):
        asked = parse_parcel(ref)
        series = (f"{asked.commune}@{asked.period}",)
        stand = held.store.parcels(series, asked.sheet, asked.number, query.on, query.known)
        found += [hit(p, Notice("search-near"), query, held) for p in stand if asked.suffix in (None, p.ref.suffix)]
    return found


def _half(numbers: Numbers, series: Sequence[str], query: Query, held: Held, into: Gathered) -> None:
    if numbers.why == "search-read-t":
        kind = "thửa" if numbers.number else "tờ"
        into.choices.append(" ".join(filter(None, (kind, numbers.number or numbers.sheet, numbers.rest))))
        into.reasons.append(Notice("search-which-t"))
    elif numbers.number:
        into.reasons.append(Notice("search-needs-sheet", {"number": numbers.number}))
    else:
        into.reasons.append(Notice("search-needs-number", {"sheet": numbers.sheet}))
        for sheet in variants(numbers.sheet):
            first = held.store.parcels(series, sheet, "1", query.on, query.known)
            into.nearest += [hit(p, Notice("search-near"), query, held) for p in first[:_EXAMPLES]]


def hit(parcel: Parcel, why: Notice, query: Query, held: Held) -> ParcelHit:
    """A parcel with its communes."""
    own = next(c for c in held.communes.communes if (c.code, c.period) == (parcel.ref.commune, parcel.ref.period))
    return ParcelHit(parcel, own, lookup.commune_now(parcel, query.on, held.communes.communes), why)
