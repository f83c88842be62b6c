"""The value by the list: however the uses of a parcel lie, and whatever settles their prices, it is in the range."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

import amount
import pytest
import street
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from street import ROOT, TODAY, box, lot

from landinfo import asked, conversion, lookup, overlay, price, search, valuation
from landinfo.model import Coverage, Facts, Feature, Held, LayerFacts, PriceZone
from landinfo.report import Report
from landinfo.store.rulebook import read_rulebook
from landinfo.valuation import Piece, Valuation

BOOK = read_rulebook(ROOT / "data")
QUERY = asked.read_query([("on", "2026-03-01")], TODAY)
SHAPE = box(0, 0, 20, 30)
ANSWERS = {
    "SON": ("water_use", ("aquaculture", "ODT", "TMD", "SKC")),
    "NKH": ("adjacent_use", ("CHN", "CLN", "RSX", "CNT")),
    "CSD": ("put_to_use", ("ODT", "TMD", "CLN", "CHN")),
}
"""What settles the uses whose price goes by one more fact, and answers to it."""
M = 1_000_000


@pytest.fixture(scope="module")
def facts(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Facts]:
    made = street.create(str(tmp_path_factory.mktemp("value") / "ground.gpkg"))
    found = lookup.parcel(search.parse_parcel("25750@2024/1/1"), QUERY, made, BOOK)
    assert isinstance(found, Report)
    yield found.facts
    made.close()


def piece(area: int, position: int | None, agricultural: int = 1) -> Piece:
    """Ground of section 25750:10 (62.6 / 37.6 / 31.3 M đ/m²), or of no zone."""
    if position is None:
        return Piece(None, Decimal(area), SHAPE, "uncovered")
    zone = PriceZone("Z", "nq87-2025", "25750:10", position, agricultural, {}, {}, SHAPE, date(2026, 1, 1), None, "z")
    return Piece(zone, Decimal(area), SHAPE, "designation")


def valued(facts: Facts, pieces: list[Piece], *uses: tuple[str, int]) -> Valuation:
    whole = str(sum(p.area for p in pieces))
    parcel = lot("25750@2024", "1", SHAPE, whole, *((code, str(area)) for code, area in uses))
    return valuation.value(replace(facts, parcel=parcel), QUERY, BOOK, pieces)


def unit(use: str, where: Piece, answer: str) -> Decimal | None:
    told = {ANSWERS[use][0]: answer} if use in ANSWERS else {}
    return price.quote(where.zone, use, "25750", QUERY.on, BOOK, told).unit_price


@given(data=st.data())
@settings(
    max_examples=amount.of(150, 5000),
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)
def test_every_way_the_uses_may_lie_is_in_the_range(facts: Facts, data: st.DataObject) -> None:
    draw = data.draw
    places = st.tuples(st.integers(1, 50), st.sampled_from([1, 2, 3, 4, None]), st.integers(1, 3))
    pieces = [piece(*place) for place in draw(st.lists(places, min_size=1, max_size=5))]
    room = [int(p.area) for p in pieces]
    codes = draw(st.lists(st.sampled_from(["CLN", "SKC", "TMD", "LUC", *ANSWERS]), min_size=1, max_size=4, unique=True))
    uses, spare = [], sum(room)
    for code in codes:
        uses.append((code, draw(st.integers(0, spare))))
        spare -= uses[-1][1]
    found = valued(facts, pieces, *uses)
    total = Decimal(0)
    for (code, area), use in zip(uses, found.uses, strict=True):
        worth = Decimal(0)
        for index in draw(st.permutations(range(len(pieces)))):
            taken = min(area, room[index])
            area, room[index] = area - taken, room[index] - taken
            # each piece may be settled its own way; ground that the list does not price has some price all the same
            answer = draw(st.sampled_from(ANSWERS[code][1])) if code in ANSWERS else ""
            known = unit(code, pieces[index], answer)
            worth += taken * (known if known is not None else draw(st.integers(0, 90)) * M)
        total += worth
        assert use.low is None or use.low <= worth
        assert use.high is None or worth <= use.high
        if use.likely is not None:
            assert use.low is not None
            assert use.high is not None
            assert use.low <= use.likely <= use.high
    assert found.low is None or found.low <= total
    assert found.high is None or total <= found.high


def test_a_use_that_art_7_prices_by_another_has_the_range_of_its_answers(facts: Facts) -> None:
    # water, front: as aquaculture 62.6 M × 10 % × 80 % = 5.008 M, half of ODT 31.3 M, TMD 18.8 M, SKC 15.65 M; position
    # 3: 5.008 M still, 12.52 M, 7.52 M, 6.26 M
    found = valued(facts, [piece(60, 1), piece(40, 3)], ("SON", 100))
    assert (found.state, found.likely) == ("unsettled", None)
    assert (found.low, found.high) == (500_800_000, 60 * 31_300_000 + 40 * 12_520_000)


def test_settled_and_unsettled_uses_add_up(facts: Facts) -> None:
    pieces = [piece(60, 1), piece(40, 3)]
    both = valued(facts, pieces, ("ODT", 50), ("SON", 50))
    odt, water = both.uses
    assert (odt.low, odt.high) == (40 * 25_040_000 + 10 * 62_600_000, 50 * 62_600_000)
    assert both.state == "partly"
    assert water.low is not None
    assert water.high is not None
    assert (both.low, both.likely, both.high) == (odt.low + water.low, None, odt.high + water.high)


def test_where_the_answer_gives_the_price_there_is_no_high_end(facts: Facts) -> None:
    # unused land takes the price of the use it is put to: of 50 m² ODT at 62.6 M the value has the least only
    found = valued(facts, [piece(100, 1)], ("ODT", 50), ("CSD", 50))
    assert (found.low, found.likely, found.high) == (50 * 62_600_000, None, None)


def test_uses_beyond_the_parcel_keep_low_below_high(facts: Facts) -> None:
    # 150 m² of ODT stated on 50 + 50 m²: the 50 m² that have no room at 25.04 M or at 62.6 M
    found = valued(facts, [piece(50, 1), piece(50, 3)], ("ODT", 150))
    assert found.low == (50 * 62_600_000 + 100 * 25_040_000)
    assert found.high == (100 * 62_600_000 + 50 * 25_040_000)
    assert found.likely == 75 * (62_600_000 + 25_040_000)


def test_the_estimate_of_a_parcel_reads_both_prices_alike(facts: Facts) -> None:
    # position 3 beside a canal: SKC 31.3 M and ODT 62.6 M × 0.4 × 0.7, or × 0.7 of the road's price; 100 m² recognised
    ground = piece(100, 3)
    assert ground.zone is not None
    ground = replace(ground, zone=replace(ground.zone, conditions={"hampered": "canal"}))
    parcel = lot("25750@2024", "1", SHAPE, "100", ("SKC", "100"))
    told = [("on", "2026-03-01"), ("convert_to", "ODT"), ("fact.rent", "recognised"), ("fact.fee_paid_before", "false")]
    found = conversion.plan(asked.read_query(told, TODAY), replace(facts, parcel=parcel), (), [ground], BOOK).estimate
    assert found is not None
    assert found.items[0].amount == 100 * (17_528_000 - 8_764_000)
    assert {r.name.code: r.levy for r in found.readings} == {"reading-road-price": 100 * (43_820_000 - 21_910_000)}


def test_a_designation_lies_in_each_price_zone_as_far_as_it_reaches(facts: Facts) -> None:
    """Two zones of half a parcel each; housing is planned on 10 × 12 m of the one and 5 × 12 m of the other."""
    theme = next(t for t in BOOK.themes.values() if t.decides_conversion)
    parcel = lot("25750@2024", "1", SHAPE, "600", ("CLN", "600"))
    drawn = [("ODT", box(0, 0, 15, 12)), ("CLN", SHAPE.difference(box(0, 0, 15, 12)))]
    planned = [Feature(code, theme.id, code, ground, date(2026, 1, 1), None, "", "", "e") for code, ground in drawn]
    held = LayerFacts(
        theme.id, Held.OK, (Coverage(theme.id, SHAPE, date(2026, 1, 1), None, True, "e"),), tuple(planned)
    )
    halves = [replace(piece(300, 1), shape=box(0, 0, 10, 30)), replace(piece(300, 3), shape=box(10, 0, 20, 30))]
    told = asked.read_query([("on", "2026-03-01"), ("convert_to", "ODT")], TODAY)
    shares = (overlay.measure(parcel, theme, held),)
    found = conversion.plan(told, replace(facts, parcel=parcel), shares, halves, BOOK)
    assert [(p.cell.piece.zone.position, p.area) for p in found.parts if p.cell.piece.zone] == [(1, 120), (3, 60)]
