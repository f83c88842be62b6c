"""Reads the price lists (``data/prices/<document>/``): the decision and its days, and its rows where they are here.

``list.toml`` names the decision, its days and its method; ``rows.csv`` holds the sections, ``base.csv`` the prices by
class, ``agricultural.csv`` those by zone. ``list.toml`` may name other files (``rows = "rows-1f3a.csv"``): it is the
one file whose replacement publishes a list.
"""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from landinfo.model import Citation, PriceList, PriceSection, Ratio, Refused, Status
from landinfo.store.price_text import typed

THOUSAND = Decimal(1000)
"""The annexes print 1,000 đồng/m²; prices here are đồng/m²."""
COLUMNS = {"residential": "ODT", "tmd": "TMD", "skc": "SKC"}
"""Price columns of ``rows.csv`` and the use each is the price of."""
METHODS = ("section", "class_coefficient")
ROUNDINGS = ("half_up", "down", "up")


def read_price_lists(folder: Path) -> tuple[PriceList, ...]:
    """Every list in ``folder``, in order of its first day. Raises ``Refused`` naming the file and the row at fault."""
    lists = [read_price_list(path.parent) for path in sorted(folder.glob("*/list.toml"))]
    return tuple(sorted(lists, key=lambda one: (one.effective_from, one.id)))


def read_price_list(folder: Path) -> PriceList:
    """The list in one folder. Raises ``Refused`` as ``read_price_lists``."""
    path = folder / "list.toml"
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file, parse_float=Decimal)
        return _list(folder, raw)
    except (OSError, KeyError, ValueError, TypeError, tomllib.TOMLDecodeError) as wrong:
        raise Refused("data-file", str(path), entry=folder.name, wrong=str(wrong)) from wrong


def _list(folder: Path, raw: Mapping[str, Any]) -> PriceList:
    status, note = Status(raw["status"]), raw.get("source", "")
    cited = Citation(raw["document"], raw["article"], status, raw.get("checked"), raw.get("check_by"), note)
    rows = replace(cited, status=Status(raw.get("rows_status", status)))
    zones = replace(cited, status=Status(raw.get("agricultural_status", status)))
    if raw.get("method", "section") not in METHODS:
        raise ValueError(f"method {raw['method']!r}")
    return PriceList(
        id=folder.name,
        document=raw["document"],
        label_vi=raw["label_vi"],
        label_en=raw["label_en"],
        effective_from=raw["from"],
        effective_to=raw.get("to"),
        loaded=raw["loaded"],
        rules=raw["rules"],
        sections=MappingProxyType(_sections(_File(folder, raw, "rows"), rows)),
        agricultural=MappingProxyType(dict(_agricultural(_File(folder, raw, "agricultural"), zones))),
        zone_of=MappingProxyType(dict(raw.get("zones", {}))),
        citation=cited,
        missing=tuple(_gap(gap) for gap in raw.get("missing", ())),
        method=raw.get("method", "section"),
        base=MappingProxyType(dict(_base(_File(folder, raw, "base"), rows))),
        ratios=MappingProxyType({use: _ratio(one, cited) for use, one in raw.get("ratios", {}).items()}),
        rounding=_rounding(raw.get("rounding")),
        k_citation=replace(rows, document=raw["k_document"], article="") if "k_document" in raw else None,
    )


@dataclass(frozen=True, slots=True)
class _File:
    """A CSV file of a list. The rows of a loaded list and a file that ``list.toml`` names must be there."""

    folder: Path
    raw: Mapping[str, Any]
    name: str

    @property
    def path(self) -> Path:
        return self.folder / str(self.raw.get(self.name, f"{self.name}.csv"))

    def rows(self) -> Iterator[tuple[int, dict[str, str]]]:
        """Rows with their line numbers."""
        needed = self.name in self.raw or (self.name == "rows" and self.raw["loaded"])
        if not needed and not self.path.exists():
            return
        with self.path.open(encoding="utf-8", newline="") as file:
            yield from enumerate(csv.DictReader(file), 2)

    def refuse(self, line: int, wrong: str) -> Refused:
        return Refused("data-file", str(self.path), entry=f"line {line}", wrong=wrong)


