"""Why two answers differ: the shares of the difference sum to it exactly; expected values worked by hand."""

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
import shapely

from landinfo import asked, cli, difference, lookup, present_difference, search
from landinfo.lookup import Several
from landinfo.model import BadInput, Coverage, Edition, Feature, LandUse, Parcel, ParcelRef, Problem
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
BOOK = read_rulebook(ROOT / "data")
FIRST, CHANGE, TODAY = date(2014, 7, 1), date(2026, 7, 1), date(2026, 11, 24)
X, Y = 601500.0, 1215240.0
TOLD = (
    "price.ODT=20000000 price.CLN=2000000 fact.allotment_limit=160 fact.first_conversion=true "
    "fact.same_parcel_as_recognised_residential=true fact.was_residential_before=false fact.fee_paid_before=false"
)


def box(x0: float, x1: float) -> Any:
    return shapely.box(X + x0, Y, X + x1, Y + 10)


def edition(layer: str) -> Edition:
    return Edition(layer, layer, "T", layer, FIRST, date(2026, 1, 5), None, layer, True, "test", 1)


@pytest.fixture(scope="module")
def ground(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Store]:
    """Parcel 1: 250 m² of CLN, of which the plan allows 100 m² before 2026-07-01 and all of it from then on."""
    uses = (LandUse("CLN", "TT25/2014", Decimal(250)),)
    lot = Parcel(
        ParcelRef("25750", "2024", "1", "1"), box(0, 25), Decimal(250), uses, FIRST, None, "25750", 500, "parcels"
    )
    plans = [
        ("ODT", box(-5, 10), FIRST, CHANGE),
        ("DGT", box(10, 30), FIRST, CHANGE),
        ("ODT", box(-5, 30), CHANGE, None),
    ]
    features = [
        Feature(str(i), "land_use_planning", code, shape, first, end, "d", "", "land_use_planning")
        for i, (code, shape, first, end) in enumerate(plans)
    ]
    cover = Coverage("land_use_planning", box(-50, 90), FIRST, None, True, "land_use_planning")
    url = str(tmp_path_factory.mktemp("difference") / "ground.gpkg")
    made = create_store(url, StoreFacts("test", "EPSG:9210", SCHEMA_VERSION, True), *read_communes(ROOT / "data"))
    made.publish([Load(edition("parcels"), (), [lot]), Load(edition("land_use_planning"), [cover], (), features)])
    yield made
    made.close()


def pairs(*given: str) -> list[tuple[str, str]]:
    return [(name, value) for name, _, value in (one.partition("=") for text in given for one in text.split())]


def differ(store: Store, parcel: str, *given: str) -> dict[str, Any]:
    query, other = asked.read_two(pairs(*given), TODAY)
    found = lookup.both(search.parse_parcel(parcel), query, other, store, BOOK)
    assert not isinstance(found, Several)
    return present_difference.difference(difference.difference(*found, BOOK.rules), BOOK)


def item(shown: dict[str, Any], code: str) -> tuple[int, int, dict[str, int]]:
    found = next(i for i in shown["items"] if i["code"] == code)
    return found["before"], found["after"], {f["factor"]: f["amount"] for f in found["factors"] if f["amount"] != 0}


def test_the_plan_moves_the_levy(ground: Store) -> None:
    shown = differ(ground, "25750@2024/1/1", TOLD, "on=2026-06-30 convert_to=ODT and.on=2026-07-01")
    # 100 m² × 18 M × 30 % = 540 M (C1); 250 m²: 160 × 30 % + 90 × 50 % = 1,674 M (C2); K is 1 on both days
    assert item(shown, "levy") == (540_000_000, 1_674_000_000, {"designation": 1_134_000_000})
    # 0.5 % × 20 M × 100 and × 250
    assert item(shown, "registration_fee") == (10_000_000, 25_000_000, {"designation": 15_000_000})
    assert item(shown, "total") == (550_000_000, 1_699_000_000, {"designation": 1_149_000_000})
    assert [(m["designation"], m["before"], m["after"]) for m in shown["moved"]] == [("DGT", 150, 0), ("ODT", 100, 250)]


