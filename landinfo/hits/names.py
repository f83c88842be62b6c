"""Communes and streets by name."""

from __future__ import annotations

from landinfo.hits.found import BEGUN, ENDS, EXACT, FOLDED, LIKE, WORDS, CommuneHit, Gathered, Held, StreetHit
from landinfo.model import Commune, Notice, PriceSection
from landinfo.search import places
from landinfo.search.communes import like
from landinfo.search.reading import Asked
from landinfo.search.words import words
from landinfo.street import finding
from landinfo.street.indexing import Index

_RANKS = {
    "exact": EXACT, "folded": FOLDED, "prefix": BEGUN, "word": WORDS, "house": WORDS, "fuzzy": LIKE, "ends": ENDS,
}  # fmt: skip
"""Rows of the price list found by their commune alone are left out: the commune is a hit itself."""


def named(asked: Asked, held: Held, into: Gathered) -> None:
    """Everything that bears the name; where nothing does, what is spelt nearly so."""
    _communes(asked, held, into)
    if not len(words(asked.name)):
        into.reasons.append(Notice("search-nothing", {"text": asked.name}))
        return
    index, found = finding.ask(held.streets, asked.name)
    into.hits += [
        (_RANKS[h.match], _street(h.section, Notice(f"street-match-{h.match}"), index))
        for h in found.hits
        if h.match in _RANKS
    ]
    if all(rank >= LIKE for rank, _ in into.hits) and not asked.parcels:
        spelt = like(asked.name, held.communes.communes, finding.LIKE)
        into.hits[:0] = [(LIKE, _commune(c, Notice("street-match-fuzzy"), held)) for c in spelt]
    if into.hits:
        return
    into.reasons.append(Notice("search-nothing", {"text": asked.name}))
    into.nearest += [_commune(c, Notice("search-near"), held) for c in like(asked.name, held.communes.communes)]
    into.nearest += [_street(s, Notice("search-near"), index) for s in found.suggestions]


def _communes(asked: Asked, held: Held, into: Gathered) -> None:
    place = asked.place
    if place.unread or not place.communes or asked.parcels:
        return
    rank = {places.EXACT: EXACT, places.FOLDED: FOLDED, places.BEGUN: BEGUN}[place.rank]
    shown: dict[str, CommuneHit] = {}
    for commune in sorted(place.communes, key=_ended) if rank != BEGUN else place.communes:
        shown[commune.series] = _commune(commune, Notice(f"search-commune-{place.rank}"), held)
    for commune in place.communes if rank != BEGUN else ():
        for other, whole in held.communes.into.get(commune.series, ()):
            why = Notice("search-came-whole" if whole else "search-came-in-part", {"commune": commune.name})
            shown.setdefault(other.series, _commune(other, why, held))
    into.hits += [(rank, hit) for hit in shown.values()]
    into.hits += [
        (LIKE, _commune(c, Notice("search-of-district", {"district": c.district}), held)) for c in place.district
    ]


def _ended(commune: Commune) -> bool:
    return commune.effective_to is not None


def _commune(commune: Commune, why: Notice, held: Held) -> CommuneHit:
    return CommuneHit(commune, held.communes.into.get(commune.series, ()), why)


def _street(section: PriceSection, why: Notice, index: Index) -> StreetHit:
    return StreetHit(section, index.commune_names.get(section.commune, section.commune), why)
