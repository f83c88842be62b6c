"""The storage seam: what every engine promises, and the one place where the engine is chosen.

Stores select, the core measures. A store finds candidates by box, key and day and hands back the values of
``landinfo.model``; it never computes an area, a price or a share. Both engines must give the same rows in the same
order for the same call (``tests/test_store.py`` runs the one suite on each).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import NamedTuple, Protocol

from landinfo.model import (
    Commune,
    Coverage,
    Edition,
    Event,
    Feature,
    LayerFacts,
    Link,
    Measured,
    Parcel,
    ParcelRef,
    PriceZone,
    Refused,
    State,
    Union,
)

SCHEMA_VERSION = 4
CHANGED = "changed-"
"""How the content hash begins of an edition whose rows somebody changed or took away by hand."""

DRAFT = date.max
"""From this day on a prepared edition is known, before it is published: no question reaches it."""

Box = tuple[float, float, float, float]
"""(min x, min y, max x, max y) in metres of the store's plane: x = easting, y = northing."""

Square = tuple[str, str, str | None, int, int, int]
"""Commune and period of a map series, the commune now, column and row of a square (m ÷ side), and parcels in it."""

Spoken = tuple[ParcelRef, date, date | None, str]
"""A parcel, the first day on which an edition speaks of it, the first on which it does no more, and the edition."""


@dataclass(frozen=True, slots=True)
class StoreFacts:
    """What a store says of itself. ``crs`` is ``EPSG:9210`` (VN-2000 105°45', pinned) or another metric plane.

    ``sign_off``: nothing is published before a second person has signed.
    """

    title: str
    crs: str
    schema_version: int
    simulated: bool
    sign_off: bool = False


@dataclass(frozen=True, slots=True)
class Load:
    """One layer ready to be published: exactly one of the four row kinds is filled, its coverage, and its lineage."""

    edition: Edition
    coverage: Sequence[Coverage] = ()
    parcels: Sequence[Parcel] = ()
    features: Sequence[Feature] = ()
    zones: Sequence[PriceZone] = ()
    links: Sequence[Link] = ()


Row = Parcel | Feature | PriceZone


@dataclass(frozen=True, slots=True)
class Page:
    """Rows of a layer with their stored numbers, and the number after which it goes on (None: nothing is left)."""

    rows: tuple[tuple[int, Row], ...]
    after: int | None


Numbers = tuple[list[int], list[int]]
"""Stored numbers of coverage and of candidates, in their promised order."""


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is held around one parcel, of one moment: ``layer`` of each theme, ``zones``, ``lineage`` and ``editions``.

    ``editions`` are those that the parcel and these rows come from. ``later``: days after the one asked and layers as
    ``days_ahead``, of "parcels" only those of the parcel's own number. Where measures of these very rows are kept, they
    are given with them (``zones_measured`` of "price_zones"). ``number`` and ``numbers`` (by layer) say which rows
    these are; None: it is not known, so nothing can be kept of them.
    """

    themes: tuple[LayerFacts, ...]
    zones_held: LayerFacts
    zones: tuple[PriceZone, ...]
    lineage: tuple[Link, ...]
    editions: tuple[Edition, ...]
    later: tuple[tuple[date, str], ...]
    zones_measured: Measured | None = field(default=None, compare=False)
    number: int | None = field(default=None, compare=False)
    numbers: Mapping[str, Numbers] = field(default_factory=dict, compare=False)


@dataclass(frozen=True, slots=True)
class Measures:
    """Measures of one parcel as a store keeps them (``store.measures.told``): they hold before the day ``until``."""

    number: int
    until: date | None
    shares: str
    made: str
    shapes: bytes


class Share(NamedTuple):
    """A row of a theme's answer about a parcel, as in ``overlay.ShareRow``."""

    theme: str
    kind: str
    designation: str
    area: Decimal
    percent: Decimal


@dataclass(frozen=True, slots=True)
class SharesPage:
    """Parcels with the rows of all themes (None: nothing is kept), and the number after which it goes on."""

    rows: tuple[tuple[ParcelRef, tuple[Share, ...] | None], ...]
    after: int | None


