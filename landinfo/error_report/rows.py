"""The rows of an answer that can be reported: how an address names one, and what it says."""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qsl, unquote, urlencode

import shapely
from shapely.geometry import shape

from landinfo.model import BadInput, NotHere
from landinfo.plain import Plain

KINDS = ("price", "share", "use", "boundary", "other")
MOST_QUESTION = 12_000
"""Characters of a permanent address."""
_PARCELS = "/parcels/"
_NUMBER = re.compile(r"0|[1-9]\d{0,3}", re.ASCII)
_DAYS = ("on", "known")


@dataclass(frozen=True, slots=True)
class Row:
    """A row as the answer has it. ``layer`` is the layer of the store that it stands on ("": none alone)."""

    kind: str
    key: str
    layer: str
    values: Plain
    place: Plain


def address(answer: Plain, kind: str, key: object = "") -> str:
    """Where a row of the answer is reported. What the row does not depend on is not carried: it is the asker's own."""
    path, _, query = answer["permanent"].partition("?")
    pairs = parse_qsl(query)
    if kind != "other":
        pairs = [(n, v) for n, v in pairs if n in _DAYS or (kind == "price" and n.startswith("price."))]
    named = [("question", f"{path}?{urlencode(pairs)}"), ("kind", kind), *([("row", str(key))] if key != "" else [])]
    return f"/report?{urlencode(named, safe='/@~')}"


def read_question(permanent: str) -> tuple[str, list[tuple[str, str]]]:
    """The parcel and the parameters of a permanent address. Raises ``BadInput``: it is none."""
    path, _, query = permanent.strip().partition("?")
    if len(permanent) > MOST_QUESTION or not path.startswith(_PARCELS):
        raise BadInput("error-needs-a-question", "question", value=permanent[:60])
    return unquote(path.removeprefix(_PARCELS)), [pair for pair in parse_qsl(query) if pair[0] != "lang"]


def row(answer: Plain, kind: str, key: str) -> Row:
    """The row of that kind and key. Raises ``BadInput``: no such kind; ``NotHere``: the answer has no such row."""
    if kind not in KINDS:
        raise BadInput("error-no-such-kind", "kind", value=kind[:40], known=", ".join(KINDS))
    found = _READ[kind](answer, key)
    if found is None:
        raise NotHere("error-no-such-row", "row", value=key[:80], parcel=answer["question"]["parcel"])
    layer, values, ground = found
    return Row(kind, key, layer, values, _place(answer, ground))


def seen(row: Row) -> str:
    """A mark of what the row says, by which a form tells that it says something else by now."""
    text = json.dumps([row.kind, row.key, row.values], ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(text.encode()).hexdigest()[:16]


_Found = tuple[str, Plain, Plain | None] | None
"""Layer, values, geometry where the row has ground of its own."""


def _price(answer: Plain, key: str) -> _Found:
    found = _numbered(answer["price"]["rows"], key)
    names = ("land_use", "label", "area", "unit_price", "amount", "section", "position", "state")
    listed = answer["price"]["list"]
    return ("price_zones", {**_only(found, names), "list": listed and listed["id"]}, None) if found else None


def _share(answer: Plain, key: str) -> _Found:
    name, _, number = key.rpartition("-")
    theme = next((t for t in answer["themes"] if t["id"] == name), None)
    found = theme and _numbered(theme["rows"], number)
    if not theme or not found:
        return None
    values = _only(found, ("kind", "designation", "label", "area", "percent"))
    documents = [_only(document, ("id", "article")) for document in found["documents"]]
    told = {"theme": theme["label"], **values, "documents": documents}
    return theme["id"], told, found["geometry"]


def _use(answer: Plain, key: str) -> _Found:
    found = _numbered(answer["parcel"]["land_uses"], key)
    return ("parcels", _only(found, ("code", "name", "regime", "area")), None) if found else None


def _boundary(answer: Plain, key: str) -> _Found:
    return None if key else ("parcels", _only(answer["parcel"], ("registered_area", "drawn_area")), None)


def _other(_: Plain, key: str) -> _Found:
    return None if key else ("", {}, None)


_READ: Mapping[str, Callable[[Plain, str], _Found]] = {
    "price": _price,
    "share": _share,
    "use": _use,
    "boundary": _boundary,
    "other": _other,
}


def _numbered(rows: list[Plain], number: str) -> Plain | None:
    """The row of that number, counted from 0."""
    return rows[int(number)] if _NUMBER.fullmatch(number) and int(number) < len(rows) else None


def _only(values: Mapping[str, Any], names: tuple[str, ...]) -> Plain:
    return {name: values[name] for name in names}


def _place(answer: Plain, ground: Plain | None) -> Plain:
    """A point in the row's own ground, or in the parcel (WGS 84)."""
    if ground is None:
        return _only(answer["parcel"]["centre"], ("lat", "lon"))
    inside = shapely.point_on_surface(shape(ground))
    return {"lat": round(inside.y, 8), "lon": round(inside.x, 8)}