def test_price_rate_and_quota_move_it_one_after_the_other(ground: Store) -> None:
    # 2025: 100 m² × (10 − 1) M = 900 M. Prices of 2026: 100 × 18 M = 1,800 M: + 900 M. The law of 2026 at limit 0:
    # nothing within a limit of nothing, all at 100 %: no change. Limit 160: 30 % = 540 M: − 1,260 M.
    given = TOLD.replace("ODT=20000000", "ODT=10000000").replace("CLN=2000000", "CLN=1000000").replace("=160", "=0")
    more = "and.on=2026-03-01 and.price.ODT=20000000 and.price.CLN=2000000 and.fact.allotment_limit=160"
    shown = differ(ground, "25750@2024/1/1", given, "on=2025-03-01 convert_to=ODT", more)
    moves = {"price": 900_000_000, "quota": -1_260_000_000}
    assert item(shown, "levy") == (900_000_000, 540_000_000, moves)


def test_the_law_moves_it(ground: Store) -> None:
    # the same prices and limit: 100 % of 1,800 M in 2025, 30 % in 2026
    shown = differ(ground, "25750@2024/1/1", TOLD, "on=2025-03-01 convert_to=ODT and.on=2026-03-01")
    assert item(shown, "levy") == (1_800_000_000, 540_000_000, {"rate": -1_260_000_000})


def test_the_area_asked_for_moves_it(ground: Store) -> None:
    shown = differ(ground, "25750@2024/1/1", TOLD, "on=2026-08-01 convert_to=ODT area=100 and.area=250")
    assert item(shown, "levy") == (540_000_000, 1_674_000_000, {"area": 1_134_000_000})


def test_what_is_not_known_is_not_zero(ground: Store) -> None:
    shown = differ(ground, "25750@2024/1/1", "on=2025-03-01 convert_to=ODT and.price.ODT=9000000 and.price.CLN=900000")
    levy = next(i for i in shown["items"] if i["code"] == "levy")
    assert (levy["before"], levy["after"], levy["change"]) == (None, 810_000_000, None)
    assert levy["factors"][0]["amount"] is None
    assert shown["value"]["change"] is None


def test_two_targets(ground: Store) -> None:
    shown = differ(ground, "25750@2024/1/1", TOLD, "on=2026-03-01 convert_to=ODT and.convert_to=SKC")
    # the plan says ODT: what may not become SKC has no cost, and no cost is not 0
    total = next(i for i in shown["items"] if i["code"] == "total")
    assert (total["before"], total["after"], total["change"]) == (550_000_000, None, None)
    assert shown["before"]["reason"] is None
    assert "không cho phép" in shown["after"]["reason"]["vi"]


def test_one_question_is_not_two(ground: Store) -> None:
    for given, field in (("on=2026-03-01", "and.on"), ("and.nonsense=1", "nonsense"), ("and.on=1 on=2026-03-01", "on")):
        with pytest.raises(BadInput) as wrong:
            differ(ground, "25750@2024/1/1", given)
        assert wrong.value.field == field


LISTS = "on=2026-03-01 convert_to=ODT price.ODT=20000000 price.CLN=2000000"


def test_lists_with_other_zones_move_the_price(sample: Store) -> None:
    # 183.3 m², 160 of it within the likely limit: 160 × 30 % + 23.3 × 50 % = 59.65. 18 M → 13 M a m²: − 5 M × 59.65;
    # then all at 100 %: 13 M × (183.3 − 59.65)
    shown = differ(sample, "25741@2024/2/147", LISTS, "and.on=2025-09-01 and.price.ODT=15000000")
    moves = {"price": -298_250_000, "rate": 1_607_450_000}
    assert item(shown, "levy") == (1_073_700_000, 2_382_900_000, moves)
    # 0.5 % × 183.3 × (15 − 20) M
    assert item(shown, "registration_fee") == (18_330_000, 13_747_500, {"price": -4_582_500})


def test_an_area_under_another_list_is_no_matter_of_the_plan(sample: Store) -> None:
    shown = differ(sample, "25741@2024/2/147", LISTS, "and.on=2025-09-01 and.area=100")
    # all at 100 % by the law of 2025: 18 M × (183.3 − 59.65); then 83.3 m² less of it
    moves = {"rate": 2_225_700_000, "area": -1_499_400_000}
    assert item(shown, "levy") == (1_073_700_000, 1_800_000_000, moves)


