"""What is presented once and given out again: the same as presented anew, of each book and day, and never changed."""

from __future__ import annotations

import datetime
import itertools
import json
import math
import string
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pytest
import serving
import shapely
import street
from hypothesis import given
from hypothesis import strategies as st
from serving import client
from shapely.geometry import mapping
from shapely.geometry.base import BaseGeometry
from street import ROOT

from landinfo import asked, coordinates, direction, lookup, plain, present, search, texts
from landinfo.lookup import Report
from landinfo.model import Citation, Rulebook, Status
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")
CRS = coordinates.DEFAULT_CRS


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = street.create(str(tmp_path_factory.mktemp("once") / "ground.gpkg"))
    yield made
    made.close()


def ask(store: Store, ref: str, known: date, book: Rulebook = BOOK, **given: str) -> dict[str, Any]:
    pairs = list({"on": "2026-03-01", "known": known.isoformat(), **given}.items())
    query = asked.read_query(pairs, known)
    found = lookup.parcel(search.parse_parcel(ref), query, store, book)
    assert isinstance(found, Report)
    return present.answer(found, book)


# ---- sentences ----


def anew(sentence: str, params: dict[str, Any], lang: str) -> str:
    """A sentence filled word by word."""
    said = []
    for text, name, form, _ in string.Formatter().parse(sentence):
        value = params.get(name) if name is not None else None
        value = value.get(lang, "") if isinstance(value, dict) else value
        if name is None:
            written = ""
        elif form in texts.FILTERS:
            written = texts.FILTERS[form](value, lang)
        else:
            written = "–" if value is None else texts._CONTROL.sub("\ufffd", str(value))
        said.append(text + written)
    return "".join(said)


EXACT = [Decimal(text) for text in ("250", "250.0", "250.00", "1E+3", "0.482", "1674000000.5", "0.00")]
NUMBERS = st.sampled_from([0, 1, 250, -1234, 1.0, 250.0, 1234.5, -0.5, None, *EXACT])
DAYS = st.sampled_from([date(2026, 1, 2), date(1990, 12, 31), "2026-11-03", "", None])
WORDS = st.text(alphabet="aÂđ {}%,.\u00a0\u200b\u202e\x1b\n–", max_size=6)
BOTH = st.fixed_dictionaries({"vi": WORDS, "en": WORDS})
FORMS: dict[str, st.SearchStrategy[Any]] = {
    **dict.fromkeys(("dong", "m2", "percent", "share", "number"), NUMBERS),
    "": NUMBERS | WORDS | BOTH | DAYS | st.booleans(),
    "day": DAYS,
}


@st.composite
def sentences(draw: st.DrawFn) -> tuple[dict[str, str], dict[str, Any]]:
    """A sentence of both languages, in which values may stand in another order, twice, in one language, or nowhere."""
    slots = draw(st.lists(st.tuples(st.sampled_from("abc"), st.sampled_from(sorted(FORMS))), max_size=3))
    forms = dict(slots)
    said = {}
    for lang in texts.LANGUAGES:
        order = draw(st.permutations(list(forms)))[draw(st.integers(0, 1)) :]
        said[lang] = "".join(f"x{{{{y}}}}.,{{{n}{':' if forms[n] else ''}{forms[n]}}}" for n in order) + "."
    return said, {name: draw(FORMS[form]) for name, form in forms.items() if draw(st.integers(0, 5))}


@given(st.lists(sentences(), min_size=1, max_size=4))
def test_a_sentence_is_said_as_if_for_the_first_time(several: list[tuple[dict[str, str], dict[str, Any]]]) -> None:
    for (said, params), _ in itertools.product(several, range(2)):
        expected = {lang: anew(said[lang], params, lang) for lang in texts.LANGUAGES}
        assert texts.say("x", params, {"x": said}) == expected
        assert {lang: texts.filled(said[lang], params, lang) for lang in texts.LANGUAGES} == expected


def test_equal_values_that_are_written_otherwise_are_said_otherwise() -> None:
    """250 = 250.0 = 250.00 and True = 1 for Python; not for a reader."""
    area, plain_ = ({"x": dict.fromkeys(texts.LANGUAGES, form)} for form in ("{a:m2}", "{a}"))
    written = [texts.say("x", {"a": value}, area)["vi"] for value in (Decimal(250), Decimal("250.00"), 250, 250.0)]
    assert [text.partition("\u00a0")[0] for text in written] == ["250,0", "250,00", "250,0", "250,0"]
    ones = [texts.say("x", {"a": v}, plain_)["en"] for v in (1, True, 1.0, Decimal("1.0"))]
    assert ones == ["1", "True", "1.0", "1.0"]
    moment = datetime.datetime(2026, 1, 2, 3, 4)  # noqa: DTZ001  # a day that is more than one
    assert [texts.say("x", {"a": v}, plain_)["en"] for v in (date(2026, 1, 2), moment)] == ["2026-01-02", str(moment)]


