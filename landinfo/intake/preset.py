"""Presets: what the columns of an office's program are called (``data/fieldmaps/*.toml``), and how they meet a file."""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

from landinfo.intake.fieldmap import AreaField, FieldMap, LandUseField
from landinfo.intake.findings import Collector, found
from landinfo.intake.section import wrong_entries
from landinfo.intake.template import Template
from landinfo.model import Refused, Rulebook
from landinfo.search import fold

FOLDER = Path(__file__).resolve().parent.parent.parent / "data" / "fieldmaps"
ROLES = ("commune", "sheet", "number", "registered_area", "land_use")
_NAMES = ("commune", "sheet", "number")
_YEAR = re.compile(r"\d{4}")
_DBF = 10
"""Characters of a field's name that a .dbf keeps."""


@dataclass(frozen=True, slots=True)
class Preset:
    """``fields`` are the names that a column may have, by role, the best first."""

    name: str
    fields: Mapping[str, Sequence[str]]

    def meet(self, there: Sequence[str]) -> dict[str, str]:
        """The fields of a file that play a role, by role."""
        made = {}
        for role, names in self.fields.items():
            hits = [field for name in names for field in there if is_name(field, name)]
            if hits:
                made[role] = hits[0]
        return made


def is_name(field: str, name: str) -> bool:
    """Is ``field`` the column ``name``, in any case or accent, or cut at ten characters?"""
    one, other = (fold(text).replace(" ", "").replace("_", "") for text in (field, name))
    cut = len(field) == _DBF and name.casefold().startswith(field.casefold())
    return one == other or cut


@lru_cache(maxsize=1)
def presets() -> Mapping[str, Preset]:
    """Every preset by its name, which is that of its file."""
    made = {}
    for path in sorted(FOLDER.glob("*.toml")):
        raw = tomllib.loads(path.read_text("utf-8"))
        made[path.stem] = Preset(path.stem, raw["fields"])
    return made


def fitted(map: FieldMap, there: Sequence[str], collect: Collector, rulebook: Rulebook) -> FieldMap:
    """The map with what its preset finds in the fields of a file; what the map names itself goes before.

    MAP-007 says what was taken, MAP-008 that land uses were not, for want of their regime. Raises ``Refused``: MAP-002
    no such preset, MAP-003 no field for what a parcel needs.
    """
    preset = presets().get(map.preset)
    if preset is None:
        raise wrong_entries(map.path, [("[parcel] preset", " | ".join(presets()))])
    all_met = preset.meet(there)
    met = {role: field for role, field in all_met.items() if not _given(map, role)}
    if "land_use" in all_met and not map.land_uses and not map.regime:
        collect.put(found("MAP-008", field=all_met["land_use"], regimes=" | ".join(regimes(rulebook))))
    missing = [role for role in _NAMES if role not in met and role not in map.columns]
    if missing:
        names = ", ".join(preset.fields.get(role, [role])[0] for role in missing)
        raise Refused("MAP-003", str(map.path), missing=names, fields=", ".join(there) or "–")
    collect.put(found("MAP-007", preset=preset.name, taken=", ".join(f"{r} ← {met[r]}" for r in ROLES if r in met)))
    value = {role: Template(f"{{{field}}}") for role, field in met.items()}
    return replace(
        map,
        columns={**map.columns, **{role: value[role] for role in _NAMES if role in value}},
        area=AreaField(value["registered_area"], "m2", comma=False) if "registered_area" in value else map.area,
        land_uses=(LandUseField(value["land_use"], map.regime, None, None),) if "land_use" in value else map.land_uses,
    )


def regimes(rulebook: Rulebook, codes: Iterable[str] = ()) -> list[str]:
    """The code lists that a land use may be of: those of which most ``codes`` are, then the newest circular."""
    kinds = rulebook.land_use_types
    there = {regime for kind in kinds.values() for regime in kind.regimes}
    hits = Counter(regime for code in codes if code in kinds for regime in kinds[code].regimes)
    return sorted(there, key=lambda regime: (-hits[regime], not regime.startswith("TT"), -_year(regime), regime))


def _year(regime: str) -> int:
    match = _YEAR.search(regime)
    return int(match[0]) if match else 0


def _given(map: FieldMap, role: str) -> bool:
    """Does the map say it itself, or can it not be read (a land use without its regime)?"""
    if role == "registered_area":
        return map.area is not None
    return bool(map.land_uses) or not map.regime if role == "land_use" else role in map.columns
