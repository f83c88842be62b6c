"""The map cut-out of the extract as SVG: the parcel with its parts, the piece to convert, corners and neighbours, on
the grid of its plane.

Grid north is up. The drawing is made for one width on paper, so that its scale is a round one.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape

import shapely
from shapely.geometry import mapping, shape
from shapely.geometry.base import BaseGeometry

from landinfo import boundary, coordinates, figure
from landinfo.figure import Frame, Part
from landinfo.model import Parcel
from landinfo.plain import Plain

WIDTH_MM, HEIGHT_MM = 170.0, 104.0
UNIT = 0.35
"""Millimetres on paper of one unit of the drawing."""
WIDTH, HEIGHT = WIDTH_MM / UNIT, HEIGHT_MM / UNIT
EDGE = 30.0
"""Drawing units around the map for the numbers of the grid."""
FILLED = 0.72
"""Of the map's sides that the parcel may take, so that its neighbours are seen."""
SCALES = tuple(step * 10**power for power in range(1, 7) for step in (10, 15, 20, 25, 30, 40, 50, 75))
MOST_NUMBERED = 60
"""Corners that are numbered on the map; beyond, the table alone says where they are."""
_APART = 9.0
"""Drawing units between two numbers of corners."""
_GRID = (1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10000)
_CROSS = 4.0
INK, ACCENT, QUIET, NEIGHBOUR = "#17211d", "#0a5c4a", "#55635c", "#9aa59f"
PIECE, PIECE_DASH = "#9a3412", (7, 3)
"""The line around the piece to convert: the colour of the page's map, and its dashes in drawing units."""
PIECE_WIDTH = 2.4


@dataclass(frozen=True, slots=True)
class Cutout:
    """``svg`` is ``WIDTH_MM`` × ``HEIGHT_MM`` on paper at 1:``scale``; ``grid`` is the step of the crosses, m."""

    svg: str
    scale: int
    grid: int


def window(outline: BaseGeometry) -> tuple[float, float, float, float]:
    """What the cut-out shows around a parcel, in metres of its plane: the box to ask for neighbours."""
    frame, scale = _frame(outline)
    across, up = (WIDTH - 2 * EDGE) / scale, (HEIGHT - 2 * EDGE) / scale
    return frame.west, frame.north - up, frame.west + across, frame.north


def draw(
    answer: Plain,
    outline: BaseGeometry,
    neighbours: Sequence[Parcel],
    crs: str,
    lang: str,
    piece: BaseGeometry | None = None,
) -> Cutout:
    """The cut-out of an answer, whose parts are in WGS 84.

    ``outline``, ``neighbours`` and ``piece`` (what the question converts; None: it names no piece) are in the plane
    ``crs``.
    """
    frame, scale = _frame(outline)
    seen = shapely.box(*window(outline))
    plane = coordinates.plane(crs)
    parts = tuple(figure.parts(answer, frame, lambda shown: mapping(plane.from_wgs84(shape(shown)))))
    step = next((n for n in _GRID if n * scale >= 60), _GRID[-1])
    drawn = [
        *_head(),
        *_neighbours(neighbours, seen, frame),
        f'<path d="{frame.path(mapping(outline))}" fill="#f3f3ee" fill-rule="evenodd"/>',
        *_parts(parts),
        f'<path d="{frame.path(mapping(outline))}" fill="none" stroke="{INK}" stroke-width="1.6"/>',
        *_piece(piece, frame),
        *_corners(outline, frame),
        *(_word(*part.at, part.code, 10, "middle", weight=700) for part in parts if part.code),
        "</g>",
        *_grid(frame, seen.bounds, step),
        *_bar(scale, "Bắc" if lang == "vi" else "North"),
        "</svg>",
    ]
    return Cutout("".join(drawn), _denominator(scale), step)


def _frame(outline: BaseGeometry) -> tuple[Frame, float]:
    """The frame, and its drawing units of a metre."""
    west, south, east, north = outline.bounds
    across, up = WIDTH - 2 * EDGE, HEIGHT - 2 * EDGE
    wanted = max((east - west) / across, (north - south) / up) / FILLED
    scale = 1000 / UNIT / next((s for s in SCALES if wanted * 1000 / UNIT <= s), SCALES[-1])
    left, top = (east + west) / 2 - across / scale / 2, (north + south) / 2 + up / scale / 2
    return Frame(left, top, scale, scale, EDGE, EDGE, letter=4.0), scale


def _denominator(scale: float) -> int:
    return round(1000 / UNIT / scale)


def _head() -> Iterator[str]:
    inside = f'x="{EDGE}" y="{EDGE}" width="{WIDTH - 2 * EDGE:.2f}" height="{HEIGHT - 2 * EDGE:.2f}"'
    yield f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH:.2f} {HEIGHT:.2f}">'
    yield f'<defs><clipPath id="map"><rect {inside}/></clipPath>'
    yield '<pattern id="hatch" width="7" height="7" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">'
    yield '<rect width="7" height="7" fill="#fff"/><rect width="3.5" height="7" fill="#b3261e"/></pattern></defs>'
    yield f'<rect {inside} fill="#fff" stroke="{QUIET}" stroke-width="0.8"/><g clip-path="url(#map)">'


def _word(x: float, y: float, text: str, size: float, anchor: str, weight: int = 400, fill: str = INK) -> str:
    """Text in its middle height; what is drawn below it stays readable around it."""
    place = f'x="{x:.1f}" y="{y + size * 0.33:.1f}" text-anchor="{anchor}" font-size="{size}" font-weight="{weight}"'
    font = f'{place} font-family="Libertinus Serif"'
    halo = f'<text {font} stroke="#fff" stroke-width="2.4" stroke-linejoin="round" fill="#fff">{escape(text)}</text>'
    return f'{halo}<text {font} fill="{fill}">{escape(text)}</text>'


