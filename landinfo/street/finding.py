"""Finding the sections of a price list by street name, in the order in which they fit what was typed.

A name may stand with a commune, old or new, before or behind it: an old commune leads to the new ones it went into, all
of them when it was divided.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from landinfo.model import BadInput, NotHere, PriceSection
from landinfo.search.words import Words, words
from landinfo.street.indexing import SPELT, Codes, Index, Place, grams

MOST_TYPED = 200
NO_LAST = 10**6
"""The last row of a gap whose end nobody knows."""
EXACT, FOLDED, PREFIX, WORD, HOUSE, HOUSE_WORD, COMMUNE, FUZZY, ENDS = range(9)
MATCHES = ("exact", "folded", "prefix", "word", "house", "word", "commune", "fuzzy", "ends")
"""How a row was found: the name as typed with its accents; without; as the beginning; by its words; behind a house or
alley number; only by its commune; as a misspelling; in its two ends."""
LIKE, NEAR = 0.8, 0.5
"""difflib ratios: from which a misspelt name counts as found, and as worth suggesting."""
_CLOSEST, _RARE = 12, 16
"""Of a misspelt name: names that difflib compares, groups of three letters by which they are chosen."""
_MOST_PLACES = 4


@dataclass(frozen=True, slots=True)
class Hit:
    """A row and how it was found (one of ``MATCHES``)."""

    section: PriceSection
    match: str


@dataclass(frozen=True, slots=True)
class Found:
    """``hits`` in order, all of them; where there is none, ``suggestions`` come near. ``communes`` were asked for."""

    hits: tuple[Hit, ...]
    suggestions: tuple[PriceSection, ...]
    communes: Codes | None


def commune_codes(text: str, held: Index) -> Codes:
    """The communes of the list that ``25750``, ``25750@2024`` or a name, old or new, stands for. Raises ``NotHere``."""
    if text in held.by_code:
        return held.by_code[text]
    asked = words(text[:MOST_TYPED]).folded
    named = [codes for rank, codes in held.places.get(asked, ()) if codes is not None and rank < 3]
    if named:
        return frozenset().union(*named)
    near = sorted(
        ((-_ratio(" ".join(asked), " ".join(name)), " ".join(name)) for name in held.places), key=lambda n: (n[0], n[1])
    )
    places = [place for _, name in near[:4] for place in held.places[tuple(name.split())]]
    codes = dict.fromkeys(code for _, found in places for code in sorted(found or ()))
    similar = "; ".join(f"{c} {held.commune_names[c]}" for c in list(codes)[:6] if c in held.commune_names)
    raise NotHere("unknown-commune", "commune", commune=text[:60], similar=similar or "–")


def ask(indexes: Sequence[Index], typed: str, commune: str = "") -> tuple[Index, Found]:
    """What the first of several lists finds that finds anything; the first's suggestions where none does.

    ``commune`` is a code or a name, "" for anywhere; a list that does not know it is passed over. Raises what ``find``
    raises, and ``NotHere`` where no list knows the commune.
    """
    asked: list[tuple[Index, Found]] = []
    unknown: list[NotHere] = []
    for held in indexes:
        try:
            asked.append((held, find(held, typed, commune_codes(commune, held) if commune else None)))
        except NotHere as wrong:
            unknown.append(wrong)
    if not asked:
        raise max(unknown, key=lambda wrong: len(str(wrong.params["similar"])))
    return next(((held, found) for held, found in asked if found.hits), asked[0])


def find(held: Index, typed: str, communes: Codes | None = None) -> Found:
    """Rows that fit ``typed``, the best first; equal ones in order of name, commune and number.

    ``communes`` narrows the search. Raises ``BadInput``: nothing was typed at all, or more than 200 characters.
    """
    if len(typed) > MOST_TYPED:
        raise BadInput("street-too-long", "q", most=MOST_TYPED)
    asked = words(typed)
    if not typed.strip() and communes is None:
        raise BadInput("street-nothing-asked", "q")
    if not len(asked) and communes is None:  # signs and pictures are no name of any street
        return Found((), (), None)
    readings = list(_readings(asked, communes, held))
    best = _best(readings, held)
    like: list[tuple[float, int]] = []
    if all(key[0] == ENDS for key, _ in best.values()):
        like = list(_like([(s, c) for s, (_, c) in readings], held))
        near_enough = [row for ratio, row in like if ratio >= LIKE]
        # the places that were taken off the first reading are those that were meant
        meant = next((codes for _, (rank, codes) in readings if rank < 3), communes)
        best |= {row: ((FUZZY, 0, place, 0, "", row), meant) for place, row in enumerate(near_enough)}
        if not best:
            return Found((), tuple(held.sections[row] for _, row in like[:5]), meant)
    ordered = sorted(best.items(), key=lambda item: item[1][0])
    hits = tuple(Hit(held.sections[row], MATCHES[key[0]]) for row, (key, _) in ordered)
    return Found(hits, (), ordered[0][1][1])


_Key = tuple[int, int, int, int, str, int]


def _best(readings: Iterable[tuple[Words, Place]], held: Index) -> dict[int, tuple[_Key, Codes | None]]:
    """Each row that fits any reading, with its best fit and the communes asked for in that reading."""
    best: dict[int, tuple[_Key, Codes | None]] = {}
    for street, (rank, codes) in readings:
        for kind, row in _rows(street, codes, held):
            key = _fit(kind, rank, row, street, held)
            if row not in best or key < best[row][0]:
                best[row] = key, codes
    return best


def _fit(kind: int, rank: int, row: int, street: Words, held: Index) -> _Key:
    """The smaller, the better: kind of match, kind of place, words with the same accents, a name with little else."""
    if kind == COMMUNE:
        return kind, rank, 0, 0, "", row
    same = len(held.accented[row].intersection(street.accented))
    return kind, rank, -same, len(held.sections[row].street), held.sections[row].street, row


def _readings(asked: Words, communes: Codes | None, held: Index) -> Iterator[tuple[Words, Place]]:
    """The ways to part what was typed into a street and places: names of places taken off either end."""
    seen: set[tuple[Words, Place]] = set()
    waiting: list[tuple[Words, Place, int]] = [(asked, (3, communes), 0)]
    while waiting:
        street, (rank, codes), taken = waiting.pop(0)
        if (street, (rank, codes)) in seen:
            continue
        seen.add((street, (rank, codes)))
        yield street, (rank, codes)
        if taken == _MOST_PLACES:
            continue
        for rest, places in _peeled(street, held):
            for further, others in places:
                both = codes if others is None else others if codes is None else codes & others
                if both is None or both:
                    waiting.append((rest, (min(rank, further), both), taken + 1))


def _peeled(street: Words, held: Index) -> Iterator[tuple[Words, Sequence[Place]]]:
    for size in range(min(7, len(street)), 0, -1):
        for name, rest in ((street[-size:], street[:-size]), (street[:size], street[size:])):
            if name.folded in held.places:
                yield rest, held.places[name.folded]
    # "khu phố 3", "ấp 2" at the end of an address narrow nothing: the list has no hamlets
    if len(street) > 2 and street.folded[-1].isdecimal():
        for hamlet in (("khu", "pho"), ("ap",)):
            if street.folded[-1 - len(hamlet) : -1] == hamlet:
                yield street[: -1 - len(hamlet)], [(3, None)]


def _inside(codes: Codes | None, held: Index) -> frozenset[int] | None:
    """The rows of the communes; None: all."""
    return None if codes is None else frozenset().union(*(held.of_commune.get(c, frozenset()) for c in codes))


def _rows(street: Words, codes: Codes | None, held: Index) -> Iterator[tuple[int, int]]:
    """(kind of match, row) in the communes; a row may come several times."""
    inside = _inside(codes, held)
    if not len(street):
        if inside is not None:
            yield from ((COMMUNE, row) for row in inside)
        return
    found = _matching(street, (EXACT, FOLDED, PREFIX, WORD), held)
    bare = _after_numbers(street)
    if bare is not None:
        found = [*found, *_matching(bare, (HOUSE, HOUSE, HOUSE_WORD, HOUSE_WORD), held)]
    found = [*found, *((ENDS, row) for row in _all(held.wide.get(w, frozenset()) for w in street.folded))]
    yield from ((kind, row) for kind, row in found if inside is None or row in inside)


def _matching(street: Words, kinds: tuple[int, int, int, int], held: Index) -> list[tuple[int, int]]:
    exact, folded, prefix, word = kinds
    found: list[tuple[int, int]] = []
    for part in (street, street[1:]) if len(street) > 1 and street.folded[0] == "duong" else (street,):
        text = " ".join(part.folded)
        found += [(exact, row) for row in held.exact.get(" ".join(part.accented), ())]
        found += [(folded, row) for row in held.folded.get(text, ())]
        at = bisect_left(held.names, (text, -1))
        while at < len(held.names) and held.names[at][0].startswith(text):
            found.append((prefix, held.names[at][1]))
            at += 1
        *whole, last = part.folded
        begun = _begun(last, held)
        found += [(word, row) for row in _all([*(held.street.get(w, frozenset()) for w in whole), begun])]
    return found


def _begun(word: str, held: Index) -> frozenset[int]:
    """Rows with a word that begins so; numbers only whole."""
    if word.isdecimal() or len(word) < 2:
        return held.street.get(word, frozenset())
    at, rows = bisect_left(held.vocabulary, word), set[int]()
    while at < len(held.vocabulary) and held.vocabulary[at].startswith(word):
        rows |= held.street[held.vocabulary[at]]
        at += 1
    return frozenset(rows)


def _all(parts: Iterable[frozenset[int]]) -> frozenset[int]:
    ordered = sorted(parts, key=len)
    return frozenset.intersection(*ordered) if ordered else frozenset()


def _after_numbers(street: Words) -> Words | None:
    """The street behind "số nhà 12/3", "hẻm 67 đường"; None where no number is in front, or nothing behind it."""
    at, numbered = 0, False
    for at, word in enumerate(street.folded):
        lane = word == "hem" or (word == "ngo" and street.folded[at + 1 : at + 2] and street.folded[at + 1].isdecimal())
        if not lane and word not in ("so", "nha", "duong") and not word[:1].isdecimal():
            break
        numbered = numbered or bool(lane) or word[:1].isdecimal()
    else:
        return None
    return street[at:] if numbered else None


def _like(readings: Iterable[tuple[Words, Codes | None]], held: Index) -> Iterator[tuple[float, int]]:
    """(likeness, row) of the names that come nearest to a misspelt one, the nearest first."""
    best: dict[int, float] = {}
    for street, codes in readings:
        inside, bare = _inside(codes, held), _after_numbers(street)
        for text in {" ".join(part.folded)[:SPELT] for part in (street, bare) if part}:
            for name in _closest(text, inside, held):
                ratio = _ratio(text, name)
                for row in held.spelt[name] if inside is None else inside & held.spelt[name]:
                    best[row] = max(best.get(row, 0.0), ratio)
    near = [(ratio, row) for row, ratio in best.items() if ratio >= NEAR]
    yield from sorted(near, key=lambda n: (-n[0], n[1]))


def _closest(text: str, inside: frozenset[int] | None, held: Index) -> list[str]:
    """The names that share the most groups of three letters; of two that share as many the shorter."""
    # the rarest say most, and a misspelling breaks few of them
    rare = sorted({g for g in grams(text) if g in held.trigrams}, key=lambda g: (len(held.trigrams[g]), g))[:_RARE]
    shared = Counter(name for gram in rare for name in held.trigrams[gram])
    names = [name for name in shared if inside is None or inside & held.spelt[name]]
    names.sort(key=lambda name: (-shared[name] / (len(name) + len(text)), name))
    return names[:_CLOSEST]


def _ratio(one: str, other: str) -> float:
    return SequenceMatcher(None, one, other, autojunk=False).ratio()
