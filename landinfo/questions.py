"""Which facts would narrow the range, and by how much: only those are asked."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from landinfo.case import CHOICES, HOLDINGS, RENTS, Fact
from landinfo.levy.terms import ZERO
from landinfo.model import light
from landinfo.unknowns import Space

Groups = Sequence[Sequence[tuple[int, ...]]]
"""By dimension, the ends (indices) that differ in it alone."""
Totals = Sequence[Decimal | None]
"""The total of each end, in đồng."""


@light
@dataclass(frozen=True, slots=True)
class Question:
    """A fact that would narrow the range, what is taken without it, and how much it can move the total (đồng).

    ``choices``: the answers that fit this case, for a fact that is chosen.
    """

    fact: str
    default: Fact
    moves: Decimal | None
    choices: tuple[str, ...] = ()


Open = tuple[tuple[Question, ...], ...]
"""By dimension, what its facts are asked as; how much they move is not known yet."""


def open_in(space: Space) -> Open:
    """The questions of a space, by dimension."""
    return tuple(
        tuple(
            Question(fact, _default(fact, space), ZERO, rents(space) if fact == "rent" else CHOICES.get(fact, ()))
            for fact in dimension.facts
        )
        for dimension in space.dimensions
    )


def questions(open_: Open, groups: Groups, totals: Totals) -> Iterator[Question]:
    """The facts that can move the total in some state of the others, the one that moves it most first."""
    found: list[Question] = []
    whole = all(t is not None for t in totals)
    for questions_, among in zip(open_, groups, strict=True):
        moves = _moves(among, totals, whole) if questions_ and among else ZERO
        if moves != 0:
            found += [Question(q.fact, q.default, moves, q.choices) for q in questions_]
    found.sort(key=lambda q: (q.moves is not None, -(q.moves or 0)))
    # the same fact may settle two things; it is asked once, by what it moves most
    asked: set[str] = set()
    for question in found:
        if question.fact not in asked:
            asked.add(question.fact)
            yield question


def _moves(groups: Sequence[tuple[int, ...]], totals: Totals, whole: bool) -> Decimal | None:
    """The largest difference that one dimension makes with the others held; None where it takes a bound away.

    ``whole``: all totals are known.
    """
    most = ZERO
    for group in groups:
        known = [t for end in group if (t := totals[end]) is not None]
        if not whole and len(known) < len(group):
            if known:
                return None
            continue
        apart = abs(known[0] - known[1]) if len(known) == 2 else max(known) - min(known)
        if apart > most:
            most = apart
    return most


def rents(space: Space) -> tuple[str, ...]:
    """How land may be held or leased here: land that is not agricultural may be recognised, not leased at all."""
    return HOLDINGS if any(d.name == "holding" for d in space.dimensions) else RENTS


def rent_taken(space: Space) -> str:
    """What the likely value takes where the rent is not told: of land held, or of the new lease."""
    names = {d.name for d in space.dimensions}
    if "holding" in names:
        return space.likely.holding
    return space.likely.rent if "rent" in names or "allocated" not in names else "annual"


def _default(fact: str, space: Space) -> Fact:
    """What the likely value takes where the fact is not told."""
    likely = space.likely
    fixed: dict[str, Fact] = {
        "first_conversion": True,
        "chosen_parcel": True,
        "allocated_without_fee": True,
        "reduction_group": "none",
        "rent": rent_taken(space),
        "rent_rate": likely.rent_rate,
    }
    numbers = ("allotment_limit", "term_left_months")
    return fixed.get(fact, None if fact in numbers else False)
