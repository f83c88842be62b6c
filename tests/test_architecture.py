"""Who may import whom (README, "How it is built"), and what a file that only computes may not touch.

A fault found here is a question about the house: move the code, or change the picture in the README and the table here.
"""

import ast
import graphlib
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent

LAYERS = (
    {"model", "money", "once"},
    {"texts", "law", "overlay", "survey", "search", "direction"}
    | {"coordinates", "coordinates_source", "coordinates_landing", "rings", "grid", "lineage"}
    | {"frame", "cql", "cql_text"},
    {
        *("price", "planning", "case", "levy", "rent", "charges", "reductions", "costing", "payment", "recalculation"),
        *(
            "permission",
            "settled",
            "spread",
            "limit",
            "states",
            "units",
            "tariff",
            "reach",
            "unknowns",
            "questions",
            "readings",
            "assumptions",
            "estimate",
        ),
        "valuation",
        *("conversion", "piece", "strip", "position", "street", "zones", "clock"),
    },
    {"ahead"},
    {"report", "difference"},
    {"lookup", "hits", "shares"},
    {"asked", "plain", "explain", "present", "present_estimate", "present_difference", "present_history"}
    | {"letter", "asked_streets", "present_streets", "letter_streets", "asked_search", "present_search"}
    | {"present_ahead", "present_piece", "picture", "figure", "boundary", "cutout", "extract", "changes", "squares"}
    | {"collection", "asked_features", "present_features", "present_openapi", "present_tiles"}
    | {"error_report", "contract", "present_api", "present_xml"},
)
"""Files directly under ``landinfo/``, from the bottom; each may import its own row and those above it in this table."""
RANK = {name: rank for rank, row in enumerate(LAYERS) for name in row}
CORE, ANSWERED = "core", "answered"
"""What folders may import of the files above: all below ``lookup``, or ``lookup`` and ``present`` too."""
FOLDERS = {
    "store": {"model"},
    "files": {CORE},
    "intake": {CORE, "lookup", "shares", "store", "files"},
    "batch": {CORE, ANSWERED, "store", "files", "intake"},
    "paper": {CORE, ANSWERED, "store", "files"},
    "reception": {CORE, ANSWERED, "store"},
    "opendata": {CORE, ANSWERED, "store", "files"},
    "web": {CORE, ANSWERED, "store", "files", "intake", "batch", "opendata", "paper", "reception"},
    "cli": {CORE, ANSWERED, "store", "files", "intake", "batch", "opendata", "paper", "reception"},
    "__main__": {"cli"},
    "app": {CORE, "store", "web"},
}
EXCEPTIONS = {
    ("lookup", "store"),
    ("shares", "store"),
    ("hits.found", "store"),
    ("hits.features", "store"),
    ("store.geopackage", "files"),  # bulk write
    ("store.geopackage", "grid"),  # where a tile lies in the plane, and a shape on its grid
    ("store.postgis", "grid"),
    ("store.tile", "grid"),
    ("store.tile", "rings"),
    ("store.mvt", "rings"),
    ("store.plane", "coordinates"),  # the definition of a store's plane, asked of pyproj's one owner
}

OWNERS: dict[str, str | tuple[str, ...]] = {
    "flask": "web", "werkzeug": "web", "jinja2": "web", "markupsafe": "web",
    "flask_babel": "web.languages", "babel": "web.languages",
    "orjson": "web.api", "cachetools": "web.kept",
    "flask_compress": "web.headers", "flask_limiter": "web.limits", "limits": "web.limits",
    "folium": "web.leaflet", "branca": "web.leaflet",
    "pyproj": "coordinates",
    "psycopg2": ("store.postgis", "store.register.postgis"),
    "sqlite3": ("store.geopackage", "store.register.sqlite"),
    "geopandas": "files", "pandas": "files", "pyogrio": "files", "openpyxl": "files", "pyarrow": "files",
    "ijson": "files.listing", "xlsxwriter": "files.outlet",
    "typst": "paper.typeset", "segno": "paper.symbol",
    "dask": "batch", "distributed": "batch",
    "granian": "app",
    "pydantic": "contract", "pydantic_core": "contract.terms",
}  # fmt: skip
EVERYWHERE = {"shapely", "numpy", "landinfo"}