class Ground(Protocol):
    """What a report is made from.

    ``known`` selects editions (``published <= known < withdrawn``), ``on`` selects rows in force; days are half-open,
    and every order has a full tie-break.
    """

    def facts(self) -> StoreFacts:
        """What the store says of itself (read once at opening)."""
        ...

    def communes(self) -> tuple[tuple[Commune, ...], tuple[Union, ...]]:
        """Every commune by (code, period), and every union. Ordered by (code, period)."""
        ...

    def editions(self, known: date | None = None) -> tuple[Edition, ...]:
        """Editions published and not withdrawn on ``known`` (None: all, with the withdrawn; never the prepared).

        Ordered by (layer, territory, id). ``published`` is the first day on which it was ever known.
        """
        ...

    def lineage(self, series: Sequence[str], sheet: str, number: str, known: date) -> tuple[Link, ...]:
        """Links from or to the parcels of that sheet and number in any of the map series, as known.

        Ordered by (day, before, after, edition).
        """
        ...

    def parcels_in(self, box: Box, on: date, known: date, limit: int | None = None) -> tuple[Parcel, ...]:
        """Parcels whose box meets ``box`` (closed); a candidate may miss exactly, the caller measures.

        Ordered by ref, effective_from, edition.
        """
        ...

    def layer(self, theme: str, box: Box, on: date, known: date) -> LayerFacts:
        """Coverage and features of one theme whose box meets ``box``, ordered by (designation, id, edition).

        Coverage is ordered by edition; rows that tie keep the order in which they were published.

        A layer whose rows cannot be read does not raise: ``held`` is FAILED and nothing is given, so that one broken or
        slow theme does not take the answer down. An engine that does not answer at all is ``model.Busy``, here too:
        "ask again" is not "no data".
        """
        ...

    def zones(self, box: Box, on: date, known: date) -> tuple[LayerFacts, tuple[PriceZone, ...]]:
        """Coverage (layer "price_zones", no features) and price zones meeting ``box``, ordered by (id, edition)."""
        ...

    def days_ahead(self, box: Box, on: date, known: date) -> tuple[tuple[date, str], ...]:
        """Days after ``on`` from which rows whose box meets ``box`` begin to count, or count no more, and their layer.

        As known; ordered. A layer is a theme, "parcels" or "price_zones". A box is rounded outward: a day may be one of
        a row that lies just outside.
        """
        ...

    def surroundings(self, parcel: Parcel, themes: Sequence[str], on: date, known: date) -> Surroundings:
        """All that a report needs beside the parcel itself, asked once; a layer fails as in ``layer``."""
        ...


