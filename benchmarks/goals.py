"""The goals of the project for its speed, and whether what was measured reaches them."""

from __future__ import annotations

import statistics
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from benchmarks import results

MILLION = 1_000_000


@dataclass(frozen=True, slots=True)
class Goal:
    """``most``: the value is to stay below, otherwise above; ``unit`` stands behind the number.

    ``size``: parcels from which on it is the goal; of fewer it is only told.
    """

    what: str
    bound: float
    unit: str = "×"
    most: bool = False
    size: int = 0

    def met(self, value: float) -> bool:
        return value <= self.bound if self.most else value >= self.bound

    def wanted(self) -> str:
        return f"{'≤' if self.most else '≥'} {self.bound:,g} {self.unit}"


GOALS = {
    "embedded : tipg": Goal("full answer over HTTP, embedded, on the fastest server : tipg's bare item", 4),
    "embedded : hello": Goal("full answer over HTTP, embedded : Flask hello on that server", 0.2),
    "postgis : tipg": Goal("full answer over HTTP, PostGIS : tipg's bare item", 3),
    "postgis : pygeoapi": Goal("full answer over HTTP, PostGIS : pygeoapi's bare item", 40),
    "p50": Goal("full answer in process, one thread, embedded, p50", 0.5, "ms", most=True, size=MILLION),
    "p99": Goal("full answer in process, one thread, embedded, p99", 2, "ms", most=True, size=MILLION),
    "growth": Goal("growth of that p50 from 10,000 parcels", 1.5, most=True, size=MILLION),
    "tile": Goal("z15 tile, PostGIS, uncached : tipg", 2),
    "tile cached": Goal("z15 tile, PostGIS, cached : tipg", 20),
    "shares": Goal("parcels × shares of all themes in batch, measured beforehand : geopandas.overlay", 5, size=MILLION),
    "estimates": Goal("full estimates (price, levy, charges, range), per core", 3000, "a second"),
    "rows": Goal("the same with everything a row of `landinfo batch` needs, per core", 3000, "a second"),
    "two": Goal("full estimates in batch, two processes : one", 1.8),
    "batch memory": Goal("memory of a batch process", 2000, "MB", most=True, size=MILLION),
    "copy": Goal("writing checked rows with indexes into PostGIS : bare binary COPY", 3, most=True, size=MILLION),
    "open": Goal("opening the store", 100, "ms", most=True, size=MILLION),
    "start": Goal("process start to first full answer", 1.5, "s", most=True, size=MILLION),
    "uss": Goal("private memory (USS) of a web worker", 300, "MB", most=True, size=MILLION),
    "paced refused": Goal("200 connections once a second: 429/503", 1, "%", most=True),
    "paced wrong": Goal("200 connections once a second: other errors", 0, "errors", most=True),
    "paced p99": Goal("200 connections once a second: p99 : p50 of one client", 50, most=True),
    "closed wrong": Goal(
        "200 connections in a closed loop: errors but 429/503 with Retry-After", 0, "errors", most=True
    ),
    "closed rate": Goal("200 connections in a closed loop: throughput : that at 8", 0.8),
    "closed memory": Goal("200 connections in a closed loop: memory after : before", 1.1, most=True),
}
"""Issue 7, point 3; memory counts as flat within a tenth."""


def table(found: Sequence[tuple[str, Sequence[float]]], count: int) -> str:
    """What was measured of so many parcels (of each round) beside its goal, and whether its median reaches it."""
    return results.table(["goal", "wanted", "measured", ""], list(_rows(found, count)))


def _rows(found: Sequence[tuple[str, Sequence[float]]], count: int) -> Iterator[list[str]]:
    for name, values in found:
        goal = GOALS[name]
        told = "**met**" if goal.met(statistics.median(values)) else "missed"
        told += "" if count >= goal.size else f" at {count:,}; the goal is of {goal.size:,}"
        digits = 2 if statistics.median(values) >= 0.1 else 4
        yield [goal.what, goal.wanted(), f"{results.spread(values, digits)} {goal.unit}", told]


def by(values: Sequence[float], others: Sequence[float]) -> list[float]:
    """The ratio of each round."""
    return [a / b for a, b in zip(values, others, strict=True)]
