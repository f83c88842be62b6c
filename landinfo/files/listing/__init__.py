"""A list of places that somebody asks about: CSV, XLSX or GeoJSON, read row by row, never as a whole.

Nothing is judged here but whether a row can be read; ``landinfo.batch.row`` says what a row asks.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import ModuleType

from shapely.geometry.base import BaseGeometry

from landinfo.files.digest import sha256
from landinfo.model import BadInput, Refused

FORMATS = (".csv", ".xlsx", ".geojson", ".json")


@dataclass(frozen=True, slots=True)
class Entry:
    """One row: ``number`` as the file counts (a line, a row of the sheet, a feature from 1), its cells by column title.

    Cells are NFC text without spaces around it. ``shape`` is in WGS 84, longitude first; of a list without drawings it
    is None. ``wrong``: why the row cannot be read, then its cells are what there is of it.
    """

    number: int
    cells: Mapping[str, str] = field(default_factory=dict)
    shape: BaseGeometry | None = None
    wrong: BadInput | None = None


@dataclass(frozen=True, slots=True)
class Listing:
    """A list that can be read as often as is wanted.

    ``titles`` are the words of its first row, none for GeoJSON. ``encoding`` is how its text is read ("" where the
    format says it); ``digest`` the SHA-256 of the file.
    """

    path: Path
    titles: tuple[str, ...]
    encoding: str
    digest: str

    def entries(self) -> Iterator[Entry]:
        """Every row that holds anything. Raises ``Refused``: the file breaks off or is damaged further down."""
        rows: Iterator[Entry] = _reader(self.path).entries(self)
        return rows


def open_listing(path: Path, encoding: str = "") -> Listing:
    """Look at the head of a list; ``encoding``: how its text is read, where the file does not show it.

    Raises ``Refused``: no such file, another format, empty, damaged, text in an encoding that is not known.
    """
    if not path.is_file():
        raise Refused("FIL-001", "file", path=path.name)
    if path.suffix.lower() not in FORMATS:
        raise Refused("batch-format", "file", format=path.suffix or "–", formats=", ".join(FORMATS))
    titles, found = _reader(path).head(path, encoding)
    return Listing(path, titles, found, sha256(path))


def _reader(path: Path) -> ModuleType:
    from landinfo.files.listing import drawn, text, workbook

    return {".csv": text, ".xlsx": workbook}.get(path.suffix.lower(), drawn)
