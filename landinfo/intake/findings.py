"""What is wrong with, or worth knowing of, a file that is to be loaded: coded, counted, with every place.

The sentences stand in ``data/texts/intake.toml`` under the same codes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.intake.persons import masked_all
from landinfo.model import Notice
from landinfo.texts import Texts, say

_OF_A_FILE = ("FIL", "MAP", "COR", "DRW", "PRI")
"""Findings whose sentence may quote the file: a heading that is a row, what a library says of a value."""
SHOWN = 20
"""Most places that a printed list names for one finding; the finding itself holds them all."""


class Severity(StrEnum):
    """``FATAL``: refused as a whole. ``ERROR``: refused for the rows it names. The others do not stop a load."""

    FATAL = "fatal"
    ERROR = "error"
    WARNING = "warning"
    NOTE = "note"


@dataclass(frozen=True, slots=True)
class Kind:
    """One thing that can be found."""

    code: str
    severity: Severity


def _kinds(severity: Severity, *codes: str) -> dict[str, Kind]:
    return {code: Kind(code, severity) for code in codes}


KINDS: Mapping[str, Kind] = {
    **_kinds(Severity.FATAL, "FIL-001", "FIL-002", "FIL-003", "FIL-004", "FIL-005", "FIL-006", "FIL-007"),
    **_kinds(Severity.FATAL, "CRS-001", "CRS-002", "CRS-003", "CRS-004", "CRS-005"),
    **_kinds(Severity.FATAL, "MAP-001", "MAP-002", "MAP-003", "MAP-004", "MAP-006", "MAP-009", "COV-001"),
    **_kinds(Severity.FATAL, "EDI-001", "EDI-002", "EDI-004", "STO-001", "STO-002"),
    **_kinds(Severity.ERROR, "MAP-005", "CRS-006", "GEO-001", "GEO-002", "GEO-003", "GEO-004", "GEO-005"),
    **_kinds(Severity.ERROR, "PAR-001", "PAR-002", "PAR-003", "PAR-005", "PAR-009", "PAR-010", "PAR-011"),
    **_kinds(Severity.ERROR, "THE-001", "THE-002", "THE-003"),
    **_kinds(Severity.FATAL, "PRI-001", "PRI-002", "PRI-004", "PRI-005", "PRI-006", "PRI-007"),
    **_kinds(Severity.ERROR, "PRI-010", "PRI-011", "PRI-012", "PRI-013", "PRI-014", "PRI-015", "PRI-016", "PRI-017"),
    **_kinds(Severity.ERROR, "PRI-018", "PRI-019"),
    **_kinds(Severity.WARNING, "PRI-030", "PRI-031", "PRI-032", "PRI-033", "PRI-034", "PRI-035", "PRI-036", "PRI-037"),
    **_kinds(Severity.WARNING, "FIL-008", "GEO-006", "GEO-007", "GEO-010", "PAR-004", "PAR-006", "PAR-007", "PAR-008"),
    **_kinds(Severity.FATAL, "PER-002"),
    **_kinds(Severity.ERROR, "GEO-014", "GEO-030", "PAR-012", "PAR-024", "PER-003"),
    **_kinds(Severity.WARNING, "GEO-011", "GEO-012", "GEO-015", "GEO-016", "GEO-020", "GEO-021", "GEO-023", "GEO-024"),
    **_kinds(Severity.WARNING, "TOP-001", "TOP-003", "TOP-004", "TOP-005", "THE-004", "THE-005", "TXT-002", "ROW-001"),
    **_kinds(Severity.WARNING, "PAR-013", "PAR-014", "PAR-015", "PAR-017", "PAR-018", "PAR-019", "PAR-021"),
    **_kinds(Severity.NOTE, "GEO-013", "GEO-022", "TOP-002", "THE-006", "PAR-016", "PAR-020", "PAR-022", "PAR-023"),
    **_kinds(Severity.NOTE, "PER-001", "TXT-001", "TXT-003"),
    **_kinds(
        Severity.FATAL,
        "FIL-009",
        "FIL-010",
        "FIL-011",
        "FIL-012",
        "FIL-013",
        "FIL-014",
        "FIL-020",
        "FIL-021",
        "DRW-005",
    ),
    **_kinds(Severity.FATAL, "COR-001", "COR-004"),
    **_kinds(Severity.FATAL, "CRS-009", "CRS-010", "CRS-011", "CRS-012", "CRS-013", "CRS-014", "CRS-017", "CRS-018"),
    **_kinds(Severity.FATAL, "CRS-019"),
    **_kinds(Severity.ERROR, "FIL-017", "DRW-002", "DRW-003", "COR-002", "COR-003", "COR-005", "COR-007"),
    **_kinds(Severity.WARNING, "FIL-015", "FIL-018", "DRW-001", "DRW-004", "COR-006", "CRS-015"),
    **_kinds(Severity.NOTE, "FIL-016", "FIL-019", "CRS-016", "CRS-020", "MAP-007"),
    **_kinds(Severity.WARNING, "MAP-008", "EDI-005"),
    **_kinds(Severity.ERROR, "ZON-002", "ZON-006", "ZON-007"),
    **_kinds(Severity.WARNING, "ZON-001", "ZON-003", "ZON-004", "ZON-005", "ZON-008", "ZON-010", "ZON-011", "ZON-014"),
    **_kinds(Severity.WARNING, "ZON-015"),
    **_kinds(Severity.NOTE, "ZON-009", "ZON-012", "ZON-013"),
    **_kinds(Severity.NOTE, "CRS-007", "CRS-008", "GEO-008", "GEO-009", "EDI-003"),
}
"""Every finding by its code; the first letters say where it lies: file, drawing, corner list, coordinate system, field
map, geometry, topology, parcel, theme, personal data, text, row, edition, store, price list, derived price zone."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where: the row (from 1; 0: none that could be loaded), what it calls itself, a point in the file's own system.

    ``mark`` is the place to look at, a point or a line in the plane of the store.
    """

    row: int
    name: str = ""
    x: float | None = None
    y: float | None = None
    detail: str = ""
    mark: BaseGeometry | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One kind of fault with all its places; ``params`` are the values its sentence shows besides ``count``."""

    kind: Kind
    count: int = 1
    places: tuple[Place, ...] = ()
    params: Mapping[str, Any] = field(default_factory=dict)

    @property
    def refuses(self) -> bool:
        """Does it stop the load?"""
        return self.kind.severity in (Severity.FATAL, Severity.ERROR)

    def notice(self) -> Notice:
        """The finding as one sentence for ``present``."""
        weight = "note" if self.kind.severity is Severity.NOTE else "warning"
        return Notice(self.kind.code, {**self.params, "count": self.count}, weight)


