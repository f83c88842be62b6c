"""The door to outside files: each is read in a child process, so that whatever it does to a library stays there."""

from __future__ import annotations

import atexit
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, TypeVar

from landinfo.files import formats, sheet, wire
from landinfo.files.child import CRASHED, LATE, NO_MEMORY
from landinfo.files.sheet import Sheet
from landinfo.files.table import Table, Wanted
from landinfo.model import Refused

_ROOT = Path(__file__).resolve().parent.parent.parent
_MB = 1024**2
Read = TypeVar("Read")
_START = 120.0
"""s that the reading process may take to start."""


@dataclass(frozen=True, slots=True)
class Limits:
    """What one reading may take: bytes of address space (not on Windows, which has no such limit) and seconds."""

    memory: int
    seconds: int


def limits(path: Path) -> Limits:
    """By the size of the file: 2 GB and a minute, and for each MB of it another 24 MB and a second, to 12 GB."""
    size = path.stat().st_size if path.is_file() else _folder_size(path)
    return Limits(min(2048 * _MB + 24 * size, 12 * 1024 * _MB), 60 + size // _MB)


def read_file(path: Path, wanted: Wanted = Wanted(), within: Limits | None = None) -> Table:  # noqa: B008
    """One layer of a file, of a format in ``formats.DRIVERS`` or a list of corners, packed or not.

    Raises ``Refused``: FIL-001 no such file, FIL-002 unreadable, FIL-003 another format, FIL-004 which layer?, FIL-006
    text of unknown encoding, FIL-007 no such encoding, FIL-009 a format that cannot be read here, FIL-010 too slow,
    FIL-011 the library crashed, FIL-012 too much memory, FIL-013 and FIL-014 an archive that tricks,
    DRW-005 no boundaries in a drawing, COR-* a list of corners that is none.
    """
    formats.check(path)
    return _in_child(path, {"wanted": asdict(wanted)}, wire.read, within or limits(path))


def read_sheet(path: Path, within: Limits | None = None) -> Sheet:
    """The first sheet of an XLSX file, or a CSV file in UTF-8 with commas, semicolons or tabs.

    Raises ``Refused``: FIL-001 no such file, FIL-003 another format, FIL-010 too slow, FIL-011 the library crashed,
    FIL-012 too much memory, FIL-014 a workbook that tricks, PRI-001 unreadable.
    """
    sheet.check(path)
    return _in_child(path, {}, sheet.read, within or limits(path))


def _in_child(path: Path, asked: dict[str, Any], read: Callable[[Path], Read], within: Limits) -> Read:
    """What the child process wrote down for a task, as ``read`` reads it."""
    with tempfile.TemporaryDirectory(prefix="landinfo-", ignore_cleanup_errors=True) as scratch:
        out, work = Path(scratch) / "table", Path(scratch) / "work"
        work.mkdir()
        places = {"path": str(path.resolve()), "scratch": str(work), "out": str(out)}
        _understood(_reader.ask({**places, **asked, **asdict(within)}, within), path, within)
        try:
            return read(out)
        except (OSError, ValueError, KeyError, TypeError, IndexError) as wrong:
            raise Refused("FIL-011", str(path), detail=type(wrong).__name__) from wrong


def _folder_size(path: Path) -> int:
    return sum(part.stat().st_size for part in path.rglob("*") if part.is_file())


def _understood(outcome: dict[str, Any], path: Path, within: Limits) -> None:
    if "refused" in outcome:
        raise Refused(str(outcome["refused"]), str(path), **outcome["params"])
    if NO_MEMORY in outcome:
        raise Refused("FIL-012", str(path), limit=within.memory // _MB)
    if LATE in outcome:
        raise Refused("FIL-010", str(path), seconds=within.seconds)
    if "done" not in outcome:
        raise Refused("FIL-011", str(path), detail=str(outcome.get(CRASHED, "–")))


class _Reader:
    """Keeps one reading process warm; after a task that ran late, or that ended it, the next gets a new one.

    ``warm``: the process forks for each task; otherwise (Windows) it does one and ends.
    """

    def __init__(self) -> None:
        self.command = [sys.executable, "-m", "landinfo.files.child"]
        self.warm = hasattr(os, "fork")
        self.process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._owner = 0

    def ask(self, task: dict[str, Any], within: Limits) -> dict[str, Any]:
        with self._lock:
            process = self._running()
            said = self._line(process, within.seconds, json.dumps(task).encode() + b"\n")
            if said is None or not said:
                self.end()
                return {LATE: True} if said is None else {CRASHED: f"exit {process.returncode}"}
            if not self.warm:
                self.end()
            return dict(json.loads(said))

    def _running(self) -> subprocess.Popen[bytes]:
        """The process, ready for a task: its start is not part of the task's time."""
        if self.process is not None and self.process.poll() is not None:
            self.end()
        if self.process is None or self._owner != os.getpid():
            self._owner = os.getpid()
            self.process = subprocess.Popen(  # noqa: S603
                self.command,
                cwd=_ROOT,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=hasattr(os, "killpg"),
            )
            self._line(self.process, _START)
        return self.process

    @staticmethod
    def _line(process: subprocess.Popen[bytes], seconds: float, task: bytes = b"") -> bytes | None:
        """Send a task and wait for one line: None when it is late, empty when the process ended."""
        answer = [b""]
        waiting = threading.Thread(target=_exchange, args=(process, task, answer), daemon=True)
        waiting.start()
        waiting.join(seconds)
        return None if waiting.is_alive() else answer[0]

    def end(self) -> None:
        """The process and what it forked."""
        process, self.process = self.process, None
        if process is None or self._owner != os.getpid():
            return
        with suppress(OSError):
            if process.poll() is None and hasattr(os, "killpg"):
                os.killpg(process.pid, signal.SIGKILL)
            elif process.poll() is None:
                process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe:
                with suppress(OSError):
                    pipe.close()


def _exchange(process: subprocess.Popen[bytes], task: bytes, answer: list[bytes]) -> None:
    with suppress(OSError, ValueError):
        if process.stdin and process.stdout:
            process.stdin.write(task)
            process.stdin.flush()
            answer[0] = process.stdout.readline()


_reader = _Reader()
atexit.register(_reader.end)
