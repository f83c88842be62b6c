"""How much a test does: ``make test`` stays under a quarter of an hour, ``make test-long`` takes the larger number."""

import os

LONG = os.environ.get("LANDINFO_LONG") == "1"


def of(usual: int, long: int) -> int:
    """How many examples, questions or rows."""
    return long if LONG else usual
