"""The same batch on a Dask cluster: rows go to the workers by commune and come back into the parts of the list.

A worker that is lost takes nothing with it: its rows are given to another. Every worker needs this program and reaches
store and data under the addresses of the command.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from itertools import islice
from typing import Any

from landinfo.batch.answers import Record, records
from landinfo.batch.journal import packed
from landinfo.batch.run import Answered, Batch, Parts, Row, Runner
from landinfo.batch.runner import asking
from landinfo.batch.title import meaning
from landinfo.model import Busy, Refused

WINDOW = 40
"""Parts that are with the workers at a time."""
MOST_ROWS = 25
"""Of one task."""
_WAIT = 10
"""s for a scheduler to answer."""
Place = tuple[int, int]
"""Number of a part, and which of its rows."""


def runner(address: str) -> Runner:
    """Answer on the cluster of the scheduler at ``address`` (``tcp://…``).

    Raises ``Refused``: Dask is not installed; ``Busy``: no scheduler or no worker there.
    """

    def answer(parts: Parts, batch: Batch) -> Answered:
        client = _client(address)
        try:
            coming = iter(parts)
            while window := dict(islice(coming, WINDOW)):
                yield from _window(client, window, batch)
        finally:
            client.close()

    return answer


def _client(address: str) -> Any:
    try:
        import distributed
    except ImportError as wrong:
        raise Refused("batch-no-dask", "--scheduler") from wrong
    untyped: Any = distributed
    try:
        client = untyped.Client(address, timeout=_WAIT)
        client.wait_for_workers(1, timeout=_WAIT)
    except (OSError, TimeoutError, ValueError) as wrong:
        raise Busy("batch-no-scheduler", "--scheduler", address=address[:80]) from wrong
    return client


def _window(client: Any, window: dict[int, list[Row]], batch: Batch) -> Answered:
    import distributed

    untyped: Any = distributed
    homes = sorted(client.scheduler_info(n_workers=-1)["workers"])
    sent = {}
    for commune, places in _by_commune(window):
        rows = [window[number][at] for number, at in places]
        near = homes[int(hashlib.sha256(commune.encode()).hexdigest(), 16) % len(homes)] if homes else None
        sent[client.submit(answered, rows, batch, pure=False, workers=near, allow_other_workers=True)] = places
    said: dict[Place, list[Record]] = {}
    try:
        for future, result in untyped.as_completed(sent, with_results=True):
            said |= zip(sent[future], result, strict=True)
    except distributed.KilledWorker as wrong:
        raise Refused("batch-process-lost", "--scheduler") from wrong
    for number, rows in window.items():
        yield number, len(rows), packed(record for at in range(len(rows)) for record in said[number, at])


def answered(rows: Sequence[Row], batch: Batch) -> list[list[Record]]:
    """On a worker: what each row gives."""
    ask = asking(batch)
    return [list(records(entry, same, ask)) for entry, same in rows]


def _by_commune(window: dict[int, list[Row]]) -> Iterator[tuple[str, list[Place]]]:
    """The rows of one commune together, ``MOST_ROWS`` at a time."""
    found: dict[str, list[Place]] = {}
    for number, rows in window.items():
        for at, (entry, _) in enumerate(rows):
            told = {meaning(title): cell for title, cell in entry.cells.items()}
            commune = told.get("commune") or told.get("parcel", "").partition("/")[0]
            found.setdefault(commune, []).append((number, at))
    for commune, places in found.items():
        for first in range(0, len(places), MOST_ROWS):
            yield commune, places[first : first + MOST_ROWS]
