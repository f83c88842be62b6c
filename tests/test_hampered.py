"""Ground under a high-voltage line: 70 % of the road's price (Annex I.6.9), cut out by the theme.

Lot 1 is 20 × 30 m on 25750:10 (ODT 62.6 M đ/m² on the front, 40 % of that at position 3 behind y = 20). The corridor
takes x = 12–20 with a hole of 40 m² in the front part, from 2026-06-01 to 2027-06-01, and a strip of 0.2 m in the west,
which is noise; in December 2025 it took the same ground. Half of lot 8, whose zone says the case itself, lies under it.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
import street
from street import ROOT, TODAY, box

from landinfo import ahead, asked, lookup, present, search, valuation
from landinfo.model import Coverage, Feature, Refused
from landinfo.report import Report, report
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook

BOOK = read_rulebook(ROOT / "data")
LINE, FROM, TO = "power_line_corridor", date(2026, 6, 1), date(2027, 6, 1)
EARLY = date(2025, 12, 1)
DOCUMENT = "SIM-QHSDĐ-2025"
FRONT, BACK = Decimal(62_600_000), Decimal(25_040_000)
UNDER_FRONT, UNDER_BACK = Decimal(43_820_000), Decimal(17_528_000)


def corridor() -> Load:
    ground = shapely.difference(box(12, -5, 70, 40), box(14, 2, 18, 12))
    parts = {"L": ground, "strip": box(-5, -5, 0.2, 40), "said": box(105, -5, 115, 40)}
    spans = {"": (FROM, TO), "before": (EARLY, date(2026, 1, 1))}
    drawn = [
        Feature(name + when, LINE, "HLLD", shape, *days, DOCUMENT, "", "line")
        for name, shape in parts.items()
        for when, days in spans.items()
    ]
    held = [Coverage(LINE, box(-50, -50, 250, 100), *days, True, "line") for days in spans.values()]
    return Load(street.edition(LINE, "line", DOCUMENT, EARLY), held, (), drawn)


@pytest.fixture(scope="module")
def ground(engine: str, new_place: Callable[[str], str]) -> Iterator[Store]:
    facts = StoreFacts("t", "EPSG:9210", SCHEMA_VERSION, True)
    made = create_store(new_place(engine), facts, *read_communes(ROOT / "data"))
    *others, zones = street.loads()
    said = replace(zones.zones[0], id="S", conditions={"hampered": "power_line"}, shape=box(100, -5, 200, 40))
    lot = street.lot("25750@2024", "81", box(100, 0, 120, 30), "600", ("CLN", "600"), effective_from=date(2026, 2, 1))
    others[0] = replace(others[0], parcels=[*others[0].parcels, lot])
    made.publish([*others, replace(zones, zones=[*zones.zones, said]), corridor()])
    yield made
    made.close()


def found(store: Store, lot: str, on: str, **given: str) -> Report:
    query = asked.read_query({"on": on, "convert_to": "ODT", **given}.items(), TODAY)
    made = lookup.parcel(search.parse_parcel(lot), query, store, BOOK)
    assert isinstance(made, Report)
    return made


def targets(made: Report) -> dict[Decimal | None, Decimal]:
    """m² by what a square metre costs after the change."""
    assert made.conversion
    assert made.conversion.case
    return {p.target_price: p.area for p in made.conversion.case.parts}


def test_the_part_under_the_line_takes_70_percent(ground: Store) -> None:
    # front 400 m²: 8 × 20 − 40 = 120 under the line; behind 200 m²: 8 × 10 = 80
    made = found(ground, "25750@2024/1/1", "2026-07-01")
    assert targets(made) == {FRONT: 280, UNDER_FRONT: 120, BACK: 120, UNDER_BACK: 80}
    assert sum(p.area for p in made.pieces) == 600
    told = {n.code: n.params for n in made.notices}
    assert told["price-reduced-by-theme"]["area"] == 200


def test_where_no_price_of_the_list_counts_nothing_is_said_of_it(ground: Store) -> None:
    given = found(ground, "25750@2024/1/1", "2026-07-01", **{"price.ODT": "5000000", "price.CLN": "500000"})
    assert "price-reduced-by-theme" not in {n.code for n in given.notices}
    one = found(ground, "25750@2024/1/1", "2026-07-01", **{"price.CLN": "500000"})
    assert "price-reduced-by-theme" in {n.code for n in one.notices}


def test_ground_whose_zone_says_a_case_is_not_counted_again(ground: Store) -> None:
    made = found(ground, "25750@2024/1/1", "2026-07-01")
    front, behind = sorted(made.facts.zones, key=lambda z: z.position)[:2]
    for told, area in (((front,), 80), ((front, behind), None)):
        zones = [replace(z, conditions={"hampered": "canal"}) if z in told else z for z in made.facts.zones]
        again = report(made.query, replace(made.facts, zones=tuple(zones)), BOOK)
        said = {n.code: n.params for n in again.notices}.get("price-reduced-by-theme")
        assert (said and said["area"]) == area


@pytest.mark.parametrize("on", ["2026-05-31", "2027-06-01"])
def test_before_and_after_its_days_the_line_lowers_nothing(ground: Store, on: str) -> None:
    made = found(ground, "25750@2024/1/1", on)
    assert targets(made) == {FRONT: 400, BACK: 200}
    assert "price-reduced-by-theme" not in {n.code for n in made.notices}


def test_ground_beside_the_line_keeps_its_price_and_farmland_has_no_such_case(ground: Store) -> None:
    assert targets(found(ground, "25750@2024/1/7", "2026-07-01"))[FRONT] > 0
    assert not {UNDER_FRONT, UNDER_BACK} & set(targets(found(ground, "25750@2024/1/7", "2026-07-01")))
    on_farmland = [found(ground, "25750@2024/1/1", on).valuation.likely for on in ("2026-05-31", "2026-07-01")]
    assert on_farmland[0] == on_farmland[1] is not None


def test_a_zone_that_says_it_is_under_the_line_is_lowered_once(ground: Store) -> None:
    # lot 8b lies in zone S whole, half of it under the corridor that is drawn: the zone knows better
    made = found(ground, "25750@2024/1/81", "2026-07-01")
    assert targets(made) == {UNDER_FRONT: 600}
    assert len(made.pieces) == 1
    assert "price-reduced-by-theme" not in {n.code for n in made.notices}


def test_a_case_that_the_zone_says_stays_beside_that_of_the_theme(ground: Store) -> None:
    made = found(ground, "25750@2024/1/1", "2026-07-01")
    by_canal = tuple(replace(z, conditions={"hampered": "canal"}) for z in made.facts.zones)
    parts = valuation.pieces(replace(made.facts, zones=by_canal), made.shares)
    assert {p.zone.conditions["hampered"] for p in parts if p.zone} == {"canal", "canal|power_line"}


def test_a_list_without_the_case_says_nothing_of_it(ground: Store) -> None:
    zones = found(ground, "25750@2024/1/1", "2026-07-01").facts.zones
    made = found(ground, "25750@2024/1/1", "2025-12-15")
    made = report(made.query, replace(made.facts, zones=zones), BOOK)
    assert next(s for s in made.shares if s.theme.id == LINE).total_area == 200
    assert "price-reduced-by-theme" not in {n.code for n in made.notices}


def test_the_row_says_the_case_and_its_article(ground: Store) -> None:
    answer: Any = present.answer(found(ground, "25750@2024/1/2", "2026-07-01"), BOOK)
    # all of lot 2 lies under the line (x = 20–40): both rows of its housing are lowered
    rows = [r for r in answer["price"]["rows"] if r["land_use"] == "ODT"]
    assert {Decimal(str(r["unit_price"])) for r in rows} == {UNDER_FRONT, UNDER_BACK}
    steps = [s for r in rows for s in r["steps"] if s["factor"] == "0.7"]
    assert {s["citation"]["article"] for s in steps} == {"Phụ lục I khoản 6 điểm 6.9"}
    assert len(steps) == 2


def test_the_day_on_which_the_line_goes_is_told_ahead(ground: Store) -> None:
    made = found(ground, "25750@2024/1/2", "2026-07-01")
    assert made.ahead
    step = next(s for s in made.ahead.steps if s.query.on == TO)
    again = found(ground, "25750@2024/1/2", TO.isoformat())
    fresh = ahead.asked(again.query, again.facts, again.shares, again.pieces, again.valuation)
    assert ahead.says(step) == ahead.says(fresh)
    assert step.valuation
    assert step.valuation.low
    assert made.valuation.low
    assert step.valuation.low > made.valuation.low


def test_a_case_that_no_price_rule_knows_is_refused(tmp_path: Path) -> None:
    shutil.copytree(ROOT / "data", tmp_path / "data", ignore=shutil.ignore_patterns("sample", "prices"))
    themes = tmp_path / "data/themes.toml"
    themes.write_text(themes.read_text("utf-8").replace('hampers = "power_line"', 'hampers = "powerline"'), "utf-8")
    with pytest.raises(Refused) as told:
        read_rulebook(tmp_path / "data")
    assert told.value.params["entry"] == LINE
    assert "power_line" in told.value.params["wrong"]
