"""Values that look like somebody's: an identity number, a telephone, an address, a name. They are never kept or shown.

A column called GHICHU may hold anything. In the codes of a parcel a bare name is a person's; in the name of a planning
area (``names_allowed``) it may be that of a street, and only what points at a person counts.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import lru_cache
from typing import Any

from landinfo.files.legacy import TCVN3, VNI, decode

HIDDEN = "•••"
_NAME = r"(?!rịa\b|nà\b|điểm\b|chiểu\b|ích\b)\w+(?:\s+\w+){1,5}"
_PATTERNS = (
    re.compile(r"(?<![\d.,])(?:\d{9}|\d{12})(?![\d]|[.,]\d)"),
    re.compile(r"(?<![\d.,\s])\d{3}(?: \d{3}){2,3}(?![\d.,]| \d)"),
    re.compile(
        r"\b(?:cmnd|cmt|cccd|căn\s+cước|chứng\s+minh|hộ\s+chiếu|định\s+danh|giấy\s+tờ|mst|mã\s+số\s+thuế)\b\D{0,20}\w?\d[\d\s.-]{5,}",
        re.IGNORECASE,
    ),
    re.compile(r"(?<![\d.,])(?:\+?84|0)[\s.]?(?:[35789]|2[\s.]?\d)\d(?:[\s.]?\d){7}(?!\d)"),
    re.compile(r"(?<![\d.,-])0[35789]\d{2}-\d{3}-\d{3}(?![\d-])"),
    re.compile(r"[\w.+-]+@[\w-]+\.[\w.]+"),
    re.compile(rf"^\s*(?:hộ\s+)?(?:ông|bà)\s*[:.]?\s+{_NAME}", re.IGNORECASE),
    re.compile(r"\b(?:thường\s+trú|tạm\s+trú|trú\s+tại|ngụ\s+tại|địa\s+chỉ|số\s+nhà|đ/c)\b.*", re.IGNORECASE),
    re.compile(r"(?<!\w)\d{1,4}[a-z]?(?:/\d{1,4}[a-z]?)*,?\s+(?:đường|phố|ấp|tổ|khu\s+phố)\s+\w.*", re.IGNORECASE),
)
"""Identity numbers (9 or 12 digits, together or by threes), numbers behind the name of a paper, telephones, e-mail, a
name behind ông or bà (but Bà Rịa, Ông Ích Khiêm …), addresses (to the end of the text: nobody knows where they end).
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
    if len(value) < _SHORTEST and " " not in value:
        return False
    return _looks_personal(value, names_allowed)


@lru_cache(maxsize=4096)
def _looks_personal(value: str, names_allowed: bool) -> bool:
    """Kept, because the words of a column of land uses come again in every row."""
    return any(_is_personal(text, names_allowed) for text in _readings(value))


def masked(value: str, names_allowed: bool = False) -> str:
    """``value`` with whatever looks like a person's replaced; all of it where letters must be turned to see it."""
    text, *others = _readings(value)
    if any(_is_personal(other, names_allowed) for other in others):
        return HIDDEN
    for pattern in _PATTERNS if names_allowed else (*_PATTERNS, _STREET_OF_A_HOUSE):
        text = pattern.sub(HIDDEN, text)
    for start, end in reversed([] if names_allowed else list(_names(text))):
        text = text[:start] + HIDDEN + text[end:]
    return text


def masked_all(values: dict[str, Any]) -> dict[str, Any]:
    """The values of a sentence, each text of them masked."""
    return {name: masked(value) if isinstance(value, str) else value for name, value in values.items()}


def _readings(value: str) -> list[str]:
    """The text as it is, and what its letters would be in the fonts of before Unicode."""
    text = unicodedata.normalize("NFC", value)
    legacy = not text.isascii() and any("\x80" <= c <= "\xff" for c in text)
    return [text, *(decode(text, encoding) for encoding in (TCVN3, VNI) if legacy)]


def _is_personal(text: str, names_allowed: bool) -> bool:
    if any(pattern.search(text) for pattern in _PATTERNS):
        return True
    return not names_allowed and (bool(_STREET_OF_A_HOUSE.search(text)) or any(True for _ in _names(text)))


def _names(text: str) -> Iterator[tuple[int, int]]:
    """Where names of persons stand: a family name and one to five words, with capitals or surely without."""
    words = list(_WORD.finditer(text))
    folded, end = [word[0].casefold() for word in words], 0
    for i, word in enumerate(words):
        if word.start() < end or folded[i] not in _FAMILIES | _PERHAPS:
            continue
        capital, last = word[0][0].isupper(), i
        while last + 1 < len(words) and last - i + 1 < _MOST_WORDS:
            if not _goes_on(text, words[last], words[last + 1], capital):
                break
            last += 1
        before = folded[i - 1] if i and not text[words[i - 1].end() : word.start()].strip() else ""
        found = _is_name if capital else _is_name_without_capitals
        if last > i and found(folded[i : last + 1], before):
            end = words[last].end()
            yield word.start(), end


def _goes_on(text: str, word: re.Match[str], after: re.Match[str], capital: bool) -> bool:
    return (after[0][0].isupper() or not capital) and text[word.end() : after.start()].isspace()


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
