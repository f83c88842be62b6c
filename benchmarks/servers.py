"""Servers in processes of their own, asked by ``wrk`` on the same machine."""

from __future__ import annotations

import math
import os
import re
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from benchmarks.load import CRS, ROOT
from landinfo import coordinates

OUT = ROOT / "benchmarks" / "out"
WORKERS, CLIENTS, SECONDS = 2, 8, 5
HTTP = ("gunicorn", "granian")
"""A worker of gunicorn closes each connection; Granian keeps them."""


@dataclass(frozen=True, slots=True)
class Asked:
    """What a load gave: answers a second, milliseconds of the middle and the slowest hundredth, and refusals."""

    rate: float
    p50: float
    p99: float
    failed: int


@dataclass(frozen=True, slots=True)
class Served:
    """``pid`` is the one that was started; ``ready``: seconds from its start to its first answer."""

    address: str
    pid: int
    ready: float


def command(server: str, app: str, port: int) -> list[str]:
    """The line that serves ``app`` with as many workers as are measured."""
    at = ["--host", "127.0.0.1", "--port", str(port), "--workers", str(WORKERS)]
    if server == "app.py":
        return [sys.executable, "app.py"]
    if server == "gunicorn":
        install()
        return [sys.executable, "-m", "gunicorn", "-b", f"127.0.0.1:{port}", "-w", str(WORKERS), app]
    quiet = ["--log-level", "error", "--blocking-threads", "1"]
    return [sys.executable, "-m", "granian", "--interface", "wsgi", *at, *quiet, app]


def install() -> None:
    """gunicorn, into a folder of its own."""
    if not (OUT / "gunicorn").exists():
        wanted = ["--target", str(OUT / "gunicorn"), "-r", str(ROOT / "benchmarks" / "requirements.txt")]
        subprocess.run([sys.executable, "-m", "pip", "install", "-qq", *wanted], check=True)


@contextmanager
def service(server: str, url: str, ready: str = "/readyz", **more: str) -> Iterator[Served]:
    """The whole service over a store, with no limit on how much one address may ask; ``ready``: asked at the start."""
    given = {"LANDINFO_STORE": url, "LANDINFO_TILES": "none", "LANDINFO_RATE_LIMIT": "none", "LANDINFO_THREADS": "1"}
    given |= {"LANDINFO_REGISTER": str(OUT / "bench.register.sqlite")} | more
    with running(server, "app:app", ready, given) as served:
        yield served


@contextmanager
def running(server: str, app: str, ready: str, given: Mapping[str, str]) -> Iterator[Served]:
    port = free()
    own = {"LANDINFO_HOST": "127.0.0.1", "LANDINFO_PORT": str(port), "LANDINFO_WORKERS": str(WORKERS)}
    env = {**os.environ, "PYTHONPATH": str(OUT / "gunicorn"), **own, **given}
    with started(command(server, app, port), f"http://127.0.0.1:{port}", ready, env) as served:
        yield served


def free() -> int:
    with socket.create_server(("127.0.0.1", 0)) as held:
        port: int = held.getsockname()[1]
        return port


@contextmanager
def started(words: Sequence[str], address: str, ready: str, env: Mapping[str, str]) -> Iterator[Served]:
    """Start, wait until ``ready`` answers, and stop with SIGTERM."""
    log = OUT / "server.log"
    with log.open("wb") as file:
        begun = time.monotonic()
        child = subprocess.Popen(words, cwd=ROOT, env=dict(env), stdout=file, stderr=file)
    try:
        while not _answers(address + ready):
            if child.poll() is not None or time.monotonic() - begun > 120:
                raise SystemExit(f"{' '.join(words)} did not start\n{log.read_text()[-3000:]}")
            time.sleep(0.02)
        yield Served(address, child.pid, time.monotonic() - begun)
    finally:
        child.terminate()
        try:
            child.wait(20)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=120):
            return True
    except urllib.error.HTTPError as wrong:
        return wrong.code < 500
    except OSError:
        return False


def ask(
    address: str,
    paths: Path,
    first: int = 0,
    *,
    seconds: float = SECONDS,
    clients: int = CLIENTS,
    headers: Sequence[str] = (),
) -> Asked:
    """The addresses of a file, one after the other from ``first`` on, by so many clients at a time."""
    words = ["wrk", "-t1", f"-c{clients}", f"-d{seconds:.0f}s", "--timeout", "60s", "--latency"]
    words += [word for header in headers for word in ("-H", header)]
    env = {**os.environ, "PATHS": str(paths), "FIRST": str(first)}
    script = ["-s", str(ROOT / "benchmarks" / "ask.lua"), address]
    try:
        done = subprocess.run([*words, *script], env=env, capture_output=True, text=True, check=True)
    except FileNotFoundError:
        raise SystemExit("wrk is missing: apt-get install wrk") from None
    return read(done.stdout)


def read(said: str) -> Asked:
    """What ``ask.lua`` prints."""
    found = re.search(r"^NUMBERS (\d+) ([\d.]+) ([\d.]+) ([\d.]+) (\d+)$", said, re.MULTILINE)
    if not found:
        raise SystemExit(said)
    requests, seconds, p50, p99, failed = map(float, found.groups())
    return Asked(requests / seconds, p50, p99, int(failed))


def on_tiles(z: int, easting: float, northing: float) -> tuple[float, float]:
    """Where a point of the plane lies in the grid of tiles of a zoom, in columns and rows (OGC WebMercatorQuad)."""
    lon, lat = coordinates.plane(CRS).point_to_wgs84(easting, northing)
    return (lon / 360 + 0.5) * 2**z, (0.5 - math.asinh(math.tan(math.radians(lat))) / (2 * math.pi)) * 2**z


def write(paths: Sequence[str], name: str) -> Path:
    """A file of addresses for ``ask``."""
    path = OUT / f"{name}.paths"
    path.write_text("\n".join(paths) + "\n")
    return path
