"""Every finding of the checks: a file that has it, and the same file without the fault, which has not."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from dataclasses import dataclass, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import files_to_load as office
import pytest
import shapely
import shapely.affinity
from files_to_load import EAST, MAP, NORTH, ROOT, RULEBOOK, THEME, TODAY, ZONES, codes, field_map, load, square, write

from landinfo.coordinates_source import way
from landinfo.intake.findings import KINDS, Finding, Severity, point_of
from landinfo.intake.load import LoadResult, run
from landinfo.intake.uses import read_uses
from landinfo.model import ThemeKind

Shape = Any


@dataclass(frozen=True)
class Case:
    """A file that triggers a finding, and ``clean``: what makes it a file that does not."""

    faulty: dict[str, Any]
    clean: dict[str, Any]
    map: str = MAP
    sections: tuple[tuple[str, str], ...] = ()
    more: str = ""
    clean_map: str = ""


def ring(*corners: tuple[float, float], hole: tuple[tuple[float, float], ...] = ()) -> Shape:
    moved = [[(EAST + x, NORTH + y) for x, y in points] for points in (corners, hole) if points]
    return shapely.Polygon(moved[0], moved[1:])


def box(west: float, south: float, east: float, north: float) -> Shape:
    return shapely.box(EAST + west, NORTH + south, EAST + east, NORTH + north)


def shapes(*given: Shape, **columns: Any) -> dict[str, Any]:
    """The two parcels of a clean file, then those given."""
    return {"shapes": [square(), square(10), *given], **columns}


def uses(*cells: str, area: str | None = None) -> dict[str, Any]:
    made: dict[str, Any] = {"shapes": [square(20.0 * n) for n in range(len(cells))], "LOAI": list(cells)}
    return made | ({"DT": [area] * len(cells)} if area else {})


def plan(*codes: str, at: tuple[Shape, ...], **columns: Any) -> dict[str, Any]:
    return {"shapes": list(at), "MA": list(codes), **columns}


CCW = ((0, 0), (10, 0), (10, 10), (0, 10))
HOLE_CW, HOLE_CCW = ((2, 2), (2, 5), (5, 5), (5, 2)), ((2, 2), (5, 2), (5, 5), (2, 5))
CLEAN = shapes()
USE = '[[parcel.land_use]]\ncode = "{LOAI}"\nregime = "2024"'
AREA = (("parcel", 'registered_area = { value = "{DT}" }\nmap_scale = "500"'),)
DAYS = (("parcel", 'effective_from = "{D1}"\neffective_to = "{D2}"'),)
STORE = MAP[: MAP.index("[edition]")]
PLAN = STORE + THEME.replace("bbox", "hull_of_features")
FOUR = (box(0, 0, 30, 10), box(0, 20, 30, 30), box(0, 10, 10, 20), box(20, 10, 30, 20))
"""Four areas around a place of 10 m × 10 m."""
TO_UTM = way("EPSG:9210", "EPSG:32648", ()).convert

CASES: dict[str, Case] = {
    "GEO-011": Case(shapes(ring((20, 0), (30, 0), (30, 0.0004), (30, 10), (20, 10))), shapes(square(20))),
    "GEO-012": Case(
        shapes(ring((20, 0), (30, 0), (30, 5), (45, 5.01), (30, 5.1), (30, 10), (20, 10))),
        shapes(ring((20, 0), (30, 0), (30, 5), (45, 6), (30, 8), (30, 10), (20, 10))),
    ),
    "GEO-013": Case(
        shapes(shapely.affinity.translate(ring(*CCW, hole=HOLE_CCW), 20)),
        shapes(shapely.affinity.translate(ring(*CCW, hole=HOLE_CW), 20)),
    ),
    "GEO-014": Case(shapes(square(20, side=0.2)), shapes(square(20, side=0.25))),
    "GEO-015": Case(shapes(square(20, side=0.7)), shapes(square(20, side=0.71))),
    "GEO-016": Case(shapes(box(20, 0, 40, 0.29)), shapes(box(20, 0, 40, 0.31))),
    "GEO-030": Case(shapes(TO_UTM(square(20))), shapes(square(20))),
    "TOP-001": Case(shapes(box(19, 0, 30, 10)), shapes(box(20, 0, 30, 10))),
    "TOP-002": Case(shapes(box(19.8, 0, 30, 10)), shapes(box(20, 0, 30, 10))),
    # A step of 3 m × 1 m that neither parcel has: closed by the parcel above.
    "TOP-003": Case(
        shapes(ring((20, 0), (30, 0), (30, 10), (20, 10), (20, 8), (21, 8), (21, 5), (20, 5))),
        shapes(box(20, 0, 30, 10)),
    ),
    "TOP-004": Case(shapes(box(20.2, 0, 30, 10)), shapes(box(20.4, 0, 30, 10))),
    "TOP-005": Case(shapes(square(0, 10), square(10, 10), box(-1, -1, 21, 21)), shapes(square(0, 10), square(10, 10))),
    "PAR-012": Case(
        shapes(D1=["2021-01-01", "2021-01-01"], D2=["", "2021-01-01"]),
        shapes(D1=["2021-01-01", "2021-01-01"], D2=["", "2021-01-02"]),
        sections=DAYS,
    ),
    "PAR-013": Case(
        shapes(D1=["2019-01-01"] * 2, D2=["", "2020-01-01"]),
        shapes(D1=["2019-01-01"] * 2, D2=["", "2020-01-02"]),
        sections=DAYS,
    ),
    "PAR-014": Case(
        shapes(D1=["1900-01-01", ""], D2=["", ""]), shapes(D1=["1900-01-02", ""], D2=["", ""]), sections=DAYS
    ),
    "PAR-015": Case(uses("T"), uses("ODT"), more=USE),
    "PAR-016": Case(uses("ODT 40 + CLN 60"), uses("ODT"), more=USE),
    "PAR-017": Case(uses("ODT", "ONT*"), uses("ODT", "ONT"), more=USE),
    "PAR-018": Case(
        uses("ODT 40 + CLN 59.4", area="100"), uses("ODT 40 + CLN 59.5", area="100"), more=USE, sections=AREA
    ),
    # A square of 10 m at 1:500: standard error 10 m × 0.07 m = 0.7 m², tolerance twice that.
    "PAR-019": Case(shapes(DT=["100", "98.5"]), shapes(DT=["100", "98.7"]), sections=AREA),
    "PAR-020": Case(shapes(THUA=["1", "3"]), shapes(THUA=["1", "2"])),
    "PAR-021": Case(shapes(THUA=["1", "102"]), shapes(THUA=["1", "101"])),
    "PAR-022": Case(shapes(THUA=["1", "02"]), shapes(THUA=["1", "2"])),
    "PAR-023": Case(
        shapes(KY=["2024", "2025"]),
        shapes(KY=["2024", "2024"]),
        map=MAP[MAP.index("[edition]") :].replace('period = "2024"', 'period = "{KY}"')
        + '\n[store]\ntitle = "x"\ncrs = "EPSG:9210"\n',
    ),
    "THE-004": Case(
        plan("A", "B", at=(box(0, 0, 10, 10), box(9, 0, 20, 10))),
        plan("A", "A", at=(box(0, 0, 10, 10), box(9, 0, 20, 10))),
        map=PLAN,
    ),
    "THE-005": Case(plan("A", "B", "C", "A", at=FOUR), plan("A", "B", "C", at=FOUR[:3]), map=PLAN),
    "THE-006": Case(
        plan("A", "B", at=FOUR[:2], VB=["QĐ 1/2020", "QĐ 2/2020"]),
        plan("A", "B", at=FOUR[:2], VB=["QĐ 1/2020", "QĐ 1/2020"]),
        map=PLAN,
        sections=(("theme", 'document = "{VB}"'),),
    ),
    "PAR-024": Case(uses("ODT", "lê hồng phong"), uses("ODT", "XYZ"), more=USE),
    "PER-001": Case(shapes(TenChu=["A", "B"]), shapes(MauSac=["A", "B"])),
    "PER-002": Case(
        shapes(TenChu=["1", "2"], SO=["1", "2"]),
        shapes(TenChu=["1", "2"], SO=["1", "2"]),
        map=MAP.replace("{THUA}", "{TenChu}"),
        clean_map=MAP.replace("{THUA}", "{SO}"),
    ),
    "PER-003": Case(shapes(TO=["12", "079123456789"]), shapes(TO=["12", "12"])),
    "TXT-001": Case(
        shapes(TO=[unicodedata.normalize("NFD", "tờ1")] * 2), shapes(TO=[unicodedata.normalize("NFC", "tờ1")] * 2)
    ),
    "TXT-002": Case(shapes(TO=["12", "tÃª1"]), shapes(TO=["12", "tê1"])),
    "TXT-003": Case(shapes(TO=["12", "Ð4"]), shapes(TO=["12", "Đ4"])),
}
ELSEWHERE = {"GEO-020", "GEO-021", "GEO-022", "GEO-023", "GEO-024", "ROW-001"}
"""Repairs (``test_checks_repair.py``) and rows set aside (``test_checks_rest.py``)."""
LINES = {"TOP-001", "TOP-002", "TOP-003", "TOP-004", "THE-004", "THE-005"}
WITHOUT_A_PLACE = {"PER-001", "PER-002", "TXT-001"}


def office_file(at: Path, case: Case, given: dict[str, Any], name: str, map: str) -> tuple[Path, Path]:
    columns = dict(given)
    drawn = columns.pop("shapes")
    if "MA" not in columns:
        count = range(1, len(drawn) + 1)
        columns = {"TO": ["12"] * len(drawn), "THUA": [str(n) for n in count], **columns}
    columns = {name: [*values, *[""] * (len(drawn) - len(values))] for name, values in columns.items()}
    for name_, default in (("TO", "12"), ("THUA", None)):
        if name_ in columns and "MA" not in columns:
            columns[name_] = [v or default or str(n) for n, v in enumerate(columns[name_], 1)]
    made = field_map(at / f"{name}.toml", map or case.map, more=case.more, **dict(case.sections))
    return write(at / f"{name}.gpkg", drawn, columns), made


def loaded(at: Path, case: Case, given: dict[str, Any], name: str, map: str = "") -> LoadResult:
    file, map_file = office_file(at, case, given, name, map)
    return load(file, map_file, str(at / f"{name}-store.gpkg"), TODAY)


def finding(result: LoadResult, code: str) -> Finding:
    (one,) = (f for f in result.findings if f.kind.code == code)
    return one


@pytest.mark.parametrize("code", CASES)
def test_a_fault_is_found_and_its_absence_is_not(tmp_path: Path, code: str) -> None:
    case = CASES[code]
    faulty, clean = (
        loaded(tmp_path, case, case.faulty, "faulty"),
        loaded(tmp_path, case, case.clean, "clean", case.clean_map),
    )
    assert code in codes(faulty)
    assert code not in codes(clean)
    refuses = KINDS[code].severity in (Severity.FATAL, Severity.ERROR)
    assert faulty.published is not refuses
    assert clean.published


@pytest.mark.parametrize("code", [c for c in CASES if c not in WITHOUT_A_PLACE])
def test_each_place_is_a_point_or_a_line_in_the_plane(tmp_path: Path, code: str) -> None:
    result = loaded(tmp_path, CASES[code], CASES[code].faulty, "faulty")
    for place in finding(result, code).places:
        assert place.mark is not None
        assert place.mark.geom_type in (("LineString", "MultiLineString") if code in LINES else ("Point",))
        x, y = point_of(place)
        assert x is not None
        assert y is not None
        if code != "GEO-030":
            assert EAST - 5 < x < EAST + 100
            assert NORTH - 5 < y < NORTH + 100


def test_all_findings_have_a_sentence_and_what_to_do() -> None:
    """That each has a case is checked in ``test_load_refused.py``."""
    ours = {code for code in KINDS if not code.startswith("PRI-")}
    assert len(ours) >= 40
    assert [code for code in sorted(ours) if not {code, f"do-{code}"} <= office.TEXTS.keys()] == []
    assert {code for code in office.TEXTS if code.startswith("do-")} == {f"do-{code}" for code in ours}


def test_the_readme_lists_every_finding_with_its_severity_and_sentence() -> None:
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"^\| `([A-Z]{3}-\d{3})` \| (\w+) \| (.+) \|$", readme, re.MULTILINE)
    told = {code: re.sub(r"\{count(?::number)?\}", "n", office.TEXTS[code]["en"]).replace("|", "\\|") for code in KINDS}
    assert rows == [(code, str(KINDS[code].severity), told[code]) for code in sorted(KINDS)]


def test_the_places_of_faults(tmp_path: Path) -> None:
    """Where each lies, worked out by hand from the drawing."""
    expected = {"GEO-011": (30, 0.0004), "GEO-012": (45, 5.01)}
    for code, (x, y) in expected.items():
        (place,) = finding(loaded(tmp_path, CASES[code], CASES[code].faulty, code), code).places
        assert place.row == 3
        assert point_of(place) == pytest.approx((EAST + x, NORTH + y), abs=1e-6)
    areas = {"TOP-001": 10.0, "TOP-002": 2.0, "TOP-003": 3.0, "TOP-004": 2.0, "THE-004": 10.0, "THE-005": 100.0}
    for code, area in areas.items():
        (place,) = finding(loaded(tmp_path, CASES[code], CASES[code].faulty, code), code).places
        assert shapely.area(shapely.polygonize([place.mark])) == pytest.approx(area, abs=1e-3), code


def test_a_sheet_of_parcels_in_a_grid_has_no_findings(tmp_path: Path) -> None:
    grid = [square(10 * e, 10 * n) for n in range(9, -1, -1) for e in range(10)]
    result = loaded(tmp_path, Case({}, {}), {"shapes": grid}, "grid")
    assert codes(result) == ["EDI-003"]


@pytest.mark.parametrize(
    ("made", "cause"),
    [
        (lambda shape: shapely.affinity.translate(square(side=0.0001), 106.67 - EAST, 10.98 - NORTH), "độ"),
        (lambda shape: shapely.transform(shape, lambda xy: xy[:, ::-1]), "đổi chỗ"),
        (TO_UTM, "UTM"),
        (lambda shape: shapely.affinity.translate(shape, 0, 3e5), "không rõ"),
    ],
)
def test_a_row_that_lies_elsewhere_is_refused_with_the_cause(
    tmp_path: Path, made: Callable[[Shape], Shape], cause: str
) -> None:
    """One row among others that lie right; of a whole file ``test_readers_landing.py`` asks."""
    given = {"shapes": [square(40), square(50), made(square())]}
    result = loaded(tmp_path, Case({}, {}), given, "elsewhere")
    assert not result.published
    assert cause in finding(result, "GEO-030").params["cause"]["vi"]
    assert not (tmp_path / "elsewhere-store.gpkg").exists()


def test_parcels_of_different_times_do_not_overlap(tmp_path: Path) -> None:
    days = {"D1": ["2020-01-01", "2024-01-01"], "D2": ["2024-01-01", ""], "THUA": ["1", "2"]}
    case = Case({}, {}, sections=DAYS)
    assert "TOP-001" not in codes(loaded(tmp_path, case, {"shapes": [square(), square(5)], **days}, "after"))
    days["D1"][1] = "2023-12-31"
    assert "TOP-001" in codes(loaded(tmp_path, case, {"shapes": [square(), square(5)], **days}, "beside"))


@pytest.mark.parametrize(("scale", "told"), [("", "1:1000 giả định · assumed)"), ("500", "1:500)")])
def test_a_scale_that_is_assumed_is_said_to_be(tmp_path: Path, scale: str, told: str) -> None:
    area = 'registered_area = { value = "{DT}" }\nmap_scale = "{TL}"'
    file = write(tmp_path / "a.gpkg", [square(side=50)], {"TO": ["12"], "THUA": ["1"], "DT": ["2400"], "TL": [scale]})
    result = load(file, field_map(tmp_path / "m.toml", parcel=area), str(tmp_path / "s.gpkg"), TODAY)
    (place,) = finding(result, "PAR-019").places
    assert told in place.detail


def test_flats_on_one_plot_do_not_overlap_each_other(tmp_path: Path) -> None:
    result = loaded(tmp_path, Case({}, {}), {"shapes": [square(), square(), square()]}, "flats")
    assert codes(result) == ["GEO-010", "EDI-003"]


def test_a_number_with_a_letter_is_no_natural_one_either(tmp_path: Path) -> None:
    file = write(tmp_path / "a.gpkg", [square(), square(10)], {"TO": ["12", "12"], "THUA": ["1", "1a"]})
    assert "PAR-022" in codes(load(file, field_map(tmp_path / "m.toml"), str(tmp_path / "s.gpkg"), TODAY))


def test_two_designations_on_a_thin_strip_are_digitising_noise(tmp_path: Path) -> None:
    """0.29 m wide and 10 m long; a sliver is up to 0.3 m wide."""
    for name, shift, found in (("a", 9.71, False), ("b", 9.69, True)):
        file = write(tmp_path / f"{name}.gpkg", [square(), square(shift)], {"MA": ["A", "B"]})
        result = load(file, field_map(tmp_path / f"{name}.toml", PLAN), str(tmp_path / f"s{name}.gpkg"), TODAY)
        assert ("THE-004" in codes(result)) is found


def test_designations_of_an_overlay_may_lie_on_each_other(tmp_path: Path) -> None:
    themes = {"zones": replace(ZONES, kind=ThemeKind.OVERLAY)}
    file = write(tmp_path / "a.gpkg", [square(), square(5), square(40)], {"MA": ["A", "B", "A"]})
    map, url = field_map(tmp_path / "m.toml", PLAN), str(tmp_path / "s.gpkg")
    result = run(file, map, url, TODAY, lambda step, done: None, replace(RULEBOOK, themes=themes), new=True)
    assert result.published
    assert not {"THE-004", "THE-005"} & set(codes(result))


@pytest.mark.parametrize("cell", ["ODT 1.234", "CLN 1,234", "ODT 40 + CLN 1.234"])
def test_a_grouped_area_in_a_cell_is_never_guessed(cell: str) -> None:
    """One thousand two hundred thirty-four, or one and a bit: the cell is kept as it stands."""
    told = read_uses(cell, {"ODT", "CLN"})
    assert (told.read, told.parts) == (False, ((cell, None),))
    assert read_uses("ODT 1234.5", {"ODT"}).parts == (("ODT", Decimal("1234.5")),)
