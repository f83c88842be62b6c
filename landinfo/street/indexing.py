"""A price list made ready for asking by street name: every name and word of its rows, every name of a commune.

Made once for a rulebook by ``index``; ``streets.find`` asks it.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from landinfo.model import Commune, PriceList, PriceSection, Union
from landinfo.search.communes import PROVINCES, district_spellings, spellings
from landinfo.search.words import Words, words, written_out

SPELT = 80
"""Letters of a name by which misspellings are compared."""
_IN_BRACKETS = re.compile(r"\(([^()]*)\)")

Codes = frozenset[str]
Place = tuple[int, Codes | None]
"""(0 a commune of today, 1 one that ended, 2 a district, 3 anywhere; codes of the communes)."""


@dataclass(frozen=True, slots=True)
class Index:
    """A price list made ready for asking; rows are numbers of ``sections``."""

    list_id: str
    missing: tuple[tuple[str, int, int], ...]
    sections: tuple[PriceSection, ...]
    names: tuple[tuple[str, int], ...]
    exact: Mapping[str, frozenset[int]]
    folded: Mapping[str, frozenset[int]]
    street: Mapping[str, frozenset[int]]
    wide: Mapping[str, frozenset[int]]
    vocabulary: tuple[str, ...]
    accented: tuple[frozenset[str], ...]
    spelt: Mapping[str, frozenset[int]]
    trigrams: Mapping[str, tuple[str, ...]]
    of_commune: Mapping[str, frozenset[int]]
    places: Mapping[tuple[str, ...], tuple[Place, ...]]
    by_code: Mapping[str, Codes]
    commune_names: Mapping[str, str]


def index(prices: PriceList, communes: Sequence[Commune], unions: Sequence[Union]) -> Index:
    """The rows of a list by every name and word they carry."""
    sections = tuple(sorted(prices.sections.values(), key=_order))
    return Index(
        list_id=prices.id,
        missing=prices.missing,
        sections=sections,
        accented=tuple(frozenset(words(s.street).accented) for s in sections),
        **_by_name(sections),
        **_by_word(sections),
        **_geography(prices, communes, unions),
    )


def _by_name(sections: Sequence[PriceSection]) -> dict[str, Any]:
    names: set[tuple[str, int]] = set()
    exact, folded = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    for row, section in enumerate(sections):
        for name in _names(section.street):
            exact[" ".join(name.accented)].add(row)
            folded[" ".join(name.folded)].add(row)
            names |= {(" ".join(name.folded), row), (" ".join(written_out(name).folded), row)}
    spelt, trigrams = defaultdict[str, set[int]](set), defaultdict[str, list[str]](list)
    for text, row in names:
        spelt[text[:SPELT]].add(row)
    for text in sorted(spelt):
        for gram in set(grams(text)):
            trigrams[gram].append(text)
    return {
        "names": tuple(sorted(names)),
        "exact": _frozen(exact),
        "folded": _frozen(folded),
        "spelt": _frozen(spelt),
        "trigrams": {gram: tuple(texts) for gram, texts in trigrams.items()},
    }


def _by_word(sections: Sequence[PriceSection]) -> dict[str, Any]:
    street, wide = defaultdict[str, set[int]](set), defaultdict[str, set[int]](set)
    of_commune = defaultdict[str, set[int]](set)
    for row, section in enumerate(sections):
        of_commune[section.commune].add(row)
        for word in words(section.street).folded:
            street[word].add(row)
        for word in words(f"{section.street} {section.start} {section.end}").folded:
            wide[word].add(row)
    vocabulary = tuple(sorted(street))
    sets = {"street": _frozen(street), "wide": _frozen(wide), "of_commune": _frozen(of_commune)}
    return {**sets, "vocabulary": vocabulary}


def _frozen(rows: Mapping[str, set[int]]) -> dict[str, frozenset[int]]:
    return {key: frozenset(found) for key, found in rows.items()}


def _order(section: PriceSection) -> tuple[str, int, str]:
    number = int(section.number) if section.number.isdecimal() else 0
    return section.commune, number, section.id


def _names(street: str) -> Iterator[Words]:
    """The printed name, what stands outside its brackets and in them, each with and without the word "đường"."""
    inside = [part.strip() for part in _IN_BRACKETS.findall(street)]
    for text in (street, _IN_BRACKETS.sub(" ", street), *inside):
        name = words(text)
        for former in (name, _without(name, "cũ")):
            if len(former):
                yield former
            if len(former) > 1 and former.accented[0] == "đường":
                yield former[1:]


def _without(name: Words, word: str) -> Words:
    if len(name) > 1 and name.accented[0] == word:
        return name[1:]
    return name[:-1] if len(name) > 1 and name.accented[-1] == word else name


def grams(name: str) -> list[str]:
    """Every three letters in a row, the spaces around the name too."""
    padded = f" {name} "
    return [padded[i : i + 3] for i in range(len(padded) - 2)]


def _geography(prices: PriceList, communes: Sequence[Commune], unions: Sequence[Union]) -> dict[str, Any]:
    """Communes by code and by every name; a place that the list does not cover leads nowhere."""
    listed = set(prices.zone_of) | {s.commune for s in prices.sections.values()}
    into = defaultdict[tuple[str, str], set[str]](set)
    for union in unions:
        into[(union.old_code, union.old_period)].add(union.new_code)
    places = defaultdict[tuple[str, ...], set[Place]](set)
    districts, by_code = defaultdict[str, set[str]](set), dict[str, Codes]()
    for commune in communes:
        now = commune.effective_to is None
        codes = frozenset({commune.code} if now else into[(commune.code, commune.period)]) & listed
        if not codes:
            continue
        by_code[commune.series] = codes
        if now or commune.code not in by_code:
            by_code[commune.code] = codes
        for name in spellings(commune):
            places[name.folded].add((0 if now else 1, codes))
        if commune.district and not now:
            districts[commune.district] |= codes
    for district, codes_of in districts.items():
        for part in district_spellings(district):
            places[part.folded].add((2, frozenset(codes_of)))
    for province in PROVINCES:
        places[words(province).folded].add((3, None))
    ordered = {k: tuple(sorted(v, key=lambda p: (p[0], sorted(p[1] or ())))) for k, v in places.items()}
    return {"places": ordered, "by_code": by_code, "commune_names": names_of(communes)}


def names_of(communes: Sequence[Commune]) -> dict[str, str]:
    """The communes of today by code: ``25750`` → Phường Phú Lợi."""
    return {c.code: c.name for c in communes if c.effective_to is None}
