"""What serving costs: opening a store, starting, memory of a worker, many connections (``app.py``, two workers).

200 connections ask for full answers, first each once a second, then each as soon as it was answered. Memory is what a
process holds for itself alone (USS), at the end; before and after are those of the second.
"""

from __future__ import annotations

import asyncio
import itertools
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks import goals, process, results, servers, stores
from benchmarks.lookup import at
from landinfo.store import open_store

CONNECTIONS, LONG, SLOWEST = 200, 60.0, 60.0
"""Connections; seconds that they ask; seconds after which no answer is waited for."""
REFUSED = (429, 503)


@dataclass
class Came:
    """Statuses (0: the connection broke, -1: refused without Retry-After) and the ms of each answer."""

    statuses: Counter[int] = field(default_factory=Counter)
    took: list[float] = field(default_factory=list)
    seconds: float = 1.0

    def of(self, *statuses: int) -> int:
        return sum(self.statuses[status] for status in statuses)

    def wrong(self) -> int:
        return sum(self.statuses.values()) - self.of(200, *REFUSED)


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    found: dict[str, list[float]] = {}
    shown: list[list[str]] = []
    paths = stores.paths(stores.questions(count, out))
    database = stores.database(count, out)
    urls = {"embedded": str(stores.embedded(count, out)), "PostGIS": database}
    for n in range(rounds):
        for engine, url in list(urls.items())[:: 1 if n % 2 == 0 else -1]:
            print(f"round {n + 1}: {engine}", file=sys.stderr)
            for name, value in measured(url, paths, LONG):
                found.setdefault(f"{engine} {name}", []).append(value)
    for engine in urls:
        names = [name for name in goals.GOALS if f"{engine} {name}" in found]
        shown.append([f"**{engine}**", goals.table([(name, found[f"{engine} {name}"]) for name in names], count)])
    more = [[name, results.spread(each)] for name, each in found.items() if name.partition(" ")[2] not in goals.GOALS]
    return "\n\n".join([*itertools.chain(*shown), results.table(["beside", "measured"], more)])


def measured(url: str, paths: Sequence[str], seconds: float) -> Iterator[tuple[str, float]]:
    """Each number under its goal, or under its own name."""
    yield "open", opened(url)
    with servers.service("app.py", url, paths[-1], LANDINFO_THREADS="8", LANDINFO_ANSWERS_MB="0") as served:
        yield "start", served.ready
        ask = Client(served.address, paths)
        ask.run(1, seconds / 12)  # what is made soon after the start is made now
        one = ask.run(1, seconds / 12)
        yield "one client, p50, ms", at(one.took, 0.5)
        eight = ask.run(8, seconds / 6)
        yield "8 clients, answers/s", eight.of(200) / eight.seconds
        paced = ask.run(CONNECTIONS, seconds, every=1.0)
        asked = max(1, sum(paced.statuses.values()))
        yield "paced refused", 100 * paced.of(*REFUSED) / asked
        yield "paced wrong", paced.wrong()
        yield "paced p99", at(paced.took, 0.99) / at(one.took, 0.5)
        yield f"once a second, answers/s of {CONNECTIONS}", paced.of(200) / paced.seconds
        before = max(process.alone(served.pid))
        closed = ask.run(CONNECTIONS, seconds)
        after = max(process.alone(served.pid))
        yield "uss", after / 1e6
        yield "closed wrong", closed.wrong()
        yield "closed rate", (closed.of(200) / closed.seconds) / (eight.of(200) / eight.seconds)
        yield "closed memory", after / before
        yield "closed loop, 429/503", closed.of(*REFUSED)


def opened(url: str) -> float:
    """ms until a store is open and has said what it is, beside what else this process had read before."""
    begun = time.perf_counter()
    with closing(open_store(url)) as store:
        store.facts()
        return (time.perf_counter() - begun) * 1000


class Client:
    """Connections that stay open, each of which asks for another address of the list every time."""

    def __init__(self, address: str, paths: Sequence[str]) -> None:
        self._host, _, port = address.rpartition("/")[2].partition(":")
        self._port, self._paths = int(port), itertools.cycle(paths)

    def run(self, connections: int, seconds: float, every: float = 0.0) -> Came:
        """Ask for so long; ``every``: seconds between two questions of a connection (0: as soon as it is answered)."""
        return asyncio.run(self._all(connections, seconds, every))

    async def _all(self, connections: int, seconds: float, every: float) -> Came:
        came, begun = Came(), time.perf_counter()
        asking = (
            self._one(came, begun + seconds, every, every * n / connections if every else 0) for n in range(connections)
        )
        await asyncio.gather(*asking)
        came.seconds = time.perf_counter() - begun
        return came

    async def _one(self, came: Came, until: float, every: float, wait: float) -> None:
        await asyncio.sleep(wait)
        held: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None
        due = time.perf_counter()
        while due < until and time.perf_counter() < until + SLOWEST:
            try:
                held = held or await asyncio.open_connection(self._host, self._port)
                status, stays = await asyncio.wait_for(self._asked(*held), SLOWEST)
            except (OSError, EOFError, ValueError, TimeoutError):
                status, stays = 0, False
            came.statuses[status] += 1
            # from when it was to be asked: who waits for a late answer waits for the next one too
            came.took.append((time.perf_counter() - due) * 1000)
            if held and not stays:
                held[1].close()
                held = None
            due = due + every if every else time.perf_counter()
            await asyncio.sleep(max(0.0, due - time.perf_counter()))
        if held:
            held[1].close()

    async def _asked(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> tuple[int, bool]:
        """The status, and whether the connection stays open."""
        writer.write(f"GET {next(self._paths)} HTTP/1.1\r\nHost: {self._host}\r\n\r\n".encode())
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1").lower()
        status, fields = int(head.split(" ", 2)[1]), dict(line.split(": ", 1) for line in head.split("\r\n")[1:-2])
        await reader.readexactly(int(fields["content-length"]))
        if status in REFUSED and "retry-after" not in fields:
            status = -1
        return status, fields.get("connection") != "close"
