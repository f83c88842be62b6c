"""Work in a process of its own that is killed amid it: forked from one that has imported what all such work needs."""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
import time
import traceback
from collections.abc import Callable
from dataclasses import replace
from multiprocessing import forkserver
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any
from unittest import mock

import cadastre
import files_to_load as office
from batched import batch

from landinfo.batch import run, runner
from landinfo.batch.journal import Journal
from landinfo.store import Load, editing, open_store

TESTS = Path(__file__).resolve().parent
After = float | int | str | None


def ended(work: Callable[..., list[Any]], *given: Any, within: float = 120) -> list[Any] | None:
    """What ``work`` gives in a process of its own; None: the process was killed."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["killed"])
    with mock.patch.dict(os.environ, PYTHONPATH=f"{TESTS.parent}{os.pathsep}{TESTS}"):
        forkserver.ensure_running()
    told, telling = context.Pipe(duplex=False)
    process = context.Process(target=_tell, args=(telling, work, given))
    process.start()
    telling.close()
    try:
        assert told.poll(within), f"{work.__name__} is still at it after {within} s"
        found, wrong = told.recv()
        assert not wrong, wrong
    except EOFError:
        found = None
    finally:
        told.close()
        process.join(within)
    if process.exitcode == -signal.SIGKILL:
        return None
    assert process.exitcode == 0
    return found


def _tell(telling: Connection, work: Callable[..., list[Any]], given: tuple[Any, ...]) -> None:
    try:
        telling.send((work(*given), ""))
    except Exception:
        telling.send((None, traceback.format_exc()))
    os._exit(0)  # a timer that is left would kill it yet


def now() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def answering(source: Path, target: Path, url: str, after: After, jobs: int) -> list[Any]:
    """A batch; gives s of answering and parts answered. It is killed ``after`` so many seconds of answering (a float),
    so many parts (a whole number), at a step (its name), or amid the output ("half").
    """
    run.PART = 2
    begun: list[float] = []
    parts: list[float] = []

    def progress(step: str, share: float) -> None:
        if step == "answer":
            parts.append(share)
            if not begun:
                begun.append(time.monotonic())
                if isinstance(after, float):
                    threading.Timer(after, now).start()
        if (isinstance(after, int) and len(parts) > after) or after == step:
            now()

    read = Journal.records

    def records(self: Journal, number: int) -> Any:
        if number == 3 and after == "half":
            now()
        return read(self, number)

    with mock.patch.object(Journal, "records", records):
        asked = batch(source, target, url, ("on", "2026-03-01"), ("convert_to", "ODT"))
        run.run(asked, runner.alone if jobs == 1 else runner.several(jobs), progress)
    return [time.monotonic() - begun[0] if begun else 0, len(parts)]


def loading(file: Path, map: Path, url: str, draft: bool, step: int, after: After) -> list[Any]:
    """A load of so many rows a step; gives its edition, s of writing and the shares told. It is killed ``after`` so
    many seconds of writing (a float), or after so many steps (a whole number).
    """
    editing.STEP = step
    begun: list[float] = []
    shares: list[float] = []

    def progress(text: str, done: Any) -> None:
        if "writing" in text and not begun:
            begun.append(time.monotonic())
            if isinstance(after, float):
                threading.Timer(after, now).start()
        if "writing" in text:
            shares.append(float(done))
        if isinstance(after, int) and len(shares) > after:
            now()

    result = office.run(file, map, url, office.TODAY, progress, office.RULEBOOK, new=True, draft=draft)
    assert result.edition
    return [result.edition.id, time.monotonic() - begun[0], shares[1:]]


def staging(url: str, share: float) -> list[Any]:
    """The small cadastre's parcels prepared once more, two rows a step; killed at this share of it."""
    editing.STEP = 2

    def progress(done: float) -> None:
        if done >= share:
            now()

    open_store(url).stage(parcels_again(), [], progress)
    return []


def parcels_again(backwards: bool = False) -> Load:
    """The small cadastre's parcels as another edition."""
    load = cadastre.loads()[0]
    rows = load.parcels[::-1] if backwards else load.parcels
    return Load(
        replace(load.edition, id="parcels-2"),
        coverage=[replace(c, edition="parcels-2") for c in load.coverage],
        parcels=[replace(p, edition="parcels-2") for p in rows],
    )
