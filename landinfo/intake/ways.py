"""Street lines and alleys of a file → ways, by their own field map; every doubt becomes a finding with its row."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.intake import landing
from landinfo.intake.checks import check_lines
from landinfo.intake.fieldmap import FieldMap, Words, read_coverage, read_top, read_words
from landinfo.intake.findings import Collector
from landinfo.intake.harmless import is_measure, shown
from landinfo.intake.opening import open_source
from landinfo.intake.persons import masked
from landinfo.intake.rows import Reader
from landinfo.intake.section import Section
from landinfo.intake.values import area_text, read_width
from landinfo.intake.words import check_texts
from landinfo.model import Rulebook
from landinfo.zones.network import Way

_STREET, _ALLEY = "streets", "alleys"
_COLUMNS = {_STREET: ("section", "width", "corridor"), _ALLEY: ("width", "narrowest", "surface")}
_SURFACES = ("paved", "earth")


@dataclass(frozen=True, slots=True)
class WayMap:
    """How the files of streets and of alleys are read, and what the edition says of itself. ``alleys`` None: no file.

    ``comma``: widths are written with a decimal comma, by file.
    """

    streets: FieldMap
    alleys: FieldMap | None
    comma: Mapping[str, bool]

    @property
    def words(self) -> Words:
        return self.streets.words


@dataclass(frozen=True, slots=True)
class Drawn:
    """A way with its row (from 1) in its file; ``file`` is streets | alleys."""

    way: Way
    file: str
    row: int


def read_way_map(path: Path, alleys: bool) -> WayMap:
    """Raises ``Refused``: MAP-001, MAP-002, MAP-006 as ``fieldmap.read_map``."""
    top = read_top(path)
    edition, coverage = top.section("edition"), top.section("coverage")
    words, ground, complete = read_words(edition), read_coverage(coverage), coverage.flag("complete", True)
    comma: dict[str, bool] = {}
    maps: dict[str, FieldMap] = {}
    for file in (_STREET, _ALLEY) if alleys or _ALLEY in top.raw else (_STREET,):
        section = top.section(file)
        comma[file] = section.choice("decimal", ("point", "comma"), "point") == "comma"
        maps[file] = _file_map(section, file, words, ground, complete)
        section.end()
    for section in (edition, coverage, top):
        section.end()
    top.settle()
    return WayMap(maps[_STREET], maps.get(_ALLEY) if alleys else None, comma)


def _file_map(section: Section, file: str, words: Words, ground: str, complete: bool) -> FieldMap:
    required = ("section", "width") if file == _STREET else ("width",)
    columns = {name: section.template(name) for name in required}
    optional = (*_COLUMNS[file], "name", "designation")
    columns |= {
        n: section.template(n) for n in optional if n in section.raw and n not in columns and n != "designation"
    }
    return FieldMap(
        path=section.path,
        layer=section.optional("layer"),
        encoding=section.optional("encoding"),
        crs=section.optional("crs"),
        capitals=(),
        lines=(),
        labels="",
        repair="none",
        store=None,
        words=words,
        theme=file,
        preset="",
        regime="",
        columns=columns,
        area=None,
        land_uses=(),
        mapping=section.mapping("mapping") if file == _ALLEY else None,
        coverage=ground,
        coverage_complete=complete,
    )


def read_ways(
    source: Path,
    map: FieldMap,
    comma: bool,
    crs: str,
    sections: Collection[str],
    rulebook: Rulebook,
    collect: Collector,
) -> list[Drawn]:
    """The ways of one file in the plane ``crs``, each part of a line by itself. Raises ``Refused`` as ``open_source``.

    ZON-001 a street without section, ZON-002 one that is not in ``sections``, ZON-005 an alley without surface, ZON-004
    one without width, ZON-007 a width that is none, MAP-005 a surface that the mapping does not hold.
    """
    opened = open_source(source, map, crs, rulebook, collect, check_lines)
    reader = Reader(opened.table, map, rulebook, collect)
    landing.on_the_territory(opened, map, crs, reader)
    reader.shapes = np.array([None if s is None else s.interpolate(0.5, normalized=True) for s in opened.shapes])
    check_texts(reader)
    made: list[Drawn] = []
    for i, shape in enumerate(opened.shapes):
        row = reader.row(i)
        read = _street if map.theme == _STREET else _alley
        way = read(reader, i, row, comma, sections)
        if way is not None and shape is not None:
            made += [Drawn(replace(way, line=part), map.theme, opened.table.rows[i]) for part in _parts(shape)]
    return made


def _parts(shape: BaseGeometry) -> Sequence[Any]:
    merged = shapely.line_merge(shape)
    return [part for part in shapely.get_parts(merged) if part.length > 0]


def _width(reader: Reader, name: str, i: int, row: Mapping[str, Any], comma: bool) -> tuple[float | None, bool]:
    """(m, could be read); None where nothing stands."""
    template = reader.map.columns.get(name)
    if template is None:
        return None, True
    text = template.fill({field: area_text(row.get(field), comma) for field in template.fields})
    if text is None:
        return None, True
    try:
        return read_width(text, comma), True
    except ValueError:
        reader.wrong("ZON-007", i, f"{name}: {shown(text, is_measure)}")
        return None, False


def _street(reader: Reader, i: int, row: Mapping[str, Any], comma: bool, sections: Collection[str]) -> Way | None:
    section = reader.text("section", row)
    width, fine = _width(reader, "width", i, row, comma)
    corridor, also = _width(reader, "corridor", i, row, comma)
    if width is None and fine:
        reader.wrong("ZON-007", i, "width: –")
    if not section:
        reader.wrong("ZON-001", i)
    elif section not in sections:
        reader.wrong("ZON-002", i, section)
    if width is None or not also or (section and section not in sections):
        return None
    return Way(shapely.LineString(), section, width, width, "", reader.text("name", row), corridor)


def _alley(reader: Reader, i: int, row: Mapping[str, Any], comma: bool, sections: Collection[str]) -> Way | None:
    width, fine = _width(reader, "width", i, row, comma)
    narrowest, also = _width(reader, "narrowest", i, row, comma)
    surface = _surface(reader, i, row)
    if not fine or not also or surface is None:
        return None
    if narrowest is None:
        narrowest = width
    if narrowest is None:
        reader.wrong("ZON-004", i)
    if not surface:
        reader.wrong("ZON-005", i)
    return Way(shapely.LineString(), "", width, narrowest, surface, reader.text("name", row))


def _surface(reader: Reader, i: int, row: Mapping[str, Any]) -> str | None:
    """paved | earth, "" where nothing stands, None where the word is not known."""
    template = reader.map.columns.get("surface")
    text = template.fill(row) if template else None
    if text is None:
        return ""
    surface = (reader.map.mapping or {}).get(text, text if reader.map.mapping is None else None)
    if surface not in _SURFACES:
        reader.wrong("MAP-005", i, masked(text))
        return None
    return surface
