"""The parcel as a drawing (SVG paths), from the shapes of the answer alone: needs no script and prints."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from landinfo.plain import Plain

SIZE = 360.0
"""Longest side of the drawing, in its own units."""
MARGIN = 16.0
_BARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

Positions = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a theme. ``key`` is ``<theme>-<row>``; ``shown``: filled from the start."""

    key: str
    path: str
    colour: str
    kind: str
    label: dict[str, str]
    shown: bool


@dataclass(frozen=True, slots=True)
class Figure:
    """``bar`` is the scale bar: its length in the drawing and in metres."""

    width: float
    height: float
    outline: str
    parts: tuple[Part, ...]
    bar: tuple[float, int]


def draw(answer: Plain) -> Figure:
    """The parcel, north up, with the parts of the first partition that says something of it."""
    rings = list(_rings(answer["parcel"]["geometry"]))
    corners = [corner for ring in rings for corner in ring]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    across, up = _degree((south + north) / 2)
    metres = max((east - west) * across, (north - south) * up, 0.1)
    scale = (SIZE - 2 * MARGIN) / metres

    width = max((east - west) * across * scale + 2 * MARGIN, SIZE * 0.7)
    left = (width - (east - west) * across * scale) / 2

    def path(geometry: Plain | None) -> str:
        drawn = []
        for ring in _rings(geometry) if geometry else ():
            points = [
                f"{(lon - west) * across * scale + left:.1f} {(north - lat) * up * scale + MARGIN:.1f}"
                for lon, lat in (corner[:2] for corner in ring[:-1])
            ]
            drawn.append(f"M{' L'.join(points)}Z")
        return " ".join(drawn)

    filled = next((t["id"] for t in answer["themes"] if t["kind"] == "partition" and t["rows"]), None)
    parts = tuple(
        Part(f"{t['id']}-{index}", path(row["geometry"]), row["colour"], row["kind"], row["label"], t["id"] == filled)
        for t in answer["themes"]
        for index, row in enumerate(t["rows"])
        if row["geometry"]
    )
    height = (north - south) * up * scale + 2 * MARGIN
    length = max((b for b in _BARS if b * scale <= SIZE / 3), default=1)
    return Figure(width, height, path(answer["parcel"]["geometry"]), parts, (length * scale, length))


def _rings(geometry: Plain) -> Iterator[Positions]:
    """The rings of a GeoJSON geometry; lines and points have none."""
    if geometry["type"] == "Polygon":
        yield from geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon
    elif geometry["type"] == "GeometryCollection":
        for member in geometry["geometries"]:
            yield from _rings(member)


def _degree(latitude: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude on WGS 84, to a centimetre a kilometre."""
    at = math.radians(latitude)
    return 111412.84 * math.cos(at) - 93.5 * math.cos(3 * at), 111132.954 - 559.822 * math.cos(2 * at)
