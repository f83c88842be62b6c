"""Connections to PostgreSQL: a fixed number that read with their prepared statements, one at a time that writes."""

from __future__ import annotations

import math
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from queue import Empty, LifoQueue
from types import SimpleNamespace
from typing import Any, TypeVar

import psycopg2
from psycopg2 import errors
from psycopg2.extensions import connection as Connection
from psycopg2.extensions import cursor as Cursor
from psycopg2.extensions import make_dsn, parse_dsn

from landinfo.model import Busy, Refused

T = TypeVar("T")

# A literal plan costs more than the answer; parallel workers and JIT cost up to three times a small one.
_READING = """
SET jit = off; SET max_parallel_workers_per_gather = 0; SET plan_cache_mode = force_generic_plan;
SET statement_timeout = {milliseconds}; SET default_transaction_read_only = on;
"""
_WRITING = "SET statement_timeout = 0; SET lock_timeout = {milliseconds};"
# PostGIS may live in any schema; a table of the same name in another must not answer for ours.
_PATH = """
SELECT set_config('search_path', concat_ws(', ', 'landinfo', (
  SELECT quote_ident(n.nspname) FROM pg_extension e JOIN pg_namespace n ON n.oid = e.extnamespace
  WHERE e.extname = 'postgis')), false);
"""


class _Slot:
    """One place in the pool; its connection is made when first used and again when it was lost."""

    held: Connection | None = None


class Pool:
    """``size`` connections, never more and, once made, never fewer."""

    def __init__(self, url: str, size: int, wait: float, statement_timeout: float, prepare: Sequence[str]) -> None:
        self._dsn = dsn(url, wait, statement_timeout)
        self._size, self._wait = size, wait
        self._setup = _READING.format(milliseconds=int(statement_timeout * 1000)) + _PATH + ";".join(prepare)
        self._inherited: list[Any] = []
        self._fill()

    def _fill(self) -> None:
        self._process, self._closed = os.getpid(), False
        self._slots: LifoQueue[_Slot] = LifoQueue()
        for _ in range(self._size):
            self._slots.put(_Slot())

    def ask(self, statement: str, given: Sequence[object] | Mapping[str, object] = ()) -> list[tuple[Any, ...]]:
        """The rows of a statement that only reads; when its connection was lost, it is asked once more on a new one.

        Raises ``Busy``: no connection came free in time, or the server does not answer; ``psycopg2.Error``: the
        statement failed.
        """

        def work(cursor: Cursor) -> list[tuple[Any, ...]]:
            cursor.execute(statement, given)
            return cursor.fetchall()

        return self._on(work)

    def copy(self, select: str, given: Mapping[str, object]) -> list[bytes]:
        """What a ``SELECT`` gives in PostgreSQL's binary form, message by message. Asked and raises as ``ask``."""

        def work(cursor: Cursor) -> list[bytes]:
            copied: list[bytes] = []
            taker = SimpleNamespace(write=copied.append)
            cursor.copy_expert(b"COPY (%b) TO STDOUT (FORMAT binary)" % cursor.mogrify(select, given), taker)
            return copied

        return self._on(work)

    def _on(self, work: Callable[[Cursor], T]) -> T:
        with self._slot() as slot:
            for last in (False, True):
                try:
                    slot.held = slot.held or self._connect()
                    with slot.held.cursor() as cursor:
                        return work(cursor)
                except psycopg2.Error as wrong:
                    if slot.held is not None and not _lost(slot.held, wrong):
                        raise
                    if slot.held is not None:
                        slot.held.close()
                    slot.held = None
                    if last:
                        raise Busy("store-lost") from wrong
        raise AssertionError

    @contextmanager
    def _slot(self) -> Iterator[_Slot]:
        if self._process != os.getpid():
            # A fork shares its parent's sockets: to close one here would end the parent's conversation.
            self._inherited.append(self._slots)
            self._fill()
        slots = self._slots
        try:
            slot = slots.get(timeout=self._wait)
        except Empty:
            raise Busy("store-busy") from None
        try:
            yield slot
        finally:
            if self._closed and slot.held is not None:
                slot.held.close()
            slots.put(slot)

    def _connect(self) -> Connection:
        made = psycopg2.connect(self._dsn)
        try:
            made.autocommit = True
            with made.cursor() as cursor:
                cursor.execute(self._setup)
        except psycopg2.Error:
            made.close()
            raise
        return made

    def close(self) -> None:
        """Close what is free now; what still answers is closed when it is given back."""
        self._closed = True
        for _ in range(self._size):
            try:
                slot = self._slots.get_nowait()
            except Empty:
                return
            if slot.held is not None:
                slot.held.close()


@contextmanager
def writing(url: str, wait: float) -> Iterator[Cursor]:
    """One transaction on the server that takes writes: all of it or nothing, and never tried twice.

    One writer at a time; another waits ``wait`` seconds and raises ``Busy``. A fault of the database is ``Refused``.
    """
    held = connect(url, wait, write=True)
    try:
        with held, held.cursor() as cursor:
            cursor.execute(_WRITING.format(milliseconds=int(wait * 1000)))
            find_tables(cursor)
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext('landinfo.publish'))")
            yield cursor
    except errors.LockNotAvailable as wrong:
        raise Busy("store-busy") from wrong
    except psycopg2.Error as wrong:
        if _lost(held, wrong):
            raise Busy("store-lost") from wrong
        raise Refused("store-cannot-write", "store", store=shown(url), wrong=_first_line(wrong)) from wrong
    finally:
        held.close()


def _lost(held: Connection, wrong: psycopg2.Error) -> bool:
    """Is the connection gone? A server that answers names a code; ``closed`` may be 0 of one that failed amid it."""
    silent = type(wrong) is psycopg2.DatabaseError or isinstance(wrong, psycopg2.OperationalError)
    return bool(held.closed) or (silent and wrong.pgcode is None)


def find_tables(cursor: Cursor) -> None:
    """Let names without a schema mean the store's tables and PostGIS, wherever that is installed."""
    cursor.execute(_PATH)


def connect(url: str, wait: float, *, write: bool = False) -> Connection:
    """One connection beside the pool. Raises ``Busy`` when nobody answers there."""
    wanted = {"target_session_attrs": "read-write"} if write and "," in parse_dsn(url).get("host", "") else {}
    try:
        return psycopg2.connect(make_dsn(dsn(url, wait, 0), **wanted))
    except psycopg2.OperationalError as wrong:
        raise Busy("store-no-server", "store", store=shown(url)) from wrong


def dsn(url: str, wait: float, statement_timeout: float) -> str:
    """The address with what keeps a dead network from holding a question for ever. Raises ``Refused``: not one."""
    try:
        given = parse_dsn(url)
    except psycopg2.ProgrammingError as wrong:
        raise Refused("store-bad-address", "store") from wrong
    kept: dict[str, Any] = {
        "application_name": "landinfo",
        "connect_timeout": max(2, math.ceil(wait)),
        "keepalives_idle": 30,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": int((wait + statement_timeout) * 1000) if statement_timeout else 0,
        "client_encoding": "UTF8",
    }
    return make_dsn(None, **(kept | given))


def shown(url: str) -> str:
    """The address without who asks and their password."""
    given = parse_dsn(url)
    return f"postgresql://{given.get('host', '')}/{given.get('dbname', '')}"


def _first_line(wrong: BaseException) -> str:
    return (str(wrong).splitlines() or [type(wrong).__name__])[0]
