"""One text as typed → all the ways to read it: coordinates, a parcel, a name. Nothing is asked of a store here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass
from datetime import date
from urllib.parse import unquote

from landinfo.model import BadInput, CannotBeAnswered, Problem
from landinfo.search import points
from landinfo.search.communes import Gazetteer, resolve
from landinfo.search.parcels import Numbers, ParcelAsked, numbered, parse_parcel
from landinfo.search.places import Placed, placed

MOST_TYPED, MOST_LISTED, MOST_CORNERS = 200, 10_000, 200
"""Letters of a question, letters of a list of corners, and its corners."""
_HEAD = 400
_ADDRESS = re.compile(r"(?:\S*/parcels/)?([^/]+/[^/]+/[^/?#]+)(?:[?#].*)?")
_FIRST_TWO = re.compile(r"([\w.\-]{1,20}\s*/\s*[\w.\-]{1,20})\s*/(.*)")
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]+")
_NOWHERE = Placed()


@dataclass(frozen=True, slots=True)
class Asked:
    """``points``, or ``address`` (this site's own way to write a parcel), or ``parcels``; ``name`` "" is no name."""

    text: str
    points: tuple[points.Reading, ...] = ()
    address: ParcelAsked | None = None
    parcels: tuple[tuple[Numbers, Placed], ...] = ()
    name: str = ""
    place: Placed = _NOWHERE


def read(typed: str, on: date, crs: str, held: Gazetteer) -> Asked:
    """The ways to read what was typed.

    Raises ``BadInput``: nothing, or too much; ``CannotBeAnswered``: coordinates that lie elsewhere, or too many.
    """
    lines = _clean(typed)
    if found := points.read(lines, crs):
        if len(found[0].points) > MOST_CORNERS:
            raise too_many()
        return Asked(lines, points=found)
    if len(lines) > MOST_TYPED:
        raise too_long()
    text = " ".join(lines.split())
    if (address := _address(text, on, held)) is not None:
        return Asked(text, address=address)
    pairs = numbered(_two_of_three(text))
    if not pairs:
        return Asked(text, name=text, place=placed(text, on, held))
    parcels = tuple((pair, placed(pair.rest, on, held)) for pair in pairs)
    # 12/34 Huỳnh Văn Nghệ may be a house in a lane
    elsewhere = parcels[0][1].unread or not parcels[0][1].communes
    house = pairs[0].why == "search-read-number-first" and bool(pairs[0].rest and elsewhere)
    return Asked(text, parcels=parcels, name=text if house else "", place=parcels[0][1])


def begins_a_list(typed: str) -> bool:
    """Is the beginning of what was typed nothing but coordinates?"""
    return points.like_coordinates(unicodedata.normalize("NFC", typed[:_HEAD]))


def _clean(typed: str) -> str:
    if len(typed) > MOST_TYPED and not begins_a_list(typed):
        raise too_long()
    if len(typed) > MOST_LISTED:
        raise too_many()
    text = _CONTROL.sub(" ", unicodedata.normalize("NFC", typed)).strip()
    if not text:
        raise BadInput("search-empty", "q")
    return text


def too_long() -> BadInput:
    """More than can be a name."""
    return BadInput("search-too-long", "q", most=MOST_TYPED)


def too_many() -> CannotBeAnswered:
    """More corners than are looked at."""
    return CannotBeAnswered("search-corners-many", "q", most=MOST_CORNERS)


def _address(text: str, on: date, held: Gazetteer) -> ParcelAsked | None:
    """``25750@2024/12/345`` or the link of a parcel's page; None where it is something else."""
    found = _ADDRESS.fullmatch(text)
    if not found:
        return None
    try:
        asked = parse_parcel(unquote(found[1]))
        resolve(asked, on, held.communes, held.unions)
    except Problem:
        return None
    return asked


def _two_of_three(text: str) -> str:
    """12/34/Phú Lợi → 12/34 Phú Lợi"""
    found = _FIRST_TWO.fullmatch(text)
    return f"{found[1]} {found[2]}" if found and not re.match(r"\s*\d", found[2]) else text
