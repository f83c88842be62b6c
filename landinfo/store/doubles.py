"""A parcel's number is said by one territory on a day: in SQL that both engines run, in the transaction that publishes.

Two that are published at the same time do not see each other before; the second waits for the lock of the first.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from typing import Any

from landinfo.model import Edition, ParcelRef, Refused
from landinfo.store import DRAFT, Spoken, rows
from landinfo.store.rows import Row


def _common(starts: Sequence[str], ends: Sequence[str]) -> str:
    """Have stretches a day in common? Each ends (NULL: never) after each begins."""
    return " AND ".join(f"({end} IS NULL OR {end} > {start})" for end in ends for start in starts)


_KNOWN = _common(("e.published", "f.published", "?"), ("e.withdrawn", "f.withdrawn"))
_IN_FORCE = _common(
    ("p.effective_from", "t.effective_from"), ("p.effective_to", "e.effective_to", "t.effective_to", "f.effective_to")
)
# A CROSS JOIN keeps SQLite to this order: the rows of the edition once, each looked up by its number.
_DOUBLES = f"""
SELECT p.commune, p.period, p.sheet, p.number, p.suffix, o.id, o.territory
FROM spans e CROSS JOIN parcels p CROSS JOIN parcels t CROSS JOIN editions o CROSS JOIN spans f
WHERE e.edition = ? AND e.published < ? AND p.edition = e.edition
AND t.commune = p.commune AND t.period = p.period AND t.sheet = p.sheet AND t.number = p.number
AND o.id = t.edition AND o.territory <> ? AND f.edition = o.id AND f.published < ? AND {_KNOWN} AND {_IN_FORCE}
ORDER BY 1, 2, 3, 4, 5, 6 LIMIT 1"""  # noqa: S608
_OTHERS = """
SELECT 1 FROM editions o CROSS JOIN spans f WHERE o.layer = 'parcels' AND o.territory <> ?
AND f.edition = o.id AND f.published < ? AND (f.withdrawn IS NULL OR f.withdrawn > ?) LIMIT 1"""


def refuse_doubles(run: Callable[[str, Sequence[Any]], list[Row]], edition: Edition, day: date) -> None:
    """Raises ``Refused``: on ``day`` or later an edition of another territory is known with one of its numbers.

    A number is one on which both speak of a common day, wherever they draw it; its suffixes are ours and do not count.
    """
    draft, known = rows.iso(DRAFT), rows.iso(day)
    if edition.layer != "parcels" or not run(_OTHERS, (edition.territory, draft, known)):
        return
    for *ref, other, territory in run(_DOUBLES, (edition.id, draft, edition.territory, draft, known, known)):
        names = {"other": other, "territory": territory, "parcel": str(ParcelRef(*ref))}
        raise Refused("edition-holds-the-same", "edition", edition=edition.id, **names)


ELSEWHERE = """
SELECT t.commune, t.period, t.sheet, t.number, t.suffix, t.effective_from, t.effective_to, e.effective_to, t.edition
FROM {numbers} CROSS JOIN parcels t CROSS JOIN editions o CROSS JOIN spans e
WHERE t.commune = s.commune AND t.period = s.period AND t.sheet = s.sheet AND t.number = s.number
AND o.id = t.edition AND o.territory <> {territory} AND e.edition = o.id AND e.published < {draft}
AND (e.withdrawn IS NULL OR e.withdrawn > {known})"""
"""Rows of ``Store.held_elsewhere``; ``numbers`` gives them as ``s``."""


def elsewhere(found: Iterable[Row]) -> tuple[Spoken, ...]:
    """The values of ``ELSEWHERE`` in their promised order, each once."""
    return tuple(sorted(set(map(rows.spoken, found)), key=_order))


def _order(one: Spoken) -> tuple[Any, ...]:
    ref, first, end, edition = one
    return ref.commune, ref.period, ref.sheet, ref.number, ref.suffix, first, end or date.max, edition
