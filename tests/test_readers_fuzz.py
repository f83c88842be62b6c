"""The worst files of an office: damaged, tricked or absurd; always a table or a coded refusal, in time and memory."""

from __future__ import annotations

import io
import os
import random
import resource
import shutil
import struct
import tarfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path

import amount
import office_files as office
import pytest
from files_to_load import TODAY, field_map, held, load, parcels, square
from test_readers import FORMATS

from landinfo.files import archive, formats
from landinfo.files.read import Limits, read_file
from landinfo.files.table import Table, Wanted
from landinfo.intake.findings import KINDS, Severity
from landinfo.model import Refused

WITHIN = Limits(3 * 1024**3, 30)
SLOWEST = 40.0
"""s: the limit of a reading, and what the end of one costs on a busy machine."""


def outcome(path: Path) -> str:
    """ "" where the file was read, else the code of the refusal; nothing else may come out of it, and not too late."""
    began, code = time.monotonic(), ""
    try:
        assert isinstance(read_file(path, Wanted(), WITHIN), Table)
    except Refused as refused:
        code = refused.code
    assert time.monotonic() - began < SLOWEST
    assert not code or KINDS[code].severity is Severity.FATAL
    return code


def damaged(content: bytes, chance: random.Random) -> bytes:
    """Cut, overwritten, swapped, stretched or sown with NUL bytes."""
    whole, at = bytearray(content), chance.randrange(max(1, len(content)))
    match chance.randrange(6):
        case 0:
            return bytes(whole[:at])
        case 1:
            for _ in range(chance.choice((1, 8, 64))):
                whole[chance.randrange(len(whole))] = chance.randrange(256)
        case 2:
            other, size = chance.randrange(len(whole)), chance.randrange(1, 64)
            whole[at : at + size], whole[other : other + size] = whole[other : other + size], whole[at : at + size]
        case 3:
            whole[at : at + chance.randrange(1, 200)] = b"\0" * chance.randrange(1, 200)
        case 4:
            whole[at:at] = bytes(chance.randrange(256) for _ in range(chance.randrange(1, 400)))
        case _:
            value = chance.choice((0, 1, 0x7FFFFFFF, 0x80000000, 0xFFFFFFFF))
            whole[at : at + 4] = struct.pack(chance.choice("<>") + "I", value)
    return bytes(whole)


def _more(at: Path) -> dict[str, Path]:
    rows = [[c.replace(",", ".") for c in line.split(";")] for line in office.CORNERS.splitlines()]
    return {
        "geojson": parcels(at / "j.geojson", crs="EPSG:9210"),
        "csv": office.listing(at / "c.csv", office.CORNERS),
        "xlsx": office.workbook(at / "x.xlsx", rows),
        "tar.bz2": office.packed(at / "t.tar.bz2", {"a.csv": office.CORNERS.encode()}),
    }


@pytest.mark.parametrize("name", [*FORMATS, "geojson", "csv", "xlsx", "tar.bz2"])
def test_damaged_files(tmp_path: Path, name: str) -> None:
    """Each time one part of the data set (the .shp, the .dbf, a table of a geodatabase) is damaged."""
    base = tmp_path / "base"
    base.mkdir()
    whole = FORMATS[name](base)[0] if name in FORMATS else _more(base)[name]
    parts = [p for p in (whole.rglob("*") if whole.is_dir() else base.glob(f"{whole.stem}.*")) if p.is_file()]
    parts = [whole] if whole.is_file() and formats.is_archive(whole) else parts
    seen = set()
    for n in range(amount.of(12, 400)):
        chance = random.Random(f"{name}-{n}")
        folder = tmp_path / str(n)
        shutil.copytree(base, folder)
        part = folder / chance.choice(parts).relative_to(base)
        part.write_bytes(damaged(part.read_bytes(), chance))
        seen.add(outcome(folder / whole.relative_to(base)))
        shutil.rmtree(folder)
    assert seen <= KINDS.keys() | {""}
    assert "FIL-010" not in seen


@pytest.mark.parametrize("ending", [*formats.DRIVERS, *sorted(formats.CORNER_LISTS), *formats.ARCHIVES])
@pytest.mark.parametrize("content", [b"", b"\0", b"\0" * 5000, b"\xff\xfe\0", b"PK\3\4", b"<a>", b"{", b"BZh9"])
def test_files_of_nothing(tmp_path: Path, ending: str, content: bytes) -> None:
    (tmp_path / f"a{ending}").write_bytes(content)
    assert outcome(tmp_path / f"a{ending}") in KINDS


