"""The same batch on a Dask cluster of two workers, one of which is killed midway: the same bytes as on one machine."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from batched import awaited, batch, done, files, ground, table
from street import ROOT

from landinfo.batch import cluster, run
from landinfo.cli import main
from landinfo.model import Busy

DAY, TARGET = ("on", "2026-03-01"), ("convert_to", "ODT")
LOTS = ["25750@2024,1,1", "25744@2024,1,1", "25750@2024,1,99", "25741@2024,1,1", "25750@2024,1,7"]


@dataclass(frozen=True, slots=True)
class Cluster:
    address: str
    workers: tuple[subprocess.Popen[bytes], ...]


def start(*words: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", f"distributed.cli.{words[0]}", *words[1:]]
    return subprocess.Popen(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


@pytest.fixture
def running(tmp_path: Path) -> Iterator[Cluster]:
    """A scheduler and two workers of our own; the system's ports, no dashboard."""
    place = tmp_path / "scheduler.json"
    alone = ("--host", "127.0.0.1", "--scheduler-file", str(place), "--no-dashboard")
    processes = [start("dask_scheduler", *alone, "--port", "0")]
    try:
        awaited(lambda: place.is_file() and place.read_text("utf-8"))
        folder = str(tmp_path / "spill")
        more = ("--no-nanny", "--nthreads", "1", "--local-directory", folder)
        processes += [start("dask_worker", *alone, *more) for _ in range(2)]
        yield Cluster(json.loads(place.read_text("utf-8"))["address"], tuple(processes[1:]))
    finally:
        for process in processes:
            process.kill()
            process.wait()


@pytest.fixture(scope="module")
def url(engine: str, new_place: Callable[[str], str]) -> str:
    return ground(new_place(engine))


def test_a_worker_that_is_killed_is_not_to_be_seen(
    tmp_path: Path, url: str, running: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "PART", 5)
    monkeypatch.setattr(cluster, "WINDOW", 4)
    source = tmp_path / "in.csv"
    source.write_text(table("id,commune,sheet,number", *(f"{n},{LOTS[n % 5]}" for n in range(80))), "utf-8")
    one, other = tmp_path / "one", tmp_path / "other"
    one.mkdir(), other.mkdir()
    done(batch(source, one / "out.xlsx", url, DAY, TARGET))
    killed = []

    def progress(step: str, share: float) -> None:
        if step == "answer" and share > 0.2 and not killed:
            running.workers[0].send_signal(signal.SIGKILL)
            killed.append(share)

    made = run.run(batch(source, other / "out.xlsx", url, DAY, TARGET), cluster.runner(running.address), progress)
    assert made.rows == 80
    assert 0 < killed[0] < 0.9
    assert running.workers[0].wait(10) == -signal.SIGKILL
    assert files(one) == files(other)


def test_no_scheduler_is_a_sentence(
    tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(cluster, "_WAIT", 1)
    source = tmp_path / "in.csv"
    source.write_text(table("commune,sheet,number", LOTS[0]), "utf-8")
    with pytest.raises(Busy):
        done(batch(source, tmp_path / "out.csv", url), cluster.runner("tcp://127.0.0.1:1"))
    words = ["batch", str(source), "--out", str(tmp_path / "o.csv"), "--store", url, "--scheduler", "nonsense"]
    assert main(words) == 2
    said = capsys.readouterr().err
    assert "Dask" in said
    assert "Traceback" not in said
    assert not (tmp_path / "o.csv").exists()
