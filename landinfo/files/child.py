"""The process that reads: started by ``read.py``; a task is a line on standard input, its outcome one on the output.

Where the system can fork, this process stays warm and each task runs in a fork of it, under limits of memory, time and
written bytes; elsewhere (Windows) it does one task under the parent's limit of time and ends.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from typing import Any

CRASHED, NO_MEMORY, LATE = "crashed", "no memory", "late"
READY = "ready\n"
_WRITTEN = 16 * 1024**3
_SKIPPED = (
    "AIVector,AVCBin,AVCE00,AmigoCloud,CSW,Carto,EEDA,Elasticsearch,GDALG,GPSBabel,GPX,GTFS,GeoRSS,HTTP,JML,LIBKML,KML,"
    "LVBAG,MBTiles,MVT,MapML,MiraMonVector,NGW,OAPIF,OGCAPI,OGR_GMT,OGR_PDS,OGR_VRT,OSM,PCIDSK,PDS4,PLSCENES,PMTiles,S57,"
    "SXF,Selafin,TopoJSON,VDV,VFK,VICAR,WAsP,WFS,ADBC,Idrisi"
)
"""Drivers that are never wanted: they reach for the network or other files, or would take a file for something else."""


def main() -> None:
    out = os.fdopen(os.dup(1), "w", encoding="ascii")
    with open(os.devnull, "wb") as nowhere:  # noqa: PTH123
        os.dup2(nowhere.fileno(), 1)
        os.dup2(nowhere.fileno(), 2)
    os.putenv("GDAL_SKIP", _SKIPPED)
    from landinfo.files import task  # noqa: F401  # loaded before the fork: a task starts in milliseconds

    out.write(READY)
    out.flush()
    for line in sys.stdin.buffer:
        outcome = _forked(line) if hasattr(os, "fork") else _outcome(json.loads(line))
        out.write(json.dumps(outcome) + "\n")
        out.flush()
        if not hasattr(os, "fork"):
            return


def _forked(line: bytes) -> dict[str, Any]:
    """The outcome of a task in a process of its own; a signal that ended it is an outcome too."""
    reading, writing = os.pipe()
    task = json.loads(line)
    pid = os.fork()
    if pid == 0:
        os.close(reading)
        _limit(task)
        _leave(writing, task)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        said = pipe.read()
    _, status = os.waitpid(pid, 0)
    if said:
        return dict(json.loads(said))
    ended = os.waitstatus_to_exitcode(status)
    if -ended == signal.SIGXCPU:
        return {LATE: True}
    return {CRASHED: f"signal {-ended}" if ended < 0 else f"exit {ended}"}


def _leave(writing: int, task: dict[str, Any]) -> None:
    try:
        with os.fdopen(writing, "wb") as pipe:
            pipe.write(json.dumps(_outcome(task)).encode())
    finally:
        os._exit(0)


def _limit(task: dict[str, Any]) -> None:
    import resource

    resource.setrlimit(resource.RLIMIT_AS, (task["memory"], task["memory"]))
    resource.setrlimit(resource.RLIMIT_CPU, (task["seconds"], task["seconds"] + 5))
    resource.setrlimit(resource.RLIMIT_FSIZE, (_WRITTEN, _WRITTEN))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _outcome(task: dict[str, Any]) -> dict[str, Any]:
    from landinfo.files.task import run
    from landinfo.model import Refused

    try:
        run(task)
    except MemoryError:
        return {NO_MEMORY: True}
    except Refused as wrong:
        return {"refused": wrong.code, "field": wrong.field, "params": wrong.params}
    except BaseException as wrong:
        return {CRASHED: f"{type(wrong).__name__}: {wrong}"[:200]}
    return {"done": True}


if __name__ == "__main__":
    main()