@pytest.mark.parametrize("wrong", ["\u202e", "\u2066", "\x1b", "\x7f", "\x9b", "\r"])
def test_what_turns_writing_round_is_not_said(wrong: str) -> None:
    for around in ("a{}b", "{}", "45,5\u00a0m²{}\n"):
        assert texts.shown(around.format(wrong)) == around.format("\ufffd")


# ---- law ----


def test_what_is_kept_of_one_book_or_day_is_not_given_out_for_another() -> None:
    name = next(iter(BOOK.documents))
    held = replace(BOOK.documents[name], title_vi="tên khác", check_by=date(2026, 6, 1))
    other = replace(BOOK, documents={name: held})
    cited = Citation(name, "Điều 1", Status.VERIFIED, date(2026, 1, 1), date(2026, 7, 1))
    for _ in range(2):
        for day, old in ((date(2026, 6, 30), False), (date(2026, 7, 1), True), (None, False)):
            assert plain.citation(cited, BOOK, day)["outdated"] is old
        assert plain.citation(cited, BOOK)["title"]["vi"] == BOOK.documents[name].title_vi  # type: ignore[index]
        assert plain.citation(cited, other)["title"]["vi"] == "tên khác"  # type: ignore[index]
        assert plain.document(name, "", other)["title"]["vi"] == "tên khác"  # type: ignore[index]
        days = date(2026, 5, 31), date(2026, 6, 1)
        assert [plain.document(name, "", other, day)["outdated"] for day in days] == [False, True]
        assert plain.document(name, "Điều 2", BOOK)["article"] == "Điều 2"
    assert plain.citation(replace(cited, note="x"), BOOK)["note"] == "x"


REFS = [*(f"25750@2024/1/{n}" for n in (1, 2, 7, 9)), "25744@2024/1/1"]


@pytest.mark.parametrize("known", [date(2026, 11, 24), date(2027, 1, 1), date(2099, 1, 1)])
@pytest.mark.parametrize("ref", REFS)
def test_all_law_of_an_answer_is_looked_at(ground: Store, ref: str, known: date) -> None:
    """Wherever a citation stands in an answer: what ``cited`` names is what a walk through all of it finds."""
    late = replace(BOOK, documents={name: replace(d, check_by=date(2026, 12, 1)) for name, d in BOOK.documents.items()})
    for book in (BOOK, late):
        made = ask(ground, ref, known, book, convert_to="ODT") | {"estimate": None}
        assert [c for c in present.cited(made) if c["outdated"]] == list(plain.outdated(made))


def test_tables_of_codes_are_looked_at_for_each_book_and_day(ground: Store) -> None:
    late = {n: replace(t, citation=replace(t.citation, check_by=date(2026, 12, 1))) for n, t in BOOK.tables.items()}
    book, names = replace(BOOK, tables=late), {t.citation.document for t in late.values()}
    for _ in range(2):
        for day, of, old in ((1, book, True), (1, BOOK, False)):
            made = ask(ground, "25750@2024/1/1", date(2026, 12, day), of)
            told = " ".join(n["text"]["vi"] for n in made["notices"] if n["code"] == "may-be-outdated")
            assert all(name in told for name in names) is old


def test_nobody_changes_what_is_given_out_again(ground: Store) -> None:
    """After every page and every form of an answer was made, answers are made as before, and so is all law."""

    def all_of_it() -> str:
        days = (date(2026, 11, 24), date(2027, 1, 1))
        made = [ask(ground, ref, day, convert_to="ODT") for ref in (serving.ONE, serving.HALVED) for day in days]
        cited = [plain.citation(v.citation, BOOK, day) for r in BOOK.rules.values() for v in r.values for day in days]
        documents = [plain.document(name, "", BOOK, day) for name in BOOK.documents for day in days]
        sentences = [texts.say(code, {}, BOOK.texts) for code in BOOK.texts]
        return json.dumps([made, cited, documents, sentences], ensure_ascii=False)

    before = all_of_it()
    asker, day = client(ground), "on=2026-03-01&known=2026-11-24&convert_to=ODT"
    for page in serving.PAGES:
        asker.get(page)
        asker.get(f"{page}{'&' if '?' in page else '?'}lang=en")
    for form in ("json", "geojson", "xml"):
        assert asker.get(f"/api/parcels/{serving.HALVED}?{day}&format={form}").status_code == 200
    others = (
        f"/api/difference?parcel={serving.HALVED}&{day}&and.on=2025-03-01",
        f"/extract/{serving.HALVED}.pdf?{day}",
        f"/api/streets/25750:10?{day}",
        f"/streets/25750:10?{day}",
        f"/api/search?q=1/2&{day}",
    )
    for other in others:
        asker.get(other)
    assert all_of_it() == before


# ---- geometry ----


def one_by_one(shape: BaseGeometry) -> dict[str, Any]:
    """Each shape brought to degrees for itself."""
    oriented = shapely.orient_polygons(coordinates.plane(CRS).to_wgs84(shape), exterior_cw=False)
    return dict(mapping(shapely.transform(oriented, lambda lonlat: np.round(lonlat, 8))))


