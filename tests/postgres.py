"""A PostgreSQL server for the tests: what LANDINFO_TEST_POSTGIS names, or a private cluster, started and stopped.

No other server on this machine is ever spoken to: a private cluster listens only on a socket in a folder of its own.
"""

from __future__ import annotations

import atexit
import itertools
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from urllib.parse import quote

import psycopg2
import pytest
from psycopg2.extensions import make_dsn, parse_dsn

GIVEN = "LANDINFO_TEST_POSTGIS"
SETTINGS = (
    "listen_addresses=",
    "fsync=off",
    "synchronous_commit=off",
    "full_page_writes=off",
    "shared_buffers=32MB",
    "max_connections=50",
    "log_min_messages=fatal",
)
INITDB = ("--auth=trust", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync", "--username=landinfo")


class NoServer(Exception):
    """There is no PostGIS server to test with; the message says why."""


@contextmanager
def needed() -> Iterator[None]:
    """What needs PostgreSQL is skipped where there is none, and in CI it fails."""
    try:
        yield
    except NoServer as why:
        if os.environ.get("CI"):
            raise
        pytest.skip(f"{why}")


# Outlives a test process that is killed: its input ends with the process, and then it stops the cluster.
WATCH = """
import shutil, subprocess, sys
sys.stdin.read()
subprocess.run(sys.argv[2:], cwd="/", capture_output=True)
shutil.rmtree(sys.argv[1], ignore_errors=True)
"""


class Server:
    """Where databases can be made. ``url(database)`` is the address of one."""

    def __init__(self, base: str, watch: subprocess.Popen[bytes] | None = None) -> None:
        self.base = base
        self._watch = watch
        self._names = (f"landinfo_test_{os.getpid()}_{n}" for n in itertools.count())
        self._made: list[str] = []
        self._template: str | None = None

    def url(self, database: str) -> str:
        given = parse_dsn(self.base) | {"dbname": database}
        named = [(key, quote(value, safe="")) for key, value in given.items()]
        return "postgresql://?" + "&".join(f"{key}={value}" for key, value in named)

    def execute(self, statement: str, database: str | None = None) -> list[tuple[object, ...]]:
        """Run one statement outside of any transaction, as the user of the tests."""
        held = psycopg2.connect(self.base if database is None else self.url(database))
        try:
            held.autocommit = True
            with held.cursor() as cursor:
                cursor.execute(statement)
                return cursor.fetchall() if cursor.description else []
        finally:
            held.close()

    def new_database(self) -> str:
        """The address of a new, empty database with PostGIS."""
        if self._template is None:
            self._template = self._make("template0 ENCODING 'UTF8'")
            self.execute("CREATE EXTENSION postgis", self._template)
        return self.url(self._make(f"{self._template} STRATEGY file_copy"))

    def _make(self, template: str) -> str:
        name = next(self._names)
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
        self._made.append(name)
        return name

    def copy(self, of: str, to: str) -> None:
        """Make the database ``to`` (an address) anew as a copy of ``of``, to which nobody is connected."""
        template, name = (parse_dsn(url)["dbname"] for url in (of, to))
        self.execute(f"DROP DATABASE {name} WITH (FORCE)")
        self.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")

    def drop(self, url: str) -> None:
        name = parse_dsn(url)["dbname"]
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")
        self._made.remove(name)

    def close(self) -> None:
        """Take away what was made here: the databases on a given server, or the whole cluster."""
        if self._watch:
            self._watch.communicate()
            return
        for name in reversed(self._made):
            self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")


@contextmanager
def server() -> Iterator[Server]:
    """The server of these tests. Raises ``NoServer``."""
    given = os.environ.get(GIVEN)
    made = Server(make_dsn(given)) if given else start()
    atexit.register(made.close)
    try:
        yield made
    finally:
        atexit.unregister(made.close)
        made.close()


def programs() -> Path:
    """The folder of PostgreSQL's programs whose extensions include PostGIS."""
    for initdb in sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"), reverse=True):
        version = initdb.parent.parent.name
        if Path(f"/usr/share/postgresql/{version}/extension/postgis.control").exists():
            return initdb.parent
    raise NoServer(f"no PostgreSQL with PostGIS under /usr/lib/postgresql, and {GIVEN} is not set")


def start() -> Server:
    """A cluster of its own: PostgreSQL refuses root, so it runs as ``postgres`` when the tests run as root."""
    found = programs()
    folder = Path(tempfile.mkdtemp(prefix="landinfo-pg-"))
    folder.chmod(0o755)
    data, sockets = folder / "data", folder / "s"
    be = owned(data, sockets)
    pg_ctl = [*be, str(found / "pg_ctl"), "--pgdata", str(data), "--silent"]
    watched = [sys.executable, "-c", WATCH, str(folder), *pg_ctl, "stop", "--mode=immediate"]
    watch = subprocess.Popen(watched, stdin=subprocess.PIPE, start_new_session=True, cwd="/")
    try:
        run([*be, str(found / "initdb"), "--pgdata", str(data), *INITDB])
        given = [f"-c {setting}" for setting in (*SETTINGS, f"unix_socket_directories={sockets}")]
        run([*pg_ctl, "start", "--wait", f"--log={data / 'log'}", f"--options={' '.join(given)}"])
    except BaseException:
        watch.communicate()
        raise
    return Server(make_dsn(host=str(sockets), user="landinfo", dbname="postgres"), watch)


def owned(*folders: Path) -> list[str]:
    """Make folders of whom PostgreSQL runs as, which is not root; gives what a command of his begins with."""
    for made in folders:
        made.mkdir(mode=0o700, parents=True)
        made.parent.chmod(0o755)
    if os.geteuid() != 0:
        return []
    import pwd  # there is none on Windows

    user = pwd.getpwnam("postgres")
    for made in folders:
        os.chown(made, user.pw_uid, user.pw_gid)
    return ["runuser", "-u", "postgres", "--"]


def run(command: Sequence[str]) -> None:
    done = subprocess.run(command, cwd="/", capture_output=True, text=True, check=False, stdin=subprocess.DEVNULL)
    if done.returncode:
        raise NoServer(f"{' '.join(command)}: {done.stderr.strip()}")


def execute(url: str, *statements: str) -> None:
    with closing(psycopg2.connect(url)) as held, held, held.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
