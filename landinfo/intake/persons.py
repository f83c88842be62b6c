"""Values that look like somebody's: an identity number, a telephone, an address, a name. They are never kept or shown.

A column called GHICHU may hold anything. In the codes of a parcel a bare name is a person's; in the name of a planning
area (``names_allowed``) it may be that of a street, and only what points at a person counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from itertools import pairwise
from typing import Any

from landinfo.files.legacy import TCVN3, VNI, decode

HIDDEN = "•••"
_NO_PLACE = r"(?!rịa\b|nà\b|điểm\b|chiểu\b|ích\b)"
_NAME = rf"{_NO_PLACE}\w+(?:\s+\w+){{1,5}}"
_DIGITS = re.compile(r"(?<![\d.,])(?<!\d[ _-])\d+(?:[ ._-]\d+)*?(?=(?:[.,]0{1,2})?(?!\d|[ .,_-]\d))")
"""Digits with points, strokes or spaces between them; ``.0`` behind them is a spreadsheet's."""
_NOT_OF_A_PAPER = re.compile(
    r"\d+\.\d+|\d{1,2}(?:[ .]\d{3})+(?:\.\d+)?|\d{4}-\d\d-\d\d.*|\d{1,2}[.-]\d{1,2}[.-]\d{4}.*"
)
"""A decimal number, one with its thousands apart, a day."""
_OF_A_PAPER = (9, 11, 12)
"""Digits of an identity number: the old and the new, which a spreadsheet robs of its first 0."""
_JOINED = re.compile(r"(?<=[^\W\d_])[._-](?=[^\W\d_])")
_PATTERNS = (
    re.compile(
        r"\b(?:cmnd|cmt|cccd|căn\s+cước|chứng\s+minh|hộ\s+chiếu|định\s+danh|giấy\s+tờ|mst|mã\s+số\s+thuế)\b\D{0,20}\w?\d[\d\s.-]{5,}",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\d.,])(?:\+?84|0)[\s.]?(?:[35789]|2[\s.]?\d)\d(?:[\s.]?\d){7}(?!\d)"),
    re.compile(r"(?<![\d.,-])0[35789]\d{2}-\d{3}-\d{3}(?![\d-])"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    re.compile(rf"^\s*(?:hộ\s+)?(?:ông|bà)\s*[:.]?\s+{_NAME}", re.IGNORECASE),
    re.compile(
        r"\b(?:đất|hộ|nhà|thửa|của|chủ|tên|vườn|ruộng)\s+(?:đất\s+|của\s+|hộ\s+)*(?:ông|bà|anh|chị|cô|chú|bác)\b"
        rf"\s*[:.]?\s+{_NO_PLACE}\w+(?:\s+\w+){{0,5}}",
        re.IGNORECASE,
    ),
    re.compile(r"\b(?:thường\s+trú|tạm\s+trú|trú\s+tại|ngụ\s+tại|địa\s+chỉ|số\s+nhà|đ/c)\b.*", re.IGNORECASE),
    re.compile(r"(?<!\w)\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?)*,?\s+(?:đường|phố|ấp|tổ|khu\s+phố)\s+\w.*", re.IGNORECASE),
)
"""Numbers behind the name of a paper, telephones, e-mail, a name behind ông or bà (but Bà Rịa, Ông Ích Khiêm …),
addresses (to the end of the text: nobody knows where they end).
"""
_STREET_OF_A_HOUSE = re.compile(r"\btổ\s+\d+\b.*\b(?:khu\s+phố|kp|ấp|thôn)\b.*", re.IGNORECASE)


def _set(*lines: str) -> frozenset[str]:
    return frozenset(" ".join(lines).split())


_FAMILIES = _set(
    "nguyễn trần lê phạm hoàng huỳnh phan vũ võ đặng bùi đỗ ngô dương lý lưu đinh trương trịnh tạ tăng phùng quách",
    "đoàn đào đàm doãn vương tống triệu tôn nghiêm khổng khương hứa thạch lữ lư diệp điểu lương",
    "nguyen tran pham huynh hoang phan dang bui ngo trinh dinh doan quach nghiem",
)
_PERHAPS = _set(
    "hồ hà cao mai kim sơn giang từ nông đồng trang quang lâm thái châu chu tô la lại thân sử phương danh văn kiều",
    "bạch hạ hàn chung cù âu mạc mạch liêu lục quan sầm tiêu viên phó nhan cái cổ đổng giáp lò ma mã trà ung vòng",
    "ninh ông y ho ha le ly vo vu do duong luong luu truong ta tang dao dam vuong cao mai lam thai chau thach",
)
"""Family names that are common words too: only with a middle name behind them."""
_MIDDLE = _set("văn thị hữu đức ngọc quốc xuân thành công đình bá thế trọng thi van huu duc ngoc quoc")
_SURELY = _set("nguyễn nguyen huỳnh huynh")
_SURELY_MIDDLE = _set("văn thị hữu đức ngọc bá thế trọng đình quang minh van thi huu duc ngoc")
"""Family and middle names that are hardly a word of anything else at their place."""
_MOST_OF_A_NAME = 5
_PLACES = _set(
    "đường phố phường xã khu trường cầu chợ viên quận huyện trấn ngõ hẻm tuyến giao",
    "duong pho phuong xa khu truong cau",
)
"""Before a name: a street, a ward, a school is called so."""
_TOLD = _set("của chủ tên hộ ông bà anh chị cô chú vợ chồng cua chu ten ho ong ba anh chi vo chong")
_WORD = re.compile(r"[^\W\d_]+")
_MOST_WORDS = 6
_SHORTEST = 8
"""Characters of the shortest number, telephone or e-mail address."""


