"""``python app.py`` serves; ``gunicorn app:app`` and ``granian --interface wsgi app:app`` serve the same application.

Where and how is said by the environment: LANDINFO_HOST, LANDINFO_PORT, LANDINFO_WORKERS, LANDINFO_THREADS,
LANDINFO_STORE (README, "Configuration"). Exit code 2: it cannot serve as asked, and one sentence says why.
"""

from __future__ import annotations

import errno
import gc
import os
import socket
import sys
import threading
import time
from http.client import HTTPConnection, HTTPException
from pathlib import Path
from typing import Any

from landinfo.model import BadInput, Problem, Refused
from landinfo.store.rulebook import read_texts
from landinfo.texts import Texts, say
from landinfo.web import check, create_app, later
from landinfo.web.settings import from_environment

ROOT = Path(__file__).resolve().parent
READY_WITHIN = 60
"""Seconds in which the first worker is expected to answer."""
AFTER = 1.0
"""Seconds from which a worker makes, beside its answers, what nobody has asked for yet."""


def __getattr__(name: str) -> Any:
    """``app`` is made when a server asks for it, so that importing this module opens no store."""
    if name != "app":
        raise AttributeError(name)
    made = create_app()
    # A server of its own may fork after this: no thread, whose locks the children would find locked.
    _make_all(made)
    return globals().setdefault("app", made)


def served() -> Any:
    """The application as a worker serves it: it answers at once, and makes the rest beside its first answers."""
    made = create_app()
    _settle()
    beside = threading.Timer(AFTER, _make_all, (made,))
    beside.daemon = True
    beside.start()
    return made


def _make_all(made: Any) -> None:
    later.make_all(made)
    _settle()


def _settle() -> None:
    """What lives as long as the process is not looked through for garbage.

    Price lists and indexes are many objects; each full collection would hold up one answer by 0.15 s.
    """
    gc.collect()
    gc.freeze()


def main() -> int:
    """Serve until SIGTERM or Ctrl-C; requests that run are finished first."""
    texts = read_texts(ROOT / "data" / "texts")
    try:
        host, port = os.environ.get("LANDINFO_HOST") or "127.0.0.1", _number("LANDINFO_PORT", 8000, 65535)
        workers, threads = _number("LANDINFO_WORKERS", 1, 64), _number("LANDINFO_THREADS", 8, 256)
        _listenable(host, port)
        # Asked here once, so that what cannot be used is a sentence and not a worker that keeps dying.
        check(from_environment(os.environ))
    except Problem as problem:
        said = say(problem.code, {"field": problem.field, **problem.params}, texts)
        sys.stderr.write(f"{said['vi']}\n{said['en']}\n")
        return 2
    threading.Thread(target=_announce, args=(host, port, texts), daemon=True).start()
    _serve(host, port, workers, threads)
    return 0


def _number(name: str, default: int, most: int) -> int:
    given = os.environ.get(name) or str(default)
    if not (given.isascii() and given.isdigit() and 1 <= int(given) <= most):
        raise BadInput("serve-bad-number", name, given=given, most=most)
    return int(given)


def _listenable(host: str, port: int) -> None:
    """Raise ``Refused`` when the address is taken or not ours: Granian's own sockets would share a port in silence."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        socket.create_server((host, port), family=family).close()
    except OSError as wrong:
        code = "serve-port-busy" if wrong.errno == errno.EADDRINUSE else "serve-cannot-listen"
        raise Refused(code, host=host, port=port, wrong=str(wrong.strerror).partition(" (")[0]) from wrong


def _announce(host: str, port: int, texts: Texts) -> None:
    """Say the address once a worker answers."""
    near = {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104
    until = time.monotonic() + READY_WITHIN
    while time.monotonic() < until:
        time.sleep(0.1)
        asked = HTTPConnection(near, port, timeout=READY_WITHIN)
        try:
            asked.request("GET", "/healthz")
            asked.getresponse()
        except (OSError, HTTPException):
            continue
        finally:
            asked.close()
        shown = f"[{near}]" if ":" in near else near
        said = say("serve-ready", {"address": f"http://{shown}:{port}"}, texts)
        sys.stdout.write(f"{said['vi']}\n{said['en']}\n")
        sys.stdout.flush()
        return


def _serve(host: str, port: int, workers: int, threads: int) -> None:
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    Granian(
        f"{ROOT / 'app.py'}:served",
        factory=True,
        interface=Interfaces.WSGI,
        address=host,
        port=port,
        workers=workers,
        blocking_threads=threads,
        workers_kill_timeout=10,
        respawn_failed_workers=True,
        log_level=LogLevels.error,
    ).serve()


if __name__ == "__main__":
    sys.exit(main())
