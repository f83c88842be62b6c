"""The sample cadastre as loads, drawn once, and new editions made from them by changing rows."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

from drawn_once import drawn

from landinfo import asked, lookup, present, search
from landinfo.intake.editions import content_hash, edition_id, prepared
from landinfo.model import Event, Problem, Rulebook
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
EVERYWHERE = (0.0, 0.0, 1e7, 1e7)
BUILT, CHANGED, UNDONE = date(2026, 11, 1), date(2026, 11, 10), date(2026, 11, 20)
DAYS = ("2025-03-01", "2026-03-01", "2026-06-30", "2026-07-01", "2026-11-24")
BOOK = read_rulebook(ROOT / "data")
Row = Any


def loads() -> tuple[Load, ...]:
    """Everything that the sample publishes."""
    return drawn()[1]


def of_layer(layer: str) -> Load:
    """The last load of a layer."""
    return [load for load in loads() if load.edition.layer == layer][-1]


def events(of: Iterable[Load]) -> list[Event]:
    return [prepared(load, "Lan", load.edition.published, files={}) for load in of]


def fresh(url: str, *, sign_off: bool = False) -> Store:
    """A store with the sample in it."""
    facts = StoreFacts("Sổ thử nghiệm", "EPSG:9210", SCHEMA_VERSION, True)
    store = create_store(url, facts, *read_communes(ROOT / "data"))
    store.publish(loads(), events=events(loads()))
    if sign_off:
        store.ask_sign_off(True, "Lan", BUILT)
    return store


def changed(load: Load, change: Callable[[Row], Sequence[Row]], day: date = CHANGED, **words: Any) -> Load:
    """A new edition of the same layer and territory: each row becomes what ``change`` makes of it."""
    kinds = {
        kind: [new for row in getattr(load, kind) for new in change(row)] for kind in ("parcels", "features", "zones")
    }
    rows = [row for each in kinds.values() for row in each]
    edition = replace(load.edition, published=day, rows=len(rows), **words)
    content = content_hash([*rows, *load.coverage])
    name = edition_id(edition.layer, edition.territory, edition.document, edition.effective_from, content)
    named = {kind: [replace(row, edition=name) for row in each] for kind, each in kinds.items()}
    cover = [replace(c, edition=name) for c in load.coverage]
    return Load(replace(edition, id=name, content_hash=content), cover, **named)


def stage(store: Store, load: Load, who: str = "Lan") -> str:
    """Prepare a load; gives its id."""
    store.stage(
        load, [prepared(load, who, load.edition.published, files={"a.gpkg": "0" * 64}, findings={"GEO-006": 2})]
    )
    return load.edition.id


def questions(count: int, seed: int = 20261127) -> list[tuple[str, dict[str, str]]]:
    """(parcel, what is asked) over the sample, days and targets."""
    rng = random.Random(seed)
    refs = sorted({str(p.ref) for p in of_layer("parcels").parcels})
    targets = ({}, {"convert_to": "ODT"}, {"convert_to": "TMD"})
    return [(rng.choice(refs), {"on": rng.choice(DAYS), **rng.choice(targets)}) for _ in range(count)]


def answer(store: Store, parcel: str, given: dict[str, str], known: date, rulebook: Rulebook = BOOK) -> dict[str, Any]:
    """What the service says, as plain values; a problem too."""
    try:
        query = asked.read_query([*given.items(), ("known", known.isoformat())], known)
        found = lookup.parcel(search.parse_parcel(parcel), query, store, rulebook)
    except Problem as wrong:
        return present.problem(wrong, rulebook)
    if isinstance(found, lookup.Several):
        return present.several(found, rulebook)
    return present.answer(found, rulebook)


def written(store: Store, asked_: Sequence[tuple[str, dict[str, str]]], known: date) -> list[str]:
    """The answers as the bytes of their JSON."""
    return [json.dumps(answer(store, parcel, given, known), ensure_ascii=False) for parcel, given in asked_]