@pytest.mark.parametrize("ending", [*formats.DRIVERS, ".csv", ".zip", ".tar.bz2"])
def test_folders(tmp_path: Path, ending: str) -> None:
    (tmp_path / f"a{ending}" / "b").mkdir(parents=True)
    assert outcome(tmp_path / f"a{ending}") in ("FIL-001", "FIL-002", "FIL-004")


def _zip(path: Path, names: list[str], link: bool = False) -> Path:
    with zipfile.ZipFile(path, "w") as held:
        for name in names:
            info = zipfile.ZipInfo(name)
            info.external_attr = (0o120777 if link else 0o100644) << 16
            held.writestr(info, b"/etc/passwd")
    return path


def _tar(path: Path, name: str, kind: bytes, target: str = "") -> Path:
    with tarfile.open(path, "w") as tar:
        info = tarfile.TarInfo(name)
        info.type, info.linkname = kind, target
        tar.addfile(info)
    return path


PATHS: dict[str, Callable[[Path], Path]] = {
    "up": lambda at: _zip(at / "a.zip", ["../a.shp"]),
    "up inside": lambda at: _zip(at / "a.zip", ["a/../../a.shp"]),
    "absolute": lambda at: _zip(at / "a.zip", ["/tmp/landinfo-evil.shp"]),
    "drive": lambda at: _zip(at / "a.zip", ["C:\\a.shp"]),
    "backslashes": lambda at: _zip(at / "a.zip", ["..\\..\\a.shp"]),
    "link": lambda at: _zip(at / "a.zip", ["a.shp"], link=True),
    "tar up": lambda at: _tar(at / "a.tar", "../a.shp", tarfile.REGTYPE),
    "tar link": lambda at: _tar(at / "a.tar", "a.shp", tarfile.SYMTYPE, "/etc/passwd"),
    "tar hard link": lambda at: _tar(at / "a.tar", "a.shp", tarfile.LNKTYPE, "../../etc/passwd"),
    "tar device": lambda at: _tar(at / "a.tar", "a.shp", tarfile.CHRTYPE),
    "tar pipe": lambda at: _tar(at / "a.tar", "a.shp", tarfile.FIFOTYPE),
}


@pytest.mark.parametrize("name", PATHS)
def test_paths_that_leave_an_archive(tmp_path: Path, name: str) -> None:
    inner = tmp_path / "deep" / "er"
    inner.mkdir(parents=True)
    assert outcome(PATHS[name](inner)) == "FIL-013"
    assert [p.name for p in tmp_path.rglob("*.shp")] == []
    assert not Path("/tmp/landinfo-evil.shp").exists()


def _declares(at: Path, size: int) -> Path:
    """A zip whose directory says that its member has ``size`` bytes."""
    path = office.packed(at / "a.zip", {"a.shp": b"x" * 1000})
    content = bytearray(path.read_bytes())
    central = content.index(b"PK\1\2")
    struct.pack_into("<I", content, central + 24, size)
    path.write_bytes(bytes(content))
    return path


def _understates(at: Path) -> Path:
    """A zip whose member is 70 MB and says that it is 10 bytes."""
    path = office.packed(at / "a.zip", {"a.shp": bytes(70 * 1024**2)})
    content = bytearray(path.read_bytes())
    struct.pack_into("<I", content, content.index(b"PK\1\2") + 24, 10)
    path.write_bytes(bytes(content))
    return path


def _ten_gigabytes(at: Path) -> Path:
    """A tar that declares 10 GB and ends at once."""
    info = tarfile.TarInfo("a.shp")
    info.size = 10 * 1024**3
    (at / "a.tar").write_bytes(info.tobuf() + bytes(1024))
    return at / "a.tar"


def _many(at: Path) -> Path:
    with zipfile.ZipFile(at / "a.zip", "w") as held:
        for n in range(archive.MOST_MEMBERS + 10):
            held.writestr(f"{n}.dbf", b"")
    return at / "a.zip"


def _wide_sheet(at: Path) -> Path:
    """A workbook that claims a million rows of 16,384 columns and repeats one string of 60 MB."""
    path = office.workbook(at / "a.xlsx", [["Thửa", "X", "Y"], [1, 2, 3]])
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            content = old.read(name)
            if name.endswith("sheet1.xml"):
                content = content.replace(b"A1:C2", b"A1:XFD1048576")
            new.writestr(name, content)
        new.writestr("xl/media/a.bin", bytes(70 * 1024**2))
    path.write_bytes(out.getvalue())
    return path


