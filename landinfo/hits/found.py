"""What a search is asked of, and what it finds."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from shapely.geometry.base import BaseGeometry

from landinfo.model import Commune, Notice, Parcel, PriceSection
from landinfo.search.communes import Gazetteer
from landinfo.store import Store
from landinfo.street.indexing import Index

EXACT, FOLDED, BEGUN, WORDS, LIKE, ENDS = range(6)
"""How well a hit fits: as typed; but for accents; as the beginning of a name; by words of it; misspelt; by an end."""


@dataclass(frozen=True, slots=True)
class ParcelHit:
    """A parcel, the commune of its map series, and the one its ground lies in on the day (None: not derived)."""

    parcel: Parcel
    commune: Commune
    commune_now: Commune | None
    why: Notice


@dataclass(frozen=True, slots=True)
class CommuneHit:
    """A commune; ``into`` those that its ground went into, and whether whole."""

    commune: Commune
    into: tuple[tuple[Commune, bool], ...]
    why: Notice


@dataclass(frozen=True, slots=True)
class StreetHit:
    """A row of a price list and the name of its commune."""

    section: PriceSection
    commune: str
    why: Notice


@dataclass(frozen=True, slots=True)
class PointHit:
    """A point of the store's plane in metres, and the parcels that it lies in."""

    easting: float
    northing: float
    parcels: tuple[Parcel, ...]
    why: Notice


@dataclass(frozen=True, slots=True)
class CornersHit:
    """Ground drawn by its corners: m² in the plane, and the m² of it in each parcel that it touches, the most first.

    ``corners`` are (easting, northing) in the order typed; ``cut``: it touches more parcels than were looked at.
    """

    shape: BaseGeometry
    corners: tuple[tuple[float, float], ...]
    area: Decimal
    touched: tuple[tuple[Parcel, Decimal], ...]
    cut: bool
    why: Notice


Hit = ParcelHit | CommuneHit | StreetHit | PointHit | CornersHit


@dataclass(frozen=True, slots=True)
class Held:
    """All that is searched: a store, its communes by name, and the price lists near the day by street."""

    store: Store
    communes: Gazetteer
    streets: Sequence[Index]


@dataclass(frozen=True, slots=True)
class Found:
    """``hits`` in order; where there is none ``reasons`` say why, ``nearest`` come near, ``choices`` may be asked.

    ``certain``: the text can be read in one way only and was taken as it stands, so that one hit is the answer.
    """

    hits: tuple[Hit, ...]
    reasons: tuple[Notice, ...]
    nearest: tuple[Hit, ...]
    notices: tuple[Notice, ...]
    choices: tuple[str, ...]
    certain: bool


@dataclass(slots=True)
class Gathered:
    """Hits with their rank while they are gathered."""

    hits: list[tuple[int, Hit]] = field(default_factory=list)
    reasons: list[Notice] = field(default_factory=list)
    nearest: list[Hit] = field(default_factory=list)
    notices: list[Notice] = field(default_factory=list)
    choices: list[str] = field(default_factory=list)
