"""A primary server and a streaming standby, made for one test by PostgreSQL's own programs."""

from __future__ import annotations

import contextlib
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import postgres
import psycopg2
from psycopg2.extensions import make_dsn


class Cluster:
    """One server; ``folder`` is its own and belongs to whom PostgreSQL runs as."""

    def __init__(self, folder: Path) -> None:
        self.data, self.sockets = folder / "data", folder / "s"
        self._be = postgres.owned(self.data, self.sockets)
        self._programs = postgres.programs()
        self.stopping = "stop", "--mode=immediate", "--silent", "--pgdata", str(self.data)

    def command(self, program: str, *given: str) -> list[str]:
        return [*self._be, str(self._programs / program), *given]

    def run(self, program: str, *given: str) -> None:
        postgres.run(self.command(program, *given))

    def initialise(self) -> None:
        self.run("initdb", "--pgdata", str(self.data), *postgres.INITDB)

    def copy(self, primary: Cluster) -> None:
        """Become a standby that streams from ``primary``."""
        named = ["--pgdata", str(self.data), "--host", str(primary.sockets), "--username", "landinfo"]
        self.run("pg_basebackup", *named, "--write-recovery-conf", "--wal-method=stream", "--checkpoint=fast")

    def start(self) -> None:
        given = [f"-c {setting}" for setting in (*postgres.SETTINGS, f"unix_socket_directories={self.sockets}")]
        told = [f"--log={self.data / 'log'}", f"--options={' '.join(given)}"]
        self.run("pg_ctl", "start", "--wait", "--silent", "--pgdata", str(self.data), *told)

    def stop(self) -> None:
        """At once, as a machine that fails: whoever is connected loses the connection."""
        self.run("pg_ctl", *self.stopping)

    def ask(self, statement: str, database: str = "postgres") -> list[tuple[object, ...]]:
        given = make_dsn(host=str(self.sockets), user="landinfo", dbname=database)
        with contextlib.closing(psycopg2.connect(given)) as held:
            held.autocommit = True
            with held.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []

    def readers(self) -> int:
        """How many connections of landinfo it has."""
        return int(str(self.ask("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'landinfo'")[0][0]))


def caught_up(primary: Cluster, standby: Cluster) -> None:
    """Wait until the standby holds all that was written. Raises ``TimeoutError``."""
    (written,) = primary.ask("SELECT pg_current_wal_lsn()::text")[0]
    last = time.monotonic() + 60
    while not standby.ask(f"SELECT pg_last_wal_replay_lsn() >= '{written}'")[0][0]:
        if time.monotonic() > last:
            raise TimeoutError(str(written))
        time.sleep(0.02)


@contextlib.contextmanager
def pair() -> Iterator[tuple[Cluster, Cluster]]:
    """Both servers running. Raises ``postgres.NoServer``. Whatever happens to this process, they end with it."""
    folder = Path(tempfile.mkdtemp(prefix="landinfo-pair-"))
    folder.chmod(0o755)
    primary, standby = (Cluster(folder / name) for name in ("primary", "standby"))
    stops = [each.command("pg_ctl", *each.stopping) for each in (standby, primary)]
    watched = [sys.executable, "-c", WATCH, str(folder), repr(stops)]
    watch = subprocess.Popen(watched, stdin=subprocess.PIPE, start_new_session=True, cwd="/")
    try:
        primary.initialise()
        primary.start()
        standby.copy(primary)
        standby.start()
        yield primary, standby
    finally:
        watch.communicate()


WATCH = """
import ast, shutil, subprocess, sys
sys.stdin.read()
for stop in ast.literal_eval(sys.argv[2]):
    subprocess.run(stop, cwd="/", capture_output=True)
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""
