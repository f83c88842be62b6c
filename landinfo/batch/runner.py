"""Who answers the parts of a batch: this process, or several of this machine. The output does not show it."""

from __future__ import annotations

import os
import threading
from concurrent.futures import FIRST_COMPLETED, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from multiprocessing import connection, get_context, parent_process

from landinfo.batch.answers import Asking, records
from landinfo.batch.journal import packed
from landinfo.batch.run import Answered, Batch, Parts, Row, Runner, law
from landinfo.model import Refused, Rulebook
from landinfo.store import Store, open_store

_held: dict[tuple[str, str], tuple[Store, Rulebook]] = {}
"""What this process has open, by store and data."""


def asking(batch: Batch) -> Asking:
    """What this process asks with, opened once."""
    where = batch.store, str(batch.data)
    if where not in _held:
        _held[where] = open_store(batch.store, pool=1), law(batch.data)
    store, rulebook = _held[where]
    return Asking(store, rulebook, batch.defaults, batch.today, batch.outlines)


def part(number: int, rows: list[Row], batch: Batch) -> tuple[int, int, bytes]:
    """The answers to the rows of one part, wherever it runs."""
    ask = asking(batch)
    return number, len(rows), packed(record for entry, same in rows for record in records(entry, same, ask))


def alone(parts: Parts, batch: Batch) -> Answered:
    """In this process, one after the other."""
    try:
        for number, rows in parts:
            yield part(number, rows, batch)
    finally:
        for store, _ in _held.values():
            store.close()
        _held.clear()


def several(jobs: int) -> Runner:
    """In so many processes of this machine; of the list no more is read ahead than they need."""

    def runner(parts: Parts, batch: Batch) -> Answered:
        with ProcessPoolExecutor(jobs, get_context("spawn"), initializer=_with_parent) as pool:
            coming = iter(parts)
            running = {pool.submit(part, *each, batch) for _, each in zip(range(2 * jobs), coming, strict=False)}
            try:
                while running:
                    ended, running = wait(running, return_when=FIRST_COMPLETED)
                    for one in ended:
                        yield one.result()
                        if (more := next(coming, None)) is not None:
                            running.add(pool.submit(part, *more, batch))
            except BrokenProcessPool as wrong:
                raise Refused("batch-process-lost", "--jobs") from wrong

    return runner


def _with_parent() -> None:
    """End this process when the one that started it has ended, however: its queue would keep it waiting for ever."""
    started = parent_process()
    assert started

    def watch() -> None:
        connection.wait([started.sentinel])
        os._exit(1)

    threading.Thread(target=watch, daemon=True).start()
