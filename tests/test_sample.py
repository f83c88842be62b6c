"""The sample cadastre looks like life, is the same every time, and says that it is simulated."""

from __future__ import annotations

import tomllib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
import shapely
from drawn_once import PLAN, RECIPE, drawn

from landinfo import coordinates, lookup
from landinfo.intake import sample
from landinfo.model import Feature, Parcel, Query, Refused
from landinfo.search import ParcelAsked
from landinfo.store import Store, open_store
from landinfo.store.communes import read_communes
from landinfo.store.rulebook import read_rulebook
from landinfo.web import Settings

ROOT = Path(__file__).resolve().parent.parent
TODAY = date(2026, 11, 24)
EVERYWHERE = (0.0, 0.0, 1e7, 1e7)


@pytest.fixture(scope="module")
def built() -> Iterator[Store]:
    """As set-up built it, from the recipe as it stands (Makefile)."""
    opened = open_store(Settings().store)
    yield opened
    opened.close()


@pytest.fixture(scope="module")
def parcels(built: Store) -> tuple[Parcel, ...]:
    return built.parcels_in(EVERYWHERE, date(2026, 3, 1), TODAY)


def features(store: Store, theme: str, on: date = date(2026, 3, 1)) -> Sequence[Feature]:
    return store.layer(theme, EVERYWHERE, on, TODAY).features


def test_at_least_five_thousand_valid_parcels(parcels: tuple[Parcel, ...]) -> None:
    assert len(parcels) >= 5000
    assert all(shapely.is_valid(p.shape) and p.shape.area > 2 for p in parcels)


def test_the_same_recipe_gives_the_same_editions(built: Store, tmp_path: Path) -> None:
    """On another day, drawn in a process with other hashes and one thread (``drawn_once``)."""
    url = str(tmp_path / "again.gpkg")
    sample.publish(drawn()[1], PLAN, RECIPE, url, date(2027, 5, 5))
    assert [e.id for e in open_store(url).editions()] == [e.id for e in built.editions()]
    with pytest.raises(Refused):
        sample.publish((), PLAN, RECIPE, url, TODAY)


def test_every_edition_says_simulated(built: Store) -> None:
    assert built.facts().simulated
    assert all(e.simulated for e in built.editions())


def test_it_lies_in_its_two_wards(parcels: tuple[Parcel, ...]) -> None:
    plane = coordinates.plane(built_crs(parcels))
    centres = {"25750": (601500.0, 1215240.0), "25747": (599730.0, 1213100.0)}
    for p in parcels:
        assert p.commune_now in centres
        assert p.shape.distance(shapely.Point(centres[p.commune_now])) < 1200
    lon, lat = plane.point_to_wgs84(*centres["25750"])
    assert (round(lon, 2), round(lat, 2)) == (106.68, 10.99)


def built_crs(parcels: tuple[Parcel, ...]) -> str:
    return tomllib.loads(RECIPE.read_text("utf-8"))["crs"] if parcels else ""


def test_lots_are_not_a_chessboard(parcels: tuple[Parcel, ...]) -> None:
    lots = [p for p in parcels if p.land_uses[0].code != "DGT"]
    boxes = [p.shape.area / p.shape.minimum_rotated_rectangle.area for p in lots]
    assert sum(1 for b in boxes if b < 0.97) > 300  # not rectangles
    assert sum(1 for b in boxes if b < 0.85) > 60  # L-shapes
    assert sum(1 for p in lots if p.shape.interiors) > 10  # courtyards
    deep = [p for p in lots if max(p.shape.minimum_rotated_rectangle.exterior.xy[1]) > 0 and _depth(p) > 100]
    assert len(deep) > 30
    assert len({round(p.shape.area) for p in lots}) > 300


def _depth(p: Parcel) -> float:
    corners = shapely.get_coordinates(p.shape.minimum_rotated_rectangle)
    return max(shapely.Point(a).distance(shapely.Point(b)) for a, b in pairwise(corners))


def test_neighbours_share_their_corners(parcels: tuple[Parcel, ...]) -> None:
    tree = shapely.STRtree([p.shape for p in parcels])
    touching = overlapping = 0
    for i, p in enumerate(parcels[:1500]):
        for j in tree.query(p.shape):
            if j > i and shapely.intersects(p.shape, parcels[j].shape):
                common = shapely.intersection(p.shape, parcels[j].shape).area
                touching += common < 1e-6
                overlapping += common > 0.5
    assert touching > 2000
    assert 0 < overlapping < 60  # a few lots are drawn half a metre off, as on real maps


