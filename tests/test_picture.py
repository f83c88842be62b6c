"""The map in words: drawn by hand, and every fact read back from the paragraph in both languages."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from shapely import LineString
from shapely.geometry.base import BaseGeometry
from street import ROOT

from landinfo import direction, lookup, present
from landinfo.asked import read_query
from landinfo.store import open_store
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")
LOT = shapely.box(0, 0, 20, 10)


# ---- where a part lies ----

PLACES = {
    "east": shapely.box(12.6, 0, 20, 10),  # 37 % along the eastern edge
    "west": shapely.box(0, 0, 1, 10),
    "north": shapely.box(0, 8, 20, 10),
    "south": shapely.box(0, 0, 20, 3),
    "northeast": shapely.box(14, 6, 20, 10),
    "southwest": shapely.box(0, 0, 4, 3),
    "southeast": shapely.box(15, 0, 20, 5),
    "northwest": shapely.box(0, 6, 5, 10),
    "middle": shapely.box(8, 3, 12, 7),
    "all": LOT,
}


@pytest.mark.parametrize("where", PLACES)
def test_a_part_lies_where_a_reader_sees_it(where: str) -> None:
    assert direction.of_part(PLACES[where], LOT) == where


def test_a_part_on_two_sides_lies_on_several() -> None:
    ends = shapely.union_all([shapely.box(0, 0, 2, 10), shapely.box(17, 0, 20, 10)])
    assert direction.of_part(ends, LOT) == "several"
    frame = shapely.difference(LOT, shapely.box(1, 1, 19, 9))
    assert direction.of_part(frame, LOT) == "several"
    crumb = shapely.union_all([shapely.box(12.6, 0, 20, 10), shapely.box(0, 0, 0.1, 1)])  # 0.1 m² of 74 m²
    assert direction.of_part(crumb, LOT) == "east"


def test_a_part_of_a_parcel_with_a_hole_around_its_middle() -> None:
    yard = shapely.difference(shapely.box(0, 0, 20, 20), shapely.box(8, 8, 12, 12))
    assert direction.of_part(yard, yard) == "all"
    assert (
        direction.of_part(shapely.difference(shapely.box(7, 7, 13, 13), shapely.box(8, 8, 12, 12)), yard) == "several"
    )


@pytest.mark.parametrize(
    ("ends", "faces"),
    [
        (((0, 10), (20, 10)), "north"),
        (((20, 0), (20, 10)), "east"),
        (((0, 0), (20, 0)), "south"),
        (((0, 0), (0, 10)), "west"),
    ],
)
def test_a_side_looks_away_from_its_lot(ends: tuple[tuple[float, float], ...], faces: str) -> None:
    assert direction.of_side(LineString(ends), LOT) == faces
    assert direction.of_side(LineString(ends[::-1]), LOT) == faces, "whichever way it is drawn"


def test_winds_are_eighths_of_the_circle() -> None:
    """North is +y, east is +x; a wind holds 22.5° to either side."""
    assert [direction.towards(math.sin(math.radians(a)), math.cos(math.radians(a))) for a in range(0, 360, 45)] == list(
        direction.COMPASS
    )
    assert direction.towards(math.sin(math.radians(22.4)), math.cos(math.radians(22.4))) == "north"
    assert direction.towards(math.sin(math.radians(22.6)), math.cos(math.radians(22.6))) == "northeast"


@given(st.floats(0, 359), st.floats(0.5, 5), st.sampled_from(sorted(PLACES)))
def test_turned_by_a_quarter_the_winds_turn_too(angle: float, scale: float, where: str) -> None:
    def turned(shape: BaseGeometry) -> BaseGeometry:
        return shapely.transform(shape, lambda xy: xy[:, ::-1] * [1, -1] * scale)  # 90° clockwise

    found = direction.of_part(turned(PLACES[where]), turned(LOT))
    expected = where if where not in direction.COMPASS else direction.COMPASS[(direction.COMPASS.index(where) + 2) % 8]
    assert found == expected


# ---- read back ----


def pattern(code: str, lang: str) -> re.Pattern[str]:
    """A sentence of data/texts/picture.toml as an expression; its names are the groups."""
    parts = re.split(r"\{(\w+)(?::\w+)?\}", BOOK.texts[code][lang])
    made = [re.escape(part) if n % 2 == 0 else f"(?P<{part}>.+?)" for n, part in enumerate(parts)]
    return re.compile("".join(made))


def value(text: str, lang: str) -> float:
    plain = re.sub(r"[^\d.,-]", "", text)
    plain = plain.replace(".", "").replace(",", ".") if lang == "vi" else plain.replace(",", "")
    return float(plain)


def word(kind: str, text: str, lang: str) -> str:
    """The code of a wind, of the one sentence that says it so."""
    named = {both[lang]: code.removeprefix(kind) for code, both in BOOK.texts.items() if code.startswith(kind)}
    return named[text]


KINDS = ("ground", "front", "alley", "not_concerned", "no_data")
THEME = re.compile(r"(?P<theme>[^:]+): (?P<parts>.+?)\.(?= |$)")


def read_back(text: str, lang: str) -> Iterator[dict[str, Any]]:
    """The facts of a paragraph, from its words alone."""
    themes = {(theme.label_vi if lang == "vi" else theme.label_en): theme.id for theme in BOOK.themes.values()}
    while text:
        found = [(kind, match) for kind in KINDS if (match := pattern(f"picture-{kind}", lang).match(text))]
        kind, match = found[0] if found else ("theme", THEME.match(text))
        assert match, text
        yield told(kind, match.groupdict(), themes, lang)
        text = text[match.end() :].lstrip(" ")


def told(kind: str, words: dict[str, str], themes: dict[str, str], lang: str) -> dict[str, Any]:
    if kind in ("not_concerned", "no_data"):
        return {"kind": kind, "themes": [themes[name] for name in words["themes"].split("; ")]}
    if kind == "theme":
        split = [re.compile(r"(.+?%) (.+?) – (.+)").fullmatch(part) for part in re.split(r"; (?=\d)", words["parts"])]
        parts = [{"percent": value(m[1], lang), "where": word("where-", m[2], lang), "label": m[3]} for m in split if m]
        return {"kind": kind, "theme": themes[words["theme"]], "parts": parts}
    return {"kind": kind} | {
        name: word("faces-", text, lang) if name == "faces" else text if name == "street" else value(text, lang)
        for name, text in words.items()
    }


def in_language(fact: dict[str, Any], lang: str) -> dict[str, Any]:
    if fact["kind"] != "theme":
        return fact
    return {**fact, "parts": [{**part, "label": part["label"][lang]} for part in fact["parts"]]}


def test_facts_read_back_from_the_paragraph_are_the_facts() -> None:
    query = read_query({"on": "2026-03-01", "known": "2026-11-27"}.items(), date(2026, 11, 27))
    store = open_store(str(ROOT / "data" / "sample" / "sample.gpkg"))
    near = (601_350.0, 1_215_090.0, 601_650.0, 1_215_390.0)  # around the middle of the first ward
    parcels = store.parcels_in(near, query.on, query.known, 120)
    kinds, winds = set(), set()
    for parcel in parcels:
        answer = present.answer(lookup.report(query, lookup.gather(parcel, query, store, BOOK), BOOK), BOOK)
        picture = answer["picture"]
        for lang in ("vi", "en"):
            wanted = [in_language(fact, lang) for fact in picture["facts"]]
            assert list(read_back(picture["text"][lang], lang)) == wanted, (parcel.ref, lang)
        rows = {t["id"]: [r["percent"] for r in t["rows"]] for t in answer["themes"] if t["answer"] == "concerned"}
        assert rows == {f["theme"]: [p["percent"] for p in f["parts"]] for f in wanted if f["kind"] == "theme"}
        sides = {(f["street"], f["length"]) for f in wanted if f["kind"] in ("front", "alley")}
        priced = [row for row in answer["price"]["rows"] if row["section"]]
        found = {(row["section"]["street"], float(row["found"].get("frontage_m", 0))) for row in priced}
        assert sides <= found
        kinds |= {fact["kind"] for fact in wanted}
        winds |= {part["where"] for fact in wanted if fact["kind"] == "theme" for part in fact["parts"]}
    store.close()
    assert {"ground", "front", "alley", "theme", "not_concerned"} <= kinds
    assert len(winds) >= 6, winds
