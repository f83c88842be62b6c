"""A layer read page by page, asked of every engine."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

import cadastre
import pytest
import shapely
from cadastre import CORRECTED, DRAWN, EVERYWHERE, MERGED, PUBLISHED, REPLANNED, TODAY, box

from landinfo.model import State
from landinfo.store import Box, Store

DAY = timedelta(days=1)
NOW = (TODAY, TODAY)
EVER = (date.min, date.max)


def key(row: Any) -> str:
    return str(row.ref) if hasattr(row, "ref") else row.id


def all_of(
    store: Store, layer: str, days: tuple[date, date], limit: int, known: date = TODAY, **more: Any
) -> list[Any]:
    """Every row, page by page; no page looks at more than ``limit`` rows, and numbers only grow."""
    found, after = [], 0
    while True:
        page = store.page(layer, days, known, limit, after, **more)
        numbers = [number for number, _ in page.rows]
        assert len(numbers) <= limit
        assert numbers == sorted(set(numbers))
        assert all(number > after for number in numbers)
        found += [row for _, row in page.rows]
        if page.after is None:
            return found
        assert page.after > after
        after = page.after


@pytest.mark.parametrize("limit", [1, 2, 5, 12, 13, 100])
def test_pages_join_to_the_whole(store: Store, limit: int) -> None:
    whole = store.parcels_in(EVERYWHERE, TODAY, TODAY)
    assert sorted(all_of(store, "parcels", NOW, limit), key=lambda p: p.ref) == sorted(whole, key=lambda p: p.ref)
    assert all_of(store, "parcels", NOW, limit) == [p for p in cadastre.parcels() if p.effective_to != MERGED]
    plan = store.layer("land_use_plan", EVERYWHERE, TODAY, TODAY).features
    assert sorted(map(repr, all_of(store, "land_use_plan", NOW, limit))) == sorted(map(repr, plan))
    assert [f.id for f in all_of(store, "road_corridor", NOW, limit)] == ["r"]
    assert [z.id for z in all_of(store, "price_zones", NOW, limit)] == ["z2", "z1"]
    assert all_of(store, "river", NOW, limit) == []


@pytest.mark.parametrize("limit", [1, 3, 100])
def test_a_box_gives_what_the_other_questions_give(store: Store, limit: int) -> None:
    chance = random.Random(7)
    for _ in range(30):
        x, y = chance.uniform(-10, 110), chance.uniform(-10, 30)
        where: Box = box(x, y, x + chance.choice([0, 3, 40]), y + chance.choice([0, 3, 40]))
        whole = store.parcels_in(where, TODAY, TODAY)
        paged = all_of(store, "parcels", NOW, limit, box=where)
        assert sorted(map(repr, paged)) == sorted(map(repr, whole))
        plan = store.layer("land_use_plan", where, TODAY, TODAY).features
        assert sorted(map(repr, all_of(store, "land_use_plan", NOW, limit, box=where))) == sorted(map(repr, plan))


def test_a_box_is_met_exactly(store: Store) -> None:
    """12a begins 3 cm east of the corner, which 32-bit boxes of an index round away."""
    assert all_of(store, "parcels", NOW, 10, box=box(-1, 41, 0.02, 42)) == []
    assert [key(p) for p in all_of(store, "parcels", NOW, 10, box=box(-1, 41, 0.03, 42))] == ["25744@2024/D4-12/12a"]


@pytest.mark.parametrize(
    ("days", "found"),
    [
        ((DRAWN - DAY, DRAWN - DAY), []),
        ((MERGED - DAY, MERGED - DAY), ["400.0"]),
        ((MERGED, MERGED), ["200.0"]),
        ((MERGED - DAY, MERGED), ["400.0", "200.0"]),
        ((DRAWN - DAY, DRAWN), ["400.0"]),
        ((MERGED, date.max), ["200.0"]),
        (EVER, ["400.0", "200.0"]),
    ],
)
def test_an_interval_of_days(store: Store, days: tuple[date, date], found: list[str]) -> None:
    paged = all_of(store, "parcels", days, 3, box=box(50, 0, 59, 20))
    assert [str(p.registered_area) for p in paged if p.ref.number == "6"] == found
    assert len(paged) == len(found)


def test_an_interval_ends_where_a_later_edition_speaks(own_store: Store) -> None:
    """From ``CORRECTED`` on it is known that the plan speaks until 2026 only, and another edition after it."""
    ends = [State("plan-1", True, REPLANNED)]
    own_store.publish([cadastre.corrected()], states=ends)

    def ids(days: tuple[date, date], known: date) -> list[str]:
        return [f.id for f in all_of(own_store, "land_use_plan", days, 2, known)]

    assert ids(EVER, CORRECTED - DAY) == ["a2", "a1", "a3", "a4", "a1"]
    assert ids(EVER, CORRECTED) == ["a2", "a1", "a3", "a1", "b1"]  # a4 would begin where its edition ends
    assert ids((REPLANNED, REPLANNED), CORRECTED) == ["b1"]
    assert ids((REPLANNED - DAY,) * 2, CORRECTED) == ["a2", "a1", "a3", "a1", "b1"]


def test_nothing_before_it_was_known(store: Store) -> None:
    assert all_of(store, "parcels", EVER, 5, PUBLISHED - DAY) == []
    assert len(all_of(store, "parcels", EVER, 5, PUBLISHED)) == 13


def test_one_row_by_edition_and_id(store: Store) -> None:
    (found,) = store.named("land_use_plan", "plan-1", "a2", NOW, TODAY)
    assert (key(found), found.shape.equals(shapely.box(*box(15, -5, 31, 25)))) == ("a2", True)
    assert [r.designation for r in store.named("land_use_plan", "plan-1", "a1", NOW, TODAY)] == ["ODT", "ODT"]  # type: ignore[union-attr]
    assert [key(r) for r in store.named("price_zones", "zones-1", "z1", NOW, TODAY)] == ["z1"]
    for layer, edition, named, day in (
        ("road_corridor", "plan-1", "a2", TODAY),
        ("land_use_plan", "plan-2", "a2", TODAY),
        ("land_use_plan", "plan-1", "a3", TODAY),
        ("land_use_plan", "plan-1", "a4", REPLANNED - DAY),
        ("price_zones", "zones-1", "z1' OR '1'='1", TODAY),
    ):
        assert store.named(layer, edition, named, (day, day), TODAY) == ()
    assert store.named("land_use_plan", "plan-1", "a2", NOW, PUBLISHED - DAY) == ()
