"""The process that reads: a crash, a hang or a hunger for memory in it is a finding, and the next file is read."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from pathlib import Path

import numpy as np
import pytest
import shapely
from files_to_load import EAST, NORTH, ROOT, TODAY, codes, field_map, load, parcels

from landinfo.files import read
from landinfo.files.read import Limits, read_file
from landinfo.files.table import Wanted
from landinfo.model import Refused

FORKS = hasattr(os, "fork")
_FAULTS = """
import ctypes, os, sys, time
from landinfo.files import child, task
kind = sys.argv[1]
def run(given):
    if kind == "crash": ctypes.string_at(0)
    if kind == "abort": os.abort()
    if kind == "exit": os._exit(7)
    if kind == "hang": time.sleep(600)
    if kind == "spin":
        while True: pass
    if kind == "memory": bytearray(given["memory"] * 2)
    if kind == "bug": raise KeyError("no such thing")
    if kind == "garbage": open(given["out"], "wb").write(b"\\x05\\0\\0\\0\\0\\0\\0\\0[1,2]")
    if kind == "print": print("noise" * 1000); sys.stdout.flush(); os.write(1, b"noise"); os.write(2, b"noise")
    if kind in ("print",): real(given)
real, task.run = task.run, run
child.main()
"""


@pytest.fixture
def faulty(monkeypatch: pytest.MonkeyPatch) -> object:
    """Makes the reader of this test start processes that misbehave in one way."""

    def start(kind: str) -> read._Reader:
        reader = read._Reader()
        monkeypatch.setattr(reader, "command", [sys.executable, "-c", _FAULTS, kind])
        monkeypatch.setattr(read, "_reader", reader)
        return reader

    return start


@pytest.mark.parametrize(
    ("kind", "code", "said"),
    [
        ("crash", "FIL-011", "signal 11"),
        ("abort", "FIL-011", "signal 6"),
        ("exit", "FIL-011", "exit 7"),
        ("bug", "FIL-011", "KeyError"),
        ("garbage", "FIL-011", "Error"),
        ("hang", "FIL-010", ""),
        ("spin", "FIL-010", ""),
        ("memory", "FIL-012", ""),
    ],
)
def test_what_goes_wrong_in_there_is_a_finding(
    tmp_path: Path, faulty: object, monkeypatch: pytest.MonkeyPatch, kind: str, code: str, said: str
) -> None:
    reader = faulty(kind)  # type: ignore[operator]
    monkeypatch.setattr(read, "limits", lambda path: Limits(3 * 1024**3, 2))
    file, url = parcels(tmp_path / "a.gpkg"), tmp_path / "s.gpkg"
    result = load(file, field_map(tmp_path / "map.toml"), str(url), TODAY)
    (finding,) = (f for f in result.findings if f.refuses)
    assert finding.kind.code == code
    assert said in str(finding.params.get("detail", ""))
    assert not url.exists()
    reader.end()
    reader.command = read._Reader().command
    assert len(read_file(file).shapes) == 2
    reader.end()


def test_noise_on_its_output_does_no_harm(tmp_path: Path, faulty: object) -> None:
    reader = faulty("print")  # type: ignore[operator]
    assert len(read_file(parcels(tmp_path / "a.gpkg")).shapes) == 2
    reader.end()


def test_a_file_that_needs_more_memory_than_it_may(tmp_path: Path) -> None:
    """A true limit on a true file: the libraries alone take 300 MB of address space, and its rows need 16 MB each."""
    turn = np.linspace(0, 2 * np.pi, 1_000_000, endpoint=False)
    ring = np.column_stack([EAST + 1000 * np.cos(turn), NORTH + 1000 * np.sin(turn)])
    file = parcels(tmp_path / "a.gpkg", [shapely.Polygon(ring)] * 3)
    assert len(read_file(file).shapes) == 3
    with pytest.raises(Refused) as refused:
        read_file(file, within=Limits(300 * 1024**2, 60))
    assert refused.value.code in ("FIL-011", "FIL-012", "FIL-002")


@pytest.mark.skipif(not FORKS, reason="Windows starts a process for each file")
def test_one_process_stays_warm_and_is_replaced_when_it_dies(tmp_path: Path) -> None:
    file, reader = parcels(tmp_path / "a.gpkg"), read._reader
    read_file(file)
    first = reader.process
    read_file(file)
    assert reader.process is first
    assert first is not None
    os.kill(first.pid, signal.SIGKILL)
    first.wait()
    assert len(read_file(file).shapes) == 2
    assert reader.process is not first


def test_files_are_read_from_several_threads(tmp_path: Path) -> None:
    files = [parcels(tmp_path / f"{n}.gpkg", TO=[str(n)] * 2) for n in range(6)]
    found: dict[int, list[object]] = {}

    def one(n: int) -> None:
        found[n] = list(read_file(files[n], Wanted(fields=("TO",))).columns["TO"])

    threads = [threading.Thread(target=one, args=(n,)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert found == {n: [str(n)] * 2 for n in range(6)}


def test_without_fork_each_file_has_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Windows: the same answers, and no limit of memory."""
    reader = read._Reader()
    without = "import os; del os.fork; from landinfo.files import child; child.main()"
    monkeypatch.setattr(reader, "command", [sys.executable, "-c", without])
    monkeypatch.setattr(reader, "warm", False)
    monkeypatch.setattr(read, "_reader", reader)
    file = parcels(tmp_path / "a.gpkg")
    assert [len(read_file(file).shapes) for _ in range(2)] == [2, 2]
    assert reader.process is None
    (tmp_path / "b.gpkg").write_bytes(b"no such thing")
    assert codes(load(tmp_path / "b.gpkg", field_map(tmp_path / "m.toml"), str(tmp_path / "s.gpkg"), TODAY)) == [
        "FIL-002",
        "EDI-003",
    ]


def test_it_ends_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed without a chance to clear up; the reading process sees its input end and goes."""
    file = parcels(tmp_path / "a.gpkg")
    program = (
        "import os, sys, pathlib\nfrom landinfo.files import read\n"
        "read.read_file(pathlib.Path(sys.argv[1]))\nprint(read._reader.process.pid, flush=True)\n"
        "os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", program, str(file)], cwd=ROOT, capture_output=True, text=True)
    pid = int(done.stdout)
    gone = threading.Event()
    for _ in range(100):
        if not Path(f"/proc/{pid}").exists() or " Z " in Path(f"/proc/{pid}/stat").read_text():
            break
        gone.wait(0.05)
    else:
        pytest.fail("the reading process outlives its parent")


def test_nothing_is_left_in_the_temporary_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path / "tmp"))
    (tmp_path / "tmp").mkdir()
    read_file(parcels(tmp_path / "a.gpkg"))
    with pytest.raises(Refused):
        read_file(field_map(tmp_path / "b.zip"))
    assert list((tmp_path / "tmp").iterdir()) == []
