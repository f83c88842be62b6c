"""The words of the field: what a parcel, a theme, a rule and an answer are.

Values only: nothing here computes, reads a file or knows the day. Areas are m² (Decimal when they are
registered or apportioned, float when they are measured on a drawing), money is Decimal in đồng, shapes are
shapely geometries in the plane of the store (VN-2000 unless the store says otherwise; x = easting, y = northing,
shapely's order). Days are half-open: ``effective_from <= day < effective_to``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields, make_dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

import shapely
from shapely.geometry.base import BaseGeometry

T = TypeVar("T")
Param = str | int | float | Decimal | date | Mapping[str, str] | None


class Problem(Exception):
    """Something the asker can understand and mend.

    ``code`` names the sentence in ``data/texts/*.toml`` (Vietnamese and English), ``field`` the input at fault,
    ``params`` the values the sentence shows. The shells turn it into a status or an exit code.
    """

    status = 400

    def __init__(self, code: str, field: str = "", **params: Any) -> None:
        super().__init__(code)
        self.code, self.field, self.params = code, field, params

    def __str__(self) -> str:
        shown = ", ".join(f"{k}={v}" for k, v in self.params.items())
        return f"{self.code} [{self.field}] {shown}".strip()


class BadInput(Problem):
    """The question cannot be read: 400."""


class NotHere(Problem):
    """The question is well formed and what it names does not exist or is not held: 404."""

    status = 404


class CannotBeAnswered(Problem):
    """The question is well formed and has no answer in law or in this plane: 422."""

    status = 422


class Busy(Problem):
    """No connection came free in time; ask again: 503."""

    status = 503


class Refused(Problem):
    """A load, an upgrade or a store that is refused whole; nothing was changed."""

    status = 422


def shape_when_read(of: type[T]) -> type[T]:
    """Let the ``shape`` of a dataclass be given as WKB, and decoded when it is first read: most are never looked at.

    Reading raises ``Busy`` where it is no WKB.
    """
    slot = of.__dict__["shape"]

    def shape(self: T) -> BaseGeometry | None:
        held = slot.__get__(self)
        if isinstance(held, bytes):
            try:
                held = shapely.from_wkb(held)
            except shapely.errors.ShapelyError as wrong:
                raise Busy("store-broken") from wrong
            slot.__set__(self, held)
        return held  # type: ignore[no-any-return]

    of.shape = property(shape, slot.__set__)  # type: ignore[attr-defined]
    return of


def light(of: type[T]) -> type[T]:
    """Let a frozen dataclass be made by plain assignment, in a third of the time: an answer makes hundreds.

    That nobody changes one is then for mypy to see, no longer for the interpreter. Raises ``TypeError``: it does more
    when it is made than to take its fields.
    """
    if hasattr(of, "__post_init__") or not all(f.init for f in fields(of)):  # type: ignore[arg-type]
        raise TypeError(of.__name__)
    told = [
        (f.name, f.type, field(default=f.default, default_factory=f.default_factory, kw_only=f.kw_only is True))
        for f in fields(of)  # type: ignore[arg-type]
    ]
    of.__init__ = make_dataclass(of.__name__, told).__init__  # type: ignore[method-assign, misc]
    del of.__setattr__, of.__delattr__
    return of


@light
@dataclass(frozen=True, slots=True)
class Notice:
    """One sentence for the user, by its code in ``data/texts/*.toml``, with the values it shows."""

    code: str
    params: Mapping[str, Param] = field(default_factory=dict)
    severity: str = "note"  # note | warning


class Status(StrEnum):
    """How far a fact can be trusted; ``UNKNOWN`` has no value and is never 0."""

    VERIFIED = "verified"
    SECONDARY = "secondary"
    ASSUMED = "assumed"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Citation:
    """Where a value stands, and when somebody last looked."""

    document: str
    article: str
    status: Status
    checked: date | None = None
    check_by: date | None = None
    note: str = ""


@dataclass(frozen=True, slots=True)
class RuleValue:
    """One value of a rule over its half-open days; a repeal is a value too (``value=None`` with its citation)."""

    effective_from: date
    effective_to: date | None
    value: Any
    citation: Citation


@dataclass(frozen=True, slots=True)
class Rule:
    """A dated number or text of the law (``data/rules/*.toml``), values in order of their first day."""

    key: str
    label_vi: str
    label_en: str
    unit: str
    values: tuple[RuleValue, ...]


@dataclass(frozen=True, slots=True)
class Document:
    """A law, decree, resolution, decision, plan or data file that a fact stands on."""

    id: str
    title_vi: str
    title_en: str
    issuer: str
    kind: str
    issued: date | None
    effective_from: date | None
    effective_to: date | None
    status: Status
    source: str = ""
    checked: date | None = None
    check_by: date | None = None


@dataclass(frozen=True, slots=True)
class Commune:
    """A commune in one extent: the key is ``(code, period)``, because codes are given again to other ground.

    ``period`` is the year label of ``data/communes.csv`` ("2024": the units that ended on 2025-06-30; "2025": those
    from 2025-07-01). ``names`` are ``(first day, kind, name)``: a xã that became a phường kept its ground.
    """

    code: str
    period: str
    effective_from: date
    effective_to: date | None
    names: tuple[tuple[date, str, str], ...]
    district: str
    province: str
    source: str = ""
    status: Status = Status.SECONDARY

    @property
    def name(self) -> str:
        """The last name this ground had, with its kind: "Phường Phú Hòa"."""
        _, kind, name = self.names[-1]
        return f"{kind} {name}".strip()

    @property
    def series(self) -> str:
        """``25750@2024``: how a map series is named in addresses."""
        return f"{self.code}@{self.period}"


@dataclass(frozen=True, slots=True)
class Union:
    """An old commune went, whole or in part, into a new one on a day (Resolution 1685/NQ-UBTVQH15)."""

    old_code: str
    old_period: str
    new_code: str
    new_period: str
    day: date
    whole: bool


@dataclass(frozen=True, slots=True, order=True)
class ParcelRef:
    """tờ/thửa in a map series. All parts are text: codes keep leading zeros, sheets may be ``D4-12``.

    ``suffix`` is "" except where a source brings equal numbers in one sheet: then "1", "2" … in order of arrival.
    """

    commune: str
    period: str
    sheet: str
    number: str
    suffix: str = ""

    @property
    def series(self) -> str:
        return f"{self.commune}@{self.period}"

    def __str__(self) -> str:
        return f"{self.series}/{self.sheet}/{self.number}" + (f"~{self.suffix}" if self.suffix else "")


@light
@dataclass(frozen=True, slots=True)
class LandUse:
    """One use on a certificate: printed code, the regime the code belongs to, its area (None: not stated)."""

    code: str
    regime: str
    area: Decimal | None


@light
@dataclass(frozen=True, slots=True)
class Parcel:
    """A parcel of one edition in its period.

    ``commune_now`` is the code of the 2025 commune its ground lies in (None: not derived); ``map_scale`` the
    denominator of the sheet (1:500 → 500), None when not known. ``registered_area`` is the certificate's, m².
    """

    ref: ParcelRef
    shape: BaseGeometry
    registered_area: Decimal | None
    land_uses: tuple[LandUse, ...]
    effective_from: date
    effective_to: date | None
    commune_now: str | None
    map_scale: int | None
    edition: str


class ThemeKind(StrEnum):
    PARTITION = "partition"
    OVERLAY = "overlay"


@dataclass(frozen=True, slots=True)
class Theme:
    """A layer that says something about ground (``data/themes.toml``).

    ``strip_width`` (m): a piece nowhere wider is digitising noise and "in doubt". ``system`` names the code list of its
    designations: "land_use" (data/land_use_types.csv) or "own" (labels in ``designations``). ``hampers``: the case of
    rule ``position_hampered`` that its ground falls under; "": none.
    """

    id: str
    kind: ThemeKind
    label_vi: str
    label_en: str
    strip_width: float
    system: str
    office_vi: str = ""
    office_en: str = ""
    designations: Mapping[str, tuple[str, str, str]] = field(default_factory=dict)  # code → (vi, en, colour #rrggbb)
    decides_conversion: bool = False
    hampers: str = ""


@shape_when_read
@light
@dataclass(frozen=True, slots=True)
class Feature:
    """One polygon of a theme in force over half-open days. ``id`` is stable within its edition."""

    id: str
    theme: str
    designation: str
    shape: BaseGeometry
    effective_from: date
    effective_to: date | None
    document: str
    article: str
    edition: str


@light
@dataclass(frozen=True, slots=True)
class Coverage:
    """Ground on which a layer is held: data written at load, never inferred. ``complete`` False: half loaded."""

    layer: str
    shape: BaseGeometry
    effective_from: date
    effective_to: date | None
    complete: bool
    edition: str


@shape_when_read
@light
@dataclass(frozen=True, slots=True)
class PriceZone:
    """Ground that takes its price from one section at one position.

    ``section`` is ``<commune code>:<stt>`` of the list ``price_list``; ``position`` 1–4 (non-agricultural),
    ``agricultural_position`` 1–3 (to 2024: 1–4), 0 where it is not known: then there is no price. ``conditions`` are
    the typed facts of Annex I that hold on this ground, such as ``{"depth_from_100m": "true", "alley_surface": "earth",
    "fronts": "2"}``; ``found`` says how the position was found.
    """

    id: str
    price_list: str
    section: str
    position: int
    agricultural_position: int
    conditions: Mapping[str, str]
    found: Mapping[str, str]
    shape: BaseGeometry
    effective_from: date
    effective_to: date | None
    edition: str


@dataclass(frozen=True, slots=True)
class Edition:
    """One published load of one layer for one territory.

    ``id`` comes from layer, territory, document, valid-from and content hash, so both engines give the same. A store
    says by ``content_hash`` that rows were changed by hand since (``store.CHANGED``).
    ``published``/``withdrawn`` are days of knowledge: rows count for ``published <= known < withdrawn``, but for the
    days on which an undone publication took its place. ``effective_to``: from that day on a later edition speaks.
    """

    id: str
    layer: str
    territory: str
    document: str
    effective_from: date
    published: date
    withdrawn: date | None
    content_hash: str
    simulated: bool
    source: str
    rows: int
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class State:
    """What an edition is from a day of knowledge on: known for days before ``effective_to``, or not at all."""

    edition: str
    known: bool = True
    effective_to: date | None = None


@dataclass(frozen=True, slots=True)
class Event:
    """Something done to an edition: prepared | signed | published | undone. ``who`` is the name that staff gave.

    ``detail`` is plain values: of ``prepared`` the source files by name with their SHA-256, the count of each finding,
    and the first day that the rows speak of; of ``published`` the editions it took the place of, as they were.
    """

    edition: str
    day: date
    action: str
    who: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Link:
    """The ground of one parcel went, whole or in part, to another on ``day``; ``shared``: how much of it, m².

    ``kind``: split | merge | boundary | renumbered | rearranged (several became several).
    """

    kind: str
    day: date
    before: ParcelRef
    after: ParcelRef
    shared: Decimal
    edition: str


@dataclass(frozen=True, slots=True)
class LandUseType:
    """A land-use code of one or more regimes; ``group``: agricultural | non-agricultural | unused | functional zone."""

    code: str
    name_vi: str
    name_en: str
    group: str
    colour: str
    regimes: tuple[str, ...]
    status: Status


@dataclass(frozen=True, slots=True)
class Residual:
    """What a closing row ("đường nội bộ còn lại …, từ 9m trở lên") asks of a road before its price holds there.

    Widths are those of the carriageway in metres; ``least`` itself is inside unless ``above`` is True ("lớn hơn 9m"),
    ``below`` is not. ``inside`` are kinds of zone (``landinfo/store/price_text.py``), one of which must hold; ``of``
    the road or zone that the row closes, "" for the whole commune; ``old_units`` the old communes that it is limited
    to, as printed; ``surface`` "paved" | "earth" | "". ``unread`` is what of the printed text has no typed form: read
    it before using the price. Of several rows that hold, the one of the lowest ``priority`` wins.
    """

    least: Decimal | None = None
    above: bool = False
    below: Decimal | None = None
    inside: tuple[str, ...] = ()
    of: str = ""
    old_units: str = ""
    surface: str = ""
    unread: str = ""

    @property
    def priority(self) -> int:
        """1: closes one road or zone; 2: an old commune; 3: the rest of the commune."""
        return 1 if self.of else 2 if self.old_units else 3


@dataclass(frozen=True, slots=True)
class PriceSection:
    """One printed row of a price list: a street section and what it prints, in đồng/m² by land use.

    ``commune`` is a commune code, or a district code in lists by district. ``kind``: section | residual | zone
    (ground inside a polygon) | parcel; the last two have one price, whatever the position. ``prices`` are those of
    position 1 (empty where the list goes by class); ``road_class``, ``area_kind`` ("DT" urban, "NT" rural),
    ``coefficient`` (Đ) and ``k`` (K by "agricultural", "non_agricultural") are of lists by class. ``side``: left |
    right | by_side (its two sides end at different places). ``exclusions`` and ``confined_to`` are printed words;
    ``chainage`` is metres along the road. ``flags``: glued, unbalanced, unrounded, from_equals_to, ends_missing,
    parcel_end, ratio_exception, suspect_price …
    """

    id: str
    commune: str
    number: str
    street: str
    start: str
    end: str
    prices: Mapping[str, Decimal]
    flags: tuple[str, ...]
    citation: Citation
    kind: str = "section"
    side: str = ""
    exclusions: tuple[str, ...] = ()
    confined_to: str = ""
    chainage: tuple[Decimal, Decimal] | None = None
    residual: Residual | None = None
    road_class: str = ""
    area_kind: str = ""
    coefficient: Decimal | None = None
    k: Mapping[str, Decimal] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Ratio:
    """A price that a document gives as a share of another use's price: ``ratio`` × the price of ``of``."""

    of: str
    ratio: Decimal
    citation: Citation


@dataclass(frozen=True, slots=True)
class PriceList:
    """A price list (bảng giá đất) with its days; ``loaded`` False: the list is known, but not (all of) its rows.

    ``sections`` may then still hold single rows that are known. ``method`` says how non-agricultural land is priced:
    section (printed price × position) | class_coefficient (``base`` × Đ). ``base`` maps (district, area kind, road
    class or "", land use, position; 0: no positions) to đồng/m². ``agricultural`` maps (zone, base code, position) to
    đồng/m²; ``zone_of`` maps commune code to agricultural zone. ``ratios`` stand only where the document gives
    ratios; ``rounding`` is (unit in đồng, "half_up" | "down" | "up"), None where the document has no rule;
    ``k_citation`` is the decision that the sections' K stand in.
    """

    id: str
    document: str
    label_vi: str
    label_en: str
    effective_from: date
    effective_to: date | None
    loaded: bool
    rules: str
    sections: Mapping[str, PriceSection]
    agricultural: Mapping[tuple[str, str, int], tuple[Decimal, Citation]]
    zone_of: Mapping[str, str]
    citation: Citation
    missing: tuple[tuple[str, int, int], ...] = ()  # (commune, first, last) rows that the source lacks
    method: str = "section"
    base: Mapping[tuple[str, str, str, str, int], tuple[Decimal, Citation]] = field(default_factory=dict)
    ratios: Mapping[str, Ratio] = field(default_factory=dict)
    rounding: tuple[Decimal, str] | None = None
    k_citation: Citation | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What a table of codes (``data/tables.toml``) stands on."""

    label_vi: str
    label_en: str
    citation: Citation


@dataclass(frozen=True, slots=True, eq=False)
class Rulebook:
    """All that the repository holds as data: law, lists, themes, codes, texts. Read once, never changed.

    One is equal to itself alone, so that what is made of it can be kept by it.
    """

    rules: Mapping[str, Rule]
    documents: Mapping[str, Document]
    price_lists: tuple[PriceList, ...]
    themes: Mapping[str, Theme]
    land_use_types: Mapping[str, LandUseType]
    permissions: Mapping[str, Any]
    texts: Mapping[str, Mapping[str, str]]
    edition: str
    tables: Mapping[str, Table] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Strip:
    """A piece of a parcel measured from its street side, in metres on the drawing; None: all there is.

    ``width`` runs along the street side, ``depth`` square to it, from ``start`` behind it (0: from the street).
    ``end``: left | middle | right, as seen from the street, is where the width begins. ``faces``: the wind that the
    street side looks to, as told ("": the side by which the parcel got its price).
    """

    width: Decimal | None = None
    depth: Decimal | None = None
    start: Decimal = Decimal(0)
    end: str = "left"
    faces: str = ""


@dataclass(frozen=True, slots=True)
class Query:
    """One question about one parcel. ``on``: the day of the permitting decision; ``known``: what was known when.

    ``facts`` are what only the land user knows (None = unknown); ``prices`` are given prices in đồng/m² by land-use
    code, which win over the list; ``area`` is the area to convert in m² (None: all that the plan allows). ``piece`` are
    the corners of the ground to convert as typed, north before east: VN-2000 (X, Y) or WGS 84 (latitude, longitude);
    ``strip`` measures that ground instead.
    """

    on: date
    known: date
    convert_to: str | None = None
    land_user: str = "household"
    facts: Mapping[str, Any] = field(default_factory=dict)
    prices: Mapping[str, Decimal] = field(default_factory=dict)
    area: Decimal | None = None
    piece: tuple[tuple[str, str], ...] = ()
    strip: Strip | None = None

    @property
    def of_piece(self) -> bool:
        """Is a piece of the parcel meant, drawn or measured?"""
        return bool(self.piece) or self.strip is not None


class Held(StrEnum):
    """Did the source of a layer answer?"""

    OK = "ok"
    FAILED = "failed"


@shape_when_read
@light
@dataclass(frozen=True, slots=True)
class MeasuredRow:
    """A row of ``Measured``: ``shape`` None is the whole parcel; ``features`` are places among the candidates."""

    kind: str
    designation: str
    area: Decimal
    percent: Decimal
    drawn_area: float
    shape: BaseGeometry | None
    features: tuple[int, ...]


@light
@dataclass(frozen=True, slots=True)
class Measured:
    """What a layer says of a parcel, measured before from the same rows and kept by the store.

    It speaks of the very objects ``parcel``, ``coverage`` and ``candidates``, and was made in the ``way`` that
    ``overlay.way`` names: of anything else it says nothing.
    """

    way: str
    parcel: Parcel
    coverage: tuple[Coverage, ...]
    candidates: tuple[Any, ...]
    answer: str
    reason: Notice | None
    rows: tuple[MeasuredRow, ...]
    total_area: Decimal
    total_percent: Decimal


@light
@dataclass(frozen=True, slots=True)
class LayerFacts:
    """What a store holds of one layer around a parcel: candidates by box and day, and their measure where it is kept.

    ``measured`` follows from the others: facts that differ in it are the same facts.
    """

    layer: str
    held: Held
    coverage: tuple[Coverage, ...]
    features: tuple[Feature, ...]
    measured: Measured | None = field(default=None, compare=False, repr=False)

    def editions(self) -> set[str]:
        """The editions that these rows come from."""
        return {f.edition for f in self.features} | {c.edition for c in self.coverage}


@light
@dataclass(frozen=True, slots=True)
class Facts:
    """All that a report needs about one parcel, read at once; after this nothing is read any more.

    ``later``: days after the one asked from which rows around begin to count, or count no more, and their layer.
    """

    parcel: Parcel
    commune: Commune
    commune_now: Commune | None
    themes: tuple[LayerFacts, ...]
    zones_held: Held
    zone_coverage: tuple[Coverage, ...]
    zones: tuple[PriceZone, ...]
    editions: tuple[Edition, ...]
    crs: str
    history: tuple[Link, ...] = ()
    later: tuple[tuple[date, str], ...] = ()
    zones_measured: Measured | None = field(default=None, compare=False, repr=False)
