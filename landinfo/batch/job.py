"""A batch of the web: begun by a request, done by a process of its own, followed in the register.

A job is an entry of the register and a folder with its list and its output; both go when its time is over. The child
says how far it is; one that says nothing for ``SILENT`` seconds is begun again, where it was.
"""

from __future__ import annotations

import json
import os
import secrets
import shutil
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from landinfo.model import Busy, NotHere
from landinfo.store.register import Entry, Register

KIND = "batch"
OPEN = ("waiting", "running")
"""States of a job on which a process works; the others are done, refused and failed."""
SILENT, BEAT = 60.0, 5.0
"""s: a child that lives says so every ``BEAT``; one that has not for ``SILENT`` is taken for lost."""
MOST_RUNS = 3
ASKED = "question.json"
_ID = frozenset("0123456789abcdef")
_ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass(frozen=True, slots=True)
class Office:
    """Where jobs are kept and how many: ``environment`` tells a child where store, data and register are.

    ``hours`` is how long a job is kept, ``at_once`` how many may be open.
    """

    register: Register
    folder: Path
    environment: Mapping[str, str]
    hours: int
    at_once: int
    silent: float = SILENT


def new(office: Office) -> Path:
    """An empty folder for a new job; its name cannot be guessed. Raises ``Busy``: as many are open as may be."""
    forget(office)
    if sum(entry.body["state"] in OPEN for entry in _every(office)) >= office.at_once:
        raise Busy("batch-many-jobs", "batch", most=office.at_once)
    made = office.folder / secrets.token_hex(16)
    try:
        office.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.mkdir(mode=0o700)
    except OSError as wrong:
        raise Busy("batch-no-folder", "LANDINFO_BATCH_FOLDER", wrong=wrong.strerror or str(wrong)) from wrong
    return made


def begin(office: Office, folder: Path, asked: Mapping[str, Any], today: date) -> str:
    """Keep the job whose list stands in ``folder`` and start its child; the job's id.

    ``asked``: ``list`` and ``out`` (names in the folder), ``defaults`` (pairs), ``most`` rows.
    """
    (folder / ASKED).write_text(json.dumps({**asked, "today": today.isoformat()}), "utf-8")
    body = {
        "state": "waiting", "percent": 0, "rows": None, "results": None, "errors": None, "files": [], "unread": [],
        "problem": None, "runs": 1, "beat": time.time(), "until": time.time() + office.hours * 3600,
    }  # fmt: skip
    office.register.add(KIND, folder.name, today, body)
    _start(office, folder)
    return folder.name


def find(office: Office, key: str) -> Entry:
    """A job by its id; one whose child was lost is begun again. Raises ``NotHere``: none such, or its time is over."""
    entry = office.register.get(KIND, key) if len(key) == 32 and set(key) <= _ID else None
    if entry is None or entry.body["until"] <= time.time():
        raise NotHere("batch-no-job", "id", hours=office.hours)
    if entry.body["state"] in OPEN and entry.body["beat"] + office.silent < time.time():
        _again(office, entry)
        return office.register.get(KIND, key) or entry
    return entry


def _again(office: Office, entry: Entry) -> None:
    """Only one of several that ask starts the child: who revised the entry."""
    over = entry.body["runs"] >= MOST_RUNS
    change = {"state": "failed"} if over else {"runs": entry.body["runs"] + 1, "beat": time.time()}
    if office.register.revise(KIND, entry.key, {**entry.body, **change}, entry.revision) and not over:
        _start(office, office.folder / entry.key)


def file(office: Office, key: str, name: str) -> Path:
    """A file of a job that is done. Raises ``NotHere``."""
    entry = find(office, key)
    if entry.body["state"] != "done" or name not in entry.body["files"]:
        raise NotHere("batch-no-file", "file", files=", ".join(entry.body["files"]) or "–", name=name[:60])
    return office.folder / key / name


def forget(office: Office) -> int:
    """Remove the jobs whose time is over, with their folders; how many they were."""
    gone = [entry for entry in _every(office) if entry.body["until"] <= time.time()]
    for entry in gone:
        shutil.rmtree(office.folder / entry.key, ignore_errors=True)
        office.register.remove(KIND, entry.key)
    return len(gone)


def _every(office: Office) -> list[Entry]:
    found: list[Entry] = []
    while page := office.register.listed(KIND, found[-1].key if found else "", 500):
        found += page
    return found


def _start(office: Office, folder: Path) -> None:
    with (folder / "log").open("ab") as log:
        child = subprocess.Popen(  # noqa: S603  # our own program, and a folder of our own naming
            [sys.executable, "-m", "landinfo.batch", str(folder)],
            cwd=_ROOT,
            env={**os.environ, **office.environment},
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            start_new_session=True,
        )
    threading.Thread(target=child.wait, daemon=True).start()  # so that nothing of it stays when it has ended


class Telling:
    """What a child tells of its job, a few times a second at most."""

    def __init__(self, register: Register, key: str, clock: Callable[[], float] = time.time) -> None:
        self._register, self._key, self._clock, self._last = register, key, clock, 0.0
        self._ended = threading.Event()

    def __enter__(self) -> Telling:
        """Say from now on that the child lives, however long one step of it takes."""

        def live() -> None:
            while not self._ended.wait(BEAT):
                with suppress(Busy):
                    self.say()

        threading.Thread(target=live, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._ended.set()

    def far(self, share: float, rows: int) -> None:
        """``share`` of the whole is done."""
        if self._clock() - self._last >= 0.5:
            self._last = self._clock()
            self.say(state="running", percent=int(share * 100), rows=rows or None)

    def say(self, **change: Any) -> None:
        """Change the entry; one that is gone, because its time is over, is let go."""
        while (entry := self._register.get(KIND, self._key)) is not None:
            body = {**entry.body, "beat": self._clock(), **change}
            if self._register.revise(KIND, self._key, body, entry.revision):
                return


def until(body: Mapping[str, Any]) -> str:
    """The moment until which a job is kept, in UTC."""
    return datetime.fromtimestamp(body["until"], UTC).isoformat(timespec="minutes").replace("+00:00", "Z")


def defaults(pairs: Sequence[Sequence[str]]) -> tuple[tuple[str, str], ...]:
    return tuple((name, value) for name, value in pairs)
