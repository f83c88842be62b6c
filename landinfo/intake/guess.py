"""A field map guessed from a file, with the evidence for each line: for a person to read and mend, never applied."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from landinfo.coordinates import DEFAULT_CRS, EASTINGS, NORTHINGS
from landinfo.coordinates_landing import UTM, ZONES, fitting
from landinfo.coordinates_source import lost_datum, name_of
from landinfo.files.read import read_file
from landinfo.files.table import Table, Wanted
from landinfo.intake.file_name import open_name
from landinfo.intake.findings import Finding, found
from landinfo.intake.opening import remarked
from landinfo.intake.personal import is_personal
from landinfo.intake.persons import looks_personal, masked, masked_all
from landinfo.intake.preset import ROLES, presets, regimes
from landinfo.model import CannotBeAnswered, Refused, Rulebook
from landinfo.texts import LANGUAGES, Texts, say

ROWS = 500
_SHOWN = 3
_LIKELY = 0.8
"""Share of the values that must be land-use codes for a column to be taken for the land use."""
_NUMBER = re.compile(r"[A-Za-z]{0,2}\d{1,6}(?:[-./]?[\dA-Za-z]{1,4}){0,2}")
_CODES = {
    "commune": re.compile(r"\d{1,8}(?:\.0)?"),
    "sheet": _NUMBER,
    "number": _NUMBER,
    "registered_area": re.compile(r"\d{1,3}(?:[.,]?\d{1,3}){0,3}"),
    "land_use": re.compile(r"[A-ZĐ]{1,4}(?:\s?[+,;/-]\s?[A-ZĐ]{1,4}){0,4}"),
}
"""What a value of each role looks like: nothing else is shown as an example, whatever it may be."""
_LINES = {
    "commune": 'commune = "{{{}}}"',
    "sheet": 'sheet = "{{{}}}"',
    "number": 'number = "{{{}}}"',
    "registered_area": 'registered_area = {{ value = "{{{}}}", unit = "m2" }}',
    "land_use": '[[parcel.land_use]]\ncode = "{{{}}}"\nregime = ""',
}


_NEEDED = ("commune", "sheet", "number")
"""What every parcel has: where no field holds it, it is written as a constant."""
_SYSTEMS = (*ZONES, *UTM, "EPSG:4326")
_STORE = ("# [store]", '# title = ""', f'# crs = "{DEFAULT_CRS}"')
_TO_FILL = (
    "[edition]",
    'territory = ""       # "25750@2024"',
    'document = ""        # data/documents.toml',
    "# effective_from = 2026-01-01",
    'source = ""',
    "",
    "[coverage]",
    'of = ""              # hull_of_features | bbox | features | file:…',
)
"""What no file says: entries that are refused until somebody has filled them in."""


@dataclass(frozen=True, slots=True)
class Guess:
    """``lines`` are a field map in TOML with its evidence as comments; ``findings`` what was noticed while reading."""

    lines: tuple[str, ...]
    findings: tuple[Finding, ...]


@dataclass(frozen=True, slots=True)
class _Told:
    """The sentences, and the languages in which they are said."""

    texts: Texts
    langs: Sequence[str]


def guess(
    path: Path,
    layer: str | None,
    rulebook: Rulebook,
    drawn: tuple[str, str] = ("", ""),
    langs: Sequence[str] = LANGUAGES,
) -> Guess:
    """Looks at the first rows. Raises ``Refused`` like ``files.read.read_file``. Personal columns are not read.

    ``drawn`` names the layers of a drawing that hold boundaries (with commas) and labels; comments are in ``langs``.
    """
    lines, labels = tuple(name.strip() for name in drawn[0].split(",") if name.strip()), drawn[1]
    there = _read(path, Wanted(layer=layer, most=1, lines=lines, labels=labels)).layer.fields
    open_ = tuple(field for field in there if not (is_personal(field) or looks_personal(field)))
    table = _read(path, Wanted(layer=layer, fields=open_, most=ROWS, lines=lines, labels=labels))
    texts = _Told(rulebook.texts, langs)
    words = _Words(table, texts)
    chosen = _by_names(open_)
    if labels in open_:
        chosen = {key: value for key, value in chosen.items() if key[0] != "number"}
        chosen["number", labels] = ("guess-by-labels", {})
    if "land_use" not in {role for role, _ in chosen}:
        chosen |= _by_values(table, rulebook)
    made = [_comment("guess-title", texts, file=open_name(path.name)), "", "[source]", *_crs(table, texts)]
    made += [
        f'{key} = "{value}"' for key, value in (("layer", layer), ("lines", drawn[0]), ("labels", labels)) if value
    ]
    made += ["", _comment("guess-store", texts), *_STORE, "", "[parcel]", 'period = "2024"']
    for role in ROLES:
        hits = [(field, evidence) for (r, field), evidence in chosen.items() if r == role]
        made += words.role(role, hits)
    used = {field for _, field in chosen}
    made += ["", *words.rest("guess-unused", [f for f in open_ if f not in used])]
    made += words.rest("guess-personal", [masked(f) for f in there if f not in open_])
    made += words.rest("guess-persons", words.persons)
    cells = [str(v) for (role, field) in chosen if role == "land_use" for v in table.columns[field] if v]
    codes = [code.strip() for cell in cells for code in re.split("[+;,/]", cell)]
    likely = " | ".join(regimes(rulebook, codes))
    made += ["", _comment("guess-to-fill", texts, regimes=likely), *_TO_FILL]
    made = [line for n, line in enumerate(made) if line or made[n - 1]]
    return Guess(tuple(made), tuple(remarked(r) for r in table.remarks) + _said(table))


def _read(path: Path, wanted: Wanted) -> Table:
    """Raises ``Refused`` without what may be somebody's."""
    try:
        return read_file(path, wanted)
    except Refused as wrong:
        raise Refused(wrong.code, wrong.field, **masked_all(wrong.params)) from None


