"""What the API writes is what ``json`` would have written, but for exponents; and what is no value is a fault."""

from __future__ import annotations

import json
import math
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np
import pytest
import serving
import shapely
import street
from hypothesis import given
from hypothesis import strategies as st
from serving import client

from landinfo.frame import Frame
from landinfo.store import Store
from landinfo.web import api

TEXTS = st.text(alphabet='aÂđ"\\\\/{}\x00\x1f\x7f\u00a0\u2028\ufffd\U0001f9ed', max_size=5)
NUMBERS = st.integers() | st.floats(allow_nan=False, allow_infinity=False)
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner, max_size=4) | st.tuples(inner, inner) | st.dictionaries(TEXTS, inner, max_size=4),
    max_leaves=12,
)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = street.create(str(tmp_path_factory.mktemp("json") / "ground.gpkg"))
    yield made
    made.close()


def before(body: Any, in_order: bool = False) -> str:
    """As the API wrote until it was written by orjson."""
    return json.dumps(body, ensure_ascii=False, sort_keys=not in_order, separators=(",", ":"), allow_nan=False) + "\n"


def written(body: Any, **more: Any) -> str:
    return api.as_json(body, **more).get_data().decode()


@given(VALUES, st.booleans())
def test_every_plain_value_is_written_as_json_writes_it(body: Any, in_order: bool) -> None:
    said = written(body, in_order=in_order)
    assert before(json.loads(said), in_order=True) == before(body, in_order=in_order), "names in their order, numbers"
    assert json.loads(said) == json.loads(before(body))


@given(VALUES.filter(lambda body: "e" not in before(body)))
def test_where_no_number_has_an_exponent_the_bytes_are_the_same(body: Any) -> None:
    assert written(body) == before(body)
    assert written(body, in_order=True) == before(body, in_order=True)


class Word(StrEnum):
    A = "a"


class Pair(NamedTuple):
    one: int
    other: str


@dataclass
class Thing:
    name: str = "x"


def test_numbers_and_texts_that_are_more_than_plain() -> None:
    body = {"big": 2**70, "word": Word.A, "pair": Pair(1, "a"), "numpy": np.float64(0.5), "ratio": 0.00001, 7: "seven"}
    said = written(body, in_order=True)
    assert said == '{"big":1180591620717411303424,"word":"a","pair":[1,"a"],"numpy":0.5,"ratio":1e-05,"7":"seven"}\n'
    assert written({"ratio": 0.00001}) == '{"ratio":0.00001}\n'


@pytest.mark.parametrize("wrong", [date(2026, 1, 2), Thing(), {1}, object(), np.array([1.0]), b"x"])
def test_what_is_no_plain_value_is_a_fault(wrong: Any) -> None:
    with pytest.raises(TypeError):
        api.as_json({"a": wrong})


def test_no_answer_takes_the_long_way(ground: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Answers, windows, searches and refusals are plain values: orjson writes them all, and as ``json`` did."""
    asker = client(ground)
    monkeypatch.setattr(api, "json", None)
    for door in (
        f"/api/parcels/{serving.HALVED}?{serving.DAY}&convert_to=ODT",
        f"/api/parcels/25750/1/1?{serving.DAY}",
        f"/api/at?x={street.Y + 5}&y={street.X + 20}&{serving.DAY}",
        "/api/parcels/25750@2024/99/1",
        f"/api/search?q=1/1&{serving.DAY}",
        f"/api/streets/25750:10?{serving.DAY}",
        "/ogc/collections",
        "/ogc/collections/parcels/items?limit=2",
        "/api/openapi.json",
    ):
        response = asker.get(door)
        assert response.status_code in (200, 300, 404), door
        said = response.get_data(as_text=True)
        assert said.endswith("\n")
        assert "NaN" not in said
        json.loads(said)


def test_a_shape_that_has_no_place_in_a_plane_is_a_fault() -> None:
    for wrong in (math.inf, 1e300):
        with pytest.raises(ValueError, match="no place"):
            Frame("", None, "EPSG:9210").geojson(shapely.Point(math.inf, wrong))


@pytest.mark.parametrize(
    "body", [rb'{"on": "\ud800"}', rb'{"\ud800": 1}', rb'{"on": "2026-03-01", "convert_to": "\udfff"}']
)
def test_half_a_character_is_a_question_that_cannot_be_read(ground: Store, body: bytes) -> None:
    """JSON may hold half of a surrogate pair, UTF-8 may not."""
    said = client(ground).post("/api/estimate", data=body, content_type="application/json")
    assert (said.status_code, said.mimetype) == (400, "application/problem+json")
    told = json.loads(said.get_data().decode())  # ``get_json`` would let half a character pass
    assert "?" in told["detail"]
    assert "?" in told["detail_en"]
