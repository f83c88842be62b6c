"""A batch in the tests: a list is written, run, and its tables are read again by other programs than wrote them."""

from __future__ import annotations

import csv
import io
import json
import sqlite3
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, TypeVar

import street
from street import ROOT, TODAY

from landinfo.batch import run, runner
from landinfo.batch.run import Batch, Done

TABLES = ("results", "estimate_lines", "themes", "errors")
Rows = list[dict[str, Any]]
T = TypeVar("T")


def ground(place: str) -> str:
    """The street in a store at ``place``, for processes that open it themselves."""
    street.create(place).close()
    return place


def awaited(look: Callable[[], T], within: float = 60) -> T:
    """What another process brings about, looked for until it is there."""
    last = time.monotonic() + within
    while not (found := look()):
        assert time.monotonic() < last
        time.sleep(0.02)
    return found


def batch(source: Path, target: Path, store: str, *defaults: tuple[str, str], **more: Any) -> Batch:
    return replace(Batch(source, target, store, ROOT / "data", defaults, TODAY), **more)


def done(asked: Batch, answer: run.Runner = runner.alone) -> Done:
    return run.run(asked, answer, lambda *_: None)


def table(titles: str, *rows: str) -> str:
    return "\n".join([titles, *rows, ""])


def answered(folder: Path, store: str, content: str | bytes, *defaults: tuple[str, str], ending: str = ".csv") -> Any:
    """The tables, read from the CSV files, of a list with that content."""
    source, target = folder / f"in{ending}", folder / "out.csv"
    source.write_bytes(content.encode() if isinstance(content, str) else content)
    done(batch(source, target, store, *defaults))
    return read_csv(target)


def read_csv(target: Path, main: bool = True) -> dict[str, Rows]:
    places = {name: target.with_name(f"{target.stem}.{name}.csv") for name in TABLES[1:]}
    found = {}
    for name, place in ({"results": target} | places if main else places).items():
        text = place.read_bytes().decode("utf-8-sig")
        found[name] = list(csv.DictReader(io.StringIO(text, newline=""), strict=True))
    return found


def read_xlsx(target: Path) -> dict[str, Rows]:
    from openpyxl import load_workbook

    book = load_workbook(target)
    found = {}
    for name in book.sheetnames:
        head, *rows = book[name].iter_rows(values_only=True)
        found[name.replace(" ", "_")] = [dict(zip(map(str, head), row, strict=True)) for row in rows]
    return found


def read_gpkg(target: Path) -> dict[str, Rows]:
    held = sqlite3.connect(target)
    held.row_factory = sqlite3.Row
    found = {name: [dict(row) for row in held.execute(f"SELECT * FROM {name} ORDER BY fid")] for name in TABLES}
    held.close()
    for row in found["results"]:
        row["simulated"] = bool(row["simulated"])  # SQLite has no such kind
    return found


def read_parquet(target: Path) -> dict[str, Rows]:
    from pyarrow import parquet

    places = {name: target.with_name(f"{target.stem}.{name}.parquet") for name in TABLES[1:]}
    return {name: parquet.read_table(place).to_pylist() for name, place in {"results": target, **places}.items()}


def read_geojson(target: Path) -> dict[str, Rows]:
    made = json.loads(target.read_text("utf-8"))
    assert made["type"] == "FeatureCollection"
    rows = [feature["properties"] | {"geometry": feature["geometry"]} for feature in made["features"]]
    return read_csv(target, main=False) | {"results": rows}


def files(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in sorted(folder.iterdir()) if path.is_file()}


READERS = {".csv": read_csv, ".xlsx": read_xlsx, ".geojson": read_geojson, ".gpkg": read_gpkg, ".parquet": read_parquet}
