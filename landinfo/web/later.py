"""What is made when it is first asked for, or soon after the start, so that the first answer need not wait for it."""

from __future__ import annotations

from collections.abc import Callable
from threading import Lock
from typing import TypeVar

from flask.sansio.app import App

T = TypeVar("T")
_KEY = "landinfo.later"


def add(app: App, make: Callable[[], T]) -> Callable[[], T]:
    """Gives what ``make`` makes: once for ``app``, however many ask for it at the same time.

    What ``make`` raises is raised to each who asks, and it is made anew for the next.
    """
    lock, made = Lock(), list[T]()

    def get() -> T:
        if not made:
            with lock:
                if not made:
                    made.append(make())
        return made[0]

    app.extensions.setdefault(_KEY, []).append(get)
    return get


def make_all(app: App) -> None:
    """All that was added, one after another in its order."""
    for get in app.extensions.get(_KEY, ()):
        get()
