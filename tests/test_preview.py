"""What a preview says will change is what changes, on every engine; the answers themselves are the measure."""

from __future__ import annotations

import csv
import io
import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import amount
import editions_to_publish as made
import pytest
import shapely
from editions_to_publish import BOOK, CHANGED, EVERYWHERE, ROOT, of_layer, stage
from shapely import affinity

from landinfo import asked, cli, lookup, present
from landinfo.intake import editions, preview, preview_text
from landinfo.intake.editions import prepared
from landinfo.intake.preview import Preview
from landinfo.model import BadInput, CannotBeAnswered, Feature, Parcel, PriceZone, Query, Refused
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store
from landinfo.store.communes import read_communes

ON = date(2026, 11, 1)
DAY = timedelta(days=1)
SPRING = date(2026, 3, 1)
"""Before K is asked for: the cost of a conversion is known."""
MIDDLE = shapely.Point(601_500, 1_215_240)
"""The middle of the sample's first ward."""


def question(on: date = ON, convert_to: str | None = "ODT") -> Query:
    given = {"on": on.isoformat(), "known": CHANGED.isoformat()} | ({"convert_to": convert_to} if convert_to else {})
    return asked.read_query(given.items(), CHANGED)


def cut() -> list[Load]:
    """The sample around the middle: what lies within 40 m (60 in the long run)."""
    near = MIDDLE.buffer(amount.of(40, 60))

    def kept(load: Load) -> Load:
        return made.changed(load, lambda row: [row] if row.shape.intersects(near) else [], load.edition.published)

    return [kept(load) for load in made.loads()]


CUT: list[Load] = []


def loads() -> list[Load]:
    CUT.extend(() if CUT else cut())
    return CUT


def of_cut(layer: str) -> Load:
    return [load for load in loads() if load.edition.layer == layer][-1]


def written(url: str) -> Store:
    facts = StoreFacts("Sổ thử nghiệm", "EPSG:9210", SCHEMA_VERSION, True)
    held = create_store(url, facts, *read_communes(ROOT / "data"))
    held.publish(loads(), events=[prepared(load, "", load.edition.published) for load in loads()])
    return held


@pytest.fixture
def store(engine: str, store_url: str, copied: Callable[..., Store]) -> Iterator[Store]:
    held = copied(engine, store_url, "cut", written)
    yield held
    held.close()


Said = dict[str, dict[str, Any]]


def said(store: Store, query: Query) -> Said:
    """What counts of every parcel's answer, read off the answer object."""
    found: Said = {}
    for parcel in store.parcels_in(EVERYWHERE, query.on, query.known):
        facts = lookup.gather(parcel, query, store, BOOK)
        plain = present.answer(lookup.report(query, facts, BOOK), BOOK)
        estimate = plain["estimate"] or {"total": None, "range": None}
        found[str(parcel.ref)] = {
            "price": (plain["price"]["value"], [(u["land_use"], u["likely"]) for u in plain["price"]["uses"]]),
            "share": [
                [t["answer"], *((r["kind"], r["designation"], r["area"], r["percent"]) for r in t["rows"])]
                for t in plain["themes"]
            ],
            "verdict": [(v["designation"], v["area"], v["allowed"]) for v in plain["verdicts"]],
            "estimate": (estimate["total"], estimate["range"]),
            "area": (plain["parcel"]["registered_area"], plain["parcel"]["drawn_area"]),
            "commune": (plain["parcel"]["commune_now"] or plain["parcel"]["commune"])["name"],
            "worth": plain["price"]["value"]["likely"],
            "cost": estimate["total"],
        }
    return found


BEFORE: dict[tuple[type[Store], date], Said] = {}


def said_before(store: Store, query: Query) -> Said:
    """What the cut says untouched: asked of each engine once."""
    name = type(store), query.on
    if name not in BEFORE:
        BEFORE[name] = said(store, query)
    return BEFORE[name]


def real(before: Said, after: Said) -> dict[str, tuple[set[str], Any, Any]]:
    """Each parcel whose answer is another: in what, by how much worth and cost."""
    changed = {}
    for ref in before.keys() | after.keys():
        one, other = before.get(ref), after.get(ref)
        if one is None or other is None:
            changed[ref] = ({"gone" if other is None else "new"}, None, None)
            continue
        sides = {side for side in preview.SIDES if one[side] != other[side]}
        if sides:
            amounts = ([o[name] for o in (one, other)] for name in ("worth", "cost"))
            changed[ref] = (sides, *(None if None in pair else pair[1] - pair[0] for pair in amounts))
    return changed


def predicted(found: Preview) -> dict[str, tuple[set[str], Any, Any]]:
    return {str(e.ref): (set(e.what) if e.kind == "changed" else {e.kind}, e.worth, e.cost) for e in found.effects}


