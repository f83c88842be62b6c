"""What an edition is called, and its life: prepared, signed, published, undone. Days of knowledge are arguments."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from landinfo.files.digest import sha256
from landinfo.intake.file_name import open_name
from landinfo.intake.lineage import between, read_limits
from landinfo.model import Coverage, Edition, Event, Feature, Parcel, PriceZone, Refused, State
from landinfo.store import DRAFT, Load, Store
from landinfo.store.editing import person, same_person, signed_twice

Row = Parcel | Feature | PriceZone | Coverage
_BLOCK = 20_000
"""Rows of which the whole text is held at once."""


def content_hash(rows: Iterable[Row]) -> str:
    """SHA-256 (hex) over the rows' own values, in any order of arrival; the edition's name is not part of it.

    In the order of their text, which begins with their first value: rows are sorted by that alone, so that no more of
    their text than a block is ever held.
    """
    digest = hashlib.sha256()
    for _, alike in groupby(_lines(sorted(rows, key=_beginning)), key=itemgetter(0)):
        for _, line in sorted(alike):
            digest.update(line)
    return digest.hexdigest()


def _lines(ordered: Sequence[Row]) -> Iterator[tuple[bytes, bytes]]:
    """The beginning and the whole text of each row."""
    for start in range(0, len(ordered), _BLOCK):
        rows = ordered[start : start + _BLOCK]
        shapes = shapely.to_wkb(np.array([row.shape for row in rows], dtype=object), byte_order=1)
        for row, shape in zip(rows, shapes, strict=True):
            names = _NAMES[type(row)][1:]
            values = [b"%s=%s" % (n.encode(), shape if n == "shape" else _bytes(getattr(row, n))) for n in names]
            beginning = _beginning(row)
            yield beginning, b"\x1e".join((beginning[:-1], *values)) + b"\n"


def _beginning(row: Row) -> bytes:
    first = _NAMES[type(row)][0]
    return b"%s=%s\x1e" % (first.encode(), _bytes(getattr(row, first)))


_NAMES: Mapping[type, tuple[str, ...]] = {
    kind: tuple(f.name for f in fields(kind) if f.name != "edition") for kind in (Parcel, Feature, PriceZone, Coverage)
}
"""The values of a row in their order, but for the edition's name."""


def _bytes(value: object) -> bytes:
    if isinstance(value, dict):
        return repr(sorted(value.items())).encode()
    return repr(value).encode()


def edition_id(layer: str, territory: str, document: str, effective_from: date, content: str) -> str:
    """``<layer>-<first day>-<12 hex digits>``: the same content gives the same name on every engine, on every day."""
    named = "\x1f".join((layer, territory, document, effective_from.isoformat(), content))
    return f"{layer}-{effective_from:%Y%m%d}-{hashlib.sha256(named.encode()).hexdigest()[:12]}"


@dataclass(frozen=True, slots=True)
class Told:
    """An edition with what was done to it. ``state``: draft | published | superseded (in part) | withdrawn."""

    edition: Edition
    state: str
    events: tuple[Event, ...]

    def last(self, action: str) -> Event | None:
        """The last event of this kind."""
        return next((e for e in reversed(self.events) if e.action == action), None)

    def since_undone(self) -> tuple[Event, ...]:
        """Who prepared it, and what was done since it was last taken back: what was signed before counts no more."""
        last = max((n for n, e in enumerate(self.events) if e.action == "undone"), default=-1)
        return tuple(e for n, e in enumerate(self.events) if n > last or e.action == "prepared")


_TO_PUBLISH = ("draft", "withdrawn")
Days = tuple[date, date | None]
"""The first day that an edition speaks of, and the first it speaks of no more (None: no end)."""


def prepared(load: Load, who: str, day: date, **detail: Any) -> Event:
    """The event of a load that was read and checked; ``detail`` is what is to be kept of where it came from."""
    first, end = days(load)
    noted = {"first": first.isoformat(), "end": end.isoformat() if end else None}
    return Event(load.edition.id, day, "prepared", who, {**detail, **noted})


def days(load: Load) -> Days:
    """The days that the rows of a load speak of."""
    rows: list[Parcel | Feature | PriceZone] = [*load.parcels, *load.features, *load.zones]
    first = min([load.edition.effective_from, *(row.effective_from for row in (*rows, *load.coverage))])
    ends = [row.effective_to for row in (*rows, *load.coverage)]
    return first, None if None in ends or not ends else max(end for end in ends if end)


