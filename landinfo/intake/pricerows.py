"""Rows of a price list that is to be loaded: cells → numbers and codes, every doubt a finding with its row."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

from landinfo.files.sheet import Sheet
from landinfo.intake.findings import Collector, Place, found
from landinfo.model import Citation, PriceSection, Refused, Status
from landinfo.search import fold
from landinfo.store.prices import COLUMNS, section_of

LOW, HIGH = Decimal(10), Decimal(1_000_000)
"""1,000 đồng/m²: outside, the unit is wrong. The dearest row known is 687,200, the cheapest 140 (production forest)."""
K = ("k_agricultural", "k_non_agricultural")
WANTED = ("commune", "number", "street", "start", "end")
BY_SECTION = ("residential",)
BY_CLASS = ("area_kind", "road_class", "coefficient")
BASE = ("district", "area_kind", "road_class", "use", "position", "price")
AGRICULTURAL = ("zone", "use", "position", "price")
KINDS = ("", "section", "residual", "zone", "parcel")
AREA_KINDS = ("", "DT", "NT")
_ALIASES = {
    "commune": ("commune code", "ma xa", "commune", "district", "ma huyen"),
    "number": ("stt", "so thu tu"),
    "street": ("ten duong", "duong"),
    "start": ("from", "tu"),
    "end": ("to", "den"),
    "residential": ("residential kvnd m2", "dat o", "odt"),
    "tmd": ("tmd kvnd m2", "thuong mai dich vu"),
    "skc": ("skc kvnd m2", "san xuat kinh doanh"),
    "page": ("trang",),
    "coefficient": ("he so d", "d"),
    "k_agricultural": ("he so kn",),
    "k_non_agricultural": ("he so kp",),
    "road_class": ("loai duong",),
    "area_kind": ("loai vung",),
}
"""Heads of columns as they are met, folded, the one to be preferred first."""
_NUMBER = re.compile(r"\d+([.,]\d+)?", re.ASCII)
_GROUPED = re.compile(r"[1-9]\d{0,2}([.,]\d{3})+", re.ASCII)


@dataclass(frozen=True, slots=True)
class Row:
    """One row with its line in the file; ``cells`` as they go into ``rows.csv``."""

    line: int
    cells: dict[str, str]
    section: PriceSection

    def place(self, detail: object = "") -> Place:
        return Place(self.line, f"{self.section.id} {self.section.street}", detail=str(detail)[:120])


def named(sheet: Sheet, wanted: Sequence[str], file: Path) -> list[tuple[int, dict[str, str]]]:
    """The rows under our names of the columns. Raises ``Refused`` PRI-002 (a column missing), PRI-006 (no rows)."""
    heads = {fold(column.replace("_", " ")): column for column in sheet.columns}
    names = {*wanted, *_ALIASES, *COLUMNS, "flags", "kind", "article"}
    heard = {name: (*_ALIASES.get(name, ()), name.replace("_", " ")) for name in names}
    ours = {name: next((heads[w] for w in words if w in heads), None) for name, words in heard.items()}
    missing = [name for name in wanted if ours[name] is None]
    if missing:
        columns = ", ".join(sheet.columns)[:300]
        raise Refused("PRI-002", str(file), file=file.name, missing=", ".join(missing), columns=columns)
    if not sheet.rows:
        raise Refused("PRI-006", str(file), file=file.name)
    return [(line, {name: row[column] for name, column in ours.items() if column}) for line, row in sheet.rows]


def by_class(sheet: Sheet) -> bool:
    """Does the head of the file speak of coefficients?"""
    return any(fold(c.replace("_", " ")) in ("coefficient", *_ALIASES["coefficient"]) for c in sheet.columns)


def number(text: str, line: int, name: str, collect: Collector, *, price: bool = True) -> str | None:
    """A positive number as plain digits, None (with a finding) where it is none. ``89.600`` is not guessed at."""
    place = Place(line, name, detail=text[:60])
    plain = text.replace(",", ".")
    if not _NUMBER.fullmatch(text) or (price and _GROUPED.fullmatch(text)) or Decimal(plain) <= 0:
        collect.add("PRI-013", place)
        return None
    if price and not LOW <= Decimal(plain) <= HIGH:
        collect.put(found("PRI-014", [place], low=LOW, high=HIGH))
        return None
    return plain


def rows(lines: Iterable[tuple[int, Mapping[str, str]]], codes: Iterable[str], collect: Collector) -> list[Row]:
    """The rows that can be read; what is wrong with the others stands in ``collect``. ``codes``: those in force."""
    known, seen, made = set(codes), dict[str, int](), list[Row]()
    for line, raw in lines:
        name = f"{raw['commune']}:{raw['number']} {raw['street']}"
        wrong = _wrong(raw, known)
        for code in wrong:
            collect.add(code, Place(line, name))
        key = f"{raw['commune']}:{raw['number']}"
        if key in seen and "PRI-010" not in wrong:
            collect.add("PRI-012", Place(line, name, detail=f"= {seen[key]}"))
            wrong.append("PRI-012")
        seen.setdefault(key, line)
        cells = _cells(raw, line, name, collect)
        if cells is not None and not wrong:
            made.append(Row(line, cells, section_of(cells, Citation("", "", Status.UNKNOWN))))
    return made


def _wrong(raw: Mapping[str, str], known: set[str]) -> list[str]:
    if not (raw["commune"] and raw["number"] and raw["street"]):
        return ["PRI-010"]
    found_ = []
    if raw["commune"] not in known:
        found_.append("PRI-011")
    if not re.fullmatch(r"[1-9]\d{0,5}", raw["number"], re.ASCII):
        found_.append("PRI-017")
    if raw.get("kind", "") not in KINDS or raw.get("area_kind", "") not in AREA_KINDS:
        found_.append("PRI-019")
    return found_


def _cells(raw: Mapping[str, str], line: int, name: str, collect: Collector) -> dict[str, str] | None:
    """The cells of ``rows.csv``; None where a number is wrong or none stands."""
    numbers = {}
    for column in (*COLUMNS, "coefficient", *K):
        if raw.get(column):
            numbers[column] = number(raw[column], line, name, collect, price=column in COLUMNS)
    if not numbers.keys() & {*COLUMNS, "coefficient"}:
        collect.add("PRI-013", Place(line, name))
        return None
    words = {c: raw.get(c, "") for c in (*WANTED, "area_kind", "road_class", "page", "flags", "kind")}
    plain = {column: value for column, value in numbers.items() if value is not None}
    return {**words, **plain} if len(plain) == len(numbers) else None


def table(
    lines: Iterable[tuple[int, Mapping[str, str]]], key: Sequence[str], codes: Iterable[str], uses: Iterable[str],
    collect: Collector,
) -> list[dict[str, str]]:  # fmt: skip
    """Rows of a base or agricultural table: codes known, positions 0–4, prices numbers, no key twice."""
    known, known_uses, seen, made = set(codes), set(uses), dict[tuple[str, ...], int](), list[dict[str, str]]()
    for line, raw in lines:
        own = {name: raw[name] for name in key} | {
            "position": raw["position"] or "0",
            "article": raw.get("article", ""),
        }
        label = "/".join(own[name] for name in key)
        if known and own[key[0]] not in known:
            collect.add("PRI-011", Place(line, label))
        if own["use"] not in known_uses or own["position"] not in "01234" or own.get("area_kind", "") not in AREA_KINDS:
            collect.add("PRI-019", Place(line, label))
        names = tuple(own[name] for name in key)
        if names in seen:
            collect.add("PRI-012", Place(line, label, detail=f"= {seen[names]}"))
        seen.setdefault(names, line)
        price = number(raw["price"], line, label, collect)
        made.append({**own, "price": price or ""})
    return made
