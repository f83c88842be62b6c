"""How editions come and go, the same for both engines: inside the one transaction that an engine opens.

``run(statement, values)`` gives the rows of a statement; its marks are ``?``, days are ISO text. When an edition is
known stands in its spans, which never overlap; a prepared edition has one that begins on ``DRAFT``.
"""

from __future__ import annotations

import hashlib
import json
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import shapely

from landinfo.model import Busy, Edition, Event, Link, Refused, State
from landinfo.store import DRAFT, Load, StoreFacts, rows
from landinfo.store.checks import Part, parts
from landinfo.store.rows import SHAPED, Row, Span

Run = Callable[[str, Sequence[Any]], list[Row]]
STEP = 20_000
"""Rows that are staged in one transaction."""


def write_load(run: Run, load: Load, facts: StoreFacts) -> Iterator[Part]:
    """The edition of a load and all that has no shape; gives the shaped rows for the engine to write.

    Raises ``Refused``: it is there already, rows that do not fit, or the store asks for a second signature.
    """
    if facts.sign_off:
        raise Refused("edition-needs-draft", "", edition=load.edition.id)
    write_edition(run, load.edition)
    insert(run, "spans", rows.SPAN, [rows.span_row(load.edition)])
    write_links(run, load.links, load.edition.id)
    return parts(load, STEP)


def write_edition(run: Run, edition: Edition) -> None:
    if run("SELECT 1 FROM editions WHERE id = ?", (edition.id,)):
        raise Refused("store-edition-exists", "", edition=edition.id)
    insert(run, "editions", rows.EDITION, [rows.edition_row(edition)])


def write_events(run: Run, events: Iterable[Event]) -> None:
    insert(run, "events", rows.EVENT, map(rows.event_row, events))


def write_links(run: Run, links: Iterable[Link], edition: str | None = None) -> None:
    """``edition``: the one that all of them must belong to."""
    held = list(links)
    if edition is not None and any(link.edition != edition for link in held):
        raise Refused("store-bad-load", "", edition=edition, wrong="links of another edition")
    insert(run, "lineage", rows.LINK, map(rows.link_row, held))


def edition_of(run: Run, name: str) -> Edition:
    return rows.edition_of(run(f"SELECT {', '.join(rows.EDITION)} FROM editions WHERE id = ?", (name,)), name)  # noqa: S608


_ALIKE = "SELECT b.id FROM editions a, editions b WHERE a.id = ? AND b.layer = a.layer AND b.territory = a.territory"
_EVENTS = f"SELECT {', '.join(rows.EVENT)} FROM events ORDER BY fid"  # noqa: S608


def nothing_since(run: Run, edition: str, seen: Sequence[Event]) -> None:
    """Raises ``Busy``: what was published and undone of its layer and territory is not what was ``seen``."""
    alike = {row[0] for row in run(_ALIKE, (edition,))}
    now = [rows.event(row) for row in run(_EVENTS, ())]
    done, known = ([e for e in of if e.edition in alike and e.action in ("published", "undone")] for of in (now, seen))
    if done != known:
        raise Busy("store-changed", "store")


def set_state(run: Run, state: State, day: date, facts: StoreFacts) -> bool:
    """From ``day`` on an edition is in this state; does it speak of more than before?

    Raises ``Refused``: it is not there, or has changed later.
    """
    held = _spans(run, state.edition)
    if held and held[-1][0] == DRAFT:
        _publish_draft(run, state, day, facts)
        return True
    last = held[-1] if held else None
    if last is None or day < max(last[0], last[1] or last[0]) or (last[1] is not None and not state.known):
        raise Refused("store-no-such-edition", "", edition=state.edition, day=day)
    if last[1] is None:
        if state.known and last[2] == state.effective_to:
            return False
        _end(run, state.edition, last, day, alone=len(held) == 1)
    if state.known:
        _go_on(run, state, day)
    return state.known and (last[1] is not None or (state.effective_to or date.max) > (last[2] or date.max))


def _spans(run: Run, edition: str) -> list[Span]:
    select = "SELECT edition, published, withdrawn, effective_to FROM spans WHERE edition = ?"
    return rows.spans(run(select, (edition,))).get(edition, [])


def _publish_draft(run: Run, state: State, day: date, facts: StoreFacts) -> None:
    if not state.known:
        raise Refused("store-no-such-edition", "", edition=state.edition, day=day)
    if facts.sign_off:
        select = f"SELECT {', '.join(rows.EVENT)} FROM events WHERE edition = ? ORDER BY fid"  # noqa: S608
        signed_twice(state.edition, [rows.event(row) for row in run(select, (state.edition,))])
    end = rows.iso(state.effective_to)
    run("UPDATE spans SET published = ?, effective_to = ? WHERE edition = ?", (rows.iso(day), end, state.edition))


def _end(run: Run, edition: str, last: Span, day: date, *, alone: bool) -> None:
    """The open span ends; one that would be empty goes, unless nothing else told that the edition was there."""
    if last[0] == day and not alone:
        run("DELETE FROM spans WHERE edition = ? AND withdrawn IS NULL", (edition,))
    else:
        run("UPDATE spans SET withdrawn = ? WHERE edition = ? AND withdrawn IS NULL", (rows.iso(day), edition))


