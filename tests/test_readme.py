"""The README is run: every command in it, every address, every variable and every path that it names.

Commands stand in ``sh`` blocks; a ``text`` block right after one is what it prints (``…`` for lines left out).
"""

import os
import re
import shutil
import subprocess
import sys
from datetime import date
from pathlib import Path

import cadastre
import postgres
import pytest

from landinfo import asked
from landinfo.model import BadInput
from landinfo.store import create_store, open_store

ROOT = Path(__file__).resolve().parent.parent
README = (ROOT / "README.md").read_text("utf-8")
SAMPLE = ROOT / "data" / "sample" / "sample.gpkg"
BLOCKS = re.findall(r"^```(\w+)\n(.*?)^```$", README, re.MULTILINE | re.DOTALL)
PYTHON = ".venv/bin/python "
QUESTIONS = tuple(f"{PYTHON}-m landinfo {command} " for command in ("parcel", "at", "estimate", "law"))


def section(title: str) -> str:
    found = re.search(rf"^## {re.escape(title)}\n(.*?)(?=^## |\Z)", README, re.MULTILINE | re.DOTALL)
    assert found, title
    return found[1]


def commands(kind: str = "sh") -> list[str]:
    return [line for block, body in BLOCKS if block == kind for line in body.splitlines() if line]


def variables(text: str) -> set[str]:
    return set(re.findall(r"\bLANDINFO_[A-Z_]+\b", text))


def run(command: str, folder: Path = ROOT, **environment: str) -> subprocess.CompletedProcess[str]:
    """Run a line of the README in ``folder`` with this Python in place of ``.venv``'s."""
    return subprocess.run(
        ["/bin/sh", "-ec", command.replace(PYTHON, f'"{sys.executable}" ')],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(ROOT), "PYTHONUTF8": "1", **environment},
        capture_output=True,
        encoding="utf-8",
    )


def test_every_command_is_of_a_kind_that_is_tested() -> None:
    tested = (
        "make ",
        *QUESTIONS,
        *backup_lines("cp "),
        *backup_lines("pg_restore"),
        f"{PYTHON}-m landinfo load ",
        f"{PYTHON}-m landinfo prices ",
        f"{PYTHON}-m landinfo edition ",
        f"{PYTHON}-m landinfo zones ",
        f"{PYTHON}-m landinfo reports ",
        f"{PYTHON}-m landinfo batch ",
        f"{PYTHON}-m landinfo export ",
        f"{PYTHON}-m landinfo shares ",
        f"{PYTHON}-m landinfo key ",
    )
    assert [line for line in commands() if not line.startswith(tested)] == []


@pytest.mark.parametrize("command", [c for c in commands() if c.startswith("make ")])
def test_make_knows_the_target(command: str) -> None:
    done = run(f"make -n {command.removeprefix('make ')}")
    assert done.returncode == 0, done.stderr


def answers() -> list[tuple[str, str]]:
    """Every question on the command line, with the block under it ("" when there is none)."""
    pair = r"^```sh\n([^\n]+)\n```\n(?:\n```text\n(.*?)^```$)?"
    found = re.findall(pair, README, re.MULTILINE | re.DOTALL)
    return [(command, printed) for command, printed in found if command.startswith(QUESTIONS)]


@pytest.mark.parametrize(("command", "printed"), answers())
def test_a_question_is_answered_as_printed(command: str, printed: str) -> None:
    done = run(command)
    assert done.returncode == 0, done.stderr
    rest = iter(done.stdout.splitlines())
    assert [line for line in printed.splitlines() if line != "…" and line not in rest] == []


def backup_lines(last: str) -> list[str]:
    """The commands of the back-up block that ends with ``last``."""
    bodies = [body.splitlines() for kind, body in BLOCKS if kind == "sh"]
    return next(lines for lines in bodies if lines[-1].startswith(last))


def test_a_geopackage_is_backed_up_and_restored(tmp_path: Path) -> None:
    copy = tmp_path / SAMPLE.relative_to(ROOT)
    copy.parent.mkdir(parents=True)
    shutil.copy2(SAMPLE, copy)
    save, restore = backup_lines("cp ")
    assert run(save, tmp_path).returncode == 0
    copy.write_bytes(b"lost")
    done = run(restore, tmp_path)
    assert done.returncode == 0, done.stderr
    before, after = open_store(str(SAMPLE)), open_store(str(copy))
    try:
        assert after.facts() == before.facts()
        assert after.editions() == before.editions() != ()
    finally:
        before.close()
        after.close()


