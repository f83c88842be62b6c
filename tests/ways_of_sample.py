"""The streets and alleys of the sample cadastre as an office would draw them, and the map that reads them."""

from __future__ import annotations

import tomllib
from pathlib import Path
from typing import Any

import numpy as np
from files_to_load import ROOT, write

from landinfo.intake.sample.faces import faces
from landinfo.intake.sample.streets import Road, ward

MAP = """
[streets]
section = "{DOAN}"
width = "{RONG}"

[alleys]
width = "{RONG}"
narrowest = "{HEP}"
surface = "{MAT}"
mapping = { "đất" = "earth", "nhựa" = "paved" }

[edition]
territory = "SIM-2"
document = "87/2025/NQ-HĐND"
effective_from = 2026-01-01
source = "tests"
simulated = true

[coverage]
of = "features"
"""


def roads(wards: int = 2) -> list[Road]:
    """Every street and alley of the first wards of the recipe; drawn as ``sample.draw`` draws them."""
    plan = tomllib.loads((ROOT / "data" / "sample" / "recipe.toml").read_text("utf-8"))
    rng = np.random.default_rng(plan["seed"])
    return [road for each in plan["ward"][:wards] for road in faces(ward(each), rng)[1]]


def files(folder: Path, wards: int = 2) -> tuple[Path, Path, Path]:
    """Streets, alleys, map. A road without a section of the list is an alley; one of an estate has its section."""
    drawn = roads(wards)
    listed, alleys = [r for r in drawn if r.section], [r for r in drawn if not r.section]

    def wide(road: Road) -> float:
        """The mean width of its ground, which wobbles."""
        return round(road.ground.area / road.line.intersection(road.ground).length, 2)

    streets = {"DOAN": [r.section for r in listed], "RONG": [r.width if r.rank < 900 else wide(r) for r in listed]}
    more: dict[str, Any] = {
        "RONG": [r.width if r.rank < 900 else wide(r) for r in alleys],
        "HEP": [r.width for r in alleys],
        "MAT": ["đất" if r.earth else "nhựa" for r in alleys],
    }
    (folder / "map.toml").write_text(MAP, "utf-8")
    return (
        write(folder / "streets.gpkg", [r.line for r in listed], streets),
        write(folder / "alleys.gpkg", [r.line for r in alleys], more),
        folder / "map.toml",
    )
