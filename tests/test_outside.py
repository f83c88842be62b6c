"""Real parcels of other countries, loaded into both engines and looked up one by one.

They are nobody's to publish here: the files stand beside the repository, the field maps (``outside/*.toml``) are ours.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import amount
import pytest
import shapely
from files_to_load import ROOT, RULEBOOK, ZONES, codes, field_map, write

from landinfo import overlay, search
from landinfo.intake.load import LoadResult, run
from landinfo.model import Parcel
from landinfo.store import Store, open_store

pytestmark = pytest.mark.outside

FILES = ROOT.parent / "shared" / "data" / "outside"
KNOWN, ON = date(2026, 11, 24), date(2026, 3, 1)
EVERYWHERE = (-1e8, -1e8, 1e8, 1e8)
ENGINES = ("geopackage", pytest.param("postgis", marks=pytest.mark.postgis))


@dataclass(frozen=True)
class Outside:
    """One set: what its publisher says of it (counts taken from the file by an independent reading)."""

    file: str
    crs: str
    parcels: int
    suffixed: int
    holes: int
    several_parts: int
    declared: int
    beyond: tuple[int, int]


SETS = {
    "oakland": Outside("oakland_parcels_2241.gpkg", "EPSG:26910", 2241, 5, 1, 1, 0, (0, 0)),
    "berkeley": Outside("berkeley_parcels_746.gpkg", "EPSG:32610", 746, 0, 1, 0, 0, (0, 0)),
    "france": Outside("fr_edigeo_parcels_900_epsg2154.geojson", "EPSG:2154", 900, 0, 9, 0, 900, (426, 213)),
}


@pytest.fixture(scope="module")
def files() -> Path:
    if not FILES.is_dir():
        if os.environ.get("CI"):
            pytest.fail(f"{FILES.name}: the outside files are missing")
        pytest.skip("the outside files are not here (../shared/data/outside)")
    return FILES


Loaded = Callable[[str, str], tuple[LoadResult, Store]]


@pytest.fixture(scope="module")
def loaded(files: Path, new_place: Callable[[str], str], tmp_path_factory: pytest.TempPathFactory) -> Loaded:
    """Loads a set into an engine once, with a plan of its own over its whole box."""
    held: dict[tuple[str, str], tuple[LoadResult, Store]] = {}

    def load(name: str, engine: str) -> tuple[LoadResult, Store]:
        if (name, engine) not in held:
            url, map = new_place(engine), ROOT / "tests" / "outside" / f"{name}.toml"
            result = run(files / SETS[name].file, map, url, KNOWN, lambda step, done: None, RULEBOOK, new=True)
            assert result.published, codes(result)
            _add_plan(name, url, tmp_path_factory.mktemp("plan"))
            held[name, engine] = result, open_store(url)
        return held[name, engine]

    return load


def _add_plan(name: str, url: str, folder: Path) -> None:
    """Slanting bands A, B, C 37 m wide, every ninth left out, every seventh drawn 3 m over its neighbour."""
    store = open_store(url)
    boxes = [p.shape.bounds for p in store.parcels_in(EVERYWHERE, ON, KNOWN)]
    store.close()
    # The French communes lie 430 km apart: bands are drawn only around parcels.
    grounds = shapely.union_all([shapely.box(*b).buffer(40, join_style="mitre") for b in boxes])
    bands: list[shapely.Polygon] = []
    letters: list[str] = []
    for ground in shapely.get_parts(grounds):
        low_x, low_y, high_x, high_y = ground.bounds
        slant, width = high_y - low_y, 37.0
        for n in range(int((high_x - low_x + slant) / width) + 1):
            if n % 9 == 8:
                continue
            left, right = low_x - slant + n * width, low_x - slant + (n + 1) * width + (3.0 if n % 7 == 6 else 0.0)
            bands.append(
                shapely.Polygon([(left, low_y), (right, low_y), (right + slant, high_y), (left + slant, high_y)])
            )
            letters.append("ABC"[n % 3])
    file = write(folder / "plan.gpkg", bands, {"MA": letters}, crs=SETS[name].crs)
    text = f"""
[edition]
territory = "{name}"
document = "tests"
effective_from = 2020-01-01
source = "tests"

[theme]
id = "zones"
designation = "{{MA}}"