def test_series_sheets_and_numbers(built: Store, parcels: tuple[Parcel, ...]) -> None:
    series = Counter(p.ref.series for p in parcels)
    assert {"25741@2024", "25744@2024", "25750@2024", "25750@2025", "25747@2024", "25753@2024", "25747@2025"} <= set(
        series
    )
    assert len({str(p.ref) for p in parcels}) == len(parcels)
    assert sum(1 for p in parcels if (p.ref.sheet, p.ref.number) == ("1", "1")) >= 6
    split = {p.commune_now for p in parcels if p.ref.series == "25741@2024"}
    assert split == {"25750", "25747"}
    sheets = defaultdict(set)
    for p in (*parcels, *built.parcels_in(EVERYWHERE, date(2014, 7, 1), TODAY)):
        sheets[p.ref.series, p.ref.sheet].add(int(p.ref.number))
    for numbers in sheets.values():  # from 1 on; a number that ended leaves a gap
        assert min(numbers) == 1
        assert max(numbers) - len(numbers) <= 20


def test_every_old_series_of_both_wards_is_there(parcels: tuple[Parcel, ...]) -> None:
    """By Resolution 1685: Phú Lợi of Phú Lợi, Phú Hòa, part of Hiệp Thành; Thủ Dầu Một of Phú Cường, Phú Thọ, …"""
    found: dict[str, set[str]] = defaultdict(set)
    for p in parcels:
        found[p.commune_now or ""].add(p.ref.series)
    assert found == {
        "25750": {"25741@2024", "25744@2024", "25750@2024", "25750@2025"},
        "25747": {"25741@2024", "25747@2024", "25753@2024", "25756@2024", "25747@2025"},
    }


def test_a_number_of_the_new_commune_names_several_parcels(built: Store) -> None:
    book = read_rulebook(ROOT / "data")
    found = lookup.parcel(ParcelAsked("25750", None, "1", "1", None), Query(date(2026, 3, 1), TODAY), built, book)
    assert isinstance(found, lookup.Several)
    assert {p.ref.series for p in found.parcels} >= {"25744@2024", "25750@2024", "25750@2025"}
    assert {p.commune_now for p in found.parcels} == {"25750"}


def test_a_few_numbers_stand_twice_in_one_sheet(parcels: tuple[Parcel, ...]) -> None:
    same = defaultdict(list)
    for p in parcels:
        same[p.ref.series, p.ref.sheet, p.ref.number].append(p)
    twice = [found for found in same.values() if len(found) > 1]
    assert 3 <= len(twice) <= 6
    for one, other in twice:
        assert {one.ref.suffix, other.ref.suffix} == {"1", "2"}
        assert not one.shape.intersects(other.shape)
    assert sum(1 for p in parcels if p.ref.suffix) == 2 * len(twice)


def test_a_number_lives_on_after_its_parcel(built: Store) -> None:
    """A parcel was divided and one half kept its number: the key alone does not name the ground."""
    day = tomllib.loads(RECIPE.read_text("utf-8"))["renumbered_day"]
    before = {str(p.ref): p for p in built.parcels_in(EVERYWHERE, day - timedelta(days=1), TODAY)}
    after = {str(p.ref): p for p in built.parcels_in(EVERYWHERE, day, TODAY)}
    reused = [ref for ref in before.keys() & after.keys() if before[ref].effective_to == day]
    assert len(reused) == 4
    for ref in reused:
        assert after[ref].effective_from == day
        assert before[ref].shape.area > 1.3 * after[ref].shape.area
        assert before[ref].shape.buffer(0.6).covers(after[ref].shape)
    assert len(after.keys() - before.keys()) == 4


def test_blocks_were_mapped_again_for_the_new_commune(built: Store) -> None:
    day = tomllib.loads(RECIPE.read_text("utf-8"))["resurveyed_day"]
    before = built.parcels_in(EVERYWHERE, day - timedelta(days=1), TODAY)
    after = built.parcels_in(EVERYWHERE, day, TODAY)
    ended = [p for p in before if p.effective_to == day]
    begun = [p for p in after if p.effective_from == day]
    assert len(ended) == len(begun) > 200
    assert {p.ref.period for p in ended} == {"2024"}
    assert {p.ref.series for p in begun} == {"25750@2025", "25747@2025"}
    assert sum(p.shape.area for p in begun) == pytest.approx(sum(p.shape.area for p in ended))


def test_some_lots_were_divided_on_a_day(built: Store) -> None:
    day = tomllib.loads(RECIPE.read_text("utf-8"))["split_day"]
    before = {str(p.ref) for p in built.parcels_in(EVERYWHERE, date(2025, 10, 14), TODAY)}
    after = {str(p.ref) for p in built.parcels_in(EVERYWHERE, day, TODAY)}
    assert len(before - after) == 20
    assert len(after - before) >= 40


