"""The field map: a TOML file in which the operator says what a file holds and where it goes (README, "Real data").

Nothing is guessed: what the map does not name is not read, and an entry that is not understood is refused.
"""

from __future__ import annotations

import io
import re
import tomllib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from landinfo.coordinates import DEFAULT_CRS
from landinfo.intake.harmless import LONGEST, is_statement
from landinfo.intake.section import Section
from landinfo.intake.template import Template
from landinfo.model import Commune, Refused, Status

REPAIRS = ("none", "safe", "make_valid")
UNITS = ("m2", "ha", "sqft", "sqft_us")
COVERAGES = ("hull_of_features", "bbox", "features", "file:…")
LARGEST = 256 * 1024
"""Bytes of a field map: one with a thousand words in its mapping has 40 kB."""
DEEPEST = 16
"""Dots of a key: the parser takes time and memory by their square, 100,000 of them all there is."""
_KEY = r"""(?:[\w-]{1,99}|"(?:[^"\\\n]|\\.){0,99}"|'[^'\n]{0,99}')"""
_DEEP = re.compile(rf"(?<![\w-]){_KEY}(?:[ \t]*\.[ \t]*{_KEY}){{{DEEPEST + 1}}}")
_WORDS_EXPECTED = f"≤ {LONGEST} ký tự, không ghi tên, giấy tờ, nơi ở của ai · nobody's name, paper or home"
_ONE_OF = "đúng một trong hai bảng · exactly one of the two tables"
_REGIMES = '"TT08/2024" | "TT25/2014" | …'
"""The code list of a land use: that of Circular 08/2024/TT-BTNMT, of 25/2014/TT-BTNMT, or an older one."""
_PARCEL = ("commune", "period", "sheet", "number")
_PARCEL_MORE = ("effective_from", "effective_to", "map_scale", "commune_now")
_THEME_MORE = ("name", "effective_from", "effective_to", "document", "article")


@dataclass(frozen=True, slots=True)
class NewStore:
    """What a store is that a load may create. Without communes of its own it gets those of ``data/communes.csv``.

    ``sign_off``: a second person has to sign before anything is published.
    """

    title: str
    crs: str
    simulated: bool
    communes: tuple[Commune, ...]
    sign_off: bool = False


@dataclass(frozen=True, slots=True)
class Words:
    """What the edition says of itself; ``replaces``: it takes the place of what is held of this layer and territory."""

    territory: str
    document: str
    effective_from: date
    source: str
    simulated: bool
    replaces: bool


@dataclass(frozen=True, slots=True)
class AreaField:
    """Where an area stands; ``comma``: 1.234,5 is one thousand two hundred … (else 1,234.5 is an error)."""

    value: Template
    unit: str
    comma: bool


@dataclass(frozen=True, slots=True)
class LandUseField:
    """Where a land use stands; ``mapping`` turns the file's words into codes and must hold every one of them."""

    code: Template
    regime: str
    mapping: Mapping[str, str] | None
    area: AreaField | None


@dataclass(frozen=True, slots=True)
class FieldMap:
    """One field map, checked for form. ``columns`` are the simple values by name; ``theme`` is "" for parcels.

    ``capitals`` are fields whose text stands in a capital-letter font of before Unicode.
    ``preset`` names a file of ``data/fieldmaps`` that fills in what the map leaves out, ``regime`` that of its codes.
    """

    path: Path
    layer: str | None
    encoding: str | None
    capitals: tuple[str, ...]
    crs: str | None
    lines: tuple[str, ...]
    labels: str
    repair: str
    store: NewStore | None
    words: Words
    theme: str
    preset: str
    regime: str
    columns: Mapping[str, Template]
    area: AreaField | None
    land_uses: tuple[LandUseField, ...]
    mapping: Mapping[str, str] | None
    coverage: str
    coverage_complete: bool

    @property
    def fields(self) -> tuple[str, ...]:
        """Every field of the file that is read."""
        areas = [a for a in (self.area, *(u.area for u in self.land_uses)) if a]
        made = [*self.columns.values(), *(a.value for a in areas), *(u.code for u in self.land_uses)]
        return tuple(dict.fromkeys(name for template in made for name in template.fields))


