"""Synthetic ground for the measurements: parcels with shared edges in sheets, and a land-use plan over them.

Drawn, not surveyed; the same numbers give the same files. Coordinates are EPSG:9210 in metres, x = easting.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import geopandas
import numpy as np
import shapely
from numpy.typing import NDArray

WEST, SOUTH = 588_500.0, 1_229_000.0
"""Lower left corner: a million parcels lie around phường Bến Cát."""
BLOCK = (20, 8)
"""Parcels along and across a block; a sheet has the parcels of ``SHEET`` blocks."""
SHEET = 4
LOT = (9.0, 22.0)
"""m: mean width and depth of a parcel."""
ROAD = 9.0
"""m between two blocks."""
COMMUNE, PERIOD = "25813", "2025"
USES = np.array(["ODT", "CLN", "LUC", "SKC", "TMD", "ODT+CLN"])
PLANNED = np.array(["ODT", "ONT", "CLN", "LUC", "DGT", "TMD", "SKK", "DKV"])


@dataclass(frozen=True, slots=True)
class Ground:
    """Files of one size: ``parcels`` and ``plan`` are GeoPackages, the maps are their field maps."""

    folder: Path
    rows: int

    @property
    def parcels(self) -> Path:
        return self.folder / f"parcels-{self.rows}.gpkg"

    @property
    def plan(self) -> Path:
        return self.folder / f"plan-{self.rows}.gpkg"

    @property
    def parcels_map(self) -> Path:
        return self.folder / "parcels.toml"

    @property
    def plan_map(self) -> Path:
        return self.folder / "plan.toml"


def drawn(folder: Path, rows: int, seed: int = 42) -> Ground:
    """The files of ``rows`` parcels in ``folder``, drawn when they are not there yet."""
    ground = Ground(folder, rows)
    folder.mkdir(parents=True, exist_ok=True)
    ground.parcels_map.write_text(PARCELS_MAP, "utf-8")
    ground.plan_map.write_text(PLAN_MAP, "utf-8")
    rng = np.random.default_rng(seed)
    if not ground.parcels.exists():
        _write(_parcels(rows, rng), ground.parcels)
    if not ground.plan.exists():
        _write(_plan(rows, np.random.default_rng(seed + 1)), ground.plan)
    return ground


def _write(table: geopandas.GeoDataFrame, path: Path) -> None:
    made = path.with_suffix(".making.gpkg")
    made.unlink(missing_ok=True)
    table.to_file(made, layer="rows", driver="GPKG", engine="pyogrio")
    made.rename(path)


def side(rows: int) -> tuple[int, int]:
    """Blocks from west to east and from south to north that hold ``rows`` parcels."""
    blocks = -(-rows // (BLOCK[0] * BLOCK[1]))
    across = max(1, int(np.sqrt(blocks * (BLOCK[1] * LOT[1] + ROAD) / (BLOCK[0] * LOT[0] + ROAD))))
    return across, -(-blocks // across)


def _parcels(rows: int, rng: np.random.Generator) -> geopandas.GeoDataFrame:
    across, up = side(rows)
    along, deep = BLOCK
    size = np.array([along * LOT[0] + ROAD, deep * LOT[1] + ROAD])
    shapes = []
    for b in range(across * up):
        origin = np.array([WEST, SOUTH]) + size * (b % across, b // across)
        shapes.append(_block(origin, rng))
    polygons = np.concatenate(shapes)[:rows]
    sheet = np.arange(rows) // (along * deep * SHEET)
    number = np.arange(rows) - sheet * along * deep * SHEET + 1
    area = np.round(shapely.area(polygons) * (1 + rng.normal(0, 0.002, rows)), 1)
    return geopandas.GeoDataFrame(
        {
            "MAXA": np.full(rows, COMMUNE),
            "SOTO": (sheet + 1).astype(str),
            "SOTHUA": number.astype(str),
            "DIENTICH": area,
            "LOAIDAT": rng.choice(USES, rows, p=[0.45, 0.2, 0.15, 0.05, 0.05, 0.1]),
        },
        geometry=polygons,
        crs=9210,
    )


def _block(origin: NDArray[np.float64], rng: np.random.Generator) -> NDArray[np.object_]:
    """The parcels of one block: a lattice whose inner corners are moved, with a corner more on some shared edges."""
    along, deep = BLOCK
    corner = np.stack(np.meshgrid(np.arange(along + 1) * LOT[0], np.arange(deep + 1) * LOT[1], indexing="ij"), -1)
    corner[1:-1, :] += rng.uniform(-0.15, 0.15, (along - 1, deep + 1, 2)) * (LOT[0], 0)
    corner[:, 1:-1] += rng.uniform(-0.15, 0.15, (along + 1, deep - 1, 2)) * (0, LOT[1])
    corner = np.round(corner + origin, 3)
    lying = np.round((corner[:-1] + corner[1:]) / 2 + rng.uniform(-0.4, 0.4, (along, deep + 1, 2)), 3)
    standing = np.round((corner[:, :-1] + corner[:, 1:]) / 2 + rng.uniform(-0.4, 0.4, (along + 1, deep, 2)), 3)
    ring = np.stack(
        [corner[:-1, :-1], lying[:, :-1], corner[1:, :-1], standing[1:], corner[1:, 1:], lying[:, 1:],
         corner[:-1, 1:], standing[:-1], corner[:-1, :-1]], 2,
    ).reshape(-1, 9, 2)  # fmt: skip
    bent = np.stack([rng.random((along, deep + 1)) < 0.5, rng.random((along, deep + 1)) < 0.5])[0]
    upright = rng.random((along + 1, deep)) < 0.5
    one = np.ones((along, deep), bool)
    kept = np.stack(
        [one, bent[:, :-1], one, upright[1:], one, bent[:, 1:], one, upright[:-1], one], 2
    ).reshape(-1, 9)  # fmt: skip
    rings = shapely.linearrings(ring[kept], indices=np.repeat(np.arange(len(ring)), kept.sum(1)))
    return np.asarray(shapely.polygons(rings), dtype=object)


def _plan(rows: int, rng: np.random.Generator) -> geopandas.GeoDataFrame:
    """One area for 50 parcels, of 40 corners; each hundredth a large one with holes, laid over the others."""
    across, up = side(rows)
    extent = np.array([across * (BLOCK[0] * LOT[0] + ROAD), up * (BLOCK[1] * LOT[1] + ROAD)])
    count = max(4, rows // 50)
    wide = max(2, int(np.sqrt(count * extent[0] / extent[1])))
    high = max(2, count // wide)
    cell = extent / (wide, high)
    t = np.linspace(0, 1, 11)
    polygons = []
    bend = rng.uniform(-0.08, 0.08, (2, wide + 1, high + 1, 11)) * np.sin(np.pi * t)
    for i in range(wide):
        for j in range(high):
            south = np.stack([i + t, j + bend[0, i, j]], -1)
            north = np.stack([i + t, j + 1 + bend[0, i, j + 1]], -1)
            west = np.stack([i + bend[1, i, j], j + t], -1)
            east = np.stack([i + 1 + bend[1, i + 1, j], j + t], -1)
            polygons.append(np.concatenate([south[:-1], east[:-1], north[::-1][:-1], west[::-1]]))
    base = shapely.polygons([np.round(p * cell + (WEST, SOUTH), 3) for p in polygons])
    large = []
    for _ in range(max(1, count // 100)):
        middle = np.array([WEST, SOUTH]) + rng.uniform(0.1, 0.9, 2) * extent
        outer = shapely.Point(middle).buffer(cell.max() * rng.uniform(2, 5), quad_segs=120)
        holes = [shapely.Point(middle + rng.uniform(-1.2, 1.2, 2) * cell).buffer(cell.min() * 0.2) for _ in range(3)]
        large.append(shapely.set_precision(outer.difference(shapely.union_all(holes)), 0.001))
    shapes = np.concatenate([base, np.array(large, dtype=object)])
    code = rng.choice(PLANNED, len(shapes))
    return geopandas.GeoDataFrame({"MA_QH": code}, geometry=shapes, crs=9210)


PARCELS_MAP = f"""
[store]
title = "Đo tốc độ – benchmark"
crs = "EPSG:9210"
simulated = true

[edition]
territory = "{COMMUNE}"
document = "landinfo"
effective_from = 2026-01-01
simulated = true
source = "benchmarks/ground.py"

[source]
repair = "safe"

[parcel]
commune = "{{MAXA}}"
period = "{PERIOD}"
sheet = "{{SOTO}}"
number = "{{SOTHUA}}"
registered_area = {{ value = "{{DIENTICH}}", unit = "m2" }}

[[parcel.land_use]]
code = "{{LOAIDAT}}"
regime = "TT08/2024"

[coverage]
of = "hull_of_features"
"""
PLAN_MAP = f"""
[edition]
territory = "{COMMUNE}"
document = "landinfo"
effective_from = 2026-01-01
simulated = true
source = "benchmarks/ground.py"

[theme]
id = "land_use_planning"
designation = "{{MA_QH}}"

[coverage]
of = "bbox"
"""
