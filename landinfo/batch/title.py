"""The title of a column, Vietnamese or English, with accents or without → what the column says."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from landinfo.asked import STRIP
from landinfo.model import Refused
from landinfo.search import fold

PLACES = (("parcel",), ("commune", "sheet", "number"), ("lat", "lon"), ("x", "y"), ("corners",))
"""The columns that say where, each in the ways there are to say it."""
QUESTION = ("on", "known", "convert_to", "land_user", "area", "piece", *STRIP)
SEVERAL = ("on", "convert_to")
"""What one row may ask several of, parted by ``;`` or ``|``."""
SINGLE = ("known", "land_user", "area")
"""What else a question may name beside facts, prices and a strip."""
NAMES: dict[str, str] = {
    "id": "id, ma, ma so, ma ho so, stt, so thu tu, ten, name, ghi chu",
    "parcel": "parcel, ref, parcel ref, ma thua, ma thua dat, thua dat",
    "commune": "commune, ward, xa, phuong, xa phuong, phuong xa, ma xa, ten xa, ma phuong, ma dvhc, xa phuong dac "
    "khu, commune code",
    "sheet": "sheet, to, to so, so to, to ban do, to ban do so, so to ban do, to bd, sh to, shbando, map sheet, "
    "sheet no, so hieu to ban do",
    "number": "number, thua, thua so, so thua, thua dat so, so thua dat, sh thua, shthua, parcel no, plot, parcel "
    "number, so hieu thua, so hieu thua dat, so thu tu thua",
    "lat": "lat, latitude, vi do",
    "lon": "lon, lng, long, longitude, kinh do",
    "x": "x, northing, toa do x, x vn2000, x vn 2000, x m",
    "y": "y, easting, toa do y, y vn2000, y vn 2000, y m",
    "corners": "corners, polygon, da giac, goc, cac goc, toa do cac goc, ranh, ranh gioi",
    "width": "width, be rong, chieu rong, be rong tuyen, corridor width",
    "on": "on, tai ngay, ngay quyet dinh, ngay hoi",
    "known": "known, biet den ngay, known on",
    "convert_to": "convert to, chuyen sang, chuyen muc dich, chuyen muc dich sang, target, muc dich moi, chuyen sang "
    "loai dat, loai dat moi",
    "land_user": "land user, nguoi su dung, nguoi su dung dat",
    "area": "area to convert, dien tich chuyen, dien tich chuyen muc dich",
}
"""Titles of columns, folded, by what they say."""
_MEANS = {word: name for name, words in NAMES.items() for word in words.split(", ")}
_DOTTED = ("fact.", "price.", "strip.")


@lru_cache(maxsize=4096)
def meaning(title: str) -> str | None:
    """The name of what a column says: ``parcel``, ``on`` …, ``fact.<name>``, ``price.<code>``; None: nothing."""
    bare = title.strip()
    if bare in QUESTION or (bare.startswith(_DOTTED) and bare.partition(".")[2]):
        return bare
    return _MEANS.get(fold(bare.replace("_", " ")))


def check(titles: Sequence[str]) -> tuple[str, ...]:
    """The titles that say nothing to us. Raises ``Refused``: two that say the same, none that says where."""
    found: dict[str, str] = {}
    for title in titles:
        name = meaning(title) if title else None
        if name and name in found and name != "id":
            raise Refused("batch-title-twice", "file", first=found[name], second=title, name=name)
        if name:
            found.setdefault(name, title)
    if not any(set(way) <= found.keys() for way in PLACES):
        seen = ", ".join(title for title in titles if title)
        raise Refused("batch-no-place", "file", titles=seen[:200] or "–")
    return tuple(title for title in titles if title and title not in found.values())
