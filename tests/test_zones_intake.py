"""Zones derived from files: findings with their places, editions on both engines, refusals."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import shapely
from drawn import BOOK, DEAR, alley, box, street
from files_to_load import EVERYWHERE, field_map, write

from landinfo.asked import read_query
from landinfo.cli import main
from landinfo.intake import editions, preview, zones
from landinfo.intake.findings import KINDS, Severity
from landinfo.intake.load import LoadResult
from landinfo.intake.ways import read_way_map
from landinfo.model import BadInput, Coverage, Edition, LandUse, Parcel, ParcelRef, PriceZone, Refused
from landinfo.store import SCHEMA_VERSION, Load, Store, StoreFacts, create_store, open_store
from landinfo.store.communes import read_communes
from landinfo.zones.network import Way

ROOT = Path(__file__).resolve().parent.parent
SURVEYED, FIRST, KNOWN = date(2014, 7, 1), date(2026, 1, 1), date(2026, 11, 27)
MAP = """
[streets]
section = "{DOAN}"
width = "{RONG}"
name = "{TEN}"
corridor = "{HLAT}"

[alleys]
width = "{RONG}"
narrowest = "{HEP}"
surface = "{MAT}"
name = "{TEN}"
mapping = { "đất" = "earth", "bê tông" = "paved" }

[edition]
territory = "25750"
document = "87/2025/NQ-HĐND"
effective_from = 2026-01-01
source = "tests"