def found(code: str, places: Iterable[Place] = (), **params: Any) -> Finding:
    """A finding of the kind ``code``; the count is that of its places, or 1. What a file says is masked."""
    held = tuple(places)
    said = masked_all(params) if code.startswith(_OF_A_FILE) else params
    return Finding(KINDS[code], len(held) or 1, held, said)


class Collector:
    """Gathers places by code while rows are read, in the order in which a code is first met."""

    def __init__(self) -> None:
        self._places: dict[str, list[Place]] = {}
        self._whole: list[Finding] = []

    def add(self, code: str, place: Place) -> None:
        self._places.setdefault(code, []).append(place)

    def put(self, finding: Finding) -> None:
        self._whole.append(finding)

    def rows(self, severity: Severity) -> set[int]:
        """The rows (from 1) that findings of this severity name."""
        return {p.row for f in self.all() if f.kind.severity is severity for p in f.places}

    def bring(self, convert: Callable[[Any], Any]) -> None:
        """Give every place that has a point in the file's system its mark in the plane of the store."""
        for places in self._places.values():
            open_ = [n for n, p in enumerate(places) if p.mark is None and p.x is not None and p.y is not None]
            if open_:
                xy = np.array([(places[n].x, places[n].y) for n in open_], dtype=float)
                for n, mark in zip(open_, convert(shapely.points(xy)), strict=True):
                    if np.isfinite(shapely.get_coordinates(mark)).all():
                        places[n] = replace(places[n], mark=mark)

    def all(self) -> tuple[Finding, ...]:
        """Every finding, the gravest first, then by code."""
        order = list(Severity)
        whole = [*self._whole, *(found(code, places) for code, places in self._places.items())]
        return tuple(sorted(whole, key=lambda f: (order.index(f.kind.severity), f.kind.code)))


def written(findings: Sequence[Finding], texts: Texts, lang: str, most: int | None = SHOWN) -> list[str]:
    """Lines for a terminal: each finding as a sentence, under it what to do and up to ``most`` places (None: all)."""
    lines = []
    for finding in findings:
        notice = finding.notice()
        sentence = say(notice.code, notice.params, texts)[lang]
        severity = say(f"severity-{finding.kind.severity}", {}, texts)[lang]
        lines.append(f"[{notice.code}] {severity}: {sentence}")
        lines += [f"    → {do}"] if (do := say(f"do-{notice.code}", {}, texts)[lang]) != f"do-{notice.code}" else []
        lines += [_place(place, texts, lang) for place in finding.places[:most]]
        if more := len(finding.places[most:]) if most is not None else 0:
            lines.append("    " + say("finding-more", {"count": more}, texts)[lang])
    return lines


def _place(place: Place, texts: Texts, lang: str) -> str:
    x, y = point_of(place)
    at = "" if x is None or y is None else f"({x:.3f}, {y:.3f})"
    row = say("finding-row", {"row": place.row}, texts)[lang] if place.row else ""
    return "    " + " · ".join(part for part in (row, place.name, at, place.detail) if part)


def point_of(place: Place) -> tuple[float | None, float | None]:
    """The point as the file gives it, else a point of the mark."""
    if place.x is not None or place.mark is None:
        return place.x, place.y
    point = shapely.point_on_surface(place.mark)
    return float(point.x), float(point.y)