def plan(load: Load) -> Load:
    """Around the middle of the ward, housing becomes trade and orchards housing."""
    turned = {"ODT": "TMD", "CLN": "ODT"}

    def change(f: Feature) -> list[Feature]:
        near = f.shape.distance(MIDDLE) < 40
        return [replace(f, designation=turned.get(f.designation, f.designation)) if near else f]

    return made.changed(load, change)


def moved_plan(load: Load) -> Load:
    """Every line of the plan 3 m further east, and it ends 25 m west of the middle."""

    def change(f: Feature) -> list[Feature]:
        return [replace(f, shape=affinity.translate(f.shape, 3.0))]

    return less_ground(made.changed(load, change))


def less_ground(load: Load) -> Load:
    """Nothing is said any more from 25 m west of the middle on."""
    west = shapely.box(0, 0, MIDDLE.x - 25, 1e7)
    cover = [replace(c, shape=part) for c in load.coverage for part in [shapely.intersection(c.shape, west)]]
    return replace(load, coverage=[c for c in cover if not c.shape.is_empty])


def from_spring(load: Load) -> Load:
    """From 1 March 2026 on every price is that of the last position."""
    last = made.changed(load, lambda z: [replace(z, position=4, effective_from=SPRING)], effective_from=SPRING)
    return replace(last, coverage=[replace(c, effective_from=SPRING) for c in last.coverage])


def dearer(load: Load) -> Load:
    def change(z: PriceZone) -> list[PriceZone]:
        return [replace(z, position=max(1, z.position - 1)) if z.shape.distance(MIDDLE) < 35 else z]

    return made.changed(load, change)


def surveyed(load: Load) -> Load:
    """Some parcels have another area, some another number, some are divided, some are left out."""

    def change(p: Parcel) -> list[Parcel]:
        if p.effective_to is not None or p.shape.distance(MIDDLE) > 45 or p.ref.suffix:
            return [p]
        match int(p.ref.number) % 5:
            case 0:
                area = None if p.registered_area is None else p.registered_area + 10
                return [replace(p, registered_area=area)]
            case 1:
                return [replace(p, ref=replace(p.ref, number=f"7000{p.ref.number}"))]
            case 2:
                return []
            case 3:
                west, south, _, north = p.shape.bounds
                half = shapely.box(west, south, shapely.centroid(p.shape).x, north)
                parts = shapely.intersection(p.shape, half), shapely.difference(p.shape, half)
                return [
                    replace(p, ref=replace(p.ref, suffix=f"{n}"), shape=part, registered_area=None, land_uses=())
                    for n, part in enumerate(parts, 7)
                    if part.geom_type == "Polygon"
                ]
        return [p]

    return made.changed(load, change)


def first_plan() -> Load:
    return next(load for load in loads() if load.edition.layer == "land_use_planning")


CASES: dict[str, Callable[[], Load]] = {
    "a plan": lambda: plan(of_cut("land_use_planning")),
    "the plan before it": lambda: plan(first_plan()),
    "a plan and its ground": lambda: moved_plan(of_cut("land_use_planning")),
    "a plan's ground alone": lambda: less_ground(
        made.changed(of_cut("land_use_planning"), lambda f: [f], source="again", document="SIM-QHSDĐ-3")
    ),
    "prices from a day on": lambda: from_spring(of_cut("price_zones")),
    "prices": lambda: dearer(of_cut("price_zones")),
    "parcels": lambda: surveyed(of_cut("parcels")),
    "nothing": lambda: made.changed(of_cut("urban_zoning"), lambda f: [f], source="again", document="SIM-QHPK-2"),
}


@pytest.mark.parametrize("case", CASES)
def test_predicted_is_what_happens(store: Store, case: str) -> None:
    load = CASES[case]()
    query = question(ON if case.startswith("a ") else SPRING)
    name = stage(store, load)
    before = said_before(store, query)
    found = preview.preview(store, name, query, BOOK)
    assert said(store, query) == before, "a preview writes nothing"
    editions.publish(store, name, "", CHANGED)
    after = said(store, query)
    wanted = real(before, after)
    assert predicted(found) == wanted
    assert len(found.effects) == len(wanted)
    assert (len(wanted) == 0) is (case == "nothing")
    assert found.asked <= len(before.keys() | after.keys())
    communes = [(after.get(ref) or before[ref])["commune"] for ref in wanted]
    assert found.communes() == {c: communes.count(c) for c in sorted(set(communes))}
    for side, count in found.sides().items():
        assert count == sum(side in sides for sides, _, _ in wanted.values()), side


