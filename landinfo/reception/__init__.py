"""Where reports are handed in, found again and kept: the register's part on them. The day is an argument."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from landinfo.error_report import CONTACT, KIND, present, receipt, states
from landinfo.error_report.rows import Row
from landinfo.error_report.typed import Typed
from landinfo.model import NotHere, Refused
from landinfo.plain import Plain, Text
from landinfo.store.register import Entry, Register

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Contact:
    """How to reach a reporter, kept until before the day ``until``."""

    text: str
    until: date


def receive(
    answer: Plain, row: Row, typed: Typed, once: str, today: date, contact_days: int, register: Register
) -> str:
    """Keep a report of ``row``; its receipt. The same one under the same ``once`` is kept once.

    The contact goes ``contact_days`` after today. Raises ``BadInput``: ``once`` is no such word; ``Busy``.
    """
    forget(register, today)
    body = present.body(answer, row, typed)
    key = receipt.made(once, {**body, "contact": typed.contact})
    register.add(KIND, key, today, {**body, "steps": [states.first(today)]})
    if typed.contact and register.marked(CONTACT, key) is None:
        until = today + timedelta(days=contact_days)
        register.add(CONTACT, f"{until.isoformat()}/{key}", today, {"contact": typed.contact}, [key])
    return key


def forget(register: Register, today: date) -> int:
    """Remove the contacts whose time is over; how many they were. Their keys begin with the day, so they come first."""
    gone = 0
    while due := [e for e in register.listed(CONTACT, limit=_PAGE) if _until(e) <= today]:
        gone += sum(register.remove(CONTACT, entry.key) for entry in due)
    return gone


def _until(entry: Entry) -> date:
    return date.fromisoformat(entry.key.partition("/")[0])


def find(typed: str, register: Register) -> Entry:
    """The report of a receipt as people type it. Raises ``NotHere``: it is none, or nothing is kept under it."""
    key = receipt.read(typed)
    if key is None:
        raise NotHere("error-no-receipt", "receipt", given=typed[:40])
    entry = register.get(KIND, key)
    if entry is None:
        raise NotHere("error-not-kept-here", "receipt", given=receipt.written(key))
    return entry


def contact(entry: Entry, register: Register, today: date) -> Contact | None:
    """The contact of a report; None: none was given, or its time is over."""
    held = register.marked(CONTACT, entry.key)
    if held is None or _until(held) <= today:
        return None
    return Contact(str(held.body["contact"]), _until(held))


def listed(
    register: Register, state: str = "", layer: str = "", commune: str = "", after: str = "", limit: int | None = None
) -> tuple[list[Entry], bool]:
    """Reports in that state, on that layer, in that commune ("": any), as they came, and whether there are more.

    Only those behind the one of the receipt ``after``, at most ``limit`` (None: all); what lies behind is not read.
    Raises ``NotHere``: no such receipt.
    """
    behind = find(after, register) if after else None
    found: list[Entry] = []
    for entry in _behind(behind, register, _PAGE if limit is None else min(_PAGE, limit + 1)):
        if (
            state in ("", states.state(entry.body))
            and layer in ("", entry.body["layer"])
            and (not commune or _lies_in(entry, commune))
        ):
            if len(found) == limit:
                return found, True
            found.append(entry)
    return found, False


def _lies_in(entry: Entry, commune: str) -> bool:
    """``25750@2024`` is a commune in its period, ``25750`` whichever bears the code."""
    series = entry.body["communes"]
    return commune in series or commune in [name.partition("@")[0] for name in series]


def _behind(last: Entry | None, register: Register, at_once: int) -> Iterator[Entry]:
    while page := register.by_day(KIND, (last.day, last.key) if last else None, at_once):
        yield from page
        last = page[-1]


def answer(
    typed: str, to: str, note: Text, by: str, today: date, register: Register, revision: int | None = None
) -> Entry:
    """Put a report into another state. ``revision``: the one that was looked at, when another must not be changed.

    Raises ``NotHere``, ``BadInput`` and ``Refused`` as ``find`` and ``states.answered`` do, ``Refused`` also where
    somebody else has answered meanwhile.
    """
    entry = find(typed, register)
    if revision not in (None, entry.revision):
        raise _meanwhile(entry)
    body = states.answered(entry.body, to, today, note, by)
    if not register.revise(KIND, entry.key, body, entry.revision):
        raise _meanwhile(find(typed, register))
    return Entry(KIND, entry.key, entry.day, body, entry.revision + 1)


def _meanwhile(held: Entry) -> Refused:
    here, day = states.state(held.body), held.body["steps"][-1]["day"]
    return Refused("error-answered-meanwhile", "revision", revision=held.revision, here=here, day=day)