def test_areas_are_as_on_certificates(parcels: tuple[Parcel, ...]) -> None:
    lots = [p for p in parcels if p.land_uses[0].code != "DGT"]
    known = [p for p in lots if p.registered_area is not None]
    assert 20 < len(lots) - len(known) < 300
    apart = [abs(float(p.registered_area) / p.shape.area - 1) for p in known if p.registered_area]
    assert sum(1 for a in apart if a > 0.05) > 100
    assert sum(1 for a in apart if a < 0.002) > 500
    exponents = {p.registered_area.as_tuple().exponent for p in known if p.registered_area is not None}
    assert exponents == {-1, -2}
    mixed = [p for p in known if len(p.land_uses) == 2]
    assert len(mixed) > 200
    assert all(sum(u.area for u in p.land_uses if u.area) == p.registered_area for p in mixed)


def test_codes_are_known_whatever_their_regime(parcels: tuple[Parcel, ...]) -> None:
    book = read_rulebook(ROOT / "data")
    uses = {(u.code, u.regime) for p in parcels for u in p.land_uses}
    assert {code for code, _ in uses} <= book.land_use_types.keys()
    assert {"ODT", "CLN", "LUC", "TMD", "SKC", "DGT", "BHK", "HNK"} <= {code for code, _ in uses}
    assert {regime for _, regime in uses} == {"QD499-1995", "legacy-2004", "TT25/2014", "TT08/2024"}


def test_zones_take_their_price_from_printed_rows(built: Store) -> None:
    book = read_rulebook(ROOT / "data")
    prices = next(x for x in book.price_lists if x.loaded)
    _, zones = built.zones(EVERYWHERE, date(2026, 3, 1), TODAY)
    assert {z.section for z in zones} <= prices.sections.keys()
    assert {z.position for z in zones} == {1, 2, 3, 4}
    keys = {key for z in zones for key in z.conditions}
    assert {"depth_from_100m", "alley_surface", "fronts"} <= keys
    assert not built.zones(EVERYWHERE, date(2025, 12, 31), TODAY)[1]


def test_plans_have_the_faults_of_real_ones(built: Store) -> None:
    cells = features(built, "land_use_planning")
    ground = shapely.union_all([c.shape for c in cells])
    drawn = sum(c.shape.area for c in cells)
    assert drawn - ground.area > 1000  # drawn over one another
    holes = sum(shapely.Polygon(r).area for part in shapely.get_parts(ground) for r in part.interiors)
    assert holes > 1000  # left blank
    assert {f.document for f in features(built, "land_use_planning", date(2026, 7, 1))} == {"SIM-QHSDĐ-2026"}
    assert {f.document for f in features(built, "land_use_planning", date(2026, 6, 30))} == {"SIM-QHSDĐ-2025"}


def test_coverage_differs_by_layer(built: Store) -> None:
    zoning = built.layer("urban_zoning", EVERYWHERE, date(2026, 3, 1), TODAY).coverage
    river = built.layer("river_corridor", EVERYWHERE, date(2026, 3, 1), TODAY).coverage
    assert len(zoning) == 1
    assert {c.complete for c in river} == {True, False}


def test_text_is_nfc(parcels: tuple[Parcel, ...], built: Store) -> None:
    words = [e.document for e in built.editions()] + [c.name for c in built.communes()[0]]
    assert all(unicodedata.is_normalized("NFC", w) for w in words)


def test_communes_and_unions() -> None:
    communes, unions = read_communes(ROOT / "data")
    old = [c for c in communes if c.period == "2024"]
    new = [c for c in communes if c.period == "2025"]
    assert (len(old), len(new)) == (91, 36)
    by_series = {c.series: c for c in communes}
    assert by_series["25750@2024"].name == "Phường Phú Hòa"
    assert by_series["25750@2025"].name == "Phường Phú Lợi"
    split = {u.old_code for u in unions if not u.whole}
    assert len(split) == 16
    assert {u.old_code for u in unions if u.new_code == "25750"} == {"25741", "25744", "25750"}
    # An Điền became a ward on 2024-05-01 and kept its ground
    changed = [c for c in old if len({kind for _, kind, _ in c.names}) > 1]
    assert "An Điền" in {c.names[-1][2] for c in changed}
    assert all(c.code == c.code.strip() and len(c.code) == 5 for c in communes)


@pytest.mark.parametrize(
    ("file", "old", "new"),
    [("communes.csv", "2014-07-01", "2014-13-01"), ("unions.csv", "25741,2024", "99999,2024")],
)
def test_a_broken_commune_list_is_refused(tmp_path: Path, file: str, old: str, new: str) -> None:
    for name in ("communes.csv", "unions.csv"):
        text = (ROOT / "data" / name).read_text("utf-8")
        (tmp_path / name).write_text(text.replace(old, new, 1) if name == file else text, "utf-8")
    with pytest.raises(Refused) as refused:
        read_communes(tmp_path)
    assert file in refused.value.field