def _go_on(run: Run, state: State, day: date) -> None:
    """As if nothing had been where the span before ended on this day and said the same."""
    before = (_spans(run, state.edition) or [(date.min, None, None)])[-1]
    if before[1] == day and before[2] == state.effective_to:
        run("UPDATE spans SET withdrawn = NULL WHERE edition = ? AND withdrawn = ?", (state.edition, rows.iso(day)))
    else:
        insert(run, "spans", rows.SPAN, [(state.edition, rows.iso(day), None, rows.iso(state.effective_to))])


def signed_twice(edition: str, events: Sequence[Event]) -> None:
    """Raises ``Refused``: nobody but who prepared it has signed; where nobody is named as that, one person alone."""
    prepared, signed = (
        {person(e.who) for e in events if e.action == action} - {""} for action in ("prepared", "signed")
    )
    if not signed - prepared or len(signed | prepared) < 2:
        who = next((e.who for e in events if e.action == "prepared"), "") or "–"
        raise Refused("edition-needs-signature", "by", edition=edition, who=who)


def same_person(one: str, other: str) -> bool:
    """Names are the same but for case, spaces, points and the form of their letters."""
    return person(one) == person(other)


def person(text: str) -> str:
    """The letters and digits (of a staff number) of a name as they are compared; "": nobody is named."""
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).casefold())
    return "".join(letter for letter in folded if letter.isalnum())


_SIGN_OFFS = "sign_offs"


def ask_sign_off(run: Run, wanted: bool, who: str, day: date, facts: StoreFacts) -> None:
    """Raises ``Refused``: two persons are asked for no more, and nobody is named who wants it so."""
    if wanted == facts.sign_off:
        return
    if not wanted and not person(who):
        raise Refused("sign-off-needs-name", "by")
    held = sign_offs({str(key): str(value) for key, value in run("SELECT key, value FROM meta", ())})
    noted = [[e.action, e.day.isoformat(), e.who] for e in held]
    noted.append([f"sign-off-{'on' if wanted else 'off'}", day.isoformat(), who])
    for key, value in (
        ("sign_off", "true" if wanted else "false"),
        (_SIGN_OFFS, json.dumps(noted, ensure_ascii=False)),
    ):
        run("DELETE FROM meta WHERE key = ?", (key,))
        insert(run, "meta", ("key", "value"), [(key, value)])


def sign_offs(meta: Mapping[str, str]) -> tuple[Event, ...]:
    """What is kept beside the other facts of a store, for an event of no edition."""
    noted = json.loads(meta.get(_SIGN_OFFS, "[]"))
    return tuple(Event("", date.fromisoformat(day), action, who) for action, day, who in noted)


Staged = tuple[int, str]
"""The number of steps that are written already, and the mark of what they hold."""


UNFINISHED = "SELECT edition FROM staging"


def begin_staging(run: Run, edition: Edition, wrong: Staged | None = None) -> Staged | None:
    """What is written of an edition already; None when all is. ``wrong``: what was found not to be its rows.

    Raises ``Refused``: it was published.
    """
    held = _spans(run, edition.id)
    if held and held[-1][0] == DRAFT:
        return None
    begun: list[Any] = run("SELECT steps, digest FROM staging WHERE edition = ?", (edition.id,))
    if begun and tuple(begun[0]) != wrong:
        return int(begun[0][0]), str(begun[0][1])
    if begun:
        take_away(run, edition.id)
    write_edition(run, replace(edition, published=DRAFT))
    insert(run, "staging", ("edition", "steps", "digest"), [(edition.id, 0, "")])
    return 0, ""


def end_step(run: Run, edition: str, done: int, mark: str) -> None:
    run("UPDATE staging SET steps = ?, digest = ? WHERE edition = ?", (done, mark, edition))


def end_staging(run: Run, load: Load, events: Iterable[Event]) -> None:
    """All rows are there: the edition is one that can be published."""
    edition = replace(load.edition, published=DRAFT, withdrawn=None, effective_to=None)
    write_links(run, load.links, edition.id)
    insert(run, "spans", rows.SPAN, [rows.span_row(edition)])
    write_events(run, events)
    run("DELETE FROM staging WHERE edition = ?", (edition.id,))


def discard(run: Run, edition: str) -> None:
    held = _spans(run, edition)
    if (held and held[-1][0] != DRAFT) or not run("SELECT 1 FROM editions WHERE id = ?", (edition,)):
        raise Refused("edition-no-draft", "", edition=edition)
    take_away(run, edition)


def take_away(run: Run, edition: str) -> None:
    # the spans first: rows of an edition that nothing speaks of are not taken from it by hand
    for table in ("spans", *(t.name for t in SHAPED), "lineage", "events", "staging"):
        run(f"DELETE FROM {table} WHERE edition = ?", (edition,))  # noqa: S608
    run("DELETE FROM editions WHERE id = ?", (edition,))


def mark_of(before: str, part: Part) -> str:
    """SHA-256 of a step after the mark of those before: equal marks are equal rows in equal order."""
    found = hashlib.sha256(before.encode())
    for wkb, row in zip(shapely.to_wkb(part.shapes, byte_order=1), part.rows, strict=True):
        found.update(wkb + repr(tuple(row)).encode() + b"\n")
    return found.hexdigest()


def insert(run: Run, table: str, columns: Sequence[str], values: Iterable[Row]) -> None:
    marks = ", ".join("?" * len(columns))
    statement = f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({marks})"  # noqa: S608
    for row in values:
        run(statement, row)
