"""Communes old and new by every name they bore, and the map series in which a question about one looks."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import get_close_matches

from landinfo.model import Commune, NotHere, Union
from landinfo.search.folding import fold
from landinfo.search.parcels import ParcelAsked
from landinfo.search.words import Words, words

PROVINCES = ("tỉnh bình dương", "bình dương", "thành phố hồ chí minh", "hồ chí minh", "sài gòn", "việt nam")
_LIKE = 0.6
"""difflib's ratio from which a name comes near."""


@dataclass(frozen=True, slots=True)
class Gazetteer:
    """Communes ready for asking by name; keys are folded words, with and without the kind (phường, xã …)."""

    communes: tuple[Commune, ...]
    unions: tuple[Union, ...]
    named: Mapping[tuple[str, ...], tuple[Commune, ...]]
    districts: Mapping[tuple[str, ...], tuple[Commune, ...]]
    provinces: frozenset[tuple[str, ...]]
    accented: frozenset[tuple[str, tuple[str, ...]]]
    """(series, accented words) of every name."""
    into: Mapping[str, tuple[tuple[Commune, bool], ...]]
    """By series, the communes that the ground of one went into, and whether it went whole."""


def spellings(commune: Commune) -> Iterator[Words]:
    """Every name the commune bore, with and without its kind."""
    for _, kind, name in commune.names:
        yield words(name)
        yield words(f"{kind} {name}")


def district_spellings(district: str) -> Iterator[Words]:
    """ "Thành phố Thủ Dầu Một" and "Thủ Dầu Một"."""
    whole = words(district)
    yield whole
    yield whole[2:] if whole.folded[0] in ("thanh", "thi") else whole[1:]


def gazetteer(communes: Sequence[Commune], unions: Sequence[Union]) -> Gazetteer:
    """The communes of a store by name; made once."""
    named, districts = (
        defaultdict[tuple[str, ...], dict[Commune, None]](dict),
        defaultdict[tuple[str, ...], list[Commune]](list),
    )
    accented = set()
    for commune in communes:
        for name in spellings(commune):
            named[name.folded][commune] = None
            accented.add((commune.series, name.accented))
        for name in district_spellings(commune.district) if commune.district else ():
            districts[name.folded].append(commune)
    return Gazetteer(
        communes=tuple(communes),
        unions=tuple(unions),
        named={name: tuple(found) for name, found in named.items() if name},
        districts={name: tuple(found) for name, found in districts.items() if name},
        provinces=frozenset(words(p).folded for p in PROVINCES),
        accented=frozenset(accented),
        into={old: tuple(went) for old, went in _went(communes, unions).items()},
    )


def _went(communes: Sequence[Commune], unions: Sequence[Union]) -> Mapping[str, list[tuple[Commune, bool]]]:
    by_key = {(c.code, c.period): c for c in communes}
    into = defaultdict[str, list[tuple[Commune, bool]]](list)
    for u in unions:
        into[f"{u.old_code}@{u.old_period}"].append((by_key[u.new_code, u.new_period], u.whole))
    return into


def resolve(asked: ParcelAsked, on: date, communes: Sequence[Commune], unions: Sequence[Union]) -> tuple[str, ...]:
    """The map series (``code@period``) in which the parcel may stand on the day.

    A commune of 2025 is asked through the unions: its own series and those of the communes that went into it, whole or
    in part. An old name, an old code that nobody bears any more, or an explicit period asks just that series, on any
    day: sheets outlive communes. Raises ``NotHere`` naming communes that come near.
    """
    if asked.period is not None:
        if any((c.code, c.period) == (asked.commune, asked.period) for c in communes):
            return (f"{asked.commune}@{asked.period}",)
        raise _unknown(asked, communes)
    by_code = [c for c in communes if c.code == asked.commune]
    named = by_code or _named(asked.commune, communes)
    if not named:
        raise _unknown(asked, communes)
    in_force = [c for c in named if c.effective_from <= on and (c.effective_to is None or on < c.effective_to)]
    ended = [c for c in named if c.effective_to is not None and c.effective_to <= on]
    if not in_force and not ended:
        first = min(c.effective_from for c in named)
        raise NotHere("commune-not-yet", "on", commune=asked.commune, day=on, first=first)
    return series_of((in_force or ended) if by_code else named, on, unions)


def series_of(meant: Iterable[Commune], on: date, unions: Sequence[Union]) -> tuple[str, ...]:
    """The map series of the communes, and of those that had gone into them by the day."""
    series: set[str] = set()
    for commune in meant:
        series.add(commune.series)
        if commune.effective_from <= on and (commune.effective_to is None or on < commune.effective_to):
            series |= {
                f"{u.old_code}@{u.old_period}"
                for u in unions
                if (u.new_code, u.new_period) == (commune.code, commune.period) and u.day <= on
            }
    return tuple(sorted(series))


def _named(text: str, communes: Sequence[Commune]) -> list[Commune]:
    """Communes that bore the name, folded, with or without its kind, written out or short."""
    wanted = words(text).folded
    return [c for c in communes if any(name.folded == wanted for name in spellings(c))]


def _unknown(asked: ParcelAsked, communes: Sequence[Commune]) -> NotHere:
    """404 that names what the asker may have meant: the same code in another period, or near names and codes."""
    same = [c for c in communes if c.code == asked.commune]
    near = same or like(asked.commune, communes)
    similar = "; ".join(f"{c.series} {c.name}" for c in near[:6])
    place = asked.commune + (f"@{asked.period}" if asked.period else "")
    return NotHere("unknown-commune", "commune", commune=place, similar=similar or "–")


def like(text: str, communes: Iterable[Commune], least: float = _LIKE) -> list[Commune]:
    """The communes whose names or codes come nearest to a misspelt one; ``least``: difflib's ratio."""
    by_word: dict[str, list[Commune]] = {}
    for commune in communes:
        for word in {commune.code, *(fold(name) for _, _, name in commune.names)}:
            by_word.setdefault(word, []).append(commune)
    found = get_close_matches(fold(text), sorted(by_word), n=4, cutoff=least)
    return [c for word in found for c in by_word[word]]
