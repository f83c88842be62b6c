"""The sample cadastre, drawn once for all processes of a test run: drawing takes ten times as long as reading it."""

from __future__ import annotations

import fcntl
import functools
import os
import pickle
import tempfile
import tomllib
from pathlib import Path
from typing import Any

from landinfo.intake import sample
from landinfo.intake.sample import plans
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
        return _draw()
    with _kept(run).open("a+b") as kept:
        fcntl.flock(kept, fcntl.LOCK_EX)  # given back when the file is closed, also by a process that dies
        kept.seek(0)
        held = kept.read()
        if held:
            there: Drawn = pickle.loads(held)
            return there
        found = _draw()
        kept.write(pickle.dumps(found))
        return found


def forget(run: str) -> None:
    """Remove what a run kept."""
    _kept(run).unlink(missing_ok=True)


def _kept(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"landinfo-drawn-{run}.pickle"


def _draw() -> Drawn:
    drawing = sample.draw(PLAN)
    made = [sample.parcel_load(PLAN, drawing), sample.zone_load(PLAN, drawing)]
    for layer in plans.layers(PLAN, drawing.wards):
        given = (layer.layer, layer.document, layer.first, layer.published, layer.cover)
        made.append(sample.load(PLAN, *given, features=layer.features))
    return drawing, tuple(made)
