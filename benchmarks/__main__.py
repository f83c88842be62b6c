"""``python -m benchmarks [ONLY] [N]``: measures, prints tables of ratios, writes ``benchmarks/RESULTS.md``.

Every part is a module of this folder with ``measure(rows, rounds)``, which gives its section of the results. Peers and
ours take turns in every round, so that what else the machine does falls on both.
"""

from __future__ import annotations

import argparse
import importlib
import sys
from pathlib import Path

PARTS = ("load",)
RESULTS = Path(__file__).with_name("RESULTS.md")


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("only", nargs="?", default="all", choices=("all", *PARTS))
    parser.add_argument("rows", nargs="?", type=int, default=100_000, help="parcels (default 100000)")
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args()
    for name in PARTS if given.only == "all" else (given.only,):
        part = importlib.import_module(f"benchmarks.{name}")
        section = part.measure(given.rows, given.rounds)
        print(section)
        keep(name, given.rows, section)
    return 0


def keep(name: str, rows: int, section: str) -> None:
    """Put a section into the results, in the place of the one of the same part and size."""
    begin, end = f"<!-- {name} {rows} -->\n", f"<!-- /{name} {rows} -->\n"
    text = (
        RESULTS.read_text("utf-8") if RESULTS.exists() else "# Measured\n\nWritten by `make bench`; by hand, nothing.\n"
    )
    before, found, rest = text.partition(begin)
    after = rest.partition(end)[2] if found else ""
    RESULTS.write_text(f"{before.rstrip()}\n\n{begin}{section}{end}{after}", "utf-8")


if __name__ == "__main__":
    sys.exit(main())
