"""A map window: nothing drawn is told from nothing known."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import cadastre
from street import ROOT

from landinfo import coordinates, lookup, present
from landinfo.store import Load, create_store
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")
PLAN = "land_use_planning"


def test_a_window_tells_nothing_here_from_no_data(tmp_path: Path) -> None:
    """A plan held on 100 m × 100 m with one area in its west; beside it a ground that is only half loaded."""
    url = str(tmp_path / "view.gpkg")
    made = create_store(url, cadastre.FACTS, cadastre.communes(), cadastre.UNIONS)
    held_ground = cadastre.coverage(PLAN, cadastre.rectangle(0, 0, 100, 100), "plan-1")
    half = cadastre.coverage(PLAN, cadastre.rectangle(100, 0, 200, 100), "plan-1", complete=False)
    area = cadastre.feature("a", "ODT", cadastre.rectangle(0, 0, 40, 100), theme=PLAN)
    made.publish([Load(cadastre.edition("plan-1", PLAN, rows=1), [held_ground, half], features=[area])])
    crs = made.facts().crs

    def held(west: float, east: float) -> tuple[str, int]:
        # inside the square of the plane, so that the window that is turned into it stays in its strip
        window = coordinates.plane(crs).to_wgs84(cadastre.rectangle(west, 40, east, 60)).bounds
        view = lookup.view(window, [PLAN], date(2026, 3, 1), date(2026, 11, 24), made, BOOK)
        layer = present.view(view, BOOK)["layers"][PLAN]
        return layer["held"], len(layer["features"])

    try:
        assert held(10, 30) == ("all", 1)
        assert held(60, 90) == ("all", 0)
        assert held(60, 150) == ("part", 0)
        assert held(10, 150) == ("part", 1)
        assert held(120, 180) == ("no_data", 0)
        assert held(300, 400) == ("no_data", 0)
    finally:
        made.close()
