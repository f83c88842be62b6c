"""Numbers in a text that holds coordinates: degrees in all their forms, metres grouped or not, and their labels."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from landinfo.search.folding import flat

_SIGNS = str.maketrans(dict.fromkeys("’‘′´ʹ`", "'") | dict.fromkeys("”“″", '"') | dict.fromkeys("º˚", "°") | {"−": "-"})
_LINK = re.compile(r"(?:@|[?&](?:q|ll|query|destination)=|geo:)(-?\d{1,3}\.\d+)(?:,|%2c)\s*(-?\d{1,3}\.\d+)")
MERIDIAN = re.compile(
    r"(?:ktt|kinh\s+tuyen(?:\s+truc)?|meridian)\s*[:=]?\s*(10[2-8])\s*(?:°|do\b)?\s*(\d\d)?\s*(?:'|phut)?"
)
UTM_SAID = re.compile(r"\butm\b|\b(?:zone|mui)?\s*48\s*[npq]\b")
_NOISE = re.compile(
    r"\bvn\s*[-_]?\s*2000\b|\bwgs\s*[-_]?\s*84\b|\butm\b|\b(?:zone|mui)?\s*48\s*[npq]\b|\bmui(?:\s+chieu)?\s*[36]\s*(?:do|°)?"
)
_SPOKEN = tuple(
    (re.compile(rf"\b(?:{said})\b"), f" {label} ")
    for said, label in (
        ("vi\\s*do|latitude|lat|bac|north", "n"),
        ("kinh\\s*do|longitude|long|lng|lon|dong|east", "e"),
        ("tay|west", "w"),
        ("south", "s"),
    )
)
_TOKEN = re.compile(
    r"(?P<deg>\d{1,3})\s*°\s*(?P<min>\d{1,2}(?:[.,]\d+)?)\s*'(?!')\s*(?:(?P<sec>\d{1,2}(?:[.,]\d+)?)\s*(?:''|\")?)?"
    r"|(?P<d>\d{1,3})[\s:](?P<m>\d{1,2})[\s:](?P<s>\d{1,2}(?:[.,]\d+)?)(?=\s*\"?\s*[nebdsw]\b)"
    r"|(?P<decimal>-?\d{1,3}(?:[.,]\d+)?)\s*°"
    r"|(?P<grouped>1(?P<mark>[ .,'])2\d\d(?P=mark)\d{3}(?!\d)(?:[.,]\d+)?|[5-7]\d\d[ .,']\d{3}(?![\d])(?:[.,]\d+)?)"
    r"|(?P<plain>-?\d+(?:[.,]\d+)?)"
    r"|(?P<word>[a-z]+)"
)
_TWO = re.compile(r"(\d{6,7}),(\d{6,7})")
# 10d59m04.7s, 10-59-04.7 N, and degrees, minutes, seconds of two angles that are all there is.
_SPELT = (
    re.compile(r"(\d{1,3})\s*d\s*(\d{1,2})\s*m\s*(\d{1,2}(?:[.,]\d+)?)\s*s(?![a-z])"),
    re.compile(r"(?<![\d.,-])(\d{1,3})-(\d{1,2})-(\d{1,2}(?:[.,]\d+)?)(?=\s*[nebdsw]\b)"),
)
_SEXAGESIMAL = r"(\d{1,3})[ :](\d{1,2})[ :](\d{1,2}(?:[.,]\d+)?)"
_BOTH = re.compile(rf"\s*{_SEXAGESIMAL}\s*[,; ]\s*{_SEXAGESIMAL}\s*")
_WORDS = frozenset(
    {"toa", "do", "diem", "goc", "dinh", "moc", "stt", "so", "hieu", "canh", "chieu", "dai", "met", "va", "tai"}
    | {"vi", "tri", "cao", "point", "points"}
)
_LABELS = {"n": "north", "b": "north", "s": "south", "e": "east", "d": "east", "w": "west", "x": "x", "y": "y"}
_MOST_DIGITS = 40


@dataclass(frozen=True, slots=True)
class Number:
    """``text`` as it stands without grouping; ``degrees``: it says so itself, or by what stands beside it.

    ``label``: north | south | east | west | x | y | "".
    """

    value: float
    text: str
    degrees: bool
    label: str = ""

    @property
    def metres(self) -> bool:
        """Too large for an angle, a row number or an edge."""
        return not self.degrees and abs(self.value) >= 1e5

    @property
    def decimals(self) -> int:
        """How many stand behind the point."""
        return len(re.split("[.,]", self.text)[1]) if re.search("[.,]", self.text) else 0


def plain_signs(text: str) -> str:
    """Folded, letter for letter, with the plain one of each kind of sign."""
    return flat(text).translate(_SIGNS).replace("\u00a0", " ").replace("\u202f", " ")


def numbers(text: str) -> list[Number] | None:
    """The numbers with what stands beside them; None where other words or signs stand among them."""
    plain = plain_signs(text)
    if link := _LINK.search(plain):
        return [Number(float(link[i]), link[i], True) for i in (1, 2)]
    for spelt in _SPELT:
        plain = spelt.sub(r"""\1°\2'\3" """, plain)
    if (both := _BOTH.fullmatch(plain)) and 8 <= int(both[1]) <= 24 and 100 <= int(both[4]) <= 112:
        plain = both.expand(r"""\1°\2'\3" \4°\5'\6" """)  # of Vietnam: other six numbers are not meant so
    plain = _NOISE.sub(" ", MERIDIAN.sub(" ", plain))
    for spoken, label in _SPOKEN:
        plain = spoken.sub(label, plain)
    found: list[Number | str] = []
    at = 0
    for token in _TOKEN.finditer(plain):
        if not _only_signs(plain[at : token.start()]):
            return None
        at = token.end()
        if token["word"]:
            if len(token["word"]) > 1 and token["word"] not in _WORDS:
                return None
            found.append(token["word"])
        else:
            found += _numbers(token)
    if not _only_signs(plain[at:]):
        return None
    return list(_labelled(found))


