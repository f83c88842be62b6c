"""Stores to test with: a place for one on each engine, an empty one, and the cadastre that is small enough to check."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
import uuid
from collections.abc import Callable, Iterator
from pathlib import Path

import amount
import cadastre
import drawn_once
import hypothesis
import postgres
import pytest
import street
from browsing import answer, browse, chromium, kept_at, origin, sample, several  # noqa: F401  # fixtures
from flask.testing import FlaskClient
from psycopg2.extensions import parse_dsn
from reporting import one_site, site  # noqa: F401  # fixtures
from serving import client

from landinfo.store import Store, create_store, geopackage_file, open_store
from landinfo.store.register import Register, open_register

# How long an example takes is the machine's affair, not the code's. A usual run asks what the last one asked, so that
# what turned red was turned so by a change; the long run looks elsewhere each time.
hypothesis.settings.register_profile("landinfo", deadline=None, derandomize=not amount.LONG)
hypothesis.settings.load_profile("landinfo")


MEMORY, ROOM = Path("/dev/shm"), 4 * 1024**3
"""Where files are kept in memory, and the bytes that must be free there."""


def pytest_configure(config: pytest.Config) -> None:
    """Files of tests lie in memory where there is room: on a disk, half of a run is waiting until they are safe there.

    And one name for the run, known here too, so that what its processes share is removed at the end.
    """
    if "TMPDIR" not in os.environ and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free > ROOM:
        os.environ["TMPDIR"] = tempfile.tempdir = str(MEMORY)
    if not hasattr(config, "workerinput") and getattr(config.option, "testrunuid", "") is None:
        config.option.testrunuid = uuid.uuid4().hex


SLOW_FIRST = (
    *("engines_agree", "outside", "load_killed", "preview", "editions", "measures", "batch_web", "lineage"),
    *("zones_sample", "streets", "accessibility", "standing", "browser", "browser_tiles", "browser_land_use"),
    *("batch_killed", "schemathesis", "readers_landing", "load_refused", "units", "batch", "readers_child"),
    *("map_tools", "drawing", "serve", "sample", "readers_fuzz", "unchanged"),
)
"""Files of tests that take long: begun first, none of them is left to one process at the end.

While the first draws the sample cadastre (``drawn_once``), the next ones have something to do that needs none.
"""


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    ranks = {f"test_{name}": rank for rank, name in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: ranks.get(item.path.stem, len(ranks)))


def pytest_sessionfinish(session: pytest.Session) -> None:
    run = getattr(session.config.option, "testrunuid", None)
    if run and not hasattr(session.config, "workerinput"):
        drawn_once.forget(run)


ENGINES = ("geopackage", pytest.param("postgis", marks=pytest.mark.postgis))


@pytest.fixture(scope="session")
def postgis_server() -> Iterator[postgres.Server]:
    """The server of this process; without one the tests are skipped, and in CI they fail."""
    with postgres.needed(), postgres.server() as running:
        yield running


@pytest.fixture(scope="module")
def postgis_database(postgis_server: postgres.Server) -> Iterator[str]:
    """The address of an empty database for one module."""
    made = postgis_server.new_database()
    yield made
    postgis_server.drop(made)


@pytest.fixture(scope="session", params=ENGINES)
def engine(request: pytest.FixtureRequest) -> str:
    """The engine under test: everything that uses it runs on each."""
    return str(request.param)


@pytest.fixture(scope="session")
def new_place(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Callable[[str], str]:
    """Makes the address of a place where no store stands yet, by engine."""

    def make(engine: str) -> str:
        if engine == "geopackage":
            return str(tmp_path_factory.mktemp("store") / "store.gpkg")
        return str(request.getfixturevalue("postgis_server").new_database())

    return make


@pytest.fixture(scope="session")
def copied(new_place: Callable[[str], str], request: pytest.FixtureRequest) -> Callable[..., Store]:
    """Opens a store at an address of its own with what ``build`` writes: written once on each engine, then copied."""
    written: dict[tuple[str, str], str] = {}

    def copy(engine: str, url: str, name: str, build: Callable[[str], Store]) -> Store:
        if (engine, name) not in written:
            place = new_place(engine)
            build(place).close()
            written[engine, name] = place
        if engine == "geopackage":
            shutil.copyfile(written[engine, name], url)
        else:
            request.getfixturevalue("postgis_server").copy(written[engine, name], url)
        return open_store(url)

    return copy


@pytest.fixture
def store_url(engine: str, new_place: Callable[[str], str], request: pytest.FixtureRequest) -> Iterator[str]:
    """Where no store stands yet."""
    server = request.getfixturevalue("postgis_server") if engine == "postgis" else None
    place = new_place(engine)
    yield place
    if server:
        server.drop(place)


@pytest.fixture
def empty_store(store_url: str) -> Iterator[Store]:
    """A store with communes and without a single edition, for this test alone."""
    made = create_store(store_url, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    yield made
    made.close()


@pytest.fixture
def run_sql(engine: str, request: pytest.FixtureRequest) -> Callable[[str, str], None]:
    """Changes a store behind its back: ``run_sql(url, statements)``."""
    if engine == "geopackage":

        def run(url: str, statements: str) -> None:
            held = sqlite3.connect(url)
            geopackage_file.register(held)
            held.executescript(statements)
            held.close()

        return run
    server = request.getfixturevalue("postgis_server")
    return lambda url, statements: server.execute(
        f"SET search_path = landinfo, public; {statements}", parse_dsn(url)["dbname"]
    )


@pytest.fixture
def own_store(empty_store: Store) -> Store:
    """The small cadastre, for this test alone."""
    empty_store.publish(cadastre.loads())
    return empty_store


@pytest.fixture(scope="session")
def store(engine: str, new_place: Callable[[str], str]) -> Iterator[Store]:
    """The small cadastre, only to be read."""
    made = create_store(new_place(engine), cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    made.publish(cadastre.loads())
    yield made
    made.close()


@pytest.fixture(scope="session")
def street_store(engine: str, new_place: Callable[[str], str]) -> Iterator[Store]:
    """The street that is worked out by hand, only to be read."""
    made = street.create(new_place(engine))
    yield made
    made.close()


@pytest.fixture
def register_url(engine: str, tmp_path: Path, request: pytest.FixtureRequest) -> str:
    """A place without a register: a database is made once and emptied, which takes a tenth of the time."""
    if engine != "postgis":
        return str(tmp_path / "some.register.sqlite")
    url = str(request.getfixturevalue("postgis_database"))
    postgres.execute(url, "DROP SCHEMA IF EXISTS landinfo_register CASCADE")
    return url


@pytest.fixture
def register(register_url: str) -> Register:
    return open_register(register_url)


@pytest.fixture(scope="session")
def web(new_place: Callable[[str], str]) -> Iterator[FlaskClient]:
    """A client of the application over the street. Pages are made of the JSON's values, so one engine is enough."""
    made = street.create(new_place("geopackage"))
    yield client(made)
    made.close()


@pytest.fixture(scope="session")
def shared() -> Path:
    """Third-party files beside the project; CI has them, elsewhere the tests that read them are skipped."""
    folder = Path(__file__).resolve().parent.parent.parent / "shared"
    if not folder.is_dir():
        if os.environ.get("CI"):
            pytest.fail("../shared is missing, and CI must have it")
        pytest.skip("../shared is not here: third-party files are not part of the project")
    return folder
