"""What of a batch is done, kept beside its output: a folder of parts, each of which is there whole or not at all.

The folder belongs to one question (input, options, day, editions, law, program): of another one nothing is taken over.
"""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import zlib
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from landinfo.batch.answers import Record
from landinfo.model import Refused

_HEAD = "journal.json"
_DIGEST = 32


def packed(records: Iterable[Record]) -> bytes:
    """A part: its records as compressed lines of JSON behind their SHA-256."""
    squeeze, pieces = zlib.compressobj(1), []
    for record in records:
        line = json.dumps(record, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
        pieces.append(squeeze.compress(f"{line}\n".encode()))
    body = b"".join([*pieces, squeeze.flush()])
    return hashlib.sha256(body).digest() + body


class Journal:
    """The parts of one batch in the folder beside ``target``."""

    def __init__(self, target: Path, question: str) -> None:
        self.folder = target.with_name(f".{target.name}.parts")
        self._question, self._lock = question, _Lock(self.folder.with_suffix(".lock"), target)

    def __enter__(self) -> Journal:
        """Raises ``Refused``: another process writes the same output, or nothing can be written there."""
        self._lock.take()
        try:
            if self._held() != self._question:
                shutil.rmtree(self.folder, ignore_errors=True)
                self.folder.mkdir(parents=True, exist_ok=True)
                self._put(_HEAD, self._question.encode())
        except BaseException:
            self._lock.leave()
            raise
        return self

    def __exit__(self, *_: object) -> None:
        self._lock.leave()

    def has(self, number: int) -> bool:
        """Is this part there, and as it was written?"""
        try:
            content = self._place(number).read_bytes()
        except OSError:
            return False
        return hashlib.sha256(content[_DIGEST:]).digest() == content[:_DIGEST]

    def put(self, number: int, part: bytes) -> None:
        self._put(self._place(number).name, part)

    def records(self, number: int) -> Iterator[Record]:
        text = zlib.decompress(self._place(number).read_bytes()[_DIGEST:]).decode()
        for line in text.split("\n")[:-1]:
            kind, values, outline = json.loads(line)
            yield kind, values, outline

    def scratch(self) -> Path:
        """An empty folder for the half-written output; it goes with the rest."""
        made = self.folder / "half"
        shutil.rmtree(made, ignore_errors=True)
        made.mkdir()
        return made

    def forget(self) -> None:
        """Remove it: the output stands."""
        shutil.rmtree(self.folder, ignore_errors=True)

    def _held(self) -> str:
        try:
            return (self.folder / _HEAD).read_text("utf-8")
        except (OSError, UnicodeDecodeError):
            return ""

    def _place(self, number: int) -> Path:
        return self.folder / f"{number:07}.part"

    def _put(self, name: str, content: bytes) -> None:
        half = self.folder / f"{name}.{os.getpid()}"
        with half.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        half.replace(self.folder / name)


class _Lock:
    """Held by the system for a process and gone with it, however it ends."""

    def __init__(self, place: Path, target: Path) -> None:
        self._place, self._target = place, target
        self._file: Any = None

    def take(self) -> None:
        try:
            self._file = self._place.open("a+b")
            _lock(self._file)
        except BlockingIOError as wrong:
            self._file.close()
            raise Refused("batch-runs-already", "--out", file=self._target.name) from wrong
        except OSError as wrong:
            said = wrong.strerror or str(wrong)
            raise Refused("file-cannot-be-written", "--out", file=str(self._target), wrong=said) from wrong

    def leave(self) -> None:
        self._file.close()
        self._place.unlink(missing_ok=True)


def _lock(file: Any) -> None:
    try:
        import fcntl
    except ImportError:  # Windows
        import msvcrt

        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)  # type: ignore[attr-defined]
        except OSError as wrong:
            raise BlockingIOError from wrong
        return
    fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
