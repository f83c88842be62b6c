"""What a Shapefile leaves open: in which encoding its text stands, and whether its parts belong together."""

from __future__ import annotations

import codecs
import re
import struct
from pathlib import Path

from landinfo.files.legacy import TCVN3, VNI
from landinfo.model import Refused

UNKNOWN = "unknown"

_LANGUAGE_DRIVERS = {0x01: "cp437", 0x02: "cp850", 0x03: "cp1252", 0xC8: "cp1250", 0xC9: "cp1251"}
"""Byte 29 of a .dbf → Python codec (dBASE language driver). 0x00 and 0x57 ("the machine's own") say nothing."""
_LEGACY = {**dict.fromkeys(("tcvn3", "tcvn", "abc", "vntime", "tcvn57121"), TCVN3), "vni": VNI, "vniwindows": VNI}


def codec(path: Path, given: str | None) -> str:
    """Python's name of the text encoding: what the field map gives, else the .cpg, else the .dbf's own mark.

    ``UNKNOWN`` where nothing says it (harmless as long as the text is ASCII). Raises ``Refused``: FIL-007.
    """
    named = given or _cpg(path) or _LANGUAGE_DRIVERS.get(_mark(path), "")
    return codec_named(path, named) if named else UNKNOWN


def codec_named(path: Path, named: str) -> str:
    """``TCVN3``, ``VNI`` or Python's name of an encoding that a person wrote. Raises ``Refused``: FIL-007."""
    legacy = _LEGACY.get(re.sub(r"[^a-z0-9]", "", named.lower()))
    if legacy:
        return legacy
    try:
        found = codecs.lookup(_python_name(named))
    except (LookupError, ValueError) as wrong:
        raise Refused("FIL-007", str(path), encoding=named[:40], text="–") from wrong
    if not found._is_text_encoding:
        raise Refused("FIL-007", str(path), encoding=named[:40], text="–")
    return found.name


def _python_name(named: str) -> str:
    """``65001``, ``ANSI 1252``, ``88591`` → ``utf-8``, ``cp1252``, ``iso8859-1``."""
    digits = re.sub(r"^(ANSI|OEM|CP|windows-)\s*", "", named.strip(), flags=re.IGNORECASE)
    if digits == "65001":
        return "utf-8"
    if re.fullmatch(r"8859\d{1,2}", digits):
        return "iso8859-" + digits[4:]
    return f"cp{digits}" if digits.isdecimal() else named.strip()


def check_parts(path: Path) -> None:
    """As many rows as shapes? GDAL leaves out in silence the shapes that have no row.

    Rows are those whose bytes are there, whatever the header declares. Raises ``Refused``: FIL-020.
    """
    index, table = (_part(path, suffix) for suffix in (".shx", ".dbf"))
    if index is None or table is None:
        return
    head, shapes = _beside(path, ".dbf", 32), max(index.stat().st_size - 100, 0) // 8
    declared, first, length = struct.unpack("<IHH", head[4:12]) if len(head) == 32 else (0, 0, 0)
    rows = min(declared, max(table.stat().st_size - first, 0) // length) if length else 0
    if rows != shapes:
        raise Refused("FIL-020", str(path), shapes=shapes, rows=rows)


def _beside(path: Path, suffix: str, size: int) -> bytes:
    """The first bytes of the part ``suffix`` of the Shapefile."""
    if (near := _part(path, suffix)) is None:
        return b""
    with near.open("rb") as part:
        return part.read(size)


def _part(path: Path, suffix: str) -> Path | None:
    """The part ``suffix`` of the Shapefile, whatever the case of its name."""
    parts = (near for near in sorted(path.parent.iterdir()) if near.stem == path.stem)
    return next((near for near in parts if near.suffix.lower() == suffix and near.is_file()), None)


def _cpg(path: Path) -> str:
    return _beside(path, ".cpg", 64).decode("ascii", "replace").strip()


def _mark(path: Path) -> int:
    header = _beside(path, ".dbf", 32)
    return header[29] if len(header) == 32 else 0
