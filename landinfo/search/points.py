"""Coordinates as people write them → points of the store's plane: degrees or metres, either order, one or a whole list.

Metres are VN-2000 with X = northing and Y = easting unless their size says otherwise; another zone or UTM is read
where it is named, or where nothing else lands in the territory, and then every zone that does is shown.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from landinfo import coordinates
from landinfo.coordinates import DEFAULT_CRS, EASTINGS, NORTHINGS
from landinfo.coordinates_landing import UTM, ZONES
from landinfo.model import CannotBeAnswered, Notice
from landinfo.search.numerals import MERIDIAN, UTM_SAID, Number, numbers, plain_signs

_WGS_UTM = "EPSG:32648"
_MERIDIAN_HERE, _PER_DEGREE = 105.75, 109_200.0
"""Degrees of the store's meridian, and metres of easting to a degree of longitude at 11°N."""
_SIDES = ("north", "south", "east", "west")
_LARGEST = 1e8
"""Beyond it a number is a telephone's or a certificate's, and no metres."""


@dataclass(frozen=True, slots=True)
class Reading:
    """Points of the plane (easting, northing) in metres, in the order typed, and why they are read so."""

    points: tuple[tuple[float, float], ...]
    why: Notice


@dataclass(frozen=True, slots=True)
class _Typed:
    pairs: tuple[tuple[Number, Number], ...]
    zones: tuple[str, ...]
    """EPSG names of the zones that were named; empty: none."""


def ready(crs: str) -> None:
    """Make every zone's way to the plane beforehand: the first question in an odd zone need not wait 0.2 s for them."""
    for zone in (crs, *ZONES, *UTM, _WGS_UTM):
        coordinates.plane(zone)


def like_coordinates(text: str) -> bool:
    """Does the text hold nothing but numbers and the words around coordinates?"""
    return bool(numbers(text))


def read(text: str, crs: str) -> tuple[Reading, ...]:
    """The ways to read ``text`` (NFC) as points; none where it is something else.

    Raises ``CannotBeAnswered``: coordinates that lie outside former Bình Dương whichever way they are read, or a number
    without its partner.
    """
    typed = _typed(text)
    if typed is None:
        return ()
    found = tuple(_degrees(typed, crs) if typed.pairs[0][0].degrees else _metres(typed, crs))
    if not found:
        raise CannotBeAnswered("search-abroad", "q")
    return found


def _typed(text: str) -> _Typed | None:
    """Pairs of numbers; None where the text is not coordinates."""
    found = numbers(text)
    if found is None or any(abs(n.value) >= _LARGEST for n in found):
        return None
    metres = [n for n in found if n.metres]
    chosen = _unglued(metres) if len(metres) > 1 else _angles([n for n in found if not n.metres])
    if len(chosen) < 2:
        return None
    if any(math.isnan(n.value) for n in chosen):
        raise CannotBeAnswered("search-no-angle", "q")
    if len(chosen) % 2:
        raise CannotBeAnswered("search-coordinates-odd", "q", count=len(chosen))
    return _Typed(tuple(zip(chosen[::2], chosen[1::2], strict=True)), _named_zones(plain_signs(text)))


def _named_zones(plain: str) -> tuple[str, ...]:
    if UTM_SAID.search(plain):
        known = [name for name in ("vn", "wgs") if re.search(rf"\b{name}", plain)]
        return tuple({"vn": "EPSG:3405", "wgs": _WGS_UTM}[name] for name in known) or ("EPSG:3405", _WGS_UTM)
    if meridian := MERIDIAN.search(plain):
        name = f"{meridian[1]}°{meridian[2] or '00'}'"
        return tuple(code for code, zone in ZONES.items() if zone == name)
    return ()


def _unglued(metres: Sequence[Number]) -> list[Number]:
    """Row numbers, and the zone 48, taken off that ran into the numbers: tables lose their columns when copied."""
    found = [_without_row(n) for n in metres]
    last = found[1::2]
    if len(last) > 2 and all(
        n.decimals > last[-1].decimals and n.text.endswith(str(row)) for row, n in enumerate(last[:-1], 2)
    ):
        for row, n in enumerate(last[:-1], 2):
            text = n.text.removesuffix(str(row))
            found[2 * row - 3] = replace(n, text=text, value=float(text.replace(",", ".")))
    return found


def _without_row(n: Number) -> Number:
    whole, *rest = re.split("([.,])", n.text)
    if _fits(n.value) or len(whole) < 7:
        return n
    for text in (*(whole[i:] + "".join(rest) for i in (1, 2, 3)), *((whole[:-i]) for i in (1, 2, 3) if not rest)):
        value = float(text.replace(",", ".")) if re.fullmatch(r"\d+([.,]\d+)?", text) else 0.0
        if _fits(value):
            return replace(n, text=text, value=value)
    return n


def _fits(value: float) -> bool:
    return NORTHINGS[0] <= value <= NORTHINGS[1] or EASTINGS[0] <= value <= EASTINGS[1] + 82_000


