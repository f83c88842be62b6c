"""Vietnamese text in the font encodings of before Unicode: TCVN3 (".VnTime", ABC) and VNI-Windows.

Such text reaches us as Latin-1 or Windows-1252 letters ("B×nh D­¬ng", "Bình Döông"). Whether it is one of the two is
decided over a whole file, word by word: a word counts for an encoding when it is a Vietnamese syllable after it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

TCVN3, VNI, UNICODE = "TCVN3", "VNI", "Unicode"

_TCVN3_HIGH = (
    "ÀẢÃÁẠẶẬÈẺẼÉẸỆÌỈĨ" "ÍỊÒỎÕÓỌỘỜỞỠỚỢÙỦŨ"
    "\u00a0ĂÂÊÔƠƯĐăâêôơưđẰ" "\u0300\u0309\u0303\u0301\u0323àảãáạẲằẳẵắẴ"
    "ẮẦẨẪẤỀặầẩẫấậèỂẻẽ" "éẹềểễếệìỉỄẾỒĩíịò" "Ổỏõóọồổỗốộờởỡớợù" "ỖủũúụừửữứựỳỷỹýỵỐ"
)  # fmt: skip
"""TCVN 5712:1993 VN1, bytes 0x80 to 0xFF in order, as ``iconv -f TCVN5712-1`` gives them."""

_TONES = {"grave": "\u0300", "acute": "\u0301", "hook": "\u0309", "tilde": "\u0303", "dot": "\u0323"}
_VNI_TONE = {"ù": "acute", "ø": "grave", "û": "hook", "õ": "tilde", "ï": "dot"}
_VNI_SHAPE = {
    "\u0302": {"â": "", "á": "acute", "à": "grave", "å": "hook", "ã": "tilde", "ä": "dot"},
    "\u0306": {"ê": "", "é": "acute", "è": "grave", "ú": "hook", "ü": "tilde", "ë": "dot"},
}
"""VNI writes the shape of a vowel and its tone as one letter after it: circumflex, breve."""
_VNI_ALONE = {"ñ": "đ", "ô": "ơ", "ö": "ư", "í": "í", "ì": "ì", "æ": "ỉ", "ó": "ĩ", "ò": "ị", "î": "ỵ"}

_ONSETS = "b c ch d đ g gh gi h k kh l m n ng ngh nh p ph qu r s t th tr v x"
_RIMES = """
a ac ach ai am an ang anh ao ap at au ay ăc ăm ăn ăng ăp ăt âc âm ân âng âp ât âu ây
e ec em en eng eo ep et ê êch êm ên ênh êp êt êu i ia ich iêc iêm iên iêng iêp iêt iêu im in inh ip it iu
o oa oac oach oai oam oan oang oanh oao oap oat oay oăc oăm oăn oăng oăt oc oe oen oeo oet oi om on ong ooc oong op ot
ô ôc ôi ôm ôn ông ôp ôt ơ ơi ơm ơn ơp ơt
u ua uân uâng uât uây uc uê uêch uên uênh ui um un ung uôc uôi uôm uôn uông uôt uơ uơn up ut
uy uya uych uyên uyêt uynh uyt uyu ư ưa ưc ưi ưng ươc ươi ươm ươn ương ươp ươt ươu ưt ưu
y yêm yên yêng yêt yêu
"""
_SYLLABLES = {f"{o}{r}" for o in ["", *_ONSETS.split()] for r in _RIMES.split()} | {"gi", "giêng", "giêt", "gin"}
_STOPPED = re.compile(r"(c|ch|p|t)$")
_WORD = re.compile(r"[^\s\x00-\x40\[-`{-\x7f\u2013\u2014]+")
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")
_MOST_WORDS = 200_000
"""Different words that are looked at: a province has some ten thousand."""
_ENOUGH = 0.75
"""Share of the words outside ASCII that must be Vietnamese in an encoding before a file is taken to be in it."""


def _vni_table() -> dict[str, str]:
    pairs = dict(_VNI_ALONE)
    for vowel in "aeouyôöAEOUYÔÖ":
        plain = {"ô": "ơ", "ö": "ư", "Ô": "Ơ", "Ö": "Ư"}.get(vowel, vowel)
        for letter, tone in _VNI_TONE.items():
            pairs[vowel + letter] = plain + _TONES[tone]
    for shape, letters in _VNI_SHAPE.items():
        for vowel in "aeoAEO" if shape == "\u0302" else "aA":
            for letter, tone in letters.items():
                pairs[vowel + letter] = vowel + shape + (_TONES[tone] if tone else "")
    pairs |= {k.upper(): v.upper() for k, v in pairs.items()} | {k[0] + k[1:].upper(): v for k, v in pairs.items()}
    return {key: unicodedata.normalize("NFC", value) for key, value in pairs.items()}


_VNI = _vni_table()
_VNI_LONGEST = re.compile("|".join(sorted(map(re.escape, _VNI), key=len, reverse=True)))


def decode(text: str, encoding: str) -> str:
    """Latin-1 or Windows-1252 letters that stand for ``TCVN3`` or ``VNI`` text, as NFC Unicode.

    Capital-letter fonts (".VnTimeH") use the bytes of small letters: such text comes out in small letters.
    """
    latin = "".join(_byte(c) for c in text)
    if encoding == TCVN3:
        latin = "".join(_TCVN3_HIGH[ord(c) - 0x80] if 0x80 <= ord(c) <= 0xFF else c for c in latin)
    elif encoding == VNI:
        latin = _VNI_LONGEST.sub(lambda m: _VNI[m[0]], latin)
    return unicodedata.normalize("NFC", latin)


def _byte(letter: str) -> str:
    """The Latin-1 letter of the byte that Windows-1252 shows as ``letter`` (0x80 to 0x9F differ)."""
    if ord(letter) <= 0xFF:
        return letter
    try:
        return letter.encode("cp1252").decode("latin-1")
    except UnicodeEncodeError:
        return letter


def is_syllable(word: str) -> bool:
    """Could this be one Vietnamese syllable, by its onset, rime and tone? (Not: is it in a dictionary.)"""
    apart = unicodedata.normalize("NFD", word.lower())
    tones = [c for c in apart if c in _TONES.values()]
    bare = unicodedata.normalize("NFC", "".join(c for c in apart if c not in _TONES.values()))
    if len(tones) > 1 or bare not in _SYLLABLES:
        return False
    return not (_STOPPED.search(bare) and tones and tones[0] not in (_TONES["acute"], _TONES["dot"]))


@dataclass(frozen=True, slots=True)
class Verdict:
    """What a file's words say. ``encoding`` is the one to decode by (UNICODE: leave the text as it is, "" not known).

    ``counts`` are the different words outside ASCII that are Vietnamese in one encoding only, ``words`` all of them.
    """

    encoding: str
    counts: Mapping[str, int]
    words: int

    @property
    def mixed(self) -> bool:
        return sum(n > 0 for n in self.counts.values()) > 1


def judge(texts: Iterable[str]) -> Verdict:
    """In which encoding do these texts stand, taken together?"""
    words: set[str] = set()
    for text in texts:
        if not text.isascii():
            words.update(_telling(text))
        if len(words) > _MOST_WORDS:
            break
    says = Counter(fits[0] if len(fits) == 1 else "" for fits in map(_fits, words))
    either = sum(len(_fits(word)) > 1 for word in words)
    counts = {e: says[e] for e in (TCVN3, VNI, UNICODE)}
    best = max(counts, key=lambda e: counts[e])
    sure = counts[best] > 0 and counts[best] + either >= _ENOUGH * len(words)
    mixed = counts[best] > 0 and sum(counts.values()) + either >= _ENOUGH * len(words)
    return Verdict(best if sure or mixed else "", counts if sure or mixed else dict.fromkeys(counts, 0), len(words))


def speaks_for(text: str) -> frozenset[str]:
    """The encodings that alone make a word of this text Vietnamese (several: the text itself is mixed)."""
    return frozenset(fits[0] for fits in map(_fits, _telling(text)) if len(fits) == 1)


def _telling(text: str) -> list[str]:
    """Words from which an encoding can be told: of two letters and more, one outside ASCII."""
    return [word for word in _WORD.findall(text) if len(word) > 1 and _NOT_ASCII.search(word)]


def _fits(word: str) -> tuple[str, ...]:
    """The encodings in which a word is a Vietnamese syllable."""
    as_it_is = (UNICODE,) if is_syllable(word) else ()
    if any(ord(_byte(c)) > 0xFF for c in word):
        return as_it_is
    return as_it_is + tuple(e for e in (TCVN3, VNI) if is_syllable(decode(word, e)))