def _gap(raw: Mapping[str, Any]) -> tuple[str, int, int]:
    """(commune, first, last) numbers of rows that the source lacks; "after" leaves the last open."""
    last = raw.get("last", 10**6)
    return raw["commune"], raw["after"] + 1 if "after" in raw else raw["first"], last


def _ratio(raw: Mapping[str, Any], cited: Citation) -> Ratio:
    status = Status(raw.get("status", cited.status))
    return Ratio(raw["of"], Decimal(raw["ratio"]), replace(cited, article=raw.get("article", ""), status=status))


def _rounding(raw: Mapping[str, Any] | None) -> tuple[Decimal, str] | None:
    if raw is None:
        return None
    if raw["mode"] not in ROUNDINGS:
        raise ValueError(f"rounding {raw['mode']!r}")
    return Decimal(raw["unit"]), raw["mode"]


def _sections(file: _File, cited: Citation) -> dict[str, PriceSection]:
    found: dict[str, PriceSection] = {}
    for line, row in file.rows():
        try:
            section = section_of(row, cited)
        except (InvalidOperation, ValueError) as wrong:
            raise file.refuse(line, str(wrong) or "a price is not a number") from wrong
        if section.id in found:
            raise file.refuse(line, f"{section.id} stands twice")
        found[section.id] = section
    return found


def section_of(row: Mapping[str, str], cited: Citation) -> PriceSection:
    """One row of ``rows.csv``. Raises ``ValueError`` or ``InvalidOperation``: a price that is none or not positive."""
    printed = [Decimal(row[column]) for column in COLUMNS if row.get(column)]
    numbers = {
        name: Decimal(row[name]) for name in ("coefficient", "k_agricultural", "k_non_agricultural") if row.get(name)
    }
    if not all(n.is_finite() and n > 0 for n in (*printed, *numbers.values())):
        raise ValueError("a price is not positive")
    if not printed and "coefficient" not in numbers:
        raise ValueError("neither a price nor a coefficient")
    words = typed(row["street"], row["start"], row["end"], printed)
    flags = [f for f in (row.get("flags") or "").split("|") if f] + words.pop("flags")
    kind = row.get("kind") or words.pop("kind")
    return PriceSection(
        id=f"{row['commune']}:{row['number']}",
        commune=row["commune"],
        number=row["number"],
        street=row["street"],
        start=row["start"],
        end=row["end"],
        prices=MappingProxyType({u: Decimal(row[c]) * THOUSAND for c, u in COLUMNS.items() if row.get(c)}),
        flags=tuple(sorted(set(flags))),
        citation=replace(cited, article=_at(cited.article, row.get("page"))),
        kind=kind,
        road_class=row.get("road_class") or "",
        area_kind=row.get("area_kind") or "",
        coefficient=numbers.pop("coefficient", None),
        k=MappingProxyType({name.removeprefix("k_"): value for name, value in numbers.items()}),
        **{key: value for key, value in words.items() if key != "kind"},
    )


def _at(article: str, page: str | None) -> str:
    return ", ".join(part for part in (article, f"trang {page}" if page else "") if part)


def _agricultural(file: _File, cited: Citation) -> Iterator[tuple[tuple[str, str, int], tuple[Decimal, Citation]]]:
    for line, row in file.rows():
        yield (row["zone"], row["use"], int(row["position"])), _price(file, line, row, cited)


def _base(file: _File, cited: Citation) -> Iterator[tuple[tuple[str, str, str, str, int], tuple[Decimal, Citation]]]:
    for line, row in file.rows():
        key = (row["district"], row["area_kind"], row["road_class"], row["use"], int(row["position"] or 0))
        yield key, _price(file, line, row, cited)


def _price(file: _File, line: int, row: Mapping[str, str], cited: Citation) -> tuple[Decimal, Citation]:
    try:
        price = Decimal(row["price"]) * THOUSAND
    except InvalidOperation as wrong:
        raise file.refuse(line, "a price is not a number") from wrong
    if not (price.is_finite() and price > 0):
        raise file.refuse(line, "a price is not positive")

    return price, replace(cited, article=row["article"])
