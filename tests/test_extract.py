"""What an extract stands on: canonical JSON and its code, the corner table, what is new between two answers."""

from __future__ import annotations

import copy
import io
import math
from datetime import date
from typing import Any

import openpyxl
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from serving import DAY, HALVED, ask
from shapely import affinity
from street import X, Y

from landinfo import boundary, changes, extract
from landinfo.files.workbook import Page, workbook
from landinfo.store.rulebook import read_rulebook
from landinfo.web.settings import Settings

TEXTS = read_rulebook(Settings().data).texts


def test_canonical_json_is_worked_out_by_hand() -> None:
    """The code is what `sha256sum | cut -c1-32 | xxd -r -p | base32` gave."""
    answer = {"e\u0301": "Phu\u0301\n", "a": [1, 2.5, None, True]}
    content = extract.canonical(answer)
    assert content == '{"a":[1,2.5,null,true],"é":"Phú\\n"}'.encode()
    assert extract.code(content) == "YNCD7XS3HWEUHTSTN3NWUCOKL4"


@pytest.mark.parametrize("typed", ["yncd7-xs3hw-euhts-tn3nw-ucokl-4", " YNCD7XS3HWEUHTSTN3NWUCOKL4\u00a0"])
def test_a_code_is_read_as_people_type_it(typed: str) -> None:
    assert extract.read_code(typed) == "YNCD7XS3HWEUHTSTN3NWUCOKL4"


@pytest.mark.parametrize("typed", ["", "YNCD7", "YNCD7XS3HWEUHTSTN3NWUCOKL4A", "0NCD7XS3HWEUHTSTN3NWUCOKL4", "é" * 26])
def test_what_is_no_code_is_none(typed: str) -> None:
    assert extract.read_code(typed) is None


def test_the_corner_table_of_a_lot() -> None:
    """20 m wide, 30 m deep: from the north-west, clockwise; X is the northing."""
    for outline in (shapely.box(X, Y, X + 20, Y + 30), shapely.box(X, Y, X + 20, Y + 30, ccw=False)):
        (ring,) = boundary.rings(outline)
        assert (ring.piece, ring.hole) == (1, 0)
        assert [(c.point, c.x - Y, c.y - X, c.length) for c in ring.corners] == [
            (1, 30, 0, 20),
            (2, 30, 20, 30),
            (3, 0, 20, 20),
            (4, 0, 0, 30),
        ]
        assert [tuple(map(round, c.outward)) for c in ring.corners] == [(-1, 1), (1, 1), (1, -1), (-1, -1)]


def test_holes_and_pieces_are_rings_of_their_own() -> None:
    with_hole = shapely.Polygon([(0, 0), (10, 0), (10, 10), (0, 10)], [[(4, 4), (6, 4), (6, 6), (4, 6)]])
    two = shapely.MultiPolygon([with_hole, shapely.box(20, 0, 30, 5)])
    rings = boundary.rings(two)
    assert [(r.piece, r.hole, len(r.corners)) for r in rings] == [(1, 0, 4), (1, 1, 4), (2, 0, 4)]
    assert [c.point for r in rings for c in r.corners] == list(range(1, 13))
    hole = rings[1].corners[0]
    assert (hole.x, hole.y) == (6, 4)
    assert hole.outward[0] > 0 > hole.outward[1]  # into the hole, away from the ground


def test_a_corner_that_is_there_twice_stands_once() -> None:
    (ring,) = boundary.rings(shapely.Polygon([(0, 0), (0, 10), (0, 10), (10, 10), (10, 0)]))
    assert [c.length for c in ring.corners] == [10, 10, 10, 10]


@given(
    st.lists(st.tuples(st.floats(1, 9), st.floats(0, 1)), min_size=3, max_size=40),
    st.booleans(),
    st.floats(0, 2 * math.pi),
)
def test_the_table_says_the_whole_boundary(spokes: list[tuple[float, float]], hole: bool, turn: float) -> None:
    """Area by the shoelace formula and length from the table alone are the shape's, however it is turned."""
    angles = [2 * math.pi * (n + 0.9 * jitter) / len(spokes) for n, (_, jitter) in enumerate(spokes)]
    outline = [(r * math.cos(a), r * math.sin(a)) for (r, _), a in zip(spokes, angles, strict=True)]
    inner = [[(x / 3, y / 3) for x, y in outline]] if hole else []
    shape = affinity.translate(affinity.rotate(shapely.Polygon(outline, inner), turn, use_radians=True), 6e5, 1.2e6)
    if not shape.is_valid:
        return
    area = length = 0.0
    for ring in boundary.rings(shape):
        corners = [(c.y - 6e5, c.x - 1.2e6) for c in ring.corners]
        twice = sum(a[0] * b[1] - b[0] * a[1] for a, b in zip(corners, [*corners[1:], corners[0]], strict=True))
        assert twice < 0  # clockwise
        area += twice / 2 if ring.hole else -twice / 2
        length += sum(c.length for c in ring.corners)
    assert area == pytest.approx(shape.area, abs=1e-6)
    assert length == pytest.approx(shape.length, abs=1e-6)