def _neighbours(neighbours: Sequence[Parcel], seen: BaseGeometry, frame: Frame) -> Iterator[str]:
    around = shapely.buffer(seen, (seen.bounds[2] - seen.bounds[0]) / 20, join_style="mitre")
    for parcel in neighbours:
        path = frame.path(mapping(shapely.intersection(parcel.shape, around)))
        yield f'<path d="{path}" fill="none" stroke="{NEIGHBOUR}" stroke-width="0.7"/>'
    for parcel in neighbours:
        code, at = frame.tag(mapping(shapely.intersection(parcel.shape, seen)), parcel.ref.number)
        if code:
            yield _word(*at, code, 8, "middle", fill=QUIET)


def _parts(parts: Sequence[Part]) -> Iterator[str]:
    """The filled theme in its colours; the others as broken lines of theirs."""
    line = f'stroke="{INK}" stroke-width="0.5"'
    for part in parts:
        if part.shown:
            fill = "url(#hatch)" if part.kind == "conflict" else escape(part.colour)
            yield f'<path d="{part.path}" fill="{fill}" fill-opacity="0.75" fill-rule="evenodd" {line}/>'
    for part in parts:
        if not part.shown:
            colour = escape(part.colour)
            yield f'<path d="{part.path}" fill="none" stroke="{colour}" stroke-width="1.2" stroke-dasharray="5 3"/>'


def _piece(piece: BaseGeometry | None, frame: Frame) -> Iterator[str]:
    """The piece to convert over the parts, which stay readable below it."""
    if piece is not None:
        dashes = " ".join(map(str, PIECE_DASH))
        line = f'stroke="{PIECE}" stroke-width="{PIECE_WIDTH}" stroke-dasharray="{dashes}"'
        yield f'<path d="{frame.path(mapping(piece))}" fill="{PIECE}" fill-opacity="0.14" fill-rule="evenodd" {line}/>'


def _corners(outline: BaseGeometry, frame: Frame) -> Iterator[str]:
    """Every corner as a dot, numbered where there is room for it."""
    corners = [corner for ring in boundary.rings(outline) for corner in ring.corners]
    placed: list[tuple[float, float]] = []
    for corner in corners:
        x, y = frame.place(corner.y, corner.x)
        yield f'<circle cx="{x:.1f}" cy="{y:.1f}" r="1.5" fill="{ACCENT}"/>'
        at = x + corner.outward[0] * 7.5, y - corner.outward[1] * 7.5
        if len(corners) <= MOST_NUMBERED and all(math.dist(at, other) >= _APART for other in placed):
            placed.append(at)
            yield _word(*at, str(corner.point), 7, "middle", fill=ACCENT)


def _grid(frame: Frame, seen: Sequence[float], step: int) -> Iterator[str]:
    """Crosses at round coordinates, with Y (easting) below and above and X (northing) at both sides."""
    west, south, east, north = seen
    columns = range(math.ceil(west / step) * step, math.floor(east) + 1, step)
    lines = range(math.ceil(south / step) * step, math.floor(north) + 1, step)
    for easting in columns:
        x, _ = frame.place(easting, 0)
        for y in (EDGE - 8, HEIGHT - EDGE + 8):
            yield _word(x, y, str(easting), 7, "middle", fill=QUIET)
        yield f'<path d="M{x:.1f} {EDGE}v3M{x:.1f} {HEIGHT - EDGE:.1f}v-3" stroke="{QUIET}" stroke-width="0.6"/>'
    for northing in lines:
        _, y = frame.place(0, northing)
        yield _upright(EDGE - 8, y, str(northing), -90)
        yield _upright(WIDTH - EDGE + 8, y, str(northing), -90)
        yield f'<path d="M{EDGE} {y:.1f}h3M{WIDTH - EDGE:.1f} {y:.1f}h-3" stroke="{QUIET}" stroke-width="0.6"/>'
    for x, y in (frame.place(e, n) for e in columns for n in lines):
        size = 2 * _CROSS
        cross = f"M{x - _CROSS:.1f} {y:.1f}h{size}M{x:.1f} {y - _CROSS:.1f}v{size}"
        yield f'<path d="{cross}" stroke="{QUIET}" stroke-width="0.5"/>'


def _upright(x: float, y: float, text: str, turn: int) -> str:
    return f'<g transform="translate({x:.1f} {y:.1f}) rotate({turn})">{_word(0, 0, text, 7, "middle", fill=QUIET)}</g>'


def _bar(scale: float, north: str) -> Iterator[str]:
    """The scale bar below left inside the map, the arrow above right."""
    length = max((n for n in _GRID if n * scale <= (WIDTH - 2 * EDGE) / 4), default=1)
    x, y, width = EDGE + 10, HEIGHT - EDGE - 10, length * scale
    yield f'<rect x="{x - 5}" y="{y - 12:.1f}" width="{width + 40:.1f}" height="18" fill="#fff" fill-opacity="0.85"/>'
    yield f'<path d="M{x} {y - 4:.1f}v4h{width:.1f}v-4" fill="none" stroke="{INK}" stroke-width="1"/>'
    yield _word(x + width + 5, y - 2, f"{length} m", 8, "start")
    x, y = WIDTH - EDGE - 16, EDGE + 14
    yield f'<path d="M{x:.1f} {y - 8}l4.5 14l-4.5 -3.4l-4.5 3.4z" fill="{INK}"/>'
    yield _word(x, y + 13, north, 8, "middle")
