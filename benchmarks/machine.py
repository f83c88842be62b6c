"""What every part needs: processes measured with their children, medians with their spread, the machine in a line."""

from __future__ import annotations

import os
import platform
import shutil
import sqlite3
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OUT = Path(__file__).with_name("out")


@dataclass
class Run:
    """One process: seconds, the most memory (MB, proportional set size of it and its children), when steps began."""

    seconds: float = 0.0
    memory: float = 0.0
    steps: list[tuple[str, float]] = field(default_factory=list)

    def shares(self) -> dict[str, float]:
        """Seconds of each step."""
        ends = [begin for _, begin in self.steps[1:]] + [self.seconds]
        found: dict[str, float] = {}
        for (name, begin), end in zip(self.steps, ends, strict=True):
            found[name] = found.get(name, 0.0) + end - begin
        return found


def run(command: Sequence[str | Path], **environ: str) -> Run:
    """Run to the end. Raises ``RuntimeError`` with the last words of a process that fails."""
    measured, began = Run(), time.perf_counter()
    process = subprocess.Popen(
        [str(word) for word in command],
        cwd=ROOT,
        env={**os.environ, **environ},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    watch = threading.Thread(target=_watch, args=(process, measured), daemon=True)
    watch.start()
    said: list[str] = []
    for line in process.stderr or ():
        said.append(line)
        if line[:4].strip().endswith("%") and line[:3].strip().isdecimal():
            measured.steps.append((line[4:].strip(), time.perf_counter() - began))
    process.wait()
    measured.seconds = time.perf_counter() - began
    watch.join()
    if process.returncode:
        raise RuntimeError("".join(said[-5:]))
    return measured


def _watch(process: subprocess.Popen[str], measured: Run) -> None:
    while process.poll() is None:
        measured.memory = max(measured.memory, sum(map(_pss, tree(process.pid))) / 1024)
        time.sleep(0.25)


def tree(top: int) -> list[int]:
    """A process and all that it started."""
    parents: dict[int, list[int]] = {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    found = [top]
    for pid in found:
        found += parents.get(pid, [])
    return found


def _pss(pid: int) -> int:
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in lines if line.startswith("Pss:")), 0)


def middle(values: Sequence[float], places: int = 1) -> str:
    """Median with the least and the most: ``12.1 (11.8–13.0)``."""
    found = f"{statistics.median(values):.{places}f}"
    return found if len(values) < 2 else f"{found} ({min(values):.{places}f}–{max(values):.{places}f})"


def ratio(ours: Sequence[float], theirs: Sequence[float]) -> str:
    """Ours over theirs, round by round."""
    return middle([a / b for a, b in zip(ours, theirs, strict=True)], 2)


def machine() -> str:
    """What it was measured on, and with what."""
    tools = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    tools += [f"{name} {version(name)}" for name in ("shapely", "pyogrio", "psycopg2-binary")]
    for command in (["ogr2ogr", "--version"], ["psql", "--version"]):
        if shutil.which(command[0]):
            said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
            tools.append(said.split(",")[0].strip())
    load = "/".join(f"{x:.1f}" for x in os.getloadavg())
    return f"{os.cpu_count()} cores, load {load} at the end; {', '.join(tools)}; {sys.platform}"
