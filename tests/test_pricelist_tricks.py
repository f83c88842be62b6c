"""Price lists that trick: bombs, entities, cut and damaged workbooks; a refusal in time and memory, nothing changed."""

from __future__ import annotations

import io
import random
import resource
import time
import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import amount
import office_files as office
import pytest
from test_readers_fuzz import damaged

from landinfo.files import read, sheet
from landinfo.files.read import Limits, read_sheet
from landinfo.intake import pricelist, pricepublish
from landinfo.intake.findings import KINDS, Severity
from landinfo.model import Refused, Status
from landinfo.store.rulebook import read_rulebook

ROOT = Path(__file__).resolve().parent.parent
HEAD = ["commune", "number", "street", "start", "end", "residential", "tmd", "skc"]
ROW = ["25750", 1, "PHÚ LỢI", "ĐẠI LỘ BÌNH DƯƠNG", "LÊ HỒNG PHONG", 20000, 16000, 13000]
ASKED = pricepublish.Asked("36/2019/QĐ-UBND", Status.ASSUMED, "bản sao của xã")
SHEET = "xl/worksheets/sheet1.xml"


def good(at: Path) -> Path:
    return office.workbook(at / "list.xlsx", [HEAD, ROW])


def changed(at: Path, change: Callable[[str, bytes], bytes], more: dict[str, bytes] | None = None) -> Path:
    """The good workbook with its parts changed, and other parts beside them."""
    path, out = good(at), io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, change(name, old.read(name)))
        for name, content in (more or {}).items():
            new.writestr(name, content)
    path.write_bytes(out.getvalue())
    return path


def with_entities(at: Path, entities: str, used: str, encoding: str = "utf-8") -> Path:
    """A sheet whose first cell is an entity of its own document type."""

    def change(name: str, content: bytes) -> bytes:
        if name != SHEET:
            return content
        text = content.decode().partition("?>")[2] if content.startswith(b"<?xml") else content.decode()
        text = text.replace("<v>0</v>", f"<v>{used}</v>", 1)
        head = f'<?xml version="1.0" encoding="{encoding}"?><!-- {"x" * 100_000} --><!DOCTYPE worksheet [{entities}]>'
        return (head + text).encode(encoding)

    return changed(at, change)


def billion_laughs(at: Path) -> Path:
    more = "".join(f'<!ENTITY a{n} "{f"&a{n - 1};" * 10}">' for n in range(1, 12))
    return with_entities(at, f'<!ENTITY a0 "ha">{more}', "&a11;")


def quadratic(at: Path, encoding: str = "utf-8") -> Path:
    return with_entities(at, f'<!ENTITY a "{"a" * 200_000}">', "&a;" * 40_000, encoding)


def far_cell(at: Path) -> Path:
    """One cell in the last column of the last row: a reader that fills up makes 17 thousand million cells."""
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row></sheetData>'
    return changed(at, lambda name, content: content.replace(b"</sheetData>", far) if name == SHEET else content)


