"""The register as a SQLite file in WAL mode: many read while one writes, from any number of processes."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, TypeVar

from landinfo.model import Busy
from landinfo.store.register import VERSION
from landinfo.store.register.table import Statement, Table

T = TypeVar("T")
_APPLICATION = 0x4C495247  # "LIRG": what the file is, in its own header
# In one statement, so that all three are of one moment while another process makes the tables.
_STATE = """
SELECT (SELECT user_version FROM pragma_user_version), (SELECT application_id FROM pragma_application_id),
  EXISTS (SELECT 1 FROM sqlite_master)
"""
_TABLES = f"""
BEGIN IMMEDIATE;
CREATE TABLE IF NOT EXISTS entries (kind TEXT NOT NULL, key TEXT NOT NULL, day TEXT NOT NULL, body TEXT NOT NULL,
  revision INTEGER NOT NULL, PRIMARY KEY (kind, key)) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS marks (kind TEXT NOT NULL, mark TEXT NOT NULL, key TEXT NOT NULL,
  PRIMARY KEY (kind, mark)) WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS entries_by_day ON entries (kind, day, key);
PRAGMA application_id = {_APPLICATION};
PRAGMA user_version = {VERSION};
COMMIT;
"""


class SqliteRegister(Table):
    """A connection for each call: 0.2 ms, and nothing to share between threads or across a fork."""

    engine = "sqlite"

    def __init__(self, path: Path, wait: float) -> None:
        self._path, self._wait = path, wait

    def _ask(self, statement: str, given: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._opened() as held:
            return held.execute(statement, given).fetchall()

    def _write(self, statements: Iterable[Statement]) -> list[int]:
        with self._opened() as held:
            held.execute("PRAGMA secure_delete = ON")  # what is removed is overwritten, not only let go
            held.execute("BEGIN IMMEDIATE")
            changed = [held.execute(statement, given).rowcount for statement, given in statements]
            held.execute("COMMIT")
            return changed

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        try:
            with closing(sqlite3.connect(self._path, timeout=self._wait, isolation_level=None)) as held:
                self._prepare(held)
                yield held
        except sqlite3.Error as wrong:
            raise Busy("register-cannot-be-used", "register", wrong=str(wrong)) from wrong

    def _prepare(self, held: sqlite3.Connection) -> None:
        """Make the tables where the file is new. Raises ``Busy``: it is no register, or of another version."""
        version, application, filled = held.execute(_STATE).fetchone()
        if not version and not application and not filled:
            # Going over to WAL does not wait for another process that does the same.
            self._until_free(lambda: held.execute("PRAGMA journal_mode = WAL"))
            self._until_free(lambda: held.executescript(_TABLES))
            version, application, _ = held.execute(_STATE).fetchone()
        if application != _APPLICATION:
            raise Busy("register-not-one", "register", register=self._path.name)
        if version != VERSION:
            raise Busy("register-of-another-version", "register", held=version, wanted=VERSION)

    def _until_free(self, work: Callable[[], T]) -> T:
        last = time.monotonic() + self._wait
        while True:
            try:
                return work()
            except sqlite3.OperationalError as wrong:
                if wrong.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY or time.monotonic() > last:
                    raise
                time.sleep(0.01)
