"""A request's parameters → an answer: the one way in for pages, panel and API."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from urllib.parse import urlencode

from landinfo import asked, lookup, present, search
from landinfo.lookup import Report, Several
from landinfo.model import BadInput, Problem
from landinfo.plain import Plain
from landinfo.web.site import Site

Pairs = Sequence[tuple[str, str]]
PLACE = ("lat", "lon", "x", "y")
NOT_ASKED = (*PLACE, "parcel", "lang", "format")
"""Parameters that say where, or in which language: not part of the question that another parcel can be asked."""
MOST_PARAMETERS = 60
LARGEST_VIEW = 1.0
"""Degrees: the longest side of a map window that is drawn."""


def parcel(commune: str, sheet: str, number: str, given: Pairs, site: Site) -> Report | Several:
    """The answer about the parcel of an address."""
    return parcel_named(f"{commune}/{sheet}/{number}", given, site)


def parcel_named(written: str, given: Pairs, site: Site) -> Report | Several:
    """The answer about a parcel written ``25750@2024/12/345``."""
    query = asked.read_query(few(given), site.today())
    return lookup.parcel(search.parse_parcel(written), query, site.store, site.rulebook)


def at(given: Pairs, site: Site) -> Report | Several:
    """The answer about the parcel at lat + lon or x + y; other parameters are the question."""
    place: dict[str, str | None] = {}
    for name, text in few(given):
        if name in PLACE:
            if name in place:
                raise BadInput("given-twice", name)
            place[name] = text
    query = asked.read_query([pair for pair in given if pair[0] not in PLACE], site.today())
    easting, northing = asked.read_place(place, site.store.facts().crs)
    return lookup.at(easting, northing, query, site.store, site.rulebook)


def view(given: Pairs, site: Site) -> Plain:
    """What a map window shows: ``bbox=west,south,east,north``, ``layers=a,b``, ``on``, ``known``."""
    values = asked.single(few(given), ("bbox", "layers", "on", "known"))
    query = asked.read_query([(n, values[n]) for n in ("on", "known") if n in values], site.today())
    layers = list(dict.fromkeys(name for name in values.get("layers", "parcels").split(",") if name))
    box = _window(values.get("bbox", ""))
    shown = lookup.view(box, layers, query.on, query.known, site.store, site.rulebook)
    return present.view(shown, site.rulebook)


def problem(what: Problem, given: Iterable[tuple[str, str]], site: Site) -> Plain:
    """Problem details whose links to the nearest parcels ask the same question."""
    body = present.problem(what, site.rulebook)
    rest = urlencode([pair for pair in given if pair[0] not in NOT_ASKED])
    for near in body.get("nearest", ()):
        near["href"] += f"?{rest}" if rest else ""
    return body


def few(given: Pairs) -> Pairs:
    if len(given) > MOST_PARAMETERS:
        raise BadInput("too-many-parameters", most=MOST_PARAMETERS)
    return given


def _window(text: str) -> tuple[float, float, float, float]:
    try:
        west, south, east, north = (float(part) for part in text.split(","))
    except ValueError as wrong:
        raise BadInput("bad-window", "bbox", value=text[:60]) from wrong
    if not (-180 <= west < east <= 180 and -85 <= south < north <= 85):
        raise BadInput("bad-window", "bbox", value=text[:60])
    if max(east - west, north - south) > LARGEST_VIEW:
        raise BadInput("window-too-large", "bbox", most=LARGEST_VIEW)
    return west, south, east, north