def looks_personal(value: str, names_allowed: bool = False) -> bool:
    """Does a value look like an identity number, a telephone, an address, an e-mail address or a person's name?"""
    if len(value) < _SHORTEST and " " not in value and "@" not in value and (value.isupper() or value.lower() == value):
        return False
    return _looks_personal(value, names_allowed)


@lru_cache(maxsize=4096)
def _looks_personal(value: str, names_allowed: bool) -> bool:
    """Kept, because the words of a column of land uses come again in every row."""
    return any(_is_personal(text, names_allowed) for text in _readings(value)) or (
        not names_allowed and any(_is_run_together(word[0]) for word in _WORD.finditer(_readings(value)[0]))
    )


def masked(value: str, names_allowed: bool = False) -> str:
    """``value`` with whatever looks like a person's replaced; all of it where letters must be turned to see it.

    ``names_allowed``: a name stays where nothing beside it points at a person.
    """
    if not looks_personal(value, names_allowed):
        return unicodedata.normalize("NFC", value)
    text = _readings(value)[0]
    for start, end in reversed(list(_papers(text))):
        text = text[:start] + HIDDEN + text[end:]
    for pattern in (*_PATTERNS, _STREET_OF_A_HOUSE):
        text = pattern.sub(HIDDEN, text)
    for start, end in reversed(list(_names(text))):
        text = text[:start] + HIDDEN + text[end:]
    return HIDDEN if looks_personal(text) else text


def masked_all(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a sentence, each text of them masked."""
    return {name: masked(value) if isinstance(value, str) else value for name, value in values.items()}


def _readings(value: str) -> list[str]:
    """The text as it is seen, without wide letters and what has no width; its letters in fonts of before Unicode."""
    text = unicodedata.normalize("NFC", value)
    legacy = not text.isascii() and any("\x80" <= c <= "\xff" for c in text)
    return [_seen(text), *(_seen(decode(text, encoding)) for encoding in (TCVN3, VNI) if legacy)]


def _seen(text: str) -> str:
    if text.isascii():
        return text
    return "".join(c for c in unicodedata.normalize("NFKC", text) if unicodedata.category(c) != "Cf")


def _is_personal(text: str, names_allowed: bool) -> bool:
    if any(pattern.search(text) for pattern in _PATTERNS) or any(True for _ in _papers(text)):
        return True
    return any(True for _ in _names(text, told=names_allowed)) or (
        not names_allowed and bool(_STREET_OF_A_HOUSE.search(text))
    )


def _papers(text: str) -> Iterator[tuple[int, int]]:
    """Where identity numbers stand, however their digits are grouped."""
    for match in _DIGITS.finditer(text):
        count = sum(c.isdecimal() for c in match[0])
        whole = match[0].isdecimal()
        if count in (_OF_A_PAPER if whole else (9, 12)) and not (not whole and _NOT_OF_A_PAPER.fullmatch(match[0])):
            yield match.span()


def _is_run_together(word: str) -> bool:
    """``NguyenVanAn``: a family name, a middle name and more, told apart by their capitals."""
    if word.isupper() or word.islower() or not word[0].isupper():
        return False
    cuts = [0, *(n for n in range(1, len(word)) if word[n].isupper() and word[n - 1].islower()), len(word)]
    parts = [word[a:b].casefold() for a, b in pairwise(cuts)]
    if len(parts) < 2 or len(parts) > _MOST_WORDS or parts[0] not in _FAMILIES | _PERHAPS:
        return False
    return parts[0] in _SURELY or (len(parts) > 2 and parts[1] in _SURELY_MIDDLE)


def _names(text: str, told: bool = False) -> Iterator[tuple[int, int]]:
    """Where names of persons stand: a family name and one to five words, with capitals or surely without.

    ``told``: only behind a word such as của or hộ, which says that it is a person's.
    """
    text = _JOINED.sub(" ", text)
    words = list(_WORD.finditer(text))
    folded, end = [word[0].casefold() for word in words], 0
    for i, word in enumerate(words):
        if word.start() < end or folded[i] not in _FAMILIES | _PERHAPS:
            continue
        before = folded[i - 1] if i and not text[words[i - 1].end() : word.start()].strip() else ""
        if told and before not in _TOLD:
            continue
        for capital in (True, False) if word[0][0].isupper() else (False,):
            last = _last(text, words, folded, i, capital)
            found = _is_name if capital else _is_name_without_capitals
            if last > i and found(folded[i : last + 1], before):
                end = words[last].end()
                yield word.start(), end
                break


def _last(text: str, words: list[re.Match[str]], folded: list[str], first: int, capital: bool) -> int:
    """The last word of what may be a name; with capitals, ``văn`` or ``thị`` among them may have none."""
    last = end = first
    while end + 1 < len(words) and end + 1 - first < _MOST_WORDS:
        if not text[words[end].end() : words[end + 1].start()].isspace():
            break
        end += 1
        if not capital or words[end][0][0].isupper():
            last = end
        elif folded[end] not in _SURELY_MIDDLE:
            break
    return last


def _is_name_without_capitals(words: list[str], before: str) -> bool:
    """Without capitals most words of a name are words like any other: only what begins a text or is told counts."""
    if before and before not in _TOLD:
        return False
    surely = words[0] in _SURELY and len(words) <= _MOST_OF_A_NAME
    return surely or (len(words) > 2 and words[0] in _FAMILIES and words[1] in _SURELY_MIDDLE)


def _is_name(words: list[str], before: str) -> bool:
    if before in _PLACES or words[:2] == ["đỗ", "xe"]:
        return False
    full = len(words) > 2 and words[1] in _MIDDLE
    return full or (words[0] in _FAMILIES and (not before or before in _TOLD))
