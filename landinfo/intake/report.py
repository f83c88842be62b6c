"""The findings of a load as files: a map for QGIS, a page for a browser, a table for a spreadsheet.

Each file is there whole or not at all. Nothing in them says where on a machine a file lay.
"""

from __future__ import annotations

import csv
import io
import json
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import numpy as np
import shapely
import shapely.geometry
from shapely.geometry.base import BaseGeometry

from landinfo import coordinates
from landinfo.files.write import Sheet, write_geopackage
from landinfo.intake.findings import Finding, Severity, point_of
from landinfo.intake.load import LoadResult
from landinfo.model import Refused
from landinfo.store.plane import definition
from landinfo.texts import LANGUAGES, Texts, no_formula, say

FILES = ("findings.geojson", "findings.gpkg", "findings.csv", "findings.html")
COLUMNS = ("code", "severity", "row", "name", "detail", "quarantined", "text_vi", "text_en", "do_vi", "do_en")
_ORIGINALS = ("row", "name", "area_before", "area_after")
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:70rem;padding:0 1rem}"
    "table{border-collapse:collapse;width:100%}th,td{border:1px solid #ccc;padding:.3rem .5rem;text-align:left;"
    "vertical-align:top}.fatal,.error{border-left:.4rem solid #b3261e}.warning{border-left:.4rem solid #b26a00}"
    ".note{border-left:.4rem solid #777}section{margin:1.5rem 0;padding-left:1rem}p{margin:.2rem 0}"
)


@dataclass(frozen=True, slots=True)
class Line:
    """One place of a finding, or a finding without one (row 0): ``values`` by ``COLUMNS``, ``mark`` in the plane."""

    values: dict[str, Any]
    x: float | None
    y: float | None
    mark: BaseGeometry | None


def write_report(result: LoadResult, folder: Path, texts: Texts) -> tuple[Path, ...]:
    """Write ``FILES`` into ``folder`` (made where it is missing) in place of those of an earlier load.

    The GeoPackage has the layers findings_points and findings_lines in the plane of the store, and originals: drawings
    as they came, of rows that were repaired. The GeoJSON is in WGS 84, a finding without a place has no geometry.
    Raises ``Refused`` where the folder cannot be written.
    """
    prepare(folder)
    lines = [line for finding in result.findings for line in _lines(finding, result.quarantined, texts)]
    try:
        work = Path(tempfile.mkdtemp(prefix=".findings-", dir=folder))
        try:
            (work / FILES[0]).write_text(_geojson(lines, result.crs), "utf-8")
            _geopackage(work / FILES[1], lines, result)
            (work / FILES[2]).write_text(_csv(lines), "utf-8-sig", newline="")
            (work / FILES[3]).write_text(_html(result, texts), "utf-8")
            for name in FILES:
                (work / name).replace(folder / name)
        finally:
            shutil.rmtree(work, ignore_errors=True)
    except OSError as wrong:
        raise Refused("report-not-written", "report", wrong=wrong.strerror or type(wrong).__name__) from wrong
    return tuple(folder / name for name in FILES)


