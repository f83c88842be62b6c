"""The piece to convert on the map of the extract: where it was asked for, seen on the page, and named in the key."""

from __future__ import annotations

import re
from collections.abc import Iterator

import numpy as np
import paper
import pypdfium2
import pytest
import street
from serving import DAY, HALVED, client
from street import X, Y

from landinfo import cutout, lookup, present, search
from landinfo.asked import read_query
from landinfo.model import Parcel
from landinfo.paper import extract
from landinfo.store import Store
from landinfo.store.rulebook import read_rulebook

DAYS = f"{DAY}&known=2026-11-24&convert_to=ODT"
BROWN = (0x9A, 0x34, 0x12)
# Lot 2 runs from 20 to 40 m along the street and 30 m deep.
DRAWN = ";".join(f"{Y + y},{X + x}" for x, y in ((24, 3), (34, 3), (34, 18), (24, 18)))
ASKED = {
    f"piece={DRAWN}": (24, 3, 34, 18),
    "strip.width=8&strip.depth=20&strip.faces=south": (20, 0, 28, 20),
    # what reaches over the boundary is not converted, and not drawn
    f"piece={Y + 3},{X + 30};{Y + 3},{X + 55};{Y + 18},{X + 55};{Y + 18},{X + 30}": (30, 3, 40, 18),
}


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    made = street.create(str(tmp_path_factory.mktemp("piece") / "ground.gpkg"))
    yield made
    made.close()


def drawn(ground: Store, more: str, near: tuple[Parcel, ...] = ()) -> cutout.Cutout:
    pairs = [tuple(each.split("=")) for each in f"{DAY}&convert_to=ODT&{more}".rstrip("&").split("&")]
    query = read_query([(name, text) for name, text in pairs], street.TODAY)
    rulebook = read_rulebook(street.ROOT / "data")
    report = lookup.parcel(search.parse_parcel(HALVED), query, ground, rulebook)
    assert isinstance(report, lookup.Report)
    parcel, cut = report.facts.parcel, report.cut
    answer = present.answer(report, rulebook)
    return cutout.draw(answer, parcel.shape, near, report.facts.crs, "vi", cut and cut.ground)


def spots(svg: str, line: str) -> list[tuple[float, float]]:
    (path,) = re.findall(rf'<path d="([^"]+)"[^>]*stroke="{line}"[^>]*stroke-width="(?:1.6|2.4)"', svg)
    return [(float(x), float(y)) for x, y in re.findall(r"(-?[\d.]+) (-?[\d.]+)", path)]


def pdf(ground: Store, more: str, lang: str = "vi") -> bytes:
    response = client(ground).get(f"/extract/{HALVED}.pdf?{DAYS}&{more}&lang={lang}")
    assert response.status_code == 200, response.text
    return response.data


@pytest.mark.parametrize(("asked", "expected"), ASKED.items())
def test_it_is_drawn_where_it_lies(ground: Store, asked: str, expected: tuple[float, ...]) -> None:
    made = drawn(ground, asked)
    outline = spots(made.svg, "#17211d")
    left, bottom = min(x for x, _ in outline), max(y for _, y in outline)
    metre = 1000 / made.scale / cutout.UNIT
    piece = [((x - left) / metre + 20, (bottom - y) / metre) for x, y in spots(made.svg, "#9a3412")]
    box = (min(x for x, _ in piece), min(y for _, y in piece), max(x for x, _ in piece), max(y for _, y in piece))
    assert box == pytest.approx(expected, abs=0.06)
    # below the letters and the corners, above the parts
    order = [made.svg.index(each) for each in ('fill-opacity="0.75"', 'stroke="#9a3412"', "<circle")]
    assert order == sorted(order)


def test_a_question_without_a_piece_draws_none(ground: Store) -> None:
    for asked in ("", "area=100"):
        assert "#9a3412" not in drawn(ground, asked).svg
    words = paper.text(pdf(ground, ""))
    assert "Phần muốn chuyển mục đích:" not in words
    assert brown(pdf(ground, "")) == 0


def brown(made: bytes) -> int:
    """Pixels of the line's own colour, over all pages."""
    document = pypdfium2.PdfDocument(made)
    try:
        return sum(_brown(document[n]) for n in range(len(document)))
    finally:
        document.close()


def _brown(page: pypdfium2.PdfPage) -> int:
    seen = page.render(scale=3, rev_byteorder=True).to_numpy()[:, :, :3].astype(int)
    return int((np.abs(seen - np.array(BROWN)).sum(axis=2) < 12).sum())


@pytest.mark.parametrize("asked", ASKED)
def test_it_is_seen_on_the_page_with_its_key(ground: Store, asked: str) -> None:
    areas = {"24": "152,5 m²", "20": "162,7 m²", "30": "152,5 m²"}
    expected = areas[str(ASKED[asked][0])]  # 150 and 160 of the 600 m² drawn are this much of 610 m²
    vi, en = pdf(ground, asked), pdf(ground, asked, "en")
    assert f"Phần muốn chuyển mục đích: {expected}" in paper.text(vi)
    assert f"Piece to convert: {expected.replace(',', '.')}" in paper.text(en)
    assert brown(vi) > 800
    assert pdf(ground, asked) == vi


def test_its_line_is_that_of_the_parcels_page() -> None:
    style = (street.ROOT / "static" / "style.css").read_text()
    assert re.search(rf"\.cut-out {{[^}}]*stroke: {cutout.PIECE}", style)
    assert tuple(int(cutout.PIECE[n : n + 2], 16) for n in (1, 3, 5)) == BROWN
    assert "#9a3412" in (street.ROOT / "static" / "map.js").read_text()
    assert f'rgb("{cutout.PIECE}")' in (street.ROOT / "landinfo" / "paper" / "extract.typ").read_text()


def test_neighbours_do_not_hide_it(ground: Store) -> None:
    near = extract.MOST_NEIGHBOURS
    parcels = tuple(ground.parcels_in((X, Y, X + 120, Y + 30), street.TODAY, street.TODAY, limit=near))
    made = drawn(ground, f"piece={DRAWN}", parcels)
    assert made.svg.rindex("#9aa59f") < made.svg.index("#9a3412")
