"""The register as a schema of the PostGIS database, beside the schema of the store."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import closing, contextmanager
from typing import Any

import psycopg2
from psycopg2.extensions import cursor as Cursor

from landinfo.model import Busy
from landinfo.store.postgis_pool import connect
from landinfo.store.register import VERSION
from landinfo.store.register.table import Statement, Table

_IS_THERE = "SELECT to_regclass('landinfo_register.meta') IS NOT NULL"
# COLLATE "C": keys in the order of their bytes, as in SQLite
_TABLES = """
SELECT pg_advisory_xact_lock(hashtext('landinfo_register'));
CREATE SCHEMA IF NOT EXISTS landinfo_register;
CREATE TABLE IF NOT EXISTS landinfo_register.meta (version integer NOT NULL);
CREATE TABLE IF NOT EXISTS landinfo_register.entries (kind text NOT NULL, key text COLLATE "C" NOT NULL,
  day text NOT NULL, body text NOT NULL, revision integer NOT NULL, PRIMARY KEY (kind, key));
CREATE TABLE IF NOT EXISTS landinfo_register.marks (kind text NOT NULL, mark text NOT NULL, key text NOT NULL,
  PRIMARY KEY (kind, mark));
CREATE INDEX IF NOT EXISTS entries_by_day ON landinfo_register.entries (kind, day, key);
INSERT INTO landinfo_register.meta SELECT %s WHERE NOT EXISTS (SELECT 1 FROM landinfo_register.meta);
"""
_VERSION = "SELECT version FROM landinfo_register.meta"


class PostgisRegister(Table):
    """A connection for each call: what is written is rare and small, and the pool of the store only reads."""

    engine = "postgis"

    def __init__(self, url: str, wait: float) -> None:
        self._url, self._wait = url, wait

    def _ask(self, statement: str, given: Sequence[object]) -> list[tuple[Any, ...]]:
        with self._opened() as cursor:
            cursor.execute(statement.replace("?", "%s"), given)
            return cursor.fetchall()

    def _write(self, statements: Iterable[Statement]) -> list[int]:
        changed = []
        with self._opened() as cursor:
            for statement, given in statements:
                cursor.execute(statement.replace("?", "%s"), given)
                changed.append(cursor.rowcount)
        return changed

    @contextmanager
    def _opened(self) -> Iterator[Cursor]:
        """One transaction."""
        try:
            with closing(connect(self._url, self._wait, write=True)) as held, held, held.cursor() as cursor:
                milliseconds = int(self._wait * 1000)
                cursor.execute(f"SET lock_timeout = {milliseconds}; SET statement_timeout = {2 * milliseconds}")
                _prepare(cursor)
                cursor.execute("SET search_path TO landinfo_register")
                yield cursor
        except psycopg2.Error as wrong:
            said = (str(wrong).splitlines() or [type(wrong).__name__])[0]
            raise Busy("register-cannot-be-used", "register", wrong=said) from wrong


def _prepare(cursor: Cursor) -> None:
    cursor.execute(_IS_THERE)
    if not _one(cursor):
        cursor.execute(_TABLES, (VERSION,))
    cursor.execute(_VERSION)
    held = _one(cursor)
    if held != VERSION:
        raise Busy("register-of-another-version", "register", held=held, wanted=VERSION)


def _one(cursor: Cursor) -> Any:
    row = cursor.fetchone()
    return row[0] if row else None
