"""A .zip or .tar, unpacked beside nothing: no path that leaves it, no link, no more bytes than it may hold."""

from __future__ import annotations

import re
import shutil
import tarfile
import zipfile
import zlib
from collections.abc import Iterator
from pathlib import Path, PurePosixPath
from typing import IO

from landinfo.files import formats
from landinfo.model import Refused

LARGEST = 4 * 1024**3
"""Bytes that may be unpacked: a Shapefile ends at 4 GB."""
DENSEST = 200
"""Most times that the unpacked bytes may exceed the packed ones (from 64 MB on): geodata pack 3 to 30 times."""
SMALL = 64 * 1024**2
MOST_MEMBERS = 5_000
_BLOCK = 1024**2
_DOCTYPES = tuple("<!DOCTYPE".encode(encoding) for encoding in ("ascii", "utf-16-le", "utf-16-be"))
_DRIVE = re.compile(r"^[A-Za-z]:")
Member = tuple[str, int, bool, IO[bytes] | None]


def unpack(path: Path, into: Path) -> Path:
    """Unpack and return the one data set inside (a Shapefile's .shp, a .gdb folder …).

    Raises ``Refused``: FIL-002 damaged, FIL-004 none or several in it, FIL-013 a path that leaves it or a link,
    FIL-014 too large, FIL-021 an archive in it.
    """
    try:
        _unpack(path, into)
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, EOFError, ValueError, NotImplementedError) as wrong:
        raise Refused("FIL-002", str(path), detail=str(wrong)[:200]) from wrong
    except (OSError, RuntimeError) as wrong:  # a name the disk cannot hold; an encrypted member
        raise Refused("FIL-002", str(path), detail=re.sub(r"'?/\S*", "", str(wrong))[:200]) from wrong
    return _dataset(path, into)


def check_workbook(path: Path) -> None:
    """Is this XLSX what it says? Raises ``Refused``: FIL-002 damaged, or XML with entities, FIL-014 too large."""
    try:
        with zipfile.ZipFile(path) as held:
            declared, limit = sum(part.file_size for part in held.infolist()), _limit(path)
            if declared > limit:
                raise Refused("FIL-014", str(path), size=declared // 1024**2, limit=limit // 1024**2)
            for part in held.infolist():
                with held.open(part) as content:
                    _check_xml(path, part.filename, content)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, RuntimeError, NotImplementedError) as wrong:
        raise Refused("FIL-002", str(path), detail=type(wrong).__name__) from wrong


def _check_xml(path: Path, name: str, content: IO[bytes]) -> None:
    """No program writes a document type into a workbook: it is there to define entities that unfold without end."""
    before = b""
    while block := content.read(_BLOCK):
        if any(mark in before + block for mark in _DOCTYPES):
            raise Refused("FIL-002", str(path), detail=f"DOCTYPE: {name[-60:]}")
        before = block[-max(map(len, _DOCTYPES)) :]


def _limit(path: Path) -> int:
    return min(LARGEST, max(SMALL, DENSEST * path.stat().st_size))


def _unpack(path: Path, into: Path) -> None:
    limit = _limit(path)
    declared, seen = 0, set[str]()
    for name, size, plain, content in _members(path):
        target = _inside(path, name, plain)
        declared += size
        if declared > limit or len(seen) >= MOST_MEMBERS:
            raise Refused("FIL-014", str(path), size=declared // 1024**2, limit=limit // 1024**2)
        if content is None or str(target).casefold() in seen:
            continue
        seen.add(str(target).casefold())
        (into / target).parent.mkdir(parents=True, exist_ok=True)
        with content, (into / target).open("xb") as out:
            shutil.copyfileobj(content, out)  # ends at the declared size, and a checksum tells what was left out


def _members(path: Path) -> Iterator[Member]:
    """(name, declared size, is it a plain file or folder, its content)."""
    if formats.ending(path) == ".zip":
        with zipfile.ZipFile(path) as held:
            for info in held.infolist():
                link = (info.external_attr >> 16) & 0o170000 == 0o120000
                yield info.filename, info.file_size, not link, None if info.is_dir() else held.open(info)
        return
    with tarfile.open(path) as tar:
        for part in tar:
            plain = part.isfile() or part.isdir()
            yield part.name, part.size, plain, tar.extractfile(part) if part.isfile() else None


def _inside(path: Path, name: str, plain: bool) -> PurePosixPath:
    inner = PurePosixPath(name.replace("\\", "/"))
    leaves = inner.is_absolute() or ".." in inner.parts or _DRIVE.match(name) or "\0" in name or not inner.parts
    if leaves or not plain:
        raise Refused("FIL-013", str(path), name=name[:80])
    return inner


def _dataset(path: Path, into: Path) -> Path:
    folders = [p for p in sorted(into.rglob("*")) if p.is_dir() and formats.ending(p) == ".gdb"]
    inside = [p for p in sorted(into.rglob("*")) if p.is_file() and formats.is_dataset(p) and "__MACOSX" not in p.parts]
    found = folders + [p for p in inside if not any(f in p.parents for f in folders)]
    found = [p for p in found if not _accompanies(p, found)]
    if not found and (packed := [p for p in sorted(into.rglob("*")) if p.is_file() and formats.is_archive(p)]):
        raise Refused("FIL-021", str(path), names=", ".join(p.name for p in packed)[:200])
    if len(found) != 1:
        names = ", ".join(p.relative_to(into).as_posix() for p in found)
        raise Refused("FIL-004", str(path), layer="*", layers=names[:200] or "–")
    return _in_one_case(found[0]) if formats.ending(found[0]) in _SEVERAL_FILES else found[0]


_SEVERAL_FILES = (".shp", ".tab", ".mif")


def _in_one_case(main: Path) -> Path:
    """``THUA.SHP`` with ``Thua.dbf``, as Windows wrote them: the parts called alike, their endings in small letters."""
    for part in sorted(main.parent.iterdir()):
        wanted = main.with_name(main.stem + part.suffix.lower())
        if part.stem.casefold() == main.stem.casefold() and part.is_file() and not wanted.exists():
            part.rename(wanted)
    return main.with_suffix(main.suffix.lower())


def _accompanies(path: Path, found: list[Path]) -> bool:
    """A .txt or .xml beside a data set is its description, not data."""
    return path.suffix.lower() in (".txt", ".xml") and any(p.suffix.lower() not in (".txt", ".xml") for p in found)
