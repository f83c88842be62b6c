"""``python app.py``: says where it serves, stops when told, and says in one sentence why it cannot."""

import importlib
import json
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parent.parent


def command(environment: dict[str, str]) -> dict[str, Any]:
    """How ``python app.py`` is started, for ``subprocess``."""
    given = {**os.environ, "PYTHONUTF8": "1", **environment}
    return {"args": [sys.executable, str(ROOT / "app.py")], "env": given, "encoding": "utf-8"}


def refused(folder: Path, **environment: str) -> str:
    """What is said by a server that does not start."""
    done = subprocess.run(**command(environment), cwd=folder, capture_output=True, timeout=20)
    assert done.returncode == 2
    assert done.stdout == ""
    assert "Traceback" not in done.stderr
    assert len(done.stderr.splitlines()) == 2
    return str(done.stderr)


@contextmanager
def taken_port() -> Iterator[int]:
    with socket.create_server(("127.0.0.1", 0)) as held:
        yield held.getsockname()[1]


def test_serves_from_any_folder_and_stops_when_told(tmp_path: Path) -> None:
    (tmp_path / "app.py").write_text("raise SystemExit('not this one')")
    with taken_port() as port:
        pass
    started = command({"LANDINFO_PORT": str(port)})
    with subprocess.Popen(**started, cwd=tmp_path, stdout=subprocess.PIPE) as server:
        assert server.stdout
        try:
            assert f"http://127.0.0.1:{port}" in server.stdout.readline()
            asked = HTTPConnection("127.0.0.1", port, timeout=30)
            asked.request("GET", "/readyz")
            answer = asked.getresponse()
            assert answer.status == 200
            json.loads(answer.read())
            asked.close()
            server.send_signal(signal.SIGTERM)
            assert server.wait(timeout=30) == 0
        finally:
            server.kill()


def test_a_port_in_use_is_a_sentence(tmp_path: Path) -> None:
    with taken_port() as port:
        assert f"port {port}" in refused(tmp_path, LANDINFO_PORT=str(port))


@pytest.mark.parametrize(
    ("name", "value"),
    [("LANDINFO_PORT", "http"), ("LANDINFO_PORT", "0"), ("LANDINFO_PORT", "65536"), ("LANDINFO_WORKERS", "-1")],
)
def test_a_bad_number_is_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    said = refused(tmp_path, **{name: value})
    assert name in said
    assert value in said


def test_an_address_of_another_machine_is_a_sentence(tmp_path: Path) -> None:
    assert "192.0.2.1" in refused(tmp_path, LANDINFO_HOST="192.0.2.1")


def test_no_store_is_a_sentence(tmp_path: Path) -> None:
    assert "absent.gpkg" in refused(tmp_path, LANDINFO_STORE=str(tmp_path / "absent.gpkg"), LANDINFO_PORT="65000")


def test_keys_rules_and_counts_that_cannot_be_used_are_a_sentence(tmp_path: Path) -> None:
    keys = tmp_path / "keys.toml"
    keys.write_text('[tier.key]\nrate_limit = "lots"\n', "utf-8")
    assert "tier.key.rate_limit" in refused(tmp_path, LANDINFO_KEYS=str(keys), LANDINFO_PORT="65000")
    keys.write_text("[[key]\n", "utf-8")
    assert "line 1" in refused(tmp_path, LANDINFO_KEYS=str(keys), LANDINFO_PORT="65000")
    assert "themes.toml" in refused(tmp_path, LANDINFO_DATA=str(tmp_path), LANDINFO_PORT="65000")
    said = refused(tmp_path, LANDINFO_RATE_STORAGE="rediss//:secret@host", LANDINFO_PORT="65000")
    assert "LANDINFO_RATE_STORAGE" in said
    assert "secret" not in said
    assert "LANDINFO_BATCH_LIMIT" in refused(tmp_path, LANDINFO_BATCH_LIMIT="lots", LANDINFO_PORT="65000")


def test_app_is_there_for_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.syspath_prepend(str(ROOT))
    module = importlib.import_module("app")
    assert "app" not in vars(module)
    made = module.app
    assert made is module.app
    assert made.test_client().get("/healthz").status_code == 200
    with pytest.raises(AttributeError):
        _ = module.other
