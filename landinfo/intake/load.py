"""One file, by one field map, into a store: read, checked, and published whole or refused whole."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from landinfo.intake import editions, landing
from landinfo.intake.coverage import coverage
from landinfo.intake.drawing import check_drawings
from landinfo.intake.editions import content_hash, edition_id
from landinfo.intake.features import features
from landinfo.intake.fieldmap import FieldMap, read_map
from landinfo.intake.findings import KINDS, Collector, Finding, Severity, found
from landinfo.intake.lineage import linked, read_limits
from landinfo.intake.opening import Opened, open_source
from landinfo.intake.originals import Original, mended
from landinfo.intake.parcels import LARGE_DIFFERENCES, differences, parcels
from landinfo.intake.rest import set_aside, stops, without
from landinfo.intake.rows import Reader
from landinfo.intake.words import check_texts
from landinfo.model import Commune, Edition, Event, Feature, Parcel, Refused, Rulebook, Union
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store, open_store
from landinfo.store.checks import parts
from landinfo.store.communes import read_communes
from landinfo.texts import say

Progress = Callable[[str, float], None]
DATA = Path(__file__).resolve().parent.parent.parent / "data"


@dataclass(frozen=True, slots=True)
class LoadResult:
    """What a load came to. ``edition`` is None where it was refused: then the store is as it was.

    ``counts``: rows, published, numbered_again (suffixes), holes, several_parts, registered, differ_over_2_percent,
    differ_over_5_percent. ``originals`` are drawings as they came, of rows that were repaired; ``quarantined`` are rows
    (from 1) that were left out of what is published. ``source_crs`` and ``operation`` say how the coordinates came into
    the plane ``crs``.
    """

    edition: Edition | None
    findings: tuple[Finding, ...]
    counts: Mapping[str, int] = field(default_factory=dict)
    source_crs: str = ""
    operation: str = ""
    crs: str = ""
    originals: tuple[Original, ...] = ()
    quarantined: frozenset[int] = frozenset()

    @property
    def published(self) -> bool:
        return self.edition is not None


@dataclass(frozen=True, slots=True)
class _Target:
    """The store as it is before the load, or the one that the field map describes."""

    url: str
    facts: StoreFacts
    communes: tuple[Sequence[Commune], Sequence[Union]]
    editions: tuple[Edition, ...]
    new: bool


@dataclass(frozen=True, slots=True)
class How:
    """``new``: make the store, as the map's [store] says. ``draft``: prepare the edition, which nobody sees until it is
    published; broken off, the same load goes on. ``who``: the name to be kept with the edition. ``rest``: rows with an
    error are left out, the others published, and their coverage says that it is not complete."""

    new: bool = False
    draft: bool = False
    who: str = ""
    rest: bool = False


def run(file: Path, map: Path, url: str, known: date, progress: Progress, rulebook: Rulebook, **how: Any) -> LoadResult:
    """Load ``file`` by the field map at ``map`` into the store ``url``, published on the day ``known``.

    ``how`` are the fields of ``How``. Whatever is wrong with the file or the map is a finding of the result. Raises
    ``Problem`` for the store alone: missing, exists, schema, no server, a second signature that it asks for.
    """
    try:
        return load(file, read_map(map), url, known, progress, rulebook, How(**how))
    except Refused as wrong:
        return _refused(wrong)


def load(
    source: Path, map: FieldMap, url: str, known: date, progress: Progress, rulebook: Rulebook, how: How
) -> LoadResult:
    """As ``run``, with a field map that is already read."""
    new, draft, who, rest = how.new, how.draft, how.who, how.rest
    target = _new(url, map) if new else _existing(url)
    if target.facts.sign_off and (not draft or not who.strip()):
        raise Refused("edition-needs-name" if draft else "edition-needs-draft", "by", edition=str(map.path.name))
    collect = Collector()
    try:
        _step(progress, rulebook, "load-step-read", 0.0)
        _may_enter(map, target, rulebook, collect)
        opened = open_source(source, map, target.facts.crs, rulebook, collect)
        map = opened.map
        _landed(opened, map, target, known, rulebook, collect)
        _step(progress, rulebook, "load-step-check", 0.3)
        opened, originals = mended(opened, map, rulebook, collect)

        def make(opened: Opened, collect: Collector) -> list[Parcel] | list[Feature]:
            return _made(opened, map, target, rulebook, collect)

        made = make(opened, collect)
        stopped = stops(collect, rest)
        out = frozenset[int]() if stopped else frozenset(collect.rows(Severity.ERROR))
        if out:
            made, out = without(out, opened, make)
            collect.put(found("ROW-001", set_aside(collect, out), rows=len(opened.shapes)))
            map = replace(map, coverage_complete=False)
        told = (opened.source_crs, opened.operation, target.facts.crs, originals)
        if stopped or not made:
            return LoadResult(None, collect.all(), {"rows": len(opened.shapes)}, *told)
        ready = _ready(made, map, target, known, source, rulebook)
        _not_held(ready.edition, map, target, collect)
        noted = editions.prepared(
            ready,
            who,
            known,
            files=editions.file_hashes(source),
            findings={f.kind.code: f.count for f in collect.all()},
            replaces=map.words.replaces,
        )
    except Refused as wrong:
        return _refused(wrong, collect, target.facts.crs)
    counts = {"rows": len(opened.shapes), **_counts(made)}
    if stops(collect, rest):
        return LoadResult(None, collect.all(), counts, *told)
    _step(progress, rulebook, "load-step-write", 0.6)
    _write(ready, noted, target, draft, lambda done: _step(progress, rulebook, "load-step-write", 0.6 + done * 0.4))
    _step(progress, rulebook, "load-step-done", 1.0)
    return LoadResult(ready.edition, collect.all(), counts, *told, out)


def _refused(wrong: Refused, collect: Collector | None = None, crs: str = "") -> LoadResult:
    """A refusal of the reading, as a finding beside those there already; one of the store goes on to the caller."""
    if wrong.code not in KINDS:
        raise wrong
    held = collect or Collector()
    held.put(found(wrong.code, **wrong.params))
    return LoadResult(None, held.all(), crs=crs)


def _step(progress: Progress, rulebook: Rulebook, code: str, done: float) -> None:
    progress(say(code, {}, rulebook.texts)["vi"], done)


def _new(url: str, map: FieldMap) -> _Target:
    if map.store is None:
        raise Refused("MAP-002", str(map.path), file=map.path.name, entry="[store]", expected="[store]")
    own = map.store.communes
    communes: tuple[Sequence[Commune], Sequence[Union]] = (own, ()) if own else read_communes(DATA)
    facts = StoreFacts(map.store.title, map.store.crs, SCHEMA_VERSION, map.store.simulated, map.store.sign_off)
    return _Target(url, facts, communes, (), True)


def _existing(url: str) -> _Target:
    store = open_store(url)
    try:
        return _Target(url, store.facts(), store.communes(), store.editions(), False)
    finally:
        store.close()


def _may_enter(map: FieldMap, target: _Target, rulebook: Rulebook, collect: Collector) -> None:
    """Is this the store that the map means? Simulated ground and real ground never share a store."""
    facts = target.facts
    if map.store is not None and map.store.crs != facts.crs:
        raise Refused("STO-001", "store", crs=facts.crs, given=map.store.crs)
    if facts.simulated != map.words.simulated:
        raise Refused("STO-002", "store", store=facts.title)
    if map.theme and map.theme not in rulebook.themes:
        raise Refused("MAP-004", str(map.path), theme=map.theme, themes=", ".join(rulebook.themes))
    if map.words.document not in rulebook.documents:
        collect.put(found("EDI-003", document=map.words.document))


def _landed(
    opened: Opened, map: FieldMap, target: _Target, known: date, rulebook: Rulebook, collect: Collector
) -> None:
    """Does the data lie where its communes are, and corner to corner with what the store holds?"""
    landing.on_the_territory(opened, map, target.facts.crs, Reader(opened.table, map, rulebook, collect))
    if not target.new:
        store = open_store(target.url)
        try:
            landing.beside_what_is_held(opened, target.facts.crs, store, map.words.effective_from, known, collect)
        finally:
            store.close()


def _made(
    opened: Opened, map: FieldMap, target: _Target, rulebook: Rulebook, collect: Collector
) -> list[Parcel] | list[Feature]:
    reader = Reader(opened.table, map, rulebook, collect)
    reader.shapes = opened.shapes
    check_texts(reader)
    check_drawings(reader, opened.shapes, target.facts.crs)
    if map.theme:
        return features(reader, opened.shapes, rulebook.themes[map.theme], target.facts.crs)
    return parcels(reader, opened.shapes, target.communes)


def _ready(
    made: list[Parcel] | list[Feature], map: FieldMap, target: _Target, known: date, source: Path, rulebook: Rulebook
) -> Load:
    """The load with its edition, whose id depends on nothing but layer, territory, document, day and content."""
    words, layer = map.words, map.theme or "parcels"
    grounds = coverage(made, map, layer, target.facts.crs)
    content = content_hash([*made, *grounds])
    edition = Edition(
        id=edition_id(layer, words.territory, words.document, words.effective_from, content),
        layer=layer,
        territory=words.territory,
        document=words.document,
        effective_from=words.effective_from,
        published=known,
        withdrawn=None,
        content_hash=content,
        simulated=words.simulated,
        source=words.source,
        rows=len(made),
    )
    held = [replace(c, edition=edition.id) for c in grounds]
    parcels_ = [replace(row, edition=edition.id) for row in made if isinstance(row, Parcel)]
    features_ = [replace(row, edition=edition.id) for row in made if isinstance(row, Feature)]
    return linked(Load(edition, held, parcels_, features_), read_limits())


def _live(target: _Target, layer: str, territory: str) -> list[Edition]:
    return [e for e in target.editions if (e.layer, e.territory) == (layer, territory) and e.withdrawn is None]


def _not_held(edition: Edition, map: FieldMap, target: _Target, collect: Collector) -> None:
    if any(e.id == edition.id for e in target.editions):
        collect.put(found("EDI-001", edition=edition.id))
        return
    live = _live(target, edition.layer, edition.territory)
    if live and not map.words.replaces:
        ids = ", ".join(e.id for e in live)
        collect.put(found("EDI-002", territory=edition.territory, layer=edition.layer, editions=ids))


def _write(ready: Load, noted: Event, target: _Target, draft: bool, progress: Callable[[float], None]) -> None:
    if target.new:
        list(parts(ready))  # what a store would refuse must be known before one is made
    with _removed_on_failure(target):
        if target.new:
            create_store(target.url, target.facts, *target.communes).close()
        store = open_store(target.url)
        try:
            if draft:
                store.stage(ready, [noted], progress)
            else:
                _publish(ready, noted, store)
        finally:
            store.close()


def _publish(ready: Load, noted: Event, store: Store) -> None:
    edition, day = ready.edition, ready.edition.published
    if edition.id in {e.id for e in store.drafts()}:
        editions.publish(store, edition.id, noted.who, day)
        return
    editions.not_before(store, edition, day)
    standing = [e for e in store.editions() if e.withdrawn is None]
    if not editions.replaced(edition, editions.days(ready), standing, editions.spoken(store)):
        store.publish([ready], known=day, events=[noted, editions.published(edition, (), (), noted.who, day)])
        return
    store.stage(ready, [noted])
    try:
        editions.publish(store, edition.id, noted.who, day)
    except BaseException:
        store.discard(edition.id)
        raise


@contextmanager
def _removed_on_failure(target: _Target) -> Iterator[None]:
    stood = not target.new or "://" in target.url or Path(target.url).exists()
    try:
        yield
    except BaseException:
        if not stood:
            with suppress(OSError):
                Path(target.url).unlink(missing_ok=True)
        raise


def _counts(made: Sequence[Parcel | Feature]) -> dict[str, int]:
    shapes = np.array([row.shape for row in made], dtype=object)
    held = [row for row in made if isinstance(row, Parcel) and row.registered_area is not None]
    ratios = differences(held)[1]
    small, large = (int((ratios > limit).sum()) for limit in LARGE_DIFFERENCES)
    several = shapely.get_num_geometries(shapes) > 1
    parts_ = shapely.get_parts(shapes[several])
    return {
        "published": len(made),
        "numbered_again": sum(isinstance(row, Parcel) and row.ref.suffix != "" for row in made),
        "holes": int((shapely.get_num_interior_rings(np.append(parts_, shapes[~several])) > 0).sum()),
        "several_parts": int(several.sum()),
        "registered": len(held),
        "differ_over_2_percent": small,
        "differ_over_5_percent": large,
    }