def _said(table: Table) -> tuple[Finding, ...]:
    return tuple(found("FIL-008", detail=sentence) for sentence in table.layer.said)


def _by_names(there: Sequence[str]) -> dict[tuple[str, str], tuple[str, Mapping[str, Any]]]:
    """Fields by the preset that knows most of them: (role, field) → the evidence."""
    best = max(presets().values(), key=lambda p: len(p.meet(there)))
    return {(role, field): ("guess-by-name", {"preset": best.name}) for role, field in best.meet(there).items()}


def _by_values(table: Table, rulebook: Rulebook) -> dict[tuple[str, str], tuple[str, Mapping[str, Any]]]:
    """A column of which most values are land-use codes, alone or combined (``ONT+CLN``)."""
    for field, values in table.columns.items():
        texts = [v for v in values if isinstance(v, str) and v.strip()]
        codes = [all(c.strip() in rulebook.land_use_types for c in text.split("+")) for text in texts]
        if codes and np.mean(codes) >= _LIKELY:
            share = f"{np.mean(codes):.0%}"
            return {("land_use", field): ("guess-by-values", {"share": share})}
    return {}


def _comment(code: str, texts: _Told, **params: Any) -> str:
    said = say(code, params, texts.texts)
    return f"# {' · '.join(said[lang] for lang in texts.langs)}"


def _crs(table: Table, texts: _Told) -> list[str]:
    """What the file says of its system, or which systems would bring it into former Bình Dương."""
    stated = table.layer.crs
    try:
        if stated is not None and lost_datum(stated):
            return [_comment("guess-crs-lost", texts, crs=name_of(stated)), f'crs = "{lost_datum(stated)}"']
        if stated is not None and not table.layer.crs_by_rule:
            points, said = _points(table), [_comment("guess-crs-stated", texts, crs=name_of(stated))]
            return said if _fits(points, [stated]) else said + _swapped(points, [stated], texts)
    except CannotBeAnswered:
        return [_comment("guess-crs-unknown", texts)]
    points = _points(table)
    fits = _fits(points, _SYSTEMS)
    lines = [_comment("guess-crs-fits", texts, fits=_named(fits))]
    if not fits:
        lines += _swapped(points, _SYSTEMS, texts)
    return [*lines, f'crs = "{fits[0]}"'] if len(fits) == 1 else lines


def _points(table: Table) -> NDArray[np.float64]:
    shapes = [s for s in table.shapes if s is not None and not s.is_empty]
    points = [[s.centroid.x, s.centroid.y] for s in shapes if np.isfinite(shapely.bounds(s)).all()]
    return np.array(points, dtype=float).reshape(-1, 2)


def _fits(points: NDArray[np.float64], systems: Sequence[str]) -> list[str]:
    """The systems in which most of the points would lie in former Bình Dương."""
    province = (EASTINGS[0], NORTHINGS[0], EASTINGS[1], NORTHINGS[1])
    return [c for c in systems if len(points) and fitting(points, c, DEFAULT_CRS, province)]


def _named(systems: Sequence[str]) -> str:
    return ", ".join(f"{c} ({ZONES.get(c) or UTM.get(c) or 'WGS 84'})" for c in systems) or "–"


def _swapped(points: NDArray[np.float64], systems: Sequence[str], texts: _Told) -> list[str]:
    """A remark where points that fit nowhere lie in the province with their axes the other way round."""
    fits = _fits(points[:, ::-1], systems)
    return [_comment("guess-crs-swapped", texts, fits=_named(fits))] if fits else []


class _Words:
    """Writes the lines of a guess."""

    def __init__(self, table: Table, texts: _Told) -> None:
        self.table, self.texts = table, texts
        columns = table.columns.items()
        self.persons = [name for name, values in columns if any(looks_personal(str(v)) for v in values if v)]
        """Fields of another name in which something looks like a person's."""

    def role(self, role: str, hits: Sequence[tuple[str, tuple[str, Mapping[str, Any]]]]) -> list[str]:
        if not hits:
            wanted = say(f"guess-role-{role}", {}, self.texts.texts)
            empty = [f'{role} = ""'] if role in _NEEDED else []
            return ["", _comment("guess-missing", self.texts, role=wanted), *empty]
        field, (code, params) = hits[0]
        values = self.table.columns[field]
        filled = [v for v in values if v not in (None, "")]
        plain = [v for v in dict.fromkeys(map(str, filled)) if _CODES[role].fullmatch(v)]
        shown = ", ".join(f"«{v}»" for v in plain[:_SHOWN] if field not in self.persons) or "–"
        facts = {"field": field, "filled": len(filled), "rows": len(values), "examples": shown}
        return ["", _comment(code, self.texts, **params, **facts), *_LINES[role].format(field).split("\n")]

    def rest(self, code: str, fields: Sequence[str]) -> list[str]:
        return [_comment(code, self.texts, fields=", ".join(fields))] if fields else []
