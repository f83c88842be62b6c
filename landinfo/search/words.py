"""Street and commune names as people write them and as the list prints them → words that compare.

"Đ. HUỲNH VĂN NGHỆ", "P.Phú Lợi", "ĐT743" = "ĐT.743" = "DT 743" = "đường tỉnh 743", "QL13" = "Quốc lộ 13", "05" = "5",
"Hoà" = "Hòa". Each word stands twice, accented and folded, at the same place.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from landinfo.search.folding import fold

_STROKE = str.maketrans({"Ð": "đ", "ð": "đ", "Ɖ": "đ", "ɖ": "đ"})
_WORD = re.compile(r"\w+")
_TONE = re.compile(r"(?:o[àáảãạèéẻẽẹ]|u[ỳýỷỹỵ])$")
_MOVED = {
    "oà": "òa", "oá": "óa", "oả": "ỏa", "oã": "õa", "oạ": "ọa", "oè": "òe", "oé": "óe", "oẻ": "ỏe", "oẽ": "õe",
    "oẹ": "ọe", "uỳ": "ùy", "uý": "úy", "uỷ": "ủy", "uỹ": "ũy", "uỵ": "ụy",
}  # fmt: skip

_SHORT = {
    "p": "phường", "x": "xã", "tx": "thị xã", "tp": "thành phố", "tt": "thị trấn", "h": "huyện", "kp": "khu phố",
    "d": "đường", "dl": "đại lộ", "kdc": "khu dân cư", "kcn": "khu công nghiệp", "ccn": "cụm công nghiệp",
    "tdc": "tái định cư", "kdt": "khu đô thị", "ntm": "nông thôn mới", "tdm": "thủ dầu một", "tptdm": "thủ dầu một",
    "hcm": "hồ chí minh", "tphcm": "hồ chí minh", "bd": "bình dương", "tdh": "tân đông hiệp",
    "cmt8": "cách mạng tháng tám", "dlbd": "đại lộ bình dương",
}  # fmt: skip
"""Folded short form → the words it stands for."""
_ROADS = {"dt": "đt", "tl": "đt", "dh": "đh", "ql": "ql", "hl": "hl", "dx": "đx"}
_LONG_ROADS = {
    ("duong", "tinh"): "đt", ("tinh", "lo"): "đt", ("duong", "huyen"): "đh", ("huyen", "lo"): "đh",
    ("quoc", "lo"): "ql", ("huong", "lo"): "hl",
}  # fmt: skip
_OUT = {"dt": "đường tỉnh", "tl": "tỉnh lộ", "dh": "đường huyện", "ql": "quốc lộ", "hl": "hương lộ", "dx": "đường xã"}
_CODE = re.compile(r"(dt|tl|dh|ql|hl|dx)(\d+[a-z]*)", re.ASCII)
_NUMBER = re.compile(r"\d+[a-z]*", re.ASCII)


_fold = lru_cache(maxsize=20_000)(fold)
"""The list has few words and repeats them."""


@dataclass(frozen=True, slots=True)
class Words:
    """Words of one text: ``folded[i]`` is ``accented[i]`` without accents."""

    accented: tuple[str, ...]
    folded: tuple[str, ...]

    def __getitem__(self, part: slice) -> Words:
        return Words(self.accented[part], self.folded[part])

    def __len__(self) -> int:
        return len(self.folded)


def words(text: str) -> Words:
    """The words of a text, short forms written out, road numbers in one piece (``đt743``)."""
    plain = unicodedata.normalize("NFC", text).translate(_STROKE).casefold()
    bare = "".join(c for c in unicodedata.normalize("NFC", plain) if unicodedata.category(c) != "Mn")
    found = tuple(_written(_spread([_toned(w) for w in _WORD.findall(bare)])))
    return Words(found, tuple(_fold(w) for w in found))


def written_out(name: Words) -> Words:
    """Road numbers in words, as somebody may begin to type them: ``ql13`` → quốc lộ 13."""
    found: list[str] = []
    for word, bare in zip(name.accented, name.folded, strict=True):
        code = _CODE.fullmatch(bare)
        found += [*_OUT[code[1]].split(), code[2]] if code else [word]
    return Words(tuple(found), tuple(_fold(w) for w in found))


def _toned(word: str) -> str:
    """The tone on the first vowel of an open oa, oe, uy, as older spelling has it: hoà → hòa."""
    return _TONE.sub(lambda m: _MOVED[m[0]], word)


def _spread(given: Sequence[str]) -> list[str]:
    found: list[str] = []
    for word in given:
        # with its accent only: Ngô is a name
        found += ["hẻm"] if word == "ngõ" else _SHORT.get(_fold(word), word).split()
    return found


def _written(given: Sequence[str]) -> Iterator[str]:
    """Road numbers joined, idle zeros and the word month of a date dropped."""
    folded, at = [_fold(w) for w in given], 0
    while at < len(given):
        code, taken = _road(folded[at:])
        if code:
            yield code
            at += taken
            continue
        dated = folded[at] == "thang" and 0 < at < len(given) - 1 and folded[at - 1].isdecimal()
        if not (dated and folded[at + 1].isdecimal()):
            yield (
                "tám"
                if folded[at] == "8" and folded[max(0, at - 3) : at] == ["cach", "mang", "thang"]
                else _bare(given[at])
            )
        at += 1


def _road(rest: Sequence[str]) -> tuple[str, int]:
    """A road number at the beginning of ``rest`` and how many words it takes; ("", 0): none."""
    if one := _CODE.fullmatch(rest[0]):
        return _ROADS[one[1]] + _bare(one[2]), 1
    if rest[0] in _ROADS and len(rest) > 1 and _NUMBER.fullmatch(rest[1]):
        return _ROADS[rest[0]] + _bare(rest[1]), 2
    long = _LONG_ROADS.get((rest[0], rest[1])) if len(rest) > 2 else None
    if long and _NUMBER.fullmatch(rest[2]):
        return long + _bare(rest[2]), 3
    return "", 0


def _bare(word: str) -> str:
    return (word.lstrip("0") or "0") if word.isascii() and word[:1] == "0" else word