def _only_signs(text: str) -> bool:
    return not text.strip(" \t\r\n,;:|=()[]{}./-\"'°+_&?")


def _numbers(token: re.Match[str]) -> Iterator[Number]:
    for whole, minutes, seconds in (("deg", "min", "sec"), ("d", "m", "s")):
        if token[whole]:
            parts = [float((token[p] or "0").replace(",", ".")) for p in (whole, minutes, seconds)]
            # beyond 60 is no angle: nan never lands anywhere
            value = math.nan if max(parts[1:]) >= 60 else parts[0] + parts[1] / 60 + parts[2] / 3600
            yield Number(value, token[0], True)
            return
    if token["decimal"]:
        yield Number(float(token["decimal"].replace(",", ".")), token["decimal"], True)
    elif token["grouped"]:
        text = token["grouped"]
        grouped = r"(\d)[ .,'](\d{3})[ .,'](\d{3})" if text[1] in " .,'" else r"(\d{3})[ .,'](\d{3})"
        bare = re.sub(grouped, lambda m: "".join(m.groups()), text, count=1)
        yield Number(float(bare.replace(",", ".")), bare, False)
    elif two := _TWO.fullmatch(token["plain"]):
        yield from (Number(float(part), part, False) for part in two.groups())
    else:
        text = token["plain"][:_MOST_DIGITS]
        yield Number(float(text.replace(",", ".")), text, False)


def _labelled(found: Sequence[Number | str]) -> Iterator[Number]:
    """Each number with the direction that stands beside it: before it where the text begins with one, else behind."""
    before = bool(found) and isinstance(found[0], str)
    for at, one in enumerate(found):
        if isinstance(one, str):
            continue
        beside = at - 1 if before else at + 1
        word = found[beside] if 0 <= beside < len(found) else ""
        label = _LABELS.get(word, "") if isinstance(word, str) else ""
        degrees = one.degrees or (label in ("north", "south", "east", "west") and abs(one.value) <= 180)
        yield replace(one, label=label, degrees=degrees)