def _shapefile_of(at: Path, suffix: str, offset: int, value: bytes) -> Path:
    file = parcels(at / "a.shp")
    part = file.with_suffix(suffix)
    content = bytearray(part.read_bytes())
    content[offset : offset + len(value)] = value
    part.write_bytes(bytes(content))
    return file


def _sparse(at: Path) -> Path:
    """A GeoPackage with 10 GB of nothing behind it."""
    file = parcels(at / "a.gpkg")
    os.truncate(file, 10 * 1024**3)
    return file


def _nested(depth: int) -> str:
    return '{"type":"FeatureCollection","features":' + "[" * depth + "]" * depth + "}"


def _laughs(at: Path) -> Path:
    entities = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    text = (
        f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY a0 "ha">{entities}]><gml:a xmlns:gml="http://www.opengis.net/gml">'
    )
    return office.listing(at / "a.gml", text + "&a11;</gml:a>")


def _outside(at: Path) -> Path:
    secret = office.listing(at / "secret.txt", "the secret")
    text = f'<?xml version="1.0"?><!DOCTYPE a [<!ENTITY s SYSTEM "file://{secret}">]><gml:a xmlns:gml="http://www.opengis.net/gml">'
    return office.listing(at / "a.gml", text + "&s;</gml:a>")


SIZES: dict[str, Callable[[Path], Path]] = {
    "zip bomb": lambda at: office.packed(at / "a.zip", {"a.shp": bytes(70 * 1024**2)}),
    "zip of 4 GB": lambda at: _declares(at, 0xFFFFFFFE),
    "zip that understates": _understates,
    "tar of 10 GB": _ten_gigabytes,
    "tar bomb": lambda at: office.packed(at / "a.tar.bz2", {"a.shp": bytes(70 * 1024**2)}),
    "ten thousand members": _many,
    "workbook bomb": _wide_sheet,
    "shp of 4 GB": lambda at: _shapefile_of(at, ".shp", 24, b"\x7f\xff\xff\xff"),
    "shp record of 4 GB": lambda at: _shapefile_of(at, ".shp", 104, b"\x7f\xff\xff\xff"),
    "shp of a billion points": lambda at: _shapefile_of(at, ".shp", 148, b"\xff\xff\xff\x3f"),
    "dbf of two billion rows": lambda at: _shapefile_of(at, ".dbf", 4, b"\xff\xff\xff\x7f"),
    "dbf rows of 64 kB": lambda at: _shapefile_of(at, ".dbf", 10, b"\xff\xff"),
    "shx of 4 GB": lambda at: _shapefile_of(at, ".shx", 24, b"\x7f\xff\xff\xff"),
    "gpkg of 10 GB": _sparse,
    "json of a hundred thousand brackets": lambda at: office.listing(at / "a.geojson", _nested(100_000)),
    "json number of a million digits": lambda at: office.listing(
        at / "a.geojson", '{"type":"Point","coordinates":[' + "9" * 1_000_000 + ",1]}"
    ),
    "laughing gml": _laughs,
    "gml that reads other files": _outside,
    "one line of 50 MB": lambda at: office.listing(at / "a.csv", "thửa;X;Y\n" + "1" * 50_000_000),
    "a million columns": lambda at: office.listing(at / "a.csv", "thửa;X;Y" + ";" * 1_000_000 + "\n1;2;3\n"),
    "numbers beyond all": lambda at: office.listing(
        at / "a.csv", "thửa;X;Y\n" + "1;" + "9" * 39 + ";" + "9" * 39 + "\n1;1e400;2\n1;nan;inf\n"
    ),
}


LENIENT = {
    "shp of 4 GB", "shp record of 4 GB", "shp of a billion points", "dbf of two billion rows", "dbf rows of 64 kB",
    "shx of 4 GB", "gpkg of 10 GB", "json number of a million digits", "a million columns", "numbers beyond all",
}  # fmt: skip
"""What is there may be read: a row without its shape, a column too many, a number that the checks refuse."""


