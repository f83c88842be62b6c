"""What a reading process does with one file: see what it is, unpack it where it is packed, read it, write it down."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from landinfo.files import archive, capitals, corners, drawing, formats, gdal, sheet, wire
from landinfo.files.table import Table, Wanted


def run(task: dict[str, Any]) -> None:
    """Read ``task["path"]`` and write the table, or the sheet, to ``task["out"]``. Raises ``Refused``."""
    if "wanted" not in task:
        sheet.write(sheet.parse(Path(task["path"])), Path(task["out"]))
        return
    wanted: dict[str, Any] = {k: tuple(v) if isinstance(v, list) else v for k, v in task["wanted"].items()}
    scratch = Path(task["scratch"])
    wire.write(read(Path(task["path"]), scratch, Wanted(**wanted)), Path(task["out"]))


def read(path: Path, scratch: Path, wanted: Wanted) -> Table:
    """One file, in this process; ``scratch`` is an empty folder. Raises ``Refused`` (``read.py`` names the codes)."""
    formats.check(path)
    if formats.is_archive(path):
        into = scratch / "unpacked"
        into.mkdir()
        path = archive.unpack(path, into)
        formats.check(path)
    return capitals.told(_read(path, scratch, wanted), wanted.capitals)


def _read(path: Path, scratch: Path, wanted: Wanted) -> Table:
    if formats.ending(path) in formats.CORNER_LISTS:
        return corners.read(path, wanted)
    if formats.ending(path) in formats.DRAWINGS:
        return drawing.read(path, scratch, wanted)
    return gdal.read_rows(gdal.open_layer(path, scratch, wanted), path, wanted)
