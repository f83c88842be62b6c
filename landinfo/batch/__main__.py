"""``python -m landinfo.batch FOLDER``: the process that does a job of the web (``job.py``)."""

from __future__ import annotations

import json
import os
import sys
from contextlib import suppress
from datetime import date
from pathlib import Path
from typing import Any

from landinfo import present
from landinfo.batch import job, run, runner
from landinfo.batch.run import Batch, law
from landinfo.intake.steps import Share
from landinfo.model import Problem
from landinfo.store.register import open_register

MEMORY = 4 * 1024**3
"""Bytes of address space: a list that tricks its reader ends its own job, and nothing else."""


def main(folder: Path) -> int:
    """Do the job; whatever comes of it stands in the register."""
    _modest()
    asked = json.loads((folder / job.ASKED).read_text("utf-8"))
    telling = job.Telling(open_register(os.environ["LANDINFO_REGISTER"], wait=10.0), folder.name)
    batch = Batch(
        source=folder / asked["list"],
        target=folder / asked["out"],
        store=os.environ["LANDINFO_STORE"],
        data=Path(os.environ["LANDINFO_DATA"]),
        defaults=job.defaults(asked["defaults"]),
        today=date.fromisoformat(asked["today"]),
        most=asked["most"],
        most_bytes=asked["most_bytes"],
    )
    try:
        with telling:
            done = _done(batch, telling)
        telling.say(**done)
    except Problem as wrong:
        # Another child of the same job, taken for lost, is at it still: the word is that one's.
        if wrong.code != "batch-runs-already":
            telling.say(state="refused", problem=present.problem(wrong, law(batch.data)))
    except (Exception, MemoryError):
        telling.say(state="failed")
        raise
    return 0


def _done(batch: Batch, telling: job.Telling) -> dict[str, Any]:
    def progress(_: str, share: Share) -> None:
        telling.far(share, share.rows)

    done = run.run(batch, runner.alone, progress)
    counts = {"rows": done.rows, "results": done.results, "errors": done.errors}
    return {"state": "done", "percent": 100, **counts, "files": [f.name for f in done.files], "unread": [*done.unread]}


def _modest() -> None:
    """Behind the web worker in its turn, and within its memory."""
    with suppress(ImportError, ValueError, OSError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    with suppress(AttributeError, OSError):
        os.nice(10)


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