def at(shape: BaseGeometry) -> BaseGeometry:
    return shapely.affinity.translate(shape, street.X, street.Y)


def boxes(draw: st.DrawFn) -> BaseGeometry:
    x, y = draw(st.integers(0, 60)), draw(st.integers(0, 60))
    return shapely.box(x, y, x + draw(st.integers(1, 30)), y + draw(st.integers(1, 30)))


@st.composite
def shapes(draw: st.DrawFn) -> BaseGeometry:
    """Boxes, with holes or in pieces, drawn either way round; and points, lines, collections, nothing."""
    kind = draw(st.sampled_from(["box", "union", "hole", "point", "line", "mixed", "empty"]))
    one, other = boxes(draw), boxes(draw)
    if kind == "box":
        return shapely.reverse(at(one)) if draw(st.booleans()) else at(one)
    if kind == "union":
        return at(shapely.union_all([one, other]))
    if kind == "hole":
        return at(shapely.difference(shapely.box(-10, -10, 100, 100), one))
    if kind == "mixed":
        return shapely.GeometryCollection([at(one), at(shapely.Point(1, 2))])
    some = {"point": shapely.Point(3, 4), "line": shapely.LineString([(0, 0), (5, 9)]), "empty": shapely.Polygon()}
    return at(some[kind]) if kind != "empty" else some[kind]


@given(st.lists(shapes(), max_size=5))
def test_shapes_brought_to_degrees_together_are_those_brought_alone(several: list[BaseGeometry]) -> None:
    made = plain.geometries(several, CRS)
    assert json.dumps(made) == json.dumps([one_by_one(shape) for shape in several])
    assert json.dumps([plain.geometry(shape, CRS) for shape in several]) == json.dumps(made)


def test_each_row_shows_its_own_ground(ground: Store) -> None:
    """Lot 2 from x = 20 to 40 is halved at x = 30."""
    made = ask(ground, "25750@2024/1/2", street.TODAY)
    drawn = {row["designation"]: row["geometry"] for row in made["themes"][0]["rows"]}
    lots = {"ODT": (20, 30), "DGT": (30, 40), "": (20, 40)}
    for name, geometry in (drawn | {"": made["parcel"]["geometry"]}).items():
        back = coordinates.plane(CRS).from_wgs84(shapely.geometry.shape(geometry))
        west, _, east, _ = back.bounds
        assert (round(west - street.X, 2), round(east - street.X, 2)) == lots[name]


def test_a_hair_in_an_outline_does_not_turn_it_round() -> None:
    """Drawn with a spike at its northern corner, whose two sides are one line in degrees: still counter-clockwise."""
    spike = shapely.Polygon([(0, 0), (0, 10), (7, 17.0), (14, 24.0), (7 + 1e-9, 17.0), (10, 10), (10, 0)])
    for shape in (spike, shapely.reverse(spike)):
        ring = np.array(plain.geometry(at(shape), CRS)["coordinates"][0])
        east, north = (ring - ring[0]).T
        assert np.sum(east[:-1] * north[1:] - east[1:] * north[:-1]) > 0


def test_what_is_no_number_is_a_fault_and_not_an_empty_field() -> None:
    with pytest.raises(ValueError, match="no longitude"):
        plain.geometry(shapely.box(1e300, 0, 2e300, 1), CRS)
    for value in (math.nan, math.inf, -math.inf):
        for refused in (plain.number, lambda wrong: plain.rounded(wrong, 1)):
            with pytest.raises(ValueError, match="no JSON number"):
                refused(value)
    assert [plain.number(v) for v in (Decimal("5.0"), 5, 5.0, Decimal("0.25"), None)] == [5, 5, 5.0, 0.25, None]
    assert isinstance(plain.number(Decimal("5.0")), int)
    assert isinstance(plain.number(5.0), float)


# ---- where a part lies ----


def alone(part: BaseGeometry, whole: BaseGeometry) -> str:
    """As the compass was read of one part after another."""
    if part.is_empty:
        return direction.SEVERAL
    if part.area >= direction.WHOLE * whole.area:
        return direction.ALL
    off = direction._from_centre(part, whole)
    if math.hypot(*off) >= direction.NEAR:
        pieces = [p for p in shapely.get_parts(part) if p.area > part.area / 10]
        apart = [direction._from_centre(p, whole) for p in pieces]
        same = all(e * off[0] + n * off[1] > 0 for e, n in apart)
        return direction.towards(*off) if same else direction.SEVERAL
    return direction.MIDDLE if part.intersects(shapely.centroid(part)) else direction.SEVERAL


@given(st.lists(shapes(), max_size=5), st.integers(1, 90), st.integers(1, 90))
def test_parts_measured_together_lie_where_each_lies_alone(several: list[BaseGeometry], wide: int, high: int) -> None:
    whole = at(shapely.box(0, 0, wide, high))
    parts = [shapely.intersection(shape, whole) for shape in several] + [whole]
    parts = [part for part in parts if part.is_empty or part.area]
    assert direction.of_parts(parts, whole) == [alone(part, whole) for part in parts]
