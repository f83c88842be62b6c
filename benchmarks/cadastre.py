"""A province that never was: parcels with shared edges, and a land-use plan, drawn on the real ground's extent.

Deterministic for a number of parcels. Every corner is in VN-2000 105°45' (EPSG:9210), metres, to 1 mm.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely
from numpy.typing import NDArray

from landinfo.intake.landing import _boxes

SEED = 20261127
WEST, SOUTH, WIDTH, HEIGHT = 570_000.0, 1_210_000.0, 58_000.0, 52_000.0
"""m: where a million parcels stand; fewer stand in the middle of it, as dense."""
MILLION = 1_000_000
BLOCKS = (240, 250)
TARGETS = (115.0, 230.0, 520.0, 2900.0)
"""m²: a parcel in town, suburb, village, field."""
USES = (
    ("ODT", "ODT", "TMD", "DGD"),
    ("ODT", "ONT", "CLN", "TMD"),
    ("ONT", "CLN", "ONT", "NTS"),
    ("LUC", "LUK", "CLN", "NTS"),
)
"""The codes of a town, a suburb, a village and fields, the most frequent first."""
PLANNING = 20_000
"""Areas of the plan for a million parcels."""
Shapes = NDArray[np.object_]

PARCEL_MAP = """
[source]
repair = "safe"

[store]
title = "Tỉnh mô phỏng (đo tốc độ)"
simulated = true

[edition]
territory = "former-binh-duong"
document = "mô phỏng, để đo tốc độ"
effective_from = 2025-07-01
source = "benchmarks/cadastre.py"
simulated = true

[parcel]
commune = "{MaXa}"
period = "2025"
sheet = "{SoTo}"
number = "{SoThua}"
map_scale = "{TyLe}"
registered_area = { value = "{DienTich}", unit = "m2" }

[[parcel.land_use]]
code = "{LoaiDat}"
regime = "TT08/2024"

[coverage]
of = "hull_of_features"
"""
PLAN_MAP = """
[edition]
territory = "former-binh-duong"
document = "quy hoạch mô phỏng, để đo tốc độ"
effective_from = 2025-07-01
source = "benchmarks/cadastre.py"
simulated = true

[theme]
id = "land_use_planning"
designation = "{MaQH}"
name = "{SoVung}"

