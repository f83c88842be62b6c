"""In under two minutes, what got slower: costs as ratios, beside those that stand in ``quick.json``.

What nothing of the like stands beside is measured by a yardstick: fractions, JSON and polygons, as an answer is made of
them. Without the file the ratios of this run are put there; to take new ones as the measure, delete it.
"""

from __future__ import annotations

import itertools
import json
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from fractions import Fraction
from functools import partial
from pathlib import Path

import shapely

from benchmarks import asking, batch, copy, goals, peers, results, servers, serving, stores
from landinfo.store import Store, open_store

COUNT, ROUNDS = 5_000, 3
QUESTIONS, TILES, OPENED, ESTIMATES = 60, 5, 10, 300
KEPT = Path(__file__).with_name("quick.json")
WORSE = 1.2
"""Times what it was, from which it is told."""
Clock = Callable[[], float]
SQUARE = shapely.box(0, 0, 1, 1)


def run(count: int, rounds: int, out: Path) -> str:
    """The section of the results."""
    costs: dict[str, list[float]] = {}
    embedded, database = str(stores.embedded(count, out)), stores.database(count, out)
    parts: list[Callable[[], Iterator[tuple[str, float]]]] = [
        partial(_costs, *each) for each in _engines(embedded, database)
    ]
    parts += [partial(_shares, embedded), partial(_core, embedded), partial(_http, embedded)]
    for n in range(rounds):
        for part in parts[:: 1 if n % 2 == 0 else -1]:
            for name, cost in part():
                costs.setdefault(name, []).append(cost)
    for name, cost in _copy(database, out):
        costs.setdefault(name, []).append(cost)
    # the least of the rounds: what else the machine does only adds
    found = {name: min(each) for name, each in costs.items()}
    if not KEPT.exists():
        KEPT.write_text(json.dumps({n: round(v, 3) for n, v in found.items()}, indent=1, ensure_ascii=False) + "\n")
    kept: dict[str, float] = json.loads(KEPT.read_text())
    rows = [
        [name, results.spread(each, 2), f"{kept[name]:,.2f}" if name in kept else "–", _change(name, found, kept)]
        for name, each in costs.items()
    ]
    told = worse(kept, found)
    said = f"Worse by more than {WORSE - 1:.0%}: {', '.join(told)}." if told else f"Nothing is {WORSE - 1:.0%} worse."
    return f"{said}\n\n{results.table([f'cost, {COUNT:,} parcels', 'now', 'kept', 'least now : kept'], rows)}"


def worse(kept: Mapping[str, float], found: Mapping[str, float]) -> list[str]:
    """The costs that rose by more than a fifth; what is new or no longer measured is not compared."""
    return [name for name, cost in found.items() if name in kept and cost > kept[name] * WORSE]


def _change(name: str, found: Mapping[str, float], kept: Mapping[str, float]) -> str:
    return f"{found[name] / kept[name]:.2f}" if name in kept else "–"


def _engines(embedded: str, database: str) -> list[tuple[str, str, Clock]]:
    """By what each is timed: of the processor where no other works."""
    return [("embedded", embedded, time.process_time), ("PostGIS", database, time.perf_counter)]


def _costs(engine: str, url: str, clock: Clock) -> Iterator[tuple[str, float]]:
    """Each in the time of the yardstick, measured around it."""
    asked = stores.questions(COUNT, servers.OUT)
    paths = stores.paths(asked)[:QUESTIONS]
    tiles = list(dict.fromkeys(peers.in_tile(x, y) for x, y, *_ in asked))[:TILES]
    with closing(open_store(url)) as store:
        ask = asking.asker(store, asking.book())
        yield f"full answer, {engine} : yardstick", _cost(partial(_each, ask, paths), len(paths), clock)
        draw = partial(_drawn, store, tiles)
        yield f"tile of zoom {peers.Z}, {engine} : yardstick", _cost(draw, len(tiles), clock)
    yield f"opening the store, {engine} : yardstick", _cost(partial(_opened, url), OPENED, clock)


def _shares(embedded: str) -> Iterator[tuple[str, float]]:
    themes = asking.book().themes
    theirs = batch.by_geopandas(batch.frames(embedded, list(themes)))
    yield "shares of a parcel : geopandas.overlay", theirs / batch.ours(embedded, themes, 2.0)


def _core(embedded: str) -> Iterator[tuple[str, float]]:
    paths = stores.paths(stores.questions(COUNT, servers.OUT))
    before = _seconds(yardstick, time.process_time)
    rate = batch.core(embedded, paths, ESTIMATES)
    yield "estimate of the core : yardstick", 2 / rate / (before + _seconds(yardstick, time.process_time))


def _cost(work: Callable[[], object], times: int, clock: Clock) -> float:
    before = _seconds(yardstick, clock)
    took = _seconds(work, clock) / times
    return took / ((before + _seconds(yardstick, clock)) / 2)


def _seconds(work: Callable[[], object], clock: Clock) -> float:
    begun = clock()
    work()
    return clock() - begun


def yardstick() -> None:
    """Some 10 ms of what an answer is made of."""
    for n in range(100):
        shape = shapely.box(n / 200, 0.5, n / 200 + 1, 1.5)
        parts = shapely.intersection(SQUARE, shape), shapely.difference(shape, SQUARE)
        total = sum((Fraction(shapely.area(part)) for part in parts), Fraction(0))
        json.dumps([list(map(str, itertools.repeat(total, 20)))], sort_keys=True)


def _each(ask: Callable[[str], object], paths: list[str]) -> None:
    for path in paths:
        ask(path)


def _opened(url: str) -> None:
    for _ in range(OPENED):
        serving.opened(url)


def _drawn(store: Store, tiles: list[tuple[int, int]]) -> None:
    for x, y in tiles:
        store.tile("parcels", peers.Z, x, y, stores.ASKED, stores.DAY)


def _http(embedded: str) -> Iterator[tuple[str, float]]:
    server = servers.HTTP[-1]
    asked = stores.paths(stores.questions(COUNT, servers.OUT))
    paths, root = servers.write(asked, "quick"), servers.write(["/"], "hello")
    with servers.running(server, "benchmarks.hello:app", "/", {}) as served:
        servers.ask(served.address, root, seconds=1)
        hello = servers.ask(served.address, root, seconds=3).rate
    with servers.service(server, embedded, LANDINFO_ANSWERS_MB="0") as served:
        servers.ask(served.address, paths, len(asked) // 2, seconds=1)
        yield (
            "Flask hello : full answer over HTTP, embedded",
            hello / servers.ask(served.address, paths, seconds=4).rate,
        )


def _copy(database: str, out: Path) -> Iterator[tuple[str, float]]:
    took = copy.beside(database, stores.server(), 3, out, (copy.OURS, copy.INDEXED))
    for ratio in goals.by(took[copy.OURS], took[copy.INDEXED]):
        yield "publication : COPY into a table with its indexes", ratio
