"""The tables: versions, medians with their spread, ratios; and ``RESULTS.md``, of which each part has a section."""

from __future__ import annotations

import os
import platform
import re
import sqlite3
import statistics
import subprocess
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import shapely

TITLE = """# What was measured

Written by `make bench`. Ratios of runs made side by side say more than seconds: a machine that does something else at
the same time makes everything slower. The load average (1 min) before and after stands with each part; with as many
idle processors as the table of versions names, it is the part's own.
"""
PACKAGES = (
    *("numpy", "pyogrio", "geopandas", "psycopg2-binary", "orjson", "flask", "werkzeug", "granian"),
    "mapbox-vector-tile",
)


@contextmanager
def quietness() -> Iterator[list[float]]:
    """The load average of the machine before the part and after it, and the seconds that it took."""
    load, begun = [os.getloadavg()[0]], time.monotonic()
    yield load
    load += [os.getloadavg()[0], time.monotonic() - begun]


def head(count: int, rounds: int, load: Sequence[float]) -> str:
    """What a section begins with."""
    day, (before, after, seconds) = datetime.now(UTC), load
    said = f"{day:%Y-%m-%d} · N = {count:,} · {rounds} rounds · {seconds:,.0f} s"
    return f"{said} · load average {before:.1f} → {after:.1f}\n\n{versions()}\n\n"


def versions() -> str:
    """What it ran on."""
    named = [f"Python {platform.python_version()}", f"SQLite {sqlite3.sqlite_version}"]
    named += [f"shapely {shapely.__version__} (GEOS {shapely.geos_version_string})"]
    named += [f"{name} {version(name)}" for name in PACKAGES]
    named += [_first_line("psql", "--version"), _postgis(), _first_line("ogr2ogr", "--version")]
    named += [_first_line("wrk", "--version")]
    named += [f"{os.cpu_count()} × {_processor()}", f"{_memory() / 2**30:.0f} GiB"]
    return " · ".join(named)


def _postgis() -> str:
    controls = sorted(Path("/usr/share/postgresql").glob("*/extension/postgis.control"))
    found = re.search(r"default_version = '([\d.]+)'", controls[-1].read_text()) if controls else None
    return f"PostGIS {found[1]}" if found else "no PostGIS"


def _first_line(*command: str) -> str:
    try:
        # wrk tells its version and exits with 1
        said = subprocess.run(command, capture_output=True, text=True, check=False).stdout
        return said.splitlines()[0].split(",")[0].partition(" [")[0]
    except (OSError, IndexError):
        return f"no {command[0]}"


def _processor() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    except OSError:
        found = None
    return found[1] if found else platform.processor() or "processor"


def _memory() -> int:
    return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")


def spread(values: Sequence[float], digits: int = 1) -> str:
    """The median, and behind it the least and the most where there are several."""
    middle = f"{statistics.median(values):,.{digits}f}"
    if len(values) == 1:
        return middle
    return f"{middle} ({min(values):,.{digits}f}–{max(values):,.{digits}f})"


def ratios(values: Sequence[float], others: Sequence[float]) -> str:
    """The ratio of each round, as ``spread``."""
    return spread([a / b for a, b in zip(values, others, strict=True)], 2)


def table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """A Markdown table; all columns but the first are numbers. Raises ``ValueError``: a row has other columns."""
    if wrong := [row for row in rows if len(row) != len(header)]:
        raise ValueError(f"{wrong[0]} under {header}")
    lines = [header, ["---", *["---:"] * (len(header) - 1)], *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def replace(path: Path, part: str, text: str) -> None:
    """Put the section of a part in the place of the one before."""
    held = path.read_text("utf-8") if path.exists() else TITLE
    sections = dict(re.findall(r"^## (\w+)\n(.*?)(?=^## |\Z)", held, re.MULTILINE | re.DOTALL))
    sections[part] = text
    body = "".join(f"## {name}\n\n{held.strip()}\n\n" for name, held in sorted(sections.items()))
    path.write_text(f"{TITLE}\n{body}".rstrip() + "\n", "utf-8")