def file_hashes(*sources: Path) -> dict[str, str]:
    """SHA-256 of sources by file name, with the files that belong to each (``.dbf``, ``.prj`` …); names, never paths.

    A name that may be somebody's is ``original``; files that are called the same then are told apart by a number.
    """
    hashes: dict[str, str] = {}
    for name, path in [part for source in sources for part in _parts(source)]:
        shown = "/".join(map(open_name, name.split("/")))
        again = f"{shown} ({len(hashes) + 1})" if shown in hashes else shown
        hashes[again] = sha256(path)
    return hashes


def _parts(source: Path) -> list[tuple[str, Path]]:
    """The files of a source by name: of a folder with the folder's."""
    if source.is_dir():
        files = sorted(p for p in source.rglob("*") if p.is_file())
        return [(p.relative_to(source.parent).as_posix(), p) for p in files]
    beside = [p for p in source.parent.glob(f"{_literal(source.stem)}.*") if p.is_file()]
    same = beside if source.suffix.lower() in (".shp", ".tab", ".mif") else [source]
    return [(p.name, p) for p in sorted(same)]


def _literal(name: str) -> str:
    return "".join(f"[{c}]" if c in "*?[" else c for c in name)


def listed(store: Store, layer: str | None = None) -> tuple[Told, ...]:
    """Every edition, the prepared too, by layer, territory, then the day on which it was published."""
    events: dict[str, list[Event]] = {}
    for event in store.events():
        events.setdefault(event.edition, []).append(event)
    found = [e for e in (*store.editions(), *store.drafts()) if layer in (None, e.layer)]
    found.sort(key=lambda e: (e.layer, e.territory, e.published, e.id))
    return tuple(Told(e, _state(e), tuple(events.get(e.id, ()))) for e in found)


def told(store: Store, name: str) -> Told:
    """One edition by its id. Raises ``Refused``: there is none."""
    for each in listed(store):
        if each.edition.id == name:
            return each
    raise Refused("edition-unknown", "edition", edition=name)


def _state(edition: Edition) -> str:
    if edition.published == DRAFT:
        return "draft"
    if edition.withdrawn is not None:
        return "withdrawn"
    return "published" if edition.effective_to is None else "superseded"


def replaced(edition: Edition, of: Days, known: Sequence[Edition], spoken: Mapping[str, Days]) -> list[State]:
    """What becomes of the known editions of the same layer and territory when ``edition`` speaks of the days ``of``.

    What they say of days before stays; one that speaks of no day before is withdrawn. ``spoken``: their days. Raises
    ``Refused``: one of them speaks of days after, which would be lost.
    """
    states = []
    for old in known:
        first, end = spoken.get(old.id, (old.effective_from, None))
        end = min((day for day in (end, old.effective_to) if day), default=None)
        if (old.layer, old.territory) != (edition.layer, edition.territory) or old.id == edition.id:
            continue
        if (of[1] is not None and first >= of[1]) or (end is not None and end <= of[0]):
            continue
        if of[1] is not None and (end is None or end > of[1]):
            raise Refused("edition-would-lose", "edition", edition=edition.id, end=of[1], other=old.id)
        states.append(State(old.id, known=False) if first >= of[0] else State(old.id, effective_to=of[0]))
    return states


def published(edition: Edition, states: Iterable[State], known: Iterable[Edition], who: str, day: date) -> Event:
    """The event of a publication, with what undoing it has to bring back: each edition and until when it spoke."""
    ends = {e.id: e.effective_to for e in known}
    before = [[s.edition, end.isoformat() if (end := ends[s.edition]) else None] for s in states]
    return Event(edition.id, day, "published", who, {"replaced": before})


def spoken(store: Store) -> dict[str, Days]:
    """The days that each edition speaks of, where they were noted."""
    noted = {e.edition: e.detail for e in store.events() if e.action == "prepared" and "first" in e.detail}
    return {name: (date.fromisoformat(d["first"]), _day(d["end"])) for name, d in noted.items()}


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