@pytest.mark.postgis
def test_a_postgis_store_is_backed_up_and_restored(tmp_path: Path, postgis_server: postgres.Server) -> None:
    held, restored = postgis_server.new_database(), postgis_server.new_database()
    before = create_store(held, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    before.publish(cadastre.loads())
    for command in backup_lines("pg_restore"):
        done = run(command, tmp_path, LANDINFO_STORE=held, RESTORED_STORE=restored)
        assert done.returncode == 0, done.stderr
    after = open_store(restored)
    try:
        assert after.facts() == before.facts()
        assert after.communes() == before.communes()
        assert after.editions() == before.editions() != ()
    finally:
        before.close()
        after.close()
        postgis_server.drop(held)
        postgis_server.drop(restored)


def test_addresses_answer(tmp_path: Path) -> None:
    from landinfo.web import Settings, create_app

    client = create_app(Settings(register=str(tmp_path / "kept.sqlite"))).test_client()
    shown = re.findall(r"`(/[^`\s]*)`", section("Doors"))
    given = {address: client.get(address).status_code for address in shown if address != "/api"}
    assert len(given) > 5
    assert {address: status for address, status in given.items() if status not in (200, 300)} == {}


def test_parameters_are_those_that_are_read() -> None:
    examples = {"on": "2026-03-01", "known": "2026-03-01", "convert_to": "ODT", "land_user": "household", "area": "10"}
    examples |= {"piece": "1214912,601019;1214920,601019;1214920,601030"}
    examples |= {"strip.width": "8", "strip.depth": "20", "strip.from": "5", "strip.end": "left"}
    examples |= {"strip.faces": "south"}
    examples |= {"fact.<name>": "true", "price.<code>": "2000000"}
    rows = re.findall(r"^\| ((?:`[\w.<>]+`(?:, )?)+) \|", section("Doors"), re.MULTILINE)
    shown = {name for row in rows for name in re.findall(r"`([^`]+)`", row)}
    assert shown == set(examples)
    names = {"fact.<name>": "fact.first_conversion", "price.<code>": "price.ODT"}
    for alone in ("area", "piece", "strip."):
        apart = [n for n in ("area", "piece", "strip.") if n != alone]
        asked_ = [(names.get(n, n), examples[n]) for n in shown if not n.startswith(tuple(apart))]
        asked.read_query(asked_, date(2026, 3, 1))
    with pytest.raises(BadInput) as wrong:
        asked.read_query([("nonsense", "1")], date(2026, 3, 1))
    assert set(wrong.value.params["known"].split(", ")) == shown


def test_variables_are_those_that_are_read() -> None:
    shown = set(re.findall(r"^\| `(LANDINFO_\w+)` \|", section("Configuration"), re.MULTILINE))
    places = [ROOT / "Makefile", ROOT / "app.py", *(ROOT / "tests").iterdir(), *(ROOT / "landinfo").rglob("*.py")]
    texts = [path.read_text("utf-8") for path in places if path.suffix != ".pyc" and path.is_file()]
    assert set().union(*map(variables, texts)) == shown == variables(README)


def test_windows_commands_name_what_exists() -> None:
    lines = commands("bat")
    assert lines[0] == "py -3 -m venv .venv"
    for line in lines[1:]:
        interpreter, *words = line.replace("\\", "/").split()
        assert interpreter == ".venv/Scripts/python"
        assert all((ROOT / word).is_file() for word in words if word.endswith((".txt", ".py")))
        if words[:2] == ["-m", "landinfo"]:
            assert run(f"{PYTHON}-m landinfo {words[2]} --help").returncode == 0


def test_paths_exist() -> None:
    tops = ("landinfo/", "data/", "static/", "tests/", "benchmarks/", ".ci/", "app.py")
    named = {word for word in re.findall(r"`([\w./-]+)`", README) if word.startswith(tops)}
    assert len(named) > 5
    assert {word for word in named if not (ROOT / word).exists()} == set()