class Store(Ground, Protocol):
    """One cadastre in one plane. Reading is thread-safe.

    Errors of the engine reach the caller as ``model.Busy`` (ask again) or ``model.Refused`` (schema too old, too new,
    not a store). Each answer is of one moment; what comes back is what was written, to the last bit of a coordinate and
    digit of an area.
    """

    engine: str  # "geopackage" | "postgis"

    def tile(self, layer: str, z: int, x: int, y: int, on: date, known: date) -> bytes:
        """ "parcels" or a theme on a tile of a web map (``landinfo.grid``), as a Mapbox Vector Tile 2.1; b"": nothing.

        Layer ``layer`` holds what ``parcels_in`` and ``layer`` give, parcels by arrival and features in their order: of
        a parcel ``ref``, ``number`` and ``land_use`` (from ``grid.NUMBERS_FROM``; before that its bare outline), of a
        feature ``id`` and ``designation``. ``land_use`` is the code of its largest use, of the first where no area is
        known; a parcel without a use has none. Layer ``labels`` has the same but for uses, and ``room`` (m,
        ``grid.room``) at a point inside each, in one tile alone; ``coverage`` is the ground on which the layer is held
        completely (of parcels from ``grid.NUMBERS_FROM`` on). Nothing is drawn farther than 1.5 units of the grid
        beyond a shape, and nothing left out that lies 1.5 units or more inside it. Equal rows that arrived in equal
        order are equal bytes.
        """
        ...

    def page(
        self, layer: str, days: tuple[date, date], known: date, limit: int, after: int = 0, box: Box | None = None
    ) -> Page:
        """Rows of "parcels", "price_zones" or a theme, as known, by their stored number, from behind ``after`` on.

        In force on any day from the first of ``days`` to the last, both included. At most ``limit`` (≥ 1) rows are
        looked at; with ``box`` only those are given whose own box meets it (closed), so a page may be short or empty
        and still go on. A number belongs to one row of one store for good; both engines give the same rows in the same
        order, not the same numbers.
        """
        ...

    def shares(self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int = 0) -> SharesPage:
        """What is kept of the parcels in force, in order of their stored numbers, from behind ``after`` on.

        ``ways``: layer → ``overlay.way``. Nothing is given that was measured in another way, or of other rows than
        those that count on these days.
        """
        ...

    def unmeasured(
        self, ways: Mapping[str, str], on: date, known: date, limit: int, after: int = 0
    ) -> tuple[list[int], int | None]:
        """Stored numbers of the parcels of which such a page of ``shares`` has nothing, and its ``after``."""
        ...

    def keep(self, measure: Callable[[], Iterable[Measures]], ways: Mapping[str, str], on: date, known: date) -> None:
        """Keep what ``measure`` gives, all of it or nothing, in place of what was kept of the same parcels.

        No publication comes between: what is measured by questions that begin after ``measure`` is called is of the
        rows that the store speaks by when it is kept. Raises ``Busy``: another writes.
        """
        ...

    def forget(self, known: date) -> None:
        """Take away what is kept of parcels that no edition speaks of on ``known`` or later. Raises ``Busy``."""
        ...

    def named(self, layer: str, edition: str, key: str, days: tuple[date, date], known: date) -> tuple[Row, ...]:
        """Rows of "price_zones" or a theme by edition and ``id``; days and order as ``page``."""
        ...

    def squares(self, side: float, on: date, known: date) -> tuple[Square, ...]:
        """Parcels counted by commune in squares of the plane, ``side`` metres wide, by the middle of their box.

        A middle within half a metre of an edge may count on either side of it. Ordered, None first.
        """
        ...

    def mark(self) -> str:
        """What is known of all editions, at this moment: another text whenever ``editions`` gives something else.

        Of an edition whose rows somebody changed or took away in place ``content_hash`` is another.

        Asked before and after every answer that may be kept: it costs some hundredths of an answer.
        """
        ...

    def drafts(self) -> tuple[Edition, ...]:
        """Editions that are prepared whole and not published; their ``published`` is ``DRAFT``. Ordered as editions.

        Every other question sees them when asked with ``known`` = ``DRAFT``, beside all that is known then.
        """
        ...

    def content(self, edition: str, box: Box, *, bare: bool = False) -> Load:
        """The rows of an edition whose box meets ``box``, of all days and whether it is known or not; without links.

        ``bare``: its coverage alone.
        """
        ...

    def extent(self, edition: str) -> Box | None:
        """A box around all rows of an edition; None: it has none."""
        ...

    def events(self, edition: str | None = None) -> tuple[Event, ...]:
        """What was done to an edition (None: to all), in the order in which it was done."""
        ...

    def parcels(self, series: Sequence[str], sheet: str, number: str, on: date, known: date) -> tuple[Parcel, ...]:
        """Parcels of that sheet and number (any suffix) in any of the map series ``code@period``, in force on ``on``.

        Ordered by (commune, period, sheet, number, suffix, effective_from, edition).
        """
        ...

    def held_elsewhere(self, refs: Sequence[ParcelRef], territory: str, known: date) -> tuple[Spoken, ...]:
        """Parcels with one of the numbers (any suffix) in editions of other territories, known on ``known`` or later.

        Wherever they lie, of all days. Ordered. Meant for many numbers at once: one question to the engine.
        """
        ...

    def numbers(self, series: Sequence[str], sheet: str, on: date, known: date) -> tuple[tuple[str, str], ...]:
        """(series, number) of every parcel of a sheet in force, each once, in order of their text.

        Empty means that the sheet is not held.
        """
        ...

    def publish(
        self,
        loads: Iterable[Load],
        withdraw: Sequence[str] = (),
        *,
        known: date | None = None,
        states: Sequence[State] = (),
        events: Sequence[Event] = (),
        links: Sequence[Link] = (),
        seen: Sequence[Event] | None = None,
    ) -> None:
        """Write the loads and withdraw the named editions as one step: all of it or nothing, readers never see half.

        The withdrawn count no more from ``known`` on (None: the latest ``published`` of the loads), and from that day
        on editions are in their ``states``: one that was prepared is published so. Raises ``Refused``: an edition that
        is there already, one to change that is not there or was changed later, rows that do not belong to their edition
        or could not be read again, an edition without its second signature where the store asks for one, one that would
        be known on a day with a parcel's number that another territory's edition holds; ``Busy``: another publication
        holds the store, or of a layer and territory of ``states`` something was published or undone since the events
        ``seen``, by which this was decided. Never tried again by itself.
        """
        ...

    def stage(self, load: Load, events: Sequence[Event], progress: Callable[[float], None] | None = None) -> None:
        """Write a load that nobody sees yet, ``STEP`` rows at a time; broken off, the same load goes on where it was.

        An edition that is staged whole already is left as it is. Raises ``Refused`` as ``publish``.
        """
        ...

    def unfinished(self) -> tuple[str, ...]:
        """Editions of which only the first steps are staged: nobody sees them, the same load goes on. Ordered."""
        ...

    def discard(self, edition: str) -> None:
        """Take away an edition that is prepared, whole or half. Raises ``Refused``: it is not, or it was published."""
        ...

    def ask_sign_off(self, wanted: bool, who: str, day: date) -> None:
        """Let the store ask for a second signature before anything is published, or no more; kept in ``sign_offs``.

        Raises ``Refused``: it asks no more, and ``who`` names nobody.
        """
        ...

    def sign_offs(self) -> tuple[Event, ...]:
        """When and by whom the second signature was asked for, or no more, in order: ``sign-off-on | sign-off-off``."""
        ...

    def ready(self) -> None:
        """A cheap question to the engine; raises ``model.Busy`` when it does not answer."""
        ...

    def close(self) -> None: ...


