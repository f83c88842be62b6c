"""Open data: what is published stands in every format once, says whether it is simulated, and its checksums hold."""

from __future__ import annotations

import csv
import hashlib
import io
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import geopandas
import pyogrio
import pytest
import shapely
import street
from files_to_load import RULEBOOK
from flask.testing import FlaskClient
from serving import ADDRESS, instead
from street import TODAY

from landinfo import coordinates
from landinfo.cli import main
from landinfo.model import Refused
from landinfo.opendata import export, rows
from landinfo.store import Store, open_store
from landinfo.web import Settings, create_app

LAYERS = {"p": "parcels", "plan": "land_use_planning", "zones": "price_zones"}
COUNTS = {"p": len(street.PARCELS), "plan": len(street.PLAN), "zones": 2}


@pytest.fixture(scope="module")
def url(engine: str, new_place: Callable[[str], str]) -> str:
    made = new_place(engine)
    street.create(made).close()
    return made


@pytest.fixture(scope="module")
def held(url: str) -> Iterator[Store]:
    store = open_store(url)
    yield store
    store.close()


def write(store: Store, folder: Path, known: date = TODAY) -> Path:
    return export.export(store, RULEBOOK, folder, known, ADDRESS, lambda *_: None)


@pytest.fixture(scope="module")
def made(held: Store, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Strips of one row each, so that every row meets an edge."""
    whole, rows.ROWS = rows.ROWS, 1
    counted = [replace(edition, rows=COUNTS[edition.id]) for edition in held.editions(TODAY)]
    try:
        return write(instead(held, editions=lambda _: counted), tmp_path_factory.mktemp("open"))
    finally:
        rows.ROWS = whole


def test_every_row_stands_once_in_every_format(made: Path) -> None:
    for edition, count in COUNTS.items():
        package = geopandas.read_file(made / f"{edition}.gpkg")
        parquet = geopandas.read_parquet(made / f"{edition}.parquet")
        text = (made / f"{edition}.csv").read_bytes().decode("utf-8-sig")
        table = list(csv.DictReader(io.StringIO(text, newline="")))
        key = "ref" if edition == "p" else "id"
        assert sorted(package[key]) == sorted(parquet[key]) == sorted(row[key] for row in table)
        assert len(package) == count == len(set(package[key]))
        assert package["simulated"].all()
        assert parquet["simulated"].all()
        assert {row["simulated"] for row in table} == {"true"}


def test_outlines_and_areas_are_those_of_the_store(made: Path) -> None:
    plane = coordinates.plane()
    wanted = {str(p.ref): p for p in street.PARCELS}
    frame = geopandas.read_parquet(made / "p.parquet")
    for ref, area, shape in zip(frame["ref"], frame["registered_area"], frame.geometry, strict=True):
        assert shapely.hausdorff_distance(plane.from_wgs84(shape), wanted[ref].shape) < 0.005
        given = wanted[ref].registered_area
        assert (area != area) if given is None else area == float(given)
    text = (made / "p.csv").read_bytes().decode("utf-8-sig")
    for row in csv.DictReader(io.StringIO(text, newline="")):
        shape = plane.from_wgs84(shapely.from_wkt(row["wkt"]))
        assert shapely.hausdorff_distance(shape, wanted[row["ref"]].shape) < 0.005


def test_tiles_hold_the_layer(made: Path) -> None:
    for edition, layer in LAYERS.items():
        content = (made / f"{edition}.pmtiles").read_bytes()
        assert (content[:7], content[7]) == (b"PMTiles", 3)
        assert pyogrio.list_layers(made / f"{edition}.pmtiles")[0][0] == layer


def test_checksums_are_of_every_file_that_is_given_out(made: Path) -> None:
    lines = [line.split("  ") for line in (made / "SHA256SUMS").read_text("utf-8").splitlines()]
    assert {name for _, name in lines} == {p.name for p in made.iterdir()} - {"SHA256SUMS", "files.json"}
    for digest, name in lines:
        assert hashlib.sha256((made / name).read_bytes()).hexdigest() == digest


def test_the_catalogue_names_what_there_is(made: Path) -> None:
    told = json.loads((made / "catalog.jsonld").read_text("utf-8"))
    assert told["@type"] == "dcat:Catalog"
    assert [d["dct:identifier"] for d in told["dcat:dataset"]] == ["plan", "p", "zones"]
    for dataset in told["dcat:dataset"]:
        texts = [t["@value"] for t in dataset["dct:title"] + dataset["dct:description"]]
        assert [t["@language"] for t in dataset["dct:title"]] == ["vi", "en"]
        assert all("mô phỏng" in t.lower() or "simulated" in t.lower() for t in texts)
        assert len(dataset["dcat:distribution"]) == 4
        for each in dataset["dcat:distribution"]:
            link = each["dcat:downloadURL"]["@id"]
            assert link.startswith(f"{ADDRESS}/open/2026-11-24/")
            content = (made / link.rpartition("/")[2]).read_bytes()
            assert each["dcat:byteSize"]["@value"] == str(len(content))
            assert each["spdx:checksum"]["spdx:checksumValue"]["@value"] == hashlib.sha256(content).hexdigest()


def test_the_same_data_are_the_same_rows_on_the_same_day(made: Path, held: Store, tmp_path: Path) -> None:
    again = write(held, tmp_path)
    for name in (f"{edition}{ending}" for edition in LAYERS for ending in (".csv", ".parquet", ".gpkg")):
        if name.endswith(".csv"):
            assert sorted((again / name).read_bytes().splitlines()) == sorted((made / name).read_bytes().splitlines())
        else:
            read = geopandas.read_parquet if name.endswith(".parquet") else geopandas.read_file
            key = "ref" if name.startswith("p.") else "id"
            frames = [read(folder / name).sort_values(key).reset_index(drop=True) for folder in (again, made)]
            assert frames[0].equals(frames[1])


@pytest.fixture
def web(url: str, made: Path, tmp_path: Path) -> FlaskClient:
    settings = Settings(store=url, open_data=str(made.parent), address=ADDRESS, register=str(tmp_path / "r.sqlite"))
    return create_app(settings, today=lambda: TODAY).test_client()


def test_the_site_serves_catalogue_and_files(web: FlaskClient, made: Path) -> None:
    response = web.get("/api/catalog")
    assert response.headers["Content-Type"] == "application/ld+json"
    told: Any = json.loads(response.data)
    assert told == json.loads((made / "catalog.jsonld").read_text("utf-8"))
    link = told["dcat:dataset"][0]["dcat:distribution"][0]["dcat:downloadURL"]["@id"].removeprefix(ADDRESS)
    with web.get(link) as file:
        assert file.data == (made / link.rpartition("/")[2]).read_bytes()
    with web.get(link, headers={"Range": "bytes=0-9"}) as part:
        assert (part.status_code, len(part.data)) == (206, 10)
    assert all("/api/catalog" in web.get(page).text for page in ("/", "/compare"))
    for line in (made / "SHA256SUMS").read_text("utf-8").splitlines():
        with web.get(f"/open/2026-11-24/{line.split()[1]}") as file:
            assert hashlib.sha256(file.data).hexdigest() == line.split()[0]
    for wrong in ("files.json", "../../x.csv", "none.csv", "p.exe", "%2e%2e%2fp.csv"):
        assert web.get(f"/open/2026-11-24/{wrong}").status_code == 404
    for day in ("2026-11-25", "..", "x"):
        assert web.get(f"/open/{day}/p.csv").status_code == 404


def test_before_the_first_export_it_names_editions_without_files(url: str, tmp_path: Path) -> None:
    settings = Settings(store=url, open_data=str(tmp_path / "none"), register=str(tmp_path / "r.sqlite"))
    web = create_app(settings, today=lambda: TODAY).test_client()
    told = json.loads(web.get("/api/catalog").data)
    assert [d["dcat:distribution"] for d in told["dcat:dataset"]] == [[], [], []]


def test_nothing_half_written_stays(held: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Refused) as wrong:
        write(held, tmp_path, date(2000, 1, 1))
    assert wrong.value.code == "export-nothing"
    stands = write(held, tmp_path)
    before = {p.name: p.read_bytes() for p in stands.iterdir()}

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(export.tiled, "write", full)
    with pytest.raises(Refused) as wrong:
        write(held, tmp_path)
    assert wrong.value.code == "file-cannot-be-written"
    assert [p.name for p in tmp_path.iterdir()] == [stands.name]
    assert {p.name: p.read_bytes() for p in stands.iterdir()} == before


def test_the_command_says_where_it_wrote(url: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["export", "--out", str(tmp_path / "o"), "--store", url, "--known", "2026-11-24"]) == 0
    assert "2026-11-24" in capsys.readouterr().out
    assert (tmp_path / "o" / "2026-11-24" / "SHA256SUMS").is_file()
    assert main(["export", "--out", str(tmp_path / "o"), "--store", url, "--known", "24/11"]) == 2
    assert "YYYY" in capsys.readouterr().err