PURE = {
    "__future__", "abc", "base64", "bisect", "calendar", "collections", "contextlib", "copy", "dataclasses", "datetime",
    "decimal", "difflib", "enum", "fractions", "functools", "hashlib", "heapq", "html", "itertools", "json", "math",
    "numbers", "operator", "re", "string", "textwrap", "types", "typing", "unicodedata", "urllib.parse",
    "warnings",
}  # fmt: skip
"""What a file that computes may take from the standard library."""
NO_IO_NAMES = {"open", "print", "input", "exec", "eval", "breakpoint", "__import__"}
NO_IO_ATTRIBUTES = {"read_text", "write_text", "read_bytes", "write_bytes"}
CLOCK = {"today", "now", "utcnow"}
ENVIRONMENT = {"environ", "getenv"}
SHELLS = {"web", "batch", "cli", "app", "__main__"}


def module_of(path: str) -> str:
    """``landinfo/store/geopackage.py`` → ``store.geopackage``; ``landinfo/store/__init__.py`` → ``store``."""
    return path.removeprefix("landinfo/").removesuffix(".py").removesuffix("/__init__").replace("/", ".")


def imported(tree: ast.AST) -> Iterator[str]:
    """Every module that is imported; ``from landinfo import x`` is ``landinfo.x``; a relative one starts with a dot."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            base = "." * node.level + (node.module or "")
            yield from (f"{base}.{alias.name}" for alias in node.names) if base in ("landinfo", "urllib") else [base]


def may_import(here: str, wanted: str) -> bool:
    """May the module ``here`` import ``wanted`` (both without ``landinfo.``)?"""
    home, target = here.partition(".")[0], wanted.partition(".")[0]
    if (home == target and home in FOLDERS) or {(here, target), (here, wanted)} & EXCEPTIONS:
        return True
    if home in RANK:
        return target in RANK and RANK[target] <= RANK[home]
    allowed = FOLDERS.get(home, set())
    part = (ANSWERED if RANK[target] >= RANK["lookup"] else CORE) if target in RANK else target
    return part in allowed or target in allowed


def faults(path: str, source: str) -> list[str]:
    """What is wrong with a file of the project, one sentence each."""
    here, tree = module_of(path), ast.parse(source)
    home = here.partition(".")[0]
    if home not in RANK and home not in FOLDERS and here != "__init__":
        return [f"{path}: has no place in LAYERS or FOLDERS"]
    found = []
    for name in imported(tree):
        top = name.partition(".")[0]
        if name.startswith("."):
            found.append(f"{path}: write {name} from landinfo on")
        elif top == "landinfo" and not may_import(here, name.removeprefix("landinfo.")):
            found.append(f"{path}: may not import {name}")
        elif top in OWNERS and not _owns(here, OWNERS[top]):
            found.append(f"{path}: {top} belongs to {OWNERS[top]}")
        elif top not in OWNERS | dict.fromkeys(EVERYWHERE) and top not in sys.stdlib_module_names:
            found.append(f"{path}: nobody owns {name}")
        if home in RANK and top in sys.stdlib_module_names and not {top, name} & PURE:
            found.append(f"{path}: computes only, no {name}")
    return found + [f"{path}:{line}: {what}" for line, what in _touched(tree, home)]


def _owns(here: str, owner: str | tuple[str, ...]) -> bool:
    owners = (owner,) if isinstance(owner, str) else owner
    return here in owners or here.startswith(tuple(name + end for name in owners for end in "._"))


def _touched(tree: ast.AST, home: str) -> Iterator[tuple[int, str]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name) and home in RANK and node.id in NO_IO_NAMES:
            yield node.lineno, f"computes only, no {node.id}()"
        elif isinstance(node, ast.Attribute):
            if home in RANK and node.attr in NO_IO_ATTRIBUTES:
                yield node.lineno, f"computes only, no .{node.attr}()"
            if home not in SHELLS and node.attr in CLOCK:
                yield node.lineno, f"days are arguments, no .{node.attr}()"
            if home not in SHELLS and node.attr in ENVIRONMENT:
                yield node.lineno, f"only the shells read the environment, no .{node.attr}"


def sources() -> list[Path]:
    return [ROOT / "app.py", *sorted((ROOT / "landinfo").rglob("*.py"))]


def shown(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def test_every_file_keeps_to_its_place() -> None:
    assert [fault for path in sources() for fault in faults(shown(path), path.read_text("utf-8"))] == []


@pytest.mark.parametrize(
    ("path", "source", "fault"),
    [
        ("landinfo/overlay.py", "from landinfo.price import quote", "may not import landinfo.price"),
        ("landinfo/overlay.py", "from landinfo import report", "may not import landinfo.report"),
        ("landinfo/model.py", "def f():\n    import landinfo.law", "may not import landinfo.law"),
        ("landinfo/report.py", "from landinfo.store import Store", "may not import landinfo.store"),
        ("landinfo/report.py", "from landinfo.lookup import Several", "may not import landinfo.lookup"),
        ("landinfo/report.py", "from . import lookup", "from landinfo on"),
        ("landinfo/store/postgis.py", "from landinfo.report import Report", "may not import landinfo.report"),
        ("landinfo/store/postgis.py", "from landinfo import files", "may not import landinfo.files"),
        ("landinfo/store/__init__.py", "from ..law import on", "from landinfo on"),
        ("landinfo/web/api.py", "import landinfo.cli", "may not import landinfo.cli"),
        ("landinfo/cli/__init__.py", "from landinfo.web import create_app", "may not import landinfo.web"),
        ("landinfo/batch/run.py", "from landinfo.web.api import x", "may not import landinfo.web"),
        ("landinfo/intake/checks.py", "from landinfo import present", "may not import landinfo.present"),
        ("landinfo/files/read.py", "from landinfo.store import Store", "may not import landinfo.store"),
        ("landinfo/utils.py", "", "has no place"),
        ("landinfo/web/pages.py", "import folium", "folium belongs to web.leaflet"),
        ("landinfo/web/api.py", "def f():\n    import psycopg2.pool", "psycopg2 belongs to"),
        ("landinfo/overlay.py", "import pyproj", "pyproj belongs to coordinates"),
        ("landinfo/intake/load.py", "from pandas import DataFrame", "pandas belongs to files"),
        ("landinfo/web/api.py", "import attrs", "nobody owns attrs"),
        ("landinfo/law.py", "import os", "no os"),
        ("landinfo/law.py", "from pathlib import Path", "no pathlib"),
        ("landinfo/law.py", "from urllib.request import urlopen", "no urllib.request"),
        ("landinfo/law.py", "from urllib import request", "no urllib.request"),
        ("landinfo/law.py", "x = open('f')", "no open()"),
        ("landinfo/law.py", "read = print", "no print()"),
        ("landinfo/law.py", "def f(p): return p.read_text()", "no .read_text()"),
        ("landinfo/law.py", "from datetime import date as d\nx = d.today()", "no .today()"),
        ("landinfo/law.py", "import datetime\nclock = datetime.datetime.now", "no .now()"),
        ("landinfo/store/geopackage.py", "from datetime import date\nx = date.today()", "no .today()"),
        ("landinfo/store/geopackage.py", "import os\nx = os.environ['A']", "no .environ"),
    ],
)
def test_a_planted_fault_is_found(path: str, source: str, fault: str) -> None:
    assert any(fault in found for found in faults(path, source))


@pytest.mark.parametrize(
    ("path", "source"),
    [
        ("landinfo/lookup.py", "from landinfo.store import Store\nfrom landinfo import report, search"),
        ("landinfo/levy.py", "from landinfo.case import Case\nimport shapely\nfrom urllib.parse import quote"),
        ("landinfo/store/__init__.py", "from landinfo.store.geopackage import GeopackageStore\nimport os\nimport time"),
        ("landinfo/store/geopackage.py", "import sqlite3\nfrom landinfo.files import write"),
        ("landinfo/web/leaflet.py", "import folium\nfrom branca.element import Element\nfrom landinfo import present"),
        ("landinfo/web/__init__.py", "import os\nfrom datetime import date\nx = date.today(), os.environ"),
    ],
)
def test_what_is_allowed_is_not_a_fault(path: str, source: str) -> None:
    assert faults(path, source) == []


def test_no_import_goes_in_a_circle() -> None:
    """Among imports that run when a module is loaded; one inside a function may close a circle."""
    graph = {}
    for path in sources():
        tree, here = ast.parse(path.read_text("utf-8")), module_of(shown(path))
        tree.body = [node for node in tree.body if isinstance(node, ast.Import | ast.ImportFrom)]
        graph[here] = {n.removeprefix("landinfo.") for n in imported(tree) if n.startswith("landinfo.")} - {here}
    graphlib.TopologicalSorter(graph).prepare()