[coverage]
of = "bbox"
"""


@dataclass(frozen=True, slots=True)
class Ground:
    """Where a number of parcels stand, and the blocks that hold them: corners (n, 4, 2) in order, class 0 … 4."""

    low: tuple[float, float]
    size: tuple[float, float]
    corners: NDArray[np.float64]
    kind: NDArray[np.int64]
    sheet: NDArray[np.int64]


def write(folder: Path, count: int, ending: str = "gpkg") -> dict[str, Path]:
    """The files and their field maps in ``folder``, made once: keys parcels, plan, parcels_map, plan_map."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = {name: folder / f"{name}-{count}.{ending}" for name in ("parcels", "plan")}
    maps = {"parcels_map": folder / "parcels.toml", "plan_map": folder / "plan.toml"}
    for name, text in (("parcels_map", PARCEL_MAP), ("plan_map", PLAN_MAP)):
        maps[name].write_text(text, "utf-8")
    if not all(path.exists() for path in paths.values()):
        rng = np.random.default_rng(SEED)
        ground = blocks(count, rng)
        _save(paths["parcels"], *parcels(ground, count, rng))
        _save(paths["plan"], *plan(ground, max(4, PLANNING * count // MILLION), rng))
    return paths | maps


def blocks(count: int, rng: np.random.Generator) -> Ground:
    """Blocks of parcels between roads, denser around 25 towns."""
    scale = (count / MILLION) ** 0.5
    size = (WIDTH * scale, HEIGHT * scale)
    low = (WEST + (WIDTH - size[0]) / 2, SOUTH + (HEIGHT - size[1]) / 2)
    nx, ny = (max(4, int(n * scale)) for n in BLOCKS)
    x, y = np.meshgrid(
        low[0] + np.arange(nx + 1) * size[0] / nx, low[1] + np.arange(ny + 1) * size[1] / ny, indexing="ij"
    )
    x = x + rng.uniform(-0.12, 0.12, x.shape) * size[0] / nx
    y = y + rng.uniform(-0.12, 0.12, y.shape) * size[1] / ny
    each = np.stack([x, y], -1)
    corners = np.stack([each[:-1, :-1], each[1:, :-1], each[1:, 1:], each[:-1, 1:]], 2).reshape(-1, 4, 2)
    middle = corners.mean(1, keepdims=True)
    corners = middle + (corners - middle) * rng.uniform(0.93, 0.97, (len(corners), 1, 1))  # a road of 6 to 16 m
    column, row = np.divmod(np.arange(len(corners)), ny)
    sheet = column // 2 * ((ny + 1) // 2) + row // 2
    return Ground(low, size, corners, _kinds(middle[:, 0], low, size, scale, rng), sheet)


def _kinds(middle: Any, low: Any, size: Any, scale: float, rng: np.random.Generator) -> NDArray[np.int64]:
    towns = np.array(low) + rng.uniform(0.05, 0.95, (25, 2)) * np.array(size)
    weight = rng.pareto(1.2, 25) + 1
    away = np.hypot(*(middle[:, None] - towns[None]).transpose(2, 0, 1))
    score = (weight * np.exp(-away / (1500 * scale * np.sqrt(weight) + 300))).sum(1) + rng.uniform(0, 0.25, len(middle))
    held = shapely.STRtree(shapely.box(*np.array(list(_held().values())).T))
    near = held.query(shapely.points(middle), predicate="dwithin", distance=1000.0)[0]
    score[np.setdiff1d(np.arange(len(score)), near)] -= 1e9  # off the ground of every commune stands nothing
    rank = np.argsort(np.argsort(-score)) / len(score)
    return np.digitize(rank, [0.0085, 0.032, 0.10, 0.50])


def parcels(ground: Ground, count: int, rng: np.random.Generator) -> tuple[Shapes, dict[str, Any]]:
    """``count`` parcels with 4 to 8 corners that share their edges, and their columns; about 1 in 1,000 has a fault."""
    drawn = list(_grids(ground, rng))
    shapes, block = (np.concatenate([pair[n] for pair in drawn]) for n in (0, 1))
    area = shapely.area(shapes)
    good = shapely.is_valid(shapes) & (area >= 60) & (area <= 6000)
    shapes, block = shapes[good], block[good]
    order = np.lexsort((block, ground.sheet[block]))[:count]
    shapes, block = shapes[order], block[order]
    if len(shapes) < count:
        raise SystemExit(f"{len(shapes)} parcels fit, {count} were wanted")
    sheet = ground.sheet[block]
    number = np.arange(count) - np.searchsorted(sheet, sheet) + 1
    kind = ground.kind[block]
    uses = np.array([list(one) for one in USES], dtype=object)
    columns = {
        "MaXa": _communes(ground)[sheet],
        "SoTo": np.array([str(n) for n in range(1, ground.sheet.max() + 2)], dtype=object)[sheet],
        "SoThua": number.astype(str).astype(object),
        "DienTich": np.round(shapely.area(shapes) * rng.normal(1, 0.003, count), 1),
        "LoaiDat": uses[kind, rng.choice(4, count, p=[0.6, 0.2, 0.12, 0.08])],
        "TyLe": np.array([500, 500, 1000, 2000])[kind],
    }
    return _with_faults(shapes, columns, rng), columns


def _grids(ground: Ground, rng: np.random.Generator) -> Iterator[tuple[Shapes, NDArray[np.int64]]]:
    """The parcels of each block, those of equal numbers of rows and columns at once."""
    used = np.flatnonzero(ground.kind < 4)
    area = shapely.area(shapely.polygons(ground.corners[used]))
    wanted = np.maximum(4, area / (np.array(TARGETS)[ground.kind[used]] * np.exp(rng.normal(0, 0.12, len(used)))))
    across = np.maximum(2, np.round(np.sqrt(wanted * rng.uniform(1.4, 3.2, len(used))))).astype(int)
    along = np.maximum(2, np.round(wanted / across)).astype(int)
    for u, v in np.unique(np.column_stack([across, along]), axis=0).tolist():
        chosen = used[(across == u) & (along == v)]
        yield _grid(ground.corners[chosen], u, v, rng), np.repeat(chosen, u * v)


def _grid(corners: Any, u: int, v: int, rng: np.random.Generator) -> Shapes:
    n = len(corners)
    s = np.tile((np.arange(u + 1) / u)[None, :, None], (n, 1, v + 1))
    t = np.tile((np.arange(v + 1) / v)[None, None, :], (n, u + 1, 1))
    s[:, 1:-1, :] += rng.uniform(-0.16, 0.16, (n, u - 1, v + 1)) / u
    t[:, :, 1:-1] += rng.uniform(-0.16, 0.16, (n, u + 1, v - 1)) / v
    weights = [(1 - s) * (1 - t), s * (1 - t), s * t, (1 - s) * t]
    knots = sum(w[..., None] * corners[:, k, None, None, :] for k, w in enumerate(weights))
    across = _bent(knots[:, :-1], knots[:, 1:], rng)
    along = _bent(knots[:, :, :-1], knots[:, :, 1:], rng)
    has_across, has_along = (rng.random(each.shape[:3]) < 0.5 for each in (across, along))
    first = knots[:, :-1, :-1]
    ring = [first, across[:, :, :-1], knots[:, 1:, :-1], along[:, 1:], knots[:, 1:, 1:]]
    ring += [across[:, :, 1:], knots[:, :-1, 1:], along[:, :-1], first]
    all_ = np.ones((n, u, v), bool)
    kept = [all_, has_across[:, :, :-1], all_, has_along[:, 1:], all_, has_across[:, :, 1:], all_, has_along[:, :-1]]
    xy, keep = np.stack(ring, 3).reshape(-1, 9, 2), np.stack([*kept, all_], 3).reshape(-1, 9)
    index = np.repeat(np.arange(len(xy)), 9)[keep.ravel()]
    return np.asarray(shapely.polygons(shapely.linearrings(np.round(xy[keep], 3), indices=index)))


def _bent(start: Any, end: Any, rng: np.random.Generator) -> Any:
    """A corner on each edge, a little beside it."""
    edge = end - start
    beside = np.stack([-edge[..., 1], edge[..., 0]], -1)
    at, off = rng.uniform(0.35, 0.65, edge.shape[:-1]), rng.uniform(-0.05, 0.05, edge.shape[:-1])
    return start + edge * at[..., None] + beside * off[..., None]


def _communes(ground: Ground) -> Any:
    """The commune of each sheet."""
    places = np.zeros((ground.sheet.max() + 1, 2))
    places[ground.sheet] = ground.corners.mean(1)
    return communes(places, _held())


def communes(places: Any, among: Collection[str]) -> Any:
    """The code of a commune of 2025 in whose box each place lies, or of the nearest: a load holds rows to them."""
    boxes = {code: box for code, box in _held().items() if code in among}
    nearest = shapely.STRtree(shapely.box(*np.array(list(boxes.values())).T)).nearest(shapely.points(places))
    return np.array(list(boxes), dtype=object)[nearest]


def _held() -> dict[str, tuple[float, float, float, float]]:
    """The boxes of the communes of 2025, by code, in metres of the plane."""
    return {name.partition("@")[0]: box for name, box in _boxes().items() if name.endswith("@2025")}


def _with_faults(shapes: Shapes, columns: dict[str, Any], rng: np.random.Generator) -> Shapes:
    """Faults that a load names and does not refuse, each in a thousandth of the rows or fewer."""
    count = len(shapes)
    some = rng.permutation(count)[: count // 250 * 4].reshape(4, -1)
    overlapping, doubled, wrong_area, unknown = (rows[: max(1, count // 1000)] for rows in some)
    shapes = shapes.copy()
    for i in overlapping:
        shapes[i] = shapely.buffer(shapes[i], 0.4, join_style="mitre")
    for i in doubled:
        xy = shapely.get_coordinates(shapes[i])
        shapes[i] = shapely.Polygon(np.insert(xy, 1, xy[0] + 0.0003, axis=0))
    columns["DienTich"][wrong_area] = np.round(columns["DienTich"][wrong_area] * 1.12, 1)
    columns["LoaiDat"][unknown] = "XYZ"
    columns["SoThua"][unknown[: len(unknown) // 2] - 1] = columns["SoThua"][unknown[: len(unknown) // 2]]
    return shapes


def plan(ground: Ground, count: int, rng: np.random.Generator) -> tuple[Shapes, dict[str, Any]]:
    """A tiling of wavy cells, of which some are joined into large ones, some have holes, some lie over others."""
    nx, ny = _across(ground, count)
    tiles = _tiles(ground, nx, ny, rng)
    codes = rng.choice(["ODT", "ONT", "LUC", "CLN", "DGT", "TMD", "SKK", "DKV", "RSX"], len(tiles)).astype(object)
    joined, left = [], np.ones(len(tiles), bool)
    for i in rng.permutation(len(tiles))[: len(tiles) // 100]:
        x, y = divmod(int(i), ny)
        group = [a * ny + b for a in range(x, min(x + 3, nx)) for b in range(y, min(y + 3, ny))]
        if left[group].all():
            left[group] = False
            hole = group[len(group) // 2]
            left[hole] = rng.random() < 0.5  # the middle stays as a hole with its own use, or goes in
            joined.append(shapely.union_all(tiles[[n for n in group if not left[n]]]))
    over = rng.permutation(np.flatnonzero(left))[: len(tiles) // 200]
    shapes = tiles.copy()
    shapes[over] = shapely.buffer(tiles[over], 5.0)
    shapes = np.concatenate([shapes[left], np.array(joined, dtype=object)])
    designations = np.concatenate([codes[left], codes[: len(joined)]])
    return shapes, {"MaQH": designations, "SoVung": np.array([f"V{n}" for n in range(len(shapes))], dtype=object)}


def tiles(ground: Ground, count: int, rng: np.random.Generator) -> Shapes:
    """About ``count`` wavy cells that tile the ground."""
    return _tiles(ground, *_across(ground, count), rng)


def zoning(ground: Ground, count: int, rng: np.random.Generator) -> tuple[Shapes, Any]:
    """Areas as in a plan, heavier: hundreds of corners each, a tenth with holes, a tenth over their neighbours."""
    shapes = shapely.segmentize(tiles(ground, count, rng), (ground.size[0] * ground.size[1] / count) ** 0.5 / 60)
    xy = shapely.get_coordinates(shapes)
    shapes = shapely.set_coordinates(shapes, np.round(xy + 0.4 * np.sin(xy[:, ::-1] / 9), 3))
    shapes = shapely.make_valid(shapes, method="structure")
    order = rng.permutation(len(shapes))
    holed, over = order[: len(order) // 10 + 1], order[len(order) // 10 + 1 : len(order) // 5 + 2]
    shapes[holed] = shapely.difference(shapes[holed], shapely.buffer(shapely.point_on_surface(shapes[holed]), 40.0))
    shapes[over] = shapely.buffer(shapes[over], 12.0)
    return shapes, rng.choice(["OHH", "OXM", "HHO", "CXD", "GTD"], len(shapes))


def corridors(ground: Ground, count: int, rng: np.random.Generator) -> tuple[Shapes, Any]:
    """Roads of 3 km with 60 bends and 15 m of safety corridor on both sides."""
    begin = np.array(ground.low) + rng.uniform(0, 1, (count, 2)) * ground.size
    angle = rng.uniform(0, 2 * np.pi, (count, 1)) + np.cumsum(rng.normal(0, 0.15, (count, 60)), 1)
    steps = 50.0 * np.stack([np.cos(angle), np.sin(angle)], -1)
    lines = shapely.linestrings(begin[:, None] + np.cumsum(steps, 1))
    return np.asarray(shapely.buffer(lines, 15.0)), np.full(count, "HLDB")


def _across(ground: Ground, count: int) -> tuple[int, int]:
    nx = max(2, round((count * ground.size[0] / ground.size[1]) ** 0.5))
    return nx, max(2, round(count / nx))


def _tiles(ground: Ground, nx: int, ny: int, rng: np.random.Generator) -> Shapes:
    steps = np.array([ground.size[0] / nx, ground.size[1] / ny])
    x, y = np.meshgrid(np.arange(nx + 1), np.arange(ny + 1), indexing="ij")
    knots = np.stack([x, y], -1) * steps + np.array(ground.low)
    knots[1:-1, 1:-1] += rng.uniform(-0.25, 0.25, knots[1:-1, 1:-1].shape) * steps
    across, along = (_wavy(a, b, rng) for a, b in ((knots[:-1], knots[1:]), (knots[:, :-1], knots[:, 1:])))
    for each, edges in ((across, (np.s_[:, 0], np.s_[:, -1])), (along, (np.s_[0], np.s_[-1]))):
        start, end = (knots[:-1], knots[1:]) if each is across else (knots[:, :-1], knots[:, 1:])
        for edge in edges:
            t = (np.arange(1, 11) / 11)[:, None]
            each[edge] = start[edge][..., None, :] * (1 - t) + end[edge][..., None, :] * t
    k = [a[..., None, :] for a in (knots[:-1, :-1], knots[1:, :-1], knots[1:, 1:], knots[:-1, 1:])]
    ring = [k[0], across[:, :-1], k[1], along[1:], k[2], across[:, 1:, ::-1], k[3], along[:-1, :, ::-1], k[0]]
    shapes = np.asarray(shapely.polygons(np.round(np.concatenate(ring, 2).reshape(nx * ny, -1, 2), 3)))
    bad = np.flatnonzero(~shapely.is_valid(shapes))
    for i in bad:
        shapes[i] = max(shapely.get_parts(shapely.make_valid(shapes[i])), key=lambda part: float(part.area))
    return shapes


def _wavy(start: Any, end: Any, rng: np.random.Generator) -> Any:
    t = (np.arange(1, 11) / 11)[:, None]
    edge = end - start
    beside = np.stack([-edge[..., 1], edge[..., 0]], -1)
    off = np.cumsum(rng.normal(0, 0.012, (*edge.shape[:-1], 10)), -1)
    off -= off[..., -1:] * t[:, 0]
    return start[..., None, :] + edge[..., None, :] * t + beside[..., None, :] * off[..., None]


def _save(path: Path, shapes: Shapes, columns: dict[str, Any]) -> None:
    aside = path.with_name(f"next-{path.name}")
    driver = {".gpkg": "GPKG", ".shp": "ESRI Shapefile", ".fgb": "FlatGeobuf"}[path.suffix]
    options = {"SPATIAL_INDEX": "NO"} if driver == "GPKG" else {}
    pyogrio.raw.write(
        aside, shapely.to_wkb(shapes), list(columns.values()), list(columns), driver=driver, layer=path.stem,
        crs="EPSG:9210", geometry_type="Polygon", **options,
    )  # fmt: skip
    for part in aside.parent.glob(f"{aside.stem}.*"):
        part.rename(part.with_name(part.name.removeprefix("next-")))
