"""What holds for the repository as a whole: pins, sentences, and no word of a machine or of somebody else's host."""

import ast
import re
import string
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from test_architecture import imported, shown, sources

from landinfo.store.rulebook import read_texts
from landinfo.texts import FILTERS

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTIONS = {
    "flask_babel": "flask-babel",
    "psycopg2": "psycopg2-binary",
    "flask_compress": "flask-compress",
    "flask_limiter": "flask-limiter",
    "mapbox_vector_tile": "mapbox-vector-tile",
    "pydantic_core": "pydantic-core",
}
"""Packages whose name on PyPI is not the name that is imported."""


def test_outside_packages_are_pinned() -> None:
    texts = [(ROOT / name).read_text("utf-8") for name in ("requirements.txt", "requirements-cluster.txt")]
    pinned = re.findall(r"^([\w-]+)==\S+", "\n".join(texts), re.MULTILINE)
    names = {name.partition(".")[0] for path in sources() for name in imported(ast.parse(path.read_text("utf-8")))}
    outside = {DISTRIBUTIONS.get(n, n) for n in names - set(sys.stdlib_module_names) - {"landinfo"}}
    assert outside <= set(pinned)
    lines = [
        line
        for file in (*ROOT.glob("*/requirements.txt"), *ROOT.glob("requirements-*.txt"))
        for line in file.read_text("utf-8").splitlines()
    ]
    assert [line for line in lines if not re.match(r"$|#|-r |[\w-]+==[\w.]+(; .+)?$", line)] == []


DATED = {"from", "to", "effective_from", "effective_to", "checked", "check_by"}
STATUSES = {"verified", "secondary", "assumed", "unknown"}


def dated(value: object, where: str) -> Iterator[tuple[str, dict[str, object]]]:
    """Every table of a TOML file that has a day, wherever it stands."""
    if isinstance(value, dict):
        if DATED & {key for key, held in value.items() if isinstance(held, date)}:
            yield where, value
        for key, held in value.items():
            yield from dated(held, f"{where} {key}")
    elif isinstance(value, list):
        for n, held in enumerate(value):
            yield from dated(held, f"{where}[{n}]")


def test_every_dated_value_of_the_data_says_when_it_was_checked_and_when_to_look_again() -> None:
    """Rules, price lists, documents, planning, tables; but the papers of the sample cadastre, which do not exist."""
    files = [p for p in sorted((ROOT / "data").rglob("*.toml")) if not {"texts", "sample"} & set(p.parts)]
    values = [v for p in files for v in dated(tomllib.loads(p.read_text("utf-8")), p.relative_to(ROOT).as_posix())]
    values = [(where, value) for where, value in values if value.get("kind") != "simulated"]
    assert len(values) > 150
    assert {where.split()[0].split("/")[1] for where, _ in values} >= {"rules", "prices", "documents.toml"}
    assert {"data/planning.toml basis[0]", "data/tables.toml communes"} <= {where for where, _ in values}
    wrong = [where for where, v in values if not {"checked", "check_by"} <= v.keys() or v.get("status") not in STATUSES]
    assert wrong == []
    assert [where for where, v in values if v["check_by"] <= v["checked"]] == []  # type: ignore[operator]


def test_every_table_of_codes_says_what_it_stands_on() -> None:
    named = tomllib.loads((ROOT / "data" / "tables.toml").read_text("utf-8")).keys()
    tables = {path.stem for path in (ROOT / "data").glob("*.csv")}
    assert tables - {"unions"} == named  # unions.csv is of one source with communes.csv


def codes(source: str) -> set[str]:
    """Codes of sentences that a file names: first arguments of problems, notices and ``say``, and what ``code`` is."""
    speaking = {"Problem", "BadInput", "NotHere", "CannotBeAnswered", "Busy", "Refused", "Notice", "NotInForce"}
    speaking |= {"say", "tell"}
    named: list[ast.AST] = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and node.args:
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            named += [node.args[0]] if name in speaking else []
        elif isinstance(node, ast.Assign) and any(getattr(t, "id", "") == "code" for t in node.targets):
            named.append(node.value)
    chosen = [leaf for node in named for leaf in ((node.body, node.orelse) if isinstance(node, ast.IfExp) else (node,))]
    return {leaf.value for leaf in chosen if isinstance(leaf, ast.Constant) and isinstance(leaf.value, str)}


def test_every_code_has_a_sentence() -> None:
    texts = read_texts(ROOT / "data" / "texts")
    missing = {f"{shown(p)}: {code}" for p in sources() for code in codes(p.read_text("utf-8")) if code not in texts}
    assert missing == set()


def test_codes_are_found_where_they_stand() -> None:
    source = (
        'raise model.BadInput("a", "x")\ncode = "b" if x else "c"\nn = Notice("d")\nNotice(y)\nsay("e", {}, t)\nf("z")'
    )
    assert codes(source) == {"a", "b", "c", "d", "e"}


def test_sentences_say_the_same_in_both_languages() -> None:
    """The same values in both, in forms that exist; "" is a plain value."""
    for code, sentence in read_texts(ROOT / "data" / "texts").items():
        asked = [
            {(name, form) for _, name, form, _ in string.Formatter().parse(sentence[lang]) if name}
            for lang in ("vi", "en")
        ]
        assert asked[0] == asked[1], code
        assert {form for _, form in asked[0]} <= {"", *FILTERS}, code
        assert all(sentence[lang].strip() for lang in ("vi", "en")), code


def tracked() -> list[Path]:
    """Every file that git holds or would hold."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"],
        cwd=ROOT,
        capture_output=True,
        check=True,
    )
    return [path for name in listed.stdout.decode().split("\0") if name and (path := ROOT / name).is_file()]


def test_no_file_names_a_machine_or_a_registry() -> None:
    folders = [f"/{name}/" for name in ("work", "root", "home")]
    hosts = ["registry." + "npmjs", "files.python" + "hosted", "pypi" + ".org", "deb." + "debian"]
    text = {p: p.read_bytes() for p in tracked()}
    assert [(shown(p), word) for p, held in text.items() for word in folders + hosts if word.encode() in held] == []


def hosts(source: str) -> set[str]:
    """Hosts that a page would ask, but for the names of namespaces."""
    named = re.findall(r"""(?:https?:|["'(=]\s*)//([a-z0-9-]+(?:\.[a-z0-9-]+)+)""", source, re.IGNORECASE)
    return set(named) - {"www.w3.org", "json-schema.org"}


def test_pages_ask_nobody_else() -> None:
    served = [p for p in tracked() if p.suffix in {".js", ".css", ".html", ".jinja", ".svg"} and "tests" not in p.parts]
    assert {shown(p): found for p in served if (found := hosts(p.read_text("utf-8")))} == {}


@pytest.mark.parametrize(
    ("source", "host"),
    [
        ("<script src='https://cdn.example.com/x.js'>", "cdn.example.com"),
        ("@import url(//fonts.example.com/a.css)", "fonts.example.com"),
        ('fetch("http://tiles.example.org/0/0/0")', "tiles.example.org"),
    ],
)
def test_a_planted_host_is_found(source: str, host: str) -> None:
    assert hosts(source) == {host}
    assert hosts('<svg xmlns="http://www.w3.org/2000/svg"> // a.comment') == set()
