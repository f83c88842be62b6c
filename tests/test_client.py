"""The README's clients – curl, ten lines of Python, QGIS's reader – against a server that listens."""

from __future__ import annotations

import json
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from browsing import served
from test_readme import commands, run, section

from landinfo.store import Store
from landinfo.web import Settings, tiers

HERE = "http://127.0.0.1:8000"
TEXT = section("For programs")
(PYTHON,) = re.findall(r"^```python\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
CURL = [
    line for block in re.findall(r"^```bash\n(.*?)^```$", TEXT, re.MULTILINE | re.DOTALL) for line in block.splitlines()
]


@pytest.fixture(scope="module")
def address(sample: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with served(sample, str(tmp_path_factory.mktemp("register") / "kept.sqlite")) as origin:
        yield origin


@pytest.fixture
def idle(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Lists are taken in and not worked on, in a folder of the test's own."""
    monkeypatch.setattr("landinfo.batch.job._start", lambda office, folder: None)
    monkeypatch.setattr("landinfo.web.settings.Settings.beside", lambda self, named, kind: tmp_path / kind)


def asked(line: str, address: str) -> tuple[str, str]:
    """Status and body that curl shows."""
    if shutil.which("curl") is None:
        pytest.skip("no curl here")
    words = shlex.split(line.replace(HERE, address))
    done = subprocess.run([*words, "-sS", "-w", "\n%{http_code}"], capture_output=True, encoding="utf-8", check=True)
    body, _, status = done.stdout.rpartition("\n")
    return status, body


@pytest.mark.usefixtures("idle")
def test_curl(address: str) -> None:
    assert len(CURL) == 3
    answer, xml, batch = (asked(line, address) for line in CURL)
    assert (answer[0], json.loads(answer[1])["parcel"]["ref"]) == ("200", "25741@2024/2/147")
    assert xml[0] == "200"
    assert xml[1].startswith(
        '<?xml version="1.0" encoding="UTF-8"?>\n<map xmlns="http://www.w3.org/2005/xpath-functions">'
    )
    assert (batch[0], json.loads(batch[1])["state"]) == ("202", "waiting")


def test_python_in_ten_lines(address: str) -> None:
    lines = [line for line in PYTHON.splitlines() if line]
    assert len(lines) <= 10
    done = subprocess.run(
        [sys.executable, "-c", PYTHON.replace(HERE, address)], capture_output=True, encoding="utf-8", check=True
    )
    numbers = re.fullmatch(r"([\d,]+) – ([\d,]+) đ, likely ([\d,]+) đ\n", done.stdout)
    assert numbers
    low, high, likely = (int(text.replace(",", "")) for text in numbers.groups())
    _, body = asked(
        f"curl '{HERE}/api/parcels/25741@2024/2/147?on=2026-03-01&convert_to=ODT&fact.first_conversion=true'", address
    )
    assert json.loads(body)["estimate"]["range"] == {"low": low, "likely": likely, "high": high}


def test_python_says_what_is_wrong(address: str) -> None:
    wrong = PYTHON.replace(HERE, address).replace('"2026-03-01"', '"1/3/2026"')
    done = subprocess.run([sys.executable, "-c", wrong], capture_output=True, encoding="utf-8")
    assert done.returncode != 0
    assert json.loads(done.stderr)["field"] == "on"


def test_what_qgis_reads_an_answer_with(address: str) -> None:
    """QGIS hands an address of GeoJSON to GDAL, which fetches and reads it so."""
    if shutil.which("ogrinfo") is None:
        pytest.skip("no ogrinfo here (tests/setup.sh installs it)")
    (url,) = re.findall(rf"URL `({HERE}/api/parcels/[^`]*)`", TEXT)
    command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", f"/vsicurl_streaming/{url.replace(HERE, address)}"]
    done = subprocess.run(command, capture_output=True, encoding="utf-8")
    if done.returncode or not done.stdout:
        done = subprocess.run([*command[:4], url.replace(HERE, address)], capture_output=True, encoding="utf-8")
    assert done.stderr == ""
    parts = json.loads(done.stdout)["features"]
    _, body = asked(f"curl '{url}'", address)
    assert [f["properties"]["part"] for f in parts] == [f["properties"]["part"] for f in json.loads(body)["features"]]
    assert parts[0]["properties"]["registered_area"] == 326


def test_the_file_of_keys_is_read(tmp_path: Path, capsys: Any) -> None:
    (file,) = re.findall(r"^```toml\n(\[tier\.key\].*?)^```$", TEXT, re.MULTILINE | re.DOTALL)
    path = tmp_path / "keys.toml"
    path.write_text(file, "utf-8")
    held = tiers.read(Settings(keys=str(path), rate_limit="600 per minute", report_limit="20 per hour"))
    assert held.tiers["key"].rate_limit == "6000 per minute"
    assert held.tiers["key"].batch_rows == 1_000_000
    (line,) = [line for line in commands() if " key new " in line]
    done = run(line)
    assert done.returncode == 0, done.stderr
    assert 'name = "Sở Xây dựng"' in done.stdout
    assert 'tier = "key"\nuntil = 2027-07-01' in done.stdout