def cut(at: Path) -> Path:
    path = good(at)
    path.write_bytes(path.read_bytes()[: path.stat().st_size * 2 // 3])
    return path


def deflated_wrong(at: Path) -> Path:
    """The central directory is whole, the deflated bytes are not."""
    path = good(at)
    content = bytearray(path.read_bytes())
    content[60:160] = bytes(100)
    path.write_bytes(bytes(content))
    return path


TRICKS: dict[str, tuple[Callable[[Path], Path], set[str]]] = {
    "bomb": (lambda at: changed(at, lambda name, content: content, {"xl/b.bin": bytes(70 * 1024**2)}), {"FIL-014"}),
    "bomb of blanks": (
        lambda at: changed(at, lambda n, c: c.replace(b"<sheetData>", b" " * 70 * 1024**2) if n == SHEET else c),
        {"FIL-014"},
    ),
    "billion laughs": (billion_laughs, {"PRI-001"}),
    "quadratic blow-up": (quadratic, {"PRI-001"}),
    "quadratic in UTF-16": (lambda at: quadratic(at, "utf-16"), {"PRI-001"}),
    "cut": (cut, {"PRI-001"}),
    "damaged inside": (deflated_wrong, {"PRI-001"}),
    "no zip": (lambda at: office.listing(at / "list.xlsx", "PK\3\4" + "x" * 100), {"PRI-001"}),
    "the last cell": (far_cell, {"PRI-001", "FIL-010", "FIL-012"}),
    "a line of 50 MB": (lambda at: office.listing(at / "list.csv", "street,start\n" + "1" * 50_000_000), {"PRI-001"}),
    "NUL bytes": (lambda at: office.listing(at / "list.csv", ",".join(HEAD) + "\n\0,\0\n"), {"PRI-001", "PRI-010"}),
}  # fmt: skip


def held(folder: Path) -> dict[str, bytes]:
    return {str(p): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


@pytest.fixture(scope="module")
def rulebook() -> object:
    return read_rulebook(ROOT / "data")


@pytest.mark.parametrize("name", TRICKS)
def test_a_list_that_tricks_is_refused_and_changes_nothing(
    tmp_path: Path, name: str, rulebook: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "data" / "prices").mkdir(parents=True)
    for part in ("communes.csv", "unions.csv", "territory.csv"):
        (tmp_path / "data" / part).write_bytes((ROOT / "data" / part).read_bytes())
    monkeypatch.setattr(read, "limits", lambda path: Limits(2 * 1024**3, 10))
    make, expected = TRICKS[name]
    file, before = make(tmp_path), held(tmp_path / "data")
    began, memory = time.monotonic(), resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    result = pricelist.load(file, ASKED, tmp_path / "data", rulebook, date(2026, 11, 27))  # type: ignore[arg-type]
    assert time.monotonic() - began < 25
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - memory < 300_000, "kB in this process"
    assert result.folder is None
    assert {f.kind.code for f in result.findings if f.kind.severity is Severity.FATAL} <= expected
    assert {f.kind.code for f in result.findings if f.refuses} & expected
    assert held(tmp_path / "data") == before


def test_the_good_list_is_read_in_the_child_as_it_would_be_here(tmp_path: Path) -> None:
    path = good(tmp_path)
    assert read_sheet(path) == sheet.parse(path)
    assert read_sheet(path).rows[0] == (2, {name: str(cell) for name, cell in zip(HEAD, ROW, strict=True)})


def test_reading_happens_in_a_child_under_its_limits(tmp_path: Path) -> None:
    """A sheet of 400,000 rows within a second: the child is ended, and the next list is read."""
    rows = b"<row><c><v>1</v></c><c><v>2</v></c></row>" * 400_000
    change = (b"</sheetData>", rows + b"</sheetData>")
    path = changed(tmp_path, lambda name, content: content.replace(*change) if name == SHEET else content)
    with pytest.raises(Refused) as refused:
        read_sheet(path, Limits(2 * 1024**3, 1))
    assert refused.value.code == "FIL-010"
    assert read_sheet(good(tmp_path)).rows


def test_damaged_lists(tmp_path: Path) -> None:
    content = good(tmp_path).read_bytes()
    for n in range(amount.of(25, 500)):
        path = tmp_path / "list.xlsx"
        path.write_bytes(damaged(content, random.Random(n)))
        code = ""
        try:
            assert read_sheet(path).columns
        except Refused as refused:
            code = refused.code
        assert not code or KINDS[code].severity is Severity.FATAL


def test_rows_beyond_what_the_sheet_declares_are_read(tmp_path: Path) -> None:
    """Some programs write a dimension that is too small; a row that is not read would be a price that is not there."""
    path = changed(tmp_path, lambda name, content: content.replace(b'ref="A1:H2"', b'ref="A1:B1"'))
    assert read_sheet(path).rows == read_sheet(good(tmp_path)).rows
