"""Programs that read OGC API – Features, against a server that listens: OWSLib, Debian's ogrinfo, and a newer GDAL."""

from __future__ import annotations

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import pytest
import shapely
import street
from browsing import served
from owslib.ogcapi.features import Features
from pyogrio import list_drivers
from serving import body, client
from street import X, Y

from landinfo import coordinates
from landinfo.store import Store

VN2000 = "http://www.opengis.net/def/crs/EPSG/0/9210"
NUMBERS = ["1", "2", "1", "1", "7", "9", "10"]
"""Of the street, in order of arrival, on the day of the tests: 8 has ended."""


@pytest.fixture(scope="module")
def address(street_store: Store, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """On each engine."""
    with served(street_store, str(tmp_path_factory.mktemp("register") / "kept.sqlite")) as origin:
        yield f"{origin}/ogc"


def numbers(found: dict[str, Any]) -> list[str]:
    return [feature["properties"]["number"] for feature in found["features"]]


def window(x: float, y: float, x1: float, y1: float) -> list[float]:
    plane = coordinates.plane()
    return [*plane.point_to_wgs84(X + x, Y + y), *plane.point_to_wgs84(X + x1, Y + y1)]


def test_owslib(address: str) -> None:
    service = Features(f"{address}/")
    assert "parcels" in service.feature_collections()
    assert "http://www.opengis.net/spec/ogcapi-features-1/1.0/conf/core" in service.conformance()["conformsTo"]
    assert service.api()["openapi"] == "3.0.3"
    assert service.collection("parcels")["storageCrs"] == VN2000
    assert "land_uses" in service.collection_queryables("parcels")["properties"]
    assert numbers(service.collection_items("parcels")) == NUMBERS
    assert numbers(service.collection_items("parcels", limit=2, offset=4)) == ["7", "9"]
    assert numbers(service.collection_items("parcels", bbox=window(301, 1, 302, 2))) == ["9"]
    over_the_end = service.collection_items("parcels", datetime_="2026-01-31/2026-02-01")
    assert numbers(over_the_end) == [*NUMBERS[:5], "8", *NUMBERS[5:]]
    assert numbers(service.collection_items("parcels", filter="land_uses LIKE '%ODT%'")) == ["2", "1"]
    one = service.collection_item("parcels", "25750@2024:1:2")
    assert one["properties"]["ref"] == "25750@2024/1/2"
    crs = service.collection_items("parcels", crs=VN2000, limit=1)["features"][0]["geometry"]["coordinates"][0]
    assert [X, Y] in crs


@pytest.fixture(scope="module")
def ogrinfo() -> Callable[..., dict[str, Any]]:
    """Debian's program (GDAL 3.6): CRS84 alone, ten features a page unless it is told otherwise."""
    if shutil.which("ogrinfo") is None:
        if os.environ.get("CI"):
            pytest.fail("no ogrinfo, and CI must have it")
        pytest.skip("no ogrinfo here (tests/setup.sh installs it)")

    def ask(address: str, layer: str, *options: str) -> dict[str, Any]:
        command = ["ogr2ogr", "-f", "GeoJSON", "/vsistdout/", *options, f"OAPIF:{address}", layer]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True)
        assert done.stderr == ""
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    return ask


def test_gdal_of_debian(address: str, ogrinfo: Callable[..., dict[str, Any]]) -> None:
    listed = subprocess.run(["ogrinfo", f"OAPIF:{address}"], capture_output=True, encoding="utf-8", check=True).stdout
    assert "parcels (title: Thửa đất · Parcels) (Polygon)" in listed
    assert "communes (title: Xã, phường, đặc khu · Communes)" in listed
    whole = ogrinfo(address, "parcels", "-oo", "PAGE_SIZE=3")
    assert numbers(whole) == NUMBERS
    own = shapely.polygons([[(X + 20, Y), (X + 40, Y), (X + 40, Y + 30), (X + 20, Y + 30)]])
    drawn = shapely.geometry.shape(whole["features"][1]["geometry"])
    assert shapely.hausdorff_distance(drawn, coordinates.plane().to_wgs84(own)[0]) < 2e-8
    spat = ["-spat", *map(repr, window(301, 1, 302, 2))]
    assert numbers(ogrinfo(address, "parcels", *spat)) == ["9"]
    assert numbers(ogrinfo(address, "parcels", "-where", "number = '7'")) == ["7"]
    assert numbers(ogrinfo(address, "parcels", "-where", "number > '7'")) == ["9"]
    communes = ogrinfo(address, "communes", "-oo", "PAGE_SIZE=1000")["features"]
    assert {feature["geometry"] for feature in communes} == {None}
    assert len(ogrinfo(address, "land_use_planning")["features"]) == 3


