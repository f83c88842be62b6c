"""The sample cadastre, drawn once for all processes of a test run: drawing takes ten times as long as reading it.

It is drawn in a process with other hashes and one thread, so that comparing it with what set-up built (test_sample.py)
shows that neither makes a difference.
"""

from __future__ import annotations

import fcntl
import functools
import os
import pickle
import subprocess
import sys
import tempfile
import tomllib
from datetime import date
from pathlib import Path
from typing import Any

from landinfo.intake import sample
from landinfo.store import Load

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "data" / "sample" / "recipe.toml"
PLAN: dict[str, Any] = tomllib.loads(RECIPE.read_text("utf-8"))
Drawn = tuple[sample.Drawing, tuple[Load, ...]]


@functools.cache
def drawn() -> Drawn:
    """What is drawn, and everything that the sample publishes: parcels, price zones, plans.

    Shapes of another process come without the grid they were snapped to, so nothing is to be drawn from them anew.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        alone: Drawn = pickle.loads(_elsewhere())
        return alone
    with _kept(run).open("a+b") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)  # given back when the file is closed, also by a process that dies
        kept.seek(0)
        held = kept.read()
        if not held:
            held = _elsewhere()
            kept.write(held)
        there: Drawn = pickle.loads(held)
        return there


def forget(run: str) -> None:
    """Remove what a run kept."""
    _kept(run).unlink(missing_ok=True)


def _kept(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"landinfo-drawn-{run}.pickle"


def _elsewhere() -> bytes:
    """What is drawn by ``sample.build`` in another process, pickled."""
    threads = dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1")
    environment = {**os.environ, **threads, "PYTHONHASHSEED": "4711", "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, __file__], env=environment, stdout=subprocess.PIPE, check=True)
    return done.stdout


def _draw() -> Drawn:
    """All that ``sample.build`` draws, taken where it would be written."""
    drawings: list[sample.Drawing] = []
    loads: list[Load] = []
    draw = sample.draw

    def drawing(plan: dict[str, Any]) -> sample.Drawing:
        drawings.append(draw(plan))
        return drawings[-1]

    sample.draw = drawing  # type: ignore[assignment]
    sample.publish = lambda made, *_: loads.extend(made)  # type: ignore[assignment, misc]
    sample.build(RECIPE, "", date(2027, 5, 5), lambda step, done: None)
    return drawings[0], tuple(loads)


if __name__ == "__main__":
    sys.stdout.buffer.write(pickle.dumps(_draw()))
