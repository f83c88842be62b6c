"""``make bench [N=…] [ONLY=…]``: run the parts, and write what they found into ``benchmarks/RESULTS.md``."""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from benchmarks import results

HERE = Path(__file__).resolve().parent
PARTS = ("batch", "copy", "load", "lookup", "machines", "peers", "quick", "serving", "view")
"""Each is a module here with ``run(count, rounds, out) -> str``: a section of the results, without its heading."""


def main() -> None:
    parser = argparse.ArgumentParser(prog="benchmarks", description=__doc__)
    parser.add_argument("-n", type=int, default=1_000_000, help="parcels (default 1,000,000)")
    parser.add_argument("--only", choices=PARTS, action="append", help="this part only; may be given again")
    parser.add_argument("--rounds", type=int, default=3, help="alternating rounds (default 3)")
    given = parser.parse_args()
    for part in given.only or PARTS:
        module = importlib.import_module(f"benchmarks.{part}")
        # a part may have numbers of its own, however they are given
        count, rounds = getattr(module, "COUNT", given.n), getattr(module, "ROUNDS", given.rounds)
        with results.quietness() as load:
            text = module.run(count, rounds, HERE / "out")
        results.replace(HERE / "RESULTS.md", part, results.head(count, rounds, load) + text)
        print(text)


if __name__ == "__main__":
    main()
