"""What a Shapefile leaves open: where it lies in a zip, and in which encoding its text stands."""

from __future__ import annotations

import codecs
import re
import zipfile
from pathlib import Path

from landinfo.model import Refused

UNKNOWN = "unknown"
LARGEST = 4 * 1024**3
"""Bytes that the parts of a zipped Shapefile may declare together: the format itself ends at 4 GB."""

_LANGUAGE_DRIVERS = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0xC8: "cp1250", 0xC9: "cp1251"}
"""Byte 29 of a .dbf → Python codec (dBASE language driver). 0x00 and 0x57 ("the machine's own") say nothing."""


def inside_zip(path: Path) -> str:
    """GDAL's name of the one Shapefile in a zip. Raises ``Refused``: none or several in it, too large."""
    with zipfile.ZipFile(path) as archive:
        parts = archive.infolist()
    shapes = [
        p.filename for p in parts if p.filename.lower().endswith(".shp") and not p.filename.startswith("__MACOSX")
    ]
    if len(shapes) != 1:
        raise Refused("FIL-004", str(path), layer="*.shp", layers=", ".join(shapes) or "–")
    if ".." in Path(shapes[0]).parts or shapes[0].startswith("/") or sum(p.file_size for p in parts) > LARGEST:
        raise Refused("FIL-002", str(path), detail=f"{shapes[0]}: refused archive")
    return f"/vsizip/{{{path.resolve()}}}/{shapes[0]}"


def codec(path: Path, source: str | Path, given: str | None) -> str:
    """Python's name of the text encoding: what the field map gives, else the .cpg, else the .dbf's own mark.

    ``UNKNOWN`` where nothing says it (harmless as long as the text is ASCII). Raises ``Refused``: FIL-007.
    """
    named = given or _cpg(path, source) or _LANGUAGE_DRIVERS.get(_mark(path, source), "")
    if not named:
        return UNKNOWN
    try:
        return codecs.lookup(_python_name(named)).name
    except LookupError as wrong:
        raise Refused("FIL-007", str(path), encoding=named, text="–") from wrong


def _python_name(named: str) -> str:
    """``65001``, ``ANSI 1252``, ``88591`` → ``utf-8``, ``cp1252``, ``iso8859-1``."""
    digits = re.sub(r"^(ANSI|OEM|CP|windows-)\s*", "", named.strip(), flags=re.IGNORECASE)
    if digits == "65001":
        return "utf-8"
    if re.fullmatch(r"8859\d{1,2}", digits):
        return "iso8859-" + digits[4:]
    return f"cp{digits}" if digits.isdecimal() else named.strip()


def _beside(path: Path, source: str | Path, suffix: str, size: int) -> bytes:
    """The first bytes of the part ``suffix`` of the Shapefile, whatever the case of its name."""
    if path.suffix.lower() == ".zip":
        stem = str(source).partition("}/")[2][:-4].lower()
        with zipfile.ZipFile(path) as archive:
            for name in archive.namelist():
                if name.lower() == stem + suffix:
                    with archive.open(name) as part:
                        return part.read(size)
        return b""
    for near in sorted(path.parent.glob(f"{_literal(path.stem)}.*")):
        if near.suffix.lower() == suffix:
            with near.open("rb") as part:
                return part.read(size)
    return b""


def _literal(stem: str) -> str:
    return re.sub(r"([*?\[])", r"[\1]", stem)


def _cpg(path: Path, source: str | Path) -> str:
    return _beside(path, source, ".cpg", 64).decode("ascii", "replace").strip()


def _mark(path: Path, source: str | Path) -> int:
    header = _beside(path, source, ".dbf", 32)
    return header[29] if len(header) == 32 else 0
