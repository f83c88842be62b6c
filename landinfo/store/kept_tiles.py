"""Drawn tiles kept in a folder: what was drawn once is read, until it is older than the others and room is wanted.

A key says everything that a tile depends on, so nothing in the folder is ever wrong, only no longer asked for. Where
the folder cannot be read or written there is no cache, and that is no error. Only files of its own making are removed.
"""

from __future__ import annotations

import hashlib
import os
import secrets
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_ENDING = ".tile"
_CHECK = 8
"""Bytes of a hash in front of each tile: a file that was cut short is not taken for a smaller tile."""
_LOOK_AGAIN = 20
"""The folder is measured each time that 1/20 of its limit was written."""
_LEAVE = 0.8


class KeptTiles:
    """At most ``most`` bytes in ``folder`` (None: nothing is kept), and what each process wrote last: up to 1/20."""

    def __init__(self, folder: Path | None, most: int) -> None:
        self._folder, self._most = folder, most
        self._unmeasured = most

    @property
    def keeps(self) -> bool:
        return self._folder is not None

    def get(self, key: str) -> bytes | None:
        """The tile kept under ``key``; it counts as used now."""
        path = self._path(key)
        if path is None:
            return None
        try:
            held = path.read_bytes()
            os.utime(path)
        except OSError:
            return None
        check, tile = held[:_CHECK], held[_CHECK:]
        return tile if check == _check(tile) else None

    def put(self, key: str, tile: bytes) -> None:
        """Keep a tile: whole, or not at all. Readers never see half of it."""
        path = self._path(key)
        if path is None:
            return
        half = path.with_name(f"{secrets.token_hex(8)}.half")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            half.write_bytes(_check(tile) + tile)
            half.replace(path)
        except OSError:
            with suppress(OSError):
                half.unlink(missing_ok=True)
            return
        self._unmeasured += _CHECK + len(tile)
        if self._unmeasured * _LOOK_AGAIN > self._most:
            self._unmeasured = 0
            self._make_room()

    def _path(self, key: str) -> Path | None:
        if self._folder is None:
            return None
        name = hashlib.sha256(key.encode()).hexdigest()[:40]
        return self._folder / name[:2] / f"{name}{_ENDING}"

    def _make_room(self) -> None:
        """Past the limit, remove what was not used for longest."""
        found = sorted(self._files())
        held = sum(size for _, size, _ in found)
        if held <= self._most:
            return
        for _, size, path in found:
            with suppress(OSError):
                path.unlink()
            held -= size
            if held <= self._most * _LEAVE:
                return

    def _files(self) -> Iterator[tuple[float, int, Path]]:
        """(last used, bytes, path) of each file of ours, with those that a killed process left half written."""
        for path in [] if self._folder is None else self._folder.glob("[0-9a-f][0-9a-f]/*"):
            if path.suffix in (_ENDING, ".half"):
                with suppress(OSError):
                    about = path.stat()
                    yield about.st_mtime, about.st_size, path


def _check(tile: bytes) -> bytes:
    return hashlib.sha256(tile).digest()[:_CHECK]
