"""What an edition is called: by what it holds, never by when or where it was loaded."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import fields
from datetime import date

import shapely
from shapely.geometry.base import BaseGeometry

from landinfo.model import Coverage, Feature, Parcel, PriceZone


def content_hash(rows: Iterable[Parcel | Feature | PriceZone | Coverage]) -> str:
    """SHA-256 (hex) over the rows' own values, in any order of arrival; the edition's name is not part of it."""
    lines = sorted(_canonical(row) for row in rows)
    digest = hashlib.sha256()
    for line in lines:
        digest.update(line)
    return digest.hexdigest()


def _canonical(row: Parcel | Feature | PriceZone | Coverage) -> bytes:
    values = [(f.name, getattr(row, f.name)) for f in fields(row) if f.name != "edition"]
    return b"\x1e".join(name.encode() + b"=" + _bytes(value) for name, value in values) + b"\n"


def _bytes(value: object) -> bytes:
    if isinstance(value, BaseGeometry):
        return bytes(shapely.to_wkb(value, byte_order=1))
    if isinstance(value, dict):
        return repr(sorted(value.items())).encode()
    return repr(value).encode()


def edition_id(layer: str, territory: str, document: str, effective_from: date, content: str) -> str:
    """``<layer>-<first day>-<12 hex digits>``: the same content gives the same name on every engine, on every day."""
    named = "\x1f".join((layer, territory, document, effective_from.isoformat(), content))
    return f"{layer}-{effective_from:%Y%m%d}-{hashlib.sha256(named.encode()).hexdigest()[:12]}"
