"""The parcel as a drawing (SVG paths), from the shapes of the answer alone: needs no script and prints.

``Frame`` and ``parts`` also draw the map cut-out of the extract (``cutout``), in metres instead of degrees.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from shapely.geometry import shape

from landinfo.plain import Plain

SIZE = 360.0
"""Longest side of the drawing, in its own units."""
MARGIN = 16.0
LETTER = 6.5
"""Half-width of a part, in drawing units for each letter, from which its code is written on it."""
_BARS = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000)

Positions = Sequence[Sequence[float]]


@dataclass(frozen=True, slots=True)
class Part:
    """One row of a theme. ``key`` is ``<theme>-<row>``; ``shown``: filled from the start.

    ``code`` is written at ``at`` where the part has room for it ("" where it has not).
    """

    key: str
    path: str
    colour: str
    kind: str
    label: dict[str, str]
    shown: bool
    code: str
    at: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Figure:
    """``bar`` is the scale bar: its length in the drawing and in metres; ``piece``: what is asked for ("": all)."""

    width: float
    height: float
    outline: str
    parts: tuple[Part, ...]
    bar: tuple[float, int]
    piece: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """From degrees or metres to the drawing: ``across`` and ``up`` are drawing units of one of them."""

    west: float
    north: float
    across: float
    up: float
    left: float = MARGIN
    top: float = MARGIN
    letter: float = LETTER

    def place(self, east: float, north: float) -> tuple[float, float]:
        return (east - self.west) * self.across + self.left, (self.north - north) * self.up + self.top

    def path(self, geometry: Plain) -> str:
        drawn = []
        for ring in rings(geometry):
            points = [f"{x:.1f} {y:.1f}" for x, y in (self.place(*corner[:2]) for corner in ring[:-1])]
            drawn.append(f"M{' L'.join(points)}Z")
        return " ".join(drawn)

    def tag(self, geometry: Plain, code: str) -> tuple[str, tuple[float, float]]:
        """``code`` with the place where the part is widest; "" where it is narrower than the word."""
        drawn = shapely.transform(shape(geometry), lambda corners: np.array([self.place(*c) for c in corners]))
        pieces = [p for p in shapely.get_parts(drawn) if isinstance(p, shapely.Polygon) and not p.is_empty]
        if not code or not pieces:
            return "", (0.0, 0.0)
        widest = shapely.maximum_inscribed_circle(max(pieces, key=lambda piece: float(piece.area)), tolerance=1.0)
        centre = shapely.get_point(widest, 0)
        fits = shapely.length(widest) > self.letter * len(code)
        return (code if fits else ""), (float(centre.x), float(centre.y))


def draw(answer: Plain) -> Figure:
    """The parcel, north up, with the parts of the first partition that says something of it."""
    outline = answer["parcel"]["geometry"]
    corners = [corner for ring in rings(outline) for corner in ring]
    west, east = min(c[0] for c in corners), max(c[0] for c in corners)
    south, north = min(c[1] for c in corners), max(c[1] for c in corners)
    across, up = _degree((south + north) / 2)
    scale = (SIZE - 2 * MARGIN) / max((east - west) * across, (north - south) * up, 0.1)
    width = max((east - west) * across * scale + 2 * MARGIN, SIZE * 0.7)
    left = (width - (east - west) * across * scale) / 2
    frame = Frame(west, north, across * scale, up * scale, left)
    height = (north - south) * up * scale + 2 * MARGIN
    length = max((b for b in _BARS if b * scale <= SIZE / 3), default=1)
    piece = frame.path(answer["piece"]["geometry"]) if answer["piece"] else ""
    return Figure(width, height, frame.path(outline), tuple(parts(answer, frame)), (length * scale, length), piece)


def parts(answer: Plain, frame: Frame, turned: Callable[[Plain], Plain] = lambda shown: shown) -> Iterator[Part]:
    """The rows of every theme that have ground; ``turned`` brings their geometry into the frame's units."""
    filled = next((t["id"] for t in answer["themes"] if t["kind"] == "partition" and t["rows"]), None)
    for theme in answer["themes"]:
        shown = theme["id"] == filled
        for index, row in enumerate(theme["rows"]):
            if row["geometry"]:
                word = row["designation"] if shown and row["kind"] == "designation" else ""
                geometry = turned(row["geometry"])
                code, at = frame.tag(geometry, word)
                path = frame.path(geometry)
                yield Part(f"{theme['id']}-{index}", path, row["colour"], row["kind"], row["label"], shown, code, at)


def rings(geometry: Plain) -> Iterator[Positions]:
    """The rings of a GeoJSON geometry; lines and points have none."""
    if geometry["type"] == "Polygon":
        yield from geometry["coordinates"]
    elif geometry["type"] == "MultiPolygon":
        for polygon in geometry["coordinates"]:
            yield from polygon
    elif geometry["type"] == "GeometryCollection":
        for member in geometry["geometries"]:
            yield from rings(member)


def _degree(latitude: float) -> tuple[float, float]:
    """Metres of a degree of longitude and of latitude on WGS 84, to a centimetre a kilometre."""
    at = math.radians(latitude)
    return 111412.84 * math.cos(at) - 93.5 * math.cos(3 * at), 111132.954 - 559.822 * math.cos(2 * at)