def sign(store: Store, name: str, who: str, day: date) -> None:
    """A second person signs an edition that is prepared or undone.

    Raises ``Refused``: no name, it stands published, who prepared it, or a day before that.
    """
    found = told(store, name)
    if found.state not in _TO_PUBLISH:
        raise Refused("edition-no-draft", "edition", edition=name)
    if not person(who):
        raise Refused("edition-needs-name", "by", edition=name)
    _not_yet(found, day)
    made = found.last("prepared")
    if made is not None and same_person(made.who, who):
        raise Refused("edition-same-person", "by", edition=name, who=who)
    store.publish([], events=[Event(name, day, "signed", who)])


def publish(store: Store, name: str, who: str, day: date) -> Told:
    """Publish a prepared edition, or one that was undone, in the place of those it replaces, as one step.

    Raises ``Refused``: there is none, it is published already, the store asks for a signature or a name that is not
    there, another edition stands there which it was not said to replace, or one of another territory holds its numbers;
    ``Busy``: of its layer and territory something was published while this was being decided.
    """
    seen, found = store.events(), told(store, name)
    if found.state not in _TO_PUBLISH:
        raise Refused("edition-published", "edition", edition=name)
    states = changes(store, found, day)
    if store.facts().sign_off:
        signed_twice(name, found.since_undone())
        if not person(who):
            raise Refused("edition-needs-name", "by", edition=name)
    event = published(found.edition, states, store.editions(day), who, day)
    first = spoken(store).get(name, (found.edition.effective_from, None))[0]
    links = between(store, found.edition, first, states, read_limits()) if found.state == "draft" else []
    store.publish([], states=[*states, State(name)], known=day, events=[event], links=links, seen=seen)
    return told(store, name)


def changes(store: Store, found: Told, day: date) -> list[State]:
    """What publishing on ``day`` does to the others.

    Raises ``Refused``: on that day it was not prepared or signed yet; they stand, and it was not said to replace;
    something became known of them after ``day``; days that only they speak of would be lost.
    """
    _not_yet(found, day)
    not_before(store, found.edition, day)
    noted = spoken(store)
    of = noted.get(found.edition.id, (found.edition.effective_from, None))
    states = replaced(found.edition, of, store.editions(day), noted)
    made = found.last("prepared")
    if states and made is not None and not made.detail.get("replaces", True):
        others = ", ".join(s.edition for s in states)
        raise Refused("edition-stands-already", "edition", edition=found.edition.id, editions=others)
    return states


def _not_yet(found: Told, day: date) -> None:
    last = max((event.day for event in found.since_undone()), default=day)
    if last > day:
        raise Refused("edition-not-yet", "known", edition=found.edition.id, day=day, last=last)


def not_before(store: Store, edition: Edition, day: date) -> None:
    """What was said stays said. Raises ``Refused``: others of the layer and territory have changed after ``day``."""
    others = {
        e.id: max(e.published, e.withdrawn or e.published)
        for e in store.editions()
        if (e.layer, e.territory) == (edition.layer, edition.territory)
    }
    for event in store.events():
        if event.edition in others and event.action in ("published", "undone"):
            others[event.edition] = max(others[event.edition], event.day)
    last, other = max(((changed, name) for name, changed in others.items()), default=(day, ""))
    if last > day:
        raise Refused("edition-day-passed", "known", edition=edition.id, day=day, other=other, last=last)


def undo(store: Store, name: str, who: str, day: date) -> tuple[str, ...]:
    """Take a publication back: what it replaced is known again as it was, from ``day`` on. Gives what came back.

    Raises ``Refused``: it is not published, a later one stands in its place (undo that one first), or another
    territory's edition holds by now a number of what would come back; ``Busy``: as ``publish``.
    """
    seen, found = store.events(), told(store, name)
    if found.state != "published" or name not in {e.id for e in store.editions(day)}:
        raise Refused("edition-not-undone", "edition", edition=name)
    if store.facts().sign_off and not person(who):
        raise Refused("edition-needs-name", "by", edition=name)
    made = found.last("published")
    before = made.detail["replaced"] if made is not None else []
    back = [State(old, effective_to=_day(end)) for old, end in before]
    event = Event(name, day, "undone", who, {"restored": [state.edition for state in back]})
    try:
        store.publish([], states=[State(name, known=False), *back], known=day, events=[event], seen=seen)
    except Refused as wrong:
        if wrong.code != "edition-holds-the-same":
            raise
        raise Refused(
            "edition-back-twice", "edition", **{**wrong.params, "edition": name, "back": wrong.params["edition"]}
        ) from wrong
    return tuple(state.edition for state in back)