def test_only_parcels_on_changed_ground_are_asked(store: Store) -> None:
    """One zone of prices changes: the parcels whose box meets its box, and no others."""
    load = of_cut("price_zones")
    one = min(load.zones, key=lambda z: (z.shape.distance(MIDDLE), z.id))
    changed = made.changed(load, lambda z: [replace(z, position=4 if z.position < 4 else 1) if z is one else z])
    found = preview.preview(store, stage(store, changed), question(), BOOK)
    box = shapely.box(*one.shape.bounds)
    near = [p for p in store.parcels_in(EVERYWHERE, ON, CHANGED) if shapely.box(*p.shape.bounds).intersects(box)]
    assert found.asked == len(near) < 40
    assert found.effects


def test_windows_do_not_matter(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    name = stage(store, plan(of_cut("land_use_planning")))
    whole = preview.preview(store, name, question(), BOOK)
    monkeypatch.setattr("landinfo.intake.lineage.WINDOW", 150.0)
    steps: list[float] = []
    assert preview.preview(store, name, question(), BOOK, steps.append) == whole
    assert len(steps) > 9
    assert steps == sorted(steps)
    assert steps[-1] == 1


def test_a_day_before_its_first_is_not_touched(store: Store) -> None:
    first = ON + DAY
    snapshot = made.changed(
        of_cut("price_zones"), lambda z: [replace(z, position=4, effective_from=first)], effective_from=first
    )
    snapshot = replace(snapshot, coverage=[replace(c, effective_from=first) for c in snapshot.coverage])
    name = stage(store, snapshot)
    early = preview.preview(store, name, question(ON), BOOK)
    assert (early.effects, early.asked) == ((), 0)
    assert len(preview.preview(store, name, question(first), BOOK).effects) > 10


def test_the_largest_come_first_with_their_reason(store: Store) -> None:
    found = preview.preview(store, stage(store, dearer(of_cut("price_zones"))), question(SPRING), BOOK)
    costs = [abs(e.cost or 0) for e in found.effects]
    assert costs == sorted(costs, reverse=True)
    assert costs[0] > costs[-1]
    assert {e.reason.code for e in found.effects if "price" in e.what} <= {
        "preview-because-price",
        "preview-because-zones",
    }
    first = next(e for e in found.effects if e.reason.code == "preview-because-price")
    assert first.reason.params["before"] < first.reason.params["after"]  # a nearer position is never cheaper
    planned = preview.preview(store, stage(store, plan(of_cut("land_use_planning"))), question(), BOOK)
    reasons = Counter(e.reason.code for e in planned.effects)
    assert reasons.keys() <= {"preview-because-plan", "preview-because-other"}
    assert reasons["preview-because-plan"] > 0.9 * len(planned.effects)
    turned = [e for e in planned.effects if (e.reason.params.get("lost"), e.reason.params.get("won")) == ("ODT", "TMD")]
    assert turned
    for effect in turned:
        assert effect.reason.params["less"] == effect.reason.params["more"] == effect.ground
    unknown = [e.ground for e in planned.effects if e.before and e.after and not (e.before.cost or e.after.cost)]
    assert unknown == sorted(unknown, reverse=True)


def test_reasons_of_parcels(store: Store) -> None:
    found = preview.preview(store, stage(store, surveyed(of_cut("parcels"))), question(), BOOK)
    kinds = {e.kind: e.reason.code for e in found.effects if e.kind != "changed"}
    assert kinds == {"new": "preview-because-new", "gone": "preview-because-gone"}
    grown = [e for e in found.effects if e.kind == "changed"]
    assert grown
    for effect in grown:
        assert effect.reason.code == "preview-because-area"
        assert effect.reason.params["after"] - effect.reason.params["before"] == 10


def test_a_reason_names_what_is_another(store: Store) -> None:
    """The registered area, then the land uses, then the drawing; never one number "to" the same."""
    snapshot = of_cut("parcels")
    whole = [p for p in snapshot.parcels if p.effective_to is None and p.registered_area and len(p.land_uses) == 1]
    used, drawn, grown = (p.ref for p in whole[:3])

    def change(row: Any) -> list[Any]:
        if row.ref == used:
            return [replace(row, land_uses=(replace(row.land_uses[0], code="TMD"),))]
        if row.ref == drawn:
            return [replace(row, shape=affinity.scale(row.shape, 0.98, 1.0))]
        return [replace(row, registered_area=row.registered_area + 10, land_uses=())] if row.ref == grown else [row]

    found = preview.preview(store, stage(store, made.changed(snapshot, change)), question(), BOOK)
    by = {e.ref: e.reason for e in found.effects}
    assert [by[name].code.rpartition("-")[2] for name in (used, drawn, grown)] == ["uses", "drawing", "area"]
    assert all(by[name].params["before"] != by[name].params["after"] for name in by)
    assert by[used].params["after"].startswith("TMD ")


def test_what_cannot_be_published_cannot_be_previewed(store: Store) -> None:
    load = plan(of_cut("land_use_planning"))
    store.stage(load, [prepared(load, "", CHANGED, replaces=False)])
    with pytest.raises(Refused, match="edition-stands-already"):
        preview.preview(store, load.edition.id, question(), BOOK)
    with pytest.raises(Refused, match="edition-unknown"):
        preview.preview(store, "plan-9", question(), BOOK)
    with pytest.raises(BadInput, match="unknown-land-use"):
        preview.preview(store, load.edition.id, question(convert_to="XXX"), BOOK)
    with pytest.raises(CannotBeAnswered):
        preview.preview(store, load.edition.id, question(date(2014, 1, 1)), BOOK)


def test_what_was_undone_can_be_previewed_again(store: Store) -> None:
    name = stage(store, plan(of_cut("land_use_planning")))
    first = preview.preview(store, name, question(), BOOK)
    editions.publish(store, name, "", CHANGED)
    editions.undo(store, name, "", CHANGED)
    assert preview.preview(store, name, question(), BOOK) == first


@pytest.mark.parametrize("option", ["--csv", "--html"])
def test_a_file_that_cannot_be_written_is_a_sentence(
    option: str, store: Store, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = stage(store, plan(of_cut("land_use_planning")))
    words = ["edition", "preview", name, "--on", "2026-11-01", "--known", "2026-11-10", "--store", store_url]
    assert cli.main([*words, option, str(tmp_path / "not there" / "p")]) == 2
    told = capsys.readouterr().err
    assert "Không ghi được báo cáo: No such file" in told
    assert "The report cannot be written: No such file" in told


def test_as_text_table_and_page(
    store: Store, store_url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = stage(store, plan(of_cut("land_use_planning")))
    found = preview.preview(store, name, question(), BOOK)
    table, page = tmp_path / "p.csv", tmp_path / "p.html"
    words = ["edition", "preview", name, "--on", "2026-11-01", "--known", "2026-11-10", "--store", store_url]
    assert cli.main([*words, "--csv", str(table), "--html", str(page)]) == 0
    told = capsys.readouterr().out
    assert f"{len(found.effects)} thửa thay đổi" in told
    assert "chuyển sang ODT" in told
    assert len([line for line in told.splitlines() if "chi phí" in line and "giá trị" in line]) >= min(
        50, len(found.effects)
    )
    rows = list(csv.DictReader(io.StringIO(table.read_text("utf-8"))))
    assert tuple(rows[0]) == preview_text.COLUMNS
    assert [r["parcel"] for r in rows] == [str(e.ref) for e in found.effects]
    for row, effect in zip(rows, found.effects, strict=True):
        assert row["cost_change"] == ("" if effect.cost is None else str(effect.cost))
        if row["cost_change"]:
            assert float(row["cost_after"]) - float(row["cost_before"]) == float(row["cost_change"])
    text = page.read_text("utf-8")
    assert not re.search(r"(src|href)=|<script|url\(|@import", text)
    svg = ElementTree.fromstring(text[text.index("<svg") : text.index("</svg>") + 6])
    drawn = svg.findall("{http://www.w3.org/2000/svg}path")
    assert len(drawn) == len(found.effects)
    assert {p.get("class") for p in drawn} <= {"more", "less", "changed", "new", "gone"}
    for effect in found.effects[:50]:
        assert str(effect.ref) in text


def test_north_is_up_and_holes_stay_open() -> None:
    """A parcel with a hole in the south-west and one in the north-east, 100 m apart: 900 units for 130 m."""
    west = shapely.difference(shapely.box(0, 0, 30, 30), shapely.box(10, 10, 20, 20))
    one = of_layer("parcels").parcels[0]
    effects = [
        preview.Effect(replace(one.ref, number=str(n)), "<Phường>", shape, None, None, (), preview.Notice("x"))
        for n, shape in enumerate((west, shapely.box(100, 100, 130, 130)))
    ]
    found = Preview("e", question(), (), 2, tuple(effects))
    text = preview_text.page(found, BOOK)
    assert "<Phường>" not in text
    paths = re.findall(r' d="([^"]+)"', text)
    assert paths[0].count("M") == 2
    corners = [[float(n) for n in pair] for pair in re.findall(r"([\d.]+) ([\d.]+)", paths[1])]
    assert max(y for _, y in corners) == pytest.approx(30 * 900 / 130, abs=0.1)
    assert min(x for x, _ in corners) == pytest.approx(100 * 900 / 130, abs=0.1)
