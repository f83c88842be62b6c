"""What the benchmarks say of numbers; how fast anything is, no test asks."""

from __future__ import annotations

import asyncio
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import numpy as np
import pytest
import shapely

from benchmarks import cadastre, goals, lookup, quick, results, servers, serving, stores


def test_goal_is_met_at_its_bound() -> None:
    most, least = goals.GOALS["p50"], goals.GOALS["embedded : tipg"]
    assert [most.met(value) for value in (0.4, 0.5, 0.51)] == [True, True, False]
    assert [least.met(value) for value in (3.9, 4, 4.1)] == [False, True, True]


def test_goals_stand_beside_the_median() -> None:
    found = [("growth", [1.2, 9.0, 1.4]), ("two", [1.7])]
    told = goals.table(found, 1_000_000).splitlines()
    assert told[2].endswith("| ≤ 1.5 × | 1.40 (1.20–9.00) × | **met** |")
    assert told[3].endswith("| ≥ 1.8 × | 1.70 × | missed |")


def test_a_goal_of_a_million_is_not_met_by_fewer() -> None:
    told = goals.table([("uss", [200.0]), ("closed rate", [0.9])], 20_000).splitlines()
    assert told[2].endswith("| **met** at 20,000; the goal is of 1,000,000 |")
    assert told[3].endswith("| **met** |")


def test_a_table_refuses_a_row_of_other_columns() -> None:
    with pytest.raises(ValueError, match="b"):
        results.table(["a", "b"], [["1"]])


def test_who_waits_for_a_late_answer_waits_for_the_next_one_too(monkeypatch: pytest.MonkeyPatch) -> None:
    """One answer takes 0.3 s where one is asked every 0.1 s: those behind it are late from when they were due."""

    async def asked(self: serving.Client, *_: object) -> tuple[int, bool]:
        await asyncio.sleep(0.3 if not came else 0.0)
        came.append(1)
        return 200, True

    async def connected(*_: object) -> tuple[None, SimpleNamespace]:
        return None, SimpleNamespace(close=lambda: None)

    came: list[int] = []
    monkeypatch.setattr(serving.Client, "_asked", asked)
    monkeypatch.setattr(asyncio, "open_connection", connected)
    with ThreadPoolExecutor(1) as pool:  # a browser of other tests may have a loop of its own here
        came_back = pool.submit(serving.Client("http://127.0.0.1:1", ["/"]).run, 1, 0.35, every=0.1).result()
    took = came_back.took
    assert len(took) == 4
    assert took[0] >= 300
    assert 180 <= took[1] < 290
    assert 80 <= took[2] < 190


def test_what_was_drawn_otherwise_is_another_store(monkeypatch: pytest.MonkeyPatch) -> None:
    before = stores.drawn_as()
    stores.drawn_as.cache_clear()
    assert stores.drawn_as() == before
    stores.drawn_as.cache_clear()
    monkeypatch.setattr(stores, "SCHEMA_VERSION", 0)
    assert stores.drawn_as() != before
    stores.drawn_as.cache_clear()


def test_ratios_are_those_of_each_round() -> None:
    assert goals.by([4, 9], [2, 3]) == [2, 3]
    assert results.ratios([4, 9, 1], [2, 3, 2]) == "2.00 (0.50–3.00)"


def test_worse_is_told_from_a_fifth_on() -> None:
    kept = {"a": 1.0, "b": 1.0, "c": 1.0, "gone": 1.0}
    assert quick.worse(kept, {"a": 1.21, "b": 1.2, "c": 0.5, "new": 9.0}) == ["a"]


def test_what_wrk_says_is_read() -> None:
    said = "Running 5s test\nNUMBERS 1500 5.000000 2.500000 9.750000 3\n"
    assert servers.read(said) == servers.Asked(300.0, 2.5, 9.75, 3)
    with pytest.raises(SystemExit):
        servers.read("unable to connect")


def test_shares_of_ranked_values() -> None:
    assert [lookup.at([3, 1, 2, 4], share) for share in (0.0, 0.5, 0.99)] == [1, 3, 4]


def test_refusals_with_retry_after_are_no_errors() -> None:
    came = serving.Came(Counter({200: 90, 503: 6, 429: 2, -1: 1, 0: 1, 500: 1}))
    assert (came.of(*serving.REFUSED), came.wrong()) == (8, 3)


def test_heavy_plan_is_valid_and_has_holes_and_overlaps() -> None:
    rng = np.random.default_rng(1)
    shapes, codes = cadastre.zoning(cadastre.blocks(10_000, rng), 100, rng)
    assert len(shapes) == len(codes)
    assert shapely.is_valid(shapes).all()
    assert shapely.get_num_coordinates(shapes).mean() > 200
    assert (shapely.get_num_interior_rings(shapes) > 0).any()
    assert shapely.area(shapes).sum() > shapely.area(shapely.union_all(shapes)) * 1.001


def test_layers_beside_the_parcels_name_their_rows() -> None:
    loads = stores.beside(2_000)
    assert [load.edition.layer for load in loads] == ["urban_zoning", "road_safety_corridor", "price_zones"]
    assert all(row.edition == load.edition.id for load in loads for row in (*load.features, *load.zones))
    assert loads[-1].zones
