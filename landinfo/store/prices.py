"""Reads the price lists (``data/prices/<document>/``): the decision and its days, and its rows where they are here."""

from __future__ import annotations

import csv
import tomllib
from collections.abc import Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path
from types import MappingProxyType
from typing import Any

from landinfo.model import Citation, PriceList, PriceSection, Refused, Status

THOUSAND = Decimal(1000)
"""The annexes print 1,000 đồng/m²; prices here are đồng/m²."""


def read_price_lists(folder: Path) -> tuple[PriceList, ...]:
    """Every list in ``folder``, in order of its first day. Raises ``Refused`` naming the file and the row at fault."""
    lists = [_list(path.parent) for path in sorted(folder.glob("*/list.toml"))]
    return tuple(sorted(lists, key=lambda one: (one.effective_from, one.id)))


def _list(folder: Path) -> PriceList:
    path = folder / "list.toml"
    try:
        with path.open("rb") as file:
            raw = tomllib.load(file)
        cited = Citation(
            raw["document"], raw["article"], Status(raw["status"]), raw.get("checked"), raw.get("check_by")
        )
        return PriceList(
            id=folder.name,
            document=raw["document"],
            label_vi=raw["label_vi"],
            label_en=raw["label_en"],
            effective_from=raw["from"],
            effective_to=raw.get("to"),
            loaded=raw["loaded"],
            rules=raw["rules"],
            sections=MappingProxyType(_sections(folder / "rows.csv", cited) if raw["loaded"] else {}),
            agricultural=MappingProxyType(_agricultural(folder / "agricultural.csv", cited) if raw["loaded"] else {}),
            zone_of=MappingProxyType(dict(raw.get("zones", {}))),
            citation=cited,
            missing=tuple(_gap(gap) for gap in raw.get("missing", ())),
        )
    except (OSError, KeyError, ValueError, tomllib.TOMLDecodeError) as wrong:
        raise Refused("data-file", str(path), entry=folder.name, wrong=str(wrong)) from wrong


def _gap(raw: Mapping[str, Any]) -> tuple[str, int, int]:
    """(commune, first, last) numbers of rows that the source lacks; "after" leaves the last open."""
    last = raw.get("last", 10**6)
    return raw["commune"], raw["after"] + 1 if "after" in raw else raw["first"], last


def _sections(path: Path, cited: Citation) -> dict[str, PriceSection]:
    found: dict[str, PriceSection] = {}
    with path.open(encoding="utf-8", newline="") as file:
        for line, row in enumerate(csv.DictReader(file), 2):
            section = _section(row, cited, path, line)
            if section.id in found:
                raise Refused("data-file", str(path), entry=f"{section.id}, line {line}", wrong="stands twice")
            found[section.id] = section
    return found


def _section(row: Mapping[str, str], cited: Citation, path: Path, line: int) -> PriceSection:
    try:
        prices = {
            use: Decimal(row[column]) * THOUSAND
            for use, column in (("ODT", "residential"), ("TMD", "tmd"), ("SKC", "skc"))
        }
    except InvalidOperation as wrong:
        raise Refused("data-file", str(path), entry=f"line {line}", wrong="a price is not a number") from wrong
    if min(prices.values()) <= 0:
        raise Refused("data-file", str(path), entry=f"line {line}", wrong="a price is not positive")
    return PriceSection(
        id=f"{row['commune']}:{row['number']}",
        commune=row["commune"],
        number=row["number"],
        street=row["street"],
        start=row["start"],
        end=row["end"],
        prices=MappingProxyType(prices),
        flags=tuple(f for f in row["flags"].split("|") if f),
        citation=Citation(cited.document, f"{cited.article}, trang {row['page']}", cited.status, cited.checked),
    )


def _agricultural(path: Path, cited: Citation) -> dict[tuple[str, str, int], tuple[Decimal, Citation]]:
    with path.open(encoding="utf-8", newline="") as file:
        return {
            (row["zone"], row["use"], int(row["position"])): (
                Decimal(row["price"]) * THOUSAND,
                Citation(cited.document, row["article"], Status.VERIFIED, cited.checked or date(2026, 11, 23)),
            )
            for row in csv.DictReader(file)
        }
