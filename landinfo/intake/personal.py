"""Fields of names, papers, addresses and telephones of land users, known by what they are called: never read.

A field that the map does not name is never read; a map that names such a field is refused. A value that looks like one
of a person in a field of another name is the matter of ``persons.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from landinfo import search

_WORDS = (
    *("tenchu", "chusudung", "chusd", "tennguoi", "nguoisudung", "nguoisudu", "nguoisd", "chuho", "tenvo", "tenchong"),
    *("vochong", "hoten", "hovaten", "tenkhachhang", "tennsd", "doituongsudung", "nguoikekhai", "nguoinop"),
    *("chusohuu", "chusoh", "tencsh", "chunha", "chudat", "nguoidaidien", "nguoidaidi", "daidien", "ndaidien"),
    *("tencsd", "ownernam", "chucu", "hovten", "nguoidung", "nguoinhan", "hogiadinh", "tenhogd"),
    *("cmtnd", "gttt", "soddcn", "hktt", "dctt", "noicutru", "thgtru", "msthue"),
    *("giayto", "sogiaychun", "cmnd", "cccd", "socmt", "chungminh", "cancuoc", "hochieu", "dinhdanh"),
    *("passport", "idcard"),
    *("diachi", "dchi", "thuongtru", "tamtru", "noio", "hokhau", "quequan", "dcchu", "postaladdress", "mailing"),
    *("ngaysinh", "namsinh", "nsinh", "gioitinh", "quoctich", "dantoc", "masothue", "taikhoan", "birthdate"),
    *("sodienthoai", "dienthoai", "didong", "email", "thudientu", "zalo", "phone", "mobile", "dateofbirth"),
    *(
        "ownername",
        "landowner",
        "taxpayer",
        "fullname",
        "firstname",
        "lastname",
        "surname",
        "identitycard",
        "citizenid",
    ),
)
"""Folded, without anything between the words: any of them anywhere in the name of a field."""
_WHOLE = frozenset(
    {"chu", "owner", "owners", "hten", "ho", "cmt", "dc", "dthoai", "tel", "sdt", "sogt", "dtdd", "fax"}
    | {"csdd", "nsdd", "tennsdd", "ddcn", "dtchu", "sodt", "tenho"}
    | {"ngsinh", "address", "nguoi", "nsd", "csd", "csh", "mst"}
)
_OF_PARCELS = frozenset({"ten"})
"""Of a parcel it is its user's name, of a planning area its own."""
_NOT_OF_A_PERSON = re.compile(r"(?:dia|d)chinh(?!a)|diachi(?:thua|dat)(?!.*(?:chu|nguoi))|dinhdanhthua")
"""Địa chính, and where the parcel itself lies, which is not where its user lives."""
_TCVN3 = {
    "a": "µ¸¶·¹¨»¾¼½Æ©ÇÊÈÉË", "e": "ÌÐÎÏÑªÒÕÓÔÖ", "i": "×ÝØÜÞ", "o": "ßãáâä«åèæçé¬êíëìî",
    "u": "ïóñòô\u00adõøö÷ù", "y": "úýûüþ", "d": "®§",
}  # fmt: skip
_FROM_TCVN3 = {ord(old): letter for letter, olds in _TCVN3.items() for old in olds}
_FROM_VNI = {ord(old): letter for old, letter in zip("ñÑöÖôÔòÒæÆ", "dduuooiiii", strict=True)}
"""Letters of the fonts of before Unicode without their accents; VNI writes most accents as characters apart."""


def _spellings(name: str) -> Iterator[str]:
    """The name in letters from a to z, ``Ten_Chu_SD`` and "Tên chủ SD" alike: as it is and as its bytes may mean."""
    vni = "".join(c for c in name.translate(_FROM_VNI) if c.isascii())
    for text in (name, name.translate(_FROM_TCVN3), vni, _from_latin1(name)):
        yield "".join(c for c in search.fold(text) if "a" <= c <= "z")


def _from_latin1(name: str) -> str:
    try:
        return name.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return name


def is_personal(name: str, theme: bool = False) -> bool:
    """Does a field of this name hold somebody's name, paper, address, birthday or telephone?"""
    whole = _WHOLE if theme else _WHOLE | _OF_PARCELS
    for word in _spellings(name):
        rest = _NOT_OF_A_PERSON.sub("", word)
        if word in whole or any(part in rest for part in _WORDS):
            return True
    return False


def personal_fields(names: Iterable[str], theme: bool = False) -> list[str]:
    """Those of ``names`` that hold personal data, as they are spelled."""
    return [name for name in names if is_personal(name, theme)]