def prepare(folder: Path) -> None:
    """Make the folder, before a load begins whose findings it is to hold. Raises ``Refused`` where that cannot be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as wrong:
        raise Refused("report-not-written", "report", wrong=wrong.strerror or type(wrong).__name__) from wrong


def _lines(finding: Finding, quarantined: frozenset[int], texts: Texts) -> Iterator[Line]:
    notice = finding.notice()
    text, do = say(notice.code, notice.params, texts), say(f"do-{notice.code}", {}, texts)
    told = {f"text_{lang}": text[lang] for lang in LANGUAGES} | {f"do_{lang}": do[lang] for lang in LANGUAGES}
    head = {"code": notice.code, "severity": str(finding.kind.severity)}
    if not finding.places:
        yield Line(head | {"row": 0, "name": "", "detail": "", "quarantined": 0} | told, None, None, None)
    refuses = finding.kind.severity is Severity.ERROR
    for place in finding.places:
        out = int(refuses and place.row in quarantined)
        mine = {"row": place.row, "name": place.name, "detail": place.detail, "quarantined": out}
        yield Line(head | mine | told, *point_of(place), place.mark)


def _geojson(lines: Sequence[Line], crs: str) -> str:
    plane = coordinates.plane(crs) if crs else None
    features = []
    for line in lines:
        mark = plane.to_wgs84(line.mark) if plane and line.mark is not None else None
        there = mark is not None and bool(np.isfinite(shapely.get_coordinates(mark)).all())
        rounded = shapely.transform(mark, lambda xy: xy.round(9)) if there else None
        geometry = shapely.geometry.mapping(rounded) if rounded is not None else None
        features.append({"type": "Feature", "properties": line.values, "geometry": geometry})
    whole = {"type": "FeatureCollection", "features": features}
    return json.dumps(whole, ensure_ascii=False, indent=1) + "\n"


def _geopackage(path: Path, lines: Sequence[Line], result: LoadResult) -> None:
    crs = result.crs or coordinates.DEFAULT_CRS
    marked = [line for line in lines if line.mark is not None]
    points = [line for line in marked if line.mark is not None and line.mark.geom_type == "Point"]
    others = [line for line in marked if line not in points] if len(points) < len(marked) else []
    sheets = [_sheet("findings_points", "Point", points), _sheet("findings_lines", "MultiLineString", others)]
    kept = result.originals
    if kept:
        values = ([o.row for o in kept], [o.name for o in kept], [o.shape.area for o in kept])
        columns: dict[str, Sequence[Any]] = dict(zip(_ORIGINALS, (*values, [o.mended.area for o in kept]), strict=True))
        sheets.append(Sheet("originals", "Unknown", [o.shape for o in kept], columns))
    write_geopackage(path, sheets, definition(crs).wkt)


def _sheet(name: str, kind: str, lines: Sequence[Line]) -> Sheet:
    columns = {column: [line.values[column] for line in lines] for column in COLUMNS}
    return Sheet(name, kind, [line.mark for line in lines if line.mark is not None], columns)


def _csv(lines: Sequence[Line]) -> str:
    out = io.StringIO()
    table = csv.writer(out)
    table.writerow([*COLUMNS, "x", "y"])
    for line in lines:
        at = ["" if v is None else f"{v:.3f}" for v in (line.x, line.y)]
        table.writerow([*(_plain(line.values[column]) for column in COLUMNS), *at])
    return out.getvalue()


def _plain(value: Any) -> Any:
    return no_formula(value) if isinstance(value, str) else value


def _html(result: LoadResult, texts: Texts) -> str:
    title = say("report-title", {}, texts)
    parts = [f"<h1>{escape(title['vi'])}<br><small lang=en>{escape(title['en'])}</small></h1>"]
    state = say("report-published" if result.published else "report-refused", {}, texts)
    parts.append(f"<p>{escape(state['vi'])}</p><p lang=en>{escape(state['en'])}</p>")
    parts += [_section(finding, result.quarantined, texts) for finding in result.findings]
    head = f"<meta charset=utf-8><title>{escape(title['vi'])}</title><style>{_STYLE}</style>"
    return f"<!doctype html>\n<html lang=vi>\n<head>{head}</head>\n<body>\n" + "\n".join(parts) + "\n</body>\n</html>\n"


def _section(finding: Finding, quarantined: frozenset[int], texts: Texts) -> str:
    lines = list(_lines(finding, quarantined, texts))
    said, severity = lines[0].values, say(f"severity-{finding.kind.severity}", {}, texts)
    heading = f"{finding.kind.code} · {severity['vi']} · {severity['en']} · {finding.count}"
    texts_ = "".join(f"<p lang={lang}>{escape(said[f'{kind}_{lang}'])}</p>" for lang in LANGUAGES for kind in _TOLD)
    rows = "".join(_row(line) for line in lines if line.values["row"])
    heads = "".join(f"<th>{escape(name)}" for name in say("report-columns", {}, texts)["vi"].split("|"))
    table = f"<table><tr>{heads}</tr>{rows}</table>" if rows else ""
    return f"<section class={finding.kind.severity}><h2>{escape(heading)}</h2>{texts_}{table}</section>"


_TOLD = ("text", "do")


def _row(line: Line) -> str:
    at = "" if line.x is None or line.y is None else f"{line.x:.3f}, {line.y:.3f}"
    cells = (
        line.values["row"],
        line.values["name"],
        at,
        line.values["detail"],
        "×" if line.values["quarantined"] else "",
    )
    return "<tr>" + "".join(f"<td>{escape(str(cell))}" for cell in cells) + "</tr>"
