"""The same questions, asked of both engines, give byte-equal answers; and what must hold of every answer."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import amount
import pytest
from drawn_once import PLAN, RECIPE, drawn

from landinfo import asked, lookup, present, search
from landinfo.intake import sample
from landinfo.model import Problem, Rulebook
from landinfo.store import Store, open_store
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 24)
QUESTIONS = amount.of(500, 20000)


@pytest.fixture(scope="module")
def rulebook() -> Rulebook:
    return read_rulebook(ROOT / "data")


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory, postgis_database: str) -> Iterator[tuple[Store, Store]]:
    file = str(tmp_path_factory.mktemp("agree") / "sample.gpkg")
    opened = []
    for url in (file, postgis_database):
        sample.publish(drawn()[1], PLAN, RECIPE, url, TODAY)
        opened.append(open_store(url))
    yield opened[0], opened[1]
    for store in opened:
        store.close()


def _refs(store: Store) -> list[str]:
    box = (0.0, 0.0, 1e7, 1e7)
    days = (date(2024, 3, 1), date(2025, 9, 1), date(2026, 3, 1), date(2026, 9, 1))
    return sorted({str(p.ref) for day in days for p in store.parcels_in(box, day, TODAY)})


def _question(rng: random.Random, refs: list[str], window: tuple[float, float, float, float]) -> dict[str, Any]:
    given = {"on": rng.choice(["2023-05-01", "2025-03-01", "2026-03-01", "2026-06-30", "2026-07-01", "2026-11-24"])}
    if rng.random() < 0.7:
        given["convert_to"] = rng.choice(["ODT", "ONT", "TMD", "SKC"])
    if rng.random() < 0.2:
        given |= {"price.ODT": "20000000", "price.CLN": "2000000", "price.LUC": "1500000"}
    if rng.random() < 0.3:
        given["fact.first_conversion"] = rng.choice(["true", "false"])
    if rng.random() < 0.6:
        ref = rng.choice(refs)
        return {"parcel": ref if rng.random() < 0.7 else ref.split("@")[0] + "/" + ref.split("/", 1)[1], **given}
    return {"x": f"{rng.uniform(window[1], window[3]):.3f}", "y": f"{rng.uniform(window[0], window[2]):.3f}", **given}


def _answer(question: dict[str, Any], store: Store, rulebook: Rulebook) -> dict[str, Any]:
    given = dict(question)
    place = {name: given.pop(name, None) for name in ("x", "y")}
    parcel = given.pop("parcel", None)
    try:
        query = asked.read_query(given.items(), TODAY)
        if parcel:
            found = lookup.parcel(search.parse_parcel(parcel), query, store, rulebook)
        else:
            found = lookup.at(*asked.read_place(place, store.facts().crs), query, store, rulebook)
    except Problem as problem:
        return present.problem(problem, rulebook)
    if isinstance(found, lookup.Several):
        return present.several(found, rulebook)
    return present.answer(found, rulebook)


@pytest.fixture(scope="module")
def answers(stores: tuple[Store, Store], rulebook: Rulebook) -> list[tuple[dict[str, Any], list[dict[str, Any]]]]:
    rng = random.Random(20261124)
    refs = _refs(stores[0])
    shapes = [p.shape.bounds for p in stores[0].parcels_in((0.0, 0.0, 1e7, 1e7), date(2026, 3, 1), TODAY)]
    window = (
        min(b[0] for b in shapes) - 50,
        min(b[1] for b in shapes) - 50,
        max(b[2] for b in shapes) + 50,
        max(b[3] for b in shapes) + 50,
    )
    questions = [_question(rng, refs, window) for _ in range(QUESTIONS)]
    return [(q, [_answer(q, store, rulebook) for store in stores]) for q in questions]


def test_engines_give_equal_bytes(answers: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    kinds: dict[str, int] = {}
    for question, (embedded, postgis) in answers:
        assert json.dumps(embedded, ensure_ascii=False) == json.dumps(postgis, ensure_ascii=False), question
        kind = "answer" if "parcel" in embedded else "several" if "several" in embedded else embedded["code"]
        kinds[kind] = kinds.get(kind, 0) + 1
    assert kinds["answer"] > QUESTIONS / 2
    assert kinds["several"] > QUESTIONS / 100
    assert kinds.keys() & {"no-parcel-at-point", "no-data-at-point", "no-such-parcel"}


def test_partitions_add_up(answers: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    seen = set()
    for question, (answer, _) in answers:
        if "parcel" not in answer:
            continue
        total = answer["parcel"]["registered_area"]
        for theme in answer["themes"]:
            rows = theme["rows"]
            if theme["kind"] != "partition" or not rows:
                continue
            seen |= {row["kind"] for row in rows}
            assert sum(Decimal(str(r["percent"])) for r in rows) == 100, question
            area = sum(Decimal(str(r["area"])) for r in rows)
            assert area == Decimal(str(theme["total_area"])), question
            assert total is None or area == Decimal(str(total)), question
    assert {"designation", "uncovered", "conflict", "in_doubt"} <= seen


def test_estimates_stay_in_their_range(answers: list[tuple[dict[str, Any], list[dict[str, Any]]]]) -> None:
    estimated = 0
    for question, (answer, _) in answers:
        estimate = answer.get("estimate")
        if not estimate or estimate.get("total") is None:
            continue
        estimated += 1
        low, high = estimate["range"]["low"], estimate["range"]["high"]
        assert low <= estimate["total"], question
        assert high is None or estimate["total"] <= high, question
        assert sum(i["amount"] for i in estimate["items"] if i["amount"] is not None) == estimate["total"], question
    assert estimated > QUESTIONS / 20


def test_other_years_say_that_rows_are_not_loaded(
    answers: list[tuple[dict[str, Any], list[dict[str, Any]]]],
) -> None:
    checked = 0
    for question, (answer, _) in answers:
        if "parcel" in answer and question["on"] < "2026" and "price.ODT" not in question:
            assert answer["price"]["state"] in {"rows_not_loaded", "no_data"}, question
            assert answer["price"]["value"]["likely"] is None
            checked += 1
    assert checked > 50
