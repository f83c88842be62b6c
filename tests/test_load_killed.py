"""A load that is killed, at any moment: nobody sees any of it, and the same load goes on to the same edition."""

from __future__ import annotations

import random
from contextlib import nullcontext, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import amount
import files_to_load as office
import killed
import pytest
from files_to_load import EVERYWHERE, ON, TODAY, square

from landinfo.intake import editions
from landinfo.model import Refused
from landinfo.store import DRAFT, open_store
from landinfo.store.edited import Edited

SIDE = amount.of(14, 100)
STEP = amount.of(8, 500)
"""Rows in one transaction: some twenty for the whole load."""


def load(tmp_path: Path, url: str, draft: bool, after: float | int | None = None) -> Any:
    """Load in a process of its own, killed ``after`` what ``killed.loading`` says; what that gives if it ends."""
    return killed.ended(killed.loading, tmp_path / "a.gpkg", tmp_path / "a.toml", url, draft, STEP, after)


def seen(url: str, known: Any) -> tuple[Any, ...]:
    """What the store answers, and what it holds half."""
    store = open_store(url)
    try:
        return store.editions(), store.parcels_in(EVERYWHERE, ON, known), store.unfinished()
    finally:
        store.close()


@pytest.mark.parametrize("draft", [True, False])
def test_a_killed_load_goes_on(tmp_path: Path, engine: str, new_place: Any, draft: bool) -> None:
    places = [square(10 * n, 10 * m) for n in range(SIDE) for m in range(SIDE)]
    office.parcels(tmp_path / "a.gpkg", places)
    office.field_map(tmp_path / "a.toml")
    undisturbed, disturbed = new_place(engine), new_place(engine)
    edition, writing, shares = load(tmp_path, undisturbed, draft)
    assert len(shares) > 20
    rng, kills, ended = random.Random(SIDE), 0, False
    while kills < amount.of(2, 25) and not ended:  # each goes on where the last was killed, so one may come to its end
        ended = load(tmp_path, disturbed, draft, rng.uniform(0, writing * 0.3)) is not None
        kills += not ended
        if not ended:
            with suppress(Refused):  # killed before there was a store: that is nothing to be seen
                assert seen(disturbed, TODAY)[:2] == ((), ())
                assert set(seen(disturbed, TODAY)[2]) <= {edition}
    if not ended and load(tmp_path, disturbed, draft, 3) is None:  # at least so many steps are written by now
        kills += 1
        again = load(tmp_path, disturbed, draft)
        assert again[0] == edition
        assert len(again[2]) < len(shares)  # what was written is not written again
    assert kills
    known = DRAFT if draft else TODAY
    assert seen(disturbed, known)[1:] == seen(undisturbed, known)[1:]
    assert len(seen(disturbed, known)[1]) == len(places)
    assert [e.id for e in seen(disturbed, known)[0]] == ([] if draft else [edition])


def test_a_store_with_anything_else_in_it_is_no_beginning_of_a_new_one(tmp_path: Path, store_url: str) -> None:
    file, map = office.parcels(tmp_path / "a.gpkg"), office.field_map(tmp_path / "a.toml")
    other = office.parcels(tmp_path / "b.gpkg", [square(50)])
    assert office.load(file, map, store_url, TODAY, draft=True).published
    with pytest.raises(Refused, match="store-exists"):
        office.load(other, map, store_url, TODAY)  # somebody's draft is in it
    assert office.load(file, map, store_url, TODAY).published
    for again in (file, other):
        with pytest.raises(Refused, match="store-exists"):
            office.load(again, map, store_url, TODAY)
    assert len(seen(store_url, TODAY)[1]) == 2


def test_a_new_store_that_is_still_empty_is_filled(tmp_path: Path, store_url: str) -> None:
    """Killed between making the store and its first rows; one with another title is another store."""
    file, map = office.parcels(tmp_path / "a.gpkg"), office.field_map(tmp_path / "a.toml")
    assert office.load(file, map, store_url, TODAY, draft=True).published
    store = open_store(store_url)
    for edition in store.drafts():
        store.discard(edition.id)
    store.close()
    renamed = office.field_map(tmp_path / "b.toml", office.MAP.replace("Sổ thử nghiệm", "Sổ khác"))
    with pytest.raises(Refused, match="store-exists"):
        office.load(file, renamed, store_url, TODAY)
    assert office.load(file, map, store_url, TODAY).published


def test_what_was_prepared_before_outlives_a_publication_that_fails(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Somebody's draft stays one; rows that were staged only to be published do not."""
    file, map = office.parcels(tmp_path / "a.gpkg"), office.field_map(tmp_path / "a.toml")
    office.load(office.parcels(tmp_path / "b.gpkg", [square(50)]), map, store_url, TODAY)
    replacing = office.field_map(tmp_path / "c.toml", edition="replaces = true")
    monkeypatch.setattr(editions, "publish", broken)
    for draft, left in ((False, 0), (True, 1), (False, 1)):
        with nullcontext() if draft else pytest.raises(RuntimeError):
            office.load(file, replacing, store_url, TODAY, new=False, draft=draft)
        store = open_store(store_url)
        assert (len(store.drafts()), store.unfinished()) == (left, ())
        store.close()


def broken(*given: object) -> None:
    raise RuntimeError


def test_what_cannot_take_its_place_is_not_written(
    tmp_path: Path, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Known of later already: refused before a row is staged, not after a million."""
    map = office.field_map(tmp_path / "a.toml", edition="replaces = true")
    office.load(office.parcels(tmp_path / "b.gpkg", [square(50)]), map, store_url, TODAY)
    monkeypatch.setattr(Edited, "stage", broken)
    with pytest.raises(Refused, match="edition-day-passed"):
        office.load(office.parcels(tmp_path / "a.gpkg"), map, store_url, TODAY - timedelta(days=1), new=False)
