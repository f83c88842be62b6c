"""The communes that are meant by what stands beside a parcel's numbers, or alone: names, districts, codes."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from landinfo.model import Commune
from landinfo.search.communes import Gazetteer
from landinfo.search.folding import fold
from landinfo.search.words import Words, words

_CODE = re.compile(r"(?<![\w/])(\d{5})(?:@(\d{4}))?(?![\w/])", re.ASCII)
_IDLE = frozenset(
    {"phuong", "xa", "thi", "tran", "thanh", "pho", "huyen", "tinh", "quan", "dac", "khu", "cu", "moi", "tai", "o"}
    | {"thuoc", "dat", "ap", "so", "commune", "ward", "in", "old", "new"}
)
"""Words that say nothing by themselves of which commune is meant."""
_KINDS = ("phuong ", "xa ", "thi tran ", "dac khu ")
_LONGEST = 8
EXACT, FOLDED, BEGUN = range(3)
"""How the name was found: with its accents, without them, as the beginning of a longer one."""


@dataclass(frozen=True, slots=True)
class Placed:
    """``communes`` that are meant (empty: none was named, or none is known), and words that were not understood.

    ``rank`` is the best fit of the names; ``anywhere`` that nothing was named at all. Of a name that a district bore
    too, ``district`` are the communes of that.
    """

    communes: tuple[Commune, ...] = ()
    district: tuple[Commune, ...] = ()
    unread: str = ""
    rank: int = EXACT
    anywhere: bool = False


def placed(text: str, on: date, held: Gazetteer) -> Placed:
    """What ``text`` names; several communes of one name are all meant unless another name beside it parts them."""
    codes = [m for m in _CODE.finditer(text) if any(c.code == m[1] for c in held.communes)]
    if codes:
        meant = [c for m in codes for c in _of_code(m[1], m[2], on, held)]
        return Placed(communes=tuple(dict.fromkeys(meant)), unread=_idle(words(_CODE.sub(" ", text))))
    typed = words(text)
    if not len(typed):
        return Placed(anywhere=True)
    groups, unread = _groups(typed, held)
    if not groups:
        begun = begins(text, typed, held)
        if begun and unread:
            return Placed(communes=begun, rank=BEGUN)
        return Placed(unread=unread, anywhere=not unread)
    return _narrowed(groups, unread, held)


def begins(text: str, typed: Words, held: Gazetteer) -> tuple[Commune, ...]:
    """The communes with a name that begins so, in order of the name."""
    # as it stands too: "phú h" begins Phú Hòa, though an h alone is a huyện
    begun = tuple(b for b in dict.fromkeys((" ".join(typed.folded), fold(text))) if len(b) > 1)
    names = sorted(" ".join(name) for name in held.named) if begun else []
    names = [
        n for n in names if n.startswith(begun) and not any(n.startswith(k) and k.startswith(begun) for k in _KINDS)
    ]
    return tuple(dict.fromkeys(c for name in names for c in held.named[tuple(name.split())]))


def _of_code(code: str, period: str | None, on: date, held: Gazetteer) -> list[Commune]:
    borne = [c for c in held.communes if c.code == code and period in (None, c.period)]
    now = [c for c in borne if c.effective_from <= on and (c.effective_to is None or on < c.effective_to)]
    return now if now and period is None else borne


@dataclass(frozen=True, slots=True)
class _Group:
    """One name that was typed: the communes and the district's communes that bear it."""

    named: tuple[Commune, ...]
    district: tuple[Commune, ...]
    words: Words
    province: bool


def _groups(typed: Words, held: Gazetteer) -> tuple[list[_Group], str]:
    """Names in the order typed, the longest first at each word; and the words between them that say something."""
    groups: list[_Group] = []
    unread: list[Words] = []
    at = 0
    while at < len(typed):
        size = next((n for n in range(min(_LONGEST, len(typed) - at), 0, -1) if _known(typed[at : at + n], held)), 0)
        if not size:
            unread.append(typed[at : at + 1])
            at += 1
            continue
        name = typed[at : at + size]
        if name.folded not in held.provinces or name.folded in held.named:
            groups.append(
                _Group(
                    held.named.get(name.folded, ()),
                    held.districts.get(name.folded, ()),
                    name,
                    name.folded in held.provinces,
                )
            )
        at += size
    joined = Words(tuple(w for u in unread for w in u.accented), tuple(w for u in unread for w in u.folded))
    return groups, _idle(joined)


def _known(name: Words, held: Gazetteer) -> bool:
    return name.folded in held.named or name.folded in held.districts or name.folded in held.provinces


def _idle(rest: Words) -> str:
    """What is left when idle words, and the number of a hamlet behind one, are taken away."""
    kept = [
        accented
        for at, (accented, word) in enumerate(zip(rest.accented, rest.folded, strict=True))
        if word not in _IDLE and not (word.isdecimal() and at and rest.folded[at - 1] in ("pho", "ap", "to"))
    ]
    return " ".join(kept)


def _narrowed(groups: Sequence[_Group], unread: str, held: Gazetteer) -> Placed:
    """The first name that communes bear, as far as the other names agree with it."""
    first = next((g for g in groups if g.named), None)
    if first is None:
        return Placed(communes=tuple(dict.fromkeys(c for g in groups for c in g.district)), unread=unread, rank=FOLDED)
    meant = first.named
    for other in groups:
        if other is not first:
            agreed = tuple(c for c in meant if _agrees(c, other, held))
            # behind another name Bình Dương is the province, not the ward
            meant = agreed or (meant if other.province else tuple(dict.fromkeys((*meant, *other.named))))
    same = any((c.series, first.words.accented) in held.accented for c in meant)
    district = tuple(c for c in first.district if c not in meant) if len(groups) == 1 else ()
    return Placed(communes=meant, district=district, unread=unread, rank=EXACT if same else FOLDED)


def _agrees(commune: Commune, other: _Group, held: Gazetteer) -> bool:
    """Did it lie in the district, go into the commune, or is it the one that came of what is named beside it?"""
    went = {c for c, _ in held.into.get(commune.series, ())}
    came = {
        u.old_code + "@" + u.old_period
        for u in held.unions
        if (u.new_code, u.new_period) == (commune.code, commune.period)
    }
    beside = {*other.named, *other.district}
    return commune in beside or bool(went & set(other.named)) or bool(came & {c.series for c in beside})
