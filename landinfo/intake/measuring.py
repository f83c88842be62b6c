"""Measures every parcel of a store, so that an answer need not: beforehand, in several processes, again after changes.

What is measured already and still holds is left as it is, so a run that was broken off goes on where it was.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from datetime import date
from multiprocessing import get_context

import shapely

from landinfo import shares
from landinfo.model import Held, Parcel, Theme
from landinfo.store import Measures, Store, open_store
from landinfo.store.measures import told

STEP = 250
"""Parcels that a process measures at a time: while all of them do, nobody publishes."""
LOOKED = 5_000
"""Parcels that are looked through at a time for such as are not measured."""

Progress = Callable[[int, int], None]
"""Takes how many parcels were asked about, and of how many that are not measured."""


@dataclass(frozen=True, slots=True)
class Counts:
    """Parcels in force: measured now, kept from before, and left out, as a layer cannot be read or they are doubled."""

    made: int
    kept: int
    unread: int


def measure(
    url: str,
    themes: Mapping[str, Theme],
    on: date,
    known: date,
    jobs: int = 1,
    progress: Progress = lambda done, of: None,
) -> Counts:
    """Keep the measures of every parcel in force on ``on``, as known, in the store at ``url``.

    What is kept of parcels that nothing speaks of any more goes. Raises ``Busy``: another writes, or publishes,
    meanwhile.
    """
    ways, made_in_all, size = shares.ways(themes), 0, STEP * jobs
    with closing(open_store(url)) as store, _working(url, themes, on, known, jobs) as work:
        wanted = _unmeasured(store, ways, on, known)
        held = sum(square[-1] for square in store.squares(_WHOLE, on, known))
        for first in range(0, len(wanted), size):
            numbers = wanted[first : first + size]
            parts = [numbers[n::jobs] for n in range(jobs) if numbers[n::jobs]]
            kept: list[Measures] = []

            def made(parts: list[list[int]] = parts, kept: list[Measures] = kept) -> list[Measures]:
                kept += sorted((each for part in work(parts) for each in part), key=lambda m: m.number)
                return kept

            store.keep(made, ways, on, known)
            made_in_all += len(kept)
            progress(first + len(numbers), len(wanted))
        store.forget(known)
    return Counts(made_in_all, max(held - len(wanted), 0), len(wanted) - made_in_all)


_WHOLE = 1e8
"""m, wider than any plane: all parcels are counted at once."""


def _unmeasured(store: Store, ways: Mapping[str, str], on: date, known: date) -> list[int]:
    """Numbers of parcels to measure, in order."""
    found: list[int] = []
    after: int | None = 0
    while after is not None:
        numbers, after = store.unmeasured(ways, on, known, LOOKED, after)
        found += numbers
    return found


Work = Callable[[Sequence[list[int]]], Iterable[list[Measures]]]


@contextmanager
def _working(url: str, themes: Mapping[str, Theme], on: date, known: date, jobs: int) -> Iterator[Work]:
    """One process is this one."""
    # Read-only names of designations do not go from process to process, and measuring needs none.
    bare = {name: replace(theme, designations={}) for name, theme in themes.items()}
    asked = (url, bare, on, known)
    if jobs == 1:
        with closing(_Measuring(*asked)) as here:
            yield lambda parts: map(here.measured, parts)
        return
    pool: Executor
    with ProcessPoolExecutor(jobs, get_context("spawn"), _begin, asked) as pool:
        yield lambda parts: pool.map(_measured, parts)


class _Measuring:
    """A store of its own, whose coverage is prepared: GEOS forbids that where threads share it."""

    def __init__(self, url: str, themes: Mapping[str, Theme], on: date, known: date) -> None:
        self._store, self._themes, self._on, self._known = open_store(url, pool=1), themes, on, known

    def close(self) -> None:
        self._store.close()

    def measured(self, numbers: Sequence[int]) -> list[Measures]:
        return [made for number, parcel in self._parcels(numbers) if (made := self._one(number, parcel))]

    def _parcels(self, numbers: Sequence[int]) -> Iterator[tuple[int, Parcel]]:
        wanted, after = set(numbers), min(numbers) - 1
        while after < max(numbers):
            page = self._store.page("parcels", (self._on, self._on), self._known, 2 * STEP, after)
            yield from ((n, row) for n, row in page.rows if n in wanted and isinstance(row, Parcel))
            after = max(numbers) if page.after is None else page.after

    def _one(self, number: int, parcel: Parcel) -> Measures | None:
        around = self._store.surroundings(parcel, tuple(self._themes), self._on, self._known)
        layers = (*around.themes, around.zones_held)
        if around.number != number or any(layer.held is Held.FAILED for layer in layers):
            return None
        for each in {id(c.shape): c.shape for layer in layers for c in layer.coverage}.values():
            shapely.prepare(each)
        made = shares.measured(parcel, around, self._themes)
        return told(number, around.numbers, made, min((day for day, _ in around.later), default=None))


_here: _Measuring


def _begin(url: str, themes: Mapping[str, Theme], on: date, known: date) -> None:
    global _here
    _here = _Measuring(url, themes, on, known)


def _measured(numbers: Sequence[int]) -> list[Measures]:
    return _here.measured(numbers)
