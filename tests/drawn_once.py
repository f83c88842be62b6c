"""The sample cadastre, drawn once for all processes of a test run: drawing takes ten times as long as reading it."""

from __future__ import annotations

import contextlib
import functools
import os
import pickle
import tempfile
import time
import tomllib
from pathlib import Path
from typing import Any

from landinfo.intake import sample
from landinfo.intake.sample import plans
from landinfo.store import Load

ROOT = Path(__file__).resolve().parent.parent
RECIPE = ROOT / "data" / "sample" / "recipe.toml"
PLAN: dict[str, Any] = tomllib.loads(RECIPE.read_text("utf-8"))
WAIT = 600
"""Seconds that one process waits for the drawing of another."""
Drawn = tuple[sample.Drawing, tuple[Load, ...]]


@functools.cache
def drawn() -> Drawn:
    """What is drawn, and everything that the sample publishes: parcels, price zones, plans.

    Shapes of another process come without the grid they were snapped to, so nothing is to be drawn from them anew.
    """
    run = os.environ.get("PYTEST_XDIST_TESTRUNUID")
    if run is None:
        return _draw()
    kept = _kept(run)
    try:
        os.close(os.open(kept.with_suffix(".taken"), os.O_CREAT | os.O_EXCL))
    except FileExistsError:
        until = time.monotonic() + WAIT
        while not kept.exists() and time.monotonic() < until:
            time.sleep(0.2)
        found: Drawn = pickle.loads(kept.read_bytes())
        return found
    found = _draw()
    half = kept.with_suffix(".half")
    half.write_bytes(pickle.dumps(found))
    half.replace(kept)
    return found


def forget(run: str) -> None:
    """Remove what a run kept."""
    for path in (_kept(run), _kept(run).with_suffix(".taken"), _kept(run).with_suffix(".half")):
        with contextlib.suppress(FileNotFoundError):
            path.unlink()


def _kept(run: str) -> Path:
    return Path(tempfile.gettempdir()) / f"landinfo-drawn-{run}.pickle"


def _draw() -> Drawn:
    drawing = sample.draw(PLAN)
    made = [sample.parcel_load(PLAN, drawing), sample.zone_load(PLAN, drawing)]
    for layer in plans.layers(PLAN, drawing.wards):
        given = (layer.layer, layer.document, layer.first, layer.published, layer.cover)
        made.append(sample.load(PLAN, *given, features=layer.features))
    return drawing, tuple(made)
