"""A command measured whole: seconds, processor seconds, and the most memory that it and its children held at once."""

from __future__ import annotations

import os
import subprocess
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

_EVERY = 0.2
"""s between two looks at the memory."""


@dataclass(frozen=True, slots=True)
class Run:
    """``peak``: the most bytes at a time, as proportional set size: shared pages count once. ``output``: as printed."""

    seconds: float
    processor: float
    peak: int
    output: str


def run(command: Sequence[str], folder: Path) -> Run:
    """Run a command to its end. Raises ``SystemExit`` with what it said where it fails."""
    begun, before = time.monotonic(), os.times()
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    child = subprocess.Popen(command, cwd=folder, text=True, **pipes)
    peak = [0]
    watching = threading.Thread(target=_watch, args=(child, peak), daemon=True)
    watching.start()
    output, errors = child.communicate()
    seconds, after = time.monotonic() - begun, os.times()
    watching.join()
    if child.returncode:
        raise SystemExit(f"{' '.join(command)}: {child.returncode}\n{errors[-3000:]}")
    used = sum(after[2:4]) - sum(before[2:4])
    return Run(seconds, used, peak[0], output)


def _watch(child: subprocess.Popen[str], peak: list[int]) -> None:
    while child.poll() is None:
        peak[0] = max(peak[0], sum(map(_held, _family(child.pid))))
        time.sleep(_EVERY)


def _family(pid: int) -> list[int]:
    """A process and all that it started, as far as they still live."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").iterdir():
        if entry.name.isdecimal():
            try:
                parent = int((entry / "stat").read_text().rpartition(")")[2].split()[1])
            except (OSError, IndexError, ValueError):
                continue
            parents.setdefault(parent, []).append(int(entry.name))
    found, ahead = [], [pid]
    while ahead:
        found.append(ahead.pop())
        ahead += parents.get(found[-1], [])
    return found


def alone(pid: int) -> list[int]:
    """Bytes that a process and each that it started hold for themselves alone (USS)."""
    return [_held(one, "Private_") for one in _family(pid)]


def _held(pid: int, kind: str = "Pss:") -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
        return sum(int(line.split()[1]) * 1024 for line in lines if line.startswith(kind))
    except (OSError, ValueError):
        return 0