def is_postgis(url: str) -> bool:
    """Is ``url`` the address of a PostGIS store, and not the path of a GeoPackage file?"""
    return url.startswith(("postgresql://", "postgres://"))


def open_store(url: str, *, pool: int = 8, wait: float = 2.0, statement_timeout: float = 5.0) -> Store:
    """Open the store at ``url``: ``postgresql://…`` is PostGIS, anything else is a GeoPackage file.

    ``pool`` connections are kept (PostGIS), a question waits ``wait`` seconds for one and a statement may run for
    ``statement_timeout`` seconds. Raises ``model.Refused``: no such store, a newer or older schema.
    """
    if is_postgis(url):
        from landinfo.store.postgis import PostgisStore

        return PostgisStore.open(url, pool=pool, wait=wait, statement_timeout=statement_timeout)
    from landinfo.store.geopackage import GeopackageStore

    return GeopackageStore.open(url)


def check_free(url: str) -> None:
    """Raises ``Refused``: no store can be made at ``url``, for something stands there, or nothing can be written."""
    if is_postgis(url):
        from landinfo.store.postgis import PostgisStore

        return PostgisStore.check_free(url)
    from landinfo.store.geopackage import GeopackageStore

    return GeopackageStore.check_free(url)


def create_store(url: str, facts: StoreFacts, communes: Sequence[Commune], unions: Sequence[Union]) -> Store:
    """Make an empty store at ``url``. Raises ``model.Refused`` when something already stands there."""
    if is_postgis(url):
        from landinfo.store.postgis import PostgisStore

        return PostgisStore.create(url, facts, communes, unions)
    from landinfo.store.geopackage import GeopackageStore

    return GeopackageStore.create(url, facts, communes, unions)


__all__ = [
    "CHANGED",
    "DRAFT",
    "SCHEMA_VERSION",
    "Box",
    "Ground",
    "Load",
    "Measures",
    "Numbers",
    "Page",
    "Refused",
    "Share",
    "SharesPage",
    "Spoken",
    "Square",
    "Store",
    "StoreFacts",
    "Surroundings",
    "check_free",
    "create_store",
    "is_postgis",
    "open_store",
]