def read_map(path: Path, new: bool = False) -> FieldMap:
    """Raises ``Refused``: MAP-001 no TOML, MAP-002 wrong or missing entries, MAP-006 an entry that nobody knows.

    ``new``: the map has to say what the store is that is to be made.
    """
    top = read_top(path)
    raw = top.raw
    kind = "theme" if "theme" in raw else "parcel"
    one = len({"parcel", "theme"} & raw.keys()) == 1
    if not one:
        top.wrong("parcel] | [theme", _ONE_OF)
        top.asked |= {"parcel", "theme"}
    if new and "store" not in raw:
        top.wrong("store", "[store]")
    source, edition = top.section("source"), top.section("edition")
    rows = top.section(kind) if one else Section(path, kind, {})
    coverage = top.section("coverage")
    preset = rows.text("preset", "") if kind == "parcel" else ""
    held = FieldMap(
        path=path,
        layer=source.optional("layer"),
        encoding=source.optional("encoding"),
        crs=source.optional("crs"),
        capitals=_list(source.text("capitals", "")),
        lines=_list(source.text("lines", "")),
        labels=source.text("labels", ""),
        repair=source.choice("repair", REPAIRS, "none"),
        store=_store(top.section("store")) if "store" in raw else None,
        words=read_words(edition),
        theme=rows.text("id") if kind == "theme" else "",
        preset=preset,
        regime=rows.text("regime", "") if preset else "",
        columns=_columns(rows, kind, preset),
        area=_area(rows, "registered_area") if kind == "parcel" else None,
        land_uses=tuple(_land_use(s) for s in rows.tables("land_use")) if kind == "parcel" else (),
        mapping=rows.mapping("mapping") if kind == "theme" else None,
        coverage=read_coverage(coverage),
        coverage_complete=coverage.flag("complete", True),
    )
    for section in (source, edition, rows, coverage, top):
        section.end()
    top.settle()
    return held


def _list(text: str) -> tuple[str, ...]:
    return tuple(name.strip() for name in text.split(",") if name.strip())


def read_top(path: Path) -> Section:
    """The whole of a TOML file. Raises ``Refused``: MAP-001 there is none that can be read, MAP-009 it is no map."""
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST + 1)
        text = unicodedata.normalize("NFC", io.TextIOWrapper(io.BytesIO(content), "utf-8").read())
        if len(content) > LARGEST or _DEEP.search(text):
            raise Refused("MAP-009", str(path), file=path.name, limit=LARGEST // 1024, dots=DEEPEST)
        return Section(path, "", tomllib.loads(text))
    except (OSError, ValueError, RecursionError) as wrong:
        raise Refused("MAP-001", str(path), file=path.name, detail=_without_place(wrong)) from wrong


def _without_place(wrong: Exception) -> str:
    """What is wrong with a file, without where on this machine it lies."""
    return (wrong.strerror or type(wrong).__name__) if isinstance(wrong, OSError) else str(wrong)


def _columns(rows: Section, kind: str, preset: str) -> dict[str, Template]:
    required, more = (_PARCEL, _PARCEL_MORE) if kind == "parcel" else (("designation",), _THEME_MORE)
    if preset:
        required, more = ("period",), (*(name for name in required if name != "period"), *more)
    columns = {name: rows.template(name) for name in required}
    return columns | {name: rows.template(name) for name in more if name in rows.raw}


def _store(section: Section) -> NewStore:
    communes = tuple(_commune(s) for s in section.tables("communes"))
    title, crs = section.text("title"), section.text("crs", DEFAULT_CRS)
    made = NewStore(title, crs, section.flag("simulated", False), communes, section.flag("sign_off", False))
    section.end()
    return made


def _commune(section: Section) -> Commune:
    first = section.day("effective_from")
    made = Commune(
        code=section.text("code"),
        period=section.text("period"),
        effective_from=first,
        effective_to=section.day("effective_to") if "effective_to" in section.raw else None,
        names=((first, section.text("kind", ""), section.text("name")),),
        district=section.text("district", ""),
        province=section.text("province", ""),
        source=section.text("source", ""),
        status=Status.ASSUMED,
    )
    section.end()
    return made


def read_words(section: Section) -> Words:
    """[edition]; words that are long, or somebody's, are wrong: they are published."""
    return Words(
        territory=_published(section, "territory"),
        document=_published(section, "document"),
        effective_from=section.day("effective_from"),
        source=_published(section, "source"),
        simulated=section.flag("simulated", False),
        replaces=section.flag("replaces", False),
    )


def _published(section: Section, key: str) -> str:
    text = section.text(key)
    if not is_statement(text):
        section.wrong(key, _WORDS_EXPECTED)
    return text


def _land_use(section: Section) -> LandUseField:
    made = LandUseField(
        code=section.template("code"),
        regime=_regime(section),
        mapping=section.mapping("mapping"),
        area=_area(section, "area"),
    )
    section.end()
    return made


def _regime(section: Section) -> str:
    if section.raw.get("regime", "") == "":
        section.asked.add("regime")
        section.wrong("regime", _REGIMES)
        return ""
    return section.text("regime")


def _area(rows: Section, key: str) -> AreaField | None:
    if key not in rows.raw:
        return None
    section = rows.section(key)
    unit, decimal = section.choice("unit", UNITS, "m2"), section.choice("decimal", ("point", "comma"), "point")
    made = AreaField(section.template("value"), unit, decimal == "comma")
    section.end()
    return made


def read_coverage(section: Section) -> str:
    """[coverage] of."""
    of = section.text("of")
    if of and of not in COVERAGES[:-1] and not of.startswith("file:"):
        section.wrong("of", " | ".join(COVERAGES))
    return of
