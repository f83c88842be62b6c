"""One file, by one field map, into a store: read, checked, and published whole or refused whole."""

from __future__ import annotations

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from landinfo.intake import editions, landing, standing
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
from landinfo.intake.steps import Progress, Steps
from landinfo.intake.target import Target, target_of, write
from landinfo.intake.territory import spelled
from landinfo.intake.words import check_texts
from landinfo.model import Edition, Feature, Parcel, Refused, Rulebook
from landinfo.store import Load, open_store
from landinfo.store.editing import person


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
        with _rows_are_no_garbage():
            return load(file, read_map(map, bool(how.get("new"))), url, known, progress, rulebook, How(**how))
    except Refused as wrong:
        return _refused(wrong)


@contextmanager
def _rows_are_no_garbage() -> Iterator[None]:
    """Python looks for cycles among all objects again and again: among a million rows that takes minutes."""
    looked = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if looked:
            gc.enable()


def load(
    source: Path, map: FieldMap, url: str, known: date, progress: Progress, rulebook: Rulebook, how: How
) -> LoadResult:
    """As ``run``, with a field map that is already read."""
    new, draft, who, rest = how.new, how.draft, how.who, how.rest
    target = target_of(map, url, new)
    if target.facts.sign_off and (not draft or not person(who)):
        raise Refused("edition-needs-name" if draft else "edition-needs-draft", "by", edition=str(map.path.name))
    map = _in_one_spelling(map, target)
    collect, steps = Collector(), Steps(progress, rulebook.texts)
    try:
        steps.at("read")
        _may_enter(map, target, rulebook, collect)
        opened = open_source(source, map, target.facts.crs, rulebook, collect)
        map = opened.map
        _landed(opened, map, target, known, rulebook, collect)
        steps.rows = len(opened.shapes)
        steps.at("repair")
        opened, originals = mended(opened, map, rulebook, collect)

        def make(opened: Opened, collect: Collector) -> list[Parcel] | list[Feature]:
            return _made(opened, map, target, rulebook, collect)

        steps.at("check")
        made = make(opened, collect)
        stopped = stops(collect, rest)
        out = frozenset[int]() if stopped else frozenset(collect.rows(Severity.ERROR))
        if out:
            made.clear()  # what is made again needs the memory
            made, out = without(out, opened, make)
            collect.put(found("ROW-001", set_aside(collect, out), rows=len(out.union(opened.table.rows))))
            map = replace(map, coverage_complete=False)
        told = (opened.source_crs, opened.operation, target.facts.crs, originals)
        if stopped or not made:
            return LoadResult(None, collect.all(), {"rows": len(opened.shapes)}, *told)
        steps.at("edition")
        ready = _ready(made, map, target, known, source, rulebook)
        not_held(ready.edition, map.words.replaces, target.editions, collect)
        if not target.new and not stops(collect, rest):
            with closing(open_store(target.url)) as store:
                standing.beside_others(ready, store, known, collect)
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
    write(ready, noted, target, draft, steps.at)
    steps.at("done")
    return LoadResult(ready.edition, collect.all(), counts, *told, out)


def _in_one_spelling(map: FieldMap, target: Target) -> FieldMap:
    period = map.columns["period"].constant if "period" in map.columns else ""
    name = spelled(map.words, map.theme or "parcels", period, target.communes[0], target.editions)
    return replace(map, words=replace(map.words, territory=name))


def _refused(wrong: Refused, collect: Collector | None = None, crs: str = "") -> LoadResult:
    """A refusal of the reading, as a finding beside those there already; one of the store goes on to the caller."""
    if wrong.code not in KINDS:
        raise wrong
    held = collect or Collector()
    held.put(found(wrong.code, **wrong.params))
    return LoadResult(None, held.all(), crs=crs)


def _may_enter(map: FieldMap, target: Target, rulebook: Rulebook, collect: Collector) -> None:
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


def _landed(opened: Opened, map: FieldMap, target: Target, known: date, rulebook: Rulebook, collect: Collector) -> None:
    """Does the data lie where its communes are, and corner to corner with what the store holds?"""
    landing.on_the_territory(opened, map, target.facts.crs, Reader(opened.table, map, rulebook, collect))
    with nullcontext() if target.new else closing(open_store(target.url)) as store:
        landing.beside_what_is_held(opened, target.facts.crs, store, map.words.effective_from, known, collect)


def _made(
    opened: Opened, map: FieldMap, target: Target, rulebook: Rulebook, collect: Collector
) -> list[Parcel] | list[Feature]:
    reader = Reader(opened.table, map, rulebook, collect)
    reader.shapes = opened.shapes
    check_texts(reader)
    check_drawings(reader, opened.shapes, opened.crs, target.facts.crs)
    if map.theme:
        return features(reader, opened.shapes, rulebook.themes[map.theme], target.facts.crs)
    return parcels(reader, opened.shapes, target.communes)


def _ready(
    made: list[Parcel] | list[Feature], map: FieldMap, target: Target, known: date, source: Path, rulebook: Rulebook
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
    rows: list[Any] = made
    for n, row in enumerate(rows):
        rows[n] = replace(row, edition=edition.id)  # one after the other: two of each would need twice the memory
    ready = Load(edition, held, features=rows) if map.theme else Load(edition, held, parcels=rows)
    return linked(ready, read_limits())


def not_held(edition: Edition, replaces: bool, held: Sequence[Edition], collect: Collector) -> None:
    """EDI-001 the edition is in the store, EDI-002 another stands there that it was not said to replace."""
    if any(e.id == edition.id for e in held):
        collect.put(found("EDI-001", edition=edition.id))
        return
    live = [e for e in held if (e.layer, e.territory) == (edition.layer, edition.territory) and e.withdrawn is None]
    if live and not replaces:
        ids = ", ".join(e.id for e in live)
        collect.put(found("EDI-002", territory=edition.territory, layer=edition.layer, editions=ids))


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
