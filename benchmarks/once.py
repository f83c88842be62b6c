"""One load in a process of its own, as the command line does it; prints when each step began, as JSON."""

from __future__ import annotations

import json
import sys
import time
from datetime import date
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main(parcels: str, parcels_map: str, plan: str, plan_map: str, url: str) -> None:
    from landinfo.intake import load
    from landinfo.store.rulebook import read_rulebook

    begun, steps = time.monotonic(), list[tuple[str, str, float]]()
    rulebook = read_rulebook(ROOT / "data")
    rows = []
    for layer, file, map in (("parcels", parcels, parcels_map), ("plan", plan, plan_map)):

        def progress(step: str, done: float, layer: str = layer) -> None:
            name = step.partition(" · ")[2]
            if not steps or steps[-1][:2] != (layer, name):
                steps.append((layer, name, time.monotonic() - begun))

        known = date(2026, 11, 27)
        result = load.run(Path(file), Path(map), url, known, progress, rulebook, new=layer == "parcels")
        if result.edition is None:
            raise SystemExit(str([(f.kind.code, f.count) for f in result.findings if f.refuses]))
        rows.append((result.edition.id, result.edition.rows, sum(f.count for f in result.findings)))
    print(json.dumps({"steps": steps, "end": time.monotonic() - begun, "editions": rows}))


if __name__ == "__main__":
    main(*sys.argv[1:])