def _angles(found: Sequence[Number]) -> list[Number]:
    """Numbers that can be degrees: they say so, or come in pairs that lie here, or have the decimals of a place."""
    said = [n for n in found if n.degrees or n.label in _SIDES]
    if said:
        return said
    places = [n for n in found if n.decimals >= 3 and abs(n.value) <= 360]
    if len(places) < 2:
        places = [n for n in found if n.decimals and abs(n.value) <= 180]
        if len(found) == 2 and _a_place(found):
            places = list(found)
        elif any(n.decimals < 2 for n in places):
            return []
    return [replace(n, degrees=True) for n in places]


def _a_place(two: Sequence[Number]) -> bool:
    """Two numbers that are all there is: both with decimals, or one where both lie here."""
    return all(n.decimals for n in two) or (
        any(n.decimals for n in two) and sorted(round(n.value) for n in two) in ([11, 106], [11, 107])
    )


def _degrees(typed: _Typed, crs: str) -> Iterator[Reading]:
    """Latitude before longitude, or the other way where only that lies here."""
    plane = coordinates.plane(crs)
    labelled = any(n.label in _SIDES for pair in typed.pairs for n in pair)
    pairs = (
        [_latitude_first(pair) for pair in typed.pairs] if labelled else [(a.value, b.value) for a, b in typed.pairs]
    )
    turned = [(b, a) for a, b in pairs]
    for these, why in ((pairs, "search-read-wgs84"), (turned, "search-read-swapped")):
        if all(abs(lat) <= 90 and abs(lon) <= 180 for lat, lon in these):
            points = tuple(plane.point_from_wgs84(lon, lat) for lat, lon in these)
            if all(here(*point, crs) for point in points):
                yield Reading(points, Notice(why))
                return


def _latitude_first(pair: tuple[Number, Number]) -> tuple[float, float]:
    signed = [(-n.value if n.label in ("south", "west") else n.value, n.label) for n in pair]
    east_first = signed[0][1] in ("east", "west") or signed[1][1] in ("north", "south")
    lat, lon = signed[::-1] if east_first else signed
    return lat[0], lon[0]


def here(easting: float, northing: float, crs: str) -> bool:
    """Does the point lie in or about former Bình Dương? In another plane than its own every finite point does."""
    if crs != DEFAULT_CRS:
        return math.isfinite(easting) and math.isfinite(northing)
    return EASTINGS[0] <= easting <= EASTINGS[1] and NORTHINGS[0] <= northing <= NORTHINGS[1]


def _metres(typed: _Typed, crs: str) -> Iterator[Reading]:
    """As VN-2000 of the store; where that does not land here, or another zone was named, in that and in all others."""
    if crs != DEFAULT_CRS:
        yield Reading(tuple((b.value, a.value) for a, b in typed.pairs), Notice("search-read-metres"))
        return
    pairs = [_north_first(a, b) for a, b in typed.pairs]
    points = tuple((easting, northing) for northing, easting in pairs)
    swapped = any((a.label, b.label) == ("x", "y") and a.value < b.value for a, b in typed.pairs)
    swapped = swapped or any((a.label, b.label) == ("y", "x") and a.value > b.value for a, b in typed.pairs)
    if typed.zones in ((), (DEFAULT_CRS,)) and all(here(*point, crs) for point in points):
        yield Reading(points, Notice("search-read-x-y-swapped" if swapped else "search-read-vn2000"))
        return
    for zone in typed.zones or [z for z in (*ZONES, *UTM, _WGS_UTM) if _may_land(points[0][0], z)]:
        moved = tuple(_moved(point, zone, crs) for point in points)
        if all(here(*point, crs) for point in moved):
            name = ZONES.get(zone) or ("WGS 84 / UTM 48N" if zone == _WGS_UTM else f"VN-2000 / {UTM[zone]}")
            yield Reading(moved, Notice("search-read-zone", {"zone": name}))


def _north_first(a: Number, b: Number) -> tuple[float, float]:
    """Northings here have seven digits, eastings six."""
    return (a.value, b.value) if a.value > b.value else (b.value, a.value)


def _may_land(easting: float, zone: str) -> bool:
    """Is it worth converting? Only zones whose meridian is about right land here; the exact look comes after."""
    degrees, minutes = ZONES.get(zone, "111°00'" if zone == "EPSG:3406" else "105°00'").rstrip("'").split("°")
    about = easting + (int(degrees) + int(minutes) / 60 - _MERIDIAN_HERE) * _PER_DEGREE
    return EASTINGS[0] - _PER_DEGREE / 4 <= about <= EASTINGS[1] + _PER_DEGREE / 4


def _moved(point: tuple[float, float], zone: str, crs: str) -> tuple[float, float]:
    lon, lat = coordinates.plane(zone).point_to_wgs84(*point)
    if not (math.isfinite(lon) and math.isfinite(lat)):
        return math.inf, math.inf
    return coordinates.plane(crs).point_from_wgs84(lon, lat)