def test_where_no_price_changed_none_moves_anything(sample: Store) -> None:
    shown = differ(sample, "25741@2024/2/147", "on=2026-03-01 convert_to=ODT and.area=100")
    for code in ("levy", "registration_fee"):
        before, after, moves = item(shown, code)
        assert moves == {"area": after - before}
        assert before > after


def test_a_list_whose_rows_nobody_has_says_so(sample: Store) -> None:
    shown = differ(sample, "25741@2024/2/147", "on=2026-03-01 convert_to=ODT and.on=2025-09-01")
    assert shown["before"]["reason"] is None
    assert "chưa" in shown["after"]["reason"]["vi"]
    levy = next(i for i in shown["items"] if i["code"] == "levy")
    # without the price nothing that comes after it can be said
    assert [f["amount"] for f in levy["factors"]] == [None] * 5


def test_each_side_says_its_range_and_its_doubt(sample: Store) -> None:
    shown = differ(sample, "25741@2024/2/147", LISTS, "and.on=2099-03-01")
    assert shown["before"]["range"]["low"] < shown["before"]["range"]["likely"] < shown["before"]["range"]["high"]
    codes = [[n["code"] for n in shown[side]["notices"]] for side in ("before", "after")]
    assert ["day-beyond-check" in side for side in codes] == [False, True]


def test_the_parts_add_up_whatever_is_asked(sample: Store) -> None:
    rng = random.Random(7)
    refs = [str(p.ref) for p in sample.parcels_in((0, 0, 1e7, 1e7), date(2026, 3, 1), TODAY)]
    seen: set[str] = set()
    for _ in range(amount.of(150, 3000)):
        first, second = (rng.choice(["2023-05-01", "2025-03-01", "2026-03-01", "2026-08-01"]) for _ in range(2))
        given = [f"on={first} convert_to=ODT and.on={second}"]
        if rng.random() < 0.5:
            given.append("price.ODT=20000000 price.CLN=2000000 price.BHK=1500000 and.price.ODT=24000000")
        if rng.random() < 0.3:
            given.append(f"and.convert_to={rng.choice(['ODT', 'TMD'])}")
        try:
            shown = differ(sample, rng.choice(refs), *given)
        except Problem:
            continue
        for found in shown["items"]:
            moves = {f["factor"]: f["amount"] for f in found["factors"]}
            if None not in moves.values():
                assert sum(moves.values()) == found["change"], (given, found)
                seen |= {name for name, amount in moves.items() if amount}
    assert {"price", "rate"} <= seen


def test_command_line(ground: Store, capsys: pytest.CaptureFixture[str]) -> None:
    store = str(ground._path)  # type: ignore[attr-defined]
    asked_for = ["difference", "25750@2024/1/1", "--store", store, "--on", "2026-06-30", "--convert-to", "ODT"]
    told = [
        word
        for name, value in pairs(TOLD)
        for word in (f"--{name.partition('.')[0]}", f"{name.partition('.')[2]}={value}")
    ]
    assert cli.main([*asked_for, *told, "--and", "on=2026-07-01"]) == 0
    out = capsys.readouterr().out.replace("\u00a0", " ")
    assert "Tiền sử dụng đất: 540.000.000 đ → 1.674.000.000 đ  (+1.134.000.000 đ)" in out
    assert "Land-use levy: 540,000,000 đ → 1,674,000,000 đ  (+1,134,000,000 đ)" in out
    assert cli.main([*asked_for, "--json", *told, "--and", "on=2026-07-01"]) == 0
    assert json.loads(capsys.readouterr().out)["items"][0]["change"] == 1_134_000_000
    assert cli.main(asked_for) == 2
    assert "and." in capsys.readouterr().err


def test_the_page_and_the_api_say_the_same(ground: Store) -> None:
    from landinfo.web import create_app

    client = create_app(store=ground, today=lambda: TODAY).test_client()
    query = "&".join([*TOLD.split(), "on=2026-06-30", "convert_to=ODT", "and.on=2026-07-01"])
    shown = client.get(f"/api/difference/25750@2024/1/1?{query}").get_json()
    page = client.get(f"/difference/25750@2024/1/1?{query}&lang=en").get_data(as_text=True).replace("\u00a0", " ")
    for found in shown["items"]:
        assert f"+{found['change']:,} đ" in page
    refused = client.get("/api/difference/25750@2024/1/1?on=2026-03-01")
    assert (refused.status_code, refused.get_json()["code"]) == (400, "needs-a-second-question")
