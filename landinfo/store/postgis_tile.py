"""Tiles of the server engine: one prepared statement selects, puts on the tile's grid and writes MVT."""

from __future__ import annotations

_GIVEN = "float8, float8, float8, float8, date, date, integer, integer, integer, integer, integer, integer"
"""Of both: box of the plane, on, known, z, x, y, extent and margin of the grid, least room of a label ($1 to $12)."""
_FRAME = "frame AS (SELECT ST_TileEnvelope($7, $8, $9) AS tile)"
_ON_GRID = "ST_AsMVTGeom(ST_Transform({shape}, 3857), tile, $10, $11)"
# Only of what has room: finding such a point takes longer than the rest of a parcel.
_ROOMY = (
    """(SELECT *, ST_Transform(ST_PointOnSurface(shape), 3857) AS anchor FROM found WHERE room >= $12 OFFSET 0) roomy"""
)
# As landinfo.grid.room.
_ROOM = """floor(least(ST_XMax(t.geom) - ST_XMin(t.geom),
  1.6::float8 * (ST_YMax(t.geom) - ST_YMin(t.geom))))::integer"""
# As landinfo.store.geopackage_tile._main_use.
_MAIN_USE = """(SELECT use ->> 'code' FROM json_array_elements(t.land_uses::json) WITH ORDINALITY AS listed (use, nth)
  ORDER BY (use ->> 'area')::numeric DESC NULLS LAST, nth LIMIT 1)"""
# Of all tiles a point belongs to one alone.
_INSIDE = """ST_X(anchor) >= ST_XMin(tile) AND ST_X(anchor) < ST_XMax(tile)
AND ST_Y(anchor) > ST_YMin(tile) AND ST_Y(anchor) <= ST_YMax(tile)"""


def prepared(number: int, in_force: str) -> tuple[str, ...]:
    """The statements, for a store of SRID ``number``; ``in_force`` selects rows ``t`` and spans ``e`` by their days."""
    near = f"t.geom && ST_MakeEnvelope($1, $2, $3, $4, {number})"
    found = f"JOIN spans e ON e.edition = t.edition WHERE {near} AND {in_force.format(on='$5', known='$6')}"
    return _outlines(found), _parcels(found), _theme(found), _squares(in_force.format(on="$2", known="$3"))


def _squares(in_force: str) -> str:
    column, row = (f"floor((ST_{axis}Min(t.geom) + ST_{axis}Max(t.geom)) / 2 / $1)::integer" for axis in "XY")
    return f"""PREPARE squares (float8, date, date) AS
SELECT t.commune, t.period, t.commune_now, {column}, {row}, count(*)
FROM parcels t JOIN spans e ON e.edition = t.edition WHERE {in_force}
GROUP BY 1, 2, 3, 4, 5 ORDER BY 1, 2, t.commune_now COLLATE "C" NULLS FIRST, 4, 5"""  # noqa: S608


def _outlines(found: str) -> str:
    """As ``landinfo.store.geopackage_tile.outlines``: one feature."""
    together = "ST_CollectionHomogenize(ST_Collect(ST_Boundary(t.geom)))"
    return f"""PREPARE tile_outlines ({_GIVEN}) AS WITH {_FRAME},
lines AS (SELECT {together} AS shape FROM parcels t {found}),
areas AS (SELECT {_ON_GRID.format(shape="shape")} AS geom FROM lines, frame)
SELECT {_layer("areas", "'parcels'")}"""  # noqa: S608


def _parcels(found: str) -> str:
    ref = (
        "t.commune || '@' || t.period || '/' || t.sheet || '/' || t.number || coalesce('~' || nullif(t.suffix, ''), '')"
    )
    order = "t.commune, t.period, t.sheet, t.number, t.suffix, t.effective_from, t.edition, t.fid"
    return f"""PREPARE tile_parcels ({_GIVEN}) AS WITH {_FRAME},
found AS MATERIALIZED (
  SELECT t.geom AS shape, {ref} AS ref, t.number, {_MAIN_USE} AS land_use, {_ROOM} AS room
  FROM parcels t {found} ORDER BY {order}),
areas AS (SELECT {_ON_GRID.format(shape="shape")} AS geom, ref, number, land_use FROM found, frame),
labels AS (
  SELECT ST_AsMVTGeom(anchor, tile, $10, $11) AS geom, ref, number, room FROM {_ROOMY}, frame WHERE {_INSIDE}),
{_ground(found, "t.layer = 'parcels'")}
SELECT {_layer("areas", "'parcels'")} || {_layer("labels", "'labels'")} || {_layer("ground", "'coverage'")}"""  # noqa: S608


def _theme(found: str) -> str:
    """$13: which one."""
    return f"""PREPARE tile_theme ({_GIVEN}, text) AS WITH {_FRAME},
found AS MATERIALIZED (
  SELECT t.geom AS shape, t.id, t.designation, {_ROOM} AS room
  FROM features t {found} AND t.theme = $13 ORDER BY t.designation COLLATE "C", t.id COLLATE "C", t.edition, t.fid),
areas AS (SELECT {_ON_GRID.format(shape="shape")} AS geom, id, designation FROM found, frame),
labels AS (
  SELECT ST_AsMVTGeom(anchor, tile, $10, $11) AS geom, id, designation, room FROM {_ROOMY}, frame WHERE {_INSIDE}),
{_ground(found, "t.layer = $13")}
SELECT {_layer("areas", "$13")} || {_layer("labels", "'labels'")} || {_layer("ground", "'coverage'")}"""  # noqa: S608


def _ground(found: str, of: str) -> str:
    """The ground on which the layer of condition ``of`` is held completely."""
    return f"""ground AS (
  SELECT {_ON_GRID.format(shape="t.geom")} AS geom FROM frame, coverage t {found}
  AND {of} AND t.complete ORDER BY t.edition, t.fid)"""  # noqa: S608


def _layer(rows: str, name: str) -> str:
    """The rows as one layer; without any no bytes at all."""
    select = f"SELECT ST_AsMVT({rows}, {name}, $10, 'geom') FROM {rows} WHERE geom IS NOT NULL HAVING count(*) > 0"  # noqa: S608
    return f"coalesce(({select}), ''::bytea)"
