"""Rows of a file, read by a field map; every doubt becomes a finding with its row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from functools import lru_cache
from typing import Any

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.files.table import Table
from landinfo.intake.checks import Shapes
from landinfo.intake.fieldmap import AreaField, FieldMap
from landinfo.intake.findings import Collector, Place
from landinfo.intake.harmless import is_measure, is_number, is_use, shown
from landinfo.intake.limits import read_limits
from landinfo.intake.persons import masked
from landinfo.intake.template import Template
from landinfo.intake.values import EMPTY_DAYS, area_text, read_area, read_day
from landinfo.model import Rulebook

_read_day = lru_cache(maxsize=10_000)(read_day)
CORNER = 0.001
"""m: two drawings whose corners lie nearer than this are the same drawing."""


class Reader:
    """Reads one table by one map. ``named(i)`` is what row i (from 0) calls itself in messages."""

    def __init__(self, table: Table, map: FieldMap, rulebook: Rulebook, collect: Collector) -> None:
        self.table, self.map, self.rulebook, self.collect = table, map, rulebook, collect
        self.uses = frozenset(rulebook.land_use_types)
        self.limits = read_limits(rulebook.rules, map.words.effective_from)
        self._texts: dict[str, list[str | None]] = {}
        self.shapes: Shapes | None = None
        """The rows' shapes in the plane of the store, as soon as they are there: places of findings."""

    def row(self, i: int) -> dict[str, Any]:
        return {name: column[i] for name, column in self.table.columns.items()}

    def place(self, i: int) -> Place:
        """Where a finding at row i (from 0) is: the row's number in the file, and its name."""
        return Place(self.table.rows[i], self.named(i))

    def named(self, i: int) -> str:
        row = self.row(i)
        names = ("sheet", "number") if not self.map.theme else ("name", "designation")
        filled = [self.map.columns[n].fill(row) or "–" for n in names if n in self.map.columns]
        if self.map.theme:
            return "/".join(self.shown(text) for text in filled)
        return "/".join(text if text == "–" else shown(text, is_number) for text in filled)

    def shown(self, text: str) -> str:
        """A text of the file as a finding may show it; the areas of a theme may be called like a person."""
        return masked(text, names_allowed=bool(self.map.theme))

    def wrong(self, code: str, i: int, detail: object = "", mark: BaseGeometry | None = None) -> None:
        """A finding at row i (from 0); without a ``mark`` of its own it lies in the row's shape."""
        shape = self.shapes[i] if self.shapes is not None else None
        if mark is None and shape is not None:
            mark = shapely.point_on_surface(shape)
        self.collect.add(code, replace(self.place(i), detail=self.shown(str(detail))[:120], mark=mark))

    def text(self, name: str, row: Mapping[str, Any], default: str = "") -> str:
        template = self.map.columns.get(name)
        return (template.fill(row) if template else None) or default

    def texts(self, name: str) -> list[str | None]:
        """The column ``name`` of the map filled for every row; None where it is empty, or not in the map."""
        if name not in self._texts:
            template = self.map.columns.get(name)
            self._texts[name] = self.filled(template) if template else [None] * len(self.table.rows)
        return self._texts[name]

    def filled(self, template: Template) -> list[str | None]:
        """A template filled for every row."""
        return template.fill_all(self.table.columns, len(self.table.rows))

    def day(self, name: str, i: int, default: date | None) -> date | None:
        text = self.texts(name)[i]
        if not text:
            return default
        try:
            day = _read_day(text)
        except ValueError:
            self.wrong("PAR-010", i, shown(text, is_measure))
            return default
        if day in EMPTY_DAYS:
            self.wrong("PAR-014", i, shown(text, is_measure))
            return default
        return day

    def area(self, field: AreaField | None, i: int, row: Mapping[str, Any]) -> Decimal | None:
        """m², None where nothing or nought stands: unknown is never 0."""
        if field is None:
            return None
        cell = {name: area_text(row.get(name), field.comma) for name in field.value.fields}
        text = field.value.fill(cell)
        if text is None:
            return None
        try:
            area = read_area(text, field.unit, field.comma)
        except ValueError:
            self.wrong("PAR-005", i, shown(text, is_measure))
            return None
        if not area:
            self.wrong("PAR-006", i)
        return area or None

    def days(self, i: int) -> tuple[date, date | None]:
        first = self.day("effective_from", i, self.map.words.effective_from)
        end = self.day("effective_to", i, None)
        first = first or self.map.words.effective_from
        if end is not None and end <= first:
            self.wrong("PAR-012", i, f"{first} → {end}")
        elif end is not None and end <= self.map.words.effective_from:
            self.wrong("PAR-013", i, f"{end} ≤ {self.map.words.effective_from}")
        return first, end

    def is_use(self, text: str) -> bool:
        """Is this a code of a land use by its shape?"""
        return is_use(text, self.uses)

    def mapped(self, i: int, text: str | None, mapping: Mapping[str, str] | None) -> str | None:
        """A code, by the map's table of words where there is one: a word that it does not hold is an error."""
        if text is None or mapping is None:
            return text
        if text not in mapping:
            self.wrong("MAP-005", i, shown(text, self.is_use))
            return None
        return mapping[text]