@pytest.fixture
def answer(web: Any) -> dict[str, Any]:
    return ask(web, f"/api/parcels/{HALVED}?{DAY}&convert_to=ODT")


def test_an_answer_does_not_differ_from_itself(answer: dict[str, Any]) -> None:
    assert changes.changes(answer, copy.deepcopy(answer), TEXTS) == []


def test_another_question_is_no_change(answer: dict[str, Any]) -> None:
    other = answer | {"question": {}, "permanent": "", "rulebook": ""}
    assert changes.changes(answer, other, TEXTS) == []


def _first_row(answer: dict[str, Any]) -> dict[str, Any]:
    row: dict[str, Any] = next(t for t in answer["themes"] if t["rows"])["rows"][0]
    return row


CHANGES: list[tuple[str, Any, str, str, str]] = [
    ("parcel", lambda a: a["parcel"].update(registered_area=611.5), "Diện tích trên Giấy chứng nhận", "610,0", "611,5"),
    ("parcel", lambda a: a["parcel"].update(registered_area=None), "Diện tích trên Giấy", "610,0", "Chưa biết"),
    ("parcel", lambda a: a["parcel"]["land_uses"].pop(), "CLN", "410,0", "–"),
    ("share", lambda a: _first_row(a).update(area=1), "Quy hoạch sử dụng đất: ", "305,0", "1,0"),
    ("share", lambda a: a["themes"][0].update(answer="no_data"), "Quy hoạch sử dụng đất", "có liên quan", "dữ liệu"),
    ("price", lambda a: a["price"]["rows"][0].update(unit_price=7), "25750:10", "62.600.000", "7"),
    ("price", lambda a: a["price"].update(list=None), "Bảng giá", "Bảng giá đất từ", "không có"),
    ("price", lambda a: a["price"]["value"].update(likely=0), "Khả dĩ nhất", "đ", "0"),
    ("verdict", lambda a: a["verdicts"][0].update(allowed="unknown"), "", "chuyển", "Chưa rõ"),
    ("verdict", lambda a: a["verdicts"][0].update(area=2.5), "Diện tích", "305,0", "2,5"),
    ("cost", lambda a: a["estimate"]["range"].update(high=None), "Cao nhất", "đ", "Chưa biết"),
    ("cost", lambda a: a["estimate"]["items"][0].update(amount=1), "Tiền sử dụng đất", "đ", "1"),
    ("source", lambda a: a["sources"][0].update(edition="new"), "", "", ""),
]


@pytest.mark.parametrize("number", range(len(CHANGES)))
def test_each_change_is_told_and_no_other(answer: dict[str, Any], number: int) -> None:
    about, alter, label, was, now = CHANGES[number]
    other = copy.deepcopy(answer)
    alter(other)
    told = changes.changes(answer, other, TEXTS)
    assert {change["about"] for change in told} == {about}
    assert len(told) == (2 if about == "source" else 1)
    if about != "source":
        assert label in told[0]["label"]["vi"]
        assert was in told[0]["was"]["vi"]
        assert told[0]["now"]["vi"].replace("\u00a0đ", "").replace("\u00a0m²", "").endswith(now)
        assert told[0]["was"]["en"] != told[0]["now"]["en"]


def test_a_moved_corner_is_a_change(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["parcel"]["geometry"]["coordinates"][0][1][0] += 1e-7
    (told,) = changes.changes(answer, other, TEXTS)
    assert (told["about"], told["was"]["en"][:9]) == ("parcel", "4 corners")


def test_words_alone_are_a_change_too(answer: dict[str, Any]) -> None:
    other = copy.deepcopy(answer)
    other["notices"].append({"code": "x", "severity": "note", "text": {"vi": "", "en": ""}})
    assert [change["about"] for change in changes.changes(answer, other, TEXTS)] == ["other"]


def test_permanent_address_of_the_files() -> None:
    files = extract.files("/parcels/25750@2024/1/12~1?on=2026-03-01&known=2026-11-24")
    assert files["pdf"] == "/extract/25750@2024/1/12~1.pdf?on=2026-03-01&known=2026-11-24"


@pytest.mark.parametrize("start", list("=+-@\t\r\n"))
def test_no_cell_is_a_formula(start: str) -> None:
    text = f'{start}HYPERLINK("http://x")'
    made = workbook([Page("Trang: [1]/2", [(text, 9)], [[text], [-5], [1.25], [None]])], date(2026, 1, 2))
    assert made == workbook([Page("Trang: [1]/2", [(text, 9)], [[text], [-5], [1.25], [None]])], date(2026, 1, 2))
    (sheet,) = openpyxl.load_workbook(io.BytesIO(made))
    cells = [row[0] for row in sheet.iter_rows()]
    assert [cell.data_type for cell in cells] == ["s", "s", "n", "n", "n"]
    assert [cell.value for cell in cells[2:]] == [-5, 1.25, None]
    assert all(str(cell.value).startswith(("'", "\ufffd")) for cell in cells[:2])
