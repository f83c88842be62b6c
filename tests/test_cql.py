"""CQL2 as text and JSON: what is true, what is not known, what is refused, and that nothing takes long."""

from __future__ import annotations

import json
import re
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from landinfo import cql
from landinfo.model import BadInput

TYPES = {"a": "number", "s": "string", "d": "date", "b": "boolean"}
NOTHING: dict[str, Any] = dict.fromkeys(TYPES)


def holds(text: str, language: str = "cql2-text", **of: Any) -> bool:
    return cql.Filter(cql.read(text, language, TYPES)).holds(NOTHING | of)


@pytest.mark.parametrize(
    ("text", "of"),
    [
        ("a = 1", {"a": 1}),
        ("a=1 OR a=2 AND s='x'", {"a": 1}),  # AND binds closer
        ("NOT a = 1 AND a = 2", {"a": 2}),  # NOT closer still
        ("a <> -1.5e1", {"a": 15}),
        ("s = 'it''s'", {"s": "it's"}),
        ("\"s\" = 'đường'", {"s": "đường"}),
        ("d >= DATE('2026-01-01') AND d < DATE('2026-02-01')", {"d": "2026-01-31"}),
        ("d = '2026-01-01'", {"d": "2026-01-01"}),
        ("b = true", {"b": True}),
        ("s LIKE '%ODT%'", {"s": "CLN 410; ODT 200"}),
        ("s LIKE '_DT 2%'", {"s": "ODT 200"}),
        ("s NOT LIKE '100\\%'", {"s": "100 "}),
        ("CASEI(s) = casei('HIỆP')", {"s": "hiệp"}),
        ("casei(s) LIKE casei('%THÀNH')", {"s": "Hiệp Thành"}),
        ("a BETWEEN 1 AND 3 AND s IN ('x', 'y')", {"a": 3, "s": "y"}),
        ("a NOT BETWEEN 1 AND 3", {"a": 4}),
        ("s NOT IN ('x')", {"s": "y"}),
        ("s IS NULL", {}),
        ("s IS NOT NULL", {"s": ""}),
        ("(a = 1)", {"a": 1}),
        ("TRUE", {}),
        ("a = 1 OR s = 'x'", {"s": "x"}),  # not known or true
    ],
)
def test_what_holds(text: str, of: dict[str, Any]) -> None:
    assert holds(text, **of)
    assert not holds(f"NOT ({text})", **of)


@pytest.mark.parametrize(
    "text",
    ["a = 1", "a <> 1", "NOT a = 1", "s LIKE '%'", "s NOT IN ('x')", "a BETWEEN 1 AND 2", "a = 1 AND s = 'x'", "FALSE"],
)
def test_what_is_not_known_is_neither_true_nor_false(text: str) -> None:
    assert not holds(text)
    assert holds(f"NOT ({text})") is (text == "FALSE")


@pytest.mark.parametrize(
    "text",
    [
        "a =", "a = 'x'", "zz = 1", "a = 1 rest", "((a = 1)", "eval('x') = 1", "__import__('os') = 1", "s LIKE 1",
        "d > 5", "a IN ()", "'", "s = NULL", "d = DATE('x')", "a", "", "a = 1;", "s = 'x", "(" * 50 + "a = 1",
        "NOT " * 400 + "a = 1", "a = " + "1" * 3000, "TIMESTAMP('2026-01-01T00:00:00Z') = d",
    ],
)  # fmt: skip
def test_what_is_refused(text: str) -> None:
    with pytest.raises(BadInput) as wrong:
        holds(text)
    assert wrong.value.field == "filter"


@pytest.mark.parametrize(
    "what",
    [
        '{"op":"=","args":[{"property":"a"}]}', "[]", '{"op":"and","args":[true]}', "{", "NaN", '"a"', "null",
        '{"op":"=","args":[{"property":["a"]},1]}', '{"op":"in","args":[{"property":"a"},1]}',
        '{"op":"=","args":[{"date":5},{"property":"d"}]}', '{"op":"=","args":[{"op":"casei","args":5},"x"]}',
        '{"op":"=","args":[{"property":"a"},NaN]}', '{"op":"s_intersects","args":[{"property":"a"},1]}',
        '{"op":["and"],"args":[]}', '{"op":"not","args":[{"op":"not","args":' * 40,
    ],
)  # fmt: skip
def test_json_that_is_refused(what: str) -> None:
    with pytest.raises(BadInput):
        holds(what, "cql2-json")


def test_json_is_the_same_language() -> None:
    text = "NOT (s LIKE 'a%' OR a IN (1, 2)) AND d < DATE('2026-01-01')"
    from landinfo import cql_text

    written = json.dumps(cql_text.parse(text))
    for of in ({"s": "b", "a": 3, "d": "2025-01-01"}, {"s": "ab", "a": 3, "d": "2025-01-01"}, {"s": "b", "a": 3}):
        assert holds(written, "cql2-json", **of) is holds(text, **of)


@given(st.text("ab%_\\", max_size=8), st.text("ab%", max_size=8))
def test_a_pattern_is_what_a_regular_expression_says(pattern: str, text: str) -> None:
    parts = re.findall(r"\\.|.|\\$", pattern)
    plain = {"%": ".*", "_": ".", "\\": ""}
    expected = "".join(plain.get(p, re.escape(p[-1])) for p in parts)
    assert cql.like(text, pattern) is bool(re.fullmatch(expected, text, re.DOTALL))


def test_no_pattern_takes_long() -> None:
    began = time.perf_counter()
    assert not holds(f"s LIKE '{'%a' * 400}b'", s="a" * 1000)
    assert time.perf_counter() - began < 2