[coverage]
of = "features"
"""
LOT = box(-2, 0, 8, 15)
BACK = box(12, 30, 24, 40)
MAIN, PATH = street((-200, -5), (200, -5)), alley((10, -5), (10, 60))


@dataclass(frozen=True)
class Drawing:
    """What is drawn: streets, alleys, parcels with their uses."""

    streets: tuple[Any, ...] = (MAIN,)
    alleys: tuple[Any, ...] = (PATH,)
    lots: tuple[Any, ...] = (LOT, BACK)
    uses: tuple[str, ...] = ()
    map: str = MAP
    texts: dict[str, list[Any]] = field(default_factory=dict)


def files(at: Path, drawing: Drawing) -> tuple[Path, Path | None, Path]:
    at.mkdir(exist_ok=True)
    shown = [w if isinstance(w, Way) else replace(MAIN, line=w) for w in drawing.streets]
    columns: dict[str, list[Any]] = {
        "DOAN": [w.section for w in shown],
        "RONG": [w.width for w in shown],
        "TEN": [w.name for w in shown],
        "HLAT": [w.corridor for w in shown],
    }
    streets = write(at / "streets.gpkg", [w.line for w in shown], columns | drawing.texts)
    ways = drawing.alleys
    words = {"earth": "đất", "paved": "bê tông", "": None}
    alleys = None
    if ways:
        alleys = write(
            at / "alleys.gpkg",
            [w.line for w in ways],
            {
                "RONG": [w.width for w in ways],
                "HEP": [w.narrowest for w in ways],
                "MAT": [words.get(w.surface, w.surface) for w in ways],
                "TEN": [w.name for w in ways],
            },
        )
    return streets, alleys, field_map(at / "map.toml", drawing.map)


def held(url: str, drawing: Drawing, *, simulated: bool = False, sign_off: bool = False) -> Store:
    """A store with the parcels of the drawing: sheet 1, numbers from 01 (zeros that must stay)."""
    facts = StoreFacts("Sổ thử", "EPSG:9210", SCHEMA_VERSION, simulated)
    store = create_store(url, facts, *read_communes(ROOT / "data"))
    parcels = [
        Parcel(
            ParcelRef("25744", "2024", "1", f"{n:02}"), shape, Decimal(100),
            (LandUse(drawing.uses[n - 1] if n <= len(drawing.uses) else "ODT", "TT08/2024", None),),
            SURVEYED, None, "25750", 500, "P",
        )
        for n, shape in enumerate(drawing.lots, 1)
    ]  # fmt: skip
    ground = Coverage("parcels", box(-300, -300, 300, 500), SURVEYED, None, True, "P")
    edition = Edition(
        "P", "parcels", "25750", "d", SURVEYED, date(2026, 1, 2), None, "0", simulated, "tests", len(parcels)
    )
    store.publish([Load(edition, [ground], parcels)])
    store.ask_sign_off(sign_off, "Lan", date(2026, 1, 2))
    return store


def run(at: Path, url: str, drawing: Drawing, **more: Any) -> LoadResult:
    streets, alleys, map_file = files(at, drawing)
    asked = zones.Asked(streets, alleys, map_file, "nq87-2025", None, KNOWN)
    return zones.run(replace(asked, **more), url, lambda step, done: None, BOOK)


def derived(at: Path, drawing: Drawing) -> tuple[LoadResult, dict[str, PriceZone]]:
    url = str(at / "s.gpkg")
    at.mkdir(exist_ok=True)
    store = held(url, drawing)
    result = run(at, url, drawing)
    made = store.content(result.edition.id, EVERYWHERE).zones if result.edition else ()
    store.close()
    return result, {zone.id: zone for zone in made}


def codes(result: LoadResult) -> set[str]:
    return {f.kind.code for f in result.findings}


# ---- findings: each with a drawing that has it, and one that has not ----

BOTH = Drawing()
WIDE = (street((-200, -5), (200, -5)),)
CASES: dict[str, tuple[Drawing, Drawing]] = {
    "ZON-001": (Drawing(streets=(MAIN, street((0, 70), (100, 70), section=""))), BOTH),
    "ZON-002": (Drawing(streets=(MAIN, street((0, 70), (100, 70), section="25750:9999"))), BOTH),
    "ZON-003": (Drawing(alleys=(PATH, alley((10, 63), (10, 90)))), Drawing(alleys=(PATH, alley((10, 61), (10, 90))))),
    "ZON-004": (Drawing(alleys=(alley((10, -5), (10, 60), width=None),)), BOTH),
    "ZON-005": (Drawing(alleys=(alley((10, -5), (10, 60), surface=""),)), BOTH),
    "ZON-006": (Drawing(streets=(MAIN, shapely.Point(600_000, 1_214_000))), BOTH),
    "ZON-007": (Drawing(streets=(street((-200, -5), (200, -5), width=201),)), BOTH),
    "ZON-008": (Drawing(lots=(LOT, box(100, 60, 110, 70))), BOTH),
    "ZON-009": (Drawing(streets=(MAIN, street((-7, -10), (-7, 100), section="25750:11"))), BOTH),
    "ZON-010": (Drawing(lots=(LOT, BACK, box(5, 20, 15, 60))), BOTH),
    "ZON-011": (Drawing(lots=(LOT, box(100, 6, 110, 20))), BOTH),
    "ZON-012": (
        Drawing(
            alleys=(
                alley((10, -5), (10, 60), width=2.5), alley((60, -5), (60, 60)), alley((10, 60), (60, 60)),
                alley((10, 60), (10, 90)),
            ),
            lots=(LOT, box(12, 70, 24, 80)),
        ),
        BOTH,
    ),
    "ZON-013": (Drawing(lots=(LOT, BACK, box(-100, -10, 100, 0))), BOTH),
    "ZON-015": (Drawing(lots=(LOT, box(7, 0, 20, 15))), BOTH),
}  # fmt: skip


@pytest.mark.parametrize("code", CASES)
def test_a_fault_is_found_and_its_absence_is_not(tmp_path: Path, code: str) -> None:
    """The clean drawing of most is ``BOTH``, which has no finding at all (below)."""
    faulty, clean = CASES[code]
    result, _ = derived(tmp_path / "a", faulty)
    assert code in codes(result)
    assert clean is BOTH or code not in codes(derived(tmp_path / "b", clean)[0])
    refuses = KINDS[code].severity in (Severity.FATAL, Severity.ERROR)
    assert (result.edition is None) is refuses
    (found,) = (f for f in result.findings if f.kind.code == code)
    if code != "ZON-006":
        assert all(place.mark is not None for place in found.places)


def test_a_clean_drawing_has_no_findings(tmp_path: Path) -> None:
    result, _ = derived(tmp_path, BOTH)
    assert codes(result) == set()
    assert result.edition is not None


@pytest.mark.parametrize(
    ("day", "expected"), [(date(2016, 6, 1), {"ZON-008"}), (date(2022, 1, 1), {"ZON-008", "ZON-014"})]
)
def test_bands_that_are_not_known_are_said(tmp_path: Path, day: date, expected: set[str]) -> None:
    """The section of 2016 that is held; in 2020–2024 the agricultural bands are not known."""
    prices = next(x for x in BOOK.price_lists if x.id == "qd66-2015")
    book = replace(BOOK, price_lists=(replace(prices, effective_to=date(2023, 1, 1)),))
    ours = Drawing(
        streets=(street((-200, -5), (200, -5), section="718:1"),), alleys=(), lots=(LOT, box(90, 60, 99, 70))
    )
    url = str(tmp_path / "s.gpkg")
    store = held(url, ours)
    streets, _, map_file = files(tmp_path, ours)
    result = zones.run(
        zones.Asked(streets, None, map_file, "qd66-2015", day, KNOWN), url, lambda step, done: None, book
    )
    assert codes(result) == expected
    assert result.edition is not None
    made = {z.id: z for z in store.content(result.edition.id, EVERYWHERE).zones}
    front, back = made["25744@2024/1/01"], made["25744@2024/1/02"]
    known = day.year == 2016
    assert (front.position, front.agricultural_position) == (1, 1 if known else 0)
    assert (back.position, back.agricultural_position) == (2, 2 if known else 0)  # 60–70 m: band 2 of 50/100/200
    assert (front.effective_from, front.effective_to) == (day, date(2023, 1, 1))
    store.close()


def test_every_finding_of_zones_has_a_case() -> None:
    assert {c for c in KINDS if c.startswith("ZON-")} == CASES.keys() | {"ZON-014"}


# ---- what the files say is what the zones say ----


def test_names_zeros_and_the_way_they_were_found(tmp_path: Path) -> None:
    name = unicodedata.normalize("NFD", "Đường Thử Nghiệm")
    drawing = Drawing(streets=(replace(MAIN, name=name),), alleys=(replace(PATH, name="Hẻm 5"),))
    _, made = derived(tmp_path, drawing)
    front, back = made["25744@2024/1/01"], made["25744@2024/1/02"]
    assert front.found["street"] == unicodedata.normalize("NFC", name)
    assert front.found == {
        "street": "Đường Thử Nghiệm", "distance_m": "0", "frontage_m": "10.0", "faces": "south",
        "parcel": "25744@2024/1/01",
        "rule": "87/2025/NQ-HĐND Phụ lục I khoản 1",
    }  # fmt: skip
    assert (back.position, back.found["alley"], back.found["alley_width_m"], back.found["distance_m"]) == (
        3, "Hẻm 5", "4.0", "30.0",
    )  # fmt: skip
    assert (front.section, front.price_list, front.effective_from) == (DEAR, "nq87-2025", FIRST)


def test_a_comma_is_a_comma_where_the_map_says_so(tmp_path: Path) -> None:
    text = {"RONG": ["10,0"]}
    told = MAP.replace("[streets]", '[streets]\ndecimal = "comma"')
    assert derived(tmp_path / "a", replace(BOTH, texts=text))[0].edition is None
    assert derived(tmp_path / "b", replace(BOTH, texts=text, map=told))[0].edition is not None


def test_an_unknown_surface_word_is_refused(tmp_path: Path) -> None:
    result, _ = derived(tmp_path, replace(BOTH, alleys=(replace(PATH, surface="cát"),)))
    assert codes(result) == {"MAP-005"}
    assert result.edition is None


def test_a_canal_is_known_by_the_parcel_of_water(tmp_path: Path) -> None:
    lots = (box(100, 6, 110, 20), box(50, 0.6, 150, 5.9))
    _, made = derived(tmp_path, Drawing(lots=lots, uses=("ODT", "SON"), alleys=()))
    assert dict(made["25744@2024/1/01"].conditions) == {"hampered": "canal"}
    _, made = derived(tmp_path / "house", Drawing(lots=lots, uses=("ODT", "ODT"), alleys=()))
    assert dict(made["25744@2024/1/01"].conditions) == {"access": "boat"}


def test_a_house_beyond_the_canal_is_no_canal(tmp_path: Path) -> None:
    lots = (box(100, 12, 110, 20), box(50, 0.6, 150, 5.9), box(50, 6, 150, 11.9))
    _, made = derived(tmp_path, Drawing(lots=lots, uses=("ODT", "SON", "ODT"), alleys=()))
    assert dict(made["25744@2024/1/01"].conditions) == {"access": "boat"}


def test_ground_of_two_parcels_has_one_zone(tmp_path: Path) -> None:
    _, made = derived(tmp_path, CASES["ZON-015"][0])
    shapes = [zone.shape for zone in made.values()]
    assert sum(shape.area for shape in shapes) == pytest.approx(shapely.union_all(shapes).area)
    assert shapely.union_all(shapes).area == pytest.approx(22 * 15)


def test_files_in_another_place_are_refused(tmp_path: Path) -> None:
    there = replace(MAIN, line=shapely.transform(MAIN.line, lambda xy: xy[:, ::-1]))
    result, _ = derived(tmp_path, replace(BOTH, streets=(there,)))
    assert result.edition is None
    assert any(code.startswith("CRS-") for code in codes(result))


@pytest.mark.parametrize(
    ("change", "code"),
    [
        (lambda m: m.replace('section = "{DOAN}"\n', ""), "MAP-002"),
        (lambda m: m.replace("{DOAN}", "{KHONG_CO}"), "MAP-003"),
        (lambda m: m.replace("[streets]", '[streets]\nmau = "{X}"'), "MAP-006"),
        (lambda m: m + "\n[khac]\na = 1\n", "MAP-006"),
        (lambda m: m.replace("[edition]", "[edition"), "MAP-001"),
        (lambda m: m.replace('"{TEN}"', '"{TenChu}"'), "PER-002"),
    ],
)
def test_a_map_that_does_not_fit_is_refused(tmp_path: Path, change: Callable[[str], str], code: str) -> None:
    result, _ = derived(tmp_path, replace(BOTH, map=change(MAP), texts={"TenChu": ["x"]}))
    assert codes(result) == {code}


@pytest.mark.parametrize(
    ("more", "code"),
    [
        ({"price_list": "nq88"}, "zones-no-list"),
        ({"price_list": "qd04-2017"}, "zones-no-list"),
        ({"on": date(2025, 12, 31)}, "zones-not-its-day"),
    ],
)
def test_a_list_or_a_day_that_is_none_is_refused(tmp_path: Path, more: dict[str, Any], code: str) -> None:
    held(str(tmp_path / "s.gpkg"), BOTH).close()
    with pytest.raises(BadInput) as wrong:
        run(tmp_path, str(tmp_path / "s.gpkg"), BOTH, **more)
    assert wrong.value.code == code


def test_real_zones_do_not_go_into_a_simulated_store(tmp_path: Path) -> None:
    held(str(tmp_path / "s.gpkg"), BOTH, simulated=True).close()
    assert codes(run(tmp_path, str(tmp_path / "s.gpkg"), BOTH)) == {"STO-002"}


def test_the_map_of_the_readme_is_understood(tmp_path: Path) -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    (body,) = (b for b in re.findall(r"^```toml\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL) if "[streets]" in b)
    (tmp_path / "map.toml").write_text(body, "utf-8")
    made = read_way_map(tmp_path / "map.toml", alleys=True)
    assert made.alleys is not None
    assert made.streets.columns.keys() == {"section", "width", "corridor", "name"}
    assert made.alleys.columns.keys() == {"width", "narrowest", "surface"}


def test_ground_without_a_position_has_no_price_and_says_why(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    url = str(tmp_path / "s.gpkg")
    drawing = CASES["ZON-004"][0]
    held(url, drawing).close()
    assert run(tmp_path, url, drawing).edition is not None
    given = ["parcel", "25744@2024/1/02", "--on", "2026-03-01", "--known", "2026-11-28", "--store", url]
    assert main([*given, "--lang", "en"]) == 0
    assert "the position of this ground in the list is not known" in capsys.readouterr().out


# ---- an edition like any other, on both engines ----


def test_both_engines_give_the_same_edition(store_url: str, tmp_path: Path) -> None:
    store = held(store_url, BOTH)
    result = run(tmp_path, store_url, BOTH, draft=True, who="Lan")
    assert result.edition is not None
    assert result.edition.id == derived(tmp_path / "file", BOTH)[0].edition.id  # type: ignore[union-attr]
    at = (600_005.0, 1_214_005.0)
    there = (*at, *at)
    assert store.zones(there, FIRST, KNOWN)[1] == ()
    editions.publish(store, result.edition.id, "Lan", KNOWN)
    assert [z.id for z in store.zones(there, FIRST, KNOWN)[1]] == ["25744@2024/1/01"]
    again = run(tmp_path, store_url, BOTH)
    assert codes(again) == {"EDI-001"}
    other = replace(BOTH, alleys=(replace(PATH, narrowest=2.0, width=4),))
    assert codes(run(tmp_path, store_url, other)) == {"EDI-002"}
    over = replace(other, map=MAP.replace('source = "tests"', 'source = "tests"\nreplaces = true'))
    newer = run(tmp_path, store_url, over)
    assert newer.edition is not None
    behind = (600_015.0, 1_214_035.0) * 2
    assert [z.position for z in store.zones(behind, FIRST, KNOWN)[1]] == [4]
    editions.undo(store, newer.edition.id, "Minh", KNOWN)
    assert [z.position for z in store.zones(behind, FIRST, KNOWN)[1]] == [3]
    store.close()


def test_a_preview_of_zones_says_whose_price_falls(store_url: str, tmp_path: Path) -> None:
    """Behind the alley position 3 becomes 4, 52.16 million × (0.40 − 0.32) = 4,172,800 đ/m² less on 100 m²."""
    store = held(store_url, BOTH)
    run(tmp_path, store_url, BOTH)
    narrower = replace(BOTH, alleys=(replace(PATH, narrowest=2.0, width=4),))
    over = replace(narrower, map=MAP.replace('source = "tests"', 'source = "tests"\nreplaces = true'))
    draft = run(tmp_path, store_url, over, draft=True, who="Lan")
    assert draft.edition is not None
    days = {"on": "2026-03-01", "known": KNOWN.isoformat()}
    found = preview.preview(store, draft.edition.id, read_query(days.items(), KNOWN), BOOK)
    (effect,) = found.effects
    assert (str(effect.ref), effect.what, effect.worth) == ("25744@2024/1/02", ("price",), Decimal(-417_280_000))
    store.close()


def test_a_store_that_asks_for_a_second_signature_gets_drafts_only(tmp_path: Path) -> None:
    url = str(tmp_path / "s.gpkg")
    held(url, BOTH, sign_off=True).close()
    with pytest.raises(Refused, match="edition-needs-draft"):
        run(tmp_path, url, BOTH)
    with pytest.raises(Refused, match="edition-needs-name"):
        run(tmp_path, url, BOTH, draft=True)
    assert run(tmp_path, url, BOTH, draft=True, who="Lan").edition is not None


def test_what_is_refused_leaves_the_store_as_it_was(tmp_path: Path) -> None:
    url = tmp_path / "s.gpkg"
    held(str(url), BOTH).close()
    before = url.read_bytes()
    for drawing in (CASES["ZON-002"][0], CASES["ZON-006"][0], CASES["ZON-007"][0]):
        assert run(tmp_path, str(url), drawing).edition is None
    assert url.read_bytes() == before


def test_the_order_of_the_rows_changes_nothing(tmp_path: Path) -> None:
    ways = (PATH, alley((10, 60), (60, 60), width=3), alley((60, -5), (60, 60), width=5))
    lots = (LOT, BACK, box(12, 50, 22, 58.4))
    ids = {
        derived(tmp_path / str(n), Drawing(alleys=order, lots=lots))[0].edition.id  # type: ignore[union-attr]
        for n, order in enumerate((ways, ways[::-1]))
    }
    assert len(ids) == 1


# ---- the command line ----


def test_the_command_derives_and_reports(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    drawing = CASES["ZON-009"][0]
    url = str(tmp_path / "s.gpkg")
    held(url, drawing).close()
    streets, alleys, map_file = files(tmp_path, drawing)
    given = ["zones", "derive", "--streets", str(streets), "--alleys", str(alleys), "--map", str(map_file)]
    given += ["--store", url, "--list", "nq87-2025", "--known", "2026-11-27", "--report", str(tmp_path / "r")]
    assert main([*given, "--draft", "--by", "Lan"]) == 0
    told = capsys.readouterr()
    assert "2 vùng giá của 2 thửa" in told.out
    assert "[ZON-009]" in told.err
    assert sorted(p.name for p in (tmp_path / "r").iterdir()) == [
        "findings.csv", "findings.geojson", "findings.gpkg", "findings.html",
    ]  # fmt: skip
    store = open_store(url)
    assert [e.layer for e in store.drafts()] == ["price_zones"]
    store.close()


def test_the_command_ends_with_2_and_a_sentence(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = str(tmp_path / "s.gpkg")
    held(url, BOTH).close()
    streets, _, map_file = files(tmp_path, BOTH)
    given = ["zones", "derive", "--map", str(map_file), "--store", url, "--known", "2026-11-27"]
    for more in (
        ["--streets", str(tmp_path / "none.gpkg"), "--list", "nq87-2025"],
        ["--streets", str(streets), "--list", "nq88"],
        ["--streets", str(streets), "--list", "nq87-2025", "--on", "2025-06-01"],
        ["--streets", str(streets), "--list", "nq87-2025", "--on", "soon"],
    ):
        assert main([*given, *more]) == 2
        assert "Traceback" not in capsys.readouterr().err