SCRIPT = """
import json, sys, shapely
from pyogrio.raw import read
about, _, shapes, fields = read(sys.argv[1], layer="parcels", bbox=tuple(json.loads(sys.argv[2])) or None)
named = dict(zip(about["fields"], fields))
bounds = [shapely.from_wkb(one).bounds for one in shapes]
print(json.dumps({"crs": about["crs"], "numbers": list(named["number"]), "bounds": bounds}))
"""
"""In a process of its own: GDAL holds this one's threads up while it waits for the server."""


def test_a_newer_gdal_takes_the_stores_own_plane(address: str) -> None:
    """GDAL 3.12 asks for ``storageCrs``, and takes EPSG:9210 as easting, northing, as its definition has it."""
    if "OAPIF" not in list_drivers():
        pytest.skip("this pyogrio has no driver for OGC API – Features")

    def ask(*box: float) -> dict[str, Any]:
        command = [sys.executable, "-c", SCRIPT, f"OAPIF:{address}", json.dumps(box)]
        done = subprocess.run(command, capture_output=True, encoding="utf-8", check=True, timeout=60)
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    whole = ask()
    assert (whole["crs"], whole["numbers"]) == ("EPSG:9210", NUMBERS)
    assert whole["bounds"][1] == [X + 20, Y, X + 40, Y + 30]
    assert ask(X + 301, Y + 1, X + 302, Y + 2)["bounds"] == [[X + 300, Y, X + 320, Y + 30]]


def test_the_readmes_examples_run(origin: str, tmp_path: Path, ogrinfo: object) -> None:
    readme = (street.ROOT / "README.md").read_text("utf-8")
    (block,) = re.findall(r"^```console\n(.*?)^```$", readme, re.MULTILINE | re.DOTALL)
    for line in block.replace("http://127.0.0.1:8000", origin).splitlines():
        program, *words = shlex.split(line)
        if program != "curl":
            done = subprocess.run([program, *words], cwd=tmp_path, capture_output=True, encoding="utf-8", check=True)
            assert done.stderr == ""
            continue
        (target,) = [word for word in words if word.startswith("http")]
        if "--data-urlencode" in words:
            target += "?" + urlencode(dict([words[-1].split("=", 1)]))
        with urlopen(target) as answer:  # what curl would ask; not every machine has it
            assert json.load(answer)["features"]
    assert (tmp_path / "near.gpkg").stat().st_size > 0
    assert set(re.findall(r"/ogc/collections/(\w+)", block)) == {"parcels", "land_use_planning"}


@pytest.mark.postgis
def test_both_engines_give_the_same(new_place: Callable[[str], str], tmp_path: Path) -> None:
    stores = [street.create(new_place(engine)) for engine in ("geopackage", "postgis")]
    one, other = (client(store) for store in stores)
    for collection in ("parcels", "land_use_planning", "price_zones", "communes", "river_corridor"):
        for question in (
            "", "?limit=2", "?limit=1&offset=1", f"?crs={VN2000}", "?datetime=2014-01-01/..", "?bbox=-180,-90,180,90",
            f"?bbox={','.join(map(repr, window(0, 0, 50, 20)))}", "?filter=effective_from<DATE('2020-01-01')",
        ):  # fmt: skip
            path = f"/ogc/collections/{collection}/items{question}"
            first = one.get(path)
            assert first.status_code == 200
            assert body(first) == body(other.get(path))
            assert first.headers["ETag"] == other.get(path).headers["ETag"]
    for store in stores:
        store.close()