@pytest.mark.parametrize("name", SIZES)
def test_sizes_that_nobody_has(tmp_path: Path, name: str) -> None:
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    code = outcome(SIZES[name](tmp_path))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown < 1_000_000, "kB in this process"
    assert code in KINDS or name in LENIENT
    if "bomb" in name or name.endswith("members") or name in ("zip of 4 GB", "tar of 10 GB"):
        assert code == "FIL-014"


def test_names_in_mixed_encodings(tmp_path: Path) -> None:
    """Names of members in raw TCVN3 and UTF-8 bytes, without the mark that says which."""
    file = parcels(tmp_path / "a.shp")
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as held:
        for suffix in (".shp", ".shx", ".dbf", ".prj", ".cpg"):
            held.writestr("THUA_" + suffix, file.with_suffix(suffix).read_bytes())
        held.writestr("GHI__CHU", b"x")
    content = path.read_bytes().replace(b"THUA_", b"TH\xf6A_").replace(b"GHI__CHU", "GHI_ế_".encode()[:8])
    path.write_bytes(content)
    assert [s.equals(square()) for s in read_file(path, Wanted(fields=("TO",))).shapes] == [True, False]


@pytest.mark.parametrize(
    "name", ["a\u0301\u0323.gpkg", "Thửa đất 12.gpkg", "a b'\"$(x);.gpkg", "a!b;c?.gpkg", "-a.gpkg"]
)
def test_names_of_files(tmp_path: Path, name: str) -> None:
    file = parcels(tmp_path / "a.gpkg").rename(tmp_path / name)
    assert outcome(file) == ""


def test_text_with_nul_bytes(tmp_path: Path) -> None:
    text = office.CORNERS.replace("12;1;2", "12;1\0;2\0")
    assert outcome(office.listing(tmp_path / "a.csv", text)) in ("", "FIL-002")


@pytest.mark.parametrize("rows", [0, 1, 3, 19, 21, 2**31, 2**32 - 1])
def test_rows_of_a_shapefile_that_are_not_as_many_as_its_shapes(tmp_path: Path, rows: int) -> None:
    """Fewer: GDAL leaves shapes out in silence. More: a .dbf of another export. What is declared beyond the bytes that
    are there is a damaged header, and as many rows as there are shapes are there.
    """
    file = parcels(tmp_path / "a.shp", [square(10 * n) for n in range(20)])
    office.with_rows(file, rows)
    if rows > 20:
        assert outcome(file) in ("", "FIL-002")
    else:
        with pytest.raises(Refused) as refused:
            read_file(file, Wanted(), WITHIN)
        assert (refused.value.code, refused.value.params) == ("FIL-020", {"shapes": 20, "rows": rows})


@pytest.mark.parametrize(("part", "length"), [(".dbf", 0.5), (".dbf", 0.95), (".shx", 0.5), (".shx", 0.95)])
def test_a_part_of_a_shapefile_that_was_cut_off(tmp_path: Path, part: str, length: float) -> None:
    file = parcels(tmp_path / "a.shp", [square(10 * n) for n in range(20)])
    content = file.with_suffix(part).read_bytes()
    file.with_suffix(part).write_bytes(content[: int(len(content) * length)])
    assert outcome(file) == "FIL-020"


def test_a_row_too_many_is_of_another_export(tmp_path: Path) -> None:
    file = parcels(tmp_path / "a.shp", [square(10 * n) for n in range(20)])
    shutil.copy(
        parcels(tmp_path / "b.shp", [square(10 * n) for n in range(21)]).with_suffix(".dbf"), tmp_path / "a.dbf"
    )
    assert outcome(file) == "FIL-020"


def test_a_store_stays_as_it_was_whatever_comes(tmp_path: Path) -> None:
    url = tmp_path / "store.gpkg"
    assert load(parcels(tmp_path / "base.gpkg"), field_map(tmp_path / "base.toml"), str(url), TODAY).published
    before, content = url.read_bytes(), parcels(tmp_path / "b.gpkg", [square(90)]).read_bytes()
    map = field_map(tmp_path / "map.toml")
    for n in range(amount.of(10, 200)):
        broken = tmp_path / f"{n}.gpkg"
        broken.write_bytes(damaged(content, random.Random(n)))
        result = load(broken, map, str(url), TODAY, new=False)
        assert not result.published
    for name in ("zip bomb", "laughing gml", "dbf of two billion rows"):
        folder = tmp_path / name
        folder.mkdir()
        assert not load(SIZES[name](folder), map, str(url), TODAY, new=False).published
    assert url.read_bytes() == before
    assert len(held(str(url))[2]) == 2
