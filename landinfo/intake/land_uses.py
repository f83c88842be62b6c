"""The land uses of a row: codes, their regimes, their areas, and what is doubtful about them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import Any

from landinfo.intake.fieldmap import LandUseField
from landinfo.intake.rows import Reader
from landinfo.intake.template import plain
from landinfo.intake.uses import Uses, read_uses
from landinfo.model import LandUse


class LandUses:
    """Reads the uses of one row after the other; what a cell says is read once for all rows that say it."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        self._told: dict[str, Uses] = {}
        self._kept: dict[str, bool] = {}
        self._cells = [(field, reader.filled(field.code)) for field in reader.map.land_uses]

    def of(self, i: int, row: Mapping[str, Any], whole: Decimal | None) -> tuple[LandUse, ...]:
        """The uses in the order of the map; a combined code (``ONT+CLN``) is several; a single use has the whole area.

        Areas inside the code (``ODT 100 + CLN 257.5``) are those of the uses.
        """
        uses: list[LandUse] = []
        for field, cells in self._cells:
            code = self._reader.mapped(i, cells[i], field.mapping)
            if code and not self._is_use(code):
                self._reader.wrong("PAR-024", i)
            elif code:
                told = self._read(code)
                area = self._reader.area(field.area, i, row)
                alone = len(told.parts) == 1
                uses += [LandUse(c, field.regime, area if alone and a is None else a) for c, a in told.parts]
                self._said(i, code, told)
                self._known(i, [c for c, _ in told.parts], field)
        self._sum(i, uses, whole)
        if len(uses) == 1 and uses[0].area is None:
            return (replace(uses[0], area=whole),)
        return tuple(uses)

    def _is_use(self, code: str) -> bool:
        if code not in self._kept:
            self._kept[code] = self._reader.is_use(code)
        return self._kept[code]

    def _read(self, code: str) -> Uses:
        if code not in self._told:
            self._told[code] = read_uses(code, self._reader.uses)
        return self._told[code]

    def _said(self, i: int, code: str, told: Uses) -> None:
        if not told.read:
            self._reader.wrong("PAR-017", i, code)
        elif not told.plain:
            parts = (c if a is None else f"{c} {plain(a)}" for c, a in told.parts)
            self._reader.wrong("PAR-016", i, f"{code} → {'; '.join(parts)}")

    def _sum(self, i: int, uses: Sequence[LandUse], whole: Decimal | None) -> None:
        areas = [use.area for use in uses if use.area is not None]
        if whole is None or not areas or len(areas) < len(uses):
            return
        if abs(sum(areas) - whole) > Decimal(str(self._reader.limits.use_area_difference)):
            self._reader.wrong("PAR-018", i, f"{plain(sum(areas))} ≠ {plain(whole)}")

    def _known(self, i: int, codes: Sequence[str], field: LandUseField) -> None:
        for code in codes:
            listed = self._reader.rulebook.land_use_types.get(code)
            if listed is None:
                self._reader.wrong("PAR-008", i, f"{code} ({field.regime})")
            elif field.regime not in listed.regimes:
                self._reader.wrong("PAR-015", i, f"{code} ({field.regime}) ∈ {', '.join(listed.regimes)}")
