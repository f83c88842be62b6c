"""What holds for the repository as a whole: pins, sentences, and no word of a machine or of somebody else's host."""

import ast
import re
import string
import subprocess
import sys
import tomllib
from datetime import date
from pathlib import Path

import pytest
from test_architecture import imported, shown, sources

from landinfo.store.rulebook import read_texts
from landinfo.texts import FILTERS

ROOT = Path(__file__).resolve().parent.parent
DISTRIBUTIONS = {"psycopg2": "psycopg2-binary", "flask_compress": "flask-compress", "flask_limiter": "flask-limiter"}
"""Packages whose name on PyPI is not the name that is imported."""


def test_outside_packages_are_pinned() -> None:
    pinned = re.findall(r"^([\w-]+)==\S+", (ROOT / "requirements.txt").read_text("utf-8"), re.MULTILINE)
    names = {name.partition(".")[0] for path in sources() for name in imported(ast.parse(path.read_text("utf-8")))}
    outside = {DISTRIBUTIONS.get(n, n) for n in names - set(sys.stdlib_module_names) - {"landinfo"}}
    assert outside <= set(pinned)
    lines = [line for file in ROOT.glob("*/requirements.txt") for line in file.read_text("utf-8").splitlines()]
    assert [line for line in lines if not re.match(r"$|#|-r |[\w-]+==[\w.]+(; .+)?$", line)] == []


def test_every_value_of_every_rule_has_its_days_of_checking() -> None:
    """An ended value, whose ``to`` was past when it was checked, needs no further look."""
    values = [
        (f"{path.name} {key} {value['from']}", value)
        for path in sorted((ROOT / "data" / "rules").glob("*.toml"))
        for key, rule in tomllib.loads(path.read_text("utf-8")).items()
        for value in rule["values"]
    ]
    assert len(values) > 80
    statuses = {"verified", "secondary", "assumed", "unknown"}
    wrong = [where for where, value in values if "checked" not in value or value.get("status") not in statuses]
    held = [(where, v) for where, v in values if v.get("to", date.max) > v.get("checked", date.min)]
    wrong += [where for where, v in held if v.get("check_by", date.min) <= v.get("checked", date.min)]
    assert wrong == []


def codes(source: str) -> set[str]:
    """Codes of sentences that a file names: first arguments of problems, notices and ``say``, and what ``code`` is."""
    speaking = {"Problem", "BadInput", "NotHere", "CannotBeAnswered", "Busy", "Refused", "Notice", "NotInForce", "say"}
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
