"""What the printed words of a price row mean: exclusions, sides, chainage, the conditions of a closing row.

The annexes print these inside the name of the street or its ends. What has no typed form is kept in ``unread``.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from landinfo.model import Residual

ZONES = {
    "THƯƠNG MẠI": "commercial",
    "DỊCH VỤ": "service",
    "DCH VỤ": "service",  # so printed
    "DU LỊCH": "tourism",
    "ĐÔ THỊ": "urban",
    "DÂN CƯ": "residential",
    "TÁI ĐỊNH CƯ": "resettlement",
    "TĐC": "resettlement",
    "CÔNG NGHỆ": "technology",
    "CÔNG NGHIỆP": "industrial_park",
    "CỤM CÔNG NGHIỆP": "industrial_cluster",
    "SẢN XUẤT": "production",
    "CHẾ XUẤT": "export_processing",
}
"""Kinds of zone that closing rows name, by the words after "khu"."""

_EXCLUSION = re.compile(r"\bTRỪ (?!VĂN THỐ)(?P<what>[^)]+)")
_CONFINED = re.compile(r"[(,] ?(?P<what>(?:ĐẤT|CÁC ĐOẠN|CÁC THỬA ĐẤT) THUỘC [^)]+)\)")
_LEFT, _RIGHT = re.compile(r"BÊN TRÁI"), re.compile(r"BÊN PHẢI")
_KM = re.compile(r"KM ?(?P<km>\d+) ?\+ ?(?P<m>\d+)")
_METRES = re.compile(r"(?P<km>\d{1,3})\.(?P<m>\d{3})M")
_CLOSING = re.compile(r"CÒN LẠI|BỀ RỘNG")
_AT_LEAST = re.compile(r"TỪ (?P<m>\d+)M TRỞ LÊN")
_BETWEEN = re.compile(r"TỪ (?P<m>\d+)M ĐẾN DƯỚI (?P<below>\d+)M")
_BELOW = re.compile(r"(?:DƯỚI|NHỎ HƠN) (?P<below>\d+)M")
_ABOVE = re.compile(r"LỚN HƠN (?P<m>\d+)M")
_WIDTHS = (_BETWEEN, _AT_LEAST, _BELOW, _ABOVE)
_GENERIC = re.compile(r"(?:(?:TRONG|THUỘC) CÁC KHU|(?=TĐC TRÊN ĐỊA BÀN)) ?(?P<list>.+)")
_LISTED = re.compile(r"(KHU|CỤM) ([^,.(]+?)(?= CÒN LẠI| \(|[,.]| TRÊN | XÃ | MỚI|$)")
_OLD = re.compile(
    r"[(]?(?:THUỘC |TRÊN ĐỊA BÀN )?(?P<unit>(?:CÁC )?(?:THÀNH PHỐ|HUYỆN|THỊ TRẤN|PHƯỜNG|XÃ|TÂN ĐÔNG HIỆP)[^()]*?"
    r"(?: ?\(CŨ\)| CŨ\b| CÒN LẠI| \(BỎ [^)]*\))[^()]*?)(?:[).]|$)"
)
_NOW = re.compile(r"THUỘC (?P<unit>PHƯỜNG (?:ĐÔNG HÒA|DĨ AN))")
_OPENING = re.compile(r"^(?:TẤT CẢ )?(?:CÁC )?ĐƯỜNG (?:NỘI BỘ )?(?:CÒN LẠI )?(?:TRONG |THUỘC )?(?=CÁC KHU|K|TRUNG)")
"""What stands before the name of the zone that a row closes."""
_RENAMED = re.compile(r"\(NAY LÀ [^)]*\)")
_FILLERS = re.compile(
    r"TẤT CẢ|CÁC|ĐƯỜNG NỘI BỘ|ĐOẠN ĐƯỜNG|TRỤC ĐƯỜNG|TUYẾN|ĐƯỜNG|CÒN LẠI|BỀ RỘNG MẶT|NỘI BỘ|CÓ\b"
    r"|(?<=ĐƯỜNG )(?:NHỰA|ĐẤT)|\bTRONG\b|[,()]|\.(?!\d)"
)
_SURFACES = (("paved", "ĐƯỜNG NHỰA CÒN LẠI"), ("earth", "ĐƯỜNG ĐẤT CÒN LẠI"))


def typed(street: str, start: str, end: str, prices: list[Decimal]) -> dict[str, Any]:
    """The typed fields of ``PriceSection`` that its printed words hold: kind, side, exclusions, confined_to, chainage,
    residual, and the flags that follow from the text and from ``prices`` (1,000 đồng/m²)."""
    closing = residual(street, start)
    found = exclusions(street)
    sides = _side(f"{street} {start} {end}")
    along = chainage(start, end)
    confined = _CONFINED.search(street)
    holds = {
        "residual": closing is not None,
        "exclusion": bool(found),
        "one_sided": bool(sides),
        "chainage": along is not None,
        "from_equals_to": bool(start) and start == end,
        "ends_missing": not start and not end,
        "parcel_end": "THỬA" in start or "THỬA" in end,
        "unrounded": any(price % 100 for price in prices),
        "unbalanced": any(t.count("(") != t.count(")") for t in (street, start, end)),
    }
    return {
        "kind": "residual" if closing else "section",
        "side": sides,
        "exclusions": found,
        "confined_to": confined["what"] if confined and not found else "",
        "chainage": along,
        "residual": closing,
        "flags": [flag for flag, true in holds.items() if true],
    }


def exclusions(street: str) -> tuple[str, ...]:
    """What a row leaves out ("trừ đất thuộc KCN Mapletree"), as printed; the name Trừ Văn Thố is no exclusion."""
    return tuple(match["what"].strip() for match in _EXCLUSION.finditer(street))


def _side(text: str) -> str:
    left, right = bool(_LEFT.search(text)), bool(_RIGHT.search(text))
    return "by_side" if left and right else "left" if left else "right" if right else ""


def chainage(start: str, end: str) -> tuple[Decimal, Decimal] | None:
    """Metres along the road where both ends are given so: ``KM 1 + 900`` and ``40.700M`` (km with three decimals)."""
    ends = [_KM.search(text) or _METRES.fullmatch(text) for text in (start, end)]
    if ends[0] is None or ends[1] is None:
        return None
    first, last = (Decimal(match["km"]) * 1000 + Decimal(match["m"]) for match in ends if match)
    return first, last


def residual(street: str, start: str) -> Residual | None:
    """The conditions of a closing row, None for a row that names its own stretch."""
    text = f"{street} | {start}"
    if not _CLOSING.search(text):
        return None
    width, rest = _width(_RENAMED.sub("", start))
    old, rest = _old_units(street, rest)
    generic = _GENERIC.search(street)
    listed = generic["list"] if generic else ""
    inside = _inside(listed)
    return Residual(
        **width,
        inside=inside,
        of="" if inside and " TRONG " not in listed else _OPENING.sub("", street),
        old_units=old,
        surface=next((kind for kind, words in _SURFACES if words in text), ""),
        unread=" ".join(_FILLERS.sub(" ", rest).split()),
    )


def _old_units(street: str, start: str) -> tuple[str, str]:
    """The old communes that the row is limited to, and ``start`` without them."""
    for text in (start, street):
        match = _OLD.search(text) or _NOW.search(text)
        if match:
            return match["unit"].strip(), start.replace(match[0], " ") if text is start else start
    return "", start


def _width(start: str) -> tuple[dict[str, Any], str]:
    for pattern in _WIDTHS:
        match = pattern.search(start)
        if match:
            found = {"least" if key == "m" else key: Decimal(value) for key, value in match.groupdict().items()}
            return {**found, "above": pattern is _ABOVE}, start.replace(match[0], " ")
    return {}, start


def _inside(text: str) -> tuple[str, ...]:
    """Kinds of zone in a list such as "THƯƠNG MẠI, KHU DỊCH VỤ, … CỤM CÔNG NGHIỆP …"."""
    names = [(a, b.strip()) for a, b in _LISTED.findall(f"KHU {text}")]
    keys = [f"CỤM {name}" if word == "CỤM" else name for word, name in names]
    return tuple(dict.fromkeys(ZONES[key] for key in keys if key in ZONES))