[coverage]
of = "bbox"
"""
    result = run(file, field_map(folder / "plan.toml", text), url, KNOWN, lambda step, done: None, RULEBOOK)
    assert result.published, codes(result)


def _all(store: Store) -> tuple[Parcel, ...]:
    return store.parcels_in(EVERYWHERE, ON, KNOWN)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", SETS)
def test_every_parcel_arrives(loaded: Loaded, name: str, engine: str) -> None:
    expected, (result, store) = SETS[name], loaded(name, engine)
    counts, found = result.counts, _all(store)
    assert (counts["rows"], counts["published"], len(found)) == (expected.parcels,) * 3
    assert sum(p.ref.suffix != "" for p in found) == counts["numbered_again"] == expected.suffixed
    assert (counts["holes"], counts["several_parts"]) == (expected.holes, expected.several_parts)
    assert counts["registered"] == sum(p.registered_area is not None for p in found) == expected.declared
    assert (counts["differ_over_2_percent"], counts["differ_over_5_percent"]) == expected.beyond
    assert store.facts().crs == expected.crs
    assert len({p.ref for p in found}) == expected.parcels


Measured = Callable[[str, str], list[tuple[Parcel, overlay.ThemeShares]]]


@pytest.fixture(scope="module")
def measured(loaded: Loaded) -> Measured:
    """Every parcel of a set (in the short run every second), looked up by its number in one engine, and its shares of
    the bands: each once.
    """
    held: dict[tuple[str, str], list[tuple[Parcel, overlay.ThemeShares]]] = {}

    def measure(name: str, engine: str) -> list[tuple[Parcel, overlay.ThemeShares]]:
        if (name, engine) not in held:
            _, store = loaded(name, engine)
            asked = sorted(str(p.ref) for p in _all(store))[:: amount.of(2, 1)]
            held[name, engine] = [_looked_up(ref, store) for ref in asked]
        return held[name, engine]

    return measure


def _looked_up(ref: str, store: Store) -> tuple[Parcel, overlay.ThemeShares]:
    asked = search.parse_parcel(ref)
    series = search.resolve(asked, ON, *store.communes())
    answers = store.parcels(series, asked.sheet, asked.number, ON, KNOWN)
    (parcel,) = (p for p in answers if str(p.ref) == ref)
    assert len(answers) == 1 or parcel.ref.suffix
    return parcel, overlay.measure(parcel, ZONES, store.layer("zones", parcel.shape.bounds, ON, KNOWN))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", SETS)
def test_every_parcel_is_found_and_its_shares_add_up(measured: Measured, name: str, engine: str) -> None:
    kinds: Counter[str] = Counter()
    for parcel, shares in measured(name, engine):
        whole = parcel.registered_area or Decimal(str(round(parcel.shape.area, 1)))
        assert sum(row.area for row in shares.rows) == shares.total_area == whole, parcel.ref
        assert sum(row.percent for row in shares.rows) == shares.total_percent == 100, parcel.ref
        assert sum(row.drawn_area for row in shares.rows) == pytest.approx(parcel.shape.area, rel=1e-6)
        kinds.update(row.kind for row in shares.rows)
    asked = len(measured(name, engine))
    assert asked == -(-SETS[name].parcels // amount.of(2, 1))
    assert kinds.keys() >= {"designation", "conflict", "uncovered"}
    assert kinds["designation"] > asked / 2


@pytest.mark.postgis
@pytest.mark.parametrize("name", SETS)
def test_both_engines_hold_and_answer_the_same(loaded: Loaded, measured: Measured, name: str) -> None:
    one, other = (measured(name, engine) for engine in ("geopackage", "postgis"))
    assert loaded(name, "geopackage")[0].edition == loaded(name, "postgis")[0].edition
    assert [_bytes(parcel, shares) for parcel, shares in one] == [_bytes(parcel, shares) for parcel, shares in other]


def _bytes(parcel: Parcel, shares: overlay.ThemeShares) -> bytes:
    rows = b"".join(row.shape.wkb for row in shares.rows)
    return repr((replace(parcel, shape=None), shares)).encode() + parcel.shape.wkb + rows


def test_equal_numbers_give_a_list(loaded: Loaded) -> None:
    """Oakland: APN 2-102-23 stands three times in the county's file, 2-97-33 twice, each on ground of its own."""
    _, store = loaded("oakland", "geopackage")
    found = store.parcels(["00001@2020"], "2-102", "23", ON, KNOWN)
    assert [str(p.ref) for p in found] == [f"00001@2020/2-102/23~{n}" for n in (1, 2, 3)]
    assert len(store.parcels(["00001@2020"], "2-97", "33", ON, KNOWN)) == 2
    assert len({p.shape.wkb for p in found}) == 3


def test_feet_became_metres(loaded: Loaded) -> None:
    """3-55-18: its area in ft² × (1200/3937)², but for the scale of the two projections (under 0.15 %)."""
    pyogrio = pytest.importorskip("pyogrio")
    frame = pyogrio.read_dataframe(FILES / SETS["oakland"].file, where="APN = '3-55-18'")
    feet = frame.geometry.iloc[0]
    _, store = loaded("oakland", "geopackage")
    (parcel,) = store.parcels(["00001@2020"], "3-55", "18", ON, KNOWN)
    assert parcel.shape.area == pytest.approx(feet.area * (1200 / 3937) ** 2, rel=1.5e-3)
    assert parcel.shape.geom_type == "Polygon"


def test_declared_areas_stand_beside_the_drawn_ones(loaded: Loaded) -> None:
    """IDU 0290000A0215: SUPF 21,947 m² declared, 19,155 m² drawn."""
    _, store = loaded("france", "geopackage")
    (parcel,) = store.parcels(["13029@1999"], "0000A", "215", ON, KNOWN)
    assert parcel.registered_area == Decimal(21947)
    assert parcel.shape.area == pytest.approx(19155.3, abs=0.1)
    assert parcel.effective_from == date(1999, 12, 8)


def test_flats_on_one_plot_are_remarked(loaded: Loaded) -> None:
    result, _ = loaded("berkeley", "geopackage")
    remarked = {f.kind.code: f.count for f in result.findings}
    assert remarked["GEO-010"] == 122
