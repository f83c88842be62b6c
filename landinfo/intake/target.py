"""The store that a load goes into: as it is, or as the field map describes it; written in steps that nobody sees."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from landinfo.intake import editions
from landinfo.intake.fieldmap import FieldMap
from landinfo.intake.section import wrong_entries
from landinfo.model import Commune, Edition, Event, Refused, Union
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, check_free, create_store, is_postgis, open_store
from landinfo.store.checks import check
from landinfo.store.communes import read_communes
from landinfo.store.editing import STEP

_DATA = Path(__file__).resolve().parent.parent.parent / "data"


@dataclass(frozen=True, slots=True)
class Target:
    """The store as it is before the load, or the one that the field map describes."""

    url: str
    facts: StoreFacts
    communes: tuple[Sequence[Commune], Sequence[Union]]
    editions: tuple[Edition, ...]
    new: bool


def target_of(map: FieldMap, url: str, new: bool) -> Target:
    """The store at ``url``, or the one to be made there.

    Raises ``Refused``: none there, or MAP-002 no [store], or one that cannot be made.
    """
    return _new(url, map) if new else _existing(url)


def _new(url: str, map: FieldMap) -> Target:
    if map.store is None:
        raise wrong_entries(map.path, [("[store]", "[store]")])
    own = map.store.communes
    communes: tuple[Sequence[Commune], Sequence[Union]] = (own, ()) if own else read_communes(_DATA)
    facts = StoreFacts(map.store.title, map.store.crs, SCHEMA_VERSION, map.store.simulated, map.store.sign_off)
    target = Target(url, facts, communes, (), True)
    _free_or_begun(target, lambda: check_free(url), lambda held: len(held) < 2)
    return target


def _existing(url: str) -> Target:
    store = open_store(url)
    try:
        return Target(url, store.facts(), store.communes(), store.editions(), False)
    finally:
        store.close()


def write(ready: Load, noted: Event, target: Target, draft: bool, at: Callable[[str, float], None]) -> None:
    """Stage the rows, which nobody sees and which go on where they were broken off; then publish as one small step.

    ``at`` is told the step, ``write`` or ``publish``, and how much of it is done. Raises ``Refused`` and ``Busy``.
    """
    at("write", 0.0)
    if target.new:
        check(ready, STEP)  # what a store would refuse must be known before one is made
    with _removed_on_failure(target):
        if target.new:
            _create(target, ready.edition.id)
        store = open_store(target.url)
        try:
            written(ready, noted, store, draft, at)
        finally:
            store.close()


def written(
    ready: Load, noted: Event, store: Store, draft: bool, at: Callable[[str, float], None] = lambda step, done: None
) -> None:
    """As ``write``, into a store that is open."""
    if not draft:
        _may_be_published(ready, store)
    prepared = ready.edition.id in {e.id for e in store.drafts()}
    store.stage(ready, [noted], lambda done: at("write", done))
    if draft:
        return
    at("publish", 0.0)
    try:
        editions.publish(store, ready.edition.id, noted.who, ready.edition.published)
    except BaseException:
        if not prepared:  # what somebody has prepared before stays so
            store.discard(ready.edition.id)
        raise


def _may_be_published(ready: Load, store: Store) -> None:
    """Raises ``Refused`` before a row is written, where the edition could not take its place in the end."""
    edition, day = ready.edition, ready.edition.published
    editions.not_before(store, edition, day)
    standing = [e for e in store.editions() if e.withdrawn is None]
    editions.replaced(edition, editions.days(ready), standing, editions.spoken(store))


def _create(target: Target, edition: str) -> None:
    """Make the store; one that holds nothing but the beginning of this very load is what a killed load left behind."""

    def make() -> None:
        create_store(target.url, target.facts, *target.communes).close()

    _free_or_begun(target, make, lambda held: held <= {edition})


def _free_or_begun(target: Target, new: Callable[[], None], may_hold: Callable[[set[str]], bool]) -> None:
    """``new`` raises ``Refused`` where a store stands: unless it is one as wanted with the beginning of one load."""
    try:
        new()
    except Refused as wrong:
        if wrong.code != "store-exists" or not _begun(target, may_hold):
            raise


def _begun(target: Target, may_hold: Callable[[set[str]], bool]) -> bool:
    try:
        store = open_store(target.url)
    except Refused:
        return False
    try:
        held = {e.id for e in store.drafts()} | set(store.unfinished())
        same = [set(one) == set(other) for one, other in zip(store.communes(), target.communes, strict=True)]
        return store.facts() == target.facts and all(same) and not store.editions() and may_hold(held)
    finally:
        store.close()


@contextmanager
def _removed_on_failure(target: Target) -> Iterator[None]:
    stood = not target.new or is_postgis(target.url) or Path(target.url).exists()
    try:
        yield
    except BaseException:
        if not stood:
            with suppress(OSError):
                Path(target.url).unlink(missing_ok=True)
        raise
